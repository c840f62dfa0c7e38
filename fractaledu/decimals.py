"""Places with more digits than float64 holds, as `decimal.Decimal`.

A place is moved by a float64 distance; the sum is rounded SPARE digits below that distance and never to fewer digits than it
had, so that nothing that a picture can show is lost.
"""
from __future__ import annotations

import math
from decimal import Context, Decimal, InvalidOperation

SPARE = 25                          # digits kept below the distance that counts
MOST_DIGITS = 1000                  # of a place that is given
LARGEST_POWER = 300                 # of ten, either way: float64 holds no more
MOST_LOG = 1400                     # natural logarithm of the largest float64 over the smallest


def decimal(name, value) -> Decimal:
    """A Decimal, a text like "48.354…", or a number (to its last bit) as a Decimal; ValueError unless it is finite."""
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"{name} must be a decimal number, got {str(value)[:60]!r}") from None
    if number.is_finite() and not number:
        return Decimal(0)               # 0e-999999999 is 0, and would cost a billion digits
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_POWER:
        raise ValueError(f"{name} must be finite, and 1e±{LARGEST_POWER} at most, got {str(value)[:60]}")
    if len(number.as_tuple().digits) > MOST_DIGITS:
        raise ValueError(f"{name} must have at most {MOST_DIGITS} digits, got {len(number.as_tuple().digits)}")
    return number


def _context(place, power):
    """Arithmetic that keeps the digits of `place`, and SPARE digits below 10**power."""
    digits = max(len(place.as_tuple().digits), place.adjusted() - power + SPARE, SPARE + 3)
    return Context(prec=digits, Emin=-99999, Emax=99999)


def moved(place, by, scale, resolution=None) -> Decimal:
    """`place` + `by`, or on a log10 axis `place` * e**by; digits are kept down to SPARE below `resolution` (default: `by`)."""
    if by == 0:
        return place
    if not math.isfinite(by) or (scale == "log10" and abs(by) > MOST_LOG):
        raise ValueError(f"a place must be moved by a finite distance that float64 holds, got {by}")
    power = math.floor(math.log10(min(abs(by), abs(resolution or by))))
    context = _context(place, power + place.adjusted() if scale == "log10" else power)
    step = Decimal(by)
    if scale == "log10":
        step = context.multiply(place, context.subtract(context.exp(step), Decimal(1)))
    return context.add(place, step)


def away(place, other, scale) -> float:
    """The inverse of `moved`: how far `place` is from `other`; ValueError where a log10 axis has no such place."""
    for number in (place, other):
        if not number.is_finite() or (scale == "log10" and not number > 0):
            raise ValueError(f"a place must be finite, and positive on a log10 axis, got {number:.6g}")
    difference = exact_difference(place, other)
    if scale == "linear" or not difference:
        return float(difference)
    ratio = _quotient(difference, other)
    if abs(ratio) < Decimal("1e-8"):                # log1p, without leaning on more digits than these
        return math.log1p(float(ratio))
    return float(Context(prec=40).ln(Context(prec=40).add(ratio, Decimal(1))))


def exact_sum(a, b) -> Decimal:
    """a + b with all its digits."""
    return exact_difference(a, b.copy_negate())         # -b would round to the precision of whoever calls


def exact_difference(a, b) -> Decimal:
    """a - b with all its digits."""
    span = max(a.adjusted(), b.adjusted()) - min(a.as_tuple().exponent, b.as_tuple().exponent) + 2
    return Context(prec=max(span, SPARE), Emin=-99999, Emax=99999).subtract(a, b)


def _quotient(a, b):
    return Context(prec=40, Emin=-99999, Emax=99999).divide(a, b)
