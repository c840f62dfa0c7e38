"""Two ways to get more of a proxy: choose among what is there, or change what makes it.

A toy with three parts: A is true and persuasive, B only true, C only persuasive.  An answer has the truth
T = α A + β B and the persuasiveness P = α A + γ C, with weights α + β + γ = 1.  A, B and C are independent and normal.
*Filtering* leaves the weights alone and keeps what has P = p.  *Optimising* moves the weights to where P is larger on average.

The toy follows a forum note by S. Marks, as it is summed up in our curriculum; formulas and code are our own.
"""
from __future__ import annotations

import numpy as np

from .arguments import real, whole

EQUAL = (1 / 3, 1 / 3, 1 / 3)
MEANS, SPREADS = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


def sample(count, weights=EQUAL, means=MEANS, spreads=SPREADS, seed=0):
    """Truth and persuasiveness of `count` answers.

    Parameters
    ----------
    count : int
        From 1 to ten million.
    weights : (α, β, γ)
    means, spreads : three numbers each
        Means and standard deviations of A, B and C.
    seed : int, default 0
        From 0 on.

    Returns
    -------
    T, P : float64 arrays of shape (count,)

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    count, seed = whole("count", count, 1, 10 ** 7), whole("seed", seed, 0, 2 ** 63)
    means, spreads = _three("means", means), _three("spreads", spreads)
    alpha, beta, gamma = _three("weights", weights)
    a, b, c = (means + spreads * np.random.default_rng(seed).standard_normal((count, 3))).T
    return alpha * a + beta * b, alpha * a + gamma * c


def _three(name, values):
    """Three finite numbers, as an array."""
    found = np.asarray(values, float)
    if found.shape != (3,) or not np.isfinite(found).all():
        raise ValueError(f"{name} must be three finite numbers, got {values!r}")
    return found


def averages(weights=EQUAL, means=MEANS):
    """(mean truth, mean persuasiveness) of answers; each weight is a number, or an array of several choices."""
    (alpha, beta, gamma), (a, b, c) = weights, _three("means", means)
    return alpha * a + beta * b, alpha * a + gamma * c


def slope(weights=EQUAL, spreads=SPREADS) -> float:
    """How much truth comes with a unit of persuasiveness among what is there: α²σA² / (α²σA² + γ²σC²)."""
    shared, alone = (weights[0] * spreads[0]) ** 2, (weights[2] * spreads[2]) ** 2
    if not shared + alone > 0:
        raise ValueError(f"P must vary: weights {weights} and spreads {spreads} make it one number")
    return shared / (shared + alone)


def filtered_truth(p, weights=EQUAL, means=MEANS, spreads=SPREADS):
    """E[T | P = p]: a straight line in p."""
    truth, persuasiveness = averages(weights, means)
    return truth + slope(weights, spreads) * (p - persuasiveness)


def optimised(pressure, means, weights=EQUAL):
    """The weights under a pressure towards a large mean P: each times exp(pressure · what its part adds to P), then scaled.

    At pressure 0 they are as before; under strong pressure all weight is on the part that persuades most.

    Parameters
    ----------
    pressure : float or array
        Finite.
    means : (mean of A, of B, of C)
    weights : (α, β, γ) before
        None below 0, one above.

    Returns
    -------
    array of shape (..., 3)

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    pressure, means, weights = np.asarray(pressure, float), _three("means", means), _three("weights", weights)
    if not np.isfinite(pressure).all():
        raise ValueError(f"pressure must be finite, got {pressure[~np.isfinite(pressure)].flat[0]}")
    if weights.min() < 0 or not weights.max() > 0:
        raise ValueError(f"weights must not be below 0, and one above, got {tuple(weights.tolist())}")
    gain = pressure[..., None] * np.array([means[0], 0.0, means[2]])
    raw = weights * np.exp(gain - gain.max(axis=-1, keepdims=True))
    return raw / raw.sum(axis=-1, keepdims=True)


def pressure_for(p, means, weights=EQUAL, most=1e3):
    """The pressure at which the optimised weights have mean P = p (finite); None where no pressure up to `most` reaches it.

    The mean P never falls as the pressure grows, so the place is found by halving; `p` below the present mean gives None.
    """
    p, low, high = real("p", p), 0.0, most
    first, last = (averages(optimised(pressure, means, weights), means)[1] for pressure in (low, high))
    if not first - 1e-12 <= p <= last:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if averages(optimised(middle, means, weights), means)[1] < p else (low, middle)
    return high
