"""The checks of lesson E1: least squares of least norm, what filtering keeps, and the risk of a fit on new data."""
import math
import tracemalloc

import numpy as np

from .. import filtering, random_features
from . import compare as c
from . import reading
from .compare import Mistake
from .result import brief
from .trial import a_thing

LESSON = "E1-too-much-efficiency"


# ---------------------------------------------------------------- the fit

SHAPES = ((10, 4), (12, 5), (8, 8), (10, 40), (9, 25), (6, 120))            # points, parameters
FEW, WILD, MANY, FIRST = 100, 200, 5, 1000          # draws with 4, 10 and 10 000 parameters, and the first one's seed
GRID = np.linspace(-1, 1, 41)
SQUARE = 500                                        # parameters: with their square in memory, 2 MB


def _coefficients(value):
    """One number for each parameter."""
    if isinstance(value, tuple) and len(value) == 4:
        raise c.wrong("`np.linalg.lstsq` returns four things; the coefficients are the first: `np.linalg.lstsq(...)[0]`.",
                      "all that lstsq returns", got=len(value))
    if not isinstance(value, np.ndarray | list | tuple):
        raise c.wrong(f"Your function returned {a_thing(value)}; wanted is an array with one number for each column of "
                      "`features`.", reading.KIND, got=value)
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        raise c.wrong(f"Your function returned {brief(value)}; wanted is an array of real numbers.", reading.KIND) from None
    if array.ndim == 2 and 1 in array.shape:
        array = array.ravel()
    if array.ndim != 1 or len(array) < 2:
        raise c.wrong(f"Your function returned an array of shape {array.shape}; wanted is one number for each column of "
                      "`features`.", reading.SHAPE, got=value)
    if not np.isfinite(array).all():
        raise c.wrong("Some of your coefficients are not finite: was something divided by zero?", reading.NOT_A_NUMBER,
                      got=value)
    return tuple(array.tolist())


def _first_columns(f, y):
    """Fitted with as many columns as there are points, 0 for the others."""
    n = min(f.shape)
    return np.concatenate([np.linalg.pinv(f[:, :n]) @ y, np.zeros(f.shape[1] - n)])


def _least_norm(f, y):
    return np.linalg.pinv(f, rcond=random_features.RCOND) @ y


FIT = (
    Mistake("a ridge is added", lambda f, y: np.linalg.solve(f.T @ f + np.eye(f.shape[1]), f.T @ y),
            "No penalty here: the errors at the points come first, and the norm only chooses among equals."),
    Mistake("a small ridge is added", lambda f, y: np.linalg.solve(f.T @ f + 1e-3 * np.eye(f.shape[1]), f.T @ y),
            "No penalty here, not even a small one."),
    Mistake("only as many columns as points are used", _first_columns,
            "That meets all points too, but its coefficients are larger: spread them over all columns, with `np.linalg.pinv`."),
    Mistake("the fitted values are returned", lambda f, y: f @ _least_norm(f, y),
            "`features @ c` is what the model says at the points. Return c itself."),
    Mistake("the errors at the points are returned", lambda f, y: f @ _least_norm(f, y) - y, "Return the coefficients c."),
    Mistake("one step of descent, no fit", lambda f, y: f.T @ y,
            "`features.T @ y` is the direction of the first step of gradient descent. Where does it end?"),
    Mistake("one step of descent, no fit", lambda f, y: f.T @ y / len(y),
            "`features.T @ y` is the direction of the first step of gradient descent. Where does it end?"),
    Mistake("the sign", lambda f, y: -_least_norm(f, y), "Fit y, not −y."),
    Mistake("each column is fitted alone", lambda f, y: f.T @ y / (f * f).sum(axis=0),
            "Columns that look alike would then count twice. All coefficients have to be fitted together."),
)


def _median_goal(trial, parameters, draws):
    return float(np.median([_goal(trial, parameters, FIRST + draw) for draw in range(draws)]))


