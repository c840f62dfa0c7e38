"""The file with a learner's answers, my-answers.json: read, checked, and written so that nothing is lost.

Each change reads the file again, changes its one entry and puts a new file in the place of the old one, under a lock file:
two notebooks that are open at once lose nothing of each other.  What cannot be kept in the file stays in memory, and goes
into the file as soon as that can be written.  Only a plain file is read, moved or replaced, never a device, a pipe, a folder.
"""
from __future__ import annotations

import contextlib
import datetime
import json
import os
import pathlib
import secrets
import stat
import threading
import time
from collections.abc import Callable

from .landscape import atomic

MARK, FORMAT = "fractaledu answers", 1
KINDS = "predictions", "explanations", "quiz", "exercises"
NAME = "name"                   # among the changes, beside (lesson, kind, key)
LARGEST = 4_000_000             # characters of a file that is read
LONGEST_WAIT = 3.0              # seconds that an answer waits for the lock of another notebook
OLDEST_LOCK = 10.0              # seconds; a write takes less: an older lock was left by a process that has ended
BUSY = (FileExistsError, PermissionError) if os.name == "nt" else FileExistsError      # Windows: a file being deleted


try:
    FOLDER = pathlib.Path.cwd()         # the notebook's, also when a cell changes the folder later
except OSError:                         # it has been removed; keeping answers will say so
    FOLDER = pathlib.Path()

_one_at_a_time = threading.RLock()
_pending: dict[pathlib.Path, dict] = {}         # changes that are not yet in the file
_said: dict[pathlib.Path, str] = {}             # what was last said about the file
_watchers: list[Callable[[], None]] = []


class _Damaged(ValueError):
    """The file was ours, or nobody's: it may be moved aside."""


class _NotOurs(ValueError):
    """The file belongs to another program or a newer version: it stays."""


def path() -> pathlib.Path:
    """The file: FRACTALEDU_ANSWERS, or my-answers.json in the folder in which Python was when it imported this."""
    return FOLDER / (os.environ.get("FRACTALEDU_ANSWERS") or "my-answers.json")


def trouble() -> str:
    """A sentence on why answers are not kept in the file, or ""."""
    return _said.get(path(), "")


def watch(callback: Callable[[], None]) -> Callable[[], None]:
    """Call a function after every change of the answers that is made in this process.

    Parameters
    ----------
    callback : callable
        ``callback()``.

    Returns
    -------
    callable
        The same: this is a decorator too.
    """
    _watchers.append(callback)
    return callback


# ---------------------------------------------------------------- its text

def as_text(data) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str)


def read(file) -> str:
    """The text of a plain file.  OSError if it cannot be read; ValueError if it is no text, or something else than a file."""
    if not stat.S_ISREG(os.stat(file).st_mode):                 # a device may never end, a pipe never begin
        raise _NotOurs("it is not a file")
    with open(file, encoding="utf-8-sig") as stream:            # sig: Notepad puts a mark before the text
        return stream.read(LARGEST + 1)


def parse(text: str) -> dict:
    """The content of a file, checked down to each entry; ValueError, with a few words, if it is no file of answers."""
    if len(text) > LARGEST:
        raise _NotOurs("it is too large to be a file of answers")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _Damaged("it is damaged") from None
    if not isinstance(data, dict) or data.get("what") != MARK:
        raise _NotOurs("it is not a file of answers")
    if data.get("format") != FORMAT:
        raise _NotOurs("it is from a newer version of fractaledu")
    lessons = data.get("lessons")
    sound = isinstance(data.get("name"), str) and isinstance(lessons, dict) and all(
        isinstance(kinds, dict) and set(kinds) <= set(KINDS) and all(
            isinstance(keys, dict) and all(isinstance(entry, dict) for entry in keys.values())
            for keys in kinds.values()) for kinds in lessons.values())
    if not sound:
        raise _Damaged("it is damaged")
    return data


