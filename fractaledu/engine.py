"""Fills the pixels of one picture, tile by tile, in threads or any executor, with progress and cancel.

Tiles are pure functions of the positions of their pixels, and no value depends on the tiling, so that any number of
threads gives the same bits.
"""
from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numpy as np

from .arguments import check_threads
from .cancelled import Cancelled
from .deep import lanes
from .kernel import LANES, blank, sweep
from .landscape import Landscape
from .processors import available_threads

TILE_SECONDS = 0.05                 # a cancel waits for at most about this
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
        threads = check_threads(threads)
        for name, value, method in (("executor", executor, "submit"), ("cancel", cancel, "is_set")):
            if value is not None and not hasattr(value, method):
                raise TypeError(f"{name} must have a method {method}, got {type(value).__name__}")
        self.recipe, self.progress, self.cancel = recipe, progress, cancel
        self.workers = threads or getattr(executor, "_max_workers", None) or available_threads()
        self.executor, self.own = executor, executor is None
        self.stop = np.zeros(1, bool)           # tells our own threads to leave their tile
        self.system, self.x, self.y, self.reference = using or lanes(recipe, cancel=cancel, **reference)
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

    def grid(self):
        """The pixels so far, (rows, columns) of kernel.PIXEL, not copied; value NaN: not computed yet."""
        return self.pixels.reshape(self.recipe.size[::-1])

    def landscape(self, stride=1, guess=None):
        """The pixels so far, not copied: fill no more after the last stride.  With those of a Guess: a copy."""
        columns, rows = self.recipe.size
        pixels, guessed = self.grid(), None
        if guess is not None and guess.left.any():
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
        return left and (np.inf if self.cost is None else self.cost * left / self.workers)

    def sample(self, flat, steps):
        """Seconds that these pixels take one thread; in the pool, so that Ctrl-C is heard."""
        column, row = self.place(flat)
        return self.executor.submit(_tile, self.system, self.x[column], self.y[row], steps, self.stop).result()[1]

    def fill(self, todo):
        """Compute the pixels with these flat numbers."""
        system, steps = self.system, self.recipe.steps
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
