"""The checks of lesson 12: the slope of an outcome by the rate, an estimate from values alone, a search with few trainings."""
import functools
import math

import numpy as np

from ..kernel import record
from ..networks import paper
from . import compare as c
from . import reading
from .compare import Mistake
from .trial import Trial

LESSON = "12-meta-loss"


# ---------------------------------------------------------------- the slope of the parabola's outcome by its rate

def _outcome_slope(rate, curvature, steps):
    return -curvature ** 2 * steps * (1 - rate * curvature) ** (2 * steps - 1)


SLOPE = (
    Mistake("uphill and downhill swapped", lambda n, k, t: -_outcome_slope(n, k, t),
            "The inner derivative of 1 − ηλ with respect to η is −λ: its sign belongs to the answer."),
    Mistake("the inner derivative is forgotten", lambda n, k, t: k * t * (1 - n * k) ** (2 * t - 1),
            "(1 − ηλ)²ᵀ is a function inside a function: multiply by the derivative of 1 − ηλ, too."),
    Mistake("the power does not get smaller", lambda n, k, t: -k ** 2 * t * (1 - n * k) ** (2 * t),
            "The derivative of uⁿ is n uⁿ⁻¹: the power falls by one."),
    Mistake("the ½ is forgotten", lambda n, k, t: 2 * _outcome_slope(n, k, t),
            "The 2T that comes down and the ½ of the loss make T."),
    Mistake("the curvature of the loss is forgotten", lambda n, k, t: _outcome_slope(n, k, t) / k,
            "The loss is ½ λ x²: its λ stays, and a second one comes from 1 − ηλ."),
    Mistake("the T that comes down is forgotten", lambda n, k, t: _outcome_slope(n, k, t) / t,
            "The derivative of a power of 2T brings 2T down to the front."),
    Mistake("the loss itself is returned", lambda n, k, t: k * (1 - n * k) ** (2 * t) / 2,
            "That is the last loss. Wanted is its derivative with respect to the rate."),
    Mistake("one step too few", lambda n, k, t: _outcome_slope(n, k, t - 1),
            "x has been multiplied by 1 − ηλ in each of the T steps: 2T factors in the loss."),
    Mistake("one step too many", lambda n, k, t: _outcome_slope(n, k, t + 1),
            "After T steps x has been multiplied T times by 1 − ηλ: 2T factors in the loss."),
    Mistake("the slope of x, not of the loss", lambda n, k, t: -k * t * (1 - n * k) ** (t - 1),
            "That is the derivative of the last x. The loss is ½ λ x²: its derivative is λ x times that."),
    Mistake("differentiated with respect to the start", lambda n, k, t: k * (1 - n * k) ** (2 * t),
            "That is how the loss changes with the start. Here the rate η changes."),
    Mistake("differentiated with respect to the curvature",
            lambda n, k, t: (1 - n * k) ** (2 * t) / 2 - n * k * t * (1 - n * k) ** (2 * t - 1),
            "Hold λ fixed: it is η that changes."),
    Mistake("differentiated with respect to the logarithm of the rate", lambda n, k, t: n * _outcome_slope(n, k, t),
            "That is a slope by ln η. Wanted is the one by η: without the factor η."),
)


@c.exercise(LESSON, "meta_slope(rate, curvature, steps)")
def meta_slope(function):
    """Check `meta_slope(rate, curvature, steps)`: the derivative of the loss ½ λ x² with respect to the rate, after T
    steps of gradient descent from x = 1, −λ² T (1 − ηλ)²ᵀ⁻¹.

    On 24 hidden cases, to a relative 1e-9.
    """
    rng = c.hidden()
    factor = rng.uniform(0.35, 0.95, 24) * rng.choice([-1.25, -1, 1], 24)
    curvature, steps = rng.uniform(0.4, 6, 24).round(2), rng.integers(3, 20, 24)
    cases = [(round(float((1 - f) / k), 5), float(k), int(t)) for f, k, t in zip(factor, curvature, steps, strict=True)]
    trial, worst = c.compare(
        function, meta_slope.exercise, cases, _outcome_slope, SLOPE, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= 1e-9 * abs(want), error=c.relative,
        hint="Write the last x with a power, put it into ½ λ x², and differentiate with respect to η: "
             "outer derivative times inner.")
    return (f"24 hidden cases with T from {min(steps)} to {max(steps)} agree with −λ² T (1 − ηλ)²ᵀ⁻¹ to a relative 1e-9 (worst "
            f"{worst:.1g}).{trial.aside()}")


