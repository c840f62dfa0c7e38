"""The checks of lesson 06: the two-weight network in p = ab and s = a² + b², its largest start, its exponent."""
import functools
import math

import numpy as np

from .. import reference
from . import compare as c
from . import reading
from .compare import Mistake
from .lyapunov import CLOSENESS, LOG_OF_MEAN, NOT_NATURAL, UNDEFINED, exponents, hair, log_mean, mean_log, not_averaged, settled

LESSON = "06-two-weights"


# ---------------------------------------------------------------- two weights seen as p and s

def _trained(p, s, rate):
    """(p, s) after a step of real training, from weights with this product and sum of squares."""
    large = (s + math.sqrt(s * s - 4 * p * p)) / 2
    a = math.sqrt(large)
    a, b = np.array([a, p / a]) - rate * reference.two_weights((a, p / a))
    return float(a * b), float(a * a + b * b)


def _pair(p, s, rate, e=None, sign=-1, square=1, four=4, e_of_s=None):
    e = p - 1 if e is None else e
    second = rate * rate * e * e * square
    f = e if e_of_s is None else e_of_s
    return p + sign * rate * e * s + second * p, s + sign * four * rate * f * p + second * s


def _new_p_for_s(p, s, rate):
    new = _pair(p, s, rate)[0]
    e = p - 1
    return new, s - 4 * rate * e * new + rate * rate * e * e * s


def _new_p_and_e_for_s(p, s, rate):
    new = _pair(p, s, rate)[0]
    return new, _pair(new, s, rate)[1]


IN_TURN = ("the new p is used for s", "Both numbers change at the same moment: keep the old p until s has its new value.")
PAIR = (
    Mistake(IN_TURN[0], _new_p_for_s, IN_TURN[1]),
    Mistake(IN_TURN[0], _new_p_and_e_for_s, IN_TURN[1]),
    Mistake("uphill instead of downhill", functools.partial(_pair, sign=1),
            "Descent subtracts: the terms with η once have a minus."),
    Mistake("the terms with η² are forgotten", functools.partial(_pair, square=0),
            "A product of two steps has a part with η²: (a − ηeb)(b − ηea) has four terms."),
    Mistake("the sign of the terms with η²", functools.partial(_pair, square=-1),
            "Minus times minus: the terms with η² are added."),
    Mistake("2 instead of 4", functools.partial(_pair, four=2), "a² and b² each bring −2ηe·ab, together −4ηep."),
    Mistake("the two numbers are swapped", lambda p, s, rate: _pair(p, s, rate)[::-1], "Return p first, then s."),
    Mistake("the error is taken as p", lambda p, s, rate: _pair(p, s, rate, e=p),
            "The error is e = p − 1: the network should give 1."),
    Mistake("the error is taken as 1 − p", lambda p, s, rate: _pair(p, s, rate, e=1 - p), "The error is e = p − 1."),
    Mistake("the error is squared", lambda p, s, rate: _pair(p, s, rate, e=(p - 1) ** 2), "The slope of ½e² is e."),
    Mistake("e is forgotten in the terms with η²", lambda p, s, rate: (
        p - rate * (p - 1) * s + rate ** 2 * p, s - 4 * rate * (p - 1) * p + rate ** 2 * s), "Both steps have an e: η²e²."),
    Mistake("only p is changed", lambda p, s, rate: (_pair(p, s, rate)[0], s), "s = a² + b² changes as well."),
    Mistake("p and s are taken for the weights a and b", lambda p, s, rate: (
        p - rate * (p * s - 1) * s, s - rate * (p * s - 1) * p),
            "p is the product ab and s the sum a² + b²: work out both after the step."),
)


