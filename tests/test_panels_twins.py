"""Twin orbits and the word map: the numbers of their scenes, without a browser."""
import itertools
import math

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.panels import twins, words
from fractaledu.panels.scene import Dots, Handle, Line, Picture, described
from fractaledu.panels.twins import twin_orbits
from fractaledu.panels.words import word_map


def named(plot, text):
    """The one layer of a plot whose name begins so."""
    return next(layer for layer in plot.layers if getattr(layer, "name", "").startswith(text))


def hand(board, kind, **message):
    board._receive({"kind": kind, "client": "me", "n": 1, **message})
    return board.knobs


# ---------------------------------------------------------------- twins

def test_a_gap_of_1e_10_at_rate_4_lasts_33_steps():
    board = twin_orbits()
    distances = np.asarray(named(board.scene.plot("distance"), "distance").y)
    assert distances[0] == pytest.approx(1e-10, rel=1e-5)
    assert 30 <= np.argmax(distances > 0.1) <= 35
    assert "= 33.2 steps" in board.scene.words and "λ is 0.693, a factor of 2 a step" in board.scene.words


@pytest.mark.parametrize("rate", [1.3, 1.7, 2.4, 2.9])
def test_below_3_the_exponent_is_the_logarithm_of_the_distance_to_2(rate):
    assert twins.exponent(rate, 0.3) == pytest.approx(math.log(abs(2 - rate)), abs=1e-9)


def test_the_fitted_slope_is_the_exponent_at_rate_4_from_many_starts():
    slopes = []
    for start in np.linspace(0.06, 0.94, 40):
        first, twin = (twins.orbit(4.0, x, 80) for x in (start, start + 1e-10))
        slopes.append(twins.fitted(np.abs(twin - first))[0])
    assert np.mean(slopes) == pytest.approx(math.log(2), abs=0.02)


def test_a_line_is_fitted_only_where_the_distance_is_neither_large_nor_lost():
    slope, height, count = twins.fitted(1e-10 * 2.0 ** np.arange(60))
    assert (slope, height) == pytest.approx((math.log(2), math.log(1e-10)))
    assert 1e-10 * 2.0 ** (count - 1) <= twins.FAR < 1e-10 * 2.0 ** count
    assert twins.fitted(np.array([1e-3, 1e-2, 0.2, 0.1, 0.3, 0.2])) is None
    slope, _, count = twins.fitted(np.maximum(1e-10 * 0.5 ** np.arange(60.0), 1e-17) * (np.arange(60) < 30))
    assert slope == pytest.approx(-math.log(2)) and count == 17


def test_the_gap_and_the_start_are_dragged():
    board = twin_orbits()
    assert hand(board, "dragged", plot="distance", handle=0, u=0.7, v=9 / 18)["gap"] == pytest.approx(1e-8)
    assert "The twins start 10⁻⁸ apart" in board.scene.words
    assert hand(board, "dragged", plot="distance", handle=0, u=0.0, v=1.0)["gap"] == 1e-3
    assert hand(board, "dragged", plot="runs", handle=0, u=0.7, v=0.4)["start"] == pytest.approx(0.4)
    assert board.scene.plot("runs").layers[0].y[0] == pytest.approx(0.4)


def test_a_smaller_gap_moves_the_line_and_not_the_slope_of_the_exponent():
    board = twin_orbits()
    before = named(board.scene.plot("distance"), "slope")
    board.set(gap=1e-13)
    after = named(board.scene.plot("distance"), "slope")
    assert after.name == before.name == "slope λ = 0.693"
    assert after.y[0] == pytest.approx(1e-13) and "43.2 steps" in board.scene.words


@pytest.mark.parametrize(("rate", "fitted"), [(4, True), (3.7, True), (2.5, False), (3.83, False), (3.0, False)])
def test_no_line_is_fitted_where_small_differences_shrink(rate, fitted):
    """There it would fit what happens before the runs settle."""
    board = twin_orbits(rate=rate)
    names = [getattr(layer, "name", "") for layer in board.scene.plot("distance").layers]
    assert any(name.startswith("fitted slope") for name in names) == fitted == ("fitted slope" in board.scene.words)


@pytest.mark.parametrize(("knobs", "words"), [
    ({"rate": 4, "start": 0.5}, "exactly 0 from step 2 on: this start is a trap. The exponent there, 1.386,"),
    ({"rate": 2}, "λ is minus infinity"),
    ({"rate": 2.5}, "A small difference shrinks: they stay within 0.1 for all 80 steps."),
    ({"rate": 3.83}, "but before the runs have settled, these grow"),
    ({"rate": 3.7}, "a factor of 1.4")])
def test_the_words_say_what_is_seen(knobs, words):
    board = twin_orbits()
    board.set(**knobs)
    assert words in board.scene.words


