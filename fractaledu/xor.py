"""The network that learns exclusive or, coloured by which solution it finds."""
from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from .arguments import whole
from .networks import AXES, PARAMETERS, network
from .parameters import axis_names
from .problems import Problem, stated
from .systems.network import Solutions
from .view import View

NAMES = "−−", "−+", "+−", "++"
CORNERS = np.array([[-1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])      # the third input is 1
PARITY = np.array([1.0, -1.0, -1.0, 1.0])


def xor(seed=3, activation="tanh", axes=AXES, **values) -> Problem:
    """Two hidden units learn x1 * x2 on the four corners (±1, ±1), with a third input of 1 as bias: which solution is found?

    To change the order or the signs of the hidden units leaves the function as it is, so a solution is told by what the
    network says at the corners.  Besides the true one there are stuck ones, local minima that give some corners, which
    they cannot tell apart, their mean.

    Parameters
    ----------
    seed : int, default 3
        Of the first weights, standard normal.
    activation, axes, **values
        As in `network`.
    """
    seed = whole("seed", seed, 0, 2 ** 63)
    rng = np.random.default_rng(seed)
    w0, w1 = rng.normal(size=(3, 2)), rng.normal(size=2)
    said = [*axis_names(axes), *(name for name, value in values.items() if value is not None)]
    if not any(name in said for name in ("rate", "rate_in", "rate_out")):
        values["rate"] = 1.0                    # that of networks, 10, is too large here
    plain = network(w0, w1, CORNERS, PARITY, activation, None, axes, **values)
    names, patterns = _patterns()
    view = View((1e-1, 1e3), (1e-2, 1e1), "log10", "log10") if plain.axes == AXES else plain.view
    return replace(plain, system=Solutions(*plain.system, patterns), name="xor", view=view, steps=1000,
                   title=f"Exclusive or, two {activation} units, seed {seed}" + stated(PARAMETERS, plain.options),
                   options={"seed": seed, "activation": activation, **plain.options}, attractors=names,
                   source="D. E. Rumelhart, G. E. Hinton and R. J. Williams, Parallel Distributed Processing 1 (1986) 318")


def _patterns():
    """Names of the solutions, and what each says at the corners: the mean over those that it cannot tell apart.

    Opposite corners have the same target; a net whose units are at their limits can be stuck at 0 there.
    """
    names, patterns = ["solved"], [PARITY]
    for count in (2, 3, 4):
        for group in itertools.combinations(range(4), count):
            pattern, opposite = PARITY.copy(), group in ((0, 3), (1, 2))
            pattern[list(group)] = 0.0 if opposite else PARITY[list(group)].mean()
            names.append(" = ".join(NAMES[k] for k in group) + " = 0" * opposite)
            patterns.append(pattern)
    return (*names, "something else", "infinity"), np.array(patterns)
