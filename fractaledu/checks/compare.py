"""The frame of every check: hidden cases, answers beside the right ones, the typical mistakes beside both."""
from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import answers
from . import child
from .reading import KIND, NOT_A_NUMBER
from .result import NOT_ATTEMPTED, RIGHT, WRONG, Result, brief, inputs_in_words
from .trial import ENDLESS, Trial, Trouble, message

LIKENESS = 1e-6             # relative: an answer nearer than this to a mistake's is that mistake
ALMOST_ALL = 0.98           # of the cases where a mistake shows; a few may differ by rounding
NEARLY = 1e-3               # relative: a wrong answer so near the right one is an approximation


class Mistake(NamedTuple):
    """A typical wrong answer: its name, what it gives for a case, and what to say about it."""

    name: str
    gives: Callable[..., Any]
    advice: str


def hidden() -> np.random.Generator:
    """Where the hidden numbers of a check come from: new ones each time (tests put a seeded one here)."""
    return np.random.default_rng()


def exercise(lesson, signature):
    """Make a check of a function that returns what was checked when all is right, and raises Trouble when it is not.

    The check returns a Result in any case and notes it among the learner's answers.
    """
    def decorate(check):
        @functools.wraps(check)
        def checked(*given):
            inspect.signature(check).bind(*given)           # a wrong call of the check itself is Python's own TypeError
            key = check.__name__
            result, source = _judged(check, given)
            # a notebook begun anew, as on Binder, must not wipe out what was answered before
            if result.outcome != NOT_ATTEMPTED or answers.kept(lesson, "exercises", key) is None:
                answers.note(lesson, "exercises", key, outcome=result.outcome, misconception=result.misconception,
                             source=source)
            return result
        checked.lesson, checked.exercise = lesson, signature
        checked.__doc__ = f"{inspect.cleandoc(check.__doc__)}\n\n{_numpydoc(check)}"
        return checked
    return decorate


def prepared(prepare):
    """A check that calls `prepare()` in the notebook's own process before its clock runs: what must be compiled takes longer
    than a check waits, and what a child compiles is lost with it."""
    def around(check):
        @functools.wraps(check)
        def checked(*given):
            prepare()
            return check(*given)
        return checked
    return around


def _numpydoc(check):
    names = list(inspect.signature(check).parameters)
    what = ("function : callable\n    The learner's, uncalled." if names == ["function"] else
            f"{', '.join(names)} : object\n    What the learner found.")
    return (f"Parameters\n----------\n{what}  None, `...` or an empty stub is \"not attempted\".\n\n"
            "Returns\n-------\nResult\n    Also where the answer raises, hangs or is of the wrong kind; only the interrupt "
            "button raises KeyboardInterrupt.")


def _judged(check, given):
    """(Result, source); in a process of its own where that is possible, so that nothing can hold up the notebook."""
    def work():
        return _result(check, given), _source(given)

    try:
        return child.apart(work) if child.possible() else work()
    except OSError:             # no process is to be had
        return work()
    except child.Late:
        said = ("Your function had not answered after 5 seconds and was stopped from outside. Does every loop come to its end, "
                "also one that catches errors?")
        return Result(check.__name__, WRONG, said, ENDLESS), _source(given, careful=True)
    except child.Gone:
        said = ("The process in which the check ran your function ended without an answer. Does it call `os._exit`, need more "
                "memory than there is, or crash in compiled code (an index outside an array)?")
        return Result(check.__name__, WRONG, said, "it ends Python itself"), _source(given, careful=True)


def _result(check, given):
    name = check.__name__
    try:
        try:
            return Result(name, RIGHT, check(*given))
        except Trouble as trouble:
            return Result(name, trouble.outcome, trouble.text, trouble.name, inputs_in_words(trouble.input),
                          *(None if value is None else brief(value) for value in (trouble.got, trouble.expected)))
    except KeyboardInterrupt:           # the interrupt button
        raise
    except BaseException as error:      # a check never stops a notebook, whatever it was given
        return Result(name, WRONG, f"The check could not compare this answer ({type(error).__name__}: {message(error)}). Does "
                      "your function return the kind of thing that the exercise asks for?", KIND)


def _source(given, careful=False):
    """What the learner handed in, as text: the lines of a function, or the numbers (careful: no code of theirs is run)."""
    if len(given) == 1 and callable(given[0]):
        try:
            return inspect.getsource(getattr(given[0], "py_func", given[0]))
        except (OSError, TypeError):
            pass
    return ", ".join(type(value).__name__ if careful else brief(value) for value in given)


