"""Room on the disk, asked for before long work starts."""
from __future__ import annotations

import errno
import os
import pathlib
import shutil

from .wording import amount


def free_near(path) -> int:
    """Bytes that are free where `path` is, or would be."""
    path = pathlib.Path(path).absolute()
    return shutil.disk_usage(next(place for place in (path, *path.parents) if place.is_dir())).free


def check_free(path, needed) -> None:
    """OSError unless there is room for `needed` bytes where `path` is, or would be."""
    free = free_near(path)
    if free < needed:
        raise OSError(errno.ENOSPC, f"no room: at most {amount(needed)} are needed, {amount(free)} are free", os.fspath(path))
