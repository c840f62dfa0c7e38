"""From (problem, view, size, steps) to a Landscape: tiles, threads or any executor, coarse to fine, progress, cancel.

Tiles are pure functions of the positions of their pixels, and no value depends on the tiling, so that any number of
threads gives the same bits.
"""
from __future__ import annotations

import errno
import os
import pathlib
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait

import numpy as np

from ._version import __version__
from .arguments import whole
from .kernel import LANES, blank, sweep
from .landscape import Landscape
from .problems import as_problem
from .recipes import Recipe
from .view import FLOOR_ULPS, FloatFloorWarning, View, check_size

TILE_SECONDS = 0.05                 # a cancel waits for at most about this
POLL_SECONDS = 0.05
LARGEST_TILE = 65536                # pixels
CHECKPOINT_SECONDS = 5.0            # between saves of a part file; later when saving takes long


class Cancelled(Exception):
    """The work was cancelled; `done` of `total` pixels were computed."""

    def __init__(self, done, total):
        super().__init__(f"cancelled after {done} of {total} pixels")
        self.done, self.total = done, total


def available_threads() -> int:
    """Processors that this process may use: its affinity, its cgroup's quota and JupyterHub's CPU_LIMIT."""
    limits = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    for read in (_quota_v2, _quota_v1, lambda: float(os.environ["CPU_LIMIT"])):
        try:
            limits.append(read())
        except (OSError, ValueError, KeyError, ZeroDivisionError):
            continue                    # no such limit here
    return max(1, int(min(limit for limit in limits if limit > 0)))


def _quota_v2():
    quota, period = pathlib.Path("/sys/fs/cgroup/cpu.max").read_text().split()
    return float(quota) / float(period)             # "max" is no number: no limit


def _quota_v1():
    folder = pathlib.Path("/sys/fs/cgroup/cpu")
    return int((folder / "cpu.cfs_quota_us").read_text()) / int((folder / "cpu.cfs_period_us").read_text())


def render(system, view: View | None = None, size=(384, 384), steps: int | None = None, *, threads: int | None = None,
           executor: Executor | None = None, progress: Callable[[int, int], None] | None = None,
           cancel: threading.Event | None = None, file=None, write: Callable[[Landscape, pathlib.Path], None] | None = None
           ) -> Landscape:
    """Compute a picture.

    Parameters
    ----------
    system : Problem or NamedTuple
        What to iterate: `mandelbrot()`, `paper("tanh")`, … or a map of the plane of your own (`step_of`).
    view : View, default the problem's first view
        Where.
    size : (int, int), default (384, 384)
        Columns and rows, from 1 to 32768 each.
    steps : int, default the problem's own number
        How long to iterate, at least 1.
    threads : int, default as many processors as the process may use
        Threads to compute with.  With `executor`: how many tiles that works on at once (default: its own number where it
        says it).
    executor : concurrent.futures.Executor, optional
        Use this instead of threads of our own: processes, or `dask.distributed.Client(…).get_executor()`.
    progress : callable, optional
        Called as progress(done, total), in pixels, from the calling thread.
    cancel : threading.Event, optional
        Set it, from another thread, to stop within a tile (about 50 ms).
    file : path, optional
        Save the finished Landscape here (.npz).  Until then finished tiles are kept in `file`.part; the same call
        goes on from there.
    write : callable, default `Landscape.save`
        write(landscape, file) puts the finished one into the file.

    Returns
    -------
    Landscape

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or `file`.part holds another picture.
    Cancelled
        If `cancel` was set.

    Warns
    -----
    FloatFloorWarning
        If pixels lie closer than 4 ulps: float64 cannot resolve the picture.
    """
    recipe = _question(system, view, size, steps)
    if file is not None and pathlib.Path(file).is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", os.fspath(file))
    with _Engine(recipe, threads, executor, progress, cancel) as engine:
        if file is not None:
            return _render_to_file(engine, recipe, pathlib.Path(file), write or Landscape.save)
        engine.fill(np.arange(engine.pixels.size))
        return engine.landscape()


def passes(system, view: View | None = None, size=(384, 384), steps: int | None = None, *, coarsest: int = 8,
           threads: int | None = None, executor: Executor | None = None,
           progress: Callable[[int, int], None] | None = None,
           cancel: threading.Event | None = None) -> Iterator[Landscape]:
    """Compute a picture coarse to fine: yield it with every `coarsest`-th pixel, then every half as many, to the last.

    Each coarse Landscape has the full size, a computed pixel filling its k x k block (`stride` k).  No pixel is computed
    twice: all passes together cost what `render` does.  `coarsest` is a power of 2; the rest is as in `render`.
    """
    coarsest = whole("coarsest", coarsest, 1, 2 ** 20)
    if coarsest & (coarsest - 1):
        raise ValueError(f"coarsest must be a power of 2, got {coarsest}")
    return refine(_question(system, view, size, steps), coarsest, threads, executor, progress, cancel)


