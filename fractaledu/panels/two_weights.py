"""Training a network of two weights: the run among all starts, among all rates, and as product and square sum."""
from __future__ import annotations

import functools
import math

import numpy as np

from ..descents import two_weights as network
from ..rendering import render
from ..traces import trace
from ..view import View
from ..wording import number
from .board import Board, Knob
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Rule, Scene, rgb

REACH = 4.0                     # of the weights at the start, either way
LOW, HIGH = 0.01, 10.0          # of the rates
PIXELS, STEPS = 160, 500        # of the map of starts; the map of rates has fewer pixels, for a drag of the start draws it anew
RATE_PIXELS = 96
SHOWN = 60                      # steps that are drawn
FLOOR, CEILING = 1e-16, 1e6     # of the axis of losses
P, S = (-4.0, 6.0), (0.0, 16.0)                                 # the part of the plane of p and s that is shown
ENDS = {0: ("#8CC4E8", "ends where a, b > 0"), 1: ("#F5CF80", "ends where a, b < 0"), 2: ("#8FD3BF", "ends at 0"),
        3: ("#EBCFDF", "runs away"), -1: ("#A0A0A0", f"neither, in {STEPS} steps")}
FLAT_TO_SHARP = np.array([(0x2D, 0x0B, 0x59), (0xB5, 0x36, 0x7A), (0xE8, 0x5B, 0x20)], float)
INK, GREY, VERMILION, AMBER = "#000000", "#707070", "#D55E00", "#B86B00"        # on a map, pale in both themes


class TwoWeights(Board):
    """A board whose slider `rate` sets both rates; a press on the map of rates gives each its own."""

    def _turn(self, values):
        if "rate" in values and "rate_b" not in values:
            values = values | {"rate_b": values["rate"]}
        super()._turn(values)


def two_weights(rate=0.5, weight_decay=0.0, a=1.9, b=0.9) -> Board:
    """Gradient descent on (a b - 1)**2 / 2: one run in four linked plots.

    The map of starts (a, b), with the curve ab = 1 of the minima, dark where it is flat and thick where it holds a run at this
    rate; the plane of the product p = ab and the square sum s = a² + b²; the loss; the map of the two rates.  The handles are
    the start and the pair of rates.

    Parameters
    ----------
    rate : float, default 0.5
        Learning rate of both weights, from 0.01 to 10.  A press on the map of rates sets `rate` (of a) and `rate_b` apart.
    weight_decay : float, default 0
        From 0 to 0.95.
    a, b : float, default 1.9, 0.9
        The start, each from -4 to 4.

    Returns
    -------
    Board
        Its knobs are rate, rate_b, decay, a and b.
    """
    knobs = [Knob("rate", "learning rate η", rate, LOW, HIGH, log=True),
             Knob("rate_b", "learning rate of b", rate, LOW, HIGH, log=True, shown=False),
             Knob("decay", "weight decay", weight_decay, 0.0, 0.95, step=0.01),
             Knob("a", "first weight at the start", a, -REACH, REACH, shown=False),
             Knob("b", "second weight at the start", b, -REACH, REACH, shown=False)]
    return TwoWeights("Training two weights", knobs, _draw)


def _draw(k):
    run = trace(network(rate=1.0, rate_a=k.rate, rate_b=k.rate_b, weight_decay=k.decay), k.a, k.b, STEPS, states=True)
    a, b = (np.where(np.abs(weight) < 1e6, weight, np.nan) for weight in run.states[:SHOWN + 1].T)
    return Scene([_starts(k, a, b), _plane(k, a, b), _loss(run), _rates(k)], _words(k, run))


def mean_rate(rate_a, rate_b):
    """Two rates are one rate, their geometric mean, after the weights are scaled (`scaled`)."""
    return math.sqrt(rate_a * rate_b)


def scaled(a, b, rate_a, rate_b):
    """p = ab, and s = a² + b² of the weights scaled so that one rate is as good as two; for equal rates they are not."""
    ratio = math.sqrt(rate_b / rate_a)
    return a * b, a * a * ratio + b * b / ratio


# ---------------------------------------------------------------- the map of starts

def _starts(k, a, b):
    picture, ends = _map_of_starts(k.rate, k.rate_b, k.decay)
    whole = (-REACH, REACH)
    layers = [picture, *_keys(ends), *_minima(k), *_ellipse(k),
              Line(a, b, INK, 1.0), Dots(a, b, INK, 2.2), Handle("a", "b", f"the start a = {k.a:.2f}, b = {k.b:.2f}")]
    return Plot("starts", Axis("a", *whole), Axis("b", *whole), layers, title="Starts: which end, from where", ratio=1.0,
                touch=("a", "b"), says=f"Map of the starts a and b from −{REACH:g} to {REACH:g}: {_shares(ends)}. "
                f"The run begins at a = {number(k.a, 3)}, b = {number(k.b, 3)}.")


