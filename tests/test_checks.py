"""The exercises' checks: right answers in two styles, typical wrong ones by name, and whatever else a learner may hand in."""
import cmath
import itertools
import math
import os
import re
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong, ending
from numba import njit

import fractaledu as fe
from fractaledu import answers, checks
from fractaledu.checks import child, compare, trial

pytestmark = pytest.mark.usefixtures("elsewhere")
OMEGA = cmath.exp(2j * cmath.pi / 3)


@pytest.fixture(autouse=True, scope="module")
def heard():
    """SIGINT raises, as in a kernel, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """A kernel that a learner's function below uses: to compile it takes longer than a check waits."""
    fe.evaluate(fe.magnet(), 0, 0, 1)


# ---------------------------------------------------------------- right answers, in two styles

def escape_time(c, most):
    z = 0
    for n in range(1, most + 1):
        z = z * z + c
        if abs(z) > 2:
            return n
    return -1


def escape_time_in_parts(c, most):
    x = y = n = 0
    while x * x + y * y <= 4:
        if n == most:
            return -1
        x, y, n = x * x - y * y + c.real, 2 * x * y + c.imag, n + 1
    return np.int64(n)


def pi_by_array(eps):
    return eps * next(n for n, z in enumerate(orbit_of(complex(-0.75, eps)), 1) if abs(z) > 2)


def orbit_of(c):
    z = 0j
    while True:
        z = z * z + c
        yield z


def lyapunov(r):
    x, total = 0.3, 0.0
    for _ in range(500):
        x = r * x * (1 - x)
    for _ in range(10_000):
        total += math.log(abs(r * (1 - 2 * x)))
        x = r * x * (1 - x)
    return total / 10_000


@njit
def lyapunov_compiled(r):
    x, total = 0.123, 0.0
    for n in range(11_000):
        if n >= 1000:
            total += np.log(np.abs(r - 2 * r * x))
        x = r * x * (1 - x)
    return total / 10_000


def magnet_outcome(c):
    z = 0
    for _ in range(200):
        if abs(z) > 1000:
            return "infinity"
        z = ((z * z + c - 1) / (2 * z + c - 2)) ** 2
    return "one" if abs(z - 1) < 1e-8 else "neither"


def magnet_by_kernel(c):
    land = fe.rendering.runs(fe.magnet(), c.real, c.imag)
    return ("one", "infinity", "neither")[int(land["attractor"])]


def newton_by_hand(z, coefficients):
    degree = len(coefficients) - 1
    p = sum(a * z ** (degree - k) for k, a in enumerate(coefficients))
    slope = sum(a * (degree - k) * z ** (degree - k - 1) for k, a in enumerate(coefficients[:-1]))
    return z - p / slope


def slope_by_formula(levels, counts):
    x, y = np.array(levels, float), np.log(counts) / np.log(2)
    return ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()


def next_pair(p, s, rate):
    e = p - 1
    return p - rate * e * s + (rate * e) ** 2 * p, s - 4 * rate * e * p + (rate * e) ** 2 * s


def next_pair_array(p, s, rate):
    q = rate * (p - 1)
    return np.array([[1 + q * q, -q], [-4 * q, 1 + q * q]]) @ [p, s]


def lyapunov_tied(rate, start=0.3):
    x, total = start, 0.0
    for n in range(20_500):
        if n >= 500:
            total += math.log(abs(1 + rate - 3 * rate * x * x))
        x = (1 + rate) * x - rate * x ** 3
    return total / 20_000


def lyapunov_tied_numpy(rate):
    x = np.empty(20_000)
    x[0] = -0.7
    for n in range(1, len(x)):
        x[n] = x[n - 1] - rate * (x[n - 1] ** 3 - x[n - 1])
    return np.log(np.abs(1 + rate - 3 * rate * x[1000:] ** 2)).mean()


