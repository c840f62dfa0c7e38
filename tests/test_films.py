"""Films: where they look, what is between keyframes, no jumps and no seams, and what becomes of them when they are killed."""
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest
from PIL import Image

import fractaledu as fe
from fractaledu.films import path, stories
from fractaledu.films.frames import Frames

SEAHORSE = (-0.743643887037151, 0.131825904205330)
ONE_DATUM = (48.35407497406377, 18.196946479595155)
SMALL = {"size": (48, 48), "fps": 6, "steps": 200}


def frames_of(plan):
    """The frames of a plan whose keyframes are computed."""
    plan.keyframes.compute()
    return plan.drawn()


def picture(land, **how):
    return fe.colours(land, **how)[::-1, :, :3].astype(float)


def array(frame):
    return np.asarray(frame, float)


# ---------------------------------------------------------------- where it looks

def test_each_window_is_half_the_one_before_and_around_the_target():
    first = fe.paper("one-datum").view
    way = path.zoom(first, [ONE_DATUM], 12.0)
    assert way.length == pytest.approx(12 / np.log10(2))
    for s in range(0, 40, 3):
        wide, narrow = way.view(s), way.view(s + 1)
        assert wide.half[0] / narrow.half[0] == pytest.approx(2, rel=1e-3 * 2.0 ** (s - 38))
        assert narrow.centre == pytest.approx(ONE_DATUM, rel=1e-15)
        assert way.window(s).holds(way.window(s + 1)) and not way.window(s + 1).holds(way.window(s))


def test_the_deepest_pixels_lie_where_many_digits_put_them():
    """An outside oracle: 50 digits.  No sample is off by more than an ulp or two, a fraction of the samples' distance."""
    way = path.zoom(fe.paper("one-datum").view, [ONE_DATUM], 12.0)
    x, _ = way.view(39.0).positions((512, 512))
    with mpmath.workdps(50):
        half = mpmath.log(10) * mpmath.mpf("4.5") / mpmath.mpf(2) ** 39
        wanted = [mpmath.mpf(ONE_DATUM[0]) * mpmath.exp(half * mpmath.mpf(2 * k + 1 - 512) / 512) for k in range(512)]
        off = max(abs(mpmath.mpf(float(a)) - b) for a, b in zip(x, wanted, strict=True))
    assert off <= 2 * np.spacing(ONE_DATUM[0])
    assert np.diff(x).min() > 4 * np.spacing(ONE_DATUM[0])


@pytest.mark.parametrize("scale", ["linear", "log10"])
def test_waypoints_are_passed_and_the_last_view_is_reached(scale):
    first = fe.View((1, 9), (1, 9), x_scale=scale, y_scale=scale)
    middle, last = first.window(0.2, 0.3, 0.5, 0.6), first.window(0.25, 0.31, 0.26, 0.32)
    way = path.zoom(first, [middle, last], 1.0)
    for (s, _), view in zip(way.corners[1:], (middle, last), strict=True):
        got = way.view(s)
        assert got.x == pytest.approx(view.x, rel=1e-12) and got.y == pytest.approx(view.y, rel=1e-12)
    for s in np.linspace(0, way.length, 50)[:-1]:
        assert way.window(s).holds(way.window(s + 0.01))


def test_points_are_passed_at_equal_distances():
    way = path.zoom(fe.mandelbrot().view, [(-0.75, 0.1), (-0.744, 0.13), SEAHORSE], 3.0)
    assert [s * path.DOUBLING for s, _ in way.corners] == pytest.approx([0, 1, 2, 3])
    assert way.view(way.length).centre == pytest.approx(SEAHORSE, abs=1e-15)
    assert way.view(way.corners[2][0]).centre == pytest.approx((-0.744, 0.13), abs=1e-12)


