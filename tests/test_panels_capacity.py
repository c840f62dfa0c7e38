"""The boards of lesson E1: what their plots say, against plain fits and closed forms."""
import itertools

import numpy as np
import pytest

from fractaledu import filtering as toy
from fractaledu import random_features as rf
from fractaledu.panels.capacity import CEILING, COUNTS, FLOOR, FOREVER, GRID, LADDER, NONE, capacity
from fractaledu.panels.filtering import ANSWERS, NEAR, filtering
from fractaledu.panels.scene import Dots, described


@pytest.fixture(scope="module")
def board():
    return capacity()


@pytest.fixture(autouse=True)
def reset(board):
    board._receive({"kind": "reset", "name": ""})


def named(board, plot, name):
    return next(layer for layer in board.scene.plot(plot).layers if getattr(layer, "name", "").startswith(name))


def plain(k, parameters=None, ridge=None, steps=None):
    """(fit on the grid, proxy, goal), by way of `rf.fit` on the whole matrix."""
    x, y = rf.data(k["draw"] - 1, noise=k["noise"], places=k["places"])
    phi = rf.features(k["draw"] - 1, parameters or k["parameters"], k["features"])
    c = rf.fit(phi(x), y, ridge or 0.0, steps)
    return phi(GRID) @ c, np.mean((phi(x) @ c - y) ** 2), np.mean((phi(GRID) @ c - np.sin(np.pi * GRID)) ** 2)


@pytest.mark.parametrize(("knobs", "how"), [
    ({"parameters": 4}, {}), ({"parameters": 300, "draw": 4, "noise": 0.5}, {}),
    ({"parameters": 10, "places": "random", "draw": 15, "ridge": 0.01}, {"ridge": 0.01}),
    ({"parameters": 2, "features": "ReLU", "steps": 50}, {"steps": 50}),
    ({"parameters": 10_000, "features": "ReLU", "ridge": 2, "steps": 7.5, "over": "ridge"}, {"ridge": 2, "steps": 7.5})])
def test_the_fit_and_its_errors_are_those_of_a_plain_fit(board, knobs, how):
    board.set(**knobs)
    curve, proxy, goal = plain(board.knobs, **how)
    np.testing.assert_allclose(named(board, "fit", "fit").y, curve, rtol=1e-6, atol=1e-8)
    x, y = rf.data(board.knobs["draw"] - 1, noise=board.knobs["noise"], places=board.knobs["places"])
    points = named(board, "fit", "the ten points")
    np.testing.assert_array_equal([points.x, points.y], [x, y])
    dots = [layer for layer in board.scene.plot("errors").layers if isinstance(layer, Dots)]
    seen = np.clip([proxy, goal], FLOOR, CEILING)
    np.testing.assert_allclose([layer.y[0] for layer in dots], seen, rtol=1e-6)


@pytest.mark.parametrize("knobs", [{}, {"noise": 0.6, "ridge": 0.03}, {"features": "ReLU", "steps": 1000}])
def test_the_curve_over_the_parameters_is_the_median_of_the_draws(board, knobs):
    board.set(**knobs)
    k, rows = board.knobs, [0, 3, 6, 13]                      # 2, 5, 9 and 200 parameters
    how = {"ridge": knobs.get("ridge"), "steps": knobs.get("steps")}
    grid, errors = GRID[::2], []
    for draw, row in itertools.product(range(15), rows):
        x, y = rf.data(draw, noise=k["noise"])
        phi = rf.features(draw, LADDER[row], k["features"])
        c = rf.fit(phi(x), y, how["ridge"] or 0.0, how["steps"])
        errors.append((np.mean((phi(x) @ c - y) ** 2), np.mean((phi(grid) @ c - np.sin(np.pi * grid)) ** 2)))
    medians = np.median(np.reshape(errors, (15, len(rows), 2)), axis=0)
    for name, expected in (("proxy, median", medians[:, 0]), ("goal, median", medians[:, 1])):
        np.testing.assert_allclose(named(board, "errors", name).y[rows], np.clip(expected, FLOOR / 10, 10 * CEILING), rtol=1e-5)


