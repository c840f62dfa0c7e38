"""The outcome of a training as a landscape over its learning rates: a slice with its true slopes, its blur, two descents."""
from __future__ import annotations

import functools
import math

import numpy as np

from ..derivatives import meta_gradient
from ..evolution import blurred
from ..networks import paper
from ..wording import number
from .board import Board, Knob
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Rule, Scene

LOW, HIGH = 1.0, 1e4                # of the input layer's rate
LOW_OUT, HIGH_OUT = 0.1, 100.0      # of the output layer's rate, on the map
RATE_OUT = 10.0                     # on the slice
MOST = 100                          # steps of a training
LAST = 5                            # the outcome is the mean loss over the last fifth of the steps
POINTS = 801                        # of the slice
ROWS, COLUMNS = 72, 96              # of the map
RAGGED = 1e3                        # a median slope above which the line looks ragged
STRIDE, MOVES, PAIRS = 0.2, 25, 5   # of a descent: decades a move, moves, and pairs that a move of evolution strategies asks
FLOOR, CEILING = 1e-6, 1e60         # of the axis of slopes
DECADE = math.log10(HIGH / LOW)
SHADES = np.array([(0x2F, 0x6D, 0xB5), (0x86, 0xBF, 0xDD), (0xE8, 0xE4, 0xC8), (0xF3, 0xC9, 0xA5)], float)
TINTS = (0.08, 0.2, 0.5, 1.0)       # the outcomes that have these shades
VIOLET, VERMILION = "#9152E0", "#C03A00"        # what is blurred, and true slopes: on white, on black and on the map
MARGIN = 400                        # trainings beyond either end of the slice, two decades, which a wide blur sees


def meta_loss(steps=100, rate=2.0, sigma=None, start=None) -> Board:
    """The meta-loss of the paper's tanh network of width 8: its mean loss over the last fifth of a training, as a share of
    the first loss, 1 where it is more; as a function of the learning rates.

    Along a line on which the output layer's rate is 10: the meta-loss with an arrow downhill, as long as the logarithm of
    the slope, and the size of the true slope at each of 801 trainings.  A handle moves along the line; with a start there is
    neither handle nor arrow.

    Parameters
    ----------
    steps : int, default 100
        Of each training, from 10 to 100.
    rate : float, default 2
        Of the input layer, where the handle is; from 1 to 10 000.  Without meaning where there is a start.
    sigma : float, optional
        Width of a Gaussian blur in decades of the rate, from 0.01 to 1; without it there is neither blur nor its slider.  The
        blur sees up to two decades beyond the ends of the line.
    start : (float, float), optional
        Where two descents begin on a map of both rates, (1 to 10 000, 0.1 to 100): one along the true slopes, one by
        evolution strategies with this sigma, both in moves of 0.2 decades.  They read the map's own 96 x 72 trainings.

    Returns
    -------
    Board
        Its knobs are steps and rate, with a blur sigma, with a start rate_in and rate_out instead of rate.

    Raises
    ------
    ValueError
        If a number is out of its bounds, or a start is given without sigma.
    """
    if start is not None and np.shape(start) != (2,):
        raise ValueError(f"start must be two rates, got {start!r}")
    if start is not None and sigma is None:
        raise ValueError("sigma must be given with a start: evolution strategies blur")
    knobs = [Knob("steps", "steps of a training T", steps, 10, MOST, whole=True)]
    if start is None:
        knobs.append(Knob("rate", "learning rate η₀ of the input layer", rate, LOW, HIGH, log=True))
    if sigma is not None:
        knobs.append(Knob("sigma", "width σ of the blur, in decades", sigma, 0.01, 1.0, log=True))
    if start is not None:
        knobs += [Knob("rate_in", "rate η₀ at the start", start[0], LOW, HIGH, log=True, shown=False),
                  Knob("rate_out", "rate η₁ at the start", start[1], LOW_OUT, HIGH_OUT, log=True, shown=False)]
    return Board("Outcome of a training over its rates", knobs, _draw)


