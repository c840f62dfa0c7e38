"""Films, targets and posters that go on where float64 ends."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image
from test_films import array, changes, frames_of, jumps

import fractaledu as fe
from fractaledu import cli, deep, exact, targets
from fractaledu.captions import place
from fractaledu.deep.choice import EXACT_BELOW
from fractaledu.films import path, reference
from fractaledu.posters import making, poster, tiles, words
from fractaledu.recipes import Recipe
from fractaledu.rendering import render_of
from fractaledu.targets import border_target

STEPS = 300
NET = fe.paper("one-datum")
# of border_target(NET, None, 24, STEPS): on the border at every depth
TARGET = "57.4458593418865487737424129452797781615301018678", "17.88330246874558503430615805210849648408420820239"
NEAR = NET.view.spanning(tuple(map(float, TARGET)), (1e-11, 1e-11))         # a plain view, three decades above the floor
DIVE = {"view": NEAR, "decades": 6, "size": (32, 32), "steps": STEPS, "fps": 4, "seconds": 2, "supersampling": 1}


def shares(plan):
    return [float((plan.keyframes.load(k).verdict == -1).mean()) for k in range(len(plan.keyframes))]


# ---------------------------------------------------------------- where it looks

def test_a_path_keeps_the_digits_of_a_decimal_centre():
    way = path.zoom(NET.view, [tuple(map(Decimal, TARGET))], 40.0)
    for s in (0.0, 30.0, 66.5, 132.0):
        view = way.view(s)
        assert view.centre == tuple(map(Decimal, TARGET))
        assert view.half[0] == pytest.approx(NET.view.half[0] * 2.0 ** -s, rel=1e-12)
    assert way.plainly().view(3.0).exact is None and way.plainly().exactly().centre[0] == Decimal(repr(float(TARGET[0])))


def test_waypoints_are_passed_below_the_float_floor():
    target = tuple(map(Decimal, TARGET))
    first = fe.View.around(*target, 1e-20, "log10")
    near = first.point(0.503, 0.502)
    way = path.zoom(first, [near, target], 4.0)
    (_, _), (s, _), (end, _) = way.corners
    assert way.view(s).fraction(*near) == pytest.approx((0.5, 0.5), abs=1e-9)
    assert way.view(end).centre == target
    for s in np.linspace(0, way.length, 30)[:-1]:
        assert way.window(s).holds(way.window(s + 0.01))


def test_exact_keyframes_begin_where_samples_come_close(tmp_path):
    plan = fe.film_plan(NET, TARGET, tmp_path / "f", **DIVE | {"view": None, "decades": 16})
    kinds = [recipe.view.exact is not None for recipe in plan.keyframes.recipes]
    assert kinds == sorted(kinds) and any(kinds) and not all(kinds)
    first = kinds.index(True)
    ulps = [recipe.view.spacing_in_ulps((32, 32)) for recipe in plan.keyframes.recipes]
    assert ulps[first] < EXACT_BELOW <= ulps[first - 1]
    assert not plan.note and plan.recipe["depth"] == pytest.approx(16)
    assert f"{sum(kinds)} keyframes are exact: differences from one run in at least 45 digits" in str(plan)
    assert plan.keyframes.recipes[-1].view.centre == tuple(map(Decimal, TARGET))


def test_asked_for_float64_it_ends_there_and_says_so(tmp_path):
    plan = fe.film_plan(NET, TARGET, tmp_path / "f", precision="float64", **DIVE | {"view": None, "decades": 20})
    assert "float64 ends it 14." in plan.note and "float64 ends here" in plan.story.moments[-1].lines
    assert all(recipe.view.exact is None for recipe in plan.keyframes.recipes)
    assert all(deep.chosen(r.problem, r.view, r.size, r.precision) == "float64" for r in plan.keyframes.recipes)
    exactly = fe.film_plan(NET, TARGET, tmp_path / "f", precision="exact", **DIVE | {"decades": 2})
    assert all(recipe.view.exact is not None for recipe in exactly.keyframes.recipes)


def test_an_exact_film_ends_at_1e_100(tmp_path):
    plan = fe.film_plan(fe.mandelbrot(), ("0", "1"), tmp_path / "f", **DIVE | {"view": None, "decades": 120})
    assert "it ends 99.9 decades deep, not 120.0: half widths go down to 1e-100" in plan.note
    assert "exact windows end here" in plan.story.moments[-1].lines
    assert 1e-100 <= min(plan.keyframes.recipes[-1].view.exact.half) < 2e-100


@pytest.mark.parametrize("system", [fe.newton(), fe.paper("one-datum", momentum=0.5)])
def test_systems_that_stop_at_float64_do_so_whatever_the_target(tmp_path, system):
    target = tuple(system.view.exactly().centre)
    plan = fe.film_plan(system, tuple(map(str, target)), tmp_path / "f", **DIVE | {"view": None, "decades": 20})
    assert plan.recipe["target"] == [list(map(str, target))]
    assert all(recipe.view.exact is None for recipe in plan.keyframes.recipes)
    with pytest.raises(ValueError, match='precision must not be "exact" for .*go on past float64'):
        fe.film_plan(system, target, tmp_path / "f", precision="exact", **DIVE | {"view": None})


@pytest.mark.parametrize(("target", "message"), [
    (("48.3", "eighteen"), "target must be a decimal number, got 'eighteen'"),
    (("48.3", "nan"), "target must be finite"), (("48.3", "-18"), "positive on a log10 axis, got y = -18"),
    (("48.3",), "target must be two numbers"), (("1" * 1001, "18"), "target must be")])
def test_bad_texts_are_refused(tmp_path, target, message):
    with pytest.raises(ValueError, match=message):
        fe.film(NET, target, tmp_path / "f.webp", **DIVE)
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- what it shows

def test_keyframes_on_both_sides_of_the_floor_show_the_border_and_no_jump(tmp_path):
    what = DIVE | {"size": (64, 64), "seconds": 2.5, "fps": 24}
    first = NET.view.spanning(tuple(map(Decimal, TARGET)), (1e-10, 1e-10))
    plan = fe.film_plan(NET, TARGET, tmp_path / "f", caption=False, **what | {"decades": 3, "view": first})
    kinds = [recipe.view.exact is not None for recipe in plan.keyframes.recipes]
    assert kinds[0] is False and kinds[-1] is True
    frames = frames_of(plan)
    assert all(0.02 < share < 0.98 for share in shares(plan))
    assert jumps(changes(frames), plan.story.moments).max() < 1.5


def test_deep_keyframes_agree_with_exact_training(tmp_path):
    plan = fe.film_plan(NET, TARGET, tmp_path / "f", **DIVE | {"decades": 11, "size": (8, 8)})
    plan.keyframes.compute()
    land, rng = plan.keyframes.load(len(plan.keyframes) - 1), np.random.default_rng(0)
    assert land.precision == "exact"
    for row, column in rng.integers(8, size=(6, 2)):
        point = land.view.point((column + 0.5) / 8, (row + 0.5) / 8)
        run = exact.train(NET.system, *point, STEPS, 90)
        assert run.value == pytest.approx(float(land.value[row, column]), rel=1e-9)


def test_one_reference_serves_all_keyframes_and_settles(tmp_path, monkeypatch):
    made = fe.film(NET, TARGET, tmp_path / "f.webp", **DIVE)
    kept = json.loads((tmp_path / "f.webp.keyframes" / "reference.json").read_text())
    point = tuple(map(Decimal, kept["reference"]))
    plan = fe.film_plan(NET, TARGET, tmp_path / "f.webp", **DIVE)
    assert all(0 <= f <= 1 for f in plan.keyframes.recipes[-1].view.fraction(*point))
    assert exact.train(NET.system, *point, STEPS, 60).verdict == -1
    (tmp_path / "f.webp.keyframes" / "0019.npz").unlink()
    monkeypatch.setattr(reference.Reference, "find", lambda self, *_: self.point == point or pytest.fail("found another"))
    before = (tmp_path / "f.webp").read_bytes()
    assert plan.make().recipe == made.recipe and (tmp_path / "f.webp").read_bytes() == before


def test_a_damaged_reference_is_named(tmp_path):
    fe.film(NET, TARGET, tmp_path / "f.webp", **DIVE)
    folder = tmp_path / "f.webp.keyframes"
    (folder / "0019.npz").unlink()
    for damaged in ("", "[]", "{}", '{"reference": [1]}', "null", '{"reference": [NaN, 1]}', '{"reference": ["1", "x"]}'):
        (folder / "reference.json").write_text(damaged)
        with pytest.raises(ValueError, match="reference.json is no reference of a film: choose another folder or delete"):
            fe.film(NET, TARGET, tmp_path / "f.webp", **DIVE)


def test_a_deeper_film_uses_the_keyframes_of_a_shorter_one(tmp_path):
    fe.film(NET, TARGET, tmp_path / "f.webp", **DIVE)
    folder = tmp_path / "f.webp.keyframes"
    times = {file: file.stat().st_mtime_ns for file in folder.glob("*.npz")}
    first = (folder / "reference.json").read_text()
    deeper = fe.film(NET, TARGET, tmp_path / "f.webp", **DIVE | {"decades": 8})
    assert deeper.recipe["depth"] == pytest.approx(8) and len(list(folder.glob("*.npz"))) > len(times)
    assert {file: file.stat().st_mtime_ns for file in times} == times
    second = (folder / "reference.json").read_text()
    fe.film(NET, TARGET, tmp_path / "g.webp", **DIVE | {"folder": folder})          # the shorter one again
    assert second == (folder / "reference.json").read_text() and first != ""


PROGRAM = f"""
import sys, fractaledu as fe
view = fe.View({NEAR.x!r}, {NEAR.y!r}, "log10", "log10")
fe.film(fe.paper("one-datum"), {TARGET!r}, sys.argv[1], view=view, decades=6, size=(48, 48), steps={STEPS}, fps=4, seconds=2)
"""


def start(file):
    return subprocess.Popen([sys.executable, "-c", PROGRAM, os.fspath(file)])


@pytest.mark.skipif(sys.platform == "win32", reason="sends a Unix signal")
def test_killed_on_both_sides_of_the_floor_it_comes_out_the_same_to_the_last_byte(tmp_path):
    whole, killed = tmp_path / "whole.webp", tmp_path / "killed.webp"
    assert start(whole).wait() == 0
    folder, kept = tmp_path / "killed.webp.keyframes", {}
    for least in (4, 15):                                  # before the hand-over, and after it
        process = start(killed)
        while len(list(folder.glob("*.npz"))) < least and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept |= {file: file.stat().st_mtime_ns for file in folder.glob("*.npz")}
        assert not killed.exists()
    assert start(killed).wait() == 0
    assert killed.read_bytes() == whole.read_bytes()
    assert all(file.stat().st_mtime_ns == when for file, when in kept.items())         # nothing was computed twice
    again = fe.film_again(killed, tmp_path / "again.webp")
    assert (tmp_path / "again.webp").read_bytes() == whole.read_bytes()
    assert again.recipe["target"] == [list(TARGET)]


def test_a_film_begins_and_ends_in_exact_views_and_can_be_made_again(tmp_path):
    first = fe.View.around(*TARGET, 1e-18, "log10")
    last = first.zoom(50, at=first.point(0.45, 0.5))
    what = {"view": first, "size": (24, 24), "steps": STEPS, "fps": 4, "seconds": 2}
    made = fe.film(NET, last, tmp_path / "a.webp", **what)
    assert made.recipe["view"]["exact"][0] == TARGET[0] and made.recipe["depth"] == pytest.approx(np.log10(50))
    fe.film_again(tmp_path / "a.webp", tmp_path / "b.webp")
    assert (tmp_path / "b.webp").read_bytes() == (tmp_path / "a.webp").read_bytes()
    small = fe.film_again(tmp_path / "a.webp", tmp_path / "c.webp", size=(16, 16))
    assert small.recipe["target"] == made.recipe["target"]


def test_a_film_over_the_steps_in_an_exact_window(tmp_path):
    view = fe.View.around(*TARGET, 1e-18, "log10")
    what = {"view": view, "size": (16, 16), "supersampling": 1, "fps": 2, "seconds": 1, "caption": False}
    made = fe.film(NET, file=tmp_path / "f", over="steps", values=[100, STEPS], **what)
    assert not made.note
    with Image.open(tmp_path / "f" / "000001.png") as frame:
        wanted = fe.colours(fe.render(NET, view, (16, 16), STEPS))[::-1, :, :3]
        assert np.array_equal(array(frame), wanted)


def test_the_reference_run_is_told_of_and_can_be_cancelled(tmp_path):
    told, cancel = [], threading.Event()

    def progress(stage, done, total):
        told.append((stage, done, total))
        if stage == "reference" and done > 20:
            cancel.set()
    first = fe.View.around(*TARGET, 1.23e-17, "log10")
    with pytest.raises(fe.Cancelled):
        fe.film(NET, TARGET, tmp_path / "f.webp", progress=progress, cancel=cancel,
                **DIVE | {"view": first, "decades": 1, "steps": 298})
    assert {stage for stage, _, _ in told} == {"reference"} and told[-1][1:] == (21, 298)


# ---------------------------------------------------------------- captions

def test_deep_centres_are_shortened_in_their_middle():
    x = Decimal("48.354074974063769713123456789012345678971300")
    assert place(x, 4.2e-40, "log10") == "48.35407497…678971 ± 2.0 × 10⁻³⁸"
    assert place(x, 4.2e-4, "log10") == "48.354 ± 0.020" and place(float(x), 4.2e-4, "log10") == "48.354 ± 0.020"
    assert place(Decimal("-0.75"), 3e-100, "linear") == "−0.75000000…000000 ± 3.0 × 10⁻¹⁰⁰"
    for s in range(0, 330, 7):                              # never longer than it is wide
        assert len(place(x, 10.0 * 2.0 ** -s, "log10")) < 34


def test_the_captions_of_deep_frames_fit_384_pixels(tmp_path):
    plan = fe.film_plan(NET, TARGET, tmp_path / "f", **DIVE | {"view": None, "decades": 60, "size": (384, 384)})
    from fractaledu.captions import _font
    lines = [line for moment in plan.story.moments for line in moment.lines]
    assert max(_font(13).getlength(line) for line in lines) < 372 and any("…" in line for line in lines)


# ---------------------------------------------------------------- targets

def test_a_target_goes_on_below_the_float_floor():
    told = []
    x, y = border_target(NET, NEAR, 6, STEPS, progress=lambda *now: told.append(now))
    assert isinstance(x, Decimal) and isinstance(y, Decimal) and told[-1] == (10, 10)
    for width in (1e-11, 1e-13, 1e-15, 1e-17):
        land = fe.render(NET, fe.View.around(x, y, width, "log10"), (33, 33), STEPS)
        assert 0.05 < (land.verdict == -1).mean() < 0.95, width
    assert border_target(NET, NEAR, 6, STEPS, threads=1) == (x, y)


def test_a_search_that_stays_above_the_floor_is_that_of_float64():
    found = [border_target(fe.mandelbrot(), None, 5, 200, precision=precision) for precision in ("auto", "float64")]
    assert found[0] == found[1] and all(isinstance(number, float) for number in found[0])
    exactly = border_target(fe.mandelbrot(), None, 2, 200, precision="exact")
    assert all(isinstance(number, Decimal) for number in exactly)


def test_a_border_that_is_lost_on_the_way_is_said(monkeypatch):
    seen = targets.labels
    monkeypatch.setattr(targets, "labels", lambda land: seen(land) * (land.view.half[0] > 0.02))
    with pytest.raises(ValueError, match=r"steps must be more for 9 decades: .* the border is lost 2\.4 decades deep"):
        border_target(fe.mandelbrot(), None, 9, 60)


def test_a_search_begins_in_an_exact_view_and_ends_at_1e_100():
    x, y = border_target(fe.mandelbrot(), fe.View.around("0", "1", 1e-98), 40, 1000)
    for width in (1e-98, 1e-99):
        land = fe.render(fe.mandelbrot(), fe.View.around(x, y, width), (33, 33), 1000)
        assert 0 < (land.departure < 0).mean() < 1 or len(np.unique(land.departure)) > 1
    with pytest.raises(ValueError, match="view must be at least 4 times as wide as the smallest, 1e-100"):
        border_target(fe.mandelbrot(), fe.View.around("0", "1", 4e-100), 1, 1000)


# ---------------------------------------------------------------- the command line

FINE = fe.View.around(*TARGET, 2e-20, "log10")


def test_render_takes_a_centre_of_many_digits_and_says_which_precision(tmp_path, capsys):
    out = tmp_path / "a.npz"
    what = ["render", "paper-one-datum", "--size", "16x16", "--steps", str(STEPS), "--out", str(out)]
    assert cli.main([*what, "--centre", *TARGET, "--half", "1e-20"]) == 0
    error = capsys.readouterr().err
    land = fe.Landscape.load(out)
    assert land.view == FINE and f"exact, reference run in {land.digits} digits" in error
    np.testing.assert_array_equal(land.pixels, fe.render(NET, FINE, (16, 16), STEPS).pixels)
    out.unlink()
    assert cli.main([*what, "--centre", "48", "18", "--half", "1", "--precision", "float64"]) == 0
    assert "float64" in capsys.readouterr().err and fe.Landscape.load(out).digits == 0


@pytest.mark.parametrize(("arguments", "message"), [
    ("--centre 48 eighteen --half 1e-20", "must be a decimal number, got 'eighteen'"),
    ("--centre 48 nan --half 1e-20", "must be finite"), ("--centre 48 18", "--centre and --half must be given together"),
    ("--half 1", "--centre and --half must be given together"),
    ("--centre 48 18 --half 0", "half width must be positive and finite, got 0"),
    ("--centre 48 18 --half -1e-3", "half width must be positive and finite, got -0.001"),
    ("--centre 48 18 --half 1e-101", "half width must be from 1e-100"),
    ("--centre 48 18 --half wide", "invalid float value: 'wide'"),
    ("--centre 48 -18 --half 1", "y must be positive on a log10 axis"),
    ("--centre 48 18 --half 1 --x 1 2", "--centre must not be given together with --x, --y or --window"),
    ("--precision double", "invalid choice: 'double'")])
def test_wrong_places_are_one_line_and_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in ("render", "poster"):
        assert cli.main([command, "paper-one-datum", "--size", "8x8", "--out", "a.png", *arguments.split()]) == 2
        error = capsys.readouterr().err
        assert error.startswith("fractaledu: error: ") and error.count("\n") == 1 and message in error
    assert list(tmp_path.iterdir()) == []


def test_exact_is_refused_where_float64_is_all_there_is(tmp_path, capsys):
    for where in ("--precision exact", "--centre 0.3 0.2 --half 1e-30"):
        assert cli.main(["render", "newton", "--size", "8x8", "--out", str(tmp_path / "a.png"), *where.split()]) == 2
        error = capsys.readouterr().err
        assert "every other system stops there" in error and error.count("\n") == 1


def test_a_long_reference_run_is_announced(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli.render, "LONG_REFERENCE", -1)
    assert cli.main(["render", "paper-one-datum", "--size", "8x8", "--steps", "50", "--centre", *TARGET, "--half", "1e-20",
                     "--out", str(tmp_path / "a.npz")]) == 0
    assert "reference run in arbitrary precision: about 1 s on 1 thread" in capsys.readouterr().err


def test_the_command_line_makes_the_deep_film_of_fe_film(tmp_path, capsys):
    what = f"--decades 16 --size 24x24 --steps {STEPS} --supersampling 1 --fps 4 --seconds 4 --no-caption"
    assert cli.main(["film", "paper-one-datum", "--target", *TARGET, *what.split(), "--out", str(tmp_path / "a.webp")]) == 0
    fe.film(NET, TARGET, tmp_path / "b.webp", decades=16, size=(24, 24), steps=STEPS, supersampling=1, fps=4, seconds=4,
            caption=False)
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()
    assert cli.main(["film", "paper-one-datum", "--target", "48.1", "x18", "--out", str(tmp_path / "c.webp")]) == 2
    assert "must be a decimal number, got 'x18'" in capsys.readouterr().err


# ---------------------------------------------------------------- posters

def test_an_exact_poster_holds_the_bits_of_render(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "SIDE", 16)
    monkeypatch.setattr(making, "BATCH", 16 * 16 * 3)
    how = {"view": FINE, "size": (41, 37), "steps": STEPS, "caption": False}
    told = []
    file = poster(NET, tmp_path / "a.png", progress=lambda *now: told.append(now[0]), **how)
    land = fe.render(NET, FINE, (41, 37), STEPS)
    plan = making.poster_plan(NET, tmp_path / "a.png", FINE, (41, 37), STEPS)
    kept = tiles.Tiles(plan.folder, plan.recipe)
    for number in kept:
        assert kept.load(number).pixels["value"].tobytes() == land.value[kept.spans(number)].tobytes()
    with Image.open(file) as picture:
        assert np.array_equal(np.asarray(picture)[::-1], fe.colours(land)[..., :3])
    assert fe.from_png(file).pixels.tobytes() == land.pixels.tobytes() and {"tiles", "drawing"} <= set(told)
    before = pathlib.Path(file).read_bytes()
    (plan.folder / "00001-00001.npz").unlink()              # resumed against the same run
    assert poster(NET, tmp_path / "a.png", **how).read_bytes() == before
    assert plan.estimate() > 0


def test_the_words_below_an_exact_poster():
    said = words.lines(Recipe(NET, FINE, (64, 64), STEPS, {"mode": "rank", "palette": "two-sided"}))
    assert said[1].endswith("η₀ = 57.44585934…487737 ± 1.3 × 10⁻¹⁸, logarithmic")
    assert any("exact: differences from one run in at least 45 digits" in line for line in said)
    plain = words.lines(Recipe(NET, NET.view, (64, 64), STEPS, {"mode": "rank", "palette": "two-sided"}))
    assert not any("exact" in line for line in plain)


def test_a_reference_of_ones_own_gives_the_same_picture():
    """Whichever run the pixels are differences from, they are the same to many digits."""
    recipe = Recipe(NET, FINE, (12, 12), STEPS)
    one, other = (render_of(recipe, reference=FINE.point(*at)) for at in ((0.5, 0.5), (0.1, 0.8)))
    assert (one.verdict == other.verdict).all()
    np.testing.assert_allclose(one.value, other.value, rtol=1e-8)
