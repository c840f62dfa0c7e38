"""Posters: the same pixels as `render`, in tiles; killed, resumed, refused; the PNG and its caption."""
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from test_files import OWN

import fractaledu as fe
from fractaledu import names, rendering
from fractaledu.posters import drawing, making, png, poster, poster_plan, tiles, words
from fractaledu.problems import as_problem
from fractaledu.wording import amount

SIZE = (300, 261)                   # three tiles across and three up, the last ones cut
STEPS = 40
LOOKS = [(fe.mandelbrot(), mode) for mode in ("rank", "value", "verdict", "patterns")] + [(fe.newton(), "basins")]


def read(path):
    """The pixels of a PNG, row 0 at the bottom, as another reader sees them."""
    with Image.open(path) as picture:
        assert picture.mode == "RGB"
        return np.asarray(picture)[::-1]


def first(system, size, steps=STEPS):
    """What `render` makes of the first view, in the shape of the picture."""
    problem = as_problem(system)
    return fe.render(system, problem.shaped(problem.view, size), size, steps)


def count_runs(monkeypatch):
    counted = []
    runs = rendering.runs
    monkeypatch.setattr(making, "runs", lambda problem, x, *rest: counted.append(len(x)) or runs(problem, x, *rest))
    return counted


@pytest.fixture
def small_tiles(monkeypatch):
    """Many tiles, several batches."""
    monkeypatch.setattr(tiles, "SIDE", 16)
    monkeypatch.setattr(making, "BATCH", 16 * 16 * 7)


def test_pixels_are_square_where_the_axes_are_alike():
    for size, shape in (((200, 100), 2.0), ((50, 100), 0.5)):
        half_x, half_y = poster_plan(fe.mandelbrot(), "a.png", size=size).recipe.view.half
        assert half_x / half_y == pytest.approx(shape)
        assert poster_plan(fe.bumpy(), "a.png", size=size).recipe.view == fe.bumpy().view
        given = fe.View((-2, 1), (-1, 1))
        assert poster_plan(fe.mandelbrot(), "a.png", given, size).recipe.view == given


@pytest.mark.parametrize(("problem", "mode"), LOOKS)
def test_a_poster_is_the_picture_that_render_and_colours_make(problem, mode, tmp_path):
    path = poster(problem, tmp_path / "a.png", size=SIZE, steps=STEPS, mode=mode, palette="paper", caption=False)
    land = first(problem, SIZE)
    np.testing.assert_array_equal(read(path), fe.colours(land, "paper", mode)[..., :3])
    assert fe.from_png(path).pixels.tobytes() == land.pixels.tobytes()
    fe.save_png(land, tmp_path / "b.png", "paper", mode)
    assert fe.read_recipe(path) == fe.read_recipe(tmp_path / "b.png")


@pytest.mark.parametrize("problem", [fe.mandelbrot(), fe.newton(), fe.paper("one-datum", width=8)], ids=lambda p: p.name)
def test_tiles_hold_the_bits_of_render(problem, tmp_path, small_tiles):
    view = fe.View(problem.view.x, problem.view.y, problem.view.x_scale, problem.view.y_scale, "endpoint")
    plan = poster_plan(problem, tmp_path / "a.png", view, (37, 50), STEPS)
    plan.make(threads=3)
    land, kept = fe.render(problem, view, (37, 50), STEPS), tiles.Tiles(plan.folder, plan.recipe)
    assert len(kept) == plan.tiles == len(os.listdir(plan.folder)) == 3 * 4
    for place in kept:
        tile, span = kept.load(place), kept.spans(place)
        for name in kept.fields:
            assert tile.pixels[name].tobytes() == land.pixels[name][span].tobytes()
    assert ("arrival" in kept.fields) == bool(problem.attractors)


@pytest.mark.parametrize(("problem", "mode"), [LOOKS[0], LOOKS[-1]])
def test_ranks_of_a_large_poster_come_from_every_kth_row_and_column(problem, mode, tmp_path, small_tiles, monkeypatch):
    monkeypatch.setattr(drawing, "MOST_COMPARED", 700)
    path = poster(problem, tmp_path / "a.png", size=(101, 90), steps=STEPS, mode=mode, caption=False)
    land = first(problem, (101, 90))
    every = np.ascontiguousarray(land.pixels[::4, ::4])                 # 26 x 23; every third were 34 x 30
    assert drawing.stride((101, 90)) == 4
    reference = replace(land, size=every.shape[::-1], pixels=every)
    np.testing.assert_array_equal(read(path), fe.colours(land, mode=mode, reference=reference)[..., :3])


