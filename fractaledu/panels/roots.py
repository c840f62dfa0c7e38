"""Newton's method to touch: roots, starts and steps to drag.

A start has settled when its run ends nearer than 1e-8 to a root; where it has not, the map is dotted with black, in the colour
of the root that is nearest at the end.
"""
from __future__ import annotations

from itertools import combinations

import numpy as np

from ..colour import BASINS
from ..maps import TOLERANCE, newton
from ..rendering import render
from ..traces import trace
from ..view import View
from ..wording import complex_number, number
from .board import Board, Knob
from .scene import Axis, Dots, Handle, Label, Line, Picture, Plot, Rule, Scene, rgb

REACH = 2.0                 # of the maps, to each side of 0
SNAP = 0.1                  # two roots that are dragged nearer together than this become one double root
NEAR = 0.3                  # nearer together than this, the words say that they are still two
NEAREST = 1e300             # a tolerance that every finite end meets, so that it has a root that is nearest
LOWEST = 1e-17              # of the distances drawn: on a logarithmic axis 0 has no place
UNITY = tuple(np.exp(2j * np.pi * k / 3) for k in range(3))
MULTIPLE = {1: "simple", 2: "double", 3: "triple"}
FACTOR = {1: "|1 − a|", 2: "|1 − a/2|", 3: "|1 − a/3|"}
COLOURS = "blue", "orange", "green"
RGB = np.array([rgb(colour) for colour in BASINS[:3]])
MAP_AXES = Axis("real part", -REACH, REACH), Axis("imaginary part", -REACH, REACH)
START = "start_x", "start_y"


