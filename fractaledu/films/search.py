"""The target of a film for which none is given: looked for once, and kept with the keyframes."""
from __future__ import annotations

import json
from decimal import Decimal

from .. import decimals
from .._version import __version__
from ..arguments import real
from ..landscape import atomic
from ..recipes import Recipe
from ..targets import border_target

NAME = "target.json"


class Search:
    """A border point for a film, and the question that it answers.

    Parameters are those of `border_target`, and the folder of the keyframes, where an answer may be from an earlier call.
    """

    def __init__(self, folder, problem, view, decades, steps, seed, threads, progress, cancel, precision="auto"):
        self.file = folder / NAME
        self.question = {"picture": Recipe(problem, view, (1, 1), steps, precision=precision).to_text(), "decades": decades,
                         "seed": seed, "fractaledu": __version__}
        kept = self._kept()
        self.new = kept is None
        self.target = kept or border_target(problem, view, decades, steps, seed=seed, threads=threads, progress=progress,
                                            cancel=cancel, precision=precision)

    def _kept(self):
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            x, y = map(read_number, kept.pop("target"))
            if kept.keys() != self.question.keys():
                raise ValueError("another kind of question")
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise ValueError(f"folder must be free or a film's, but {self.file} is no target of a film: choose another folder "
                             "or delete this file") from error
        return (x, y) if kept == self.question else None

    def keep(self) -> None:
        """Write the answer down."""
        self.file.parent.mkdir(exist_ok=True)
        with atomic(self.file) as file:
            file.write(json.dumps(self.question | {"target": [*map(number_text, self.target)]}).encode())


def number_text(value) -> float | str:
    """A coordinate for JSON: a Decimal as text, which keeps all its digits."""
    return str(value) if isinstance(value, Decimal) else value


def read_number(value) -> float | Decimal:
    """The inverse of `number_text`; ValueError unless it is finite."""
    return decimals.decimal("target", value) if isinstance(value, str) else real("target", value)
