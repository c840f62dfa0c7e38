"""Colours and figures."""
import matplotlib
import numpy as np
import pytest

import fractaledu as fe
from fractaledu.colour import GAP, MODES, PALETTES, STATES, colours, look_of, places, refer, restretch
from fractaledu.ticks import tick_texts

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

NET = fe.paper("one-datum", width=8)
WIDE = fe.View.around(30.0, 30.0, 6, "log10")


def luminance(rgba):
    channel = np.asarray(rgba[..., :3], float) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def test_ranks_are_spread_evenly_on_each_side():
    value = np.array([-9.0, -4.0, -1.0, 0.5, 2.0, 1e9, np.inf])
    np.testing.assert_allclose(restretch(value), [1, 0.625, 0.25, -0.25, -0.5, -0.75, -1])


def test_equal_values_share_the_mean_of_their_ranks():
    np.testing.assert_allclose(restretch(np.array([1.0, 1.0 + 1e-15, 1.0 - 1e-15, -2.0, -2.0])),
                               [-0.625] * 3 + [0.625] * 2)          # rounding makes no ranks


def test_minus_zero_is_converged_and_plus_zero_is_not():
    place = restretch(np.array([-0.0, 1.0, -1.0]))
    assert place[0] == GAP and place[1] < 0


def test_ranks_of_a_reference_are_kept():
    reference = np.array([-4.0, -3.0, -2.0, 1.0, 2.0, 3.0])
    place = restretch(np.array([-100.0, -3.0, -0.1, 0.1, 2.0, 99.0]), reference)
    np.testing.assert_allclose(place, [1, restretch(reference)[1], 0.25, -0.25, restretch(reference)[4], -1])


@pytest.mark.parametrize("mode", ["rank", "basins"])
def test_a_reference_worked_out_once_gives_the_same_colours_and_fits_its_mode_only(mode):
    wide, narrow = (fe.render(fe.newton(), view, (24, 24), 30) for view in (None, fe.newton().view.zoom(3)))
    expected = colours(narrow, mode=mode, reference=wide)
    assert (expected != colours(narrow, mode=mode)).any()
    np.testing.assert_array_equal(colours(narrow, mode=mode, reference=refer(wide, mode)), expected)
    for other in set(MODES) - {mode}:
        with pytest.raises(ValueError, match=f'reference must be one for mode "{mode}", got one for mode "{other}"'):
            colours(narrow, mode=mode, reference=refer(wide, other))


def test_the_look_of_a_picture_has_the_mode_that_suits_it():
    assert look_of(NET, "dark", None) == {"palette": "dark", "mode": "rank"}
    assert look_of(fe.newton(), "dark", None)["mode"] == "basins" and look_of(fe.newton(), "dark", "rank")["mode"] == "rank"
    for look, message in ((("grue", None), "palette must be"), (("dark", "loud"), "mode must be"),
                          (("dark", "basins"), "without attractors")):
        with pytest.raises(ValueError, match=message):
            look_of(NET, *look)


def test_one_sided_pictures_have_colours():
    for value in (np.array([-1.0, -2.0]), np.array([1.0, 2.0]), np.array([3.0])):
        assert np.isfinite(restretch(value)).all()
        assert (np.sign(restretch(value)) == -np.sign(value)).all()


@pytest.mark.parametrize("palette", [*PALETTES, "vanimo"])
def test_the_two_sides_never_share_a_colour(palette):
    land = fe.render(NET, WIDE, (40, 40), 100)
    rgba = colours(land, palette)
    assert rgba.shape == (40, 40, 4) and rgba.dtype == np.uint8 and (rgba[..., 3] == 255).all()
    settled = {tuple(c) for c in rgba[land.verdict == -1]}
    assert not settled & {tuple(c) for c in rgba[land.verdict != -1]}


def seen_by_the_colour_blind(rgba, matrix):
    linear = (np.asarray(rgba[..., :3], float) / 255) ** 2.2
    return np.clip(linear @ np.array(matrix).T, 0, 1) ** (1 / 2.2)