@c.exercise(LESSON, "next_pair(p, s, rate)")
def next_pair(function):
    """Check `next_pair(p, s, rate)`: p = ab and s = a² + b² after a step of gradient descent on ½(ab − 1)².

    30 hidden networks, trained for one step, to 1e-12; then 40 steps in a row.
    """
    rng = c.hidden()
    a, b = rng.uniform(0.4, 1.6, (2, 30)) * rng.choice([-1, 1], (2, 30))
    pairs = zip((a * b).round(4), (a * a + b * b).round(4), rng.uniform(0.05, 1.2, 30).round(3), strict=True)
    cases = [tuple(map(float, case)) for case in pairs if abs(case[0] - 1) > 0.05 and case[1] - 2 * abs(case[0]) > 0.003]
    trial, worst = c.compare(
        function, next_pair.exercise, cases, _trained, PAIR, read=reading.pair, error=c.distance,
        near=lambda got, want, p, s, rate: c.distance(got, want) <= 1e-12 * (1 + s) ** 3,
        hint="Multiply out (a − ηeb)(b − ηea) and (a − ηeb)² + (b − ηea)², then put p and s where you can.")
    w, rate = np.array([2.1, -0.4]), 0.2
    p, s = float(w[0] * w[1]), float(w @ w)
    for _ in range(40):
        p, s = reading.pair(trial(p, s, rate))
        w = w - rate * reference.two_weights(w)
    if c.distance((p, s), (w[0] * w[1], w @ w)) > 1e-11:
        raise c.wrong("Single steps are right, but 40 in a row are not: does the function remember something between calls?",
                      "the answer depends on earlier calls", got=(p, s), expected=(float(w[0] * w[1]), float(w @ w)))
    return (f"{len(cases)} hidden networks, trained for one step, agree to 1e-12 (worst difference {worst:.1g}); so do 40 "
            f"steps in a row.{trial.aside()}")


# ---------------------------------------------------------------- tied weights

START = (
    Mistake("the square root is forgotten", lambda n: (2 + n) / n, "That is x₀². Take its square root."),
    Mistake("minus for plus", lambda n: math.sqrt((2 - n) / n), "At the border the orbit jumps between x and −x: "
            "(1 + η) x − η x³ = −x. Solve for x²."),
    Mistake("the fixed point", lambda n: 1.0,
            "At 1 the orbit stays. The border is where the orbit jumps from x to −x and back."),
    Mistake("the place that jumps to 0", lambda n: math.sqrt((1 + n) / n),
            "From there one step leads to 0. Farther out the orbit can still come back: solve (1 + η) x − η x³ = −x."),
    Mistake("the top of the cubic", lambda n: math.sqrt((1 + n) / (3 * n)),
            "There the map has its highest value. The border is where x goes to −x: (1 + η) x − η x³ = −x."),
    Mistake("the 2 is left alone under the line", lambda n: math.sqrt(2 / n),
            "Collect all terms: (1 + η) x − η x³ = −x gives η x² = 2 + η."),
    Mistake("the root of the upper part only", lambda n: math.sqrt(2 + n) / n, "The root belongs to the whole fraction."),
    Mistake("the η below is forgotten", lambda n: math.sqrt(2 + n), "η x² = 2 + η: divide by η before the root."),
    Mistake("the fraction is upside down", lambda n: math.sqrt(n / (2 + n)), "η x² = 2 + η: divide by η."),
    Mistake("the largest rate for the largest start", lambda n: 2 / n, "2/η is a curvature. Wanted is the start from which "
            "x → −x → x → …"),
    Mistake("the start's sharpness at the edge", lambda n: math.sqrt((2 + n) / (3 * n)),
            "There the curvature 3x² − 1 is 2/η. A start beyond it can still come back."),
)


@c.exercise(LESSON, "largest_start(rate)")
def largest_start(function):
    """Check `largest_start(rate)`: the |x₀| beyond which x → (1 + η) x − η x³ runs away, √((2 + η)/η), to 1e-9, for 12 hidden
    rates below 2."""
    rates = c.hidden().uniform(0.1, 1.95, 12).round(3)
    trial, worst = c.compare(
        function, largest_start.exercise, [(float(rate),) for rate in rates], lambda n: math.sqrt((2 + n) / n), START,
        read=reading.number, near=lambda got, want, *_: abs(got - want) <= 1e-9,
        hint="At the border the orbit jumps between x and −x for ever: solve (1 + η) x − η x³ = −x.")
    return (f"12 hidden rates from {min(rates):.2f} to {max(rates):.2f} agree with √((2 + η)/η) to 1e-9 (worst difference "
            f"{worst:.1g}).{trial.aside()}")


