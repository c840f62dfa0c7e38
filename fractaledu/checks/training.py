"""The checks of lesson 07: slopes of the output weights, their exact edge, the edge of a saturated network."""
import functools
import math

import numpy as np

from ..curvature import Net, gradient
from ..networks import paper
from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "07-train-one-network"
CLOSENESS = {"gradient_out": 1e-6, "critical_rate_out": 2e-3, "saturated_rate": 1e-2}       # relative


# ---------------------------------------------------------------- backpropagation of the last layer

def _slopes(w0, w1, x, y):
    return tuple(gradient(Net(x, y, len(w1), "tanh"), w0, w1)[2].tolist())


def _worked(w0, w1, x, y, two=2, mean=True, share=True, miss=None, units=None, squash=np.tanh, answer_share=True):
    """The same with a mistake; `share` and `answer_share` may be another number in place of n."""
    h, n = squash(x @ w0), len(w1)
    error = h @ w1 / (n if answer_share is True else answer_share or 1) - y if miss is None else miss(h @ w1 / n, y)
    units = h if units is None else units(h)
    return two * error @ units / (len(y) if mean else 1) / (n if share is True else share or 1)


def _swapped(w0, w1, x, y):
    h = np.tanh(x @ w0)
    return 2 * (h @ w1 / len(y) - y) @ h / len(w1) / len(y)


def _mistake(name, advice, **how):
    return Mistake(name, functools.partial(_worked, **how), advice)


EIGHT = "Our network has 8 hidden units, others have not: divide by "
SLOPES = (
    _mistake("the sign is turned", "The error is f − y: what the network says, less what it should say.",
             miss=lambda f, y: y - f),
    _mistake("the 2 of the square is forgotten", "The slope of (f − y)² is 2(f − y).", two=1),
    _mistake("the mean is forgotten", "The loss is a mean over the examples: divide by `len(y)`.", mean=False),
    _mistake("the slope of f lacks its 1/n", "f is h·w₁/n, so its slope for an output weight is h/n.", share=False),
    _mistake("the answer is not divided by n", "f is h·w₁/n: divide by the number of hidden units before you subtract y.",
             answer_share=False),
    _mistake("n is forgotten in both places", "f is h·w₁/n: the answer and its slope are both divided by n.",
             answer_share=False, share=False),
    _mistake("both factors are forgotten", "Divide by `len(y)`, for the mean, and by `len(w1)`, for f = h·w₁/n.", mean=False,
             share=False),
    _mistake("tanh is forgotten", "The output weights see the hidden units: h = tanh(x W₀).", squash=lambda z: z),
    _mistake("the slope of tanh is put in", "1 − h² belongs to the input weights. An output weight comes after tanh: its slope "
             "is h/n.", units=lambda h: 1 - h * h),
    _mistake("the slope of tanh is put in", "1 − h² belongs to the input weights. An output weight comes after tanh: its slope "
             "is h/n.", units=lambda h: h * (1 - h * h)),
    _mistake("the target is left out", "The error is f − y, not f.", miss=lambda f, y: f),
    _mistake("the error is squared", "The slope of (f − y)² is 2(f − y): the power goes down by one.",
             miss=lambda f, y: (f - y) ** 2),
    _mistake("only the size of the error", "The error has a sign: too much and too little pull in opposite ways.",
             miss=lambda f, y: np.abs(f - y)),
    _mistake("8 in place of n", EIGHT + "`len(w1)`.", answer_share=8, share=8),
    _mistake("8 in place of n", EIGHT + "`len(w1)`, in the slope of f as well.", share=8),
    _mistake("8 in place of n", EIGHT + "`len(w1)`, in the answer as well.", answer_share=8),
    Mistake("examples and hidden units are swapped", _swapped,
            "The answer f is divided by the number of hidden units, `len(w1)`, the mean by that of the examples, `len(y)`."),
    Mistake("one number for all weights", lambda w0, w1, x, y: np.full(len(w1), np.mean(_worked(w0, w1, x, y))),
            "Each output weight has a slope of its own: that with its own hidden unit."),
    Mistake("the slopes are those of one example", lambda w0, w1, x, y: 2 * (np.tanh(x @ w0) @ w1 / len(w1) - y)[0]
            * np.tanh(x @ w0)[0] / len(w1), "Every example counts: add up over all, `error @ hidden`."),
)


