"""The views of lesson 02: the map beside a Julia set, and the dial of learning rates."""
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.panels.dial import LANDMARKS, MAP_STEPS, constant_of, descent, dial
from fractaledu.panels.julia import MAP, SETTLING, STARTS, escape_colours, julia, orbit_of
from fractaledu.panels.scene import Dots, Handle, Line, Picture, described

BLUE = (86, 180, 233)                           # of pixels that have not left


def layer(board, plot, kind, nth=0):
    return [found for found in board.scene.plot(plot).layers if isinstance(found, kind)][nth]


def slow_departure(start, c, steps, ship):
    def step(z):
        return reference.burning_ship(z, c) if ship else z * z + c
    z = start
    for n in range(1, steps + 1):
        z = step(z)
        if abs(z) > 2:
            return n
    return -1


@pytest.mark.parametrize("ship", [False, True])
@pytest.mark.parametrize("plot", ["map", "starts"])
def test_a_pixel_has_the_colour_of_its_departure(plot, ship):
    board = julia(c=-0.5 - 0.3j, dwell=60, ship=ship)
    rgb = layer(board, plot, Picture).rgb
    side = rgb.shape[0]
    x, y = (MAP if plot == "map" else STARTS).positions((side, side))
    for row, column in np.random.default_rng(1).integers(side, size=(150, 2)):
        pixel = complex(x[column], y[row])
        start, c = (0j, pixel) if plot == "map" else (pixel, -0.5 - 0.3j)
        assert tuple(rgb[row, column]) == tuple(escape_colours(np.array(slow_departure(start, c, 60, ship))))


def test_colours_are_blue_for_staying_and_darker_for_later():
    rgb = escape_colours(np.array([-1, 1, 5, 30, 60, 5000])).astype(int)
    assert tuple(rgb[0]) == BLUE
    assert (np.diff(rgb[1:5].sum(axis=-1)) < 0).all() and (rgb[4] == rgb[5]).all()


@pytest.mark.parametrize("ship", [False, True])
def test_the_words_name_the_step_at_which_the_kernel_says_it_leaves(ship):
    board, problem = julia(ship=ship, dwell=40), fe.burning_ship() if ship else fe.mandelbrot()
    seen = set()
    for x, y in np.random.default_rng(2).uniform((-2.0, -1.2), (0.6, 0.6), size=(60, 2)):
        board.set(c_real=x, c_imag=y)
        left = fe.trace(problem, x, y, steps=40).departure          # chaos: much later steps depend on rounding
        seen.add(left > 0)
        words = f"passes 2 at step {left}: this orbit leaves" if left > 0 else "has not passed 2 in 40 steps"
        assert words in board.scene.words
    assert seen == {True, False}


@pytest.mark.parametrize("c, words", [
    (0.1j, "one value"), (-1 + 0.1j, "2 values"), (-0.12 + 0.74j, "3 values"), (-1.31, "4 values"),
    (-0.75, "slowly approaching one value"), (0.3 + 0.6j, "step 15"), (-2, "has not passed 2"), (0.26, "step 30")])
def test_what_becomes_of_an_orbit_is_said(c, words):
    assert words in julia(c=c).scene.words


def test_orbits_are_those_of_the_kernel():
    for c in (-0.5 + 0.3j, 0.3 + 0.6j):
        orbit, states = orbit_of(0j, c), fe.trace(fe.mandelbrot(), c.real, c.imag, steps=12, states=True).states
        assert np.allclose(orbit[:13], states[:, 0] + 1j * states[:, 1], rtol=0, atol=1e-12)
    assert len(orbit_of(0j, 1j)) == SETTLING + 1 and np.isnan(orbit_of(0j, 1 + 1j)[-1])


def test_a_real_c_has_the_same_orbit_on_the_ship():
    for c in np.linspace(-2, 0.25, 40):
        assert np.array_equal(orbit_of(0j, complex(c)), orbit_of(0j, complex(c), ship=True), equal_nan=True)


def test_a_larger_dwell_limit_only_takes_blue_away():
    board, before = julia(c=-0.75 + 0.02j, dwell=5), {}
    for dwell in (5, 20, 100, 1000):
        board.set(dwell=dwell)
        for plot in ("map", "starts"):
            blue = (layer(board, plot, Picture).rgb == BLUE).all(axis=-1)
            assert not (blue & ~before.get(plot, blue)).any()
            before[plot] = blue


