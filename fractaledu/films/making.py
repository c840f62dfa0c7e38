"""fe.film: a zoom, or a number that changes, as a film that can be stopped, resumed and trusted."""
from __future__ import annotations

import cmath
import functools
import json
import math
import os
import pathlib
from dataclasses import replace
from decimal import Decimal

import numpy as np

from .. import decimals, deep
from .._version import __version__
from ..arguments import check_threads, real, whole
from ..colour import look_of
from ..disk import check_places
from ..problems import as_problem
from ..progress import reporter
from ..recipes import Recipe
from ..view import View, check_size, check_view
from ..wording import amount
from . import path, stories, writing
from .described import described
from .keyframes import Keyframes
from .plan import Film, Plan, beside
from .search import Search, number_text

COLOURS = "neighbours", "shared"
FORMAT = 1
LONGEST, SLOWEST = 3600.0, 0.1      # seconds; frames a second
LONGEST_NAME = 200                  # bytes; what stands beside a film has longer names, and 255 are allowed
LARGEST_WEBP = 2 ** 32              # bytes
MOST_VALUES = 10_000
MOST_DECADES = 300.0                # float64 itself ends before


def film(system, target=None, file="film.webp", *, decades=None, view=None, size=(384, 384), steps=None, over=None, values=None,
         supersampling=2, fps=25, seconds=None, colours="neighbours", palette="two-sided", mode=None, caption=True, loop=False,
         seed=None, codec=None, folder=None, threads=None, executor=None, progress=None, cancel=None, precision="auto") -> Film:
    """Make a film: a zoom, or a number of the system that changes.

    Killed at any moment, the same call goes on: keyframes are saved as they finish and used again.

    Parameters
    ----------
    system : Problem or NamedTuple
        As in `render`.
    target : (x, y), View, or a sequence of such, optional
        Where a zoom goes: a point in true units, as numbers, or beyond 15 decades as decimal texts or Decimals, of which no
        digit is lost; a View, which is the last window; or waypoints, each inside the window before it (points are passed at
        equal distances).  Default: a point of the border that `border_target` finds.
    file : path, default "film.webp"
        An animated .webp, an .mp4 (needs ``pip install "fractaledu[movie]"``), or without an ending a folder of PNGs.
        The film's recipe is inside, and beside it in FILE.json.
    decades : float, optional
        How much narrower the last window is, as a power of ten, above 0 and at most 300; 6 where nothing is given.  A View as
        the last target says so itself.
    view : View, default the problem's first view
        How wide the first window is; its centre is the first target.  Films over a number show it all the time.  It grows to
        the shape of `size` where x and y are alike, so that pixels are square.
    size : (int, int), default (384, 384)
        Columns and rows of a frame.
    steps : int, default the problem's own number
        How long to iterate, at least 1.
    over : str, optional
        Instead of a zoom: "steps", or one number of the system by its name (`seed`, `batch`, `a`, `momentum`, …).
    values : sequence of numbers, optional
        The values that it takes, from 2 to 10 000 finite ones: a keyframe each.
    supersampling : int, default 2
        From 1 to 8 runs a pixel, along each axis, in a keyframe; between two, half as many at the edge of the frame.
    fps : float, default 25
        Frames a second, from 0.1 to 60.
    seconds : float, default 2 for each decade, 10 over a number
        How long the film is, before it plays backwards or fades; at most 3600.
    colours : {"neighbours", "shared"}, default "neighbours"
        Where colours are ranks: among the two nearest keyframes, blended, so that each moment uses all colours; or among
        the whole film's pixels, so that one colour means one value throughout.
    palette, mode : str
        As in `fractaledu.colours`.
    caption : bool, default True
        Write depth, steps and window on the frames.
    loop : bool, default False
        Play forward and then back, so that the end meets the beginning.
    seed : int, optional
        Of the target that is looked for: another seed, another target.  0 where nothing is given.
    codec : str, optional
        Of an .mp4, as ffmpeg names it.  Default: libx264.
    folder : path, default FILE.keyframes
        Where the keyframes are kept.  They are not deleted: other colours, captions and formats cost no new runs.
    threads, executor, cancel
        As in `render`.  A target is looked for on this machine.
    progress : callable or bool, optional
        Called as progress(stage, done, total): stage "target" counts windows that were looked at, "reference" steps of a run
        in arbitrary precision, "keyframes" runs, and "frames" frames.  True: bars; False: nothing; default: bars in a
        notebook.
    precision : {"auto", "float64", "exact"}, default "auto"
        As in `render`.  "auto": a zoom goes on where float64 ends, for systems that can, to half widths of 1e-100.

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
    Where float64 is all there is, a zoom ends when neighbouring samples would be fewer than 4 ulps (gaps between its numbers)
    apart; it then fades, and says why.  Else the keyframes from 1024 ulps on are exact: differences from one run in arbitrary
    precision, which settles in the last window and is kept as reference.json in FILE.keyframes.

    Keyframes by doubling, colours blended between the ranks of neighbours: J. Sohl-Dickstein, arXiv:2402.06184, and its code.
    A .webp is whole in memory, in its final size, before it is written.  A call that is killed can leave files *.tmp behind.

    Examples
    --------
    >>> film(fe.paper("one-datum"), file="dive.webp", decades=12, size=(256, 256))             # doctest: +SKIP
    >>> film(fe.newton(), file="relaxation.mp4", over="a", values=[0.4, 0.8, 1.2, 1.6])        # doctest: +SKIP
    """
    plan = film_plan(system, target, file, decades=decades, view=view, size=size, steps=steps, over=over, values=values,
                     supersampling=supersampling, fps=fps, seconds=seconds, colours=colours, palette=palette, mode=mode,
                     caption=caption, loop=loop, seed=seed, codec=codec, folder=folder, progress=progress, cancel=cancel,
                     threads=threads if executor is None else None, precision=precision)    # those of an executor are not here
    return plan.make(threads, executor, progress, cancel)


