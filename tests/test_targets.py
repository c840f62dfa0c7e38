"""A good place to dive: both sides at every depth, and more detail than at border points taken at random."""
import doctest
import functools
import math
import sys
import threading

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.engine import Cancelled
from fractaledu.measure import boundary, box_counts
from fractaledu.targets import border_target, score


def centred(view, point, decades):
    """The view moved to a point and magnified there."""
    u, v = view.fraction(*point)
    return view.pan(u - 0.5, v - 0.5).zoom(10.0 ** decades, at=point)


def windows(problem, point, depths, steps, side=64):
    return [fe.render(problem, centred(problem.view, point, d), (side, side), steps) for d in depths]


DIVES = {"mandelbrot": (fe.mandelbrot(), 6, 1000), "julia": (fe.julia("rabbit"), 5, 400),
         "burning-ship": (fe.burning_ship(), 5, 500), "one-datum": (fe.paper("one-datum"), 6, 300),
         "markus": (fe.markus("AB"), 2, 100)}


@functools.cache
def dive(name):
    problem, decades, steps = DIVES[name]
    return border_target(problem, None, decades, steps)


@pytest.mark.parametrize("name", DIVES)
def test_every_window_around_the_point_shows_both_verdicts(name):
    problem, decades, steps = DIVES[name]
    for depth, land in enumerate(windows(problem, dive(name), range(decades + 1), steps)):
        assert 0.05 <= (land.value < 0).mean() <= 0.95, depth


def test_newton_shows_two_roots_at_every_depth():
    problem = fe.newton()
    point = border_target(problem, None, 6, 200)
    for land in windows(problem, point, range(7), 200):
        shares = np.sort([(land.attractor == root).mean() for root in range(3)])
        assert shares[-2] > 0.1


def border_pixels(problem, view, steps, rng, count):
    """Border points of the coarse picture, refined to the depth by halving between two pixels of different kind."""
    land = fe.render(problem, view, (64, 64), steps)
    settled = np.signbit(land.value)
    rows, columns = np.nonzero(settled[:, 1:] != settled[:, :-1])
    chosen = rng.permutation(len(rows))[:count]
    for row, column in zip(rows[chosen], columns[chosen], strict=True):
        y, left, right = land.y[row], land.x[column], land.x[column + 1]
        for _ in range(40):
            middle = (left + right) / 2
            same = np.signbit(fe.evaluate(problem, middle, y, steps)) == settled[row, column]
            left, right = (middle, right) if same else (left, middle)
        yield float(left), float(y)


def test_its_windows_hold_more_border_than_those_of_random_border_points():
    """The oracle: points found by halving an interval whose ends differ.  Most borders of this map are lines for decades."""
    problem, decades, steps = DIVES["one-datum"]

    def detail(point):
        return np.mean([boundary(land.value < 0).sum() for land in windows(problem, point, range(2, decades + 1), steps)])
    usual = [detail(point) for point in border_pixels(problem, problem.view, steps, np.random.default_rng(1), 5)]
    assert detail(dive("one-datum")) > 3 * np.median(usual), usual


def test_the_same_seed_finds_the_same_point_with_any_number_of_threads_and_another_seed_another():
    found = {seed: border_target(fe.mandelbrot(), None, 2, 200, seed=seed, threads=1) for seed in range(3)}
    assert len(set(found.values())) == 3
    assert border_target(fe.mandelbrot(), None, 2, 200, seed=2, threads=3) == found[2]


@pytest.mark.filterwarnings("error")
def test_the_dive_ends_at_the_float_floor():
    """Deeper is not asked for; what it returns is then told from its neighbours by float64, and no more."""
    told = []
    point = border_target(fe.mandelbrot(), None, 300, 60, progress=lambda *now: told.append(now), precision="float64")
    assert told[-1][0] == told[-1][1] == len(told) == math.ceil(300 / math.log10(4))
    x, y = point
    assert abs(x) < 2 and abs(y) < 2
    near = fe.View.around(x, y, 1e-13)
    assert not near.at_float_floor((33, 33))
    with pytest.raises(ValueError, match="view must lie above the float floor"):
        border_target(fe.mandelbrot(), fe.View.around(x, y, 2e-14), precision="float64")


