"""A poster: planned, computed tile by tile into a folder, coloured and written row by row."""
from __future__ import annotations

import errno
import functools
import os
import pathlib
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from .. import deep
from ..arguments import check_threads
from ..cancelled import Cancelled
from ..colour import look_of
from ..disk import check_free, check_places, check_writable, free_near
from ..problems import as_problem
from ..progress import reporter
from ..recipes import Recipe, check_precision
from ..rendering import estimate_of, runs, warn
from ..view import View, check_sides, check_view
from ..wording import amount
from ..workers import ClusterError
from . import drawing, words
from .tiles import Tiles

BATCH = 2 ** 20                     # runs between two barriers of the threads; 16 bytes of positions each, and 27 of results
SAMPLED = 256                       # columns and rows at most of the picture whose time is estimated


def poster(system, file, view: View | None = None, size=(2048, 2048), steps: int | None = None, *,
           palette: str = "two-sided", mode: str | None = None, caption: bool = True, folder=None,
           threads: int | None = None, executor: Executor | None = None,
           progress: Callable[[str, int, int], None] | bool | None = None,
           cancel: threading.Event | None = None, precision: str = "auto") -> pathlib.Path:
    """Compute a picture of any size into a PNG to hang on a wall; the same call goes on where an earlier one was stopped.

    Parameters
    ----------
    system : Problem or NamedTuple
        As in `render`.
    file : path
        Ends in .png, in a folder that exists.  Written atomically: until the new picture is whole, an old one stays.
    view : View, default the problem's first view
        The default is made wider or higher where x and y are alike, so that pixels are square.
    size : (int, int), default (2048, 2048)
        Columns and rows of the picture, from 1 to 65536 each; the caption comes below.
    steps : int, default the problem's own number
    palette, mode
        As in `colours`.  Ranks, and the range of steps of basins, are taken from all pixels where there are at most 2²²
        (2048 x 2048), else from those of every k-th row and column, with the smallest k that leaves no more.
    caption : bool, default True
        Write under the picture what it shows: the system, the window, the steps, what the colours mean and when a run
        counts as converged.
    folder : path, default FILE.tiles
        Where finished tiles are kept, also afterwards: another palette, mode or caption then costs no run.
    threads, executor, cancel
        As in `render`.
    progress : callable or bool, optional
        Called as progress(stage, done, total): stage "reference" counts steps of a run in arbitrary precision, "tiles" runs,
        "drawing" rows of the PNG.  True: bars; False: nothing; default: bars in a notebook.
    precision : {"auto", "float64", "exact"}, default "auto"
        As in `render`.

    Returns
    -------
    pathlib.Path
        `file`.  Its recipe (`read_recipe`) is that of the picture without the caption.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or the folder holds a tile of another picture or version, or a damaged one.
        Nothing is deleted.
    OSError
        If something cannot be written, or the disk has no room for all of it.  What is finished is kept.
    Cancelled
        If `cancel` was set.

    Warns
    -----
    FloatFloorWarning
        If pixels lie closer than 4 ulps and are computed in plain float64.
    SlowReferenceWarning
        If the reference run of an exact picture takes more than a minute.

    Notes
    -----
    Takes less than a gigabyte of memory, whatever the size.  A call that is killed can leave files *.tmp behind.
    """
    plan = _plan(system, file, view, size, steps, palette, mode, caption, folder, precision)
    return plan.make(threads, executor, progress, cancel)


def poster_plan(system, file, view: View | None = None, size=(2048, 2048), steps: int | None = None, *,
                palette: str = "two-sided", mode: str | None = None, caption: bool = True, folder=None,
                precision: str = "auto") -> Plan:
    """What `poster` would do, and how long it would take; computes and writes nothing.  Arguments as there.

    Returns
    -------
    Plan
        Printed, it says what will be done, what is there already and the disk that it takes.

    Raises
    ------
    ValueError, TypeError, OSError
        As in `poster`, but for those of the disk.
    """
    return _plan(system, file, view, size, steps, palette, mode, caption, folder, precision)


