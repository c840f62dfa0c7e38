"""From (problem, view, size, steps) to a Landscape: at once or coarse to fine, kept in a file, estimated, at single points."""
from __future__ import annotations

import contextlib
import errno
import functools
import os
import pathlib
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import numpy as np

from ._version import __version__
from .arguments import whole
from .decimals import exact_difference
from .deep import chosen, lanes
from .deep.choice import STOPS
from .deep.references import check_memory, warn_if_slow
from .engine import Engine
from .guessing import FROM, Guess
from .kernel import LANES, blank, record
from .landscape import Landscape
from .memory import asked
from .problems import as_problem
from .recipes import Recipe, check_precision
from .remembering import Remembering
from .view import FLOOR_ULPS, FloatFloorWarning, View, check_size, check_view
from .workers import ClusterError

CHECKPOINT_SECONDS = 5.0            # between saves of a part file; later when saving takes long


def render(system, view: View | None = None, size=(384, 384), steps: int | None = None, *, threads: int | None = None,
           executor: Executor | None = None, progress: Callable[[int, int], None] | None = None,
           cancel: threading.Event | None = None, file=None, write: Callable[[Landscape, pathlib.Path], None] | None = None,
           precision: str = "auto") -> Landscape:
    """Compute a picture.

    Parameters
    ----------
    system : Problem or NamedTuple
        What to iterate: `mandelbrot()`, `paper("tanh")`, … or a map of the plane of your own (`step_of`).
    view : View, default the problem's first view
        Where.
    size : (int, int), default (384, 384)
        Columns and rows, from 1 to 32768 each, and at most 2**26 pixels in all.
    steps : int, default the problem's own number
        How long to iterate, at least 1.
    threads : int, default as many processors as the process may use
        Threads to compute with.  With `executor`: how many tiles that works on at once (default: its own number where it
        says it; of a dask cluster the threads of all workers, also of those that come later).
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        Use this instead of threads of our own: processes, or the workers of a cluster (docs/clusters.md).
    progress : callable, optional
        Called as progress(done, total), in pixels, from the calling thread.
    cancel : threading.Event, optional
        Set it, from another thread, to stop within a tile (about 50 ms; a cluster is told to stop, and not waited for).
    file : path, optional
        Save the finished Landscape here (.npz).  Until then finished tiles are kept in `file`.part; the same call
        goes on from there.
    write : callable, default `Landscape.save`
        write(landscape, file) puts the finished one into the file.
    precision : {"auto", "float64", "exact"}, default "auto"
        "exact": one reference run is trained in arbitrary precision, and every pixel follows its difference from it in
        float64; for networks with tanh, ReLU or identity units trained by plain gradient descent, the Mandelbrot set and Julia
        sets.  "auto": exact where neighbouring pixels lie closer than 1024 ulps and the system allows it;
        `Landscape.precision` says which it was.

    Returns
    -------
    Landscape

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or `file`.part holds another picture.
    Cancelled
        If `cancel` was set.
    ClusterError
        If the workers of `executor` are lost or run another version.  With `file`, what was finished is kept.

    Warns
    -----
    FloatFloorWarning
        If pixels lie closer than 4 ulps and are computed in plain float64, which cannot resolve the picture.
    ClusterWarning
        If workers compute on another kind of processor, or a cluster has had no worker for ten seconds.
    SlowReferenceWarning
        If the reference run of an exact picture takes more than a minute.

    Notes
    -----
    The same picture is computed again each time, unless `remember` was called.
    """
    recipe = _question(system, view, size, steps, precision, executor)
    return render_of(recipe, threads, executor, progress, cancel, file, write, memory=asked())


def render_of(recipe, threads=None, executor=None, progress=None, cancel=None, file=None, write=None, reference=None,
              reference_progress=None, using=None, memory=None) -> Landscape:
    """`render` for a Recipe, without warnings.

    reference : (Decimal, Decimal), where the reference run of an exact picture is, instead of near its centre;
    reference_progress(done, total) is told of that run, in steps; using: Lanes to compute with instead; memory: a Memory
    of pictures seen before.
    """
    if file is not None and pathlib.Path(file).is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", os.fspath(file))
    with Remembering(recipe, threads, executor, progress, cancel, memory, using, reference,
                     reference_progress=reference_progress) as engine:
        if file is not None:
            return _render_to_file(engine, recipe, pathlib.Path(file), write or Landscape.save)
        engine.fill(np.arange(engine.pixels.size))
        return engine.landscape()


