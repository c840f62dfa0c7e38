"""Filter by a proxy, or optimise it: what becomes of the goal."""
from __future__ import annotations

import math

import numpy as np

from .. import filtering as toy
from ..wording import number
from .board import Board, Knob
from .scene import Axis, Dots, Line, Plot, Rule, Scene

ANSWERS = 1500
NEAR = 0.05                     # an answer with P so near to p is kept
P, T = (-1.0, 3.0), (-1.5, 2.5)  # seen in the first plot
MOST, FAR = 20.0, 60.0          # pressure in the third plot, and to the end of the path in the second


def filtering(means=(1.0, 0.0, 1.5), spread=1.0, p=None) -> Board:
    """Truth T = (A + B)/3 and persuasiveness P = (A + C)/3 of 1500 answers; and the weights moved towards a larger mean P.

    The first plot filters: it keeps the answers with P = p.  The second has the mean T of both ways over the mean P that they
    reach.  The third has both means while the pressure on the weights grows.

    Parameters
    ----------
    means : (float, float, float)
        Of A (true and persuasive), B (only true) and C (only persuasive), each from 0 to 3.
    spread : float, default 1
        Standard deviation of C, from 0.1 to 4; that of A and B is 1.
    p : float, optional
        The persuasiveness that is asked for, from -1 to 3; default: what the equal weights have on average, rounded up to
        hundredths.

    Returns
    -------
    Board
        Its knobs are p, a, b, c (the means) and spread.
    """
    a, b, c = means
    first = math.ceil(100 * toy.averages(means=means)[1] - 1e-9) / 100 if p is None else p
    return Board("Filter, or optimise",
                 [Knob("p", "persuasiveness p asked for", first, *P, step=0.01),
                  Knob("a", "mean μA: true and persuasive", a, 0.0, 3.0, step=0.05),
                  Knob("b", "mean μB: only true", b, 0.0, 3.0, step=0.05),
                  Knob("c", "mean μC: only persuasive", c, 0.0, 3.0, step=0.05),
                  Knob("spread", "spread σ of C", spread, 0.1, 4.0, log=True)], _draw)


def _draw(k):
    means, spreads = (k.a, k.b, k.c), (1.0, 1.0, k.spread)
    truth, persuasive = toy.sample(ANSWERS, means=means, spreads=spreads)
    kept = np.abs(persuasive - k.p) < NEAR
    filtered = toy.filtered_truth(k.p, means=means, spreads=spreads)
    pressure = toy.pressure_for(k.p, means)
    return Scene([_there(k, truth, persuasive, kept, means, spreads), _ways(k, means, spreads, filtered, pressure),
                  _pressed(means, pressure)], _words(k, kept, filtered, pressure, means, spreads))


def _there(k, truth, persuasive, kept, means, spreads):
    ends = np.array(P)
    layers = [Dots(persuasive[~kept], truth[~kept], "sky", 1.4), Dots(persuasive[kept], truth[kept], "red", 2.6, name="kept"),
              Line(ends, toy.filtered_truth(ends, means=means, spreads=spreads), "orange", 2.5, name="mean T at each P"),
              Rule(x=k.p, colour="text")]
    return Plot("answers", Axis("persuasiveness P", *P), Axis("truth T", *T), layers, ratio=0.7,
                title="What there is", touch=("p", None),
                says=f"{ANSWERS} answers with equal weights; {kept.sum()} of them have P within {NEAR} of {number(k.p, 3)}. "
                     f"Along the line T rises by {number(toy.slope(spreads=spreads), 3)} for each unit of P.")


def _path(means, most):
    pressures = most * np.linspace(0, 1, 121) ** 2          # closer where more happens
    weights = toy.optimised(pressures, means)
    return pressures, *toy.averages(weights.T, means)


def _ways(k, means, spreads, filtered, pressure):
    ends, (_, t, p) = np.array(P), _path(means, FAR)
    layers = [Line(ends, toy.filtered_truth(ends, means=means, spreads=spreads), "orange", 2, True, "filter"),
              Line(p, t, "blue", 2.5, name="optimise"), Dots(p[:1], t[:1], "text", 4, name="equal weights"),
              Rule(x=k.p, colour="text"), Dots([k.p], [filtered], "orange", 5, True)]
    reached = "no weights have it"
    if pressure is not None:
        there = toy.averages(toy.optimised(pressure, means), means)[0]
        layers.append(Dots([k.p], [there], "blue", 5, True))
        reached = f"the optimised weights {number(float(there), 3)}"
    return Plot("ways", *_about_the_path(t, p), layers, ratio=0.7,
                title="Two ways to P = p", touch=("p", None),
                says=f"Mean T over the mean P: at {number(k.p, 3)} the filter has {number(float(filtered), 3)}, {reached}.")


def _about_the_path(t, p):
    """Axes in which the path is large, with ends in round steps so that they stay while a mean is turned a little."""
    top = max(t.max(), t[0] + p[-1] - p[0])             # where the filter's line ends at most: its slope is below 1
    return (Axis("mean persuasiveness", math.floor(2 * (p[0] - 0.3)) / 2, math.ceil(2 * (p[-1] + 0.3)) / 2),
            Axis("mean truth", math.floor(4 * (t.min() - 0.1)) / 4, math.ceil(4 * (top + 0.1)) / 4))


def _pressed(means, pressure):
    pressures, t, p = _path(means, MOST)
    top = math.ceil(2 * max(t.max(), p.max()) + 0.2) / 2
    layers = [Line(pressures, p, "orange", 2, True, "P, the proxy"), Line(pressures, t, "blue", 2.5, name="T, the goal")]
    if pressure is not None and pressure <= MOST:
        layers.append(Rule(x=pressure, colour="text"))
    return Plot("pressure", Axis("pressure on the weights", 0, MOST), Axis("mean", 0, top), layers, width=1.0, ratio=0.3,
                title="Optimising harder",
                says=f"Under pressure the mean P goes from {number(p[0], 3)} to {number(p[-1], 3)}, the mean T from "
                     f"{number(t[0], 3)} to {number(t[-1], 3)}; the highest T on the way is {number(t.max(), 3)}.")


def _words(k, kept, filtered, pressure, means, spreads):
    first = (f"p = {number(k.p, 3)}. Filtering: {kept.sum()} of {ANSWERS} answers are kept; mean truth of such answers "
             f"{number(float(filtered), 3)} (slope {number(toy.slope(spreads=spreads), 3)}).")
    if pressure is None:
        low, high = toy.averages(means=means)[1], max(means[0], means[2], 0.0)
        why = ("is below what equal weights have" if k.p < low
               else f"is beyond {number(high, 3)}, the most that any weights have")
        return f"{first} Optimising: {number(k.p, 3)} {why}."
    weights = toy.optimised(pressure, means)
    shares = ", ".join(f"{name} {value:.2f}" for name, value in zip("αβγ", weights, strict=True))
    return f"{first} Optimising: weights {shares}, mean truth {number(float(toy.averages(weights, means)[0]), 3)}."
