"""Maps of the complex plane that need more than a step: the logistic family, magnets, rational functions."""
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.extending import overload

from ..elementary import root_and_inverse
from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, splat, sqrt, store, where
from .hyper import Hyper, parameter

PARAMETER, PARAMETER_IMAG, START, START_IMAG = range(4)
FAR = 100.0                     # a magnet's orbit this far from 1 has departed


class Quadratic(NamedTuple):
    """x' = alpha x + beta x**2 with a complex p: the logistic map (alpha = p, beta = -p) or gradient descent on
    x**2/2 - x**3/3 with rate p (alpha = 1 - p, beta = p).

    z = beta x + alpha / 2 is the z of z**2 + c with c = alpha / 2 - alpha**2 / 4.  Watched after the step: |z| / 2.
    """

    hyper: Hyper            # p, its imaginary part, the start, its imaginary part
    logistic: int
    critical: int           # 1: the start is the critical point, where z is 0, whatever the parameter


class Magnet(NamedTuple):
    """The magnets of renormalisation (Peitgen and Richter 1986), from 0; the pixel is c.  Watched after the step: |z - 1|.

    I: z' = ((z**2 + c - 1) / (2 z + c - 2))**2
    II: z' = ((z**3 + 3 (c - 1) z + (c - 1)(c - 2)) / (3 z**2 + 3 (c - 2) z + (c - 1)(c - 2) + 1))**2
    """

    kind: int               # 1 or 2
    tolerance: float


class Rational(NamedTuple):
    """z' = p(z) / q(z); the pixel is the start.  Watched before the step: the distance to the nearest attracting fixed
    point."""

    p_x: np.ndarray         # (degree + 1,) coefficients, highest power first; p and q to the same degree
    p_y: np.ndarray
    q_x: np.ndarray
    q_y: np.ndarray
    fixed_x: np.ndarray     # (fixed points,) the attracting ones, one at least
    fixed_y: np.ndarray
    tolerance: float
    escape: int             # the attractor that stands for infinity, or -1


KINDS = (Quadratic, Magnet, Rational)


@overload(rule)
def _rule(system):
    if is_a(system, Quadratic):
        return lambda system: Rule(relative=False, after=1, limit=1.0, tolerance=0.0, escape=-1)
    if is_a(system, Magnet):
        return lambda system: Rule(relative=False, after=1, limit=FAR, tolerance=system.tolerance, escape=1)
    if is_a(system, Rational):
        return lambda system: Rule(relative=False, after=0, limit=CAP, tolerance=system.tolerance, escape=system.escape)


@overload(rows)
def _rows(system):
    if is_a(system, *KINDS):
        return lambda system: 2


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, *KINDS):
        return lambda system: 0


@njit(forceinline=True, error_model="numpy")
def _over(px, py, qx, qy):
    """The complex quotient p / q."""
    size = qx * qx + qy * qy
    return (px * qx + py * qy) / size, (py * qx - px * qy) / size


