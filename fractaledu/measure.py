"""Numbers of a border: box counting with its error and two yardsticks.

Arrays in, numbers out.  Everything that is measured on a picture of N x N pixels depends on N, on the range of box sizes
and on the way; a `Dimension` carries them along, and what a smooth border and white noise give the same way.
"""
from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numba import njit

from .arguments import whole

LEAST = 3                   # sizes that a fit needs
DROPPED = 2                 # sizes left out at either end of the range, at most, to see what the fit depends on
METHODS = ("slope", "porespy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Dimension:
    """A box dimension and how it was found.  A single mask counts as a film of one frame.

    Attributes
    ----------
    dimension, error : float
        `box_dimension` says what the error means.
    sizes : int64, shape (n,)
        Sides of the boxes in pixels.
    counts : int64, shape (frames, n)
        Boxes that hold a border pixel, the fewest over all grids ("porespy": boxes that hold both kinds).
    slopes : float64, shape (frames, n - 1), or (frames, n) for "porespy"
        Local slopes: between neighbouring sizes ("porespy": at each size).  Constant over a true scaling range.
    fit : (int, int) or None
        Smallest and largest size of the fit; None for "porespy", which takes all.
    method : str
        "slope" or "porespy".
    shape : (int, int)
        Rows and columns of the mask.
    smooth, noise : Dimension or None
        What a disc's edge and the borders of white noise give the same way, on a mask of the same shape.
    """

    dimension: float
    error: float
    sizes: np.ndarray
    counts: np.ndarray
    slopes: np.ndarray
    fit: tuple[int, int] | None
    method: str
    shape: tuple[int, int]
    smooth: Dimension | None = None
    noise: Dimension | None = None

    def __str__(self):
        low, high = self.fit or (self.sizes[0], self.sizes[-1])
        how = "median of local slopes, " if self.method == "porespy" else ""
        how += f"{len(self.counts)} frames, " if len(self.counts) > 1 else ""
        same = "" if self.smooth is None else (f"; a smooth border {self.smooth.dimension:.2f}, white noise "
                                               f"{self.noise.dimension:.2f} the same way")
        return f"{self.dimension:.2f} ± {self.error:.2f} ({how}boxes of {low} … {high} px{same})"

    __repr__ = __str__


def boundary(labels) -> np.ndarray:
    """Where labels meet: the windows of 2 x 2 pixels that hold more than one label.

    For the sign of the paper's measure these are its sign-change edges, max * min < 0.  A part of the border that is
    thinner than a pixel, such as the hair of the Mandelbrot set, is missed wherever no pixel's centre lies on it.

    Parameters
    ----------
    labels : array of int or bool, shape (rows, columns), both at least 2
        `land.departure < 0`, `land.attractor`, …

    Returns
    -------
    bool, shape (rows - 1, columns - 1)

    Raises
    ------
    ValueError
        If labels are of another kind or shape.
    """
    labels = check_labels("labels", labels)
    corner = labels[:-1, :-1]
    mixed = corner != labels[1:, 1:]
    mixed |= corner != labels[1:, :-1]
    mixed |= corner != labels[:-1, 1:]
    return mixed


def box_counts(mask, sizes=None, offset=(0, 0)) -> tuple[np.ndarray, np.ndarray]:
    """Number of boxes that hold a True pixel, for boxes of each size.  Boxes that stick out of the mask count too.

    Parameters
    ----------
    mask : bool, shape (rows, columns)
    sizes : rising whole numbers, default 1, 2, 4, … up to the smaller side
        Sides of the boxes in pixels.  A size that an earlier one divides costs next to nothing.
    offset : (int, int), default (0, 0)
        Where the grid lies: as if so many empty rows and columns came before the mask.

    Returns
    -------
    sizes, counts : int64, shape (n,)

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    mask = _mask(mask)
    sizes = check_sizes(sizes, min(mask.shape))
    try:
        row, column = offset
    except (TypeError, ValueError):
        raise ValueError(f"offset must be two whole numbers (rows, columns), got {offset!r}") from None
    return sizes, _counts(mask, sizes, whole("offset", row, 0, 2 ** 31), whole("offset", column, 0, 2 ** 31))


def box_dimension(mask, fit=None, sizes=None, offsets=8, seed=0, method="slope", null=True) -> Dimension:
    """Box dimension of a border, with an error, and what two borders of known dimension give the same way.

    "slope": for each size, take the grid of boxes that needs the fewest, as the definition of the dimension does.  (One
    grid alone makes a border that fills the picture look smoother: its boxes stick out.)  The dimension is minus the
    least-squares slope of log count against log size over the fit range.  The error is half the distance between the
    smallest and the largest slope over every single grid and every part of the range that leaves out up to two sizes at
    either end and keeps three.  It tells how far the number depends on the choices, not how far it is from the truth.

    "porespy": as the paper (arXiv 2402.06184) did, with `porespy.metrics.boxcount` of github.com/PMEAL/porespy and its
    default sizes: ten from 10 px to the smaller side, one grid, boxes that are neither empty nor full, boxes cut off at the far
    sides included; local slopes by `numpy.gradient`.  The dimension is the median of the finite ones, over all frames;
    the error is half the distance between their quartiles.  Large boxes inflate it: see `smooth`.

    Parameters
    ----------
    mask : bool, shape (rows, columns), or a list of such
        The border's pixels (`boundary`).  For the frames of a film, all of one shape, "slope" gives the median of the
        frames' dimensions and half the distance between their quartiles.
    fit : (number, number), default 2 and a 16th (rounded) of the smaller side
        Smallest and largest size of the fit, in pixels; only for "slope".
    sizes : rising whole numbers, default 1, 2, 4, … up to the smaller side
        Only for "slope".  A set made of thirds is measured exactly by 1, 3, 9, …
    offsets : int, default 8
        Grids to try: the first begins at the corner, the others anywhere.  "porespy" uses one.
    seed : int, default 0
        For these places and for the white noise.
    method : str, default "slope"
    null : bool, default True
        Whether to measure a disc's edge and white noise too.

    Raises
    ------
    ValueError
        If a mask is empty or too small, or an argument is not as above.
    """
    frames = [_mask(m) for m in mask] if isinstance(mask, list | tuple) else [_mask(mask)]
    if not frames or len({m.shape for m in frames}) > 1:
        raise ValueError(f"mask must be one array, or a list of arrays of one shape, got {[m.shape for m in frames]}")
    for k, frame in enumerate(frames):
        if not frame.any():
            raise ValueError("mask must hold at least one border pixel, got none" + f" in frame {k}" * (len(frames) > 1))
    if method not in METHODS:
        raise ValueError(f"method must be one of {METHODS}, got {method!r}")
    offsets, seed, side = whole("offsets", offsets, 1, 10_000), whole("seed", seed, 0, 2 ** 63), min(frames[0].shape)
    if method == "slope":
        sizes = check_sizes(sizes, side)
        question = tuple(sizes.tolist()), _fit(fit, sizes, side), offsets, seed
    else:
        if fit is not None or sizes is not None:
            raise ValueError("fit and sizes must be left out with method 'porespy', which has its own")
        if side < 12:
            raise ValueError(f"mask must be at least 12 px high and wide for method 'porespy', got {frames[0].shape}")
        question = tuple(np.unique(np.logspace(1, np.log10(side), 10).astype(int)).tolist()), None, 1, seed
    yardsticks = _yardsticks(frames[0].shape, *question) if null else (None, None)
    return _dimension(frames, *question, *yardsticks)


# ---------------------------------------------------------------- checks

def check_labels(name, labels) -> np.ndarray:
    """The labels as an array; ValueError unless whole numbers or bools in at least 2 x 2 pixels."""
    labels = np.asarray(labels)
    if labels.ndim != 2 or min(labels.shape) < 2 or labels.dtype.kind not in "iub":
        raise ValueError(f"{name} must be whole numbers or bools in at least 2 x 2 pixels, got {labels.dtype} {labels.shape}")
    return labels


def _mask(mask):
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise ValueError(f"mask must be an array of bool such as boundary(labels) gives, got {mask.dtype}")
    if mask.ndim != 2 or mask.size == 0:
        raise ValueError(f"mask must have rows and columns, got shape {mask.shape}")
    return np.ascontiguousarray(mask)


def check_sizes(sizes, most, hint="") -> np.ndarray:
    """Sizes as int64, all powers of two up to `most` for None; ValueError unless rising, from 1 to `most`."""
    if sizes is None:
        return 2 ** np.arange(most.bit_length())
    sizes = np.array([whole("sizes", size, 1, most, hint) for size in np.ravel(sizes).tolist()], np.int64)
    if sizes.size == 0 or (np.diff(sizes) <= 0).any():
        raise ValueError(f"sizes must be rising whole numbers, got {sizes.tolist()}")
    return sizes


def _fit(fit, sizes, side):
    """The smallest and the largest of the sizes inside the fit range."""
    try:
        low, high = (2, round(side / 16)) if fit is None else map(float, fit)
    except (TypeError, ValueError):
        raise ValueError(f"fit must be two numbers (smallest, largest size), got {fit!r}") from None
    if fit is not None and not 0 < low < high:
        raise ValueError(f"fit must be two rising positive numbers, got {fit!r}")
    inside = sizes[(low <= sizes) & (sizes <= high)].tolist()
    if len(inside) < LEAST:
        raise ValueError(f"sizes must hold at least {LEAST} in the fit range {low:g} … {high:g} px, got {inside}; "
                         f"by default it ends at a 16th of the mask's smaller side, here {side} px")
    return inside[0], inside[-1]


# ---------------------------------------------------------------- counting and fitting

@njit(cache=True, nogil=True)
def _coarser(mask, factor, row, column):
    """Which boxes of factor x factor pixels hold a 1, the mask (uint8) coming after `row` and `column` empty lines."""
    rows, columns = mask.shape
    boxes = np.empty(((rows + row - 1) // factor + 1, (columns + column - 1) // factor + 1), np.uint8)
    band = np.zeros(boxes.shape[1] * factor, np.uint8)
    for r in range(boxes.shape[0]):
        band[:] = 0
        for i in range(max(0, r * factor - row), min(rows, (r + 1) * factor - row)):
            for j in range(columns):
                band[column + j] |= mask[i, j]
        if factor == 2:                                     # twice as fast as the loop below
            for b in range(boxes.shape[1]):
                boxes[r, b] = band[2 * b] | band[2 * b + 1]
        else:
            for b in range(boxes.shape[1]):
                hit = np.uint8(0)
                for k in range(b * factor, (b + 1) * factor):
                    hit |= band[k]
                boxes[r, b] = hit
    return boxes


def _counts(mask, sizes, row, column):
    """Boxes that hold a True pixel, for each size; each from the largest earlier size that divides it."""
    made = {1: mask.view(np.uint8)}
    for size in sizes.tolist():
        if size not in made:
            part = max(s for s in made if size % s == 0)
            factor = size // part
            # Grids of `size` lie equally for offsets that differ by `size`.  In boxes of `part` the offset is a `part`th.
            made[size] = _coarser(made[part], factor, row // part % factor, column // part % factor)
    return np.array([np.count_nonzero(made[size]) for size in sizes.tolist()])


def fitted_slopes(sizes, counts):
    """Least-squares slopes of log count against log size: over all, then without up to DROPPED sizes at either end."""
    x, y = np.log(sizes), np.log(counts)
    ranges = [slice(i, len(x) - j) for i in range(DROPPED + 1) for j in range(DROPPED + 1) if len(x) - i - j >= LEAST]
    return [float(np.polyfit(x[r], y[r], 1)[0]) for r in ranges]


def _covers(mask, sizes, fit, offsets, seed):
    """The fewest boxes of each size, and half the distance between the slopes that other choices give."""
    places = np.random.default_rng(seed).integers(fit[1], size=(offsets, 2))
    places[0] = 0
    counts = np.array([_counts(mask, sizes, *place) for place in places.tolist()])
    inside = (fit[0] <= sizes) & (sizes <= fit[1])
    slopes = [slope for one in (counts.min(0), *counts) for slope in fitted_slopes(sizes[inside], one[inside])]
    return counts.min(0), -slopes[0], (max(slopes) - min(slopes)) / 2


def _partly_filled(mask, sizes):
    """Boxes that hold both True and False pixels."""
    every = [-(-mask.shape[0] // s) * -(-mask.shape[1] // s) for s in sizes.tolist()]
    return _counts(mask, sizes, 0, 0) + _counts(~mask, sizes, 0, 0) - every


def _middle(numbers):
    """The median, and half the distance between the quartiles."""
    low, middle, high = np.percentile(numbers, (25, 50, 75))
    return float(middle), float(high - low) / 2


def _dimension(frames, sizes, fit, offsets, seed, smooth=None, noise=None):
    """A Dimension; without a fit range, the one of porespy."""
    sizes = np.array(sizes)
    if fit:
        counts, dimensions, errors = zip(*(_covers(m, sizes, fit, offsets, seed) for m in frames), strict=True)
        dimension, error = _middle(dimensions) if len(frames) > 1 else (dimensions[0], errors[0])
        slopes = -np.diff(np.log(counts)) / np.diff(np.log(sizes))
    else:
        counts = [_partly_filled(m, sizes) for m in frames]
        with np.errstate(divide="ignore", invalid="ignore"):        # no box may be partly filled
            slopes = -np.gradient(np.log(counts), np.log(sizes), axis=1)
        finite = slopes[np.isfinite(slopes)]
        if finite.size == 0:
            raise ValueError("mask must leave some boxes partly filled for method 'porespy', got none")
        dimension, error = _middle(finite)
    return Dimension(dimension + 0.0, error, sizes, np.array(counts), slopes, fit, "slope" if fit else "porespy",
                     frames[0].shape, smooth, noise)


@functools.lru_cache(maxsize=64)
def _yardsticks(shape, *question):
    """What a disc's edge and the borders of white noise give, on a mask of this shape."""
    rows, columns = shape
    y, x = np.ogrid[:rows + 1, :columns + 1]
    disc = (y - 0.503 * rows) ** 2 + (x - 0.471 * columns) ** 2 < (0.39 * min(shape)) ** 2
    noise = np.random.default_rng(question[-1]).integers(2, size=(rows + 1, columns + 1), dtype=np.uint8)
    found = tuple(_dimension([boundary(labels)], *question) for labels in (disc, noise))
    for one in found:                           # they are handed out again
        for array in (one.sizes, one.counts, one.slopes):
            array.flags.writeable = False
    return found
