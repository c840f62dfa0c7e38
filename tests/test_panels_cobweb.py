"""The views of lesson 01 by their numbers: cobweb, bifurcation strip, valley, three maps."""
import itertools
import math

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.panels import bifurcation, cobweb, three_maps, valley
from fractaledu.panels.bifurcation import density, ink
from fractaledu.panels.cobweb import distances, staircase
from fractaledu.panels.families import FAMILIES, family_of, long_run, orbit
from fractaledu.panels.scene import Axis, Dots, Handle, Line, Picture, Rule, described
from fractaledu.panels.valley import descend

PARABOLA, CUBIC, LOGISTIC, TIED = (family_of(name) for name in ("parabola", "cubic", "logistic", "two-weights"))


def layers(board, plot, kind):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)]


def lowest_and_highest(knob):
    return knob.low, knob.high


def corners(board):
    """Every combination of the knobs' ends and options."""
    ways = {name: knob.options if hasattr(knob, "options") else lowest_and_highest(knob) for name, knob in board._knobs.items()}
    for values in itertools.product(*ways.values()):
        yield dict(zip(ways, values, strict=True))


# ------------------------------------------------------------ the maps


@pytest.mark.parametrize("rate", [0.3, 1.0, 1.9, 2.0, 2.1])
def test_descent_on_a_parabola_is_a_power_of_its_multiplier(rate):
    assert np.allclose(orbit(PARABOLA, rate, 0.7, 40), 0.7 * (1 - rate) ** np.arange(41), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("rate", [1.2, 1.7])
def test_goals_are_fixed_points_with_the_multiplier_that_is_said(name, rate):
    family = FAMILIES[name]
    for goal in family.goals(rate):
        assert math.isclose(family.step(goal, rate), goal, abs_tol=1e-15)
        slope = (family.step(goal + 1e-6, rate) - family.step(goal - 1e-6, rate)) / 2e-6
        assert math.isclose(slope, family.multiplier(rate), abs_tol=1e-8)


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.loss])
def test_the_step_is_down_the_slope_of_the_loss(name):
    family, x = FAMILIES[name], np.linspace(-1, 1, 21)
    slope = (family.loss(x + 1e-6) - family.loss(x - 1e-6)) / 2e-6
    assert np.allclose(family.step(x, 0.4), x - 0.4 * slope, atol=1e-8)


def test_the_cubic_is_the_logistic_map_with_r_of_1_plus_rate():
    rate, xs = 2.3, orbit(CUBIC, 2.3, 0.3, 30)
    ys = orbit(LOGISTIC, 1 + rate, (1 - 0.3) * rate / (1 + rate), 30)
    assert np.allclose((1 - xs) * rate / (1 + rate), ys, atol=1e-9)


def test_tied_weights_are_the_packages_own():
    states = fe.trace(fe.two_weights(tied=True), 0.6, 0.3, steps=20, states=True).states
    assert np.allclose(orbit(TIED, 0.6, 0.3, 20), states[:, 0], atol=1e-12)


@pytest.mark.parametrize(("rate", "values"), [(1.9, 1), (2.1, 2), (6 ** 0.5 - 0.01, 2), (6 ** 0.5 + 0.01, 4), (2.56, 8),
                                              (2.83, 3)])
def test_the_cubics_values_double_at_2_and_at_the_root_of_6(rate, values):
    end = long_run(CUBIC, rate, 0.3, 20_000)
    assert (end.kind, len(end.values)) == ("cycle", values)


def test_a_cycle_of_two_is_the_known_one():
    rate = 2.3                              # the 2-cycle of the logistic map, in closed form
    r = 1 + rate
    y = (r + 1 + np.array([-1, 1]) * math.sqrt((r - 3) * (r + 1))) / (2 * r)
    assert np.allclose(long_run(LOGISTIC, r, 0.3).values, y, atol=1e-9)
    assert np.allclose(long_run(CUBIC, rate, 0.3).values, np.sort(1 - y * r / rate), atol=1e-9)


def test_chaos_has_no_cycle_and_a_lost_run_no_values():
    for rate in np.linspace(2.9, 3.0, 41):
        assert long_run(CUBIC, rate, 0.3).kind == "open" or rate == pytest.approx(2.905, abs=2e-3)   # a window of five
    assert long_run(PARABOLA, 2.1, 1.0).kind == "gone"
    assert long_run(CUBIC, 0.5, 1.05).kind == "gone"      # over the rim


def test_unknown_maps_are_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="family must be one of parabola, cubic, logistic, two-weights, got 'sine'"):
        cobweb("sine")


# ------------------------------------------------------------ the cobweb


