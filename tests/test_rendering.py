"""Tiles, threads, passes, cancel, resume."""
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import engine, processors, rendering

PROBLEMS = [fe.mandelbrot(), fe.newton(), fe.paper("one-datum", width=8)]
SIZE = (61, 43)                     # no multiple of anything


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_any_threads_tiling_and_order_give_the_same_bits(problem, monkeypatch):
    expected = fe.render(problem, size=SIZE, steps=50, threads=1).pixels.tobytes()
    assert fe.render(problem, size=SIZE, steps=50, threads=3).pixels.tobytes() == expected
    monkeypatch.setattr(engine, "LARGEST_TILE", 8)
    assert fe.render(problem, size=SIZE, steps=50, threads=2).pixels.tobytes() == expected
    *_, last = fe.passes(problem, size=SIZE, steps=50)
    assert last.pixels.tobytes() == expected
    with ThreadPoolExecutor(1) as pool:
        assert fe.render(problem, size=SIZE, steps=50, executor=pool).pixels.tobytes() == expected


def test_other_processes_compute_the_same(monkeypatch):
    import multiprocessing
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        land = fe.render(fe.newton(), size=SIZE, steps=50, executor=pool)
    assert land.pixels.tobytes() == fe.render(fe.newton(), size=SIZE, steps=50).pixels.tobytes()


def test_passes_go_from_coarse_to_fine_and_compute_no_pixel_twice(monkeypatch):
    computed = []
    tile = engine._tile
    monkeypatch.setattr(engine, "_tile", lambda system, x, y, *rest: computed.append(len(x)) or tile(system, x, y, *rest))
    lands = list(fe.passes(fe.mandelbrot(), size=SIZE, steps=50))
    assert [land.stride for land in lands] == [8, 4, 2, 1]
    assert sum(computed) == SIZE[0] * SIZE[1]
    fine = lands[-1]
    for land in lands:
        k = land.stride
        assert land.value.shape == fine.value.shape
        blocks = fine.value[::k, ::k].repeat(k, 0).repeat(k, 1)[:SIZE[1], :SIZE[0]]
        np.testing.assert_array_equal(land.value, blocks)


def test_values_stand_where_their_positions_are():
    land = fe.render(fe.mandelbrot(), size=(7, 5), steps=30)
    for row, column in ((0, 0), (4, 6), (2, 3)):
        assert fe.evaluate(fe.mandelbrot(), land.x[column], land.y[row], 30) == land.value[row, column]
    assert land.y[0] < land.y[-1]


def test_evaluate_broadcasts():
    problem = fe.mandelbrot()
    x, y = np.linspace(-2, 0.5, 5), np.linspace(-1, 1, 3)[:, None]
    values = fe.evaluate(problem, x, y, 30)
    assert values.shape == (3, 5) and values.dtype == np.float64
    assert isinstance(fe.evaluate(problem, 0.0, 0.5, 30), float)
    assert fe.evaluate(problem, [], [], 30).shape == (0,)


@pytest.mark.parametrize("condition", ["tanh", "minibatch"])
def test_a_cancel_stops_within_a_tile(condition, record_property):
    problem, cancel, asked = fe.paper(condition), threading.Event(), []
    fe.evaluate(problem, 1.0, 1.0, 1)           # compiled

    def ask(done, total):
        if done > 40 and not asked:
            asked.append(time.perf_counter())
            cancel.set()
    with pytest.raises(fe.Cancelled) as caught:
        fe.render(problem, size=(200, 200), progress=ask, cancel=cancel)
    waited = time.perf_counter() - asked[0]
    record_property("seconds from cancel to return", waited)
    print(f"{condition}: {1000 * waited:.0f} ms from cancel to return")
    assert 40 < caught.value.done < 2000 and caught.value.total == 40_000


def test_a_cancel_ends_even_a_run_of_hundred_million_steps():
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises(fe.Cancelled):
        fe.render(fe.mandelbrot(), fe.View((-0.1, 0.1), (-0.1, 0.1)), (64, 64), 10 ** 8, cancel=cancel)


