"""Problems by name, with options as text: for the command line and recipes."""
from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .networks import paper, random_network
from .problems import Problem, julia, mandelbrot, newton


def _complex(text):
    return complex(str(text).replace(" ", "").replace("i", "j").strip("()"))


def _complexes(text):
    return [_complex(part) for part in str(text).split(",")]


class Named(NamedTuple):
    """How a problem is made from text."""

    make: Callable[..., Problem]
    options: Mapping[str, Callable[[str], Any]]        # option -> how its text is read


NAMED = {
    "mandelbrot": Named(mandelbrot, {"power": int}),
    "julia": Named(julia, {"c": _complex, "power": int}),
    "newton": Named(newton, {"roots": _complexes, "coefficients": _complexes, "a": _complex, "tolerance": float,
                               "degree": int}),
    **{f"paper-{condition}": Named(functools.partial(paper, condition), options) for condition, options in (
        *((plain, {"width": int}) for plain in ("tanh", "relu", "linear", "one-datum")),
        ("minibatch", {"batch_seed": int}), ("offset", {"offset": str}))},
    "random-network": Named(random_network, {"seed": int, "inputs": int, "hidden": int, "samples": int,
                                             "activation": str, "batch": int, "offset": str}),
}


def named(name, /, **options) -> Problem:
    """The problem of that name (`NAMED`); its options are values, or text as on the command line."""
    if name not in NAMED:
        raise ValueError(f"system must be one of {', '.join(NAMED)}, got {name!r}")
    make, readers = NAMED[name]
    values = {}
    for option, value in options.items():
        if option not in readers:
            raise ValueError(f"{name} has no option {option!r}; it has {', '.join(readers)}")
        try:
            values[option] = readers[option](value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(f"{option} must be {KINDS[readers[option]]}, got {value!r}") from None
    if name == "random-network":
        values.setdefault("seed", 0)
    return make(**values)


KINDS = {int: "a whole number", float: "a number", _complex: "a number such as -0.8+0.156j",
          _complexes: "numbers such as 1,-1,0.5+2j", str: "a word"}
