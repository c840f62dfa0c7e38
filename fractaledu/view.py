"""View: a rectangle of the plane, where its pixels lie, and how far float64 can resolve it."""
from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np

from . import axes, decimals
from .arguments import whole
from .axes import LOG_TEN, Exact

Scale = Literal["linear", "log10"]
Sampling = Literal["centre", "endpoint"]

FLOOR_ULPS = 4                      # pixels closer than this many ulps show rounding, not the map
LARGEST_SIDE, LARGEST_AREA = 2 ** 15, 2 ** 26
LARGEST_POSTER = 2 ** 16            # its sides: a poster is computed in tiles and is never whole in memory


class FloatFloorWarning(UserWarning):
    """Neighbouring pixels are too close for float64 to tell apart."""


def check_size(size) -> tuple[int, int]:
    """Return `size` as (columns, rows) of ints; ValueError unless both are whole and a picture of it fits memory."""
    columns, rows = check_sides(size, LARGEST_SIDE)
    if columns * rows > LARGEST_AREA:
        raise ValueError(f"size must be at most {LARGEST_AREA} pixels in all, got {columns} x {rows}")
    return columns, rows


def check_sides(size, largest=LARGEST_POSTER) -> tuple[int, int]:
    """Return `size` as (columns, rows) of ints; ValueError unless both are whole and from 1 to `largest`."""
    try:
        columns, rows = size = tuple(size)
        columns, rows = (whole("size", n, -math.inf, math.inf) for n in size)
    except (TypeError, ValueError):
        raise ValueError(f"size must be two whole numbers (columns, rows), got {size!r}") from None
    if not (1 <= columns <= largest and 1 <= rows <= largest):
        raise ValueError(f"size must be from 1 to {largest} columns and rows, got {columns} x {rows}")
    return columns, rows


