"""Pictures that were seen: never computed again, always the same bits, within bounds, and never in the way."""
import gc
import json
import multiprocessing
import os
import stat
import subprocess
import sys
import threading
import time
import warnings
import zlib
from collections import namedtuple
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import engine, fingerprints, kernel, memory, rendering
from fractaledu.fingerprints import name_of
from fractaledu.recipes import Recipe
from fractaledu.rendering import refine, render_of

SIZE = (61, 43)
TOTAL = SIZE[0] * SIZE[1]


@pytest.fixture
def explorer():
    made = []

    def make(system, **how):
        made.append(fe.explore(system, **{"size": (48, 48)} | how))
        return made[-1]
    yield make
    for one in made:
        one.close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of pictures, where everything is worth a file."""
    monkeypatch.setattr(memory, "WORTH_A_FILE", -1.0)
    return tmp_path / "seen"


def recipe(problem=None, view=None, size=SIZE, steps=40, **how):
    problem = problem or fe.mandelbrot()
    return Recipe(problem, view or problem.view, size, steps, **how)


def plain(one):
    """What a recipe's picture is, without any memory."""
    return render_of(one).pixels.tobytes()


def files(folder):
    return sorted(folder.glob("*.picture"))


# ---------------------------------------------------------------- never computed again

def test_render_computes_twice_unless_asked(tiles):
    first, second = (fe.render(fe.mandelbrot(), size=SIZE, steps=40) for _ in range(2))
    assert sum(tiles) == 2 * TOTAL and first.pixels.tobytes() == second.pixels.tobytes()


@pytest.mark.parametrize("how", [
    {"system": fe.newton(), "steps": 40}, {"system": fe.paper("one-datum", width=8), "steps": 30},
    {"system": fe.random_network(1, hidden=3, inputs=2, samples=4, batch=2), "steps": 20},
    {"system": fe.paper("one-datum"), "view": fe.View.around("57.4", "17.9", 1e-20, "log10"), "steps": 60, "size": (12, 12)}])
def test_what_render_remembers_is_the_same_to_the_last_bit(tiles, how):
    expected = fe.render(**{"size": SIZE} | how)
    held = fe.remember()
    first = fe.render(**{"size": SIZE} | how)
    tiles.clear()
    told = []
    again = fe.render(**{"size": SIZE} | how, progress=lambda *done: told.append(done))
    *_, last = passes = list(fe.passes(**{"size": SIZE} | how))
    assert not tiles and len(passes) == 1 and fe.estimate(**{"size": SIZE} | how) == 0.0
    for land in (first, again, last):
        assert land.pixels.tobytes() == expected.pixels.tobytes()
        assert (land.recipe, land.digits, land.stride) == (expected.recipe, expected.digits, 1)
    assert told == [(expected.pixels.size,) * 2] and not again.pixels.flags.writeable
    assert "1 picture" in repr(held)
    fe.forget()
    assert fe.render(**{"size": SIZE} | how).pixels.tobytes() == expected.pixels.tobytes() and tiles


def test_undo_and_stop_compute_nothing_twice(explorer, tiles):
    e = explorer(fe.julia())
    assert e.wait(60)
    seen = e.landscape.pixels.tobytes()
    e.steps = 50
    assert e.wait(60) and sum(tiles) == 2 * 48 * 48
    tiles.clear()
    e.undo()
    assert e.wait(60) and e.landscape.stride == 1 and e.landscape.pixels.tobytes() == seen
    e.redo()
    e.resume()
    assert e.wait(60) and e.landscape.steps == 50 and not tiles
    e._receive({"kind": "hello", "client": "a", "n": 1})
    e._receive({"kind": "bye", "client": "a", "n": 2})              # a page that is loaded again
    e.undo()
    assert e.wait(60) and not tiles