@functools.lru_cache(64)
def _map_of_starts(rate_a, rate_b, decay):
    return _painted(render(network(rate=1.0, rate_a=rate_a, rate_b=rate_b, weight_decay=decay),
                           View((-REACH, REACH), (-REACH, REACH)), (PIXELS, PIXELS), STEPS))


@functools.lru_cache(64)
def _map_of_rates(a, b, decay):
    return _painted(render(network(axes=("rate_a", "rate_b"), a0=a, b0=b, weight_decay=decay),
                           View((LOW, HIGH), (LOW, HIGH), "log10", "log10"), (RATE_PIXELS, RATE_PIXELS), STEPS))


def _painted(land):
    """The picture of a landscape, and the share of the pixels with each end that occurs, the largest first."""
    colours = np.zeros((*land.attractor.shape, 3), np.uint8)
    shares = {}
    for end, (colour, _) in ENDS.items():
        there = land.attractor == end
        colours[there] = rgb(colour)
        if there.any():
            shares[end] = float(there.mean())
    return Picture(colours, land.view.x, land.view.y), dict(sorted(shares.items(), key=lambda item: -item[1]))


def _keys(ends):
    """Nothing to see in the plot, but a word for each colour in the legend."""
    return [Dots([np.nan], [np.nan], ENDS[end][0], name=ENDS[end][1]) for end in ends]


def _shares(ends):
    return ", ".join(f"{100 * share:.2g} % {ENDS[end][1]}" for end, share in ends.items())


def _minima(k):
    """The curve ab = 1; or, with weight decay, the two minima that are left of it."""
    if k.decay:
        at = math.sqrt(1 - k.decay)
        return [Dots([at, -at], [at, -at], INK, 4.5, hollow=True)]
    size = np.geomspace(1 / REACH, REACH, 61)
    a, b = np.concatenate([-size, size]), np.concatenate([-1 / size, 1 / size])
    sharpness = scaled(a, b, k.rate, k.rate_b)[1]
    holds = sharpness * mean_rate(k.rate, k.rate_b) < 2
    place = np.clip(np.log(sharpness / 2) / np.log(8), 0, 1)
    colours = np.array(_hex(place))
    return [Dots(a[~holds], b[~holds], colours[~holds].tolist(), 1.3, name="ab = 1, repels" if (~holds).any() else ""),
            Dots(a[holds], b[holds], colours[holds].tolist(), 3.2, name="ab = 1, holds" if holds.any() else "")]


def _hex(place):
    """Colours from dark violet (0, flat) to orange (1, sharp)."""
    steps = np.arange(len(FLAT_TO_SHARP)) / (len(FLAT_TO_SHARP) - 1)
    channels = [np.interp(place, steps, channel).round().astype(int) for channel in FLAT_TO_SHARP.T]
    return [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in zip(*channels, strict=True)]


def _ellipse(k):
    """The border to infinity without weight decay, s = 4/η + η(p − 1): a step carries it into itself."""
    rate = mean_rate(k.rate, k.rate_b)
    if k.decay or rate >= 2:
        return []
    turn, ratio = np.linspace(0, 2 * math.pi, 121), (k.rate_b / k.rate) ** 0.25
    long, short = (math.sqrt((2 + sign * rate) / rate) for sign in (1, -1))
    a, b = long * np.cos(turn) + short * np.sin(turn), long * np.cos(turn) - short * np.sin(turn)
    return [Line(a / ratio, b * ratio, VERMILION, 2, True, "the border, exactly")]


# ---------------------------------------------------------------- product and square sum, loss, rates

def _plane(k, a, b):
    p, s = scaled(a, b, k.rate, k.rate_b)
    rate = mean_rate(k.rate, k.rate_b)
    ends = np.array(P)
    layers = [Line([-8, 0, 8], [16, 0, 16], "faint", 1.5, name="s = 2|p|: none below")]
    if k.decay:
        at = math.sqrt(1 - k.decay)
        p_there, s_there = scaled(at, at, k.rate, k.rate_b)
        layers.append(Dots([p_there], [s_there], "green", 5, True, "minimum"))
    else:
        layers += [Rule(x=1.0, colour="green", dashed=False, name="p = 1: no error"),
                   Rule(y=2 / rate, colour="orange", name="2/η: holds below")]
        if rate < 2:
            layers.append(Line(ends, 4 / rate + rate * (ends - 1), "red", 1.5, True, "lost above this line: 4/η at p = 1"))
    layers += [Line(p, s, "blue", 1), Dots(p, s, "blue", 2.6), Dots(p[:1], s[:1], "text", 4, name="start")]
    square_sum = "s = a² + b²" if k.rate == k.rate_b else "s = a² + b², scaled"
    return Plot("plane", Axis("p = ab", *P), Axis(square_sum, *S), layers, title="The same run as p and s",
                ratio=1.0, says=f"The run as p = ab and {square_sum}: from p = {number(p[0], 3)}, s = {number(s[0], 3)} "
                     f"to {_last(p, s)}.")