def film_plan(system, target=None, file="film.webp", *, decades=None, view=None, size=(384, 384), steps=None, over=None,
              values=None, supersampling=2, fps=25, seconds=None, colours="neighbours", palette="two-sided", mode=None,
              caption=True, loop=False, seed=None, codec=None, folder=None, threads=None, progress=None, cancel=None,
              precision="auto") -> Plan:
    """What `film` would do with the same arguments, as a Plan: print it, and go on with its `make`.

    Computes nothing but the target, where none is given, and writes nothing; `film` would look for the target again.
    """
    problem, file = as_problem(system), pathlib.Path(file)
    given = problem.view if view is None else view
    check_view(given)
    given = replace(given, sampling="centre")           # from bound to bound, neighbouring windows would not fit each other
    size, steps, supersampling = check_size(size), problem.check_steps(steps), whole("supersampling", supersampling, 1, 8)
    samples = check_size((supersampling * size[0], supersampling * size[1]))
    fps = _between("fps", fps, writing.FASTEST, SLOWEST)
    seconds = None if seconds is None else _between("seconds", seconds, LONGEST)
    check_threads(threads)
    deep.chosen(problem, given, samples, precision)             # refuses what cannot be
    if colours not in COLOURS:
        raise ValueError(f"colours must be one of {', '.join(COLOURS)}, got {colours!r}")
    look = look_of(problem, palette, mode)
    folder = file.with_name(file.name + ".keyframes") if folder is None else pathlib.Path(folder)
    _check_file(file)
    check_places(file, folder)
    writing.check(file, codec, size)
    view, search, outside = problem.shaped(given, size), None, ""
    recipe = {"film": FORMAT, "fractaledu": __version__, "title": problem.title or "a system",
              "picture": Recipe(problem, view, size, steps, look, precision=precision).to_text(),
              "view": described(given), "supersampling": supersampling, "fps": fps, "seconds": seconds, "colours": colours,
              "codec": codec, **look, "caption": bool(caption), "loop": bool(loop)}
    if over is not None:
        for name, value in (("target", target), ("decades", decades), ("seed", seed)):
            if value is not None:
                raise ValueError(f"{name} must not be given together with over, got {value!r}")
        values = _values(values)
        story = stories.over(problem, view, over, values, steps, samples, fps, seconds, precision)
        recipe |= {"over": over, "values": [str(v) if isinstance(v, complex) else v for v in values]}       # JSON has none
    else:
        if values is not None:
            raise ValueError("values must come with over, the name of the number that takes them")
        decades = _between("decades", 6.0 if decades is None else decades, MOST_DECADES)
        seed = whole("seed", 0 if seed is None else seed, 0, 2 ** 63)
        if target is None:
            with reporter(progress, target="window") as told:
                search = Search(folder, problem, view, decades, steps, seed, threads, functools.partial(told, "target"), cancel,
                                precision)
        targets = _targets(target, view) if search is None else [search.target]
        story = stories.zoom(problem, path.zoom(view, targets, decades), steps, samples, fps, seconds, precision)
        recipe |= {"target": [_described(target) for target in targets], "decades": decades, "depth": story.depth}
        if isinstance(targets[-1], View):               # it says itself how deep
            recipe["decades"] = None
        outside = _outside(targets, view)
    story = stories.played(story, bool(caption), bool(loop))
    notes = outside, story.note
    recipe |= {"frames": len(story.moments), "note": "; ".join(filter(None, notes))}
    recipe = json.loads(json.dumps(recipe))             # as it will be read: tuples are lists
    plan = Plan(file, story, Keyframes(story.recipes, folder), recipe, size, search)
    plan.keyframes.check()
    if file.suffix.lower() == ".webp" and plan.film_bytes() > LARGEST_WEBP:
        raise ValueError(f"file must be an .mp4 or a folder for a film this long or large: a .webp holds "
                         f"{amount(LARGEST_WEBP)}, and {amount(plan.film_bytes())} may be needed")
    return plan


