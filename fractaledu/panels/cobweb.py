"""A run of a map of one number, seen four ways: in the valley, as a cobweb, as an error, and among all rates."""
from __future__ import annotations

import numpy as np

from ..wording import number
from .bifurcation import RECIPE, in_words, strip
from .board import Board, Choice, Knob
from .families import SETTLING, Family, family_of, long_run, orbit
from .scene import Axis, Dots, Handle, Line, Plot, Rule, Scene

LOWEST, HIGHEST = 1e-8, 1e4             # of the axis of errors
FINE = 161                              # points of a drawn curve
BORDER = 1e-9                           # how near to 1 the size of a multiplier is called 1


def cobweb(family="parabola", rate: float | None = None, start: float | None = None, steps: int = 40, *,
           curvature: float | None = None, long_run: bool = False) -> Board:
    """A run drawn as a cobweb, with its error beside it; the start can be dragged, the rate turned.

    Parameters
    ----------
    family : str or sequence of str, default "parabola"
        "parabola" (gradient descent on x²/2), "cubic" (on x²/2 − x³/3), "logistic" (r x (1 − x)), "two-weights" (on
        (x² − 1)²/4); several can be chosen among, the first is shown first.
    rate, start : float, optional
        By default 0.5 and a start of the family's own.
    steps : int, default 40
        From 5 to 200.
    curvature : float, optional
        Where given, from 0.25 to 8, the loss is multiplied by it, and a slider turns it.
    long_run : bool, default False
        Add the bifurcation strip, with a cursor at the present rate.

    Returns
    -------
    Board
        Its knobs are rate, start and steps, with curvature where it is given, and loss where there are several.
    """
    names = (family,) if isinstance(family, str) else tuple(family)
    chosen = [family_of(name) for name in names]
    if curvature is not None and long_run:
        raise ValueError("curvature must be None where long_run is True: the strip is of curvature 1")
    low, high = (pick(one.rates[i] for one in chosen) for i, pick in enumerate((max, min)))
    left, right = (pick(one.starts[i] for one in chosen) for i, pick in enumerate((max, min)))
    first = chosen[0]
    knobs = [Knob("rate", first.knob, max(0.5, low) if rate is None else rate, low, high),
             Knob("start", "start x₀", min(max(first.start, left), right) if start is None else start, left, right),
             Knob("steps", "steps", steps, 5, 200, whole=True)]
    if curvature is not None:
        knobs.insert(1, Knob("curvature", "curvature λ", curvature, 0.25, 8.0))
    if len(names) > 1:
        knobs.insert(0, Choice("loss", "loss", names[0], names))

    def draw(k):
        name = k.loss if len(names) > 1 else names[0]
        return _scene(name, k.rate, k.start, k.steps, k.curvature if curvature is not None else None, long_run)

    return Board("Cobweb of " + (first.title if len(names) == 1 else "gradient descent"), knobs, draw)


def _scene(name, rate, start, steps, curvature, with_strip):
    family = family_of(name)
    product = rate * (1 if curvature is None else curvature)    # descent on λL at the rate η is descent on L at the rate ηλ
    xs = orbit(family, product, start, steps)
    plots = [_valley(family, xs, 1 if curvature is None else curvature)] if family.loss else []
    plots.append(_web(family, product, xs))
    plots.append(_error(family, product, xs, wide=len(plots) == 2 and not with_strip))
    end = long_run(family, product, start)
    if with_strip:
        plots.append(strip(name, rate, start, ending=end, title="The long run, for all rates", ratio=0.62,
                           touch=("rate", None)))
    recipe = f" {RECIPE.format(number(family.start))}" if with_strip else ""
    return Scene(plots, _words(family, product, rate, xs, curvature, end) + recipe)


def _valley(family, xs, curvature):
    x = np.linspace(*family.spread, FINE)
    losses = curvature * family.loss(x)
    room = 0.1 * (losses.max() - losses.min())
    layers = [Line(x, losses, "faint", 2), Line(xs, curvature * family.loss(xs), "blue", 1),
              Dots(xs, curvature * family.loss(xs), "blue", 3),
              Handle("start", float(curvature * family.loss(xs[0])), "the start x₀")]
    return Plot("valley", Axis("x", *family.spread), Axis("loss", losses.min() - room, losses.max() + room), layers,
                title="The run in the valley", ratio=0.62, touch=("start", None),
                says=f"The loss {family.formula} over x, and the run on it, from x = {number(xs[0], 3)}.")