def _refuse_square(trial):
    """With 10 000 parameters a square matrix of them has 800 MB, and its inverse takes minutes that nothing can stop."""
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        _goal(trial, SQUARE, FIRST)
        most = tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()
    if most > 8 * SQUARE ** 2:
        raise c.wrong("The hidden matrices are right, but with 10 000 parameters your way would take minutes: a square matrix "
                      "such as `features.T @ features` (or all vectors of an SVD) has 100 million numbers then. `features`"
                      " itself is small: give it to `np.linalg.pinv` as it is.", "a square matrix with all parameters",
                      got=f"{most / 1e6:.1f} MB with {SQUARE} parameters")


def _goal(trial, parameters, seed):
    x, y = random_features.data(seed)
    phi = random_features.features(seed, parameters)
    coefficients = np.array(_coefficients(trial(phi(x), y)))
    if len(coefficients) != parameters:
        raise c.wrong(f"For {parameters} columns your function returned {len(coefficients)} coefficients; wanted is one for "
                      "each column.", reading.SHAPE, got=coefficients)
    return np.mean((phi(GRID) @ coefficients - random_features.target(GRID)) ** 2)


@c.exercise(LESSON, "least_norm(features, y)")
def least_norm(function):
    """Check `least_norm(features, y)`: least squares, of least norm where many fit.

    Six hidden matrices, wide and tall, to 1e-6; then the median goal error of its fits in the lesson's setting: E(10) is more
    than 10 times E(10 000), and more than 5 times E(4).
    """
    rng = c.hidden()
    cases = [(rng.standard_normal(shape).round(3), rng.standard_normal(shape[0]).round(3)) for shape in SHAPES]
    trial, worst = c.compare(
        function, least_norm.exercise, cases, lambda f, y: tuple(_least_norm(f, y)), FIT, read=_coefficients, error=_difference,
        near=lambda got, want, *_: _difference(got, want) <= 1e-6 * max(map(abs, want)),
        hints={"LinAlgError": "A square system has one answer only where its matrix can be inverted; here it often cannot. "
               "`np.linalg.pinv` and `np.linalg.lstsq` take any matrix."},
        hint="`np.linalg.pinv(features) @ y` does it; so does the first thing that `np.linalg.lstsq` returns.")
    four, ten = _median_goal(trial, 4, FEW), _median_goal(trial, 10, WILD)
    if not ten > 5 * four:
        raise c.wrong(
            "The hidden matrices are right, but in the lesson's setting the median goal error of your fits with 10 parameters "
            f"is only {ten:.2g} (with 4: {four:.2g}). Small singular values are lost: is "
            "`features.T @ features` formed, which halves the digits, or is a cut-off `rcond` too large?",
            "small singular values are lost", got=ten)
    _refuse_square(trial)
    most = _median_goal(trial, 10_000, MANY)
    if not ten > 10 * most:
        raise c.wrong(f"The hidden matrices are right, but with 10 000 parameters the median goal error of your fits is "
                      f"{most:.2g} (with 10: {ten:.2g}). Is each c of least norm there too?",
                      "wide matrices are fitted in another way", got=most)
    return (f"{len(cases)} hidden matrices agree to 1e-6 (worst difference {worst:.1g}). Median goal errors of your fits: "
            f"{four:.2g} with 4 parameters, {ten:.2g} with 10 (other draws than in the lesson: at 10 the median differs by a "
            f"factor of three), {most:.2g} with 10 000.{trial.aside()}")


def _difference(got, want):
    return float(np.abs(np.asarray(got) - np.asarray(want)).max()) if np.shape(got) == np.shape(want) else math.inf


# ---------------------------------------------------------------- what filtering keeps

def _squares(weights, spreads):
    return [(weight * spread) ** 2 for weight, spread in zip(weights, spreads, strict=True)]


def _share(weights, spreads, weight_power=2, spread_power=2):
    a, _, other = (w ** weight_power * s ** spread_power for w, s in zip(weights, spreads, strict=True))
    return a / (a + other)


def _correlation(weights, spreads):
    a, b, other = _squares(weights, spreads)
    return a / math.sqrt((a + b) * (a + other))


def _of(formula):
    return lambda weights, spreads: formula(*_squares(weights, spreads))


