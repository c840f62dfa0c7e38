"""What a learner has answered, kept in one file, my-answers.json, in the notebook's folder.

Each change reads the file again, changes its one entry and puts a new file in the place of the old one, under a lock file:
two notebooks that are open at once lose nothing of each other.  No file can break a lesson.  What cannot be kept in the
file stays in memory, is part of the download, and goes into the file as soon as that can be written.
"""
from __future__ import annotations

import contextlib
import datetime
import json
import os
import pathlib
import threading
import time
import warnings
from collections.abc import Callable

from .landscape import atomic

MARK, FORMAT = "fractaledu answers", 1
KINDS = "predictions", "explanations", "quiz", "exercises"
LARGEST = 4_000_000             # characters of a file that is read
LONGEST_WAIT = 3.0              # seconds; a lock that is older was left by a process that has ended
_BUSY = (FileExistsError, PermissionError) if os.name == "nt" else FileExistsError     # Windows: a file being deleted
_NAME = "name"                  # among the changes, beside (lesson, kind, key)

_one_at_a_time = threading.RLock()
_pending: dict[pathlib.Path, dict] = {}         # changes that are not yet in the file
_said: dict[pathlib.Path, str] = {}             # what was last said about the file
_watchers: list[Callable[[], None]] = []


class _Damaged(ValueError):
    """The file was ours, or nobody's: it may be moved aside."""


class _NotOurs(ValueError):
    """The file belongs to another program or a newer version: it stays."""


# ---------------------------------------------------------------- one answer

def note(lesson: str, kind: str, key: str, **entry) -> str:
    """Keep an answer, in the place of an earlier one to the same question.

    Parameters
    ----------
    lesson : str
        Name of the lesson, such as "01-one-loop".
    kind : {"predictions", "explanations", "quiz", "exercises"}
    key : str
        Name of the question or the exercise.
    **entry
        What to keep: text, numbers, True, False, None, and lists and dicts of them.  `when` is added (UTC, ISO 8601).

    Returns
    -------
    str
        "" if it is in the file now; else a sentence for the learner that says what happened.

    Raises
    ------
    ValueError
        If there is no such kind.  Nothing about the file raises.
    """
    _check(kind)
    return _keep({(lesson, kind, key): {**entry, "when": _now()}})


def kept(lesson: str, kind: str, key: str) -> dict | None:
    """What `note` last kept for this question, with `when`; None if nothing."""
    _check(kind)
    return _data()["lessons"].get(lesson, {}).get(kind, {}).get(key)


def forget(lesson: str, kind: str, key: str) -> str:
    """Forget one answer; returns as `note`."""
    _check(kind)
    return _keep({(lesson, kind, key): None})


def of_lesson(lesson: str) -> dict[str, dict[str, dict]]:
    """All answers of a lesson: kind -> key -> entry."""
    return _data()["lessons"].get(lesson, {})


def name() -> str:
    """The learner's name, if one was given."""
    return _data()["name"]


def rename(text: str) -> str:
    """Keep the learner's name; returns as `note`."""
    return _keep({_NAME: str(text).strip()[:80]})


def trouble() -> str:
    """A sentence on why answers are not kept in the file, or ""."""
    return _said.get(path(), "")


def watch(callback: Callable[[], None]) -> Callable[[], None]:
    """Call `callback()` after every change of the answers made in this process; returns it."""
    _watchers.append(callback)
    return callback


def path() -> pathlib.Path:
    """The file: FRACTALEDU_ANSWERS, or my-answers.json in the present folder."""
    return pathlib.Path(os.environ.get("FRACTALEDU_ANSWERS") or "my-answers.json").absolute()


# ---------------------------------------------------------------- download, upload, a class's files

def download() -> tuple[str, str]:
    """A name for the file and its text, with what could not be written here too."""
    data = _data()
    who = "".join(c if c.isalnum() else "-" for c in data["name"].lower()).strip("-")
    return f"my-answers{'-' if who else ''}{who}.json", _text(data)


def merge(text: str) -> str:
    """Take over the answers of a downloaded file; of two answers to a question the newer one stays.

    Returns a sentence that says what was taken over.  ValueError, with a sentence for the learner, if it is no such file.
    """
    theirs, ours, changes, older = _parse(text), _data(), {}, 0
    for place, entry in _entries(theirs):
        lesson, kind, key = place
        here = ours["lessons"].get(lesson, {}).get(kind, {}).get(key)
        if here is None or _age(entry) > _age(here):
            changes[place] = entry
        elif entry != here:
            older += 1
    count = len(changes)
    if theirs["name"] and not ours["name"]:
        changes[_NAME] = theirs["name"]
    trouble = _keep(changes) if changes else ""
    words = [f"{_many(count)} taken over." if count else "Nothing new in this file."]
    if older:
        words.append(f"{_many(older)} stayed as here, because the answer here is newer.")
    return " ".join(filter(None, [*words, trouble]))


