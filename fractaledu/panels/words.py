"""The logistic map forced by a word: Markus' map of its exponents, and the orbit behind a point of it."""
from __future__ import annotations

import functools
import math

import numpy as np

from ..colour import colours
from ..descents import markus
from ..rendering import render
from ..view import View
from .board import Board, Choice, Knob, Text
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Rule, Scene
from .twins import signed

SIDE = 144                      # pixels of the map
BURN, STEPS = 500, 400          # as fe.markus
SHOWN = 60                      # steps of the orbit
PARTS = {"all, from 2 to 4": ((2.0, 4.0), (2.0, 4.0)), "A from 3.4 to 4, B from 2.5 to 3.4": ((3.4, 4.0), (2.5, 3.4))}


def word_map(word="AB", a=3.76, b=2.83, start=0.3) -> Board:
    """Lyapunov exponents of the logistic map whose r goes through a word of A and B, and the orbit at one point (A, B).

    Parameters
    ----------
    word : str, default "AB"
        1 to 64 letters A and B.
    a, b : float, default 3.76, 2.83
        The point: r at the letter A and at the letter B, from 2 to 4.  The default lies in a swallow.
    start : float, default 0.3
        x at the first step, from 0.05 to 0.95.

    Returns
    -------
    Board
    """
    knobs = [Text("word", "word of A and B", word, markus), Choice("part", "part of the map", next(iter(PARTS)), list(PARTS)),
             Knob("a", "r at A", a, 2, 4, step=0.01), Knob("b", "r at B", b, 2, 4, step=0.01),
             Knob("start", "start x₀", start, 0.05, 0.95, step=0.05)]
    return Board("A word for the logistic map", knobs, _draw)


def forced(word, a, b, start):
    """The states, and the growth of a small difference in each step, once BURN steps are over."""
    rates, x = [a if letter == "A" else b for letter in word], start
    states, growth = [], []
    for t in range(BURN + STEPS):
        rate = rates[t % len(rates)]
        if t >= BURN:
            states.append(x)
            growth.append(abs(rate * (1 - 2 * x)))
        x = rate * x * (1 - x)
    return np.array(states), np.array(growth)


@functools.lru_cache(maxsize=32)
def _map(word, part, start):
    """Its colours do not depend on the point, and take most of the time."""
    return Picture(colours(render(markus(word, start=start), View(*PARTS[part]), (SIDE, SIDE), STEPS)), *PARTS[part])


def _draw(k):
    word = k.word.upper()
    states, growth = forced(word, k.a, k.b, k.start)
    so_far = np.cumsum(np.log(np.maximum(growth, 1e-300))) / np.arange(1, STEPS + 1)
    inside = all(low <= at <= high for at, (low, high) in zip((k.a, k.b), PARTS[k.part], strict=True))
    plots = [_picture(k, word, inside), _orbit(word, states), _exponent(so_far)]
    return Scene(plots, _words(k, word, states[-1], so_far[-1], inside))


def _picture(k, word, inside):
    xs, ys = PARTS[k.part]
    layers = [_map(word, k.part, k.start)] + ([Handle("a", "b", "the point A, B")] if inside else [])
    says = (f"Map of the exponents of the word {word}: A to the right, B upwards. Blue is stable, the paler the more so; red "
            "is chaotic.")
    return Plot("map", Axis("A", *xs), Axis("B", *ys), layers, title=f"Word {word}: blue stable, red chaotic", ratio=1.0,
                says=says, touch=("a", "b"))


def _orbit(word, states):
    steps = np.arange(BURN, BURN + SHOWN)
    is_a = np.array([word[step % len(word)] == "A" for step in steps])
    x = states[:SHOWN]
    layers = [Line(steps, x, "faint", 1), Dots(steps[is_a], x[is_a], "blue", 3.5, name="before a step A"),
              Dots(steps[~is_a], x[~is_a], "orange", 3.5, hollow=True, name="before a step B")]
    count = len(np.unique(x.round(6)))
    many = "one value" if count == 1 else f"{count} different values" if count < SHOWN else "no value twice"
    return Plot("orbit", Axis("step", BURN, BURN + SHOWN), Axis("x", 0, 1), layers, title="The orbit at that point", ratio=1.0,
                says=f"The orbit of x from step {BURN} on, {SHOWN} steps: {many}.")


def _exponent(so_far):
    low, high = -2.0, 1.0
    seen = np.clip(so_far, low, high)
    return Plot("exponent", Axis("steps counted", 1, STEPS), Axis("mean so far", low, high),
                [Rule(y=0.0, colour="text"), Line(np.arange(1, STEPS + 1), seen, "pink", 2)], width=1.0, ratio=0.16,
                title="Its exponent: the mean of ln |r(1 − 2x)| over the steps so far",
                says=f"The mean so far ends at {signed(so_far[-1])} after {STEPS} steps; above 0 is chaos.")


def _words(k, word, last, exponent, inside):
    at = f"Word {word} at A = {k.a:.3f}, B = {k.b:.3f}"
    away = "" if inside else " This point lies outside the part of the map that is shown."
    if last == 0:
        return f"{at}: the orbit has landed on 0 and stays there, so {signed(exponent)} is the exponent of the point 0.{away}"
    kind = "chaos: small differences grow" if exponent > 0 else "stable: small differences die out"
    factor = f", a factor of {math.exp(exponent):.3g} a step" if exponent > -20 else ""
    return f"{at}: the exponent is {signed(exponent)}{factor}. That is {kind}.{away}"