def test_undo_of_exact_pictures_needs_no_reference_run(explorer, tiles, monkeypatch):
    e = explorer(fe.paper("one-datum"), view=fe.View.around("57.4", "17.9", 1e-20, "log10"), steps=60, size=(12, 12))
    assert e.wait(60)
    seen = e.landscape
    e.view = e.view.zoom(3, e.view.point(0.6, 0.6))                 # leans on the run that is there
    assert e.wait(60) and e.landscape.digits
    near = e.landscape
    tiles.clear()
    monkeypatch.setattr("fractaledu.deep.references._kept", {})
    monkeypatch.setattr("fractaledu.exact.train", lambda *_, **__: 1 / 0)
    e._inspections.ask = lambda *_, **__: None                      # a run, which needs the reference, is another matter
    e.undo()
    assert e.wait(60) and not tiles and e.landscape.pixels.tobytes() == seen.pixels.tobytes()
    assert e.landscape.digits == seen.digits
    e.redo()
    assert e.wait(60) and not tiles and e.landscape.pixels.tobytes() == near.pixels.tobytes()


def test_a_picture_near_anothers_reference_is_not_what_render_promises(tiles):
    """Its last bits depend on what was looked at before."""
    problem, view = fe.paper("one-datum"), fe.View.around("57.4", "17.9", 1e-20, "log10")
    near = recipe(problem, view.zoom(3, view.point(0.6, 0.6)), (12, 12), 60)
    render_of(recipe(problem, view, (12, 12), 60))                  # whose run is kept
    held = fe.remember()
    *_, leant = refine(near, near=True, memory=held)
    assert held.left(near) == 1.0 and held.left(near, near=True) == 0.0
    tiles.clear()
    own = fe.render(problem, near.view, near.size, near.steps)
    assert sum(tiles) >= 144 and own.pixels.tobytes() == plain(near)
    tiles.clear()
    *_, better = refine(near, near=True, memory=held)               # an explorer takes the promised one where it is there
    assert not tiles and better.pixels.tobytes() == own.pixels.tobytes()
    assert (leant.verdict == own.verdict).mean() > 0.9


def test_linked_explorers_compute_once_what_both_show(tiles):
    both = fe.compare(fe.newton(), fe.newton(), size=(48, 48))
    try:
        assert both.wait(60) and sum(tiles) == 48 * 48
        both.left.steps = 33                                        # the other follows
        assert both.wait(60) and both.right.landscape.steps == 33 and sum(tiles) == 2 * 48 * 48
        assert both.left.landscape.pixels.tobytes() == both.right.landscape.pixels.tobytes() == plain(both.left.recipe)
    finally:
        both.close()


def test_a_film_takes_what_an_explorer_has_seen(tmp_path, explorer, tiles):
    film = {"over": "steps", "values": [10, 20], "size": (32, 32), "supersampling": 1, "seconds": 0.2, "caption": False}
    e = explorer(fe.mandelbrot(), size=(32, 32), steps=10)
    assert e.wait(60)
    e.steps = 20
    assert e.wait(60)
    tiles.clear()
    fe.film(fe.mandelbrot(), file=tmp_path / "a.webp", **film)
    assert not tiles and fe.Landscape.load(tmp_path / "a.webp.keyframes" / "0001.npz").pixels.tobytes() == \
        plain(recipe(size=(32, 32), steps=20))
    held = memory.shared()
    before = repr(held)
    fe.film(fe.newton(), file=tmp_path / "b.webp", **film)          # its keyframes are kept in its folder
    assert repr(held) == before
    fe.remember()
    tiles.clear()
    fe.film(fe.newton(), file=tmp_path / "c.webp", **film)
    assert tiles
    tiles.clear()
    fe.film(fe.newton(), file=tmp_path / "d.webp", **film)
    assert not tiles and (tmp_path / "d.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()


PROGRAM = """
import sys
import fractaledu as fe
from fractaledu import engine, rendering
counted, tile = [], engine._tile
engine._tile = lambda system, x, y, *rest: counted.append(len(x)) or tile(system, x, y, *rest)
land = fe.render(fe.newton(), size=(61, 43), steps=40)
deep = fe.render(fe.mandelbrot(), fe.View.around("-1.75", "0.001", 1e-20), (16, 16), 200)
print(sum(counted), land.pixels.tobytes().hex()[:64], deep.digits, deep.pixels.tobytes().hex()[:64])
"""


def test_a_second_process_with_the_same_folder_computes_nothing(folder, explorer):
    fe.remember(folder)
    land = fe.render(fe.newton(), size=SIZE, steps=40)
    e = explorer(fe.mandelbrot(), view=fe.View.around("-1.75", "0.001", 1e-20), size=(16, 16), steps=200)
    assert e.wait(60) and len(files(folder)) == 2
    expected = [land.pixels.tobytes().hex()[:64], str(e.landscape.digits), e.landscape.pixels.tobytes().hex()[:64]]
    for variable, count in ((str(folder), "0"), ("", str(TOTAL + 256))):
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True,
                              env=os.environ | {"FRACTALEDU_MEMORY": variable})
        assert done.stdout.split() == [count, *expected], done.stdout + done.stderr


