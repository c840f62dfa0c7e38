"""A picture with sliders: coarse at once, fine when the hand rests."""
from __future__ import annotations

import io
import math
import time
from collections.abc import Callable

import ipywidgets
import numpy as np

from ..colour import check_mode
from ..export import image
from ..landscape import Landscape
from ..problems import Problem
from ..recipes import Recipe
from ..rendering import available_threads, refine
from ..traces import trace
from ..view import View, check_size
from .worker import Worker

FATES = {-1: "it settled", 0: "it did neither", 1: "it ran away"}


class Live(ipywidgets.VBox):
    """Sliders above a picture that follows them; made by `live`.

    Attributes
    ----------
    sliders : dict of widgets
        By name; set their `value` from code to the same effect as by hand.
    landscape : Landscape or None
        What the picture shows.
    """

    def __init__(self, question, sliders, size, steps, palette, mode, cross):
        self._question, self.sliders = question, sliders
        size = check_size(size)
        self._size, self._steps, self._palette, self._mode, self._cross = size, steps, palette, mode, cross
        self.landscape: Landscape | None = None
        self._picture = ipywidgets.Image(format="png", width=size[0], height=size[1])
        self._status = ipywidgets.HTML()
        self._picture.alt = "picture computed from the sliders above"
        self._picture.layout.max_width, self._picture.layout.height = "100%", "auto"
        for name, slider in sliders.items():
            slider.description = slider.description or name
            slider.style.description_width = "9em"
            slider.layout.width = "auto"
            slider.observe(self._changed, "value")
        controls = ipywidgets.VBox(list(sliders.values()), layout={"width": f"{max(480, size[0])}px", "max_width": "100%"})
        super().__init__([controls, self._picture, self._status])
        self._worker = Worker(self._draw, self._failed)
        # One processor stays free for the browser and the kernel's own messages, where there is more than one.
        self._threads = max(1, available_threads() - 1)
        self._changed()

    @property
    def settled(self):
        """Whether nothing is asked for or running, and the finest picture is shown."""
        return self._worker.wait(0) and self.landscape is not None and self.landscape.stride == 1

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the settled picture; False if `timeout` seconds were not enough."""
        return self._worker.wait(timeout)

    def close(self):
        """End the background thread too."""
        self._worker.close()
        super().close()

    def _changed(self, change=None):
        self._worker.request({name: slider.value for name, slider in self.sliders.items()})

    def _draw(self, values, cancel):
        began = time.perf_counter()
        problem, view = self._question(**values)
        recipe = Recipe(problem, view, self._size, problem.check_steps(self._steps))
        for land in refine(recipe, threads=self._threads, cancel=cancel):
            self._show(land, cancel)
        self._say(self._words(land, time.perf_counter() - began))

    def _show(self, land, cancel):
        """Send a frame: JPEG while it is coarse, PNG when it has settled."""
        fine = land.stride == 1
        picture = image(land, self._palette, self._mode).convert("RGB")
        if self._cross:
            _draw_cross(picture)
        data = io.BytesIO()
        picture.save(data, **({"format": "PNG", "compress_level": 1} if fine else {"format": "JPEG", "quality": 85}))
        if cancel.is_set():
            return
        with self._picture.hold_sync():
            self._picture.format = "png" if fine else "jpeg"
            self._picture.value = data.getvalue()
        self.landscape = land

    def _words(self, land, seconds):
        mode = check_mode(land, self._mode)
        words = f"{land.size[0]} × {land.size[1]} runs of {land.steps} steps in {seconds:.1f} s. "
        if self._cross:
            run = trace(land.problem, *land.view.centre, land.steps)
            words += f"<b>At the cross: {FATES[int(run.verdict)]}.</b> {_fate(run)} "
        if mode == "basins":
            words += "Colour: which solution; darker: after more steps; black: none reached. "
        elif mode == "rank" and self._palette == "two-sided":
            words += "Blue settles, red runs away; the paler, the faster. "
        words += f"Across: {_span(land.view.x)}, up: {_span(land.view.y)}."
        if land.view.at_float_floor(land.size):
            words += (" <b>Float64 cannot resolve this picture: from pixel to pixel there are fewer than four 64-bit numbers, "
                      "and rounding shows.</b>")
        return words

    def _failed(self, error):
        self._say(f"<b>The last picture stays: {type(error).__name__}: {error}</b>")

    def _say(self, words):
        self._status.value = f'<span class="fractaledu-status">{words}</span>'


def _span(bounds):
    low, high = bounds
    digits = max(3, 3 + int(-math.log10((high - low) / max(abs(low), abs(high)))))
    return f"{low:.{digits}g} … {high:.{digits}g}"


def _fate(run):
    if run.problem.attractors or run.problem.view.x_scale == "linear":
        return ""
    last = run.watched[-1] / run.watched[0]
    return (f"Its loss ended at {last:.3g} of its first value." if np.isfinite(last) and last < 1e6
            else f"Its loss passed a million times its first value at step {run.departure}.")


def _draw_cross(picture):
    """A thin cross at the middle, dark with a light rim, seen on any colour."""
    from PIL import ImageDraw
    draw, (width, height) = ImageDraw.Draw(picture), picture.size
    for thick, colour in ((3, "white"), (1, "black")):
        for dx, dy in ((1, 0), (0, 1)):
            for side in (-1, 1):
                near, far = (width // 2 + side * 5 * dx, height // 2 + side * 5 * dy), (
                    width // 2 + side * 16 * dx, height // 2 + side * 16 * dy)
                draw.line([near, far], fill=colour, width=thick)


def live(question: Callable[..., tuple[Problem, View]], *, size=(384, 384), steps: int | None = None,
         palette="two-sided", mode=None, cross=False, **sliders) -> Live:
    """A picture that follows sliders.

    Parameters
    ----------
    question : callable
        question(**values) -> (problem, view): what to show for the sliders' values.  It runs in a background thread; if it
        raises, the last picture stays and the error is said below it.
    size : (int, int), default (384, 384)
        Columns and rows.
    steps : int, default the problem's own number
    palette, mode
        As in `colours`.
    cross : bool, default False
        Mark the middle of the picture and say what its run came to.
    **sliders : ipywidgets sliders
        One for each argument of `question`.

    Returns
    -------
    Live
        A widget.  Frames come coarse to fine from a background thread; only the newest values are worked on.
    """
    for name, slider in sliders.items():
        if not isinstance(slider, ipywidgets.Widget) or not hasattr(slider, "value"):
            raise TypeError(f"{name} must be a widget with a value, such as ipywidgets.FloatSlider, got "
                            f"{type(slider).__name__}")
    return Live(question, sliders, size, steps, palette, mode, cross)