def test_the_curves_over_steps_and_ridge_end_in_the_plain_fit(board):
    board.set(parameters=10, over="steps")
    curve = named(board, "errors", "goal, this draw")
    assert curve.x[0] == 1 and curve.x[-1] == FOREVER
    for at in (0, 40, 96):
        goal = plain(board.knobs, steps=None if at == 96 else curve.x[at])[2]
        assert curve.y[at] == pytest.approx(goal, rel=1e-5)
    assert min(curve.y) < 0.06 < 50 < curve.y[-1], "draw 1: it follows, turns, and is worse than nothing"
    board.set(over="ridge")
    curve = named(board, "errors", "goal, this draw")
    assert curve.x[0] == NONE and curve.y[0] == pytest.approx(plain(board.knobs)[2], rel=1e-5)
    assert curve.y[60] == pytest.approx(plain(board.knobs, ridge=curve.x[60])[2], rel=1e-6)


def test_a_press_on_the_curve_turns_the_knob_of_its_axis(board):
    board._receive({"kind": "pressed", "plot": "errors", "u": 0.5, "v": 0.3})
    assert board.knobs["parameters"] == round((2 * 10_000) ** 0.5)
    board.set(over="steps", parameters=10)
    board._receive({"kind": "pressed", "plot": "errors", "u": 0.25, "v": 0.3})
    assert board.knobs["steps"] == pytest.approx(1e4) and "stopped after 10⁴ steps" in board.scene.words
    board._receive({"kind": "pressed", "plot": "errors", "u": 1.0, "v": 0.3})
    assert "stopped" not in board.scene.words and "all points are met" in board.scene.words
    board.set(over="ridge")
    board._receive({"kind": "pressed", "plot": "errors", "u": 1.0, "v": 0.3})
    assert "ridge 100" in board.scene.words and "proxy error" in board.scene.words


def test_half_of_the_slider_is_where_most_happens(board):
    assert sorted(set(COUNTS)) == COUNTS and COUNTS[0] == 2 and COUNTS[-1] == 10_000 and 30 in COUNTS[:len(COUNTS) // 2 + 1]
    for stop, count in ((0, 2), (8, 10), (28, 30), (len(COUNTS) - 1, 10_000)):
        board._receive({"kind": "slid", "name": "parameters", "stop": stop})
        assert board.knobs["parameters"] == count
    board.set(parameters=9876)
    assert board.knobs["parameters"] == 9876, "what is typed stays"


def test_every_corner_of_the_knobs_has_words_for_each_plot(board):
    corners = itertools.product((2, 10, 10_000), (0.0, 1.0), (NONE, 100.0), (1.0, FOREVER), rf.KINDS, rf.PLACES,
                                ("parameters", "steps", "ridge"))
    for parameters, noise, ridge, steps, kind, places, over in corners:
        board.set(parameters=parameters, noise=noise, ridge=ridge, steps=steps, features=kind, places=places, over=over)
        said = board.scene.words, *(plot.says for plot in board.scene.plots)
        assert all(words.endswith(".") and "nan" not in words and "not a number" not in words for words in said), said
    assert len(described(board.scene, board.knobs)["plots"]) == 2


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="parameters must be from 2 to 10⁴, got 1"):
        capacity(parameters=1)
    with pytest.raises(ValueError, match="features must be one of tanh, ReLU"):
        capacity(features="sine")
    with pytest.raises(ValueError, match="mean μA: true and persuasive must be from 0 to 3, got −1"):
        filtering(means=(-1, 0, 0))


# ---------------------------------------------------------------- filter, or optimise

@pytest.fixture(scope="module")
def toy_board():
    return filtering(means=(1.3, 0, 1.5))


