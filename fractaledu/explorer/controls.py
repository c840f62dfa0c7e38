"""The knobs of a problem, built from its options, and what turning one does."""
from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from .. import deep
from ..colour import MODES, PALETTES
from ..names import NAMED, named
from ..networks import CONDITIONS
from ..networks import OFFSETS as PAPER_OFFSETS
from ..problems import Problem
from ..systems.activations import ACTIVATIONS
from ..systems.complex_maps import Quadratic
from ..systems.planar import is_planar


class Control(NamedTuple):
    """A knob: a slider between `low` and `high` (boxes accept more), a choice, or a box for text."""

    name: str
    label: str
    group: str = ""             # where it is folded away; "": always in sight
    low: float | None = None
    high: float | None = None
    whole: bool = False
    log: bool = False
    choices: tuple = ()
    hint: str = ""


OFFSETS = (("every step", "at every step"), ("start", "once, at the start"))
_OPTIONS = {control.name: control for control in (
    Control("condition", "condition", choices=tuple((c, c) for c in CONDITIONS)),
    Control("power", "exponent n", low=2, high=8, whole=True),
    Control("degree", "degree of zⁿ − 1", low=2, high=8, whole=True),
    Control("a_real", "relaxation a", low=0.05, high=2.2),
    Control("a_imag", "imaginary part of a", "map", low=-1, high=1),
    Control("c_real", "real part of c", low=-2, high=2),
    Control("c_imag", "imaginary part of c", low=-2, high=2),
    Control("kind", "kind", choices=(("multiplied", "cosine multiplied"), ("added", "cosine added"))),
    Control("word", "word of A and B", hint="such as AB or BBBBBBAAAAAA"),
    Control("burn", "steps before the count", "map", low=1, high=5000, whole=True, log=True),
    Control("tied", "weights", choices=((False, "two of their own"), (True, "tied, b = a"))),
    Control("numerator", "numerator p", "map", hint="coefficients, highest power first, such as 2, 0, 0, 1"),
    Control("denominator", "denominator q", "map", hint="coefficients, highest power first, such as 3, 0, 0"),
    Control("roots", "roots", "map", hint="such as 1, -1, 0.5+2j; empty: those of zⁿ − 1"),
    Control("width", "width", "network", choices=((16, "16"), (8, "8"))),
    Control("hidden", "hidden units (width)", "network", low=1, high=32, whole=True),
    Control("inputs", "inputs", "network", low=1, high=32, whole=True),
    Control("activation", "activation", "network", choices=tuple((a, a) for a in ACTIVATIONS)),
    Control("offset", "offset is added", "network", choices=OFFSETS),
    Control("samples", "data points", "data", low=1, high=512, whole=True, log=True),
    Control("batch", "minibatch (0: all data)", "data", low=0, high=64, whole=True),
    Control("seed", "seed", "data", low=0, high=20, whole=True),
    Control("batch_seed", "seed of the minibatches", "data", hint="a whole number; empty: the paper's own batches"))}
MAGNETS = Control("kind", "magnet", choices=((1, "I"), (2, "II")))
PRECISION = Control("precision", "precision", "picture", choices=(
    ("auto", "exact where float64 ends"), ("float64", "float64 only"), ("exact", "exact everywhere")))
AXES = "x_axis", "y_axis"
_ONE_OF = {"roots", "coefficients", "degree"}           # say the same thing of a polynomial, each in its way
RESOLUTIONS = (64, 96, 128, 192, 256, 384, 512, 768)


def _parts(option):
    """The knobs of an option: a complex number has two."""
    return (f"{option}_real", f"{option}_imag") if f"{option}_real" in _OPTIONS else (option,)


def controls(problem: Problem) -> list[Control]:
    """The knobs of the problem's own options, those that apply to it."""
    return [control for control in _possible(problem) if control.name not in problem.axes]


def _possible(problem):
    """The knobs of a problem, whatever its axes."""
    if problem.name is None:            # somebody's own map: its numbers
        return [Control(key, key, low=value - max(1, abs(value)), high=value + max(1, abs(value)),
                        whole=isinstance(value, int))
                for key, value in problem.system._asdict().items()
                if isinstance(value, int | float) and not isinstance(value, bool) and is_planar(type(problem.system))]
    names = [part for option in NAMED[problem.name].options for part in _parts(option) if part in _OPTIONS]
    if problem.name.startswith("paper-"):
        names.insert(0, "condition")
    found = [_OPTIONS[name] for name in names]
    if problem.name == "magnet":
        found = [MAGNETS, *found[1:]]
    if problem.name == "xor":
        found = [control._replace(group="") for control in found]
    return found + _parameters(problem)


def _parameters(problem):
    """The knobs of the hyperparameters, and which two are the axes."""
    named = [(p.name, p.label) for p in problem.parameters if p.name in NAMED[problem.name].options]
    many = len(named) > 4
    axes = [Control(name, f"{name[0]} axis", "axes", choices=tuple(named)) for name in AXES] if named else []
    return axes + [Control(p.name, p.label, "hyperparameters" if many else "",
                           *((0.0, p.bounds[1], False, False) if p.scale == "log10" and p.value == 0 else
                             (*p.bounds, False, p.scale == "log10")))
                   for p in problem.parameters if p.name in dict(named)]