def draggable_roots(roots=UNITY, start=-0.5 + 0.2j, a=1.0, steps=100) -> Board:
    """Newton's method z' = z - a p(z)/p'(z) on a cubic whose roots can be dragged.

    Parameters
    ----------
    roots : three complex
        Inside the map, from -2 to 2 in both parts.  Two nearer together than 0.1 count as one double root.
    start : complex, default -0.5 + 0.2j
        Whose iterates are drawn.
    a : complex, default 1
        The share of Newton's step that is taken: real part from 0.05 to 4.5, imaginary part from -2 to 2.
    steps : int, default 100
        From 10 to 500.

    Returns
    -------
    Board
        Plots "basins" (which root), "counts" (after how many steps), "distance" (of one run) and "pad" (the plane of a).

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    if np.shape(roots) != (3,):
        raise ValueError(f"roots must be three numbers, got {roots!r}")
    a = complex(a)
    parts = [Knob(f"{part}{k}", f"{words} part of root {'ABC'[k]}", value, -REACH, REACH, shown=False)
             for k, root in enumerate(map(complex, roots))
             for part, words, value in (("x", "real", root.real), ("y", "imaginary", root.imag))]
    knobs = [Knob("a", "relaxation a", a.real, 0.05, 4.5, step=0.01),
             Knob("a_imag", "imaginary part of a", a.imag, -2, 2, step=0.01),
             Knob("steps", "steps", steps, 10, 500, log=True, whole=True), *start_knobs(start), *parts]
    return Board("Newton's method on three roots", knobs, _roots_scene)


# ---------------------------------------------------------------- roots to drag

def _roots_scene(k):
    roots, a, start = _snapped(k), complex(k.a, k.a_imag), complex(k.start_x, k.start_y)
    land, picture = _basins(newton(roots=roots, a=a), roots, k.steps, 160 if k.steps <= 100 else 96)
    run = trace(land.problem, start.real, start.imag, k.steps, states=True)
    counted, path, multiple = _counted(land, roots), path_layers(run), max(roots.count(root) for root in roots)
    factors = " and ".join(f"{FACTOR[m]} = {number(abs(1 - a / m), 3)} near a {MULTIPLE[m]} root"
                           for m in sorted({1, multiple}))
    words = (f"From {complex_number(start)}: {fate(run, roots)}. {counted} A step multiplies a small distance by about "
             f"{factors}.{_nearly_one(roots)}")
    names = [_root_label(roots, j) for j in range(3)]
    basins = Plot("basins", *MAP_AXES, [
        picture, *path, *(Label(root.real + 0.08, root.imag + 0.08, names[j]) for j, root in enumerate(roots) if names[j]),
        *(Handle(f"x{j}", f"y{j}", f"root {'ABC'[j]}") for j in range(3)), Handle(*START, "start")],
        title="which root (dotted: not settled)", ratio=1.0, touch=START,
        says=f"Map of starts coloured by the root that Newton's method comes to. {counted}")
    return Scene([basins, _counts(land, path), distance_plot(run, roots, a, 0.5, 0.6), _pad(a, multiple)], words)


def _counted(land, roots):
    """The share of each root among the starts, in words."""
    share = np.bincount(letters(land, roots)[land.attractor >= 0], minlength=3) / land.attractor.size
    each = ", ".join(f"{percent(share[j])} to {_root_label(roots, j)}" for j in range(3) if _root_label(roots, j))
    came = f"{each} came within 10⁻⁸" if share.any() else "none came within 10⁻⁸ of a root"
    return f"Of {land.size[0]} × {land.size[1]} starts, {came} in {land.steps} steps."


def _snapped(k):
    """The three roots; one that is near an earlier one takes its place."""
    roots = []
    for root in (complex(getattr(k, f"x{j}"), getattr(k, f"y{j}")) for j in range(3)):
        roots.append(next((other for other in roots if abs(other - root) < SNAP), root))
    return roots


def _nearly_one(roots):
    """A word about each pair of roots that is close and yet two."""
    pairs = [f" {'ABC'[i]} and {'ABC'[j]} are near, not one." for i, j in combinations(range(3), 2)
             if 0 < abs(roots[i] - roots[j]) < NEAR]
    return "".join(pairs) + (f" Two that come within {SNAP:g} become a double root." if pairs else "")


def _root_label(roots, j):
    """A, or A and B where they are one; nothing for the second of the two."""
    together = [letter for letter, root in zip("ABC", roots, strict=True) if root == roots[j]]
    return "" if roots.index(roots[j]) < j else " + ".join(together)


def _counts(land, path):
    """How many steps each start took, on a logarithmic scale from the fewest to the most that occur."""
    from matplotlib import colormaps
    settled = land.arrival >= 0
    some = land.arrival[settled]
    low, high = (max(1, some.min()), some.max()) if some.size else (1, 1)
    place = np.log(np.maximum(land.arrival, low) / low) / np.log(max(high / low, 1.2))     # few counts: no great contrast
    colours = (colormaps["cividis"](1 - place)[..., :3] * 255).astype(np.uint8)
    colours[~settled] = 0
    said = f"half of them took at most {number(np.median(some))}, the slowest {high}" if some.size else "none did"
    title = f"steps until settled: {f'yellow {low}, blue {high}' if some.size else 'none did'} (black: not)"
    return Plot("counts", *MAP_AXES, [Picture(colours, *[(-REACH, REACH)] * 2), *path], ratio=1.0, touch=START, title=title,
                says=f"Map of the number of steps until a start settled (of those that did): {said}.")


def _pad(a, multiple):
    """The plane of a, with the disc where a simple root attracts, and that of the multiple root."""
    layers = []
    for m in sorted({1, multiple}):
        turn = np.linspace(0, 2 * np.pi, 121)
        name = f"{FACTOR[m]} < 1: a {MULTIPLE[m]} root attracts"
        layers.append(Line(m + m * np.cos(turn), m * np.sin(turn), COLOURS[m > 1], 2.0, m > 1, name))
    inside = "inside" if abs(1 - a) < 1 else "not inside"
    layers += [Rule(y=0.0), Handle("a", "a_imag", "relaxation a")]
    return Plot("pad", Axis("real part of a", -1.5, 5.5), Axis("imaginary part of a", -2.1, 2.1), layers, ratio=0.6,
                title="the relaxation a", touch=("a", "a_imag"),
                says=f"The plane of a: a = {complex_number(a)} is {inside} the disc |1 − a| < 1.")


# ---------------------------------------------------------------- used by `relaxation` too

def start_knobs(start):
    start = complex(start)
    return [Knob("start_x", "real part of the start", start.real, -REACH, REACH, shown=False),
            Knob("start_y", "imaginary part of the start", start.imag, -REACH, REACH, shown=False)]


def _basins(problem, roots, steps, side):
    """The landscape, and its picture: the colour of the root, with dots where it was not settled."""
    view, size = View((-REACH, REACH), (-REACH, REACH)), (side, side)
    land = render(problem, view, size, steps)
    settled = land.attractor >= 0
    if settled.all():
        return land, map_of(letters(land, roots))
    options = {key: problem.options[key] for key in ("roots", "degree", "a") if key in problem.options}
    ends = render(newton(**options, tolerance=NEAREST), view, size, steps)
    return land, map_of(np.where(ends.attractor < 0, -1, letters(ends, roots)), settled)


def map_of(which, settled=None):
    """The picture of which root (-1 for none: black) each start comes nearest to, with dots where it has not settled."""
    colours = np.where((which < 0)[..., None], np.uint8(0), RGB[which])
    if settled is not None:
        colours[::2, ::2][~settled[::2, ::2]] = 0
    return Picture(colours, *[(-REACH, REACH)] * 2)


def letters(land, roots):
    """Which of `roots` each pixel came to (0 where to none): two that are one are one attractor."""
    which = np.array([min(range(len(roots)), key=lambda j: abs(roots[j] - root)) for root in land.problem.attractors])
    return which[np.maximum(land.attractor, 0)]


def finite_orbit(run):
    """The start and its iterates as complex numbers, as long as they are finite."""
    z = run.states[:, 0] + 1j * run.states[:, 1]
    finite = np.isfinite(z)
    return z[:len(z) if finite.all() else finite.argmin()]


def path_layers(run):
    z = finite_orbit(run)[:120]
    return [Line(z.real, z.imag, "#000000", 3.5), Line(z.real, z.imag, "#ffffff", 1.5), Dots(z.real, z.imag, "#ffffff", 2.5)]


def distance_plot(run, roots, a, width, ratio):
    """The distance to the nearest root, step by step; beside it the slope that |1 - a/m| gives."""
    z = finite_orbit(run)
    if run.arrival >= 0:                # a little further than the arrival, so that one sees it rest
        z = z[:max(12, int(1.2 * run.arrival)) + 1]
    away = np.abs(z[:, None] - np.array(roots))
    distance, m = away.min(1), roots.count(roots[away[-1].argmin()])
    step, factor = np.arange(len(z)), abs(1 - a / m)
    curve = step, np.maximum(distance, LOWEST)
    layers = [Line(*curve, "blue", name="distance to the nearest root"),
              Rule(y=TOLERANCE, colour="red", name="settled below 10⁻⁸")]
    if factor > 0.02:                   # smaller: the step is as good as Newton's own, which is no straight line
        slope = np.exp(np.clip(np.log(factor) * step, -40, 40))
        layers.append(Line(step, slope, "green", 1.5, True, f"times {FACTOR[m]} in each step"))
    layers += [Dots(*curve, "blue", 2.5)] if len(z) <= 200 else []
    return Plot("distance", Axis("step", 0, max(len(z) - 1, 1)), Axis("distance", 1e-16, 1e2, log=True), layers,
                title="distance of this run", width=width, ratio=ratio,
                says=f"The run begins {number(distance[0], 2)} from a root and ends {number(distance[-1], 2)} from one.")


def fate(run, roots):
    if run.arrival >= 0 and run.verdict == -1:
        root = run.problem.attractors[run.attractor]
        which = "ABC"[min(range(len(roots)), key=lambda j: abs(roots[j] - root))]
        return f"settled at {complex_number(root)} ({which}) after {run.arrival} steps"
    return f"not settled after {run.steps} steps, {number(run.last, 2)} from the nearest root"


def percent(share):
    return f"{100 * share:.1f} %"
