"""The run behind a pixel: its curve, its orbit, its neighbour one pixel away, and what came of it in words."""
from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from ..kernel import record
from ..problems import Problem, julia
from ..recipes import Recipe
from ..rendering import render
from ..systems.planar import Mandelbrot, is_planar
from ..view import View
from .frames import complex_number, encoded, number

LONGEST_CURVE = 1200            # numbers of a curve that travel; longer ones as minima and maxima of their parts
LONGEST_ORBIT = 400             # points of an orbit that are drawn
SLOW_RUN = 0.1                  # seconds: a slower run is not made while hovering
INSET = 96


@dataclass
class Runs:
    """A run, its neighbour and the pinned ones, made together: they are lanes of one group."""

    problem: Problem
    steps: int
    points: list[tuple[float, float]]           # the run, its neighbour, the pins
    neighbour: str                              # in words
    pixels: np.ndarray = field(init=False)
    watched: np.ndarray = field(init=False)
    states: np.ndarray | None = field(init=False)
    seconds: float = field(init=False)

    def __post_init__(self):
        x, y = np.array(self.points).T
        began = time.perf_counter()
        self.pixels, self.watched, self.states = record(self.problem.system, x, y, self.steps, has_orbit(self.problem))
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
            root = problem.attractors[int(pixel["attractor"])] if verdict == -1 else None
            fate = (f"reaches no root in {self.steps} steps" if root is None else
                    f"reaches root {int(pixel['attractor']) + 1} (z = {complex_number(root)}) in {arrived} steps")
        elif problem.watched.relative:
            last, first = float(pixel["last"]), float(self.watched[k, 0])
            fate = {-1: f"converged · its loss ends at {number(last / first, 3)} of the first",
                    0: f"neither: its loss ends at {number(last / first, 3)} of the first",
                    1: f"exploded: a million times its first loss at step {departed}"}[verdict]
            if not long:
                fate = {-1: "converged", 0: "neither", 1: f"exploded at step {departed}"}[verdict]
            elif verdict == -1 and departed >= 0:
                fate += f", though it passed a million times the first at step {departed} (a catapult)"
        else:
            fate = {-1: "stays", 0: "neither settles nor runs away", 1: f"runs away: beyond 2 from step {departed} on"}[verdict]
            if verdict == 0 and departed >= 0:
                fate = f"leaves: beyond 2 from step {departed} on"
        return fate + value if long else fate

    def inset(self) -> tuple[str, bytes] | None:
        """For the Mandelbrot set: the Julia set of the point, as JPEG, and its title."""
        system = self.problem.system
        if not isinstance(system, Mandelbrot):
            return None
        land = render(julia(complex(*self.points[0]), system.power), size=(INSET, INSET), steps=min(self.steps, 200), threads=1)
        return "its Julia set", encoded(land, "two-sided", None, final=False)[1]


def has_orbit(problem) -> bool:
    """Whether the state is a point of the plane that can be drawn."""
    return bool(problem.attractors) or is_planar(type(problem.system))


def beside(recipe: Recipe, x, y) -> tuple[tuple[float, float], str]:
    """The point one pixel up (down at the top edge), and how far that is, in words."""
    view, rows = recipe.view, recipe.size[1]
    u, v = view.fraction(x, y)
    up = 1 if v + 1 / rows < 1 else -1
    other = view.point(u, v + up / rows)[1]
    name = recipe.problem.symbols[1]
    return (x, other), f"one pixel {'up' if up > 0 else 'down'} ({name} differs by {number(abs(other - y), 2)})"


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
