"""Checks at the public border that more than one module needs: they name the argument, the rule and the value."""
from __future__ import annotations

import math
import operator


def whole(name, value, low, high, hint="") -> int:
    """`value` as an int; ValueError unless it is a whole number from `low` to `high`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = int(value) if isinstance(value, float) and value.is_integer() else None
    if number is None or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {number}{hint}")
    return number


def real(name, value) -> float:
    """`value` as a float; ValueError unless it is a finite real number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


def check_threads(threads) -> int | None:
    """A number of threads as an int, or None; ValueError unless it is from 1 to 1024."""
    return None if threads is None else whole("threads", threads, 1, 1024)
