"""Where runs end up, for every rate: the bifurcation strip, and a board with it to zoom into."""
from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..wording import number
from .board import Board, Knob
from .families import SETTLING, family_of, long_run
from .orbits import LONGEST, Ending
from .scene import Axis, Brush, Dots, Picture, Plot, Rule, Scene, rgb

COLUMNS, ROWS = 480, 200
BURN, KEPT = 600, 400
RECIPE = f"The strip: {COLUMNS} rates, of each the steps {BURN + 1} to {BURN + KEPT} of a run from {{}}."
THINNEST = 1e-6                         # piece that is shown
INK = "#2A8FD8"                         # stands out from a light and from a dark ground
SHADES = 15                             # of the ink: few, so that the picture is small to send


def density(name: str, low: float, high: float, columns: int = COLUMNS, rows: int = ROWS) -> np.ndarray:
    """How often runs visit each place: float64 of shape (rows, columns), row 0 at the bottom of the family's spread.

    A column is one rate, at its middle, from the family's start: 600 steps that do not count, then 400 that do.  A visit
    is shared by the two nearest rows, so that lines are smooth.  What leaves the spread is not counted.
    """
    family = family_of(name)
    rates = low + (np.arange(columns) + 0.5) * (high - low) / columns
    bottom, top = family.spread
    x, seen = np.full(columns, family.start), np.empty((KEPT, columns))
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(BURN):
            x = family.step(x, rates)
        for t in range(KEPT):
            x = seen[t] = family.step(x, rates)
        place = (seen - bottom) / (top - bottom) * rows - 0.5
        inside = (place >= 0) & (place < rows - 1)              # not what has run away, infinities and NaN among it
    row, share = np.divmod(place[inside], 1.0)
    cell = row.astype(int) * columns + np.broadcast_to(np.arange(columns), seen.shape)[inside]
    counts = (np.bincount(cell, 1 - share, rows * columns) + np.bincount(cell + columns, share, rows * columns))
    return counts.reshape(rows, columns)


def ink(counts: np.ndarray) -> np.ndarray:
    """Counts as a picture, uint8 of shape (rows, columns, 4): the more visits, the more ink; none is transparent."""
    rgba = np.empty((*counts.shape, 4), np.uint8)
    rgba[..., :3] = rgb(INK)
    shade = np.ceil(np.cbrt(counts / KEPT) * SHADES) / SHADES
    rgba[..., 3] = np.where(counts > 0, 40 + 215 * shade, 0)
    return rgba


@lru_cache(maxsize=64)
def _picture(family, low, high):
    """Kept, for it does not change while the rate is turned."""
    return Picture(ink(density(family, low, high)), (low, high), family_of(family).spread)


def strip(family: str, rate: float, start: float, window: tuple[float, float] | None = None, *, ending: Ending | None = None,
          more=(), name="strip", **how) -> Plot:
    """A plot of the long run over the rate, with a cursor at the present rate.

    Parameters
    ----------
    family : str
        Its name.
    rate, start : float
        Of the run that is marked.
    window : (float, float), optional
        The rates shown, by default all of the family's.
    ending : Ending, optional
        Of this run, where it is known.
    more : sequence of layers
        Drawn last.
    name, **how
        For the Plot.
    """
    chosen = family_of(family)
    low, high = window or chosen.rates
    ending = long_run(chosen, rate, start) if ending is None else ending
    layers = [_picture(family, low, high), Rule(x=rate, colour="orange"),
              Dots(np.full(len(ending.values), rate), ending.values, "orange", 4), *more]
    return Plot(name, Axis(chosen.knob, low, high), Axis("x in the long run", *chosen.spread), layers,
                says=f"The values visited in the long run, for {chosen.symbol} from {number(low)} to {number(high)}. "
                     f"At {chosen.symbol} = {number(rate)}: {in_words(ending)}.", **how)


def in_words(ending: Ending) -> str:
    """What a long run comes to, in words."""
    count = len(ending.values)
    if ending.kind == "gone":
        return "the run has run away"
    if ending.kind == "open":
        return f"no pattern that repeats within {LONGEST} steps"
    few = ", ".join(number(_tidy(value)) for value in ending.values) if count <= 4 else ""
    if ending.kind == "slow":
        what = f"one value, now near {few}" if count == 1 else f"{count} values in turn" + (f", now near {few}" if few else "")
        return f"slow, it is still approaching {what}"
    if count == 1:
        return f"it stays at {few}" if ending.kind == "cycle" else f"it stays near {few}"
    about = "" if ending.kind == "cycle" else "as far as an eye can tell, "
    return f"{about}{count} values in turn" + (f", {few}" if few else "")


def _tidy(value):
    return 0.0 if abs(value) < 1e-6 else value


def bifurcation(family: str = "logistic", rate: float | None = None) -> Board:
    """The bifurcation strip by itself, and a magnified piece of it: drag across the upper one to select the piece.

    Parameters
    ----------
    family : {"parabola", "cubic", "logistic", "two-weights"}, default "logistic"
    rate : float, optional
        Where the cursor stands, by default in the middle.

    Returns
    -------
    Board
        Its knobs are rate, and left and right, the ends of the piece.
    """
    chosen = family_of(family)
    low, high = chosen.rates

    def draw(k):
        left, right = _apart(k.left, k.right, low, high)
        end = long_run(chosen, k.rate, chosen.start)
        whole = strip(family, k.rate, chosen.start, ending=end, more=[Brush("left", "right")],
                      title="All rates: drag to select a piece", width=1.0, ratio=0.2)
        piece = strip(family, k.rate, chosen.start, (left, right), ending=end, name="piece",
                      title="The piece, magnified", width=1.0, ratio=0.36, touch=("rate", None))
        return Scene([whole, piece], f"{chosen.symbol} = {number(k.rate, 6)}. After {SETTLING} steps: {in_words(end)}. "
                     f"{RECIPE.format(number(chosen.start))}")

    return Board(f"The long run of {chosen.title}",
                 [Knob("rate", chosen.knob, (low + high) / 2 if rate is None else rate, low, high),
                  Knob("left", "from", low, low, high, shown=False), Knob("right", "to", high, low, high, shown=False)], draw)


def _apart(left, right, low, high):
    """The two ends in order, at least `THINNEST` from one another."""
    left, right = sorted((left, right))
    left = min(left, high - THINNEST)
    return max(left, low), max(right, left + THINNEST)
