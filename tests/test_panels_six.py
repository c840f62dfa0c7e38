"""The panel of the six conditions: what is large, what is compared, and the run that is trained now."""
import json

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.panels.scene import Handle, Label, Line, Picture, Rule, described
from fractaledu.panels.six import CONDITIONS, LIVE, NAMES, NOTHING, PLACES, WHOLE, WINDOW, once_only, picture, six


@pytest.fixture
def board():
    return six()


def layers(board, plot, kind):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_the_large_picture_is_the_atlass_with_its_axes(board, name, place):
    board.set(condition=name, place=place)
    land = fe.atlas(f"paper-{CONDITIONS[name].key}{PLACES[place]}")
    large = board.scene.plot("large")
    shown, = layers(board, "large", Picture)
    np.testing.assert_array_equal(shown.rgb, fe.colours(land))
    assert (large.x.low, large.x.high, large.y.low, large.y.high) == (*land.view.x, *land.view.y)
    share, (columns, rows) = 100 * (land.value < 0).mean(), land.size
    assert f"{share:.0f} % of {columns} × {rows} runs in the atlas learned" in board.scene.words
    assert (f"dimension {CONDITIONS[name].dimension}" in board.scene.words) == (place == WINDOW)
    assert len(json.dumps(described(board.scene, board.knobs))) < 150_000


def test_the_stated_dimensions_are_the_papers():
    assert {one.key: one.dimension for one in CONDITIONS.values()} == {
        "linear": "1.17", "relu": "1.20", "one-datum": "1.41", "minibatch": "1.55", "tanh": "1.66", "offset": "1.98"}


@pytest.mark.parametrize("index", range(6))
def test_a_press_on_a_thumbnail_makes_it_large(board, index):
    name = NAMES[index]
    board._receive({"kind": "pressed", "plot": "six", "u": (index % 3 + 0.5) / 3, "v": 0.8 if index < 3 else 0.3})
    assert board.knobs["condition"] == name and layers(board, "six", Label)[index].text == name
    frame, = layers(board, "six", Line)
    label = layers(board, "six", Label)[index]
    assert min(frame.x) - 0.05 < label.x < max(frame.x) and min(frame.y) - 0.3 < label.y < max(frame.y)
    board._receive({"kind": "reset"})
    assert board.knobs["condition"] == "tanh"


@pytest.mark.parametrize("u, v", [(0, 0), (1, 1), (0.5, 0.49)])
def test_the_corners_of_the_thumbnails_can_be_pressed(board, u, v):
    board._receive({"kind": "pressed", "plot": "six", "u": u, "v": v})
    assert board.knobs["condition"] == {0: "one example", 1: "deep linear", 0.5: "minibatches"}[u]


def test_the_run_at_the_ring_is_that_of_its_pixel(board):
    board.set(condition="deep linear")
    board._receive({"kind": "dragged", "plot": "large", "handle": 0, "u": 0.9, "v": 0.251})
    land = fe.atlas("paper-linear")
    row, column = int(0.25 * 256), int(0.9 * 256)
    run = fe.trace(land.problem, land.x[column], land.y[row])
    line, = layers(board, "loss", Line)
    inside = (run.watched / run.watched[0] > 1e-5) & (run.watched / run.watched[0] < 1e7)
    np.testing.assert_allclose(np.asarray(line.y)[inside], (run.watched / run.watched[0])[inside], rtol=1e-12)
    assert run.value == pytest.approx(land.value[row, column], rel=1e-11)
    assert f"V = {run.value:.10g}" in board.scene.words and "the same, to 11 digits" in board.scene.words
    assert "ran away" in board.scene.words or "did neither" in board.scene.words


def test_a_ring_outside_the_new_window_goes_to_its_middle_and_stays_where_it_is_inside(board):
    board.set(place=WHOLE)
    board.set(x=3.0, y=40.0)
    board.set(condition="ReLU")
    assert (board.knobs["x"], board.knobs["y"]) == (3.0, 40.0)
    board.set(place=WINDOW)
    assert (board.knobs["x"], board.knobs["y"]) == fe.paper_view("relu").centre


def test_added_once_all_learn_and_v_is_nearly_the_same(board):
    board.set(once=True)
    assert board.knobs["condition"] == "offset" and f"100 % of {LIVE} × {LIVE} runs trained now" in board.scene.words
    assert "V = −66.52612" in board.scene.words and "The atlas has" not in board.scene.words
    assert "ranks among the atlas's runs" in board.scene.words
    land = once_only(WINDOW)
    assert land.problem.options["axes"] == "mean_in,rate" and land.view == fe.paper_view("offset")
    assert np.ptp(land.value) < 5e-6
    shown, = layers(board, "large", Picture)
    assert len(np.unique(shown.rgb.reshape(-1, shown.rgb.shape[2]), axis=0)) <= 2, "ranked among the published runs: one colour"
    board.set(condition="tanh")
    assert board.knobs["once"] is False


def test_the_curtain_shows_the_left_of_one_and_the_right_of_the_other(board):
    board.set(place=WHOLE, other="ReLU", curtain=0.25)
    shown, = layers(board, "large", Picture)
    tanh, relu = (fe.colours(fe.atlas(f"paper-{key}-overview")) for key in ("tanh", "relu"))
    np.testing.assert_array_equal(shown.rgb[:, :48], tanh[:, :48])
    np.testing.assert_array_equal(shown.rgb[:, 48:], relu[:, 48:])
    rule, = layers(board, "large", Rule)
    assert board.scene.plot("large").x.fraction(rule.x) == pytest.approx(0.25)
    board.set(other=NOTHING)
    assert not layers(board, "large", Rule)


def test_words_and_texts_have_no_stray_numbers(board):
    for name in NAMES:
        for place in PLACES:
            board.set(condition=name, place=place)
            scene = board.scene
            assert all(text.endswith(".") and "nan" not in text for text in (scene.words, *(plot.says for plot in scene.plots)))
            assert len(layers(board, "large", Handle)) == 1


def test_a_move_computes_no_picture_again(board):
    board.set(condition="deep linear", other="ReLU")
    before = picture.cache_info().misses
    for curtain in (0.2, 0.5, 0.8):
        board.set(curtain=curtain, x=190.0102 + curtain / 1000)
    assert picture.cache_info().misses == before


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="picture must be one of tanh, ReLU, .*, got 'relu'"):
        six("relu")
    with pytest.raises(ValueError, match="where must be one of the paper's window, all rates, got 'here'"):
        six(place="here")
    with pytest.raises(ValueError, match="once must only be given for condition \"offset\", got it for 'tanh'"):
        six(once=True)
