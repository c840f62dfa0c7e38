"""Points of the map as an Explorer keeps them: floats, or Decimals where float64 has too few digits for them."""
from __future__ import annotations

import math
from decimal import Decimal
from numbers import Real

from .. import decimals
from ..problems import Problem
from ..view import View

SPELT = str.maketrans({"−": "-", ",": "."})         # a minus sign of print, a comma in place of the point


def checked(problem: Problem, view: View, name, value) -> float | Decimal:
    """One coordinate; ValueError unless it is finite, and positive on a log10 axis of the problem.

    A Decimal where the view is exact, or where a text or Decimal says more digits than float64 holds; else a float.
    """
    if isinstance(value, Real) and not isinstance(value, Decimal):
        number = float(value)
        if math.isfinite(number):
            _positive(problem, name, number)
            return Decimal(repr(number)) if view.exact is not None else number
        raise ValueError(f"{name} must be finite, and positive on a log10 axis, got {number}")
    number = decimals.decimal(name, value.translate(SPELT) if isinstance(value, str) else value)
    _positive(problem, name, number)
    return number if view.exact is not None or Decimal(repr(float(number))) != number else float(number)


def check_pair(problem: Problem, view: View, point) -> tuple:
    """Both coordinates, each `checked`."""
    x, y = point
    return checked(problem, view, "x", x), checked(problem, view, "y", y)


def suited(view: View, point) -> tuple:
    """The point with the numbers that a picture of the view works with: Decimals where it is exact, else floats."""
    if view.exact is None:
        return tuple(map(float, point))
    return tuple(value if isinstance(value, Decimal) else Decimal(repr(value)) for value in point)


def _positive(problem, name, number):
    if getattr(problem.view, f"{name}_scale") == "log10" and not number > 0:
        raise ValueError(f"{name} must be finite, and positive on a log10 axis, got {str(number)[:60]}")