AT_THE_TOP = UNDEFINED + " the orbit meets x = √((1 + η)/(3η)), where the slope is 0: start anywhere else, at 0.3."


@functools.lru_cache(64)
def _tied(rate, mean=log_mean, slope=3, start=0.3):
    return settled(lambda x: (1 + rate) * x - rate * x ** 3, lambda x: 1 + rate - slope * rate * x * x, start, 500,
                   20_000 if rate == 2 else 200, mean)


def _exponent(rate):
    if rate == 2:
        return math.log(3)
    return math.log(abs(1 - 2 * rate)) if rate < 1 else _tied(rate)


EXPONENT = (
    Mistake("the start is a place where the orbit stays: 0", lambda n: math.log(1 + n),
            "From 0 nothing moves, and the slope there is 1 + η. Start anywhere else, at 0.3."),
    Mistake("the start is a place where the orbit stays: 1", lambda n: math.log(abs(1 - 2 * n)),
            "From 1 nothing moves, and the slope there is 1 − 2η. That is the exponent only while 1 attracts, below η = 1. "
            "Start at 0.3."),
    Mistake(LOG_OF_MEAN[0], lambda n: _tied(n, mean_log), LOG_OF_MEAN[1]),
    Mistake("ln 2, as for the logistic map", lambda n: math.log(2),
            "The logistic map at r = 4 doubles a gap. This map is cubic: measure it."),
    Mistake("ln 2, as for the logistic map", lambda n: math.log(2) if n == 2 else _exponent(n),
            "The logistic map at r = 4 doubles a gap. This map is cubic: measure it."),
    Mistake("logarithms of base 2", lambda n: _exponent(n) / math.log(2), NOT_NATURAL),
    Mistake("logarithms of base 10", lambda n: _exponent(n) / math.log(10), NOT_NATURAL),
    Mistake("the 3 of the derivative is forgotten", lambda n: _tied(n, slope=1),
            "The derivative of x³ is 3x²: the slope is 1 + η − 3η x²."),
    Mistake("the logarithm is forgotten", lambda n: _tied(n, lambda s: sum(map(abs, s)) / len(s)),
            "Take the logarithm of each slope's size before averaging."),
    Mistake("the sign", lambda n: -_exponent(n), "Growth is positive, shrinking negative: do not change the sign."),
)


@c.exercise(LESSON, "lyapunov_tied(rate)")
def lyapunov_tied(function):
    """Check `lyapunov_tied(rate)`: the mean of ln|1 + η − 3ηx²| along x → (1 + η) x − η x³, from a generic start.

    Compared, to ±0.001, with ln|1 − 2η| at three hidden rates below 1 and one at 1/2, where the walk to the orbit weighs
    most, a long run at one between 1 and 1.2, and ln 3 at 2.
    """
    rng = c.hidden()
    rates = [2.0, *np.round([rng.uniform(0.1, 0.42), *rng.uniform(0.58, 0.92, 2), rng.uniform(1.05, 1.1)], 4),
             0.5 + hair(rng) / 2]
    trial, worst = exponents(
        function, lyapunov_tied.exercise, [(float(rate),) for rate in rates], _exponent, EXPONENT, special=not_averaged,
        undefined=AT_THE_TOP,
        hint="Add up ln|1 + η − 3ηx²| along the orbit, after some hundred steps that do not count, and divide by how many.")
    return (f"ln|1 − 2η| at 3 hidden rates from {min(rates):.2f} to {max(rates[1:4]):.2f} and one a hair beside 1/2, the two "
            f"values at {rates[4]:.3f}, and ln 3 at 2, all to ±{CLOSENESS} (worst difference {worst:.1g}).{trial.aside()}")