def _row(value):
    """A tuple of finite numbers, from an array or a sequence of one dimension."""
    if isinstance(value, np.ndarray) and value.ndim == 1 or isinstance(value, tuple | list) and len(value) > 1:
        if any(np.ndim(part) for part in value):
            raise c.Trouble("Your function returned several arrays; wanted is one array, with a number for each output weight.",
                            reading.SHAPE, got=value)
        return tuple(reading.number(part, name="One of the numbers is") for part in value)
    if isinstance(value, np.ndarray) and value.ndim > 1:
        raise c.Trouble(f"Your function returned an array of shape {value.shape}; wanted is one number for each output weight, "
                        "so shape (n,). Should something be added up over the examples?", reading.SHAPE, got=value)
    number = reading.number(value)
    raise c.Trouble("Your function returned one number; wanted is an array with one number for each output weight.",
                    "one number instead of an array", got=number)


def _lengths(cases, got, expected):
    """A mistake that shows in how many numbers there are."""
    if all(len(one) == len(case[3]) for one, case in zip(got, cases, strict=True)):
        return ("one number for each example", "Wanted is one number for each output weight: add up over the examples, "
                "`error @ hidden`.")
    if any(len(one) != len(other) for one, other in zip(got, expected, strict=True)):
        return "the wrong number of slopes", "Wanted is one number for each output weight, so `len(w1)` of them."
    return None


def _close(got, want, *_):
    return len(got) == len(want) and c.distance(got, want) <= CLOSENESS["gradient_out"] * max(1, np.abs(want).max())


@c.exercise(LESSON, "gradient_out(w0, w1, x, y)")
def gradient_out(function):
    """Check `gradient_out(w0, w1, x, y)`: the slopes of mean (f - y)², f = tanh(x w0) · w1 / n, for the n output weights.

    12 hidden networks, to 1e-6.
    """
    rng = c.hidden()
    cases = []
    for _ in range(12):
        inputs, hidden, samples = rng.integers(2, 5), rng.integers(2, 6), rng.integers(7, 10)
        shapes = (inputs, hidden), hidden, (samples, inputs), samples
        cases.append(tuple(rng.normal(size=shape).round(3) for shape in shapes))
    trial, worst = c.compare(
        function, gradient_out.exercise, cases, _slopes, SLOPES, read=_row, near=_close, error=c.distance, special=_lengths,
        hint="The slope of (f − y)² is 2(f − y) times the slope of f. For the output weight j the slope of f is hidden unit j "
             "over n. Then take the mean over the examples.")
    return (f"{len(cases)} hidden networks, of 2 to 5 hidden units and 7 to 9 examples, agree to {CLOSENESS['gradient_out']:g} "
            f"(worst difference {worst:.1g}).{trial.aside()}")


# ---------------------------------------------------------------- the edge of the output weights

def _sharpness(w0, x, two=2, mean=True, share=1.0, squash=np.tanh, pick=-1, n=None):
    phi = squash(x @ w0) / (w0.shape[1] if n is None else n) ** share
    return float(np.linalg.eigvalsh(two * phi.T @ phi / (len(x) if mean else 1))[pick])


def _edge(w0, x):
    return 2 / _sharpness(w0, x)


EDGE = (
    Mistake("the sharpness, not the rate", _sharpness, "That is the sharpness λ. The edge is 2/λ."),
    Mistake("1/λ instead of 2/λ", lambda w0, x: 1 / _sharpness(w0, x),
            "On a parabola a run is lost beyond 2/λ, twice this rate."),
    Mistake("the 2 of the square is forgotten", lambda w0, x: 2 / _sharpness(w0, x, two=1),
            "The loss is a mean of squares, not of half squares: its Hessian is 2ΦᵀΦ/D."),
    Mistake("the mean is forgotten", lambda w0, x: 2 / _sharpness(w0, x, mean=False),
            "The loss is a mean: divide ΦᵀΦ by the number of examples, `len(x)`."),
    Mistake("the 2 of the square and the mean are forgotten", lambda w0, x: 2 / _sharpness(w0, x, two=1, mean=False),
            "The loss is a mean of squares: its Hessian is 2ΦᵀΦ/D, D being the number of examples."),
    Mistake("8 in place of n", lambda w0, x: 2 / _sharpness(w0, x, n=8), EIGHT + "`w0.shape[1]`."),
    Mistake("the 1/n of the answer is forgotten", lambda w0, x: 2 / _sharpness(w0, x, share=0.0),
            "Φ is the hidden units divided by their number, `w0.shape[1]`."),
    Mistake("the 1/n of the answer comes only once", lambda w0, x: 2 / _sharpness(w0, x, share=0.5),
            "ΦᵀΦ has Φ twice, so it is divided by n twice."),
    Mistake("the smallest eigenvalue", lambda w0, x: 2 / _sharpness(w0, x, pick=0),
            "The steepest direction breaks first: take the largest eigenvalue, the last that `eigvalsh` gives."),
    Mistake("the mean of the eigenvalues", lambda w0, x: 2 / (_trace(w0, x) / w0.shape[1]),
            "The steepest direction breaks first: take the largest eigenvalue, not the mean."),
    Mistake("the sum of the eigenvalues", lambda w0, x: 2 / _trace(w0, x),
            "The steepest direction breaks first: take the largest eigenvalue, not the trace."),
    Mistake("tanh is forgotten", lambda w0, x: 2 / _sharpness(w0, x, squash=lambda z: z),
            "Φ holds the hidden units, after tanh."),
    Mistake("the examples in place of the hidden units", lambda w0, x: 2 / _of_examples(w0, x),
            "The output weights see the hidden units, tanh(x W₀), not the examples themselves."),
    Mistake("the largest entry for the largest eigenvalue", lambda w0, x: 2 / float(np.max(_hessian(w0, x))),
            "The steepest direction mixes all weights: `np.linalg.eigvalsh(hessian)[-1]`."),
    Mistake("the root of the eigenvalue", lambda w0, x: 2 / math.sqrt(_sharpness(w0, x)),
            "The Hessian's eigenvalue is the curvature itself. Singular values of Φ have to be squared."),
)


