"""Fills the pixels of one picture, tile by tile, in threads or any executor, with progress and cancel.

Tiles are pure functions of the positions of their pixels, and no value depends on the tiling, so that any number of
threads gives the same bits.
"""
from __future__ import annotations

import contextlib
import math
import queue
import time

import numpy as np

from .cancelled import Cancelled
from .deep import lanes
from .kernel import LANES, blank, sweep
from .landscape import Landscape
from .workers import ClusterError, workers_of

POLL_SECONDS = 0.05
LARGEST_TILE = 65536                # pixels


def _tile(system, x, y, steps, stop=None):
    began = time.perf_counter()
    return sweep(system, x, y, steps, stop), time.perf_counter() - began


class Engine:
    """Fills the pixels of one picture, tile by tile.

    `using` are its lanes, where they are not those of `deep.lanes`; `reference` further arguments of that.
    """

    def __init__(self, recipe, threads, executor, progress, cancel, using=None, **reference):
        if cancel is not None and not hasattr(cancel, "is_set"):
            raise TypeError(f"cancel must have a method is_set, got {type(cancel).__name__}")
        self.recipe, self.progress, self.cancel = recipe, progress, cancel
        self.workers = workers_of(executor, threads)
        self.system, self.x, self.y, self.reference = using or lanes(recipe, cancel=cancel, **reference)
        self.total = recipe.size[0] * recipe.size[1]
        self.pixels = blank(self.total)
        self.done, self.cost, self.last_count = 0, None, LANES
        self.checkpoint = lambda: None

    def place(self, flat):
        """Indices into x and y of flat pixel numbers."""
        row = flat // self.recipe.size[0]
        return flat - row * self.recipe.size[0], row

    def __enter__(self):
        self.workers.begin(self.system)
        return self

    def __exit__(self, kind, *exception):
        # an abandoned generator ends in a garbage collection, perhaps amid the start of a thread: waiting for another thread
        # there, which needs the lock that this one holds, would be for ever
        self.workers.end(wait=kind is not GeneratorExit)

    def grid(self):
        """The pixels so far, (rows, columns) of kernel.PIXEL, not copied; value NaN: not computed yet."""
        return self.pixels.reshape(self.recipe.size[::-1])

    def landscape(self, stride=1, guess=None):
        """The pixels so far, not copied: fill no more after the last stride.  With those of a Guess: a copy."""
        columns, rows = self.recipe.size
        pixels, guessed = self.grid(), None
        if guess is not None and guess.left[::stride, ::stride].any():
            pixels, guessed = guess.pixels.copy(), guess.left.copy()
        if stride > 1:
            pixels, guessed = (grid if grid is None else grid[::stride, ::stride].repeat(stride, 0).repeat(stride, 1)[
                :rows, :columns] for grid in (pixels, guessed))
        recipe, digits = self.recipe, self.reference.digits if self.reference else 0
        return Landscape(recipe.problem, recipe.view, recipe.size, recipe.steps, pixels, stride, recipe=recipe.plain_text(),
                         digits=digits, guessed=guessed)

    def seconds_left(self):
        """About how long the pixels that are still missing take; inf where nothing has been computed yet."""
        left = self.total - self.done
        return left and (math.inf if self.cost is None else self.cost * left / self.workers.count())

    def sample(self, flat, steps):
        """Seconds that these pixels take one thread; in the pool, so that Ctrl-C is heard."""
        column, row = self.place(flat)
        return self.workers.result(self.workers.submit(_tile, self.x[column], self.y[row], steps))[1]

    def fill(self, todo):
        """Compute the pixels with these flat numbers, which rise."""
        pending, position, came = {}, 0, queue.SimpleQueue()

        def send(part, again=False):
            column, row = self.place(part)
            future = self.workers.submit(_tile, self.x[column], self.y[row], self.recipe.steps, again)
            pending[future] = part
            future.add_done_callback(came.put)

        try:
            while position < len(todo) or pending:
                most = 2 * self.workers.count()         # asked until the last tile is there: this notices workers that are lost
                while position < len(todo) and len(pending) < most:
                    part = todo[position:position + self._tile_size(len(todo) - position)]
                    send(part)
                    position += len(part)
                for future in _waiting(came):
                    part = pending.pop(future)
                    tile = self.workers.result(future)
                    if tile is None:
                        send(part, again=True)
                    else:
                        self._collect(tile, part)
                if self.cancel is not None and self.cancel.is_set():
                    raise Cancelled(self.done, self.total)
        except BaseException:           # keep the tiles that are ready, leave the others
            for future, part in list(pending.items()):
                if future.done() and not future.cancelled() and future.exception() is None:
                    with contextlib.suppress(ClusterError):
                        if (tile := self.workers.result(future)) is not None:
                            self._keep(tile[0], part)
            self.workers.withdraw(pending)
            raise

    def _tile_size(self, left):
        """Pixels of the next tile: of about the workers' seconds, a share of what is left, whole groups of lanes."""
        workers = self.workers
        count = LANES if self.cost is None else min(workers.seconds / self.cost, 8 * self.last_count, LARGEST_TILE)
        share = -(-left // (workers.shares * workers.count()))
        self.last_count = max(1, int(min(count, share)) // LANES) * LANES
        return self.last_count

    def _keep(self, pixels, part):
        if part[-1] - part[0] == len(part) - 1:                 # unbroken: bytes are copied ten times as fast as records
            self.pixels[part[0]:part[-1] + 1].view(np.uint8)[:] = np.ascontiguousarray(pixels).view(np.uint8)
        else:
            self.pixels[part] = pixels
        self.done += len(part)

    def _collect(self, tile, part):
        pixels, seconds = tile
        self._keep(pixels, part)
        self.cost = max(seconds / len(part), 1e-9)
        if self.progress is not None:
            self.progress(self.done, self.total)
        self.checkpoint()


def _waiting(came):
    """What has come into a queue by now; waits for a first one, but no longer than POLL_SECONDS."""
    try:
        yield came.get(timeout=POLL_SECONDS)
        while True:
            yield came.get_nowait()
    except queue.Empty:
        pass