def test_the_command_line_remembers_too(folder, tiles, tmp_path, capsys):
    from fractaledu.cli import main
    command = ["render", "newton", "--size", "61x43", "--steps", "40", "--memory", str(folder), "--out"]
    assert main([*command, str(tmp_path / "a.npz")]) == 0
    fe.forget()
    tiles.clear()
    assert main([*command, str(tmp_path / "b.npz")]) == 0 and not tiles
    assert fe.Landscape.load(tmp_path / "b.npz").pixels.tobytes() == plain(recipe(fe.newton()))
    fe.forget()
    assert main([*command[:-3], "--out", str(tmp_path / "c.npz")]) == 0 and tiles


# ---------------------------------------------------------------- begun pictures go on

class _Stop(Exception):
    pass


@pytest.mark.parametrize("make", [lambda how: fe.render(fe.newton(), size=SIZE, steps=40, **how),
                                  lambda how: list(fe.passes(fe.newton(), size=SIZE, steps=40, **how))[-1]])
def test_a_stopped_picture_goes_on_where_it_was(tiles, monkeypatch, make):
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)
    fe.remember()

    def stop(done, total):
        if done > 0.4 * total:
            raise _Stop
    with pytest.raises(_Stop):
        make({"progress": stop})
    share = memory.asked().left(recipe(fe.newton()))
    done = sum(tiles)
    assert 0.2 < share < 0.6 and abs((1 - share) * TOTAL - done) <= 2 * 64 * 16     # tiles under way may be lost
    tiles.clear()
    told = []
    land = make({"progress": lambda done, total: told.append(done)})
    assert sum(tiles) == round(share * TOTAL) and told == sorted(told) and told[0] >= round((1 - share) * TOTAL)
    assert told[-1] == TOTAL and land.pixels.tobytes() == plain(recipe(fe.newton()))


def test_passes_begin_with_the_finest_that_is_known(tiles):
    held, one = fe.remember(), recipe(size=(50, 34))
    for stride in (8, 2):
        for land in refine(one, 8, memory=held):
            if land.stride == stride:
                break
        tiles.clear()
        rest = list(refine(one, 16, memory=held))
        assert [land.stride for land in rest] == [s for s in (8, 4, 2, 1) if s <= stride]
        assert sum(tiles) == 50 * 34 - -(-50 // stride) * -(-34 // stride)
        assert rest[-1].pixels.tobytes() == plain(one)
        held.clear()


def test_a_cancel_is_heard_also_where_all_is_known():
    fe.remember()
    fe.render(fe.mandelbrot(), size=SIZE, steps=40)
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(fe.Cancelled):
        fe.render(fe.mandelbrot(), size=SIZE, steps=40, cancel=cancel)


@pytest.mark.parametrize(("how", "error"), [
    ({"threads": 0}, ValueError), ({"executor": 3}, TypeError), ({"cancel": 3}, TypeError)])
def test_wrong_arguments_are_refused_whatever_is_known(how, error):
    fe.remember()
    fe.render(fe.mandelbrot(), size=SIZE, steps=40)
    with pytest.raises(error):
        fe.render(fe.mandelbrot(), size=SIZE, steps=40, **how)


def test_files_and_memory_go_together(tmp_path, tiles, monkeypatch):
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)
    held, file, one = fe.remember(), tmp_path / "a.npz", recipe(fe.newton())

    def stop(done, total):
        if done > 0.4 * total:
            raise _Stop
    with pytest.raises(_Stop):
        fe.render(one.problem, size=SIZE, steps=40, file=file, progress=stop)
    held.clear()
    assert fe.render(one.problem, size=SIZE, steps=40, file=file).pixels.tobytes() == plain(one)
    assert held.left(one) == 1.0                            # who knows which machine the .part is from
    fe.render(one.problem, size=SIZE, steps=40)
    tiles.clear()
    file.unlink()
    fe.render(one.problem, size=SIZE, steps=40, file=file)
    assert not tiles and fe.Landscape.load(file).pixels.tobytes() == plain(one) and not list(tmp_path.glob("*.part"))


