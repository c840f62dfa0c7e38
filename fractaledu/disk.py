"""Room on the disk, asked for before long work starts."""
from __future__ import annotations

import errno
import os
import pathlib
import shutil
import tempfile

from .wording import amount


def free_near(path) -> int:
    """Bytes that are free where `path` is, or would be."""
    return shutil.disk_usage(_standing(path)).free


def check_places(file, folder) -> None:
    """Refuse a file and a folder for its parts that cannot be: before the work, not when the file is to be written."""
    for name, path in (("file", file), ("folder", folder)):
        if not path.absolute().parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"{name} must lie in a folder that exists", os.fspath(path))
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "folder must be one, this is a file", os.fspath(folder))
    if pathlib.Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(file)):
        raise ValueError(f"folder must not be the file, nor lie in it, got {folder} and {file}")


def check_writable(folder, wanted=None) -> None:
    """OSError, which names `wanted` or the folder, unless a file can be made in it."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise type(error)(error.errno, error.strerror, os.fspath(folder if wanted is None else wanted)) from None


def check_free(*needs) -> None:
    """OSError unless there is room for all of `needs`, pairs (path, bytes); what goes to one disk has to fit together."""
    disks = {}
    for path, needed in needs:
        where, before = disks.get(os.stat(_standing(path)).st_dev, (path, 0))
        disks[os.stat(_standing(path)).st_dev] = where, before + needed
    for path, needed in disks.values():
        free = free_near(path)
        if free < needed:
            raise OSError(errno.ENOSPC, f"no room: at most {amount(needed)} are needed, {amount(free)} are free",
                          os.fspath(path))


def _standing(path):
    """The nearest folder that is there."""
    path = pathlib.Path(path).absolute()
    return next(place for place in (path, *path.parents) if place.is_dir())
