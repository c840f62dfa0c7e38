"""From landscapes to colours: rank restretch, two-sided palettes, three states, basins."""
from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from .landscape import Landscape
from .wording import attractor_name

# name -> matplotlib's registry.  Both ends of a palette are slow, its middle is fast; the low end runs away.
PALETTES = {"two-sided": "RdYlBu", "paper": "Spectral", "dark": "managua"}
MODES = ("rank", "value", "verdict", "patterns", "basins")
GAP = 0.25                          # of the palette's middle is left out, so that the two sides stay apart (paper's code)
STATES = {-1: ("#0072B2", "converged"), 0: ("#E8E8E8", "neither"), 1: ("#D55E00", "exploded")}    # Okabe and Ito
BASINS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442",       # Okabe and Ito
          "#882255", "#44AA99", "#DDCC77", "#332288", "#AA4499", "#999999", "#661100")  # Tol
MOST_SHOWN = 16                     # attractors in a figure's legend
NOWHERE = "#000000"                 # in no basin
INK = "#202020"                     # of the strokes in mode "patterns"


class Reference(NamedTuple):
    """What colours take from a reference landscape, worked out once for many pictures (`refer`)."""

    mode: str                                                   # for pictures in this one only
    ranks: tuple[np.ndarray, np.ndarray] | None = None          # mode "rank": `ranks`
    span: tuple[float, float] | None = None                     # mode "basins": logarithms of the fewest and the most steps


def colours(land: Landscape, palette: str = "two-sided", mode: str | None = None,
            reference: Landscape | None = None) -> np.ndarray:
    """Colours of a landscape.

    Parameters
    ----------
    land : Landscape
    palette : str, default "two-sided"
        "two-sided" (safe for the colour-blind), "paper" (the paper's Spectral), "dark", or any of matplotlib's colour
        maps.  For mode "rank".
    mode : {"rank", "value", "verdict", "patterns", "basins"}, default "basins" where there are attractors, else "rank"
        "rank": by the rank of the value among the converged and among the other pixels, as the paper's code does; colours
        of two pictures are comparable only through `reference`.  "value": by the value itself, on a logarithmic scale from 1
        (fast) to the number of steps (slow), the same in every picture of as many steps.  "verdict": converged, exploded,
        neither.  "patterns": the same three with a texture each, for print without colours.  "basins": by the attractor,
        darker the more steps it took, between the fewest and (nearly) the most in the picture.
    reference : Landscape, optional
        Take the ranks, or the range of steps, from this one.

    Returns
    -------
    numpy.ndarray
        uint8 RGBA of shape (rows, columns, 4), row 0 at the lowest y.  Pixels not computed are transparent.

    Raises
    ------
    ValueError
        If palette or mode is unknown, or mode is "basins" without attractors.
    """
    mode = check_mode(land, mode)
    if mode in ("verdict", "patterns"):
        rgba = np.array([_rgba(STATES[v][0]) for v in (-1, 0, 1)])[land.verdict + 1]
        if mode == "patterns":
            rgba[_strokes(land.verdict)] = _rgba(INK)
    elif mode == "basins":
        rgba = _basins(land, _reference(land, mode, reference).span)
    else:
        rgba = painted(places(land, mode, reference), palette)
    rgba[np.isnan(land.value)] = 0
    return rgba


def refer(land, mode) -> Reference:
    """A landscape as the reference of many others in this mode: the same colours, without working it out each time."""
    return Reference(mode, ranks(land.value) if mode == "rank" else None, _span(land) if mode == "basins" else None)


def _reference(land, mode, reference):
    """The Reference for a picture of `land`: the one given, or that of the landscape given, or its own."""
    if not isinstance(reference, Reference):
        return refer(land if reference is None else reference, mode)
    if reference.mode != mode:
        raise ValueError(f'reference must be one for mode "{mode}", got one for mode "{reference.mode}"')
    return reference


def painted(place, palette):
    """RGBA of places on the palette, as `places` gives them."""
    return _table(palette)[np.nan_to_num((place + 1) * 127.5).astype(np.uint8)]


def places(land, mode, reference=None):
    """Where on the palette each pixel is in mode "rank" or "value", from -1 (slowly diverged) to 1 (slowly converged)."""
    if mode == "rank":
        return restretch(land.value, _reference(land, mode, reference).ranks)
    value = _finite(land.value)
    slow = np.log(np.clip(np.abs(value), 1.0, land.steps)) / np.log(max(land.steps, 2))
    return np.where(value < 0, 1.0, -1.0) * (GAP + (1 - GAP) * slow)


def default_mode(problem):
    """What colours mean where nothing else is asked for."""
    return "basins" if problem.attractors else "rank"


def check_mode(land, mode):
    """The mode, the default one for None; ValueError if it does not suit the landscape."""
    return look_of(land.problem, None, mode)["mode"]


def look_of(problem, palette, mode):
    """Palette and mode as in a recipe, the default mode for None; ValueError as in `check_look`."""
    check_look(problem, palette, mode)
    return {"palette": palette, "mode": default_mode(problem) if mode is None else mode}