def test_the_staircase_goes_between_the_curve_and_the_diagonal():
    xs = orbit(CUBIC, 2.1, 0.3, 10)
    x, y = staircase(xs, -0.7)
    assert (x[0], y[0]) == (0.3, -0.7) and len(x) == len(y) == 21
    assert np.allclose(y[1::2], CUBIC.step(x[1::2], 2.1))               # on the curve
    assert np.array_equal(x[2::2], y[2::2])                             # on the diagonal


@pytest.mark.parametrize(("family", "rate", "rings"), [
    ("cubic", 1.5, {"attracts": [0], "repels": [1]}), ("cubic", 2.5, {"repels": [0, 1]}),
    ("cubic", 2.0, {"at the border": [0], "repels": [1]}), ("parabola", 1.5, {"attracts": [0]}),
    ("logistic", 2.5, {"attracts": [0.6], "repels": [0]}), ("two-weights", 0.5, {"attracts": [-1, 1], "repels": [0]})])
def test_each_fixed_point_has_a_ring_filled_where_it_attracts(family, rate, rings):
    found = [dots for dots in layers(cobweb(family, rate=rate), "web", Dots)]
    assert {dots.name.removeprefix("fixed point, "): sorted(dots.x) for dots in found} == rings
    assert all(dots.hollow == ("attracts" not in dots.name) and list(dots.x) == list(dots.y) for dots in found)
    step = family_of(family).step
    assert all(step(x, rate) == pytest.approx(x) for dots in found for x in dots.x)


def test_the_boards_plots_follow_the_knobs():
    board = cobweb("parabola", rate=1.9)
    assert [plot.name for plot in board.scene.plots] == ["valley", "web", "error"]
    assert "1 − η = −0.9" in board.scene.words and "0.0148" in board.scene.words
    assert abs(layers(board, "error", Line)[0].y[-1] - 0.9 ** 40) < 1e-12
    board.set(rate=2.1)
    assert "1 − η = −1.1" in board.scene.words and "run away" in board.scene.words
    board.set(rate=2.0, start=0.5)
    assert "border" in board.scene.words and set(layers(board, "error", Line)[0].y) == {0.5}
    assert {handle.x for handle in layers(board, "web", Handle) + layers(board, "valley", Handle)} == {"start"}


def test_sides_of_the_minimum_have_their_dots():
    size, side = distances(PARABOLA, 1.5, orbit(PARABOLA, 1.5, 1.0, 4))
    assert size.tolist() == [1, 0.5, 0.25, 0.125, 0.0625] and side.tolist() == [1, -1, 1, -1, 1]
    right, left = layers(cobweb("parabola", rate=1.5, steps=5), "error", Dots)
    assert list(right.x) == [0, 2, 4] and list(left.x) == [1, 3, 5] and left.hollow


def test_with_two_goals_the_nearer_one_counts():
    size, _ = distances(TIED, 0.4, np.array([0.9, -0.9, np.nan]))
    assert np.allclose(size[:2], 0.1) and np.isnan(size[2])


@pytest.mark.parametrize("curvature", [0.5, 2.0, 8.0])
def test_one_over_the_curvature_arrives_in_one_step(curvature):
    board = cobweb("parabola", rate=1 / curvature, curvature=curvature)
    assert [rule.name for rule in layers(board, "error", Rule)] == ["error 0 from step 1"]
    assert "1 − ηλ = 0." in board.scene.words


def test_the_strip_marks_the_present_rate_and_its_values():
    board = cobweb(("cubic", "parabola"), rate=2.1, long_run=True)
    assert [rule.x for rule in layers(board, "strip", Rule)] == [2.1]
    (marks,) = layers(board, "strip", Dots)
    assert np.allclose(marks.y, long_run(CUBIC, 2.1, 0.3).values)
    assert board.scene.plot("strip").touch == ("rate", None)
    board.set(loss="parabola")
    assert len(layers(board, "strip", Dots)[0].x) == 0 and "run away" in board.scene.words


def test_curvature_and_strip_exclude_one_another():
    with pytest.raises(ValueError, match="curvature must be None where long_run is True"):
        cobweb("cubic", curvature=2.0, long_run=True)


@pytest.mark.parametrize("make", [
    lambda: cobweb("parabola"), lambda: cobweb("parabola", curvature=1.0), lambda: cobweb("logistic", long_run=True),
    lambda: cobweb(("cubic", "parabola"), long_run=True), lambda: cobweb("two-weights", long_run=True),
    lambda: bifurcation("logistic"), lambda: bifurcation("two-weights"), valley])
def test_every_scene_within_the_bounds_can_be_drawn(make):
    board = make()
    for values in corners(board):
        board.set(**values)
        described(board.scene, board.knobs)
        assert board.scene.words and all(plot.says for plot in board.scene.plots)


# ------------------------------------------------------------ the strip


