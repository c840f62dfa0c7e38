"""The checks of lesson 11: right answers in two styles, typical wrong ones by name, and whatever else a learner may hand in."""
import math

import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

import fractaledu as fe
from fractaledu import checks, measure
from fractaledu.checks import how_fractal

pytestmark = pytest.mark.usefixtures("elsewhere")
ln = np.log


def blocks(mask, size, keep=np.any, whole=False):
    """One 0 or 1 for each box, by plain slices."""
    rows, columns = mask.shape
    last = size - 1 if whole else 0
    return [keep(mask[i:i + size, j:j + size]) for i in range(0, rows - last, size) for j in range(0, columns - last, size)]


def counts(mask, sizes, **how):
    return [sum(map(bool, blocks(mask, size, **how))) for size in sizes]


def fit(x, y):
    return np.polyfit(x, y, 1)[0]


def by_slices(mask, sizes):
    return -fit(ln(sizes), ln(counts(mask, sizes)))


def by_places(mask, sizes):
    rows, columns = np.nonzero(mask)
    x = [math.log10(1 / size) for size in sizes]
    y = [math.log10(len(set(zip(rows // size, columns // size, strict=True)))) for size in sizes]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)


@pytest.mark.parametrize("function", [by_slices, by_places])
def test_a_ruler_is_right_in_two_styles(function, seed):
    said = assert_right(checks.boxcount(function)).text
    assert "Sierpinski's triangle 1.585, a line 0.971, Koch's curve 1.209" in said


WRONG = {
    "the sign": lambda m, s: fit(ln(s), ln(counts(m, s))),
    "the two axes are swapped": lambda m, s: -fit(ln(counts(m, s)), ln(s)),
    "the logarithm of the counts is forgotten": lambda m, s: -fit(ln(s), counts(m, s)),
    "the logarithm of the sizes is forgotten": lambda m, s: -fit(s, ln(counts(m, s))),
    "the logarithms are forgotten": lambda m, s: -fit(s, counts(m, s)),
    "1 / size on the x axis, and no logarithms": lambda m, s: fit(1 / np.array(s), counts(m, s)),
    "two logarithms of different bases": lambda m, s: -fit(np.log2(s), ln(counts(m, s))),
    "only the first and the last size are used": lambda m, s: ln(counts(m, s)[0] / counts(m, s)[-1]) / ln(s[-1] / s[0]),
    "the mean of the local slopes": lambda m, s: np.mean(-np.diff(ln(counts(m, s))) / np.diff(ln(s))),
    "the median of the local slopes": lambda m, s: np.median(-np.diff(ln(counts(m, s))) / np.diff(ln(s))),
    "the height of the line is returned": lambda m, s: np.polyfit(ln(s), ln(counts(m, s)), 1)[1],
    "boxes that stick out are left out": lambda m, s: -fit(ln(s), ln(counts(m, s, whole=True))),
    "full boxes are left out": lambda m, s: -fit(ln(s), ln(counts(m, s, keep=lambda b: b.any() and not b.all()))),
    "empty boxes are counted": lambda m, s: -fit(ln(s), ln(counts(m, s, keep=lambda b: not b.any()))),
    "only one corner of each box is looked at": lambda m, s: -fit(ln(s), ln([m[::z, ::z].sum() for z in s])),
    "only the number of sizes matters": lambda m, s: by_slices(m, [2 ** k for k in range(len(s))]),
    "the same answer whatever the input": lambda m, s: 1.5,
    "the input array is changed": lambda m, s: m.fill(False) or 1.0,
    "the answer changes from call to call": lambda m, s: np.random.default_rng().random(),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_ruler_is_called_by_its_mistake(name):
    assert_wrong(checks.boxcount(WRONG[name]), name)


def test_boxes_that_must_be_full_leave_none_and_that_is_said():
    result = checks.boxcount(lambda m, s: -fit(ln(s), np.log2([0 for _ in s])))
    assert result.outcome == "wrong" and "as soon as one of its pixels is True" in result.text


def test_whatever_a_function_does_there_is_a_sentence():
    assert_whatever(checks.boxcount)


# ---------------------------------------------------------------- the rabbit

@pytest.fixture(scope="module")
def rabbit():
    land = fe.render(fe.julia(-0.122561166876654 + 0.744861766619744j), size=(2047, 2047))
    return measure.boundary(land.departure < 0)


def test_the_counts_that_the_check_knows_are_those_of_the_rabbit(rabbit):
    assert tuple(measure.box_counts(rabbit)[1].tolist()) == how_fractal.RABBIT_COUNTS


def test_the_rabbit_is_right_by_one_grid_and_by_eight(rabbit):
    sizes, found = measure.box_counts(rabbit, [2, 4, 8, 16, 32, 64, 128])
    assert "factor of 64" in assert_right(checks.rabbit_dimension(-fit(ln(sizes), ln(found)), 2, 128)).text
    assert_right(checks.rabbit_dimension(measure.box_dimension(rabbit, (4, 128), null=False).dimension, np.int64(4), 128.0))


@pytest.mark.parametrize(("given", "name"), [
    ((-1.36, 2, 64), "the sign"), ((1.9, 2, 64), "the inside is counted, not the border"),
    ((0.73, 2, 64), "the two axes are swapped"), ((0.94, 2, 64), "two logarithms of different bases"),
    ((1.25, 2, 64), "the smallest boxes alone, or another set"), ((1.02, 2, 64), "a smooth border is measured"),
    ((1.6, 2, 64), None), ((1.353, 2, 1024), "the largest boxes are in the fit"), ((1.36, 4, 16), "the range is too short"),
    ((1.36, 64, 2), "the ends of the range are no sizes"), ((1.36, 0.1, 64), "the ends of the range are no sizes"),
    ((1.3934, 2, 64), "the published number is handed in"), ((1.393, 4, 64), "the published number is handed in"),
    ((1.314, 1, 16), "the smallest boxes are in the fit"),
    ((1.41, 2, 64), "the number and its range do not belong together"), (("1.36", 2, 64), "wrong kind"),
    ((float("nan"), 2, 64), "no finite number"), ((by_slices, 2, 64), "wrong kind")])
def test_a_wrong_rabbit_is_called_by_its_mistake(given, name):
    assert_wrong(checks.rabbit_dimension(*given), name)


def test_numbers_that_are_missing_are_not_attempted():
    assert checks.rabbit_dimension(..., 2, 64).outcome == checks.two_rulers(1.45, ...).outcome == "not attempted"


# ---------------------------------------------------------------- two rulers

def test_two_rulers_are_right_for_numbers_and_for_numpys():
    """What the frames give is asserted where the lesson's solution runs, in test_lessons."""
    assert "a difference of 0.17" in assert_right(checks.two_rulers(1.454, 1.286)).text
    assert_right(checks.two_rulers(np.float64(1.48), np.array([1.3])))


@pytest.mark.parametrize(("given", "name"), [
    ((1.286, 1.454), "the two rulers are swapped"), ((1.672, 1.29), "only the first frame is measured"),
    ((1.41, 1.29), "the published number is handed in"), ((-1.45, 1.29), "the sign"), ((1.45, 1.45), "one ruler twice"),
    ((1.04, 1.29), "the yardstick is handed in"), ((1.45, 2.0), "the yardstick is handed in"),
    ((1.26, 1.29), "pictures of another size"), ((1.45, 1.1), None), ((1.9, 1.29), None), ((0.2, 0.3), None),
    ((1.45, "1.3"), "wrong kind")])
def test_wrong_rulers_are_called_by_their_mistake(given, name):
    assert_wrong(checks.two_rulers(*given), name)
