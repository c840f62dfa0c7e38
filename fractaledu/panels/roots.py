"""Newton's method to touch: roots, starts and steps to drag, the share of each root, and what happens as a comes near 2.

A start has settled when its run ends nearer than 1e-8 to
a root; where it has not, the map is dotted with black, in the colour of the root that is nearest at the end.
"""
from __future__ import annotations

import numpy as np

from ..colour import BASINS
from ..maps import TOLERANCE, newton
from ..rendering import render
from ..traces import trace
from ..view import View
from ..wording import complex_number, number
from .board import Board, Choice, Knob
from .scene import Axis, Dots, Handle, Label, Line, Picture, Plot, Rule, Scene

REACH = 2.0                 # of the maps, to each side of 0
SNAP = 0.1                  # two roots that are dragged nearer together than this become one double root
NEAREST = 1e300             # a tolerance that every finite end meets, so that it has a root that is nearest
LOWEST = 1e-17              # of the distances drawn: on a logarithmic axis 0 has no place
UNITY = tuple(np.exp(2j * np.pi * k / 3) for k in range(3))
MULTIPLE = {1: "simple", 2: "double", 3: "triple"}
FACTOR = {1: "|1 − a|", 2: "|1 − a/2|", 3: "|1 − a/3|"}
COLOURS = "blue", "orange", "green"
RGB = np.array([[int(text[i:i + 2], 16) for i in (1, 3, 5)] for text in BASINS[:3]], np.uint8)
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
             Knob("steps", "steps", steps, 10, 500, log=True, whole=True), *_start(start), *parts]
    return Board("Newton's method on three roots", knobs, _roots_scene)


def relaxation(a=1.99, steps=500, start=1.5 + 0.5j) -> Board:
    """Newton's method on z**3 - 1 with the step multiplied by a: the basins, one run near its root, its distance.

    Parameters
    ----------
    a : float, default 1.99
        From 0.05 to 2.5.
    steps : int, default 500
        From 10 to 3000; beyond 500 the map is coarser.
    start : complex, default 1.5 + 0.5j
    """
    knobs = [Knob("a", "relaxation a", a, 0.05, 2.5, step=0.01), Knob("steps", "steps", steps, 10, 3000, log=True, whole=True),
             *_start(start)]
    return Board("Newton's method with a step multiplied by a", knobs, _relaxation_scene)


def shares(frame="square", reach=2.0) -> Board:
    """The share of each root of z**3 - 1 among the starts in a frame around 0.

    Parameters
    ----------
    frame : {"square", "disc", "triangle"}, default "square"
        The triangle has equal sides and a corner to the right.
    reach : float, default 2
        Half the square's side, the disc's radius, or from 0 to the triangle's corners; from 0.5 to 8.
    """
    knobs = [Choice("frame", "frame", frame, ["square", "disc", "triangle"]),
             Knob("reach", "from 0 to its edge", reach, 0.5, 8, log=True)]
    return Board("Whose colour covers how much?", knobs, _shares_scene)


# ---------------------------------------------------------------- roots to drag

def _roots_scene(k):
    roots, a, start = _snapped(k), complex(k.a, k.a_imag), complex(k.start_x, k.start_y)
    land, picture = _basins(newton(roots=roots, a=a), roots, k.steps, 160 if k.steps <= 100 else 96)
    run = trace(land.problem, start.real, start.imag, k.steps, states=True)
    counted, path, multiple = _counted(land, roots), _path(run), max(roots.count(root) for root in roots)
    factors = " and ".join(f"{FACTOR[m]} = {number(abs(1 - a / m), 3)} near a {MULTIPLE[m]} root"
                           for m in sorted({1, multiple}))
    words = (f"From {complex_number(start)}: {_fate(run, roots)}. {counted} A step multiplies a small distance by about "
             f"{factors}.")
    names = [_root_label(roots, j) for j in range(3)]
    basins = Plot("basins", *MAP_AXES, [
        picture, *path, *(Label(root.real + 0.08, root.imag + 0.08, names[j]) for j, root in enumerate(roots) if names[j]),
        *(Handle(f"x{j}", f"y{j}", f"root {'ABC'[j]}") for j in range(3)), Handle(*START, "start")],
        title="which root (dotted: not settled)", ratio=1.0, touch=START,
        says=f"Map of starts coloured by the root that Newton's method comes to. {counted}")
    return Scene([basins, _counts(land, path), _distance(run, roots, a, 0.5, 0.6), _pad(a, multiple)], words)