def _draw(k):
    rates, outcome, slope = line(k.steps)
    sigma = getattr(k, "sigma", None)
    smooth = None if sigma is None else smoothed(k.steps, sigma)
    plots = [_slice(k, rates, outcome, slope, smooth), _slopes(k, rates, slope, smooth)]
    words = _words(k, rates, outcome, slope, smooth)
    if hasattr(k, "rate_in"):
        paths = descents(k.steps, sigma, k.rate_in, k.rate_out)
        plots += [_map(k, paths), _along(k, paths)]
        true, strategies = (number(path[2][-1], 2) for path in paths)
        words += (f" On the map of {COLUMNS} × {ROWS} trainings, from ({number(k.rate_in, 3)}, {number(k.rate_out, 3)}): "
                  f"evolution strategies come to {strategies}, the true slopes to {true}.")
    return Scene(plots, words)


# ---------------------------------------------------------------- the trainings

@functools.cache
def _runs():
    """(rates, losses, their derivatives a decade) along the line."""
    rates = np.geomspace(LOW, HIGH, POINTS)
    runs = meta_gradient(paper("tanh", width=8), rates, RATE_OUT, MOST)
    return rates, runs.loss, runs.per_decade_x


@functools.cache
def _field():
    """(log₁₀ η₀, log₁₀ η₁, losses, their derivatives a decade of each) over the map's pixels."""
    x, y = (low + (np.arange(n) + 0.5) / n * (high - low) for low, high, n in
            ((math.log10(LOW), math.log10(HIGH), COLUMNS), (math.log10(LOW_OUT), math.log10(HIGH_OUT), ROWS)))
    runs = meta_gradient(paper("tanh", width=8), 10 ** x, 10 ** y[:, None], MOST)
    return x, y, runs.loss, runs.per_decade_x, runs.per_decade_y


