"""A question for when there is no kernel: plain text, with the answer folded.

It stands beside the widget, whose style sheet hides it (`.fractaledu-still`, browser.css) where the widget lives.
"""
from __future__ import annotations

import html
import re

from .texts import Prompt, Question

HOW = ("To take part, open this notebook in JupyterLab (<code>fractaledu lab</code>) and run its cells from the top.")


def display(widget, page: str, text: str) -> None:
    """Show the widget and, for when it does not live, the page."""
    from IPython.display import display as show
    bundle = widget._repr_mimebundle_()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})          # anywidget gives two, ipywidgets one
    show({**data, "text/plain": text}, metadata, raw=True)
    show({"text/html": f'<div class="fractaledu-still" style="max-width:46em">{page}<p><small>{HOW}</small></p></div>',
          "text/plain": text}, raw=True)


def question_page(question: Question, figure: str = "") -> str:
    """Question and options; the answer, and a figure where one is given, folded."""
    options = "".join(f"<li>{rich(option.text)}</li>" for option in question.options)
    said = "".join(f"<p>{rich(sentence)}</p>" for sentence in (answer(question), *(text for _, text in others(question))))
    return (f"<p><b>{rich(question.question)}</b></p><ul>{options}</ul>"
            f"<details><summary>Answer</summary>{said}{figure}</details>")


def question_text(question: Question) -> str:
    """Question and options, without the answer."""
    return "\n".join([question.question, *(f"  ( ) {option.text}" for option in question.options)])


def prompt_page(prompt: Prompt) -> str:
    """What to explain, our explanation folded."""
    return (f"<p><b>{rich(prompt.prompt)}</b></p>"
            f"<details><summary>Answer</summary><p>{rich(prompt.explanation)}</p></details>")


def rich(text: str) -> str:
    """Escaped HTML, with `backticks` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def quoted(text: str) -> str:
    """In quotes, without its full stop: the sentence around it has one."""
    return f"“{text if text.endswith('..') else text.removesuffix('.')}”"


def answer(question: Question) -> str:
    """The right option, and why."""
    return f"Right is {quoted(question.right.text)}. {question.reason}"


def tempting(option) -> str:
    """The misconception behind a wrong option, by name, and what to say to it."""
    return f"A common mistake: {quoted(option.misconception)}. {option.because}"


def others(question: Question) -> list[list[str]]:
    """What there is to say to the wrong options, as (role, sentence) pairs."""
    return [["misconception", f"{quoted(option.text)} is not right. {tempting(option)}"]
            for option in question.options if not option.right]
