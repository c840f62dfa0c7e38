"""The barcode of a bumpy road: its labels, its counts, and what the boards of lesson 05 say."""
import itertools

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.panels import ball
from fractaledu.panels.barcode import COLUMNS, LEAVES, STAYS, barcode, changes, counts, labels, strips
from fractaledu.panels.scene import Handle, Line, Picture, Rule


def titles(board):
    return [plot.title for plot in board.scene.plots]


def layers(board, plot, kind):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)]


# ---------------------------------------------------------------- the runs

@pytest.mark.parametrize("kind", ball.KINDS)
def test_the_first_steps_are_those_of_the_slow_twin(kind):
    x, losses = ball.run(0.24, kind == "multiplied", 0.2, 0.1, 5, 1e8)
    here = 1.0
    for there, loss in zip(x, losses, strict=True):
        height, slope = reference.bumpy(here, kind, 0.2, 0.1)
        assert there == pytest.approx(here, rel=1e-9)
        assert loss == pytest.approx(height / reference.bumpy(1.0, kind, 0.2, 0.1)[0], rel=1e-9)
        here -= 0.24 * slope


@pytest.mark.parametrize("kind", ball.KINDS)
def test_labels_are_those_of_the_kernel(kind):
    """But for a bar in a thousand, which roundings decide."""
    rates = 1.5 * np.arange(COLUMNS) / COLUMNS
    kernel = fe.trace(fe.bumpy(kind), rates, 0.2, steps=1000).departure >= 0
    assert np.mean(labels(kind, 0.2, 0.1, 1000, 1e8) != kernel) < 3 / COLUMNS


@pytest.mark.parametrize(("kind", "epsilon", "wavelength", "limit"), [
    ("multiplied", 0.2, 0.1, 1e8), ("multiplied", 0.0, 0.1, 1e8), ("added", 0.2, 0.1, 1e4), ("added", 0.2, 1.0, 1e8)])
def test_a_run_has_the_label_of_its_rate(kind, epsilon, wavelength, limit):
    """So no run that is ended early, at rest or behind the bound, would have left later."""
    row = labels(kind, epsilon, wavelength, 300, limit, count=200)
    for rate, leaves in zip(1.5 * np.arange(200) / 200, row, strict=True):
        assert ball.has_left(ball.run(rate, kind == "multiplied", epsilon, wavelength, 300, limit)[1], limit) == leaves


def test_no_run_of_the_added_road_passes_the_bound_below_rate_1():
    for rate in (0.1, 0.5, 0.9, 0.99):
        x, _ = ball.run(rate, False, 0.2, 0.1, 3000, 1e300)
        assert abs(x).max() <= rate * (2 * np.pi * 0.2 / 0.1) / (1 - abs(1 - 2 * rate)) * (1 + 1e-12)


def test_a_road_without_bumps_breaks_at_1():
    for kind in ball.KINDS:
        row = labels(kind, 0.0, 0.1, 3000, 1e2)
        assert changes(row) == 1 and 1 <= 1.5 * np.argmax(row) / COLUMNS < 1.01


# ---------------------------------------------------------------- what the lesson says

def test_the_counts_are_the_published_ones_within_5_per_cent():
    """Row 43: levels 12 … 16."""
    found = counts(labels("multiplied", 0.2, 0.1, 1000, 1e8, count=2 ** 16))
    np.testing.assert_allclose(found[11:], [247, 423, 683, 1215, 2303], rtol=0.05)
    slope = np.polyfit(range(8, 16), np.log2(found[7:15]), 1)[0]
    assert slope == pytest.approx(0.86, abs=0.06)


def test_the_multiplied_barcode_knows_neither_stopwatch_nor_limit():
    rows = [labels("multiplied", 0.2, 0.1, steps, limit, count=2 ** 12)
            for steps, limit in itertools.product((300, 1000, 3000), (1e4, 1e8, 1e16))]
    assert all((row == rows[0]).all() for row in rows)
    assert changes(rows[0]) == pytest.approx(247, rel=0.05)


