"""A system of somebody's own: two jitted functions on one run's numbers, called run by run."""
from typing import NamedTuple

import numpy as np
from numba.core.registry import CPUDispatcher
from numba.extending import overload

from ..kernel import LANES, LAST, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load


class Own(NamedTuple):
    """See `brought.own_system`; the fields below `size` are those of `kernel.Rule`."""

    start: CPUDispatcher        # start(constants, x, y, state): fills the state
    step: CPUDispatcher         # step(constants, t, x, y, state): moves it, returns the watched number
    constants: tuple
    size: int                   # numbers in a state
    relative: bool
    after: int
    limit: float
    tolerance: float


@overload(rule)
def _rule(system):
    if is_a(system, Own):
        return lambda system: Rule(system.relative, system.after, system.limit, system.tolerance, -1)


@overload(rows)
def _rows(system):
    if is_a(system, Own):
        return lambda system: system.size


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, Own):               # one run's state, and the numbers that the runs of a group return
        return lambda system: system.size // LANES + 2


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Own):
        return lambda system, cells, at: -1


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Own):
        def impl(system, cells, params, at):
            state = np.empty(system.size)
            for lane in range(LANES):
                state[:] = 0.0
                system.start(system.constants, cells[params + lane], cells[params + LANES + lane], state)
                for r in range(system.size):
                    cells[at + r * LANES + lane] = state[r]
        return impl


@overload(advance, jit_options={"error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Own):
        def impl(system, t, cells, params, at, scratch):
            state = scratch[LANES:LANES + system.size]          # contiguous, so that it can be reshaped and sliced fast
            for lane in range(LANES):
                if not abs(cells[params + LAST * LANES + lane]) < np.inf:          # gone, but not yet moved away
                    scratch[lane] = np.nan
                    continue
                for r in range(system.size):
                    state[r] = cells[at + r * LANES + lane]
                watched = system.step(system.constants, t, cells[params + lane], cells[params + LANES + lane], state)
                scratch[lane] = watched if watched >= 0.0 else np.nan               # negative: not allowed, so it is gone
                for r in range(system.size):
                    cells[at + r * LANES + lane] = state[r]
            numbers = load(scratch, 0)
            return numbers, 1.0 / numbers
        return impl
