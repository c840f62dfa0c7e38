"""fe.film: a zoom, or a number that changes, as a film that can be stopped, resumed and trusted."""
from __future__ import annotations

import functools
import math
import pathlib
from dataclasses import asdict

import numpy as np

from .._version import __version__
from ..arguments import real, whole
from ..colour import check_look, default_mode
from ..problems import as_problem
from ..recipes import Recipe
from ..view import View, check_size
from . import path, stories, writing
from .keyframes import Keyframes
from .plan import Film, Plan
from .search import Search

COLOURS = "neighbours", "shared"
FORMAT = 1
MOST_SUPERSAMPLING, LONGEST = 8, 3600.0                             # samples a pixel; seconds
MOST_VALUES = 10_000
MOST_DECADES = 600.0                # float64 itself ends before


def film(system, target=None, file="film.webp", *, decades=6.0, view=None, size=(384, 384), steps=None, over=None, values=None,
         supersampling=2, fps=25, seconds=None, colours="neighbours", palette="two-sided", mode=None, caption=True, loop=False,
         seed=0, codec=None, folder=None, threads=None, executor=None, progress=None, cancel=None) -> Film:
    """Make a film: a zoom, or a number of the system that changes.

    Killed at any moment, the same call goes on: keyframes are saved as they finish and used again.

    Parameters
    ----------
    system : Problem or NamedTuple
        As in `render`.
    target : (float, float), View, or a sequence of such, optional
        Where a zoom goes: a point in true units; a View, which is the last window; or waypoints, each inside the window
        before it (points are passed at equal distances).  Default: a point of the border that `border_target` finds.
    file : path, default "film.webp"
        An animated .webp, an .mp4 (needs ``pip install "fractaledu[movie]"``), or without an ending a folder of PNGs.
        The film's recipe is inside, and beside it in FILE.json.
    decades : float, default 6
        How much narrower the last window is, as a power of ten; where the target is a View it says so itself.
    view : View, default the problem's first view
        How wide the first window is; its centre is the first target.  Films over a number show it all the time.
    size : (int, int), default (384, 384)
        Columns and rows of a frame.
    steps : int, default the problem's own number
    over : str, optional
        Instead of a zoom: "steps", or one number of the system by its name (`seed`, `batch`, `a`, `momentum`, …).
    values : sequence of numbers, optional
        The values that it takes, at least 2: a keyframe each.
    supersampling : int, default 2
        Runs a pixel, along each axis, in a keyframe; between two, half as many at the edge of the frame.
    fps : float, default 25
        Frames a second, to 60.
    seconds : float, default 2 for each decade, 10 over a number
        How long the film is, before it plays backwards or fades.
    colours : {"neighbours", "shared"}, default "neighbours"
        Where colours are ranks: among the two nearest keyframes, blended, so that each moment uses all colours; or among
        the whole film's pixels, so that one colour means one value throughout.
    palette, mode : str
        As in `fractaledu.colours`.
    caption : bool, default True
        Write depth, steps and window on the frames.
    loop : bool, default False
        Play forward and then back, so that the end meets the beginning.
    seed : int, default 0
        Of the target, where none is given.
    codec : str, optional
        Of an .mp4, as ffmpeg names it.  Default: libx264.
    folder : path, default FILE.keyframes
        Where the keyframes are kept.  They are not deleted: other colours, captions and formats cost no new runs.
    threads, executor, cancel
        As in `render`.
    progress : callable, optional
        Called as progress(stage, done, total): stage "target" counts windows that were looked at, "keyframes" runs, and
        "frames" frames.

    Returns
    -------
    Film

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or the folder holds keyframes of another film or damaged ones.
    OSError
        If a file cannot be written, or the disk has no room.  What was finished stays.
    Cancelled
        If `cancel` was set.

    Notes
    -----
    A zoom ends where neighbouring samples would be fewer than 4 ulps apart; it then fades, and says why.  Keyframes by
    doubling, colours blended between the ranks of neighbours: J. Sohl-Dickstein, arXiv:2402.06184, and its code.
    """
    plan = film_plan(system, target, file, decades=decades, view=view, size=size, steps=steps, over=over, values=values,
                     supersampling=supersampling, fps=fps, seconds=seconds, colours=colours, palette=palette, mode=mode,
                     caption=caption, loop=loop, seed=seed, codec=codec, folder=folder, threads=threads, progress=progress,
                     cancel=cancel)
    return plan.make(threads, executor, progress, cancel)


