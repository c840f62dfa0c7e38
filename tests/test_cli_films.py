"""Films and posters on the command line, as a person would type it."""
import json
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

import fractaledu as fe
from fractaledu import cli
from fractaledu.cli import entry, machine, reading, telling
from fractaledu.cli import film as films
from fractaledu.cli import poster as posters
from fractaledu.cli.over import values_over
from fractaledu.films import making, search
from fractaledu.wording import amount

ROOT = pathlib.Path(__file__).parents[1]
DIVE = "mandelbrot --decades 1 --target -0.75 0.1".split()
SMALL = "--size 48x48 --steps 50 --supersampling 1 --fps 5 --threads 1".split()


def film(*arguments):
    return cli.main(["film", *arguments])


# ---------------------------------------------------------------- values of --over

@pytest.mark.parametrize(("system", "over", "count", "geometric", "expected"), [
    ("mandelbrot", "steps 1 5", 5, False, [1, 2, 3, 4, 5]),
    ("mandelbrot", "steps 1 64", 7, True, [1, 2, 4, 8, 16, 32, 64]),
    ("mandelbrot", "steps 1 4", 31, True, [1, 2, 3, 4]),                        # rounded, and none twice
    ("mandelbrot", "steps 8 1", 4, True, [8, 4, 2, 1]),
    ("random-network", "seed 0 3", 4, False, [0, 1, 2, 3]),
    ("paper-tanh", "width 8 16", 2, False, [8, 16]),
    ("paper-minibatch", "batch-seed 0 1", 9, False, [0, 1]),
    ("newton", "a 0.5 1.5", 3, False, [0.5, 1.0, 1.5]),
    ("newton", "a 1+0.5j 1-0.5j", 3, False, [1 + 0.5j, 1 + 0j, 1 - 0.5j]),
    ("xor", "momentum -1 1", 3, False, [-1.0, 0.0, 1.0]),
    ("julia", "c -0.8+0.1j -0.8+0.2j", 2, False, [-0.8 + 0.1j, -0.8 + 0.2j])])
def test_values_between_two_numbers(system, over, count, geometric, expected):
    values = values_over(system, over.split(), count, geometric)
    np.testing.assert_allclose(values, expected, rtol=1e-14)
    assert [type(value) for value in values] == [type(value) for value in expected]


