"""The checks of lesson 01: gradient descent on a parabola, its largest rate, the logistic map's doublings."""
import math

import numpy as np

from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "01-one-loop"
SECOND = 1 + math.sqrt(6)
NEXT, LIMIT_OF_DOUBLING = 3.5440903, 3.5699457
CLOSENESS = 0.005

STEP = (
    Mistake("uphill instead of downhill", lambda x, rate, curvature: x + rate * curvature * x,
            "The sign is wrong: descent subtracts rate times slope, so that the loss gets smaller."),
    Mistake("the curvature is forgotten", lambda x, rate, curvature: x - rate * x,
            "The slope of ½ λ x² is λ x, not x: where does the curvature come in?"),
    Mistake("the learning rate is forgotten", lambda x, rate, curvature: x - curvature * x,
            "The whole slope is subtracted. The rate says which part of it: multiply by it."),
    Mistake("the step is returned, not the new x", lambda x, rate, curvature: -rate * curvature * x,
            "That is how far to go. Return where you arrive: x plus this."),
    Mistake("the step is returned, not the new x", lambda x, rate, curvature: rate * curvature * x,
            "That is the length of the step. Return where you arrive: x minus this."),
    Mistake("the loss is used instead of its slope", lambda x, rate, curvature: x - rate * curvature * x * x / 2,
            "½ λ x² is the height of the curve at x. The step needs its slope there, the derivative λ x."),
    Mistake("the square is derived, the ½ is forgotten", lambda x, rate, curvature: x - 2 * rate * curvature * x,
            "The derivative of x² is 2x, and the ½ in front takes the 2 away: the slope is λ x."),
    Mistake("the slope without its x", lambda x, rate, curvature: x - rate * curvature,
            "The slope of the parabola changes with x: it is λ x, and 0 at the bottom."),
    Mistake("the loss is returned, not the new x", lambda x, rate, curvature: curvature * x * x / 2,
            "That is the loss. Return the x after one step."),
)


@c.exercise(LESSON, "gd_step(x, rate, curvature)")
def gd_step(function):
    """Check `gd_step(x, rate, curvature)`: one step of gradient descent on ½ curvature x².

    Compared with the closed form (1 − rate · curvature)ᵗ x on 30 hidden cases, one step and 12 steps each, to 1e-12.
    """
    rng = c.hidden()
    factor = rng.uniform(0.2, 0.8, 30) * rng.choice([-2.2, -1, 1], 30)             # 1 - rate * curvature
    curvature = rng.uniform(0.3, 8, 30).round(2)
    starts, rates = (rng.uniform(0.4, 3, 30) * rng.choice([-1, 1], 30)).round(2), ((1 - factor) / curvature).round(4)
    cases = [tuple(map(float, case)) for case in zip(starts, rates, curvature, strict=True)]
    trial, worst = c.compare(
        function, gd_step.exercise, cases, lambda x, rate, curvature: (1 - rate * curvature) * x, STEP, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= 1e-12 * abs(want), error=c.relative,
        hint="Write the slope of ½ λ x² on paper first, then x minus rate times slope.")
    for x, rate, curvature in cases:
        end = x
        for _ in range(12):
            end = reading.number(trial(end, rate, curvature))
        wanted = (1 - rate * curvature) ** 12 * x
        worst = max(worst, c.relative(end, wanted))
        if not c.relative(end, wanted) <= 1e-12:
            raise c.wrong("One step is right, but twelve in a row are not: does the function remember something between calls?",
                          "the answer depends on earlier calls", input=trial.named((x, rate, curvature)), got=end,
                          expected=wanted)
    return (f"30 hidden cases, 1 and 12 steps each, agree with (1 − ηλ)ᵗ x₀ to 1e-12 (worst relative error {worst:.1g}); ηλ "
            f"from {min(1 - factor):.2f} to {max(1 - factor):.2f}.{trial.aside()}")


def _values(hessian):
    return np.linalg.eigvalsh(hessian)


RATE = (
    Mistake("2 divided by the smallest curvature", lambda h: 2 / _values(h)[0],
            "In the flattest direction a large rate is harmless. Which direction explodes first when the rate grows?"),
    Mistake("1 divided by the largest curvature", lambda h: 1 / _values(h)[-1],
            "At 1/λ the error in that direction is gone in one step: that is the fastest rate, not the largest stable one."),
    Mistake("2 divided by the sum of the diagonal", lambda h: 2 / np.trace(h),
            "The trace adds the curvatures of all directions. Each direction is stable on its own; the steepest decides."),
    Mistake("2 divided by the largest number on the diagonal", lambda h: 2 / np.diag(h).max(),
            "The diagonal holds the curvatures along x, y and z. The steepest direction lies between the axes: "
            "take the eigenvalues."),
    Mistake("2 divided by the largest number of the matrix", lambda h: 2 / np.abs(h).max(),
            "A single number of the matrix is no curvature of a direction: take the eigenvalues."),
    Mistake("2 divided by the mean curvature", lambda h: 6 / np.trace(h),
            "The mean direction is stable then, but not every one: the steepest decides."),
    Mistake("the curvature itself is returned", lambda h: _values(h)[-1],
            "That is the largest curvature λ. The largest rate that it allows is 2/λ."),
    Mistake("2 times the curvature", lambda h: 2 * _values(h)[-1],
            "The steeper the direction, the smaller the rate has to be: divide by the curvature."),
    Mistake("2 divided by the determinant", lambda h: 2 / np.linalg.det(h),
            "The determinant is the product of the curvatures. The steepest direction alone decides."),
    Mistake("2 divided by the size of the whole matrix", lambda h: 2 / np.linalg.norm(h),
            "`np.linalg.norm` of a matrix mixes all directions; the largest eigenvalue is the curvature of the steepest."),
)


