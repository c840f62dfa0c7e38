"""Ways to the border of a picture, however deep: by the densest block, and by bisection."""
import pathlib
from decimal import Decimal

import numpy as np

import fractaledu as fe
from fractaledu import deep
from fractaledu.decimals import exact_difference
from fractaledu.kernel import sweep
from fractaledu.recipes import Recipe
from fractaledu.rendering import render_of

KEPT = pathlib.Path("windows")
LOG_TEN = np.log(10)
MIDDLE = "15.848931924611134852021013733915"        # 10**1.2: all our dives begin with three decades around it


def rendered(problem, view, side, steps, precision, kept=None):
    """A square picture; from a file where there is one."""
    file = kept and KEPT / f"beyond-{kept}-{precision}.npz"
    if file and file.exists():
        return fe.Landscape.load(file)
    if file:
        KEPT.mkdir(exist_ok=True)
    recipe = Recipe(problem, view, (side, side), steps, precision=precision)
    return render_of(recipe, file=file)


def densest(land, factor=8):
    """The converging pixel (column, row) with the most border around it, in blocks of a `factor`-th; None: no border."""
    inside, side = land.value < 0, land.size[0]
    edge = np.zeros(inside.shape)
    edge[:-1] += inside[:-1] != inside[1:]
    edge[:, :-1] += inside[:, :-1] != inside[:, 1:]
    r = max(side // (2 * factor), 1)
    sums = sum(np.pad(edge, r)[i:i + side, j:j + side] for i in range(2 * r + 1) for j in range(2 * r + 1))
    sums = np.where(inside, sums, -1)
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    return (int(column), int(row)) if sums[row, column] > 0 else None


def around(x, y, half):
    """A square view, both axes log10."""
    return fe.View.around(str(x), str(y), 2 * half, "log10")


def dive(problem, steps, until, side, start=None, factor=8):
    """Views and pictures by the densest block, from three decades (or a view) down to a half width `until`."""
    view = start or around(MIDDLE, MIDDLE, 1.5)
    while True:
        land = rendered(problem, view, side, steps, "exact")
        at = densest(land, factor)
        yield view, land
        half = view.half[0] / LOG_TEN
        if half <= until * 1.001:
            return
        if at is None:
            raise ValueError(f"no border at a half width of {half:.1e}")
        factor_now = min(factor, half / until)
        digits = max(int(-np.log10(half)) + 12, 17)
        view = around(*(f"{number:.{digits}g}" for number in view.point(*((k + 0.5) / side for k in at))), half / factor_now)


def narrowed(problem, view, side, steps, depth):
    """A border point to `depth` decades: bisection, eight points at a time, between a converging and another pixel.

    A reference run serves about twelve decades: float64 differences from it end there.
    """
    land = rendered(problem, view, side, steps, "exact")
    inside = land.value < 0
    rows, columns = np.nonzero(inside[:, :-1] != inside[:, 1:])
    if not len(rows):
        raise ValueError("view must show a border, got one without")
    k = np.argmin((rows - side / 2) ** 2 + (columns - side / 2) ** 2)
    ends = [view.point((columns[k] + shift + 0.5) / side, (rows[k] + 0.5) / side) for shift in (0, 1)]
    good, bad = ends if inside[rows[k], columns[k]] else ends[::-1]
    reach = None
    while True:
        step = [exact_difference(b, g) for b, g in zip(bad, good, strict=True)]
        size = max(abs(float(s / g)) for s, g in zip(step, good, strict=True))
        if size < 10.0 ** -depth:
            return good
        if reach is None or size < reach * 1e-10:
            now = around(*good, max(size / LOG_TEN, 1e-100))
            reference, origin, reach = deep.find(problem, now, (side, side), steps, point=tuple(good)), good, size
        shares = [Decimal(n) / 9 for n in range(1, 9)]
        places = [[exact_difference(g, -(s * share)) for g, s in zip(good, step, strict=True)] for share in shares]
        offsets = np.array([[float(exact_difference(p, o)) for p, o in zip(place, origin, strict=True)] for place in places])
        stays = sweep(reference.system, offsets[:, 0].copy(), offsets[:, 1].copy(), steps)["value"] < 0
        last = int(np.argmin(stays)) if not stays.all() else 8          # the first that does not converge
        if last < 8:
            bad = places[last]
        if last > 0:
            good = places[last - 1]