RIGHT = [
    ("gd_step", lambda x, rate, curvature: x - rate * curvature * x),
    ("gd_step", lambda x, rate, curvature: np.float64((1 - rate * curvature) * x)),
    ("critical_rate", lambda hessian: 2 / max(np.linalg.eigvalsh(hessian))),
    ("critical_rate", lambda hessian: np.array(2 / np.linalg.norm(hessian, 2))),
    ("escape_time", escape_time), ("escape_time", escape_time_in_parts), ("escape_time", njit(escape_time_in_parts)),
    ("neck_number", lambda eps: eps * escape_time(-0.75 + 1j * eps, 10_000)), ("neck_number", pi_by_array),
    ("neck_number", lambda eps: eps * (escape_time(-0.75 + 1j * eps, 10_000) - 1)),          # off by one is allowed
    ("lyapunov", lyapunov), ("lyapunov", lyapunov_compiled),
    ("magnet_outcome", magnet_outcome), ("magnet_outcome", magnet_by_kernel),
    ("newton_step", lambda z, coefficients: z - np.polyval(coefficients, z) / np.polyval(np.polyder(coefficients), z)),
    ("newton_step", newton_by_hand),
    ("mismatches", lambda root_of, points: np.sum(root_of(OMEGA * points) != (root_of(points) + 1) % 3)),
    ("mismatches", lambda root_of, points: int(np.count_nonzero((root_of(OMEGA * points) - root_of(points)) % 3 - 1))),
    ("mismatches", lambda root_of, points: np.sum(root_of(points * OMEGA ** 2) != (root_of(points) + 2) % 3)),
    ("gd_step", lambda x, rate, curvature: np.array([x - rate * curvature * x])),
    ("gd_step", lambda x, rate, curvature: x - rate * curvature * x + 0j),
    ("largest_step", lambda multiplicity: 2 * multiplicity), ("largest_step", lambda m: round(2.0 * m, 2)),
    ("slope", lambda levels, counts: np.polyfit(levels, np.log2(counts), 1)[0]), ("slope", slope_by_formula),
    ("bound", lambda rate, epsilon, wavelength: rate * 2 * math.pi * epsilon / wavelength / (1 - abs(1 - 2 * rate))),
    ("bound", lambda n, e, w: 2 * np.pi * e / w * n / min(2 * n, 2 - 2 * n)),
    ("next_pair", next_pair), ("next_pair", next_pair_array),
    ("largest_start", lambda rate: math.sqrt((2 + rate) / rate)), ("largest_start", lambda rate: (1 + 2 / rate) ** 0.5),
    ("lyapunov_tied", lyapunov_tied), ("lyapunov_tied", lyapunov_tied_numpy),
]
RIGHT_NUMBERS = [("doublings", (3, 3.4495)), ("doublings", (np.float64(2.997), 1 + math.sqrt(6))),
                 ("mandelbrot_area", (1.5075, "too big")), ("mandelbrot_area", (1.5066, " Too big")),
                 ("mandelbrot_area", (1.5066, "too large")),
                 ("period_three", (3.83,)), ("period_three", (np.float32(3.84),)), ("period_three", (1 + math.sqrt(8),)),
                 ("threshold", (0.0507,)), ("threshold", (1 / (2 * math.pi ** 2),))]
FUNCTIONS = sorted({name for name, _ in RIGHT})
# of the lessons 01 to 06; the others have files of their own, test_checks07.py …
FIRST_HALF = [name for name in checks.__all__ if name != "Result" and getattr(checks, name).lesson < "07"]


@pytest.mark.parametrize("name, function", RIGHT)
def test_right_functions_are_right(name, function, seed):
    result = assert_right(getattr(checks, name)(function))
    assert "hidden" in result.text or name in ("escape_time", "largest_step"), result.text


@pytest.mark.parametrize("name, numbers", RIGHT_NUMBERS)
def test_right_numbers_are_right(name, numbers):
    assert getattr(checks, name)(*numbers).outcome == "right"


def test_every_exercise_is_here():
    assert {*FUNCTIONS, *(name for name, _ in RIGHT_NUMBERS)} == {*FIRST_HALF} and len(FIRST_HALF) == 18


# ---------------------------------------------------------------- typical wrong answers, each with its name

def escape(test=lambda z: abs(z) > 2, first=1, nothing=-1, look_first=False, plus=lambda c: c):
    def escape_time(c, most):
        z = 0
        for n in range(first, most + first):
            if look_first and test(z):
                return n
            z = z * z + plus(c)
            if not look_first and test(z):
                return n
        return most if nothing == "most" else nothing
    return escape_time


def last_left_out(c, most):
    return escape_time(c, most - 1)


def exponent(start=0.3, slope=lambda r, x: r * (1 - 2 * x), log=math.log, burn=500, steps=10_000, mean=None):
    def lyapunov(r):
        x, slopes = start, []
        for n in range(burn + steps):
            if n >= burn:
                slopes.append(abs(slope(r, x)))
            x = r * x * (1 - x)
        return mean(slopes) if mean else sum(map(log, slopes)) / steps
    return lyapunov


def log_of_mean(slopes):
    return math.log(sum(slopes) / len(slopes))


def magnet(end=lambda z: "one" if abs(z - 1) < 1e-8 else "neither", steps=200, far=1000, power=2):
    def magnet_outcome(c):
        z = 0
        for _ in range(steps):
            z = ((z * z + c - 1) / (2 * z + c - 2)) ** power
            if abs(z) > far:
                return "infinity"
        return end(z)
    return magnet_outcome


def lower_square(c):
    z = 0
    for _ in range(200):
        z = (z * z + c - 1) / (2 * z + c - 2) ** 2
        if abs(z) > 1000:
            return "infinity"
    return "one" if abs(z - 1) < 1e-8 else "neither"


def newton(sign=-1, over=lambda p, q: p / q, slope=np.polyder, take=lambda p: p):
    return lambda z, coefficients: z + sign * over(np.polyval(take(coefficients), z), np.polyval(slope(take(coefficients)), z))


def turned(omega=OMEGA, then=lambda k: (k + 1) % 3, count=lambda differ: int(differ.sum())):
    return lambda root_of, points: count(root_of(points * omega) != then(root_of(points)))


