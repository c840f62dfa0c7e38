"""What a check answers: a frozen result that shows itself in a notebook and as plain text."""
from __future__ import annotations

import html
import re
from dataclasses import dataclass

import numpy as np

RIGHT, NOT_ATTEMPTED, WRONG = OUTCOMES = "right", "not attempted", "wrong"
SIGNS = {RIGHT: "✓ Right", NOT_ATTEMPTED: "○ Not attempted yet", WRONG: "✗ Not right yet"}
COLOURS = {RIGHT: "#009E73", NOT_ATTEMPTED: "#0072B2", WRONG: "#D55E00"}        # Okabe and Ito; the words say it too
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check.

    Attributes
    ----------
    exercise : str
        Its name, as in `checks.gd_step`.
    outcome : {"right", "not attempted", "wrong"}
    text : str
        What was checked, what to write, or what is wrong; words in backticks are code.
    misconception : str or None
        The name of the likely mistake, where one was recognised.
    input, got, expected : str or None
        The case that shows what is wrong, in words; None otherwise.
    """

    exercise: str
    outcome: str
    text: str
    misconception: str | None = None
    input: str | None = None
    got: str | None = None
    expected: str | None = None

    def _lines(self):
        """(heading, words) of what there is to say after the first line."""
        if self.misconception:
            yield "Likely mistake", self.misconception
        for heading, words in (("Input", self.input), ("Got", self.got), ("Expected", self.expected)):
            if words is not None:
                yield heading, words

    def __repr__(self):
        said = [f"{SIGNS[self.outcome]}: {self.exercise}. {self.text}"]
        return "\n".join(said + [f"  {heading}: {words}" for heading, words in self._lines()])

    def _repr_html_(self):
        rows = "".join(f'<strong>{heading}:</strong><span style="overflow-wrap:anywhere">{_html(words)}</span>'
                       for heading, words in self._lines())
        table = ('<div style="display:grid; grid-template-columns:max-content 1fr; gap:2px 12px; margin-top:6px">'
                 f'{rows}</div>') if rows else ""
        return (f'<div role="status" data-outcome="{self.outcome}" style="border:1px solid {COLOURS[self.outcome]}; '
                f'border-left-width:6px; border-radius:3px; padding:8px 12px; max-width:680px; '
                f'color:var(--jp-content-font-color1, inherit); background:transparent">'
                f'<strong>{SIGNS[self.outcome]}</strong>: <code>{html.escape(self.exercise)}</code>. '
                f'{_html(self.text)}{table}</div>')


def _html(words):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(words))


def inputs_in_words(given) -> str | None:
    """x = 1.5, rate = 0.2"""
    return None if given is None else ", ".join(f"{name} = {brief(value)}" for name, value in given.items())


def brief(value) -> str:
    """A value in at most 200 characters, its numbers to 12 digits."""
    if isinstance(value, bool | np.bool_):
        text = str(bool(value))
    elif isinstance(value, float | np.floating):
        text = f"{float(value):.12g}"
    elif isinstance(value, complex | np.complexfloating):
        text = f"{complex(value):.12g}"
    elif isinstance(value, np.integer):
        text = str(int(value))
    elif isinstance(value, np.ndarray):
        text = np.array2string(value, precision=6, threshold=12, edgeitems=3, separator=", ").replace("\n", "")
    elif isinstance(value, tuple):
        text = "(" + ", ".join(map(brief, value)) + ")"
    elif callable(value):
        text = getattr(value, "__name__", type(value).__name__)
    elif isinstance(value, str):
        text = repr(value)
    else:
        text = _repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST - 1] + "…"


def _repr(value):
    try:
        return repr(value)
    except Exception:               # a learner's class may have a broken one
        return f"a {type(value).__name__}"
