"""Numbers with as many digits as wanted, by python-flint or by mpmath, behind the same few operations.

Numbers are added, multiplied and compared with Python's own signs; what differs between the two is a class here.
`exp`, `tanh`, `sqrt` and `middle` (the number without what is known of its error) take one number.
Lists of numbers stand for matrices row by row; `product` wants them as `matrix` made them.
"""
from __future__ import annotations

import contextlib
import importlib.util
import threading
from decimal import Decimal, InvalidOperation

BITS_PER_DIGIT = 3.3219280949
GUARD_BITS = 8
_flint_lock = threading.RLock()         # flint has one precision for all threads


def bits_for(digits) -> int:
    """Bits that hold `digits` decimal digits, and a few more."""
    return int(digits * BITS_PER_DIGIT) + GUARD_BITS


def finite_decimal(name, value) -> Decimal:
    """`value` (Decimal, string, int or float) as a Decimal without any rounding; ValueError unless it is a finite number."""
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


class Flint:
    """Arithmetic by python-flint.

    Its numbers are balls, whose radii grow far faster than the error when they are carried from step to step: what a step hands
    on goes through `middle` (products do), which drops the radius.
    """

    def __init__(self, digits):
        import flint
        self._flint, self._bits, self.one = flint, bits_for(digits), flint.arb(1)
        self.middle = flint.arb.mid                     # methods of numbers, called as functions: no call between
        self.exp, self.tanh, self.sqrt = flint.arb.exp, flint.arb.tanh, flint.arb.sqrt

    @contextlib.contextmanager
    def working(self):
        """The context in which to calculate: it holds flint's precision, which other threads wait for."""
        with _flint_lock, self._flint.ctx.workprec(self._bits):
            yield

    def number(self, value):
        """A float's exact value, or a Decimal with all its digits even where they are more than we work with."""
        if not isinstance(value, Decimal):
            return self._flint.arb(float(value))
        with self._flint.ctx.workprec(self._bits + bits_for(len(value.as_tuple().digits))):
            return self._flint.arb(str(value)).mid()

    def matrix(self, numbers, rows, columns):
        """What `product` multiplies."""
        return self._flint.arb_mat(rows, columns, numbers)

    def product(self, left, right):
        """The matrix product, as a list of numbers."""
        return (left * right).mid().entries()


class Mpmath:
    """Arithmetic by mpmath: slower, and everywhere to be had."""

    def __init__(self, digits):
        import mpmath
        self._context = mpmath.MPContext()              # our own: precision is a matter of the context
        self._context.prec = self._bits = bits_for(digits)
        self.one = self._context.mpf(1)
        self.middle = self._context.mpf                 # as it is: there is no radius
        self.exp, self.tanh, self.sqrt = self._context.exp, self._context.tanh, self._context.sqrt

    def working(self):
        """The context in which to calculate."""
        return contextlib.nullcontext()

    def number(self, value):
        """A float's exact value, or a Decimal with all its digits even where they are more than we work with."""
        if not isinstance(value, Decimal):
            return self._context.mpf(float(value))
        with self._context.workprec(self._bits + bits_for(len(value.as_tuple().digits))):
            return self._context.mpf(str(value))

    def matrix(self, numbers, rows, columns):
        """What `product` multiplies: the rows and the columns."""
        return [numbers[i * columns:(i + 1) * columns] for i in range(rows)], [numbers[j::columns] for j in range(columns)]

    def product(self, left, right):
        """The matrix product, as a list of numbers."""
        return [self._context.fdot(row, column) for row in left[0] for column in right[1]]


BACKENDS = {"flint": Flint, "mpmath": Mpmath}


def backend() -> str:
    """The library that calculates: "flint" where python-flint is installed, else "mpmath"; ImportError if there is neither."""
    for name in BACKENDS:
        if importlib.util.find_spec(name):
            return name
    raise ImportError('exact runs need python-flint (or mpmath, which is slower); get it with: pip install "fractaledu[deep]"')


def choose(digits, name=None):
    """The best arithmetic there is, or the one of this name, in `digits` decimal digits."""
    if name is not None and name not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {name!r}")
    return BACKENDS[name or backend()](digits)
