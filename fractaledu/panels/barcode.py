"""The barcode of learning rates: each rate is a thin bar, blue where the ball stays, orange where it leaves."""
from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from ..wording import number
from . import ball
from .board import Board, Choice, Knob
from .scene import Axis, Brush, Dots, Handle, Line, Picture, Plot, Rule, Scene

LOW, HIGH = 0.0, 1.5        # of the rates
COLUMNS = 1024              # bars in a strip
FIT = 8                     # the coarsest level of the slope
ENOUGH = 4, 6               # levels, and changes in each, that a slope needs
STAYS, LEAVES = (0, 114, 178), (213, 94, 0)
RATIOS = (0.04, 0.06, 0.1)
SHORT = 1e-12               # the shortest interval that is drawn


@lru_cache(128)
def labels(kind, epsilon, wavelength, steps, limit, low=LOW, high=HIGH, count=COLUMNS) -> np.ndarray:
    """Whether the run leaves, for `count` rates from `low` in even steps, `high` not among them."""
    rates = low + (high - low) * np.arange(count) / count
    return ball.departures(rates, kind == "multiplied", epsilon, wavelength, steps, limit) >= 0


def changes(leaves) -> int:
    """How often neighbours differ."""
    return int(np.count_nonzero(leaves[1:] != leaves[:-1]))


def counts(leaves) -> list:
    """The changes for 2, 4, 8, … of the rates: every so-manieth, to all of them."""
    level = int(math.log2(len(leaves)))
    return [changes(leaves[::2 ** (level - k)]) for k in range(1, level + 1)]


def barcode(kind="multiplied", epsilon=0.2, wavelength=0.1, steps=1000, limit=1e8, level=10, rate=0.24) -> Board:
    """The barcode of a bumpy road, two magnifications of it, the run of one rate, and the count of label changes.

    Parameters
    ----------
    kind : {"multiplied", "added"}
        How the cosine comes to the parabola: x²(1 + ε cos(2πx/λ)) or x² + ε cos(2πx/λ).
    epsilon, wavelength : float
        ε from 0 to 1, λ from 0.05 to 2.
    steps, limit : float
        A run has left when its loss exceeds `limit` (100 to 1e16) times its first within `steps` (10 to 3000) steps.
    level : int
        2**level rates are sampled, 4 to 14.
    rate : float
        Of the run that is shown, 0 to 1.5.

    Returns
    -------
    Board
    """
    knobs = [Choice("kind", "the cosine is", kind, ball.KINDS),
             Knob("rate", "rate η of the ball", rate, LOW, HIGH),
             Knob("epsilon", "height ε", epsilon, 0, 1), Knob("wavelength", "wavelength λ", wavelength, 0.05, 2, log=True),
             Knob("steps", "steps T", steps, 10, 3000, log=True, whole=True),
             Knob("limit", "limit of the loss", limit, 1e2, 1e16, log=True),
             Knob("level", "level k: 2ᵏ rates", level, 4, 14, whole=True),
             Knob("low", "from", 0.1, LOW, HIGH, shown=False), Knob("high", "to", 0.3, LOW, HIGH, shown=False),
             Knob("low2", "from", 0.14, LOW, HIGH, shown=False), Knob("high2", "to", 0.165, LOW, HIGH, shown=False)]
    return Board("A barcode of learning rates", knobs, _barcode)