def test_threads_executors_and_tilings_give_the_same_bytes(tmp_path, small_tiles, monkeypatch):
    how = {"size": (50, 40), "steps": STEPS}
    first = poster(fe.mandelbrot(), tmp_path / "a.png", threads=1, **how).read_bytes()
    with ThreadPoolExecutor(2) as pool:
        assert poster(fe.mandelbrot(), tmp_path / "b.png", executor=pool, **how).read_bytes() == first
    monkeypatch.setattr(tiles, "SIDE", 24)
    assert read(poster(fe.mandelbrot(), tmp_path / "c.png", **how)).tobytes() == read(tmp_path / "a.png").tobytes()


def test_a_poster_of_somebodys_own_step(tmp_path):
    path = poster(OWN, tmp_path / "a.png", size=(9, 7), steps=5, caption=False)
    land = first(OWN, (9, 7), 5)
    np.testing.assert_array_equal(read(path), fe.colours(land)[..., :3])
    with pytest.raises(ValueError, match="somebody's own system"):
        fe.from_png(path)


# ---------------------------------------------------------------- killed, stopped, resumed

@pytest.mark.skipif(sys.platform == "win32", reason="sends a Unix signal")
def test_killed_at_random_and_resumed_it_is_the_same_file(tmp_path, monkeypatch):
    # a call waits, once a third of the picture more is done, so that even a late kill finds it at work
    program = ("import sys, time, fractaledu as fe, fractaledu.posters as p, fractaledu.posters.tiles as t; t.SIDE = 32\n"
               "def wait(stage, done, total):\n"
               "    if done > total * int(sys.argv[2]) / 3: time.sleep(120)\n"
               "p.poster(fe.mandelbrot(), sys.argv[1], fe.View((-0.6, 0.2), (-0.4, 0.4)), (320, 288), 5000, progress=wait)")
    killed, folder, seen = tmp_path / "a.png", tmp_path / "a.png.tiles", 0
    for thirds in (1, 2):
        process = subprocess.Popen([sys.executable, "-c", program, str(killed), str(thirds)])
        while process.poll() is None and (not folder.is_dir() or len(list(folder.glob("*.npz"))) < seen + 3):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        found = len(list(folder.glob("*.npz")))
        assert seen + 3 <= found < 90 and not killed.exists()
        seen = found
    monkeypatch.setattr(tiles, "SIDE", 32)
    counted = count_runs(monkeypatch)
    for path in (killed, tmp_path / "b.png"):
        poster(fe.mandelbrot(), path, fe.View((-0.6, 0.2), (-0.4, 0.4)), (320, 288), 5000)
    assert counted == [(90 - seen) * 32 ** 2, 90 * 32 ** 2] and killed.read_bytes() == path.read_bytes()


def test_a_cancelled_poster_keeps_its_tiles_and_computes_only_the_rest(tmp_path, small_tiles, monkeypatch):
    fe.render(fe.mandelbrot(), size=(8, 8), steps=2)            # compiles
    cancel, seen = threading.Event(), []

    def progress(stage, done, total):
        assert stage == "tiles"
        seen.append((done, total))
        if done > 1500:
            cancel.set()
    how = {"size": (64, 50), "steps": STEPS, "threads": 1}      # one thread: runs come in order
    with pytest.raises(fe.Cancelled) as caught:
        poster(fe.mandelbrot(), tmp_path / "a.png", progress=progress, cancel=cancel, **how)
    assert 1500 < caught.value.done < 3200 and caught.value.total == 3200
    assert seen[0] == (0, 3200) and seen == sorted(seen) and not (tmp_path / "a.png").exists()
    kept, counted, seen = len(os.listdir(tmp_path / "a.png.tiles")), count_runs(monkeypatch), []
    assert 5 <= kept < 16
    poster(fe.mandelbrot(), tmp_path / "a.png", progress=lambda *now: seen.append(now), **how)
    computed = [done for stage, done, total in seen if stage == "tiles" and total == 3200]
    assert computed[0] + sum(counted) == 3200 and computed[0] >= 5 * 256 and computed[-1] == 3200