def test_both_points_can_be_dragged_and_both_plots_pressed():
    board = julia()
    handle = layer(board, "map", Handle)
    assert (handle.x, handle.y) == ("c_real", "c_imag") == board.scene.plot("map").touch
    assert board.scene.plot("starts").touch == ("start_real", "start_imag")
    board.set(start_real=1.9)
    assert "start 1.9. |z| passes 2 at step 1" in board.scene.words
    assert layer(board, "starts", Line).x[0] == 1.9


@pytest.mark.parametrize("ship", [False, True])
@pytest.mark.parametrize("dwell", [5, 5000])
@pytest.mark.parametrize("c", [(-2.1, -1.6), (1.1, 1.6), (0, 0), (-2, 0)])
@pytest.mark.parametrize("start", [(0, 0), (2, -2)])
def test_every_corner_of_the_knobs_gives_a_scene_that_can_be_drawn(ship, dwell, c, start):
    board = julia()
    board.set(ship=ship, dwell=dwell, c_real=c[0], c_imag=c[1], start_real=start[0], start_imag=start[1])
    assert described(board.scene, board.knobs)["words"] == board.scene.words
    assert all(plot.says for plot in board.scene.plots)


def test_a_c_outside_the_map_is_refused_by_name():
    with pytest.raises(ValueError, match="real part of c must be from −2.1 to 1.1, got 3"):
        julia(c=3)
    with pytest.raises(ValueError, match="c must be finite"):
        julia(c=complex("nan"))


# ---------------------------------------------------------------- the dial

def test_the_landmarks_of_the_axis_are_where_algebra_puts_them():
    assert np.allclose([constant_of(rate) for rate in LANDMARKS], [0.25, 0, -0.75, -1.25, -2], rtol=0, atol=1e-15)
    assert constant_of(2.5699457) == pytest.approx(-1.4011552, abs=1e-7)


@pytest.mark.parametrize("rate", [*np.linspace(0, 3, 31), 3.1, 3.2])
def test_descent_and_square_are_one_orbit_in_two_rulers(rate):
    board = dial(rate=rate)
    line, rings = layer(board, "squares", Line), layer(board, "squares", Dots)
    both = np.isfinite(line.y) & np.isfinite(rings.y)
    assert both[:4].all() and np.abs(line.y - rings.y)[both].max() < 1e-3       # 40 doublings of a rounding error
    assert np.abs(line.y - rings.y)[:15][both[:15]].max() < 1e-9
    assert layer(board, "map", Dots).x == [constant_of(rate)]
    assert rings.colour == layer(board, "map", Dots, 1).colour == "orange"           # as the lesson calls it


@pytest.mark.parametrize("rate, words", [
    (0, "stays where it is"), (0.5, "comes to the minimum 0"), (1.9, "= 0.9"), (2, "slow, but not lost"), (2.1, "2 values"),
    (2.4494, "still approaching 2 values"), (2.5, "4 values"), (2.83, "3 values"), (2.7, "No cycle of up to 16"),
    (3, "No cycle"), (3.1, "runs away: beyond 10")])
def test_what_a_rate_does_is_said(rate, words):
    assert words in dial(rate=rate).scene.words


def test_below_two_it_comes_to_the_minimum_and_until_three_it_stays():
    for rate in (0.1, 1.0, 1.9):
        assert abs(descent(rate, 0.3, 2000)[-1]) < 1e-9
    assert 1e-3 < abs(descent(2.0, 0.3, 2000)[-1]) < 0.05                       # creeping
    for rate in np.linspace(2, 3, 101):
        assert np.abs(descent(rate, 0.3, 2000)).max() <= 1


@pytest.mark.parametrize("start", [-0.3, 0.0, 0.99])
@pytest.mark.parametrize("rate", [0, 1, 2, 3, 3.2])
def test_every_corner_of_the_dial_can_be_drawn(rate, start):
    board = dial(rate=rate, start=start)
    assert described(board.scene, board.knobs)["plots"] and all(plot.says for plot in board.scene.plots)


def test_the_map_of_the_dial_says_its_steps():
    assert f"with {MAP_STEPS} steps" in dial().scene.plot("map").says