def refine(recipe, coarsest=8, threads=None, executor=None, progress=None, cancel=None) -> Iterator[Landscape]:
    """`passes` for a Recipe, without a warning at the float floor."""
    with _Engine(recipe, threads, executor, progress, cancel) as engine:
        columns, rows = recipe.size
        row, column = np.divmod(np.arange(rows * columns), columns)
        k, done = coarsest, np.zeros(rows * columns, bool)
        while k > max(columns, rows):
            k //= 2
        while k >= 1:
            now = (row % k == 0) & (column % k == 0) & ~done
            engine.fill(np.flatnonzero(now))
            done |= now
            yield engine.landscape(stride=k)
            k //= 2


def estimate(system, view: View | None = None, size=(384, 384), steps: int | None = None, *,
             threads: int | None = None) -> float:
    """Seconds that `render` will take, from a few pixels spread over the picture.

    Itself takes about half a second, and the time to compile where that is needed.  Where even a few pixels would take
    longer, they are run for fewer steps, which overestimates if many runs end early.  Arguments as in `render`.
    """
    recipe = _question(system, view, size, steps)
    with _Engine(recipe, threads, None, None, None) as engine:
        total, rng = engine.total, np.random.default_rng(0)
        engine.sample(rng.integers(total, size=LANES), 1)               # compiles, if need be
        upto, seconds, began = min(64, recipe.steps), 0.0, time.perf_counter()
        while True:                     # one group, for more and more steps
            seconds = engine.sample(rng.integers(total, size=LANES), upto)
            if upto == recipe.steps or time.perf_counter() - began > 0.2:
                break
            upto = min(4 * upto, recipe.steps)
        spent, pixels = seconds * recipe.steps / upto, LANES
        count = LANES
        while upto == recipe.steps and time.perf_counter() - began < 0.5 and pixels < total:
            count = min(2 * count, total)
            spent, pixels = spent + engine.sample(rng.integers(total, size=count), upto), pixels + count
        return spent / pixels * total / engine.workers


def evaluate(system, x, y, steps: int | None = None, *, threads: int | None = None) -> np.ndarray:
    """The paper's measure (`Landscape.value`) at any points.

    Parameters
    ----------
    system : Problem or NamedTuple
    x, y : array_like
        Points in true units; broadcast against each other.  Finite.
    steps : int, default the problem's own number
    threads : int, default as many processors as the process may use

    Returns
    -------
    numpy.ndarray of float64, of the broadcast shape (a float for two numbers); < 0 converged, > 0 not.

    Raises
    ------
    ValueError
        If x and y do not broadcast or are not finite, or steps are not as above.
    """
    problem = as_problem(system)
    steps = problem.check_steps(steps)
    x, y = points(x, y)
    with _Engine(Recipe(problem, problem.view, (1, 1), steps), threads, None, None, None) as engine:
        engine.x, engine.y, engine.total, engine.pixels = x.ravel(), y.ravel(), x.size, blank(x.size)
        engine.place = lambda flat: (flat, flat)        # each pixel has an x and a y of its own
        engine.fill(np.arange(x.size))
    return engine.pixels["value"].reshape(x.shape).copy()[()]


def points(x, y):
    """x and y as float64 arrays of one shape; ValueError unless they broadcast and are finite."""
    try:
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    except (ValueError, TypeError):
        raise ValueError(f"x and y must be numbers of shapes that broadcast, got shapes {np.shape(x)} and {np.shape(y)}"
                         ) from None
    for name, array in (("x", x), ("y", y)):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)].flat[0]}")
    return x, y


# ---------------------------------------------------------------- behind it

def _question(system, view, size, steps):
    problem = as_problem(system)
    view = problem.view if view is None else view
    if not isinstance(view, View):
        raise TypeError(f"view must be a View, got {type(view).__name__}")
    size = check_size(size)
    if view.at_float_floor(size):
        warnings.warn(f"view is at the float floor: its pixels lie {view.spacing_in_ulps(size):.2g} ulps apart, less than "
                      f"{FLOOR_ULPS}, so the picture shows rounding, not the map", FloatFloorWarning, stacklevel=3)
    return Recipe(problem, view, size, problem.check_steps(steps))


def _tile(system, x, y, steps, stop=None):
    began = time.perf_counter()
    return sweep(system, x, y, steps, stop), time.perf_counter() - began


