"""The keyframes of a film: landscapes in a folder, each saved whole when it is finished, never changed afterwards."""
from __future__ import annotations

import contextlib
import math
import pathlib
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np

from .. import deep
from .._version import __version__
from ..cancelled import Cancelled
from ..kernel import PIXEL
from ..landscape import Landscape
from ..memory import asked, shared
from ..rendering import part_of, render_of
from .reference import Reference

POOLED = 2 ** 20                    # pixels, at most, that a shared colour reference is made of
WHERE = "x", "y", "centre", "half"  # the keys of a recipe that say so


class Keyframes:
    """The pictures that a film shows, in their order.

    Parameters
    ----------
    recipes : sequence of Recipe
        What each shows; all of one size.
    folder : pathlib.Path
        Where they are kept, as 0000.npz, 0001.npz, …
    """

    def __init__(self, recipes, folder):
        self.recipes, self.folder = recipes, folder

    def __len__(self):
        return len(self.recipes)

    def file(self, k) -> pathlib.Path:
        return self.folder / f"{k:04}.npz"

    def missing(self) -> list[int]:
        """The numbers of those that are not kept yet."""
        return [k for k in range(len(self)) if not self.file(k).exists()]

    def samples(self) -> int:
        """Pixels of one keyframe."""
        columns, rows = self.recipes[0].size
        return columns * rows

    def disk(self, count) -> int:
        """Bytes that so many of them take, at most."""
        problem = self.recipes[0].problem
        own = sum(getattr(part, "nbytes", 0) for part in problem.system) if problem.name is None else 0       # kept in each
        return int(count * (self.samples() * PIXEL.itemsize * 1.01 + own + 10_000))

    def load(self, k) -> Landscape:
        """Keyframe k; ValueError if its file is damaged or belongs to another film."""
        return self._read(self.file(k), k)

    def check(self) -> None:
        """ValueError unless all that is in the folder already, an unfinished keyframe too, belongs to this film."""
        for k in range(len(self)):
            file = self.file(k) if self.file(k).exists() else part_of(self.file(k))
            with contextlib.suppress(FileNotFoundError):
                self._read(file, k)

    def _read(self, file, k):
        try:
            land = Landscape.load(file)
            if file == self.file(k) and np.isnan(land.value).any():
                raise ValueError("it is not finished")
        except ValueError as error:
            raise ValueError(f"folder must hold whole keyframes, but {file} is none, or damaged: if it was one, delete this "
                             "file, and the same call computes it again, the others are kept; else choose another folder"
                             ) from error
        found, wanted = ({"version": version} | dict(parse_qsl(text.partition("?")[2])) for version, text in
                         ((land.version, land.recipe), (__version__, self.recipes[k].to_text())))
        if found != wanted:
            raise ValueError(f"folder must be free or hold keyframes of this film, but {file} is of another "
                             f"({_differences(found, wanted)}): choose another file or folder, or delete {self.folder}")
        return land

    def reference(self) -> Reference | None:
        """The reference of those that are exact; None if none is missing, or the numbers of the system change."""
        exact = [k for k in self.missing() if self.recipes[k].view.exact is not None]
        one_system = all(recipe.problem is self.recipes[-1].problem and recipe.steps == self.recipes[-1].steps
                         for recipe in self.recipes)
        return Reference(self.folder, self.recipes[-1]) if exact and one_system else None

    def before_exact_ones(self) -> tuple[float, tuple | None]:
        """Seconds that reference runs take, before the keyframes that are missing, and a point near which they are."""
        views = [self.recipes[k].view for k in self.missing() if self.recipes[k].view.exact is not None]
        reference, last = self.reference(), self.recipes[-1]
        if reference is None:
            return 0.0, None
        runs = len({deep.digits_for(view) for view in views}) + (reference.point is None)
        return runs * deep.reference_seconds(last.problem, last.view, last.steps), reference.point or last.view.centre

    def compute(self, threads=None, executor=None, progress=lambda done, total: None, cancel=None, told_reference=None) -> None:
        """Compute those that are missing, the first first.

        progress(done, total) counts the pixels of all, told_reference(done, total) steps of reference runs.
        """
        self.folder.mkdir(exist_ok=True)
        each, total = self.samples(), self.samples() * len(self)
        missing, reference = self.missing(), self.reference()
        if reference is not None:
            reference.find(threads if executor is None else None, told_reference, cancel)      # here
        for k in set(range(len(self))) - set(missing):
            part_of(self.file(k)).unlink(missing_ok=True)           # of a call that was killed between the two
        for count, k in enumerate(missing, len(self) - len(missing)):
            def told(done, _, before=count * each):
                progress(before + done, total)
            if self.file(k).exists():           # another process was faster
                continue
            try:
                point = reference.point if reference and self.recipes[k].view.exact is not None else None
                render_of(self.recipes[k], threads, executor, told, cancel, self.file(k), reference=point,
                          reference_progress=told_reference, memory=self._memory(k, point))
            except Cancelled as stop:
                raise Cancelled(count * each + stop.done, total) from None

    def _memory(self, k, point):
        """What may be known of keyframe k.  It is kept here, so that it need not push out of the memory what people look at."""
        return asked() or (shared() if shared().left(self.recipes[k], point) < 1.0 else None)

    def pooled(self) -> Landscape:
        """A colour reference for the whole film: every n-th row and column of every keyframe."""
        step = math.ceil(math.sqrt(max(1.0, self.samples() * len(self) / POOLED)))
        first, pixels = self.load(0), [self.load(k).pixels[::step, ::step].ravel() for k in range(len(self))]
        return replace(first, size=(sum(map(len, pixels)), 1), pixels=np.concatenate(pixels)[None], recipe=first.recipe)


def _differences(found, wanted):
    """What two recipes do not share, in words."""
    keys = [key for key in wanted | found if found.get(key) != wanted.get(key)]
    said = [f"{key} {found.get(key)}, not {wanted.get(key)}" for key in keys if key not in WHERE]
    if any(key in WHERE for key in keys):
        said.append("another window: another target, or other decades where none is given")
    return "; ".join(said)
