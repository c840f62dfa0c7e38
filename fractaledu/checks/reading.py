"""What a learner's function returned, or a number that a learner found, read as what the exercise wants."""
from __future__ import annotations

import math

import numpy as np

from .result import NOT_ATTEMPTED, brief
from .trial import Trouble, a_thing

NOT_A_NUMBER = "the answer is no finite number"
KIND = "an answer of the wrong kind"
SHAPE = "an answer of the wrong shape"
WANTED = {float: "one real number", complex: "one number", int: "a whole number"}


def number(value, kind=float, name="Your function returned"):
    """A finite real (or complex, or whole) number; Trouble for anything else."""
    wanted = WANTED[kind]
    value = _single(value, wanted, name)
    if isinstance(value, bool | np.bool_ | str) or not hasattr(value, "__complex__") and not hasattr(value, "__float__"):
        raise Trouble(f"{name} {a_thing(value)}, {brief(value)}; wanted is {wanted}.", KIND, got=value)
    if isinstance(value, complex | np.complexfloating) and kind is not complex:
        if value.imag:              # nan is refused too
            raise Trouble(f"{name} the complex number {brief(value)}; wanted is {wanted}. Take `.real`, or `abs(...)` where a "
                          "size is meant.", KIND, got=value)
        value = value.real
    try:
        read = complex(value) if kind is complex else float(value)
    except OverflowError:
        raise Trouble(f"{name} a number that is too large: nothing beyond 1.8e308 can be compared. Does something grow "
                      f"without bounds? Wanted is {wanted}.", NOT_A_NUMBER) from None
    except Exception:               # whatever a class of the learner's own raises
        raise Trouble(f"{name} {a_thing(value)}; wanted is {wanted}.", KIND, got=value) from None
    if not (math.isfinite(read.real) and math.isfinite(read.imag)):
        raise Trouble(f"{name} {brief(value)}, which is no finite number: something was divided by zero, grew beyond all "
                      "bounds, or had its logarithm or root taken where there is none.", NOT_A_NUMBER, got=value)
    if kind is int:
        if read != round(read):
            raise Trouble(f"{name} {brief(value)}; wanted is {wanted}.", KIND, got=value)
        return int(read)
    return read


def _single(value, wanted, name):
    """The entry of an array that has only one."""
    if isinstance(value, np.ndarray) and value.size == 1:
        return value.reshape(())[()]
    if isinstance(value, np.ndarray):
        raise Trouble(f"{name} an array of shape {value.shape}; wanted is {wanted}.", SHAPE, got=value)
    if isinstance(value, list | tuple):
        way = " Take its entry, `[0]`, or leave the brackets out." if len(value) == 1 else ""
        raise Trouble(f"{name} {a_thing(value)} of {len(value)}; wanted is {wanted}.{way}", SHAPE, got=value)
    return value


def pair(value):
    """Two finite real numbers."""
    several = isinstance(value, tuple | list) or isinstance(value, np.ndarray) and value.ndim > 0
    if not several or len(value) != 2:
        held = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        raise Trouble(f"Your function returned {a_thing(value)}{held}; wanted are two numbers: `return p, s`.", SHAPE,
                      got=value)
    return tuple(number(part, name="One of the two numbers is") for part in value)


def given_numbers(*values, names):
    """Plain numbers that the learner found; Trouble where they are missing or no numbers."""
    missing = [name for name, value in zip(names, values, strict=True) if value is None or value is ...]
    if missing:
        raise Trouble(f"Put your number in the place of `...` for {' and '.join(f'`{name}`' for name in missing)} in the cell "
                      "above, run that cell, then run this one again.", outcome=NOT_ATTEMPTED)
    for name, value in zip(names, values, strict=True):
        if callable(value):
            raise Trouble(f"`{name}` should be a number, not the function that computes it: call it first.", KIND, got=value)
    return [number(value, name=f"`{name}` is") for name, value in zip(names, values, strict=True)]
