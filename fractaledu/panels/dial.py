"""A learning rate as a point of the Mandelbrot set: the marker on the real axis, and gradient descent on x²/2 − x³/3 below."""
from __future__ import annotations

import numpy as np

from ..view import View
from ..wording import number
from .board import Board, Knob
from .families import FAMILIES
from .julia import map_picture
from .orbits import LONGEST, ending, followed
from .scene import Axis, Dots, Label, Line, Plot, Rule, Scene

MAP = View((-2.3, 0.7), (-0.45, 0.45))
SIZE, MAP_STEPS = (480, 144), 1000
DRAWN = 40                                      # steps of the descent that are drawn
SETTLING = 20_000                               # steps after which it is said where a descent comes to
SPREAD = 1.8                                    # of the axis of x
LOST = 10.0                                     # beyond this a descent does not come back
LANDMARKS = (0.0, 1.0, 2.0, 6 ** 0.5, 3.0)      # rates that are marked on the axis
DOT = "#000000"


def dial(rate=2.0, start=0.3) -> Board:
    """Gradient descent on x**2/2 - x**3/3, and where its learning rate lies in the Mandelbrot set.

    The descent x' = (1 - rate) x + rate x**2 is z' = z**2 + c with z = rate x + (1 - rate)/2 and c = (1 - rate**2)/4.

    Parameters
    ----------
    rate : float, default 2
        Learning rate, from 0 to 3.2.
    start : float, default 0.3
        First x, from -0.3 to 0.99.

    Returns
    -------
    Board
        Its knobs are rate and start.
    """
    knobs = [Knob("rate", "learning rate η", rate, 0.0, 3.2, step=0.01),
             Knob("start", "start x₀", start, -0.3, 0.99, step=0.01)]
    return Board("Learning rates on the Mandelbrot set", knobs, _draw)


def constant_of(rate) -> float:
    """The c of a learning rate."""
    return (1 - rate * rate) / 4


def descent(rate, start, steps) -> np.ndarray:
    """x_0, x_1, …, steps + 1 of them, of gradient descent on x²/2 − x³/3; NaN once lost."""
    return followed(lambda x: FAMILIES["cubic"].step(x, rate), start, steps, LOST)


def _draw(k):
    c, xs = constant_of(k.rate), descent(k.rate, k.start, SETTLING)
    fate = f"η = {number(k.rate)} is c = {number(c)}. {_fate(k.rate, xs)}"
    shown = xs[:DRAWN + 1]
    return Scene([_map(k.rate, c), _descent(shown), _squares(k.rate, c, shown)], fate)


def _map(rate, c):
    return Plot("map", Axis("real part of c", *MAP.x), Axis("imaginary part of c", *MAP.y),
                [map_picture(False, MAP_STEPS, MAP, SIZE), Line([-2.0, 0.25], [0.0, 0.0], colour=DOT, width=1.2), *_landmarks(),
                 Dots([c], [0.0], colour="#FFFFFF", size=8), Dots([c], [0.0], colour="orange", size=5.5)],
                title="The Mandelbrot set: c = (1 − η²)/4", width=1.0, ratio=0.3,
                says=f"The Mandelbrot set with {MAP_STEPS} steps; learning rate {number(rate)} is marked on its real axis, at "
                     f"c = {number(c)}.")


def _landmarks():
    """Stems with names, above and below in turn, so that they do not meet."""
    layers = []
    for nth, rate in enumerate(LANDMARKS):
        c, end = constant_of(rate), 0.25 if nth % 2 else -0.33
        name = f"η = {'√6' if rate == 6 ** 0.5 else round(rate)}"
        layers += [Line([c, c], [0.0, end], colour=DOT, width=0.8), Label(c, end, name)]
    return layers


def _descent(shown):
    t = np.arange(len(shown))
    return Plot("descent", Axis("step t", 0, DRAWN), Axis("xₜ", 1.1 - SPREAD, 1.1),
                [Rule(y=0.0, name="0: the minimum"), Line(t, shown, width=1),
                 Dots(t, shown, size=2.5, name="gradient descent")],
                title="Gradient descent on x²/2 − x³/3", ratio=0.45, says=f"x in the first {DRAWN} steps: {_few(shown)}.")


def _squares(rate, c, shown):
    t = np.arange(len(shown))
    z = followed(lambda z: z * z + c, rate * shown[0] + (1 - rate) / 2, len(shown) - 1, LOST)
    return Plot("squares", Axis("step t", 0, DRAWN), Axis("zₜ", -2.2, 2.2),
                [Rule(y=2.0, name="2 and −2: no way back beyond"), Rule(y=-2.0),
                 Line(t, rate * shown + (1 - rate) / 2, width=1, name="η x + (1 − η)/2"),
                 Dots(t, z, colour="orange", size=3.6, hollow=True, name="z² + c")],
                title="The same, as z² + c", ratio=0.45, says=f"z in the first {DRAWN} steps: {_few(z)}.")


def _few(values):
    return ", ".join(number(value, 2) for value in values[:5] if value == value)


def _fate(rate, xs):
    if rate == 0:
        return "A step of nothing: x stays where it is."
    if np.isnan(xs[-1]):
        return f"x runs away: beyond {LOST:.0f} after {np.isnan(xs).argmax()} steps."
    if rate <= 2:
        factor = abs(1 - rate)
        slow = " That is slow, but not lost: at η = 2 only the bend of the loss still brings x to 0." if rate == 2 else ""
        return f"x comes to the minimum 0; near it, a step multiplies the error by |1 − η| = {number(factor)}.{slow}"
    end = ending(xs, SPREAD)
    count = "one value" if len(end.values) == 1 else f"{len(end.values)} values in turn"
    if end.kind == "open":
        return f"No cycle of up to {LONGEST} values is seen after {SETTLING:,} steps.".replace(",", " ")
    if end.kind == "slow":
        return f"That is slow: after {SETTLING:,} steps x is still approaching {count}.".replace(",", " ")
    about = "" if end.kind == "cycle" else ", as far as an eye can tell,"
    return f"x ends{about} by visiting {count}."
