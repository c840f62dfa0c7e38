"""The map of two learning rates: each pixel one training run, and the run under the cross-hair beside it."""
from __future__ import annotations

import functools
import math

import numpy as np

from ..colour import GAP, STATES, colours, painted
from ..kernel import CAP, TAIL
from ..landscape import Landscape
from ..networks import paper
from ..rendering import render
from ..stability import edge_finder
from ..traces import trace
from ..wording import number
from .board import Board, Choice, Knob, Switch
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Rule, Scene

PIXELS, STEPS = 128, 100                        # of the map where none is given
LOW, QUIET, HIGH = 0.01, 10.0, 1e7              # of the axis of losses; a run that stays quiet gets the shorter one
MODES = {"rank of the speed": "rank", "speed in steps": "value", "three states": "verdict"}
WORDS = {-1: "learned", 0: "neither", 1: "exploded"}
INK, EDGE = "#000000", "#6A00A8"
PALETTE = "two-sided"
SAMPLES = 160                                   # of the line of the edge


def training_map(land: Landscape | None = None, rate_in=10.0, rate_out=5.0, colours="rank of the speed", edge=False) -> Board:
    """A map of the two learning rates of a network, and the training run under the cross-hair.

    Parameters
    ----------
    land : Landscape, optional
        A picture of a network over rate_in and rate_out, both axes log10.  Default: the paper's tanh network of width 8 over
        its whole plane, 128 x 128 pixels, 100 steps, rendered here.
    rate_in, rate_out : float, default 10, 5
        Where the cross-hair stands.
    colours : {"rank of the speed", "speed in steps", "three states"}
        Of the map, as modes "rank", "value" and "verdict" of `fractaledu.colours`.
    edge : bool, default False
        Draw the line where the first weights are at the edge of stability (`stability.edge_at_start`).

    Returns
    -------
    Board
        Its knobs are rate_in, rate_out, colours and edge.

    Raises
    ------
    ValueError
        If the picture is none of a network over its two rates, or a value is outside it.
    """
    land = _whole_plane() if land is None else land
    if not isinstance(land, Landscape) or tuple(land.problem.axes) != ("rate_in", "rate_out"):
        raise ValueError(f"land must be a picture of a network over rate_in and rate_out, got {land!r}")
    if (land.view.x_scale, land.view.y_scale) != ("log10", "log10"):
        raise ValueError(f"land must have two log10 axes, got {land.view.x_scale} and {land.view.y_scale}")
    draw = _Map(land)
    return Board("A map of training runs",
                 [Knob("rate_in", "rate of the input layer η₀", rate_in, *land.view.x, log=True),
                  Knob("rate_out", "rate of the output layer η₁", rate_out, *land.view.y, log=True),
                  Choice("colours", "colours", colours, tuple(MODES)),
                  Switch("edge", "edge of stability at the start", edge)], draw)


@functools.cache
def _whole_plane():
    return render(paper("tanh", width=8), size=(PIXELS, PIXELS), steps=STEPS)


