"""Maps of one number, by name: what a cobweb and a bifurcation strip need to know of them."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

GONE = 1e9              # beyond it a run counts as run away
EVERYWHERE, NEARBY = "each step", "near the goal, a step"


class Family(NamedTuple):
    """One map for each rate; `step(x, rate)` and `loss(x)` take numbers and arrays.

    `loss` is None where nothing is descended.
    """

    title: str
    formula: str
    symbol: str                                         # of the rate
    knob: str                                           # the rate in words
    step: Callable
    loss: Callable | None
    goals: Callable                                     # rate -> the fixed points that the run should come to
    multiplier: Callable                                # rate -> what a step multiplies a small distance to them by
    multiplier_words: str
    reach: str                                          # where a step does that
    rates: tuple[float, float]
    starts: tuple[float, float]
    spread: tuple[float, float]                         # of the axes of x
    start: float


FAMILIES = {
    "parabola": Family(
        "gradient descent on a parabola", "x²/2", "η", "learning rate η",
        lambda x, rate: x - rate * x, lambda x: x * x / 2,
        lambda rate: (0.0,), lambda rate: 1 - rate, "1 − η", EVERYWHERE, (0.0, 3.2), (-2.0, 2.0), (-2.2, 2.2), 1.0),
    "cubic": Family(
        "gradient descent on a bent parabola", "x²/2 − x³/3", "η", "learning rate η",
        lambda x, rate: x - rate * (x - x * x), lambda x: x * x / 2 - x * x * x / 3,
        lambda rate: (0.0,), lambda rate: 1 - rate, "1 − η", NEARBY, (0.0, 3.2), (-0.6, 1.1), (-0.7, 1.2), 0.3),
    "logistic": Family(
        "the logistic map", "r x (1 − x)", "r", "growth rate r",
        lambda x, rate: rate * x * (1 - x), None,
        lambda rate: (1 - 1 / rate,), lambda rate: 2 - rate, "2 − r", NEARBY, (1.0, 4.0), (0.0, 1.0), (0.0, 1.0), 0.3),
    "two-weights": Family(
        "gradient descent on two tied weights", "(x² − 1)²/4", "η", "learning rate η",
        lambda x, rate: x - rate * (x * x * x - x), lambda x: (x * x - 1) ** 2 / 4,
        lambda rate: (-1.0, 1.0), lambda rate: 1 - 2 * rate, "1 − 2η", NEARBY, (0.0, 2.2), (-1.9, 1.9), (-2.0, 2.0), 0.3)}


def family_of(name) -> Family:
    """The family of that name; ValueError if there is none."""
    if name not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {name!r}")
    return FAMILIES[name]


def orbit(family: Family, rate: float, start: float, steps: int) -> np.ndarray:
    """The start and the next `steps` iterates; NaN once run away."""
    xs = np.full(steps + 1, np.nan)
    x = start
    for t in range(steps + 1):
        if not abs(x) < GONE:
            break
        xs[t] = x
        x = family.step(x, rate)
    return xs


def cycle(family: Family, rate: float, start: float, burn: int = 4000, longest: int = 16, tolerance: float = 1e-6):
    """The values that the run visits in turn after `burn` steps, in order of size.

    Returns
    -------
    numpy.ndarray or None
        As many values as the period; none where the run has run away.  None where no period up to `longest` is seen.
    """
    x = start
    for _ in range(burn):
        x = family.step(x, rate)
        if not abs(x) < GONE:
            return np.empty(0)
    xs = orbit(family, rate, x, 2 * longest)
    if np.isnan(xs).any():
        return np.empty(0)
    for period in range(1, longest + 1):
        if np.all(np.abs(xs[period:] - xs[:-period]) < tolerance):
            return np.sort(xs[:period])
    return None
