"""The paper's six conditions: six pictures that were computed beforehand, one of them large, and runs of it trained now."""
from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from ..atlas import atlas
from ..colour import colours
from ..networks import RATES, paper
from ..problems import Problem
from ..rendering import render
from ..traces import Trace, trace
from .board import Board, Choice, Knob, Switch
from .scene import Axis, Handle, Label, Line, Picture, Plot, Rule, Scene


class Condition(NamedTuple):
    """One of the six."""

    key: str                    # paper(key), atlas(f"paper-{key}")
    dimension: str              # that the paper states, over all frames of a zoom
    change: str                 # against the network with tanh units


CONDITIONS = {
    "tanh": Condition("tanh", "1.66", "16 tanh units, 272 examples, all of them in each step"),
    "ReLU": Condition("relu", "1.20", "ReLU units in place of tanh"),
    "deep linear": Condition("linear", "1.17", "units without a bend, and 16 examples"),
    "one example": Condition("one-datum", "1.41", "one example in place of 272"),
    "minibatches": Condition("minibatch", "1.55", "16 of the examples in each step, the same ones for every pixel"),
    "offset": Condition("offset", "1.98", "one rate for both layers; the other axis is an offset of the input weights")}
NAMES = tuple(CONDITIONS)
NOTHING = "nothing"
PLACES = {"the paper's window": "", "all rates": "-overview"}
WINDOW, WHOLE = PLACES
COLUMNS, ROWS = 3, 2
HIGH, EDGE = 1.24, 0.03         # of a thumbnail with its name, and the gap around it, in widths of a thumbnail
COARSE = 4                      # a thumbnail shows every so-manieth pixel
LIVE = 4                        # runs a side that are trained now with the offset added once
FLOOR, CEILING = 1e-4, 1e6      # of the axis of losses
SAME = 1e-11                    # relative: what counts as the atlas's value (it keeps 12 digits)


class Narrow(Axis):
    """An axis whose label says its ends: ticks of so many digits would not fit beside a plot."""

    def ticks(self) -> list:
        """None."""
        return []


class Six(Board):
    """A board whose thumbnails choose the picture; a ring that would lie outside a new window goes to its middle."""

    def _turn(self, values):
        if "column" in values and "condition" not in values:           # a thumbnail was pressed
            pressed = self._values | values
            column, row = min(int(pressed["column"]), COLUMNS - 1), min(int(pressed["row"] / HIGH), ROWS - 1)
            values = values | {"condition": NAMES[(ROWS - 1 - row) * COLUMNS + column]}
        if values.get("once"):
            values = values | {"condition": "offset"}
        changed = self._values | values
        if changed["condition"] != "offset":
            values = values | {"once": False}
        view = picture(changed["condition"], changed["place"]).view
        inside = all(low <= changed[name] <= high for name, (low, high) in (("x", view.x), ("y", view.y)))
        if not inside:
            values = values | dict(zip("xy", view.centre, strict=True))
        super()._turn(values)


