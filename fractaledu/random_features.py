"""Ten noisy points and a model with as many parameters as one likes: random-feature regression.

A model is f(x) = c₁ φ(w₁ x + b₁) + … + c_P φ(w_P x + b_P).  The w and b are drawn once and stay; only the c are fitted, so the
fit is linear least squares.  With P beyond the number of points many c fit exactly: the one of least norm is taken.  The
*proxy* is the mean squared error at the points, the *goal* that against sin(πx) on the whole interval [-1, 1].

Sources: J. Sohl-Dickstein, "Too much efficiency makes everything worse: overfitting and the strong version of Goodhart's law"
(blog, 2022), whose figure has 4, 10 and 10 000 parameters (its code is not public: the numbers here are our own choice); for
`isotropic_risk` M. Belkin, D. Hsu and J. Xu, "Two models of double descent for weak features", arXiv:1903.07571.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import real, whole
from .processors import one_blas_thread

POINTS, NOISE, SCALE = 10, 0.2, 8.0
MOST = 10_000                       # parameters
RCOND = 1e-15                       # singular values below this share of the largest count as 0
KINDS, PLACES = ("tanh", "ReLU"), ("equispaced", "random")


def target(x):
    """sin(πx), which the points would show without noise."""
    return np.sin(np.pi * np.asarray(x, float))


def data(seed, points=POINTS, noise=NOISE, places="equispaced"):
    """Noisy points (x, y) of the target.

    Parameters
    ----------
    seed : int
        From 0 on.
    points : int, default 10
        From 1 to 10 000.
    noise : float, default 0.2
        Standard deviation of what is added to each y.
    places : {"equispaced", "random"}
        From -1 to 1 at equal distances, or drawn uniformly.

    Returns
    -------
    x, y : float64 arrays of shape (points,)
        The same `seed` with another noise has the same errors, times a factor.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    seed, points = whole("seed", seed, 0, 2 ** 63), whole("points", points, 1, 10_000)
    _one_of("places", places, PLACES)
    if not real("noise", noise) >= 0:
        raise ValueError(f"noise must be at least 0, got {noise}")
    random = np.random.default_rng([seed, 0])
    errors = random.standard_normal(points)
    x = np.linspace(-1, 1, points) if places == "equispaced" else random.uniform(-1, 1, points)
    return x, target(x) + noise * errors


@dataclass(frozen=True)
class Features:
    """The functions φ(w x + b); called with places x they give a matrix of shape (len(x), P)."""

    w: np.ndarray
    b: np.ndarray
    kind: str = "tanh"

    def __call__(self, x):
        inner = np.multiply.outer(np.asarray(x, float), self.w) + self.b
        return np.tanh(inner) if self.kind == "tanh" else np.maximum(inner, 0.0)


