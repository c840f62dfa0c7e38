"""Where a film looks at each moment: windows, each inside the one before, from the first view towards the last.

A position s on a path counts doublings: the window at s is 2**s times smaller than the first.  Windows are kept as half
widths and as distances from the last centre, not as bounds, so that the deepest keep their digits.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ..captions import place
from ..view import View

DOUBLING = math.log10(2)            # decades
ROUNDING = 1e-9                     # of a doubling, or of a half width


@dataclass(frozen=True)
class Window:
    """A window: the distance of its centre from the path's last centre, and half widths, in the units of `View.half`."""

    away: tuple[float, float]
    half: tuple[float, float]

    def holds(self, other) -> bool:
        """Whether `other` lies inside, up to rounding."""
        u0, v0, u1, v1 = self.fractions_of(other)
        return min(u0, v0) >= -ROUNDING and max(u1, v1) <= 1 + ROUNDING

    def fractions_of(self, other) -> tuple[float, float, float, float]:
        """The rectangle (u0, v0, u1, v1) of this window that `other` shows, as in `View.window`."""
        centre = [(b - a) / half for a, b, half in zip(self.away, other.away, self.half, strict=True)]
        share = [b / a for a, b in zip(self.half, other.half, strict=True)]
        return tuple((1 + c + sign * w) / 2 for sign in (-1, 1) for c, w in zip(centre, share, strict=True))


class Path:
    """A way from a first view, through waypoints, to a target.

    Parameters
    ----------
    frame : View
        Gives the scales and the sampling.
    centre : (float, float) or (Decimal, Decimal)
        The last centre; with Decimals the views are exact.
    corners : sequence of (float, Window)
        The windows that the path passes, and where: at rising positions from 0.
    """

    def __init__(self, frame, centre, corners):
        self.frame, self.centre, self.corners = frame, centre, corners
        self.length = corners[-1][0]

    def window(self, s) -> Window:
        """The window at position s; past the end it goes on shrinking about the last centre."""
        for (start, a), (end, b) in zip(self.corners, self.corners[1:], strict=False):      # noqa: B007
            if s <= end:
                break
        half = tuple(h * 2.0 ** (start - s) for h in a.half)
        if s >= end:
            return Window(b.away, half)
        # The similarity that carries a into b, done in part: its centre runs on a straight line.
        part = (half[0] - b.half[0]) / (a.half[0] - b.half[0])
        return Window(tuple(q + (p - q) * part for p, q in zip(a.away, b.away, strict=True)), half)

    def view(self, s) -> View:
        """The window at position s as a View; ValueError where float64 cannot hold its bounds, or an exact one ends."""
        window = self.window(s)
        return self.frame.spanning(self.frame.moved(self.centre, window.away), window.half)

    def exactly(self) -> Path:
        """The same path with exact views: its centre, to the digits that it is written with, is taken at its word."""
        if isinstance(self.centre[0], Decimal):
            return self
        return Path(self.frame, tuple(Decimal(repr(float(c))) for c in self.centre), self.corners)

    def plainly(self) -> Path:
        """The same path with plain views, its centre rounded to float64."""
        return Path(self.frame, tuple(map(float, self.centre)), self.corners)

    def deepest(self, resolved: Callable[[int], bool]) -> int:
        """The last whole position, at most the first past the end, that is `resolved`."""
        s = math.ceil(self.length - ROUNDING)
        while s > 0 and not resolved(s):
            s -= 1
        return s


def zoom(first, targets, decades) -> Path:
    """The path of a zoom film.

    Parameters
    ----------
    first : View
        Gives the scales, the sampling, the width and the shape of the windows.
    targets : sequence of (x, y) or View
        Waypoints, the last of which is the target; floats or Decimals.  Points are passed at equal distances; a View says
        itself how deep.
    decades : float
        How much smaller the last window is than the first, where the last target is a point.

    Raises
    ------
    ValueError
        If a waypoint is not inside the window before it or not smaller, or has other scales.
    """
    start = first.half

    def depth(view):
        if (view.x_scale, view.y_scale) != (first.x_scale, first.y_scale):
            raise ValueError(f"target must have the scales of the first view, {first.x_scale} and {first.y_scale}, got "
                             f"{view.x_scale} and {view.y_scale}")
        return -math.log2(max(inner / outer for inner, outer in zip(view.half, start, strict=True)))

    end = depth(targets[-1]) if isinstance(targets[-1], View) else decades / DOUBLING
    centres = [target.centre if isinstance(target, View) else target for target in targets]
    depths = [depth(target) if isinstance(target, View) else end * number / len(targets)
              for number, target in enumerate(targets, 1)]
    corners = [(s, Window(first.away(centre, centres[-1]), tuple(h * 2.0 ** -s for h in start)))
               for s, centre in zip((0.0, *depths), (centres[0], *centres), strict=True)]
    way = Path(first, centres[-1], corners)
    for number, (target, (before, wide), (s, narrow)) in enumerate(zip(targets, corners, corners[1:], strict=False), 1):
        if not s > before:
            raise ValueError(f"target must be a smaller window than the one before it, got {target}")
        if not wide.holds(narrow):
            raise ValueError(f"target must lie, all its window, inside the window before it, {_extent(way.view(before))}, got "
                             f"{target} (number {number} of {len(targets)})")
    return way


def _extent(view):
    """Where a window lies."""
    if view.exact is None:
        (x0, x1), (y0, y1) = view.x, view.y
        return f"x from {x0:.6g} to {x1:.6g} and y from {y0:.6g} to {y1:.6g}"
    return " and ".join(f"{name} = {place(centre, half, scale)}" for name, centre, half, scale in
                        zip("xy", view.centre, view.half, (view.x_scale, view.y_scale), strict=True))
