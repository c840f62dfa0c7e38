"""A system of somebody's own: two jitted functions on one run's numbers, called run by run."""
from typing import NamedTuple

from numba.core.registry import CPUDispatcher
from numba.extending import overload

from ..kernel import LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
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
            # the state of one run lies here in a row of its own; the places in between are the other runs'
            for lane in range(LANES):
                end = at + lane + system.size * LANES
                system.start(system.constants, cells[params + lane], cells[params + LANES + lane], cells[at + lane:end:LANES])
        return impl


@overload(advance, jit_options={"error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Own):
        def impl(system, t, cells, params, at, scratch):
            state = scratch[LANES:LANES + system.size]          # contiguous, so that it can be reshaped and sliced fast
            for lane in range(LANES):
                for r in range(system.size):
                    state[r] = cells[at + r * LANES + lane]
                scratch[lane] = system.step(system.constants, t, cells[params + lane], cells[params + LANES + lane], state)
                for r in range(system.size):
                    cells[at + r * LANES + lane] = state[r]
            watched = load(scratch, 0)
            return watched, 1.0 / watched
        return impl
