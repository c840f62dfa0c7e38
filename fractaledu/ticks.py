"""Where the ticks of an axis go and what they say, for figures and the explorer."""
from __future__ import annotations

import math

from matplotlib.ticker import LogLocator, MaxNLocator


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
