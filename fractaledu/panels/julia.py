"""The parameter plane beside the start plane: drag c on the map, and its Julia set and one orbit follow."""
from __future__ import annotations

import functools

import numpy as np
from numba import njit

from ..maps import burning_ship, finite_complex, mandelbrot
from ..maps import julia as julia_set
from ..reference import burning_ship as burning_ship_step
from ..rendering import render
from ..view import View
from ..wording import complex_number
from .board import Board, Knob, Switch
from .orbits import ending, followed
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Rule, Scene, rgb

INSIDE = "#56B4E9"                              # never beyond 2 within the steps
EARLY, LATE, LATEST = "#FFF4E0", "#8C3B00", 60  # left at step 1, and at step 60 or later
MAP = View((-2.1, 1.1), (-1.6, 1.6))            # holds the Mandelbrot set and the ship
STARTS = View((-2.0, 2.0), (-2.0, 2.0))
PIXELS, FEWER, MANY = 192, 128, 1000            # a side of a picture; of a Julia set with more than so many steps
DRAWN = 40                                      # steps of the orbit that are drawn
FAR = 9.0                                       # an orbit this far out is not followed any more
SETTLING = 4000                                 # steps after which it is said where an orbit comes to


@njit(cache=True, nogil=True)
def _ship_departures(xs, ys, cx, cy, steps):
    """For each start x + iy of a grid, the first step with abs(z) > 2 of z' = (|Re z| + i |Im z|)**2 + c; -1 for none."""
    out = np.full((ys.size, xs.size), -1, np.int32)
    for row in range(ys.size):
        for column in range(xs.size):
            x, y = xs[column], ys[row]
            for step in range(1, steps + 1):
                x, y = x * x - y * y + cx, 2.0 * abs(x * y) + cy
                if x * x + y * y > 4.0:
                    out[row, column] = step
                    break
    return out


def julia(c=-0.12 + 0.74j, dwell=200, ship=False) -> Board:
    """A map of all c beside the Julia set of one c, with the orbit of one start.

    Blue pixels never pass abs(z) = 2 within the steps; the others are the darker, the later they do.

    Parameters
    ----------
    c : complex, default -0.12 + 0.74i
        Real part from -2.1 to 1.1, imaginary part from -1.6 to 1.6.
    dwell : int, default 200
        The dwell limit: for how many steps an orbit is followed, from 5 to 5000.
    ship : bool, default False
        The Burning Ship in place of the Mandelbrot set.

    Returns
    -------
    Board
        Its knobs are c_real, c_imag, start_real, start_imag, dwell and ship.
    """
    c = finite_complex("c", c)
    knobs = [Knob("c_real", "real part of c", c.real, *MAP.x, shown=False),
             Knob("c_imag", "imaginary part of c", c.imag, *MAP.y, shown=False),
             Knob("start_real", "real part of the start", 0.0, *STARTS.x, shown=False),
             Knob("start_imag", "imaginary part of the start", 0.0, *STARTS.y, shown=False),
             Knob("dwell", "dwell limit (steps)", dwell, 5, 5000, log=True, whole=True),
             Switch("ship", "Burning Ship", ship)]
    return Board("A map of c, and the Julia set of one c", knobs, _draw)


def _draw(k):
    c, start = complex(k.c_real, k.c_imag), complex(k.start_real, k.start_imag)
    orbit = orbit_of(start, c, k.ship)
    fate = _fate(orbit, _departure(orbit[1:], k.dwell), k.dwell)
    name, here, there = "Burning Ship" if k.ship else "Mandelbrot set", f"c = {complex_number(c)}", complex_number(start)
    return Scene([_map(k, name, here), _starts(k, c, orbit, here, there, fate), _sizes(orbit, there, fate)],
                 f"{name}, {here}, start {there}. {fate}")