def staircase(xs: np.ndarray, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """The corners of a cobweb: up from the floor to the curve, across to the diagonal, up or down to the curve, and so on."""
    twice = np.repeat(xs, 2)
    return twice[:-1], np.concatenate([[floor], twice[2:]])


def _web(family, rate, xs):
    low, high = family.spread
    x = np.linspace(low, high, FINE)
    layers = [Line([low, high], [low, high], "faint", 1, True, "next x = x"),
              Line(x, family.step(x, rate), "orange", 2, name="the rule"),
              Line(*staircase(xs, low), "blue", 1.2, name="the run"),
              *_fixed_points(family, rate), Handle("start", low + 0.04 * (high - low), "the start x₀")]
    return Plot("web", Axis("x", low, high), Axis("next x", low, high), layers, title="The run as a cobweb",
                ratio=0.62, touch=("start", None),
                says=f"The next x over x, with the diagonal; the run goes from {number(xs[0], 3)} to "
                     f"{_shown(xs[np.isfinite(xs)][-1])} between the curve and the diagonal.")


def _fixed_points(family, rate):
    """A ring around each, filled where it attracts."""
    kinds: dict[str, list] = {}
    for x in {*family.goals(rate), *family.others(rate)}:
        kinds.setdefault(_kind(abs(family.slope(x, rate))), []).append(x)
    return [Dots(found, found, "green", 5, kind != "attracts", f"fixed point, {kind}") for kind, found in sorted(kinds.items())]


def _kind(multiplier):
    if abs(multiplier - 1) < BORDER:
        return "at the border"
    return "attracts" if multiplier < 1 else "repels"


def distances(family: Family, rate: float, xs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From each x to the nearest goal: the size, and the sign (+1 right of it, or on it)."""
    away = xs[:, None] - np.array(family.goals(rate))
    nearest = np.argmin(np.nan_to_num(np.abs(away), nan=np.inf), axis=1)
    signed = away[np.arange(len(xs)), nearest]
    return np.abs(signed), np.where(signed < 0, -1, 1)


def _error(family, rate, xs, wide):
    size, side = distances(family, rate, xs)
    t = np.arange(len(xs))
    left = side < 0
    layers = [Line(t, size, "faint", 1), Dots(t[~left], size[~left], "blue", 3.2, name=f"right of the {family.goal}"),
              Dots(t[left], size[left], "orange", 3.2, True, name=f"left of the {family.goal}")]
    exact = np.flatnonzero(size == 0)
    if len(exact):
        layers.append(Rule(x=float(exact[0]), colour="green", name=f"error 0 from step {exact[0]}"))
    return Plot("error", Axis("step", 0, len(xs) - 1), Axis("size of the error", LOWEST, HIGHEST, log=True), layers,
                title="The error, step by step", width=1.0 if wide else 0.5, ratio=0.3 if wide else 0.62,
                says=f"The distance to the {family.goal} over the step: first {number(size[0], 3)}, "
                     f"last {_shown(size[np.isfinite(size)][-1])}.")


def _shown(value):
    return number(value, 3)


def _words(family, product, rate, xs, curvature, end):
    multiplier = family.multiplier(product)
    factors, words = "", family.multiplier_words
    if curvature is not None:
        factors, words = f", λ = {number(curvature)}, ηλ = {number(product)}", words.replace("η", "ηλ")
    size = 0.0 if abs(multiplier) < 1e-12 else multiplier
    return (f"{family.symbol} = {number(rate)}{factors}: {family.reach} multiplies the error by {words} = {number(size)}. "
            f"{_ending(family, product, xs, multiplier, end)}")


def _ending(family, product, xs, multiplier, end):
    size, _ = distances(family, product, xs)
    if np.isnan(size[-1]):
        return f"The run has run away by step {int(np.flatnonzero(np.isnan(size))[0])}."
    after = f"After {len(xs) - 1} steps the error is {_shown(size[-1])}"
    if abs(abs(multiplier) - 1) < BORDER:
        return f"{after}. This is the border: a multiplier of size 1."
    return f"{after}; after {SETTLING} steps: {in_words(end)}."
