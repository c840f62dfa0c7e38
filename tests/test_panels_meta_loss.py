"""The panel of the meta-loss: its trainings against the slow twin, its blur, its arrow and its two descents by hand."""
import importlib
import itertools
import math
import pathlib

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.panels.meta_loss import COLUMNS, HIGH, LOW, MOVES, PAIRS, POINTS, RATE_OUT, ROWS, STRIDE, meta_loss
from fractaledu.panels.scene import Dots, Handle, Line, Picture, described

panel = importlib.import_module("fractaledu.panels.meta_loss")          # the package's name of that is the function
with np.load(pathlib.Path(fe.__file__).parent / "data" / "paper.npz") as file:
    WEIGHTS_AND_DATA = [file[name] for name in ("w0_8", "w1_8", "x_full_8", "y_full_8")]


@pytest.fixture(scope="module")
def board():
    return meta_loss(sigma=0.1, start=(3000, 1))


def named(board, plot, name):
    return [layer for layer in board.scene.plot(plot).layers if getattr(layer, "name", "").startswith(name)]


def slow_outcome(rate, steps):
    """By the slow twin."""
    losses = reference.train(*WEIGHTS_AND_DATA, rate, RATE_OUT, steps)
    return np.mean(losses[-(steps // 5):]) / losses[0]


@pytest.mark.parametrize("steps", [10, 37, 100])
def test_the_line_is_what_the_slow_twin_trains_and_its_slope_a_difference_of_that(steps):
    rates, outcome, slope = panel.line(steps)
    h = 1e-5
    for i in (0, 60, 120):                      # calm: rates 1 to 4
        assert outcome[i] == pytest.approx(slow_outcome(rates[i], steps), rel=1e-10)
        ends = [slow_outcome(rates[i] * 10 ** way, steps) for way in (-h, h)]
        assert slope[i] == pytest.approx((ends[1] - ends[0]) / (2 * h), rel=1e-6)


def test_the_outcome_is_the_mean_of_the_last_fifth_and_1_and_flat_where_it_is_not_below_1():
    losses = np.array([[1, .9, .8, .7, .6, .5, .4, .3, .2, .1], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1] + [np.nan] * 9])
    slopes = np.arange(30.0).reshape(3, 10)
    values, by_rate = panel.outcomes(losses, 10, slopes)
    np.testing.assert_allclose(values, [0.15, 1, 1])
    np.testing.assert_allclose(by_rate, [8.5, 0, 0])
    assert panel.outcomes(losses, 5)[0][0] == pytest.approx(0.6)        # a run of 5 steps is the beginning of one of 10


def test_the_blur_is_a_mean_with_a_gaussian_of_the_decades_and_sees_beyond_the_ends():
    rates, outcome, _ = panel.line(100)
    x, far = np.log10(rates), np.geomspace(0.01, 1e6, 1601)
    runs = fe.meta_gradient(fe.paper("tanh", width=8), far, RATE_OUT, 100)
    wide = runs.loss[:, -20:].mean(axis=1)
    np.testing.assert_allclose(wide[400:500], outcome[:100], rtol=1e-9)          # calm, so other roundings are no matter
    for sigma, at in itertools.product((0.02, 0.1, 1.0), (0, 333, POINTS - 1)):
        weights = np.exp(-0.5 * ((np.log10(far) - x[at]) / sigma) ** 2)
        values, slopes = panel.smoothed(100, sigma)
        assert values[at] == pytest.approx((weights * wide).sum() / weights.sum(), rel=0.01)
    assert panel.smoothed(100, 0.02)[0][0] == pytest.approx(outcome[0], rel=1e-3)          # no lean at the end
    assert slopes[400] == pytest.approx((values[401] - values[399]) / (x[401] - x[399]), rel=1e-6)


@pytest.mark.parametrize("slope, length", [(-0.1, 0.2), (0.1, 0.2), (-1e-9, 0.2), (1e39, 1.4), (-1e9, 0.5)])
def test_the_arrow_points_downhill_and_is_as_long_as_the_logarithm(slope, length):
    (tail, tip), (barb, same) = panel.arrow(30.0, slope)
    assert tail == 30.0 and tip == same
    assert math.log10(tip / tail) == pytest.approx(-math.copysign(length, slope))
    assert (barb - tip) * slope > 0                              # behind the tip
    assert panel.arrow(30.0, 0.0) == ([30.0, 30.0], [30.0, 30.0])


def test_the_lesson_s_claims_hold():
    """Calm water, a ragged zone, one valley after a blur, the best strip hidden by too much of it."""
    rates, outcome, slope = panel.line(100)
    ragged = (rates >= 100) & (rates <= 1000)
    assert np.median(np.abs(slope[rates <= 10])) == pytest.approx(0.44, abs=0.02)
    assert np.median(np.abs(slope[ragged])) > 1e20 and np.median(np.abs(panel.line(10)[2][ragged])) < 10
    assert 0.07 < outcome.min() < 0.09 and outcome.max() < 1
    assert 20 < rates[panel.smoothed(100, 0.1)[0].argmin()] < 60 and 26 < rates[panel.smoothed(100, 1.0)[0].argmin()] < 30
    assert panel.line(100)[1][rates < 1.1].mean() > 0.4         # so the wide one's place is not the line's end


def test_each_true_move_goes_against_the_gradient_of_its_pixel():
    x, y, outcomes = panel.descents(100, 0.1, 2.0, 0.5)[0]
    places = np.log10([x, y]).T
    values, by_x, by_y = panel.field(100)
    column, row = int(places[0, 0] / 4 * COLUMNS), int((places[0, 1] + 1) / 3 * ROWS)
    assert outcomes[0] == values[row, column]
    slope = np.array([by_x[row, column], by_y[row, column]])
    np.testing.assert_allclose(places[1] - places[0], -STRIDE * slope / np.hypot(*slope), rtol=1e-9)
    centre = 10 ** ((column + 0.5) / COLUMNS * 4), 10 ** ((row + 0.5) / ROWS * 3 - 1)
    run = fe.meta_gradient(fe.paper("tanh", width=8), *centre, 100)
    np.testing.assert_allclose(slope, [run.per_decade_x[-20:].mean(), run.per_decade_y[-20:].mean()], rtol=1e-9)


def test_each_move_of_evolution_strategies_is_the_estimate_from_the_map():
    x, y, _ = panel.descents(50, 0.3, 500.0, 3.0)[1]
    draw = np.random.default_rng(0).standard_normal((MOVES, PAIRS, 2))[0]
    values, here = panel.field(50)[0], np.log10([500.0, 3.0])

    def read(place):
        column, row = (place + [0, 1]) / [4, 3] * [COLUMNS, ROWS]
        return values[min(max(int(row), 0), ROWS - 1), min(max(int(column), 0), COLUMNS - 1)]
    slope = sum(e * (read(here + 0.3 * e) - read(here - 0.3 * e)) for e in draw)
    np.testing.assert_allclose(np.log10([x[1], y[1]]) - here, -STRIDE * slope / np.hypot(*slope), rtol=1e-9)


def test_paths_stay_on_the_map_and_from_the_ragged_side_only_one_arrives():
    ends = []
    for rate_in, rate_out in itertools.product((1000, 3000, 9000), (0.3, 1, 5)):
        paths = panel.descents(100, 0.2, rate_in, rate_out)
        for x, y, outcome in paths:
            assert len(x) == MOVES + 1 and x.min() >= LOW and x.max() <= HIGH * 1.0001 and 0.0999 < y.min() and y.max() < 100.01
            moved = np.hypot(*np.diff(np.log10([x, y])))
            assert moved.max() < STRIDE + 1e-9 and 0 < outcome.min() <= outcome.max() <= 1
        ends.append([outcome[-1] for *_, outcome in paths])
    true, strategies = np.median(ends, axis=0)
    assert strategies < 0.2 < 0.3 < true


def test_where_all_is_lost_nothing_moves():
    for path in panel.descents(100, 0.02, 10.0, 99.0):
        assert len(set(path[0])) == 1 and path[2][-1] == 1


def test_with_a_start_there_is_one_ring_only(board):
    assert list(board.knobs) == ["steps", "sigma", "rate_in", "rate_out"] and "Near η₀" not in board.scene.words
    for name in ("slice", "slopes"):
        plot = board.scene.plot(name)
        assert plot.touch is None and not any(isinstance(layer, Handle) for layer in plot.layers)


def test_what_is_blurred_has_the_colour_of_evolution_strategies(board):
    colours = {layer.colour for plot, name in (("slice", "blurred"), ("slopes", "slope of the blurred"),
                                               ("map", "evolution"), ("along", "evolution"))
               for layer in named(board, plot, name)}
    assert colours == {panel.VIOLET} and named(board, "map", "true slopes")[0].colour == panel.VERMILION


def test_the_simpler_boards_have_neither_blur_nor_map():
    bare, blurring = meta_loss(steps=10, rate=300), meta_loss(sigma=0.02)
    assert [list(one.knobs) for one in (bare, blurring)] == [["steps", "rate"], ["steps", "rate", "sigma"]]
    assert [plot.name for plot in bare.scene.plots] == [plot.name for plot in blurring.scene.plots] == ["slice", "slopes"]
    assert not named(bare, "slice", "blurred") and named(blurring, "slice", "blurred")
    assert "σ" not in bare.scene.words and bare.scene.words.startswith("T = 10. Near η₀ = 300: meta-loss ")


def test_every_corner_of_the_knobs_is_drawn_with_words_for_each_plot(board):
    ends = dict(steps=(10, 100), rate=(LOW, HIGH), sigma=(0.01, 1.0), rate_in=(LOW, HIGH), rate_out=(0.1, 100.0))
    for drawn, values in itertools.product((board, meta_loss(sigma=0.1)), itertools.product(*ends.values())):
        drawn.set(**{name: value for name, value in zip(ends, values, strict=True) if name in drawn.knobs})
        scene = drawn.scene
        assert all(words.endswith(".") and "nan" not in words for words in (scene.words, *(plot.says for plot in scene.plots)))
        assert sum(len(layer.x) for plot in scene.plots for layer in plot.layers if isinstance(layer, Line | Dots)) < 5000
        assert len(described(scene, drawn.knobs)["plots"]) == (4 if "rate_in" in drawn.knobs else 2)


def test_the_map_s_colours_follow_the_outcome(board):
    board.set(steps=100)
    picture = next(layer for layer in board.scene.plot("map").layers if isinstance(layer, Picture))
    values = panel.field(100)[0]
    assert picture.rgb.shape == (ROWS, COLUMNS, 3) and values.shape == (ROWS, COLUMNS)
    assert set(map(tuple, picture.rgb[values == 1])) == {(0xF3, 0xC9, 0xA5)}
    order = np.argsort(values[values > 0.08])
    assert (np.diff(picture.rgb[values > 0.08][order, 0].astype(int)) >= 0).all()            # redder, the worse


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="steps of a training T must be from 10 to 100, got 9"):
        meta_loss(steps=9)
    with pytest.raises(ValueError, match="sigma must be given with a start"):
        meta_loss(start=(10, 1))
    with pytest.raises(ValueError, match="rate η₁ at the start must be from 0.1 to 100, got 1000"):
        meta_loss(sigma=0.1, start=(10, 1000))
