"""Training one network: the loss, the sharpness against the edge, the hidden units and the size of the weights."""
from __future__ import annotations

import math

import numpy as np

from ..wording import number
from .board import Board, Choice, Knob, Switch
from .one_run import LOST, NETS, training
from .scene import Axis, Dots, Handle, Line, Plot, Rule, Scene

LOW, HIGH = 1e-6, 1e6               # of the rates
FEW, MOST = 20, 500                 # steps
BINS, WIDEST = 24, 1000.0           # of the hidden units; those that are farther out are in the outermost bin
FLOOR, CEILING = 1e-32, 1e8         # of the axis of losses
TOP = 2.0                           # of the axis of sharpness
RATIO = 0.6                         # height of a plot over its width
FULL = 0.99                         # a tanh unit beyond ± this is saturated


class TrainOne(Board):
    """A board with a switch that ties both rates, and one that keeps the present run as a ghost."""

    def _turn(self, values):
        now = self._values | values
        if now["same"]:                                         # the one that was turned leads
            rate = values.get("rate_in", values.get("rate_out", now["rate_in"]))
            values = values | {"rate_in": rate, "rate_out": rate}
        if values.get("keep") and not self._values["keep"]:
            before = self._values
            values = values | {"ghost_in": before["rate_in"], "ghost_out": before["rate_out"],
                               "ghost_net": list(NETS).index(before["net"])}
        at_the_end = self._values["look"] == self._values["steps"]
        look = values.get("look", now["steps"] if at_the_end else now["look"])
        super()._turn(values | {"look": min(look, now["steps"])})


def train_one(rate_in=10.0, rate_out=None, network="tanh", steps=100) -> Board:
    """One training of the paper's network of width 8, in four linked plots.

    The loss; the largest eigenvalue of the Hessian, its two sides weighted by the roots of the two rates, over 2 (for one rate
    that is rate * sharpness / 2), with the edge at 1; the hidden units at the step of the handle; the norms of the two layers.

    Parameters
    ----------
    rate_in : float, default 10
        Learning rate of the input weights, from 1e-6 to 1e6.
    rate_out : float, optional
        That of the output weights.  Default: the same, and a switch keeps the two equal.
    network : {"tanh", "ReLU", "linear", "tanh, one data point"}, default "tanh"
        Their weights and data are those of `fractaledu.paper` at width 8.
    steps : int, default 100
        From 20 to 500.

    Returns
    -------
    Board
        Its knobs are net, rate_in, rate_out, same, steps, keep, look (the step whose hidden units are shown), and ghost_in,
        ghost_out and ghost_net: the run that is kept.
    """
    same, rate_out = rate_out is None, rate_in if rate_out is None else rate_out
    knobs = [Knob("rate_in", "rate η₀ (input)", rate_in, LOW, HIGH, log=True),
             Knob("rate_out", "rate η₁ (output)", rate_out, LOW, HIGH, log=True),
             Knob("steps", "steps", steps, FEW, MOST, whole=True), Choice("net", "network", network, list(NETS)),
             Switch("same", "one rate for both", same), Switch("keep", "keep this run", False),
             Knob("look", "step that is looked at", steps, 0, MOST, whole=True, shown=False),
             Knob("ghost_in", "η₀ of the ghost", rate_in, LOW, HIGH, log=True, shown=False),
             Knob("ghost_out", "η₁ of the ghost", rate_out, LOW, HIGH, log=True, shown=False),
             Knob("ghost_net", "network of the ghost", 0, 0, len(NETS) - 1, whole=True, shown=False)]
    return TrainOne("Training one network", knobs, _draw)


def _draw(k):
    run = training(k.net, k.rate_in, k.rate_out, k.steps)
    ghost = training(list(NETS)[k.ghost_net], k.ghost_in, k.ghost_out, k.steps) if k.keep else None
    at = min(k.look, run.finite - 1)
    return Scene([_loss(k, run, ghost), _sharpness(k, run, ghost), _units(k, run, at), _norms(k, run)], _words(k, run, at))


# ---------------------------------------------------------------- the four plots

def _loss(k, run, ghost):
    seen = np.concatenate([one.loss for one in (run, ghost) if one])
    seen = np.clip(seen[np.isfinite(seen)], FLOOR, CEILING)
    low, high = math.floor(math.log10(seen.min())), math.ceil(math.log10(seen.max()))
    low, high = 10.0 ** low, 10.0 ** max(high, low + 1)
    if high == 10 * low:
        low *= math.floor(seen.min() / low)         # within one decade: from its first digit on
    layers = []
    for one, colour, width, name in ((ghost, "faint", 1.2, _ghost(k)), (run, "blue", 1.5, "")):
        if one:
            loss = np.clip(one.loss, low / 1e3, high * 1e3)     # it leaves the plot where it leaves the axis
            layers.append(Line(np.arange(k.steps), loss, colour, width, name=name))
    at = min(k.look, k.steps - 1, run.finite - 1)
    here = run.loss[at] if np.isfinite(run.loss[at]) else high
    layers += [Rule(x=k.look, colour="faint"),
               Handle("look", min(max(here, low), high), f"step {k.look}, the hidden units of which are shown")]
    last = run.loss[np.isfinite(run.loss)][-1]
    return Plot("loss", Axis("step", 0, k.steps), Axis("loss", low, high, log=True), layers, title="Loss", ratio=RATIO,
                touch=("look", None), says=f"The loss over {k.steps} steps, on a log axis: first {_say(run.loss[0])}, largest "
                f"{_say(np.nanmax(run.loss))}, last {_say(last)}.")


