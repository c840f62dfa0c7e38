"""The panel of two weights: what its four plots say, against pen and paper."""
import itertools

import numpy as np
import pytest

from fractaledu.panels.scene import Dots, Line, described, rgb
from fractaledu.panels.two_weights import (
    ENDS,
    HIGH,
    LOW,
    PIXELS,
    RATE_PIXELS,
    REACH,
    SHOWN,
    mean_rate,
    scaled,
    two_weights,
)


@pytest.fixture
def board():
    return two_weights()


def layers(board, plot, kind):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)]


def named(board, plot, name):
    return next(layer for layer in board.scene.plot(plot).layers if getattr(layer, "name", "") == name)


def ends_of(board, plot):
    """The picture of a map as numbers of the ends."""
    colours = {tuple(rgb(colour).tolist()): end for end, (colour, _) in ENDS.items()}
    return np.array([[colours[tuple(pixel)] for pixel in row] for row in board.scene.plot(plot).layers[0].rgb.tolist()])


def run_by_hand(a, b, rate_a, rate_b, decay, steps):
    path = [(a, b)]
    for _ in range(steps):
        error = a * b - 1
        a, b = a - rate_a * (error * b + decay * a), b - rate_b * (error * a + decay * b)
        path.append((a, b))
    return np.array(path).T


@pytest.mark.parametrize("knobs", [{"rate": 0.5}, {"rate": 0.3, "decay": 0.2}, {"rate": 0.1, "rate_b": 0.7, "a": -1, "b": 1.4}])
def test_all_plots_show_the_same_run(board, knobs):
    board.set(**knobs)
    k = board.knobs
    a, b = run_by_hand(k["a"], k["b"], k["rate"], k["rate_b"], k["decay"], SHOWN)
    drawn = layers(board, "starts", Line)[-1]
    np.testing.assert_allclose([drawn.x, drawn.y], [a, b], rtol=1e-9)
    p, s = scaled(a, b, k["rate"], k["rate_b"])
    drawn = layers(board, "plane", Line)[-1]
    np.testing.assert_allclose([drawn.x, drawn.y], [p, s], rtol=1e-9)
    loss = layers(board, "loss", Line)[0].y
    inside = loss > 1e-14
    np.testing.assert_allclose(loss[inside], ((a * b - 1) ** 2 / 2)[inside], rtol=1e-5)


def test_the_slider_sets_both_rates_and_the_map_each(board):
    board.set(rate=0.8)
    assert (board.knobs["rate"], board.knobs["rate_b"]) == (0.8, 0.8)
    board._receive({"kind": "pressed", "plot": "rates", "u": 0.5, "v": 0.25})
    middle = (LOW * HIGH) ** 0.5
    assert board.knobs["rate"] == pytest.approx(middle) and board.knobs["rate_b"] == pytest.approx((LOW * middle) ** 0.5)
    assert board.scene.words.startswith("Rates 0.316 of a, 0.0562 of b.")
    board._receive({"kind": "slid", "name": "rate", "stop": 1000})
    assert (board.knobs["rate"], board.knobs["rate_b"]) == (HIGH, HIGH)


@pytest.mark.parametrize(("rate", "rate_b"), [(0.5, 0.5), (0.95, 0.95), (1.5, 1.5), (1.2, 0.4)])
def test_the_dashed_ellipse_is_the_border_of_the_map(board, rate, rate_b):
    """s = 4/η + η(p − 1), at every pixel."""
    board.set(rate=rate, rate_b=rate_b)
    lost = ends_of(board, "starts") == 3
    at = -REACH + 2 * REACH * (np.arange(PIXELS) + 0.5) / PIXELS
    p, s = scaled(at[None, :], at[:, None], rate, rate_b)
    eta = mean_rate(rate, rate_b)
    np.testing.assert_array_equal(lost, s > 4 / eta + eta * (p - 1))
    border = named(board, "starts", "the border, exactly")
    p, s = scaled(border.x, border.y, rate, rate_b)
    np.testing.assert_allclose(s, 4 / eta + eta * (p - 1), rtol=1e-12)


def test_the_border_is_carried_into_itself():
    border = named(two_weights(0.7), "starts", "the border, exactly")
    a, b = run_by_hand(border.x, border.y, 0.7, 0.7, 0, 1)[:, :, 1].T
    np.testing.assert_allclose(a * a + b * b, 4 / 0.7 + 0.7 * (a * b - 1), rtol=1e-12)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.95, 1.2])
