"""Any system in float32: its parameters and, after every step, its state are rounded to float32.

Within a step the arithmetic stays float64, so this is the mildest way to be short of digits: weights kept in float32.
"""
from typing import NamedTuple

from numba.extending import overload

from ..kernel import LANES, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, single, store


class Rounded(NamedTuple):
    """The system inside, kept in float32."""

    system: NamedTuple
    _wraps = True           # see kernel.moving_rows


def _delegate(function):
    """The overload of a function that only passes the question on."""
    @overload(function)
    def passed_on(system):
        if is_a(system, Rounded):
            return lambda system: function(system.system)


for _function in (rule, rows, scratch_rows):
    _delegate(_function)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Rounded):
        return lambda system, cells, at: attractor(system.system, cells, at)


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Rounded):
        def impl(system, cells, params, at):
            for k in range(2):
                store(cells, params + k * LANES, single(load(cells, params + k * LANES)))
            start(system.system, cells, params, at)
            for r in range(rows(system.system)):
                store(cells, at + r * LANES, single(load(cells, at + r * LANES)))
        return impl


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Rounded):
        def impl(system, t, cells, params, at, scratch):
            w, u = advance(system.system, t, cells, params, at, scratch)
            for r in range(rows(system.system)):
                store(cells, at + r * LANES, single(load(cells, at + r * LANES)))
            return w, u
        return impl