def _barcode(k):
    question = k.kind, k.epsilon, k.wavelength, k.steps, k.limit
    part = _interval(k.low, k.high)
    detail = _interval(k.low2, k.high2) if part[0] <= k.low2 < k.high2 <= part[1] else _middle(*part)
    whole = labels(*question, count=2 ** k.level)
    parts, details = labels(*question, *part), labels(*question, *detail)
    x, losses = ball.run(k.rate, k.kind == "multiplied", k.epsilon, k.wavelength, k.steps, k.limit)
    here, pointer = {"touch": ("rate", None), "hover": True}, [Rule(x=k.rate, colour="text", dashed=False)]
    plots = [
        _strip("whole", whole, (LOW, HIGH), f"{2 ** k.level} rates: {_times(changes(whole))}",
               [Brush("low", "high"), *_ends(part), *pointer, Handle("rate", 0.5, "rate of the ball")], **here),
        _strip("part", parts, part, f"the marked part, {COLUMNS} rates: {_times(changes(parts))}",
               [Brush("low2", "high2"), *_ends(detail), *pointer], **here),
        _strip("detail", details, detail, f"a part of the part, {COLUMNS} rates: {_times(changes(details))}", pointer, **here),
        ball.ball_plot(x, k.kind, k.epsilon, k.wavelength), ball.loss_plot(losses, k.limit, k.steps),
        _count_plot(counts(whole))]
    return Scene(plots, f"{_fate(k, x, losses)} ε/λ² = {number(k.epsilon / k.wavelength ** 2, 3)}. {_growth(counts(whole))}")


def strips(vary="steps", kind="added", low=LOW, high=HIGH) -> Board:
    """The same rates three times: with three numbers of steps, three limits, or three bumpinesses of the road.

    Parameters
    ----------
    vary : {"steps", "limit", "ratio"}
        500, 1000 and 2000 steps; limits of 1e4, 1e8 and 1e16; or, for the added cosine, ε/λ² of 0.04, 0.06 and 0.1 (λ = 0.1),
        with the middle of these roads.  The rest is ε = 0.2, λ = 0.1, 1000 steps, limit 1e8.
    kind : {"multiplied", "added"}
    low, high : float
        The interval that is magnified at first, from 0 to 1.5.

    Returns
    -------
    Board
    """
    if vary not in _VARIED:
        raise ValueError(f"vary must be one of {', '.join(_VARIED)}, got {vary!r}")
    title, rows = _VARIED[vary]
    knobs = [Knob("low", "from", low, LOW, HIGH, shown=False), Knob("high", "to", high, LOW, HIGH, shown=False)]
    if vary != "ratio":
        knobs.insert(0, Choice("kind", "the cosine is", kind, ball.KINDS))

    def draw(k):
        part, kind = _interval(k.low, k.high), getattr(k, "kind", "added")
        seen = [labels(kind, *question, *part) for _, question in rows]
        plots = [_strip("whole", labels(kind, *rows[1][1]), (LOW, HIGH), f"all rates, {rows[1][0]}",
                        [Brush("low", "high"), *_ends(part)])]
        plots += [_strip(f"row{i}", leaves, part, f"{name}: {_times(changes(leaves))}")
                  for i, (leaves, (name, _)) in enumerate(zip(seen, rows, strict=True))]
        if vary == "ratio":
            plots.append(_middle_of_the_road())
        return Scene(plots, f"{COLUMNS} rates from {number(part[0], 6)} to {number(part[1], 6)}, the cosine {kind}. The "
                            f"label changes {' and then '.join(str(changes(leaves)) for leaves in seen)} times. "
                            f"{_differing(seen[0], seen[-1])} another colour in the last strip than in the first.")
    return Board(title, knobs, draw)


_VARIED = {
    "steps": ("The same rates, for more and more steps",
              [(f"{steps} steps", (0.2, 0.1, steps, 1e8)) for steps in (500, 1000, 2000)]),
    "limit": ("The same rates, with a higher and higher limit",
              [(f"limit {number(limit)}", (0.2, 0.1, 1000, limit)) for limit in (1e4, 1e8, 1e16)]),
    "ratio": ("The same rates on smoother and bumpier roads",
              [(f"ε/λ² = {ratio}", (ratio * 0.01, 0.1, 1000, 1e8)) for ratio in RATIOS])}


# ---------------------------------------------------------------- the plots

