"""Figures of landscapes and traces."""
from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, NullLocator

from ..colour import STATES, basin_legend, check_mode, colours, legend_strip
from ..landscape import Landscape
from ..problems import SIZE
from ..ticks import deep_ticks, even_ticks, shortened, tick_texts, wide
from ..traces import Trace
from .plotting import plot


@plot.register
def _(land: Landscape, ax=None, palette="two-sided", mode=None, reference=None, legend=True):
    mode = check_mode(land, mode)
    own = ax is None
    if own:
        rows = max(0, len(basin_legend(land)) - 4) if mode == "basins" else 0
        _, ax = plt.subplots(figsize=(5, 6.4 + 0.12 * rows), layout="constrained")
    artist = show_map(ax, land, colours(land, palette, mode, reference))
    ax.set_title(land.problem.title, fontsize="medium")
    if land.guess:
        ax.text(0.02, 0.98, land.guess, transform=ax.transAxes, va="top", fontsize="small", wrap=True, gid="guess",
                bbox={"facecolor": "white", "edgecolor": "0.3", "boxstyle": "square,pad=0.3"}, color="black")
    if legend:
        _legend(ax, land, palette, mode, own)
    return artist


@plot.register
def _(trace: Trace, ax=None):
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
    lines = ax.plot(np.moveaxis(trace.watched, -1, 0), linewidth=1.2)
    if np.nanmax(trace.watched, initial=0) > 0:
        ax.set_yscale("log", nonpositive="mask")        # a loss of exactly 0 happens, and has no logarithm
    ax.set_xlabel("step")
    ax.set_ylabel("loss" if trace.problem.watched.relative else trace.problem.watched.name)
    ax.set_title(trace.problem.title, fontsize="medium")
    return lines


def show_map(ax, land, picture, **how):
    """A picture (rows, columns, …) of a landscape's view, its axes in true units (in an exact view in fractions of it)."""
    view = land.view
    # On a log axis imshow would space the pixels evenly in true units, but they are even in logarithms, as the axis is
    # drawn: there the picture fills the frame instead.
    even = view.x_scale == view.y_scale == "linear" and view.exact is None
    place = {"extent": (*view.x, *view.y)} if even else {"extent": (0, 1, 0, 1), "transform": ax.transAxes}
    artist = ax.imshow(picture, origin="lower", aspect="auto", interpolation="nearest", **place, **how)
    if view.exact is None:
        _true_units(ax, "x", view.x, view.x_scale, land.problem.x_label)
        _true_units(ax, "y", view.y, view.y_scale, land.problem.y_label)
    else:
        _deep_units(ax, view, (land.problem.x_label, land.problem.y_label))
    ax.set_box_aspect(land.size[1] / land.size[0])
    return artist


def _true_units(ax, name, bounds, scale, label):
    axis = getattr(ax, f"{name}axis")
    getattr(ax, f"set_{name}scale")("log" if scale == "log10" else "linear")
    getattr(ax, f"set_{name}lim")(bounds)
    if wide(bounds, scale):
        axis.set_major_locator(LogLocator(numticks=7))
    else:
        places = even_ticks(bounds)
        texts, shared = tick_texts(places)
        axis.set_major_locator(FixedLocator(places))
        axis.set_major_formatter(FixedFormatter(texts))
        if shared:
            label += f"\n= {shared[0]} + tick × $10^{{{shared[1]}}}$"
    axis.set_minor_locator(NullLocator())
    getattr(ax, f"set_{name}label")(label)


def _deep_units(ax, view, labels):
    """Ticks as offsets from a number that the axis' label says: float64, and so matplotlib, cannot tell its bounds apart."""
    for k, (name, label) in enumerate(zip("xy", labels, strict=True)):
        places, texts, (shared, power) = deep_ticks(view, k)
        getattr(ax, f"set_{name}lim")(0, 1)
        axis = getattr(ax, f"{name}axis")
        axis.set_major_locator(FixedLocator(places))
        axis.set_major_formatter(FixedFormatter(texts))
        said = f"{shortened(shared)} + " if shared else ""
        getattr(ax, f"set_{name}label")(f"{label}\n= {said}tick × $10^{{{power}}}$")


def _legend(ax, land, palette, mode, own):
    if mode in ("rank", "value"):
        strip = ax.figure.colorbar(ScalarMappable(cmap=ListedColormap(legend_strip(palette) / 255)), ax=ax, location="bottom",
                                   aspect=28, pad=0.03)
        sides = land.problem.watched.sides
        orbit = land.problem.watched == SIZE            # inside, the value is the size of the orbit, not a speed
        ends = ([f"−{land.steps}", "−1 | 1", f"{land.steps}"] if mode == "value" else
                ["wide orbit", "small orbit | fast", "slow"] if orbit else ["slow", "fast | fast", "slow"])
        strip.set_ticks([0, 0.25, 0.5, 0.75, 1], labels=[ends[0], sides[0], ends[1], sides[1], ends[2]], fontsize="small")
        strip.ax.tick_params(length=0)
        strip.outline.set_visible(False)
        words = "value, logarithmic" if mode == "value" else f"rank of the {'value' if orbit else 'speed'} in this picture"
        strip.ax.set_title(f"colour: {words}", fontsize="small", pad=3)
        return
    if mode in ("verdict", "patterns"):
        hatches = ("///", None, "xxxx") if mode == "patterns" else (None,) * 3
        patches = [Patch(facecolor=colour, edgecolor="0.5", hatch=hatch, label=word)
                   for (colour, word), hatch in zip(STATES.values(), hatches, strict=True)]
    else:
        shown = basin_legend(land)
        patches = [Patch(facecolor=colour, label=word) for colour, word in shown]
    shaded = " (darker: after more steps)" if (land.arrival >= 0).any() else ""
    title = f"settles at{shaded}" if mode == "basins" else None
    widest = max(len(patch.get_label()) for patch in patches)
    columns = max(1, min(len(patches), 46 // (widest + 4)))
    how = {"handles": patches, "ncols": columns, "fontsize": "small", "title": title, "title_fontsize": "small",
           "frameon": False}
    if own:                                     # only there does the layout keep room for it
        ax.figure.legend(loc="outside lower center", **how)
    else:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), **how)