def test_waypoints_outside_the_window_before_are_refused():
    with pytest.raises(ValueError, match="target must lie, all its window, inside the window before it, x from"):
        path.zoom(fe.mandelbrot().view, [(-0.75, 0.1), (0.3, 0.5)], 6.0)
    wide = fe.mandelbrot().view
    with pytest.raises(ValueError, match="target must be a smaller window than the one before it"):
        path.zoom(wide, [wide.zoom(0.5)], 6.0)
    with pytest.raises(ValueError, match="target must have the scales of the first view"):
        path.zoom(wide, [fe.paper("tanh").view], 6.0)


@pytest.mark.parametrize("size, shape", [((64, 32), 2.0), ((32, 64), 0.5)])
def test_pixels_are_square_where_the_axes_are_alike(tmp_path, size, shape):
    plan = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f", decades=1, size=size)
    for recipe in plan.keyframes.recipes:
        assert recipe.view.half[0] / recipe.view.half[1] == pytest.approx(shape)
    plan = fe.film_plan(fe.bumpy(), (1.0, 1.0), tmp_path / "f", decades=1, size=size)
    assert plan.keyframes.recipes[0].view.half == pytest.approx(fe.bumpy().view.half)


# ---------------------------------------------------------------- what is between keyframes

def test_a_frame_at_a_keyframe_is_the_rendered_picture(tmp_path):
    plan = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f", decades=6 * path.DOUBLING, seconds=7 / 6, supersampling=1,
                        caption=False, **SMALL)
    frames = frames_of(plan)
    assert [m.position for m in plan.story.moments] == pytest.approx(range(7))
    for k in range(7):
        land = fe.render(fe.mandelbrot(), plan.keyframes.recipes[k].view, (48, 48), 200)
        assert np.array_equal(array(frames(k)), picture(land))


RABBIT = (1 + np.sqrt(1 - 4 * complex(-0.122561166876654, 0.744861766619744))) / 2       # a fixed point that repels


@pytest.mark.parametrize("system, target, steps", [(fe.mandelbrot(), SEAHORSE, 500), (fe.paper("one-datum"), ONE_DATUM, 200),
                                                   (fe.julia("rabbit"), (RABBIT.real, RABBIT.imag), 60)])
def test_a_frame_between_keyframes_is_the_picture_of_its_window(tmp_path, system, target, steps):
    """The slow twin: the window itself, 4 x 4 samples a pixel, coloured by the ranks of the keyframes.  A shift by a pixel,
    of the whole or of the inner part, would be far worse."""
    plan = fe.film_plan(system, target, tmp_path / "f", decades=1.5, size=(64, 64), steps=steps, seconds=2, fps=10,
                        supersampling=4, caption=False, mode="verdict")
    frames = frames_of(plan)
    for number in (3, 12, 17):
        window = plan.story.moments[number].window
        view = plan.keyframes.recipes[0].view.spanning(plan.keyframes.recipes[0].view.moved(target, window.away), window.half)
        wanted = picture(fe.render(system, view, (256, 256), steps), mode="verdict")
        wanted = wanted.reshape(64, 4, 64, 4, 3).mean((1, 3))
        got = array(frames(number))
        inner = (slice(18, 46),) * 2
        for part in ((slice(4, -4),) * 2, inner):
            right = np.abs(got - wanted)[part].mean()
            moved = min(np.abs(np.roll(got, by, axis) - wanted)[part].mean() for axis in (0, 1) for by in (-1, 1))
            assert right < 8 and right < 0.75 * moved, (number, right, moved)


def changes(frames):
    pictures = [array(frames(k)) for k in range(len(frames))]
    return np.array([np.abs(a - b).mean() for a, b in zip(pictures, pictures[1:], strict=False)])


def jumps(change, moments):
    """How much the change at keyframes stands out against that of the frames around, in medians."""
    boundary = [j for j, (a, b) in enumerate(zip(moments, moments[1:], strict=False)) if int(a.position) < int(b.position)]
    return np.array([change[j] / np.median(change[max(0, j - 4):j + 5]) for j in boundary])


