"""The run that all exact keyframes of a film are differences from: found once, at its end, and kept with the keyframes."""
from __future__ import annotations

import json

import numpy as np

from .._version import __version__
from ..decimals import decimal
from ..landscape import atomic
from ..recipes import Recipe
from ..rendering import render_of

NAME = "reference.json"
LOOK = 17                           # runs along the longer side of the picture in which a run that settles is looked for


class Reference:
    """The point of that run.

    It is inside every window of the film, because it is inside the last one.

    Parameters
    ----------
    folder : pathlib.Path
        Of the keyframes, where a point may be from an earlier call.
    last : Recipe
        The last keyframe; its view is exact.
    """

    def __init__(self, folder, last):
        self.file, self.last = folder / NAME, last
        self.question = {"picture": Recipe(last.problem, last.problem.view, (1, 1), last.steps).to_text(),
                         "fractaledu": __version__}
        self.point = self._kept()

    def _kept(self):
        """A point from before, if it answers this question and the last window holds it: that of a deeper film does."""
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            x, y = (decimal("reference", text) for text in kept.pop("reference"))
            if kept.keys() != self.question.keys():
                raise ValueError("another kind of question")
            inside = kept == self.question and all(0 <= f <= 1 for f in self.last.view.fraction(x, y))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise ValueError(f"folder must be free or a film's, but {self.file} is no reference of a film: choose another "
                             "folder or delete this file") from error
        return (x, y) if inside else None

    def find(self, threads, progress, cancel) -> None:
        """Find it where there is none yet, and write it down; progress(done, total) in steps of reference runs."""
        if self.point is not None:
            return
        view, (columns, rows) = self.last.view, self.last.size
        size = tuple(max(1, round(LOOK * n / max(columns, rows))) for n in (columns, rows))
        land = render_of(Recipe(self.last.problem, view, size, self.last.steps, precision="exact"), threads, cancel=cancel,
                         reference_progress=progress)
        self.point = _settled(land) or view.centre
        self.file.parent.mkdir(exist_ok=True)
        with atomic(self.file) as file:
            file.write(json.dumps(self.question | {"reference": [*map(str, self.point)]}).encode())


def _settled(land):
    """The converged run nearest to the middle, or None."""
    (columns, rows), (row, column) = land.size, np.nonzero(land.verdict == -1)
    if not len(row):
        return None
    u, v = (column + 0.5) / columns, (row + 0.5) / rows
    nearest = np.argmin((u - 0.5) ** 2 + (v - 0.5) ** 2)
    return land.view.point(float(u[nearest]), float(v[nearest]))
