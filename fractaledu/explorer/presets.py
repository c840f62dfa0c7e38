"""Named situations that an explorer offers: the bookmarks of its system, or a teacher's own."""
from __future__ import annotations

from collections.abc import Mapping

from ..catalogue import Bookmark, bookmarks
from ..networks import CONDITIONS
from ..problems import Problem
from ..recipes import Recipe

WHOLE = "the whole map", "Everything at once; from here to anywhere."
TRAINING = "too timid", "sweet spot", "edge of stability", "catapult", "gone", "saturated"


def presets_of(problem: Problem) -> list[Bookmark]:
    """Those that an explorer of this problem offers; one of the paper's networks also those of its relatives."""
    name = problem.name
    if name is None:
        return []
    found = {bookmark.name: bookmark for bookmark in bookmarks(name)}
    if name.startswith("paper-"):
        for condition in CONDITIONS:
            for bookmark in bookmarks(f"paper-{condition}"):
                if bookmark.name.endswith(f"window: {condition}") or (condition == "tanh" and bookmark.name in TRAINING):
                    found.setdefault(bookmark.name, bookmark)
    return list(found.values())


def own_presets(presets: Mapping[str, tuple[str, str]]) -> list[Bookmark]:
    """A teacher's presets, name -> (why, state); ValueError names the one that cannot be read."""
    found = []
    for name, given in presets.items():
        try:
            why, state = given
            Recipe.from_text(state)
        except (TypeError, ValueError) as error:
            raise ValueError(f"presets must map a name to (sentence, state), got {name!r}: {error}") from None
        found.append(Bookmark(str(name), str(why), state))
    return found
