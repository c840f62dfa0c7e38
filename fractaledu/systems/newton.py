"""Newton's method on a polynomial given by its roots; the pixel is the start.

z' = z - a p(z) / p'(z).  With the different roots r_k and their multiplicities m_k, p/p' = prod (z - r_k) / q(z), where
q(z) = sum over k of m_k prod over j != k of (z - r_j): nothing vanishes twice next to a multiple root, as p and p' do, the
product is exact at a root, and q, from its coefficients, at a critical point such as that of z**n - 1 (where they are ill
conditioned, as for many roots in a row, q comes from the roots).  Settled is measured by the distance to the roots; |p(z)|
would not do: it is small at places where nothing settles.
"""
from typing import NamedTuple

import numpy as np
from numba.extending import overload

from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, splat, sqrt, store, where


class Newton(NamedTuple):
    """Converged: nearer than `tolerance` to a root at the end.  Watched: the distance to the nearest root."""

    root_x: np.ndarray          # (roots,) float64, different from each other
    root_y: np.ndarray
    multiplicity: np.ndarray    # (roots,) float64
    q_x: np.ndarray             # (roots,) float64: coefficients of q, highest power first; or empty
    q_y: np.ndarray
    ax: float                   # relaxation a = ax + i ay
    ay: float
    tolerance: float


@overload(rule)
def _rule(system):
    if is_a(system, Newton):
        return lambda system: Rule(relative=False, after=0, limit=CAP, tolerance=system.tolerance, escape=-1)


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
            large = x * x + y * y
            r = sqrt(where(large < 1.0, 1.0, large))
            s = 1.0 / r                         # everything is computed for z s, so that no power of a large z overflows
            nearest = splat(np.inf)
            px, py, qx, qy = splat(1.0), splat(0.0), splat(0.0), splat(0.0)
            for k in range(system.root_x.size):
                dx, dy = x - system.root_x[k], y - system.root_y[k]
                square = dx * dx + dy * dy
                nearest = where(square < nearest, square, nearest)
                dx, dy = dx * s, dy * s
                m = system.multiplicity[k]                              # the product rule
                qx, qy = qx * dx - qy * dy + m * px, qx * dy + qy * dx + m * py
                px, py = px * dx - py * dy, px * dy + py * dx
            if system.q_x.size:                                         # Horner's rule
                sx, sy, power = x * s, y * s, splat(1.0)
                qx, qy = splat(system.q_x[0]), splat(system.q_y[0])
                for k in range(1, system.q_x.size):
                    power = power * s
                    qx, qy = qx * sx - qy * sy + system.q_x[k] * power, qx * sy + qy * sx + system.q_y[k] * power
            size = (qx * qx + qy * qy) * s
            u, v = (px * qx + py * qy) / size, (py * qx - px * qy) / size       # p/p'
            nearest = where(large < np.inf, nearest, np.inf)            # thrown to infinity, or NaN
            moves = nearest > 0.0                                       # at a root the orbit rests
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


def merged(roots, closeness=0.0):
    """Different roots and their multiplicities, in the order given; those within closeness * abs(root) count as one."""
    groups = []
    for root in roots:
        near = (group for group in groups if abs(np.mean(group) - root) <= closeness * abs(root))
        group = next(near, None)
        groups.append([root]) if group is None else group.append(root)
    return np.array([np.mean(group) for group in groups]), np.array([float(len(group)) for group in groups])


def build(roots, a, tolerance, closeness=0.0):
    """The system for the polynomial with `roots` (complex, repeated ones repeated) and relaxation `a`."""
    roots, multiplicity = merged(np.asarray(roots, complex), closeness)
    q = np.array(sum(m * np.poly(np.delete(roots, k)) for k, m in enumerate(multiplicity)), complex, ndmin=1)
    rounding = 1e-14 * np.abs(q).max()          # of coefficients that are 0, as those of z**n - 1
    q.real[np.abs(q.real) < rounding] = 0.0
    q.imag[np.abs(q.imag) < rounding] = 0.0
    exact = [m * np.prod(root - np.delete(roots, k)) for k, (root, m) in enumerate(zip(roots, multiplicity, strict=True))]
    if not np.allclose(np.polyval(q, roots), exact, rtol=1e-11, atol=0.0):
        q = q[:0]
    parts = (np.ascontiguousarray(part, float) for part in (roots.real, roots.imag, multiplicity, q.real, q.imag))
    return Newton(*parts, float(a.real), float(a.imag), float(tolerance))