@pytest.mark.parametrize(("arguments", "message"), [
    ("mandelbrot", "required: --out"), ("lorenz", "invalid choice: 'lorenz'"),
    ("mandelbrot --decades", "expected one argument"), ("mandelbrot --target 1 --out a.webp", "expected 2 arguments"),
    ("mandelbrot --decades deep --out a.webp", "invalid float value: 'deep'"),
    ("mandelbrot --size big --out a.webp", "must be WxH"), ("mandelbrot --colours all --out a.webp", "invalid choice: 'all'"),
    ("mandelbrot --over depth 1 2 --out a.webp", "--over must name a number of mandelbrot, steps, power; got 'depth'"),
    ("newton --over roots 1 2 --out a.webp", "number of newton, steps, a, tolerance, degree; got 'roots'"),
    ("two-weights --over tied 0 1 --out a.webp", "got 'tied'"),
    ("mandelbrot --over steps 1.5 8 --out a.webp", "--over steps must go from a whole number to another, got 1.5 and 8"),
    ("julia --over c rabbit 1 --out a.webp", "one finite number to another, got rabbit and 1"),
    ("newton --over a 1 nan --out a.webp", "one finite number to another, got 1 and nan"),
    ("newton --over a 1 1 --out a.webp", "one finite number to another, got 1 and 1"),
    ("newton --over a 1 --out a.webp", "expected 3 arguments"),
    ("newton --over a 0 2 --geometric --out a.webp", "--geometric needs --over a to go between numbers above 0"),
    ("xor --over rate -1 2 --geometric --out a.webp", "--geometric needs --over rate to go between numbers above 0"),
    ("mandelbrot --over steps 1 9 --keyframes 1 --out a.webp", "--keyframes must be at least 2, got 1"),
    ("mandelbrot --over steps 1 9 --target-seed 0 --out a.webp", "--target-seed must not be given together with --over"),
    ("mandelbrot --keyframes 0 --out a.webp", "--keyframes must be given with --over only"),
    ("mandelbrot --keyframes 5 --out a.webp", "--keyframes must be given with --over only"),
    ("mandelbrot --geometric --out a.webp", "--geometric must be given with --over only"),
    ("mandelbrot --over steps 1 9 --decades 3 --out a.webp", "--decades must not be given together with --over"),
    ("mandelbrot --over steps 1 9 --target 0 0 --out a.webp", "--target must not be given together with --over"),
    ("mandelbrot --over steps 1 9 --steps 4 --out a.webp", "--steps must not be given together with --over steps"),
    ("random-network --over weight-decay 0 1 --weight-decay 1 --out a.webp",
     "--weight-decay must not be given together with --over weight-decay"),
    ("paper-tanh --over rate_in 1 2 --out a.webp", "rate_in must not be given: it is an axis"),
    ("paper-tanh --over width 8 12 --keyframes 3 --out a.webp", "width must be 16 or 8 for condition 'tanh', got 10"),
    ("mandelbrot --x 1 0 --out a.webp", "x must have its low bound below its high bound"),
    ("random-network --target -9 9 --out a.webp", "target must be finite, and positive on a log10 axis"),
    ("random-network --target 9 9 --target-seed 2 --out a.webp", "--target-seed must not be given together with a target"),
    ("paper-relu --to-window --decades 2 --out a.webp", "--to-window must not be given together with --target or --decades"),
    ("mandelbrot --to-window --out a.webp", "unrecognized"),
    ("mandelbrot --decades -1 --target -0.75 0.1 --out a.webp", "decades must"),
    ("mandelbrot --steps 0 --target -0.75 0.1 --out a.webp", "steps must"),
    ("mandelbrot --supersampling 0 --target -0.75 0.1 --out a.webp", "supersampling must"),
    ("mandelbrot --fps 0 --target -0.75 0.1 --out a.webp", "fps must"),
    ("mandelbrot --seconds -3 --target -0.75 0.1 --out a.webp", "seconds must"),
    ("mandelbrot --palette nice --target -0.75 0.1 --out a.webp", "palette must"),
    ("mandelbrot --mode basins --target -0.75 0.1 --out a.webp", "mode must not"),
    ("mandelbrot --target -0.75 0.1 --out a.gif", ".webp"),
    ("mandelbrot --target -0.75 0.1 --codec vhs --out a.mp4", "vhs"),
    ("mandelbrot --target -0.75 0.1 --out nowhere/a.webp", "nowhere")])
def test_wrong_input_for_a_film_is_one_line_and_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert film(*arguments.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith("fractaledu: error: ") and error.count("\n") == 1
    assert message in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("arguments", "message"), [
    ("mandelbrot", "required: --out"), ("mandelbrot --out a.gif", ".png"), ("mandelbrot --out nowhere/a.png", "nowhere"),
    ("mandelbrot --size 0x9 --out a.png", "size must be from 1"), ("mandelbrot --steps 0 --out a.png", "steps must"),
    ("mandelbrot --decades 3 --out a.png", "unrecognized"), ("mandelbrot --palette nice --out a.png", "palette must"),
    ("mandelbrot --mode basins --out a.png", "mode must not"),
    ("paper-relu --window --x 1 2 --out a.png", "--window must not be given together")])
def test_wrong_input_for_a_poster_is_one_line_and_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["poster", *arguments.split()]) == 2
    error = capsys.readouterr().err
    assert error.startswith("fractaledu: error: ") and error.count("\n") == 1
    assert message in error
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- films

def test_a_film_says_what_it_takes_and_what_was_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert film(*DIVE, *SMALL, "--out", "dive.webp") == 0
    error = capsys.readouterr().err
    assert "keyframes" in error and "frames" in error and "about 1 s on 1 thread" in error
    assert re.search(r"^dive\.webp: [\d.]+ kB", error, re.M) and "dive.webp.keyframes" in error
    if telling.resource is not None:
        assert re.search(r"peak memory (\d+ MB|[\d.]+ GB)", error)          # of the whole process: all tests so far
    picture = Image.open("dive.webp")
    assert picture.size == (48, 48) and picture.n_frames > 3
    json.loads(pathlib.Path("dive.webp.json").read_text())