@njit(forceinline=True)
def _line(system, cells, params):
    """alpha and beta of a Quadratic."""
    px = parameter(system.hyper, PARAMETER, cells, params)
    py = parameter(system.hyper, PARAMETER_IMAG, cells, params)
    if system.logistic:
        return px, py, -px, -py
    return 1.0 - px, -py, px, py


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Quadratic):
        def quadratic(system, cells, params, at):
            x = parameter(system.hyper, START, cells, params)
            y = parameter(system.hyper, START_IMAG, cells, params)
            if system.critical:
                ax, ay, bx, by = _line(system, cells, params)
                x, y = _over(-0.5 * ax, -0.5 * ay, bx, by)
                still = bx * bx + by * by == 0.0            # the map x' = alpha x has none
                x, y = where(still, 0.0, x), where(still, 0.0, y)
            store(cells, at, x)
            store(cells, at + LANES, y)
        return quadratic
    if is_a(system, Magnet):
        def magnet(system, cells, params, at):
            store(cells, at, 0.0)
            store(cells, at + LANES, 0.0)
        return magnet
    if is_a(system, Rational):
        def rational(system, cells, params, at):
            store(cells, at, load(cells, params))
            store(cells, at + LANES, load(cells, params + LANES))
        return rational


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Quadratic):
        def quadratic(system, t, cells, params, at, scratch):
            x, y = load(cells, at), load(cells, at + LANES)
            ax, ay, bx, by = _line(system, cells, params)
            u, v = ax + bx * x - by * y, ay + bx * y + by * x
            x, y = u * x - v * y, u * y + v * x
            store(cells, at, x)
            store(cells, at + LANES, y)
            u, v = 0.5 * ax + bx * x - by * y, 0.5 * ay + bx * y + by * x           # z
            return root_and_inverse(0.25 * (u * u + v * v))
        return quadratic
    if is_a(system, Magnet):
        def magnet(system, t, cells, params, at, scratch):
            x, y = load(cells, at), load(cells, at + LANES)
            a, b = load(cells, params), load(cells, params + LANES)
            u, v = x * x - y * y, 2.0 * x * y                                       # z**2
            if system.kind == 1:
                x, y = _over(u + a - 1.0, v + b, 2.0 * x + a - 2.0, 2.0 * y + b)
            else:
                s, w = (a - 1.0) * (a - 2.0) - b * b, b * (2.0 * a - 3.0)           # (c - 1)(c - 2)
                m, n = u + 3.0 * (a - 1.0), v + 3.0 * b                             # z**2 + 3 (c - 1)
                x, y = _over(x * m - y * n + s, x * n + y * m + w,
                             3.0 * (u + (a - 2.0) * x - b * y) + s + 1.0, 3.0 * (v + (a - 2.0) * y + b * x) + w)
            x, y = x * x - y * y, 2.0 * x * y
            store(cells, at, x)
            store(cells, at + LANES, y)
            size = sqrt((x - 1.0) * (x - 1.0) + y * y)
            return size, 1.0 / size
        return magnet
    if is_a(system, Rational):
        def rational(system, t, cells, params, at, scratch):
            x, y = load(cells, at), load(cells, at + LANES)
            nearest = splat(np.inf)
            for k in range(system.fixed_x.size):
                dx, dy = x - system.fixed_x[k], y - system.fixed_y[k]
                square = dx * dx + dy * dy
                nearest = where(square < nearest, square, nearest)
            large = x * x + y * y
            nearest = where(large < np.inf, nearest, np.inf)
            r = sqrt(where(large < 1.0, 1.0, large))
            s = 1.0 / r                         # everything is computed for z s, so that no power of a large z overflows
            sx, sy, power = x * s, y * s, splat(1.0)
            px, py, qx, qy = splat(system.p_x[0]), splat(system.p_y[0]), splat(system.q_x[0]), splat(system.q_y[0])
            for k in range(1, system.p_x.size):                                     # Horner's rule
                power = power * s
                px, py = px * sx - py * sy + system.p_x[k] * power, px * sy + py * sx + system.p_y[k] * power
                qx, qy = qx * sx - qy * sy + system.q_x[k] * power, qx * sy + qy * sx + system.q_y[k] * power
            u, v = _over(px, py, qx, qy)
            moves = nearest > 0.0                                                   # at a fixed point the orbit rests
            store(cells, at, where(moves, u, x))
            store(cells, at + LANES, where(moves, v, y))
            nearest = sqrt(nearest)
            return nearest, 1.0 / nearest
        return rational


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Quadratic):
        return lambda system, cells, at: -1
    if is_a(system, Magnet):
        return lambda system, cells, at: 0
    if is_a(system, Rational):
        def rational(system, cells, at):
            best, which = np.inf, -1
            for k in range(system.fixed_x.size):
                square = (cells[at] - system.fixed_x[k]) ** 2 + (cells[at + LANES] - system.fixed_y[k]) ** 2
                if square < best:
                    best, which = square, k
            return which
        return rational