def tied(start=0.3, slope=lambda n, x: 1 + n - 3 * n * x * x, log=math.log, mean=None, burn=500, steps=5000):
    def lyapunov_tied(rate):
        x, slopes = start, []
        for n in range(burn + steps):
            if n >= burn:
                slopes.append(abs(slope(rate, x)))
            x = (1 + rate) * x - rate * x ** 3
        return mean(slopes) if mean else sum(map(log, slopes)) / steps
    return lyapunov_tied


def new_p_first(p, s, rate):
    e = p - 1
    p = p - rate * e * s + rate ** 2 * e ** 2 * p
    s = s - 4 * rate * e * p + rate ** 2 * e ** 2 * s
    return p, s


def pulled(rate, epsilon, wavelength):
    return rate * 2 * math.pi * epsilon / wavelength


WRONG = [
    ("gd_step", lambda x, rate, curvature: x + rate * curvature * x, "uphill"),
    ("gd_step", lambda x, rate, curvature: x - rate * x, "curvature is forgotten"),
    ("gd_step", lambda x, rate, curvature: x - curvature * x, "rate is forgotten"),
    ("gd_step", lambda x, rate, curvature: -rate * curvature * x, "step is returned"),
    ("gd_step", lambda x, rate, curvature: rate * curvature * x, "step is returned"),
    ("gd_step", lambda x, rate, curvature: x - rate * curvature * x ** 2 / 2, "loss is used instead"),
    ("gd_step", lambda x, rate, curvature: x - rate * 2 * curvature * x, "½ is forgotten"),
    ("gd_step", lambda x, rate, curvature: 0.0, "same answer whatever"),
    ("critical_rate", lambda h: 2 / np.linalg.eigvalsh(h).min(), "smallest curvature"),
    ("critical_rate", lambda h: 1 / np.linalg.eigvalsh(h).max(), "1 divided by the largest"),
    ("critical_rate", lambda h: 2 / np.trace(h), "sum of the diagonal"),
    ("critical_rate", lambda h: 2 / h.diagonal().max(), "number on the diagonal"),
    ("critical_rate", lambda h: 2 / np.linalg.eigvalsh(h).mean(), "mean curvature"),
    ("critical_rate", lambda h: np.linalg.eigvalsh(h).max(), "curvature itself"),
    ("escape_time", escape(lambda z: abs(z) >= 2), "at 2"),
    ("escape_time", escape(first=0), "counting starts at 0"),
    ("escape_time", escape(lambda z: complex(z).real > 2), "real part"),
    ("escape_time", escape(nothing="most"), "returned as `most`"),
    ("escape_time", escape(look_first=True), "before the step"),
    ("escape_time", escape(lambda z: abs(z) ** 2 > 2), "square of the size"),
    ("escape_time", escape(nothing=0), "returned as 0"),
    ("escape_time", last_left_out, "last iterate is left out"),
    ("escape_time", lambda c, most: None if escape_time(c, most) < 0 else escape_time(c, most), "nothing is returned"),
    ("neck_number", lambda eps: escape_time(-0.75 + 1j * eps, 10_000), "not multiplied"),
    ("neck_number", lambda eps: eps * escape_time(0.25 + eps, 10_000), "1/4"),
    ("neck_number", lambda eps: eps ** 0.5 * escape_time(0.25 + eps, 10_000), "1/4"),
    ("neck_number", lambda eps: eps * escape_time(-0.75 + eps, 10_000), "along the real axis"),
    ("neck_number", lambda eps: math.pi, "π itself"),
    ("neck_number", lambda eps: eps * escape_time(-0.75 + 1j * eps, 1000), "loop ends before"),
    ("neck_number", lambda eps: eps * escape(nothing="most")(-0.75 + 1j * eps, 1000), "loop ends before"),
    ("lyapunov", exponent(start=0.5, log=lambda s: math.log(s) if s else -700), "start 1/2"),
    ("lyapunov", exponent(mean=log_of_mean), "logarithm of the mean"),
    ("lyapunov", exponent(log=math.log2), "base 2"),
    ("lyapunov", exponent(log=math.log10), "base 10"),
    ("lyapunov", exponent(burn=0, steps=60), "first ones are counted"),
    ("lyapunov", exponent(burn=0), "first ones are counted"),
    ("lyapunov", exponent(slope=lambda r, x: r * (1 - x)), "r (1 − x)"),
    ("lyapunov", exponent(slope=lambda r, x: 1 - 2 * x), "r of the derivative"),
    ("lyapunov", exponent(mean=lambda slopes: sum(map(math.log, slopes))), "not divided"),
    ("lyapunov", lambda r: math.log(abs(2 - r)), "fixed point"),
    ("lyapunov", lambda r: exponent(slope=lambda r, x: r * (1 - 2 * x))(r) * 3 + 1, None),
    ("magnet_outcome", magnet(lambda z: "one"), "not to run away"),
    ("magnet_outcome", magnet(lambda z: "one" if abs(z - 1) < 1e-8 else "infinity"), "not to arrive"),
    ("magnet_outcome", magnet(lambda z: "one" if abs(z) < 1e-8 else "neither"), "distance to 0"),
    ("magnet_outcome", magnet(power=1), "outer square"),
    ("magnet_outcome", magnet(far=2), "leaving at 2"),
    ("magnet_outcome", magnet(far=math.inf), "only after the loop"),
    ("magnet_outcome", magnet(lambda z: "one" if z == 1 else "neither"), "too strictly"),
    ("magnet_outcome", magnet(steps=30), "too few steps"),
    ("magnet_outcome", lambda c: "one", "same answer"),
    ("newton_step", newton(+1), "added"),
    ("newton_step", newton(over=lambda p, q: q / p), "upside down"),
    ("newton_step", newton(take=lambda p: p[::-1]), "wrong end"),
    ("newton_step", lambda z, coefficients: z - (z ** 3 - 1) / (3 * z ** 2), "z³ − 1"),
    ("newton_step", newton(slope=lambda p: p[:-1]), "without its factors"),
    ("newton_step", lambda z, p: -np.polyval(p, z) / np.polyval(np.polyder(p), z), "step is returned"),
    ("newton_step", lambda z, p: (z - np.polyval(p, z) / np.polyval(np.polyder(p), z)).real, None),
    ("mismatches", turned(then=lambda k: k), "colours turn"),
    ("mismatches", turned(then=lambda k: k + 1), "root 3"),
    ("mismatches", turned(omega=np.exp(120j)), "radians"),
    ("mismatches", turned(omega=1 / OMEGA), "the other"),
    ("mismatches", turned(then=lambda k: (k - 1) % 3), "the other"),
    ("mismatches", turned(count=np.mean), "share"),
    ("mismatches", turned(count=lambda differ: differ), "array is returned"),
    ("mismatches", turned(count=lambda differ: int((~differ).sum())), "points that agree"),
    ("largest_step", lambda m: 2, "simple one"),
    ("largest_step", lambda m: 4, "double root"),
    ("largest_step", lambda m: m, "fastest"),
    ("largest_step", lambda m: 2 / m, "2 divided by m"),
    ("largest_step", lambda m: 1.0, "same answer"),
    ("slope", lambda levels, counts: np.polyfit(levels, np.log(counts), 1)[0], "natural"),
    ("slope", lambda levels, counts: np.polyfit(levels, np.log10(counts), 1)[0], "base 10"),
    ("slope", lambda levels, counts: np.log2(counts[-1] / counts[0]) / (levels[-1] - levels[0]), "two end points"),
    ("slope", lambda levels, counts: np.polyfit(levels, counts, 1)[0], "no logarithm"),
    ("slope", lambda levels, counts: np.polyfit(np.log2(counts), levels, 1)[0], "swapped"),
    ("slope", lambda levels, counts: np.polyfit(levels, np.log2(counts), 1)[1], "height of the line"),
    ("slope", lambda levels, counts: np.polyfit(levels, np.log2(counts), 1), "slope and height"),
    ("slope", lambda levels, counts: tuple(np.polyfit(levels, np.log2(counts), 1)), "slope and height"),
    ("bound", lambda n, e, w: pulled(n, e, w) / (1 - (1 - 2 * n)), "bars"),
    ("bound", lambda n, e, w: n * e / w / (1 - abs(1 - 2 * n)), "2π is forgotten"),
    ("bound", lambda n, e, w: n * e / (1 - abs(1 - 2 * n)), "height for its slope"),
    ("bound", lambda n, e, w: 2 * math.pi * e / w / (1 - abs(1 - 2 * n)), "rate in front"),
    ("bound", pulled, "one step only"),
    ("next_pair", new_p_first, "new p"),
    ("next_pair", lambda p, s, n: next_pair(p, s, -n), "uphill"),
    ("next_pair", lambda p, s, n: (p - n * (p - 1) * s, s - 4 * n * (p - 1) * p), "η² are forgotten"),
    ("next_pair", lambda p, s, n: (next_pair(p, s, n)[0], s - 2 * n * (p - 1) * p + (n * (p - 1)) ** 2 * s), "2 instead of 4"),
    ("next_pair", lambda p, s, n: next_pair(p, s, n)[::-1], "swapped"),
    ("next_pair", lambda p, s, n: next_pair(p, s, n)[0], "wrong shape"),
    ("largest_start", lambda n: (2 + n) / n, "square root is forgotten"),
    ("largest_start", lambda n: math.sqrt((2 - n) / n), "minus for plus"),
    ("largest_start", lambda n: 1, "fixed point"),
    ("largest_start", lambda n: math.sqrt(2 / n), "2 is left alone"),
    ("lyapunov_tied", lambda n: math.log(2), "ln 2"),
    ("lyapunov_tied", lambda n: math.log(2) if n == 2 else tied()(n), "ln 2"),
    ("lyapunov_tied", tied(start=0), "stays: 0"),
    ("lyapunov_tied", tied(start=1), "stays: 1"),
    ("lyapunov_tied", tied(mean=log_of_mean), "logarithm of the mean"),
    ("lyapunov_tied", tied(log=math.log2), "base 2"),
    ("lyapunov_tied", tied(mean=lambda slopes: sum(map(math.log, slopes))), "not divided"),
    ("lyapunov_tied", tied(burn=0, steps=30), "first ones are counted"),
    ("lyapunov_tied", tied(burn=0, steps=20_000), "first ones are counted"),
]
WRONG_NUMBERS = [
    ("doublings", (2.98, 3.45), "slow is taken for two"), ("doublings", (3, 3.544), "next doubling"),
    ("doublings", (3, 3.57), "pile up"), ("doublings", (2, 2.449), "η is given"), ("doublings", (3.45, 3.0), "swapped"),
    ("doublings", (3.449, 3.544), "one doubling too late"), ("doublings", (3, 3.44), "slow is taken for four"),
    ("doublings", (1, 3), "life begins"), ("doublings", (3, 3.236), "fastest two-cycle"), ("doublings", (0.1, 3.5), None),
    ("mandelbrot_area", (1.5222, "too big"), "dwell limit"), ("mandelbrot_area", (0.7533, "too big"), "mirrored half"),
    ("mandelbrot_area", (206700, "too big"), "not their size"), ("mandelbrot_area", (0.2067, "too big"), "share"),
    ("mandelbrot_area", (1.507, "too small"), "not left yet"), ("mandelbrot_area", (1.507, "wide"), "wrong kind"),
    ("mandelbrot_area", (12.0, "too big"), None),
    ("period_three", (4.2,), "outside"), ("period_three", (3.85,), "own doublings"), ("period_three", (3.74,), "period 5"),
    ("period_three", (3.9,), "chaos"), ("period_three", (3.2,), "before chaos"), ("period_three", (3.828,), "almost three"),
    ("period_three", (3.6275,), "period 6"),
    ("threshold", (1 / (4 * math.pi ** 2),), "2 of the parabola"), ("threshold", (1 / math.pi ** 2,), "one 2 too many"),
    ("threshold", (1 / (2 * math.pi),), "π is not squared"), ("threshold", (0.005066,), "ε/λ instead"),
    ("threshold", (20,), "own road"), ("threshold", (0.3,), None), ("threshold", (-20,), "not positive"),
    ("period_three", (-1,), "outside"),
]


