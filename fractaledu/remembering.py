"""An engine that takes from a memory what is known of its picture, and leaves there what it computed."""
from __future__ import annotations

import contextlib
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np

from . import deep
from .cancelled import Cancelled
from .engine import POLL_SECONDS, Engine
from .fingerprints import name_of
from .kernel import blank

_LATER = deep.Lanes(None, None, None, None)          # a picture that is known needs no lanes, and no reference run


class Remembering(Engine):
    """An Engine with a memory, or an ordinary one where that is None.

    Who asks for a picture that somebody else is computing shares its pixels, and waits for each pass instead of computing it.
    `using`, `point`, `near` and `reference_progress` as in Engine and `deep.find`.
    """

    def __init__(self, recipe, threads=None, executor=None, progress=None, cancel=None, memory=None, using=None, point=None,
                 near=False, reference_progress=None):
        here = executor is None or isinstance(executor, ThreadPoolExecutor | ProcessPoolExecutor)   # others may round otherwise
        name = name_of(recipe, point) if memory is not None and using is None and here else None
        how = {"point": point, "near": near, "reference_progress": reference_progress}
        self._memory, self._work = memory, None
        super().__init__(recipe, threads, executor, progress, cancel, using if name is None else _LATER, **how)
        if name is not None:
            self._begin(name, name_of(recipe, point, near) if near else name, how)

    def _begin(self, own, name, how):
        """Take what is known; `own` is the name of the picture whose reference run is where it finds one by itself."""
        recipe, cancel, self._own = self.recipe, self.cancel, own
        work = self._memory.begin(own, self.pixels, recipe)
        if name != own and not work.complete:
            self._memory.end(work)
            work = self._memory.begin(name, blank(self.total), recipe)        # somebody may have joined the other
        self._work = work
        try:
            if work.complete:
                self.reference = SimpleNamespace(digits=work.digits) if work.digits else None
            else:
                with self._turn():
                    if work.lanes is None:
                        began = time.perf_counter()
                        work.lanes = (deep.lanes(recipe, cancel=cancel, **how) if work.reference is None else
                                      deep.following(recipe, work.reference))
                        work.seconds += time.perf_counter() - began
                self.system, self.x, self.y, self.reference = work.lanes
                if self.reference is not None:
                    work.digits = self.reference.digits
                    if how["near"]:
                        work.reference = self.reference
        except BaseException:
            self._memory.end(work)
            raise
        self.pixels = work.pixels
        self.done = int(work.known().sum())

    def __exit__(self, *exception):
        super().__exit__(*exception)
        work, recipe = self._work, self.recipe
        if work is not None:
            if work.complete and deep.is_own(recipe.problem, recipe.view, recipe.size, recipe.steps, work.reference):
                work.name = self._own
            self._memory.end(work)

    def finest(self, coarsest) -> int:
        """The smallest stride, from `coarsest` down to 1, of which all pixels are known; `coarsest` where none is."""
        columns, rows = self.recipe.size
        known, strides = ~np.isnan(self.pixels["value"].reshape(rows, columns)), [2 ** k for k in range(coarsest.bit_length())]
        return next((k for k in strides if known[::k, ::k].all()), coarsest)

    def put(self, pixels):
        """Enter pixels of an earlier process.  Which machine made them is not known: they go to no memory."""
        if self._work is not None:
            self._memory.end(self._work)
            self._work, self.pixels = None, self.pixels.copy()
        new = np.isnan(self.pixels["value"])
        self.pixels[new] = pixels[new]

    def fill(self, todo):
        if self._work is None:
            super().fill(todo)
            return
        with self._turn():
            known = self._work.known()                  # somebody else may have been faster
            self.done, todo = int(known.sum()), todo[~known[todo]]
            if not len(todo):
                if self.progress is not None:
                    self.progress(self.done, self.total)
                return
            began = time.perf_counter()
            try:
                super().fill(todo)
            finally:
                self._work.seconds += time.perf_counter() - began

    @contextlib.contextmanager
    def _turn(self):
        """Wait for whoever fills the same pixels; a cancel is heard."""
        lock = self._work.lock
        while True:
            if self.cancel is not None and self.cancel.is_set():
                raise Cancelled(self.done, self.total)
            if lock.acquire(timeout=POLL_SECONDS):
                break
        try:
            yield
        finally:
            lock.release()