class Stuck(Executor):
    """Never ends the first task that it is given."""

    _max_workers, first = 2, True

    def submit(self, work, *arguments):
        future = Future()
        if not self.first:
            future.set_result(work(*arguments))
        self.first = False
        return future


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_a_tile_that_is_late_holds_back_none_of_the_others(error, tmp_path, small_tiles):
    cancel = threading.Event()

    def progress(stage, done, total):
        if done >= 1700:                                # of 7 x 256 in a batch
            cancel.set()
            if error:
                raise error
    with pytest.raises(error or fe.Cancelled):
        poster(fe.mandelbrot(), tmp_path / "a.png", size=(64, 50), steps=STEPS, executor=Stuck(), progress=progress,
               cancel=cancel)
    kept = sorted(os.listdir(tmp_path / "a.png.tiles"))
    assert len(kept) >= 5 and "00000-00000.npz" not in kept


def test_drawing_tells_its_rows_and_is_cancelled_between_them(tmp_path, small_tiles, monkeypatch):
    path, how, seen, cancel = tmp_path / "a.png", {"size": (40, 50), "steps": STEPS}, [], threading.Event()
    poster(fe.mandelbrot(), path, progress=lambda *now: seen.append(now), **how)
    before, rows = path.read_bytes(), len(read(path))
    drawn = [now for now in seen if now[0] == "drawing"]
    assert seen == sorted(seen, key=lambda now: (now[0] == "drawing", now[1])) and rows > 50
    assert drawn[:5] == [("drawing", done, rows) for done in (0, 2, 18, 34, 50)] and drawn[-1] == ("drawing", rows, rows)
    counted = count_runs(monkeypatch)
    with pytest.raises(fe.Cancelled, match="cancelled after 18 of 50 rows"):
        poster(fe.mandelbrot(), path, caption=False, cancel=cancel, **how,
               progress=lambda stage, done, _: cancel.set() if (stage, done) == ("drawing", 18) else None)
    with pytest.raises(fe.Cancelled, match="cancelled after 0 of 50 rows"):
        poster(fe.mandelbrot(), path, caption=False, cancel=cancel, **how)
    assert counted == [] and path.read_bytes() == before and sorted(os.listdir(tmp_path)) == ["a.png", "a.png.tiles"]


def test_progress_true_shows_a_bar_for_each_stage(tmp_path, capsys):
    poster(fe.mandelbrot(), tmp_path / "a.png", size=(20, 20), steps=5, progress=True)
    error = capsys.readouterr().err
    assert "tiles" in error and "drawing" in error
    poster(fe.mandelbrot(), tmp_path / "b.png", size=(20, 20), steps=5)         # no notebook
    assert capsys.readouterr().err == ""


def test_other_colours_and_captions_cost_no_run(tmp_path, small_tiles, monkeypatch):
    how = {"size": (40, 40), "steps": STEPS, "folder": tmp_path / "tiles"}
    poster(fe.newton(), tmp_path / "a.png", **how)
    counted = count_runs(monkeypatch)
    path = poster(fe.newton(), tmp_path / "b.png", mode="rank", palette="dark", caption=False, **how)
    land = fe.render(fe.newton(), size=(40, 40), steps=STEPS)
    np.testing.assert_array_equal(read(path), fe.colours(land, "dark", "rank")[..., :3])
    assert counted == [] and sorted(os.listdir(tmp_path)) == ["a.png", "b.png", "tiles"]


# ---------------------------------------------------------------- refused

