"""The run behind a pixel: its curve, its orbit, its neighbour one pixel away, and what came of it in words."""
from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from .. import deep
from ..colour import places
from ..maps import julia
from ..problems import SIZE, Problem
from ..recipes import Recipe
from ..rendering import recorded, render_of
from ..systems.planar import Mandelbrot
from ..view import View
from ..wording import attractor_name, number
from . import described
from .frames import encoded, place_on_legend, swatch_of
from .pictures import cost_key
from .points import suited
from .worker import Worker

LONGEST_CURVE = 1200            # numbers of a curve that travel; longer ones as minima and maxima of their parts
LONGEST_ORBIT = 400             # points of an orbit that are drawn
LARGEST_RECORD = 2 ** 21        # numbers of the runs that are made together
SLOW_RUN = 0.1                  # seconds: a slower run is not made while hovering
INSET = 96


@dataclass
class Runs:
    """A run, its neighbour and the pinned ones, made together: they are lanes of one group."""

    recipe: Recipe
    points: list[tuple]                         # the run, its neighbour, the pins; as `Explorer.pins`
    neighbour: str                              # in words
    pixels: np.ndarray = field(init=False)
    watched: np.ndarray = field(init=False)
    states: np.ndarray | None = field(init=False)
    seconds: float = field(init=False)
    stop: np.ndarray | None = None              # as in `kernel.record`

    @property
    def problem(self) -> Problem:
        return self.recipe.problem

    @property
    def steps(self) -> int:
        return self.recipe.steps

    def __post_init__(self):
        numbers = len(self.points) * self.steps
        if numbers > LARGEST_RECORD:
            raise ValueError(f"a run of {self.steps} steps is too long to be drawn; its pixel is computed all the same")
        began = time.perf_counter()
        recipe = self.recipe
        # the states of an exact picture's runs are differences, and no orbit on the map
        plain = deep.chosen(recipe.problem, recipe.view, recipe.size, recipe.precision) == "float64"
        self.pixels, self.watched, self.states = recorded(recipe, self.points, plain and described.has_orbit(self.problem),
                                                          self.stop)
        self.seconds = time.perf_counter() - began

    def curves(self) -> list[bytes]:
        """The watched numbers as float32, for networks as a share of the first; NaN after the end."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            share = self.watched / self.watched[:, :1] if self.problem.watched.relative else self.watched
            return [_shortened(curve).astype("<f4").tobytes() for curve in share]

    def orbits(self, view: View) -> list[bytes]:
        """The states of the run and its neighbour as fractions of the view, float32 pairs; maps of the plane only."""
        if self.states is None:
            return []
        found = []
        for states in self.states[:2]:
            points = states[:LONGEST_ORBIT + 1]
            points = points[np.isfinite(points).all(axis=1)]
            with np.errstate(over="ignore"):                    # far away, in a narrow view
                u = (points[:, 0] - view.x[0]) / (view.x[1] - view.x[0])
                v = (points[:, 1] - view.y[0]) / (view.y[1] - view.y[0])
            away = np.flatnonzero(np.maximum(abs(u - 0.5), abs(v - 0.5)) > 5)
            last = away[0] + 1 if len(away) and not self.problem.attractors else len(u)     # it runs away: enough is seen
            found.append(np.clip(np.stack([u, v], 1)[:last], -1e6, 1e6).astype("<f4").tobytes())
        return found

    def words(self) -> tuple[str, str]:
        """What came of the run, and of its neighbour."""
        return (self._fate(0, long=True), f"{self.neighbour}: {self._fate(1, long=False)}")

    def _fate(self, k, long):
        pixel, problem = self.pixels[k], self.problem
        verdict, value = int(pixel["verdict"]), f" · value {number(float(pixel['value']))}"
        departed, arrived = int(pixel["departure"]), int(pixel["arrival"])
        if problem.attractors:
            which = int(pixel["attractor"])
            fate = (f"reaches nothing in {self.steps} steps" if which < 0 else
                    f"runs away, from step {arrived} on" if verdict == 1 else
                    f"reaches {attractor_name(problem.attractors[which])}" + (f" in {arrived} steps" if arrived >= 0 else ""))
        elif problem.watched.relative:
            last, first = float(pixel["last"]), float(self.watched[k, 0])
            share = number(last / first, 3) if first else "0"
            times = "a million" if problem.watched.limit == 1e6 else number(problem.watched.limit)
            fate = {-1: f"converged · its loss ends at {share} of the first",
                    0: f"neither: its loss ends at {share} of the first",
                    1: f"exploded: {times} times its first loss at step {departed}" if departed >= 0 else "exploded"}[verdict]
            if not long:
                fate = {-1: "converged", 0: "neither",
                        1: f"exploded at step {departed}" if departed >= 0 else "exploded"}[verdict]
            elif verdict == -1 and departed >= 0:
                fate += f", though it passed {times} times the first at step {departed} (a catapult)"
        elif verdict == -1:
            fate = problem.watched.sides[0]
        elif problem.watched is SIZE and departed >= 0:
            fate = f"{'runs away' if verdict == 1 else 'leaves'}: beyond 2 from step {departed} on"
        else:
            fate = "runs away" if verdict == 1 else f"not {problem.watched.sides[0]}"
        return fate + value if long else fate

    def inset(self) -> tuple[str, bytes] | None:
        """For the Mandelbrot set: the Julia set of the point, as JPEG, and its title."""
        system = self.problem.system
        if not isinstance(system, Mandelbrot):
            return None
        own = julia(complex(*map(float, self.points[0])), system.power)
        # remembered by nobody: one for each point that the hand passes would push out what was looked at
        land = render_of(Recipe(own, own.view, (INSET, INSET), min(self.steps, 200)), threads=1)
        return "its Julia set", encoded(land, "two-sided", None, final=False)[1]


def runs_at(recipe, point, stop=None) -> Runs:
    """The run at a point in true units, its neighbour and the pins of the recipe."""
    other, words = beside(recipe, *point)
    return Runs(recipe, [point, other, *recipe.pins], words, stop)


class Inspections:
    """Makes the runs that an explorer's browser asks for, in the background, the newest only."""

    def __init__(self, explorer):
        self._explorer = explorer
        self._worker = Worker(self._inspect, self._failed)
        self.wait, self.close = self._worker.wait, self._worker.close
        self._seconds: dict[tuple, float] = {}          # of a run, by what costs about the same
        self._tried: set[tuple] = set()
        self._last = None                               # recipe and point of the last run
        self._places = None                             # a landscape, its mode and the places of its pixels on the legend

    def ask(self, point=None, serial=0, hover=False) -> None:
        """For the run at a point in true units; default: the cross-hair."""
        explorer = self._explorer
        if "inspector" not in explorer._hidden:
            with explorer._lock:
                recipe = explorer.recipe
                point = recipe.at if point is None else suited(recipe.view, point)
                self._worker.request((recipe, explorer._view_id, point, serial, hover))

    def _inspect(self, job, cancel):
        recipe, view_id, point, serial, hover = job
        explorer, key = self._explorer, cost_key(recipe)
        if hover and self._seconds.get(key, 0.0) > SLOW_RUN:
            why = f"One run takes about {self._seconds[key]:.1f} s here: click a pixel to see its run."
            explorer.send({"kind": "costly", "why": why, "serial": serial})
            return
        if deep.chosen(recipe.problem, recipe.view, recipe.size, recipe.precision) == "exact":
            while explorer._pictures.waits_for_reference and not cancel.wait(0.05):     # its run is made once, for both
                pass
        if cancel.is_set():
            return
        runs = runs_at(recipe, point, cancel.flag)
        if cancel.is_set():
            return
        if runs.seconds < SLOW_RUN or key in self._tried:           # the first may have waited for the compiler
            self._seconds[key] = min(runs.seconds, self._seconds.get(key, runs.seconds))
        self._tried.add(key)
        if not explorer._clients:
            return
        self._last = recipe, point, runs.pixels[0]
        curves, orbits = runs.curves(), runs.orbits(recipe.view)
        explorer.send(described.run(recipe, runs) | {
            "kind": "run", "serial": serial, "view": view_id, "at": recipe.view.fraction(*point), "curves": len(curves),
            "orbits": len(orbits), "legend": self._place(*self._last)}, [*curves, *orbits])
        inset = runs.inset()
        if inset and not cancel.is_set():
            explorer.send({"kind": "inset", "serial": serial, "title": inset[0]}, [inset[1]])

    def _failed(self, error):
        self._explorer.send({"kind": "costly", "why": str(error), "serial": 0})

    def mark_legend(self) -> None:
        """The picture has changed under the last run: say where on the legend it is now."""
        if self._last is not None and self._explorer._clients:
            self._explorer.send({"kind": "legend", "legend": self._place(*self._last)})

    def _place(self, recipe, point, pixel):
        """Where on the legend a run is; None if the picture shown is of another question."""
        explorer = self._explorer
        land = explorer.landscape
        u, v = recipe.view.fraction(*point)
        if land is None or not (0 <= u <= 1 and 0 <= v <= 1) or (land.problem, land.view, land.size, land.steps) != (
                recipe.problem, recipe.view, recipe.size, recipe.steps):
            return None
        mode = explorer.mode
        if mode not in ("rank", "value"):
            return {"swatch": swatch_of(recipe.problem, pixel, mode)}
        if self._places is None or self._places[0] is not land or self._places[1] != mode:
            self._places = land, mode, places(land, mode).astype(np.float32)
        column, row = pixel_at(recipe, u, v)
        place = float(self._places[2][row, column])
        if land.value[row, column] != pixel["value"]:           # between pixels: at a border it can be of the other side
            one = replace(land, size=(1, 1), pixels=np.array([[pixel]], land.pixels.dtype))
            place = float(places(one, mode, land)[0, 0])
        return {"strip": place_on_legend(place)}


