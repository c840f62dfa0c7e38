"""A film that is planned, and a film that is made."""
from __future__ import annotations

import base64
import functools
import html
import json
import os
import pathlib
from dataclasses import dataclass

from .. import rendering
from ..disk import check_free
from ..landscape import atomic
from ..wording import amount
from . import stories, writing
from .frames import Frames
from .keyframes import Keyframes
from .search import Search

BYTES_A_PIXEL = {".webp": 1.0, ".mp4": 1.0, "": 3.1}                # of a frame in the film, at most
SECONDS_TO_SAVE = 8e-7              # to compress one sample of a keyframe, and to colour it; measured
SECONDS_TO_DRAW = 1.3e-7            # to paint and scale one sample of a keyframe for one frame, and to encode it; measured
SAMPLED = 4                         # keyframes that an estimate looks at


@dataclass(frozen=True, eq=False)
class Film:
    """A film in a file; a notebook shows it.

    Attributes
    ----------
    file : pathlib.Path
        The film; a folder where it is made of PNGs.
    recipe : dict
        What it carries: enough to make it again with `film_again`.
    frames : int
    note : str
        Why it stops before its end, if it does.
    """

    file: pathlib.Path
    recipe: dict
    frames: int
    note: str

    def __repr__(self):
        seconds = self.frames / self.recipe["fps"]
        return f"<Film {self.file}: {self.frames} frames, {seconds:.0f} s{self.note and '; ' + self.note}>"

    def _repr_html_(self):
        if self.file.is_dir():
            return f"{self.frames} frames in {html.escape(os.fspath(self.file))}"
        data = base64.b64encode(self.file.read_bytes()).decode()
        about = html.escape(f"film: {self.recipe['picture']}", quote=True)
        if self.file.suffix == ".mp4":
            return f'<video controls loop muted aria-label="{about}" src="data:video/mp4;base64,{data}"></video>'
        return f'<img alt="{about}" src="data:image/webp;base64,{data}">'


@dataclass(frozen=True, eq=False)
class Plan:
    """A film that is not made yet; `make` makes it.  str() says what that takes.

    Attributes
    ----------
    file : pathlib.Path
    story : Story
        What it shows.
    keyframes : Keyframes
        Where they are kept, and which are missing.
    recipe : dict
        What the film carries: enough to make it again.
    frames, seconds : int, float
        How long it is.
    disk : int
        Bytes that all keyframes and the film take, at most.
    note : str
        Why it ends before it should, if it does.
    """

    file: pathlib.Path
    story: stories.Story
    keyframes: Keyframes
    recipe: dict
    size: tuple[int, int]
    codec: str | None
    search: Search | None

    frames = property(lambda self: len(self.story.moments))
    seconds = property(lambda self: self.frames / self.recipe["fps"])

    disk = property(lambda self: self.keyframes.disk(len(self.keyframes)) + self._film_bytes())
    note = property(lambda self: self.story.note)

    def _film_bytes(self):
        return int(self.frames * self.size[0] * self.size[1] * BYTES_A_PIXEL[self.file.suffix])

    def estimate(self, threads=None) -> float:
        """Seconds of work that are left, from a few pixels of a few keyframes."""
        missing = self.keyframes.missing()
        looked_at = sorted({missing[round(i * (len(missing) - 1) / (SAMPLED - 1))] for i in range(SAMPLED)}) if missing else []
        each = [rendering.estimate(r.problem, r.view, r.size, r.steps, threads=threads)
                for r in (self.keyframes.recipes[k] for k in looked_at)]
        computing = sum(each) / len(each) * len(missing) if each else 0.0
        saving, drawing = len(missing) * SECONDS_TO_SAVE, self.frames * SECONDS_TO_DRAW
        return computing + (saving + drawing) * self.keyframes.samples()

    def __str__(self):
        columns, rows = self.keyframes.recipes[0].size
        done = len(self.keyframes) - len(self.keyframes.missing())
        lines = [f"{self.file}: {self.frames} frames of {self.size[0]} x {self.size[1]}, {self.seconds:.0f} s; "
                 f"{len(self.keyframes)} keyframes of {columns} x {rows}" + (f", {done} are there already" if done else ""),
                 f"disk: at most {amount(self.keyframes.disk(len(self.keyframes)))} in {self.keyframes.folder} and "
                 f"{amount(self._film_bytes())} for the film"]
        return "\n".join(lines + [f"note: {self.note}"] * bool(self.note))

    def make(self, threads=None, executor=None, progress=None, cancel=None) -> Film:
        """Compute the keyframes that are missing and write the film; arguments as in `film`."""
        check_free((self.keyframes.folder, self.keyframes.disk(len(self.keyframes.missing()))),
                   (self.file.parent, self._film_bytes()))

        def told(stage):
            return None if progress is None else functools.partial(progress, stage)

        if self.search is not None:
            self.search.keep()
        self.keyframes.compute(threads, executor, told("keyframes"), cancel)
        frames = Frames(self.keyframes, self.story.windows, self.story.moments, self.size,
                        self.recipe["colours"] == "shared", self.recipe["palette"], self.recipe["mode"])
        writing.write(self.file, frames, self.frames, self.recipe["fps"], json.dumps(self.recipe, ensure_ascii=False),
                      codec=self.codec, progress=told("frames"), cancel=cancel)
        with atomic(beside(self.file)) as file:
            file.write((json.dumps(self.recipe, ensure_ascii=False, indent=1) + "\n").encode())
        return Film(self.file, self.recipe, self.frames, self.note)


def beside(file) -> pathlib.Path:
    """Where the recipe of a film is, beside it."""
    return file.with_name(file.name + ".json")