def test_the_same_command_again_finds_all_and_writes_the_same_bytes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = [*DIVE, *SMALL, "--folder", "kept", "--out", "a.webp"]
    assert film(*command) == 0
    first, times = pathlib.Path("a.webp").read_bytes(), {p: p.stat().st_mtime_ns for p in pathlib.Path("kept").iterdir()}
    assert film(*command) == 0
    assert pathlib.Path("a.webp").read_bytes() == first
    assert {p: p.stat().st_mtime_ns for p in times} == times


def test_the_command_line_makes_the_film_of_fe_film(tmp_path):
    arguments = ("--x -2 1 --y -1.5 1.5 --waypoint -0.7 0.1 --seconds 1 --colours shared --palette dark --no-caption --loop "
                 f"--out {tmp_path / 'a.webp'}")
    assert film(*DIVE, *SMALL, *arguments.split()) == 0
    fe.film(fe.mandelbrot(), [(-0.7, 0.1), (-0.75, 0.1)], tmp_path / "b.webp", decades=1, view=fe.View((-2, 1), (-1.5, 1.5)),
            size=(48, 48), steps=50, supersampling=1, fps=5, seconds=1, colours="shared", palette="dark", caption=False,
            loop=True, threads=1)
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()


@pytest.mark.parametrize(("arguments", "problem", "values"), [
    ("newton --over a 0.5 1.5", fe.newton(), [0.5, 1.0, 1.5]),
    ("julia --over c -0.8+0.1j -0.8+0.3j", fe.julia(), [-0.8 + 0.1j, -0.8 + 0.2j, -0.8 + 0.3j])])
def test_a_film_over_a_number(arguments, problem, values, tmp_path):
    assert film(*arguments.split(), "--keyframes", "3", *SMALL, "--seconds", "1", "--out", str(tmp_path / "a.webp")) == 0
    fe.film(problem, None, tmp_path / "b.webp", over=arguments.split()[2], values=values, size=(48, 48), steps=50,
            supersampling=1, fps=5, seconds=1)
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()
    fe.film_again(tmp_path / "b.webp", tmp_path / "c.webp")
    assert (tmp_path / "c.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()


def test_a_film_to_the_window_of_the_papers_figure(tmp_path):
    assert film("paper-relu", "--width", "8", "--to-window", *SMALL, "--seconds", "1", "--out", str(tmp_path / "frames")) == 0
    assert len(list((tmp_path / "frames").glob("*.png"))) == 5
    (target,) = json.loads((tmp_path / "frames.json").read_text())["target"]
    assert fe.View(**target) == fe.paper_view("relu")


def test_a_film_whose_target_is_looked_for_depends_on_its_seed_only(tmp_path):
    for name, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        assert film("mandelbrot", "--decades", "1", "--target-seed", seed, *SMALL, "--seconds", "1", "--out",
                    str(tmp_path / f"{name}.webp")) == 0
    a, b, c = ((tmp_path / f"{name}.webp").read_bytes() for name in "abc")
    assert a == b != c


def test_another_film_in_the_same_place_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = [*DIVE, *SMALL, "--seconds", "1", "--out", "a.webp"]
    assert film(*command) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert film("julia", *command[1:]) == 2
    error = capsys.readouterr().err
    assert "a.webp.keyframes" in error and error.splitlines()[-1].startswith("fractaledu: error: ")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="sends a Unix signal")