class _Map:
    """k -> Scene; what does not depend on the knobs is worked out once."""

    def __init__(self, land):
        self.land = land
        self.axes = [Axis(label, *ends, log=True) for label, ends in
                     (("rate of the input layer η₀", land.view.x), ("rate of the output layer η₁", land.view.y))]
        self.pictures = functools.cache(self._picture)

    def __call__(self, k):
        run = trace(self.land.problem, k.rate_in, k.rate_out, self.land.steps)
        return Scene([self._map(k), losses_plot(run)], self._words(k, run))

    def _picture(self, mode):
        return Picture(colours(self.land, PALETTE, mode), self.land.view.x, self.land.view.y)

    @functools.cached_property
    def edge_at(self):
        return edge_finder(self.land.problem)

    @functools.cached_property
    def edge(self):
        return edge_line(self.edge_at, *self.land.view.x)

    def _map(self, k):
        mode = MODES[k.colours]
        layers = [self.pictures(mode), *_keys(mode, self.land)]
        if k.edge:
            x, y = self.edge
            inside = (y >= self.land.view.y[0]) & (y <= self.land.view.y[1])
            layers.append(Line(x, np.where(inside, y, np.nan), EDGE, 2.2, name="edge of stability at the start"))
        layers.append(Handle("rate_in", "rate_out", f"the rates {number(k.rate_in, 3)} and {number(k.rate_out, 3)}"))
        land = self.land
        shares = ", ".join(f"{np.mean(land.verdict == state):.1%} {word}" for state, word in WORDS.items())
        return Plot("map", *self.axes, layers, title="One pixel, one training run", ratio=1.0, touch=("rate_in", "rate_out"),
                    says=f"Map of {land.size[0]} x {land.size[1]} training runs of {land.steps} steps: {shares}. The marker is "
                         f"at {number(k.rate_in, 3)} and {number(k.rate_out, 3)}.")

    def _words(self, k, run):
        v, mean = seen_losses(run.watched), tail_mean(run.watched)
        at_first = self.edge_at(k.rate_in) if k.edge else None
        line = ""
        if k.edge and math.isnan(at_first):
            line = " At the start no η₁ is stable: η₀ alone is beyond the edge."
        elif k.edge:
            line = f" At the start the edge is at η₁ = {number(at_first, 3)}."
        last = f"Mean of the last {min(TAIL, len(v))} losses: {number(mean, 3)} (the first is 1)"
        return (f"η₀ = {number(k.rate_in, 3)}, η₁ = {number(k.rate_out, 3)}: {WORDS[int(run.verdict)]}. {last}. "
                f"V = {number(float(run.value), 4)}.{line}").replace("-", "−")


def edge_line(edge_at, low, high):
    """The line of `stability.edge_finder` from one input rate to another; where it falls to 0 it is followed down."""
    x = np.geomspace(low, high, SAMPLES)
    holds = ~np.isnan(edge_at(x))
    if holds.any() and not holds.all():
        inner, outer = x[holds][-1], x[~holds][0]
        for _ in range(50):
            middle = (inner + outer) / 2
            inner, outer = (inner, middle) if np.isnan(edge_at(middle)) else (middle, outer)
        x = np.unique(np.concatenate([x[holds], inner * (1 - 0.5 ** np.arange(2, 45)), [inner]]))
    return x, edge_at(x)


# ---------------------------------------------------------------- one run

def seen_losses(watched):
    """The losses as the measure sees them: over the first one; what is not finite, or beyond a million, is a million."""
    with np.errstate(over="ignore"):
        return np.minimum(np.where(np.isfinite(watched), watched, CAP) / watched[0], CAP)


def tail_mean(watched) -> float:
    """The mean of the last 20."""
    return float(seen_losses(watched)[-TAIL:].mean())


def losses_plot(run) -> Plot:
    """The loss curve as the measure sees it, the last losses marked."""
    v = seen_losses(run.watched)
    steps, mean = np.arange(len(v)), tail_mean(run.watched)
    shown, late = np.maximum(v, LOW / 10), steps >= len(v) - TAIL
    layers = [Rule(y=1.0, name="the first loss"), Line(steps, shown, "blue", 1.5, name="the loss"),
              Dots(steps[late], shown[late], "orange", 2.6, name=f"the last {late.sum()}: mean {number(mean, 3)}")]
    capped = v >= CAP
    if capped.any():
        layers.append(Dots(steps[capped], v[capped], "red", 2.6, name="counts as a million"))
    axis = Axis("loss, first = 1", LOW, QUIET if v.max() < QUIET else HIGH, log=True)
    return Plot("loss", Axis("step", 0, len(v)), axis, layers, title="The run there", ratio=0.8,
                says=f"The loss over its first value, on a log axis, at {len(v)} steps: largest {number(float(v.max()), 3)}, "
                     f"last {number(float(v[-1]), 3)}.")


# ---------------------------------------------------------------- the legend

def _keys(mode, land):
    """Nothing to see in the plot, but a word for each colour in the legend."""
    if mode == "verdict":
        names = {STATES[state][0]: WORDS[state] for state in WORDS if (land.verdict == state).any()}
    else:
        places = {1.0: "learned slowly", GAP: "learned fast", -GAP: "exploded fast", -1.0: "exploded slowly, or neither"}
        rgba = painted(np.array(list(places)), PALETTE)
        names = {"#{:02X}{:02X}{:02X}".format(*pixel[:3]): word for pixel, word in zip(rgba, places.values(), strict=True)}
    return [Dots([np.nan], [np.nan], colour, 4, name=word) for colour, word in names.items()]