def film_plan(system, target=None, file="film.webp", *, decades=6.0, view=None, size=(384, 384), steps=None, over=None,
              values=None, supersampling=2, fps=25, seconds=None, colours="neighbours", palette="two-sided", mode=None,
              caption=True, loop=False, seed=0, codec=None, folder=None, threads=None, progress=None, cancel=None) -> Plan:
    """What `film` would do with the same arguments, as a Plan.  Computes nothing but the target, where none is given."""
    problem, file = as_problem(system), pathlib.Path(file)
    view = problem.view if view is None else view
    if not isinstance(view, View):
        raise TypeError(f"view must be a View, got {type(view).__name__}")
    size, steps = check_size(size), problem.check_steps(steps)
    samples = check_size(tuple(whole("supersampling", supersampling, 1, MOST_SUPERSAMPLING) * n for n in size))
    fps, seconds = _between("fps", fps, writing.FASTEST), None if seconds is None else _between("seconds", seconds, LONGEST)
    if colours not in COLOURS:
        raise ValueError(f"colours must be one of {', '.join(COLOURS)}, got {colours!r}")
    check_look(problem, palette, mode)
    mode = default_mode(problem) if mode is None else mode
    writing.check(file, codec)
    view, search = path.shaped(view, size, stories.square(problem)), None
    folder = file.with_name(file.name + ".keyframes") if folder is None else pathlib.Path(folder)
    recipe = {"film": FORMAT, "fractaledu": __version__}
    if over is None:
        if values is not None:
            raise ValueError("values must come with over, the name of the number that takes them")
        decades = _between("decades", decades, MOST_DECADES)
        if target is None:
            told = None if progress is None else functools.partial(progress, "target")
            search = Search(folder, problem, view, decades, steps, seed, threads, told, cancel)
        targets = _targets(target, view) if search is None else [search.target]
        story = stories.zoom(problem, path.zoom(view, targets, decades), steps, samples, fps, seconds)
        recipe |= {"target": [_described(target) for target in targets], "decades": decades}
    else:
        if target is not None:
            raise ValueError(f"target must not be given together with over, got {target!r}")
        values = _values(values)
        story = stories.over(problem, view, over, values, steps, samples, fps, seconds)
        recipe |= {"over": over, "values": [str(v) if isinstance(v, complex) else v for v in values]}       # JSON has none
    recipe |= {"picture": Recipe(problem, view, size, steps, {"palette": palette, "mode": mode}).to_text(),
               "supersampling": supersampling, "fps": fps, "seconds": seconds, "colours": colours, "palette": palette,
               "mode": mode, "caption": bool(caption), "loop": bool(loop)}
    story = stories.played(story, bool(caption), bool(loop))
    keyframes = Keyframes(story.recipes, folder)
    keyframes.check()
    return Plan(file, story, keyframes, recipe, size, codec, search)


# ---------------------------------------------------------------- arguments

def _between(name, value, most):
    number = real(name, value)
    if not 0 < number <= most:
        raise ValueError(f"{name} must be above 0 and at most {most:g}, got {value!r}")
    return number


def _targets(target, view):
    """A list of points and Views, from one of them or several."""
    several = not isinstance(target, View) and all(isinstance(t, View) or np.ndim(t) for t in target)
    found = list(target) if several else [target]
    if not found:
        raise ValueError("target must be a point, a View or several of them, got none")
    return [t if isinstance(t, View) else _point(t, view) for t in found]


def _point(target, view):
    try:
        x, y = (float(number) for number in target)
    except (TypeError, ValueError):
        raise ValueError(f"target must be two numbers (x, y), a View or several of them, got {target!r}") from None
    for name, value, scale in (("x", x, view.x_scale), ("y", y, view.y_scale)):
        if not math.isfinite(value) or (scale == "log10" and value <= 0):
            raise ValueError(f"target must be finite, and positive on a log10 axis, got {name} = {value}")
    return x, y


def _described(target):
    return asdict(target) if isinstance(target, View) else list(target)


def _values(values):
    values = [] if values is None else [complex(v) if isinstance(v, str) else v.item() if isinstance(v, np.generic) else v
                                        for v in values]                # texts are complex numbers of a recipe
    if not 2 <= len(values) <= MOST_VALUES:
        raise ValueError(f"values must be from 2 to {MOST_VALUES} in number, got {len(values)}")
    return values