def six(condition="tanh", place=WINDOW, once=False) -> Board:
    """The six conditions of the paper side by side, one of them large, with the run at its ring trained now.

    The pictures are those of the atlas.  The large one can be compared with another behind a curtain; for "offset" it can be
    trained now, coarsely, with the offset added once, at the start (the first time this takes a fraction of a second).

    Parameters
    ----------
    condition : {"tanh", "ReLU", "deep linear", "one example", "minibatches", "offset"}, default "tanh"
        The large picture.
    place : {"the paper's window", "all rates"}, default "the paper's window"
    once : bool, default False
        Add the offset once in place of every step; with condition "offset" only.

    Returns
    -------
    Board
        Its knobs are condition, place, once, other, curtain, x and y (the ring), column and row (of a press on a thumbnail).

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    if once and condition != "offset":
        raise ValueError(f'once must only be given for condition "offset", got it for {condition!r}')
    choices = [Choice("condition", "picture", condition, NAMES), Choice("place", "where", place, tuple(PLACES))]
    for choice in choices:
        choice.check(choice.value)
    middle = picture(condition, place).view.centre
    knobs = [*choices, Switch("once", "train now: offset added once", once),
             Choice("other", "behind the curtain", NOTHING, (NOTHING, *NAMES)), Knob("curtain", "curtain", 0.5, 0.0, 1.0),
             *(Knob(name, f"ring, {name}", at, *RATES, shown=False) for name, at in zip("xy", middle, strict=True)),
             Knob("column", "column", 0.0, 0.0, COLUMNS, shown=False),
             Knob("row", "row", 0.0, 0.0, ROWS * HIGH, shown=False)]
    return Six("The paper's six conditions", knobs, _draw)


def _draw(k):
    land, problem = picture(k.condition, k.place), _problem(k)
    (column, at_x), (row, at_y) = _nearest(land.x, k.x), _nearest(land.y, k.y)
    run = _run(k.condition, k.once, at_x, at_y)
    kept = None if k.once else float(land.value[row, column])
    return Scene([_thumbnails(k), _large(k, land, problem), _loss(k, run)], _words(k, land, run, kept))


@functools.lru_cache(len(NAMES) * len(PLACES))
def picture(name: str, place: str):
    """The atlas's picture of a condition."""
    return atlas(f"paper-{CONDITIONS[name].key}{PLACES[place]}")


@functools.lru_cache(4)
def once_only(place: str):
    """The offset added once, at the start, in the view of the atlas's picture: a coarse landscape, trained now."""
    return render(paper("offset", offset="start"), picture("offset", place).view, (LIVE, LIVE))


