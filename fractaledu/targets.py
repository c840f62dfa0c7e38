"""A point of the border that is worth diving at: what a zoom film is centred on."""
from __future__ import annotations

import math
import operator
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np

from . import deep
from .arguments import real, whole
from .axes import SMALLEST_HALF
from .dimensions import labels
from .measure import boundary, box_counts
from .problems import as_problem
from .recipes import Recipe
from .rendering import render_of
from .view import View, check_view

SIDE, GLANCE = 65, 33               # runs a side of a level's picture and of a look ahead; odd, see `border_target`
ZOOM = 4                            # from a window to the next
FAR, NEAR = 24, 8                   # pixels from the middle to the next window's middle: in the first window, and later
DIVES, EARLY, KEPT = 6, 5, 2        # so many dives begin; after so many windows the best few go on
DRAWN, LOOKS = 24, 3                # border pixels of a window that are scored; the best of them that are looked at
FULL_SHARE, FULL_SPREAD, FULL_EVEN, FULL_ALIKE = 0.25, 0.5, 0.6, 0.5     # more does not score higher
SHIFTS = (0, 6), (2, 6), (4, 4), (6, 2), (6, 0), (6, -2), (4, -4), (2, -6)      # (down, right), in eight directions
SLOPE = 1.45                        # of box counts from 1 to 4 pixels; that of a line is 1, that of white noise 1.9
LINE = 0.05                         # the detail of a smooth line and of white noise, so that any border is better than none


def border_target(system, view: View | None = None, decades: float = 6.0, steps: int | None = None, *, seed: int = 0,
                  threads: int | None = None, progress: Callable[[int, int], None] | None = None,
                  cancel: threading.Event | None = None, precision: str = "auto"
                  ) -> tuple[float, float] | tuple[Decimal, Decimal]:
    """A point of the border for a zoom film to dive at.

    It looks at a small picture of the window, goes to a piece of border that shows much detail, and looks there again, four
    times closer.  So it goes on to the depth that was asked for, and the point is where the last window lies.

    Parameters
    ----------
    system : Problem or NamedTuple
        As in `render`.
    view : View, default the problem's first view
        The first window; the point lies in it.
    decades : float, default 6
        How deep, positive: windows are looked at until one is narrower than the first by so much, or the next would be at
        the float floor.  Systems that can be computed exactly (`render`) go on there, to half widths of 1e-100.
    steps : int, default the problem's own number
        At every depth the same.  Deep windows need many: with too few, the border there is a smooth line.
    seed : int, default 0
        Another seed, another point.
    threads : int, default as many processors as the process may use
    progress : callable, optional
        Called as progress(done, total) after each window, in windows.
    cancel : threading.Event, optional
        Set it, from another thread, to stop within a tile (about 50 ms).
    precision : {"auto", "float64", "exact"}, default "auto"
        "float64": end at the float floor.  "exact": exact windows from the first on.

    Returns
    -------
    (float, float) or (Decimal, Decimal)
        x and y in true units; Decimals, with all the digits that count, where the last window lay below the float floor.
        Windows around it show both sides of the border at every depth.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, `view` shows no border or is at the float floor, or the border is lost on the way.
    Cancelled
        If `cancel` was set.

    Examples
    --------
    >>> import fractaledu as fe
    >>> x, y = fe.border_target(fe.mandelbrot(), decades=3)
    >>> deep = fe.render(fe.mandelbrot(), fe.View.around(x, y, 3e-3), (64, 64))
    >>> bool(0 < (deep.value < 0).mean() < 1)       # some runs stay, the others leave
    True

    Notes
    -----
    In detail: a window is computed with 65 x 65 runs.  Its border is made of the squares of 2 x 2 runs with two labels, as
    `dimension` takes them.  A border pixel stands for the window around it that is a quarter as wide.  24 of them are drawn, in
    random groups (only the first window's may be far from its middle), and of each group one is taken, by the score of what
    the picture shows of that window times the score of what it shows evenly around the pixel.

    Six dives begin so.  At each depth a dive has three such windows to choose from; they are looked at with 33 x 33 runs, and
    the one with the best score is next.  A border can look smooth for decades before it frays: only after five windows are
    dives compared, by the sum of their scores, and from there the best two go on.

    A score is a product of three numbers up to 1: the share of the smaller side (1 from a quarter on); the share of boxes, an
    eighth of the window wide, that hold border (1 from a half on); and detail.  Detail is how near the slope of box counts from
    1 to 4 pixels comes to 1.45, halfway between a smooth line and white noise, times how even the border is in all directions,
    which stripes are not (the fewest changes of label over 6 pixels in one of eight directions, over the most), times how much
    more alike neighbours are than runs taken anywhere, which tells a border from dust, noise in which one side is rare.

    The sides are odd, so that a window samples again the pixels that it was chosen by: what was border stays border.
    """
    problem = as_problem(system)
    window = problem.view if view is None else view
    check_view(window)
    decades, seed, steps = real("decades", decades), whole("seed", seed, 0, 2 ** 63), problem.check_steps(steps)
    if decades <= 0:
        raise ValueError(f"decades must be positive, got {decades}")
    deep.chosen(problem, window, (SIDE, SIDE), precision)       # refuses what cannot be
    exactly = precision != "float64" and deep.supports(problem)
    window = replace(window, sampling="centre")
    if window.exact is not None:
        window = deep.held(window, problem, precision)
    window = window.exactly() if precision == "exact" else _held(window, exactly)
    if _at_the_end(window):
        raise ValueError(f"view must lie above the float floor by more than a zoom, got {window}" if window.exact is None else
                         f"view must be at least {ZOOM} times as wide as the smallest, {SMALLEST_HALF:g}, got {window}")
    rng, by_sum = np.random.default_rng(seed), operator.itemgetter(0)

    def seen(window, side, reference):
        exact = window.exact is not None
        recipe = Recipe(problem, window, (side, side), steps, precision="exact" if exact else "float64")
        return labels(render_of(recipe, threads, cancel=cancel, reference=reference if exact else None))

    def looked(before, window, reference):
        """The dive that goes on to a window: the sum of its scores, the window, and a run there to be the next reference."""
        sides = seen(window, GLANCE, reference)
        return before + score(sides), window, _settled(window.exactly(), sides) if exactly else None

    levels = math.ceil(decades / math.log10(ZOOM))
    dives = [(0.0, window, None)]           # the sum of the scores on the way, where it has come to, a reference there
    for level in range(levels):
        if not any(_at_the_end(window) for _, window, _ in dives):
            ahead = [[looked(before, _held(window, exactly), reference)
                      for window in _next(above, seen(above, SIDE, reference), level, rng)]
                     for before, above, reference in dives]
            if not any(ahead):
                lost = dives[0][1]
                if level:
                    raise ValueError(f"steps must be more for {decades:g} decades: after so few the border is lost "
                                     f"{level * math.log10(ZOOM):.1f} decades deep, where all runs end alike: {lost}")
                raise ValueError(f"view must show a border, got one in which all runs end alike: {lost}")
            if level == 0:
                dives = ahead[0]
            elif level < EARLY:
                dives = [max(ones, key=by_sum) for ones in ahead if ones]
            else:
                dives = sorted(sum(ahead, []), key=by_sum, reverse=True)[:KEPT]
        if progress is not None:
            progress(level + 1, levels)
    return max(dives, key=by_sum)[1].centre


