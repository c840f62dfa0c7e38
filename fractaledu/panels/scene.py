"""What a board shows, as plain frozen data: plots with layers, in the units of their axes.

`described` turns a scene into what the browser draws: every place is a fraction of its axis, so that the browser needs to
know neither units nor logarithms.  `still.py` draws the same scene with matplotlib.
"""
from __future__ import annotations

import base64
import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..ticks import even_ticks, powers_of_ten, tick_texts, wide
from ..wording import power_of_ten

COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "red": "#D55E00", "pink": "#CC79A7", "sky": "#56B4E9"}
FAR = 8.0                           # axes lengths outside a plot, beyond which a place is not told apart


def rgb(colour: str) -> np.ndarray:
    """Red, green and blue, 0 to 255, of "#rrggbb" or of a name in `COLOURS`."""
    return np.array(list(bytes.fromhex(COLOURS.get(colour, colour).removeprefix("#"))), np.uint8)


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, linear or (`log`) logarithmic.  Without a label it has no ticks."""

    label: str
    low: float
    high: float
    log: bool = False

    def fraction(self, values) -> np.ndarray:
        """Where values lie: 0 at `low`, 1 at `high`; NaN where a log axis has no place for them."""
        values = np.asarray(values, float)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            places = (np.log(values / self.low) / np.log(self.high / self.low) if self.log
                      else (values - self.low) / (self.high - self.low))
        return np.clip(np.where(values > 0, places, np.nan) if self.log else places, -FAR, 1 + FAR)

    def value(self, fraction: float) -> float:
        """The value at a fraction of the axis."""
        if self.log:
            return float(self.low * (self.high / self.low) ** fraction)
        return float(self.low + fraction * (self.high - self.low))

    def ticks(self) -> list:
        """(fraction, text) of each tick."""
        if not self.label:
            return []
        bounds = self.low, self.high
        if wide(bounds, "log10" if self.log else "linear"):
            places, powers = powers_of_ten(bounds)
            texts = [power_of_ten(power) for power in powers]
        else:
            places = even_ticks(bounds)
            texts, shared = tick_texts(places)
            if shared:                                  # deep in a zoom: the first tick says all of it
                start, power = shared
                texts = [f"+{text}·{power_of_ten(power)}" for text in texts]
                texts[0] = f"{start} {texts[0]}"
            texts = [text.replace("-", "−") for text in texts]
        return [(round(float(self.fraction(place)), 5), text) for place, text in zip(places, texts, strict=True)]


@dataclass(frozen=True)
class Line:
    """A line through points, with gaps where a coordinate is NaN."""

    x: Sequence[float]
    y: Sequence[float]
    colour: str = "blue"
    width: float = 1.5
    dashed: bool = False
    name: str = ""


@dataclass(frozen=True)
class Dots:
    """Points of `size` pixels radius; `colour` is one colour or one "#rrggbb" a point."""

    x: Sequence[float]
    y: Sequence[float]
    colour: str | Sequence[str] = "blue"
    size: float = 3.0
    hollow: bool = False
    name: str = ""


@dataclass(frozen=True)
class Picture:
    """A uint8 array of shape (rows, columns, 3 or 4), row 0 at the bottom, over a rectangle given in the axes' units."""

    rgb: np.ndarray
    x: tuple[float, float]
    y: tuple[float, float]

    @functools.cached_property
    def source(self) -> str:
        """A data address of the picture as PNG: made once, for a view can keep a picture that does not change."""
        data = io.BytesIO()
        _image(self.rgb[::-1]).save(data, "PNG", compress_level=4)
        return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


@dataclass(frozen=True)
class Rule:
    """A straight line across the plot, at one x or at one y."""

    x: float | None = None
    y: float | None = None
    colour: str = "faint"
    dashed: bool = True
    name: str = ""


@dataclass(frozen=True)
class Label:
    """Words at a place."""

    x: float
    y: float
    text: str
    colour: str = "text"


@dataclass(frozen=True)
class Handle:
    """A point to drag.  `x` and `y` are each the name of the knob that it turns, or a number where it cannot move."""

    x: str | float
    y: str | float
    says: str


@dataclass(frozen=True)
class Brush:
    """Dragging along x selects an interval: the names of the knobs for its two ends."""

    low: str
    high: str


