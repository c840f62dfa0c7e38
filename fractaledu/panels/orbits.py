"""Runs of a rule step by step, and what they come to in the end."""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

LONGEST = 16            # values that are looked for in turn
WINDOW = 64             # steps that must show a pattern
EXACT = 1e-9            # of the spread: what is nearer together is the same
ALIKE = 1e-3            # of the spread: what is nearer together looks the same
WIDE = 0.05             # of the spread: an approach is not named from farther off
PACE = 0.8              # what is left of a gap after half of the run, at most, where it is closing


class Ending(NamedTuple):
    """What a run comes to: its values in turn, in order of size, and how surely.

    `kind` is "gone" (it has run away), "cycle" (the values repeat), "slow" (they draw together and are not there yet), "alike"
    (they repeat as far as an eye can tell) or "open" (no pattern is seen).
    """

    kind: str
    values: np.ndarray


def followed(step: Callable, start, steps: int, gone: float) -> np.ndarray:
    """The start and the next `steps` iterates, real or complex; NaN from the first whose size is not below `gone`."""
    xs = np.full(steps + 1, np.nan, complex if isinstance(start, complex) else float)
    x = start
    for t in range(steps + 1):
        if not abs(x) < gone:
            break
        xs[t] = x
        x = step(x)
    return xs


def ending(xs: np.ndarray, spread: float) -> Ending:
    """What the long run `xs` (300 steps or more) comes to; `spread` is the width of the axis on which it is seen."""
    if np.isnan(xs[-1]):
        return Ending("gone", xs[:0])
    for period in range(1, LONGEST + 1):
        early, middle, late = (_gap(xs[:int(share * len(xs))], period) / spread for share in (0.25, 0.5, 1.0))
        if late < EXACT:
            return Ending("cycle", np.sort(xs[-period:]))
        closing = late < PACE * middle < PACE ** 2 * early or (late <= middle <= early and _one_way(xs, period))
        if closing and late < WIDE:
            return Ending("slow", np.sort((xs[-period:] + xs[-2 * period:-period]) / 2))
        if late < ALIKE:
            return Ending("alike", np.sort(xs[-period:]))
    return Ending("open", xs[:0])


def _gap(xs, period):
    """How far, at most, the last values are from those `period` steps before."""
    return float(np.abs(xs[-WINDOW:] - xs[-WINDOW - period:-period]).max())


def _one_way(xs, period):
    """Whether every `period` steps the last values move on in one direction."""
    moves = xs[-WINDOW:] - xs[-WINDOW - period:-period]
    return bool(np.all((moves[period:] * moves[:-period].conj()).real > 0))