def _last(p, s):
    seen = np.isfinite(p) & np.isfinite(s)
    return "far away" if not seen.all() else f"p = {number(p[-1], 3)}, s = {number(s[-1], 3)}"


def losses(run) -> np.ndarray:
    """½(ab − 1)² at each state; NaN once it is not finite."""
    a, b = run.states.T
    with np.errstate(over="ignore", invalid="ignore"):
        error = a * b - 1
        return 0.5 * error * error


def _loss(run):
    loss = losses(run)[:SHOWN + 1]
    steps = np.arange(len(loss))
    seen = np.clip(loss, FLOOR / 1e3, 1e3 * CEILING)          # leaves the plot where it leaves the axis
    layers = [Line(steps, seen, "blue", 1.2), Dots(steps, seen, "blue", 2.6)]
    last = loss[np.isfinite(loss)][-1]
    return Plot("loss", Axis("step", 0, SHOWN), Axis("loss ½(ab − 1)²", FLOOR, CEILING, log=True), layers,
                title="Its loss", ratio=0.8,
                says=f"The loss over the steps, on a log axis: first {number(loss[0], 3)}, largest "
                     f"{number(float(np.nanmax(loss)), 3)}, last shown {number(last, 3)}.")


def _rates(k):
    picture, ends = _map_of_rates(k.a, k.b, k.decay)
    both = (LOW, HIGH)
    layers = [picture, *_keys(ends), Line(both, both, GREY, 1, True, "equal rates")]
    if not k.decay:
        layers.append(Line(both, [1 / LOW, 1 / HIGH], AMBER, 2, name="product 1: the edge"))
    layers.append(Handle("rate", "rate_b", f"the rates {number(k.rate, 3)} of a and {number(k.rate_b, 3)} of b"))
    return Plot("rates", Axis("rate of a", *both, log=True), Axis("rate of b", *both, log=True), layers,
                title="Rates, for this start", ratio=0.8, touch=("rate", "rate_b"),
                says=f"Map of the rates of a and b from {LOW:g} to {HIGH:g}, for this start: {_shares(ends)}. "
                     f"The marker is at {number(k.rate, 3)} and {number(k.rate_b, 3)}.")


# ---------------------------------------------------------------- in words

def _words(k, run):
    rates = f"η = {number(k.rate, 3)}" if k.rate == k.rate_b else f"Rates {number(k.rate, 3)} of a, {number(k.rate_b, 3)} of b"
    decay = f", weight decay {number(k.decay, 3)}" if k.decay else ""
    rate = mean_rate(k.rate, k.rate_b)
    sharpness = scaled(k.a, k.b, k.rate, k.rate_b)[1]
    edge = f" At the start s = {number(sharpness, 3)}; 2/η = {number(2 / rate, 3)}, 4/η = {number(4 / rate, 3)}."
    return f"{rates}{decay}.{edge} {_fate(k, run)}"


def still(k) -> bool:
    """Whether the start is exactly at rest where the smallest push would carry it away: at 0, or on ab = 1 above 2/η."""
    if k.a == k.b == 0:
        return True
    return not k.decay and k.a * k.b == 1 and scaled(k.a, k.b, k.rate, k.rate_b)[1] * mean_rate(k.rate, k.rate_b) > 2


def _fate(k, run):
    if still(k):
        why = "The error is exactly 0" if k.a else "Both slopes are exactly 0 at 0"
        return f"{why}, so nothing moves: balanced, like a pencil on its tip. Nudge the start."
    if run.departure >= 0:
        return f"The run is lost: at step {run.departure} its gradient is beyond a million."
    if run.attractor < 0:
        return f"After {STEPS} steps the run has neither settled nor run away."
    a, b = run.states[-1]
    loss = losses(run)
    highest = (f" On the way the loss rose from {number(float(loss[0]), 3)} to {number(float(loss.max()), 3)}."
               if loss.max() > 2 * loss[0] else "")
    where = "at 0" if run.attractor == 2 else f"at a = {a:.2f}, b = {b:.2f}, where s = {scaled(a, b, k.rate, k.rate_b)[1]:.2f}"
    return f"The run settles {where}, after {run.arrival} steps.{highest}".replace("-", "−")
