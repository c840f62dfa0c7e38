"""A poster: planned, computed tile by tile into a folder, coloured and written row by row."""
from __future__ import annotations

import errno
import functools
import os
import pathlib
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from ..colour import check_look, default_mode
from ..disk import check_free, free_near
from ..engine import Cancelled
from ..problems import as_problem
from ..recipes import Recipe
from ..rendering import estimate_of, runs, warn_at_floor
from ..view import View, check_sides
from ..wording import amount
from . import drawing, words
from .tiles import Tiles

BATCH = 2 ** 20                     # runs between two barriers of the threads; 16 bytes of positions each, and 27 of results
SAMPLED = 256                       # columns and rows at most of the picture whose time is estimated


def poster(system, file, view: View | None = None, size=(2048, 2048), steps: int | None = None, *,
           palette: str = "two-sided", mode: str | None = None, caption: bool = True, folder=None,
           threads: int | None = None, executor: Executor | None = None,
           progress: Callable[[int, int], None] | None = None, cancel: threading.Event | None = None) -> pathlib.Path:
    """Compute a picture of any size into a PNG to hang on a wall; the same call goes on where an earlier one was stopped.

    Parameters
    ----------
    system : Problem or NamedTuple
        As in `render`.
    file : path
        Ends in .png, in a folder that exists.  Written atomically: until the new picture is whole, an old one stays.
    view : View, default the problem's first view
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
    progress : callable, optional
        Called as progress(done, total), in pixels that are computed; colouring and writing follow.

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
        If pixels lie closer than 4 ulps.

    Notes
    -----
    Takes less than a gigabyte of memory, whatever the size.  A call that is killed can leave files *.tmp behind.
    """
    plan = _plan(system, file, view, size, steps, palette, mode, caption, folder)
    return plan.make(threads, executor, progress, cancel)


def poster_plan(system, file, view: View | None = None, size=(2048, 2048), steps: int | None = None, *,
                palette: str = "two-sided", mode: str | None = None, caption: bool = True, folder=None) -> Plan:
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
    return _plan(system, file, view, size, steps, palette, mode, caption, folder)


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

    def __str__(self):
        tiles, (columns, rows) = self._tiles, self.size
        finished = tiles.finished()
        there = f", {len(finished)} of them finished" if finished else ""
        says = [f"{self.recipe.problem.title or 'A map of the plane'}: {columns} × {rows} runs of {self.recipe.steps} steps",
                f"picture: {self.file}, at most {amount(self._sheet.bytes)}",
                f"tiles: {len(tiles)} in {self.folder}{there}, at most {amount(self._bytes(tiles))}; kept for other colours",
                f"disk: at most {amount(self._needed(finished))} more, {amount(free_near(self.folder))} are free"]
        return "\n".join([*says, *filter(None, [words.floor(self.recipe.view, self.size)])])

    def estimate(self, threads: int | None = None) -> float:
        """Seconds of the work that is left, from a few runs spread over the picture.  Itself takes a second or two."""
        recipe, total = self.recipe, self.size[0] * self.size[1]
        seconds = total * drawing.seconds_a_pixel(recipe)
        left = total - sum(_count(self._tiles.shape(place)) for place in self._tiles.finished())
        if left:
            shrink = min(1.0, SAMPLED / max(self.size))
            small = tuple(max(1, round(n * shrink)) for n in self.size)
            spent = estimate_of(Recipe(recipe.problem, recipe.view, small, recipe.steps), threads)
            seconds += spent * left / _count(small)
        return seconds

    def make(self, threads: int | None = None, executor: Executor | None = None,
             progress: Callable[[int, int], None] | None = None, cancel: threading.Event | None = None) -> pathlib.Path:
        """Make the poster; arguments, result and errors as in `poster`."""
        finished = self._tiles.finished()
        self._check_places(finished)
        self._compute(finished, threads, executor, progress, cancel)
        self._sheet.write(self.file, threads, cancel)
        return self.file

    # ------------------------------------------------------------ behind it

    def _needed(self, finished):
        """Bytes that are still to be written, at most."""
        return self._bytes(place for place in self._tiles if place not in finished) + self._sheet.bytes

    def _check_places(self, finished):
        """OSError unless both places can be written and have room: now rather than after hours."""
        self._tiles.create()
        for place in (self.folder, self.file.parent):
            try:
                with tempfile.TemporaryFile(dir=place):
                    pass
            except OSError as error:
                raise type(error)(error.errno, error.strerror, os.fspath(place)) from None
        picture = self._sheet.bytes             # an old one is there until the new one is whole
        check_free((self.folder, self._needed(finished) - picture), (self.file.parent, picture))

    def _compute(self, finished, threads, executor, progress, cancel):
        tiles, (columns, rows), recipe = self._tiles, self.size, self.recipe
        x, y = recipe.view.positions(self.size)
        todo, total = [place for place in tiles if place not in finished], columns * rows
        done = total - sum(_count(tiles.shape(place)) for place in todo)
        told = None if progress is None else lambda more, _: progress(done + more, total)
        if progress is not None:
            progress(done, total)
        for batch in _batches(todo, max(1, BATCH // tiles.side ** 2)):
            shapes, spans = [tiles.shape(place) for place in batch], [tiles.spans(place) for place in batch]
            across = np.concatenate([np.broadcast_to(x[c], shape).ravel() for (_, c), shape in zip(spans, shapes, strict=True)])
            up = np.concatenate([np.broadcast_to(y[r, None], shape).ravel()
                                 for (r, _), shape in zip(spans, shapes, strict=True)])
            saver = _Saver(tiles, batch)
            try:
                runs(recipe.problem, across, up, recipe.steps, threads, executor, told, cancel, saver.save)
            except Cancelled as stop:
                raise Cancelled(done + stop.done, total) from None
            done += len(across)


class _Saver:
    """Saves the tiles of a batch as soon as all their runs have come; they come nearly in order."""

    def __init__(self, tiles, batch):
        self.tiles, self.left, self.at = tiles, list(batch), 0

    def save(self, pixels):
        while self.left:
            place = self.left[0]
            shape = self.tiles.shape(place)
            mine = pixels[self.at:self.at + _count(shape)]
            if np.isnan(mine["value"]).any():
                return
            self.tiles.save(place, mine.reshape(shape))
            self.left.pop(0)
            self.at += len(mine)


def _plan(system, file, view, size, steps, palette, mode, caption, folder):
    problem = as_problem(system)
    view = problem.view if view is None else view
    if not isinstance(view, View):
        raise TypeError(f"view must be a View, got {type(view).__name__}")
    size, steps = check_sides(size), problem.check_steps(steps)
    check_look(problem, palette, mode)
    file = pathlib.Path(file)
    if file.suffix != ".png":
        raise ValueError(f"file must end in .png, got {os.fspath(file)}")
    folder = file.with_name(file.name + ".tiles") if folder is None else pathlib.Path(folder)
    for path in (file, folder):
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "must lie in a folder that exists", os.fspath(path))
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", os.fspath(file))
    warn_at_floor(view, size, stacklevel=4)
    look = {"palette": palette, "mode": default_mode(problem) if mode is None else mode}
    return Plan(Recipe(problem, view, size, steps, look), file, folder, bool(caption))


def _batches(places, count):
    for first in range(0, len(places), count):
        yield places[first:first + count]


def _count(shape):
    return shape[0] * shape[1]