def score(sides) -> float:
    """How good a window is to dive into, from 0 (no border) to 1; `sides` are its labels, at least 13 x 13.

    `border_target` says what counts.
    """
    border = boundary(sides)
    coarse = max(len(border) // 8, 1)
    sizes, counts = box_counts(border, sorted({1, 2, 4, coarse}))
    boxes = dict(zip(sizes.tolist(), counts.tolist(), strict=True))
    if not boxes[1]:
        return 0.0
    shares = np.unique(sides, return_counts=True)[1] / sides.size
    alike = 1 - (_change(sides, 0, 1) + _change(sides, 1, 0)) / 2 / (1 - (shares ** 2).sum())     # neighbours; noise: 0
    spread = boxes[coarse] / math.ceil(len(border) / coarse) ** 2
    slope = math.log(boxes[1] / boxes[4], 4)
    changes = [_change(sides, *shift) for shift in SHIFTS]
    even = min(changes) / max(changes)
    detail = (1 - abs(slope - SLOPE) / (SLOPE - 1)) * min(even / FULL_EVEN, 1) * min(alike / FULL_ALIKE, 1)
    return float(min((1 - shares.max()) / FULL_SHARE, 1) * min(spread / FULL_SPREAD, 1) * max(detail, LINE))


def _change(sides, down, right):
    """The share of runs whose label is another one `down` rows and `right` columns further."""
    one, other = sides[down:], sides[:len(sides) - down]
    if right < 0:
        one, other, right = other, one, -right
    return float((one[:, right:] != other[:, :sides.shape[1] - right]).mean())


def _at_the_end(window):
    """Whether the next window would be at the float floor, or smaller than an exact one can be."""
    if window.exact is not None:
        return min(window.exact.half) < ZOOM * SMALLEST_HALF
    return window.zoom(ZOOM).at_float_floor((SIDE, SIDE))


def _held(window, exactly):
    """The window; from where float64 ends an exact one, if that can be."""
    return window.exactly() if exactly and window.exact is None and _at_the_end(window) else window


def _settled(window, sides):
    """The run nearest to the middle of an exact window that settles, or the middle: the best reference for what lies around."""
    rows, columns = np.nonzero(sides)       # 1: it converged, or stayed
    if not len(rows):
        return window.centre
    n = len(sides)
    near = np.argmin((2 * rows + 1 - n) ** 2 + (2 * columns + 1 - n) ** 2)
    return window.point((columns[near] + 0.5) / n, (rows[near] + 0.5) / n)


def _next(window, sides, level, rng):
    """The windows that are worth looking at, around border pixels: of each of some random groups the most promising."""
    middle, reach, looks = SIDE // 2, NEAR if level else FAR, LOOKS if level else DIVES
    border = np.argwhere(boundary(sides))
    near = border[(abs(border - middle) <= reach).all(1)]
    # A border that only touches the rim is seen in a window as near to the rim as the next may lie.
    border = near if len(near) else np.unique(border.clip(middle - FAR, middle + FAR), axis=0)
    drawn = rng.permutation(border)[:DRAWN].tolist()

    def promise(pixel):
        row, column = pixel
        shown = min(row, column, SIDE - 1 - row, SIDE - 1 - column)
        return math.prod(score(sides[row - h:row + h + 1, column - h:column + h + 1]) for h in (SIDE // ZOOM // 2, shown))
    return [_around(window, *max(drawn[k::looks], key=promise)) for k in range(min(looks, len(drawn)))]


def _around(window, row, column):
    """The next window, centred on a pixel."""
    if window.exact is not None:
        return window.spanning(window.point((column + 0.5) / SIDE, (row + 0.5) / SIDE), tuple(h / ZOOM for h in window.half))
    x, y = window.positions((SIDE, SIDE))
    right, up = ((2 * n + 1 - SIDE) / (2 * SIDE) for n in (column, row))
    return window.pan(right, up).zoom(ZOOM, at=(float(x[column]), float(y[row])))
