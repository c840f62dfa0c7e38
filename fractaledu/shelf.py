"""A folder of pictures that were seen, for the next process: bounded, checked when read, never in anybody's way.

Several processes and people may share it.  Nothing in it is trusted or needed: a file that is not what it should be is no file,
and one that cannot be written is not written.
"""
from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import secrets
import stat
import time
import zlib

import numpy as np

from .kernel import PIXEL
from .outside import warn_outside
from .wording import amount

FORMAT = 1
LONGEST_HEADER = 1000               # bytes of the line of JSON in front of the pixels
LEFT_BEHIND = 3600.0                # seconds after which a *.tmp is of a process that was killed
_OURS = re.compile(r"[0-9a-f]{64}\.picture")
_TEMPORARY = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{8}\.tmp")
# No link is followed and no pipe waited for: somebody else may have put it there.
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Shelf:
    """Finished pictures in a folder, by name.

    Parameters
    ----------
    folder : pathlib.Path
        Made when first written to.
    limit : int
        Bytes of all files together; those that were not used for longest go.
    """

    def __init__(self, folder, limit):
        self.folder, self.limit, self._warned = folder, limit, False

    def read(self, name, count, most) -> tuple[np.ndarray, int] | None:
        """The `count` pixels of a picture, of at most so many attractors, and the digits of its reference run.

        None where there is no whole file of it; a damaged one is deleted.
        """
        path = self._path(name)
        try:
            with open(path, "rb", opener=lambda path, _: os.open(path, _READING)) as file:
                found = _unpacked(file, name, count, most)
        except OSError:                         # none there, not to be read, or a link
            return None
        except (ValueError, RecursionError):
            _unlink(path)
            return None
        with contextlib.suppress(OSError):      # somebody else's keeps its time
            os.utime(path)                      # used now
        return found

    def holds(self, name) -> bool:
        """Whether there seems to be a file of it."""
        return self._path(name).exists()

    def write(self, name, pixels, digits) -> None:
        """Put a finished picture there; if that cannot be, say so once."""
        path = self._path(name)
        temporary = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        data = pixels.tobytes()
        header = json.dumps({"fractaledu picture": FORMAT, "name": name, "digits": digits, "crc32": zlib.crc32(data)})
        if len(data) > self.limit or path.exists():             # too large, or another process was faster
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with open(temporary, "xb") as file:             # no fsync: what a crash leaves half is not read
                    file.write(header.encode() + b"\n" + data)
                os.replace(temporary, path)
            except BaseException:
                _unlink(temporary)
                raise
            self._tidy()
        except OSError as error:
            if not self._warned:
                self._warned = True
                warn_outside(f"pictures cannot be kept in {self.folder} ({error.strerror or error}): other processes "
                             "compute them again", RuntimeWarning)

    def clear(self) -> None:
        """Delete all pictures; other files stay."""
        for _, _, path in self._files():
            _unlink(path)

    def used(self) -> tuple[int, int]:
        """How many pictures there are, and their bytes."""
        sizes = [size for _, size, _ in self._files()]
        return len(sizes), sum(sizes)

    def __str__(self):
        count, size = self.used()
        return f"{count} picture{'s' * (count != 1)}, {amount(size)} of {amount(self.limit)}, in {self.folder}"

    def _path(self, name):
        return self.folder / f"{name}.picture"

    def _files(self):
        """(when it was used last, bytes, path) of each picture; what was left behind by killed processes is deleted."""
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):              # another process deleted it
                    about = entry.stat(follow_symlinks=False)
                    if _OURS.fullmatch(entry.name):
                        yield about.st_mtime, about.st_size, pathlib.Path(entry.path)
                    elif _TEMPORARY.fullmatch(entry.name) and about.st_mtime < time.time() - LEFT_BEHIND:
                        _unlink(entry.path)

    def _tidy(self):
        files = sorted(self._files())
        excess = sum(size for _, size, _ in files) - self.limit
        for _, size, path in files:
            if excess <= 0:
                break
            _unlink(path)
            excess -= size


def _unpacked(file, name, count, most):
    """Pixels and digits; ValueError unless the file is whole and holds the picture of that name."""
    about = os.fstat(file.fileno())
    if not stat.S_ISREG(about.st_mode) or about.st_size > LONGEST_HEADER + count * PIXEL.itemsize:
        raise ValueError("no file, or too large")
    line, _, data = file.read().partition(b"\n")
    header = json.loads(line[:LONGEST_HEADER])
    if not isinstance(header, dict) or len(data) != count * PIXEL.itemsize or header != {
            "fractaledu picture": FORMAT, "name": name, "digits": header.get("digits"), "crc32": zlib.crc32(data)}:
        raise ValueError("not this picture")
    digits, pixels = header["digits"], np.frombuffer(data, PIXEL)
    if type(digits) is not int or not 0 <= digits < 2 ** 20:
        raise ValueError("impossible digits")
    reached = pixels["attractor"]
    if (np.isnan(pixels["value"]).any() or (np.abs(pixels["verdict"]) > 1).any() or (reached < -1).any()
            or (reached >= most).any()):
        raise ValueError("impossible pixels")
    return pixels, digits


def _unlink(path):
    with contextlib.suppress(OSError):
        os.unlink(path)
