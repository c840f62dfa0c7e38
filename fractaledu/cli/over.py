"""--over NAME LOW HIGH: the values that one number of a system takes, one for each keyframe of a film."""
from __future__ import annotations

import cmath
import numbers

import numpy as np

from .. import names
from .reading import UsageError


def values_over(system, over, count, geometric) -> list:
    """`count` values of the number `over[0]` of a system, from `over[1]` to `over[2]`, both texts.

    Whole numbers where the system reads whole ones (steps, a seed, a width): rounded, none twice, so perhaps fewer.
    """
    name, *ends = (text.strip() for text in over)
    name = name.replace("-", "_")
    readers = {"steps": int} | names.numbers_of(system)
    if name not in readers:
        raise UsageError(f"--over must name a number of {system}, {', '.join(readers)}; got {name!r}")
    try:
        low, high = (readers[name](end) for end in ends)
    except (ValueError, KeyError):
        raise UsageError(f"--over {name} must go from {names.KINDS[readers[name]]} to another, got {' and '.join(ends)}"
                         ) from None
    if low == high or not all(isinstance(end, numbers.Number) and cmath.isfinite(end) for end in (low, high)):
        raise UsageError(f"--over {name} must go from one finite number to another, got {' and '.join(ends)}")
    if isinstance(low, complex) and low.imag == high.imag == 0:
        low, high = low.real, high.real
    if count < 2:
        raise UsageError(f"--keyframes must be at least 2, got {count}")
    if geometric and not all(isinstance(end, numbers.Real) and end > 0 for end in (low, high)):
        raise UsageError(f"--geometric needs --over {name} to go between numbers above 0, got {' and '.join(ends)}")
    values = (np.geomspace if geometric else np.linspace)(low, high, count)
    if isinstance(low, int):
        values = np.rint(values).astype(int)
    return list(dict.fromkeys(values.tolist()))         # of whole numbers, some may be equal