@pytest.mark.parametrize("system, target, steps", [(fe.mandelbrot(), SEAHORSE, 1000), (fe.paper("one-datum"), ONE_DATUM, 200)])
def test_nothing_pops_at_keyframes(tmp_path, system, target, steps, monkeypatch):
    plan = fe.film_plan(system, target, tmp_path / "f", decades=2.5, size=(64, 64), steps=steps, seconds=4, fps=24,
                        caption=False)
    frames = frames_of(plan)
    assert jumps(changes(frames), plan.story.moments).max() < 1.5
    # the test can fail: without the blend of ranks the colours jump
    monkeypatch.setattr(Frames, "_picture", lambda self, number, k, part, true=Frames._picture: true(self, number, k, 0))
    assert jumps(changes(frames_of(plan)), plan.story.moments).max() > 2.0


def test_no_seam_around_the_next_keyframe(tmp_path):
    """The rim of the inner picture is no edge: steps across it are as those beside it."""
    plan = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f", decades=2, size=(128, 128), steps=400, seconds=4, fps=10,
                        caption=False)
    frames = frames_of(plan)
    ratios = []
    for number, moment in enumerate(plan.story.moments[:-1]):
        part = moment.position % 1
        if 0.2 < part < 0.8:
            u0 = moment.window.fractions_of(plan.story.windows(int(moment.position) + 1))[0]
            rim = round(128 * u0)
            step = np.abs(np.diff(array(frames(number)), axis=1)).mean((0, 2))
            ratios.append(step[rim - 1:rim + 1].mean() / step[rim - 6:rim + 6].mean())
    assert len(ratios) > 10 and np.mean(ratios) == pytest.approx(1, abs=0.1)


def test_shared_colours_mean_one_value_throughout(tmp_path):
    plan = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f", decades=4 * path.DOUBLING, seconds=5 / 6, supersampling=1,
                        caption=False, colours="shared", **SMALL)
    frames, seen = frames_of(plan), {}
    for k in range(5):
        land, colour = plan.keyframes.load(k), array(frames(k))[::-1]
        for value, rgb in zip(np.round(land.value.ravel(), 9), map(tuple, colour.reshape(-1, 3)), strict=True):
            assert seen.setdefault(value, rgb) == rgb
    assert len(seen) > 1000


def test_a_loop_goes_forward_and_back(tmp_path):
    there = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f", decades=1, **SMALL).story.moments
    both = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f", decades=1, loop=True, **SMALL).story.moments
    assert list(both) == list(there) + list(there)[-2:0:-1]


# ---------------------------------------------------------------- the end of float64

def test_a_zoom_ends_at_the_float_floor_and_says_so(tmp_path):
    plan = fe.film_plan(fe.paper("one-datum"), ONE_DATUM, tmp_path / "f", decades=20, precision="float64", **SMALL)
    assert fe.limits(plan.keyframes.recipes[-1].view, (96, 96)).ulps >= 4
    assert fe.limits(plan.keyframes.recipes[-1].view.zoom(2), (96, 96)).ulps < 4
    assert "float64 ends it 14." in plan.story.note and "4 ulps" in plan.story.note
    fading = [m for m in plan.story.moments if "float64 ends here" in m.lines]
    assert len(fading) == 15 and fading[0].light == 1 and fading[-1].light == pytest.approx(0.2)
    assert "note: float64 ends it" in str(plan)
    assert not fe.film_plan(fe.paper("one-datum"), ONE_DATUM, tmp_path / "f", decades=12, **SMALL).story.note


# ---------------------------------------------------------------- over other numbers

@pytest.mark.parametrize("system, over, values", [
    (fe.newton(), "a", [0.5, 1.0, 1.5]), (fe.mandelbrot(), "steps", [5, 10, 20]), (fe.mandelbrot(), "power", np.arange(2, 5)),
    (fe.random_network(0, samples=4), "seed", [0, 1, 2]), (fe.random_network(0, samples=8), "batch", [1, 2, 4]),
    (fe.paper("one-datum"), "momentum", [0.0, 0.3, 0.6])])
