"""A film that is planned, and a film that is made."""
from __future__ import annotations

import base64
import functools
import html
import json
import os
import pathlib
from dataclasses import dataclass

from .. import deep, rendering
from ..disk import check_free
from ..landscape import atomic
from ..progress import reporter
from ..wording import amount
from ..workers import ClusterError
from . import captioning, stories, writing
from .frames import Frames
from .keyframes import Keyframes
from .search import Search

BYTES_A_PIXEL = {".webp": 1.0, ".mp4": 0.5, "": 3.1}                # of a frame in the film, at most
BYTES_A_FRAME = 200                 # besides
SECONDS_TO_SAVE = 8e-7              # to compress one sample of a keyframe, and to colour it; measured
SECONDS_TO_DRAW = 1.3e-7            # to paint and scale one sample of a keyframe for one frame, and to encode it; measured
SAMPLED = 4                         # keyframes that an estimate looks at
LARGEST_SHOWN = 10_000_000          # bytes of a film that a notebook's file takes in
NARROWEST_PLAYER = 320              # px: where a player's buttons do not hide the film


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
    seconds : float
    note : str
        What is to be known about it, such as why it ends before it should; "" if nothing.
    """

    file: pathlib.Path
    recipe: dict

    frames = property(lambda self: self.recipe["frames"])
    seconds = property(lambda self: self.frames / self.recipe["fps"])
    note = property(lambda self: self.recipe["note"])

    def __repr__(self):
        return f"<Film {self.file}: {self.frames} frames, {self.seconds:.0f} s{self.note and '; ' + self.note}>"

    def _repr_html_(self):
        about, file = html.escape(captioning.about(self.recipe), quote=True), html.escape(os.fspath(self.file))
        if self.file.is_dir():
            return f"<p>{about}: {file}, a folder of {self.frames} pictures</p>"
        size = self.file.stat().st_size
        below = f"<p>{file}, {amount(size)}</p>"
        if size > LARGEST_SHOWN:
            return f"<p>{about}: {file}, {amount(size)}, too large to be kept in a notebook</p>"
        data = base64.b64encode(self.file.read_bytes()).decode()
        if self.file.suffix.lower() == ".mp4":
            return (f'<video controls loop muted aria-label="{about}" style="min-width: {NARROWEST_PLAYER}px" '
                    f'src="data:video/mp4;base64,{data}"></video>{below}')
        return f'<img alt="{about}" src="data:image/webp;base64,{data}">{below}'


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A film that is not made yet; `make` makes it.  Printed, it says what that takes.

    Attributes
    ----------
    file : pathlib.Path
    story : Story
        What it shows.
    keyframes : Keyframes
        Where they are kept, and which are missing.
    recipe : dict
        What the film carries: enough to make it again.
    size : (int, int)
        Columns and rows of a frame.
    search : Search or None
        Where the target comes from, if none was given.
    frames, seconds : int, float
        How long it is.
    disk : int
        Bytes that all keyframes and the film take, at most.
    note : str
        What is to be known about it, such as why it ends before it should; "" if nothing.
    """

    file: pathlib.Path
    story: stories.Story
    keyframes: Keyframes
    recipe: dict
    size: tuple[int, int]
    search: Search | None

    frames = property(lambda self: self.recipe["frames"])
    seconds = property(lambda self: self.frames / self.recipe["fps"])
    disk = property(lambda self: self.keyframes.disk(len(self.keyframes)) + self.film_bytes())
    note = property(lambda self: self.recipe["note"])

    def film_bytes(self) -> int:
        """Bytes of the film itself, at most."""
        each = self.size[0] * self.size[1] * BYTES_A_PIXEL[self.file.suffix.lower()] + BYTES_A_FRAME
        return int(self.frames * each) + len(self._text()) * (1 if self.file.suffix else self.frames)

    def _text(self):
        return json.dumps(self.recipe, ensure_ascii=False)

    def estimate(self, threads=None) -> float:
        """Seconds of work that are left, from a few pixels of a few keyframes."""
        missing = self.keyframes.missing()
        looked_at = sorted({missing[round(i * (len(missing) - 1) / (SAMPLED - 1))] for i in range(SAMPLED)}) if missing else []
        before, point = self.keyframes.before_exact_ones()
        each = [rendering.estimate_of(recipe, threads, point if recipe.view.exact is not None else None)
                for recipe in (self.keyframes.recipes[k] for k in looked_at)]
        computing = before + (sum(each) / len(each) * len(missing) if each else 0.0)
        saving, drawing = len(missing) * SECONDS_TO_SAVE, self.frames * SECONDS_TO_DRAW
        return computing + (saving + drawing) * self.keyframes.samples()

    def __str__(self):
        columns, rows = self.keyframes.recipes[0].size
        done = len(self.keyframes) - len(self.keyframes.missing())
        more = self.keyframes.disk(len(self.keyframes) - done)
        lines = [f"{self.file}: {self.frames} frames of {self.size[0]} x {self.size[1]}, {self.seconds:.0f} s; "
                 f"{len(self.keyframes)} keyframes of {columns} x {rows}" + (f", {done} are there already" if done else ""),
                 f"disk: at most {amount(more)} more in {self.keyframes.folder}, and {amount(self.film_bytes())} for the film"]
        exact = [recipe.view for recipe in self.keyframes.recipes if recipe.view.exact is not None]
        if exact:
            lines.append(f"{len(exact)} keyframes are exact: differences from one run in at least {deep.digits_for(exact[-1])} "
                         "digits")
        return "\n".join(lines + [f"note: {self.note}"] * bool(self.note))

    def __repr__(self):
        return f"<Plan {str(self).splitlines()[0]}>"

    def drawn(self) -> Frames:
        """The frames, from keyframes that are all there."""
        return Frames(self.keyframes, self.story.windows, self.story.moments, self.size, self.recipe["colours"] == "shared",
                      self.recipe["palette"], self.recipe["mode"])

    def make(self, threads=None, executor=None, progress=None, cancel=None) -> Film:
        """Compute the keyframes that are missing and write the film; arguments as in `film`."""
        check_free((self.keyframes.folder, self.keyframes.disk(len(self.keyframes.missing()))),
                   (self.file.parent, max(0, self.film_bytes() - writing.replaced(self.file))))
        if self.search is not None and self.search.new:
            self.search.keep()
        try:
            with reporter(progress, reference="step", keyframes="run", frames="frame") as told:
                self.keyframes.compute(threads, executor, functools.partial(told, "keyframes"), cancel,
                                       functools.partial(told, "reference"))
                writing.write(self.file, self.drawn(), self.frames, self.recipe["fps"], self._text(),
                              codec=self.recipe["codec"], progress=functools.partial(told, "frames"), cancel=cancel)
        except KeyboardInterrupt:
            kept = len(self.keyframes) - len(self.keyframes.missing())
            raise KeyboardInterrupt(f"{kept} of {len(self.keyframes)} keyframes are kept in {self.keyframes.folder}: "
                                    "do the same again to go on") from None
        except ClusterError as error:
            error.kept(f"Finished keyframes are kept in {self.keyframes.folder}")
            raise
        with atomic(beside(self.file)) as file:
            file.write((json.dumps(self.recipe, ensure_ascii=False, indent=1) + "\n").encode())
        return Film(self.file, self.recipe)


def beside(file) -> pathlib.Path:
    """Where the recipe of a film is, beside it."""
    return file.with_name(file.name + ".json")
