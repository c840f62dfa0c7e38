"""The command line, as a person would type it."""
import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import cli
from fractaledu.cli import lab, machine, render, telling
from fractaledu.export import read_recipe
from fractaledu.recipes import Recipe


def test_render_writes_what_render_computes(tmp_path, capsys):
    out = tmp_path / "a.npz"
    assert cli.main(["render", "julia", "--c", "-0.8+0.156j", "--x", "-1.5", "1.5", "--y", "-1e0", "1", "--size", "20x10",
                     "--steps", "30", "--sampling", "endpoint", "--out", str(out)]) == 0
    land = fe.Landscape.load(out)
    view = fe.View((-1.5, 1.5), (-1, 1), sampling="endpoint")
    assert land.pixels.tobytes() == fe.render(fe.julia(-0.8 + 0.156j), view, (20, 10), 30).pixels.tobytes()
    assert "20 x 10, 30 steps" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "expected"), [
    (["mandelbrot", "--power", "3"], (fe.mandelbrot(3), fe.mandelbrot(3).view)),
    (["newton", "--roots", "1,-1,1j", "--a", "1.5"], (fe.newton(roots=[1, -1, 1j], a=1.5),) * 1 + (None,)),
    (["newton", "--coefficients", "-1,0,1"], (fe.newton(coefficients=[-1, 0, 1]), None)),
    (["paper-tanh", "--width", "8"], (fe.paper("tanh", width=8), None)),
    (["paper-relu", "--window"], (fe.paper("relu"), fe.paper_view("relu"))),
    (["paper-linear", "--window"], (fe.paper("linear"), fe.paper_view("linear"))),
    (["paper-one-datum"], (fe.paper("one-datum"), None)),
    (["paper-minibatch", "--batch-seed", "3"], (fe.paper("minibatch", batch_seed=3), None)),
    (["paper-offset", "--offset", "start", "--x-scale", "linear", "--x", "-1", "1"],
     (fe.paper("offset", offset="start"), fe.View((-1, 1), (1e-3, 1e6), "linear", "log10"))),
    (["random-network", "--seed", "4"], (fe.random_network(4), None))],
    ids=lambda a: " ".join(a) if isinstance(a, list) else "")
def test_every_system_can_be_rendered(arguments, expected, tmp_path):
    out = tmp_path / "a.png"
    assert cli.main(["render", *arguments, "--size", "4x3", "--steps", "3", "--palette", "paper", "--out", str(out)]) == 0
    problem, view = expected
    look = {"palette": "paper", "mode": "basins" if problem.attractors else "rank"}
    assert read_recipe(out) == Recipe(problem, view or problem.view, (4, 3), 3, look).to_text()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize(("arguments", "message"), [
    ("", "required: COMMAND"), ("render", "required: SYSTEM"), ("render lorenz", "invalid choice: 'lorenz'"),
    ("render julia", "required: --out"), ("render julia --out a.gif", "--out must end in .npz or .png"),
    ("render julia --out nowhere/a.png", "--out must lie in a folder that exists"),
    ("render julia --x 1 0 --out a.png", "x must have its low bound below its high bound, got (1.0, 0.0)"),
    ("render julia --x nan 0 --out a.png", "x must have finite bounds"),
    ("render julia --x a 0 --out a.png", "invalid float value: 'a'"),
    ("render paper-tanh --x -1 5 --out a.png", "x must have positive bounds on a log10 axis"),
    ("render julia --size 0x4 --out a.png", "size must be from 1 to 32768"),
    ("render julia --size 1000000x4 --out a.png", "size must be from 1 to 32768"),
    ("render julia --size big --out a.png", "must be WxH"), ("render julia --steps -4 --out a.png", "steps must be from 1"),
    ("render julia --c hare --out a.png", "c must be a number or one of rabbit"),
    ("render julia --width 8 --out a.png", "unrecognized"),
    ("render paper-tanh --width 9 --out a.png", "width must be 16 or 8"),
    ("render julia --threads 0 --out a.png", "threads must"),
    ("render paper-relu --window --x 1 2 --out a.png", "--window must not be given together"),
    ("render julia --palette nice --out a.png", "palette must be"), ("render julia --mode basins --out a.png", "mode must not"),
    ("render julia --out .png/", "--out must")])
