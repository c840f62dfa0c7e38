"""Networks of two and of three weights, f(x) = a b x or a b c x on one datum (1, 1): the smallest that are fractal.

Watched before the step: the size of the gradient.  Settled: below the tolerance at the end.  Every parameter can be an axis.
"""
from typing import NamedTuple

from numba.extending import overload

from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, sqrt, store
from .hyper import Hyper, parameter

A, RATE, WEIGHT_DECAY, B, RATE_A, RATE_B = range(6)
X, Y, Z, RATE_OF_THREE = range(4)
TOLERANCE = 1e-6
SMALL = 1e-3                # a weight below this counts as 0


class TwoWeights(NamedTuple):
    """Gradient descent on (a b - 1)**2 / 2 + weight_decay (a**2 + b**2) / 2; where `tied`, b is a."""

    hyper: Hyper            # a at the start, rate, weight decay; untied also: b at the start, factors of the rates
    tied: int


class ThreeWeights(NamedTuple):
    """Gradient descent on (x y z - 1)**2 / 4; the attractor is the minimum: which of the weights are negative."""

    hyper: Hyper            # x, y, z at the start; rate


KINDS = (TwoWeights, ThreeWeights)
TWO = "a, b > 0", "a, b < 0", "a = b = 0", "infinity"
THREE = "x, y, z > 0", "y, z < 0", "x, z < 0", "x, y < 0", "a saddle (two are 0)", "infinity"


@overload(rule)
def _rule(system):
    if is_a(system, TwoWeights):
        return lambda system: Rule(relative=False, after=0, limit=CAP, tolerance=TOLERANCE, escape=3)
    if is_a(system, ThreeWeights):
        return lambda system: Rule(relative=False, after=0, limit=CAP, tolerance=TOLERANCE, escape=5)


@overload(rows)
def _rows(system):
    if is_a(system, TwoWeights):
        return lambda system: 2
    if is_a(system, ThreeWeights):
        return lambda system: 3


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, *KINDS):
        return lambda system: 0


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, TwoWeights):
        def two(system, cells, params, at):
            store(cells, at, parameter(system.hyper, A, cells, params))
            store(cells, at + LANES, parameter(system.hyper, A if system.tied else B, cells, params))
        return two
    if is_a(system, ThreeWeights):
        def three(system, cells, params, at):
            for k in range(3):
                store(cells, at + k * LANES, parameter(system.hyper, k, cells, params))
        return three


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, TwoWeights):
        def two(system, t, cells, params, at, scratch):
            a, b = load(cells, at), load(cells, at + LANES)
            decay = parameter(system.hyper, WEIGHT_DECAY, cells, params)
            rate_a = rate_b = parameter(system.hyper, RATE, cells, params)
            if not system.tied:
                rate_a = rate_a * parameter(system.hyper, RATE_A, cells, params)
                rate_b = rate_b * parameter(system.hyper, RATE_B, cells, params)
            e = a * b - 1.0
            slope_a, slope_b = e * b + decay * a, e * a + decay * b
            store(cells, at, a - rate_a * slope_a)
            store(cells, at + LANES, b - rate_b * slope_b)
            size = sqrt(slope_a * slope_a + slope_b * slope_b)
            return size, 1.0 / size
        return two
    if is_a(system, ThreeWeights):
        def three(system, t, cells, params, at, scratch):
            x, y, z = load(cells, at), load(cells, at + LANES), load(cells, at + 2 * LANES)
            rate = parameter(system.hyper, RATE_OF_THREE, cells, params)
            e = 0.5 * (x * y * z - 1.0)
            u, v, w = e * y * z, e * x * z, e * x * y
            store(cells, at, x - rate * u)
            store(cells, at + LANES, y - rate * v)
            store(cells, at + 2 * LANES, z - rate * w)
            size = sqrt(u * u + v * v + w * w)
            return size, 1.0 / size
        return three


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, TwoWeights):
        def two(system, cells, at):
            a, b = cells[at], cells[at + LANES]
            return 2 if abs(a) < SMALL and abs(b) < SMALL else 0 if a + b > 0.0 else 1
        return two
    if is_a(system, ThreeWeights):
        def three(system, cells, at):
            x, y, z = cells[at], cells[at + LANES], cells[at + 2 * LANES]
            if abs(x * y * z) < SMALL:
                return 4
            return 0 if min(x, y, z) > 0.0 else 1 if x > 0.0 else 2 if y > 0.0 else 3
        return three
