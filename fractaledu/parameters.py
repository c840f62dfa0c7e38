"""Named hyperparameters of a system: any two of them can be the axes of a map, the others have values."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arguments import real
from .systems.hyper import Hyper
from .view import Scale, View


class Parameter(NamedTuple):
    """A number that a system depends on: an axis of the map, or a knob."""

    name: str
    label: str                      # of an axis, in words
    symbol: str
    value: float                    # where it is neither an axis nor given
    bounds: tuple[float, float]     # of the first view, in true units
    scale: Scale = "linear"         # of that axis


def axis_names(axes) -> tuple:
    """The names in `axes`, a pair or "first,second"."""
    try:
        return tuple(axes.split(",") if isinstance(axes, str) else axes)
    except TypeError:
        return (axes,)


def choose(parameters, axes, given) -> tuple[Hyper, View, dict]:
    """The numbers for the kernel, the first view, and the options that make the same again; ValueError names what is wrong.

    `given` is name -> value, None where the default is meant.
    """
    names, axes = [p.name for p in parameters], axis_names(axes)
    if len(axes) != 2 or axes[0] == axes[1] or not all(axis in names for axis in axes):
        raise ValueError(f"axes must be two different ones of {', '.join(names)}, got {', '.join(map(str, axes))}")
    values = {}
    for name, value in given.items():
        if name not in names:
            raise ValueError(f"unknown parameter {name!r}; there are {', '.join(names)}")
        if value is None:
            continue
        if name in axes:
            raise ValueError(f"{name} must not be given: it is an axis, got {value!r}")
        values[name] = real(name, value)
    x, y = (parameters[names.index(axis)] for axis in axes)
    numbers = np.array([values.get(p.name, p.value) for p in parameters])
    hyper = Hyper(names.index(axes[0]), names.index(axes[1]), numbers)
    return hyper, View(x.bounds, y.bounds, x.scale, y.scale), {"axes": ",".join(axes)} | values
