"""Newton's method on a polynomial given by its roots; the pixel is the start.

z' = z - a p(z) / p'(z), and p'/p = sum m_k / (z - r_k) over roots r_k of multiplicity m_k.  Written so, a step stays exact
next to multiple roots, where p and p' both vanish, and the distances to the roots, which say how near the orbit is, come
for free.  |p(z)| would not do: it is small at places where nothing settles (CURRICULUM row 17).
"""
from typing import NamedTuple

import numpy as np
from numba.extending import overload

from ..kernel import LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, splat, sqrt, store, where


class Newton(NamedTuple):
    """Converged: nearer than `tolerance` to a root at the end.  Watched: the distance to the nearest root."""

    root_x: np.ndarray          # (roots,) float64, different from each other
    root_y: np.ndarray
    multiplicity: np.ndarray    # (roots,) float64
    ax: float                   # relaxation a = ax + i ay
    ay: float
    tolerance: float


@overload(rule)
def _rule(system):
    if is_a(system, Newton):
        return lambda system: Rule(relative=False, after=0, limit=np.inf, tolerance=system.tolerance)


@overload(rows)
def _rows(system):
    if is_a(system, Newton):
        return lambda system: 2


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, Newton):
        return lambda system: 0


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Newton):
        def impl(system, cells, params, at):
            store(cells, at, load(cells, params))
            store(cells, at + LANES, load(cells, params + LANES))
        return impl


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Newton):
        def impl(system, t, cells, params, at, scratch):
            x, y = load(cells, at), load(cells, at + LANES)
            nearest, u, v = splat(np.inf), splat(0.0), splat(0.0)       # u + iv = p'/p
            for k in range(system.root_x.size):
                dx, dy = x - system.root_x[k], y - system.root_y[k]
                square = dx * dx + dy * dy
                nearest = where(square < nearest, square, nearest)
                weight = system.multiplicity[k] / square
                u, v = u + weight * dx, v - weight * dy
            nearest = where(x * x + y * y < np.inf, nearest, np.inf)    # thrown to infinity, or NaN
            size = u * u + v * v
            u, v = u / size, -v / size                                  # p/p'
            moves = nearest > 0.0                                       # at a root p/p' is 0, though not computed so
            store(cells, at, where(moves, x - (system.ax * u - system.ay * v), x))
            store(cells, at + LANES, where(moves, y - (system.ax * v + system.ay * u), y))
            nearest = sqrt(nearest)
            return nearest, 1.0 / nearest
        return impl


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Newton):
        def impl(system, cells, at):
            best, which = np.inf, -1
            for k in range(system.root_x.size):
                square = (cells[at] - system.root_x[k]) ** 2 + (cells[at + LANES] - system.root_y[k]) ** 2
                if square < best:
                    best, which = square, k
            return which
        return impl


def merged(roots):
    """Different roots and their multiplicities, in the order given.

    Roots closer than rounding can separate count as one: solving (z - 1)**2 numerically gives 1 +- 1e-8.
    """
    scale = max(1.0, float(np.max(np.abs(roots))))
    groups = []
    for root in roots:
        near = (group for group in groups if abs(np.mean(group) - root) < 1e-5 * scale)
        group = next(near, None)
        groups.append([root]) if group is None else group.append(root)
    return np.array([np.mean(group) for group in groups]), np.array([float(len(group)) for group in groups])


def build(roots, a, tolerance=None):
    """The system for the polynomial with `roots` (complex, repeated ones repeated) and relaxation `a`."""
    roots, multiplicity = merged(np.asarray(roots, complex))
    if tolerance is None:
        tolerance = 1e-8
    return Newton(roots.real.copy(), roots.imag.copy(), multiplicity, float(a.real), float(a.imag), float(tolerance))
