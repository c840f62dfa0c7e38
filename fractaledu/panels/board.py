"""Board: plots and knobs in one widget.  Python says what is seen for which knobs; the browser draws and reports the hand."""
from __future__ import annotations

import pathlib
import threading
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import anywidget
import traitlets as T

from ..browser import Listener, module, style
from . import still
from .knobs import Choice, Knob, Switch, Text
from .scene import Brush, Handle, Scene, described

HERE = pathlib.Path(__file__).parent

__all__ = ["Board", "Choice", "Knob", "Switch", "Text"]


class Board(Listener, anywidget.AnyWidget):
    """Linked plots that follow some knobs.

    Parameters
    ----------
    title : str
    knobs : sequence of Knob, Switch, Choice, Text
    draw : callable
        ``draw(k)``, with the knobs' values as attributes of `k`, returns the Scene to show.  Called for every move of a hand:
        it should take less than 50 ms, and return a scene for every value inside the knobs' bounds.

    Examples
    --------
    >>> def draw(k):
    ...     x = [0.0, 1.0]
    ...     return Scene([Plot("line", Axis("x", 0, 1), Axis("y", 0, 3), [Line(x, [0, k.slope])])], f"slope {k.slope}")
    >>> from fractaledu.panels.scene import Axis, Line
    >>> board = Board("A line", [Knob("slope", "slope", 1.0, 0, 3)], draw)
    >>> board.set(slope=2.0)
    >>> board.scene.words
    'slope 2.0'
    """

    _esm = module(HERE / "board.js")
    _css = style(HERE / "board.css")
    _now = T.Dict().tag(sync=True)

    def __init__(self, title: str, knobs: Sequence[Knob | Switch | Choice | Text], draw: Callable[[SimpleNamespace], Scene]):
        self.title = title
        self._knobs = {knob.name: knob for knob in knobs}
        self._first = {knob.name: knob.check(knob.value) for knob in knobs}
        self._values = dict(self._first)
        self._draw = draw
        self._lock = threading.RLock()          # messages come from another thread than cells
        self._drawn, self._answered, self._refused = 0, ["", 0], {}
        self.scene = draw(SimpleNamespace(**self._values))
        super().__init__()
        self._publish()

    @property
    def knobs(self) -> dict:
        """The present values, by name."""
        return dict(self._values)

    def set(self, **values) -> None:
        """Turn knobs; ValueError, and nothing changed, where there is no such knob or its rule refuses the value."""
        for name in values:
            if name not in self._knobs:
                raise ValueError(f"a knob must be one of {', '.join(self._knobs)}, got {name!r}")
        with self._lock:
            self._turn({name: self._knobs[name].check(value) for name, value in values.items()})
            self._refused = {}
            self._publish()

    def figure(self):
        """The present scene as a matplotlib Figure."""
        return still.figure(self.scene, self._values, self.title)

    def _turn(self, values):
        """Draw the scene of the changed values; where that fails, all stays as it was."""
        changed = self._values | values
        scene = self._draw(SimpleNamespace(**changed))
        self._values, self.scene = changed, scene
        self._drawn += 1

    def _publish(self):
        self._now = {"title": self.title, "drawn": self._drawn, "answered": self._answered, "refused": self._refused,
                     "knobs": [knob.described(self._values[name]) for name, knob in self._knobs.items()],
                     "scene": described(self.scene, self._values)}

    def _receive(self, message):
        """Carry out one message of the browser; nothing it says can raise."""
        if not isinstance(message, dict):
            return
        with self._lock:
            name = str(message.get("name", ""))
            self._answered = [message.get("client", ""), message.get("n", 0)]
            try:
                if message["kind"] != "hello":          # a browser that wants to be answered, and no more
                    self._turn(getattr(self, f"_{message['kind']}")(message))
                    self._refused = {}
            except Exception as error:
                self._refused[name] = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            self._publish()

    # ------------------------------------------------------------ what the hand did -> the knobs' new values

    def _slid(self, message):
        knob = self._knobs[message["name"]]
        return {knob.name: knob.at_stop(message["stop"])}

    def _typed(self, message):
        knob = self._knobs[message["name"]]
        return {knob.name: knob.check(message["value"])}

    def _pressed(self, message):
        """A place of a plot was touched."""
        plot = self.scene.plot(message["plot"])
        return self._at(plot, plot.touch, message)

    def _dragged(self, message):
        """A handle was moved."""
        plot = self.scene.plot(message["plot"])
        handle = [layer for layer in plot.layers if isinstance(layer, Handle)][message["handle"]]
        return self._at(plot, (handle.x, handle.y), message)

    def _reset(self, message):
        """Everything as it was at first."""
        return self._first

    def _at(self, plot, names, message):
        places = zip(names, (plot.x, plot.y), (message["u"], message["v"]), strict=True)
        return {name: self._knobs[name].near(axis.value(fraction)) for name, axis, fraction in places if isinstance(name, str)}

    def _brushed(self, message):
        """An interval was selected, or (without ends) given up."""
        plot = self.scene.plot(message["plot"])
        brush = next(layer for layer in plot.layers if isinstance(layer, Brush))
        names = brush.low, brush.high
        if message.get("ends") is None:
            return {name: self._first[name] for name in names}
        ends = sorted(message["ends"])
        return {name: self._knobs[name].near(plot.x.value(end)) for name, end in zip(names, ends, strict=True)}

    # ------------------------------------------------------------ where there is no browser

    def _repr_mimebundle_(self, **how):
        bundle = super()._repr_mimebundle_(**how)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": f"{self.title}. {self.scene.words}"}, metadata

    def still_html(self) -> str:
        """The present scene as a picture in HTML, for a page without a kernel."""
        return still.html(self.scene, self._values, self.title)

    def _ipython_display_(self):
        from IPython.display import display
        data, metadata = self._repr_mimebundle_()
        display(data, metadata, raw=True)
        display({"text/html": self.still_html(),
                 "text/plain": f"{self.title}. {self.scene.words}"}, raw=True)
