"""What is written on the frames of a film."""
from __future__ import annotations

import itertools
import math

from ..captions import place
from ..wording import complex_number, number
from .path import DOUBLING

FLOOR = "float64 ends here", "deeper, neighbouring samples would be", "fewer than 4 of its numbers apart"
SMALLEST = "exact windows end here", "half widths go down to 1e-100"


def zoom_lines(problem, view, s, steps) -> tuple[str, ...]:
    """How deep, how many steps, and the window in true units."""
    return (_parts(f"{s * DOUBLING:.1f} decades deep", _in_steps(steps)),
            *(f"{symbol} = {place(centre, half, scale)}" for symbol, centre, half, scale in
              zip(problem.symbols, view.centre, view.half, (view.x_scale, view.y_scale), strict=True)))


def over_lines(name, values, steps) -> list[tuple[str, ...]]:
    """For each value of the number that a film runs over, the caption: with the digits that tell values apart."""
    if name == "steps":
        return [(_in_steps(value),) for value in values]
    digits = 4
    if not any(isinstance(value, complex) for value in values):
        gap = min((b - a for a, b in itertools.pairwise(sorted(values)) if b > a), default=1)
        digits = max(4, 1 + math.ceil(math.log10(max(map(abs, values)) / gap)))
    return [(_parts(f"{name} = {_value(value, digits)}", _in_steps(steps)),) for value in values]


def _value(value, digits=4):
    if isinstance(value, complex):
        return complex_number(value)
    return str(value) if isinstance(value, int) else number(value, digits)


def _in_steps(count):
    return f"{count} step{'s' * (count != 1)}"


def _parts(*parts):
    """Parts of a line, which is broken between them if it must be."""
    return " · ".join(part.replace(" ", "\u00a0") for part in parts)


def about(recipe) -> str:
    """What a film shows, in a sentence for those who do not see it."""
    if "over" in recipe:
        first, last = (_value(complex(v) if isinstance(v, str) else v) for v in (recipe["values"][0], recipe["values"][-1]))
        return f"Film of {recipe['title']}: {recipe['over']} from {first} to {last}"
    return f"Film of {recipe['title']}: zoom, {recipe['depth']:.1f} decades deep"
