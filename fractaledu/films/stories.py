"""What a film shows, whoever computes it: its keyframes and its moments."""
from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import deep, names
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


def zoom(problem, way, steps, samples, fps, seconds, precision="auto") -> Story:
    """Along a Path: one keyframe for each doubling, of `samples` (columns, rows), as deep as they can be resolved."""
    view = _views(problem, way, samples, precision)
    last = way.deepest(lambda s: _resolved(view, s, samples))
    end, note, why = min(way.length, last), "", ()
    if last < way.length - path.ROUNDING:
        here, wanted = (f"{s * path.DOUBLING:.1f}" for s in (end, way.length))
        if view(end).exact is None:
            note, why = (f"float64 ends it {here} decades deep, not {wanted}: beyond, neighbouring samples would be fewer than "
                         "4 ulps apart"), captioning.FLOOR
        else:
            note, why = f"it ends {here} decades deep, not {wanted}: {captioning.SMALLEST[1]}", captioning.SMALLEST
    recipes = [Recipe(problem, view(k), samples, steps, precision=precision) for k in range(last + 1)]
    seconds = SECONDS_A_DECADE * end * path.DOUBLING if seconds is None else seconds
    moments = [Moment(s, way.window(s), captioning.zoom_lines(problem, view(s), s, steps))
               for s in _positions(end, fps, seconds)]
    if note:
        moments += [Moment(end, way.window(end), why, 1 - (1 - FINAL_LIGHT) * part ** 2)
                    for part in _positions(1.0, fps, SECONDS_OF_FADING)]
    return Story(recipes, moments, way.window, end * path.DOUBLING, note)


def _views(problem, way, samples, precision):
    """s -> the View there: exact from where its picture is computed so, plain before."""
    deep.chosen(problem, way.frame, samples, precision)         # refuses what cannot be
    plain, exact = way.plainly(), way.exactly()

    def view(s):
        if precision != "float64" and deep.supports(problem):
            with contextlib.suppress(ValueError):               # so small a window can only be plain, if its centre is 0
                there = exact.view(s)
                if deep.chosen(problem, there, samples, precision) == "exact":
                    return there
        return plain.view(s)
    return view


def _resolved(view, s, samples):
    """Whether a picture at s shows the map, not rounding."""
    try:
        there = view(s)
    except ValueError:                      # no window is so small, or both bounds are the same number
        return False
    return there.exact is not None or not there.at_float_floor(samples)


def over(problem, view, name, values, steps, samples, fps, seconds, precision="auto") -> Story:
    """Over a number of the problem: one keyframe for each of its values."""
    if name == "steps":
        values = [problem.check_steps(value) for value in values]
        recipes = [Recipe(problem, view, samples, value, precision=precision) for value in values]
    else:
        problems = [_with(problem, name, value) for value in values]
        recipes = [Recipe(other, view, samples, other.check_steps(steps), precision=precision)      # its batches may end
                   for other in problems]
    exact = [deep.chosen(recipe.problem, view, samples, precision) == "exact" for recipe in recipes]
    lines = captioning.over_lines(name, values, steps)
    moments = [Moment(place, None, lines[math.floor(place + 0.5)])
               for place in _positions(len(recipes) - 1, fps, SECONDS_OVER if seconds is None else seconds)]
    note = ""
    if view.at_float_floor(samples) and not all(exact):
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
