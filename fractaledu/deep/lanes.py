"""What the kernel is given for a picture: a system, and two numbers for each column and row."""
from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import numpy as np

from ..decimals import exact_sum
from ..systems import perturbed_datum, perturbed_network
from ..systems.linear import condensed
from ..systems.perturbed_datum import PerturbedOneDatum
from .choice import EXACT_BELOW, chosen
from .references import Reference, find

ASIDE = 0.2, 0.8                    # between these parts of the width and height other references are drawn


class Lanes(NamedTuple):
    """A picture as the kernel sees it: parameters, or where it is exact what they differ by from a reference's.

    Attributes
    ----------
    system : NamedTuple
    x, y : float64, shape (columns,), (rows,)
    reference : Reference or None
    """

    system: NamedTuple
    x: np.ndarray
    y: np.ndarray
    reference: Reference | None

    def place(self, column, row) -> tuple[Decimal, Decimal]:
        """The parameters of a pixel, to the last digit of what is computed."""
        numbers = Decimal(float(self.x[column])), Decimal(float(self.y[row]))
        if self.reference is None:
            return numbers
        return tuple(exact_sum(p, d) for p, d in zip(self.reference.point, numbers, strict=True))


def lanes(recipe, point=None, near=False, reference_progress=None, cancel=None, rounded=False) -> Lanes:
    """The lanes of a recipe's picture.

    `rounded`: an exact picture of a plain view has its pixels where those of the plain picture are, rounded as they are.  It
    has anyway where they lie so far apart that nobody sees it.  The other arguments are those of `references.find`.
    """
    problem, view, size = recipe.problem, recipe.view, recipe.size
    if chosen(problem, view, size, recipe.precision) == "float64":
        return Lanes(condensed(problem.system), *view.positions(size), None)
    return following(recipe, find(problem, view, size, recipe.steps, point, near, reference_progress, cancel), rounded)


def following(recipe, reference, rounded=False) -> Lanes:
    """The lanes of an exact picture that follow a certain reference."""
    view, size = recipe.view, recipe.size
    if view.spacing_in_ulps(size) < EXACT_BELOW and not rounded:
        view = view.exactly()
    return Lanes(reference.system, *view.offsets(size, reference.point), reference)


def other_lanes(recipe, rng, cancel=None, rounded=False) -> Lanes:
    """The same exact picture by other roundings: samples and hidden units in another order; of a map, another reference."""
    own = lanes(recipe, cancel=cancel, rounded=rounded)
    if not hasattr(recipe.problem.system, "w1"):
        return lanes(recipe, point=recipe.view.exactly().point(*rng.uniform(*ASIDE, 2)), cancel=cancel, rounded=rounded)
    kind = perturbed_datum if isinstance(own.system, PerturbedOneDatum) else perturbed_network
    return own._replace(system=kind.shuffled(own.system, rng))