@pytest.mark.parametrize("name, function, fragment", WRONG)
def test_wrong_functions_are_recognised(name, function, fragment, seed):
    assert_wrong(getattr(checks, name)(function), fragment)


@pytest.mark.parametrize("name, numbers, fragment", WRONG_NUMBERS)
def test_wrong_numbers_are_recognised(name, numbers, fragment):
    assert_wrong(getattr(checks, name)(*numbers), fragment)


def test_three_typical_mistakes_at_least_of_each():
    named = [name for name, _, fragment in WRONG + WRONG_NUMBERS if fragment]
    assert all(named.count(name) >= 3 for name in FIRST_HALF)


def test_where_no_mistake_fits_it_says_so():
    result = checks.gd_step(lambda x, rate, curvature: x - 3 * rate * curvature * x)
    assert result.misconception is None and "None of the typical mistakes" in result.text
    factor = checks.critical_rate(lambda h: 3 / np.linalg.eigvalsh(h)[-1])
    assert "always 1.5 times the right ones" in factor.text
    assert "other sign" in checks.critical_rate(lambda h: -2 / np.linalg.eigvalsh(h)[-1]).text


def test_a_misplaced_square_is_told(seed):
    assert "squares what is below the line" in checks.magnet_outcome(lower_square).text         # nearly always "neither"


