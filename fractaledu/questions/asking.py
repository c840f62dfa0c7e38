"""The questions of a lesson as widgets.  What one shows follows from the kept answer alone, so that a restart, an upload
and an answer by hand all come the same way (`recall`)."""
from __future__ import annotations

import os
import pathlib
import threading

import anywidget
import ipywidgets
import traitlets as T

from .. import answers
from ..browser import Listener, module, style
from . import folded
from .folded import answer, others, quoted, tempting
from .insets import as_widget, hold_back, is_figure, still
from .texts import Prompt, Question

HERE = pathlib.Path(__file__).parent
CONFIDENCES = "a guess", "fairly sure", "certain"
JUDGEMENTS = "mine says the same", "partly", "not yet"
FEWEST_WORDS, MOST_CHARACTERS = 3, 2000

_lock = threading.RLock()                       # messages come from another thread than cells
_asked: dict[tuple, Ask] = {}                   # the newest widget of each question in this notebook
_shown = False


def show_all() -> None:
    """Open every question, those of later cells too.  What a figure raises is raised."""
    global _shown
    with _lock:
        _shown = True
        errors = [error for ask in list(_asked.values()) if (error := ask.recall(again=True)) is not None]
    if errors:
        raise errors[0]


def shows_all() -> bool:
    return _shown or os.environ.get("FRACTALEDU_SHOW_ANSWERS", "") not in ("", "0")


@answers.watch
def recall_all() -> None:
    """Something was kept or forgotten: each question looks up its own answer."""
    with _lock:
        for ask in list(_asked.values()):
            ask.recall()


class Ask(Listener, anywidget.AnyWidget):
    """A question that listens to asking.js: each message has a `kind`, carried out by `_do_<kind>`."""

    _esm = module(HERE / "asking.js")
    _css = style(HERE / "asking.css")
    _now = T.Dict().tag(sync=True)

    def __init__(self, lesson, kind, key):
        self._place = lesson, kind, key
        self._answered, self._refused = ["", 0], ""
        super().__init__()
        with _lock:
            before = _asked.get(self._place)
            if before is not None:
                before.leave()
            _asked[self._place] = self
            error = self.recall()
        if error is not None and shows_all():
            raise error

    def leave(self) -> None:
        """Its cell was run again, and a new one takes its place."""
        self.layout.close()
        self.close()

    def recall(self, again=False) -> Exception | None:
        """Show what the kept answer says; the error of a figure that could not be drawn.

        With `again`, a figure that failed before is tried again.
        """
        with _lock:
            self._publish(**self._described())

    def _described(self) -> dict:
        """What the browser shows."""
        raise NotImplementedError

    def _publish(self, **now):
        self._now = {"kind": type(self).__name__, "answered": self._answered, "refused": self._refused,
                     "trouble": answers.trouble(), **now}

    def _receive(self, message):
        """Carry out one message of the browser; nothing it says can raise."""
        if not isinstance(message, dict):
            return
        with _lock:
            self._answered, self._refused = [message.get("client", ""), message.get("n", 0)], ""
            try:
                getattr(self, f"_do_{message['kind']}")(message)
            except Exception as error:
                self._refused = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            self.recall()

    def _do_hello(self, message):
        """Nothing but the answer, which every message gets, is wanted: it makes the next ones come at once (Listener)."""

    def _do_again(self, message):
        answers.forget(*self._place)

    def _note(self, **entry):
        answers.note(*self._place, **entry)

    def _kept(self):
        return answers.kept(*self._place) or {}

    def _ipython_display_(self):
        folded.display(self, self._page(), self._text())


# ---------------------------------------------------------------- predict

class Prediction(Ask):
    """A choice and a confidence; then the answer opens, and the figure below it."""

    def __init__(self, lesson, key, question: Question, figure=None, alt=""):
        if figure is not None and not is_figure(figure):
            raise ValueError(f"figure must be a widget, a matplotlib figure or a function, got {figure!r}")
        hold_back(figure)
        self._question, self._figure, self._alt = question, figure, alt
        self._inset, self._drawing, self._failed = None, False, ""
        self.box = Framed(self)
        super().__init__(lesson, "predictions", key)

    def leave(self):
        self.box.layout.close()
        self.box.close()            # the figure stays: it may be somebody's
        super().leave()

    def recall(self, again=False):
        with _lock:
            now, error = self._described(), None
            if again:
                self._failed = ""
            if now["open"] and self._wants_figure():
                error = self._draw(now)
            shown = (self, self._inset) if now["open"] and self._inset is not None else (self,)
            if self.box.children != shown:
                self.box.children = shown
            self._publish(**now, drawing="", failed=self._failed if now["open"] else "")
        return error

    def _wants_figure(self):
        return self._figure is not None and self._inset is None and not self._failed and not self._drawing

    def _draw(self, now):
        """Make the figure.  It may take a while, and may fail: then its error."""
        self._publish(**now, drawing="drawing …", failed="")
        self._drawing = True                    # a function that asks and answers questions itself comes here again
        try:
            self._inset = as_widget(self._figure, self._alt)
        except Exception as error:
            self._failed = f"The picture could not be drawn. {type(error).__name__}: {error}"
            return error
        finally:
            self._drawing = False

    def _votes(self):
        """The options that were voted for, with their confidence, first and second; none if the question has changed."""
        kept = self._kept()
        votes = [(self._question.option(kept.get(vote)), kept.get(sure)) for vote, sure in
                 (("first", "confidence"), ("second", "second_confidence"))]
        return [(option, sure if sure in CONFIDENCES else CONFIDENCES[0]) for option, sure in votes if option is not None]

    def _described(self):
        question, votes = self._question, self._votes()
        is_open = shows_all() or bool(votes) and self._kept().get("opened") is True
        return {"question": question.question, "options": [option.text for option in question.options],
                "confidences": list(CONFIDENCES), "open": is_open, "again": bool(votes), "figure": self._figure is not None,
                "first": "" if is_open or not votes else said_vote(*votes[0]),
                "marks": [mark(option, votes) for option in question.options] if is_open else [],
                "said": prediction_words(question, votes) if is_open else []}

    def _do_answer(self, message):
        self._vote(message, opened=True)

    def _do_neighbour(self, message):
        self._vote(message, opened=False)

    def _vote(self, message, opened):
        option, sure = pick(self._question.options, message["choice"]), pick(CONFIDENCES, message["sure"])
        kept = self._kept() if self._votes() else {}
        if kept.get("opened"):
            return
        if kept:
            vote = {"second": option.text, "second_right": option.right, "second_confidence": sure}
        else:
            vote = {"first": option.text, "right": option.right, "confidence": sure,
                    "misconception": option.misconception or None}
        kept.pop("when", None)
        self._failed = ""
        self._note(**kept | vote | {"opened": opened or "first" in kept})

    def _page(self):
        wanted = self._figure is not None and os.environ.get("FRACTALEDU_STILLS", "") not in ("", "0")      # pages.py
        return folded.question_page(self._question, still(self._figure, self._alt) if wanted else "")

    def _text(self):
        return folded.question_text(self._question)