# ---------------------------------------------------------------- evolution strategies

PAIRS, CALLS, CUBES = 20, 200, 400
SIGMAS = 0.42, 1.6
FACTORS = (         # name, what the estimates are times too large (sigma, pairs), what to say
    ("the 2 below is forgotten", lambda s, n: 2, "The two points of a pair lie 2σε apart: divide by 2σ."),
    ("each pair is counted as two", lambda s, n: 0.5, "As many estimates as pairs, not as points: divide by `pairs`."),
    ("the wrong way", lambda s, n: -1, "f(x + σε) − f(x − σε), in this order, gives the slope uphill."),
    ("the σ below is forgotten", lambda s, n: s, "Two points σε away from x: the difference has to be divided by 2σ."),
    ("both the 2 and the σ below are forgotten", lambda s, n: 2 * s, "Divide the difference of a pair by 2σ."),
    ("multiplied by σ, not divided", lambda s, n: s * s, "Divide by 2σ: the farther the points, the larger their difference."),
    ("divided by σ twice", lambda s, n: 1 / s, "The draw ε that multiplies has no σ in it: divide by σ once."),
    ("the sum instead of the mean", lambda s, n: n, "Divide by the number of pairs: a mean, not a sum."),
    ("draws from 0 to 1 or −1 to 1", lambda s, n: 1 / 3, "Draw ε with `rng.normal()`: mean 0 and variance 1."),
)


@c.exercise(LESSON, "evolution_slope(f, x, sigma, pairs, rng)")
def evolution_slope(function):
    """Check `evolution_slope(f, x, sigma, pairs, rng)`: the mean of ε (f(x + σε) − f(x − σε)) / (2σ) over the pairs.

    With 20 pairs a call: 2 times 200 calls on a hidden parabola x² + c, whose blurred slope is 2x and whose scatter is known,
    and 400 on x³, whose blurred slope is 3x² + 3σ²; the means within 4 (on x³ 5) standard errors.
    """
    trial, rng = Trial(function, evolution_slope.exercise), c.hidden()
    added = float(rng.uniform(20, 60))
    sets = [_asked(trial, lambda x: x * x + added, rng, sigma, CALLS) for sigma in SIGMAS]
    for x, sigma, found, asked in sets:
        _points(trial, x, sigma, found, asked)
    _centred(trial, sets)
    _scattered(trial, sets)
    x, sigma, found, _ = _asked(trial, lambda x: x ** 3, rng, 0.8, CUBES)
    wanted, mean, error = 3 * x * x + 3 * sigma ** 2, found.mean(), found.std(ddof=1) / math.sqrt(CUBES)
    if abs(mean - wanted) > 5 * error:
        raise c.wrong(f"On x² the mean is right, on x³ it is not: 3x² + 3σ² is expected. Draws of variance 1 that are not "
                      f"normal do that. Take `rng.normal()`.{trial.aside()}", "the draws are not normal",
                      input={"x": x, "sigma": sigma}, got=float(mean), expected=wanted)
    away = max(abs(f.mean() - 2 * x) / (_known(x) / math.sqrt(CALLS)) for x, _, f, _ in sets)
    return (f"On x² + {added:.3g} the means of {CALLS} estimates agree with 2x at 2 hidden places (the worse is {away:.1f} "
            f"standard errors away; 4 were allowed), and so does their scatter; on x³ the mean of {CUBES} is 3x² + 3σ²: the "
            f"slope of the blur.{trial.aside()}")


def _known(x):
    """Standard deviation of one estimate on x²: each pair gives 2 x ε², and ε² has variance 2."""
    return 2 * abs(x) * math.sqrt(2 / PAIRS)


def _asked(trial, f, rng, sigma, calls):
    """(x, sigma, estimates, the points of the last call) at a hidden place."""
    x, found, asked = round(float(rng.uniform(1.2, 2.4) * rng.choice([-1, 1])), 3), [], []

    def counted(points):
        points = np.asarray(points, float)
        asked.extend(points.ravel().tolist())
        return f(points) if points.ndim else float(f(points))
    for _ in range(calls):
        asked.clear()
        found.append(reading.number(trial(counted, x, sigma, PAIRS, np.random.default_rng(rng.integers(2 ** 32)))))
    return x, sigma, np.array(found), np.array(asked)


