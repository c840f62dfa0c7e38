"""The knobs of an Explorer as traits; a wrong value is refused with the rule and changes nothing."""
from __future__ import annotations

import traitlets as T

from .. import deep
from ..colour import check_look
from ..recipes import MOST_PINS
from ..view import View
from .controls import turned, value_of
from .points import check_pair, checked

OWN = ("x", "y", "view", "steps", "palette", "mode", "resolution", "pins", "precision")


class Option(T.TraitType):
    """A knob of the system as a trait: a wrong value is refused with the rule and changes nothing."""

    def validate(self, explorer, value):
        return value_of(turned(explorer.problem, self.name, value), self.name)


class Place(T.TraitType):
    """A coordinate: a float, a Decimal, or text of a decimal number, whose digits are all kept."""

    default_value = 0.0

    def validate(self, explorer, value):
        return checked(explorer.problem, explorer.view, self.name, value)


class Knobs(T.HasTraits):
    """The traits that every Explorer has; it adds one Option for each knob of its system."""

    steps = T.Int()
    resolution = T.Int()
    palette = T.Unicode()
    mode = T.Unicode()
    precision = T.Unicode("auto")
    x = Place()
    y = Place()
    view = T.Instance(View)
    pins = T.Tuple()
    bookmarks = T.Dict()
    guess = T.Bool(True)

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

    @T.validate("precision")
    def _check_precision(self, proposal):
        deep.chosen(self.problem, self.view, self._size, proposal.value)
        return proposal.value

    @T.validate("pins")
    def _check_pins(self, proposal):
        if len(proposal.value) > MOST_PINS:
            raise ValueError(f"pins must be at most {MOST_PINS}, got {len(proposal.value)}")
        return tuple(check_pair(self.problem, self.view, point) for point in proposal.value)

    @T.validate("view")
    def _check_view(self, proposal):
        return held(check_axes(proposal.value, self.problem), self.problem, self.precision)


def held(view, problem, precision):
    """The view in the form that suits it (`deep.held`); as it is where float64 is asked for and cannot say where it is."""
    try:
        return deep.held(view, problem, precision)
    except ValueError:
        return view


def check_axes(view, problem):
    """The view; ValueError unless it has the scales of the problem's axes."""
    own = problem.view
    if (view.x_scale, view.y_scale) != (own.x_scale, own.y_scale):
        raise ValueError(f"view must have {own.x_scale} and {own.y_scale} axes, got {view.x_scale} and {view.y_scale}")
    return view