@functools.lru_cache(32)
def _colours(name, place, once=False):
    """Of as many pixels as the atlas's picture has; those of `once_only` by their rank among the atlas's runs."""
    land = picture(name, place)
    if not once:
        return colours(land)
    coarse = colours(once_only(place), reference=land)
    rows, columns = (np.arange(side) * LIVE // side for side in land.value.shape)
    return coarse[rows][:, columns]


def _problem(k) -> Problem:
    return paper("offset", offset="start") if k.once else picture(k.condition, k.place).problem


@functools.lru_cache(16)
def _run(name, once, x, y) -> Trace:
    problem = paper("offset", offset="start") if once else paper(CONDITIONS[name].key)
    return trace(problem, x, y)


def _nearest(samples, at):
    index = int(np.abs(samples - at).argmin())
    return index, float(samples[index])


# ---------------------------------------------------------------- the plots

@functools.lru_cache(len(PLACES))
def _small(place):
    """The thumbnails with their names; the first at the upper left."""
    layers = []
    for i, name in enumerate(NAMES):
        left, low = _corner(i)
        across, up = (left + EDGE, left + 1 - EDGE), (low + HIGH - 1 + EDGE, low + HIGH - EDGE)
        layers += [Picture(_colours(name, place)[::COARSE, ::COARSE], across, up), Label(left + 0.02, low + 0.03, name)]
    return tuple(layers)


def _corner(index):
    """Left and lower bound of a thumbnail with its name."""
    return index % COLUMNS, (ROWS - 1 - index // COLUMNS) * HIGH


def _thumbnails(k):
    left, low = _corner(NAMES.index(k.condition))
    left, right, low, high = left + EDGE, left + 1 - EDGE, low + HIGH - 1 + EDGE, low + HIGH - EDGE
    frame = Line([left, right, right, left, left], [high, high, low, low, high], "text", 4)
    axes = Axis("", 0, COLUMNS), Axis("", 0, ROWS * HIGH)
    return Plot("six", *axes, [*_small(k.place), frame], title="Press one", ratio=ROWS * HIGH / COLUMNS,
                touch=("column", "row"),
                says=f"Six small pictures: {', '.join(NAMES)}. Chosen is {k.condition}; the list above chooses, too.")


def _large(k, land, problem):
    view, rgb = land.view, _colours(k.condition, k.place, k.once)
    layers, title = [], f"{k.condition}, {k.place}"
    if k.once:
        title += f", added once: {LIVE} × {LIVE} runs"
    if k.other == NOTHING:
        layers.append(_picture(k.condition, k.place, k.once))
    else:
        there = np.arange(rgb.shape[1]) >= round(k.curtain * rgb.shape[1])
        layers += [Picture(np.where(there[None, :, None], _colours(k.other, k.place), rgb), view.x, view.y)]
        title += f";\n{k.other} behind the curtain"          # a still breaks the line, a browser where it must
    spans = list(map(_span, problem.symbols, (view.x, view.y)))
    kind, labels = (Axis, (problem.x_label, problem.y_label)) if k.place == WHOLE else (Narrow, spans)
    axes = [kind(label, *bounds, log=True) for label, bounds in zip(labels, (view.x, view.y), strict=True)]
    if k.other != NOTHING:
        layers.append(Rule(x=axes[0].value(k.curtain), colour="#000000", dashed=False))
    ring = ", ".join(f"{symbol} = {at:.15g}" for symbol, at in zip(problem.symbols, (k.x, k.y), strict=True))
    says = f"The picture of {k.condition}, {spans[0]}, {spans[1]}. The ring is at {ring}."
    return Plot("large", *axes, [*layers, Handle("x", "y", "the run that is trained")], title=title, ratio=1.0,
                touch=("x", "y"), says=says)


@functools.lru_cache(32)
def _picture(name, place, once):
    view = picture(name, place).view
    return Picture(_colours(name, place, once), view.x, view.y)


def _loss(k, run):
    with np.errstate(invalid="ignore", over="ignore"):
        loss = np.clip(run.watched / run.watched[0], FLOOR / 10, 10 * CEILING)
    steps = np.arange(run.steps)
    return Plot("loss", Axis("step", 0, run.steps), Axis("× first loss", FLOOR, CEILING, log=True),
                [Rule(y=1.0), Line(steps, loss, "blue", 1.2)], width=1.0, ratio=0.28,
                title=f"Loss of the run at the ring: {k.condition}{', added once' if k.once else ''}, trained now",
                says=f"The loss over {run.steps} steps, as a multiple of the first one, on a log axis: {_fate(run)}.")


# ---------------------------------------------------------------- in words

def _words(k, land, run, kept):
    condition = CONDITIONS[k.condition]
    stated = "" if k.place == WHOLE or k.once else f" The paper states the dimension {condition.dimension} for its whole zoom."
    return (f"{k.condition[0].upper()}{k.condition[1:]}: {condition.change}; {run.steps} steps. {_share(k, land)}.{stated} "
            f"The run at the ring, trained now, {_fate(run)}: V = {_value(run.value)}.{_compared(run, kept)}")


def _span(symbol, bounds):
    return f"{symbol} {bounds[0]:.15g} … {bounds[1]:.15g}"


def _share(k, land):
    shown = once_only(k.place) if k.once else land
    columns, rows = shown.size
    when = "trained now with the offset added once" if k.once else "in the atlas"
    ranks = " (the colours are their ranks among the atlas's runs)" if k.once else ""
    learned = (shown.verdict == -1).mean()
    return f"{100 * learned:.0f} % of {columns} × {rows} runs {when} learned{ranks}"


def _fate(run):
    return {-1: "learned", 0: "did neither", 1: "ran away"}[int(run.verdict)]


def _value(value):
    return f"{value:.10g}".replace("-", "−")


def _compared(run, kept):
    if kept is None:
        return ""
    if abs(run.value / kept - 1) < SAME:
        return " The atlas has the same, to 11 digits."
    return f" The atlas has {_value(kept)}: a chaotic run ends differently on another kind of processor."