def family(problem: Problem) -> list[str]:
    """Names of the knobs that the problem or another of its family can have; the traits of an explorer."""
    if problem.name is not None and problem.name.startswith("paper-"):
        options = dict.fromkeys(option for name, made in NAMED.items() if name.startswith("paper-") for option in made.options)
        return ["condition", *(o for o in options if o in _OPTIONS), *(c.name for c in _parameters(problem))]
    return [control.name for control in _possible(problem if problem.name is None else named(problem.name))]


def value_of(problem: Problem, name: str) -> Any:
    """Where a knob stands; None where it does not apply."""
    if problem.name is None:
        return getattr(problem.system, name)
    if name == "condition":
        return problem.name.removeprefix("paper-")
    if name in AXES:
        return problem.axes[AXES.index(name)]
    if name == "offset":
        return next((offset for offset, axis in PAPER_OFFSETS.items() if problem.axes == (axis, "rate")), None)
    names = [p.name for p in problem.parameters]
    if name in ("start", "start_imag") and isinstance(problem.system, Quadratic) and problem.system.critical:
        return None                     # it is the critical point, another one for each parameter
    if name in names:
        return None if name in problem.axes else float(problem.system.hyper.values[names.index(name)])
    option, _, part = name.rpartition("_")
    if part in ("real", "imag") and option in problem.options:
        return getattr(complex(problem.options[option]), part)
    value = problem.options.get(name)
    if name == "batch":
        return value or 0
    return ",".join(map(_text, value)) if isinstance(value, list) else value


def _text(z):
    """A complex number as it is typed."""
    z = complex(z)
    return f"{z.real:.17g}" + (f"{z.imag:+.17g}j" if z.imag else "")


def turned(problem: Problem, name: str, value: Any) -> Problem:
    """The problem with one knob turned; ValueError names the knob, the rule and the value."""
    if value == value_of(problem, name):
        return problem
    if problem.name is None:
        was = getattr(problem.system, name)
        try:
            number = type(was)(value)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a number, got {value!r}") from None
        if not abs(number) < float("inf"):
            raise ValueError(f"{name} must be finite, got {value!r}")
        return replace(problem, system=problem.system._replace(**{name: number}))
    if name == "condition":
        if value not in CONDITIONS:
            raise ValueError(f"condition must be one of {', '.join(CONDITIONS)}, got {value!r}")
        known = {key: v for key, v in problem.options.items() if key in NAMED[f"paper-{value}"].options}
        if "offset" in (value, problem.name.removeprefix("paper-")):            # its axes are others, and their values go
            gone = "axes", "rate", "rate_in", "rate_out", "drift", "mean_in"
            known = {key: v for key, v in known.items() if key not in gone}
        return named(f"paper-{value}", **known)
    options = dict(problem.options)
    if name == "offset":                # says what the axes are
        kept = {key: v for key, v in options.items() if key not in ("axes", "rate", "drift", "mean_in")}
        return named(problem.name, **kept, offset=value) if value else problem
    if name in AXES:
        return _turned_axes(problem, name, value, options)
    if name in problem.axes:            # it is the cross-hair's now
        return problem
    option, _, part = name.rpartition("_")
    if part in ("real", "imag") and option in options and f"{option}_real" in _OPTIONS:
        try:
            other = complex(options[option])
            value = complex(float(value), other.imag) if part == "real" else complex(other.real, float(value))
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a number, got {value!r}") from None
        name = option
    if name in _ONE_OF:
        options = {key: v for key, v in options.items() if key not in _ONE_OF}
    if name == "tied":                  # other axes: the rest is forgotten
        options = {key: v for key, v in options.items() if key == "weight_decay"}
    if value in (None, "") or (name == "batch" and value in (0, "0")):
        options.pop(name, None)
    else:
        options[name] = value
    return named(problem.name, **options)


def _turned_axes(problem, name, value, options):
    """Another axis; where it is the other one already, they change places."""
    axes = list(problem.axes)
    k = AXES.index(name)
    if value == axes[1 - k]:
        axes[1 - k] = axes[k]
    axes[k] = value
    options.pop(value, None)
    return named(problem.name, **options | {"axes": ",".join(map(str, axes))})


def looks(problem: Problem) -> list[Control]:
    """The knobs that say how the same map is shown: its colours, and the numbers it is computed with."""
    modes = [(mode, word) for mode, word in zip(MODES, (
        "rank", "value (physical units)", "three states", "three states, with patterns", "basins"), strict=True)
        if mode != "basins" or problem.attractors]
    found = [Control("palette", "palette", "colours", choices=tuple((name, name) for name in PALETTES)),
             Control("mode", "colour means", "colours", choices=tuple(modes))]
    return found + [PRECISION] if deep.supports(problem) else found
