"""The checks of lesson 03: the logistic map's exponent, its window of period three, the three ends of a magnet's orbit."""
import functools
import math

import numpy as np

from .. import reference
from . import compare as c
from .compare import Mistake

LESSON = "03-lyapunov"
CLOSENESS = 1e-3
WINDOW = 1 + math.sqrt(8), 3.8415           # period 3; then it doubles, and the window ends at 3.8568
WINDOW_ENDS = 3.8568
AGREEMENT = 0.99


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
DOMAIN = ("The logarithm of a negative number or of 0: take `abs(...)` of the slope, and do not start at 1/2, where the slope "
          "is 0.")
LOGARITHM = {"ValueError": DOMAIN, "nan": DOMAIN, "endless": "20 000 steps are enough for one exponent."}


def exponents(function, signature, cases, right, mistakes, hint, special):
    """`compare` for exponents.  A mistake's value is itself a mean over many steps: it is recognised to 0.03."""
    def like(one, other):
        return one is not None and other is not None and abs(one - other) <= 0.03

    return c.compare(function, signature, cases, right, mistakes, read=c.number, hints=LOGARITHM, hint=hint, like=like,
                     near=lambda got, want, *_: abs(got - want) <= CLOSENESS, special=special)


def not_averaged(cases, got, expected):
    """What only all exponents together tell."""
    factors = [one / other for one, other in zip(got, expected, strict=True)]
    if min(factors) > 20 and max(factors) < 1.5 * min(factors):
        return ("the sum is not divided by the number of steps",
                "The exponent is per step: divide the sum by how many there are.")
    if sum(abs(one - other) for one, other in zip(got, expected, strict=True)) < 0.4 * len(got):
        return ("too few steps, or the first ones are counted",
                "The walk to the orbit is not the orbit: leave some hundred steps out first, then average over 10 000.")
    return None


def _special(cases, got, expected):
    if any(r == 4 and abs(value - math.log(4)) < 0.05 for (r,), value in zip(cases, got, strict=True)):
        return EXPONENT[0].name, EXPONENT[0].advice
    return not_averaged(cases, got, expected)


@c.exercise(LESSON, "lyapunov(r)")
def lyapunov(function):
    """Check `lyapunov(r)`: the mean of ln|r (1 − 2x)| along the orbit of x → r x (1 − x).

    Compared, to ±0.001, with ln|2 − r| at three hidden r from 1 to 3, ½ ln|4 + 2r − r²| at one between 3 and 1 + √6, and
    ln 2 at 4.
    """
    rng = c.hidden()
    growth = [4.0, rng.uniform(1.2, 1.8), *rng.uniform(2.2, 2.8, 2), rng.uniform(3.33, 3.41)]
    trial, worst = exponents(
        function, lyapunov.exercise, [(float(r),) for r in np.round(growth, 4)], _right, EXPONENT, special=_special,
        hint="Add up ln|r (1 − 2x)| along the orbit, after some hundred steps that do not count, and divide by how many.")
    return (f"ln|2 − r| at 3 hidden r from {min(growth):.2f} to {max(growth[1:4]):.2f}, the exponent of the two values at r = "
            f"{growth[4]:.3f}, and ln 2 at r = 4, all to ±{CLOSENESS} (worst difference {worst:.1g}).{trial.aside()}")


# ---------------------------------------------------------------- the window

@c.exercise(LESSON, "period_three(r)")
def period_three(r):
    """Check a number r at which the logistic map settles to three values: from 1 + √8 to 3.8415."""
    value, = c.given_numbers(r, names=("r",))
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
        return "r outside 0 to 4", "Beyond 4 the orbit leaves the interval from 0 to 1; look between 3.8 and 3.9."
    if WINDOW[1] < r < WINDOW_ENDS:
        return ("the window's own doublings",
                "Three bands, but each has split: the values are 6, 12, … or chaotic bands. Go a little to the left.")
    if 3.8275 < r < WINDOW[0]:
        return ("almost three is taken for three",
                "A hair below 1 + √8 = 3.828427… the orbit stays near three values for long, breaks out, and comes back.")
    if r == 4 or (period := _period(r)) is None:
        return ("chaos is taken for order",
                "No number of values repeats here. Look for a gap in the strip of long runs that is crossed by three lines.")
    if period in (5, 6, 7):
        return (f"the window of period {period}",
                f"The orbit repeats after {period} values. The window of three is the widest of all gaps, at about 3.83.")
    return ("before chaos begins" if r < 3.57 else f"a window of period {period}",
            f"The orbit repeats after {period} value{'s' * (period > 1)} here. The window of three lies beyond 3.57, where "
            "chaos begins.")


# ---------------------------------------------------------------- magnets

