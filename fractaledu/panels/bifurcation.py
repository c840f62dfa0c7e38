"""Where runs end up, for every rate: the bifurcation strip, and a board with it to zoom into."""
from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..wording import number
from .board import Board, Knob
from .families import GONE, cycle, family_of
from .scene import Axis, Brush, Dots, Picture, Plot, Rule, Scene

COLUMNS, ROWS = 480, 240
BURN, KEPT = 600, 400
RECIPE = f"The strip: {COLUMNS} rates, of each the steps {BURN + 1} to {BURN + KEPT} of a run from {{}}."
THINNEST = 1e-6                         # piece that is shown
INK = 0x2A, 0x8F, 0xD8                  # stands out from a light and from a dark ground


@lru_cache(maxsize=64)
def density(name: str, low: float, high: float, columns: int = COLUMNS, rows: int = ROWS) -> np.ndarray:
    """How often runs visit each place: float64 of shape (rows, columns), row 0 at the bottom of the family's spread.

    A column is one rate, at its middle, from the family's start: 600 steps that do not count, then 400 that do.  A visit
    is shared by the two nearest rows, so that lines are smooth.  What runs away, or leaves the spread, is not counted.
    """
    family = family_of(name)
    rates = low + (np.arange(columns) + 0.5) * (high - low) / columns
    bottom, top = family.spread
    counts = np.zeros((rows, columns))
    x = np.full(columns, family.start)
    across = np.arange(columns)
    with np.errstate(invalid="ignore", over="ignore"):
        for t in range(BURN + KEPT):
            x = family.step(x, rates)
            x[~(np.abs(x) < GONE)] = np.nan
            if t >= BURN:
                place = (x - bottom) / (top - bottom) * rows - 0.5
                inside = (place >= 0) & (place < rows - 1)
                row, share = np.divmod(place[inside], 1.0)
                counts[row.astype(int), across[inside]] += 1 - share
                counts[row.astype(int) + 1, across[inside]] += share
    counts.flags.writeable = False
    return counts


def ink(counts: np.ndarray) -> np.ndarray:
    """Counts as a picture, uint8 of shape (rows, columns, 4): the more visits, the more ink; none is transparent."""
    rgba = np.empty((*counts.shape, 4), np.uint8)
    rgba[..., :3] = INK
    rgba[..., 3] = np.where(counts > 0, 40 + 215 * (counts / KEPT) ** (1 / 3), 0)
    return rgba


def strip(family: str, rate: float, start: float, window: tuple[float, float] | None = None, *, more=(), name="strip",
          **how) -> Plot:
    """A plot of the long run over the rate, with a cursor at the present rate.

    Parameters
    ----------
    family : str
        Its name.
    rate, start : float
        Of the run that is marked.
    window : (float, float), optional
        The rates shown, by default all of the family's.
    more : sequence of layers
        Drawn last.
    name, **how
        For the Plot.
    """
    chosen = family_of(family)
    low, high = window or chosen.rates
    values = cycle(chosen, rate, start)
    shown = np.empty(0) if values is None else values
    layers = [Picture(ink(density(family, low, high)), (low, high), chosen.spread), Rule(x=rate, colour="orange"),
              Dots(np.full(len(shown), rate), shown, "orange", 4), *more]
    return Plot(name, Axis(chosen.knob, low, high), Axis("x in the long run", *chosen.spread), layers,
                says=f"The values visited in the long run, for {chosen.symbol} from {number(low)} to {number(high)}. "
                     f"At {chosen.symbol} = {number(rate)}: {in_words(values)}.", **how)


def in_words(values) -> str:
    """What `families.cycle` found, in words."""
    if values is None:
        return "no pattern that repeats within 16 steps"
    if len(values) == 0:
        return "the run has run away"
    if len(values) == 1:
        return f"it stays at {number(_tidy(values[0]), 4)}"
    if len(values) > 4:
        return f"{len(values)} values in turn"
    return f"{len(values)} values in turn, {', '.join(number(_tidy(value), 4) for value in values)}"


def _tidy(value):
    return 0.0 if abs(value) < 1e-6 else value


def bifurcation(family: str = "logistic", rate: float | None = None) -> Board:
    """The bifurcation strip by itself, and a magnified piece of it: drag across the upper one to select the piece.

    Parameters
    ----------
    family : {"parabola", "cubic", "logistic", "two-weights"}, default "logistic"
    rate : float, optional
        Where the cursor stands, by default in the middle.
    """
    chosen = family_of(family)
    low, high = chosen.rates

    def draw(k):
        left, right = _apart(k.left, k.right, low, high)
        whole = strip(family, k.rate, chosen.start, more=[Brush("left", "right")], title="All rates: drag to select a piece",
                      width=1.0, ratio=0.2)
        piece = strip(family, k.rate, chosen.start, (left, right), name="piece", title="The piece, magnified",
                      width=1.0, ratio=0.36, touch=("rate", None))
        values = cycle(chosen, k.rate, chosen.start)
        return Scene([whole, piece], f"{chosen.symbol} = {number(k.rate, 6)}. After 4000 steps: {in_words(values)}. "
                     f"{RECIPE.format(number(chosen.start))}")

    return Board(f"The long run of {chosen.title}",
                 [Knob("rate", chosen.knob, (low + high) / 2 if rate is None else rate, low, high),
                  Knob("left", "from", low, low, high, shown=False), Knob("right", "to", high, low, high, shown=False)], draw)


def _apart(left, right, low, high):
    """The two ends in order, at least `THINNEST` from one another."""
    left, right = sorted((left, right))
    left = min(left, high - THINNEST)
    return max(left, low), max(right, left + THINNEST)