def test_an_approximation_is_told_as_one():
    for step in (lambda x, n, k: float(np.float32(x - n * k * x)), lambda x, n, k: (x - n * k * x) * 1.0001):
        text = checks.gd_step(step).text
        assert "nearly right" in text and "float32" in text and "times the right" not in text


def test_no_wrong_number_is_answered_with_a_right_one():
    for name, numbers, _ in [*WRONG_NUMBERS, ("mandelbrot_area", (1.51, "too small"), None)]:
        said = repr(getattr(checks, name)(*numbers))
        for said_number in map(float, re.findall(r"\d+\.\d+", said)):
            if name in ("period_three", "threshold"):
                assert getattr(checks, name)(said_number).outcome == "wrong", said
            elif name == "mandelbrot_area":
                assert said_number in numbers or checks.mandelbrot_area(said_number, "too big").outcome == "wrong", said
            else:
                assert said_number in numbers or checks.doublings(3, said_number).outcome == "wrong", said
        assert not re.search("√6|√8|3.8284|1/\\(2π²", said) or numbers[0] == 2, said


def test_every_check_says_what_it_takes_and_gives():
    for name in (*FUNCTIONS, *{name for name, _ in RIGHT_NUMBERS}):
        assert "Parameters\n-------" in getattr(checks, name).__doc__ and "Returns\n-------" in getattr(checks, name).__doc__