def _strip(name, leaves, interval, title, layers=(), **how):
    """A barcode; where bars are finer than the picture, their colours are mixed."""
    low, high = interval
    share = leaves.reshape(-1, max(1, len(leaves) // COLUMNS)).mean(axis=1)[:, None]
    rgb = (share * LEAVES + (1 - share) * STAYS).round().astype(np.uint8)[None]
    says = (f"Barcode of {len(leaves)} learning rates from {number(low, 6)} to {number(high, 6)}: {100 * leaves.mean():.1f} % "
            f"are orange, they leave; {_times(changes(leaves))}.")
    return Plot(name, Axis("learning rate η", low, high), Axis("", 0, 1), [Picture(rgb, interval, (0, 1)), *layers], title, 1.0,
                0.05, says, **how)


def _ends(interval):
    """Where the magnified part lies."""
    return [Rule(x=end, colour="text") for end in interval]


def slope_of(found):
    """Slope and height at level 0 of the line through log2 of the counts from level FIT on; None where these are too few."""
    fitted, (levels, least) = found[FIT - 1:], ENOUGH
    if len(fitted) < levels or min(fitted) < least:
        return None
    slope, height = np.polyfit(np.arange(FIT, len(found) + 1), np.log2(fitted), 1)
    return float(slope), float(height)


def _count_plot(found):
    levels = np.arange(1, len(found) + 1)
    layers = [Dots(levels, found, "blue", 4, name="label changes")]
    slope = slope_of(found)
    if slope:
        fitted, (steepness, offset) = levels[FIT - 1:], slope
        layers.append(Line(fitted, 2 ** (offset + steepness * fitted), "orange", 2,
                           name=f"slope {steepness:.2f} from level {FIT} on"))
    return Plot("counts", Axis("level k: 2ᵏ rates", 0, 15), Axis("label changes", 0.7, 2e4, log=True), layers,
                "Changes against resolution", 1.0, 0.3, f"Changes of the label from level 1 to {len(found)}: {found}.")


def _middle_of_the_road():
    x = np.linspace(-0.1, 0.1, 301)
    lines = [Line(x, 1e3 * (ball.road(x, "added", ratio * 0.01, 0.1) - 2 * ratio * 0.01), colour, 2, name=f"ε/λ² = {ratio}")
             for ratio, colour in zip(RATIOS, ("blue", "orange", "green"), strict=True)]
    return Plot("road", Axis("x", -0.1, 0.1), Axis("1000 × (loss − loss at 0)", -0.5, 1.5), lines, "The middle of these roads",
                0.6, 0.5, "The middle of the roads: at 0.04 one bowl; at 0.06 and 0.1 a hill at 0 between two valleys.")


# ---------------------------------------------------------------- in words

def _interval(low, high):
    """The interval with its ends in order, and not too short."""
    low, high = min(low, high), max(low, high)
    return (low, high) if high - low > SHORT else (min(low, HIGH - SHORT), min(low, HIGH - SHORT) + SHORT)


def _middle(low, high):
    return low + 0.4 * (high - low), low + 0.6 * (high - low)


def _times(count):
    return "1 change" if count == 1 else f"{count} changes"


def _differing(one, other):
    count = int(np.count_nonzero(one != other))
    return "No rate has" if count == 0 else "1 rate has" if count == 1 else f"{count} rates have"


def _fate(k, x, losses):
    last = len(losses) - 1
    if ball.has_left(losses, k.limit):
        what = f"leaves: its loss passes {number(k.limit, 3)} times the first at step {last}"
    elif len(losses) < k.steps:
        what = f"stays: after {last} steps it lies still at x = {number(x[-1], 3) if abs(x[-1]) > ball.TINY else 0}"
    else:
        what = f"stays: after {k.steps} steps it still moves, now at x = {number(x[-1], 3)}"
    return f"At η = {number(k.rate, 6)} the ball {what}."


def _growth(found):
    return (f"From {2 ** (len(found) - 1)} to {2 ** len(found)} rates the label changes go from {found[-2]} to {found[-1]}."
            f"{'' if slope_of(found) else _too_few(found)}")


def _too_few(found):
    """Why there is no slope."""
    levels, least = ENOUGH
    if len(found) < FIT + levels - 1:
        return f" A slope needs level {FIT + levels - 1} or more."
    return f" Too few changes for a slope: it needs {least} or more at each level from {FIT} on."
