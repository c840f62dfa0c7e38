"""Views: where pixels lie, and when float64 can no longer tell them apart."""
import math

import numpy as np
import pytest

from fractaledu.view import View, check_size

LOG = {"x_scale": "log10", "y_scale": "log10"}


def test_centres_lie_half_a_pixel_inside():
    x, y = View((0, 4), (-1, 1)).positions((4, 2))
    np.testing.assert_array_equal(x, [0.5, 1.5, 2.5, 3.5])
    np.testing.assert_array_equal(y, [-0.5, 0.5])           # row 0 is the lowest


def test_endpoints_are_those_of_numpy():
    x, y = View((1e-3, 1e6), (-1, 1), "log10", sampling="endpoint").positions((20, 5))
    np.testing.assert_array_equal(x, np.logspace(-3, 6, 20))
    np.testing.assert_array_equal(y, np.linspace(-1, 1, 5))


@pytest.mark.parametrize("sampling", ["centre", "endpoint"])
def test_one_pixel_is_inside(sampling):
    x, _ = View((2, 8), (0, 1), "log10", sampling=sampling).positions((1, 1))
    assert 2 <= x[0] <= 8


@pytest.mark.parametrize("width", [9, 1, 1e-3, 1e-9, 1e-12])
def test_log_samples_are_even_in_logarithms(width):
    view = View.around(20.0, 300.0, width, "log10")
    x, _ = view.positions((64, 64))
    exact = 20.0 * np.exp(np.longdouble(math.log(10) * width) * (np.arange(64) + 0.5 - 32) / 64)
    assert np.abs((x - exact) / exact).max() < 3e-16 * (1 + 2 * width)


def test_zooming_in_and_out_comes_back():
    view = View((0.1, 100), (-2, 1), "log10")
    back = view.zoom(8, at=(3, 0.5)).zoom(1 / 8, at=(3, 0.5))
    np.testing.assert_allclose([*back.x, *back.y], [*view.x, *view.y], rtol=1e-13)


def test_the_point_zoomed_at_stays():
    view, at = View((1, 1e4), (1, 1e4), **LOG), (30.0, 2000.0)
    near = view.zoom(4, at)
    for bounds, now, point in ((view.x, near.x, 30.0), (view.y, near.y, 2000.0)):
        before = math.log(point / bounds[0]) / math.log(bounds[1] / bounds[0])
        assert math.log(point / now[0]) / math.log(now[1] / now[0]) == pytest.approx(before, rel=1e-12)
    assert near.zoom(2).centre == pytest.approx(near.centre, rel=1e-14)


def test_panning_moves_by_widths():
    assert View((0, 2), (0, 1)).pan(0.5, -1).x == (1, 3)
    moved = View((1, 100), (1, 10), **LOG).pan(0.5, 1)
    assert moved.x == pytest.approx((10, 1000)) and moved.y == pytest.approx((10, 100))


def test_zoom_by_two_keeps_the_samples():
    """Four pixels of a view are the middle ones of the view twice as wide, at half the spacing: no half-pixel shift."""
    wide, near = View((0, 8), (0, 8)), View((2, 6), (2, 6))
    np.testing.assert_array_equal(wide.positions((16, 1))[0][4:12], near.positions((8, 1))[0])


@pytest.mark.parametrize(("width", "distinct"), [(1e-12, 512), (1e-13, 512), (1e-14, 163)])
def test_distinct_rates_in_a_row(width, distinct):
    """512 rates stay apart down to 1e-13 decades around 200.36 (10**x: 227); then every float64 there is used.

    Row 49 has 131 to 134 at 1e-14, because it rounds 1 + d; the window holds 162 float64 steps.
    """
    x, _ = View.around(200.36, 200.36, width, "log10").positions((512, 512))
    assert len(np.unique(x)) == pytest.approx(distinct, abs=1)


def test_the_float_floor():
    assert not View((-2, 1), (-1, 1)).at_float_floor((512, 512))
    deep = View((-0.75, -0.75 + 1e-13), (0.1, 0.1 + 1e-13))
    assert deep.at_float_floor((512, 512))
    assert deep.spacing_in_ulps((512, 512)) == pytest.approx(1e-13 / 512 / np.spacing(0.75), rel=2e-2)
    # a point near 0 on one axis does not help: z mixes the two parts
    assert View((0, 1e-14), (1, 1 + 1e-14)).at_float_floor((64, 64))


@pytest.mark.parametrize(("arguments", "message"), [
    ({"x": (math.nan, 1)}, "x must have finite bounds"), ({"x": (0, math.inf)}, "x must have finite bounds"),
    ({"x": (1, 0)}, "x must have its low bound below its high bound, got (1.0, 0.0)"),
    ({"y": (1, 1)}, "y must have its low bound below"), ({"x": (0, 1), "x_scale": "log10"}, "x must have positive bounds"),
    ({"y": (-1, 1), "y_scale": "log10"}, "y must have positive bounds on a log10 axis, got (-1.0, 1.0)"),
    ({"x_scale": "log"}, 'x_scale must be "linear" or "log10", got \'log\''), ({"sampling": "edge"}, "sampling must be"),
    ({"x": 3}, "x must be two numbers"), ({"x": "ab"}, "x must be two numbers"), ({"x": (1, 2, 3)}, "x must be two numbers"),
    ({"x": (-1.7e308, 1.7e308)}, "x must span less")])
def test_bad_bounds_are_refused(arguments, message):
    import re
    with pytest.raises(ValueError, match=re.escape(message)):
        View(**({"x": (0.5, 1), "y": (0.5, 1)} | arguments))


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (10 ** 6, 5), (30_000, 30_000), 5, (2.5, 3), ("a", 3), (1, 2, 3),
                                  (math.nan, 3), (math.inf, 3), None])
def test_bad_sizes_are_refused(size):
    with pytest.raises(ValueError, match="size must be"):
        check_size(size)


@pytest.mark.parametrize("factor", [0, -1, math.nan, math.inf])
def test_bad_zoom_factors_are_refused(factor):
    with pytest.raises(ValueError, match="factor must be positive and finite"):
        View((0, 1), (0, 1)).zoom(factor)
    with pytest.raises(ValueError, match="width must be positive"):
        View.around(0, 0, factor)