@dataclass(frozen=True)
class View:
    """A rectangle of the plane and how its pixels sample it.

    Parameters
    ----------
    x, y : (float, float)
        Low and high bound of each axis, in true units (a learning rate of 10 is 10, not 1).
    x_scale, y_scale : {"linear", "log10"}, default "linear"
        Spacing of the pixels; log10 needs positive bounds.
    sampling : {"centre", "endpoint"}, default "centre"
        "centre" samples the middle of each pixel, so that zooming by 2 is consistent.  "endpoint" spreads the samples
        from bound to bound, both included, as the paper's code does; it is there to compare with its values.
    exact : Exact, optional
        Where the rectangle lies, where float64 has too few digits to say it with bounds: `View.around` with texts as the
        centre makes such a view.  `x` and `y` are then its bounds rounded to float64, which may be the same number.

    Raises
    ------
    ValueError
        If a bound is not finite, reversed, empty, or not positive on a log10 axis, or a name is unknown.

    Examples
    --------
    >>> View(x=(-2, 1), y=(-1.5, 1.5)).zoom(2, at=(-0.75, 0)).x
    (-1.375, 0.125)
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    sampling: Sampling = "centre"
    exact: Exact | None = None

    def __post_init__(self):
        if self.exact is None:
            object.__setattr__(self, "x", axes.check_bounds("x", self.x, self.x_scale))
            object.__setattr__(self, "y", axes.check_bounds("y", self.y, self.y_scale))
        else:
            object.__setattr__(self, "exact", axes.check_exact(self.exact, (self.x_scale, self.y_scale)))
            for name in "xy":
                centre, half = self._axis_middle(name)
                bounds = tuple(float(decimals.moved(centre, by, self._scale(name))) for by in (-half, half))
                if not all(map(math.isfinite, bounds)) or (self._scale(name) == "log10" and not bounds[0] > 0):
                    raise ValueError(f"{name} must have finite bounds, positive ones on a log10 axis, got {bounds}")
                object.__setattr__(self, name, bounds)
        if self.sampling not in ("centre", "endpoint"):
            raise ValueError(f'sampling must be "centre" or "endpoint", got {self.sampling!r}')

    @property
    def centre(self) -> tuple[float, float] | tuple[Decimal, Decimal]:
        """The middle (x, y), Decimals where the view is exact; on a log10 axis the geometric mean of the bounds."""
        return self._axis_middle("x")[0], self._axis_middle("y")[0]

    @property
    def half(self) -> tuple[float, float]:
        """Half the width and half the height; on a log10 axis that of the natural logarithm."""
        return self._axis_middle("x")[1], self._axis_middle("y")[1]

    def spanning(self, centre, half) -> View:
        """The view with these scales and this sampling whose `centre` and `half` are as given, however narrow.

        Exact if the centre is two Decimals.
        """
        if isinstance(centre[0], Decimal):
            units = tuple(h / LOG_TEN if self._scale(name) == "log10" else h for name, h in zip("xy", half, strict=True))
            return replace(self, exact=Exact(*centre, units))
        x, y = (axes.bounds_of(*axis) for axis in zip(centre, half, (self.x_scale, self.y_scale), strict=True))
        return replace(self, x=x, y=y, exact=None)

    def exactly(self) -> View:
        """The same rectangle as an exact view: its centre, to the 17 digits of float64, is taken at its word."""
        if self.exact is not None:
            return self
        return self.spanning(tuple(Decimal(repr(c)) for c in self.centre), self.half)

    def plainly(self) -> View:
        """The same rectangle by float64 bounds; ValueError where they are too close for that."""
        if self.exact is not None and not all(low < high for low, high in (self.x, self.y)):
            raise ValueError("view must be one whose bounds float64 can tell apart, got half widths of "
                             f"{self.exact.half[0]:g} and {self.exact.half[1]:g} around {self.x[0]:.6g}, {self.y[0]:.6g}")
        return self if self.exact is None else replace(self, exact=None)

    def away(self, point, centre) -> tuple[float, float]:
        """How far `point` is from `centre` in the units of `half`; Decimals or floats."""
        return tuple(axes.away(p, c, self._scale(name)) for name, p, c in zip("xy", point, centre, strict=True))

    def moved(self, centre, away) -> tuple[float, float] | tuple[Decimal, Decimal]:
        """The inverse of `away`: the point that far from `centre`, Decimals where those of the centre are."""
        return tuple(axes.moved(c, d, self._scale(name), 1.0) for name, c, d in zip("xy", centre, away, strict=True))

    def positions(self, size) -> tuple[np.ndarray, np.ndarray]:
        """Sample positions x (columns,) and y (rows,) of a picture of `size` (columns, rows), float64, rising.

        Rounded where the view is exact: `offsets` says there what float64 cannot.
        """
        columns, rows = check_sides(size)
        if self.exact is not None:
            return tuple(np.array([float(decimals.moved(centre, d, "linear")) for d in away])
                         for centre, away in zip(self.centre, self.offsets(size, self.centre), strict=True))
        return self._samples(self.x, self.x_scale, columns), self._samples(self.y, self.y_scale, rows)

    def offsets(self, size, point) -> tuple[np.ndarray, np.ndarray]:
        """How far the samples of a picture of `size` lie from `point` (two Decimals), in true units.

        float64 (columns,) and (rows,), with full relative precision where `point` is in the view or near it.
        """
        columns, rows = check_sides(size)
        if self.exact is None:
            return tuple(np.array([float(decimals.exact_difference(Decimal(float(x)), p)) for x in places])
                         for places, p in zip(self.positions(size), point, strict=True))
        found = []
        for name, n, p in (("x", columns, point[0]), ("y", rows, point[1])):
            centre, half = self._axis_middle(name)
            d = half * (np.linspace(-1, 1, n) if self.sampling == "endpoint" else (2 * np.arange(n) + 1 - n) / n)
            steps = d if self._scale(name) == "linear" else float(centre) * np.expm1(d)
            between = decimals.exact_difference(centre, p)
            found.append(steps if not between else
                         np.array([float(decimals.exact_sum(between, Decimal(float(step)))) for step in steps]))
        return tuple(found)

    def _samples(self, bounds, scale, n):
        if self.sampling == "endpoint":
            # As numpy does it, so that the paper's grids are met to the last bit; one sample sits at the low bound.
            return np.logspace(*np.log10(bounds), n) if scale == "log10" else np.linspace(*bounds, n)
        centre, half = axes.middle(*bounds, scale)
        d = half * ((2 * np.arange(n) + 1 - n) / n)
        return centre + d if scale == "linear" else axes.grown(centre, d)

    def _scale(self, name):
        return getattr(self, name + "_scale")

    def _axis_middle(self, name):
        scale = self._scale(name)
        if self.exact is None:
            return axes.middle(*getattr(self, name), scale)
        half = self.exact.half["xy".index(name)]
        return getattr(self.exact, name), half * LOG_TEN if scale == "log10" else half

    def zoom(self, factor, at=None) -> View:
        """The view magnified by `factor` > 0 about the point `at` = (x, y), which stays where it is (default: centre)."""
        if not (0 < factor < math.inf):
            raise ValueError(f"factor must be positive and finite, got {factor}")
        if self.exact is not None:
            at = self.centre if at is None else tuple(decimals.decimal("at", a) for a in at)
            centre = [decimals.moved(a, axes.away(c, a, self._scale(name)) / factor, self._scale(name), half / factor)
                      for name, c, a, half in zip("xy", self.centre, at, self.half, strict=True)]
            return self.spanning(centre, tuple(half / factor for half in self.half))
        return self._map(self.centre if at is None else at, 1 / factor)

    def _map(self, at, shrink):
        moved_to = {}
        for name, point in zip("xy", at, strict=True):
            scale, (low, high) = getattr(self, name + "_scale"), getattr(self, name)
            if scale == "log10":
                if not point > 0:
                    raise ValueError(f"at must be positive on a log10 axis, got {name} = {point}")
                moved_to[name] = tuple(float(axes.grown(point, shrink * axes.log_ratio(b, point))) for b in (low, high))
            else:
                moved_to[name] = tuple(point + shrink * (b - point) for b in (low, high))
        return replace(self, **moved_to)

    def pan(self, right, up) -> View:
        """The view moved by fractions of its width and height; 1 is a whole width to the right."""
        if self.exact is not None:
            return self.spanning(self.point(0.5 + right, 0.5 + up), self.half)
        moved_to = {}
        for name, by in (("x", right), ("y", up)):
            scale = getattr(self, name + "_scale")
            centre, half = axes.middle(*getattr(self, name), scale)
            moved = centre + 2 * half * by if scale == "linear" else centre * math.exp(2 * half * by)
            moved_to[name] = axes.bounds_of(moved, half, scale)
        return replace(self, **moved_to)

    @classmethod
    def around(cls, x, y, width, scale="linear", aspect=1.0) -> View:
        """The view centred on (x, y) that is `width` wide (decades on log10 axes) and `width * aspect` high.

        With x or y a text ("48.354075…") or a Decimal it is exact: no digit of the centre is lost, and the width, twice
        `exact.half`, may go down to 2e-100.
        """
        width, aspect = (axes.positive(name, value) for name, value in (("width", width), ("aspect", aspect)))
        if isinstance(x, str | Decimal) or isinstance(y, str | Decimal):
            x, y = decimals.decimal("x", x), decimals.decimal("y", y)
            return cls((0.0, 0.0), (0.0, 0.0), scale, scale, exact=Exact(x, y, (width / 2, width / 2 * aspect)))
        half = width / 2 * (LOG_TEN if scale == "log10" else 1.0)
        if x + half * (x if scale == "log10" else 1.0) == x:
            raise ValueError(f"width must be one that float64 can say around x = {x!r}, got {width:g}; for an exact view give "
                             f'the centre as texts, View.around("{x!r}", "{y!r}", …)')
        return cls(axes.bounds_of(x, half, scale), axes.bounds_of(y, half * aspect, scale), x_scale=scale, y_scale=scale)

    def point(self, u, v) -> tuple[float, float]:
        """The point at fractions of the width and height: (0, 0) is the low corner, (1, 1) the high one.

        Two Decimals where the view is exact.
        """
        return tuple(axes.moved(*self._axis_middle(name), self._scale(name), 2 * f - 1) for name, f in (("x", u), ("y", v)))

    def fraction(self, x, y) -> tuple[float, float]:
        """The inverse of `point`; x and y positive on log10 axes."""
        found = []
        for name, value in (("x", x), ("y", y)):
            centre, half = self._axis_middle(name)
            found.append(float(0.5 + axes.away(value, centre, self._scale(name)) / half / 2))
        return tuple(found)

    def window(self, u0, v0, u1, v1) -> View:
        """The view between two points given as fractions, as in `point`."""
        if self.exact is not None:
            if not (u0 < u1 and v0 < v1):
                raise ValueError(f"a window must have its low corner below its high one, got {(u0, v0)} and {(u1, v1)}")
            half_x, half_y = self.half
            return self.spanning(self.point((u0 + u1) / 2, (v0 + v1) / 2), (half_x * (u1 - u0), half_y * (v1 - v0)))
        (x0, y0), (x1, y1) = self.point(u0, v0), self.point(u1, v1)
        return replace(self, x=(x0, x1), y=(y0, y1))

    def fractions_of(self, other) -> tuple[float, float, float, float]:
        """The rectangle (u0, v0, u1, v1) of this view that the view `other` shows; needs the same scales."""
        if self.exact is not None or other.exact is not None:
            middle = self.fraction(*other.centre)
            share = [b / a for a, b in zip(self.half, other.half, strict=True)]
            return tuple(m + sign * s / 2 for sign in (-1, 1) for m, s in zip(middle, share, strict=True))
        return *self.fraction(other.x[0], other.y[0]), *self.fraction(other.x[1], other.y[1])

    def spacing_in_ulps(self, size) -> float:
        """How many units in the last place lie between neighbouring pixels, on the finer axis.

        Below `FLOOR_ULPS` = 4 a picture cannot be resolved by float64.  On two linear axes, the real and imaginary part
        of one number, the unit is that of the larger part, because the arithmetic of the map mixes them.
        """
        columns, rows = check_sides(size)
        spacing = {}
        largest = {name: max(abs(b) for b in getattr(self, name)) for name in "xy"}
        if self.x_scale == self.y_scale == "linear":
            largest = dict.fromkeys("xy", max(largest.values()))
        for name, n in (("x", columns), ("y", rows)):
            scale = getattr(self, name + "_scale")
            centre, half = map(float, self._axis_middle(name))
            unit = np.spacing(abs(centre) if scale == "log10" else largest[name])
            spacing[name] = 2 * half / n * (centre if scale == "log10" else 1.0) / unit
        return float(min(spacing.values()))

    def at_float_floor(self, size) -> bool:
        """Whether pixels of a picture of `size` lie closer than 4 ulps."""
        return self.spacing_in_ulps(size) < FLOOR_ULPS


def check_view(view) -> View:
    """Return `view`; TypeError unless it is a View."""
    if not isinstance(view, View):
        raise TypeError(f"view must be a View, got {type(view).__name__}")
    return view
