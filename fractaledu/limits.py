"""What float64 can still tell apart in a view: distinct parameter values, ulps between pixels, decades of zoom left."""
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .view import FLOOR_ULPS, View, check_view


class Limits(NamedTuple):
    """What float64 resolves in a view.

    Attributes
    ----------
    columns, rows : int
        Different parameter values along a row of pixels, and along a column.
    ulps : float
        How far neighbouring pixels are apart, on the finer axis, in units in the last place; such a unit, an ulp, is the gap
        from a float64 to the next one.  As `View.spacing_in_ulps`.
    decades : float
        How often the view can still be magnified ten times before its pixels lie closer than 4 ulps.  Negative below
        that floor.
    """

    columns: int
    rows: int
    ulps: float
    decades: float


def limits(view: View, size=(384, 384)) -> Limits:
    """What float64 still tells apart in a picture of a view.

    A picture can be all blocks before a formula is wrong: where neighbouring pixels have the same parameter they are the
    same run.  An ulp (unit in the last place) is the gap from a float64 to the next one: 2e-16 at 1, 7e-15 at 48.  Pixels
    closer than 4 ulps are called the floor, because the arithmetic of a step rounds too.

    Parameters
    ----------
    view : View
    size : (int, int), default (384, 384)
        Columns and rows of the picture.

    Returns
    -------
    Limits
        Counts of what `View.positions` gives, and finite numbers for every view.

    Raises
    ------
    TypeError, ValueError
        If `view` is not a View, or `size` not two whole numbers as `render` takes them.

    Examples
    --------
    >>> limits(View.around(200.36, 200.36, 1e-14, "log10"), (512, 512)).columns
    163
    >>> f"{limits(View((-2, 1), (-1.5, 1.5)), (512, 512)).decades:.1f}"
    '12.5'
    """
    check_view(view)
    x, y = view.positions(size)
    ulps = view.spacing_in_ulps(size)
    decades = math.log10(max(ulps, math.ulp(0.0))) - math.log10(FLOOR_ULPS)     # a width of 5e-324 has 0 ulps a pixel
    return Limits(len(np.unique(x)), len(np.unique(y)), ulps, decades)
