"""Frames between keyframes: a smooth way from each picture to the next, without seams and without jumps of colour."""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from PIL import Image

from .. import captions
from ..colour import colours, painted, places, refer
from .keyframes import Keyframes
from .path import Window

SMOOTH = Image.Resampling.BICUBIC           # Pillow widens it where many samples share a pixel, so that nothing flickers
SMALL = 160                                 # columns: narrower frames have room for the first line of a caption only
REFERRING = "rank", "basins"                # the modes whose colours depend on a reference


@dataclass(frozen=True)
class Moment:
    """What one frame shows.

    Attributes
    ----------
    position : float
        2.25 is a quarter of the way from keyframe 2 to keyframe 3.
    window : Window or None
        The window in a zoom; None where all keyframes show the same.
    lines : tuple of str
        The caption.
    light : float
        1; less where the film fades out.
    """

    position: float
    window: Window | None
    lines: tuple[str, ...] = ()
    light: float = 1.0


class Frames:
    """Frame number -> Pillow image, for rising or falling numbers; keeps the pictures of two keyframes.

    Parameters
    ----------
    keyframes : Keyframes
    windows : callable
        The Window of a keyframe; unused where all show the same.
    moments : sequence of Moment
    size : (int, int)
        Columns and rows of a frame.
    shared : bool
        Colours by the ranks in all keyframes together; else by those in the two neighbours, blended.
    palette, mode
        As in `colours`.
    """

    def __init__(self, keyframes: Keyframes, windows: Callable[[int], Window], moments, size, shared, palette, mode):
        self.keyframes, self.windows, self.moments, self.size = keyframes, windows, moments, size
        self.palette, self.mode = palette, mode
        self.blended = mode in REFERRING and not shared
        self.reference = refer(keyframes.pooled(), mode) if mode in REFERRING and shared else None
        self.lines = None if size[0] >= SMALL else 1
        self.room = [max(lines, key=len) for lines in zip_longest(*(m.lines for m in moments), fillvalue="")]
        self.lands, self.kept = {}, {}

    def __len__(self):
        return len(self.moments)

    def __call__(self, number) -> Image.Image:
        moment = self.moments[number]
        k = min(int(moment.position), max(len(self.keyframes) - 2, 0))
        part = moment.position - k
        self._forget(k)
        frame = self._picture(k, k, part)
        if moment.window is None:
            frame = frame.resize(self.size, SMOOTH)
            if part > 0:
                frame = Image.blend(frame, self._picture(k + 1, k, part).resize(self.size, SMOOTH), part)
        else:
            frame = self._crop(frame, self.windows(k).fractions_of(moment.window), self.size)
            if part > 0:
                self._lay_over(frame, k, part, moment.window)
        if moment.light < 1:
            frame = Image.blend(Image.new("RGB", self.size), frame, moment.light)
        lines = moment.lines[:self.lines]
        return captions.overlay(frame, lines, self.room[:self.lines]) if lines else frame

    def _lay_over(self, frame, k, part, window):
        """The next keyframe over its part of the frame, fading in, its edges soft.

        The ring around it, which only keyframe k shows, is as wide as the soft edge; both vanish together.
        """
        columns, rows = self.size
        u0, v0, u1, v1 = window.fractions_of(self.windows(k + 1))
        left, right = math.ceil(u0 * columns - 1e-6), math.floor(u1 * columns + 1e-6)
        top, bottom = math.ceil((1 - v1) * rows - 1e-6), math.floor((1 - v0) * rows + 1e-6)
        if right <= left or bottom <= top:
            return
        inner = self.windows(k + 1).fractions_of(_part(window, left / columns, 1 - bottom / rows,
                                                       right / columns, 1 - top / rows))
        over = self._crop(self._picture(k + 1, k, part), inner, (right - left, bottom - top))
        mask = np.minimum.outer(_ramp(top, bottom, rows), _ramp(left, right, columns))
        opaque = 255 * math.sin(math.pi / 2 * part) ** 2
        frame.paste(over, (left, top), Image.fromarray(np.round(opaque * mask).astype(np.uint8)))

    @staticmethod
    def _crop(picture, fractions, size):
        columns, rows = picture.size
        u0, v0, u1, v1 = (min(max(f, 0.0), 1.0) for f in fractions)         # rounding may step out
        return picture.resize(size, SMOOTH, box=(u0 * columns, (1 - v1) * rows, u1 * columns, (1 - v0) * rows))

    def _picture(self, number, k, part):
        """Keyframe `number` in colours between those by keyframe k and those by keyframe k + 1.

        In even steps: zooming makes values slower and ranks make them faster again; when both are even they cancel, and the
        colours stand still.
        """
        if not self.blended:
            return self._keep("shared", number, lambda land: _image(colours(land, self.palette, self.mode, self.reference)))
        first = self._by(number, k)
        second = self._by(number, k + 1) if part > 0 else first
        if self.mode == "rank":         # between the ranks, not between the colours: a blend of two colours is paler than both
            return _image(painted(first + part * (second - first), self.palette))
        return Image.blend(first, second, part)

    def _by(self, number, k):
        """Keyframe `number` by the reference of keyframe k: places on the palette, or a picture."""
        reference = self._keep("reference", k, lambda land: refer(land, self.mode))
        if self.mode == "rank":
            return self._keep(("place", k), number, lambda land: places(land, "rank", reference))
        return self._keep(("picture", k), number, lambda land: _image(colours(land, self.palette, self.mode, reference)))

    def _keep(self, what, number, make):
        if (what, number) not in self.kept:
            self.kept[what, number] = make(self._land(number))
        return self.kept[what, number]

    def _land(self, number):
        if number not in self.lands:
            self.lands[number] = self.keyframes.load(number)
        return self.lands[number]

    def _forget(self, k):
        """Keep only what keyframes k and k + 1 need."""
        near = {k, k + 1}
        self.lands = {number: land for number, land in self.lands.items() if number in near}
        self.kept = {(what, number): thing for (what, number), thing in self.kept.items() if number in near and (
            not isinstance(what, tuple) or what[1] in near)}


def _image(rgba):
    return Image.fromarray(np.ascontiguousarray(rgba[::-1, :, :3]))


def _part(window, u0, v0, u1, v1):
    """The Window between two points given as fractions of another."""
    away = tuple(a + (low + high - 1) * half for a, half, low, high in
                 zip(window.away, window.half, (u0, v0), (u1, v1), strict=True))
    return Window(away, tuple(half * (high - low) for half, low, high in zip(window.half, (u0, v0), (u1, v1), strict=True)))


def _ramp(low, high, size):
    """From 0 to 1 to 0 over pixels low to high of `size`: as soft as the ring outside is wide."""
    pixel = np.arange(low, high) + 0.5
    near = np.ones(high - low)
    for ring, depth in ((low, pixel - low), (size - high, high - pixel)):
        if ring > 0:
            near = np.minimum(near, np.clip(depth / ring, 0, 1))
    return near
