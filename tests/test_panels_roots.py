"""The boards of lesson 04 without a browser: their scenes say what Newton's method does."""
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.panels import draggable_roots, relaxation, shares
from fractaledu.panels.roots import RGB, UNITY
from fractaledu.panels.scene import Dots, Label, Line, Picture, described

TRAP = np.roots([1, 0, -2, 2])


def layers(board, plot, kind):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)]


def colours(board, plot="basins"):
    return layers(board, plot, Picture)[0].rgb


def share(board, k):
    """The share of pixels that are root k's colour, without a dot."""
    return (colours(board)[::2, ::2] == RGB[k]).all(-1).mean()


def path(board):
    """The white polyline: the start and its iterates."""
    line = layers(board, "basins", Line)[1]
    return np.asarray(line.x) + 1j * np.asarray(line.y)


def test_each_pixel_has_the_colour_of_the_root_that_plain_newton_finds():
    board = draggable_roots()
    x = (np.arange(160) + 0.5) / 40 - 2
    z = x + 1j * x[:, None]
    for _ in range(60):
        z = z - (z ** 3 - 1) / (3 * z ** 2)
    roots = np.argmin([abs(z - root) for root in UNITY], axis=0)
    assert (colours(board) == RGB[roots]).all(-1).mean() > 0.9999


def test_the_path_is_the_orbit_of_the_start():
    board = draggable_roots()
    for start, a in ((-0.5 + 0.2j, 1), (1.25 - 1j, 0.5 + 0.5j)):
        board.set(start_x=start.real, start_y=start.imag, a=np.real(a), a_imag=np.imag(a))
        orbit = reference.newton_orbit(start, np.array([1, 0, 0, -1], complex), a, 20)
        assert path(board)[:12] == pytest.approx(orbit[:12], abs=1e-9)


def test_a_dragged_root_attracts_from_its_new_place():
    board = draggable_roots()
    board._receive({"kind": "dragged", "plot": "basins", "handle": 0, "u": 0.9, "v": 0.6, "client": "me", "n": 1})
    assert (board.knobs["x0"], board.knobs["y0"]) == pytest.approx((1.6, 0.4))
    board.set(start_x=1.5, start_y=0.5)
    assert path(board)[-1] == pytest.approx(1.6 + 0.4j) and "settled at 1.6 + 0.4i (A)" in board.scene.words


def test_pressing_the_map_of_counts_moves_the_start_of_both():
    board = draggable_roots()
    board._receive({"kind": "pressed", "plot": "counts", "u": 0.5, "v": 0.75, "client": "me", "n": 1})
    assert (board.knobs["start_x"], board.knobs["start_y"]) == (0, 1) and path(board)[0] == 1j


def test_two_roots_dropped_on_each_other_are_a_double_root():
    board = draggable_roots(roots=(1, 1.05, -1), a=3.9, steps=500)
    assert [label.text for label in layers(board, "basins", Label)] == ["A + B", "C"]
    assert len(layers(board, "pad", Line)) == 2                     # the disc |1 - a/2| < 1 too
    assert "|1 − a/2| = 0.95 near a double root" in board.scene.words and share(board, 0) > 0.999
    board.set(a=4.1)
    assert share(board, 0) == 0 and "none came within 10⁻⁸" in board.scene.words


def test_a_complex_a_settles_inside_its_disc_only():
    inside, outside = draggable_roots(a=1 + 0.9j, steps=500), draggable_roots(a=1 + 1.1j, steps=500)
    assert sum(share(inside, k) for k in range(3)) > 0.99
    assert sum(share(outside, k) for k in range(3)) == 0 and "none came within" in outside.scene.words
    assert "is inside the disc" in inside.scene.plot("pad").says and "is not inside" in outside.scene.plot("pad").says


def test_the_trap_of_two_places_stays_dotted():
    few, many = draggable_roots(TRAP, start=0, steps=96), draggable_roots(TRAP, start=0, steps=500)
    assert path(many)[:5] == pytest.approx([0, 1, 0, 1, 0], abs=1e-6)
    black = [(colours(board, "counts") == 0).all(-1).mean() for board in (few, many)]
    assert black == pytest.approx([0.0105, 0.0105], abs=1e-3)           # the same share, for five times as many steps


def test_counts_are_brighter_where_fewer_steps_are_needed():
    board = draggable_roots()
    bright = colours(board, "counts").astype(int).sum(-1)
    assert bright[80, 120] > bright[80, 25]              # beside the root 1, and on the ragged line to the left


def test_the_scale_of_counts_runs_from_the_fewest_to_the_most_that_occur():
    board = draggable_roots(a=0.2)
    colour, title = colours(board, "counts").astype(int), board.scene.plot("counts").title
    assert title == "steps until settled: yellow 64, blue 99 (black: not)"
    seen = colour[colour.any(-1)]
    assert seen[:, 0].max() > 240 and seen[:, 0].min() < 10           # cividis, from end to end
    assert 0 < (colour == 0).all(-1).mean() < 0.03                      # black is for not settled only
    assert draggable_roots(a=4.4).scene.plot("counts").title == "steps until settled: none did (black: not)"


