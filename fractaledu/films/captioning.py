"""What is written on the frames of a film."""
from __future__ import annotations

import math

from ..wording import complex_number, number
from .path import DOUBLING

FLOOR = "float64 ends here", "deeper, neighbouring samples would be", "fewer than 4 of its numbers apart"


def zoom_lines(problem, view, s, steps) -> tuple[str, ...]:
    """How deep, how many steps, and the window in true units."""
    return (f"{s * DOUBLING:.1f} decades deep · {steps} steps",
            *(f"{symbol} = {place(centre, half, scale)}" for symbol, centre, half, scale in
              zip(problem.symbols, view.centre, view.half, (view.x_scale, view.y_scale), strict=True)))


def place(centre, half, scale) -> str:
    """A centre with the digits that the window can tell apart, and how far the window reaches: 48.354 ± 0.0021."""
    if scale == "log10" and half > 0.5:             # wide: a factor says more
        return f"{number(centre, 3)} ×÷ {number(math.exp(half), 2)}"
    reach = half if scale == "linear" else centre * half
    digits = min(max(0, 1 - math.floor(math.log10(reach))), 20)
    return f"{centre:.{digits}f} ± {number(reach, 2)}".replace("-", "−")


def over_lines(name, value, steps) -> tuple[str, ...]:
    """The value of the number that a film runs over."""
    text = complex_number(value) if isinstance(value, complex) else number(value, 4)
    return (f"{value} steps",) if name == "steps" else (f"{name} = {text} · {steps} steps",)