class Framed(ipywidgets.VBox):
    """A prediction and, once it is open, its figure."""

    def __init__(self, prediction):
        self._prediction = prediction
        super().__init__(layout={"overflow": "visible"})

    def _ipython_display_(self):
        folded.display(self, self._prediction._page(), self._prediction._text())


def pick(among, index):
    """The element that the browser speaks of."""
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(among):
        raise ValueError(f"a choice must be from 0 to {len(among) - 1}, got {index!r}")
    return among[index]


def said_vote(option, sure):
    return f"{quoted(option.text)} ({sure})"


def mark(option, votes):
    """What stands beside an option once it is open, in words and with a sign."""
    yours = {1: ["your choice"], 2: ["your first vote", "your second vote"]}.get(len(votes), [])
    words = ["✓ right" if option.right else "✗ not right" if any(vote is option for vote, _ in votes) else "",
             *(name for name, (vote, _) in zip(yours, votes, strict=True) if vote is option)]
    return ", ".join(filter(None, words))


FEELINGS = {(True, "certain"): "You were certain, and with reason.",
            (True, "fairly sure"): "",
            (True, "a guess"): "You called it a guess; below stands why it is so.",
            (False, "certain"): "You were certain. Where one is certain and surprised, most is learned: take your time here.",
            (False, "fairly sure"): "",
            (False, "a guess"): "You called it a guess; now there is something to hold on to."}


def prediction_words(question, votes):
    """The answer as (role, sentence) pairs."""
    if not votes:
        return [["verdict", "The answer is shown."], ["reason", answer(question)], *others(question)]
    last, sure = votes[-1]
    answered = f"You answered {said_vote(*votes[0])}" + (
        f", and after talking to your neighbour {said_vote(last, sure)}" if len(votes) > 1 else "")
    wrong = {option.text: option for option, _ in votes if not option.right}
    said = [["verdict", f"✓ Right. {answered}." if last.right else f"✗ Not right. {answered}."],
            ["feeling", FEELINGS[last.right, sure]],
            *(["misconception", tempting(option) if option is last else f"To your first vote: {tempting(option)}"]
              for option in wrong.values()),
            ["reason", question.reason if last.right else answer(question)]]
    return [[role, text] for role, text in said if text]


# ---------------------------------------------------------------- reveal

class Reveal(Ask):
    """A sentence of one's own; then ours beside it, to be judged by oneself."""

    def __init__(self, lesson, key, prompt: Prompt):
        self._prompt = prompt
        super().__init__(lesson, "explanations", key)

    def _described(self):
        kept = self._kept()
        text = kept["text"] if isinstance(kept.get("text"), str) else ""
        judged, is_open = kept.get("judged"), bool(text) or shows_all()
        return {"prompt": self._prompt.prompt, "open": is_open, "again": bool(text), "text": text,
                "explanation": self._prompt.explanation if is_open else "", "fewest": FEWEST_WORDS, "most": MOST_CHARACTERS,
                "judgements": list(JUDGEMENTS), "judged": JUDGEMENTS.index(judged) if judged in JUDGEMENTS else None}

    def _do_compare(self, message):
        text = str(message["text"]).strip()[:MOST_CHARACTERS]
        if len(text.split()) < FEWEST_WORDS:
            raise ValueError(f"Write at least {FEWEST_WORDS} words.")
        self._note(text=text, judged=None)

    def _do_judge(self, message):
        kept = self._kept()
        if kept.get("text"):
            self._note(text=kept["text"], judged=pick(JUDGEMENTS, message["judged"]))

    def _page(self):
        return folded.prompt_page(self._prompt)

    def _text(self):
        return self._prompt.prompt