def test_a_slow_known_reference_is_not_warned_of(monkeypatch):
    view = fe.View.around("-1.75", "0.001", 1e-20)
    fe.remember()
    fe.render(fe.mandelbrot(), view, (16, 16), 200)
    monkeypatch.setattr("fractaledu.deep.references._kept", {})
    monkeypatch.setattr("fractaledu.deep.references.LONG", -1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fe.render(fe.mandelbrot(), view, (16, 16), 200)
    with pytest.warns(fe.SlowReferenceWarning):
        fe.render(fe.mandelbrot(), view, (16, 16), 201)


# ---------------------------------------------------------------- what makes another picture makes another name

NETWORK = fe.random_network(1, hidden=3, inputs=2, samples=4, batch=2, momentum=0.5)


def changed(value):
    """Every value that differs from this one in one number, one element of an array or one part."""
    if isinstance(value, np.ndarray):
        other = value.copy()
        other.flat[-1] += 1
        yield other
        if value.ndim == 2:
            yield value.T.copy() if value.shape[0] != value.shape[1] else value[::-1].copy()
    elif isinstance(value, tuple):
        for k, part in enumerate(value):
            for other in changed(part):
                yield type(value)._make((*value[:k], other, *value[k + 1:]))
    elif isinstance(value, int | float):
        yield value + 1
        yield -value if value else -0.0 if isinstance(value, float) else -1
    else:
        raise AssertionError(f"how does one change {value!r}?")


@pytest.mark.parametrize("problem", [
    NETWORK, fe.newton(), fe.julia(), fe.magnet(), fe.markus(), fe.paper("one-datum", width=8)], ids=lambda p: p.name)
def test_every_part_of_a_system_is_in_the_name(problem):
    names = [name_of(recipe(replace(problem, name=None, system=system)))
             for system in (problem.system, *changed(problem.system))]
    assert len(set(names)) == len(names) > 2 and all(name.everywhere for name in names)


def test_every_part_of_a_question_is_in_the_name():
    one = recipe(fe.paper("tanh", width=8))
    view = one.view
    others = [recipe(one.problem, other) for other in (
        fe.View((view.x[0], view.x[1] * (1 + 1e-12)), view.y, "log10", "log10"),
        fe.View(view.x, (view.y[0] * (1 + 1e-12), view.y[1]), "log10", "log10"),
        replace(view, x_scale="linear"), replace(view, sampling="endpoint"))]
    others += [replace(one, **{name: value}) for name, value in (("size", (43, 61)), ("size", (61, 44)), ("steps", 41),
                                                                 ("precision", "exact"))]
    others += [recipe(fe.paper(condition, width=8)) for condition in ("relu", "linear")]         # a unit is a type
    names = {name_of(other) for other in (one, *others)}
    assert len(names) == 1 + len(others)
    same = [replace(one, look={"palette": "dark"}), replace(one, at=(1.0, 1.0)), replace(one, precision="float64"),
            replace(one, problem=replace(one.problem, name=None, title="another title"))]
    assert {name_of(other) for other in same} == {name_of(one)}


def test_where_the_reference_run_is_is_in_the_name():
    one = recipe(fe.mandelbrot(), fe.View.around("-1.75", "0.001", 1e-20))
    points = None, (Decimal("-1.75"), Decimal("0.001")), (Decimal("-1.75"), Decimal("0.00100000000000000000001"))
    names = [name_of(one, point) for point in points] + [name_of(one, near=True)]
    view = one.view.exact
    deeper = replace(one.view, exact=view._replace(x=view.x + Decimal("1e-60")))
    assert len({*names, name_of(replace(one, view=deeper))}) == 5
    assert name_of(recipe(), near=True) == name_of(recipe())                # in plain float64 there is none
    assert [name_of(one, near=near).everywhere for near in (False, True)] == [True, False]      # of what was seen


def test_another_kernel_processor_or_version_has_other_names(monkeypatch):
    names = {name_of(recipe())}
    for module, name, value in ((fingerprints, "__version__", "0.0.1"), (fingerprints, "LANES", 3),
                                (fingerprints, "build_key", lambda folder: 1)):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            fingerprints._surroundings.cache_clear()
            names.add(name_of(recipe()))
    fingerprints._surroundings.cache_clear()
    assert len(names) == 4
    program = ("import fractaledu as fe; from fractaledu.fingerprints import name_of; m = fe.mandelbrot();"
               f"print(name_of(fe.Recipe(m, m.view, {SIZE}, 40)).text)")
    there, here = (subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                                  env=os.environ | processor).stdout.strip()
                   for processor in ({"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "+avx2,+fma"}, {}))
    assert here == name_of(recipe()).text and len(there) == 64 and there not in {name.text for name in names}


def _own_map():
    class Own(NamedTuple):
        """A map of somebody's own."""

        shift: float = 0.0

    @fe.step_of(Own)
    def step(system, t, x, y, a, b):
        return x * x - y * y + a + system.shift, 2.0 * x * y + b
    return Own


def test_a_map_of_ones_own_stays_in_the_process_and_a_new_one_is_another(folder, tiles):
    fe.remember(folder)
    first, second = _own_map(), _own_map()                  # of one name and one step: what they call may differ unseen
    fe.render(first(), size=SIZE, steps=30)
    tiles.clear()
    fe.render(first(), size=SIZE, steps=30)
    assert not tiles
    fe.render(first(1.0), size=SIZE, steps=30)
    fe.render(second(), size=SIZE, steps=30)
    assert sum(tiles) == 2 * TOTAL and not files(folder)


def test_a_function_redefined_or_an_array_changed_is_another_picture(tiles):
    constants = np.array([0.5, 0.25])

    def start(constants, x, y, state):
        state[0] = y

    def problem(by):
        def step(constants, t, x, y, state):
            state[0] -= by * x * state[0] * constants[0][0]
            return abs(state[0])
        return fe.own_system(start, step, 1, (constants,), view=fe.View((0, 4), (0.5, 1)), steps=20)
    fe.remember()
    one = problem(1.0)
    names = {name_of(recipe(other, other.view)) for other in (one, problem(1.0), problem(2.0))}
    assert len(names) == 3 and not any(name.everywhere for name in names)
    pictures = [fe.render(one, size=(20, 20))]
    tiles.clear()
    fe.render(one, size=(20, 20))
    assert not tiles
    constants[0] = 0.4                                      # against the rules, and seen all the same
    pictures.append(fe.render(one, size=(20, 20)))
    assert sum(tiles) == 400 and len({land.pixels.tobytes() for land in pictures}) == 2


def test_what_cannot_be_looked_into_is_not_remembered():
    Parts = namedtuple("Parts", "things")
    one = recipe()
    assert name_of(replace(one, problem=replace(one.problem, system=Parts([1, 2])))) is None
    assert name_of(replace(one, problem=replace(one.problem, system=Parts(np.array([one]))))) is None


def test_pictures_of_other_machines_are_left_alone(tiles):
    class Elsewhere(Executor):
        def submit(self, function, *arguments):
            future = Future()
            future.set_result(function(*arguments))
            return future
    held = fe.remember()
    fe.render(fe.mandelbrot(), size=SIZE, steps=40, executor=Elsewhere())
    assert held.left(recipe()) == 1.0
    with ThreadPoolExecutor(1) as pool:
        fe.render(fe.mandelbrot(), size=SIZE, steps=40, executor=pool)
    assert held.left(recipe()) == 0.0
    tiles.clear()
    fe.render(fe.mandelbrot(), size=SIZE, steps=40, executor=Elsewhere())
    assert sum(tiles) >= TOTAL              # all of them; unknown executors are first asked who they are


# ---------------------------------------------------------------- bounds

def test_the_memory_is_bounded_and_the_least_used_goes(tiles):
    held = fe.remember(megabytes=1)                         # 14 pictures of 2623 pixels
    for steps in range(20, 40):
        fe.render(fe.mandelbrot(), size=SIZE, steps=steps)
        tiles.clear()
        fe.render(fe.mandelbrot(), size=SIZE, steps=20)     # used all the time
        assert not tiles
    left = [held.left(recipe(steps=steps)) for steps in range(20, 40)]
    count = 10 ** 6 // (TOTAL * 27)
    assert sum(share == 0.0 for share in left) == count and left[0] == 0.0 and not any(left[-count + 1:])
    assert f"<Memory: {count} pictures, 9" in repr(held)
    fe.render(fe.mandelbrot(), size=(200, 200), steps=10)   # larger than all of it: it pushes nothing out
    assert held.left(recipe(size=(200, 200), steps=10)) == 1.0 and held.left(recipe(steps=39)) == 0.0
    held.clear()
    assert repr(held) == "<Memory: 0 pictures, 0 bytes of 1.0 MB>" and held._bytes == 0


def test_begun_pictures_take_only_what_is_computed_of_them():
    held = fe.remember()
    begun = [refine(recipe(size=(256, 256)), 32, memory=held)]
    next(begun[0])
    begun.append(begun)
    del begun
    with held._lock:
        gc.collect()                                        # which may come at any moment
    (kept,) = held._kept.values()
    assert kept.nbytes == 64 * 27 + 256 * 256 // 8 and held._bytes == kept.nbytes


def test_the_folder_is_bounded_and_the_oldest_goes(folder):
    held = fe.remember(folder, folder_megabytes=1)
    for steps in range(20, 36):
        fe.render(fe.mandelbrot(), size=SIZE, steps=steps)
        for age, name in enumerate(files(folder)):
            os.utime(name, (time.time() - 1000 + steps - age / 100,) * 2) if name.stat().st_mtime > time.time() - 10 else None
        assert sum(name.stat().st_size for name in files(folder)) <= 10 ** 6
    held.clear()
    there = [held.left(recipe(steps=steps)) == 0.0 for steps in range(20, 36)]
    assert 10 < sum(there) < 16 and there == sorted(there)  # the last ones
    assert "pictures, 9" in repr(held).partition(";")[2] and str(folder) in repr(held)
    held.clear(folder=True)
    assert not files(folder) and held.left(recipe(steps=35)) == 1.0


def test_quick_pictures_are_not_written_and_unfinished_ones_neither(tmp_path, monkeypatch):
    fe.remember(tmp_path)
    fe.render(fe.mandelbrot(), size=(8, 8), steps=5)                            # compiled before
    memory.shared().clear()
    fe.render(fe.mandelbrot(), size=(8, 8), steps=5)
    before = set(tmp_path.iterdir())
    monkeypatch.setattr(memory, "WORTH_A_FILE", -1.0)
    next(iter(refine(recipe(), 8, memory=memory.shared())))
    assert set(tmp_path.iterdir()) == before and memory.shared().left(recipe()) < 1.0


def test_what_a_killed_process_left_behind_is_deleted(folder):
    fe.remember(folder)
    old, new, other = folder / f"{'a' * 64}.{'b' * 8}.tmp", folder / f"{'c' * 64}.{'d' * 8}.tmp", folder / "notes.tmp"
    for file in (old, new, other):
        file.write_bytes(b"half")
    for file in (old, other):
        os.utime(file, (1, 1))
    fe.render(fe.mandelbrot(), size=SIZE, steps=40)
    assert not old.exists() and new.exists() and other.exists() and len(files(folder)) == 1


# ---------------------------------------------------------------- files that are not what they should be

def _with_header(data, **fields):
    line, _, pixels = data.partition(b"\n")
    return json.dumps(json.loads(line) | fields).encode() + b"\n" + pixels


def _with_pixels(data, change):
    line, _, pixels = data.partition(b"\n")
    pixels = np.frombuffer(pixels, kernel.PIXEL).copy()
    change(pixels)
    return _with_header(line + b"\n" + pixels.tobytes(), crc32=zlib.crc32(pixels.tobytes()))


def _put(field, value):
    def change(pixels):
        pixels[field][7] = value
    return lambda data: _with_pixels(data, change)


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:100], lambda data: data[:-1], lambda data: data + b"0", lambda data: b"\n" + data,
    lambda data: data[:2000] + bytes([data[2000] ^ 1]) + data[2001:], lambda data: b"\x80\x04." + data,
    lambda data: _with_header(data, name="0" * 64), lambda data: _with_header(data, digits=-1),
    lambda data: _with_header(data, digits="75"), lambda data: _with_header(data, digits=None),
    lambda data: _with_header(data, **{"fractaledu picture": 2}), lambda data: _with_header(data, more=1),
    lambda data: b"[" * 900 + b"\n" + data, lambda data: b"7\n" + data.partition(b"\n")[2], lambda data: b"x" * 10 ** 6,
    _put("value", np.nan), _put("verdict", 2), _put("attractor", 3), _put("attractor", -2)])
