"""A board as a picture: for notebooks without a kernel, and for whoever wants a matplotlib figure."""
from __future__ import annotations

import base64
import html as escaping
import io

import numpy as np

from .scene import COLOURS, Brush, Dots, Handle, Label, Line, Picture, Plot, Rule, Scene, place

GREYS = {"text": "#222222", "faint": "#888888"}
HOW = "A still picture. To turn its knobs, open this notebook in JupyterLab (<code>fractaledu lab</code>) and run its cells."


def _colour(name):
    return COLOURS.get(name) or GREYS.get(name, name)


def figure(scene: Scene, knobs: dict, title: str):
    """A matplotlib Figure of the scene, its plots in rows as wide as the board's."""
    from matplotlib.figure import Figure
    rows = _rows(scene.plots)
    heights = [max(0.85 * plot.ratio * plot.width + 0.13 + 0.026 * _legend_lines(plot) for plot in row) for row in rows]
    fig = Figure(figsize=(9, 9 * sum(heights)), layout="constrained")
    fig.suptitle(title, fontsize="medium")
    for row, sub in zip(rows, np.atleast_1d(fig.subfigures(len(rows), 1, height_ratios=heights)), strict=True):
        axes = sub.subplots(1, len(row), squeeze=False, width_ratios=[plot.width for plot in row])[0]
        for plot, ax in zip(row, axes, strict=True):
            _draw(plot, ax, knobs)
    return fig


def _columns(plot):
    """Of its legend."""
    return 1 if plot.width < 0.4 else 2 if plot.width < 0.8 else 4


def _legend_lines(plot):
    """How many lines its legend has."""
    return -(-sum(bool(getattr(layer, "name", "")) for layer in plot.layers) // _columns(plot))


def _rows(plots):
    """The plots, as many in a row as their widths leave room for."""
    rows: list[list[Plot]] = []
    for plot in plots:
        if rows and sum(other.width for other in rows[-1]) + plot.width <= 1.01:
            rows[-1].append(plot)
        else:
            rows.append([plot])
    return rows


def _draw(plot, ax, knobs):
    ax.set(title=plot.title, xlabel=plot.x.label, ylabel=plot.y.label, box_aspect=plot.ratio)
    for axis, setting in ((plot.x, "x"), (plot.y, "y")):
        ax.set(**{f"{setting}scale": "log" if axis.log else "linear"})
        ticks = axis.ticks()
        getattr(ax, f"set_{setting}ticks")([axis.value(fraction) for fraction, _ in ticks], [text for _, text in ticks])
        ax.minorticks_off()
    for layer in plot.layers:
        _LAYERS[type(layer)](ax, layer, plot, knobs)
    ax.set(xlim=(plot.x.low, plot.x.high), ylim=(plot.y.low, plot.y.high))
    if any(getattr(layer, "name", "") for layer in plot.layers):
        below = -0.13 / max(plot.ratio * plot.width, 0.1) * 0.5
        ax.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, below), ncols=_columns(plot), frameon=False)


def _line(ax, layer, plot, knobs):
    ax.plot(layer.x, layer.y, color=_colour(layer.colour), lw=layer.width, ls="--" if layer.dashed else "-",
            label=layer.name or None)


def _dots(ax, layer, plot, knobs):
    colours = _colour(layer.colour) if isinstance(layer.colour, str) else list(layer.colour)
    how = {"facecolors": "none", "edgecolors": colours} if layer.hollow else {"c": colours}
    ax.scatter(layer.x, layer.y, s=(1.5 * layer.size) ** 2, label=layer.name or None, zorder=2, **how)


def _picture(ax, layer, plot, knobs):
    xs, ys = (np.linspace(*axis.fraction(ends), count + 1) for axis, ends, count in
              ((plot.x, layer.x, layer.rgb.shape[1]), (plot.y, layer.y, layer.rgb.shape[0])))
    values = [[axis.value(fraction) for fraction in fractions] for axis, fractions in ((plot.x, xs), (plot.y, ys))]
    ax.pcolormesh(*values, layer.rgb, rasterized=True)


def _rule(ax, layer, plot, knobs):
    how = {"color": _colour(layer.colour), "ls": "--" if layer.dashed else "-", "lw": 1, "label": layer.name or None}
    ax.axvline(layer.x, **how) if layer.y is None else ax.axhline(layer.y, **how)


def _label(ax, layer, plot, knobs):
    ax.text(layer.x, layer.y, layer.text, color=_colour(layer.colour), fontsize="small", clip_on=True)


def _handle(ax, layer, plot, knobs):
    for colour, width in (("white", 4), ("black", 1.5)):        # hollow: what lies below is seen
        ax.plot(*place(plot, layer, knobs), "o", mfc="none", mec=colour, mew=width, ms=9, zorder=3, clip_on=False)


def _brush(ax, layer, plot, knobs):
    ax.axvspan(knobs[layer.low], knobs[layer.high], fill=False, ec=GREYS["text"], lw=2)


_LAYERS = {Line: _line, Dots: _dots, Picture: _picture, Rule: _rule, Label: _label, Handle: _handle, Brush: _brush}


def html(scene: Scene, knobs: dict, title: str) -> str:
    """The picture with what it says in words; the style sheet of the widget hides it where the widget lives."""
    data = io.BytesIO()
    figure(scene, knobs, title).savefig(data, format="png", dpi=80, bbox_inches="tight")
    alt = escaping.escape(" ".join([title + ".", *(plot.says for plot in scene.plots)]), quote=True)
    return (f'<figure class="fractaledu-still" style="margin:0"><img style="max-width:100%" alt="{alt}" '
            f'src="data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}">'
            f"<figcaption>{escaping.escape(scene.words)}<br>{HOW}</figcaption></figure>")