def test_two_roots_that_are_close_and_yet_two_are_named():
    board = draggable_roots()
    assert "not one" not in board.scene.words
    board.set(x1=0.8, y1=0.0)
    assert "A and B are near, not one. Two that come within 0.1" in board.scene.words
    board.set(x1=0.95)
    assert "not one" not in board.scene.words


def test_labels_of_shares_stand_above_their_bars():
    board = shares()
    for label, bar in zip(layers(board, "shares", Label), layers(board, "shares", Picture), strict=True):
        assert label.y > bar.y[1] > bar.y[0]


def test_the_map_is_kept_while_the_start_is_dragged():
    board = relaxation()
    before = layers(board, "basins", Picture)[0]
    board.set(start_x=0.3)
    assert layers(board, "basins", Picture)[0] is before


def test_the_map_of_relaxation_mirrors_its_upper_half_rightly():
    """Against the whole map, computed."""
    land = fe.render(fe.newton(a=0.7), fe.View((-2, 2), (-2, 2)), size=(96, 96), steps=300)
    assert (land.attractor >= 0).all()
    np.testing.assert_array_equal(colours(relaxation(0.7, 300)), RGB[land.attractor])


def test_relaxation_dots_what_has_not_settled():
    half = relaxation(1.9, 150)
    assert "After 150 steps " in half.scene.words
    dots = (colours(half)[::2, ::2] == 0).all(-1).mean()
    assert 0 < dots < 1
    said = float(half.scene.words.split("150 steps ")[1].split(" %")[0]) / 100
    assert 1 - dots == pytest.approx(said, abs=0.02)


def test_the_distance_of_a_run_begins_at_its_start_and_falls_below_the_tolerance():
    board = draggable_roots(start=-1)
    line = layers(board, "distance", Line)[0]
    assert line.y[0] == pytest.approx(1.0) and min(line.y) < 1e-8        # -1 is 1 from both complex roots


@pytest.mark.parametrize(("a", "steps", "settled"), [(1.99, 500, "0.0 %"), (1.99, 3000, "100.0 %"), (2.01, 3000, "0.0 %")])
def test_slow_settles_late_and_lost_never(a, steps, settled):
    board = relaxation(a, steps)
    assert f"After {steps} steps {settled} of" in board.scene.words
    assert f"|1 − a| = {abs(1 - a):.3g}" in board.scene.words


def test_beyond_2_the_last_two_iterates_are_two_places():
    last = layers(relaxation(2.01, 3000, start=1.5 + 0.5j), "close", Dots)[1]
    assert sorted(np.abs(last.x)) == pytest.approx([0.0798, 0.0949], abs=1e-3) and np.prod(last.x) < 0
    assert np.abs(last.y).max() < 1e-3


def test_shares_are_a_third_in_a_disc_and_not_in_a_square():
    board = shares()
    of = [bar.x[1] for bar in layers(board, "shares", Picture)]
    assert of == pytest.approx([0.3528, 0.3236, 0.3236], abs=1e-3)
    for frame in ("disc", "triangle"):
        board.set(frame=frame)
        assert [bar.x[1] for bar in layers(board, "shares", Picture)] == pytest.approx([1 / 3] * 3, abs=2e-3)
    assert colours(board).shape[-1] == 4 and (colours(board)[..., 3] == 0).any()         # outside the frame nothing


@pytest.mark.parametrize("make", [draggable_roots, relaxation, shares])
def test_any_place_of_the_knobs_has_a_scene(make):
    board, rng = make(), np.random.default_rng(0)
    numbers = [knob for knob in board._knobs.values() if hasattr(knob, "low")]
    for ends in [lambda knob: knob.low, lambda knob: knob.high, *[lambda k: rng.uniform(k.low, k.high)] * 8]:
        board.set(**{knob.name: knob.near(ends(knob)) for knob in numbers})
        assert board.scene.words and all(plot.says for plot in board.scene.plots)
        assert described(board.scene, board.knobs)["plots"]
    if make is not shares:
        board.set(start_x=0, start_y=0)                 # the slope is 0 there


@pytest.mark.parametrize("make", [draggable_roots, relaxation, shares])
def test_a_still_picture_is_drawn(make):
    board = make()
    assert len(board.figure().axes) == len(board.scene.plots)


@pytest.mark.parametrize(("how", "rule"), [
    ({"roots": [1, 2]}, "roots must be three numbers"),
    ({"roots": [1, 2, 3]}, "real part of root C must be from −2 to 2, got 3"),
    ({"a": 5}, "relaxation a must be from 0.05 to 4.5"), ({"steps": 1000}, "steps must be from 10 to 500, got 1000")])
def test_wrong_arguments_are_refused(how, rule):
    with pytest.raises(ValueError, match=rule):
        draggable_roots(**how)