def test_a_film_over_a_number_shows_its_values(tmp_path, system, over, values):
    made = fe.film(system, file=tmp_path / "f", over=over, values=values, size=(24, 24), steps=30, supersampling=1, fps=5,
                   seconds=1, caption=False)
    assert made.frames == 5
    for number, value in ((0, values[0]), (2, values[1]), (4, values[2])):
        if over == "steps":
            land = fe.render(system, size=(24, 24), steps=int(value))
        else:
            land = fe.render(fe.named(system.name, **dict(system.options) | {over: value}), system.view, (24, 24), 30)
        with Image.open(tmp_path / "f" / f"{number:06}.png") as frame:
            assert np.array_equal(array(frame), picture(land))


def test_steps_are_checked_against_each_changed_system(tmp_path):
    with pytest.raises(ValueError, match="steps must be from 1 to 10000, got 20000.*its batches end there"):
        fe.film(fe.random_network(0, samples=8), file=tmp_path / "f.webp", over="batch", values=[1, 2], steps=20_000)


def test_captions_tell_values_apart():
    from fractaledu.films.captioning import over_lines
    said = [lines[0].replace("\u00a0", " ") for lines in over_lines("r", [3.56991, 3.56994], 10)]
    assert said == ["r = 3.56991 · 10 steps", "r = 3.56994 · 10 steps"]
    assert over_lines("seed", [20_251, 20_252], 5)[0][0].replace("\u00a0", " ") == "seed = 20251 · 5 steps"
    assert [lines[0] for lines in over_lines("steps", [1, 5], 9)] == ["1 step", "5 steps"]


def test_points_before_a_view_are_passed_on_the_way_to_it():
    first = fe.mandelbrot().view
    last = first.window(0.48, 0.55, 0.481, 0.551)
    way = path.zoom(first, [(-0.79, 0.13), last], 999.0)
    assert [s * path.DOUBLING for s, _ in way.corners] == pytest.approx([0, 1.5, 3])


def test_the_caption_says_which_value():
    story = stories.over(fe.newton(), fe.newton().view, "a", [0.5, 1.5], 40, (8, 8), 10, 1.0)
    said = [story.moments[n].lines[0].replace("\u00a0", " ") for n in (0, -1)]
    assert said == ["a = 0.5 · 40 steps", "a = 1.5 · 40 steps"]
    story = stories.over(fe.newton(), fe.newton().view, "steps", [3, 9], 40, (8, 8), 10, 1.0)
    assert story.moments[-1].lines == ("9 steps",)


# ---------------------------------------------------------------- recipes

def test_a_film_can_be_made_again_from_what_it_carries(tmp_path):
    made = fe.film(fe.mandelbrot(), SEAHORSE, tmp_path / "a.webp", decades=0.5, **SMALL)
    assert json.loads((tmp_path / "a.webp.json").read_text()) == fe.read_film(tmp_path / "a.webp").recipe == made.recipe
    again = fe.film_again(tmp_path / "a.webp", tmp_path / "b.webp")
    assert (tmp_path / "b.webp").read_bytes() == (tmp_path / "a.webp").read_bytes() and again.recipe == made.recipe
    dark = fe.film_again(tmp_path / "a.webp.json", tmp_path / "c.webp", palette="dark", folder=tmp_path / "a.webp.keyframes")
    assert dark.recipe["palette"] == "dark" and not (tmp_path / "c.webp.keyframes").exists()
    with Image.open(tmp_path / "a.webp") as film:
        assert film.n_frames == made.frames == 6 and film.size == (48, 48)
    assert made._repr_html_().startswith("<img alt=") and "6 frames" in repr(made)


def test_the_default_target_is_on_the_border_and_in_the_recipe(tmp_path):
    plan = fe.film_plan(fe.mandelbrot(), file=tmp_path / "f", decades=2, **SMALL)
    assert plan.recipe["target"] == [list(fe.border_target(fe.mandelbrot(), decades=2.0, steps=200))]
    other = fe.film_plan(fe.mandelbrot(), file=tmp_path / "f", decades=2, seed=1, **SMALL)
    assert other.recipe["target"] != plan.recipe["target"]