def beside(recipe: Recipe, x, y) -> tuple[tuple, str]:
    """The point one pixel up (down at the top edge), and how far that is, in words."""
    view, rows = recipe.view, recipe.size[1]
    u, v = view.fraction(x, y)
    up = 1 if v + 1 / rows < 1 else -1
    other = (view.point(u, v + up / rows) if view.exact is None else
             view.moved((x, y), (0.0, 2 * up * view.half[1] / rows)))[1]
    name = recipe.problem.symbols[1]
    return (x, other), f"one pixel {'up' if up > 0 else 'down'} ({name} differs by {number(float(abs(other - y)), 2)})"


def pixel_at(recipe: Recipe, u, v) -> tuple[int, int]:
    """(column, row) of the pixel at a point given as fractions of the view."""
    columns, rows = recipe.size
    return min(max(int(u * columns), 0), columns - 1), min(max(int(v * rows), 0), rows - 1)


def _shortened(curve):
    """At most LONGEST_CURVE numbers: each part of a longer curve leaves its smallest and largest, in that order."""
    if len(curve) <= LONGEST_CURVE:
        return curve
    parts = np.array_split(curve, LONGEST_CURVE // 2)
    return np.array([[np.fmin.reduce(part), np.fmax.reduce(part)] for part in parts]).ravel()
