"""The box with a learner's answers: a table, a download, an upload."""
from __future__ import annotations

import textwrap
from collections.abc import Sequence

from .. import answers
from .asking import CONFIDENCES, Ask
from .texts import Texts

LONGEST_CELL = 90               # characters
OUTCOMES = {"right": "✓ right", "wrong": "✗ not right", "not attempted": "not yet"}


class MyAnswers(Ask):
    """All that was answered, to be downloaded and uploaded.

    Parameters
    ----------
    name : str
        What it is a box of: a lesson's name, or "" for all lessons.
    title : str
    columns : sequence of str
        Heads of the table.
    rows : callable
        ``rows()``, the present table: a list of rows, each a list of str.
    """

    def __init__(self, name: str, title: str, columns: Sequence[str], rows):
        self._title, self._columns, self._rows, self._said = title, list(columns), rows, ""
        super().__init__(name, "answers", "all")

    def _described(self):
        return {"title": self._title, "columns": self._columns, "rows": self._rows(), "lessons": self._place[0] == "",
                "name": answers.name(), "said": self._said}

    def _do_name(self, message):
        answers.rename(str(message["name"]))

    def _do_download(self, message):
        name, text = answers.download()
        self.send({"kind": "file", "name": name, "text": text, "client": message.get("client")})
        self._said = f"{name} is in the folder where your browser keeps downloads."

    def _do_upload(self, message):
        self._said = ""
        try:
            self._said = answers.merge(str(message["text"]))
        except ValueError as error:
            raise ValueError(f"Nothing is taken over from this file: {error}.") from None

    def _page(self):
        return f"<p><b>{self._title}</b></p><p>Here your answers can be downloaded and uploaded.</p>"

    def _text(self):
        return f"{self._title}: to be downloaded and uploaded"


def of_lesson(texts: Texts) -> MyAnswers:
    """The box of one lesson: a row for each question and each exercise that was tried."""
    return MyAnswers(texts.name, "Your answers in this lesson", ("", "asked", "your first answer", "result"),
                     lambda: lesson_rows(texts))


def of_all(lessons: Sequence[Texts]) -> MyAnswers:
    """The box of all lessons: a row for each lesson."""
    return MyAnswers("", "Your answers in all lessons", ("lesson", "predicted", "explained", "quiz: right at first",
                                                         "exercises: right"), lambda: [overview(texts) for texts in lessons])


def lesson_rows(texts: Texts) -> list[list[str]]:
    """What was asked, what was answered, how it went."""
    kept = _kept(texts)
    rows = [["Prediction", question.question, *_voted(question, kept["predictions"].get(key, {}))]
            for key, question in texts.predict.items()]
    for key, prompt in texts.reveal.items():
        entry = kept["explanations"].get(key, {})
        rows.append(["Explanation", prompt.prompt, entry.get("text") or "not yet", entry.get("judged")])
    rows += [["Quick question", question.question, *_voted(question, kept["quiz"].get(str(k), {}))]
             for k, question in enumerate(texts.quiz, 1)]
    for key, entry in kept["exercises"].items():
        tried = entry.get("outcome") in ("right", "wrong")
        rows.append(["Exercise", key, "your code" if tried else "not yet", OUTCOMES.get(entry.get("outcome")) if tried else ""])
    return [[textwrap.shorten(str(cell or ""), LONGEST_CELL, placeholder=" …") for cell in row] for row in rows]


def overview(texts: Texts) -> list[str]:
    """A lesson in one row: its title, and how much is done."""
    kept = _kept(texts)
    predicted = sum(question.option(kept["predictions"].get(key, {}).get("first")) is not None
                    for key, question in texts.predict.items())
    explained = sum(bool(kept["explanations"].get(key, {}).get("text")) for key in texts.reveal)
    first = [question.option(kept["quiz"].get(str(k), {}).get("first")) for k, question in enumerate(texts.quiz, 1)]
    right = sum(option is not None and option.right for option in first)
    exercises = sum(entry.get("outcome") == "right" for entry in kept["exercises"].values())
    return [texts.title, f"{predicted} of {len(texts.predict)}", f"{explained} of {len(texts.reveal)}",
            f"{right} of {len(first)}" if any(first) else "not yet", str(exercises) if kept["exercises"] else "not yet"]


def _kept(texts):
    return {kind: {} for kind in answers.KINDS} | answers.of_lesson(texts.name)


def _voted(question, entry):
    option, sure = question.option(entry.get("first")), entry.get("confidence")
    if option is None:
        return ["not yet", ""]
    return [f"{option.text} ({sure})" if sure in CONFIDENCES else option.text, "✓ right" if option.right else "✗ not right"]