# ---------------------------------------------------------------- arguments

def _check_file(file):
    """Refuse a name that is too long, and a FILE.json of somebody else's."""
    if len(os.fsencode(file.name)) > LONGEST_NAME:
        raise ValueError(f"file must have a name of at most {LONGEST_NAME} bytes, got {file.name}")
    if beside(file).exists():
        try:
            ours = "film" in json.loads(beside(file).read_text(encoding="utf-8"))
        except (ValueError, TypeError, RecursionError):
            ours = False
        if not ours:
            raise ValueError(f"file must be free, and {beside(file)}, where its recipe goes, is no film's: choose another name")


def _between(name, value, most, least=0.0):
    number = real(name, value)
    if not (least <= number <= most and number > 0):
        raise ValueError(f"{name} must be {f'from {least:g} to' if least else 'above 0 and at most'} {most:g}, got {value!r}")
    return number


def _targets(target, view):
    """A list of points and Views, from one of them or several."""
    try:
        several = not isinstance(target, View) and all(isinstance(t, View) or np.ndim(t) for t in target)
        found = list(target) if several else [target]
    except (TypeError, ValueError):
        found = [target]
    if not found:
        raise ValueError("target must be a point, a View or several of them, got none")
    return [t if isinstance(t, View) else _point(t, view) for t in found]


def _point(target, view):
    try:
        x, y = target
        exact = any(isinstance(number, str | Decimal) for number in (x, y))
        x, y = (x, y) if exact else (float(x), float(y))
    except (TypeError, ValueError):
        raise ValueError(f"target must be two numbers (x, y), a View or several of them, got {target!r}") from None
    if exact:
        x, y = decimals.decimal("target", x), decimals.decimal("target", y)
    for name, value, scale in (("x", x, view.x_scale), ("y", y, view.y_scale)):
        if not math.isfinite(value) or (scale == "log10" and value <= 0):
            raise ValueError(f"target must be finite, and positive on a log10 axis, got {name} = {value}")
    return x, y


def _outside(points, view):
    """What to say of a target that the first view does not show."""
    for point in points:
        if not isinstance(point, View) and not all(0 <= f <= 1 for f in view.fraction(*point)):
            return f"the point ({point[0]:.6g}, {point[1]:.6g}) lies outside the first view"
    return ""


def _described(target):
    return described(target) if isinstance(target, View) else [*map(number_text, target)]


def _values(values):
    """The values as a list of plain numbers, at least two."""
    if values is None:
        raise ValueError("values must be given with over, the numbers that it takes, got none")
    try:
        found = [v.item() if isinstance(v, np.generic) else v for v in values]
    except TypeError:
        found = [None]
    if not all(isinstance(v, int | float | complex) and not isinstance(v, bool) and _is_finite(v) for v in found):
        raise ValueError(f"values must be finite numbers, got {values!r}")
    if not 2 <= len(found) <= MOST_VALUES:
        raise ValueError(f"values must be from 2 to {MOST_VALUES} in number, got {len(found)}")
    return found


def _is_finite(value):
    try:
        return cmath.isfinite(value)
    except OverflowError:               # a whole number that is larger than any float
        return False
