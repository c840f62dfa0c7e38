"""The knobs of an Explorer as traits; a wrong value is refused with the rule and changes nothing."""
from __future__ import annotations

import math

import traitlets as T

from ..colour import check_look
from ..recipes import MOST_PINS
from ..view import View
from .controls import turned, value_of

OWN = ("x", "y", "view", "steps", "palette", "mode", "resolution", "pins")


class Option(T.TraitType):
    """A knob of the system as a trait: a wrong value is refused with the rule and changes nothing."""

    def validate(self, explorer, value):
        return value_of(turned(explorer.problem, self.name, value), self.name)


class Knobs(T.HasTraits):
    """The traits that every Explorer has; it adds one Option for each knob of its system."""

    steps = T.Int()
    resolution = T.Int()
    palette = T.Unicode()
    mode = T.Unicode()
    x = T.Float()
    y = T.Float()
    view = T.Instance(View)
    pins = T.Tuple()
    bookmarks = T.Dict()

    @T.validate("steps")
    def _check_steps(self, proposal):
        return self.problem.check_steps(proposal.value)

    @T.validate("resolution")
    def _check_resolution(self, proposal):
        return self._size_of(proposal.value)[0]

    @T.validate("palette", "mode")
    def _check_look(self, proposal):
        name = proposal.trait.name
        check_look(self.problem, *((proposal.value, None) if name == "palette" else (None, proposal.value)))
        return proposal.value

    @T.validate("x", "y")
    def _check_point(self, proposal):
        return check_coordinate(self.problem, proposal.trait.name, proposal.value)

    @T.validate("pins")
    def _check_pins(self, proposal):
        if len(proposal.value) > MOST_PINS:
            raise ValueError(f"pins must be at most {MOST_PINS}, got {len(proposal.value)}")
        for point in proposal.value:
            check_points(self.problem, point)
        return tuple((float(x), float(y)) for x, y in proposal.value)

    @T.validate("view")
    def _check_view(self, proposal):
        return check_axes(proposal.value, self.problem)


def check_coordinate(problem, name, value):
    """The value; ValueError unless it is finite, and positive on a log10 axis of the problem."""
    if not math.isfinite(value) or (getattr(problem.view, f"{name}_scale") == "log10" and not value > 0):
        raise ValueError(f"{name} must be finite, and positive on a log10 axis, got {value}")
    return value


def check_points(problem, point):
    """ValueError unless both coordinates can be on the problem's map."""
    for name, value in zip("xy", point, strict=True):
        check_coordinate(problem, name, value)


def check_axes(view, problem):
    """The view; ValueError unless it has the scales of the problem's axes."""
    own = problem.view
    if (view.x_scale, view.y_scale) != (own.x_scale, own.y_scale):
        raise ValueError(f"view must have {own.x_scale} and {own.y_scale} axes, got {view.x_scale} and {view.y_scale}")
    return view
