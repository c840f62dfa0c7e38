"""Questions in a lesson: predict before you see, explain in a sentence, three quick questions, and the answers kept.

>>> from fractaledu import lesson
>>> sure = lesson.Question("What is 0.1 + 0.2 == 0.3 in Python?", [
...     lesson.Option("False", right=True, because="Neither side is exactly what is written."),
...     lesson.Option("True", misconception="computers calculate exactly", because="They round to 53 binary digits.")])
>>> sure.right.text
'False'
"""
from __future__ import annotations

import os
from collections.abc import Sequence

from .questions import insets, my_answers
from .questions.asking import Prediction, Reveal, show_all
from .questions.quizzing import Quiz
from .questions.texts import Option, Prompt, Question, lessons, load, plain

__all__ = ["Lesson", "Option", "Prompt", "Question", "answers", "picture", "predict", "quiz", "reveal", "show_answers"]

OWN = "own questions"           # where answers are kept to questions that name no lesson


class Lesson:
    """The questions of a lesson, by key.  Answers are kept in my-answers.json beside the notebook (see `answers`).

    Parameters
    ----------
    name : str or path
        A lesson of the package, such as "01-one-loop"; or the path of a .toml file of your own, written in the same way.

    Raises
    ------
    ValueError
        If there is no such lesson (the message lists those there are), or its file breaks a rule (naming file, key, rule).
    """

    def __init__(self, name: str | os.PathLike):
        self.texts = load(name)

    @property
    def name(self) -> str:
        return self.texts.name

    @property
    def title(self) -> str:
        return self.texts.title

    def predict(self, key: str, figure=None, *, alt=""):
        """A question whose figure stays locked until a choice and a confidence are given.

        Parameters
        ----------
        key : str
            The question's key in the lesson's file.
        figure : optional
            A widget, a matplotlib figure, or a function of no argument that returns one.  The function is called only when
            the question opens.
        alt : str, optional
            What a matplotlib figure shows, in words; default: its titles, labels and legends.

        Returns
        -------
        ipywidgets.VBox
            The question and, once open, the figure.
        """
        return Prediction(self.name, key, self._text("predict", key), figure, alt).box

    def reveal(self, key: str):
        """Something to explain in one sentence; then our explanation beside it, and three ways to judge one's own.

        Parameters
        ----------
        key : str
            The prompt's key in the lesson's file.

        Returns
        -------
        anywidget.AnyWidget
        """
        return Reveal(self.name, key, self._text("reveal", key))

    def quiz(self):
        """Three quick questions, with an answer to each and a score in words.

        Returns
        -------
        anywidget.AnyWidget
        """
        return Quiz(self.name, self.texts.quiz)

    def answers(self):
        """What is answered in this lesson, and the download and upload of all answers.

        Returns
        -------
        anywidget.AnyWidget
        """
        return my_answers.of_lesson(self.texts)

    def _text(self, group, key):
        texts = getattr(self.texts, group)
        if key not in texts:
            raise ValueError(f"key must be one of {', '.join(texts) or '(there are none)'}, got {key!r}")
        return texts[key]


def predict(question: str, options: Sequence[Option], *, explanation="", figure=None, key: str | None = None, lesson=OWN,
            alt=""):
    """A question of your own whose figure stays locked until a choice and a confidence are given.

    Parameters
    ----------
    question : str
        Plain text with Unicode mathematics; `backticks` for code.
    options : sequence of Option
        From two to six, exactly one right.
    explanation : str, optional
        Why the right option is right, shown after the choice, whatever it was.  Without it the right option needs a
        `because`.
    figure, alt
        As in `Lesson.predict`.
    key : str, default the question
        The answer is kept under this name.
    lesson : str, default "own questions"
        The answer is kept with those of this lesson.  All notebooks of a folder share one file, so the same key in the same
        lesson is the same question: name a lesson, or keys, where two notebooks ask in the same words.

    Returns
    -------
    ipywidgets.VBox
        The question and, once open, the figure.

    Raises
    ------
    ValueError
        If a rule is broken; the message names the argument, the rule and the value.
    """
    return Prediction(*_place(lesson, key, question), Question(question, options, explanation), figure, alt).box


def reveal(prompt: str, explanation: str, *, key: str | None = None, lesson=OWN):
    """Something of your own to explain in one sentence.

    Parameters
    ----------
    prompt : str
        What to explain; plain text with Unicode mathematics, `backticks` for code.
    explanation : str
        Yours, shown beside what was written.
    key : str, default the prompt
    lesson : str, default "own questions"
        As for `predict`.

    Returns
    -------
    anywidget.AnyWidget

    Raises
    ------
    ValueError
        If a rule is broken; the message names the argument, the rule and the value.
    """
    return Reveal(*_place(lesson, key, prompt), Prompt(prompt, explanation))


def quiz(questions: Sequence[Question], *, key: str | None = None, lesson=OWN):
    """Quick questions of your own, with an answer to each and a score in words.

    Parameters
    ----------
    questions : sequence of Question
        From one to six.
    key : str, default the first question
    lesson : str, default "own questions"
        As for `predict`.

    Returns
    -------
    anywidget.AnyWidget

    Raises
    ------
    ValueError
        If a rule is broken; the message names the argument, the rule and the value.
    """
    if (not isinstance(questions, Sequence) or not 1 <= len(questions) <= 6
            or not all(isinstance(question, Question) for question in questions)):
        raise ValueError(f"questions must be a list of one to six lesson.Question, got {questions!r}")
    lesson, key = _place(lesson, key, questions[0].question)
    return Quiz(lesson, tuple(questions), f"{key} ")


def _place(lesson, key, text):
    """Where the answer to a question without a file is kept."""
    plain("lesson", lesson)
    if key is None:
        return lesson, text
    plain("key", key)
    return lesson, key


def answers():
    """What is answered in all lessons of the package, a row for each, and the download and upload of all answers.

    Returns
    -------
    anywidget.AnyWidget
    """
    return my_answers.of_all([load(name) for name in lessons()])


def picture(drawn, alt: str = "") -> insets.Picture:
    """A matplotlib figure that also says what is seen, to screen readers and where pictures do not load.

    Parameters
    ----------
    drawn : Figure, or anything drawn in one
        Such as what `fractaledu.plot` returns.
    alt : str, optional
        What is seen, in words; default: the figure's titles, labels and legends.

    Returns
    -------
    Picture
        What a notebook shows, and a page made of it.

    Raises
    ------
    ValueError
        If it is no matplotlib figure.
    """
    return insets.Picture(drawn, alt)


def show_answers() -> None:
    """For teachers: open every question of this notebook, also those of cells that run later.

    Nothing is recorded.  The first error of a figure that cannot be drawn is raised, after all have been opened.  The
    environment variable FRACTALEDU_SHOW_ANSWERS=1 does the same from the start.
    """
    show_all()
