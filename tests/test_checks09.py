"""The checks of lesson 09: a flipped unit, a scaled network, a reproduced tile."""
import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

import fractaledu as fe
from fractaledu import checks

pytestmark = pytest.mark.usefixtures("elsewhere")
LINEAR, WINDOW = fe.paper("linear"), fe.paper_view("linear")


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """The kernel of the tile: to compile it takes longer than a check waits."""
    fe.render(LINEAR, WINDOW, (8, 8), 5)


def flipped(w0, w1, unit):
    signs = np.ones(len(w1))
    signs[unit] = -1
    return w0 * signs, w1 * signs


def flipped_in_copies(w0, w1, unit):
    w0, w1 = w0.copy(), w1.copy()
    for row in w0:
        row[unit] = -row[unit]
    w1[unit] = -w1[unit]
    return [w0.tolist(), w1.tolist()]


def rescaled(w0, w1, rate0, rate1, alpha):
    return alpha * w0, w1 / alpha, alpha**2 * rate0, rate1 / alpha**2


def rescaled_in_logs(w0, w1, rate0, rate1, alpha):
    shift = 2 * np.log(alpha)
    return np.multiply(w0, alpha), np.divide(w1, alpha), np.exp(np.log(rate0) + shift), np.exp(np.log(rate1) - shift)


def tile(problem=LINEAR, view=WINDOW, steps=200):
    return lambda pixels: fe.render(problem, view, (pixels, pixels), steps)


RIGHT = [("flipped", flipped), ("flipped", flipped_in_copies), ("rescaled", rescaled), ("rescaled", rescaled_in_logs),
         ("reproduce", tile()), ("reproduce", tile(fe.paper("linear", width=16), fe.View(WINDOW.x, WINDOW.y), 500))]


@pytest.mark.parametrize("name, function", RIGHT)
def test_right_functions_are_right(name, function, seed):
    result = assert_right(getattr(checks, name)(function))
    if name == "flipped" or function is rescaled:
        assert "bit for bit" in result.text


def only(into, out, row=False):
    def function(w0, w1, unit):
        w0, w1 = w0.copy(), w1.copy()
        if into:
            w0[unit if row else (slice(None), unit)] *= -1
        if out:
            w1[unit] *= -1
        return w0, w1
    return function


def in_place(w0, w1, unit):
    w0[:, unit] *= -1
    w1[unit] *= -1
    return w0, w1


def scaled(a, b, c, d):
    """Powers of α for the weights and the rates."""
    return lambda w0, w1, rate0, rate1, alpha: (w0 * alpha**a, w1 * alpha**b, rate0 * alpha**c, rate1 * alpha**d)


WRONG = [
    ("flipped", only(True, False), "only the weights into"), ("flipped", only(False, True), "only the weight out of"),
    ("flipped", only(True, True, row=True), "a row of w0"), ("flipped", only(True, False, row=True), "a row of w0"),
    ("flipped", lambda w0, w1, unit: (-w0, -w1), "all units"),
    ("flipped", lambda w0, w1, unit: (-w0, flipped(w0, w1, unit)[1]), "all of w0"),
    ("flipped", lambda w0, w1, unit: flipped(w0, w1, unit - 1), "counted from 1"),
    ("flipped", lambda w0, w1, unit: (w0, w1), "nothing is flipped"),
    ("flipped", lambda w0, w1, unit: (w0 * (np.arange(4) != unit), w1 * (np.arange(4) != unit)), "switched off"),
    ("flipped", lambda w0, w1, unit: (w0[:, ::-1], w1[::-1]), None),
    ("flipped", lambda w0, w1, unit: (np.roll(w0, 1, axis=1), np.roll(w1, 1)), "moved instead"),
    ("flipped", in_place, "the input array is changed"),
    ("flipped", lambda w0, w1, unit: flipped(w0, w1, unit)[0], "wrong shape"),
    ("flipped", lambda w0, w1, unit: flipped(w0, w1, unit)[::-1], "wrong shape"),
    ("flipped", lambda w0, w1, unit: (w0 / 0, w1), "no finite number"),
    ("rescaled", scaled(1, -1, 0, 0), "left as they were"), ("rescaled", scaled(1, -1, 1, -1), "α instead of α²"),
    ("rescaled", scaled(1, -1, -2, 2), "wrong way round"), ("rescaled", scaled(1, -1, -1, 1), "wrong way round"),
    ("rescaled", scaled(1, -1, 2, 2), "both rates grow"), ("rescaled", scaled(1, -1, 2, 0), "only the first rate"),
    ("rescaled", scaled(1, 1, 2, -2), "both layers"), ("rescaled", scaled(1, 0, 2, -2), "w1 is left"),
    ("rescaled", scaled(-1, 1, -2, 2), "w0 is divided"), ("rescaled", scaled(0, 0, 2, -2), "the weights are left"),
    ("rescaled", scaled(0, 0, 0, 0), "nothing is scaled"),
    ("rescaled", lambda w0, w1, a, b, alpha: (*rescaled(w0, w1, a, b, alpha)[:2], b / alpha**2, a * alpha**2), "swapped"),
    ("rescaled", lambda w0, w1, a, b, alpha: rescaled(w0, w1, a, b, alpha)[2:], "wrong shape"),
    ("rescaled", lambda w0, w1, a, b, alpha: rescaled(w0, w1, a, b, 2.0), None),
    ("reproduce", tile(fe.paper("one-datum")), "another network"), ("reproduce", tile(fe.paper("linear", width=8)), "narrow"),
    ("reproduce", tile(view=None), "all rates"), ("reproduce", tile(steps=20), "too few steps"),
    ("reproduce", tile(view=fe.View(WINDOW.y, WINDOW.x, "log10", "log10")), "axes are swapped"),
    ("reproduce", tile(view=WINDOW.zoom(2)), "another window"),
    ("reproduce", lambda pixels: fe.atlas("paper-linear"), "shipped picture"),
    ("reproduce", lambda pixels: fe.render(LINEAR, WINDOW, (40, 40), 100), "another number of pixels"),
    ("reproduce", lambda pixels: tile()(pixels).verdict, "wrong kind"),
    ("reproduce", tile(fe.paper("linear", momentum=0.5)), None),
    ("reproduce", tile(fe.paper("linear", weight_decay=1e-6)), None),
]


@pytest.mark.parametrize("name, function, fragment", WRONG)
def test_wrong_functions_are_recognised(name, function, fragment):
    assert_wrong(getattr(checks, name)(function), fragment)


@pytest.mark.parametrize("name", ["flipped", "rescaled", "reproduce"])
def test_whatever_a_function_does_there_is_a_sentence(name):
    assert_whatever(getattr(checks, name))
