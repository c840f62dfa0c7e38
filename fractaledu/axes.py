"""One axis of a view: its bounds or its centre and half width, in float64 or in decimals.

`half` is in the units that a place is moved by: true units on a linear axis, the natural logarithm on a log10 axis.
"""
from __future__ import annotations

import math
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from . import decimals

SMALLEST_HALF = 1e-100              # of an exact view; the squares of such differences are still float64 numbers
LOG_TEN = math.log(10)


class Exact(NamedTuple):
    """A rectangle by its centre, with as many digits as it needs, and half its width and height.

    `half` is in decades on a log10 axis and in true units on a linear one.
    """

    x: Decimal
    y: Decimal
    half: tuple[float, float]


def check_scale(name, scale):
    """ValueError unless the scale is one that there is."""
    if scale not in ("linear", "log10"):
        raise ValueError(f'{name}_scale must be "linear" or "log10", got {scale!r}')


def check_bounds(name, bounds, scale):
    """The bounds as two floats; ValueError unless they span an axis of this scale."""
    check_scale(name, scale)
    try:
        low, high = (float(b) for b in bounds)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be two numbers (low, high), got {bounds!r}") from None
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"{name} must have finite bounds, got ({low}, {high})")
    if not low < high:
        raise ValueError(f"{name} must have its low bound below its high bound, got ({low}, {high})")
    if scale == "log10" and low <= 0:
        raise ValueError(f"{name} must have positive bounds on a log10 axis, got ({low}, {high})")
    if not math.isfinite(high - low):
        raise ValueError(f"{name} must span less than the largest float64, got ({low}, {high})")
    return low, high


def positive(name, value):
    """`value`, a number or the text of one, as a float; ValueError unless it is positive and finite."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")
    return number


def check_exact(exact, scales):
    """An Exact of Decimals and floats; ValueError says what is wrong."""
    for name, scale in zip("xy", scales, strict=True):
        check_scale(name, scale)
    if not isinstance(exact, Exact):
        raise TypeError(f"exact must be an Exact (x, y, half), got {type(exact).__name__}")
    centre = [decimals.decimal(name, value) for name, value in zip("xy", exact[:2], strict=True)]
    half = tuple(positive("half width", value) for value in exact.half)
    for name, value, reach, scale in zip("xy", centre, half, scales, strict=True):
        if scale == "log10" and not value > 0:
            raise ValueError(f"{name} must be positive on a log10 axis, got {value:.6g}")
        if not SMALLEST_HALF <= reach <= 1 / SMALLEST_HALF:
            raise ValueError(f"half width must be from {SMALLEST_HALF:g} to {1 / SMALLEST_HALF:g}, got {reach:g}")
        if scale == "log10" and reach * LOG_TEN > 600:
            raise ValueError(f"half width must be at most 260 decades, got {reach:g}")
    return Exact(*centre, half)


def middle(low, high, scale):
    """The centre of an axis, and its half width (on a log axis that of the natural logarithm)."""
    if scale == "linear":
        return low + (high - low) / 2, (high - low) / 2
    if high < 2 * low:                              # narrow: accurate to the last digit of the width
        half = math.log1p((high - low) / low) / 2
        return low * math.exp(half), half
    return math.exp((math.log(low) + math.log(high)) / 2), (math.log(high) - math.log(low)) / 2


def moved(centre, half, scale, by):
    """The place `by` half widths from the centre."""
    if isinstance(centre, Decimal):
        return decimals.moved(centre, half * by, scale, half)
    return centre + half * by if scale == "linear" else float(grown(centre, np.float64(half * by)))


def bounds_of(centre, half, scale):
    """The inverse of `_middle`: centre - half, or centre * (1 + d), to full precision however narrow."""
    if scale == "linear":
        return centre - half, centre + half
    return tuple(float(b) for b in grown(centre, np.array([-half, half])))


def grown(centre, d):
    """centre * e**d.  Near d = 0 as centre + centre * (e**d - 1): 10**x would lose a decade of zoom."""
    with np.errstate(over="ignore"):                # inf is refused where a View is made
        return np.where(np.abs(d) < 0.5, centre + centre * np.expm1(d), centre * np.exp(d))


def away(place, other, scale):
    """The inverse of `_moved`, in the units of `View.half`."""
    if isinstance(place, Decimal) or isinstance(other, Decimal):
        return decimals.away(Decimal(place), Decimal(other), scale)        # a Decimal of a float is exact
    return log_ratio(place, other) if scale == "log10" else place - other


def log_ratio(a, b):
    """log(a / b), accurate for a near b."""
    return math.log1p((a - b) / b) if abs(a - b) < b / 2 else math.log(a) - math.log(b)
