"""Pictures that were seen, kept for who asks again: bounded, shared by all threads, with a folder if one is given."""
from __future__ import annotations

import os
import pathlib
import threading
import weakref
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from .arguments import whole
from .fingerprints import name_of
from .kernel import blank
from .outside import warn_outside
from .shelf import Shelf
from .wording import amount

MEGABYTE = 10 ** 6
MEGABYTES = 64              # of all explorers together: 16 pictures of 384 x 384; Binder gives 1 to 2 GB
FOLDER_MEGABYTES = 1024
WORTH_A_FILE = 0.1          # seconds: quicker pictures are not written
VARIABLE = "FRACTALEDU_MEMORY"


class Kept(NamedTuple):
    """A picture in memory."""

    pixels: np.ndarray                  # those that are computed, (n,) of PIXEL
    known: np.ndarray | None            # bits that say which those are; None: all
    digits: int
    seconds: float                      # that they took
    reference: weakref.ref | None       # the run that an unfinished one near another's reference has to go on with

    @property
    def nbytes(self) -> int:
        return self.pixels.nbytes + (0 if self.known is None else self.known.nbytes)

    @property
    def usable(self) -> bool:
        """Whether it can be finished to the same bits: not if its reference is gone."""
        return self.reference is None or self.reference() is not None


class Work:
    """A picture that is asked for: all who compute it at the same time fill the same pixels, one at a time.

    Attributes
    ----------
    name : Name
    asked : str
        The text of the name by which it is found while it is under way.
    lock : threading.RLock
        Held by the one who fills them.
    pixels : (n,) of kernel.PIXEL
        Value NaN: not computed.  Read-only when all are.
    digits, seconds : int, float
        Of its reference run; spent on it.
    lanes : Lanes or None
        How it is computed, once somebody had to know.
    reference : Reference or None
        What it has to go on with, where that does not follow from its name.
    """

    def __init__(self, name, pixels, kept=None):
        self.name, self.asked, self.lock, self.lanes, self.users = name, name.text, threading.RLock(), None, 0
        self.on_shelf = self.looked = False
        self.pixels, self.digits, self.seconds, self.reference = pixels, 0, 0.0, None
        if kept is not None and kept.usable:
            self.digits, self.seconds, self.reference = kept.digits, kept.seconds, kept.reference and kept.reference()
            if kept.known is None:
                self.pixels = kept.pixels
            else:
                self.pixels[np.unpackbits(kept.known, count=len(pixels)).view(bool)] = kept.pixels

    def known(self) -> np.ndarray:
        """Which pixels are computed, bool (n,)."""
        return ~np.isnan(self.pixels["value"])

    @property
    def complete(self) -> bool:
        """Whether all are."""
        return not self.pixels.flags.writeable or bool(self.known().all())

    def kept(self) -> Kept | None:
        """As it is to be remembered; None where there is nothing."""
        known = self.known()
        if known.all():
            self.pixels.flags.writeable = False
            return Kept(self.pixels, None, self.digits, self.seconds, None)
        reference = None if self.reference is None else weakref.ref(self.reference)
        return Kept(self.pixels[known], np.packbits(known), self.digits, self.seconds, reference) if known.any() else None


class Memory:
    """Pictures that were seen; made by `remember`.

    Attributes
    ----------
    megabytes : int
        Of pictures in the memory of the process, at most.
    folder : pathlib.Path or None
        Where finished ones are kept for other processes.
    """

    def __init__(self, megabytes=MEGABYTES, shelf=None):
        self.megabytes, self.shelf = megabytes, shelf
        self._lock, self._reading = threading.RLock(), threading.Lock()        # the garbage collector may `end` at any time
        self._kept: OrderedDict[str, Kept] = OrderedDict()              # the one used last is last
        self._bytes = 0                                                 # of them
        self._under_way: weakref.WeakValueDictionary[str, Work] = weakref.WeakValueDictionary()

    folder = property(lambda self: None if self.shelf is None else self.shelf.folder)

    def __repr__(self):
        with self._lock:
            count, size = len(self._kept), self._bytes
        there = "" if self.shelf is None else f"; {self.shelf}"
        return f"<Memory: {count} picture{'s' * (count != 1)}, {amount(size)} of {amount(self.megabytes * MEGABYTE)}{there}>"

    def clear(self, folder=False) -> None:
        """Forget all pictures; with `folder` delete those in the folder too, for everybody who uses it.

        Raises
        ------
        ValueError
            If `folder` is true and there is none, or none any more: `forget` leaves it.
        """
        if folder and self.shelf is None:
            raise ValueError("folder must be False for a memory that has none, got True")
        with self._lock:
            while self._kept:
                self._drop(next(iter(self._kept)))
        if folder:
            self.shelf.clear()

    def left(self, recipe, point=None, near=False) -> float:
        """The share of a recipe's pixels that are still to be computed; `point` and `near` as in `deep.find`."""
        total = recipe.size[0] * recipe.size[1]
        names = {name_of(recipe, point, how) for how in {False, near}} - {None}
        return 1.0 - max((self._count(name, total, recipe) for name in names), default=0) / total

    def _count(self, name, total, recipe):
        """How many pixels of a picture are known."""
        with self._lock:
            work, kept = self._under_way.get(name.text), self._kept.get(name.text)
        if work is None and kept is not None:
            return len(kept.pixels) if kept.usable else 0
        if work is None and not (self.shelf is not None and name.everywhere and self.shelf.holds(name.text)):
            return 0
        work = self.begin(name, blank(total), recipe)
        try:
            return int(work.known().sum())
        finally:
            self.end(work)

    # ------------------------------------------------------------ for who computes

    def begin(self, name, pixels, recipe) -> Work:
        """The Work on a picture, with what is known of it; `end` it.  Fills `pixels`, which are blank, or an earlier one's."""
        with self._lock:
            work = self._under_way.get(name.text)
            if work is None:
                work = self._under_way[name.text] = Work(name, pixels, self._kept.get(name.text))
            if name.text in self._kept:
                self._kept.move_to_end(name.text)
            work.users += 1
        with self._reading:                 # a second user waits for the file as well
            if self.shelf is not None and name.everywhere and not work.looked and not work.complete:
                found = self.shelf.read(name.text, len(pixels), max(len(recipe.problem.attractors), 1))
                if found is not None:
                    work.pixels, work.digits = found
                    work.on_shelf = True
            work.looked = True
        return work

    def end(self, work) -> None:
        """Keep what came of a Work; a finished one that took long goes to the folder too."""
        with self._lock:
            work.users -= 1
            if work.users:              # somebody goes on with it, and will keep it
                return
            self._under_way.pop(work.asked, None)
            kept, shelf = work.kept(), self.shelf
            self._drop(work.name.text)
            if kept is not None and kept.nbytes <= self.megabytes * MEGABYTE:
                self._kept[work.name.text] = kept
                self._bytes += kept.nbytes
            while self._bytes > self.megabytes * MEGABYTE:
                self._drop(next(iter(self._kept)))
        if shelf is not None and work.complete and work.name.everywhere and not work.on_shelf and work.seconds > WORTH_A_FILE:
            shelf.write(work.name.text, work.pixels, work.digits)

    def _drop(self, text):
        kept = self._kept.pop(text, None)
        self._bytes -= kept.nbytes if kept is not None else 0