def test_the_strip_of_the_logistic_map_is_where_the_fixed_point_is():
    counts = density("logistic", 1.5, 2.9, 60, 100)
    rates = 1.5 + (np.arange(60) + 0.5) * 1.4 / 60
    rows = (counts * np.arange(100)[:, None]).sum(axis=0) / counts.sum(axis=0)
    assert np.allclose((rows + 0.5) / 100, 1 - 1 / rates, atol=1e-3)
    assert np.allclose(counts.sum(axis=0), 400)


def test_the_strip_of_the_parabola_ends_at_2():
    counts = density("parabola", 0.0, 3.2, 64, 101)         # no column at 2 itself
    assert np.array_equal(counts.sum(axis=0) > 0, (np.arange(64) + 0.5) * 0.05 < 2.0)


def test_ink_grows_with_visits_and_none_is_transparent():
    alpha = ink(np.array([[0.0, 1.0, 50.0, 400.0]]))[0, :, 3]
    assert alpha[0] == 0 and alpha[3] == 255 and list(alpha) == sorted(alpha)


def test_the_strip_is_computed_once_for_a_piece_and_sent_small():
    board = bifurcation()
    before = layers(board, "strip", Picture)[0], layers(board, "piece", Picture)[0]
    board.set(rate=3.2)
    assert layers(board, "strip", Picture)[0] is before[0] and layers(board, "piece", Picture)[0] is before[1]
    assert len(before[0].source) < 30_000


def test_a_selected_piece_is_magnified():
    board = bifurcation()
    board.set(left=3.6, right=3.4)                          # in any order
    axis = board.scene.plot("piece").x
    assert (axis.low, axis.high) == (3.4, 3.6)
    assert layers(board, "piece", Picture)[0].x == (3.4, 3.6) and board.scene.plot("strip").x == Axis("growth rate r", 1.0, 4.0)
    board.set(left=4.0, right=4.0)
    axis = board.scene.plot("piece").x
    assert 1.0 <= axis.low < axis.high <= 4.0


# ------------------------------------------------------------ the valley


def test_each_direction_of_the_valley_has_its_own_factor():
    places = descend(0.19, (1.0, 10.0), (1.0, -0.5), 20)
    assert np.allclose(places[:, 0], 0.81 ** np.arange(21)) and np.allclose(places[:, 1], -0.5 * (-0.9) ** np.arange(21))


def test_the_steep_direction_limits_the_rate():
    board = valley(rate=0.19)
    x, y = (line.y for line in layers(board, "errors", Line))
    assert x[-1] < x[0] and y[-1] < y[0] and "2/λ₂ = 0.2" in board.scene.words
    board.set(rate=0.21)
    x, y = (line.y for line in layers(board, "errors", Line))
    assert x[-1] < x[0] and y[-1] > y[0]
    board.set(rate=0.25, steep=20.0, steps=200)
    assert "run away" in board.scene.words


def test_contours_are_of_equal_loss():
    board = valley(curvatures=(2.0, 5.0))
    contours = layers(board, "above", Line)[0]
    loss = (2 * np.array(contours.x) ** 2 + 5 * np.array(contours.y) ** 2) / 2
    assert len(set(np.round(loss[~np.isnan(loss)], 9))) == 8


# ------------------------------------------------------------ three maps


@pytest.fixture(scope="module")
def three():
    return three_maps()


def test_pointing_at_a_map_says_what_its_run_did(three):
    three.set(mandelbrot_x=0.5, mandelbrot_y=0.5)
    assert "c = 0.5 + 0.5i: has left after 5 steps" in three.scene.words
    three.set(mandelbrot_x=-1.0, mandelbrot_y=0.0, newton_x=1.5, newton_y=0.0)
    assert "c = −1: stays for 200 steps" in three.scene.words and "comes to 1 in" in three.scene.words
    three.set(network_x=48.3, network_y=17.95)
    assert "training settles" in three.scene.words
    three.set(newton_x=0.0, newton_y=0.0)                   # a pole
    assert "no solution in 200 steps" in three.scene.words
    described(three.scene, three.knobs)


def test_the_three_curves_are_the_runs_of_the_pixels(three):
    three.set(network_x=48.3, network_y=18.2)
    line = {layer.name: layer for layer in layers(three, "runs", Line)}["network: loss / first loss"]
    watched = fe.trace(fe.paper("one-datum"), 48.3, 18.2, steps=200).watched
    assert np.array_equal(line.y, np.maximum(watched, 1e-10))


@pytest.mark.parametrize("name", ["mandelbrot", "newton", "network"])
def test_each_map_is_touched_by_pointing_and_shows_its_picture(three, name):
    plot = three.scene.plot(name)
    assert plot.hover and plot.touch == (f"{name}_x", f"{name}_y")
    assert layers(three, name, Picture)[0].rgb.shape == (200, 200, 4)
