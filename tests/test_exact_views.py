"""Views with a centre in decimals: arithmetic at any depth, against mpmath."""
from decimal import Decimal

import mpmath
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import decimals
from fractaledu.view import View

X = "48.354803705375262675668312279490061924712855271159634002807552469740067123456789012345678901234567890123456789"
Y = "0.00018196860056449303275315500583559922522551348615501432621222327826890345987654321098765432109876543210987654321"
DEEP = [1e-3, 1e-12, 1e-40, 1e-97]


def exact(half, scale="log10"):
    return View.around(X, Y, 2 * half, scale)


def true_point(view, u, v):
    """The point at fractions of a view, in 160 digits."""
    mpmath.mp.dps = 160
    found = []
    for name, f, half in zip("xy", (u, v), view.exact.half, strict=True):
        centre, by = mpmath.mpf(str(getattr(view.exact, name))), mpmath.mpf(half) * (2 * mpmath.mpf(f) - 1)
        found.append(centre * mpmath.mpf(10) ** by if getattr(view, name + "_scale") == "log10" else centre + by)
    return found


@pytest.mark.parametrize("scale", ["linear", "log10"])
@pytest.mark.parametrize("half", DEEP)
def test_points_are_right_to_many_digits_below_the_width(half, scale):
    view = exact(half, scale)
    for u, v in ((0.1, 0.9), (0.5, 0.5), (0.499999, 0.75)):
        for got, true in zip(view.point(u, v), true_point(view, u, v), strict=True):
            width = half * (float(true) if scale == "log10" else 1.0)
            assert abs(mpmath.mpf(str(got)) - true) < 1e-14 * width
        assert view.fraction(*view.point(u, v)) == pytest.approx((u, v), abs=1e-13)


@pytest.mark.parametrize("scale", ["linear", "log10"])
@pytest.mark.parametrize("half", DEEP)
def test_offsets_are_the_distances_of_the_samples(half, scale):
    view = exact(half, scale)
    point = view.point(0.3, 0.8)
    dx, dy = view.offsets((8, 5), point)
    assert dx.shape == (8,) and dy.shape == (5,) and (np.diff(dx) > 0).all() and (np.diff(dy) > 0).all()
    mpmath.mp.dps = 160
    for column in range(8):
        true = true_point(view, (column + 0.5) / 8, 0.5)[0] - mpmath.mpf(str(point[0]))
        assert dx[column] == pytest.approx(float(true), rel=1e-13)


@pytest.mark.parametrize("half", DEEP)
def test_moves_stay_exact_and_undo_each_other(half):
    view = exact(half)
    zoomed = view.zoom(8, at=view.point(0.9, 0.2))
    assert zoomed.fraction(*view.point(0.9, 0.2)) == pytest.approx((0.9, 0.2), abs=1e-12), "the point stays where it is"
    assert view.fractions_of(view.window(0.25, 0.5, 0.75, 0.625)) == pytest.approx((0.25, 0.5, 0.75, 0.625), abs=1e-12)
    there = view.pan(0.5, -0.25)
    assert there.fraction(*view.centre) == pytest.approx((0, 0.75), abs=1e-12)
    back = there.pan(-0.5, 0.25)
    assert back.exact.half == view.exact.half and view.fraction(*back.centre) == pytest.approx((0.5, 0.5), abs=1e-12)
    assert view.moved(view.centre, view.away(there.centre, view.centre)) == pytest.approx(there.centre)
    assert view.zoom(4).centre == view.centre, "not a digit of the centre is lost"


def test_a_deep_view_keeps_more_digits_than_its_width_needs():
    view = exact(1e-60).zoom(10, at=exact(1e-60).point(0.7, 0.7))
    assert len(view.centre[0].as_tuple().digits) >= 85
    out = view.zoom(1e-50)
    assert out.zoom(1e50).fraction(*view.centre) == pytest.approx((0.5, 0.5), abs=1e-9)


def test_the_same_rectangle_by_bounds_and_by_decimals():
    plain = View.around(48.25, 18.5, 1e-3, "log10")
    same = plain.exactly()
    assert same.plainly().x == pytest.approx(plain.x, rel=1e-15) and same.exactly() is same and plain.plainly() is plain
    for one, two in zip(plain.positions((7, 5)), same.positions((7, 5)), strict=True):
        np.testing.assert_allclose(one, two, rtol=3e-16)
    assert same.spacing_in_ulps((64, 64)) == pytest.approx(plain.spacing_in_ulps((64, 64)), rel=1e-9)
    point = tuple(map(Decimal, plain.centre))
    for one, two in zip(plain.offsets((7, 5), point), same.offsets((7, 5), point), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-14)
    with pytest.raises(ValueError, match="view must be one whose bounds float64 can tell apart"):
        exact(1e-40).plainly()


def test_samples_from_bound_to_bound():
    view = View.around(X, Y, 2e-30, "log10")
    ends = View(view.x, view.y, "log10", "log10", "endpoint", view.exact)
    dx, _ = ends.offsets((5, 3), ends.centre)
    assert dx[0] == pytest.approx(-1e-30 * np.log(10) * float(X), rel=1e-12) and dx[2] == 0 and dx[4] == pytest.approx(-dx[0])


def test_views_are_equal_by_their_numbers():
    assert View.around("1.50", "2", 1e-20) == View.around("1.5", "2.000", 1e-20)
    assert hash(View.around("1.50", "2", 1e-20)) == hash(View.around("1.5", "2.000", 1e-20))
    assert View.around("1.5", "2", 1e-20) != View.around("1.5", "2.00000000000000000000000001", 1e-20)


@pytest.mark.parametrize("value", ["1e-999999999", "1e999999999", "9" * 1001, "1" + "0" * 400, "--1", "1,5", "0x10", "Infinity",
                                   None, [1], 1j])
def test_hostile_numbers_are_refused_quickly(value):
    with pytest.raises(ValueError, match="^x must"):
        decimals.decimal("x", value)


def test_limits_speak_of_exact_views_too():
    found = fe.limits(exact(1e-40), (64, 64))
    assert found.decades < -20 and found.columns == 1