def test_the_dots_are_the_sample_and_those_near_p_are_kept(toy_board):
    toy_board.set(p=1.2, a=1.3, b=0, c=1.5, spread=1)
    truth, persuasive = toy.sample(ANSWERS, means=(1.3, 0, 1.5))
    kept = named(toy_board, "answers", "kept")
    near = np.abs(persuasive - 1.2) < NEAR
    np.testing.assert_array_equal([kept.x, kept.y], [persuasive[near], truth[near]])
    assert f"{near.sum()} of 1500 answers are kept" in toy_board.scene.words
    line = named(toy_board, "answers", "mean T")
    assert (line.y[1] - line.y[0]) / (line.x[1] - line.x[0]) == pytest.approx(0.5)


def test_both_ways_reach_the_same_p(toy_board):
    toy_board.set(p=1.3, a=1.3, b=0.4, c=1.5, spread=2)
    means = (1.3, 0.4, 1.5)
    circles = [layer for layer in toy_board.scene.plot("ways").layers if isinstance(layer, Dots) and layer.hollow]
    weights = toy.optimised(toy.pressure_for(1.3, means), means)
    truth, persuasive = toy.averages(weights, means)
    assert persuasive == pytest.approx(1.3)
    assert [layer.y[0] for layer in circles] == pytest.approx([1.7 / 3 + 0.2 * (1.3 - 2.8 / 3), truth])
    assert f"weights α {weights[0]:.2f}, β {weights[1]:.2f}" in toy_board.scene.words


def test_under_pressure_the_goal_turns_where_c_leads(toy_board):
    toy_board.set(p=1.3, a=1.3, b=0, c=1.5, spread=1)
    proxy, goal = named(toy_board, "pressure", "P").y, named(toy_board, "pressure", "T").y
    assert (np.diff(proxy) > 0).all() and goal.argmax() > 5 and goal.max() > 1.15 * goal[0] and goal[-1] < 0.1 * goal[0]
    toy_board.set(a=1.5, c=1.3)
    assert (np.diff(named(toy_board, "pressure", "T").y) > 0).all()


def test_what_no_weights_reach_is_said(toy_board):
    toy_board.set(a=1.3, b=0, c=1.5, spread=1, p=1.6)
    assert toy_board.scene.words.endswith("Optimising: 1.6 is beyond 1.5, the most that any weights have.")
    toy_board.set(p=0.5)
    assert toy_board.scene.words.endswith("Optimising: 0.5 is below what equal weights have.")
    toy_board._receive({"kind": "pressed", "plot": "ways", "u": 0.5, "v": 0.1})
    assert toy_board.knobs["p"] == pytest.approx(1.25) and "weights α" in toy_board.scene.words


@pytest.mark.parametrize("means", [(1.3, 0, 1.5), (0, 0, 0), (3, 0, 3), (0, 3, 3), (3, 3, 0), (1.8, 0, 1.5)])
@pytest.mark.parametrize("spread", [0.1, 1])
def test_the_whole_path_and_both_circles_are_in_sight(toy_board, means, spread):
    p = max(means[0], means[2]) - 0.02
    toy_board.set(a=means[0], b=means[1], c=means[2], spread=spread, p=p)
    plot = toy_board.scene.plot("ways")
    circles = [layer for layer in plot.layers if isinstance(layer, Dots) and layer.hollow]
    for layer in [named(toy_board, "ways", "optimise"), *circles]:
        for axis, values in ((plot.x, layer.x), (plot.y, layer.y)):
            fractions = axis.fraction(values)
            assert 0 < fractions.min() and fractions.max() < 1
    if means == (1.3, 0, 1.5):
        assert (plot.x.low, plot.x.high, plot.y.low, plot.y.high) == (0.5, 2, -0.25, 1.25)


def test_every_corner_of_the_toy_is_drawn(toy_board):
    for a, b, c, spread, p in itertools.product((0, 3), (0, 3), (0, 3), (0.1, 4), (-1, 3)):
        toy_board.set(a=a, b=b, c=c, spread=spread, p=p)
        said = toy_board.scene.words, *(plot.says for plot in toy_board.scene.plots)
        assert all(words.endswith(".") and "nan" not in words and "not a number" not in words for words in said), said