def _points(trial, x, sigma, found, asked):
    """Refuse what is seen in the points that were asked for."""
    def no(text, name):
        raise c.wrong(text + trial.aside(), name, input={"x": x, "sigma": sigma, "pairs": PAIRS}, got=float(found.mean()),
                      expected=2 * x)
    away = np.abs(asked - x) / sigma
    if not len(asked):
        no("f was never asked. The estimate comes from its values at x + σε and x − σε.", "f is not called")
    if np.ptp(away) < 1e-9 and len(asked) <= 4:
        no("f was asked at two fixed places: a finite difference. Draw a normal number ε for each pair.",
           "a finite difference, without draws")
    kinds = len(np.unique(away.round(9)))
    if kinds == 1 and abs(away[0] - 1) < 1e-9:
        no("All points lie σ away from x. Draw normal numbers: `rng.normal()`.", "the draws are not normal")
    if kinds > 0.75 * len(asked):
        no("The points have no opposites: each draw ε belongs to two points, x + σε and x − σε. Without them the estimate "
           "scatters much more.", "points without their opposites")
    if len(asked) != 2 * PAIRS:
        no(f"f was asked for {len(asked)} points; {PAIRS} pairs are {2 * PAIRS}.", "the wrong number of pairs")
    if kinds < PAIRS:
        no("Several pairs share one draw: draw a new ε for each pair.", "one draw for all pairs")


def _centred(trial, sets):
    """Refuse estimates whose mean is not 2x, by the factor that they have."""
    def near(factor, allowed):
        return all(abs(found.mean() - factor(sigma, PAIRS) * 2 * x) <= allowed * max(
            found.std() / math.sqrt(CALLS), 1e-9 * abs(x)) for x, sigma, found, _ in sets)
    if all(abs(found.mean() - 2 * x) <= 4 * _known(x) / math.sqrt(CALLS) for x, _, found, _ in sets):
        return
    name, advice = next(((name, advice) for name, factor, advice in FACTORS if near(factor, 4.5)), (None, ""))
    x, sigma, found, _ = max(sets, key=lambda one: abs(one[2].mean() / one[0] - 2))
    if name is None and not any(np.ptp(found) for _, _, found, _ in sets):
        name, advice = "the same answer whatever the draws", "The answer does not use the values of f."
    elif name is None and all(np.mean(np.sign(found) == np.sign(found[0])) < 0.75 for _, _, found, _ in sets):
        name, advice = "the draws do not multiply", "Each difference is multiplied by its own ε before the mean is taken."
    advice = advice or "One pair gives ε (f(x + σε) − f(x − σε)) / (2σ)."
    raise c.wrong(f"The mean of {CALLS} estimates is not the slope 2x. {advice}{trial.aside()}", name,
                  input={"f": "x² + c", "x": x, "sigma": sigma, "pairs": PAIRS}, got=float(found.mean()), expected=2 * x)


def _scattered(trial, sets):
    """Refuse a scatter that is not that of 20 normal draws."""
    x, sigma, found, _ = sets[0]
    share = float(np.mean([estimates.std() / _known(place) for place, _, estimates, _ in sets]))
    if share < 1e-6:
        raise c.wrong("The mean is right, but all estimates are the same. Each of yours is the slope of a chord. Multiply the "
                      f"difference by ε, and divide it by 2σ.{trial.aside()}", "divided by ε, not multiplied",
                      input={"x": x, "sigma": sigma, "pairs": PAIRS}, got=float(found.mean()), expected=2 * x)
    if not 0.8 < share < 1.5:
        name, advice = (("the draws are not normal", "Draws of variance 1 that are not normal do that: take `rng.normal()`.")
                        if share < 1 else ("the wrong scatter", "Does each pair have a draw of its own, and count once?"))
        raise c.wrong(f"The mean is right, but the scatter of the estimates is {share:.2g} times that of {PAIRS} normal draws. "
                      f"{advice}{trial.aside()}", name, input={"x": x, "sigma": sigma, "pairs": PAIRS},
                      got=float(found.std()), expected=_known(x))


# ---------------------------------------------------------------- a search

STEPS, LAST, GOAL, MOST = 100, 20, 0.16, 300
STARTS = ((0.0, 0.5), (-1.0, 0.3)), ((3.2, 4.0), (-0.3, 0.9))         # log10 of the rates: in calm water, in the ragged part


@functools.cache
def _net():
    """The network; compiled before a clock runs."""
    system = paper("tanh", width=8).system
    record(system, np.ones(1), np.ones(1), STEPS)
    return system


