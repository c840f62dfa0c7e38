"""The keyframes of a film: landscapes in a folder, each saved whole when it is finished, never changed afterwards."""
from __future__ import annotations

import pathlib
from dataclasses import replace

import numpy as np

from .._version import __version__
from ..kernel import PIXEL
from ..landscape import Landscape
from ..rendering import part_of, render

POOLED = 2 ** 20                    # pixels, at most, that a shared colour reference is made of


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
        return int(count * (self.samples() * PIXEL.itemsize * 1.01 + 10_000))

    def load(self, k) -> Landscape:
        """Keyframe k; ValueError if its file is damaged or belongs to another film."""
        return self._read(self.file(k), k)

    def check(self) -> None:
        """ValueError unless all that is in the folder already, an unfinished keyframe too, belongs to this film."""
        for k in range(len(self)):
            for file in (self.file(k), part_of(self.file(k))):
                if file.exists():
                    self._read(file, k)

    def _read(self, file, k):
        try:
            land = Landscape.load(file)
        except ValueError as error:
            raise ValueError(f"folder must hold whole keyframes, but {file} is damaged: delete this file, and the same call "
                             "computes it again; the others are kept") from error
        wanted = self.recipes[k].to_text()
        if land.recipe != wanted or land.version != __version__:
            raise ValueError(f"folder must be free or hold keyframes of this film, but {file} holds {land.recipe} of "
                             f"fractaledu {land.version}, not {wanted} of {__version__}: choose another folder or delete it")
        return land

    def compute(self, threads=None, executor=None, progress=None, cancel=None) -> None:
        """Compute those that are missing, the first first; progress(done, total) counts the pixels of all."""
        self.folder.mkdir(exist_ok=True)
        each, total = self.samples(), self.samples() * len(self)
        missing = self.missing()
        for count, k in enumerate(missing, len(self) - len(missing)):
            recipe, told = self.recipes[k], None
            if progress is not None:
                def told(done, _, before=count * each):
                    progress(before + done, total)
            render(recipe.problem, recipe.view, recipe.size, recipe.steps, threads=threads, executor=executor, progress=told,
                   cancel=cancel, file=self.file(k))

    def pooled(self) -> Landscape:
        """A colour reference for the whole film: every n-th pixel of every keyframe."""
        stride = max(1, -(-self.samples() * len(self) // POOLED))
        pixels = np.concatenate([self.load(k).pixels.reshape(-1)[::stride] for k in range(len(self))])
        first = self.load(0)
        return replace(first, size=(len(pixels), 1), pixels=pixels[None], recipe=first.recipe)
