"""What float64 resolves in a view, counted here by other means: with whole numbers of units in the last place."""
import dataclasses
import doctest
import math
import sys

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.limits import Limits, limits

ULP = math.ulp(1.5)


@pytest.mark.parametrize(("width", "distinct"), [(1e-12, 512), (1e-13, 512), (1e-14, 163)])
def test_distinct_rates_of_512_around_200_36(width, distinct):
    """All of them, until the window itself holds fewer float64 numbers (10**x would have 512, 227 and 23)."""
    view = fe.View.around(200.36, 200.36, width, "log10")
    found = limits(view, (512, 512))
    low, high = (np.float64(bound).view(np.int64) for bound in view.x)      # positive numbers are in the order of their bits
    assert found.columns == found.rows == distinct <= high - low + 1
    assert distinct == 512 or distinct >= high - low                        # the samples lie half a pixel inside the bounds
    assert found.decades == pytest.approx(math.log10(width / 512 * math.log(10) * 200.36 / math.ulp(200.36) / 4), abs=1e-3)


@pytest.mark.parametrize(("units", "columns"), [(10, 384), (100, 384), (382, 384), (1536, 384), (6, 1), (4, 64)])
def test_a_linear_row_has_as_many_values_as_whole_ulps_that_its_samples_round_to(units, columns):
    view = fe.View((1.5, 1.5 + units * ULP), (1.25, 1.75))
    steps = {round(units * (2 * i + 1) / (2 * columns) - units / 2) for i in range(columns)}
    found = limits(view, (columns, 8))
    assert found == Limits(len(steps), 8, pytest.approx(units / columns), pytest.approx(math.log10(units / columns / 4)))


def test_an_axis_through_0_has_numbers_enough_but_counts_in_the_ulps_of_the_other():
    """The real and the imaginary part are one number: 384 values of one do not help where the other has 46."""
    found = limits(fe.View((-1e-14, 1e-14), (1, 1 + 1e-14)))
    assert found.columns == 384 and found.rows == round(1e-14 / math.ulp(1.0)) + 1
    assert found.decades == pytest.approx(math.log10(1e-14 / 384 / math.ulp(1.0) / 4), abs=0.01) and found.decades < -1
    alone = limits(fe.View((-1e-14, 1e-14), (-1e-14, 1e-14)))
    assert alone.columns == alone.rows == 384 and alone.decades > 12


def test_samples_from_bound_to_bound_run_out_before_the_floor():
    """numpy.logspace raises 10 to a rounded power; positions of centre * (1 + d) do not."""
    view = fe.View.around(200.36, 200.36, 2e-13, "log10")
    paper = limits(dataclasses.replace(view, sampling="endpoint"), (512, 512))
    rounded = {10 ** p for p in np.linspace(*np.log10(view.x), 512).tolist()}
    assert paper.decades > 0 and paper.columns == pytest.approx(len(rounded), abs=3) and paper.columns < 480
    assert limits(view, (512, 512)).columns == 512


def test_the_decades_left_are_what_zooming_takes():
    for view in (fe.View.around(48.35, 18.2, 0.012, "log10"), fe.View.around(-0.75, 0.1, 1e-5)):
        left = limits(view).decades
        assert limits(view.zoom(10)).decades == pytest.approx(left - 1, abs=0.01)
        assert not view.zoom(10 ** (left - 0.5)).at_float_floor((384, 384))
        assert view.zoom(10 ** (left + 0.5)).at_float_floor((384, 384))


@pytest.mark.parametrize("view", [
    fe.View((0, 5e-324), (0, 5e-324)), fe.View((0, 5e-324), (-1e308, 1e307)), fe.View((1e-320, 1e308), (1, 2), "log10"),
    fe.View((5e-324, 1e-323), (1.7e308, 1.75e308), "log10", "log10"), fe.View((-8e307, 8e307), (-8e307, 8e307))], ids=str)
@pytest.mark.parametrize("sampling", ["centre", "endpoint"])
@pytest.mark.parametrize("size", [(1, 1), (7, 3)])
@pytest.mark.filterwarnings("error")
def test_every_view_has_finite_limits(view, sampling, size):
    found = limits(dataclasses.replace(view, sampling=sampling), size)
    assert 1 <= found.columns <= size[0] and 1 <= found.rows <= size[1]
    assert found.ulps >= 0 and math.isfinite(found.ulps) and math.isfinite(found.decades)


def test_what_is_no_view_or_no_size_is_refused():
    with pytest.raises(TypeError, match="view must be a View, got tuple"):
        limits((0, 1))
    with pytest.raises(ValueError, match="size must be two whole numbers"):
        limits(fe.mandelbrot().view, 384)


def test_its_docstring_is_true():
    found = doctest.testmod(sys.modules[limits.__module__])
    assert found.attempted == 2 and found.failed == 0
