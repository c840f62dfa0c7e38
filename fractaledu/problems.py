"""Problem: a system together with its first view, its number of steps and its labels; the classic maps."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .arguments import whole
from .systems import newton as newtons
from .systems import planar
from .view import View

MOST_STEPS = 10 ** 8


class Watched(NamedTuple):
    """The watched number of a problem, for people; what the kernel does with it is its `Rule`."""

    name: str
    line: float                 # what it has to stay below to have settled
    relative: bool = False      # to the first watched number


LOSS = Watched("loss / first loss", 1.0, relative=True)
SIZE = Watched("|z| / 2", 1.0)


@dataclass(frozen=True, eq=False)
class Problem:
    """A system and how people meet it; what every public function takes as `system`.

    Attributes
    ----------
    system : NamedTuple
        What the kernel iterates.
    view : View
        A good first view.
    steps : int
        The steps that are taken where none are asked for.
    most_steps : int
        More are refused (a minibatch stream has an end).
    name, options : str or None, mapping
        `names.named(name, **options)` makes the same problem again; name is None for somebody's own arrays or functions.
    title, x_label, y_label : str
        For figures.
    symbols : (str, str)
        Short names of x and y.
    watched : Watched
        What the watched number is called, and the line it has to stay below to have settled.
    attractors : tuple of complex
        What `Landscape.attractor` counts; empty where there are none.
    """

    system: NamedTuple
    view: View
    steps: int
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    x_label: str = "x"
    y_label: str = "y"
    symbols: tuple[str, str] = ("x", "y")
    watched: Watched = SIZE
    attractors: tuple[complex, ...] = ()
    most_steps: int = MOST_STEPS

    def check_steps(self, steps) -> int:
        """Return `steps`, or the problem's own where None; ValueError unless a whole number from 1 to `most_steps`."""
        if steps is None:
            return self.steps
        hint = "" if self.most_steps == MOST_STEPS else " (its batches end there; batch_seed=… makes more)"
        return whole("steps", steps, 1, self.most_steps, hint)

    def __post_init__(self):
        object.__setattr__(self, "steps", self.check_steps(self.steps))


def as_problem(system) -> Problem:
    """Return a Problem as it is, and a map of the plane (a NamedTuple with a step) as a Problem without a name."""
    if isinstance(system, Problem):
        if system.system is None:
            raise ValueError("system must have a step; this one was loaded from a file, which cannot hold one")
        return system
    if planar.is_planar(type(system)):
        return Problem(system, View((-2, 2), (-2, 2)), 100, title=type(system).__name__,
                       x_label="real part", y_label="imaginary part", symbols=("Re", "Im"))
    raise TypeError("system must be a Problem (fe.mandelbrot(), fe.paper(\"tanh\"), …) or a NamedTuple with a step "
                    f"(fe.step_of), got {type(system).__name__}")


# ---------------------------------------------------------------- classic maps

def _power(power):
    return whole("power", power, 2, 64)


def mandelbrot(power=2) -> Problem:
    """The Mandelbrot set of z**power + c: the pixel is c, the orbit starts at 0.

    Parameters
    ----------
    power : int, default 2
        Exponent, from 2 to 64.
    """
    power = _power(power)
    view = View((-2.1, 0.6), (-1.35, 1.35)) if power == 2 else View((-1.5, 1.5), (-1.5, 1.5))
    return Problem(planar.Mandelbrot(power), view, 200, "mandelbrot", {"power": power},
                   f"Mandelbrot set, z{_superscript(power)} + c", "real part of c", "imaginary part of c", ("Re c", "Im c"))


def julia(c=-0.122561166876654 + 0.744861766619744j, power=2) -> Problem:
    """The filled Julia set of z**power + c: the pixel is the start.

    Parameters
    ----------
    c : complex, default Douady's rabbit
        The constant; finite.
    power : int, default 2
        Exponent, from 2 to 64.
    """
    power, c = _power(power), _finite_complex("c", c)
    return Problem(planar.Julia(c.real, c.imag, power), View((-1.6, 1.6), (-1.6, 1.6)), 200, "julia",
                   {"c": c, "power": power}, f"Julia set, z{_superscript(power)} + ({_short(c)})",
                   "real part of the start", "imaginary part of the start", ("Re z", "Im z"))