def test_the_closest_mistake_is_named_where_it_explains_most():
    def nearly(x, rate, curvature):
        return x - rate * x if x > 0 else x - curvature * x + 1
    assert "Closest is “the curvature is forgotten”" in checks.gd_step(nearly).text


# ---------------------------------------------------------------- whatever else a learner may hand in

@pytest.mark.parametrize("name", FUNCTIONS)
def test_whatever_a_function_does_there_is_a_sentence(name):
    assert_whatever(getattr(checks, name))


@pytest.mark.parametrize("name, count", [("doublings", 2), ("mandelbrot_area", 2), ("period_three", 1), ("threshold", 1)])
def test_numbers_that_are_none_are_refused(name, count):
    check = getattr(checks, name)
    for empty in (..., None):
        assert check(*[empty] * count).outcome == "not attempted"
    for bad in ("3", float("nan"), float("inf"), [3], np.zeros(2), 1j, True, abs, {}):
        result = check(*[bad] * count)
        assert result.outcome == "wrong" and result.misconception, (bad, result)


def test_an_empty_stub_is_not_attempted_and_a_forgotten_return_is_wrong():
    def stub(x, rate, curvature):
        """One step."""
        pass

    def forgotten(x, rate, curvature):
        print(x - rate * curvature * x)

    assert checks.gd_step(stub).outcome == "not attempted" and "no lines of its own" in checks.gd_step(stub).text
    result = checks.gd_step(forgotten)
    assert result.misconception == "nothing is returned" and "It prints" in result.text


def test_an_error_is_told_with_its_line():
    def gd_step(x, rate, curvature):
        slope = curvatur * x            # noqa: F821
        return x - rate * slope
    text = checks.gd_step(gd_step).text
    assert "NameError" in text and "curvatur" in text and "`slope = curvatur * x" in text and "spelt" in text


def test_complex_numbers_are_refused_where_real_ones_are_meant_and_taken_where_not():
    result = checks.gd_step(lambda x, rate, curvature: x + 1j)
    assert result.misconception == "an answer of the wrong kind" and "`.real`" in result.text


def test_a_logarithm_of_nothing_is_explained():
    for function in (exponent(start=0.5, burn=0), lambda r: math.log(r * -1)):
        assert "not start at 1/2" in checks.lyapunov(function).text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "not start at 1/2" in checks.lyapunov(lambda r: np.log(np.float64(-r))).text


    tied_text = checks.lyapunov_tied(tied(slope=lambda n, x: -1, log=lambda s: math.log(-s))).text
    assert "abs(...)" in tied_text and "√((1 + η)/(3η))" in tied_text and "1/2" not in tied_text


def test_coefficients_instead_of_a_slope_are_explained():
    text = checks.newton_step(lambda z, p: z - np.polyval(p, z) / np.polyder(p)).text
    assert "wanted is one number" in text and "put z in with `np.polyval`" in text


def test_settings_of_numpy_do_not_leak():
    def gd_step(x, rate, curvature):
        np.seterr(all="raise")
        return x - rate * curvature * x
    before = np.geterr()
    trial.Trial(gd_step, "gd_step(x, rate, curvature)")(1.0, 0.1, 1.0)
    assert np.geterr() == before


def test_an_input_that_is_changed_is_told():
    def critical_rate(hessian):
        hessian *= 2
        return 4 / np.linalg.eigvalsh(hessian)[-1]
    assert checks.critical_rate(critical_rate).misconception == "the input array is changed"


def test_what_is_printed_is_kept_from_the_screen_and_mentioned(capsys):
    def gd_step(x, rate, curvature):
        print("step!" * 1000)
        return x - rate * curvature * x
    result = checks.gd_step(gd_step)
    assert result.outcome == "right" and "also printed 'step!" in result.text and len(result.text) < 500
    assert capsys.readouterr().out == ""


def test_an_answer_that_changes_from_call_to_call_is_told():
    import random
    assert "changes from call" in checks.gd_step(lambda x, rate, curvature: random.random()).misconception
    calls = []

    def remembers(x, rate, curvature):
        calls.append(x)
        return x - rate * curvature * x * (1 if len(calls) <= 30 else 1.1)
    assert checks.gd_step(remembers).misconception == "the answer depends on earlier calls"


def test_a_random_start_is_allowed_where_it_does_not_matter():
    rng = np.random.default_rng(0)
    assert checks.lyapunov(lambda r: exponent(start=rng.uniform(0.1, 0.4), steps=20_000)(r)).outcome == "right"


# ---------------------------------------------------------------- endless loops

def endless(*inputs):
    while True:
        pass


def stubborn(*inputs):
    n = 0
    while True:
        try:
            n += 1
        except:             # noqa: E722
            pass


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(trial, "LIMIT", 0.3)


@pytest.mark.parametrize("function", [endless, stubborn, njit(endless)])
@pytest.mark.parametrize("name", ["gd_step", "escape_time", "mismatches", "magnet_outcome"])
def test_an_endless_loop_is_stopped(name, function, impatient):
    assert_stopped(getattr(checks, name), function)