def test_progress_counts_pixels():
    seen = []
    fe.render(fe.mandelbrot(), size=SIZE, steps=20, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (SIZE[0] * SIZE[1],) * 2
    assert seen == sorted(seen)


def test_an_estimate_is_of_the_right_size():
    """Not a statement about this machine's speed: twice the pixels take about twice as long."""
    problem = fe.paper("one-datum")
    one, four = (fe.estimate(problem, size=(n, n), threads=1) for n in (128, 512))
    assert 0 < one
    assert 16 / 4 < four / one < 16 * 4


class _Stop(Exception):
    pass


def interrupted(path, problem, view, steps, after=0.4):
    """Render into a file, and be stopped on the way."""
    def stop(done, total):
        if done > after * total:
            raise _Stop
    with pytest.raises(_Stop):
        fe.render(problem, view, SIZE, steps, file=path, progress=stop)


def test_a_stopped_render_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)
    path, problem = tmp_path / "a.npz", fe.newton(a=1.2)
    interrupted(path, problem, problem.view, 60)
    part = tmp_path / "a.npz.part"
    assert not path.exists() and part.exists()
    kept = fe.Landscape.load(part)
    todo = int(np.isnan(kept.value).sum())
    assert 0 < todo < SIZE[0] * SIZE[1]
    counted = []
    tile = engine._tile
    monkeypatch.setattr(engine, "_tile", lambda system, x, y, *rest: counted.append(len(x)) or tile(system, x, y, *rest))
    land = fe.render(problem, problem.view, SIZE, 60, file=path)
    assert sum(counted) == todo
    assert not part.exists()
    expected = fe.render(problem, problem.view, SIZE, 60).pixels.tobytes()
    assert land.pixels.tobytes() == expected == fe.Landscape.load(path).pixels.tobytes()


def test_a_part_of_another_picture_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)
    path = tmp_path / "a.npz"
    interrupted(path, fe.mandelbrot(), fe.mandelbrot().view, 60)
    with pytest.raises(ValueError, match="holds a part of another"):
        fe.render(fe.mandelbrot(), size=SIZE, steps=61, file=path)


def test_a_killed_render_loses_little(tmp_path):
    """kill -9 in the middle, then the same command again."""
    path = tmp_path / "a.npz"
    program = ("import fractaledu as fe, fractaledu.rendering as r; r.CHECKPOINT_SECONDS = 0.2; "
               f"fe.render(fe.paper('tanh'), size=(40, 40), steps=500, file={str(path)!r})")
    process = subprocess.Popen([sys.executable, "-c", program])
    part = tmp_path / "a.npz.part"
    for _ in range(600):
        time.sleep(0.05)
        if part.exists() and np.isfinite(fe.Landscape.load(part).value).sum() > 50:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = np.isfinite(fe.Landscape.load(part).value).sum()
    assert 50 < done < 1600
    assert not path.exists()