# ---------------------------------------------------------------- the one of this process

_of_process = Memory()
_asked: bool | None = None          # whether `render` uses it too; None: nobody said, the environment does


def shared() -> Memory:
    """The memory of this process, which explorers and comparisons use in any case, and films read."""
    global _asked
    if _asked is None:
        _asked, folder = False, os.environ.get(VARIABLE)
        if folder:
            try:
                remember(folder)
            except OSError as error:        # of whoever set up the machine; no reason to stop a lesson
                warn_outside(f"{VARIABLE} must name a folder, got {folder} ({error.strerror}): no picture is kept there",
                             RuntimeWarning)
    return _of_process


def asked() -> Memory | None:
    """The same where `render` and `passes` use it too, else None."""
    memory = shared()
    return memory if _asked else None


def remember(folder=None, *, megabytes: int = MEGABYTES, folder_megabytes: int = FOLDER_MEGABYTES) -> Memory:
    """From now on compute no picture twice: `render`, `passes` and all that uses them take pixels that are known.

    Explorers and comparisons do so without being asked, within one process, and films take from them what they find.  The
    pixels are the same to the last bit, for a picture is known by all that they depend on: the system's numbers, arrays and
    functions, the places of the pixels, the steps, this version, its compiler and the kind of processor.  `forget` ends it.

    Parameters
    ----------
    folder : path, optional
        Keep finished pictures that took longer than a tenth of a second in this folder too, for the next process; several
        processes and people may share it.  Made if it is not there.  Systems with functions of your own stay in the process.
    megabytes : int, default 64
        Of pictures in this process, at most (one of 384 x 384 takes four); the one not used for longest goes first.
    folder_megabytes : int, default 1024
        Of pictures in the folder, likewise.

    Returns
    -------
    Memory
        Printed, it says what it holds; `clear()` empties it, `clear(folder=True)` the folder too.

    Raises
    ------
    TypeError, ValueError
        If the folder is no path, or a number is not from 1 to 2**20.
    OSError
        If the folder is a file, or cannot be made.  Later trouble with it is said once, in a warning, and costs no picture.

    Notes
    -----
    The environment variable FRACTALEDU_MEMORY does the same for all processes that see it, with the folder that it names.
    With an executor other than threads or processes of this machine all is computed: elsewhere the last bits may differ.

    Examples
    --------
    >>> import fractaledu as fe
    >>> memory = fe.remember()
    >>> first, again = (fe.render(fe.mandelbrot(), size=(8, 8)) for _ in range(2))
    >>> memory
    <Memory: 1 picture, 1.7 kB of 64 MB>
    >>> fe.forget()
    """
    global _asked
    megabytes = whole("megabytes", megabytes, 1, 2 ** 20)
    folder_megabytes = whole("folder_megabytes", folder_megabytes, 1, 2 ** 20)
    shelf = None
    if folder is not None:
        folder = _path(folder).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        shelf = Shelf(folder, folder_megabytes * MEGABYTE)
    _asked = True
    _of_process.megabytes, _of_process.shelf = megabytes, shelf
    return _of_process


def _path(folder):
    if not isinstance(folder, str | os.PathLike):
        raise TypeError(f"folder must be a path, got {folder!r}")
    if not os.fspath(folder) or "\0" in os.fspath(folder):
        raise ValueError(f"folder must be the path of a folder, got {folder!r}")
    return pathlib.Path(folder)


def forget() -> None:
    """Forget all pictures seen, and end what `remember` or FRACTALEDU_MEMORY began; files in its folder stay."""
    global _asked
    _asked = False
    _of_process.megabytes, _of_process.shelf = MEGABYTES, None
    _of_process.clear()


def _after_fork():
    """A child process begins with an empty memory: of the other, a lock may be held by a thread that is not here."""
    global _of_process
    _of_process = Memory(_of_process.megabytes, _of_process.shelf)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
