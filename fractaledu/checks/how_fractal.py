"""The checks of lesson 11: the slope of box counts, the rabbit's dimension with its range, one film by two rulers."""
import math

import numpy as np

from .. import known_sets, measure
from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "11-how-fractal"


# ---------------------------------------------------------------- box counting

def _met(mask, size, keep=np.any, whole=False):
    """Boxes of a grid from the corner that `keep` likes; `whole`: without those that stick out."""
    rows, columns = mask.shape
    if whole:
        mask = mask[:rows // size * size, :columns // size * size]
    else:
        mask = np.pad(mask, ((0, -rows % size), (0, -columns % size)))
    rows, columns = mask.shape
    return int(keep(mask.reshape(rows // size, size, columns // size, size), axis=(1, 3)).sum())


def _mixed(blocks, axis):
    return blocks.any(axis=axis) & ~blocks.all(axis=axis)


def _empty(blocks, axis):
    return ~blocks.any(axis=axis)


def _not_full(mask, size):
    """Boxes with both kinds of pixels, where one that sticks out is full when the part inside is."""
    rows, columns = mask.shape
    filled = np.pad(mask, ((0, -rows % size), (0, -columns % size)), constant_values=True)
    return _met(mask, size) - _met(filled, size, np.all)


def _line(x, y):
    return float(np.polyfit(x, y, 1)[0])


def _logs(mask, sizes, counter=_met, **how):
    return np.log(sizes), np.log([counter(mask, size, **how) for size in sizes])


def _slope(mask, sizes, counter=_met, **how):
    return -_line(*_logs(mask, sizes, counter, **how))


def _ends(mask, sizes):
    x, y = _logs(mask, sizes)
    return float(-(y[-1] - y[0]) / (x[-1] - x[0]))


def _neighbours(mask, sizes, middle):
    x, y = _logs(mask, sizes)
    return float(middle(-np.diff(y) / np.diff(x)))


def _raw(mask, sizes):
    return np.array(sizes, float), np.array([_met(mask, size) for size in sizes], float)


def _through_origin(mask, sizes):
    x, y = _logs(mask, sizes)
    return float(-(x @ y) / (x @ x))


SLOPE = (
    Mistake("the sign", lambda mask, sizes: -_slope(mask, sizes),
            "Counts fall as boxes grow, so the line falls. The dimension is minus its slope."),
    Mistake("the two axes are swapped", lambda mask, sizes: -_line(*_logs(mask, sizes)[::-1]),
            "Sizes belong on the x axis, counts on the y axis: `np.polyfit(np.log(sizes), np.log(counts), 1)`."),
    Mistake("the logarithm of the counts is forgotten",
            lambda mask, sizes: -_line(np.log(sizes), _raw(mask, sizes)[1]), "Take the logarithm of both, sizes and counts."),
    Mistake("the logarithm of the sizes is forgotten",
            lambda mask, sizes: -_line(np.array(sizes, float), _logs(mask, sizes)[1]),
            "Take the logarithm of both, sizes and counts."),
    Mistake("the logarithms are forgotten", lambda mask, sizes: -_line(*_raw(mask, sizes)),
            "A power law is a straight line only after both logarithms."),
    *(Mistake("1 / size on the x axis, and no logarithms",
              lambda mask, sizes, sign=sign: sign * _line(1 / np.array(sizes, float), _raw(mask, sizes)[1]),
              "A power law is a straight line only after both logarithms; minus the slope over log size is the dimension.")
      for sign in (1, -1)),
    Mistake("two logarithms of different bases", lambda mask, sizes: _slope(mask, sizes) * math.log(2),
            "Take the same logarithm for sizes and counts: any base will do, if it is one."),
    Mistake("two logarithms of different bases", lambda mask, sizes: _slope(mask, sizes) / math.log(2),
            "Take the same logarithm for sizes and counts: any base will do, if it is one."),
    Mistake("only the first and the last size are used", _ends,
            "That line goes through two points. The least-squares line looks at all of them: `np.polyfit(..., 1)[0]`."),
    Mistake("the mean of the local slopes", lambda mask, sizes: _neighbours(mask, sizes, np.mean),
            "Fit one line to all points: `np.polyfit(np.log(sizes), np.log(counts), 1)[0]`."),
    Mistake("the median of the local slopes", lambda mask, sizes: _neighbours(mask, sizes, np.median),
            "That is what the paper does. Here one line is fitted to all points: `np.polyfit(..., 1)[0]`."),
    Mistake("the line is forced through the origin", _through_origin,
            "The line may have any height: `np.polyfit(x, y, 1)` gives slope and height, and you need the slope."),
    Mistake("the height of the line is returned", lambda mask, sizes: float(np.polyfit(*_logs(mask, sizes), 1)[1]),
            "`np.polyfit(x, y, 1)` gives the slope first, then the height."),
    Mistake("boxes that stick out are left out", lambda mask, sizes: _slope(mask, sizes, whole=True),
            "The last box of a row or column may stick out of the picture. It counts too if it meets the set."),
    Mistake("full boxes are left out", lambda mask, sizes: _slope(mask, sizes, keep=_mixed),
            "A box counts as soon as it holds one pixel of the set, also where it holds nothing else."),
    Mistake("full boxes are left out", lambda mask, sizes: _slope(mask, sizes, counter=_not_full),
            "A box counts as soon as it holds one pixel of the set, also where it holds nothing else."),
    Mistake("empty boxes are counted", lambda mask, sizes: _slope(mask, sizes, keep=_empty),
            "Count the boxes that hold a pixel of the set, not the others."),
    Mistake("only one corner of each box is looked at",
            lambda mask, sizes: _slope(mask, sizes, counter=lambda m, size: int(m[::size, ::size].sum())),
            "`mask[::size, ::size]` sees one pixel a box. A box counts if any of its pixels is True."),
    Mistake("only the number of sizes matters", lambda mask, sizes: _slope(mask, [2 ** k for k in range(len(sizes))]),
            "Use the sizes that are handed in, not 1, 2, 4, …"),
)


def _box_cases(rng):
    """Masks without symmetry, their sides no multiple of all sizes; a set with full boxes is among them."""
    def sizes(*ranges):
        return [int(rng.integers(low, high + 1)) for low, high in ranges]

    cases = []
    for low, high in ((40, 60), (55, 75), (60, 90)):
        mask = rng.random(sizes((low, high), (low, high))) < 0.02
        mask[:int(rng.integers(9, 16)), :int(rng.integers(9, 16))] = True         # boxes of up to 8 px that are full
        cases.append((mask, sizes((2, 2), (3, 4), (5, 6), (7, 9))))
    curve = measure.boundary(known_sets.disc(int(rng.integers(90, 130))))
    curve[5:25, 7:25] = True
    return [*cases, (curve, [2, 3, 5, 8, 13])]


KNOWN = (("Sierpinski's triangle", lambda: known_sets.sierpinski(256), math.log(3, 2), 1e-9),
         ("a line", lambda: known_sets.line(1024), 1, 0.04),
         ("Koch's curve", lambda: known_sets.koch(1024), math.log(4, 3), 0.06))


@c.exercise(LESSON, "boxcount(mask, sizes)")
def boxcount(function):
    """Check `boxcount(mask, sizes)`: minus the least-squares slope of log count against log size, one grid from the corner.

    Hidden masks, to 1e-9; then Sierpinski's triangle (log 3 / log 2), a line (1 ± 0.04) and Koch's curve (1.262 ± 0.06).
    """
    cases = _box_cases(c.hidden())
    trial, worst = c.compare(
        function, boxcount.exercise, cases, _slope, SLOPE, read=reading.number,
        near=lambda got, want, *_: abs(got - want) <= 1e-9,
        hints={"nan": "A count of 0 has no logarithm: does a box count as soon as one of its pixels is True?",
               "IndexError": "The last box of a row may stick out of the picture."},
        hint="Count with `boxes(mask, size)` for each size, then `np.polyfit(np.log(sizes), np.log(counts), 1)[0]`.")
    found = {}
    for name, mask, known, near in KNOWN:
        found[name] = reading.number(trial(mask(), [4, 8, 16, 32, 64]))
        if abs(found[name] - known) > near:
            raise c.wrong(f"The hidden sets are right, but {name} is not: does the function remember something between calls?",
                          "the answer depends on earlier calls", got=found[name], expected=known)
    told = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    return (f"{len(cases)} hidden sets agree to 1e-9 (worst difference {worst:.1g}). By your ruler, boxes of 4 to 64 px: "
            f"{told}.{trial.aside()}")


# ---------------------------------------------------------------- the rabbit

RABBIT, RABBIT_CLOSENESS = 1.37, 0.05
# boxes of 1, 2, 4, … px on one grid over the border of fe.julia(rabbit) at 2047 x 2047 (tests/test_checks11.py counts again)
RABBIT_COUNTS = (46830, 19714, 8012, 3167, 1230, 471, 181, 73, 30, 12, 4)
SPAN, LARGEST, CONSISTENT = 16, 130, 0.04       # factor of the fit range at least; largest box; from the slope of that range
FROM_RANGE = 0.01                               # so near to the slope of its range a number is measured


def _rabbit_slope(smallest, largest):
    sizes, counts = 2 ** np.arange(len(RABBIT_COUNTS)), np.array(RABBIT_COUNTS)
    inside = (sizes >= smallest) & (sizes <= largest)
    return -_line(np.log(sizes[inside]), np.log(counts[inside]))


@c.exercise(LESSON, "rabbit, smallest, largest")
def rabbit_dimension(rabbit, smallest, largest):
    """Check the box dimension of the rabbit's border at 2047 x 2047, 1.37 ± 0.05, and the range of sizes of the fit."""
    value, smallest, largest = reading.given_numbers(rabbit, smallest, largest, names=("rabbit", "smallest", "largest"))
    if smallest < 1 or largest > 2047 or smallest >= largest:
        raise c.wrong("`smallest` and `largest` are the sides of the smallest and the largest box in your fit, in pixels.",
                      "the ends of the range are no sizes of boxes", got=(smallest, largest))
    factor = largest / smallest
    if largest > LARGEST:
        raise c.wrong(f"The largest box of your fit has {largest:g} of the picture's 2047 pixels: so few of them fit in that "
                      "their number says little. Look at the local slopes there, and end the fit at a 16th of the side.",
                      "the largest boxes are in the fit", got=largest)
    if factor < SPAN:
        raise c.wrong(f"From {smallest:g} to {largest:g} px is a factor of {factor:.3g} only. Take a range of at least {SPAN}, "
                      "over which the local slopes stay about the same.", "the range is too short", got=(smallest, largest))
    again = _rabbit_slope(smallest, largest)
    if abs(value - RABBIT) > RABBIT_CLOSENESS:
        if abs(value - again) < FROM_RANGE:
            raise c.wrong("That is what your range gives. But the local slopes still climb there: begin at 2 or 4 px.",
                          "the smallest boxes are in the fit", got=(value, smallest, largest))
        name, advice = _rabbit_mistake(value)
        raise c.wrong(f"The number is not right to ±{RABBIT_CLOSENESS}. {advice}", name, got=value)
    if abs(value - 1.3934) < 5e-5 or value == 1.393:
        raise c.wrong("1.3934 to the last digit is what McMullen computed. What do your own boxes say?",
                      "the published number is handed in", got=value)
    if abs(value - again) > CONSISTENT:
        raise c.wrong("The number is a possible one, but boxes of that range do not give it. Is it from another range, or from "
                      "a book?", "the number and its range do not belong together", got=(value, smallest, largest))
    return (f"{RABBIT} ± {RABBIT_CLOSENESS} was asked for; yours is {value:.4g}, from {smallest:g} to {largest:g} px, a "
            f"factor of {factor:.3g}. One grid from the corner gives {again:.3f} there. McMullen computed 1.3934, without "
            f"boxes: yours differs by {value - 1.3934:+.3f}.")


def _rabbit_mistake(value):
    """(name or None, advice)."""
    if abs(value + RABBIT) < 2 * RABBIT_CLOSENESS:
        return "the sign", "The line falls; the dimension is minus its slope."
    if 1.7 < value < 2.05:
        return ("the inside is counted, not the border",
                "That is the dimension of an area. Take the border: `measure.boundary(land.departure < 0)`.")
    if abs(value - 1 / RABBIT) < 0.04:
        return "the two axes are swapped", "Sizes belong on the x axis, counts on the y axis."
    if abs(value - RABBIT * math.log(2)) < 0.03 or abs(value - RABBIT / math.log(2)) < 0.05:
        return "two logarithms of different bases", "Take the same logarithm for sizes and counts."
    if abs(value - 1.25) < 0.025:
        return ("the smallest boxes alone, or another set", "This is the local slope of the smallest boxes, and near that of "
                "another Julia set. Is c that of the rabbit, and does the fit reach beyond the first sizes?")
    if abs(value - 1) < 0.05:
        return ("a smooth border is measured", "A slope of 1 is a smooth curve. Is it the rabbit's c, with both its parts?")
    return None, "Is the picture 2047 by 2047, and is it the border of the starts that stay?"


# ---------------------------------------------------------------- one film, two rulers

MEDIAN, FIT = (1.3, 1.6), (1.22, 1.36)


@c.exercise(LESSON, "by_median, by_fit")
def two_rulers(by_median, by_fit):
    """Check what 18 frames of a zoom into a border of training, 192 x 192 and 200 steps, give by the paper's median of local
    slopes (1.3 to 1.6) and by fitted lines (1.22 to 1.36)."""
    median, fit = reading.given_numbers(by_median, by_fit, names=("by_median", "by_fit"))
    inside = [low <= value <= high for value, (low, high) in zip((median, fit), (MEDIAN, FIT), strict=True)]
    if not all(inside):
        name, advice = _ruler_mistake(median, fit, *inside)
        raise c.wrong(advice, name, got=(median, fit))
    if median == 1.41:
        raise c.wrong("1.41 to the last digit is what the paper printed. What do your own frames say?",
                      "the published number is handed in", got=median)
    return (f"By the paper's ruler {median:.3f}, by fitted lines {fit:.3f}, for the same 18 frames: a difference of "
            f"{median - fit:.2f}. So a number needs its ruler beside it. The paper prints 1.41, from its own frames.")


def _ruler_mistake(median, fit, median_right, fit_right):
    """(name or None, what to say)."""
    if MEDIAN[0] <= fit <= MEDIAN[1] and FIT[0] <= median <= FIT[1] and not (median_right and fit_right):
        return ("the two rulers are swapped", "`by_median` is the paper's way, `method=\"porespy\"`; `by_fit` the default.")
    if not median_right and abs(median - 1.672) < 0.01:
        return ("only the first frame is measured", "`by_median` fits the first frame alone. Hand the list of all 18 to "
                "`fe.dimension`.")
    if median < 0 or fit < 0:
        return "the sign", "The line falls; the dimension is minus its slope."
    if not median_right and abs(median - 1.04) < 0.02 or not fit_right and abs(fit - 1.017) < 0.02:
        return ("the yardstick is handed in", "That is what a smooth border gives the same way (`.smooth`). The film's own "
                "number is `.dimension`.")
    if not median_right and median > 1.9 or not fit_right and fit > 1.9:
        return ("the yardstick is handed in", "That is what white noise gives the same way (`.noise`). The film's own number "
                "is `.dimension`.")
    if median_right:
        if abs(fit - median) < 1e-9:
            return "one ruler twice", "Both numbers are by the paper's ruler. Leave `method` out for the fitted lines."
        return None, ("`by_median` is right, `by_fit` is not: `fe.dimension(frames)` without a method, and of the result "
                      "`.dimension`.")
    if fit_right:
        if 1.15 < median < 1.3:
            return ("pictures of another size",
                    "`by_fit` is right. Are the pictures 192 by 192? The paper's ruler depends on it.")
        return None, ("`by_fit` is right, `by_median` is not: `fe.dimension(frames, method=\"porespy\")`, and of it "
                      "`.dimension`.")
    return None, ("Neither number fits: 18 frames of `window.zoom(2.0**k)`, k from 0 to 17, of `fe.paper(\"one-datum\")`, 192 "
                  "by 192 pixels, 200 steps?")
