"""Frames into a film's file, one at a time, and the film's recipe out of it again."""
from __future__ import annotations

import contextlib
import errno
import os
import pathlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from ..arguments import real, whole
from ..cancelled import Cancelled
from ..disk import check_writable
from . import folder, mp4, webp

FASTEST = 60                        # frames a second; browsers show a WebP of more than 90 at 10


def check(file, codec: str | None = None, size: tuple[int, int] | None = None) -> None:
    """Refuse, before any work is done, a film that could not be written.

    Parameters
    ----------
    file : path
        Ends in .webp or .mp4; without an ending it is a folder for PNGs.
    codec : str, optional
        For .mp4: any video encoder of ffmpeg that goes into one.
    size : (int, int), optional
        Columns and rows of a frame, where they are known already.

    Raises
    ------
    ValueError
        If the ending or the codec is unknown, the folder holds other things than frames, .mp4 lacks imageio-ffmpeg, or the
        format or the codec cannot take frames of that size.
    OSError
        If nothing can be written there.
    """
    kind = _kind(file)
    if kind is mp4:
        mp4.check(file, codec, size)
    elif codec is not None:
        raise ValueError(f"codec must be left out unless file ends in .mp4, got {codec!r}")
    if kind is webp and size is not None:
        webp.check(size)
    path = pathlib.Path(os.path.realpath(file))
    if kind is folder:
        folder.check(file)
    elif path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", os.fspath(file))
    check_writable(path if path.is_dir() else path.parent, file)


def write(file, frame: Callable[[int], Image.Image], count: int, fps: float, recipe: str, *, codec: str | None = None,
          progress=None, cancel=None) -> None:
    """Write a film, frame by frame: only a few are in memory at any time.

    A file takes the place of an old one when it is complete; the frames of a folder do so one by one, each complete.  The
    same frames give the same bytes (with the same Pillow or ffmpeg).

    Parameters
    ----------
    file : path
        .webp: animated, for ever again from the start, in colours as a JPEG keeps them.  .mp4: H.264 unless `codec` says
        otherwise; with an odd width or height, the last column or row is there twice.  Without an ending: a folder of PNGs
        000000.png, 000001.png, ..., where frames of a longer film before this one are removed.
    frame : callable
        frame(i) is the RGB image i, all of one size; called once for each i, in order.
    count : int
        Of frames, from 1.
    fps : float
        Frames a second, to 60.  In a WebP a frame lasts whole milliseconds, which add up without drift.
    recipe : str
        One line, put into the file (into each PNG of a folder).
    codec : str, optional
        As in `check`.
    progress : callable, optional
        progress(done, count) after each frame.
    cancel : threading.Event, optional

    Raises
    ------
    ValueError
        As `check`; or if count, fps or a frame are not as said above.
    OSError
        If the file cannot be written, or ffmpeg fails.
    Cancelled
        If `cancel` was set.
    """
    count, fps = whole("count", count, 1, 10 ** 6), real("fps", fps)
    if not 0 < fps <= FASTEST:
        raise ValueError(f"fps must be above 0 and at most {FASTEST}, got {fps:g}")
    check(file, codec)
    how = {"codec": codec} if codec else {}
    # closed here, not whenever it is collected: what it does at its end, waiting for a thread, can hang in a collection
    with contextlib.closing(_in_order(frame, count, progress, cancel)) as pictures:
        _kind(file).save(os.fspath(file), pictures, count, fps, recipe, **how)


def replaced(file) -> int:
    """Bytes that are free again, frame by frame, while the film is written: those of the frames of an old folder."""
    path = pathlib.Path(file)
    return sum(frame.stat().st_size for frame in path.glob("*.png")) if path.is_dir() else 0


def read_recipe(file) -> str:
    """The recipe inside a film, as text.

    Raises
    ------
    FileNotFoundError
        If there is no such film.
    ValueError
        If it is none of `write`.
    """
    kind = _kind(file)
    if not os.path.exists(file):
        raise FileNotFoundError(errno.ENOENT, "no such film", os.fspath(file))
    text = kind.recipe(os.fspath(file))
    if text is None:
        raise ValueError(f"file must be a film made by fractaledu, got {os.fspath(file)}, which has no recipe inside")
    return text


def _kind(file):
    ending = pathlib.PurePath(file).suffix.lower()
    if ending not in ("", ".webp", ".mp4"):
        raise ValueError(f"file must end in .webp or .mp4, or have no ending (a folder of PNGs), got {os.fspath(file)}")
    return {"": folder, ".webp": webp, ".mp4": mp4}[ending]


def _in_order(frame, count, progress, cancel):
    """The frames, one after the other; each is told of when the next one is asked for, that is when it was written."""
    size = None
    with ThreadPoolExecutor(1, thread_name_prefix="fractaledu") as ahead:       # one is drawn while another is encoded
        drawn = ahead.submit(frame, 0)
        for i in range(count):
            if cancel is not None and cancel.is_set():
                raise Cancelled(i, count, "frames")
            picture = drawn.result()
            size = size or picture.size
            if picture.mode != "RGB" or picture.size != size:
                raise ValueError(f"frame must give RGB images of one size, got {picture.mode} of {picture.size} for {i}")
            if i + 1 < count:
                drawn = ahead.submit(frame, i + 1)
            yield picture
            if progress is not None:
                progress(i + 1, count)
