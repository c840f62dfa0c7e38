"""The panel of the zoom: its counts and its pictures, against plain Python and other ways to compute them."""
import math
from fractions import Fraction

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.panels.scene import Dots, Handle, Line, Picture, described, rgb
from fractaledu.panels.zoom import ARITHMETICS, DEEPEST, FLIPPED, PIXELS, STEPS, distinct, flipped, landscape, target, zoom


@pytest.fixture(scope="module")
def board():
    return zoom()


def layers(board, plot, kind):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)]


def rates_by_hand(depth):
    """The input rates of a row as fractions: centre (1 + δ), δ = 10**x − 1 by its series."""
    centre = Fraction(target()[0])
    for i in range(PIXELS):
        x = math.log(10) * 10.0 ** -depth * ((i + 0.5) / PIXELS - 0.5)
        yield centre * (1 + Fraction(x) + Fraction(x * x / 2))


@pytest.mark.parametrize("depth", [4.0, 6.0, 7.0, 8.0, 12.0, 14.0, 15.0, 16.0, 17.0, 40.0])
def test_distinct_rates_are_those_of_fractions_rounded(depth):
    rates = [float(rate) for rate in rates_by_hand(depth)]
    singles = {np.float32(rate) for rate in rates}
    assert distinct(depth) == {"float32": len(singles), "float64": len(set(rates)), "exact": PIXELS}


def test_where_each_arithmetic_runs_out():
    """float32 near 1e-6 decades, float64 near 1e-14 to 1e-15, differences never."""
    assert [distinct(d)["float32"] for d in (5.0, 7.0, 9.0)] == [PIXELS, 4, 1]
    assert distinct(14.0)["float64"] == PIXELS > distinct(15.0)["float64"] > 1 == distinct(18.0)["float64"]


def test_the_curves_are_the_counts_and_the_ring_is_on_its_own(board):
    board.set(depth=7.0, arithmetic="float32", shuffled=False)
    curves = {line.name: line for line in layers(board, "counter", Line)}
    assert list(curves) == list(ARITHMETICS)
    for name, line in curves.items():
        assert line.y[list(line.x).index(7.0)] == distinct(7.0)[name]
    (ring,) = layers(board, "counter", Handle)
    assert (ring.x, ring.y) == ("depth", 4.0)


@pytest.mark.parametrize("depth", [0.0, 5.0])
def test_the_exact_picture_is_that_of_float64_where_that_suffices(depth):
    plain, exact = landscape(depth, "float64"), landscape(depth, "exact")
    assert np.array_equal(plain.value < 0, exact.value < 0)
    assert np.median(np.abs(exact.value / plain.value - 1)) < 1e-6


def test_the_exact_picture_is_that_of_its_own_reference():
    """`render` looks for a reference of its own, elsewhere in the window, with other digits."""
    x, y = target()
    land = fe.render(fe.paper("one-datum"), fe.View.around(x, y, 1e-20, "log10"), (PIXELS, PIXELS), STEPS)
    assert np.array_equal(land.value < 0, landscape(20.0, "exact").value < 0)


def test_below_the_floor_all_pixels_are_one_run(board):
    for arithmetic in ("float32", "float64"):
        assert len(np.unique(landscape(20.0, arithmetic).value)) == 1
    assert 0.1 < (landscape(20.0, "exact").value < 0).mean() < 0.9


def test_a_shuffle_changes_no_side_above_and_many_near_the_floor_and_none_exactly():
    assert not any(flipped(float(depth), "float64").any() for depth in range(7))
    assert 0.005 < flipped(12.0, "float64").mean() < flipped(14.0, "float64").mean() < 0.5
    assert not flipped(14.0, "exact").any() and not flipped(40.0, "exact").any()


def test_what_changes_sides_is_red_and_counted(board):
    board.set(depth=13.0, arithmetic="float64", shuffled=True)
    (picture,) = layers(board, "flips", Picture)
    red = (picture.rgb == rgb(FLIPPED)).all(axis=-1)
    assert np.array_equal(red, flipped(13.0, "float64")) and red.any()
    assert board.scene.plot("flips").title == f"Shuffled: {red.sum()} of 1600 change sides"
    board.set(shuffled=False)
    assert not (layers(board, "flips", Picture)[0].rgb == rgb(FLIPPED)).all(axis=-1).any()
    assert board.scene.plot("flips").title.endswith("(Switch shuffle on)")


def test_words(board):
    board.set(depth=0.0, arithmetic="float64", shuffled=False)
    assert board.scene.words == ("The window is one decade wide. A row of 40 pixels has 40 distinct rates in float64 "
                                 "(40 in float32, 40 exact).")
    board.set(depth=18.0)
    assert board.scene.words.endswith("A row of 40 pixels has 1 rate in float64 (1 in float32, 40 exact).")
    board.set(depth=6.5, arithmetic="exact", shuffled=True)
    assert "3.16 × 10⁻⁷ decades" in board.scene.words and board.scene.words.endswith("0 % of the pixels change sides.")


def test_a_shuffle_finds_no_wrong_pixel_of_float32_and_not_all_of_float64(board):
    exact = landscape(6.0, "exact").value < 0
    seen = int(((landscape(6.0, "float32").value < 0) != exact).sum())
    board.set(depth=6.0, arithmetic="float32", shuffled=True)
    assert seen > 100 and board.scene.words.endswith(
        f"Shuffled, 0 % of the pixels change sides. Against exact differences {seen} of 1600 are on the wrong side; "
        "the shuffle moves none of them.")
    wrong = (landscape(13.0, "float64").value < 0) != (landscape(13.0, "exact").value < 0)
    moved = flipped(13.0, "float64")
    missed, found = int((wrong & ~moved).sum()), int((wrong & moved).sum())
    assert 0.3 < missed / (missed + found) < 0.7, "about half"
    board.set(depth=13.0, arithmetic="float64")
    assert f"{missed + found} of 1600 are on the wrong side; the shuffle moves {found} of them." in board.scene.words
    board.set(depth=4.0)
    assert board.scene.words.endswith("change sides. Against exact differences none is on the wrong side.")


def test_every_end_of_the_knobs_is_drawn(board):
    for depth in (0.0, 13.27, DEEPEST):
        for arithmetic in ARITHMETICS:
            board.set(depth=depth, arithmetic=arithmetic, shuffled=depth > 0)
            assert all(plot.says.endswith(".") and "nan" not in plot.says for plot in board.scene.plots)
            assert len(described(board.scene, board.knobs)["plots"]) == 3
            assert {dots.name for dots in layers(board, "picture", Dots)} == {"converged", "did not"}


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="from 0 to 40, got 41"):
        zoom(depth=41)
    with pytest.raises(ValueError, match="numbers must be one of float32, float64, exact, got 'float16'"):
        zoom(arithmetic="float16")