def outcomes(losses, steps, *derivatives):
    """The meta-loss of runs, from the losses of their steps; and its derivatives, from those of the losses.

    Where the mean is not below 1 the meta-loss is 1, and flat.
    """
    last = slice(steps - steps // LAST, steps)
    with np.errstate(over="ignore", invalid="ignore"):
        means = [array[..., last].mean(-1) for array in (losses, *derivatives)]
    learnt = means[0] < 1               # not where it is NaN
    return [np.where(learnt, means[0], 1.0), *(np.where(learnt, mean, 0.0) for mean in means[1:])]


@functools.lru_cache(128)
def line(steps):
    """(rates, meta-losses, their slopes a decade) on the line, for trainings of so many steps."""
    rates, losses, derivative = _runs()
    return rates, *outcomes(losses, steps, derivative)


@functools.cache
def _margins():
    """Losses at the rates below and above those of the line, equally far apart."""
    away = 10 ** (np.arange(1, MARGIN + 1) * DECADE / (POINTS - 1))
    losses = meta_gradient(paper("tanh", width=8), np.concatenate([LOW / away[::-1], HIGH * away]), RATE_OUT, MOST).loss
    return losses[:MARGIN], losses[MARGIN:]


@functools.lru_cache(256)
def smoothed(steps, sigma):
    """(blurred meta-losses, their slopes a decade) on the line; the mean sees up to two decades beyond its ends."""
    wide = DECADE / (POINTS - 1)
    below, above = (outcomes(losses, steps)[0] for losses in _margins())
    values = blurred(np.concatenate([below, line(steps)[1], above]), sigma / wide)[MARGIN:-MARGIN]
    return values, np.gradient(values, wide)


@functools.lru_cache(128)
def field(steps):
    """Meta-losses on the map and their slopes a decade of either rate, each of shape (72, 96)."""
    _, _, losses, by_x, by_y = _field()
    return outcomes(losses, steps, by_x, by_y)


# ---------------------------------------------------------------- two descents

def _read(array, places):
    """Entries of a map at places (…, 2) in decades: those of the pixels they lie in."""
    size = np.array([COLUMNS, ROWS])
    low, high = np.log10([LOW, LOW_OUT]), np.log10([HIGH, HIGH_OUT])
    column, row = np.clip(((places - low) / (high - low) * size).astype(int), 0, size - 1).T
    return array[row.T, column.T]


def walk(direction, place):
    """Places (moves + 1, 2) in decades: each move goes 0.2 decades against the direction, and stays on the map."""
    low, high, places = np.log10([LOW, LOW_OUT]), np.log10([HIGH, HIGH_OUT]), [place]
    for move in range(MOVES):
        uphill = direction(places[-1], move)
        length = float(np.hypot(*uphill))
        places.append(np.clip(places[-1] - STRIDE * uphill / length, low, high) if length else places[-1])
    return np.array(places)


@functools.lru_cache(64)
def descents(steps, sigma, rate_in, rate_out):
    """Two paths from a start, as (η₀, η₁, meta-losses): along the true slopes, and by evolution strategies."""
    outcome, by_x, by_y = field(steps)
    draws = np.random.default_rng(0).standard_normal((MOVES, PAIRS, 2))

    def true_slope(place, move):
        slope = np.array([_read(by_x, place), _read(by_y, place)])
        return slope / max(np.abs(slope).max(), 1e-300)             # its square would be too large a number

    def estimate(place, move):
        step = sigma * draws[move]
        return draws[move].T @ (_read(outcome, place + step) - _read(outcome, place - step))

    start = np.log10([rate_in, rate_out])
    paths = walk(true_slope, start), walk(estimate, start)
    return [(*(10 ** path.T), _read(outcome, path)) for path in paths]


# ---------------------------------------------------------------- what is drawn

def arrow(rate, slope) -> tuple[list, list]:
    """The ends (η₀) of the arrow downhill and of its barb: 0.2 decades long, and 0.03 more for every power of ten of the
    slope above 0.1."""
    if not slope:
        return [rate, rate], [rate, rate]
    way = -math.copysign(1, slope)
    length = 0.2 + 0.03 * max(math.log10(abs(slope)) + 1, 0)
    tip = rate * 10 ** (way * length)
    return [rate, tip], [tip * 10 ** (-way * 0.05), tip]


def _slice(k, rates, outcome, slope, smooth):
    layers = [Line(rates, outcome, "sky" if smooth else "blue", 1.0, name=f"meta-loss, {POINTS} trainings")]
    if smooth:
        layers.append(Line(rates, smooth[0], VIOLET, 2.2, name="blurred"))
    ragged = ", smooth on the left, ragged on the right" if _median(rates, slope, 100, 1000) > RAGGED else ""
    says, rate = (f"The meta-loss over the rate from {LOW:g} to {HIGH:g}{ragged}: from {number(float(outcome.min()), 2)} to "
                  f"{number(float(outcome.max()), 2)}."), getattr(k, "rate", None)
    if rate:
        at = _nearest(rates, rate)
        here = float(outcome[at])
        (tail, tip), (barb, _) = arrow(rate, slope[at])
        layers += [Line([tail, tip, np.nan, barb, tip, barb], [here, here, np.nan, here * 1.08, here, here / 1.08], "text", 2.2,
                        name="downhill; length: logarithm of the slope"), Handle("rate", here, f"the rate {number(rate, 3)}")]
        says += f" Near {number(rate, 3)} it is {number(here, 2)} and the arrow points {_way(slope[at])}."
    return Plot("slice", Axis("learning rate η₀", LOW, HIGH, log=True), Axis("meta-loss", 0.05, 1.2, log=True), layers,
                title=f"The outcome along the line η₁ = {RATE_OUT:g}", touch=("rate", None) if rate else None, says=says)


def _slopes(k, rates, slope, smooth):
    layers = [Dots(rates, np.where(slope, np.abs(slope), np.nan), "sky" if smooth else "blue", 1.2, name="true slope")]
    if smooth:
        layers.append(Line(rates, np.maximum(np.abs(smooth[1]), FLOOR), VIOLET, 1.8, name="slope of the blurred one"))
    touch = ("rate", None) if hasattr(k, "rate") else None
    if touch:
        layers.append(Rule(x=k.rate))
    return Plot("slopes", Axis("learning rate η₀", LOW, HIGH, log=True), Axis("size of the slope, a decade", FLOOR, CEILING,
                                                                           log=True), layers,
                title="How steep", touch=touch,
                says=f"The size of the slope over the rate, on a log axis: median {number(_median(rates, slope, 1, 10), 2)} "
                     f"from 1 to 10, {number(_median(rates, slope, 100, 1000), 2)} from 100 to 1000.")


def _median(rates, slope, low, high):
    return float(np.median(np.abs(slope[(rates >= low) & (rates <= high)])))


def _nearest(rates, rate):
    return int(np.abs(np.log(rates / rate)).argmin())


def _map(k, paths):
    (x0, y0, _), (x1, y1, _) = paths
    (x, y), at = _field()[:2], field(k.steps)[0].argmin()
    best = f"η₀ = {number(10 ** x[at % COLUMNS], 2)}, η₁ = {number(10 ** y[at // COLUMNS], 2)}"
    layers = [_painted(k.steps), *(Dots([np.nan], [np.nan], _hex(tint), name=text) for tint, text in
                                   ((0.08, "meta-loss 0.08"), (0.5, "0.5"), (1.0, "1, or lost"))),
              Rule(y=RATE_OUT, colour="#707070", name=f"the line η₁ = {RATE_OUT:g}"),
              Line(x0, y0, VERMILION, 1.4, name="true slopes"), Dots(x0, y0, VERMILION, 2.4),
              Line(x1, y1, VIOLET, 1.4, name="evolution strategies"), Dots(x1, y1, VIOLET, 2.4),
              Handle("rate_in", "rate_out", f"the start {number(k.rate_in, 3)}, {number(k.rate_out, 3)}")]
    return Plot("map", Axis("learning rate η₀", LOW, HIGH, log=True), Axis("learning rate η₁", LOW_OUT, HIGH_OUT, log=True),
                layers, title=f"Two descents, {MOVES} moves each", touch=("rate_in", "rate_out"),
                says=f"Map of the meta-loss over both rates, lowest at {best}. Two paths from "
                     f"({number(k.rate_in, 3)}, {number(k.rate_out, 3)}): the true slopes end at "
                     f"({number(x0[-1], 3)}, {number(y0[-1], 3)}), evolution strategies at ({number(x1[-1], 3)}, "
                     f"{number(y1[-1], 3)}).")


@functools.lru_cache(128)
def _painted(steps):
    outcome = field(steps)[0]
    place = np.interp(np.log(outcome), np.log(TINTS), np.arange(len(TINTS)))
    colours = np.stack([np.interp(place, np.arange(len(TINTS)), channel) for channel in SHADES.T], axis=-1)
    return Picture(colours.round().astype(np.uint8), (LOW, HIGH), (LOW_OUT, HIGH_OUT))


def _hex(tint):
    return "#" + bytes(SHADES[TINTS.index(tint)].astype(np.uint8)).hex()


def _along(k, paths):
    move = np.arange(MOVES + 1)
    layers = [Line(move, paths[0][2], VERMILION, 1.4, name="true slopes"), Dots(move, paths[0][2], VERMILION, 2.4),
              Line(move, paths[1][2], VIOLET, 1.4, name="evolution strategies"), Dots(move, paths[1][2], VIOLET, 2.4)]
    return Plot("along", Axis("move", 0, MOVES), Axis("meta-loss", 0.05, 1.2, log=True), layers,
                title="The meta-loss along both paths",
                says=f"The meta-loss over the moves: it begins at {number(paths[0][2][0], 2)}; after {MOVES} moves the true "
                     f"slopes have {number(paths[0][2][-1], 2)}, evolution strategies {number(paths[1][2][-1], 2)}.")


def _way(slope):
    return "nowhere" if not slope else "left" if slope > 0 else "right"


def _words(k, rates, outcome, slope, smooth):
    lowest = "" if smooth is None else f"lowest at η₀ = {number(float(rates[smooth[0].argmin()]), 2)}."
    if not hasattr(k, "rate"):
        return f"T = {k.steps}. Blurred with σ = {number(k.sigma, 2)}, the outcome along the line is {lowest}"
    at = _nearest(rates, k.rate)
    said = (f"T = {k.steps}. Near η₀ = {number(k.rate, 3)}: meta-loss {number(float(outcome[at]), 2)}, true slope "
            f"{number(float(slope[at]), 2)} a decade.")
    if smooth:
        said += (f" Blurred with σ = {number(k.sigma, 2)}: {number(float(smooth[0][at]), 2)}, slope "
                 f"{number(float(smooth[1][at]), 2)}; {lowest}")
    return said
