"""What can go wrong with workers that are not threads of our own."""
from __future__ import annotations

from ..outside import warn_outside


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
    warn_outside(message, ClusterWarning)