def check_look(problem, palette, mode):
    """ValueError if the palette is unknown, or the mode is or does not suit the problem; None: not asked for."""
    if palette is not None:
        _table(palette)
    if mode is not None and mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    if mode == "basins" and not problem.attractors:
        raise ValueError('mode must not be "basins" for a problem without attractors')


def restretch(value, reference=None):
    """Places on the palette, from -1 to 1: ranks among `reference`, converged and others apart (paper's `cdf_img`).

    Slowly converged 1, fast converged GAP, fast diverged -GAP, slowly diverged -1.
    """
    known, mean_ranks = reference if isinstance(reference, tuple) else ranks(value if reference is None else reference)
    value = _finite(value)
    if known.size == 0:
        return np.zeros_like(value)
    place = np.interp(value, known, mean_ranks)
    # a value outside the reference, or between its two sides, keeps the side of its own sign
    return -np.where(value < 0, np.minimum(place, -GAP), np.maximum(place, GAP))


def ranks(value):
    """The values that occur, to 12 digits, and where each is in `restretch`, which takes the pair as a reference."""
    known = _finite(value)
    known, counts = np.unique(known[~np.isnan(known)], return_counts=True)
    negative = int(counts[known < 0].sum())
    every = np.concatenate([np.linspace(-1, -GAP, negative), np.linspace(GAP, 1, counts.sum() - negative)])
    ends = np.cumsum(counts)
    return known, (every[ends - 1] + every[ends - counts]) / 2          # equal values: their mean rank


def _finite(value):
    """To 12 digits, so that rounding makes no ranks; inf as a large number; -0.0, which has converged, as a negative one."""
    mantissa, exponent = np.frexp(np.minimum(value, 1e300))
    value = np.ldexp(np.round(mantissa * 2.0 ** 40) / 2.0 ** 40, exponent)
    return np.where((value == 0) & np.signbit(value), -np.finfo(float).smallest_subnormal, value)


def _strokes(verdict):
    """The inked pixels of the three textures: rising lines converged, none neither, a dense cross hatch exploded."""
    row, column = np.indices(verdict.shape)
    rising = (row - column) % 8 == 0
    return np.where(verdict == -1, rising, (verdict == 1) & (((row + column) % 4 == 0) | ((row - column) % 4 == 0)))


def _basins(land, span):
    base = np.array([_rgba(text) for text in (*basin_colours(len(land.problem.attractors)), NOWHERE)], float)
    rgba = base[land.attractor]                     # -1 is the last
    if span is None:
        return rgba.astype(np.uint8)
    steps = np.log1p(np.maximum(land.arrival, 0))
    first, late = span
    place = np.clip((steps - first) / max(late - first, 0.7), 0, 1)[..., None]       # 0.7: one step twice another
    white = 0.45 * np.clip(1 - 2 * place, 0, 1)
    shaded = rgba[..., :3] * (1 - 0.6 * place) * (1 - white) + 255 * white
    rgba[..., :3] = np.where((land.arrival >= 0)[..., None], shaded, rgba[..., :3])
    return rgba.astype(np.uint8)


def _span(reference):
    """The range of steps that shades a basin, None where no attractor has an arrival."""
    known = reference.arrival[(reference.attractor >= 0) & (reference.arrival >= 0)]
    return None if len(known) == 0 else tuple(np.quantile(np.log1p(known), (0.0, 0.99)))


def _rgba(text):
    return np.array([int(text[i:i + 2], 16) for i in (1, 3, 5)] + [255], np.uint8)


@functools.cache
def _table(palette):
    """(256, 4) uint8: the palette from its low to its high end."""
    from matplotlib import colormaps
    name = PALETTES.get(palette, palette)
    if name not in colormaps:
        raise ValueError(f"palette must be {', '.join(PALETTES)} or a colour map of matplotlib, got {palette!r}")
    table = (colormaps[name](np.arange(256) / 255) * 255).round().astype(np.uint8)
    table.flags.writeable = False
    return table


def legend_strip(palette):
    """Colours (n, 4) of a legend from slowly converged over fast to slowly diverged, the gap left out."""
    half = int(round(127.5 * (1 - GAP)))
    table = _table(palette)[::-1]
    return np.concatenate([table[:half], table[-half:]])


def basin_legend(land):
    """(colour, name) of the attractors that occur in a landscape, the most frequent MOST_SHOWN, and of none."""
    counts = np.bincount(land.attractor[land.attractor >= 0], minlength=len(land.problem.attractors))
    often = np.sort(np.argsort(-counts, kind="stable")[:MOST_SHOWN])
    every = basin_colours(len(counts))
    shown = [(every[k], attractor_name(land.problem.attractors[k])) for k in often if counts[k]]
    return shown + ([(NOWHERE, "none")] if (land.attractor < 0).any() else [])


def basin_colours(count):
    """The colour of each of `count` attractors, as #rrggbb."""
    return [BASINS[k % len(BASINS)] for k in range(count)]