@pytest.mark.parametrize("steps", [500, 1000, 2000, 4000])
def test_the_added_barcode_lies_around_its_rule(steps):
    """Row 44: it shrinks and moves like 1 + ln(sqrt(limit)) / (2 steps)."""
    row = labels("added", 0.2, 0.1, steps, 1e8, 1.0, 1.02, 2 ** 13)
    where = 0.02 * np.flatnonzero(row[1:] != row[:-1]) / 2 ** 13
    rule = np.log(1e4) / (2 * steps)
    assert 0.2 * rule < where.min() < 0.6 * rule and 0.8 * rule < where.max() < 1.6 * rule
    assert not labels("added", 0.2, 0.1, steps, 1e8, 0.5, 1.0).any()


def test_a_low_limit_calls_bounded_runs_diverged():
    assert labels("added", 0.2, 0.1, 1000, 1e4, 0.95, 1.0).any()
    assert not labels("added", 0.2, 0.1, 1000, 1e8, 0.95, 0.999).any()


def test_bars_appear_where_the_added_road_stops_being_convex():
    found = [changes(labels("added", ratio * 0.01, 0.1, 1000, 1e8, 1.0, 1.04)) for ratio in (0.04, 0.05, 0.06, 0.1)]
    assert found[:2] == [1, 1] and found[2] > 3 and found[3] > 100
    assert changes(labels("added", 0.001, 0.1, 4000, 1e8, 1.0, 1.04)) > 100         # these stay


# ---------------------------------------------------------------- the barcode board

def test_the_strips_are_painted_as_the_labels_are():
    board = barcode()
    row = labels("multiplied", 0.2, 0.1, 1000, 1e8)
    picture, = layers(board, "whole", Picture)
    assert picture.rgb.shape == (1, COLUMNS, 3) and picture.x == (0.0, 1.5)
    np.testing.assert_array_equal((picture.rgb[0] == LEAVES).all(axis=1), row)
    np.testing.assert_array_equal((picture.rgb[0] == STAYS).all(axis=1), ~row)
    assert f"{COLUMNS} rates: {changes(row)} changes" == titles(board)[0]


def test_bars_finer_than_the_picture_are_mixed():
    picture, = layers(barcode(level=12), "whole", Picture)
    share = labels("multiplied", 0.2, 0.1, 1000, 1e8, count=2 ** 12).reshape(COLUMNS, 4).mean(axis=1)
    red = STAYS[0] + share * (LEAVES[0] - STAYS[0])
    np.testing.assert_allclose(picture.rgb[0, :, 0], red, atol=0.51)


def test_each_level_adds_a_dot_to_the_counts():
    board, found = barcode(level=9), []
    for level in (9, 10, 13):
        board.set(level=level)
        dots = board.scene.plot("counts").layers[0]
        assert list(dots.x) == list(range(1, level + 1))
        assert list(dots.y[:len(found)]) == found
        found = list(dots.y)
    assert found == counts(labels("multiplied", 0.2, 0.1, 1000, 1e8, count=2 ** 13))
    line, = layers(board, "counts", Line)
    assert line.name == f"slope {np.polyfit(range(8, 14), np.log2(found[7:]), 1)[0]:.2f} from level 8 on"


@pytest.mark.parametrize(("level", "wavelength", "slope", "words"), [
    (9, 0.1, False, "A slope needs level 11 or more."), (11, 0.1, True, ""), (13, None, False, "Too few changes for a slope")])
def test_a_slope_needs_four_levels_with_more_than_a_handful_of_changes(level, wavelength, slope, words):
    board = barcode(level=level, wavelength=wavelength) if wavelength else barcode("added", level=level)
    assert bool(layers(board, "counts", Line)) == slope == ("slope" not in board.scene.words)
    assert words in board.scene.words


def test_a_brush_magnifies_and_the_second_one_follows():
    board = barcode()
    board._receive({"kind": "brushed", "name": "", "plot": "whole", "ends": [0.4, 0.2], "client": "", "n": 1})
    part = board.scene.plot("part").x
    assert (part.low, part.high) == (pytest.approx(0.3), pytest.approx(0.6))
    detail = board.scene.plot("detail").x
    assert (detail.low, detail.high) == (pytest.approx(0.42), pytest.approx(0.48))      # the middle: the old one lies outside
    board._receive({"kind": "brushed", "name": "", "plot": "part", "ends": [0.5, 0.75], "client": "", "n": 2})
    detail = board.scene.plot("detail").x
    assert (detail.low, detail.high) == (pytest.approx(0.45), pytest.approx(0.525))
    board._receive({"kind": "brushed", "name": "", "plot": "whole", "ends": None, "client": "", "n": 3})
    assert board.scene.plot("part").x.high == 0.3


