"""Maps of one number, by name: what a cobweb and a bifurcation strip need to know of them."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

GONE = 1e9              # beyond it a run counts as run away


class Family(NamedTuple):
    """One map for each rate; `step(x, rate)` and `loss(x)` take numbers and arrays.

    `loss` is None where nothing is descended.
    """

    title: str
    formula: str
    step: Callable
    loss: Callable | None
    goals: Callable                                     # rate -> the fixed points that a run should come to
    multiplier: Callable                                # rate -> what a step multiplies a small distance to them by
    multiplier_words: str
    rates: tuple[float, float]
    starts: tuple[float, float]
    spread: tuple[float, float]                         # of the axes of x
    start: float
    symbol: str = "η"                                   # of the rate
    knob: str = "learning rate η"                       # the rate in words
    goal: str = "minimum"                               # what a run should come to, in words
    reach: str = "near the minimum, a step"             # what multiplies an error by the multiplier


FAMILIES = {
    "parabola": Family(
        "gradient descent on a parabola", "x²/2",
        step=lambda x, rate: x - rate * x, loss=lambda x: x * x / 2,
        goals=lambda rate: (0.0,), multiplier=lambda rate: 1 - rate, multiplier_words="1 − η", reach="each step",
        rates=(0.0, 3.2), starts=(-2.0, 2.0), spread=(-2.2, 2.2), start=1.0),
    "cubic": Family(
        "gradient descent on a bent parabola", "x²/2 − x³/3",
        step=lambda x, rate: x - rate * (x - x * x), loss=lambda x: x * x / 2 - x * x * x / 3,
        goals=lambda rate: (0.0,), multiplier=lambda rate: 1 - rate, multiplier_words="1 − η",
        rates=(0.0, 3.2), starts=(-0.6, 1.1), spread=(-0.7, 1.2), start=0.3),
    "logistic": Family(
        "the logistic map", "r x (1 − x)", symbol="r", knob="growth rate r",
        step=lambda x, rate: rate * x * (1 - x), loss=None, goal="fixed point", reach="near the fixed point, a step",
        goals=lambda rate: (1 - 1 / rate,), multiplier=lambda rate: 2 - rate, multiplier_words="2 − r",
        rates=(1.0, 4.0), starts=(0.0, 1.0), spread=(0.0, 1.0), start=0.3),
    "two-weights": Family(
        "gradient descent on two tied weights", "(x² − 1)²/4",
        step=lambda x, rate: x - rate * (x * x * x - x), loss=lambda x: (x * x - 1) ** 2 / 4,
        goals=lambda rate: (-1.0, 1.0), multiplier=lambda rate: 1 - 2 * rate, multiplier_words="1 − 2η",
        rates=(0.0, 2.2), starts=(-1.9, 1.9), spread=(-2.0, 2.0), start=0.3)}


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