def passes(system, view: View | None = None, size=(384, 384), steps: int | None = None, *, coarsest: int = 8,
           threads: int | None = None, executor: Executor | None = None,
           progress: Callable[[int, int], None] | None = None,
           cancel: threading.Event | None = None, precision: str = "auto", guess: bool = False) -> Iterator[Landscape]:
    """Compute a picture coarse to fine: yield it with every `coarsest`-th pixel, then every half as many, to the last.

    Each coarse Landscape has the full size, a computed pixel filling its k x k block (`stride` k).  No pixel is computed
    twice: all passes together cost what `render` does.  `coarsest` is a power of 2; the rest is as in `render`.

    With `guess`, pixels whose surroundings ended alike and change evenly are left for later and filled in from their
    neighbours, so that a preview at full resolution comes early: of the paper's overviews about three quarters are filled in,
    of a chaotic window next to nothing.  `Landscape.guessed` says which; such a landscape is refused wherever results are kept
    or measured.  In the end all pixels are computed, and the last landscape is that of `render`, bit for bit.
    """
    coarsest = whole("coarsest", coarsest, 1, 2 ** 20)
    if coarsest & (coarsest - 1):
        raise ValueError(f"coarsest must be a power of 2, got {coarsest}")
    return refine(_question(system, view, size, steps, precision, executor), coarsest, threads, executor, progress, cancel,
                  memory=asked(), guess_from=0.0 if guess else None)


def refine(recipe, coarsest=8, threads=None, executor=None, progress=None, cancel=None, reference_progress=None,
           near=False, memory=None, guess_from=None) -> Iterator[Landscape]:
    """`passes` for a Recipe, without warnings; begins with the finest pass that a memory knows.

    `near` and `reference_progress` as in `deep.find`.  `guess_from`: guess where the picture takes at least so many seconds;
    None: never.
    """
    with Remembering(recipe, threads, executor, progress, cancel, memory, near=near,
                     reference_progress=reference_progress) as engine:
        columns, rows = recipe.size
        row, column = np.divmod(np.arange(rows * columns), columns)
        k, done = coarsest, np.zeros(rows * columns, bool)
        while k > max(columns, rows):
            k //= 2
        k = engine.finest(k)
        guess = None
        while k >= 1:
            now = (row % k == 0) & (column % k == 0) & ~done
            if guess is not None:
                now &= ~guess.left.reshape(-1)
            engine.fill(np.flatnonzero(now))
            done |= now
            if guess is None and guess_from is not None and engine.seconds_left() >= guess_from:
                guess = Guess(recipe.size)
            if guess is not None:
                guess.leave_out(k, engine.grid())
            yield engine.landscape(stride=k, guess=guess)
            k //= 2
        if guess is not None:
            yield from _computed_after_all(engine, guess)


def _computed_after_all(engine, guess):
    """The pixels that were left out, those with the largest gaps between them first."""
    k = FROM // 2
    while guess.left.any():
        now = np.zeros_like(guess.left)
        now[::k, ::k] = guess.left[::k, ::k]
        if now.any():
            engine.fill(np.flatnonzero(now))
            guess.take_in(engine.grid())
            yield engine.landscape(guess=guess)
        k //= 2


def thinned(land) -> Landscape:
    """Every stride-th row and column of a coarse pass only: what was computed for it, or filled in."""
    pixels, guessed = (grid if grid is None else np.ascontiguousarray(grid[::land.stride, ::land.stride])
                       for grid in (land.pixels, land.guessed))
    return replace(land, size=pixels.shape[::-1], pixels=pixels, guessed=guessed)


def estimate(system, view: View | None = None, size=(384, 384), steps: int | None = None, *,
             threads: int | None = None, precision: str = "auto") -> float:
    """Seconds that `render` will take, from a few pixels spread over the picture.

    Itself takes about half a second, the time to compile where that is needed and, for an exact picture, the time of its
    reference run, which is kept for `render` and not counted.  Where even a few pixels would take
    longer, they are run for fewer steps, which overestimates if many runs end early.  What `render` remembers (`remember`)
    takes no time.  Arguments as in `render`.
    """
    recipe, memory = _question(system, view, size, steps, precision), asked()
    left = 1.0 if memory is None else memory.left(recipe)
    return left * estimate_of(recipe, threads) if left else 0.0


def estimate_of(recipe, threads=None, reference=None) -> float:
    """`estimate` for a Recipe, without warnings."""
    with Engine(recipe, threads, None, None, None, point=reference) as engine:
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
        return spent / pixels * total / engine.workers.count()


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
    return runs(system, x, y, steps, threads)["value"].copy()[()]


def runs(system, x, y, steps=None, threads=None, executor=None, progress=None, cancel=None, checkpoint=None) -> np.ndarray:
    """As `evaluate`: all that came of the runs, of kernel.PIXEL.

    checkpoint(pixels), if given, is called with the flat runs whenever some more have come, and before an error leaves:
    those not computed have the value NaN.  The others as in `render`.
    """
    problem = as_problem(system)
    steps = problem.check_steps(steps)
    x, y = points(x, y)
    with Engine(Recipe(problem, problem.view, (1, 1), steps), threads, executor, progress, cancel) as engine:
        engine.x, engine.y, engine.total, engine.pixels = x.ravel(), y.ravel(), x.size, blank(x.size)
        engine.place = lambda flat: (flat, flat)        # each pixel has an x and a y of its own
        if checkpoint is not None:
            engine.checkpoint = functools.partial(checkpoint, engine.pixels)      # no cycle: the pixels go with the engine
        try:
            engine.fill(np.arange(x.size))
        except BaseException:
            engine.checkpoint()
            raise
    return engine.pixels.reshape(x.shape)