@dataclass(frozen=True, eq=False)
class Plan:
    """What a poster takes.

    Attributes
    ----------
    recipe : Recipe
        Of the picture, with its palette and mode.
    file, folder : pathlib.Path
        The PNG, and where its tiles are kept.
    caption : bool
    tiles : int
        How many there are in all.
    size : (int, int)
        Columns and rows of the picture, without the caption.
    disk : int
        Bytes that tiles and PNG take, at most.
    """

    recipe: Recipe
    file: pathlib.Path
    folder: pathlib.Path
    caption: bool

    size = property(lambda self: self.recipe.size)
    tiles = property(lambda self: len(self._tiles))
    disk = property(lambda self: self._bytes(self._tiles) + self._sheet.bytes)

    @functools.cached_property
    def _tiles(self):
        return Tiles(self.folder, self.recipe)

    @functools.cached_property
    def _sheet(self):
        return drawing.Sheet(self._tiles, self.caption)

    def _bytes(self, places):
        return sum(map(self._tiles.bytes, places))

    def __repr__(self):
        return f"<Plan of {self.file}: {self._question}>"

    @property
    def _question(self):
        recipe, (columns, rows) = self.recipe, self.size
        return f"{recipe.problem.title or 'A map of the plane'}: {columns} × {rows} runs of {recipe.steps} steps"

    def __str__(self):
        tiles = self._tiles
        finished = tiles.finished()
        there = f", {len(finished)} of them finished" if finished else ""
        says = [self._question,
                f"picture: {self.file}, at most {amount(self._sheet.bytes)}",
                f"tiles: {len(tiles)} in {self.folder}{there}, at most {amount(self._bytes(tiles))}; kept for other colours",
                f"disk: at most {amount(self._missing(finished) + self._sheet.bytes)} more, "
                f"{amount(free_near(self.folder))} are free"]
        return "\n".join([*says, *filter(None, [words.floor(self.recipe)])])

    def estimate(self, threads: int | None = None) -> float:
        """Seconds of the work that is left, from a few runs spread over the picture.  Itself takes a second or two."""
        check_threads(threads)
        recipe, total = self.recipe, self.size[0] * self.size[1]
        seconds = total * drawing.seconds_a_pixel(recipe)
        left = total - sum(_count(self._tiles.shape(place)) for place in self._tiles.finished())
        if left:
            shrink = min(1.0, SAMPLED / max(self.size))
            small = tuple(max(1, round(n * shrink)) for n in self.size)
            how = self._lanes()
            precision, point = ("exact", how.reference.point) if how.reference else ("float64", None)
            spent = estimate_of(Recipe(recipe.problem, recipe.view, small, recipe.steps, precision=precision), threads, point)
            seconds += spent * left / _count(small)
        return seconds

    def make(self, threads: int | None = None, executor: Executor | None = None,
             progress: Callable[[str, int, int], None] | bool | None = None,
             cancel: threading.Event | None = None) -> pathlib.Path:
        """Make the poster; arguments, result and errors as in `poster`."""
        check_threads(threads)
        finished = self._tiles.finished()
        self._check_places(finished)
        try:
            with reporter(progress, reference="step", tiles="run", drawing="row") as told:
                self._compute(finished, threads, executor, told, cancel)
                self._sheet.write(self.file, threads if executor is None else None, functools.partial(told, "drawing"), cancel)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"finished tiles are kept in {self.folder}: do the same again to go on") from None
        except ClusterError as error:
            error.kept(f"Finished tiles are kept in {self.folder}")
            raise
        return self.file

    # ------------------------------------------------------------ behind it

    def _missing(self, finished):
        """Bytes of the tiles that are still to be written, at most."""
        return self._bytes(place for place in self._tiles if place not in finished)

    def _check_places(self, finished):
        """OSError unless both places can be written and have room: now rather than after hours."""
        self._tiles.create()
        for place in (self.folder, self.file.parent):
            check_writable(place)
        # the whole picture, even over an old one, which is there until the new one is whole
        check_free((self.folder, self._missing(finished)), (self.file.parent, self._sheet.bytes))

    def _lanes(self, **how):
        """The picture as the kernel sees it; where it is exact, all its tiles are differences from one run."""
        return deep.lanes(self.recipe, **how)

    def _compute(self, finished, threads, executor, told, cancel):
        tiles, (columns, rows), recipe = self._tiles, self.size, self.recipe
        todo, total = [place for place in tiles if place not in finished], columns * rows
        done = total - sum(_count(tiles.shape(place)) for place in todo)
        if todo:
            how = self._lanes(cancel=cancel, reference_progress=functools.partial(told, "reference"))
            problem, x, y = replace(recipe.problem, system=how.system), how.x, how.y

        def counted(more, _):
            told("tiles", done + more, total)

        counted(0, total)
        for batch in _batches(todo, max(1, BATCH // tiles.side ** 2)):
            shapes, spans = [tiles.shape(place) for place in batch], [tiles.spans(place) for place in batch]
            across = np.concatenate([np.broadcast_to(x[c], shape).ravel() for (_, c), shape in zip(spans, shapes, strict=True)])
            up = np.concatenate([np.broadcast_to(y[r, None], shape).ravel()
                                 for (r, _), shape in zip(spans, shapes, strict=True)])
            saver = _Saver(tiles, batch)
            try:
                runs(problem, across, up, recipe.steps, threads, executor, counted, cancel, saver.save)
            except Cancelled as stop:
                raise Cancelled(done + stop.done, total) from None
            done += len(across)


class _Saver:
    """Saves the tiles of a batch as soon as all their runs have come, in whatever order they do."""

    def __init__(self, tiles, batch):
        self.tiles, self.left, at = tiles, {}, 0
        for place in batch:
            self.left[place] = slice(at, at + _count(tiles.shape(place)))
            at = self.left[place].stop

    def save(self, pixels):
        for place, span in list(self.left.items()):
            mine = pixels[span]
            # the ends first, which is quick: runs come nearly in order
            if not (np.isnan(mine["value"][[0, -1]]).any() or np.isnan(mine["value"]).any()):
                self.tiles.save(place, mine.reshape(self.tiles.shape(place)))
                del self.left[place]


def _plan(system, file, view, size, steps, palette, mode, caption, folder, precision):
    problem = as_problem(system)
    size, steps = check_sides(size), problem.check_steps(steps)
    view = problem.shaped(problem.view, size) if view is None else view
    check_view(view)
    look = look_of(problem, palette, mode)
    file = pathlib.Path(file)
    if file.suffix.lower() != ".png":
        raise ValueError(f"file must end in .png, got {os.fspath(file)}")
    folder = file.with_name(file.name + ".tiles") if folder is None else pathlib.Path(folder)
    check_places(file, folder)
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", os.fspath(file))
    recipe = Recipe(problem, view, size, steps, look, precision=check_precision(precision))
    warn(recipe, stacklevel=4)
    return Plan(recipe, file, folder, bool(caption))


def _batches(places, count):
    for first in range(0, len(places), count):
        yield places[first:first + count]


def _count(shape):
    return shape[0] * shape[1]
