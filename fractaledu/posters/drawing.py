"""From tiles to a PNG: one scale of colours for all of them, drawn from the top, the caption below."""
from __future__ import annotations

import functools
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .._version import __version__
from ..cancelled import Cancelled
from ..captions import band
from ..colour import colours, refer
from ..export import KEY
from ..kernel import blank
from ..landscape import Landscape, atomic
from ..processors import available_threads
from . import png, words

MOST_COMPARED = 2 ** 22             # pixels that ranks are taken from
WIDEST_TEXT = 2 ** 13               # pixels; wider captions are drawn smaller and magnified, to bound the memory
TRIED = 256                         # columns and rows of the noise on which the time of drawing is tried


class Sheet:
    """The PNG of a picture in tiles, with or without a caption."""

    def __init__(self, tiles, caption):
        self.tiles, self.recipe, self.caption = tiles, tiles.recipe, caption
        self.texts = {KEY: self.recipe.to_text(), "Software": f"fractaledu {__version__}"}

    @functools.cached_property
    def _band(self):
        """The caption, uint8 (rows, columns, 3), and how many times it is to be magnified."""
        columns = self.recipe.size[0]
        times = -(-columns // WIDEST_TEXT)
        if not self.caption:
            return np.zeros((0, columns, 3), np.uint8), 1
        return np.asarray(band(-(-columns // times), words.lines(self.recipe)).convert("RGB")), times

    @property
    def height(self) -> int:
        """Rows of the PNG."""
        text, times = self._band
        return self.recipe.size[1] + len(text) * times

    @property
    def bytes(self) -> int:
        """An upper bound of what the PNG takes."""
        return png.most_bytes(self.recipe.size[0], self.height, self.texts)

    def write(self, file, threads, progress, cancel) -> None:
        """Colour the tiles, which are all there, and write the PNG; atomic.  OSError with the name of `file`.

        Calls progress(done, total) in rows of the PNG.
        """
        rows = _Rows(self.height, progress, cancel)
        with atomic(file) as out, ThreadPoolExecutor(threads or available_threads()) as pool:
            png.write(out, self.recipe.size[0], self.height, self.texts, rows.counted(self._bands(pool, rows.listen)))

    def _bands(self, pool, listen):
        tiles, look = self.tiles, self.recipe.look
        reference = refer(self._sample(listen), look["mode"])
        for row in reversed(range(tiles.up)):
            pixels = np.empty((tiles.shape((row, 0))[0], self.recipe.size[0], 3), np.uint8)

            def paint(column, row=row, pixels=pixels):
                listen()
                # the strokes of mode "patterns" fit together, because tiles begin at multiples of 8
                rgba = colours(tiles.load((row, column)), look["palette"], look["mode"], reference)
                pixels[:, tiles.spans((row, column))[1]] = rgba[::-1, :, :3]
            for _ in pool.map(paint, range(tiles.across)):
                pass
            yield pixels
        text, times = self._band
        for line in text:
            yield np.broadcast_to(line.repeat(times, 0)[:pixels.shape[1]], (times, *pixels.shape[1:]))

    def _sample(self, listen):
        """What colours are relative to: every pixel, or those of every k-th row and column."""
        tiles, recipe = self.tiles, self.recipe
        k = stride(recipe.size)
        columns, rows = (-(-n // k) for n in recipe.size)
        pixels = blank(rows * columns if recipe.look["mode"] in ("rank", "basins") else 0)
        if len(pixels):
            pixels = pixels.reshape(rows, columns)
            for place in tiles:
                listen()
                here = tuple(slice(-(-span.start // k), -(-span.stop // k)) for span in tiles.spans(place))
                first = tuple(-span.start % k for span in tiles.spans(place))
                if all(span.stop > span.start for span in here):
                    pixels[here] = tiles.load(place).pixels[first[0]::k, first[1]::k]
        return Landscape(recipe.problem, recipe.view, (columns, rows), recipe.steps, pixels)


class _Rows:
    """Counts the rows of a PNG that are written, tells how many, and hears a cancel."""

    def __init__(self, total, progress, cancel):
        self.done, self.total, self.progress, self.cancel = 0, total, progress, cancel

    def counted(self, bands):
        self.progress(0, self.total)
        for pixels in bands:
            yield pixels
            self.done += len(pixels)
            self.progress(self.done, self.total)

    def listen(self):
        if self.cancel is not None and self.cancel.is_set():
            raise Cancelled(self.done, self.total, "rows")


def stride(size) -> int:
    """The smallest k for which every k-th row and column make at most MOST_COMPARED pixels."""
    k = 1
    while -(-size[0] // k) * -(-size[1] // k) > MOST_COMPARED:
        k += 1
    return k


def seconds_a_pixel(recipe) -> float:
    """What colouring and packing one pixel takes this machine, tried on noise."""
    rng, pixels = np.random.default_rng(0), blank(TRIED ** 2)
    pixels["value"] = rng.normal(size=TRIED ** 2)
    pixels["attractor"] = rng.integers(max(len(recipe.problem.attractors), 1), size=TRIED ** 2)
    pixels["arrival"] = rng.integers(recipe.steps + 1, size=TRIED ** 2)
    noise = Landscape(recipe.problem, recipe.view, (TRIED, TRIED), recipe.steps, pixels.reshape(TRIED, TRIED))
    reference = refer(noise, recipe.look["mode"])
    colours(noise, reference=reference, **recipe.look)          # loads the palette
    began = time.perf_counter()
    zlib.compress(colours(noise, reference=reference, **recipe.look)[..., :3].tobytes())
    return (time.perf_counter() - began) / TRIED ** 2
