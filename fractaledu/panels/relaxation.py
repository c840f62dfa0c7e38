"""Newton's method with its step multiplied by a, and what happens as a comes near 2."""
from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..maps import TOLERANCE, newton
from ..rendering import render
from ..traces import trace
from ..view import View
from ..wording import complex_number, number
from .board import Board, Knob
from .roots import (
    MAP_AXES,
    NEAREST,
    REACH,
    START,
    UNITY,
    distance_plot,
    fate,
    finite_orbit,
    letters,
    map_of,
    path_layers,
    percent,
    start_knobs,
)
from .scene import Axis, Dots, Handle, Line, Plot, Rule, Scene


def relaxation(a=1.99, steps=500, start=1.5 + 0.5j) -> Board:
    """Newton's method on z**3 - 1 with the step multiplied by a: the basins, one run near its root, its distance.

    Parameters
    ----------
    a : float, default 1.99
        From 0.05 to 2.5.
    steps : int, default 500
        From 10 to 3000; beyond 500 the map is coarser.
    start : complex, default 1.5 + 0.5j

    Returns
    -------
    Board
        Its knobs are a, steps, start_x and start_y.
    """
    knobs = [Knob("a", "relaxation a", a, 0.05, 2.5, step=0.01), Knob("steps", "steps", steps, 10, 3000, log=True, whole=True),
             *start_knobs(start)]
    return Board("Newton's method with a step multiplied by a", knobs, _draw)


def _draw(k):
    roots, start = list(UNITY), complex(k.start_x, k.start_y)
    picture, settled_share, distance = _map(k.a, k.steps)
    run = trace(newton(a=k.a), start.real, start.imag, k.steps, states=True)
    side = picture.rgb.shape[0]
    settled = (f"After {k.steps} steps {percent(settled_share)} of {side} × {side} starts are "
               f"nearer than 10⁻⁸ to a root, and half of all are nearer than {number(max(distance, 1e-15), 2)}.")
    words = (f"Near a root a step multiplies the distance by about |1 − a| = {number(abs(1 - k.a), 3)}. {settled} "
             f"From {complex_number(start)}: {fate(run, roots)}.")
    basins = Plot("basins", *MAP_AXES, [picture, *path_layers(run), Handle(*START, "start")], ratio=1.0, touch=START,
                  title="nearest root (dotted: not settled)",
                  says=f"Map of starts coloured by the nearest root at the end. {settled}")
    return Scene([basins, _close(run, roots), distance_plot(run, roots, k.a, 1.0, 0.2)], words)


def _close(run, roots):
    """The late iterates, seen from the root that is nearest to the last."""
    z = finite_orbit(run)
    root = min(roots, key=lambda r: abs(z[-1] - r))
    late = z[-60:] - root
    ends = " and ".join(number(abs(z), 2) for z in late[-2:])
    reach = 0.5 if abs(late[-2:]).max() < 0.5 else 2.5
    return Plot("close", Axis("real part, from the root", -reach, reach), Axis("imaginary part, from the root", -reach, reach),
                [Rule(x=0.0), Rule(y=0.0), Line(late.real, late.imag, "faint", 1.0), Dots(late.real, late.imag, "blue", 3.0),
                 Dots(late.real[-2:], late.imag[-2:], "orange", 5.0, name="the last two")],
                title="the last 60 iterates", ratio=1.0,
                says=f"The last two iterates are {ends} from the root.")


@lru_cache(maxsize=32)
def _map(a, steps):
    """The basins, the share of starts that have settled, and the median distance: kept while the start is dragged.

    Only the upper half is computed: the lower one is its mirror image, with the two complex roots exchanged.
    """
    side = 96 if steps <= 500 else 48
    ends = render(newton(a=a, tolerance=NEAREST), View((-REACH, REACH), (0.0, REACH)), (side, side // 2), steps)
    upper = np.where(ends.attractor < 0, -1, letters(ends, UNITY))
    lower = np.array([0, 2, 1, -1])[upper[::-1]]
    settled = ends.last < TOLERANCE
    picture = map_of(np.concatenate([lower, upper]), np.concatenate([settled[::-1], settled]))
    return picture, float(settled.mean()), float(np.median(ends.last))