def recorded(recipe, places, states=False, stop=None):
    """Runs at places (pairs of floats, or of Decimals), followed as the pixels of a recipe's picture are.

    Returns what came of them (n,) of kernel.PIXEL, the watched numbers (n, steps), and the states as in `kernel.record`, or
    None: of an exact picture there are none that could be shown.  `stop` as in `kernel.record`; it ends a reference run too.
    """
    how = lanes(recipe, near=True, cancel=SimpleNamespace(is_set=lambda: stop is not None and bool(stop[0])))
    if how.reference is None:
        x, y = (np.array([float(place[k]) for place in places]) for k in range(2))
        return record(how.system, x, y, recipe.steps, states, stop)
    x, y = (np.array([float(exact_difference(Decimal(place[k]), how.reference.point[k])) for place in places])
            for k in range(2))
    return *record(how.system, x, y, recipe.steps, False, stop)[:2], None


def points(x, y):
    """x and y as float64 arrays of one shape; ValueError unless they broadcast and are finite."""
    given = {"x": x, "y": y}
    try:
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    except (ValueError, TypeError):
        raise ValueError(f"x and y must be numbers of shapes that broadcast, got shapes {np.shape(x)} and {np.shape(y)}"
                         ) from None
    for name, array in (("x", x), ("y", y)):
        was = np.asarray(given[name])
        if was.dtype.kind in "US" or was.dtype.kind == "O" and any(isinstance(number, str | Decimal) for number in was.flat):
            raise ValueError(f"{name} must be float64 numbers, got a text or Decimal: exact_value keeps all its digits")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)].flat[0]}")
    return x, y


# ---------------------------------------------------------------- behind it

def _question(system, view, size, steps, precision="auto", executor=None):
    problem = as_problem(system)
    view = problem.view if view is None else view
    check_view(view)
    size, steps = check_size(size), problem.check_steps(steps)
    recipe = Recipe(problem, view, size, steps, precision=check_precision(precision))
    warn(recipe, stacklevel=4, memory=asked() if executor is None else None)
    return recipe


def warn(recipe, stacklevel, memory=None):
    """FloatFloorWarning if a plain picture's pixels lie closer than 4 ulps, SlowReferenceWarning if an exact one begins late.

    It does not if a memory knows all its pixels.

    ValueError if the view is exact, needs to be, and the system stops at float64.
    """
    problem, view, size = recipe.problem, recipe.view, recipe.size
    if chosen(problem, view, size, recipe.precision) == "exact":
        check_memory(problem, recipe.steps)
        if memory is None or memory.left(recipe) > 0.0:
            warn_if_slow(problem, view, size, recipe.steps, stacklevel + 1)
    elif view.exact is not None and recipe.precision == "auto" and view.at_float_floor(size):
        raise ValueError(f"view must be one that float64 resolves for {problem.title or 'this system'}, got pixels that lie "
                         f"{view.spacing_in_ulps(size):.2g} ulps apart. {STOPS}")
    else:
        warn_at_floor(view, size, stacklevel + 1)


def warn_at_floor(view, size, stacklevel):
    """FloatFloorWarning if pixels of a picture of `size` lie closer than 4 ulps."""
    if view.at_float_floor(size):
        warnings.warn(f"view is at the float floor: its pixels lie {view.spacing_in_ulps(size):.2g} ulps apart, less than "
                      f"{FLOOR_ULPS}, so the picture shows rounding, not the map", FloatFloorWarning, stacklevel=stacklevel)


def part_of(path) -> pathlib.Path:
    """Where `render` keeps the finished tiles of a file."""
    path = pathlib.Path(path)
    return path.with_name(path.name + ".part")


def _render_to_file(engine, recipe, path, write):
    part = part_of(path)
    with contextlib.suppress(FileNotFoundError):
        engine.put(_resume(part, recipe).pixels.reshape(-1))
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
    except BaseException as error:
        save_part()
        if isinstance(error, ClusterError):
            error.kept(f"Finished tiles are kept in {part}")
        raise
    part.unlink(missing_ok=True)                # another process that makes the same picture may have been faster
    return land


def _resume(part, recipe):
    land = Landscape.load(part)
    if land.recipe != recipe.to_text() or land.version != __version__:
        raise ValueError(f"file must be free or hold a part of this picture, but {part} holds a part of another, or one of "
                         "another version: delete it or choose another name")
    return land
