"""Gradient descent in a valley with a flat and a steep direction."""
from __future__ import annotations

import numpy as np

from ..wording import number
from .board import Board, Knob
from .scene import Axis, Dots, Handle, Line, Plot, Rule, Scene

WIDE, HIGH = 1.6, 1.0                   # half of the valley that is seen
LEVELS = 0.02, 0.1, 0.3, 0.7, 1.5, 3.0, 5.0, 8.0
GONE = 1e9


def descend(rate, curvatures, start, steps: int) -> np.ndarray:
    """The start and the next places, shape (steps + 1, 2); NaN once run away.  Each direction has a factor of its own."""
    factors = 1 - rate * np.asarray(curvatures, float)
    with np.errstate(over="ignore"):
        places = np.asarray(start, float) * factors ** np.arange(steps + 1)[:, None]
    places[np.abs(places).max(axis=1) > GONE] = np.nan
    return places


def valley(rate: float = 0.1, curvatures: tuple[float, float] = (1.0, 10.0), start: tuple[float, float] = (1.4, 0.6)) -> Board:
    """Gradient descent on (λ₁ x² + λ₂ y²)/2, from above, with the error of each direction beside it.

    Parameters
    ----------
    rate : float, default 0.1
        From 0 to 0.25.
    curvatures : (float, float), default (1, 10)
        λ₁ of the direction x and λ₂ of y, each from 0.5 to 20.
    start : (float, float), default (1.4, 0.6)
        Can be dragged.

    Returns
    -------
    Board
        Its knobs are rate, steps, flat and steep (λ₁ and λ₂), x and y (the start).
    """
    def draw(k):
        places = descend(k.rate, (k.flat, k.steep), (k.x, k.y), k.steps)
        return Scene([_above(k, places), _errors(k, places)], _words(k, places))

    return Board("A valley from above",
                 [Knob("rate", "learning rate η", rate, 0.0, 0.25), Knob("steps", "steps", 30, 5, 200, whole=True),
                  Knob("flat", "curvature λ₁ along x", curvatures[0], 0.5, 20.0),
                  Knob("steep", "curvature λ₂ along y", curvatures[1], 0.5, 20.0),
                  Knob("x", "start x", start[0], -WIDE, WIDE, shown=False),
                  Knob("y", "start y", start[1], -HIGH, HIGH, shown=False)], draw)


def _contours(curvatures):
    """Ellipses of equal loss, with gaps between."""
    angles = np.linspace(0, 2 * np.pi, 91)
    x, y = [], []
    for level in LEVELS:
        for line, way, curvature in ((x, np.cos, curvatures[0]), (y, np.sin, curvatures[1])):
            line += [*np.sqrt(2 * level / curvature) * way(angles), np.nan]
    return x, y


def _above(k, places):
    x, y = places.T
    return Plot("above", Axis("x", -WIDE, WIDE), Axis("y", -HIGH, HIGH),
                [Line(*_contours((k.flat, k.steep)), "faint", 1), Line(x, y, "blue", 1.2), Dots(x, y, "blue", 3),
                 Dots([0.0], [0.0], "green", 5, True, "the minimum"), Handle("x", "y", "the start")],
                title="The run, from above", ratio=HIGH / WIDE, touch=("x", "y"),
                says=f"Lines of equal loss around the minimum, and a run from ({number(k.x, 3)}, {number(k.y, 3)}).")


def _errors(k, places):
    t, sizes = np.arange(len(places)), np.abs(places).T
    return Plot("errors", Axis("step", 0, k.steps), Axis("size of the error", 1e-6, 1e3, log=True),
                [Rule(y=1.0), Line(t, sizes[0], "blue", 2, name="along x"),
                 Line(t, sizes[1], "orange", 2, True, name="along y")],
                title="The error of each direction", ratio=HIGH / WIDE,
                says=f"The sizes of x and y over the step; each is multiplied by its own factor, {_factors(k)}.")


def _factors(k):
    along = (1 - k.rate * curvature for curvature in (k.flat, k.steep))
    return " and ".join(number(0.0 if abs(factor) < 1e-12 else factor, 3) for factor in along)


def _words(k, places):
    limits = f"2/λ₁ = {number(2 / k.flat, 3)}, 2/λ₂ = {number(2 / k.steep, 3)}"
    first = f"η = {number(k.rate)}; {limits}. Each step multiplies x and y by {_factors(k)}."
    x, y = np.abs(places[-1])
    if np.isnan(x):
        return f"{first} The run has run away."
    return f"{first} After {k.steps} steps: |x| = {number(x, 3)}, |y| = {number(y, 3)}."
