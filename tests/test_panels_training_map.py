"""The map of training runs: its line against curvature, its curve and words against the measure's slow twin."""

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.colour import STATES
from fractaledu.curvature import Net, hessian_product, sharpness_at
from fractaledu.panels import training_map
from fractaledu.panels.scene import Dots, Line, described, rgb
from fractaledu.panels.training_map import CAP, LOW, MODES, TAIL, edge_line, losses_plot, seen_losses
from fractaledu.stability import edge_at_start, edge_finder, hessian


@pytest.fixture(scope="module")
def land():
    return fe.render(fe.paper("tanh", width=8), size=(24, 24), steps=60)


@pytest.fixture
def board(land):
    return training_map(land)


def named(board, plot, name):
    return next(layer for layer in board.scene.plot(plot).layers if getattr(layer, "name", "").startswith(name))


# ---------------------------------------------------------------- the edge of stability of the first weights

def at_start(problem):
    """The network in curvature's words, with its first weights."""
    system = problem.system
    return Net(system.x.reshape(system.y.size, -1), system.y, len(system.w1), "tanh"), system.w0, system.w1


@pytest.mark.parametrize("condition", ["tanh", "relu", "linear"])
def test_on_the_line_the_preconditioned_sharpness_is_2(condition):
    problem = fe.paper(condition, width=8)
    activation = {"tanh": "tanh", "relu": "relu", "linear": "identity"}[condition]
    net, w0, w1 = at_start(problem)
    net = Net(net.x_scaled, net.y, net.hidden, activation)
    x = np.geomspace(1e-6, 5, 5)
    for rates in zip(x, edge_at_start(problem, x), strict=True):
        assert sharpness_at(net, w0, w1, rates) == pytest.approx(2, rel=1e-9)


def test_rows_33_and_39_the_line_begins_at_the_parabola_and_meets_equal_rates():
    problem = fe.paper("tanh", width=8)
    assert edge_at_start(problem, 1e-9) == pytest.approx(40.646191, rel=1e-7)
    assert edge_at_start(fe.paper("tanh"), 1e-9) == pytest.approx(154.393217, rel=1e-7)
    assert edge_at_start(fe.paper("one-datum", width=16), 1e-9) == pytest.approx(33.729190, rel=1e-7)
    net, w0, w1 = at_start(problem)
    equal = 2 / sharpness_at(net, w0, w1)
    assert equal == pytest.approx(2 / 0.0724724, rel=1e-5) and edge_at_start(problem, equal) == pytest.approx(equal, rel=1e-9)


def test_where_the_input_rate_alone_is_beyond_its_edge_there_is_no_line():
    problem = fe.paper("tanh", width=8)
    net, w0, w1 = at_start(problem)
    alone = 2 / sharpness_at(net, w0, w1, (1, 0))
    found = edge_at_start(problem, [[alone * 0.999999], [alone * 1.000001]])
    assert found.shape == (2, 1) and 0 < found[0, 0] < 0.1 and np.isnan(found[1, 0])


def test_one_datum_counts_as_a_net_with_all_its_weights():
    rng = np.random.default_rng(0)
    w0, w1, x, y = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(1, 3)), rng.normal(size=1)
    short = fe.network(w0, w1, x, y)
    twice = fe.network(w0, w1, np.repeat(x, 2, 0), np.repeat(y, 2))
    np.testing.assert_allclose(edge_at_start(short, [0.01, 0.3]), edge_at_start(twice, [0.01, 0.3]), rtol=1e-10)


def test_momentum_a_common_rate_and_scales_move_the_line():
    plain, heavy = fe.paper("tanh", width=8), fe.paper("tanh", width=8, momentum=0.5)
    assert edge_at_start(heavy, 1e-9) == pytest.approx(1.5 * edge_at_start(plain, 1e-9), rel=1e-7)
    assert edge_at_start(fe.paper("tanh", width=8, rate=4), 2.5) == pytest.approx(edge_at_start(plain, 10) / 4, rel=1e-12)
    scaled = fe.paper("tanh", width=8, scale_in=2.0, mean_out=0.3)
    net, w0, w1 = at_start(plain)
    assert sharpness_at(net, 2 * w0, w1 + 0.3, (5, edge_at_start(scaled, 5))) == pytest.approx(2, rel=1e-9)


def test_the_whole_hessian_is_the_products_with_all_unit_vectors():
    rng = np.random.default_rng(1)
    net, w0, w1 = Net(rng.normal(size=(6, 3)), rng.normal(size=6), 4, "sine"), rng.normal(size=(3, 4)), rng.normal(size=4)
    v = rng.normal(size=16)
    np.testing.assert_allclose(hessian(net, w0, w1) @ v,
                               np.concatenate([p.ravel() for p in hessian_product(net, w0, w1)(v[:12].reshape(3, 4), v[12:])]))


@pytest.mark.parametrize(("make", "message"), [
    (lambda: edge_at_start(fe.mandelbrot(), 1), "must be a network with the axes rate_in and rate_out, got"),
    (lambda: edge_at_start(fe.paper("tanh", axes=("rate", "momentum")), 1), "must be a network with the axes"),
    (lambda: edge_at_start(fe.paper("tanh", width=8), [1, 0]), "must be input rates above 0, got 0.0"),
    (lambda: edge_at_start(fe.paper("tanh", width=8), np.nan), "must be input rates above 0, got nan")])