KEPT = (
    Mistake("no squares", lambda w, s: _share(w, s, 1, 1), "Variances add, not spreads: square each weight times spread."),
    Mistake("the weights are not squared", lambda w, s: _share(w, s, 1, 2), "The variance of αA is α²σA²."),
    Mistake("the spreads are not squared", lambda w, s: _share(w, s, 2, 1), "The variance of αA is α²σA²."),
    Mistake("the spreads are forgotten", lambda w, s: _share(w, s, 2, 0), "A part that hardly varies explains little of P."),
    Mistake("weights alone", lambda w, s: _share(w, s, 1, 0), "Variances count: α²σA² is that of αA. A part that hardly varies "
            "explains little of P."),
    Mistake("the weights are forgotten", lambda w, s: _share(w, s, 0, 2), "The variance of αA is α²σA²."),
    Mistake("the correlation", _correlation, "The slope is the covariance of T and P over the variance of P. The correlation "
            "divides by both spreads instead."),
    Mistake("P is predicted from T", _of(lambda a, b, c: a / (a + b)),
            "You know P and want T: divide the covariance by the variance of P."),
    Mistake("the share of C", _of(lambda a, b, c: c / (a + c)), "That is the share of P that is persuasive only."),
    Mistake("B is counted in P", _of(lambda a, b, c: a / (a + b + c)), "B persuades nobody: P = αA + γC."),
    Mistake("B is counted as what A brings", _of(lambda a, b, c: (a + b) / (a + c)),
            "B does not vary together with P: knowing P says nothing about B."),
    Mistake("the ratio of A to C", _of(lambda a, b, c: a / c), "Divide by all of P's variance, α²σA² + γ²σC²."),
    Mistake("the covariance, not divided", _of(lambda a, b, c: a), "The slope is the covariance over the variance of P."),
    Mistake("the weight of A", lambda w, s: w[0], "Of a high P only a part is due to A: how large a part of its variance?"),
)
CLOSENESS = 0.02                                    # 200 000 draws come so near in all cases, but for once in some 1000 checks


@c.exercise(LESSON, "truth_slope(weights, spreads)")
def truth_slope(function):
    """Check `truth_slope(weights, spreads)`: the slope of E[T | P = p], for 12 hidden cases, to ±0.02: a simulation will do."""
    rng = c.hidden()
    weights, spreads = 0.2 + 0.4 * rng.dirichlet((1, 1, 1), 12).round(3), rng.uniform(0.5, 2.0, (12, 3)).round(2)
    cases = [(tuple(weight), tuple(spread)) for weight, spread in zip(weights.tolist(), spreads.tolist(), strict=True)]
    trial, worst = c.compare(
        function, truth_slope.exercise, cases, filtering.slope, KEPT, read=reading.number, like=_roughly,
        near=lambda got, want, *_: abs(got - want) <= CLOSENESS,
        hint="The slope of the best line is the covariance of T and P over the variance of P. Which part do they share? If you "
             "simulate: are there 200 000 draws?")
    return (f"12 hidden cases agree with α²σA²/(α²σA² + γ²σC²) to ±{CLOSENESS} (worst difference {worst:.1g}; "
            f"simulations of 200 000 answers are as near).{trial.aside()}")


def _roughly(one, other):
    """The same answer, if both are simulated."""
    return one is other if one is None or other is None else abs(one - other) <= CLOSENESS


# ---------------------------------------------------------------- the risk on new data

def _risk(x, y, beta, noise, p, unseen=True, power=2, use=None):
    return float(((_padded(x, y, beta, p if use is None else use) - beta)[:None if unseen else p] ** 2).sum() + noise ** power)


def _padded(x, y, beta, p):
    fitted = np.zeros(len(beta))
    fitted[:p] = np.linalg.pinv(x[:, :p], rcond=random_features.RCOND) @ y
    return fitted


def _missed(x, y, beta, noise, p):
    return _padded(x, y, beta, p) - beta