def test_a_place_that_cannot_be_written_fails_at_once(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        fe.render(fe.mandelbrot(), size=(4, 4), file=tmp_path / "nowhere" / "a.npz")


@pytest.mark.parametrize("steps", [0, -5, 2.5, "ten", float("nan"), float("inf"), 10 ** 9])
def test_bad_steps_are_refused(steps):
    with pytest.raises(ValueError, match="steps must be"):
        fe.render(fe.mandelbrot(), size=(4, 4), steps=steps)


@pytest.mark.parametrize(("call", "kind", "message"), [
    (lambda: fe.render("mandelbrot"), TypeError, "system must be a Problem"),
    (lambda: fe.render(fe.mandelbrot(), view=(0, 1)), TypeError, "view must be a View"),
    (lambda: fe.render(fe.mandelbrot(), threads=0), ValueError, "threads must be from 1 to 1024, got 0"),
    (lambda: fe.render(fe.mandelbrot(), threads="two"), ValueError, "threads must be a whole number, got 'two'"),
    (lambda: fe.paper("tanh", batch_seed=1), ValueError, "batch_seed must only be given"),
    (lambda: fe.paper("tanh", offset="start"), ValueError, "offset must only be given"),
    (lambda: fe.step_of(int), TypeError, "cls must be a NamedTuple class"),
    (lambda: list(fe.passes(fe.mandelbrot(), coarsest=3)), ValueError, "coarsest must be a power of 2"),
    (lambda: fe.evaluate(fe.mandelbrot(), [1, 2], [1, 2, 3]), ValueError, "x and y must be numbers of shapes"),
    (lambda: fe.evaluate(fe.mandelbrot(), np.nan, 0), ValueError, "x must be finite, got nan"),
    (lambda: fe.trace(fe.mandelbrot(), 0, np.inf), ValueError, "y must be finite, got inf"),
    (lambda: fe.trace(fe.mandelbrot(), 0, "a"), ValueError, "x and y must be numbers"),
    (lambda: fe.trace(fe.mandelbrot(), 0, 0, 10 ** 8, states=True), ValueError, "steps must be so few"),
    (lambda: fe.mandelbrot(1), ValueError, "power must be from 2 to 64, got 1"),
    (lambda: fe.mandelbrot(2.5), ValueError, "power must be"),
    (lambda: fe.julia(complex("inf")), ValueError, "c must be finite"),
    (lambda: fe.julia("hare"), ValueError, "c must be a number or one of rabbit"),
    (lambda: fe.newton(roots=[1], coefficients=[1, 2]), ValueError, "must not both be given"),
    (lambda: fe.newton(coefficients=[3]), ValueError, "polynomial of degree 1 or more"),
    (lambda: fe.newton(roots=[]), ValueError, "roots must be from 1 to 64"),
    (lambda: fe.newton(roots=[np.nan]), ValueError, "roots must be finite"),
    (lambda: fe.newton(tolerance=-1), ValueError, "tolerance must be positive, got -1"),
    (lambda: fe.named("lorenz"), ValueError, "system must be one of mandelbrot"),
    (lambda: fe.named("julia", q=1), ValueError, "julia has no option 'q'; it has c, power"),
    (lambda: fe.named("julia", c="x"), ValueError, "c must be a number or one of rabbit")])
def test_bad_arguments_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_a_view_below_the_float_floor_warns():
    view = fe.View.around(-0.75, 0.1, 1e-15)
    with pytest.warns(fe.FloatFloorWarning, match="view is at the float floor: its pixels lie .* ulps apart"):
        fe.render(fe.mandelbrot(), view, (32, 32), 10, precision="float64")
    with pytest.warns(fe.FloatFloorWarning):                # this one goes on nowhere
        list(fe.passes(fe.burning_ship(), view, (32, 32), 10))


def test_threads_follow_the_limits_of_the_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(processors, "_quota_v2", lambda: 2.5)
    monkeypatch.delenv("CPU_LIMIT", raising=False)
    assert fe.available_threads() == 2
    monkeypatch.setenv("CPU_LIMIT", "1.0")
    assert fe.available_threads() == 1
    monkeypatch.setattr(processors, "_quota_v2", lambda: float("max"))
    monkeypatch.setattr(processors, "_quota_v1", lambda: -1.0)       # cgroup v1 for "no limit"
    monkeypatch.delenv("CPU_LIMIT")
    assert fe.available_threads() == 8


def test_a_trace_is_the_run_of_the_pixel():
    run = fe.trace(fe.julia(), 0.3, -0.2, 40, states=True)
    assert run.value == fe.evaluate(fe.julia(), 0.3, -0.2, 40)
    assert run.watched.shape == (40,) and run.states.shape == (41, 2)
    assert list(run.states[0]) == [0.3, -0.2]
    np.testing.assert_allclose(np.hypot(*run.states[1:].T) / 2, run.watched, rtol=1e-15)
    np.testing.assert_array_equal(np.asarray(run), run.watched)
    several = fe.trace(fe.julia(), [[0.3], [0.4]], [-0.2, 0.1, 0.2], 40)
    assert several.watched.shape == (2, 3, 40) and several.verdict.shape == (2, 3)
    np.testing.assert_array_equal(several.watched[0, 0], run.watched)


def test_the_number_of_steps_is_the_problems_own():
    assert fe.render(fe.paper("one-datum"), size=(2, 2)).steps == 500
    assert replace(fe.mandelbrot(), steps=7).check_steps(None) == 7


def test_a_failed_write_keeps_what_is_computed(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(ZeroDivisionError):
        fe.render(fe.mandelbrot(), size=(8, 8), steps=5, file=path, write=lambda land, path: 1 / 0)
    assert np.isfinite(fe.Landscape.load(rendering.part_of(path)).value).all()
    with pytest.raises(IsADirectoryError):
        fe.render(fe.mandelbrot(), size=(8, 8), steps=5, file=tmp_path)


def test_coarse_passes_of_small_pictures():
    lands = list(fe.passes(fe.mandelbrot(), size=(5, 3), steps=5, coarsest=2 ** 20))
    assert [land.stride for land in lands] == [4, 2, 1]


def test_nothing_to_trace():
    assert fe.trace(fe.mandelbrot(), [], [], 5).watched.shape == (0, 5)


def test_an_estimate_of_very_long_work_is_quick(monkeypatch):
    """A million steps of the full net take minutes a group; the estimate runs fewer."""
    asked = []
    sample = engine.Engine.sample
    monkeypatch.setattr(engine.Engine, "sample",
                        lambda self, flat, steps: asked.append(steps) or sample(self, flat, steps))
    seconds = fe.estimate(fe.paper("tanh"), size=(100, 100), steps=10 ** 6)
    assert seconds > 3600 and max(asked) <= 16384


def test_wide_log_views_do_not_overflow():
    x, _ = fe.View((1e-200, 1e200), (1, 2), "log10").positions((4, 2))
    np.testing.assert_allclose(np.log10(x), [-150, -50, 50, 150], rtol=1e-12)