def test_a_target_is_looked_for_once(tmp_path, monkeypatch):
    what = dict(file=tmp_path / "f.webp", decades=0.5, **SMALL)
    made = fe.film(fe.mandelbrot(), **what)
    kept = tmp_path / "f.webp.keyframes" / "target.json"
    assert json.loads(kept.read_text())["target"] == made.recipe["target"][0]

    def looked(*_, **__):
        raise AssertionError("it was kept")

    monkeypatch.setattr("fractaledu.films.search.border_target", looked)
    assert fe.film_plan(fe.mandelbrot(), **what).recipe == made.recipe
    for other in ({"seed": 1}, {"decades": 0.6}, {"steps": 201}):       # that is another question
        with pytest.raises(AssertionError, match="it was kept"):
            fe.film_plan(fe.mandelbrot(), **what | other)
    for damaged in ("", "[]", "{}", '{"target": [1]}', "null", "\x00", "[" * 100_000, '{"target": [NaN, 1]}'):
        kept.write_text(damaged)
        with pytest.raises(ValueError, match="target.json is no target of a film: choose another folder or delete this file"):
            fe.film_plan(fe.mandelbrot(), **what)


# ---------------------------------------------------------------- stopped, killed, damaged, refused

PROGRAM = """
import sys, fractaledu as fe
fe.film(fe.paper("one-datum"), (48.35407497406377, 18.196946479595155), sys.argv[1], decades=5, size=(64, 64), steps=300,
        seconds=1)
"""


def start(file):
    return subprocess.Popen([sys.executable, "-c", PROGRAM, os.fspath(file)], stderr=subprocess.PIPE)


def test_killed_three_times_it_comes_out_the_same_to_the_last_byte(tmp_path):
    whole = tmp_path / "whole.webp"
    assert start(whole).wait() == 0
    killed, rng, kept = tmp_path / "killed.webp", np.random.default_rng(6), []
    folder = tmp_path / "killed.webp.keyframes"
    for least in (1, 6, 12):
        process = start(killed)
        while len(list(folder.glob("*.npz"))) < least and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept.append({f.name: f.stat().st_mtime_ns for f in folder.glob("*.npz")})
        assert not killed.exists()
    assert start(killed).wait() == 0
    assert killed.read_bytes() == whole.read_bytes()
    for name, when in {**kept[2], **kept[1], **kept[0]}.items():            # nothing was computed twice
        assert (folder / name).stat().st_mtime_ns == when