def test_the_thick_part_of_the_curve_is_below_the_edge_of_stability(board, rate):
    board.set(rate=rate)
    thick = [layer for layer in layers(board, "starts", Dots) if "holds" in layer.name]
    assert bool(thick) == (rate < 1)
    for layer in thick:
        np.testing.assert_allclose(np.multiply(layer.x, layer.y), 1)
        assert (rate * (np.square(layer.x) + np.square(layer.y)) < 2).all()


def test_weight_decay_leaves_two_minima(board):
    board.set(rate=0.5, decay=0.3)
    minima = next(layer for layer in layers(board, "starts", Dots) if layer.hollow)
    slope = [(a * b - 1) * b + 0.3 * a for a, b in zip(minima.x, minima.y, strict=True)]
    np.testing.assert_allclose(slope, 0, atol=1e-15)
    assert "a = 0.84, b = 0.84, where s = 1.40" in board.scene.words
    assert not [layer for layer in layers(board, "starts", Line) if layer.dashed], "there is no ellipse"


def test_a_start_between_2_and_4_over_the_rate_is_thrown_to_a_flatter_place(board):
    board.set(rate=0.5, a=2.5, b=0.42)
    assert board.scene.words == (
        "η = 0.5. At the start s = 6.43; 2/η = 4, 4/η = 8. The run settles at a = 0.96, b = 1.04, where s = 2.01, after 13 "
        "steps. On the way the loss rose from 0.00125 to 2.19.")
    board.set(a=3, b=0.34)
    assert "4/η = 8. The run is lost: at step" in board.scene.words
    board.set(rate=1.2, a=1.1, b=0.9)
    assert "neither settled nor run away" in board.scene.words


def test_beyond_the_edge_of_the_product_no_pair_of_rates_settles(board):
    """Two rates are one, the root of their product."""
    board.set(a=1.9, b=0.9)
    ends = ends_of(board, "rates")
    rate = LOW * (HIGH / LOW) ** ((np.arange(RATE_PIXELS) + 0.5) / RATE_PIXELS)
    beyond = rate[None, :] * rate[:, None] > 1.001
    assert not np.isin(ends[beyond], (0, 1)).any() and np.isin(ends[~beyond], (0, 1)).mean() > 0.7
    board.set(rate=4, rate_b=0.1)
    assert "settles" in board.scene.words


def test_every_corner_of_the_knobs_is_drawn_with_words_for_each_plot(board):
    ends = -REACH, 0, REACH
    for rate, rate_b, decay, a, b in itertools.product((LOW, 2.0, HIGH), (LOW, HIGH), (0, 0.95), ends, ends):
        board.set(rate=rate, rate_b=rate_b, decay=decay, a=a, b=b)
        scene = board.scene
        assert all(words.endswith(".") and "nan" not in words for words in (scene.words, *(plot.says for plot in scene.plots)))
        assert sum(len(layer.x) for plot in scene.plots for layer in plot.layers if isinstance(layer, Line | Dots)) < 3000
    assert len(described(board.scene, board.knobs)["plots"]) == 4


@pytest.mark.parametrize(("rate", "decay"), [(0.5, 0), (1.2, 0), (0.95, 0.3), (2.5, 0)])
@pytest.mark.parametrize("plot", ["starts", "rates"])
def test_every_colour_that_is_seen_is_in_the_legend(board, plot, rate, decay):
    board.set(rate=rate, decay=decay)
    named = {layer.name for layer in board.scene.plot(plot).layers if isinstance(layer, Dots)}
    assert {ENDS[end][1] for end in np.unique(ends_of(board, plot))} <= named


@pytest.mark.parametrize(("a", "b", "words"), [
    (2, 0.5, "The error is exactly 0, so nothing moves: balanced"), (0, 0, "Both slopes are exactly 0 at 0"),
    (2.01, 0.5, "The run settles"), (1, 1, "The run settles at a = 1.00, b = 1.00, where s = 2.00, after 0 steps")])
def test_a_start_in_balance_is_not_said_to_settle(board, a, b, words):
    board.set(rate=0.5, a=a, b=b)
    assert words in board.scene.words


def test_the_slanted_line_of_the_plane_meets_p_1_at_4_over_the_rate(board):
    line = named(board, "plane", "lost above this line: 4/η at p = 1")
    assert np.interp(1.0, line.x, line.y) == pytest.approx(4 / 0.5)
    assert (board.scene.plot("plane").x.label, board.scene.plot("plane").y.label) == ("p = ab", "s = a² + b²")


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="learning rate η must be from 0.01 to 10, got 0"):
        two_weights(rate=0)
    with pytest.raises(ValueError, match="first weight at the start must be from −4 to 4, got 5"):
        two_weights(a=5)
