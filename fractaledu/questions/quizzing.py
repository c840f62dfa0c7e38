"""The quick questions at the end of a lesson."""
from __future__ import annotations

from .. import answers
from . import folded
from .asking import Ask, pick, shows_all
from .folded import answer, others, quoted, tempting
from .texts import Question

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
    if last is not None and last.right:
        return [["verdict", f"✓ Right: {quoted(last.text)}."], ["reason", question.reason]]
    if shows_all():
        return [["verdict", "The answer is shown."], ["reason", answer(question)], *others(question)]
    if last is not None:
        return [["verdict", f"✗ {quoted(last.text)} is not right. Choose again."], ["misconception", tempting(last)]]
    return []


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