def trained(x, y):
    """The meta-loss of the rates 10**x and 10**y (numbers or arrays), at most 1."""
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    with np.errstate(all="ignore"):
        rates = [np.nan_to_num(10.0 ** axis.ravel(), nan=1e300, posinf=1e300) for axis in (x, y)]
        curves = record(_net(), *rates, STEPS)[1]
        outcome = curves[:, -LAST:].mean(1) / curves[:, 0]
    return np.where(outcome < 1, outcome, 1.0).reshape(x.shape)[()]


@c.prepared(_net)
@c.exercise(LESSON, "find_rates(f, x, y)")
def find_rates(function):
    """Check `find_rates(f, x, y)`: a search for log10 rates with a meta-loss below 0.16, in at most 300 trainings.

    From two hidden starts, one at small rates and one in the ragged part; the place that is returned is trained once more.
    f takes log10 of both rates, numbers or arrays: each number is one training.
    """
    trial, rng, found, counts = Trial(function, find_rates.exercise), c.hidden(), [], []
    for start in STARTS:
        begin = tuple(round(float(rng.uniform(*axis)), 3) for axis in start)
        places, values = [], []

        def f(x, y, places=places, values=values):
            outcome = trained(x, y)
            places.extend(zip(*(np.broadcast_to(axis, np.shape(outcome)).ravel().tolist() for axis in (x, y)), strict=True))
            values.extend(np.ravel(outcome).tolist())
            return float(outcome) if np.ndim(outcome) == 0 else outcome
        end = reading.pair(trial(f, *begin))
        outcome = float(trained(*end))
        given = {"x": begin[0], "y": begin[1]}
        if len(values) > MOST:
            raise c.wrong(f"It trained {len(values)} times; {MOST} are allowed. Take fewer moves, or fewer pairs in each."
                          f"{trial.aside()}", "too many trainings", input=given, got=len(values), expected=MOST)
        if not values:
            raise c.wrong("It never asked f. You knew the place from the map: let the function find it. Each call of f is one "
                          f"training.{trial.aside()}", "f is not called", input=given, got=end)
        if not outcome < GOAL:
            name, advice = _missed(begin, end, places, values)
            raise c.wrong(f"The place that it returns has meta-loss {outcome:.3g}, not below {GOAL}. {advice}{trial.aside()}",
                          name, input=given, got=end)
        found.append(outcome)
        counts.append(len(values))
    return (f"From two hidden starts, one in calm water and one in the ragged part, it comes to meta-losses of {found[0]:.3f} "
            f"and {found[1]:.3f}, below {GOAL}, with {counts[0]} and {counts[1]} trainings (at most {MOST}).{trial.aside()}")


def _missed(begin, end, places, values):
    """(name or None, advice) of a search that ends at a bad place."""
    places, values = np.array(places), np.array(values)
    good, end = places[values < GOAL], np.array(end)

    def among(candidates):
        return bool(np.any(np.abs(candidates - end).max(axis=1) <= 1e-9 * (1 + np.abs(end).max())))
    if len(good):
        if among(good[:, ::-1]):
            return "x and y are swapped", "x belongs to the input layer, y to the output layer: return x, y."
        if among(10.0 ** np.clip(good, -99, 99)):
            return "the rates are returned, not their logarithms", "f takes log₁₀ of the rates; return those too."
        if np.isin(end, values).any():
            return "the meta-loss is returned, not its place", "Return where it was found: x, y."
        if c.distance(end, begin) < 1e-9:
            return "the start is returned", "It had found a good place on its way: remember that one, and return it."
        return ("the last place is returned, not the best",
                f"On its way it had found {values.min():.3g}. Remember the best place that you have seen, and return that one.")
    best = places[values.argmin()]
    if c.distance(end, begin) < 1e-9 and c.distance(best, begin) > 1e-9:
        return "the start is returned", "Return the best place that you have seen."
    reach = np.ptp(places, axis=0).max()
    if reach < 0.05:
        return ("it hardly moves", "All its trainings lie within 0.05 decades. Make the moves longer: 0.2 decades each, say, "
                "whatever the size of the slope.")
    if reach > 12 or values[-1] >= 1:
        return ("it is thrown away", "A move carried it far off, or to where all is lost. A true slope, or a finite "
                "difference, is no step: take its direction only, or blur.")
    if values.min() >= values[0]:
        return "it goes uphill", "It never saw a better place than the start. Subtract the slope: go downhill."
    if len(values) < 60:
        return "it gives up early", f"It trained {len(values)} times and may do so {MOST} times."
    return (None, f"The best that it saw was {values.min():.3g}. Blur more (σ = 0.2), or move 0.2 decades each time.")