@dataclass(frozen=True)
class Plot:
    """Axes with layers, drawn in their order.

    `width` is the share of the board's width, `ratio` the height over the width of the drawing area.  `says` is the text for
    those who do not see it.  `touch` names the knobs (or None) that a press or a drag anywhere turns to that place; with
    `hover` pointing is enough.
    """

    name: str
    x: Axis
    y: Axis
    layers: Sequence
    title: str = ""
    width: float = 0.5
    ratio: float = 0.7
    says: str = ""
    touch: tuple[str | None, str | None] | None = None
    hover: bool = False


@dataclass(frozen=True)
class Scene:
    """Some plots, and what is seen in them in words."""

    plots: Sequence[Plot]
    words: str = ""
    by_name: dict = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self):
        self.by_name.update({plot.name: plot for plot in self.plots})

    def plot(self, name: str) -> Plot:
        """The plot of that name; KeyError if there is none."""
        return self.by_name[name]


def described(scene: Scene, knobs: dict) -> dict:
    """The scene for the browser: JSON, every place a fraction of its axis."""
    return {"words": scene.words, "plots": [_plot(plot, knobs) for plot in scene.plots]}


def _plot(plot, knobs):
    return {"name": plot.name, "title": plot.title, "width": plot.width, "ratio": plot.ratio, "says": plot.says,
            "xlabel": plot.x.label, "ylabel": plot.y.label, "xticks": plot.x.ticks(), "yticks": plot.y.ticks(),
            "touch": plot.touch is not None, "hover": plot.hover,
            "layers": [_layer(layer, plot, knobs) for layer in plot.layers]}


def place(plot: Plot, layer, knobs: dict) -> tuple[float, float]:
    """Where a handle stands, in the axes' units."""
    return tuple(float(knobs[at]) if isinstance(at, str) else at for at in (layer.x, layer.y))


def _layer(layer, plot, knobs):
    if isinstance(layer, Line | Dots):
        data = {"kind": type(layer).__name__.lower(), "at": _pairs(plot, layer.x, layer.y), "name": layer.name,
                "colour": layer.colour if isinstance(layer.colour, str) else list(layer.colour)}
        if isinstance(layer, Line):
            return data | {"width": layer.width, "dashed": layer.dashed}
        return data | {"size": layer.size, "hollow": layer.hollow}
    if isinstance(layer, Picture):
        (x0, x1), (y0, y1) = plot.x.fraction(layer.x).tolist(), plot.y.fraction(layer.y).tolist()
        return {"kind": "picture", "box": [x0, y0, x1, y1], "source": layer.source}
    if isinstance(layer, Rule):
        axis, value = (plot.x, layer.x) if layer.y is None else (plot.y, layer.y)
        return {"kind": "rule", "across": "x" if layer.y is None else "y", "at": _number(axis.fraction(value)),
                "colour": layer.colour, "dashed": layer.dashed, "name": layer.name}
    if isinstance(layer, Label):
        return {"kind": "label", "at": _pairs(plot, [layer.x], [layer.y]), "text": layer.text, "colour": layer.colour}
    if isinstance(layer, Handle):
        x, y = place(plot, layer, knobs)
        return {"kind": "handle", "at": _pairs(plot, [x], [y]), "says": layer.says,
                "moves": [isinstance(layer.x, str), isinstance(layer.y, str)]}
    ends = [_number(plot.x.fraction(knobs[end])) for end in (layer.low, layer.high)]
    return {"kind": "brush", "ends": ends}


def _number(value):
    return None if np.isnan(value) else round(float(value), 5)


def _pairs(plot, x, y):
    """x0, y0, x1, y1, …; None where there is no place."""
    pairs = np.stack([plot.x.fraction(x), plot.y.fraction(y)], axis=-1).round(5)
    return [None if value != value else value for value in pairs.ravel().tolist()]


def _image(pixels):
    """The first row on top.  With up to 256 colours these are numbered, which is smaller to send; no colour changes."""
    from PIL import Image
    rows, columns, channels = pixels.shape
    rgba = np.full((rows, columns, 4), 255, np.uint8)
    rgba[..., :channels] = pixels
    codes = rgba.view(np.uint32)[..., 0]
    found = np.unique(codes)
    if len(found) > 256:
        return Image.fromarray(rgba if rgba[..., 3].min() < 255 else np.ascontiguousarray(rgba[..., :3]))
    colours = found.view(np.uint8).reshape(-1, 4)
    image = Image.fromarray(np.searchsorted(found, codes).astype(np.uint8), "P")
    image.putpalette(colours[:, :3].tobytes())
    image.info["transparency"] = colours[:, 3].tobytes()
    return image
