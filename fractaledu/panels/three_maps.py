"""Three maps side by side: the Mandelbrot set, Newton's method, the learning rates of a network.  Pointing draws the runs."""
from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..colour import colours
from ..maps import mandelbrot, newton
from ..networks import paper
from ..problems import Problem
from ..rendering import render
from ..traces import trace
from ..view import View
from ..wording import complex_number, number
from .board import Board, Knob
from .scene import Axis, Dots, Line, Picture, Plot, Rule, Scene

SIZE, STEPS = 200, 200                  # pixels a side, steps of every run
LOWEST, HIGHEST = 1e-9, 1e6             # of the axis of watched numbers
ROOTS = "1", "the upper solution", "the lower solution"


class Map(NamedTuple):
    """One of the three."""

    title: str
    watched: str
    colour: str
    problem: Problem
    view: View
    labels: tuple[str, str]             # of the axes
    first: tuple[float, float]
    planar: bool                        # whether the state is a point of the picture, so that its path can be drawn


def _maps():
    net = paper("one-datum")
    close = View((47.7, 49.3), (17.9, 18.5))
    return {"mandelbrot": Map("Mandelbrot: z² + c", "Mandelbrot: |z|/2", "blue", mandelbrot(), mandelbrot().view,
                              ("real part of c", "imaginary part of c"), (-0.5, 0.5), True),
            "newton": Map("Newton: z³ = 1", "Newton: distance to the nearest solution", "orange", newton(), newton().view,
                          ("real part of the start", "imaginary part"), (0.4, 0.7), True),
            "network": Map("A network: its learning rates", "network: loss / first loss", "green", net, close,
                           ("rate of layer 1", "rate of layer 2"), (48.3, 18.2), False)}


@lru_cache(maxsize=1)
def _pictures():
    """Computed once a session: 40 000 runs for each map."""
    return {name: Picture(colours(render(one.problem, one.view, (SIZE, SIZE), steps=STEPS)), one.view.x, one.view.y)
            for name, one in _maps().items()}


def three_maps() -> Board:
    """The Mandelbrot set, Newton's method for z³ = 1 and a network's learning rates: 200 x 200 runs of 200 steps each.

    Pointing at a map draws the run behind that place: its path where there is one, and its watched number step by step.
    The network is the paper's with one data point, its first weights and data included.

    Returns
    -------
    Board
        Its knobs are mandelbrot_x and _y, newton_x and _y, network_x and _y: the three places.
    """
    maps = _maps()
    knobs = [Knob(f"{name}_{letter}", f"{one.title}, {letter}", first, *bounds, shown=False) for name, one in maps.items()
             for letter, first, bounds in zip("xy", one.first, (one.view.x, one.view.y), strict=True)]

    def draw(k):
        at = {name: (getattr(k, f"{name}_x"), getattr(k, f"{name}_y")) for name in maps}
        runs = {name: trace(one.problem, *at[name], steps=STEPS, states=one.planar) for name, one in maps.items()}
        ends = {name: _ending(name, at[name], run) for name, run in runs.items()}
        plots = [_map(name, one, at[name], runs[name], ends[name]) for name, one in maps.items()]
        return Scene([*plots, _curves(maps, runs)], " ".join(ends.values()))

    return Board("Three maps, one loop", knobs, draw)


def _map(name, one, at, run, end):
    layers = [_pictures()[name]]
    if one.planar:
        layers += [Line(*run.states.T, "#000000", 2.5), Line(*run.states.T, "#ffffff", 1)]
    layers += [Dots([at[0]], [at[1]], "#ffffff", 4), Dots([at[0]], [at[1]], "#000000", 4, True)]
    return Plot(name, Axis(one.labels[0], *one.view.x), Axis(one.labels[1], *one.view.y), layers, title=one.title,
                width=0.5, ratio=1.0, touch=(f"{name}_x", f"{name}_y"), hover=True,
                says=f"{one.title}: {SIZE} by {SIZE} runs. {end}")


def _curves(maps, runs):
    t = np.arange(1, STEPS + 1)
    layers = [Rule(y=1.0)]
    for name, one in maps.items():
        watched = np.maximum(runs[name].watched, LOWEST / 10)       # 0 has no place on a logarithmic axis
        layers.append(Line(t, watched, one.colour, 2, name=one.watched))
    return Plot("runs", Axis("step", 1, STEPS, log=True), Axis("watched number", LOWEST, HIGHEST, log=True), layers,
                title="The runs behind the three places", width=0.5, ratio=1.0,
                says="The watched number of each of the three runs, step by step, and a dashed line at 1.")


def _ending(name, at, run):
    z = complex_number(complex(*at))
    if name == "mandelbrot":
        end = "stays for 200 steps" if run.departure < 0 else f"has left after {run.departure} steps"
        return f"Mandelbrot, c = {z}: {end}."
    if name == "newton":
        end = f"comes to {ROOTS[run.attractor]} in {run.arrival} steps" if run.arrival >= 0 else "no solution in 200 steps"
        return f"Newton, z = {z} at the start: {end}."
    end = {-1: "training settles", 0: "training does neither", 1: "training runs away"}[int(run.verdict)]
    return f"Network, rates {number(at[0])} and {number(at[1])}: {end}."