def _hessian(w0, x):
    phi = np.tanh(x @ w0) / w0.shape[1]
    return 2 * phi.T @ phi / len(x)


def _trace(w0, x):
    return float(np.trace(_hessian(w0, x)))


def _of_examples(w0, x):
    return float(np.linalg.eigvalsh(2 * x.T @ x / len(x) / w0.shape[1] ** 2)[-1])


@c.exercise(LESSON, "critical_rate_out(w0, x)")
def critical_rate_out(function):
    """Check `critical_rate_out(w0, x)`: 2/λ, λ the largest eigenvalue of 2ΦᵀΦ/D with Φ = tanh(x w0)/n, to 0.2 %, for 10 hidden
    networks."""
    rng = c.hidden()
    cases = []
    for _ in range(10):
        inputs, hidden, samples = rng.integers(2, 6), rng.integers(3, 9), rng.integers(10, 40)
        cases.append((rng.normal(size=(inputs, hidden)).round(3), rng.normal(size=(samples, inputs)).round(3)))
    trial, worst = c.compare(
        function, critical_rate_out.exercise, cases, _edge, EDGE, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= CLOSENESS["critical_rate_out"] * want, error=c.relative,
        hint="The loss is mean (Φ w₁ − y)². Its Hessian is 2ΦᵀΦ/D; the edge is 2 over its largest eigenvalue.")
    own = paper("tanh", width=8).system
    found = reading.number(trial(own.w0, own.x.reshape(len(own.y), -1)))
    return (f"10 hidden networks, of 3 to 8 hidden units, agree to {CLOSENESS['critical_rate_out']:.1%} (worst relative "
            f"difference {worst:.1g}). For the lesson's own network your function gives {found:.2f}.{trial.aside()}")


# ---------------------------------------------------------------- saturated

SATURATED = (
    Mistake("the curvature, not the rate", lambda n: 2 / n, "That is the curvature. The edge is 2 divided by it."),
    Mistake("the 1/n of the answer is forgotten", lambda n: 1 / n,
            "Each entry of Φ is ±1/n. The more units, the smaller each: the edge grows with n."),
    Mistake("the sum over the units is forgotten", lambda n: n ** 2,
            "The steepest direction turns all n weights at once: n entries of 1/n², together 1/n."),
    Mistake("1/λ instead of 2/λ", lambda n: n / 2, "On a parabola a run is lost beyond 2/λ."),
    Mistake("the 2 of the square is forgotten", lambda n: 2 * n,
            "The loss is the square, not half of it: its curvature is 2/n."),
    Mistake("the size of Φ is not squared", lambda n: math.sqrt(n), "ΦᵀΦ has Φ twice: the curvature is 2 · n/n²."),
    Mistake("one entry in place of the sum, and 1/λ for 2/λ", lambda n: n ** 2 / 2,
            "Add up the n entries 1/n² first."),
)


@c.exercise(LESSON, "saturated_rate(n)")
def saturated_rate(function):
    """Check `saturated_rate(n)`: the largest η₁ of a network with n hidden units at ±1 and one example, 12 hidden n, to 1 %."""
    widths = c.hidden().choice(np.arange(3, 65), 12, replace=False)
    trial, worst = c.compare(
        function, saturated_rate.exercise, [(int(n),) for n in widths], float, SATURATED, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= CLOSENESS["saturated_rate"] * want, error=c.relative,
        hint="Now Φ is one row of n entries, each 1/n or −1/n. The only curvature that is not 0 is 2 times the sum of their "
             "squares.")
    return (f"12 hidden widths from {min(widths)} to {max(widths)} agree to {CLOSENESS['saturated_rate']:.0%} (worst relative "
            f"difference {worst:.1g}).{trial.aside()}")