class _Engine:
    """Fills the pixels of one picture, tile by tile."""

    def __init__(self, recipe, threads, executor, progress, cancel):
        threads = None if threads is None else whole("threads", threads, 1, 1024)
        self.recipe, self.progress, self.cancel = recipe, progress, cancel
        self.workers = threads or getattr(executor, "_max_workers", None) or available_threads()
        self.executor, self.own = executor, executor is None
        self.stop = np.zeros(1, bool)           # tells our own threads to leave their tile
        self.x, self.y = recipe.view.positions(recipe.size)
        self.total = recipe.size[0] * recipe.size[1]
        self.pixels = blank(self.total)
        self.done, self.cost, self.last_count = 0, None, LANES
        self.checkpoint = lambda: None

    def place(self, flat):
        """Indices into x and y of flat pixel numbers."""
        return flat % self.recipe.size[0], flat // self.recipe.size[0]

    def __enter__(self):
        if self.own:
            self.executor = ThreadPoolExecutor(self.workers, thread_name_prefix="fractaledu")
        return self

    def __exit__(self, *exception):
        if self.own:
            self.stop[0] = True
            self.executor.shutdown(wait=True, cancel_futures=True)

    def landscape(self, stride=1):
        """The pixels so far, not copied: fill no more after the last stride."""
        columns, rows = self.recipe.size
        pixels = self.pixels.reshape(rows, columns)
        if stride > 1:
            pixels = pixels[::stride, ::stride].repeat(stride, 0).repeat(stride, 1)[:rows, :columns]
        recipe = self.recipe
        return Landscape(recipe.problem, recipe.view, recipe.size, recipe.steps, pixels, stride)

    def sample(self, flat, steps):
        """Seconds that these pixels take one thread; in the pool, so that Ctrl-C is heard."""
        column, row = self.place(flat)
        system, x, y = self.recipe.problem.system, self.x[column], self.y[row]
        return self.executor.submit(_tile, system, x, y, steps, self.stop).result()[1]

    def fill(self, todo):
        """Compute the pixels with these flat numbers."""
        system, steps = self.recipe.problem.system, self.recipe.steps
        stop = (self.stop,) if self.own else ()
        pending, position = {}, 0
        try:
            while position < len(todo) or pending:
                while position < len(todo) and len(pending) < 2 * self.workers:
                    part = todo[position:position + self._tile_size(len(todo) - position)]
                    column, row = self.place(part)
                    pending[self.executor.submit(_tile, system, self.x[column], self.y[row], steps, *stop)] = part
                    position += len(part)
                for future in wait(pending, POLL_SECONDS, FIRST_COMPLETED).done:
                    self._collect(future, pending.pop(future))
                if self.cancel is not None and self.cancel.is_set():
                    raise Cancelled(self.done, self.total)
        except BaseException:           # keep the tiles that are ready, leave the others
            for future, part in list(pending.items()):
                if future.done() and not future.cancelled() and future.exception() is None:
                    self._keep(future.result()[0], part)
            self.stop[0] = True
            for future in pending:
                future.cancel()
            raise

    def _tile_size(self, left):
        """Pixels of the next tile: about TILE_SECONDS, a share of what is left, whole groups of lanes."""
        count = LANES if self.cost is None else min(TILE_SECONDS / self.cost, 8 * self.last_count, LARGEST_TILE)
        share = -(-left // self.workers)
        self.last_count = max(1, int(min(count, share)) // LANES) * LANES
        return self.last_count

    def _keep(self, pixels, part):
        unbroken = part[-1] - part[0] == len(part) - 1          # then a slice, five times faster
        self.pixels[slice(part[0], part[-1] + 1) if unbroken else part] = pixels
        self.done += len(part)

    def _collect(self, future, part):
        pixels, seconds = future.result()
        self._keep(pixels, part)
        self.cost = max(seconds / len(part), 1e-9)
        if self.progress is not None:
            self.progress(self.done, self.total)
        self.checkpoint()


def part_of(path) -> pathlib.Path:
    """Where `render` keeps the finished tiles of a file."""
    path = pathlib.Path(path)
    return path.with_name(path.name + ".part")


def _render_to_file(engine, recipe, path, write):
    part = part_of(path)
    if part.exists():
        engine.pixels[:] = _resume(part, recipe).pixels.reshape(-1)
    todo = np.flatnonzero(np.isnan(engine.pixels["value"]))
    engine.done = engine.total - len(todo)
    saved_at, took = time.monotonic(), 0.0

    def save_part():
        engine.landscape().save(part)

    def checkpoint():
        nonlocal saved_at, took
        began = time.monotonic()
        if began - saved_at > max(CHECKPOINT_SECONDS, 20 * took):
            save_part()
            saved_at = time.monotonic()
            took = saved_at - began

    save_part()                                 # fails now rather than after hours, if the place cannot be written
    engine.checkpoint = checkpoint
    try:
        engine.fill(todo)
        land = engine.landscape()
        write(land, path)
    except BaseException:
        save_part()
        raise
    part.unlink()
    return land


def _resume(part, recipe):
    land = Landscape.load(part)
    if land.recipe != recipe.to_text() or land.version != __version__:
        raise ValueError(f"file must be free or hold a part of this picture, but {part} holds a part of another, or one of "
                         "another version: delete it or choose another name")
    return land