def spoil(path, how):
    """Make a tile useless in one of several ways."""
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[:len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "foreign":
        np.savez(path, value=np.zeros((16, 16)))
    elif how == "objects":
        np.savez(path, header=np.array([print], object), value=1, verdict=1)
    elif how == "flipped":
        at = content.index(b"value.npy") + 300
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
    else:
        with np.load(path) as file:
            arrays = dict(file)
        text = str(arrays["header"])
        text = text.replace(*{"version": (fe.__version__, "0.0.0"), "recipe": ("steps=40", "steps=41"),
                              "place": ("[1, 1]", "[0, 1]")}[how])
        np.savez(path, **(arrays | {"header": np.array(text)}))


@pytest.mark.parametrize("how", ["cut", "empty", "foreign", "objects", "flipped", "version", "recipe", "place"])
def test_a_tile_that_is_none_of_this_poster_is_refused_and_nothing_is_lost(how, tmp_path, small_tiles):
    path = poster(fe.mandelbrot(), tmp_path / "a.png", size=(32, 32), steps=STEPS)
    before, tile = path.read_bytes(), tmp_path / "a.png.tiles" / "00001-00001.npz"
    spoil(tile, how)
    spoilt = {file.name: file.read_bytes() for file in tile.parent.iterdir()}
    with pytest.raises(ValueError, match=r"got .*00001-00001.npz: .*Delete that file, or choose another folder"):
        poster(fe.mandelbrot(), path, size=(32, 32), steps=STEPS)
    assert path.read_bytes() == before and sorted(os.listdir(tmp_path)) == ["a.png", "a.png.tiles"]
    assert {file.name: file.read_bytes() for file in tile.parent.iterdir()} == spoilt
    tile.unlink()                                       # what the message says
    assert poster(fe.mandelbrot(), path, size=(32, 32), steps=STEPS).read_bytes() == before


def test_another_question_in_the_same_folder_is_refused(tmp_path):
    how = {"size": (20, 20), "steps": STEPS, "folder": tmp_path / "tiles"}
    poster(fe.mandelbrot(), tmp_path / "a.png", **how)
    for change in ({"steps": 41}, {"size": (21, 20)}, {"view": fe.View((-2, 1), (-1, 1))}):
        with pytest.raises(ValueError, match="tiles.00000-00000.npz: it has another recipe"):
            poster(fe.mandelbrot(), tmp_path / "b.png", **(how | change))
    with pytest.raises(ValueError, match="another recipe"):
        poster_plan(fe.mandelbrot(power=3), tmp_path / "b.png", **how).make()
    assert not (tmp_path / "b.png").exists()


def test_a_full_disk_is_said_before_anything_is_computed(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=12_345))
    counted = count_runs(monkeypatch)
    plan = poster_plan(fe.mandelbrot(), tmp_path / "a.png", size=(200, 200), steps=5)
    with pytest.raises(OSError, match=rf"at most {amount(plan.disk)} are needed, 12 kB are free") as caught:
        plan.make()
    assert caught.value.errno == errno.ENOSPC and caught.value.filename == str(tmp_path / "a.png.tiles")
    assert counted == [] and not (tmp_path / "a.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_disk_that_fills_up_on_the_way_names_the_file_and_loses_nothing(tmp_path):
    program = ("import resource, sys, fractaledu as fe, fractaledu.posters as p; "
               "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2); "
               "p.poster(fe.mandelbrot(), sys.argv[1], size=(300, 128), steps=40)")
    path, folder = tmp_path / "a.png", tmp_path / "a.png.tiles"
    path.write_bytes(b"old")
    a_tile = re.escape(str(folder)) + r"/00000-0000\d\.npz"             # whichever is ready first
    for limit, named in ((50_000, a_tile), (5_000, re.escape(str(path)))):             # the picture is larger than 5 kB
        result = subprocess.run([sys.executable, "-c", program, str(path), str(limit)], capture_output=True, text=True)
        assert re.search(rf"OSError: \[Errno 27\].*'{named}'", result.stderr.splitlines()[-1]), result.stderr
        assert path.read_bytes() == b"old"
        poster(fe.mandelbrot(), tmp_path / "b.png", size=(300, 128), steps=40, folder=folder)
    assert not list(tmp_path.glob("*.tmp")) and not list(folder.glob("*.tmp"))


def test_places_that_cannot_be_written_fail_at_once(tmp_path, monkeypatch):
    counted = count_runs(monkeypatch)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileNotFoundError, match="folder that exists.*nowhere"):
        poster(fe.mandelbrot(), tmp_path / "nowhere" / "a.png")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        poster(fe.mandelbrot(), tmp_path / "a.png", folder=tmp_path / "nowhere" / "tiles")
    with pytest.raises(NotADirectoryError, match="file"):
        poster(fe.mandelbrot(), tmp_path / "a.png", folder=tmp_path / "file")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(IsADirectoryError, match="folder.png"):
        poster(fe.mandelbrot(), tmp_path / "folder.png")
    assert counted == [] and (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="no /proc")
def test_a_folder_that_cannot_be_written_fails_at_once(tmp_path, monkeypatch):
    counted = count_runs(monkeypatch)
    with pytest.raises(OSError, match="/proc"):
        poster(fe.mandelbrot(), "/proc/a.png", folder=tmp_path / "tiles")
    assert counted == []


@pytest.mark.parametrize(("change", "message"), [
    ({"file": "a.jpg"}, "file must end in .png, got a.jpg"), ({"size": (70_000, 2)}, "size must be from 1 to 65536"),
    ({"size": (0, 2)}, "size must be from 1"), ({"size": 5}, "size must be two whole numbers"), ({"steps": 0}, "steps must be"),
    ({"palette": "grue"}, "palette must be"), ({"mode": "loud"}, "mode must be"), ({"mode": "basins"}, "mode must not be"),
    ({"threads": 0}, "threads must be")])
