"""exp and tanh for several lanes, against mpmath's and numpy's long double."""
import mpmath
import numpy as np
import pytest
from numba import njit

from fractaledu import elementary, simd, trigonometry
from fractaledu.simd import WIDTH, load, store


def on_arrays(function):
    @njit
    def run(x, y):
        for i in range(0, x.size, WIDTH):
            store(y, i, function(load(x, i)))

    def call(x):
        padded = np.zeros(-(-len(x) // WIDTH) * WIDTH)
        padded[:len(x)] = x
        y = np.empty_like(padded)
        run(padded, y)
        return y[:len(x)]
    return call


@njit
def _inverse_root(x):
    return elementary.root_and_inverse(x)[1]


@njit
def _root(x):
    return elementary.root_and_inverse(x)[0]


tanh, exp, root, inverse_root = map(on_arrays, (elementary.tanh, elementary.exp, _root, _inverse_root))
sin, cos, log = on_arrays(trigonometry.sin), on_arrays(trigonometry.cos), on_arrays(simd.log)


def ulps(found, exact):
    """Distance in units in the last place of the exact value."""
    rounded = exact.astype(float)
    return (np.abs(found.astype(np.longdouble) - exact) / np.spacing(np.abs(rounded))).astype(float)


def exactly(name, x):
    """The function to 30 digits, as float64 plus what float64 loses, in long double."""
    with mpmath.workdps(30):
        values = [getattr(mpmath, name)(mpmath.mpf(float(v))) for v in x]
        high = np.array([float(v) for v in values])
        return high.astype(np.longdouble) + np.array([float(v - mpmath.mpf(float(h)))
                                                      for v, h in zip(values, high, strict=True)])


def points(low, high, n):
    return np.random.default_rng(0).uniform(low, high, n)


@pytest.mark.parametrize(("low", "high"), [(0, 0.3), (0.25, 0.62), (0.6, 3), (3, 20), (-1, 1), (-700, 700)])
def test_tanh_is_right_to_2_ulp(low, high):
    x = points(low, high, 3000)
    assert ulps(tanh(x), exactly("tanh", x)).max() <= 2


@pytest.mark.parametrize("decade", range(-300, 0, 25))
def test_tanh_of_small_numbers_is_right_to_2_ulp(decade):
    x = 10.0 ** points(decade, decade + 1, 100)
    assert ulps(tanh(x), exactly("tanh", x)).max() <= 2


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-30, 30), (-708, 709)])
def test_exp_is_right_to_2_ulp(low, high):
    x = points(low, high, 3000)
    assert ulps(exp(x), exactly("exp", x)).max() <= 2


def test_exp_underflows_gradually():
    x = points(-745, -708.4, 1000)
    assert (np.abs(exp(x) - np.exp(x)) <= 2 * 5e-324).all()


def test_special_values():
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e-310])
    np.testing.assert_array_equal(tanh(x), [0.0, -0.0, 1.0, -1.0, np.nan, 5e-324, -5e-324, 1e-310])
    np.testing.assert_array_equal(np.signbit(tanh(x))[:2], [False, True])
    np.testing.assert_array_equal(exp(x), [1, 1, np.inf, 0, np.nan, 1, 1, 1])
    np.testing.assert_array_equal(exp(np.array([709.79, -745.2, 1e300, -1e300])), [np.inf, 0, np.inf, 0])


def test_tanh_is_odd_to_the_last_bit():
    x = points(0, 20, 1000)
    np.testing.assert_array_equal(tanh(-x), -tanh(x))


def test_comparisons_with_nan_are_false_but_for_unequal():
    @njit
    def compare(x, out):
        a = load(x, 0)
        out[0], out[1], out[2] = simd.bits(a < 1.0), simd.bits(a >= 1.0), simd.bits(a == a)
        out[3], out[4] = simd.bits(a != a), simd.bits(-a > 0.0)
    x, out = np.full(WIDTH, 2.0), np.empty(5, np.int64)
    x[:3] = [np.nan, 0.0, -1.0]
    compare(x, out)
    others = simd.ALL_LANES & ~0b111
    assert list(out) == [0b110, others, simd.ALL_LANES & ~1, 1, 0b100]


@pytest.mark.parametrize(("name", "ours"), [("sin", sin), ("cos", cos)])
def test_sine_and_cosine_are_right_to_2_ulp_however_large(name, ours):
    multiples = np.arange(1, 400) * (np.pi / 2)                     # where one of them is nearly 0
    for x in (points(-1, 1, 2000), points(-100, 100, 3000), points(-1e6, 1e6, 3000), points(9e8, 1.1e9, 1000), multiples,
              np.nextafter(multiples, 9e9), 10.0 ** points(-300, -3, 300), 10.0 ** points(9, 300, 300)):
        assert ulps(ours(x), exactly(name, x)).max() <= 2


def test_sine_and_cosine_keep_zero_nan_and_their_neighbours():
    x = np.array([0.0, -0.0, np.nan, np.inf, 1.0, 1e20, 2.0, -3.0])
    assert not np.signbit(sin(x)[0]) and np.signbit(sin(x)[1]) and np.isnan(sin(x)[2:4]).all() and np.isnan(cos(x)[2:4]).all()
    calm = np.where(np.abs(x) < 10, x, 0.5)
    np.testing.assert_array_equal(sin(x)[4:5], sin(calm)[4:5])      # a large neighbour changes no bit
    np.testing.assert_array_equal(cos(x)[6:], cos(calm)[6:])
    np.testing.assert_allclose(log(np.array([1.0, 2.0, 1e-300])), np.log([1.0, 2.0, 1e-300]), rtol=1e-15)


@pytest.mark.parametrize("decade", [-300, -8, 0, 1, 12, 300])
def test_roots_are_right_to_2_ulp(decade):
    x = 10.0 ** points(decade, decade + 1, 3000)
    exact = exactly("sqrt", x)
    assert ulps(root(x), exact).max() <= 2
    assert ulps(inverse_root(x), 1 / exact).max() <= 2


def test_roots_of_powers_of_4_are_exact():
    x = 4.0 ** np.array([-537, -530, -1, 0, 1, 300])
    assert (root(x) ** 2 == x).all() and (root(x) * inverse_root(x) == 1.0).all()


def test_roots_of_zero_and_of_what_is_not_finite():
    zero, *gone = np.array([0.0, np.inf, np.nan])
    assert root(np.array([zero])) == 0.0 and inverse_root(np.array([zero])) > 1e161
    assert not (root(np.array(gone)) < np.inf).any()
