"""Sets whose dimension is known, as pictures: what a ruler is checked with before it measures anything else.

Two kinds.  A *mask* (bool) marks the pixels of the set itself; *labels* (int8) divide the plane, and the set is where they
meet: take their `boundary`.
"""
import math

import numpy as np

from .arguments import whole

LARGEST = 2 ** 15


def _grid(n):
    n = whole("n", n, 2, LARGEST)
    y, x = np.ogrid[:n, :n]
    return n, y, x


def line(n=1024, slope=0.37):
    """Mask (n, n) of the line y = slope * x + n / 100, one pixel in each column it crosses."""
    n, y, x = _grid(n)
    return np.round(slope * x + n / 100) == y


def disc(n=1024):
    """Labels (n, n): 1 inside a disc of radius 0.39 n, which lies a little off the centre."""
    n, y, x = _grid(n)
    return ((y - 0.503 * n) ** 2 + (x - 0.471 * n) ** 2 < (0.39 * n) ** 2).astype(np.int8)


def half_plane(n=1024):
    """Labels (n, n): 1 above the line y = 0.73 x + n / 100."""
    n, y, x = _grid(n)
    return (y > 0.73 * x + n / 100).astype(np.int8)


def sierpinski(n=1024):
    """Mask (n, n) of the Sierpinski triangle: row and column have no binary digit 1 in common.  Best with n a power of 2."""
    n, y, x = _grid(n)
    return (y & x) == 0


def carpet(levels=6):
    """Mask (3**levels, 3**levels) of the Sierpinski carpet: row and column have no ternary digit 1 at the same place."""
    n, y, x = _grid(3 ** whole("levels", levels, 1, 9))
    mask = np.ones((n, n), bool)
    while n > 1:
        n //= 3
        mask &= (y // n % 3 != 1) | (x // n % 3 != 1)
    return mask


def koch(n=1024, depth=9):
    """Mask (n, n) of the Koch curve from side to side: the pixels of its corners after `depth` refinements.

    Neighbouring corners are 3**-depth of the side apart; where that is more than a pixel, the curve has gaps.
    """
    n, _, _ = _grid(n)
    points = np.array([0, 1], complex)
    for _ in range(whole("depth", depth, 0, 11)):
        a, d = points[:-1], np.diff(points) / 3
        pieces = np.stack([a, a + d, a + d + d * np.exp(1j * np.pi / 3), a + 2 * d], axis=1)
        points = np.append(pieces.ravel(), points[-1])
    mask = np.zeros((n, n), bool)
    column, row = (np.clip((part * n).astype(int), 0, n - 1) for part in (points.real, points.imag + 0.1))
    mask[row, column] = True
    return mask


def white_noise(n=1024, share=0.5, seed=0):
    """Labels (n, n): each pixel is 1 with probability `share`, whatever the others are."""
    n, _, _ = _grid(n)
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, got {share}")
    return (np.random.default_rng(seed).random((n, n)) < share).astype(np.int8)


# name: (function, which needs no argument; dimension; the same as a formula)
KNOWN = {
    "line": (line, 1.0, "1"),
    "disc": (disc, 1.0, "1"),
    "half plane": (half_plane, 1.0, "1"),
    "Koch curve": (koch, math.log(4) / math.log(3), "log 4 / log 3"),
    "Sierpinski triangle": (sierpinski, math.log(3) / math.log(2), "log 3 / log 2"),
    "Sierpinski carpet": (carpet, math.log(8) / math.log(3), "log 8 / log 3"),
    "white noise": (white_noise, 2.0, "2"),
}