def newton(roots=None, coefficients=None, a=1.0, tolerance=None, degree=None) -> Problem:
    """Newton's method z' = z - a p(z)/p'(z) on a polynomial: the pixel is the start.

    Parameters
    ----------
    roots : sequence of complex, optional
        The roots of p; a repeated one is a multiple root.  Default: those of z**degree - 1.
    coefficients : sequence of complex, optional
        Instead of the roots: the coefficients of p, highest power first (as `numpy.poly1d`).  Double and triple roots are
        recognised; give `roots` for higher ones.
    a : complex, default 1
        Relaxation: a simple root attracts nearby starts for abs(1 - a) < 1.
    tolerance : float, default 1e-8
        An orbit has settled when it ends nearer than this to a root.
    degree : int, default 3
        For z**degree - 1, from 2 to 64; without roots and coefficients.

    Raises
    ------
    ValueError
        If more than one of roots, coefficients and degree is given, a number is not finite, or p is a constant.
    """
    ways = {"roots": roots, "coefficients": coefficients, "degree": degree}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} must not both be given")
    options, closeness = {"a": _finite_complex("a", a)}, 0.0
    if coefficients is not None:
        closeness = 1e-4                        # a triple root comes out of numpy.roots as three, 1e-5 apart
        coefficients = np.array(_numbers("coefficients", coefficients), complex)
        nonzero = np.flatnonzero(coefficients)
        if len(nonzero) == 0 or nonzero[0] == len(coefficients) - 1:
            raise ValueError(f"coefficients must be those of a polynomial of degree 1 or more, got {coefficients.tolist()}")
        if len(coefficients) - nonzero[0] > 65:
            raise ValueError(f"coefficients must be at most 65 in number, got {len(coefficients)}")
        options["coefficients"] = coefficients.tolist()
        roots = np.roots(coefficients)
    elif roots is None:
        degree = options["degree"] = 3 if degree is None else whole("degree", degree, 2, 64)
        roots = [np.exp(2j * np.pi * k / degree) for k in range(degree)]
    else:
        roots = options["roots"] = _numbers("roots", roots)
    if not 1 <= len(roots) <= 64:
        raise ValueError(f"roots must be from 1 to 64 in number, got {len(roots)}")
    if tolerance is not None:
        options["tolerance"] = tolerance = _finite_complex("tolerance", tolerance).real
        if not tolerance > 0:
            raise ValueError(f"tolerance must be positive, got {tolerance}")
    system = newtons.build(roots, options["a"], tolerance or 1e-8, closeness)
    attractors = tuple(complex(x, y) for x, y in zip(system.root_x, system.root_y, strict=True))
    reach = 2.0 * max(1.0, *(abs(r) for r in attractors)) if any(attractors) else 2.0
    relaxed = "" if a == 1 else f", a = {_short(options['a'])}"
    return Problem(system, View((-reach, reach), (-reach, reach)), 100, "newton", options,
                   f"Newton's method, {len(attractors)} roots{relaxed}",
                   "real part of the start", "imaginary part of the start", ("Re z", "Im z"),
                   Watched("distance to the nearest root", system.tolerance), attractors)


# ---------------------------------------------------------------- small things

def _finite_complex(name, number):
    try:
        z = complex(number)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {number!r}") from None
    if not (np.isfinite(z.real) and np.isfinite(z.imag)):
        raise ValueError(f"{name} must be finite, got {number}")
    return z


def _numbers(name, numbers):
    try:
        return [_finite_complex(name, number) for number in numbers]
    except TypeError:
        raise ValueError(f"{name} must be a list of numbers, got {numbers!r}") from None


def _superscript(n):
    return str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _short(z):
    return f"{z:.6g}" if z.imag else f"{z.real:.6g}"