def test_wrong_input_is_one_line_and_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith("fractaledu: error: ") and error.count("\n") == 1
    assert message in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX")
def test_an_unwritable_place_is_one_line_and_2(capsys):
    assert cli.main(["render", "julia", "--size", "4x4", "--out", "/proc/a.png"]) == 2
    assert "/proc/a.png" in capsys.readouterr().err


def test_the_float_floor_is_a_warning(tmp_path, capsys):
    out = tmp_path / "a.npz"
    assert cli.main(["render", "mandelbrot", "--x", "-0.75", "-0.74999999999999", "--y", "0.1", "0.10000000000001", "--size",
                     "64x64", "--steps", "5", "--precision", "float64", "--out", str(out)]) == 0
    error = capsys.readouterr().err
    assert error.count("fractaledu: warning: view is at the float floor") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="sends a Unix signal")
def test_ctrl_c_exits_130_keeps_tiles_and_goes_on(tmp_path):
    out = tmp_path / "a.npz"
    command = [sys.executable, "-m", "fractaledu", "render", "paper-tanh", "--size", "56x56", "--steps", "500", "--out",
               str(out)]
    # a shell that starts the tests in the background has them ignore Ctrl-C, and their children too
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    part = pathlib.Path(f"{out}.part")
    for _ in range(1200):
        if part.exists():
            break
        time.sleep(0.05)
    time.sleep(1.0)                             # some tiles, whatever the machine
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "stopped" in error and "Traceback" not in error
    assert not out.exists()
    done = np.isfinite(fe.Landscape.load(part).value).sum()
    assert 0 < done < 56 * 56
    assert subprocess.run(command, stderr=subprocess.PIPE).returncode == 0
    assert not part.exists()
    assert np.isfinite(fe.Landscape.load(out).value).all()


def test_long_work_is_announced(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(render, "LONG_SECONDS", -1)
    assert cli.main(["render", "julia", "--size", "16x16", "--out", str(tmp_path / "a.npz")]) == 0
    assert "about 1 s on" in capsys.readouterr().err
    assert [telling.duration(s) for s in (5, 600, 7200)] == ["5 s", "10 min", "2.0 h"]


def test_lab_finds_or_copies_the_notebooks(tmp_path, monkeypatch):
    root = pathlib.Path(fe.__file__).parents[1]
    if (root / "notebooks" / lab.START).exists():
        assert lab.notebooks(None) == root / "notebooks"
    folder = lab.notebooks(tmp_path / "mine")
    assert (folder / lab.START).exists()
    (folder / lab.START).write_text("my work")
    lab.notebooks(tmp_path / "mine")
    assert (folder / lab.START).read_text() == "my work"


def test_lab_opens_jupyterlab_on_localhost_with_its_token(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(lab.subprocess, "call", lambda command: calls.append(command) or 0)
    assert cli.main(["lab", str(tmp_path / "mine"), "--no-browser"]) == 0
    text = " ".join(calls[0])
    assert "jupyterlab" in text and "--ServerApp.ip=localhost" in text and lab.START in text
    assert "token" not in text and "password" not in text
    assert ("--allow-root" in text) == (hasattr(os, "geteuid") and os.geteuid() == 0)


def test_bench_and_warm_run(monkeypatch, capsys):
    assert cli.main(["warm"]) == 0
    assert "compiling the kernels" in capsys.readouterr().err
    monkeypatch.setattr(machine, "evaluate", lambda *a: None)
    assert cli.main(["bench"]) == 0
    assert "runs/s" in capsys.readouterr().out
