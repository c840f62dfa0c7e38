"""A zoom into the border of the network with one datum: what float32, float64 and exact differences can tell apart."""
from __future__ import annotations

import functools
from decimal import Decimal

import numpy as np

from ..colour import colours
from ..deep import Lanes, lanes
from ..films import atlas_film
from ..networks import paper
from ..recipes import Recipe
from ..rendering import render_of
from ..trust import difference, single_precision
from ..trust import shuffled as reordered
from ..view import View
from ..wording import number
from .board import Board, Choice, Knob, Switch
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Scene, rgb

DEEPEST = 40.0                          # decades; the target is known to be frayed so far
PIXELS, STEPS = 40, 500
ARITHMETICS = {"float32": ("orange", 5.0), "float64": ("blue", 3.5), "exact": ("green", 2.0)}       # colour, width of line
EVERY = 0.25                            # decades between the points of the counter's lines
CONVERGED, OTHERS, FLIPPED = "#B9D6E8", "#F0DDB8", "#D00000"
HALF = (-0.5, 0.5)
ACROSS = Axis("input rate: place in the window", *HALF)
UP = Axis("output rate: place in the window", *HALF)


def zoom(depth=0.0, arithmetic="float64", shuffled=False) -> Board:
    """Zoom into the paper's network with one datum: its picture, what a shuffle changes, how many rates a row still has.

    Each of 40 x 40 pixels is a training of 500 steps.  Shuffled, the hidden units are in another order: the same network, other
    roundings; the words then say, too, how many pixels exact differences put on the other side.  The handle is the depth.

    Parameters
    ----------
    depth : float, default 0
        From 0 to 40: the window is 10**-depth decades wide.
    arithmetic : {"float32", "float64", "exact"}, default "float64"
        float32 keeps rates and weights in float32; "exact" follows differences from one run in 75 digits.
    shuffled : bool, default False
        Whether to compute the picture again in another order of the units, and mark the pixels that change sides.

    Returns
    -------
    Board
        Its knobs are depth, arithmetic and shuffled.
    """
    knobs = [Knob("depth", "depth d (the window is 10⁻ᵈ decades wide)", depth, 0.0, DEEPEST, step=0.5),
             Choice("arithmetic", "numbers", arithmetic, tuple(ARITHMETICS)),
             Switch("shuffled", "shuffle the hidden units", shuffled)]
    return Board("A zoom, and its numbers", knobs, _draw)


def _draw(k):
    return Scene([_picture(k), _flips(k), _counter(k)], _words(k))


# ---------------------------------------------------------------- the pictures

@functools.cache
def target() -> tuple[str, str]:
    """Where the zoom goes: the target of the atlas's deep film, with all its digits."""
    return tuple(atlas_film("beyond float64").recipe["target"][0])


def window(depth) -> View:
    """The window at a depth, with every digit of its centre."""
    return View.around(*target(), 10.0 ** -depth, "log10")


@functools.cache
def _network(arithmetic, shuffled):
    network = paper("one-datum")
    network = reordered(network) if shuffled else network
    return single_precision(network) if arithmetic == "float32" else network


@functools.cache
def _reference(shuffled):
    """One run in digits enough for the whole dive, so that no move has to wait for another."""
    deepest = Recipe(_network("exact", shuffled), window(DEEPEST), (PIXELS, PIXELS), STEPS, precision="exact")
    return lanes(deepest, point=tuple(map(Decimal, target()))).reference


@functools.lru_cache(256)
def landscape(depth, arithmetic, shuffled=False):
    """The runs of a picture."""
    exact = arithmetic == "exact"
    view, size = window(depth), (PIXELS, PIXELS)
    recipe = Recipe(_network(arithmetic, shuffled), view, size, STEPS, precision="exact" if exact else "float64")
    using = None
    if exact:
        reference = _reference(shuffled)
        using = Lanes(reference.system, *view.offsets(size, reference.point), reference)
    return render_of(recipe, using=using)


@functools.lru_cache(256)
def _painted(depth, arithmetic):
    return Picture(np.ascontiguousarray(colours(landscape(depth, arithmetic))[..., :3]), HALF, HALF)


