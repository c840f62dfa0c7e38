"""Maps of one number, by name: what a cobweb and a bifurcation strip need to know of them."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .orbits import Ending, ending, followed

GONE = 1e9              # beyond it a run counts as run away
SETTLING = 4000         # steps after which it is said where a run comes to


class Family(NamedTuple):
    """One map for each rate; `step(x, rate)` and `loss(x)` take numbers and arrays.

    `loss` is None where nothing is descended.
    """

    title: str
    formula: str
    step: Callable
    loss: Callable | None
    goals: Callable                                     # rate -> the fixed points that a run should come to
    others: Callable                                    # rate -> the other fixed points
    slope: Callable                                     # of the step at (x, rate)
    multiplier_words: str                               # the slope at a goal
    rates: tuple[float, float]
    starts: tuple[float, float]
    spread: tuple[float, float]                         # of the axes of x
    start: float
    symbol: str = "η"                                   # of the rate
    knob: str = "learning rate η"                       # the rate in words
    goal: str = "minimum"                               # what a run should come to, in words
    reach: str = "near the minimum, a step"             # what multiplies an error by the multiplier

    def multiplier(self, rate: float) -> float:
        """What a step multiplies a small distance to a goal by."""
        return self.slope(self.goals(rate)[0], rate)


FAMILIES = {
    "parabola": Family(
        "gradient descent on a parabola", "x²/2",
        step=lambda x, rate: x - rate * x, loss=lambda x: x * x / 2,
        goals=lambda rate: (0.0,), others=lambda rate: (), slope=lambda x, rate: 1 - rate, multiplier_words="1 − η",
        reach="each step",
        rates=(0.0, 3.2), starts=(-2.0, 2.0), spread=(-2.2, 2.2), start=1.0),
    "cubic": Family(
        "gradient descent on a bent parabola", "x²/2 − x³/3",
        step=lambda x, rate: x - rate * (x - x * x), loss=lambda x: x * x / 2 - x * x * x / 3,
        goals=lambda rate: (0.0,), others=lambda rate: (1.0,), slope=lambda x, rate: 1 - rate * (1 - 2 * x),
        multiplier_words="1 − η",
        rates=(0.0, 3.2), starts=(-0.6, 1.1), spread=(-0.7, 1.2), start=0.3),
    "logistic": Family(
        "the logistic map", "r x (1 − x)", symbol="r", knob="growth rate r",
        step=lambda x, rate: rate * x * (1 - x), loss=None, goal="fixed point", reach="near the fixed point, a step",
        goals=lambda rate: (1 - 1 / rate,), others=lambda rate: (0.0,), slope=lambda x, rate: rate * (1 - 2 * x),
        multiplier_words="2 − r",
        rates=(1.0, 4.0), starts=(0.0, 1.0), spread=(0.0, 1.0), start=0.3),
    "two-weights": Family(
        "gradient descent on two tied weights", "(x² − 1)²/4",
        step=lambda x, rate: x - rate * (x * x * x - x), loss=lambda x: (x * x - 1) ** 2 / 4,
        goals=lambda rate: (-1.0, 1.0), others=lambda rate: (0.0,), slope=lambda x, rate: 1 - rate * (3 * x * x - 1),
        multiplier_words="1 − 2η",
        rates=(0.0, 2.2), starts=(-1.9, 1.9), spread=(-2.0, 2.0), start=0.3)}


def family_of(name) -> Family:
    """The family of that name; ValueError if there is none."""
    if name not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {name!r}")
    return FAMILIES[name]


def orbit(family: Family, rate: float, start: float, steps: int) -> np.ndarray:
    """The start and the next `steps` iterates; NaN once run away."""
    return followed(lambda x: family.step(x, rate), start, steps, GONE)


def long_run(family: Family, rate: float, start: float, steps: int = SETTLING) -> Ending:
    """What the run comes to."""
    low, high = family.spread
    return ending(orbit(family, rate, start, steps), high - low)