def assert_stopped(check, function):
    began = time.monotonic()
    result = check(function)
    assert time.monotonic() - began < 2
    assert result.outcome == "wrong" and "endless" in result.misconception and "It was stopped" in result.text


def test_a_learner_waits_less_than_five_seconds():
    began = time.monotonic()
    assert "4 seconds" in checks.gd_step(endless).text
    assert time.monotonic() - began < 6


def sleepy(*inputs):
    while True:
        try:
            time.sleep(0.2)
        except:             # noqa: E722
            pass


def recursive(*inputs):
    try:
        return recursive(*inputs)
    except:                 # noqa: E722
        return recursive(*inputs)


@njit
def compiled_endless(x):
    while x == x:
        x += 0.0
    return x


class Never:
    def __float__(self):
        endless()

    def __repr__(self):
        endless()


class NeverShown:
    def __repr__(self):
        endless()


HANGING = {
    "a ring caught in its sleep": sleepy, "calls that catch": recursive,
    "a compiled helper": lambda x, *others: compiled_endless(1.0),
    "a sum": lambda *inputs: sum(itertools.count()), "a maximum": lambda *inputs: max(iter(int, 1)),
    "a search": lambda *inputs: -1 in itertools.count(), "no float": lambda *inputs: Never(),
    "no words": lambda *inputs: NeverShown()}


@pytest.fixture
def guarded():
    """The test fails, and goes on, should a check not come back."""
    def ring(*_):
        raise AssertionError("the check did not come back")
    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def left_behind():
    """(children, open files) of this process."""
    try:
        children = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        children = None
    return children, len(os.listdir("/proc/self/fd"))


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a check has no process of its own")


@on_linux
@pytest.mark.parametrize("function", HANGING.values(), ids=HANGING)
def test_what_cannot_be_stopped_from_inside_is_stopped_from_outside(function, impatient, guarded, monkeypatch):
    monkeypatch.setattr(child, "PATIENCE", 1.0)
    compiled_endless.compile("float64(float64)")
    before = left_behind()
    result = checks.gd_step(function)
    assert result.outcome == "wrong" and "endless" in result.misconception and "stopped from outside" in result.text
    assert left_behind() == before
    assert answers.kept("01-one-loop", "exercises", "gd_step")["outcome"] == "wrong"


@on_linux
def test_a_function_that_ends_python_ends_only_its_child(capfd):
    for ends in (lambda *_: os._exit(0), lambda *_: os.kill(os.getpid(), signal.SIGKILL), lambda *_: os.closerange(3, 200)):
        before = left_behind()
        result = checks.largest_step(ends)
        assert result.outcome == "wrong" and result.misconception == "it ends Python itself"
        assert left_behind() == before
    checks.largest_step(lambda m: os.write(1, b"seen") and os.system("echo seen") or sys.__stderr__.write("seen"))
    assert capfd.readouterr() == ("", "")


@on_linux
def test_without_a_process_to_be_had_the_check_goes_on(monkeypatch):
    def fork():
        raise BlockingIOError
    monkeypatch.setattr(os, "fork", fork)
    before = left_behind()
    assert checks.gd_step(RIGHT[0][1]).outcome == "right"
    assert left_behind() == before and signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


@on_linux
def test_the_interrupt_button_ends_the_check_and_its_child(guarded):
    before = left_behind()
    button = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    button.start()
    with pytest.raises(KeyboardInterrupt):
        checks.gd_step(sleepy)
    button.join()
    assert left_behind() == before and signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


@pytest.fixture
def together(monkeypatch):
    """As on macOS and Windows: the check runs in the notebook's own process."""
    monkeypatch.setattr(child, "possible", lambda: False)


def test_in_the_notebooks_own_process_all_is_the_same(together, impatient):
    assert checks.gd_step(RIGHT[0][1]).outcome == "right" and "uphill" in checks.gd_step(WRONG[0][1]).misconception
    assert_stopped(checks.gd_step, endless)
    assert "it raises Ending" in checks.gd_step(ending).misconception
    with pytest.raises(KeyboardInterrupt):
        checks.gd_step(lambda x, rate, curvature: signal.raise_signal(signal.SIGINT))


def test_endless_printing_is_mentioned(impatient):
    def gd_step(x, rate, curvature):
        while True:
            print("here", end=" ")
    text = checks.gd_step(gd_step).text
    assert "It was stopped" in text and "also printed 'here here" in text and len(text) < 600


@pytest.mark.parametrize("function", [endless, stubborn])
def test_an_endless_loop_is_stopped_in_a_thread_too(function, impatient):
    found = []
    thread = threading.Thread(target=lambda: found.append(checks.gd_step(function)))
    thread.start()
    thread.join(5)
    assert "It was stopped" in found[0].text


def test_without_the_timer_of_unix_it_is_stopped_too(monkeypatch, impatient, together):
    monkeypatch.delattr(signal, "setitimer")
    assert_stopped(checks.gd_step, endless)
    assert checks.gd_step(RIGHT[0][1]).outcome == "right"
    assert "ZeroDivisionError" in checks.gd_step(lambda x, rate, curvature: 1 / 0).misconception


