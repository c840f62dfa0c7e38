"""Orbits of the Mandelbrot and Julia sets in arbitrary precision."""
from __future__ import annotations

import numpy as np

from ..systems.planar import Julia, Mandelbrot
from .run import Measure

MAPS = (Mandelbrot, Julia)
FAR = 1e3                   # orbits are kept up to their first number beyond


def supported(system) -> bool:
    """Whether `train` here can run this system."""
    return type(system) in MAPS and system.power >= 2


def train(system, x, y, steps, arithmetic, keep, tell):
    """The Measure of the orbit, and what was kept of it."""
    with arithmetic.working():
        zero, pixel = arithmetic.one * 0, (arithmetic.number(x), arithmetic.number(y))
        julia = type(system) is Julia
        z, c = (pixel, _numbers(arithmetic, system.cx, system.cy)) if julia else ((zero, zero), pixel)
    measure = Measure(arithmetic, steps, relative=False, after=1, limit=1)
    orbit = [_floats(z)]
    for t in range(steps):
        with arithmetic.working():
            z = _step(arithmetic, system.power, z, c)
            squares = arithmetic.middle(z[0] * z[0] + z[1] * z[1])
            goes_on = measure.enter(t, arithmetic.sqrt(squares) / 2, squares)
        if keep and (len(orbit) < 2 or abs(complex(*orbit[-1])) <= FAR):          # there are always a step's two ends
            orbit.append(_floats(z))
        if tell:
            tell(t)
        if not goes_on:
            break
    if not keep:
        return measure, None
    arrays = _columns("zx", "zy", orbit)
    return measure, arrays | _columns("critical_x", "critical_y", _critical(system, c, steps, arithmetic)) if julia else arrays


def _critical(system, c, steps, arithmetic):
    """The orbit of 0, in floats."""
    z = (arithmetic.one * 0, arithmetic.one * 0)
    orbit = [_floats(z)]
    while len(orbit) < 2 or len(orbit) <= steps and abs(complex(*orbit[-1])) <= FAR:
        with arithmetic.working():
            z = _step(arithmetic, system.power, z, c)
        orbit.append(_floats(z))
    return orbit


def _step(arithmetic, power, z, c):
    """z**power + c."""
    x, y = z
    u, v = x * x - y * y, 2 * x * y
    for _ in range(power - 2):
        u, v = u * x - v * y, u * y + v * x
    return arithmetic.middle(u + c[0]), arithmetic.middle(v + c[1])


def _numbers(arithmetic, *values):
    return tuple(arithmetic.number(value) for value in values)


def _floats(z):
    return float(z[0]), float(z[1])


def _columns(x, y, orbit):
    """The orbit's real and imaginary parts as arrays of these names."""
    return dict(zip((x, y), np.array(orbit).T.copy(), strict=True))
