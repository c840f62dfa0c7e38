"""What was looked at before: undo and redo."""
from __future__ import annotations

LONGEST = 200


class History:
    """Whole situations (problem, view, steps); what one gesture does is one entry."""

    def __init__(self):
        self._entries, self._position, self._gesture = [], -1, None

    @property
    def can_undo(self) -> bool:
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        return self._position < len(self._entries) - 1

    def add(self, problem, view, steps, gesture=None) -> None:
        """The situation has become this one, through `gesture` where it is part of one."""
        entry = problem, view, steps
        if self._entries and _same(entry, self._entries[self._position]):
            return
        if gesture is None or gesture != self._gesture or self._position < 1:
            self._entries = [*self._entries[:self._position + 1], entry][-LONGEST:]
            self._position = len(self._entries) - 1
        else:
            self._entries = [*self._entries[:self._position], entry]
        self._gesture = gesture

    def step(self, by):
        """Go back (-1) or forth (1); the situation there, or None."""
        if not 0 <= self._position + by < len(self._entries):
            return None
        self._position += by
        self._gesture = None
        return self._entries[self._position]


def _same(one, other):
    """Whether two situations are the same; a named problem is told by its name and options."""
    problems = one[0], other[0]
    same = problems[0] is problems[1] or (problems[0].name is not None and len(
        {(p.name, str(sorted(p.options.items(), key=str))) for p in problems}) == 1)
    return same and one[1:] == other[1:]
