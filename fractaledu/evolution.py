"""Evolution strategies: the slope of a blurred landscape, from its values alone.

The blur of f is E f(x + sigma e) over standard normal e: smooth, however ragged f is.  Its gradient is
E e f(x + sigma e) / sigma, so a few evaluations of f estimate it, without any derivative.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arguments import real, whole

MOST_PAIRS = 1_000_000


@dataclass(frozen=True, eq=False)
class EvolutionGradient:
    """The estimated gradient of a blurred function, and where the function was asked.

    Attributes
    ----------
    gradient : float64, shape (d,), or float
        The mean over the pairs; a float where `at` was one number.
    error : float64, shape (d,), or float
        Its standard error, from the scatter of the pairs.
    value : float
        Mean of all values: an estimate of the blurred function itself.
    evaluations : int
        How many points the function was asked for, two a pair.
    sigma : float
        The width of the blur.
    points, values : float64, shape (2 pairs, d) or (2 pairs,), and (2 pairs,)
        Point i and point i + pairs lie opposite each other.
    """

    gradient: np.ndarray | float
    error: np.ndarray | float
    value: float
    evaluations: int
    sigma: float
    points: np.ndarray
    values: np.ndarray

    def __repr__(self):
        parts = ", ".join(f"{slope:.3g} ± {error:.2g}" for slope, error in
                          zip(np.atleast_1d(self.gradient), np.atleast_1d(self.error), strict=True))
        return f"<EvolutionGradient {parts}: {self.evaluations} evaluations, sigma {self.sigma:g}>"


def evolution_gradient(f: Callable[[np.ndarray], np.ndarray], at, sigma: float, pairs: int, seed: int = 0) -> EvolutionGradient:
    """The gradient of f, blurred by a Gaussian of width sigma, by evolution strategies with antithetic pairs.

    Each pair of opposite points, at + sigma e and at - sigma e, gives one estimate, e (f(+) - f(-)) / (2 sigma), with
    standard normal e.  Its mean is the gradient of the blurred f, whatever sigma is; for a linear f that is the gradient of f.

    Parameters
    ----------
    f : callable
        Called once, with all points: shape (2 pairs, d), or (2 pairs,) where `at` is one number.  Returns their values,
        shape (2 pairs,), all finite: cap a loss that can run away.
    at : float, or array_like of shape (d,)
        The place.
    sigma : float
        Width of the blur, above 0, in the units of `at`.
    pairs : int
        From 2 to 1 000 000.
    seed : int, default 0
        From 0 on, for `numpy.random.default_rng`: the same seed draws the same points.

    Returns
    -------
    EvolutionGradient

    Raises
    ------
    ValueError
        If an argument breaks its rule, or f returns another shape, or a value that is not finite.

    Notes
    -----
    T. Salimans and others, arXiv 1703.03864 (2017).

    Examples
    --------
    >>> evolution_gradient(lambda x: 3 * x[:, 0] - x[:, 1], [0.0, 0.0], sigma=0.1, pairs=1000).gradient.round()
    array([ 3., -1.])
    """
    sigma, pairs, seed = real("sigma", sigma), whole("pairs", pairs, 2, MOST_PAIRS), whole("seed", seed, 0, 2 ** 63)
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, got {sigma:g}")
    try:
        at = np.array(at, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"at must be a number or an array of numbers, got {at!r}") from None
    if at.ndim > 1 or at.size == 0 or not np.isfinite(at).all():
        raise ValueError(f"at must be a finite number or a filled array of one dimension of them, got {at!r}")
    draws = np.random.default_rng(seed).standard_normal((pairs, *at.shape))
    points = np.concatenate([at + sigma * draws, at - sigma * draws])
    values = np.asarray(f(points.copy()), float)
    if values.shape != (2 * pairs,):
        raise ValueError(f"f must return one value a point, shape ({2 * pairs},), got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"f must return finite values, got {values[~np.isfinite(values)][0]}: cap what can run away")
    slopes = (values[:pairs] - values[pairs:]) / (2 * sigma)
    each = draws * slopes.reshape(-1, *[1] * at.ndim)
    return EvolutionGradient(each.mean(0)[()], (each.std(0, ddof=1) / math.sqrt(pairs))[()], float(values.mean()), 2 * pairs,
                             sigma, points, values)


def blurred(values, sigma: float) -> np.ndarray:
    """Each value replaced by the mean of all, weighted by a Gaussian of their distance; near the ends what is there counts.

    So within some two sigma of an end the mean leans inwards: give samples from beyond what is to be shown.

    Parameters
    ----------
    values : array_like, shape (..., n), finite
        Equally spaced samples.
    sigma : float
        Width of the Gaussian in samples, above 0.

    Returns
    -------
    float64, of the same shape

    Examples
    --------
    >>> blurred([0, 0, 1, 0, 0], sigma=1).round(2)
    array([0.08, 0.26, 0.4 , 0.26, 0.08])
    """
    values, sigma = np.asarray(values, float), real("sigma", sigma)
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, got {sigma:g}")
    if values.ndim == 0 or values.shape[-1] == 0 or not np.isfinite(values).all():
        raise ValueError("values must be finite numbers along at least one axis that is not empty")
    count, means = values.shape[-1], np.empty(values.shape)
    weights = np.exp(-0.5 * (np.arange(1 - count, count) / sigma) ** 2)
    total = np.convolve(np.ones(count), weights, "valid")
    for row in np.ndindex(values.shape[:-1]):
        means[row] = np.convolve(values[row], weights, "valid") / total
    return means
