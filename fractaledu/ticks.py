"""Where the ticks of an axis go and what they say, for figures and the explorer."""
from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

from matplotlib.ticker import LogLocator, MaxNLocator

_DIGITS = Context(prec=2000, Emin=-99999, Emax=99999)       # more than any place has


def wide(bounds, scale) -> bool:
    """Whether the ticks are powers of ten."""
    low, high = bounds
    return scale == "log10" and high > 10 * low


def powers_of_ten(bounds):
    """The powers of ten to mark in `wide` bounds, and their exponents."""
    places = [tick for tick in LogLocator(numticks=7).tick_values(*bounds) if bounds[0] <= tick <= bounds[1]]
    return places, [round(math.log10(tick)) for tick in places]


def even_ticks(bounds):
    """About four round numbers between the bounds."""
    low, high = bounds
    ticks = MaxNLocator(4).tick_values(low, high)
    return ticks[(low <= ticks) & (ticks <= high)]


def tick_texts(ticks):
    """Texts for even ticks.  In a narrow window they hold only what differs, and (text, power) says the rest: a tick
    stands for text + tick * 10**power; else None."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(ticks).max(initial=1.0)
    if step > 1e-4 * abs(ticks).max(initial=0.0):
        return [f"{tick:.6g}" for tick in ticks], None
    power = math.floor(math.log10(step) + 1e-6)
    shared = round(math.floor(ticks[0] / 10.0 ** (power + 2)) * 10.0 ** (power + 2), max(0, -power - 2))
    return [f"{(tick - shared) / 10.0 ** power:.3g}" for tick in ticks], (f"{shared:.15g}", power)


def shortened(number, most=18) -> str:
    """A Decimal for reading, with `most` digits at most: a longer one lacks its middle, 48.354074…29981."""
    number = Decimal(number).normalize(_DIGITS)
    power = number.adjusted() if number else 0
    if -5 <= power < most:
        return _without_middle(f"{number:f}", most)
    mantissa = _without_middle(f"{number.scaleb(-power, _DIGITS):f}", most)
    return mantissa + f"e{power}"


def _without_middle(text, most):
    return text if len(text) <= most + 1 else f"{text[:most - 8]}…{text[-6:]}"


def deep_ticks(view, axis):
    """Ticks of an exact view's axis (0: x, 1: y), whose bounds float64 may not tell apart.

    Returns the fractions of the axis where they are, their texts, and (shared, power): a tick is at `shared`, a Decimal, plus
    its text times 10**power.
    """
    low, high = view.point(0, 0)[axis], view.point(1, 1)[axis]
    width = _DIGITS.subtract(high, low)
    power = _DIGITS.divide(width, Decimal(4)).adjusted()
    hundred = Decimal((0, (1,), power + 2))
    middle = _DIGITS.divide(_DIGITS.add(low, high), Decimal(2))
    shared = _DIGITS.multiply(_DIGITS.divide(middle, hundred).to_integral_value(ROUND_HALF_EVEN), hundred)
    unit = Decimal((0, (1,), power))
    bounds = [float(_DIGITS.divide(_DIGITS.subtract(bound, shared), unit)) for bound in (low, high)]
    ticks = even_ticks(bounds)
    places = [_DIGITS.add(shared, _DIGITS.multiply(Decimal(float(tick)), unit)) for tick in ticks]
    points = [[view.centre[0], place] if axis else [place, view.centre[1]] for place in places]
    return [view.fraction(*point)[axis] for point in points], [f"{tick:.6g}" for tick in ticks], (shared, power)
