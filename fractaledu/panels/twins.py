"""Twin orbits: two runs of the logistic map that start a small gap apart, and how fast they part."""
from __future__ import annotations

import math

import numpy as np

from ..wording import number
from .board import Board, Knob
from .scene import Axis, Dots, Handle, Line, Plot, Rule, Scene

STEPS = 80                      # that are drawn
BURN, COUNTED = 500, 4000       # steps of the orbit behind the exponent
FAR, NEAR = 0.03, 1e-15         # the fit stops where the twins are as far apart as the orbit allows, or equal but for rounding
FEWEST = 5                      # points of a fit
SUPERSTABLE = -20.0             # no other exponent of a float64 orbit of this length lies below
CALM = 0.002                    # an exponent of 0, measured over so many steps, can come out as high


def twin_orbits(rate=4.0, start=0.3, gap=1e-10) -> Board:
    """Two runs of x' = r x (1 - x) whose starts are a gap apart; the gap and the start can be dragged.

    The left plot shows both runs against the step, the right one their distance on a logarithmic axis, with a line fitted
    while the distance is neither large nor at the rounding of float64, and beside it the slope of the Lyapunov exponent.

    Parameters
    ----------
    rate : float, default 4
        r, from 1 to 4.
    start : float, default 0.3
        The first run's start, from 0.002 to 0.998.
    gap : float, default 1e-10
        The second run starts so much higher; from 1e-14 to 1e-3.

    Returns
    -------
    Board
    """
    return Board("Twin orbits", [Knob("rate", "growth rate r", rate, 1, 4, step=0.01),
                                 Knob("start", "start x₀", start, 0.002, 0.998, step=0.001),
                                 Knob("gap", "gap between the twins", gap, 1e-14, 1e-3, log=True)], _draw)


def orbit(rate, start, steps):
    """The start and the states after each step."""
    x, states = start, [start]
    for _ in range(steps):
        x = rate * x * (1 - x)
        states.append(x)
    return np.array(states)


def exponent(rate, start):
    """The Lyapunov exponent of the orbit from this start: the mean of ln |r (1 - 2x)|, after a burn-in."""
    states = orbit(rate, start, BURN + COUNTED)[BURN:-1]
    return float(np.log(np.maximum(np.abs(rate * (1 - 2 * states)), 1e-300)).mean())


def fitted(distances):
    """Slope and height at step 0 of the line through ln distance, and how many points it has; None where too few."""
    ends = np.flatnonzero((distances > FAR) | (distances < NEAR))
    count = int(ends[0]) if len(ends) else len(distances)
    if count < FEWEST:
        return None
    slope, height = np.polyfit(np.arange(count), np.log(distances[:count]), 1)
    return float(slope), float(height), count


def _draw(k):
    first, twin = orbit(k.rate, k.start, STEPS), orbit(k.rate, k.start + k.gap, STEPS)
    distances, growth = np.abs(twin - first), exponent(k.rate, k.start)
    fit = fitted(distances) if growth > CALM else None         # else it would fit what happens before the runs settle
    return Scene([_runs(first, twin), _distance(k, distances, growth, fit)], _words(k, first, distances, growth, fit))


def _runs(first, twin):
    steps = np.arange(STEPS + 1)
    apart = _first(np.abs(twin - first) > 0.1)
    says = "Both runs against the step. They look like one" + (f" up to step {apart - 1}, then they differ." if apart else ".")
    return Plot("runs", Axis("step", 0, STEPS), Axis("x", 0, 1),
                [Line(steps, first, "blue"), Line(steps, twin, "orange"), Dots(steps, first, "blue", 2.5, name="first run"),
                 Dots(steps, twin, "orange", 2.5, hollow=True, name="its twin"), Handle(0, "start", "start of both runs")],
                title="Two runs", says=says, ratio=0.75)


def _distance(k, distances, growth, fit):
    steps = np.arange(STEPS + 1)
    layers = [Dots(steps, distances, "blue", 2.5, name="distance")]
    if growth > SUPERSTABLE:
        layers.append(Line(*_straight(growth, math.log(k.gap)), "green", 2, True, name=f"slope λ = {signed(growth)}"))
    if fit:
        slope, height, count = fit
        layers.append(Line(*_straight(slope, height, count - 1), "orange", 2.5, name=f"fitted slope {signed(slope)}"))
    layers += [Rule(y=1.0), Handle(0, "gap", "gap between the twins")]
    says = (f"Distance of the twins on a logarithmic axis, from {number(k.gap)} at step 0 to {number(distances[-1])} at step "
            f"{STEPS}.")
    return Plot("distance", Axis("step", 0, STEPS), Axis("distance of the twins", 1e-17, 10, log=True), layers,
                title="How far apart", says=says, ratio=0.75)


def _straight(slope, height, until=STEPS):
    """x and y of the part of exp(height + slope x), a line on a logarithmic axis, that lies within the plot."""
    lowest, highest = math.log(1e-17), math.log(10)
    if slope:
        until = min(until, max(((highest if slope > 0 else lowest) - height) / slope, 0.0))
    return [0.0, until], [math.exp(height), math.exp(min(max(height + slope * until, lowest), highest))]


def _words(k, first, distances, growth, fit):
    landed, apart = _first(first == 0.0), _first(distances > 0.1)
    if landed:
        return (f"The first run is exactly 0 from step {landed} on: this start is a trap. The exponent there, "
                f"{signed(growth)}, is that of the point 0, not of the runs around it.")
    if growth < SUPERSTABLE:
        return ("The twins become equal: the run comes to x = 1/2, where a step forgets every small difference. "
                "λ is minus infinity.")
    seen = f"they are more than 0.1 apart at step {apart}" if apart else f"they stay within 0.1 for all {STEPS} steps"
    slope = f"The fitted slope is {signed(fit[0])} per step; the" if fit else "The"
    beside = f"{slope} Lyapunov exponent λ is {signed(growth)}, a factor of {math.exp(growth):.3g} a step."
    if growth > CALM:
        return (f"The twins start {number(k.gap)} apart; {seen}. {beside} "
                f"At the pace λ a gap reaches 1 after ln(1/gap)/λ = {-math.log(k.gap) / growth:.1f} steps.")
    if apart:
        return f"In the long run small differences shrink here, but before the runs have settled, these grow: {seen}. {beside}"
    return f"A small difference shrinks: {seen}. {beside}"


def signed(value) -> str:
    """An exponent for reading, three decimals."""
    return f"{value:.3f}".replace("-", "−")


def _first(where):
    """The first index that holds, or 0."""
    return int(np.argmax(where))
