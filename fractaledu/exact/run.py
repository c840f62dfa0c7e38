"""What an exact run came to: the kernel's measure (`_steps` and `_read` there), in as many digits as the run has."""
from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np

from ..kernel import CAP, CONVERGED, EXPLODED, NEITHER, TAIL

MOST = sys.float_info.max           # a sum of squares beyond it is what the kernel finds not finite


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run in arbitrary precision; numbers mean what they mean in `kernel.PIXEL`.

    Parameters
    ----------
    value, last : float
        The measure of the run and its last watched number (infinity if it left).
    departure : int
        The step at which v first exceeded the system's limit; -1 if it never did.
    verdict : int
        `kernel.CONVERGED`, `NEITHER` or `EXPLODED`.
    left : int
        The step (from 0) at which float64 would have overflowed, where the run ended; -1 if it never did.
    excess : float
        The sum of v - 1 over the last 20 steps (fewer if the run has fewer): the verdict is CONVERGED where it is negative
        and the run did not leave.  It is small where a float64 sum of v would round its difference to 20 away.
    steps, digits : int
        What was asked for.
    backend : str
        "flint" or "mpmath".
    arrays : dict of str to ndarray, or None
        What pixels need to follow this run, in float64 (docstring of `train`).
    """

    value: float
    last: float
    departure: int
    verdict: int
    left: int
    excess: float
    steps: int
    digits: int
    backend: str
    arrays: dict[str, np.ndarray] | None = None


class Measure:
    """Reads the watched numbers of one run, step by step.

    `relative`, `after` and `limit` are those of the system's `kernel.Rule`.
    """

    def __init__(self, arithmetic, steps, relative, after, limit):
        self.arithmetic, self.steps, self.relative, self.after, self.limit = arithmetic, steps, relative, after, limit
        self.first, self.cap = arithmetic.one, arithmetic.one * CAP
        self.total = self.inverse = self.excess = arithmetic.one * 0
        self.left = self.departure = -1
        self.blown, self.last = False, math.nan

    def enter(self, t, watched, squares):
        """The watched number of step t; it counts as not finite if `squares` is beyond float64.  Whether the run goes on."""
        gone = not squares <= MOST
        watched = self.cap if gone else self.arithmetic.middle(watched)
        if self.relative and t == 0:
            self.first = self.first if watched == 0 else watched            # nothing to learn: settled, not 0 / 0
        v = self.arithmetic.middle(watched / self.first)
        if self.departure < 0 and (gone or v > self.limit):
            self.departure = t + self.after
        self.blown = self.blown or gone or bool(v > CAP)
        self._count(t, v, 1)
        if gone:                                                            # and so it stays
            self.left = t
            self._count(t + 1, v, self.steps - t - 1)
        self.last = math.inf if gone else float(watched)
        return not gone

    def _count(self, t, v, times):
        """Enter v for `times` steps from step t on."""
        v = v if v < CAP else self.cap
        self.total = self.total + v * times
        if times:
            self.inverse = self.inverse + times / v if v > 0 else math.inf
        late = min(times, t + times - (self.steps - TAIL))              # of them, those among the last TAIL
        if late > 0:
            self.excess = self.excess + (v - 1) * late

    def read(self, arrays=None, digits=0, backend=""):
        """The Run that these numbers make."""
        excess = self.arithmetic.middle(self.excess)
        converged = self.left < 0 and bool(excess < 0)
        value = -float(self.total) if converged else float(self.inverse)
        verdict = CONVERGED if converged else EXPLODED if self.blown else NEITHER
        return Run(value, self.last, self.departure, verdict, self.left, float(excess), self.steps, digits, backend, arrays)
