"""The panel of box counting: what it counts, fits and draws, against the slow way and the package's own ruler."""
import itertools
import math

import numpy as np
import pytest

from fractaledu import known_sets, measure
from fractaledu.panels.box_counting import BOX, EDGE, INK, PAPER, WAYS, box_counting
from fractaledu.panels.covers import KINDS, counted, fitted, measured
from fractaledu.panels.scene import Dots, Line, described


@pytest.fixture
def board():
    return box_counting()


def named(board, plot, name):
    return next(layer for layer in board.scene.plot(plot).layers if getattr(layer, "name", "") == name)


def boxes(mask, size, place):
    """By hand: which boxes the pixels lie in."""
    return {((row + place[0]) // size, (column + place[1]) // size) for row, column in np.argwhere(mask).tolist()}


def test_counts_are_the_fewest_boxes_over_all_grids():
    mask = known_sets.koch(128)
    found = counted(mask, 2)
    assert found.sizes.tolist() == [1, 2, 4, 8, 16, 32, 64, 128]
    assert (found.counts == found.every.min(axis=0)).all() and (found.places < found.largest).all()
    for size, count, place in zip(found.sizes.tolist(), found.counts, found.places.tolist(), strict=True):
        assert len(boxes(mask, size, place)) == count
    assert len(boxes(mask, 8, (0, 0))) == found.every[0, 3]


@pytest.mark.parametrize("what", ["line", "circle", "Koch curve", "Sierpinski triangle", "white noise", "dust"])
def test_the_first_fit_is_that_of_box_dimension(board, what):
    board.set(what=what)
    k, found = board.knobs, measured(what, 2)
    expected = measure.box_dimension(found.mask)
    assert (k["low"], k["high"]) == expected.fit == (2, 32)
    slope, error, level = fitted(found, 2, 32)[:3]
    assert (slope, error) == pytest.approx((expected.dimension, expected.error), rel=1e-12)
    assert f"slope {slope:.3f} ± {error:.3f}" in board.scene.words
    assert (f"finds {expected.smooth.dimension:.2f} for a circle and {expected.noise.dimension:.2f} for white noise"
            in board.scene.words)
    line = named(board, "counts", f"slope {slope:.2f}")
    np.testing.assert_allclose(np.log(line.y), level - slope * np.log([2, 32]))


def test_sierpinskis_triangle_is_log_3_over_log_2_for_every_range(board):
    for low, high in ((1, 4), (2, 32), (8, 512), (1, 512)):
        board.set(low=low, high=high)
        assert "slope 1.585" in board.scene.words
    np.testing.assert_allclose(named(board, "slopes", "this set").y, math.log2(3), rtol=1e-12)


def test_the_carpet_is_exact_with_boxes_of_3_to_the_k(board):
    board.set(what="Sierpinski carpet", boxes="3, 9, 27, …")
    assert fitted(measured("Sierpinski carpet", 3), 1, 243)[0] == pytest.approx(math.log(8, 3), abs=1e-9)
    assert board.knobs["high"] == 27 and "of 243 px" in board.scene.words
    assert abs(fitted(measured("Sierpinski carpet", 2), 2, 32)[0] - math.log(8, 3)) > 0.01


def test_the_known_sets_are_measured_and_the_mandelbrot_set_is_not(board):
    """Rows 18, 19, 22, 23, 24, 25."""
    found = {}
    for what in ("line", "Koch curve", "Julia set: rabbit", "Newton's basins", "white noise", "Mandelbrot set: label changes",
                 "Mandelbrot set: distance"):
        board.set(what=what)
        found[what] = float(board.scene.words.partition("slope ")[2].split()[0])
    assert list(found.values()) == pytest.approx([1, 1.262, 1.3934, 1.4445, 2, 1.18, 1.47], abs=0.08)
    assert list(found.values())[:5] == sorted(list(found.values())[:5])


def test_training_borders_come_from_the_atlas_with_a_fit_to_16_px(board):
    for what, expected in (("training: linear net", 1.20), ("training: one example", 1.34), ("training: drift", 1.81)):
        board.set(what=what)
        assert board.knobs["high"] == 16 and f"{what}, 255 × 255 pixels" in board.scene.words
        assert float(board.scene.words.partition("slope ")[2].split()[0]) == pytest.approx(expected, abs=0.01)
        assert "Known" not in board.scene.words


def test_the_drawn_boxes_are_those_that_are_counted(board):
    board.set(what="training: one example", k=4)
    found = measured("training: one example", 2)
    place = found.places[4]
    picture = board.scene.plot("set").layers[0].rgb
    met = boxes(found.mask, 16, place)
    assert len(met) == found.counts[4] and board.scene.plot("set").title == f"{len(met)} boxes of 16 px"
    for row, column in itertools.product(range(255), repeat=2):
        colour, box = tuple(picture[row, column]), ((row + place[0]) // 16, (column + place[1]) // 16)
        if found.mask[row, column]:
            assert colour == tuple(INK)
        elif colour != tuple(EDGE):
            assert colour == tuple(BOX if box in met else PAPER)
        else:
            assert 0 in ((row + place[0]) % 16, (column + place[1]) % 16)


def test_the_ends_of_the_fit_do_not_cross_and_boxes_are_as_large_as_there_are(board):
    board.set(low=100)
    assert (board.knobs["low"], board.knobs["high"]) == (32, 32)
    assert "From 32 to 32 px there are fewer than 3 sizes" in board.scene.words
    board.set(high=500, low=3.1)
    assert "From 4 to 256 px, a factor of 64" in board.scene.words
    board.set(high=1)
    assert board.knobs["low"] == board.knobs["high"] == 3.1
    board.set(k=9)
    assert "1 box of 512 px" in board.scene.words
    board.set(what="training: one example")
    assert board.knobs["k"] == 7 and (board.knobs["low"], board.knobs["high"]) == (2, 16)
    assert box_counting(box=60, low=8).knobs == {"what": "Sierpinski triangle", "k": 6, "low": 8, "high": 32,
                                                 "boxes": "2, 4, 8, …"}


def test_a_press_on_the_counts_chooses_the_nearest_boxes(board):
    for side, k in ((1, 0), (11, 3), (12, 4), (600, 9)):
        board._receive({"kind": "pressed", "plot": "counts", "u": board.scene.plot("counts").x.fraction(side), "v": 0.5})
        assert board.knobs["k"] == k
    board._receive({"kind": "dragged", "plot": "counts", "handle": 1, "u": board.scene.plot("counts").x.fraction(70), "v": 0.5})
    assert board.knobs["high"] == pytest.approx(70) and "From 2 to 64 px" in board.scene.words
    board._receive({"kind": "reset"})
    assert board.knobs == box_counting().knobs


def test_every_knob_is_drawn_with_words_for_each_plot(board):
    for what, way, k, ends in itertools.product(KINDS, WAYS, (0, 9), ((1, 512), (8, 16))):
        board.set(what=what, boxes=way, k=k, low=ends[0], high=ends[1])
        scene = board.scene
        assert all(words.endswith(".") and "nan" not in words for words in (scene.words, *(plot.says for plot in scene.plots)))
        assert all(np.isfinite([*layer.x, *layer.y]).all() for plot in scene.plots for layer in plot.layers
                   if isinstance(layer, Line | Dots))
    assert len(described(board.scene, board.knobs)["plots"]) == 3
    assert len(board.scene.plot("set").layers[0].source) < 60_000


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="set must be one of line, circle, Koch curve"):
        box_counting("cloud")
    with pytest.raises(ValueError, match="sizes of the boxes must be one of 2, 4, 8"):
        box_counting(boxes="5, 25")
    with pytest.raises(ValueError, match="fit to, px must be from 1 to 512, got 1000"):
        box_counting().set(high=1000)
