"""Checks of lesson 03: the logistic map's exponent, its window of period three."""
import functools
import math

import numpy as np

from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "03-lyapunov"
CLOSENESS = 1e-3
WINDOW = 1 + math.sqrt(8), 3.8415           # period 3; then it doubles, and the window ends at 3.8568
WINDOW_ENDS = 3.8568


# ---------------------------------------------------------------- exponents of the logistic map

def settled(step, slope, x, burn, steps, mean):
    """mean(slopes) over `steps` steps after `burn`, from x."""
    for _ in range(burn):
        x = step(x)
    slopes = []
    for _ in range(steps):
        slopes.append(slope(x))
        x = step(x)
    return mean(slopes)


def log_mean(slopes):
    """The mean of the logarithms, as it should be."""
    return sum(math.log(abs(s)) for s in slopes) / len(slopes)


def mean_log(slopes):
    """The logarithm of the mean, as it should not be."""
    return math.log(sum(map(abs, slopes)) / len(slopes))


def _right(r):
    if r == 4:
        return math.log(2)
    return math.log(abs(2 - r)) if r < 3 else math.log(abs(4 + 2 * r - r * r)) / 2


@functools.lru_cache(64)
def _logistic(r, slope, mean, x=0.3, burn=500, steps=20_000):
    slopes = {"right": lambda x: r * (1 - 2 * x), "no 2": lambda x: r * (1 - x), "no r": lambda x: 1 - 2 * x}
    return settled(lambda x: r * x * (1 - x), slopes[slope], x, burn, steps if r == 4 else 100, mean)


LOG_OF_MEAN = ("the logarithm of the mean", "Take the logarithm of each factor first and average afterwards: factors multiply, "
               "their logarithms add.")
NOT_NATURAL = "With `math.log(x)` or `np.log(x)` one logarithm is meant: the natural one, in which doubling gives 0.693."
EXPONENT = (
    Mistake("the start 1/2", lambda r: math.log(4) if r == 4 else _right(r),
            "At 1/2 the slope is 0, and for r = 4 that orbit falls on 0, where it stays: ln 4. Start anywhere else, at 0.3."),
    Mistake(LOG_OF_MEAN[0], lambda r: _logistic(r, "right", mean_log), LOG_OF_MEAN[1]),
    Mistake("the derivative is r (1 − x)", lambda r: _logistic(r, "no 2", log_mean),
            "The derivative of r x (1 − x) = r x − r x² is r − 2 r x = r (1 − 2x)."),
    Mistake("the r of the derivative is forgotten", lambda r: _logistic(r, "no r", log_mean),
            "The derivative of r x (1 − x) is r (1 − 2x)."),
    Mistake("logarithms of base 2", lambda r: _right(r) / math.log(2), NOT_NATURAL),
    Mistake("logarithms of base 10", lambda r: _right(r) / math.log(10), NOT_NATURAL),
    Mistake("the logarithm is forgotten", lambda r: math.exp(_right(r)),
            "That is the factor per step; its logarithm is wanted."),
    Mistake("the sign", lambda r: -_right(r), "Growth is positive, shrinking negative: do not change the sign."),
    Mistake("the logarithm is forgotten", lambda r: settled(lambda x: r * x * (1 - x), lambda x: abs(r * (1 - 2 * x)), 0.3, 500,
            20_000 if r == 4 else 100, lambda s: sum(s) / len(s)), "Take the logarithm of each factor before averaging."),
    Mistake("the fixed point for the orbit", lambda r: math.log(abs(2 - r)),
            "ln|2 − r| holds where the orbit settles to one value, for 1 < r < 3. Follow the orbit itself."),
)
UNDEFINED = "The logarithm of a negative number, or of 0: is `abs(...)` around the slope? If it is,"
AT_HALF = f"{UNDEFINED} do not start at 1/2, where the slope is 0."


def exponents(function, signature, cases, right, mistakes, hint, special, undefined):
    """`compare` for exponents; `undefined` is said of nan, or where a logarithm fails.

    A mistake's value is itself a mean over many steps: it is recognised to 0.03.
    """
    def like(one, other):
        return one is not None and other is not None and abs(one - other) <= 0.03

    hints = {"ValueError": undefined, "nan": undefined, "endless": "20 000 steps are enough for one exponent."}
    return c.compare(function, signature, cases, right, mistakes, read=reading.number, hints=hints, hint=hint, like=like,
                     near=lambda got, want, *_: abs(got - want) <= CLOSENESS, special=special)


