"""The sets of the panel of box counting, and their counts: how many boxes of each size, on the best of some grids."""
from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import known_sets, measure
from ..atlas import atlas
from ..dimensions import bordered
from ..distance import distance_to_mandelbrot
from ..maps import julia, mandelbrot, newton
from ..rendering import render

SIDE = 512                              # pixels of most sets
RABBIT = -0.122561166876654 + 0.744861766619744j
DUST = 0.01                             # share of the pixels that are set
STEPS = 1000                            # of the Mandelbrot set
GRIDS = 8                               # places of the boxes that are tried, as in measure.box_dimension


class Kind(NamedTuple):
    """A set to measure: how to make its mask, its dimension (None: not known to us) and where that is from."""

    mask: Callable[[], np.ndarray]
    known: float | None = None
    why: str = ""


class Measured(NamedTuple):
    """The counts of a mask; `counts` and `places` are of the grid that needs the fewest boxes, for each size.

    `largest` is the largest size up to a 16th of the smaller side.
    """

    mask: np.ndarray
    sizes: np.ndarray
    every: np.ndarray           # (grids, sizes)
    counts: np.ndarray
    places: np.ndarray          # (sizes, 2)
    largest: int


def _rendered(problem, steps=None):
    return measure.boundary(bordered(render(problem, size=(SIDE, SIDE), steps=steps)))


def _near_mandelbrot():
    view = mandelbrot().view
    x, y = view.positions((SIDE, SIDE))
    away = distance_to_mandelbrot(x[None, :], y[:, None], STEPS)
    return (away > 0) & (away < 2 * (x[1] - x[0]))


def _trained(condition):
    return lambda: measure.boundary(bordered(atlas(f"paper-{condition}")))


KINDS = {
    "line": Kind(lambda: known_sets.line(SIDE), 1.0),
    "circle": Kind(lambda: measure.boundary(known_sets.disc(SIDE)), 1.0),
    "Koch curve": Kind(lambda: known_sets.koch(SIDE), math.log(4, 3), "log 4 / log 3"),
    "Sierpinski triangle": Kind(lambda: known_sets.sierpinski(SIDE), math.log(3, 2), "log 3 / log 2"),
    "Sierpinski carpet": Kind(lambda: known_sets.carpet(6), math.log(8, 3), "log 8 / log 3"),
    "Julia set: rabbit": Kind(lambda: _rendered(julia(RABBIT)), 1.3934, "computed by McMullen"),
    "Newton's basins": Kind(lambda: _rendered(newton())),
    "white noise": Kind(lambda: measure.boundary(known_sets.white_noise(SIDE)), 2.0, "it fills the picture"),
    "dust": Kind(lambda: measure.boundary(known_sets.white_noise(SIDE, DUST))),
    "Mandelbrot set: label changes": Kind(lambda: _rendered(mandelbrot(), STEPS), 2.0, "proved by Shishikura"),
    "Mandelbrot set: distance": Kind(_near_mandelbrot, 2.0, "proved by Shishikura"),
    "training: linear net": Kind(_trained("linear")),
    "training: one example": Kind(_trained("one-datum")),
    "training: drift": Kind(_trained("offset")),
}


def nearest(sizes, side) -> int:
    """Which of the sizes is nearest to a side, by ratio."""
    return int(np.abs(np.log(sizes / max(side, 0.1))).argmin())


@functools.lru_cache(32)
def mask(what) -> np.ndarray:
    """The set's pixels, row 0 at the bottom."""
    return KINDS[what].mask()


@functools.lru_cache(64)
def measured(what, base) -> Measured:
    """All counts of a set, for boxes of base**k pixels."""
    return counted(mask(what), base)


def counted(pixels, base) -> Measured:
    """Boxes of base**k pixels on GRIDS grids, which lie as those of `measure.box_dimension` do by default."""
    side = min(pixels.shape)
    sizes = base ** np.arange(int(math.log(side, base) + 1e-9) + 1)
    largest = int(sizes[sizes <= round(side / 16)][-1])
    places = np.random.default_rng(0).integers(largest, size=(GRIDS, 2))
    places[0] = 0
    every = np.array([measure.box_counts(pixels, sizes, place)[1] for place in places.tolist()])
    best = every.argmin(axis=0)
    return Measured(pixels, sizes, every, every.min(axis=0), places[best], largest)


class Fit(NamedTuple):
    """A line through log counts: the first two as of `measure.box_dimension`, the height at size 1, the first and last size."""

    slope: float
    error: float
    height: float
    first: int
    last: int


def within(found, low, high):
    """Which sizes lie between two ends; a hair more, for what is typed has few digits."""
    return (low * 0.999 <= found.sizes) & (found.sizes <= high * 1.001)


def fitted(found, low, high):
    """A Fit; None where it has fewer than 3 sizes."""
    inside = within(found, low, high)
    if inside.sum() < measure.LEAST:
        return None
    sizes, counts = found.sizes[inside], found.counts[inside]
    slopes = [slope for one in (counts, *found.every[:, inside]) for slope in measure.fitted_slopes(sizes, one)]
    height = float(np.mean(np.log(counts) - slopes[0] * np.log(sizes)))
    return Fit(-slopes[0], (max(slopes) - min(slopes)) / 2, height, int(sizes[0]), int(sizes[-1]))


@functools.lru_cache(16)
def nulls(rows, columns, base):
    """Counts of a circle and of white noise in a mask of this shape: what the ruler says where there is nothing to find."""
    y, x = np.ogrid[:rows + 1, :columns + 1]
    circle = (y - 0.503 * rows) ** 2 + (x - 0.471 * columns) ** 2 < (0.39 * min(rows, columns)) ** 2
    noise = np.random.default_rng(0).integers(2, size=(rows + 1, columns + 1), dtype=np.uint8)
    return tuple(counted(measure.boundary(labels), base) for labels in (circle, noise))


def local(found):
    """(places, slopes) between neighbouring sizes."""
    return np.sqrt(found.sizes[1:] * found.sizes[:-1]), -np.diff(np.log(found.counts)) / np.diff(np.log(found.sizes))