def test_every_corner_of_the_twins_knobs_has_a_scene_inside_its_plots():
    board = twin_orbits()
    for rate, start, gap in itertools.product((1, 2, 3, 1 + math.sqrt(5), 3.83, 4), (0.002, 0.25, 0.5, 0.75, 0.998),
                                              (1e-14, 1e-10, 1e-3)):
        board.set(rate=rate, start=start, gap=gap)
        described(board.scene, board.knobs)
        for plot in board.scene.plots:
            for layer in plot.layers:
                if isinstance(layer, Line | Dots):
                    inside = np.asarray(layer.y)[np.asarray(layer.y) > 0]
                    assert np.all(inside <= plot.y.high * 1.0001) and np.all(np.asarray(layer.x) <= plot.x.high)
        assert "nan" not in board.scene.words and "inf," not in board.scene.words


# ---------------------------------------------------------------- words

@pytest.mark.parametrize(("word", "a", "b", "start"), [("AB", 3.8, 3.2, 0.3), ("AABAB", 3.5, 2.7, 0.4),
                                                       ("BBBBBBAAAAAA", 3.9, 3.1, 0.3)])
def test_the_exponent_of_a_word_is_that_of_the_slow_twin_and_of_the_kernel(word, a, b, start):
    growth = words.forced(word, a, b, start)[1]
    exponent = np.log(growth).mean()
    assert exponent == pytest.approx(reference.lyapunov(word, a, b, start, words.BURN, words.STEPS)[-1], abs=1e-9)
    if exponent < 0:                        # of chaos the kernel's last digits are its own
        assert exponent == pytest.approx(math.log(fe.trace(fe.markus(word, start=start), a, b, words.STEPS).last), abs=1e-9)


def test_the_map_is_the_picture_of_markus_and_follows_word_part_and_start():
    board = word_map()
    plot = board.scene.plot("map")
    assert np.array_equal(plot.layers[0].rgb, fe.colours(fe.render(fe.markus("AB"), size=(words.SIDE, words.SIDE))))
    seen = {plot.layers[0].rgb.tobytes()}
    zircon = list(words.PARTS)[1]
    for knobs in ({"word": "aabab"}, {"word": "BBBBBBAAAAAA"}, {"part": zircon}, {"start": 0.5}):
        board.set(**knobs)
        seen.add(board.scene.plot("map").layers[0].rgb.tobytes())
    assert len(seen) == 5
    picture = next(layer for layer in board.scene.plot("map").layers if isinstance(layer, Picture))
    assert (picture.x, picture.y) == ((3.4, 4.0), (2.5, 3.4)) and board.scene.plot("map").title.startswith("Word BBBBBBAAAAAA")


def test_the_map_is_kept_while_the_point_moves_and_the_point_begins_in_a_swallow():
    board = word_map()
    assert "stable" in board.scene.words and "A = 3.760, B = 2.830" in board.scene.words
    before = board.scene.plot("map").layers[0]
    board.set(a=3.0)
    assert board.scene.plot("map").layers[0] is before


def test_pressing_the_map_moves_the_point_and_the_orbit():
    board = word_map()
    assert hand(board, "pressed", plot="map", u=0.5, v=0.25) | {} == board.knobs
    assert (board.knobs["a"], board.knobs["b"]) == pytest.approx((3.0, 2.5))
    assert "Word AB at A = 3.000, B = 2.500" in board.scene.words and "stable" in board.scene.words
    assert board.scene.plot("orbit").says.endswith("2 different values.")


def test_a_point_outside_the_part_that_is_shown_has_no_handle_and_says_so():
    board = word_map(a=2.5)
    assert any(isinstance(layer, Handle) for layer in board.scene.plot("map").layers)
    board.set(part=list(words.PARTS)[1])
    assert not any(isinstance(layer, Handle) for layer in board.scene.plot("map").layers)
    assert "outside the part" in board.scene.words


def test_a_word_of_other_letters_is_refused_with_the_rule():
    board = word_map()
    with pytest.raises(ValueError, match="word must be of 1 to 64 letters A and B"):
        board.set(word="ABC")
    hand(board, "typed", name="word", value="")
    assert board._now["refused"]["word"].startswith("word must be") and board.knobs["word"] == "AB"


def test_the_start_one_half_is_named_as_a_trap():
    board = word_map(a=4, b=4, start=0.5)
    assert "landed on 0" in board.scene.words and "chaos:" not in board.scene.words


def test_dots_tell_the_two_letters_apart():
    plot = word_map("AAB").scene.plot("orbit")
    a, b = (layer for layer in plot.layers if isinstance(layer, Dots))
    assert len(a.x) == 40 and len(b.x) == 20 and (not a.hollow) and b.hollow