def not_averaged(cases, got, expected):
    """What only all exponents together tell."""
    factors = [one / other for one, other in zip(got, expected, strict=True)]
    if min(factors) > 20 and max(factors) < 1.5 * min(factors):
        return ("the sum is not divided by the number of steps",
                "The exponent is per step: divide the sum by how many there are.")
    if sum(abs(one - other) / max(1, abs(other)) for one, other in zip(got, expected, strict=True)) < 0.4 * len(got):
        return ("too few steps, or the first ones are counted",
                "The walk to the orbit is not the orbit: leave some hundred steps out first, then average over 10 000.")
    return None


def hair(rng) -> float:
    """A distance from the parameter where the slope on the orbit is 0.

    There ln|slope| is about −11 on the orbit and about 0 on the first steps, so that these shift even a mean over 10 000.
    """
    return float(np.round(rng.choice([-1, 1]) * rng.uniform(1e-6, 4e-6), 9))


def _special(cases, got, expected):
    if any(r == 4 and abs(value - math.log(4)) < 0.05 for (r,), value in zip(cases, got, strict=True)):
        return EXPONENT[0].name, EXPONENT[0].advice
    return not_averaged(cases, got, expected)


@c.exercise(LESSON, "lyapunov(r)")
def lyapunov(function):
    """Check `lyapunov(r)`: the mean of ln|r (1 − 2x)| along the orbit of x → r x (1 − x).

    Compared, to ±0.001, with ln|2 − r| at three hidden r from 1 to 3 and one at 2, where the walk to the orbit weighs
    most, ½ ln|4 + 2r − r²| at one between 3 and 1 + √6, and ln 2 at 4.
    """
    rng = c.hidden()
    growth = [*np.round([4.0, rng.uniform(1.2, 1.8), *rng.uniform(2.2, 2.8, 2), rng.uniform(3.33, 3.41)], 4), 2 + hair(rng)]
    trial, worst = exponents(
        function, lyapunov.exercise, [(float(r),) for r in growth], _right, EXPONENT, special=_special,
        undefined=AT_HALF,
        hint="Add up ln|r (1 − 2x)| along the orbit, after some hundred steps that do not count, and divide by how many.")
    return (f"ln|2 − r| at 3 hidden r from {min(growth):.2f} to {max(growth[1:4]):.2f} and one a hair beside 2, the exponent "
            f"of the two values at r = {growth[4]:.3f}, and ln 2 at r = 4, all to ±{CLOSENESS} (worst difference {worst:.1g})."
            f"{trial.aside()}")


# ---------------------------------------------------------------- the window

@c.exercise(LESSON, "period_three(r)")
def period_three(r):
    """Check a number r at which the logistic map settles to three values, anywhere in the window before they double."""
    value, = reading.given_numbers(r, names=("r",))
    if WINDOW[0] <= value <= WINDOW[1]:
        three = ", ".join(f"{x:.4f}" for x in sorted(_ending(value, 3)))
        return (f"At r = {value:.6g} the orbit goes through three values for ever: {three}. The window is from 1 + √8 = "
                f"{WINDOW[0]:.4f} to {WINDOW[1]}.")
    name, advice = _window_mistake(value)
    raise c.wrong(f"At this r the orbit does not settle to three values. {advice}", name, got=value)


def _ending(r, count, burn=20_000):
    x = 0.3
    for _ in range(burn):
        x = r * x * (1 - x)
    values = []
    for _ in range(count):
        x = r * x * (1 - x)
        values.append(x)
    return values


def _period(r, longest=64):
    """The period that the orbit has settled to; None for none."""
    values = _ending(r, 2 * longest)
    return next((p for p in range(1, longest + 1) if np.allclose(values[p:2 * p], values[:p], rtol=0, atol=1e-6)), None)


def _window_mistake(r):
    """(name or None, advice)."""
    if not 0 <= r <= 4:
        return ("r outside 0 to 4",
                "Outside 0 to 4 the orbit leaves the interval from 0 to 1. Look among the gaps in the chaos below 4.")
    if WINDOW[1] < r < WINDOW_ENDS:
        return ("the window's own doublings",
                "Three bands, but each has split: the values are 6, 12, … or chaotic bands. Go a little to the left.")
    if 3.8275 < r < WINDOW[0]:
        return ("almost three is taken for three",
                "Here the orbit stays near three values for long, breaks out, and comes back. Go a hair to the right.")
    if r == 4 or (period := _period(r)) is None:
        return ("chaos is taken for order",
                "No number of values repeats here. Look for a gap that is crossed by three lines, in the strip of lesson 01.")
    if period in (5, 6, 7):
        return (f"the window of period {period}",
                f"The orbit repeats after {period} values. The window of three is the widest of all gaps.")
    return ("before chaos begins" if r < 3.57 else f"a window of period {period}",
            f"The orbit repeats after {period} value{'s' * (period > 1)} here. The window of three lies beyond 3.57, where "
            "chaos begins.")
