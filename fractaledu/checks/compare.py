"""The frame of every check: hidden cases, answers beside the right ones, the typical mistakes beside both."""
from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import answers
from .result import NOT_ATTEMPTED, RIGHT, WRONG, Result, brief
from .trial import Trial, Trouble, a_thing

LIKENESS = 1e-6             # relative: an answer nearer than this to a mistake's is that mistake
ALMOST_ALL = 0.98           # of the cases where a mistake shows; a few may differ by rounding


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
            result, key = _result(check, given), check.__name__
            # a notebook begun anew, as on Binder, must not wipe out what was answered before
            if result.outcome != NOT_ATTEMPTED or answers.kept(lesson, "exercises", key) is None:
                answers.note(lesson, "exercises", key, outcome=result.outcome, misconception=result.misconception,
                             source=_source(given))
            return result
        checked.lesson, checked.exercise = lesson, signature
        return checked
    return decorate


def _result(check, given):
    try:
        return Result(check.__name__, RIGHT, check(*given))
    except Trouble as trouble:
        return Result(check.__name__, trouble.outcome, trouble.text, trouble.name, trouble.input, trouble.got,
                      trouble.expected)
    except Exception as error:      # a check never stops a notebook, whatever it was given
        return Result(check.__name__, WRONG, f"The check could not compare this answer ({type(error).__name__}: {error}). Does "
                      "your function return the kind of thing that the exercise asks for?", KIND)


def _source(given):
    """What the learner handed in, as text: the lines of a function, or the numbers."""
    if len(given) == 1 and callable(given[0]):
        try:
            return inspect.getsource(getattr(given[0], "py_func", given[0]))
        except (OSError, TypeError):
            return brief(given[0])
    return ", ".join(map(brief, given))


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
    """A sentence if the answers are the right ones times one number."""
    if any(isinstance(value, str | tuple) or value == 0 for value in (*got, *expected)):
        return ""
    factors = [one / other for one, other in zip(got, expected, strict=True)]
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


# ---------------------------------------------------------------- reading what comes back

NOT_A_NUMBER = "the answer is no finite number"
KIND = "an answer of the wrong kind"


def number(value, kind=float, name="Your function returned"):
    """A finite real (or complex) number; Trouble for anything else."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    wanted = {float: "one real number", complex: "one number", int: "a whole number"}[kind]
    if isinstance(value, bool | np.bool_ | str) or not hasattr(value, "__complex__") and not hasattr(value, "__float__"):
        raise Trouble(f"{name} {a_thing(value)}, {brief(value)}; wanted is {wanted}.", KIND, got=value)
    if isinstance(value, np.ndarray | list | tuple):
        shape = "an array that is too large" if not isinstance(value, np.ndarray) else f"an array of shape {value.shape}"
        raise Trouble(f"{name} {shape}; wanted is {wanted}.", "an answer of the wrong shape", got=value)
    if isinstance(value, complex | np.complexfloating) and kind is not complex:
        raise Trouble(f"{name} the complex number {brief(value)}; wanted is {wanted}. Take `.real`, or `abs(...)` where a "
                      "size is meant.", KIND, got=value)
    try:
        read = complex(value) if kind is complex else float(value)
    except Exception:               # whatever a class of the learner's own raises
        raise Trouble(f"{name} {a_thing(value)}; wanted is {wanted}.", KIND, got=value) from None
    if not (math.isfinite(read.real) and math.isfinite(read.imag)):
        raise Trouble(f"{name} {brief(value)}, which is no finite number: something was divided by zero, grew beyond all "
                      "bounds, or had its logarithm or root taken where there is none.", NOT_A_NUMBER, got=value)
    if kind is int:
        if read != round(read):
            raise Trouble(f"{name} {brief(value)}; wanted is {wanted}.", KIND, got=value)
        return int(read)
    return read


def pair(value):
    """Two finite real numbers."""
    several = isinstance(value, tuple | list) or isinstance(value, np.ndarray) and value.ndim > 0
    if not several or len(value) != 2:
        held = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        raise Trouble(f"Your function returned {a_thing(value)}{held}; wanted are two numbers: `return p, s`.",
                      "an answer of the wrong shape", got=value)
    return tuple(number(part, name="One of the two numbers is") for part in value)


def given_numbers(*values, names):
    """Plain numbers that the learner found; Trouble where they are missing or no numbers."""
    missing = [name for name, value in zip(names, values, strict=True) if value is None or value is ...]
    if missing:
        raise Trouble(f"Put your number in the place of `...` for {' and '.join(f'`{name}`' for name in missing)} in the cell "
                      "above, run that cell, then run this one again.", outcome=NOT_ATTEMPTED)
    for name, value in zip(names, values, strict=True):
        if callable(value):
            raise Trouble(f"`{name}` should be a number, not the function that computes it: call it first.", KIND, got=value)
    return [number(value, name=f"`{name}` is") for name, value in zip(names, values, strict=True)]


def wrong(text, name=None, **case):
    """The Trouble of a wrong number."""
    return Trouble(text, name, WRONG, **case)