def _counted(land, roots):
    """The share of each root among the starts, in words."""
    share = np.bincount(_letters(land, roots)[land.attractor >= 0], minlength=3) / land.attractor.size
    each = ", ".join(f"{_percent(share[j])} to {_root_label(roots, j)}" for j in range(3) if _root_label(roots, j))
    came = f"{each} came within 10⁻⁸" if share.any() else "none came within 10⁻⁸ of a root"
    return f"Of {land.size[0]} × {land.size[1]} starts, {came} in {land.steps} steps."


def _snapped(k):
    """The three roots; one that is near an earlier one takes its place."""
    roots = []
    for root in (complex(getattr(k, f"x{j}"), getattr(k, f"y{j}")) for j in range(3)):
        roots.append(next((other for other in roots if abs(other - root) < SNAP), root))
    return roots


def _root_label(roots, j):
    """A, or A and B where they are one; nothing for the second of the two."""
    together = [letter for letter, root in zip("ABC", roots, strict=True) if root == roots[j]]
    return "" if roots.index(roots[j]) < j else " + ".join(together)


def _counts(land, path):
    """How many steps each start took, on a logarithmic scale from two to half of those allowed."""
    from matplotlib import colormaps
    settled = land.arrival >= 0
    place = np.log(np.maximum(land.arrival, 2) / 2) / np.log(land.steps / 4)
    rgb = (colormaps["cividis"](1 - place)[..., :3] * 255).astype(np.uint8)
    rgb[~settled] = 0
    some = land.arrival[settled]
    said = f"half of them took at most {number(np.median(some))}, the slowest {some.max()}" if some.size else "none did"
    return Plot("counts", *MAP_AXES, [Picture(rgb, *[(-REACH, REACH)] * 2), *path], ratio=1.0, touch=START,
                title="steps until settled (black: not)",
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


# ---------------------------------------------------------------- a step multiplied by a

def _relaxation_scene(k):
    roots, start = list(UNITY), complex(k.start_x, k.start_y)
    land, picture = _basins(newton(a=k.a), roots, k.steps, 96 if k.steps <= 500 else 48)
    run = trace(land.problem, start.real, start.imag, k.steps, states=True)
    settled = (f"After {k.steps} steps {_percent((land.verdict == -1).mean())} of {land.size[0]} × {land.size[1]} starts are "
               f"nearer than 10⁻⁸ to a root, and half of all are nearer than {number(max(np.median(land.last), 1e-15), 2)}.")
    words = (f"Near a root a step multiplies the distance by about |1 − a| = {number(abs(1 - k.a), 3)}. {settled} "
             f"From {complex_number(start)}: {_fate(run, roots)}.")
    basins = Plot("basins", *MAP_AXES, [picture, *_path(run), Handle(*START, "start")], ratio=1.0, touch=START,
                  title="nearest root (dotted: not settled)",
                  says=f"Map of starts coloured by the nearest root at the end. {settled}")
    return Scene([basins, _close(run, roots), _distance(run, roots, k.a, 1.0, 0.2)], words)


def _close(run, roots):
    """The late iterates, seen from the root that is nearest to the last."""
    z = _orbit(run)
    root = min(roots, key=lambda r: abs(z[-1] - r))
    late = z[-60:] - root
    ends = " and ".join(number(abs(z), 2) for z in late[-2:])
    reach = 0.5 if abs(late[-2:]).max() < 0.5 else 2.5
    return Plot("close", Axis("real part, from the root", -reach, reach), Axis("imaginary part, from the root", -reach, reach),
                [Rule(x=0.0), Rule(y=0.0), Line(late.real, late.imag, "faint", 1.0), Dots(late.real, late.imag, "blue", 3.0),
                 Dots(late.real[-2:], late.imag[-2:], "orange", 5.0, name="the last two")],
                title="the last 60 iterates", ratio=1.0,
                says=f"The last two iterates are {ends} from the root.")


# ---------------------------------------------------------------- shares

def _shares_scene(k):
    frame = View((-k.reach, k.reach), (-k.reach, k.reach))
    land = render(newton(), frame, (256, 256), 100)
    inside = _inside(k.frame, k.reach, land.x, land.y[:, None])
    rgba = np.concatenate([RGB[land.attractor], np.where(inside, 255, 0)[..., None].astype(np.uint8)], axis=-1)
    share = np.bincount(land.attractor[inside], minlength=3) / inside.sum()
    words = (f"In this {k.frame}, {share[0]:.4f} of the starts come to 1 (blue), {share[1]:.4f} and "
             f"{share[2]:.4f} to the other two: counted on {inside.sum()} pixels.")
    side = Axis("real part", -k.reach, k.reach), Axis("imaginary part", -k.reach, k.reach)
    where = Plot("basins", *side, [Picture(rgba, frame.x, frame.y)], ratio=1.0, title="which root", width=0.45,
                 says=f"Basins of the three roots inside a {k.frame}.")
    bars = [Line([0, value], [2 - j, 2 - j], COLOURS[j], 22.0) for j, value in enumerate(share)]
    texts = [Label(0.01, 1.75 - j, f"{complex_number(UNITY[j])}: {value:.4f}") for j, value in enumerate(share)]
    much = Plot("shares", Axis("share of the starts", 0, 0.5), Axis("", -0.6, 2.6),
                [*bars, *texts, Rule(x=1 / 3, colour="text", name="one third")], ratio=0.7, width=0.55, says=words,
                title="share of each root")
    return Scene([where, much], words)


def _inside(frame, reach, x, y):
    if frame == "disc":
        return x * x + y * y <= reach * reach
    if frame == "triangle":             # three sides, half as far from 0 as the corners
        return np.logical_and.reduce([x * np.cos(angle) + y * np.sin(angle) <= reach / 2
                                      for angle in np.pi / 3 * np.array([1, 3, 5])])
    return np.full(np.broadcast_shapes(x.shape, y.shape), True)


# ---------------------------------------------------------------- for all three

def _start(start):
    start = complex(start)
    return [Knob("start_x", "real part of the start", start.real, -REACH, REACH, shown=False),
            Knob("start_y", "imaginary part of the start", start.imag, -REACH, REACH, shown=False)]


def _basins(problem, roots, steps, side):
    """The landscape, and its picture: the colour of the root, with dots where it was not settled."""
    view, size = View((-REACH, REACH), (-REACH, REACH)), (side, side)
    land = render(problem, view, size, steps)
    rgb = RGB[_letters(land, roots)]
    if (land.attractor < 0).any():
        options = {key: problem.options[key] for key in ("roots", "degree", "a") if key in problem.options}
        ends = render(newton(**options, tolerance=NEAREST), view, size, steps)
        rgb = np.where((ends.attractor < 0)[..., None], np.uint8(0), RGB[_letters(ends, roots)])
        rgb[::2, ::2][land.attractor[::2, ::2] < 0] = 0
    return land, Picture(rgb, *[(-REACH, REACH)] * 2)


def _letters(land, roots):
    """Which of `roots` each pixel came to (0 where to none): two that are one are one attractor."""
    which = np.array([min(range(len(roots)), key=lambda j: abs(roots[j] - root)) for root in land.problem.attractors])
    return which[np.maximum(land.attractor, 0)]


def _orbit(run):
    """The start and its iterates as complex numbers, as long as they are finite."""
    z = run.states[:, 0] + 1j * run.states[:, 1]
    finite = np.isfinite(z)
    return z[:len(z) if finite.all() else finite.argmin()]


def _path(run):
    z = _orbit(run)[:120]
    return [Line(z.real, z.imag, "#000000", 3.5), Line(z.real, z.imag, "#ffffff", 1.5), Dots(z.real, z.imag, "#ffffff", 2.5)]


def _distance(run, roots, a, width, ratio):
    """The distance to the nearest root, step by step; beside it the slope that |1 - a/m| gives."""
    z = _orbit(run)
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


def _fate(run, roots):
    if run.arrival >= 0 and run.verdict == -1:
        root = run.problem.attractors[run.attractor]
        which = "ABC"[min(range(len(roots)), key=lambda j: abs(roots[j] - root))]
        return f"settled at {complex_number(root)} ({which}) after {run.arrival} steps"
    return f"not settled after {run.steps} steps, {number(run.last, 2)} from the nearest root"


def _percent(share):
    return f"{100 * share:.1f} %"