def test_ctrl_c_stops_a_film_says_what_is_kept_and_goes_on(tmp_path):
    out = tmp_path / "a.webp"
    arguments = f"film paper-one-datum --decades 8 --size 96x96 --steps 800 --target 48.35 18.197 --out {out}"
    command = [sys.executable, "-m", "fractaledu", *arguments.split()]
    # a shell that starts the tests in the background has them ignore Ctrl-C, and their children too
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    kept = tmp_path / "a.webp.keyframes"
    for _ in range(1200):
        if any(kept.glob("*.npz")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    assert error.splitlines()[-1] == f"fractaledu: stopped; what is finished is in {kept}, the same command goes on from there"
    assert not out.exists() and any(kept.iterdir())


# ---------------------------------------------------------------- posters

def test_a_poster_says_what_it_takes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["poster", "paper-one-datum", "--window", "--size", "64x64", "--steps", "20", "--threads", "1", "--out",
                     "wall.png"]) == 0
    error = capsys.readouterr().err
    assert "about 1 s on 1 thread" in error and re.search(r"^wall\.png: [\d.]+ kB", error, re.M)
    with Image.open("wall.png") as picture:
        assert picture.width == 64 and picture.height > 64             # a caption below
    fe.poster(fe.paper("one-datum"), "same.png", fe.paper_view("one-datum"), (64, 64), 20)
    assert pathlib.Path("wall.png").read_bytes() == pathlib.Path("same.png").read_bytes()
    assert cli.main(["poster", "mandelbrot", "--size", "64x48", "--steps", "20", "--no-caption", "--out", "bare.png"]) == 0
    assert Image.open("bare.png").size == (64, 48)


def test_a_poster_has_a_bar_for_its_runs_and_one_for_its_rows(tmp_path, monkeypatch):
    told, bars = [], posters.Bars

    class Bars(bars):
        def __call__(self, stage, done, total):
            told.append((stage, self.units[stage], done, total))
            super().__call__(stage, done, total)
    monkeypatch.setattr(posters, "Bars", Bars)
    assert cli.main(["poster", "mandelbrot", "--size", "64x48", "--steps", "20", "--no-caption", "--out",
                     str(tmp_path / "a.png")]) == 0
    assert told[0] == ("tiles", "run", 0, 64 * 48) and ("tiles", "run", 64 * 48, 64 * 48) in told
    assert told[-2:] == [("drawing", "row", 0, 48), ("drawing", "row", 48, 48)]


# ---------------------------------------------------------------- what is said

def test_bytes_as_people_read_them():
    assert [amount(n) for n in (0, 999, 1000, 9_940, 12_345, 999_600, 3_456_789, 2e13)] == [
        "0 bytes", "999 bytes", "1.0 kB", "9.9 kB", "12 kB", "1.0 MB", "3.5 MB", "20000 GB"]


def test_a_folder_weighs_what_its_files_do(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("b", "a/c"):
        (tmp_path / name).write_bytes(bytes(50))
    assert telling.weight(tmp_path) == 100 and telling.weight(tmp_path / "b") == 50


def test_a_full_disk_is_told_with_what_is_kept(tmp_path, monkeypatch, capsys):
    def full(options):
        with telling.kept_in(tmp_path):
            raise OSError(28, "No space left on device", "a.webp")
    monkeypatch.setattr(machine, "run_bench", full)
    assert cli.main(["bench"]) == 2
    error = "fractaledu: error: cannot write or read a.webp: No space left on device"
    assert capsys.readouterr().err == f"{error}\n"
    (tmp_path / "0000.npz").touch()
    assert cli.main(["bench"]) == 2
    assert capsys.readouterr().err == f"{error}; what is finished is in {tmp_path}, the same command goes on from there\n"


# ---------------------------------------------------------------- what the documents show

@pytest.mark.parametrize("page", ["README.md", "docs/films.md"])
def test_every_film_and_poster_that_the_documents_show_can_be_planned(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(search, "border_target", lambda *_, **__: (48.35, 18.197))
    lines = re.findall(r"^fractaledu ((?:film|poster|render) .*)$", (ROOT / page).read_text(), re.M)
    assert len(lines) > 3
    for line in lines:
        options = entry._parser().parse_args([reading.guard(word) for word in shlex.split(line, comments=True)])
        if options.command == "film":
            plan = films.plan_of(options)
            assert plan.story.note == "" and len(plan.keyframes) > 10


def test_the_python_that_the_page_on_films_shows_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(search, "border_target", lambda *_, **__: (48.35, 18.197))
    monkeypatch.setattr(making.Plan, "make", lambda self, *_: made.append(self))
    made, names = [], {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "films.md").read_text(), re.DOTALL):
        exec(compile(block, "films.md", "exec"), names)
    assert [len(plan.keyframes) for plan in made] == [41, 41, 5]
    assert fe.limits(names["view"], (256, 256)).decades > 0