def test_cancelled_it_goes_on(tmp_path):
    what = dict(target=SEAHORSE, decades=2, size=(64, 64), steps=300, seconds=1)
    whole = fe.film(fe.mandelbrot(), file=tmp_path / "whole", **what)
    for stage in ("keyframes", "frames"):
        cancel, seen = threading.Event(), []

        def progress(at, done, total, stage=stage, cancel=cancel, seen=seen):
            seen.append((at, done, total))
            if at == stage and done > total // 2:
                cancel.set()

        with pytest.raises(fe.Cancelled):
            fe.film(fe.mandelbrot(), file=tmp_path / "f", progress=progress, cancel=cancel, **what)
    assert seen[0][0] == "keyframes" and seen[0][1] > seen[0][2] // 2       # goes on from where it was
    made = fe.film(fe.mandelbrot(), file=tmp_path / "f", **what)
    for number in range(made.frames):
        name = f"{number:06}.png"
        assert (tmp_path / "f" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert whole.frames == made.frames


def test_any_executor_gives_the_same_film(tmp_path):
    what = dict(target=SEAHORSE, decades=0.6, **SMALL)
    fe.film(fe.mandelbrot(), file=tmp_path / "a.webp", threads=1, **what)
    with ThreadPoolExecutor(3) as pool:
        fe.film(fe.mandelbrot(), file=tmp_path / "b.webp", executor=pool, **what)
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()


def small_film(file, **changes):
    return fe.film(fe.mandelbrot(), SEAHORSE, file, **dict(decades=0.5, **SMALL) | changes)


def test_a_damaged_or_foreign_keyframe_is_named_and_nothing_is_lost(tmp_path):
    file, folder = tmp_path / "f.webp", tmp_path / "f.webp.keyframes"
    small_film(file)
    before = file.read_bytes()
    second = folder / "0001.npz"
    good = second.read_bytes()
    second.write_bytes(good[:1000])
    with pytest.raises(ValueError, match=r"0001\.npz is none, or damaged: .* the same call computes it again"):
        small_film(file)
    second.write_bytes(good)
    other = r"folder must be free or hold keyframes of this film, but .*0000\.npz is of another \(steps 200, not 201\)"
    with pytest.raises(ValueError, match=other):
        small_film(file, steps=201)
    land = fe.Landscape.load(second)
    fe.Landscape(land.problem, land.view, land.size, land.steps, land.pixels, version="0.0.1").save(second)
    with pytest.raises(ValueError, match=r"0001\.npz is of another \(version 0\.0\.1, not "):
        small_film(file)
    second.write_bytes(good)
    (folder / "0002.npz").rename(folder / "0002.npz.part")
    with pytest.raises(ValueError, match=r"0002\.npz\.part is of another"):
        small_film(file, steps=201, folder=_only(folder, tmp_path / "only", "0002.npz.part"))
    assert file.read_bytes() == before
    small_film(file)                                # goes on from the unfinished one
    assert file.read_bytes() == before and (folder / "0002.npz").exists()


def _only(folder, other, name):
    other.mkdir()
    (other / name).write_bytes((folder / name).read_bytes())
    return other


def test_no_room_on_the_disk_is_said_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000})())
    with pytest.raises(OSError, match=r"no room: at most .* kB are needed, 1\.0 kB are free") as error:
        small_film(tmp_path / "f.webp")
    assert error.value.filename == os.fspath(tmp_path / 'f.webp.keyframes') and not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_loses_nothing(tmp_path, monkeypatch):
    file = tmp_path / "f.webp"
    save, count = fe.Landscape.save, []

    def full(land, path):
        count.append(path)
        if len(count) > 3:
            raise OSError(28, "No space left on device", os.fspath(path))
        save(land, path)

    monkeypatch.setattr("fractaledu.landscape.Landscape.save", full)
    with pytest.raises(OSError, match="No space left on device"):
        small_film(file)
    monkeypatch.undo()
    kept = {f.name: f.stat().st_mtime_ns for f in (tmp_path / "f.webp.keyframes").glob("*.npz")}
    assert kept
    small_film(file)
    assert all((tmp_path / "f.webp.keyframes" / name).stat().st_mtime_ns == when for name, when in kept.items())


def test_places_that_cannot_be_written_are_refused_at_once(tmp_path):
    with pytest.raises(OSError):
        small_film(tmp_path / "nowhere" / "f.webp")
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        small_film(tmp_path / "f.webp", folder=tmp_path / "taken")


def test_files_of_others_are_left_alone_and_places_are_checked_before_the_search(tmp_path, monkeypatch):
    def looked(*_, **__):
        raise AssertionError("looked for a target")

    monkeypatch.setattr("fractaledu.films.search.border_target", looked)
    for content in ("precious", "[1, 2]", '{"mine": 1}'):
        (tmp_path / "data.json").write_text(content)
        with pytest.raises(ValueError, match="data.json, where its recipe goes, is no film's"):
            fe.film(fe.mandelbrot(), file=tmp_path / "data", **SMALL)
        assert (tmp_path / "data.json").read_text() == content
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(NotADirectoryError, match="taken"):
        fe.film(fe.mandelbrot(), file=tmp_path / "f.webp", folder=tmp_path / "taken", **SMALL)
    with pytest.raises(FileNotFoundError, match="folder must lie in a folder that exists"):
        fe.film(fe.mandelbrot(), file=tmp_path / "f.webp", folder=tmp_path / "no" / "such", **SMALL)
    with pytest.raises(FileNotFoundError, match="file must lie in a folder that exists"):
        fe.film(fe.mandelbrot(), file=tmp_path / "no" / "f.webp", **SMALL)
    with pytest.raises(ValueError, match="folder must not be the file, nor lie in it"):
        fe.film(fe.mandelbrot(), file=tmp_path / "f", folder=tmp_path / "f", **SMALL)
    (tmp_path / "f").mkdir()
    with pytest.raises(ValueError, match="folder must not be the file, nor lie in it"):
        fe.film(fe.mandelbrot(), file=tmp_path / "f", folder=tmp_path / "f" / "keys", **SMALL)
    with pytest.raises(ValueError, match="file must have a name of at most 200 bytes"):
        fe.film(fe.mandelbrot(), file=tmp_path / ("x" * 240 + ".webp"), **SMALL)