def entries(data) -> list[tuple[tuple[str, str, str], dict]]:
    """((lesson, kind, key), entry) of each answer."""
    return [((lesson, kind, key), entry) for lesson, kinds in data["lessons"].items()
            for kind, keys in kinds.items() for key, entry in keys.items()]


def _fresh():
    return {"what": MARK, "format": FORMAT, "name": "", "lessons": {}}


def _apply(data, changes):
    for place, value in changes.items():
        if place == NAME:
            data["name"] = value
            continue
        lesson, kind, key = place
        keys = data["lessons"].setdefault(lesson, {}).setdefault(kind, {})
        if value is None:
            keys.pop(key, None)
        else:
            keys[key] = dict(value)             # the caller may change what it was given
    return data


def everything() -> dict:
    """All answers: those in the file, and those that are not in it yet."""
    file = path()
    with _one_at_a_time:
        try:
            data = _content(file)
        except (OSError, ValueError) as error:
            data = _fresh()
            _said.setdefault(file, f"{file.name} is not read: {why(error)}.")
        return _apply(data, _pending.get(file, {}))


def keep(changes: dict) -> str:
    """Bring changes, (lesson, kind, key) -> entry or None, into the file, or keep them in memory; a sentence if something
    happened on the way."""
    file = path()
    try:
        changes = {place: json.loads(as_text(value)) for place, value in changes.items()}
    except Exception as error:          # a __str__ may raise anything; among the pending it would keep all others from the file
        return f"This answer cannot be kept as text: {type(error).__name__}."
    with _one_at_a_time:
        pending = _pending.setdefault(file, {})
        pending |= changes
        try:
            with _alone(file):
                data, said = _to_change(file)
                with atomic(file) as out:
                    out.write(as_text(_apply(data, pending)).encode(errors="replace"))
            pending.clear()
        except (OSError, _NotOurs) as error:
            said = (f"Your answers are not kept in {file.name}: {why(error)}. They stay until the kernel stops; "
                    "download them before.")
        _said[file] = said
    for watcher in list(_watchers):
        watcher()
    return said


def _content(file):
    """What the file holds; nothing yet where there is none, or an empty one."""
    try:
        text = read(file)
    except FileNotFoundError:
        return _fresh()
    return parse(text) if text.strip() else _fresh()


def _to_change(file):
    """The file's content and ""; a damaged file is moved aside, and the sentence says so."""
    try:
        return _content(file), ""
    except (_Damaged, UnicodeDecodeError):
        aside = file.with_name(f"{file.name}.damaged-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}")
        os.replace(file, aside)
        return _fresh(), f"{file.name} was damaged. It is called {aside.name} now, and a new one was begun."


def why(error) -> str:
    """What is wrong with a file, in a few words."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return "it is damaged" if isinstance(error, UnicodeDecodeError) else str(error)


# ---------------------------------------------------------------- one process at a time

@contextlib.contextmanager
def _alone(file):
    """Hold the lock file beside `file`.  It holds a token of its own, and only who wrote that removes it."""
    lock, token, end = file.with_name(f".{file.name}.lock"), secrets.token_bytes(8), time.monotonic() + LONGEST_WAIT
    while not _taken(lock, token):
        _remove_if_old(lock)
        if time.monotonic() > end:
            raise TimeoutError(None, "another notebook holds it")
        time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if lock.read_bytes() == token:          # not if we were so slow that it was taken for an old one
                os.unlink(lock)


def _taken(lock, token):
    """Make the lock file; False if there is one."""
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except BUSY:
        return False
    try:
        with open(handle, "wb") as out:
            out.write(token)
    except OSError:                                 # the disk is full
        os.unlink(lock)
        raise
    return True


def _remove_if_old(lock):
    with contextlib.suppress(FileNotFoundError):
        if time.time() - os.stat(lock).st_mtime > OLDEST_LOCK:
            os.unlink(lock)