def test_pointing_at_a_bar_runs_its_ball():
    board = barcode()
    board._receive({"kind": "pressed", "name": "", "plot": "detail", "u": 0.0, "v": 0.5, "client": "", "n": 1})
    assert board.knobs["rate"] == pytest.approx(0.14)
    assert any(rule.x == pytest.approx(0.14) for rule in layers(board, "detail", Rule))
    assert layers(board, "whole", Handle)


def test_the_ball_and_its_loss_are_those_of_the_rate():
    board = barcode(rate=0.236)
    x, losses = ball.run(0.236, True, 0.2, 0.1, 1000, 1e8)
    assert board.scene.words.startswith("At η = 0.236 the ball leaves: its loss passes 10⁸ times the first at step "
                                        f"{len(x) - 1}.")
    curve = layers(board, "loss", Line)[0]
    np.testing.assert_array_equal(curve.y, losses)
    assert board.scene.plot("loss").x.high == max(10, len(x) - 1)
    path = layers(board, "ball", Line)[1]
    assert list(path.x[:3]) == list(x[:3])
    board.set(rate=0.238)
    assert "the ball stays: after" in board.scene.words and "lies still at x = 0" in board.scene.words
    board.set(kind="added")
    assert "it still moves" in board.scene.words


def test_the_words_tell_the_bumpiness():
    assert "ε/λ² = 20." in barcode().scene.words
    assert "ε/λ² = 0.05." in barcode(wavelength=2).scene.words


@pytest.mark.parametrize("kind", ball.KINDS)
def test_every_corner_of_the_knobs_can_be_drawn(kind):
    board = barcode(kind, level=6)
    corners = itertools.product((0, 1), (0.05, 2), (10, 300), (1e2, 1e16), (0, 1.5), ((0, 0), (1.5, 1.5), (1.5, 0.0)))
    for epsilon, wavelength, steps, limit, rate, (low, high) in corners:
        board.set(epsilon=epsilon, wavelength=wavelength, steps=steps, limit=limit, rate=rate, low=low, high=high,
                  low2=high, high2=low)
        for plot in board.scene.plots:
            assert plot.x.low < plot.x.high and plot.y.low < plot.y.high and plot.says
        board._publish()
    board.set(level=4)
    board.set(level=14, steps=3000)


def test_a_still_picture_of_it_has_all_six_plots():
    assert sum(len(sub.axes) for sub in barcode().figure().subfigs) == 6


# ---------------------------------------------------------------- the three predictions

def test_strips_of_steps_melt_only_where_the_cosine_is_added():
    board = strips("steps", "added", 1.0, 1.012)
    assert [title.split(":")[0] for title in titles(board)[1:]] == ["500 steps", "1000 steps", "2000 steps"]
    found = [changes(labels("added", 0.2, 0.1, steps, 1e8, 1.0, 1.012)) for steps in (500, 1000, 2000)]
    assert found[0] > 1.5 * found[1] > 2.25 * found[2]
    assert f"changes {found[0]} and then {found[1]} and then {found[2]} times" in board.scene.words
    board.set(kind="multiplied", low=0.1, high=0.3)
    assert "No rate has another colour" in board.scene.words


def test_strips_of_limits_are_equal_on_the_multiplied_road():
    board = strips("limit", "multiplied", 0.1, 0.3)
    assert [title.split(":")[0] for title in titles(board)[1:]] == ["limit 10⁴", "limit 10⁸", "limit 10¹⁶"]
    pictures = [layers(board, f"row{i}", Picture)[0].rgb for i in range(3)]
    assert (pictures[0] == pictures[1]).all() and (pictures[0] == pictures[2]).all()
    board.set(kind="added", low=0.95, high=1.0)
    assert not titles(board)[1].endswith(" 0 changes") and titles(board)[3].endswith(" 0 changes")


def test_strips_of_ratios_come_with_the_middle_of_the_road():
    board = strips("ratio", low=1.0, high=1.04)
    assert titles(board)[1] == "ε/λ² = 0.04: 1 change" and "kind" not in board.knobs
    for line, hill in zip(layers(board, "road", Line), (False, True, True), strict=True):
        assert (min(line.y) < -1e-6) == hill
    with pytest.raises(ValueError, match="vary must be one of steps, limit, ratio, got 'rate'"):
        strips("rate")