def test_bad_arguments_are_refused(change, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        poster(**({"system": fe.mandelbrot(), "file": "a.png", "size": (4, 4)} | change))
    with pytest.raises(TypeError, match="view must be a View"):
        poster(fe.mandelbrot(), "a.png", (0, 1))


def test_threads_are_checked_where_nothing_is_left_to_compute_too(tmp_path):
    how = {"size": (8, 8), "steps": 5}
    before = poster(fe.mandelbrot(), tmp_path / "a.png", **how).read_bytes()
    plan = poster_plan(fe.mandelbrot(), tmp_path / "a.png", palette="dark", **how)
    for threads in (0, 1025):
        for work in (plan.make, plan.estimate):
            with pytest.raises(ValueError, match=f"threads must be from 1 to 1024, got {threads}"):
                work(threads)
    assert (tmp_path / "a.png").read_bytes() == before


def test_the_ending_may_be_in_capitals(tmp_path):
    path = poster(fe.mandelbrot(), tmp_path / "A.PNG", size=(8, 8), steps=5, caption=False)
    assert path.name == "A.PNG" and read(path).shape == (8, 8, 3)


def test_pixels_at_the_float_floor_are_warned_of(tmp_path):
    view = fe.View.around(-0.75, 0.1, 1e-15)
    with pytest.warns(fe.FloatFloorWarning, match="ulps apart") as caught:
        poster(fe.newton(), tmp_path / "a.png", view, (12, 12), 5)
    assert caught[0].filename == __file__
    with pytest.warns(fe.FloatFloorWarning):
        plan = poster_plan(fe.newton(), tmp_path / "a.png", view, (12, 12), 5)
    assert "this shows rounding" in str(plan) and plan.estimate() > 0


# ---------------------------------------------------------------- the plan, memory

def test_a_plan_says_what_is_there_and_what_it_takes_at_most(tmp_path, small_tiles):
    path = tmp_path / "a.png"
    plan = poster_plan(fe.newton(), path, size=(40, 33), steps=STEPS)
    assert (plan.tiles, plan.size) == (9, (40, 33)) and os.listdir(tmp_path) == []
    first = str(plan).splitlines()[0]
    assert repr(plan) == f"<Plan of {path}: {first}>" and "40 × 33 runs of 40 steps" in first
    assert "9 in" in str(plan) and "finished" not in str(plan) and str(path) in str(plan)
    assert plan.estimate(threads=1) > 0 and os.listdir(tmp_path) == []
    assert plan.make(threads=1) == path
    used = path.stat().st_size + sum(file.stat().st_size for file in plan.folder.iterdir())
    assert 0.2 * plan.disk < used <= plan.disk
    (plan.folder / "00001-00000.npz").unlink()
    assert "8 of them finished" in str(plan)


def test_a_plan_of_four_thousand_million_pixels_allocates_none_of_them(tmp_path):
    tracemalloc.start()
    plan = poster_plan(fe.mandelbrot(), tmp_path / "a.png", size=(65536, 65536), caption=False)
    assert plan.tiles == 2 ** 14 and plan.disk > 2 ** 32 * 12
    assert "65536 × 65536" in str(plan) and plan.estimate() > 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


def test_the_memory_does_not_grow_with_the_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "MOST_COMPARED", 2 ** 12)
    monkeypatch.setattr(making, "BATCH", 2 ** 15)
    peaks = []
    poster(fe.mandelbrot(), tmp_path / "a.png", size=(8, 8), steps=2)          # all is loaded
    tracemalloc.start()
    for side in (300, 900):
        tracemalloc.reset_peak()
        poster(fe.mandelbrot(), tmp_path / f"{side}.png", size=(side, side), steps=2, threads=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] - peaks[0] < 27 * (900 ** 2 - 300 ** 2) / 5            # 27 bytes a run, were they all in memory


# ---------------------------------------------------------------- the PNG and its caption

