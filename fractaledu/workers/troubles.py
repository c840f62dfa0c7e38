"""What can go wrong with workers that are not threads of our own."""
from __future__ import annotations

import sys
import warnings


class ClusterError(RuntimeError):
    """The workers of an executor are lost, or cannot compute this picture.

    What was finished is kept wherever the call keeps it: FILE.part, keyframes, tiles.  The same call goes on from there, with
    other workers too.
    """

    def kept(self, what) -> None:
        """Say, below the message, what is kept where."""
        self.__notes__ = [f"{what}: the same call goes on from there, with other workers too."]


class ClusterWarning(UserWarning):
    """The workers of an executor are of another kind than this machine, or there are none yet."""


def warn(message):
    """ClusterWarning, for the line outside of this package that it is about."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __name__.partition(".")[0]:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, ClusterWarning, stacklevel=level)
