"""The pictures of an explorer: computed in the background, or remembered, coloured and sent."""
from __future__ import annotations

import functools
import math
import time
from typing import NamedTuple

from .. import deep
from ..landscape import Landscape
from ..memory import shared
from ..processors import available_threads
from ..recipes import Recipe
from ..rendering import refine
from .frames import encoded
from .outbox import Outbox
from .worker import Worker

FIRST_FRAME = 0.06                  # seconds that the coarsest pass may take
GUESS_FROM = 1.0                    # seconds of computing from which a guess is worth its while
QUIET = 0.06, 1.0                   # seconds of rest before the PNG is sent, on a quick and on a slow link


class Shown(NamedTuple):
    """A landscape on the screen, and the question (a number) and view that it answers."""

    land: Landscape
    question: int
    view_id: str


class Pictures:
    """Computes the picture that an explorer asks for, newest wins; `shown` is what there is of it."""

    def __init__(self, explorer, failed):
        self._explorer = explorer
        self._worker = Worker(self._draw, failed)
        self.wait, self.close = self._worker.wait, self._worker.close
        self.outbox = Outbox(lambda content, data: explorer.send(content, [data]))
        self.shown: Shown | None = None
        self.waits_for_reference = False        # whether a picture is asked for of which there is no pass yet
        self._pixel_seconds: dict[tuple, float] = {}                # by what costs about the same
        # One processor stays free for the browser and the kernel's own messages, where there is more than one.
        self.threads = max(1, available_threads() - 1)

    def ask(self, recipe, question, view_id) -> None:
        """Compute this picture from now on."""
        self.waits_for_reference = True
        self._worker.request((recipe, question, view_id))

    def stop(self) -> None:
        """Stop computing."""
        self._worker.stop()
        self.waits_for_reference = False

    def none(self) -> None:
        """Show no picture: there is none at the float floor."""
        self._worker.stop()
        self.shown, self.waits_for_reference = None, False

    def again(self) -> None:
        """Send what is shown once more, in the present colours."""
        if self.shown is not None:
            self._offer(self.shown, final=self.shown.land.complete)

    def _draw(self, job, cancel):
        recipe, question, view_id = job
        explorer, told = self._explorer, None

        def tell(what, done, total):
            nonlocal told
            if (what, int(50 * done / total)) != told and explorer._clients and not cancel.is_set():
                told = what, int(50 * done / total)
                explorer.send({"kind": "progress", "share": done / total, "what": what})
        recipe = Recipe(recipe.problem, recipe.view, recipe.size, recipe.steps, precision=recipe.precision)
        memory = shared()
        left = memory.left(recipe, near=True) * math.prod(recipe.size)
        passes = refine(recipe, self._coarsest(recipe), self.threads, progress=functools.partial(tell, ""), cancel=cancel,
                        reference_progress=functools.partial(tell, "reference run"), near=True, memory=memory,
                        guess_from=GUESS_FROM if explorer.guess else None)
        seconds, first, began = 0.0, True, time.perf_counter()
        for land in passes:
            self.waits_for_reference = False
            seconds += time.perf_counter() - began
            if left and land.complete:
                self._pixel_seconds[cost_key(recipe)] = seconds / left
            if not self._show(Shown(land, question, view_id), cancel, first):
                return
            first, began = False, time.perf_counter()
        explorer._finished(cancel)

    def _coarsest(self, recipe):
        """The finest first pass that takes no longer than FIRST_FRAME, as far as is known."""
        cost = self._pixel_seconds.get(cost_key(recipe), 1e-3)
        pixels = math.prod(recipe.size)
        return next((k for k in (8, 16) if pixels / k ** 2 * cost < FIRST_FRAME), 32)

    def _show(self, shown, cancel, first):
        """Put a pass on the screen; False if it is stale.  The heavy PNG of the last one waits for a moment of rest."""
        with self._explorer._lock:
            if cancel.is_set():
                return False
            self.shown = shown
        final = shown.land.complete
        if not self._explorer._clients:
            return True
        if not final or first or self.outbox.slow:
            self._offer(shown, final=False)
        if final:
            cancel.wait(QUIET[self.outbox.slow])
            if cancel.is_set():
                return False
            self._offer(shown, final=True)
        return True

    def _offer(self, shown, final):
        explorer = self._explorer
        if not explorer._clients:
            return
        with explorer._lock:
            palette, mode, version = explorer.palette, explorer.mode, f"{shown.question}.{explorer._look}"

        def make():
            content, data = encoded(shown.land, palette, mode, final)
            return content | {"kind": "frame", "view": shown.view_id, "version": version}, data
        self.outbox.offer(make)


def cost_key(recipe):
    """What runs of about the same cost have in common."""
    problem = recipe.problem
    how = deep.chosen(problem, recipe.view, recipe.size, recipe.precision)
    return problem.title if problem.watched.relative else type(problem.system), recipe.steps, how
