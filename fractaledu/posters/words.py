"""What stands under a poster: all that one has to know to judge it, in lines of text."""
from __future__ import annotations

import math

from .. import deep
from .._version import __version__
from ..captions import place
from ..problems import SIZE
from ..view import FLOOR_ULPS
from ..wording import attractor_name, number

# palette -> its high end, where runs converge, its low end, and what its middle is, where they are fast
ENDS = {"two-sided": ("blue", "red", "paler"), "paper": ("blue and green", "red and orange", "paler"),
        "dark": ("blue", "orange", "darker")}
BASIN_NAMES = ("blue", "orange", "green", "pink", "light blue", "vermilion", "yellow", "wine", "teal", "sand", "indigo",
               "purple", "grey", "brown")
MOST_NAMED = 6                      # attractors
NEAR = 10                           # times the float floor


def lines(recipe) -> list[str]:
    """The caption of a picture, from its recipe with the look; the title first."""
    problem, view = recipe.problem, recipe.view
    columns, rows = recipe.size
    return [problem.title or "A map of the plane",
            *(f"{arrow} {_axis(label, symbol, view, name)}" for arrow, label, symbol, name in
              zip("→↑", (problem.x_label, problem.y_label), problem.symbols, "xy", strict=True)),
            f"{columns} × {rows} runs of T = {recipe.steps} steps; {criterion(problem)}",
            f"colour: {meaning(recipe)}",
            *filter(None, [floor(recipe), _origin(problem)]),
            f"fractaledu {__version__}"]


def criterion(problem) -> str:
    """When a run counts as converged."""
    watched = problem.watched
    if watched.ends:
        return f"converged: {watched.name} below {number(watched.line, 2)} at the end"
    what = "losses is below the first" if watched.relative else f"numbers ({watched.name}) is below {number(watched.line, 2)}"
    return f"converged: the mean of the last 20 {what}"


def meaning(recipe) -> str:
    """What the colours mean."""
    problem, mode, palette = recipe.problem, recipe.look["mode"], recipe.look["palette"]
    settled, gone = problem.watched.sides
    if mode == "verdict":
        return "blue converged, vermilion exploded, grey neither"
    if mode == "patterns":
        return "rising lines converged, cross hatch exploded, plain neither"
    if mode == "basins":
        shaded = "; the darker, the more steps it took"
        names = [attractor_name(place) for place in problem.attractors]
        if len(names) > MOST_NAMED:
            return f"which of {len(names)} attractors is reached, black none{shaded}"
        return ", ".join(f"{colour} {name}" for colour, name in zip(BASIN_NAMES, names, strict=False)) + f", black none{shaded}"
    high, low, middle = ENDS.get(palette, (f"high end of {palette}", "low end", "nearer the middle"))
    orbit = " or the smaller the orbit" if problem.watched == SIZE else ""      # inside, the value is its size, not a speed
    how = f"the value, logarithmic from 1 to {recipe.steps}" if mode == "value" else "rank among the runs of this picture"
    return f"{high} {settled}, {low} {gone}; the {middle}, the faster{orbit} ({how})"


def floor(recipe) -> str:
    """What to say where pixels lie near, or below, what float64 can tell apart; "" elsewhere."""
    if deep.chosen(recipe.problem, recipe.view, recipe.size, recipe.precision) == "exact":
        return f"exact: differences from one run in at least {deep.digits_for(recipe.view)} digits"
    ulps = recipe.view.spacing_in_ulps(recipe.size)
    if ulps < FLOOR_ULPS:
        return f"neighbouring pixels lie {ulps:.2g} ulps apart, less than {FLOOR_ULPS}: this shows rounding, not the map"
    if ulps < NEAR * FLOOR_ULPS:
        return f"neighbouring pixels lie {ulps:.2g} ulps apart, near the float floor of {FLOOR_ULPS}"
    return ""


def _origin(problem):
    seed = problem.options.get("seed", problem.options.get("batch_seed"))
    given = ("the paper's weights and data" if (problem.name or "").startswith("paper-") else "")
    return " · ".join(filter(None, (given, "" if seed is None else f"seed {seed}", problem.source)))


def _axis(label, symbol, view, name):
    """An axis in words; its bounds with the digits that tell them from each other, of an exact view its centre."""
    at, scale = "xy".index(name), getattr(view, f"{name}_scale")
    spacing = ", logarithmic" if scale == "log10" else ""
    if view.exact is not None:
        return f"{label}, {symbol} = {place(view.centre[at], view.half[at], scale)}{spacing}"
    low, high = bounds = getattr(view, name)
    digits = max(4, min(17, math.ceil(math.log10(max(abs(low), abs(high)) / (high - low))) + 4))
    texts = [f"{bound:.{digits}g}" for bound in bounds]
    if any("e" in text for text in texts):
        texts = [number(bound, digits) for bound in bounds]
    elif digits > 5:                                            # narrow: as many digits in both
        decimals = max(len(text.partition(".")[2]) for text in texts)
        texts = [f"{bound:.{decimals}f}" for bound in bounds]
    between = " … ".join(texts).replace("-", "−")
    return f"{label}, {symbol} = {between}{spacing}"