def _picture(k):
    converged = (landscape(k.depth, k.arithmetic).value < 0).mean()
    keys = [Dots([np.nan], [np.nan], colour, name=name)
            for colour, name in (("#4A8FC2", "converged"), ("#E8743B", "did not"))]
    return Plot("picture", ACROSS, UP, [_painted(k.depth, k.arithmetic), *keys],
                title=f"The picture, in {_in_words(k.arithmetic)}", ratio=1.0,
                says=f"{PIXELS} × {PIXELS} trainings, {k.arithmetic}: {number(100 * converged, 3)} % converged. Across, the "
                     "rate of the input layer; up, that of the output layer. Colours are ranks in this picture.")


def _in_words(arithmetic):
    return "exact differences" if arithmetic == "exact" else arithmetic


@functools.lru_cache(256)
def flipped(depth, arithmetic):
    """Which pixels change sides when the units are shuffled."""
    return difference(landscape(depth, arithmetic), landscape(depth, arithmetic, True)).flipped


@functools.lru_cache(256)
def wrong(depth, arithmetic):
    """Which pixels exact differences put on the other side."""
    return difference(landscape(depth, arithmetic), landscape(depth, "exact")).flipped


def _flips(k):
    converged = landscape(k.depth, k.arithmetic).value < 0
    pixels = np.where(converged[..., None], rgb(CONVERGED), rgb(OTHERS))
    if not k.shuffled:
        layers = [Picture(pixels, HALF, HALF)]
        says, title = "The two sides of the border; nothing is shuffled yet.", "Which pixels change sides? (Switch shuffle on)"
    else:
        changed = flipped(k.depth, k.arithmetic)
        pixels[changed] = rgb(FLIPPED)
        layers = [Picture(pixels, HALF, HALF), Dots([np.nan], [np.nan], FLIPPED, name="changes sides")]
        says = f"{changed.sum()} of {changed.size} pixels, red, change sides when the units are shuffled."
        title = f"Shuffled: {changed.sum()} of {changed.size} change sides"
    return Plot("flips", ACROSS, UP, layers, title=title, ratio=1.0, says=says)


# ---------------------------------------------------------------- the counter

@functools.lru_cache(512)
def distinct(depth) -> dict:
    """How many different input rates a row of the picture has, for each arithmetic."""
    view = window(depth)
    plain = view.positions((PIXELS, PIXELS))[0]
    away = view.offsets((PIXELS, PIXELS), view.centre)[0]
    kept = {"float32": plain.astype(np.float32), "float64": plain, "exact": away}
    return {name: len(np.unique(rates)) for name, rates in kept.items()}


@functools.cache
def _curves():
    depths = np.arange(0.0, DEEPEST + EVERY / 2, EVERY)
    return depths, {name: [distinct(float(depth))[name] for depth in depths] for name in ARITHMETICS}


def _counter(k):
    depths, counts = _curves()
    lines = [Line(depths, counts[name], colour, width, name=name) for name, (colour, width) in ARITHMETICS.items()]
    now = distinct(k.depth)
    return Plot("counter", Axis("depth d", 0, DEEPEST), Axis("rates", 0.8, 60, log=True),
                [*lines, Handle("depth", float(now[k.arithmetic]), f"the depth {number(k.depth)}")],
                title=f"How many of {PIXELS} rates are different", width=1.0, ratio=0.34, touch=("depth", None),
                says="Distinct rates in a row over the depth. At this depth: "
                     + ", ".join(f"{count} in {name}" for name, count in now.items()) + ".")


def _words(k):
    now = distinct(k.depth)
    width = "one decade" if k.depth == 0 else f"{number(10.0 ** -k.depth, 3)} decades"
    others = ", ".join(f"{now[name]} {'' if name == 'exact' else 'in '}{name}" for name in ARITHMETICS if name != k.arithmetic)
    have = "rate" if now[k.arithmetic] == 1 else "distinct rates"
    row = f"A row of {PIXELS} pixels has {now[k.arithmetic]} {have} in {_in_words(k.arithmetic)} ({others})."
    change = ""
    if k.shuffled:
        changed = flipped(k.depth, k.arithmetic)
        change = f" Shuffled, {number(100 * changed.mean(), 3)} % of the pixels change sides."
        if k.arithmetic != "exact":
            change += _against_exact(wrong(k.depth, k.arithmetic), changed)
    return f"The window is {width} wide. {row}{change}"


def _against_exact(wrong, changed):
    """How many pixels are wrong, and how many of these a shuffle finds."""
    count = wrong.sum()
    if not count:
        return " Against exact differences none is on the wrong side."
    return (f" Against exact differences {count} of {wrong.size} {'is' if count == 1 else 'are'} on the wrong side; "
            f"the shuffle moves {(wrong & changed).sum() or 'none'} of them.")