def test_a_file_that_is_not_the_picture_is_ignored_and_replaced(folder, tiles, damage):
    held = fe.remember(folder)
    expected = fe.render(fe.newton(), size=SIZE, steps=40).pixels.tobytes()
    (file,) = files(folder)
    good = file.read_bytes()
    file.write_bytes(damage(good))
    held.clear()
    tiles.clear()
    assert fe.render(fe.newton(), size=SIZE, steps=40).pixels.tobytes() == expected and sum(tiles) == TOTAL
    assert file.read_bytes() == good
    held.clear()
    tiles.clear()
    assert fe.render(fe.newton(), size=SIZE, steps=40).pixels.tobytes() == expected and not tiles


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes, no links")
def test_links_and_pipes_in_a_shared_folder_are_not_followed(folder, tmp_path):
    fe.remember(folder)
    expected = fe.render(fe.newton(), size=SIZE, steps=40).pixels.tobytes()
    (file,) = files(folder)
    diary = tmp_path / "diary"
    for make in (lambda: file.symlink_to(diary), lambda: os.mkfifo(file), lambda: file.mkdir()):
        diary.write_text("mine")
        file.unlink()
        make()
        memory.shared().clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")                 # a folder cannot be replaced
            assert fe.render(fe.newton(), size=SIZE, steps=40).pixels.tobytes() == expected
        assert diary.read_text() == "mine"
        if file.is_dir():
            file.rmdir()
            file.touch()


