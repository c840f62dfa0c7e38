"""The network that learns exclusive or, coloured by which solution it finds."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from .arguments import whole
from .networks import AXES, network
from .problems import Problem, Watched
from .systems.network import Solutions

CORNERS = np.array([[-1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])      # the third input is 1
PARITY = np.array([1.0, -1.0, -1.0, 1.0])
SOLVED = 0.01                       # loss; answering 0 everywhere costs 1


def xor(seed=0, activation="tanh", axes=AXES, **values) -> Problem:
    """Two hidden units learn the sign of x1 * x2 on the four corners (±1, ±1), with a third input of 1 as bias.

    A unit divides the corners in two; a solution is the pair of its units' divisions, whatever their order and their signs
    (both leave the function as it is).  The attractor is that pair, given by the corners that each unit tells from the
    others; a run has settled when it ends with a loss below 0.01.

    Parameters
    ----------
    seed : int, default 0
        Of the first weights, standard normal.
    activation, axes, **values
        As in `network`.
    """
    seed = whole("seed", seed, 0, 2 ** 63)
    rng = np.random.default_rng(seed)
    w0, w1 = rng.normal(size=(3, 2)), rng.normal(size=2)
    plain = network(w0, w1, CORNERS, PARITY, activation, None, axes, **values)
    names, classes = _solutions()
    system = Solutions(*plain.system, SOLVED, classes)
    return replace(plain, system=system, name="xor", title=f"Exclusive or, two {activation} units, seed {seed}", steps=1000,
                   options={"seed": seed, "activation": activation, **plain.options},
                   watched=Watched("loss / first loss", SOLVED, relative=True), attractors=names,
                   source="D. E. Rumelhart, G. E. Hinton and R. J. Williams, Nature 323 (1986) 533, for the task")


def _solutions():
    """Names of the pairs of divisions, and the (8, 8) table of their numbers; the usual solutions come first."""
    corners = ("−−", "−+", "+−", "++")
    words = []
    for code in range(8):               # the corners (first is the highest bit) on the smaller side
        side = [corners[k] for k in range(4) if (code >> (3 - k)) & 1]
        side = side if len(side) < 3 else [corner for corner in corners if corner not in side]
        words.append(" and ".join(side) or "none")
    single = {1, 2, 4, 7}               # divisions that cut one corner off
    pairs = [(i, j) for i in range(8) for j in range(i, 8)]
    pairs.sort(key=lambda pair: (-len(set(pair) & single), pair[0] == pair[1]))
    classes = np.zeros((8, 8), np.int16)
    for k, (i, j) in enumerate(pairs):
        classes[i, j] = classes[j, i] = k
    return tuple(f"{words[i]} | {words[j]}" for i, j in pairs), classes