def test_two_processes_make_the_same_film_together(tmp_path):
    both = [start(tmp_path / "f.webp") for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0], [process.stderr.read() for process in both]


def test_an_unfinished_keyframe_under_a_finished_ones_name_is_refused(tmp_path):
    small_film(tmp_path / "f.webp")
    file = tmp_path / "f.webp.keyframes" / "0001.npz"
    land = fe.Landscape.load(file)
    pixels = land.pixels.copy()
    pixels["value"][3, 4] = np.nan
    fe.Landscape(land.problem, land.view, land.size, land.steps, pixels).save(file)
    with pytest.raises(ValueError, match="0001.npz is none, or damaged"):
        small_film(tmp_path / "f.webp")


@pytest.mark.parametrize("size", [(64, 36), (40, 20), (36, 64)])
def test_again_is_the_same_film_at_any_shape(tmp_path, size):
    small_film(tmp_path / "a.webp", size=size)
    fe.film_again(tmp_path / "a.webp", tmp_path / "b.webp", folder=tmp_path / "a.webp.keyframes")
    assert (tmp_path / "b.webp").read_bytes() == (tmp_path / "a.webp").read_bytes()
    small_film(tmp_path / "c.webp", size=(20, 20))
    fe.film_again(tmp_path / "a.webp", tmp_path / "d.webp", size=(20, 20))
    assert (tmp_path / "d.webp").read_bytes() == (tmp_path / "c.webp").read_bytes()
    over = fe.film_again(tmp_path / "a.webp", tmp_path / "e.webp", over="steps", values=[10, 20], seconds=1)
    assert over.recipe["values"] == [10, 20] and "target" not in over.recipe
    zoom = fe.film_again(tmp_path / "e.webp", tmp_path / "g.webp", target=SEAHORSE, decades=0.5, seconds=1)
    assert zoom.recipe["target"] == [list(SEAHORSE)] and "over" not in zoom.recipe


def test_endings_in_capitals_and_numbers_of_numpy_are_taken(tmp_path):
    made = small_film(tmp_path / "A.WEBP", supersampling=np.int64(1), seed=np.int64(3), fps=np.float32(6))
    assert fe.read_film(tmp_path / "A.WEBP").recipe == made.recipe


def test_a_target_outside_the_first_view_is_noted(tmp_path):
    plan = fe.film_plan(fe.mandelbrot(), (5, 5), tmp_path / "f.webp", decades=1, **SMALL)
    assert plan.note == "the point (5, 5) lies outside the first view" and plan.note in str(plan)
    assert not fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f.webp", decades=1, **SMALL).note


def test_what_a_notebook_shows(tmp_path, monkeypatch):
    plan = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f.webp", decades=0.5, **SMALL)
    assert len(repr(plan)) < 300
    made = plan.make()
    assert 'alt="Film of Mandelbrot set, z² + c: zoom, 0.5 decades deep"' in made._repr_html_()
    assert "a folder of 6 pictures" in small_film(tmp_path / "p")._repr_html_()
    mp4 = small_film(tmp_path / "f.mp4")._repr_html_()
    assert mp4.startswith('<video controls') and "min-width: 320px" in mp4
    over = fe.film(fe.newton(), file=tmp_path / "o.webp", over="a", values=[0.5, 1.5], size=(16, 16), seconds=1)
    assert 'a from 0.5 to 1.5"' in over._repr_html_()
    monkeypatch.setattr("fractaledu.films.plan.LARGEST_SHOWN", 100)
    assert "too large to be kept in a notebook" in made._repr_html_() and "base64" not in made._repr_html_()


