"""Numbers and places as people read them."""
from __future__ import annotations

import math


def number(value, digits=4) -> str:
    """A number for reading: 12.3, 3.2 × 10⁻⁹."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "not a number"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, _, power = text.partition("e")
        text = (f"{mantissa} × " if mantissa not in ("1", "-1") else mantissa.removesuffix("1")) + power_of_ten(int(power))
    return text.replace("-", "−")


def amount(count) -> str:
    """Bytes: 480 bytes, 3.4 kB, 12 MB."""
    units = ["bytes", "kB", "MB", "GB"]
    while count >= 999.5 and len(units) > 1:
        count, _ = count / 1000, units.pop(0)
    return f"{count:.{1 if count < 9.95 and units[0] != 'bytes' else 0}f} {units[0]}"


def percent(share) -> str:
    """71 %; never 0 % of something, nor 100 % of not quite all."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return f"{100 if share == 1 else min(round(100 * share), 99)} %"


def duration(seconds) -> str:
    """5 s, 10 min, 2.0 h"""
    if seconds < 90:
        return f"{max(1, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def power_of_ten(power) -> str:
    """10⁻⁶"""
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def attractor_name(place) -> str:
    """A point, z = 0.5 + 0.866i without the z, or a name as it is."""
    return place if isinstance(place, str) else complex_number(place)


def complex_number(z) -> str:
    """0.5 + 0.866i"""
    if abs(z.imag) < 1e-12:
        return number(z.real, 3)
    real = f"{number(z.real, 3)} {'+' if z.imag > 0 else '−'} " if abs(z.real) > 1e-12 else "−" if z.imag < 0 else ""
    return f"{real}{number(abs(z.imag), 3)}i"