def test_the_line_refuses_what_has_none(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_drawn_line_goes_down_to_the_floor_of_the_map(land):
    edge_at = edge_finder(land.problem)
    x, y = edge_line(edge_at, *land.view.x)
    assert (np.diff(x) > 0).all() and (np.diff(y) < 0).all() and y[-1] < land.view.y[0] and len(x) < 250
    assert y[:-1] == pytest.approx(edge_at(x)[:-1])
    low = edge_line(edge_at, 1e-3, 1.0)
    assert low[0][-1] == 1.0 and not np.isnan(low[1]).any(), "nothing to follow down"


# ---------------------------------------------------------------- the board

@pytest.mark.parametrize("rates", [(10, 5), (1e-6 * 1e3, 50), (1e6, 1e6), (100, 1e3), (3e4, 1e-3), (40.3, 9.39)])
def test_curve_and_words_are_those_of_the_measure(board, land, rates):
    board.set(rate_in=rates[0], rate_out=rates[1])
    run = fe.trace(land.problem, *map(float, rates), land.steps)
    value, converged = reference.measure(run.watched.tolist(), True)
    drawn = named(board, "loss", "the loss")
    v = np.array([min((w if np.isfinite(w) else CAP) / run.watched[0], CAP) for w in run.watched])
    np.testing.assert_allclose(drawn.y, np.maximum(v, LOW / 10), rtol=1e-12)
    late = named(board, "loss", f"the last {TAIL}")
    np.testing.assert_allclose(late.y, v[-TAIL:], rtol=1e-12)
    np.testing.assert_array_equal(late.x, np.arange(land.steps - TAIL, land.steps))
    assert ("learned." in board.scene.words) == converged
    said = float(board.scene.words.split("V = ")[1].rstrip(".").replace("−", "-").replace(" × 10⁷", "e7"))
    assert said == pytest.approx(value, rel=1e-3)


def test_the_colours_are_those_of_the_picture_and_every_one_is_in_the_legend(board, land):
    for words, mode in MODES.items():
        board.set(colours=words)
        picture = board.scene.plot("map").layers[0]
        np.testing.assert_array_equal(picture.rgb, fe.colours(land, mode=mode))
        assert (picture.x, picture.y) == (land.view.x, land.view.y)
    keys = {layer.name: layer.colour for layer in board.scene.plot("map").layers if isinstance(layer, Dots)}
    states = {-1: "learned", 0: "neither", 1: "exploded"}
    assert keys == {states[state]: STATES[state][0] for state in np.unique(land.verdict)}
    assert {tuple(p) for p in picture.rgb[..., :3].reshape(-1, 3).tolist()} == {tuple(rgb(c).tolist()) for c in keys.values()}


def test_the_cross_hair_is_the_two_sliders_both_ways(board):
    board._receive({"kind": "pressed", "plot": "map", "u": 1 / 9, "v": 5 / 9})
    assert (board.knobs["rate_in"], board.knobs["rate_out"]) == (pytest.approx(1e-2), pytest.approx(1e2))
    board._receive({"kind": "dragged", "plot": "map", "handle": 0, "u": 4 / 9, "v": 3 / 9})
    assert board.scene.words.startswith("η₀ = 10, η₁ = 1: learned.")
    board._receive({"kind": "slid", "name": "rate_out", "stop": 1000})
    handle = described(board.scene, board.knobs)["plots"][0]["layers"][-1]
    assert handle["kind"] == "handle" and handle["at"] == pytest.approx([4 / 9, 1], abs=1e-4)


def test_the_line_is_drawn_and_told_where_asked(board):
    assert not [layer for layer in board.scene.plot("map").layers if isinstance(layer, Line)]
    board.set(edge=True, rate_in=10)
    line = named(board, "map", "edge of stability")
    inside = ~np.isnan(line.y)
    assert np.interp(np.log(10), np.log(line.x[inside]), line.y[inside]) == pytest.approx(35.06, abs=0.05)
    assert board.scene.words.endswith("At the start the edge is at η₁ = 35.1.")
    board.set(rate_in=100)
    assert board.scene.words.endswith("At the start no η₁ is stable: η₀ alone is beyond the edge.")


def test_a_scene_is_small(board):
    board.set(edge=True)
    for rate in np.geomspace(1, 100, 20):
        board.set(rate_in=rate)
    assert sum(len(layer.x) for plot in board.scene.plots for layer in plot.layers if isinstance(layer, Line | Dots)) < 1000
    assert all(plot.says.endswith(".") and "nan" not in plot.says for plot in board.scene.plots)


def test_losses_of_0_and_losses_that_are_not_finite_have_a_place():
    run = fe.trace(fe.paper("one-datum", width=8), 2.5, 4.78, 60)
    plot = losses_plot(run)
    drawn = next(layer for layer in plot.layers if isinstance(layer, Line))
    assert run.watched[-1] < 1e-20 and drawn.y.min() == LOW / 10 and plot.y.fraction(drawn.y).min() < 0, "below the plot"
    v = seen_losses(np.array([2.0, np.nan, np.inf, 1e300, 0.0]))
    np.testing.assert_array_equal(v, [1, 5e5, 5e5, 1e6, 0])


@pytest.mark.parametrize(("arguments", "message"), [
    ({"land": 3}, "land must be a picture of a network over rate_in and rate_out, got 3"),
    ({"rate_in": 1e7}, "rate of the input layer η₀ must be from 0.001 to 10⁶"),
    ({"colours": "red"}, "colours must be one of rank of the speed")])
def test_bad_values_are_refused(land, arguments, message):
    with pytest.raises(ValueError, match=message):
        training_map(**({"land": land} | arguments))


def test_other_pictures_are_refused():
    with pytest.raises(ValueError, match="land must be a picture of a network"):
        training_map(fe.render(fe.mandelbrot(), size=(8, 8), steps=5))
    with pytest.raises(ValueError, match="two log10 axes"):
        training_map(fe.render(fe.paper("one-datum", width=8), fe.View((1, 2), (1, 2)), (8, 8), 30))