def _outcome(z_after, c_, steps=200, tolerance=1e-8, far=1e6):
    z = 0j
    for _ in range(steps):
        try:
            z = z_after(z, c_)
        except ArithmeticError:
            return "infinity", z
        if not abs(z) < far:
            return "infinity", z
    return "one" if abs(z - 1) < tolerance else "neither", z


def _magnet(constant, kind=1, **how):
    return _outcome(lambda z, k: reference.magnet(z, k, kind), constant, **how)


def _no_square(z, k):
    return (z * z + k - 1) / (2 * z + k - 2)


def _swapped(word, **names):
    return names.get(word, word)


OUTCOMES = "one", "infinity", "neither"
MAGNET = (
    Mistake("not to run away is taken for arriving at 1", lambda k: _swapped(_magnet(k)[0], neither="one"),
            "Some orbits do neither: they stay away from 1 and from infinity. Look whether the orbit is near 1."),
    Mistake("not to arrive at 1 is taken for running away", lambda k: _swapped(_magnet(k)[0], neither="infinity"),
            "Some orbits do neither: they stay, but never come to 1. Look whether |z| is large."),
    Mistake("the distance to 0 is tested instead of that to 1", lambda k: "infinity" if _magnet(k)[0] == "infinity" else
            "one" if abs(_magnet(k)[1]) < 1e-8 else "neither", "The place to arrive at is 1: look at `abs(z - 1)`."),
    Mistake("the outer square is forgotten", lambda k: _outcome(_no_square, k)[0],
            "The whole fraction is squared: ((z² + c − 1) / (2z + c − 2))²."),
    Mistake("the formula of magnet II", lambda k: _magnet(k, 2)[0], "Magnet I is ((z² + c − 1) / (2z + c − 2))²."),
    Mistake("one and infinity are swapped", lambda k: _swapped(_magnet(k)[0], one="infinity", infinity="one"),
            "An orbit with large |z| goes to \"infinity\", one with z near 1 to \"one\"."),
    Mistake("too few steps", lambda k: _magnet(k, steps=20)[0], "Slow is not lost: take up to 200 steps."),
    Mistake("leaving at 2, as for the Mandelbrot set", lambda k: _magnet(k, far=2)[0],
            "A magnet's orbit can pass 2 and come back. Call it gone at 100 or beyond."),
)


@c.exercise(LESSON, "magnet_outcome(c)")
def magnet_outcome(function):
    """Check `magnet_outcome(c)`: where the orbit of 0 under magnet I is after 200 steps: "one" (nearer than 1e-8 to 1),
    "infinity", or "neither".  At least 99 % of 300 hidden c."""
    rng, signature = c.hidden(), magnet_outcome.exercise
    cases = [(complex(*place),) for place in rng.uniform((-2.2, -3.2), (4.2, 3.2), (300, 2)).round(4)]
    expected = [_magnet(*case)[0] for case in cases]
    got = []
    trial = c.Trial(function, signature, {
        "OverflowError": "z grew beyond all bounds: return \"infinity\" as soon as abs(z) is large, above 100.",
        "ZeroDivisionError": "The lower part of the fraction is 0: from there z goes to infinity."})
    for case, want in zip(cases, expected, strict=True):
        word = trial(*case)
        if not isinstance(word, str) or word.strip() not in OUTCOMES:
            raise c.wrong('Your function should return one of the words "one", "infinity" and "neither".', c.KIND,
                          input=trial.named(case), got=word, expected=want)
        got.append(word.strip())
    agree = np.array([g == e for g, e in zip(got, expected, strict=True)])
    if agree.mean() >= AGREEMENT:
        counts = ", ".join(f"{expected.count(word)} {word}" for word in OUTCOMES)
        return (f"{agree.sum()} of 300 hidden c agree (99 % were asked for): {counts}; 200 steps, nearer "
                f"than 1e-8 to 1.{trial.aside()}")
    first = int(np.argmin(agree))
    name, advice = _most_like(cases, got, agree.mean())
    raise c.wrong(f"{agree.mean():.0%} of 300 hidden c agree; 99 % are asked for. {advice}{trial.aside()}", name,
                  input=trial.named(cases[first]), got=got[first], expected=expected[first])


def _most_like(cases, got, right):
    """As `compare.diagnose`, for answers of which a few may differ by rounding."""
    if len(set(got)) == 1:
        return "the same answer whatever the input", f"Your function always returns {got[0]!r}."
    shares = [(sum(m.gives(*case) == g for case, g in zip(cases, got, strict=True)) / len(cases), -i)
              for i, m in enumerate(MAGNET)]
    share, i = max(shares)
    if share >= AGREEMENT:
        return MAGNET[-i].name, MAGNET[-i].advice
    closest = f" Closest is “{MAGNET[-i].name}” ({share:.0%}): {MAGNET[-i].advice}" if share > right else ""
    return None, f"None of the typical mistakes gives all these answers.{closest}"