def features(seed, parameters, kind="tanh", scale=SCALE) -> Features:
    """Random features: w is normal with standard deviation `scale`, b uniform from -scale to scale.

    Parameters
    ----------
    seed : int
        With the same seed, fewer parameters are the first of more.
    parameters : int
        From 1 to 10 000.
    kind : {"tanh", "ReLU"}
    scale : float, default 8
        Above 0.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    seed, parameters = whole("seed", seed, 0, 2 ** 63), whole("parameters", parameters, 1, MOST)
    _one_of("kind", kind, KINDS)
    if not real("scale", scale) > 0:
        raise ValueError(f"scale must be above 0, got {scale}")
    return Features(scale * np.random.default_rng([seed, 1]).standard_normal(parameters),
                    np.random.default_rng([seed, 2]).uniform(-scale, scale, parameters), kind)


def _one_of(name, value, options):
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")


# ---------------------------------------------------------------- the fit

def svd(matrix):
    """Left vectors, singular values, right vectors as rows; of both vectors only as many as there are values."""
    with one_blas_thread():
        return np.linalg.svd(matrix, full_matrices=False)


def gains(sizes, ridge=0.0, steps=None, rcond=RCOND):
    """What a fit makes of each direction: its coefficient over the data's share in it, for singular values `sizes`.

    Parameters
    ----------
    sizes : array, the largest first along the last axis
    ridge : float, default 0
        Strength ρ of the penalty in |F c − y|² + ρ |c|².
    steps : float, optional
        Stop gradient descent on half of that, from c = 0 at rate 1/(σ₁² + ρ), after so many steps (of any number: each step
        has its closed form).  Default: descend for ever.
    rcond : float
        Singular values up to this share of the largest count as 0.
    """
    squares = sizes ** 2 + ridge
    largest = squares[..., :1]
    kept = sizes > rcond * sizes[..., :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        full = np.where(kept, sizes / np.where(kept, squares, 1), 0.0)
        if steps is None or not steps > 0:              # at once, or not at all: 0 · ∞ is no number
            return full if steps is None else 0 * full
        return full * -np.expm1(steps * np.log1p(-np.where(kept, squares / largest, 0.0)))


def fit(matrix, y, ridge=0.0, steps=None, rcond=RCOND):
    """Coefficients c of the fit ``matrix @ c ≈ y``.

    Parameters
    ----------
    matrix : array of shape (points, parameters)
    y : array of shape (points,)
    ridge, steps, rcond
        As in `gains`.  With none of them the fit is least squares of least norm: ``np.linalg.pinv(matrix, rcond) @ y``.

    Returns
    -------
    array of shape (parameters,)

    Raises
    ------
    ValueError
        If the shapes do not fit, or ridge or steps is negative or NaN.
    """
    matrix, y = np.asarray(matrix, float), np.asarray(y, float)
    if matrix.ndim != 2 or matrix.size == 0 or y.shape != matrix.shape[:1]:
        raise ValueError(f"matrix must have a row for each of the points y, got shapes {matrix.shape} and {y.shape}")
    for name, value in (("ridge", ridge), ("steps", 0 if steps is None else steps)):
        if not value >= 0:
            raise ValueError(f"{name} must be at least 0, got {value}")
    left, sizes, right = svd(matrix)
    return right.T @ (gains(sizes, ridge, steps, rcond) * (left.T @ y))


def errors(parameters, seed, *, points=POINTS, noise=NOISE, kind="tanh", places="equispaced", ridge=0.0, steps=None,
           rcond=RCOND, grid=201):
    """(proxy, goal): the mean squared errors at the points, and against the target on `grid` places from -1 to 1."""
    x, y = data(seed, points, noise, places)
    phi, everywhere = features(seed, parameters, kind), np.linspace(-1, 1, grid)
    at_points = phi(x)
    c = fit(at_points, y, ridge, steps, rcond)
    return float(np.mean((at_points @ c - y) ** 2)), float(np.mean((phi(everywhere) @ c - target(everywhere)) ** 2))


def median_errors(parameters, seeds=200, **how):
    """Medians of `errors` over the seeds 0, 1, …; they say more than means, which a few wild fits decide."""
    seeds = whole("seeds", seeds, 1, 10 ** 6)
    return tuple(map(float, np.median([errors(parameters, seed, **how) for seed in range(seeds)], axis=0)))


# ---------------------------------------------------------------- a case with a formula

def isotropic_risk(p, n=20, inputs=100, noise=0.5) -> float:
    """Expected squared error, on new data, of least squares of least norm that sees p of the inputs.

    The data are y = x·β + noise, all inputs independent standard normal, |β| = 1 spread evenly over the inputs.

    Parameters
    ----------
    p : int
        Inputs that are used, at most n − 2 or at least n + 2: between them the mean is infinite.
    n : int, default 20
        Points.
    inputs : int, default 100
    noise : float, default 0.5
        Standard deviation; new data have it too, so the risk is never below its square.
    """
    p, n = whole("p", p, 0, inputs), whole("n", n, 1, 10 ** 6)
    if not real("noise", noise) >= 0:
        raise ValueError(f"noise must be at least 0, got {noise}")
    if abs(p - n) < 2:
        raise ValueError(f"p must be at most n − 2 = {n - 2} or at least n + 2 = {n + 2}, got {p}")
    seen = p / inputs
    unseen = 1 - seen + noise ** 2
    if p < n:
        return unseen * (1 + p / (n - p - 1))
    return seen * (1 - n / p) + unseen * (1 + n / (p - n - 1))


def isotropic_sample(p, n=20, inputs=100, noise=0.5, runs=1000, seed=0):
    """The risk of each of `runs` random fits: an array whose mean is `isotropic_risk`."""
    random, beta = np.random.default_rng(seed), np.full(inputs, inputs ** -0.5)
    risks = np.empty(runs)
    for run in range(runs):
        x = random.standard_normal((n, inputs))
        c = np.zeros(inputs)
        c[:p] = np.linalg.pinv(x[:, :p], rcond=RCOND) @ (x @ beta + noise * random.standard_normal(n))
        risks[run] = ((c - beta) ** 2).sum() + noise ** 2
    return risks