@c.exercise(LESSON, "critical_rate(hessian)")
def critical_rate(function):
    """Check `critical_rate(hessian)`: the largest stable rate of gradient descent on ½ xᵀ H x, H symmetric and 3 × 3.

    Compared with 2/λmax on 8 hidden matrices, to 0.1 %.
    """
    rng = c.hidden()
    turns = np.linalg.qr(rng.normal(size=(8, 3, 3)))[0]
    values = np.cumsum(rng.uniform(0.5, 4, (8, 3)), axis=1)
    cases = [((turn * value) @ turn.T,) for turn, value in zip(turns, values, strict=True)]
    cases = [(((h + h.T) / 2).round(3),) for h, in cases]
    trial, worst = c.compare(
        function, critical_rate.exercise, cases, lambda h: 2 / _values(h)[-1], RATE, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= 1e-3 * want, error=c.relative,
        hint="Each eigenvector of H is a direction of its own, with the eigenvalue as its curvature: "
             "which one is the first to explode?")
    return (f"8 hidden 3 × 3 matrices, curvatures from {values.min():.2g} to {values.max():.2g}, agree with 2/λmax to 0.1 % "
            f"(worst relative error {worst:.1g}).{trial.aside()}")


@c.exercise(LESSON, "doublings(r1, r2)")
def doublings(r1, r2):
    """Check the two numbers where the logistic map goes from 1 to 2 and from 2 to 4 values, each to ±0.005."""
    first, second = reading.given_numbers(r1, r2, names=("r1", "r2"))
    given = {"r1": first, "r2": second}
    if abs(first - 3) <= CLOSENESS and abs(second - SECOND) <= CLOSENESS:
        return (f"r1 is 3 and r2 is 1 + √6 = {SECOND:.6f}, each to ±{CLOSENESS}; yours are {abs(first - 3):.2g} and "
                f"{abs(second - SECOND):.2g} away.")
    name, advice = _doubling_mistake(first, second)
    at_first = abs(first - 3) > CLOSENESS
    raise c.wrong(f"{'r1' if at_first else 'r2'} is not where the number of values doubles. {advice}", name, input=given,
                  got=first if at_first else second)


def _doubling_mistake(first, second):
    """(name or None, advice)."""
    def near(value, place, reach=0.02):
        return abs(value - place) <= reach
    if near(first, 2) and near(second, math.sqrt(6)):
        return "the learning rate η is given instead of r", "On this map r is 1 + η: add 1 to both numbers."
    if near(first, SECOND) and near(second, 3):
        return "the two numbers are swapped", "r1 is where one value becomes two, the smaller number."
    if near(first, SECOND):
        return ("one doubling too late", "r1 is where one value becomes two; that happens before two become four.")
    if near(first, 1, 0.05):
        return ("where life begins, not where it doubles",
                "At r = 1 the value 0 gives way to one other value: still one. Look for where it becomes two.")
    if 2.8 <= first < 3 - CLOSENESS:
        return ("slow is taken for two values",
                "A little below r1 the orbit still settles to one value, in thousands of steps, jumping from side to side. "
                "Run it longer before you look.")
    if 3 + CLOSENESS < first <= 3.2:
        return ("two values that lie close are taken for one",
                "A little above r1 the two values are so near each other that the plot shows one. Print them with more digits.")
    if abs(first - 3) > CLOSENESS:
        return None, "None of the typical mistakes gives this r1. Print the last eight values of a long run at r = 2.5 and 3.3."
    if near(second, NEXT):
        return "the next doubling", "There four values become eight. r2 is where two become four, a little earlier."
    if near(second, LIMIT_OF_DOUBLING, 0.01):
        return ("where the doublings pile up", "There all doublings have happened, and chaos begins. r2 is the second of them.")
    if near(second, 1 + math.sqrt(5), 0.01):
        return ("the fastest two-cycle, not its end",
                "At 1 + √5 the orbit of two values is reached fastest. It ends where it becomes slowest.")
    if 3.35 <= second < SECOND - CLOSENESS:
        return ("slow is taken for four values",
                "A little below r2 the orbit still settles to two values, very slowly. Run it longer before you look.")
    if SECOND + CLOSENESS < second < 3.54:
        return ("four values that lie close are taken for two",
                "A little above r2 the four values lie two and two together. Print them with more digits.")
    return None, "None of the typical mistakes gives this r2. Print the last eight values of a long run at r = 3.3 and 3.5."