def test_the_atlas_film_is_a_film():
    film = fe.atlas_film()
    assert film.frames == 240 and film.recipe["depth"] == pytest.approx(12) and not film.note


def test_ctrl_c_says_what_is_kept(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("fractaledu.films.writing.write", interrupted)
    with pytest.raises(KeyboardInterrupt, match=r"3 of 3 keyframes are kept in .*f.webp.keyframes: do the same again to go on"):
        small_film(tmp_path / "f.webp")


@pytest.mark.parametrize("wrong, message", [
    ({"decades": 0}, "decades must be above 0"), ({"decades": "deep"}, "decades must be a number"),
    ({"fps": 0}, "fps must be from 0.1 to 60"), ({"decades": 301}, "at most 300"), ({"seconds": -1}, "seconds must be above 0"),
    ({"supersampling": 9}, "supersampling must be from 1 to 8"), ({"colours": "mine"}, "colours must be one of"),
    ({"palette": "mine"}, "palette must be"), ({"mode": "basins"}, 'mode must not be "basins"'),
    ({"size": (0, 3)}, "size must be"), ({"steps": 0}, "steps must be"), ({"values": [1, 2]}, "values must come with over"),
    ({"target": (1, 2, 3)}, "target must be two numbers"), ({"target": []}, "target must be a point"),
    ({"target": (np.nan, 0)}, "target must be finite"),
    ({"over": "steps", "target": None, "values": [3]}, "values must be from 2 to"),
    ({"over": "steps", "values": [3, 4]}, "target must not be given together with over"),
    ({"over": "steps", "target": None, "values": [3, 4], "decades": 2}, "decades must not be given together with over"),
    ({"over": "steps", "target": None}, "values must be given with over"), ({"target": 3}, "target must be two numbers"),
    ({"over": "steps", "target": None, "values": 3}, "values must be finite numbers"),
    ({"over": "steps", "target": None, "values": ["a", "b"]}, "values must be finite numbers"),
    ({"seed": 0.5}, "seed must be a whole number"), ({"threads": 0}, "threads must be from 1"),
    ({"size": (20_000, 8), "supersampling": 1}, "must not be .webp for frames wider or higher than 16383"),
    ({"seconds": 3600, "fps": 60, "size": (600, 600), "supersampling": 1}, "file must be an .mp4 or a folder"),
    ({"over": "size", "target": None, "values": [3, 4]}, 'over must be "steps" or one of power'),
    ({"over": "power", "target": None, "values": [2, 2.5]}, "power must be a whole number"),
])
def test_wrong_arguments_are_refused_by_name(tmp_path, wrong, message):
    with pytest.raises(ValueError, match=message):
        fe.film(fe.mandelbrot(), file=tmp_path / "f.webp", **dict(target=SEAHORSE, **SMALL) | wrong)
    assert not list(tmp_path.iterdir())


def test_a_positive_axis_needs_a_positive_target(tmp_path):
    with pytest.raises(ValueError, match="positive on a log10 axis, got x = -1"):
        fe.film(fe.paper("one-datum"), (-1, 2), tmp_path / "f.webp")


def test_a_view_of_another_kind_is_refused(tmp_path):
    with pytest.raises(TypeError, match="view must be a View, got tuple"):
        fe.film(fe.mandelbrot(), SEAHORSE, tmp_path / "f.webp", view=(1, 2))


def test_the_plan_says_what_it_takes(tmp_path):
    plan = fe.film_plan(fe.mandelbrot(), SEAHORSE, tmp_path / "f.webp", decades=2, **SMALL)
    text = str(plan)
    assert "24 frames of 48 x 48, 4 s; 8 keyframes of 96 x 96" in text and "disk: at most" in text
    assert plan.estimate() > 0
    plan.make()
    used = sum(f.stat().st_size for f in (tmp_path / "f.webp.keyframes").iterdir())
    assert used <= plan.keyframes.disk(8) and used + (tmp_path / "f.webp").stat().st_size <= plan.disk
    assert "8 are there already" in str(plan)