# Machado, Oliveira, Fernandes (2009), severity 1
BLINDNESS = {"protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
             "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
             "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_default_palette_tells_the_sides_apart_for_the_colour_blind(kind):
    places = np.linspace(GAP, 1, 20)
    table = (matplotlib.colormaps[PALETTES["two-sided"]](np.r_[(1 + places) / 2, (1 - places) / 2]) * 255)
    seen = seen_by_the_colour_blind(table, BLINDNESS[kind])
    settles, runs = seen[:20], seen[20:]
    nearest = np.abs(settles[:, None] - runs[None]).max(-1).min()
    assert nearest > 0.1                            # of 1, on the channel that differs most


def test_three_states_have_three_colours():
    land = fe.render(fe.mandelbrot(), fe.View((-2, -1.999), (-0.0005, 0.0005)), (41, 41), 100)
    rgba = colours(land, mode="verdict")
    for verdict, (text, _) in STATES.items():
        if (land.verdict == verdict).any():
            rgb = [int(text[i:i + 2], 16) for i in (1, 3, 5)]
            assert (rgba[land.verdict == verdict][:, :3] == rgb).all()
    assert len({text for text, _ in STATES.values()}) == 3


def test_basins_get_darker_with_the_steps():
    land = fe.render(fe.newton(), size=(80, 80))
    rgba = colours(land)
    for k in range(3):
        mine = land.attractor == k
        light, steps = luminance(rgba[mine]), land.arrival[mine]
        means = [light[steps == n].mean() for n in np.unique(steps)[:8]]
        assert means == sorted(means, reverse=True)


def test_pixels_not_computed_are_transparent(tmp_path):
    land = fe.render(fe.mandelbrot(), size=(4, 4), steps=5)
    pixels = land.pixels.copy()
    pixels["value"][1, 2] = np.nan
    part = fe.Landscape(land.problem, land.view, land.size, land.steps, pixels)
    rgba = colours(part)
    assert rgba[1, 2, 3] == 0 and (rgba[..., 3] == 0).sum() == 1
    assert "15 pixels computed" in repr(part)


@pytest.mark.parametrize(("look", "message"), [({"palette": "nice"}, "palette must be two-sided"),
                                               ({"mode": "nice"}, "mode must be one of rank"),
                                               ({"mode": "basins"}, "without attractors")])
def test_unknown_looks_are_refused(look, message, tmp_path):
    land = fe.render(fe.mandelbrot(), size=(4, 4), steps=5)
    for draw in (fe.colours, fe.plot, lambda land, **how: fe.save_png(land, tmp_path / "a.png", **how)):
        with pytest.raises(ValueError, match=message):
            draw(land, **look)


@pytest.mark.parametrize("view", [fe.View((-2, 1), (-1, 1)), WIDE, fe.View.around(200.36, 13.3, 1e-9, "log10"),
                                  fe.View.around(0.267398835471957, 174.2695, 1e-12, "log10"),
                                  fe.View((0.1, 10), (-1, 1), "log10"), fe.View.around(-0.75, 0.1, 1e-8)])
def test_axes_are_in_true_units(view):
    land = fe.render(NET, view, (12, 8), 5)
    artist = fe.plot(land)
    ax = artist.axes
    assert ax.get_xlim() == view.x and ax.get_ylim() == view.y
    assert ax.get_xscale() == ("log" if view.x_scale == "log10" else "linear")
    ax.figure.canvas.draw()
    drawn = artist.get_window_extent()
    frame = ax.get_window_extent()
    np.testing.assert_allclose(drawn.bounds, frame.bounds, atol=1)      # the picture fills its frame, on log axes too
    assert "learning rate" in ax.get_xlabel() and ax.get_title() == land.problem.title
    plt.close("all")


def test_narrow_windows_write_what_their_ticks_share_once():
    texts, shared = tick_texts(np.array([13.29977, 13.29978, 13.29979]))
    assert shared == ("13.299", -5) and texts == ["77", "78", "79"]
    texts, shared = tick_texts(np.array([-0.75, 0.0, 0.75]))
    assert (texts, shared) == (["-0.75", "0", "0.75"], None)


@pytest.mark.parametrize("mode", MODES)
def test_every_picture_has_a_legend_in_words(mode):
    problem = fe.newton() if mode == "basins" else NET
    ax = fe.plot(fe.render(problem, size=(16, 16), steps=20), mode=mode).axes
    ax.figure.canvas.draw()
    texts = " ".join(t.get_text() for t in ax.figure.findobj(matplotlib.text.Text))
    three = ["converged", "neither", "exploded"]
    for word in {"rank": ["settles", "runs away", "fast", "slow"], "value": ["−20", "−1 | 1", "settles"], "verdict": three,
                 "patterns": three, "basins": ["settles at", "none"]}[mode]:
        assert word in texts
    plt.close("all")


def test_traces_are_drawn_on_a_log_axis():
    fig, ax = plt.subplots()
    lines = fe.plot(fe.trace(NET, [1.0, 2.0], 5.0, 30), ax)
    assert len(lines) == 2 and ax.get_yscale() == "log" and ax.get_ylabel() == "loss"
    plt.close("all")
    with pytest.raises(TypeError, match="result must be one that this package computed, got int"):
        fe.plot(3)


def test_values_share_one_scale_in_every_picture():
    wide, narrow = (fe.render(NET, view, (32, 32), 50) for view in (NET.view, WIDE.zoom(4)))
    for land in (wide, narrow):
        slow = np.log(np.clip(abs(land.value), 1, 50)) / np.log(50)
        expected = -np.sign(land.value) * (GAP + (1 - GAP) * slow)
        np.testing.assert_allclose(places(land, "value"), expected, atol=1e-9)
        assert abs(places(land, "value")).max() <= 1


def test_patterns_tell_the_states_without_colour():
    land = fe.render(fe.paper("one-datum", width=8), size=(64, 64), steps=100)
    inked = (colours(land, mode="patterns")[..., :3] == 0x20).all(-1)
    shares = {v: inked[land.verdict == v].mean() for v in (-1, 1)}
    assert 0.05 < shares[-1] < 0.2 < 0.35 < shares[1] < 0.5
