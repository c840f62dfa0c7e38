"""The target of a film for which none is given: looked for once, and kept with the keyframes."""
from __future__ import annotations

import json

from .._version import __version__
from ..landscape import atomic
from ..recipes import Recipe
from ..targets import border_target

NAME = "target.json"


class Search:
    """A border point for a film, and the question that it answers.

    Parameters are those of `border_target`, and the folder of the keyframes, where an answer may be from an earlier call.
    """

    def __init__(self, folder, problem, view, decades, steps, seed, threads, progress, cancel):
        self.file = folder / NAME
        self.question = {"picture": Recipe(problem, view, (1, 1), steps).to_text(), "decades": decades, "seed": seed,
                         "fractaledu": __version__}
        self.target = self._kept() or border_target(problem, view, decades, steps, seed=seed, threads=threads,
                                                    progress=progress, cancel=cancel)

    def _kept(self):
        try:
            kept = json.loads(self.file.read_text())
            x, y = kept.pop("target")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):      # none, or not ours: look again
            return None
        return (float(x), float(y)) if kept == self.question else None

    def keep(self) -> None:
        """Write the answer down."""
        self.file.parent.mkdir(exist_ok=True)
        with atomic(self.file) as file:
            file.write(json.dumps(self.question | {"target": self.target}).encode())
