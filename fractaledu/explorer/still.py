"""The picture for when there is no kernel: a still beside the widget, kept in the notebook's file.

The widget's style sheet hides it (`.fractaledu-still`), so it is seen only where the widget does not live: in a notebook
that was saved and opened again, in nbconvert's HTML, on a web site.
"""
from __future__ import annotations

import base64
import html
import io
import secrets

from ..export import image
from .worker import Worker

FIRST_WAIT = 10.0               # seconds at most that displaying waits for a picture when no browser answers
REST = 3.0                      # seconds without a change before the still is renewed
HOW = ("A still picture. To touch it, open this notebook in JupyterLab (<code>fractaledu lab</code>) and run its cells "
       "from the top.")


class Still:
    """Keeps the still of one or several explorers in the output where they were displayed."""

    def __init__(self, widget, explorers=None):
        self._widget, self._explorers = widget, explorers or [widget]
        self._display_id: str | None = None
        self._last = None
        self._worker = Worker(self._renew, failed=lambda error: None)       # a still is no reason to disturb anybody
        self.close = self._worker.close

    def display(self) -> None:
        """Show the widget and, after it, its still."""
        from IPython.display import display
        bundle = self._widget._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})      # anywidget gives two, ipywidgets one
        display({**data, "text/plain": self.text()}, metadata, raw=True)
        for explorer in self._explorers:
            waited = 0.0
            while not explorer._clients and waited < FIRST_WAIT and not explorer._pictures.wait(0.1):
                waited += 0.1
        self._display_id = secrets.token_hex(8)             # a second display has a still of its own
        self._last = self.html()
        display({"text/html": self._last, "text/plain": self.text()}, raw=True, display_id=self._display_id, update=False)

    def renew(self) -> None:
        """After a moment of rest, put the picture now shown into the notebook."""
        if self._display_id is not None:
            self._worker.request(None)

    def _renew(self, _, cancel):
        if cancel.wait(REST):
            return
        from IPython.display import display
        text = self.html()
        if text != self._last:
            self._last = text
            display({"text/html": text, "text/plain": self.text()}, raw=True, display_id=self._display_id, update=True)

    def text(self) -> str:
        """The still in words."""
        return "\n".join(f"<Explorer {_told(explorer)}>" for explorer in self._explorers)

    def html(self) -> str:
        """The last picture of each explorer and a line that says how to run it."""
        figures = "".join(map(_figure, self._explorers))
        return f'<div class="fractaledu-still" style="display:flex;flex-wrap:wrap;gap:1em">{figures}</div>'


def _told(explorer):
    """Its state; where a teacher hides that, the name of what is iterated."""
    return explorer.problem.title if "state" in explorer._hidden else explorer.state


def _figure(explorer):
    land, title = explorer.landscape, html.escape(explorer.problem.title)
    if land is None:
        return f"<p>{title}: no picture yet. {HOW}</p>"
    data = io.BytesIO()
    image(land, explorer.palette, explorer.mode).convert("RGB").save(data, "JPEG", quality=80)
    source = base64.b64encode(data.getvalue()).decode()
    guess = f"<br>{html.escape(land.guess)}" if land.guess else ""
    return (f'<figure style="margin:0;max-width:100%"><img alt="{title}" style="max-width:100%" '
            f'src="data:image/jpeg;base64,{source}"><figcaption style="max-width:40em"><b>{title}</b>{guess}<br>{HOW}<br>'
            f'<code style="word-break:break-all">{html.escape(_told(explorer))}</code></figcaption></figure>')
