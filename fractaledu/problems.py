"""Problem: a system together with its first view, its number of steps, its labels, its formula and where it comes from."""
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .arguments import whole
from .parameters import Parameter
from .systems import planar
from .view import View

MOST_STEPS = 10 ** 8


class Watched(NamedTuple):
    """The watched number of a problem, for people; what the kernel does with it is its `Rule`."""

    name: str
    line: float                 # what it has to be below to have settled
    relative: bool = False      # to the first watched number
    sides: tuple[str, str] = ("settles", "runs away")
    ends: bool = False          # the last number decides, not the mean of the last 20
    limit: float = 1e6          # beyond it a run has departed


LOSS = Watched("loss / first loss", 1.0, relative=True)
SIZE = Watched("|z| / 2", 1.0, sides=("stays", "runs away"), limit=1.0)


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
    attractors : tuple of complex or str
        What `Landscape.attractor` counts, a point or its name; empty where there are none.
    parameters : tuple of Parameter
        The hyperparameters of which any two can be the axes; empty where the axes are fixed.
    axes : (str, str)
        Names of those that are; ("x", "y") where they are fixed.
    formula : str
        The step, as LaTeX.
    source : str
        Where the system comes from.
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
    attractors: tuple[complex | str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    axes: tuple[str, str] = ("x", "y")
    formula: str = ""
    source: str = ""
    most_steps: int = MOST_STEPS

    def check_steps(self, steps) -> int:
        """Return `steps`, or the problem's own where None; ValueError unless a whole number from 1 to `most_steps`."""
        if steps is None:
            return self.steps
        hint = "" if self.most_steps == MOST_STEPS else " (its batches end there)"
        return whole("steps", steps, 1, self.most_steps, hint)

    def shaped(self, view, size) -> View:
        """`view`, made wider or higher where x and y are alike (where the first view is square), so that pixels are square."""
        (half_x, half_y), (columns, rows) = view.half, size
        alike = self.view.x_scale == self.view.y_scale and math.isclose(*self.view.half, rel_tol=1e-6)
        if not alike or math.isclose(half_x * rows, half_y * columns, rel_tol=1e-9):
            return view
        pixel = max(2 * half_x / columns, 2 * half_y / rows)
        return view.spanning(view.centre, (pixel * columns / 2, pixel * rows / 2))

    def __post_init__(self):
        object.__setattr__(self, "steps", self.check_steps(self.steps))

    def __repr__(self):
        return f"<Problem {self.name or '(own)'}: {self.title}; x is {self.symbols[0]}, y is {self.symbols[1]}>"

    def _repr_markdown_(self):
        return "\n\n".join(filter(None, (f"**{self.title}**", self.formula and f"$${self.formula}$$", self.source)))


def stated(parameters, options) -> str:
    """What a title says of the parameters: those that are not at their default."""
    return "".join(f", {p.symbol} = {options[p.name]:.4g}" for p in parameters
                   if options.get(p.name, p.value) != p.value)


def with_axes(system, parameters, hyper, view, title, options, **about) -> Problem:
    """A Problem whose axes are two of its `parameters`; its title says which others its options set."""
    x, y = parameters[hyper.x], parameters[hyper.y]
    return Problem(system, view, title=title + stated(parameters, options), options=options, x_label=x.label,
                   y_label=y.label,
                   symbols=(x.symbol, y.symbol), parameters=tuple(parameters), axes=(x.name, y.name), **about)


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
