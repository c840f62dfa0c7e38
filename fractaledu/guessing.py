"""Fewer pixels for a preview: those between pixels that are alike are filled in, and computed last.

A *cell* is what lies between four neighbours of a grid.  It is calm if those and the twelve around them ended alike and their
colours change as evenly as a straight line, so that the pixels within can be read off the line.  Grids of pixels are arrays of
kernel.PIXEL of shape (rows, columns).
"""
from __future__ import annotations

import numpy as np

from .colour import restretch
from .kernel import blank

FROM = 8                            # the largest cells, in pixels: in larger ones there is room for what no corner has seen
EVEN = 0.02                         # of the palette, whose length is 2: how far a colour may be off the line of its neighbours


class Guess:
    """A picture under way of which pixels are left out and filled in.

    `pixels` (rows, columns) are those that were computed and those filled in, `left` says which are the latter.
    """

    def __init__(self, size):
        self.pixels = blank(size[0] * size[1]).reshape(size[::-1])
        self.left = np.zeros(size[::-1], bool)
        self._calm = np.zeros((0, 0), bool)

    def leave_out(self, k, computed) -> None:
        """Choose, from the `computed` grid of every k-th pixel, which of the next finer one to leave out."""
        self._take(computed)
        if not 1 < k <= FROM:
            return
        chosen = calm(self.pixels[::k, ::k])
        rows, columns = 2 * np.array(self._calm.shape)              # what lies in a calm cell stays left out
        chosen[:rows, :columns] |= self._calm.repeat(2, 0).repeat(2, 1)
        self._calm, inside = chosen, within(chosen)
        rows, columns = inside.shape
        inside &= np.isnan(computed["value"][::k // 2, ::k // 2][:rows, :columns])          # not what was known before
        self.left[::k // 2, ::k // 2][:rows, :columns] |= inside
        self._fill(k)

    def take_in(self, computed) -> None:
        """Take over what is `computed` by now, and fill in the others anew, from nearer neighbours."""
        self._take(computed)
        k = FROM
        while k > 1 and self.left.any():
            self._fill(k)
            k //= 2

    def _take(self, computed):
        known = ~np.isnan(computed["value"])
        self.pixels[known] = computed[known]
        self.left &= ~known

    def _fill(self, k):
        fine = between(self.pixels[::k, ::k])
        rows, columns = fine.shape
        left = self.left[::k // 2, ::k // 2][:rows, :columns]
        self.pixels[::k // 2, ::k // 2][:rows, :columns][left] = fine[left]


def calm(grid) -> np.ndarray:
    """Which cells of a grid (rows - 1, columns - 1) can be filled from their corners."""
    rows, columns = grid.shape
    if min(rows, columns) < 4:
        return np.zeros((max(rows - 1, 0), max(columns - 1, 0)), bool)
    ended = (((grid["attractor"].astype(int) + 1) * 3 + grid["verdict"] + 1) * 2 + (grid["departure"] >= 0)) * 2 + (
        grid["arrival"] >= 0)
    around = np.pad(ended, 1, mode="edge")
    alike = _widest(around, np.maximum, 4) == _widest(around, np.minimum, 4)
    uneven = _bend(restretch(grid["value"])) > EVEN
    uneven |= _bend(grid["arrival"].astype(float)) > 1          # a whole number: one off is its rounding
    return alike & ~_widest(uneven, np.logical_or, 2)


def between(grid) -> np.ndarray:
    """The grid twice as fine (2 rows - 1, 2 columns - 1): halfway between two neighbours their mean, if they ended alike."""
    return _halfway(_halfway(grid, 0), 1)


def within(cells) -> np.ndarray:
    """The pixels of the grid twice as fine that all cells around them are calm of, but for those of the grid itself."""
    rows, columns = cells.shape
    around = np.pad(cells, 1, constant_values=True)             # outside of the picture nothing is at stake
    inside = np.zeros((2 * rows + 1, 2 * columns + 1), bool)
    inside[1::2, 1::2] = cells
    inside[::2, 1::2] = around[:-1, 1:-1] & around[1:, 1:-1]
    inside[1::2, ::2] = around[1:-1, :-1] & around[1:-1, 1:]
    return inside


def _bend(places):
    """How far each number of a grid is off the mean of its neighbours, along the rows or the columns, whichever is more."""
    bend = np.zeros_like(places)
    for axis in (0, 1):
        off = np.abs(np.diff(places, 2, axis)) / 2
        bend = np.maximum(bend, np.pad(off, [(1, 1) if k == axis else (0, 0) for k in (0, 1)], mode="edge"))
    return bend


def _widest(grid, join, wide):
    """`join` of each wide x wide block."""
    for axis in (0, 1):
        count = grid.shape[axis] - wide + 1
        parts = [np.take(grid, range(k, k + count), axis) for k in range(wide)]
        grid = parts[0]
        for part in parts[1:]:
            grid = join(grid, part)
    return grid


def _halfway(grid, axis):
    grid = np.moveaxis(grid, axis, 0)
    fine = np.repeat(grid, 2, 0)[:-1]
    a, b = grid[:-1], grid[1:]
    same = (a["verdict"] == b["verdict"]) & (a["attractor"] == b["attractor"])
    half = fine[1::2]
    half["value"] = np.where(same, a["value"] / 2 + b["value"] / 2, a["value"])
    for name in ("departure", "arrival"):
        both = same & (a[name] >= 0) & (b[name] >= 0)
        half[name] = np.where(both, (a[name].astype(np.int64) + b[name]) // 2, a[name])
    return np.moveaxis(fine, 0, axis)