RISK = (
    Mistake("the noise of the new data is forgotten", lambda *case: float((_missed(*case) ** 2).sum()),
            "New data have noise too: add its variance, noise²."),
    Mistake("the noise is not squared", lambda *case: _risk(*case, power=1), "Squared errors add: noise², its variance."),
    Mistake("the unseen inputs are forgotten", lambda *case: _risk(*case, unseen=False),
            "The inputs after the first p act on y as well. The fit gives them 0: each costs its βᵢ²."),
    Mistake("the unseen inputs and the noise are forgotten", lambda *case: _risk(*case, unseen=False) - case[3] ** 2,
            "The inputs after the first p and the noise act on new data as well."),
    Mistake("all inputs are used", lambda x, y, beta, noise, p: _risk(x, y, beta, noise, len(beta)),
            "Fit with the first p columns only: `x[:, :p]`."),
    Mistake("no more inputs than points are used", lambda *case: _risk(*case, use=min(case[4], len(case[1]))),
            "With p beyond the number of points use all p, and of the many fits that of least norm."),
    Mistake("the error at the points (the proxy)",
            lambda x, y, beta, noise, p: float(np.mean((x @ _padded(x, y, beta, p) - y) ** 2)),
            "That is the error at the points that were fitted. Wanted is the expected error on new data."),
    Mistake("the old points are taken as new", lambda *case: float(np.mean((case[0] @ _missed(*case)) ** 2) + case[3] ** 2),
            "New data have new inputs. For standard normal ones the expectation is Σ(cᵢ − βᵢ)² + noise²."),
    Mistake("the mean over the inputs, not the sum", lambda *case: float(np.mean(_missed(*case) ** 2) + case[3] ** 2),
            "All inputs act at once: their squared errors add up."),
    Mistake("the root is taken", lambda *case: math.sqrt(_risk(*case)), "The risk is the squared error itself, no root."),
    Mistake("β is forgotten", lambda x, y, beta, noise, p: float((_padded(x, y, beta, p) ** 2).sum() + noise ** 2),
            "What counts is how far c is from β."),
)
P, RUNS, CLOSE = 30, 1500, 0.05


@c.exercise(LESSON, "new_data_risk(x, y, beta, noise, p)")
def new_data_risk(function):
    """Check `new_data_risk(x, y, beta, noise, p)`: the expected squared error on new data of least squares with p inputs.

    Ten hidden draws of 20 points with 100 inputs, to 1e-6; then 1500 draws with p = 30, whose mean is the 3.161 of Belkin, Hsu
    and Xu's formula to 5 %.
    """
    rng = c.hidden()
    cases = []
    for p in (3, 8, 12, 30, 34, 45, 60, 75, 90, 100):
        beta, noise = rng.standard_normal(100), round(rng.uniform(0.3, 0.9), 2)
        x = rng.standard_normal((20, 100)).round(3)
        beta = (beta / np.linalg.norm(beta)).round(4)
        cases.append((x, (x @ beta + noise * rng.standard_normal(20)).round(4), beta, noise, p))
    trial, worst = c.compare(
        function, new_data_risk.exercise, cases, _risk, RISK, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= 1e-6 * want,
        hints={"LinAlgError": "`x.T @ x` cannot be inverted where p is beyond the number of points. Take `np.linalg.pinv`.",
               "ValueError": "Two arrays do not go together: c has p numbers, beta has 100. Compare c with `beta[:p]`, or fill "
                             "it up with zeros."},
        hint="Fit c with the first p columns, of least norm. Each input adds (cᵢ − βᵢ)², with cᵢ = 0 beyond p; the noise adds "
             "noise².")
    draws, beta, risks = np.random.default_rng(1), np.full(100, 0.1), []
    for _ in range(RUNS):
        x = draws.standard_normal((20, 100))
        risks.append(reading.number(trial(x, x @ beta + 0.5 * draws.standard_normal(20), beta, 0.5, P)))
    mean, (few, formula, most) = float(np.mean(risks)), map(random_features.isotropic_risk, (10, P, 100))
    if abs(mean - formula) > CLOSE * formula:
        raise c.wrong(f"Single draws are right, but the mean of {RUNS} draws is not: does the function remember something "
                      "between calls?", "the answer depends on earlier calls", got=mean, expected=formula)
    return (f"{len(cases)} hidden draws agree to 1e-6 (worst difference {worst:.1g}). The mean of {RUNS} draws with p = {P} is "
            f"{mean:.3f}; the formula says {formula:.3f}. With p = 10 it says {few:.2f}, with 100 {most:.2f}: "
            f"with 20 points it is worst near p = 20.{trial.aside()}")