def test_a_smooth_border_is_a_target_too():
    """Gradient descent on a parabola: rate times curvature is 2 all along it."""
    x, y = border_target(fe.parabola(), None, 5)
    assert abs(x * y - 2) < 1e-3 * 2


def test_a_border_in_the_corner_is_found():
    """All of the first picture settles but its last few columns: -2 is where the real axis leaves the Mandelbrot set."""
    view = fe.View((0.2, 0.2505), (-1e-3, 1e-3))
    x, y = border_target(fe.mandelbrot(), view, 2, 2000)
    assert view.x[0] < x < view.x[1] and view.y[0] < y < view.y[1] and abs(x - 0.25) < 0.01


@pytest.mark.parametrize("view", [fe.View((-0.1, 0.1), (-0.1, 0.1)), fe.View((3, 4), (3, 4))])
def test_a_view_without_a_border_is_refused(view):
    with pytest.raises(ValueError, match="view must show a border, got one in which all runs end alike: View"):
        border_target(fe.mandelbrot(), view)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"decades": 0}, ValueError, "decades must be positive, got 0"),
    ({"decades": math.nan}, ValueError, "decades must be finite"),
    ({"view": (0, 1)}, TypeError, "view must be a View, got tuple"), ({"steps": 0}, ValueError, "steps must be from 1"),
    ({"seed": -1}, ValueError, "seed must be from 0"), ({"threads": 0}, ValueError, "threads must be from 1"),
    ({"system": 3}, TypeError, "system must be a Problem")])
def test_what_cannot_be_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        border_target(**({"system": fe.mandelbrot()} | arguments))


def test_it_can_be_cancelled_between_windows_and_within_one():
    cancel, told = threading.Event(), []

    def progress(done, total):
        told.append(done)
        if done == 2:
            cancel.set()
    with pytest.raises(Cancelled):
        border_target(fe.mandelbrot(), None, 6, 100, progress=progress, cancel=cancel)
    assert told == [1, 2]
    cancel.clear()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(Cancelled):
        border_target(fe.mandelbrot(), None, 6, 10 ** 7, cancel=cancel)     # hours


class TestScore:
    def test_a_fractal_beats_a_line_and_noise_and_both_beat_nothing(self):
        y, x = np.mgrid[0:64, 0:64]
        line, noise = y > 0.3 * x + 20, np.random.default_rng(0).integers(2, size=(64, 64)) > 0
        triangle = y & x == 0                               # Sierpinski's: Pascal's triangle modulo 2
        assert score(np.zeros((64, 64), bool)) == 0 < min(score(line), score(noise))
        assert score(triangle) > 5 * max(score(line), score(noise))

    def test_noise_with_few_of_one_side_is_no_detail_though_its_slope_is_that_of_a_fractal(self):
        noise = np.random.default_rng(0).random((64, 64)) < 0.16
        _, (fine, coarse) = box_counts(boundary(noise), [1, 4])
        assert 1.4 < np.log(fine / coarse) / np.log(4) < 1.6
        y, x = np.mgrid[0:64, 0:64]
        assert score(y & x == 0) > 5 * score(noise)

    def test_stripes_are_no_detail_though_their_dimension_is_a_fraction(self):
        cantor = np.ones(1, bool)
        for _ in range(4):
            cantor = np.concatenate([cantor, np.zeros_like(cantor), cantor])
        stripes = np.repeat(cantor[:, None], 81, 1)
        y, x = np.mgrid[0:64, 0:64]
        assert score(y & x == 0) > 5 * score(stripes) > 0


def test_its_docstring_is_true():
    found = doctest.testmod(sys.modules[border_target.__module__])
    assert found.attempted == 4 and found.failed == 0
