"""Problems by name, with options as text: for the command line and recipes."""
from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .descents import bumpy, markus, parabola, three_weights, two_weights
from .maps import JULIA, burning_ship, cubic, julia, logistic, magnet, mandelbrot, newton, rational
from .networks import PARAMETERS, paper, random_network
from .problems import Problem
from .xor import xor


def _complex(text):
    return complex(str(text).replace(" ", "").replace("i", "j").strip("()"))


def _constant(text):
    return text if text in JULIA else _complex(text)


def _complexes(text):
    return [_complex(part) for part in str(text).split(",")]


def _yes(text):
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]


class Named(NamedTuple):
    """How a problem is made from text."""

    make: Callable[..., Problem]
    options: Mapping[str, Callable[[str], Any]]        # option -> how its text is read


def _numbers(*names):
    return {"axes": str, **dict.fromkeys(names, float)}


_HYPER = _numbers(*(parameter.name for parameter in PARAMETERS))
_PLANE = "start", "start_imag"
NAMED = {
    "mandelbrot": Named(mandelbrot, {"power": int}),
    "julia": Named(julia, {"c": _constant, "power": int}),
    "burning-ship": Named(burning_ship, {"power": int}),
    "magnet": Named(magnet, {"kind": int, "tolerance": float}),
    "newton": Named(newton, {"roots": _complexes, "coefficients": _complexes, "a": _complex, "tolerance": float,
                               "degree": int}),
    "rational": Named(rational, {"numerator": _complexes, "denominator": _complexes, "tolerance": float}),
    "markus": Named(markus, {"word": str, "burn": int, **_numbers("r_a", "r_b", "start")}),
    "logistic": Named(logistic, _numbers("r", "r_imag", *_PLANE)),
    "cubic": Named(cubic, _numbers("rate", "rate_imag", *_PLANE)),
    "parabola": Named(parabola, _numbers("rate", "start", "curvature")),
    "bumpy": Named(bumpy, {"kind": str, **_numbers("rate", "start", "epsilon", "wavelength")}),
    "two-weights": Named(two_weights, {"tied": _yes, **_numbers("a0", "b0", "rate", "rate_a", "rate_b", "weight_decay")}),
    "three-weights": Named(three_weights, _numbers("x0", "y0", "z0", "rate")),
    **{f"paper-{condition}": Named(functools.partial(paper, condition), options | _HYPER) for condition, options in (
        *((plain, {"width": int}) for plain in ("tanh", "relu", "linear", "one-datum")),
        ("minibatch", {"batch_seed": int}), ("offset", {"offset": str}))},
    "random-network": Named(random_network, {"seed": int, "inputs": int, "hidden": int, "samples": int,
                                             "activation": str, "batch": int, **_HYPER}),
    "xor": Named(xor, {"seed": int, "activation": str, **_HYPER}),
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
        except (ValueError, KeyError):
            raise ValueError(f"{option} must be {KINDS[readers[option]]}, got {value!r}") from None
    if name == "random-network":
        values.setdefault("seed", 0)
    return make(**values)


def numbers_of(name) -> dict[str, Callable[[str], Any]]:
    """The options of the problem of that name that are numbers, and how their text is read."""
    return {option: reader for option, reader in NAMED[name].options.items() if reader in (int, float, _complex, _constant)}


KINDS = {int: "a whole number", float: "a number", _complex: "a number such as -0.8+0.156j",
          _complexes: "numbers such as 1,-1,0.5+2j", str: "a word", _yes: "yes or no",
          _constant: f"a number or one of {', '.join(JULIA)}"}
