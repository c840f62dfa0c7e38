"""Sine and cosine of a Vec, to 2 ulp; arguments beyond LIMIT go to the C library, lane by lane.

x = n pi/2 + r with pi/2 in three parts, each product subtracted with one rounding (Cody and Waite), then the polynomials of
fdlibm (Sun Microsystems, k_sin.c and k_cos.c) for abs(r) <= pi/4.
"""
from numba import njit

from .simd import ROUND, bits, fabs, fma, library_cos, library_sin, splat, where

LIMIT = 1e9
HALF_PI = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33
S1, S2, S3, S4, S5, S6 = (-1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
                          2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10)
C1, C2, C3, C4, C5, C6 = (4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
                          -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11)


@njit(forceinline=True)
def _whole(x):
    """x rounded to a whole number."""
    return (x + ROUND) - ROUND


@njit(forceinline=True)
def _turned(x, quarters):
    """sin(x + quarters pi/2)."""
    n = _whole(x * (2.0 / 3.141592653589793))
    r = fma(n, splat(-HALF_PI[0]), x)
    r = fma(n, splat(-HALF_PI[1]), r)
    r = fma(n, splat(-HALF_PI[2]), r)
    z = r * r
    s = r + (z * r) * (S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))))
    half = 0.5 * z
    w = 1.0 - half
    c = w + (((1.0 - w) - half) + (z * z) * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6))))))
    n = n + quarters
    pairs = _whole(0.5 * n - 0.25)                      # floor(n / 2)
    y = where(n - 2.0 * pairs != 0.0, c, s)
    return where(pairs - 2.0 * _whole(0.5 * pairs - 0.25) != 0.0, -y, y)


@njit(forceinline=True)
def sin(x):
    """Sine; -0.0 and NaN come back as they are."""
    y = where(x == 0.0, x, _turned(x, 0.0))
    if bits(fabs(x) > LIMIT):
        y = where(fabs(x) > LIMIT, library_sin(x), y)
    return y


@njit(forceinline=True)
def cos(x):
    """Cosine."""
    y = _turned(x, 1.0)
    if bits(fabs(x) > LIMIT):
        y = where(fabs(x) > LIMIT, library_cos(x), y)
    return y