def test_other_readers_read_a_png_that_is_written_in_bands(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "a.png"
    pixels = rng.integers(256, size=(70, 33, 3), dtype=np.uint8)
    with open(path, "wb") as file:
        png.write(file, 33, 70, {"key": "text é"}, np.split(pixels, [1, 40, 40]))
    with Image.open(path) as picture:
        assert picture.text == {"key": "text é"}
        np.testing.assert_array_equal(np.asarray(picture), pixels)
    assert path.stat().st_size <= png.most_bytes(33, 70, {"key": "text é"})
    for bands in ([pixels[:69]], [pixels, pixels], [pixels[:, :32]], [pixels.astype(int)]):
        with open(path, "wb") as file, pytest.raises(ValueError, match="bands must"):
            png.write(file, 33, 70, {}, bands)


def test_noise_takes_no_more_than_the_bound(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "a.png"
    with open(path, "wb") as file:
        png.write(file, 1000, 1280, {}, (rng.integers(256, size=(128, 1000, 3), dtype=np.uint8) for _ in range(10)))
    assert path.stat().st_size <= png.most_bytes(1000, 1280, {}) < 1.01 * path.stat().st_size
    assert zlib.crc32(b"IEND") == int.from_bytes(path.read_bytes()[-4:], "big")


def test_the_caption_stands_below_the_picture_and_changes_none_of_it(tmp_path):
    path = poster(fe.mandelbrot(), tmp_path / "a.png", size=SIZE, steps=STEPS)
    land, whole = first(fe.mandelbrot(), SIZE), read(path)
    picture, caption = whole[-SIZE[1]:], whole[:-SIZE[1]]
    np.testing.assert_array_equal(picture, fe.colours(land)[..., :3])
    assert len(caption) > 20 and len(np.unique(caption)) > 10                  # text, smoothed
    assert fe.from_png(path).pixels.tobytes() == land.pixels.tobytes()


def test_a_caption_wider_than_its_font_allows_is_magnified(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "WIDEST_TEXT", 200)
    path = poster(fe.mandelbrot(), tmp_path / "a.png", size=(501, 20), steps=5)
    caption = read(path)[::-1][20:]
    assert len(caption) % 3 == 0 and len(np.unique(caption)) > 5
    np.testing.assert_array_equal(caption[::3], caption[1::3])
    np.testing.assert_array_equal(caption[:, 0:501:3], caption[:, 2:501:3])


def caption_of(problem, view=None, size=(100, 100), steps=None, palette="two-sided", mode=None):
    return "\n".join(words.lines(making.Recipe(problem, view or problem.view, size, steps or problem.steps, {
        "palette": palette, "mode": mode or ("basins" if problem.attractors else "rank")})))


def test_captions_say_what_one_has_to_know():
    net = caption_of(fe.paper("one-datum"), fe.paper_view("one-datum"), (2048, 1024))
    for part in ("The paper's network, tanh, one data point, width 16", "η₀ = 48.298735 … 48.299146, logarithmic",
                 "2048 × 1024 runs of T = 500 steps", "converged: the mean of the last 20 losses is below the first",
                 "blue settles, red runs away; the paler, the faster (rank", "η₁ = 18.2066141 … 18.2067690, logarithmic",
                 "paper's weights and data", "arXiv 2402.06184", fe.__version__):
        assert part in net
    assert "ulps" not in net
    newton = caption_of(fe.newton())
    assert "distance to the nearest root below 10⁻⁸ at the end" in newton and "orange −0.5 + 0.866i" in newton
    assert "seed 7" in caption_of(fe.random_network(7))
    assert "Re c = −2.1 … 0.6\n" in caption_of(fe.mandelbrot()) and "the smaller the orbit" in caption_of(fe.mandelbrot())
    assert "high end of viridis" in caption_of(fe.mandelbrot(), palette="viridis")
    for mode, part in (("value", "logarithmic from 1 to"), ("verdict", "vermilion exploded"), ("patterns", "cross hatch")):
        assert part in caption_of(fe.mandelbrot(), mode=mode)
    assert "near the float floor" in caption_of(fe.newton(), fe.View.around(-0.75, 0.1, 2e-13))
    assert "shows rounding" in caption_of(fe.newton(), fe.View.around(-0.75, 0.1, 2e-15))
    assert "exact: differences from one run" in caption_of(fe.mandelbrot(), fe.View.around(-0.75, 0.1, 2e-15))


@pytest.mark.parametrize("name", names.NAMED)
@pytest.mark.parametrize("mode", ["rank", "value", "verdict", "patterns", None])
def test_every_system_has_a_caption(name, mode):
    text = caption_of(fe.named(name), mode=mode)
    assert "converged: " in text and "None" not in text and "nan" not in text
