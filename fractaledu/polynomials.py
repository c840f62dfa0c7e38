"""Complex numbers and polynomials: as they are given, and as text and LaTeX."""
from __future__ import annotations

import numpy as np


def finite_complex(name, number) -> complex:
    """`number` as a complex; ValueError unless it is a finite number."""
    try:
        z = complex(number)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {number!r}") from None
    if not (np.isfinite(z.real) and np.isfinite(z.imag)):
        raise ValueError(f"{name} must be finite, got {number}")
    return z


def complex_numbers(name, numbers) -> list[complex]:
    """As `finite_complex`, for each of a list."""
    try:
        return [finite_complex(name, number) for number in numbers]
    except TypeError:
        raise ValueError(f"{name} must be a list of numbers, got {numbers!r}") from None


def polynomial(name, numbers):
    """Coefficients without leading zeros, one at least; ValueError unless finite and at most 65."""
    coefficients = np.trim_zeros(np.array(complex_numbers(name, numbers), complex), "f")
    if len(coefficients) == 0:
        raise ValueError(f"{name} must not be zero, got {list(numbers)}")
    if len(coefficients) > 65:
        raise ValueError(f"{name} must be at most 65 in number, got {len(coefficients)}")
    return coefficients


def superscript(n) -> str:
    """³"""
    return str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def short(z) -> str:
    """A complex number to six digits, without its imaginary part where that is 0."""
    return f"{z:.6g}" if z.imag else f"{z.real:.6g}"


def tex(z):
    """A complex number in LaTeX."""
    if not z.imag:
        return f"{z.real:.6g}"
    if not z.real:
        return {1.0: "i", -1.0: "-i"}.get(z.imag, f"{z.imag:.6g}i")
    return f"{z.real:.6g}{z.imag:+.6g}i"


def tex_polynomial(coefficients):
    """A polynomial in LaTeX; only its degree where it is long."""
    degree = len(coefficients) - 1
    if degree > 4:
        return f"p_{{{degree}}}(z_t)"
    terms = []
    for power, c in zip(range(degree, -1, -1), coefficients, strict=True):
        variable = ("", "z_t")[power] if power < 2 else f"z_t^{power}"
        number = f"({tex(c)})" if c.imag and c.real else tex(c)
        if c:
            terms.append({"1": "", "-1": "-"}.get(number, number) + variable if variable else number)
    return " + ".join(terms).replace("+ -", "- ")