def _map(k, name, here):
    return Plot("map", Axis("real part of c", *MAP.x), Axis("imaginary part of c", *MAP.y),
                [map_picture(k.ship, k.dwell), Handle("c_real", "c_imag", here)],
                title=f"{name}: a pixel is a c", ratio=1.0, touch=("c_real", "c_imag"),
                says=f"Map of the {name} with {k.dwell} steps; the marker is at {here}.")


def _starts(k, c, orbit, here, there, fate):
    return Plot("starts", Axis("real part of the start", *STARTS.x), Axis("imaginary part of the start", *STARTS.y),
                [Picture(_start_colours(c, k.dwell, k.ship), STARTS.x, STARTS.y), *_trail(orbit),
                 Handle("start_real", "start_imag", f"the start {there}")],
                title=f"{here}: a pixel is a start", ratio=1.0, touch=("start_real", "start_imag"),
                says=f"Julia set, the starts that stay, for {here}, and the orbit from {there}. {fate}")


def _sizes(orbit, there, fate):
    n, size = np.arange(DRAWN + 1), np.abs(orbit[:DRAWN + 1])
    return Plot("size", Axis("step n", 0, DRAWN), Axis("|zₙ|", 0, 3),
                [Rule(y=2.0, colour="red", name="2: no way back"), Line(n, size),
                 Dots(n, size, name=f"the orbit from {there}")],
                title="How far from 0", width=1.0, ratio=0.16, says=f"The size of z in the first {DRAWN} steps. {fate}")


def orbit_of(start, c, ship=False) -> np.ndarray:
    """z_0, z_1, … complex, SETTLING + 1 of them; NaN once far out."""
    return followed((lambda z: burning_ship_step(z, c)) if ship else (lambda z: z * z + c), start, SETTLING, FAR)


def _departure(iterates, steps):
    """The number of the first iterate with abs(z) > 2, z_1 being the first given; -1 if none up to z_steps."""
    beyond = np.flatnonzero(~(np.abs(iterates[:steps]) <= 2.0))
    return int(beyond[0]) + 1 if beyond.size else -1


def _fate(orbit, left, steps):
    if left > 0:
        return f"|z| passes 2 at step {left}: this orbit leaves."
    words = f"|z| has not passed 2 in {steps} steps: counted as staying."
    end = ending(orbit, STARTS.x[1] - STARTS.x[0])
    count = len(end.values)
    if count == 0:
        return words
    if end.kind == "slow":
        return f"{words} It is slowly approaching {'one value' if count == 1 else f'{count} values in turn'}."
    ends = "It ends" if end.kind == "cycle" else "As far as an eye can tell, it ends"
    return f"{words} {ends} {'at one value' if count == 1 else f'by visiting {count} values in turn'}."


def _trail(orbit):
    shown = orbit[:DRAWN + 1]
    return [Line(shown.real, shown.imag, colour="#000000", width=1.0),
            Dots(shown.real, shown.imag, colour="#000000", size=2.5)]


def escape_colours(departure) -> np.ndarray:
    """uint8 RGB of the steps at which orbits left (-1: they did not); the same step has the same colour in every picture."""
    inside, early, late = (rgb(colour).astype(float) for colour in (INSIDE, EARLY, LATE))
    place = np.minimum(np.log(np.maximum(departure, 1)) / np.log(LATEST), 1.0)[..., None]
    return np.where((departure < 0)[..., None], inside, early + place * (late - early)).round().astype(np.uint8)


@functools.lru_cache(32)
def map_picture(ship, steps, view=MAP, size=(PIXELS, PIXELS)) -> Picture:
    """The Mandelbrot set or the ship."""
    land = render(burning_ship() if ship else mandelbrot(), view, size, steps)
    return Picture(escape_colours(land.departure), view.x, view.y)


def _start_colours(c, steps, ship):
    side = PIXELS if steps <= MANY else FEWER           # so that it follows the hand
    if ship:
        return escape_colours(_ship_departures(*STARTS.positions((side, side)), c.real, c.imag, steps))
    return escape_colours(render(julia_set(c), STARTS, (side, side), steps).departure)
