"""The checks of lesson 05: the slope of a barcode's counts, a bound on a run, where the bumps make valleys of their own."""
import math

import numpy as np

from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "05-bumpy-road"
# Changes of label among 2ᵏ rates from 0 to 1.5, k = 8 … 15: multiplied, ε 0.2, λ 0.1, start 1, 1000 steps, loss above 1e8
# (Liu, arXiv 2406.13971)
LEVELS = np.arange(8, 16)
COUNTS = np.array([21, 27, 57, 115, 247, 423, 683, 1215])
THRESHOLD, THRESHOLD_CLOSENESS = 1 / (2 * math.pi ** 2), 1e-3


def _line(x, y):
    return float(np.polyfit(x, y, 1)[0])


SLOPE = (
    Mistake("the natural logarithm", lambda levels, counts: _line(levels, np.log(counts)),
            "A level doubles the number of rates, so the counts want the logarithm of base 2: `np.log2`."),
    Mistake("the logarithm of base 10", lambda levels, counts: _line(levels, np.log10(counts)),
            "A level doubles the number of rates, so the counts want the logarithm of base 2: `np.log2`."),
    Mistake("only the two end points are used",
            lambda levels, counts: math.log2(counts[-1] / counts[0]) / (levels[-1] - levels[0]),
            "A line through the first and the last point ignores all others. Fit one through all: `np.polyfit(x, y, 1)`."),
    Mistake("no logarithm is taken", lambda levels, counts: _line(levels, counts),
            "The counts double, so they lie on a curve. Their logarithms lie on a line: `np.log2(counts)`."),
    Mistake("the axes are swapped", lambda levels, counts: _line(np.log2(counts), levels),
            "The level goes along, the logarithm of the count up: `np.polyfit(levels, np.log2(counts), 1)`."),
    Mistake("the level's logarithm is taken too", lambda levels, counts: _line(np.log2(levels), np.log2(counts)),
            "The level is a logarithm already: level k has 2ᵏ rates."),
    Mistake("the height of the line, not its slope", lambda levels, counts: float(np.polyfit(levels, np.log2(counts), 1)[1]),
            "`np.polyfit` gives the slope first, then the height at level 0."),
    Mistake("the line is forced through 0",
            lambda levels, counts: float(np.sum(levels * np.log2(counts)) / np.sum(levels ** 2)),
            "The line need not begin at 0: fit slope and height."),
    Mistake("log of the count over the level", lambda levels, counts: float(np.mean(np.log2(counts) / levels)),
            "That assumes one count at level 0. Fit a line: slope and height."),
    Mistake("the sign is turned", lambda levels, counts: -_line(levels, np.log2(counts)), "The counts grow with the level."),
    Mistake("the ratio of counts, not its logarithm", lambda levels, counts: 2 ** _line(levels, np.log2(counts)),
            "That is the factor from level to level. The slope is its logarithm of base 2."),
)


@c.exercise(LESSON, "slope(levels, counts)")
def slope(function):
    """Check `slope(levels, counts)`: the least-squares slope of log2(counts) against the level, 10 hidden tables, to 1e-6."""
    rng = c.hidden()
    cases = []
    for _ in range(10):
        levels = np.arange(rng.integers(4, 9), rng.integers(13, 18))
        height, steepness, scatter = rng.uniform(1, 3), rng.uniform(0.3, 1.2), rng.normal(0, 0.3, levels.size)
        counts = np.rint(2 ** (height + steepness * (levels - levels[0]) + scatter)).astype(int)
        cases.append((levels, 1 + counts))
    trial, worst = c.compare(
        function, slope.exercise, cases, lambda levels, counts: _line(levels, np.log2(counts)), SLOPE, read=_one_slope,
        near=lambda got, want, *_: abs(got - want) <= 1e-6,
        hint="Put the level along and log2 of the count up, and fit a straight line: `np.polyfit(x, y, 1)[0]`.")
    real = reading.number(trial(LEVELS, COUNTS))
    return (f"10 hidden tables agree to 1e-6 (worst difference {worst:.1g}). On the counts published by Liu (arXiv "
            f"2406.13971) for the multiplied cosine, levels 8 to 15 (ε = 0.2, λ = 0.1, 1000 steps, loss above 1e8), your "
            f"function gives {real:.2f}; counts of your own differ a little.{trial.aside()}")


def _one_slope(value):
    if isinstance(value, tuple | list) and len(value) == 2 or isinstance(value, np.ndarray) and value.shape == (2,):
        raise c.Trouble("Your function returned two numbers: `np.polyfit` gives slope and height. Return the first, `[0]`.",
                        "slope and height are returned", got=value)
    return reading.number(value)


def _pull(rate, epsilon, wavelength):
    """The largest push of the cosine in one step."""
    return rate * 2 * math.pi * epsilon / wavelength