def _ghost(k):
    name = list(NETS)[k.ghost_net]
    return f"kept: η₀ {_say(k.ghost_in)}, η₁ {_say(k.ghost_out)}" + (f", {name}" if name != k.net else "")


def _sharpness(k, run, ghost):
    layers = [Rule(y=1.0, colour="orange", name="1: the edge of stability")]
    if ghost:
        layers.append(Line(ghost.looks, ghost.edge, "faint", 1.2))
    layers += [Line(run.looks, run.edge, "blue", 1.2), Dots(run.looks, run.edge, "blue", 2.4)]
    what = "Rate × sharpness / 2" if k.rate_in == k.rate_out else "Preconditioned sharpness / 2"
    return Plot("sharpness", Axis("step", 0, k.steps), Axis("share of the edge", 0, TOP), layers, title=what, ratio=RATIO,
                says=f"{what} at {len(run.looks)} steps: {_say(run.edge[0])} at first, {_say(run.edge[-1])} at last; the edge "
                "is 1.")


def _units(k, run, at):
    units = run.units(at).ravel()
    bounded = run.net.activation == "tanh"
    reach = 1.0 if bounded else min(round_up(np.abs(units).max()), WIDEST)
    counts, ends = np.histogram(np.clip(units, -reach, reach), BINS, (-reach, reach))
    share = 100 * counts / units.size
    outline = Line(np.repeat(ends, 2), np.r_[0, np.repeat(share, 2), 0], "green", 1.8)
    label = "hidden unit, from −1 to 1" if bounded else "hidden unit"
    return Plot("units", Axis(label, -1.05 * reach, 1.05 * reach), Axis("% of them", 0, 100 if share.max() > 50 else 50),
                [outline], title=f"Hidden units after {_steps(at)}", ratio=RATIO,
                says=f"{units.size} hidden units after {_steps(at)}, from {_say(units.min())} to {_say(units.max())}."
                + (f" {_full(units)} of them are saturated." if bounded else ""))


def round_up(size) -> float:
    """The next of 1, 2, 5, 10, 20, … from 1 on."""
    if not size > 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(size))
    return float(next(power * factor for factor in (1, 2, 5, 10) if size <= power * factor))


def _full(units):
    return f"{100 * np.mean(np.abs(units) > FULL):.0f} %"


def _norms(k, run):
    steps = np.unique(np.linspace(0, run.finite - 1, 101).astype(int))
    with np.errstate(over="ignore"):
        norms = [np.sqrt((weights[steps].reshape(len(steps), -1) ** 2).sum(axis=1)) for weights in (run.w0, run.w1)]
    high = min(max(100.0, 10.0 ** math.ceil(math.log10(min(max(map(np.max, norms)), CEILING)))), CEILING)
    low = 1.0 if min(map(np.min, norms)) >= 1 else 0.1
    first, second = (np.clip(norm, 0.01, high * 1e3) for norm in norms)
    layers = [Line(steps, first, "blue", 1.5, name="input weights"), Line(steps, second, "orange", 1.5, True, "output weights")]
    return Plot("norms", Axis("step", 0, k.steps), Axis("norm", low, high, log=True), layers, title="Size of the weights",
                ratio=RATIO, says=f"Norm of the input weights: {_say(norms[0][0])} at first, {_say(norms[0][-1])} at last; of "
                f"the output weights: {_say(norms[1][0])}, {_say(norms[1][-1])}.")


# ---------------------------------------------------------------- in words

def _say(value):
    return number(float(value), 3)


def _steps(count):
    return f"{count} step{'' if count == 1 else 's'}"


def _words(k, run, at):
    rates = f"η = {_say(k.rate_in)}" if k.rate_in == k.rate_out else f"η₀ = {_say(k.rate_in)}, η₁ = {_say(k.rate_out)}"
    against = f"Share of the edge: {_say(run.edge[0])} at first"
    if len(run.looks) > 1:
        against += f", {_say(run.edge[-1])} at step {run.looks[-1]}"
    units = f" Saturated hidden units after {_steps(at)}: {_full(run.units(at))}." if run.net.activation == "tanh" else ""
    return f"{rates}, {k.net}. {_fate(run)} {against}.{units}"


def _fate(run):
    loss, first = run.loss[np.isfinite(run.loss)], run.loss[0]
    if len(loss) < len(run.loss) or loss[-1] > LOST * first:
        return f"The run is lost: the loss goes from {_say(first)} beyond {_say(1e9)}."
    rises = int((np.diff(loss) > 0).sum())
    peak = int(np.argmax(loss))
    top = f", with a peak of {_say(loss[peak])} at step {peak}" if loss[peak] > 2 * first else ""
    return f"The loss goes from {_say(first)} to {_say(loss[-1])}{top}; it rises in {rises} of {len(loss) - 1} steps."
