"""What a learner has answered, kept in one file, my-answers.json, in the notebook's folder.

No file can break a lesson: what cannot be kept in the file (`answer_file`) stays in memory, and is part of the download.
"""
from __future__ import annotations

import datetime
import os
import pathlib
import warnings

from .answer_file import KINDS, NAME, as_text, entries, everything, keep, parse, path, read, trouble, watch, why

__all__ = ["KINDS", "collect", "download", "forget", "kept", "merge", "name", "note", "of_lesson", "path", "rename", "trouble",
           "watch"]


OUTCOMES = {"right": True, "wrong": False}          # of an exercise; "not attempted" is neither


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
        What to keep: text, numbers, True, False, None, and lists and dicts of them; anything else is kept as its text.
        `when` is added (UTC, ISO 8601).

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
    return keep({(lesson, kind, key): {**entry, "when": _now()}})


def kept(lesson: str, kind: str, key: str) -> dict | None:
    """What `note` last kept for a question.

    Parameters
    ----------
    lesson, kind, key
        As for `note`.

    Returns
    -------
    dict or None
        The entry with its `when`; None if there is none.
    """
    _check(kind)
    return everything()["lessons"].get(lesson, {}).get(kind, {}).get(key)


def forget(lesson: str, kind: str, key: str) -> str:
    """Forget one answer.

    Parameters
    ----------
    lesson, kind, key
        As for `note`.

    Returns
    -------
    str
        As `note`.
    """
    _check(kind)
    return keep({(lesson, kind, key): None})


def of_lesson(lesson: str) -> dict[str, dict[str, dict]]:
    """All answers of a lesson.

    Parameters
    ----------
    lesson : str

    Returns
    -------
    dict
        kind -> key -> entry.
    """
    return everything()["lessons"].get(lesson, {})


def name() -> str:
    """The learner's name, if one was given."""
    return everything()["name"]


def rename(text: str) -> str:
    """Keep the learner's name.

    Parameters
    ----------
    text : str
        Its first 80 characters are kept.

    Returns
    -------
    str
        As `note`.
    """
    return keep({NAME: str(text).strip()[:80]})


# ---------------------------------------------------------------- download, upload, a class's files

def download() -> tuple[str, str]:
    """All answers as a file, with what could not be written here too.

    Returns
    -------
    name, text : str
        A name for the file, made of the learner's, and what it holds.
    """
    data = everything()
    who = "".join(c if c.isalnum() else "-" for c in data["name"].lower()).strip("-")
    return f"my-answers{'-' if who else ''}{who}.json", as_text(data)


def merge(text: str) -> str:
    """Take over the answers of a downloaded file; of two answers to a question the newer one stays.

    Parameters
    ----------
    text : str
        What the file holds.

    Returns
    -------
    str
        A sentence that says what was taken over.

    Raises
    ------
    ValueError
        If it is no such file; the message says why, in a few words for the learner.
    """
    theirs, ours, changes, older = parse(text), everything(), {}, 0
    for place, entry in entries(theirs):
        lesson, kind, key = place
        here = ours["lessons"].get(lesson, {}).get(kind, {}).get(key)
        if here is None or _age(entry) > _age(here):
            changes[place] = entry
        elif entry != here:
            older += 1
    count = len(changes)
    if theirs["name"] and not ours["name"]:
        changes[NAME] = theirs["name"]
    said = keep(changes) if changes else ""
    words = [f"{_many(count)} taken over." if count else "Nothing new in this file."]
    if older:
        words.append(f"{_many(older)} stayed as here: what is here is newer.")
    return " ".join(filter(None, [*words, said]))


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
        True or False for the first vote, the first quiz answer and for an exercise, None for a sentence and for an
        exercise that was not attempted; ``confidence``,
        ``misconception``, ``second`` and ``second_right``, ``judged``: None where they do not apply; ``when``.
        ``csv.DictWriter`` or ``pandas.DataFrame(rows)`` take it as it is.  A text that a spreadsheet would take for a formula
        (it begins with one of = + - @) gets a ' in front.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.  A file that cannot be read is left out, with a warning that names it.
    """
    folder, rows = pathlib.Path(folder), []
    if not folder.is_dir():
        raise NotADirectoryError(f"folder must be a folder with downloaded answers, got {os.fspath(folder)}")
    for file in sorted(file for file in folder.iterdir() if file.suffix.lower() == ".json"):
        try:
            data = parse(read(file))
        except (OSError, ValueError) as error:
            warnings.warn(f"{file.name} is left out: {why(error)}", stacklevel=2)
            continue
        rows += [_row(file.name, data["name"], place, entry) for place, entry in entries(data)]
    return rows


def _row(file, name, place, entry):
    """One answer as a row.  The file comes from somebody else: what is of the wrong kind counts as not there."""
    lesson, kind, key = place
    first = {"explanations": "text", "exercises": "source"}.get(kind, "first")
    right = OUTCOMES.get(_text(entry, "outcome")) if kind == "exercises" else _truth(entry, "right")
    return {"file": _harmless(file), "name": _harmless(name), "lesson": _harmless(lesson), "kind": kind, "key": _harmless(key),
            "chosen": _text(entry, first), "right": right, "confidence": _text(entry, "confidence"),
            "misconception": _text(entry, "misconception"), "second": _text(entry, "second"),
            "second_right": _truth(entry, "second_right"), "judged": _text(entry, "judged"), "when": _text(entry, "when")}


def _text(entry, column):
    value = entry.get(column)
    return _harmless(value) if isinstance(value, str) else None


def _truth(entry, column):
    value = entry.get(column)
    return value if isinstance(value, bool) else None


def _harmless(text):
    """What a spreadsheet shows as text, and does not calculate."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# ---------------------------------------------------------------- small things

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