BOUND = (
    Mistake("the bars of |1 − 2η| are forgotten", lambda n, e, w: _pull(n, e, w) / (1 - (1 - 2 * n)),
            "Beyond η = 1/2 the factor 1 − 2η is negative; its size counts: `abs(1 - 2 * rate)`."),
    Mistake("2π is forgotten", lambda n, e, w: _pull(n, e, w) / (2 * math.pi) / (1 - abs(1 - 2 * n)),
            "The slope of cos(2πx/λ) has the factor 2π/λ."),
    Mistake("the cosine's height for its slope", lambda n, e, w: n * e / (1 - abs(1 - 2 * n)),
            "A step follows the slope. The largest slope of ε cos(2πx/λ) is 2πε/λ."),
    Mistake("the rate in front is forgotten", lambda n, e, w: _pull(n, e, w) / n / (1 - abs(1 - 2 * n)),
            "The push in one step is the rate times the slope."),
    Mistake("one step only", lambda n, e, w: _pull(n, e, w), "That is the push of one step. The pushes before are still there, "
            "each shrunk by |1 − 2η| a step: the sum is divided by 1 − |1 − 2η|."),
    Mistake("π for 2π", lambda n, e, w: _pull(n, e, w) / 2 / (1 - abs(1 - 2 * n)),
            "The slope of cos(2πx/λ) has the factor 2π/λ."),
    Mistake("the curvature 1 instead of 2", lambda n, e, w: _pull(n, e, w) / (1 - abs(1 - n)),
            "The slope of x² is 2x, so one step without bumps multiplies x by 1 − 2η."),
    Mistake("the 1 − is forgotten", lambda n, e, w: _pull(n, e, w) / abs(1 - 2 * n),
            "The pushes add up to 1 + q + q² + … = 1/(1 − q), with q = |1 − 2η|."),
    Mistake("plus for minus", lambda n, e, w: _pull(n, e, w) / (1 + abs(1 - 2 * n)),
            "The pushes add up to 1 + q + q² + … = 1/(1 − q), with q = |1 − 2η|."),
    Mistake("the slope's wavelength squared", lambda n, e, w: _pull(n, e, w) / w / (1 - abs(1 - 2 * n)),
            "One derivative gives one factor 2π/λ; the square belongs to the curvature."),
)


@c.exercise(LESSON, "bound(rate, epsilon, wavelength)")
def bound(function):
    """Check `bound(rate, epsilon, wavelength)`: η (2πε/λ) / (1 − |1 − 2η|), relative to 1e-9, on 20 hidden cases."""
    rng = c.hidden()
    rates = rng.permutation(np.concatenate([rng.uniform(0.05, 0.45, 10), rng.uniform(0.55, 0.95, 10)])).round(3)
    heights, wavelengths = rng.uniform(0.05, 0.5, 20).round(3), rng.uniform(0.05, 0.8, 20).round(3)
    cases = [tuple(map(float, case)) for case in zip(rates, heights, wavelengths, strict=True)]
    trial, worst = c.compare(
        function, bound.exercise, cases, lambda n, e, w: _pull(n, e, w) / (1 - abs(1 - 2 * n)), BOUND, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= 1e-9 * want, error=c.relative,
        hint="x′ = (1 − 2η) x plus a push of at most η · 2πε/λ. Add up all pushes, each shrunk by |1 − 2η| a step.")
    return (f"20 hidden cases, rates from {min(rates):.2f} to {max(rates):.2f}, agree to 1e-9 (worst relative error "
            f"{worst:.1g}).{trial.aside()}")


@c.exercise(LESSON, "threshold(ratio)")
def threshold(ratio):
    """Check the smallest ε/λ² at which x² + ε cos(2πx/λ) is no longer convex, to ±0.001."""
    value, = reading.given_numbers(ratio, names=("ratio",))
    if abs(value - THRESHOLD) <= THRESHOLD_CLOSENESS:
        away = abs(value - THRESHOLD)
        return f"1/(2π²) = {THRESHOLD:.5f} was asked for, to ±{THRESHOLD_CLOSENESS}; yours is {away:.1g} away."
    if value <= 0:
        raise c.wrong("ε and λ are positive here, and so is the ratio that is wanted: at which height of the bumps does the "
                      "curve first bend downwards?", "a ratio that is not positive", got=value)
    known = (
        (1 / (4 * math.pi ** 2), "the 2 of the parabola is forgotten",
         "The curvature of x² is 2, not 1: it holds out until 4π²ε/λ² is 2."),
        (1 / math.pi ** 2, "one 2 too many", "The curvature of ε cos(2πx/λ) is at most 4π²ε/λ²; set that equal to 2."),
        (1 / (2 * math.pi), "π is not squared", "Two derivatives bring the factor 2π/λ twice."),
        (1 / math.pi, "π is not squared", "Two derivatives bring the factor 2π/λ twice. The slope has it once."),
        (0.1 * THRESHOLD, "ε/λ instead of ε/λ²", "Divide once more by λ: two derivatives, two factors 1/λ."),
        (0.1 * 0.1 * THRESHOLD, "ε alone", "That is ε for λ = 0.1. The ratio ε/λ² is what decides for every λ."),
        (10 * THRESHOLD, "ε/λ instead of ε/λ²", "Divide by λ², not by λ."),
        (1 / THRESHOLD, "the fraction is upside down", "Wanted is ε/λ², not λ²/ε."),
        (4 * math.pi ** 2, "the curvature, not the ratio", "4π²ε/λ² is the curvature of the cosine. For which ε/λ² is it 2?"),
        (20.0, "the ratio of the lesson's own road", "ε = 0.2 and λ = 0.1 give 20: far beyond the smallest ratio with a second "
                                                      "valley."),
        (1.0, "η where the run leaves", "That is a rate. Wanted is the ratio ε/λ² where a curvature first becomes negative."))
    # λ = 0.1 makes 0.0051 of the threshold: a mistake's number is given with three digits, or more
    name, advice = next(((name, advice) for place, name, advice in known if abs(value - place) <= 0.01 * place),
                        (None, "None of the typical mistakes gives this number."))
    way = "" if name else (" At your ratio the road has valleys of its own already." if value > THRESHOLD else
                           " At your ratio the curvature is still positive everywhere.")
    raise c.wrong(f"{advice}{way} The curvature is 2 − (4π²ε/λ²) cos(2πx/λ): when does its smallest value reach 0?", name,
                  got=value)
