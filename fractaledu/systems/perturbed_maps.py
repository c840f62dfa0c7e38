"""The Mandelbrot and Julia sets followed by their difference from a reference orbit, with rebasing.

With Z the reference orbit and z = Z + d:  d' = (z**p - Z**p) + dc, and z**p - Z**p = d (z**(p-1) + z**(p-2) Z + ... +
Z**(p-1)), where nothing nearly equal is subtracted.  When an orbit comes nearer to 0 than to its reference, |z| < |d|, or its
reference ends, it is *rebased*: d = z, and the reference begins anew at the orbit of 0.  So no reference fails (Zhuoran,
"Another solution to perturbation glitches", fractalforums.org, 2021).
"""
from typing import NamedTuple

import numpy as np
from numba.extending import overload

from ..elementary import root_and_inverse
from ..kernel import LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import gather, load, splat, store, where


class PerturbedMap(NamedTuple):
    """z' = z**power + c; the pixel's x and y are what c, or the start, differs by from the reference's."""

    zx: np.ndarray          # the reference orbit; from `origin` on that of 0, which the others are rebased to
    zy: np.ndarray
    origin: int             # where that begins: 0 for the Mandelbrot set, whose reference is such an orbit
    power: int
    starts: int             # 1: the pixel is the start (Julia)


def build(run, power, starts):
    """From the reference `run` (exact.Run) of a Mandelbrot or Julia system."""
    arrays = run.arrays
    if not starts:
        return PerturbedMap(arrays["zx"], arrays["zy"], 0, power, 0)
    joined = [np.concatenate([arrays["z" + axis], arrays["critical_" + axis]]) for axis in "xy"]
    return PerturbedMap(*joined, len(arrays["zx"]), power, 1)


@overload(rule)
def _rule(system):
    if is_a(system, PerturbedMap):
        return lambda system: Rule(relative=False, after=1, limit=1.0, tolerance=0.0, escape=-1)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, PerturbedMap):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, PerturbedMap):              # d, the place in the reference orbit, and Z there
        return lambda system: 5


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, PerturbedMap):
        return lambda system: 0


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, PerturbedMap):
        def impl(system, cells, params, at):
            first = 1.0 if system.starts else 0.0
            store(cells, at, first * load(cells, params))
            store(cells, at + LANES, first * load(cells, params + LANES))
            store(cells, at + 2 * LANES, 0.0)
            store(cells, at + 3 * LANES, system.zx[0])
            store(cells, at + 4 * LANES, system.zy[0])
        return impl


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, PerturbedMap):
        def impl(system, t, cells, params, at, scratch):
            dx, dy, place = load(cells, at), load(cells, at + LANES), load(cells, at + 2 * LANES)
            zx, zy = load(cells, at + 3 * LANES), load(cells, at + 4 * LANES)
            x, y = zx + dx, zy + dy
            sx, sy, px, py = x + zx, y + zy, zx, zy                 # the sum for power 2, and Z**1
            for _ in range(system.power - 2):
                px, py = px * zx - py * zy, px * zy + py * zx
                sx, sy = sx * x - sy * y + px, sx * y + sy * x + py
            dx, dy = dx * sx - dy * sy, dx * sy + dy * sx
            if not system.starts:
                dx, dy = dx + load(cells, params), dy + load(cells, params + LANES)
            place = place + 1.0
            zx, zy = gather(system.zx, place), gather(system.zy, place)
            x, y = zx + dx, zy + dy
            square = x * x + y * y
            # at the end of either orbit nothing is left to lean on
            ended = where(place == system.zx.size - 1.0, 1.0, where(place == system.origin - 1.0, splat(1.0), 0.0))
            rebased = where(square < dx * dx + dy * dy, 1.0, ended) > 0.0           # always done: a branch costs more
            store(cells, at, where(rebased, x, dx))
            store(cells, at + LANES, where(rebased, y, dy))
            store(cells, at + 2 * LANES, where(rebased, system.origin + 0.0, place))
            zx, zy = where(rebased, system.zx[system.origin], zx), where(rebased, system.zy[system.origin], zy)
            store(cells, at + 3 * LANES, zx)
            store(cells, at + 4 * LANES, zy)
            return root_and_inverse(0.25 * square)
        return impl
