"""The quick questions at the end of a lesson, and the box with all answers of a lesson."""
from __future__ import annotations

import textwrap

from . import answers, folded
from .asking import CONFIDENCES, Ask, pick, shows_all
from .folded import quoted, tempting
from .questions import Question, Texts

NUMBERS = "None", "One", "Two", "Three", "Four", "Five", "Six"


class Quiz(Ask):
    """Some questions at once.  Each is answered at once, and may be tried again; the first answers are kept as first."""

    def __init__(self, lesson, questions: tuple[Question, ...], key=""):
        self._questions, self._key = questions, key
        super().__init__(lesson, "quiz", f"{key}all")

    def _entry_place(self, k):
        lesson, kind, _ = self._place
        return lesson, kind, f"{self._key}{k + 1}"

    def _entries(self):
        """For each question the option of the first and of the last answer, or None."""
        kept = [answers.kept(*self._entry_place(k)) or {} for k in range(len(self._questions))]
        pairs = [(question.option(entry.get("first")), question.option(entry.get("last")))
                 for question, entry in zip(self._questions, kept, strict=True)]
        return [pair if None not in pair else None for pair in pairs]

    def _described(self):
        entries = self._entries()
        return {"questions": [_described(question, entry) for question, entry in zip(self._questions, entries, strict=True)],
                "score": score(entries), "again": any(entries)}

    def _do_answer(self, message):
        k = pick(range(len(self._questions)), message["question"])
        option, before = pick(self._questions[k].options, message["choice"]), self._entries()[k]
        first, last = before or (option, None)
        if last is not None and last.right:
            return
        answers.note(*self._entry_place(k), first=first.text, right=first.right, misconception=first.misconception or None,
                     last=option.text)

    def _do_again(self, message):
        for k in range(len(self._questions)):
            answers.forget(*self._entry_place(k))

    def _page(self):
        return "".join(map(folded.question_page, self._questions))

    def _text(self):
        return "\n\n".join(map(folded.question_text, self._questions))


def _described(question, entry):
    first, last = entry or (None, None)
    done = shows_all() or last is not None and last.right
    return {"question": question.question, "options": [option.text for option in question.options],
            "chosen": None if last is None else question.options.index(last), "done": done,
            "marks": [_mark(option, first) for option in question.options] if done else [], "said": _words(question, last)}


def _mark(option, first):
    yours = option is first
    words = "✓ right" if option.right else "✗ not right" if yours else ""
    return f"{words}, your first answer" if yours else words


def _words(question, last):
    """What is said to the last answer, as (role, sentence) pairs."""
    right = question.right
    reason = ["because", right.because], ["explanation", question.explanation]
    if last is not None and last.right:
        said = [["verdict", f"✓ Right: {quoted(last.text)}."], *reason]
    elif shows_all():
        said = [["verdict", f"The answer is shown. Right is {quoted(right.text)}."], *reason,
                *(["misconception", f"{quoted(option.text)} is not right. {tempting(option)}"]
                  for option in question.options if not option.right)]
    elif last is not None:
        said = [["verdict", f"✗ {quoted(last.text)} is not right. Choose again."], ["misconception", tempting(last)]]
    else:
        said = []
    return [[role, text] for role, text in said if text]


def score(entries) -> str:
    """How it went, in words, once every question has an answer."""
    if None in entries:
        return ""
    count = len(entries)
    at_first, now = sum(first.right for first, _ in entries), sum(last.right for _, last in entries)
    words = f"{NUMBERS[at_first]} of {NUMBERS[count].lower()} right at the first go."
    if at_first == count:
        words = f"All {NUMBERS[count].lower()} right at the first go."
    elif now == count:
        words += " All are right now."
    else:
        words += f" {NUMBERS[count - now]} can still be tried again."
    return words


class MyAnswers(Ask):
    """All answers of a lesson in a table, to be downloaded and uploaded."""

    def __init__(self, texts: Texts):
        self._texts, self._said = texts, ""
        super().__init__(texts.name, "answers", "all")

    def _described(self):
        return {"title": self._texts.title, "name": answers.name(), "file": answers.path().name, "said": self._said,
                "rows": rows(self._texts)}

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
        return "<p>Here your answers can be downloaded and uploaded.</p>"

    def _text(self):
        return f"Your answers to {quoted(self._texts.title)}"


def rows(texts: Texts) -> list[list[str]]:
    """The table of a lesson: what was asked, what was answered, how it went."""
    kept = {kind: {} for kind in answers.KINDS} | answers.of_lesson(texts.name)
    table = []
    for key, question in texts.predict.items():
        table.append(["Prediction", question.question, *_voted(question, kept["predictions"].get(key, {}))])
    for key, prompt in texts.reveal.items():
        entry = kept["explanations"].get(key, {})
        table.append(["Explanation", prompt.prompt, entry.get("text", ""), entry.get("judged") or ""])
    for k, question in enumerate(texts.quiz, 1):
        table.append(["Quick question", question.question, *_voted(question, kept["quiz"].get(str(k), {}))])
    for key, entry in kept["exercises"].items():
        table.append(["Exercise", key, "your code" if entry.get("source") else "", entry.get("outcome", "")])
    return [[textwrap.shorten(str(cell or ""), 90, placeholder=" …") for cell in row] for row in table]


def _voted(question, entry):
    option, sure = question.option(entry.get("first")), entry.get("confidence")
    if option is None:
        return ["", ""]
    return [f"{option.text} ({sure})" if sure in CONFIDENCES else option.text, "✓ right" if option.right else "✗ not right"]
