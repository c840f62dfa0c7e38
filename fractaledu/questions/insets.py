"""Figures with words for those who do not see them: below a question as a widget, or on their own."""
from __future__ import annotations

import base64
import html
import io
import sys

import ipywidgets

SHARPNESS = 2                   # pixels of the picture per pixel of the page
LARGEST_PNG = 400_000           # bytes; a picture of grains needs megabytes, and comes as WebP instead


def is_figure(thing) -> bool:
    """Whether `as_widget` can show it; a function that makes such a thing counts."""
    return isinstance(thing, ipywidgets.Widget) or _drawn(thing) is not None or callable(thing)


def hold_back(thing) -> None:
    """Keep a matplotlib figure from being shown at the end of the cell that made it."""
    figure, pyplot = _drawn(thing), sys.modules.get("matplotlib.pyplot")
    if figure is not None and pyplot is not None:
        pyplot.close(figure)


def as_widget(thing, alt="") -> ipywidgets.Widget:
    """A widget as it is; a matplotlib figure (or what was drawn in one) as a picture; a function's result likewise.

    Raises
    ------
    ValueError
        If it is none of these.  What a function raises is passed on.
    """
    if not isinstance(thing, ipywidgets.Widget) and _drawn(thing) is None and callable(thing):
        thing = thing()
    if isinstance(thing, ipywidgets.Widget):
        return thing
    figure = _drawn(thing)
    if figure is None:
        raise ValueError(f"figure must give a widget or a matplotlib figure, got {type(thing).__name__}")
    hold_back(figure)
    return ipywidgets.HTML(_picture(figure, alt or described(figure)))


def still(thing, alt="") -> str:
    """What `as_widget` takes, as HTML without a kernel: a picture, or the one that the widget keeps for it."""
    widget = as_widget(thing, alt)
    return widget.value if isinstance(widget, ipywidgets.HTML) else widget.still_html()


class Picture:
    """A matplotlib figure as a picture with a text in its place (`alt`), for notebooks and for pages made of them."""

    def __init__(self, drawn, alt=""):
        figure = _drawn(drawn)
        if figure is None:
            raise ValueError(f"drawn must be a matplotlib figure or something drawn in one, got {type(drawn).__name__}")
        hold_back(figure)
        self.alt = alt or described(figure)
        self._html = _picture(figure, self.alt)

    def _repr_html_(self):
        return self._html

    def __repr__(self):
        return self.alt


def described(figure) -> str:
    """A matplotlib figure in words: its titles, axes and legends."""
    title = figure.get_suptitle()
    parts = [title] if title else []
    for ax in figure.axes:
        labels = " against ".join(filter(None, (ax.get_ylabel(), ax.get_xlabel())))
        legend = ax.get_legend()
        names = "" if legend is None else "with " + ", ".join(text.get_text() for text in legend.get_texts())
        parts.append(", ".join(filter(None, (ax.get_title(), labels, names))))
    return "Figure: " + "; ".join(filter(None, parts)) if any(parts) else "Figure"


def _drawn(thing):
    """The matplotlib figure that this is, or is part of; None if there is none."""
    if "matplotlib.figure" not in sys.modules:
        return None
    from matplotlib.artist import Artist
    if isinstance(thing, list | tuple) and thing:
        thing = thing[0]
    return thing.get_figure(root=True) if isinstance(thing, Artist) else None


def _picture(figure, alt):
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=SHARPNESS * figure.dpi, bbox_inches="tight")
    png = data.getvalue()
    width = int.from_bytes(png[16:20], "big") // SHARPNESS          # as every PNG says in its first bytes
    kind, content = ("png", png) if len(png) <= LARGEST_PNG else ("webp", _webp(png))
    return (f'<img alt="{html.escape(alt, quote=True)}" width="{width}" style="max-width:100%;height:auto" '
            f'src="data:image/{kind};base64,{base64.b64encode(content).decode()}">')


def _webp(png):
    from PIL import Image
    data = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(data, "WEBP", quality=90)
    return data.getvalue()