def test_the_bytes_of_a_file_are_a_line_of_json_and_the_pixels(folder):
    fe.remember(folder)
    land = fe.render(fe.newton(), size=SIZE, steps=40)
    (file,) = files(folder)
    line, _, data = file.read_bytes().partition(b"\n")
    assert json.loads(line) == {"fractaledu picture": 1, "name": name_of(recipe(fe.newton())).text, "digits": 0,
                                "crc32": zlib.crc32(data)}
    assert data == land.pixels.tobytes() and file.stem == json.loads(line)["name"]


def _failing(error):
    def fail(*_, **__):
        raise error
    return fail


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied"),
                                   OSError(30, "Read-only file system")])
def test_a_folder_that_cannot_be_written_costs_no_picture_and_is_said_once(folder, monkeypatch, error):
    held = fe.remember(folder)
    expected = [plain(recipe(steps=steps)) for steps in (40, 41)]
    monkeypatch.setattr("fractaledu.shelf.os.replace", _failing(error))
    with pytest.warns(RuntimeWarning, match=f"cannot be kept in .*{error.strerror}") as said:
        lands = [fe.render(fe.mandelbrot(), size=SIZE, steps=steps) for steps in (40, 41)]
    assert len(said) == 1 and [land.pixels.tobytes() for land in lands] == expected
    assert held.left(recipe(steps=41)) == 0.0 and not list(folder.iterdir())    # in this process it is remembered


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_read(folder, tiles):
    held = fe.remember(folder)
    fe.render(fe.mandelbrot(), size=SIZE, steps=40)
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        held.clear()
        tiles.clear()
        fe.render(fe.mandelbrot(), size=SIZE, steps=40)
        assert not tiles
        with pytest.warns(RuntimeWarning, match="cannot be kept"):
            fe.render(fe.mandelbrot(), size=SIZE, steps=41)
    finally:
        folder.chmod(stat.S_IRWXU)