def collect(folder) -> list[dict]:
    """For teachers: the answers in all .json files of a folder, as rows of a table.

    Parameters
    ----------
    folder : path
        Where the files are that learners downloaded with "Download my answers".

    Returns
    -------
    list of dict
        One row an answer, in the order of the files' names.  ``file``, ``name`` (as the learner wrote it), ``lesson``,
        ``kind``, ``key``; ``chosen``: the option of the first vote, the sentence, or the source of an exercise; ``right``:
        True or False for the first vote, the first quiz answer and for an exercise, None for a sentence; ``confidence``,
        ``misconception``, ``second`` and ``second_right``, ``judged``, ``tries``: None where they do not apply; ``when``.
        ``csv.DictWriter`` or ``pandas.DataFrame(rows)`` take it as it is.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.  A file that cannot be read is left out, with a warning that names it.
    """
    folder, rows = pathlib.Path(folder), []
    if not folder.is_dir():
        raise NotADirectoryError(f"folder must be a folder with downloaded answers, got {os.fspath(folder)}")
    for file in sorted(folder.glob("*.json")):
        try:
            data = _parse(_read(file))
        except (OSError, ValueError) as error:
            warnings.warn(f"{file.name} is left out: {error}", stacklevel=2)
            continue
        rows += [{"file": file.name, "name": data["name"], "lesson": lesson, "kind": kind, "key": key} | _row(kind, entry)
                 for (lesson, kind, key), entry in _entries(data)]
    return rows


def _row(kind, entry):
    chosen = {"explanations": "text", "exercises": "source"}.get(kind, "first")
    right = entry.get("outcome") == "right" if kind == "exercises" else entry.get("right")
    others = "confidence", "misconception", "second", "second_right", "judged", "tries", "when"
    return {"chosen": entry.get(chosen), "right": right} | {column: entry.get(column) for column in others}


# ---------------------------------------------------------------- the file

def _check(kind):
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")


def _now():
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def _age(entry):
    when = entry.get("when")
    return when if isinstance(when, str) else ""


def _many(count):
    return "One answer" if count == 1 else f"{count} answers"


def _text(data):
    return json.dumps(data, ensure_ascii=False, indent=1, default=str)     # default: nothing that a check notes can fail here


def _read(file):
    with open(file, encoding="utf-8") as stream:
        return stream.read(LARGEST + 1)


def _parse(text):
    """The content of a file, checked down to each entry."""
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


def _entries(data):
    return [((lesson, kind, key), entry) for lesson, kinds in data["lessons"].items()
            for kind, keys in kinds.items() for key, entry in keys.items()]


def _fresh():
    return {"what": MARK, "format": FORMAT, "name": "", "lessons": {}}


def _apply(data, changes):
    for place, value in changes.items():
        if place == _NAME:
            data["name"] = value
            continue
        lesson, kind, key = place
        keys = data["lessons"].setdefault(lesson, {}).setdefault(kind, {})
        if value is None:
            keys.pop(key, None)
        else:
            keys[key] = value
    return data


def _data():
    """All answers: those in the file, and those that are not in it yet."""
    file = path()
    with _one_at_a_time:
        try:
            data = _parse(_read(file))
        except FileNotFoundError:
            data = _fresh()
        except (OSError, ValueError) as error:
            data = _fresh()
            _said.setdefault(file, f"{file.name} is not read: {_why(error)}.")
        return _apply(data, _pending.get(file, {}))


def _keep(changes):
    """Bring changes into the file, or keep them in memory; a sentence if something happened on the way."""
    file = path()
    with _one_at_a_time:
        pending = _pending.setdefault(file, {})
        pending |= changes
        try:
            with _alone(file):
                data, said = _to_change(file)
                with atomic(file) as out:
                    out.write(_text(_apply(data, pending)).encode(errors="replace"))
            pending.clear()
        except (OSError, _NotOurs) as error:
            said = (f"Your answers are not kept in {file.name}: {_why(error)}. They stay until the kernel stops; "
                    "download them before.")
        _said[file] = said
    for watcher in list(_watchers):
        watcher()
    return said


def _to_change(file):
    """The file's content and ""; a damaged file is moved aside, and the sentence says so."""
    try:
        return _parse(_read(file)), ""
    except FileNotFoundError:
        return _fresh(), ""
    except (_Damaged, UnicodeDecodeError):
        aside = file.with_name(f"{file.name}.damaged-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}")
        os.replace(file, aside)
        return _fresh(), f"{file.name} was damaged. It is called {aside.name} now, and a new one was begun."


def _why(error):
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return "it is damaged" if isinstance(error, UnicodeDecodeError) else str(error)


@contextlib.contextmanager
def _alone(file):
    """Hold the lock file beside `file`; nobody holds it for longer than a write takes."""
    lock, end = file.with_name(f".{file.name}.lock"), time.monotonic() + LONGEST_WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except _BUSY:
            if time.monotonic() > end:
                break
            time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(lock)