def compare(function, signature, cases, right, mistakes, *, read, near, error=None, hints=None, hint="", like=None,
            special=None):
    """Compare a learner's function with the right one on all cases; return (its Trial, the worst error).

    Parameters
    ----------
    cases : list of tuple
        The inputs.
    right : callable
        What is expected, from a case's inputs.
    mistakes : sequence of Mistake
    read : callable
        Turns what the function returns into what can be compared, or raises Trouble.
    near : callable
        near(got, expected, *case): whether an answer is right.
    error : callable, default abs(got - expected)
        A number that says how far off an answer is.
    hints : dict
        As in `Trial`.
    hint : str
        What to say where no mistake fits.
    like : callable, default `alike`
        like(answer, other): whether an answer is that of a mistake.
    special : callable, optional
        special(cases, got, expected): (name, advice) of a mistake that is seen only in all answers together, or None.
    """
    trial, like = Trial(function, signature, hints), like or alike
    expected = [right(*case) for case in cases]
    got = [_read(trial, case, read, wanted) for case, wanted in zip(cases, expected, strict=True)]
    bad = [i for i, case in enumerate(cases) if not near(got[i], expected[i], *case)]
    if not bad:
        measured = error or distance
        return trial, max(measured(g, e) for g, e in zip(got, expected, strict=True))
    first = bad[0]
    if not like(_read(trial, cases[first], read, expected[first]), got[first]):
        name, advice = ("the answer changes from call to call",
                        "Twice the same input, two answers: does it use a random number, or a variable from outside?")
    else:
        name, advice = diagnose(cases, got, expected, mistakes, hint, like, special)
    raise Trouble(f"{len(bad)} of {len(cases)} hidden cases differ. {advice}{trial.aside()}", name,
                  input=trial.named(cases[first]), got=got[first], expected=expected[first])


def _read(trial, case, read, expected):
    try:
        return read(trial(*case))
    except Trouble as trouble:
        if trouble.outcome == NOT_ATTEMPTED:
            raise
        if trouble.name == NOT_A_NUMBER and "nan" in trial.hints:
            trouble.text += " " + trial.hints["nan"]
        raise Trouble(trouble.text, trouble.name, input=trial.named(case), got=trouble.got, expected=expected) from None


def diagnose(cases, got, expected, mistakes, hint, like, special):
    """(name or None, advice) of the mistake that gives the learner's answers."""
    def all_like(some, others):
        return all(map(like, some, others))

    shares = []
    for mistake in mistakes:
        given = [_given(mistake, case) for case in cases]
        if not all_like(given, expected):                   # else these cases cannot tell it from the truth
            telling = [like(g, a) for g, a, e in zip(given, got, expected, strict=True) if not (like(g, e) and like(a, e))]
            shares.append((sum(telling) / len(telling), mistake))
    shares.sort(key=lambda pair: -pair[0])                  # stable: among equals the first listed
    share, mistake = shares[0]
    if share >= ALMOST_ALL:
        return mistake.name, mistake.advice
    if all_like(got, got[:1] * len(got)) and not all_like(expected, expected[:1] * len(got)):
        return "the same answer whatever the input", f"Your function always returns {brief(got[0])}. {hint}".rstrip()
    seen = special and special(cases, got, expected)
    if seen:
        return seen
    closest = _factor(got, expected)
    if share > 0.3:
        closest += f" Closest is “{mistake.name}” ({share:.0%} of the cases that tell): {mistake.advice}"
    return None, f"None of the typical mistakes gives all these answers.{closest} {hint}".rstrip()


def _factor(got, expected):
    """A sentence if the answers are the right ones, nearly, or times one number."""
    if any(isinstance(value, str | tuple) or value == 0 for value in (*got, *expected)):
        return ""
    factors = [one / other for one, other in zip(got, expected, strict=True)]
    if all(abs(factor - 1) < NEARLY for factor in factors):
        return " Yours are nearly right, but more digits are wanted: an approximation, float32, or a rounded π?"
    if all(alike(factor, -1) for factor in factors):
        return " Yours are the right ones with the other sign."
    same = all(alike(factor, factors[0]) for factor in factors)
    return f" Yours are always {brief(factors[0])} times the right ones." if same else ""


def _given(mistake, case):
    try:
        with np.errstate(all="ignore"):
            return mistake.gives(*case)
    except (ArithmeticError, ValueError):
        return None


def alike(one, other) -> bool:
    """Whether two answers are the same for the purpose of naming a mistake."""
    if one is None or other is None or isinstance(one, str) or isinstance(other, str):
        return one is other or (isinstance(one, str) and one == other)
    one, other = np.atleast_1d(np.asarray(one, complex)), np.atleast_1d(np.asarray(other, complex))
    return one.shape == other.shape and bool(np.all(np.abs(one - other) <= LIKENESS * np.maximum(1e-3, np.abs(other))))


def distance(got, expected) -> float:
    """The largest difference of their parts."""
    return float(np.max(np.abs(np.asarray(got) - np.asarray(expected))))


def relative(got, expected) -> float:
    """The largest difference, as a share of the expected size."""
    return distance(got, expected) / float(np.max(np.abs(np.asarray(expected))))


def wrong(text, name=None, **case):
    """The Trouble of a wrong number."""
    return Trouble(text, name, WRONG, **case)