def test_a_folder_that_cannot_be_is_refused_by_name(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        fe.remember(tmp_path / "file")
    for wrong in (5, True, b"a", "", "a\0b"):
        with pytest.raises((TypeError, ValueError), match="folder must be (a path|the path of a folder), got "):
            fe.remember(wrong)
    for wrong in ({"megabytes": 0}, {"folder_megabytes": 2 ** 21}, {"megabytes": 1.5}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
            fe.remember(**wrong)
    assert memory.asked() is None
    monkeypatch.setenv("FRACTALEDU_MEMORY", str(tmp_path / "file"))
    monkeypatch.setattr(memory, "_asked", None)             # as in a new process
    with pytest.warns(RuntimeWarning, match="FRACTALEDU_MEMORY must name a folder, got .*file") as said:
        assert fe.render(fe.mandelbrot(), size=(8, 8), steps=5).size == (8, 8)
    assert said[0].filename == __file__


def test_a_folder_that_is_no_longer_known_is_not_cleared_without_a_word(tmp_path):
    held = fe.remember(tmp_path)
    fe.forget()
    with pytest.raises(ValueError, match="folder must be False for a memory that has none"):
        held.clear(folder=True)


# ---------------------------------------------------------------- several at once

def _render_one(folder, steps, go):
    memory.WORTH_A_FILE = -1.0
    fe.remember(folder)
    go.wait()
    return fe.render(fe.newton(), size=SIZE, steps=steps).pixels.tobytes()


def _render_many(folder, go, results):
    results.put([_render_one(folder, steps, go) for steps in (30, 31, 32, 30)])


def test_two_processes_write_at_once(folder):
    context = multiprocessing.get_context("spawn")
    go, results = context.Event(), context.Queue()
    both = [context.Process(target=_render_many, args=(folder, go, results)) for _ in range(2)]
    for process in both:
        process.start()
    go.set()
    found = [results.get(timeout=120) for _ in both]
    for process in both:
        process.join(60)
    expected = [plain(recipe(fe.newton(), steps=steps)) for steps in (30, 31, 32, 30)]
    assert found == [expected, expected] and len(files(folder)) == 3 and len(list(folder.iterdir())) == 3
    held = fe.remember(folder)
    assert [held.left(recipe(fe.newton(), steps=steps)) for steps in (30, 31, 32)] == [0.0] * 3


def test_threads_share_a_picture_under_way(tiles, monkeypatch):
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)
    held, lands = fe.remember(), []
    one = recipe(fe.newton(), steps=200)

    def work():
        lands.append(list(refine(one, 8, threads=1, memory=held))[-1])
    together = [threading.Thread(target=work) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join(60)
    assert sum(tiles) == TOTAL and {land.pixels.tobytes() for land in lands} == {plain(one)}
    assert len(held._kept) == 1 and not held._under_way


def test_one_who_waits_for_another_hears_a_cancel_and_takes_over(tiles, monkeypatch):
    held, hold, began, tile = fe.remember(), threading.Event(), threading.Event(), engine._tile

    def slow(*arguments):
        began.set()
        hold.wait(20)
        return tile(*arguments)
    monkeypatch.setattr(engine, "_tile", slow)
    one, first, second, stopped = recipe(fe.newton()), threading.Event(), threading.Event(), []

    def work(cancel):
        try:
            render_of(one, 1, cancel=cancel, memory=held)
        except fe.Cancelled as stop:
            stopped.append(stop)
    computes, waits = (threading.Thread(target=work, args=(cancel,)) for cancel in (first, second))
    computes.start()
    assert began.wait(20)
    waits.start()
    second.set()
    waits.join(20)
    assert len(stopped) == 1 and computes.is_alive()        # it did not wait for the other's tile
    first.set()
    hold.set()
    computes.join(20)
    assert len(stopped) == 2 and 0.0 < held.left(one) <= 1.0
    monkeypatch.setattr(engine, "_tile", tile)
    assert render_of(one, memory=held).pixels.tobytes() == plain(one)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_waits_for_no_lock_of_its_parent():
    held = fe.remember()
    with held._lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)         # of forking beside threads
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if memory.shared().left(recipe()) == 1.0 else 1)
            finally:
                os._exit(2)
    for _ in range(200):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.05)
    else:
        os.kill(child, 9)
    assert done and status == 0


def test_rendering_has_the_memory_it_says():
    assert rendering.asked is memory.asked and memory.MEGABYTES == 64 and memory.asked() is None
    assert 10 ** 6 * memory.MEGABYTES // (384 * 384 * kernel.PIXEL.itemsize) == 16          # as the docs say
