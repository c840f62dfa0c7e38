"""What a film shows, whoever computes it: its keyframes and its moments."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import names
from ..recipes import Recipe
from . import captioning, path
from .frames import Moment
from .path import Window

SECONDS_A_DECADE, SECONDS_OVER, SECONDS_OF_FADING = 2.0, 10.0, 2.5
FINAL_LIGHT = 0.2


@dataclass(frozen=True, eq=False)
class Story:
    """The pictures of a film and the way through them.

    Attributes
    ----------
    recipes : sequence of Recipe
        The keyframes.
    moments : sequence of Moment
        The frames.
    windows : callable or None
        k -> Window of keyframe k, in a zoom.
    depth : float
        Decades from the first window to the last.
    note : str
        Why it stops before its end, or shows rounding; "" where neither.
    """

    recipes: Sequence[Recipe]
    moments: Sequence[Moment]
    windows: Callable[[int], Window] | None = None
    depth: float = 0.0
    note: str = ""


def zoom(problem, way, steps, samples, fps, seconds) -> Story:
    """Along a Path: one keyframe for each doubling, of `samples` (columns, rows), as deep as float64 resolves them."""
    last = way.deepest(samples)
    end, note = min(way.length, last), ""
    if last < way.length - path.ROUNDING:
        note = (f"float64 ends it {end * path.DOUBLING:.1f} decades deep, not {way.length * path.DOUBLING:.1f}: beyond, "
                "neighbouring samples would be fewer than 4 ulps apart")
    recipes = [Recipe(problem, way.view(k), samples, steps) for k in range(last + 1)]
    seconds = SECONDS_A_DECADE * end * path.DOUBLING if seconds is None else seconds
    moments = [Moment(s, way.window(s), captioning.zoom_lines(problem, way.view(s), s, steps))
               for s in _positions(end, fps, seconds)]
    if note:
        moments += [Moment(end, way.window(end), captioning.FLOOR, 1 - (1 - FINAL_LIGHT) * part ** 2)
                    for part in _positions(1.0, fps, SECONDS_OF_FADING)]
    return Story(recipes, moments, way.window, end * path.DOUBLING, note)


def over(problem, view, name, values, steps, samples, fps, seconds) -> Story:
    """Over a number of the problem: one keyframe for each of its values."""
    if name == "steps":
        values = [problem.check_steps(value) for value in values]
        recipes = [Recipe(problem, view, samples, value) for value in values]
    else:
        problems = [_with(problem, name, value) for value in values]
        recipes = [Recipe(other, view, samples, other.check_steps(steps)) for other in problems]    # its batches may end
    lines = captioning.over_lines(name, values, steps)
    moments = [Moment(place, None, lines[math.floor(place + 0.5)])
               for place in _positions(len(recipes) - 1, fps, SECONDS_OVER if seconds is None else seconds)]
    note = ""
    if view.at_float_floor(samples):
        note = "neighbouring samples lie fewer than 4 ulps apart, so that this shows rounding, not the map"
    return Story(recipes, moments, note=note)


def played(story, caption, loop) -> Story:
    """The story without its captions, or forward and back, as is asked for."""
    moments = story.moments if caption else [replace(m, lines=()) for m in story.moments]
    return replace(story, moments=moments + moments[-2:0:-1] if loop else moments)


def _with(problem, name, value):
    """The problem with another value of one of its numbers."""
    if problem.name is None:
        raise ValueError(f'over must be "steps" for a system of your own, got {name!r}')
    options = names.numbers_of(problem.name)
    if name not in options:
        raise ValueError(f'over must be "steps" or one of {", ".join(options)}, got {name!r}')
    return names.named(problem.name, **dict(problem.options) | {name: value})


def _positions(end, fps, seconds):
    """Positions from 0 to `end`, one a frame; rounded, so that whole ones are whole."""
    return [round(float(s), 12) for s in np.linspace(0, end, max(2, round(fps * seconds)))]