def test_what_could_not_be_stopped_is_said(monkeypatch, impatient, together):
    monkeypatch.delattr(signal, "setitimer")
    monkeypatch.setattr(trial, "GRACE", 0.1)
    result = checks.gd_step(lambda x, rate, curvature: time.sleep(1))
    assert "still runs in the background: restart the kernel" in result.text


def test_what_must_be_compiled_is_made_ready_in_the_notebooks_own_process():
    """What a child compiles is lost with it, and takes longer than a check waits."""
    made = []
    check = compare.prepared(lambda: made.append(os.getpid()))(checks.gd_step)
    assert check(lambda x, rate, curvature: x - rate * curvature * x).outcome == "right" and made == [os.getpid()]


def test_many_slow_calls_share_one_limit(impatient):
    def slow(x, rate, curvature):
        time.sleep(0.05)
        return x - rate * curvature * x
    began = time.monotonic()
    assert "all calls of this check together" in checks.gd_step(slow).text
    assert time.monotonic() - began < 1


def test_the_old_timer_and_its_handler_are_put_back(impatient, together):
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.6)
        checks.gd_step(endless)
        assert not rung
        time.sleep(0.6)
        assert rung
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_learners_own_interrupt_goes_through():
    def interrupted(x, rate, curvature):
        signal.raise_signal(signal.SIGINT)
        return x
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyboardInterrupt):
        checks.gd_step(interrupted)
    assert signal.getsignal(signal.SIGALRM) is before and sys.stdout is not None


# ---------------------------------------------------------------- results

def test_a_result_is_frozen_and_shows_itself():
    right, not_yet, wrong = (checks.gd_step(f) for f in (RIGHT[0][1], ..., WRONG[0][1]))
    with pytest.raises(AttributeError):
        right.outcome = "wrong"
    assert repr(right).startswith("✓ Right: gd_step. 30 hidden cases")
    assert repr(not_yet).startswith("○ Not attempted yet: gd_step.")
    assert "Likely mistake: uphill" in repr(wrong) and "Input: x = " in repr(wrong) and "Expected: " in repr(wrong)
    for result, word in ((right, "✓ Right"), (not_yet, "○ Not attempted"), (wrong, "✗ Not right yet")):
        page = result._repr_html_()
        assert word in page and 'role="status"' in page and f'data-outcome="{result.outcome}"' in page


def test_what_a_learner_returns_cannot_break_the_page():
    class Odd:
        def __repr__(self):
            raise RuntimeError
    assert "&lt;b&gt;" in checks.threshold("<b>`x`</b>")._repr_html_()
    assert "Odd" in repr(checks.gd_step(lambda x, rate, curvature: Odd()))


def test_answers_are_noted_with_their_source():
    def gd_step(x, rate, curvature):
        return x + rate * curvature * x
    checks.gd_step(...)
    assert answers.kept("01-one-loop", "exercises", "gd_step")["outcome"] == "not attempted"
    checks.gd_step(gd_step)
    entry = answers.kept("01-one-loop", "exercises", "gd_step")
    assert entry["outcome"] == "wrong" and "return x + rate" in entry["source"] and "uphill" in entry["misconception"]
    checks.gd_step(...)             # a notebook begun anew
    assert answers.kept("01-one-loop", "exercises", "gd_step")["outcome"] == "wrong"
    checks.doublings(3, 3.45)
    assert answers.kept("01-one-loop", "exercises", "doublings")["source"] == "3, 3.45"


def test_a_check_called_without_an_argument_is_pythons_own_error():
    with pytest.raises(TypeError, match="missing"):
        checks.gd_step()


# ---------------------------------------------------------------- the checks' own truths

def test_the_magnets_outcomes_are_the_packages(seed):
    rng = np.random.default_rng(5)
    c = rng.uniform(-2.2, 4.2, 400) + 1j * rng.uniform(-3.2, 3.2, 400)
    assert sum(magnet_outcome(z) == magnet_by_kernel(z) for z in c) >= 396


def test_escape_times_are_the_packages():
    from fractaledu.checks import mandelbrot
    for c in mandelbrot.TOUCHING:
        for most in (1, 2, 40):
            assert mandelbrot._escape_time(c, most) == fe.rendering.runs(fe.mandelbrot(), c.real, c.imag, most)["departure"]


def test_the_counts_of_the_barcode_are_those_that_the_package_finds():
    from fractaledu.checks import bumpy_road
    problem = fe.bumpy("multiplied", axes=("rate", "epsilon"), start=1, wavelength=0.1)
    rates = np.arange(2 ** 12) * 1.5 / 2 ** 12
    gone = fe.rendering.runs(problem, rates, 0.2)["departure"] >= 0
    for level, count in zip(bumpy_road.LEVELS[:5], bumpy_road.COUNTS[:5], strict=True):
        assert abs(np.count_nonzero(np.diff(gone[::2 ** (12 - level)])) - count) <= max(2, 0.05 * count)
