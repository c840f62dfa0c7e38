"""How far a point outside is from the Mandelbrot set or a filled Julia set, from its orbit and the orbit's derivative.

This finds borders that no pixel's centre hits: a hair without area is still less than a pixel away.

Count the orbit from z_0, the point itself.  Write G for its potential lim log|z_n| / power**n, and d = 2 |z| log|z| / |dz|
at escape, which is 2 G / |grad G|.  Then

    d / 4 * (1 - exp(-2 G)) / (2 G)  <=  distance  <=  d.

The left side is Koebe's quarter theorem for the outside of a connected set (Milnor, Dynamics in One Complex Variable,
appendix on computer graphics; Peitgen and Richter, The Beauty of Fractals, 1986): d / 4 near the set, less far out.
The right side is the lemma of Schwarz and Pick for a map from a disc to the half plane of positive G.
"""
from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from .arguments import whole
from .processors import available_threads

ESCAPE = 1000.0             # far enough for |z_n| to be the potential's to six digits
SMALLEST = 5e-324           # of float64
PART = 4096                 # points that a thread takes at once


def distance_to_mandelbrot(x, y, steps=1000, power=2) -> np.ndarray:
    """Estimate the distance of c = x + iy to the Mandelbrot set of z**power + c.

    Parameters
    ----------
    x, y : arrays of finite numbers that broadcast
        For a picture: `land.x`, `land.y[:, None]`.
    steps : int, default 1000
    power : int, default 2
        From 2 to 64.

    Returns
    -------
    float64 of the broadcast shape
        d: the true distance is at most d, and near the set at least d / 4 (this module says it exactly).  0.0 where the
        orbit did not escape within `steps`: the point is inside, or too close to tell.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    return _distance(x, y, 0j, steps, power, True)


def distance_to_julia(x, y, c, steps=1000, power=2) -> np.ndarray:
    """Estimate the distance of z = x + iy to the filled Julia set of z**power + c, for one finite complex c.

    Arguments and result as of `distance_to_mandelbrot`.  The lower bound holds where the set is connected.  At a start
    whose orbit hits 0, which escapes only where the set is not connected, d is inf.
    """
    try:
        c = complex(c)
    except (TypeError, ValueError):
        raise ValueError(f"c must be a complex number, got {c!r}") from None
    if not np.isfinite(c):
        raise ValueError(f"c must be finite, got {c}")
    return _distance(x, y, c, steps, power, False)


@njit(cache=True, nogil=True, error_model="numpy")
def _distances(x, y, constant, steps, power, mandelbrot, out):
    for k in range(len(x)):
        out[k] = 0.0
        c = complex(x[k], y[k]) if mandelbrot else constant
        if mandelbrot and power == 2:
            q = (c.real - 0.25) ** 2 + c.imag ** 2
            if not q < 9.0:                                 # far out; its square may overflow
                pass
            elif q * (q + c.real - 0.25) <= 0.25 * c.imag ** 2 or (c.real + 1) ** 2 + c.imag ** 2 <= 0.0625:
                continue                                    # in the main cardioid, or in the disc of period 2
        z, dz = (0j, 0j) if mandelbrot else (complex(x[k], y[k]), 1 + 0j)
        for t in range(steps + 1):
            if z.real * z.real + z.imag * z.imag > ESCAPE * ESCAPE:
                r = math.hypot(z.real, z.imag)
                d = 2 * r * math.log(r) / math.hypot(dz.real, dz.imag)
                out[k] = d if d > SMALLEST else SMALLEST    # dz may be more than float64 holds
                break
            if t < steps:
                w = z
                for _ in range(power - 2):
                    w *= z
                dz = power * w * dz
                if mandelbrot:
                    dz += 1
                z = w * z + c


def _distance(x, y, c, steps, power, mandelbrot):
    steps, power = whole("steps", steps, 1, 10 ** 8), whole("power", power, 2, 64)
    places = []
    for name, values in (("x", x), ("y", y)):
        values = np.asarray(values)
        if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite real numbers, got {values}")
        places.append(values.astype(float))
    try:
        x, y = np.broadcast_arrays(*places)
    except ValueError:
        raise ValueError(f"x and y must broadcast, got shapes {places[0].shape} and {places[1].shape}") from None
    shape, x, y = x.shape, np.ravel(x), np.ravel(y)
    out = np.empty(x.size)

    def run(start):
        part = slice(start, start + PART)
        _distances(x[part], y[part], c, steps, power, mandelbrot, out[part])

    with ThreadPoolExecutor(available_threads()) as threads:
        list(threads.map(run, range(0, x.size, PART)))
    return out.reshape(shape)
