"""Explorer: the picture one can touch, the run behind the pixel, the knobs.  Everything works without a browser too.

The browser (explorer.js) knows no numbers of the map: it speaks of points as fractions of a view that it or we named, sends
what the hand did (`_receive`), and is told the state (`_now`, `_schema`), pictures and runs.
"""
from __future__ import annotations

import contextlib
import pathlib
import threading
from collections import OrderedDict

import anywidget
import traitlets as T

from .. import deep
from ..browser import module, style
from ..colour import default_mode
from ..landscape import Landscape
from ..problems import Problem
from ..recipes import Recipe
from ..view import View, check_size
from . import described
from .controls import RESOLUTIONS, controls, family, looks, turned
from .conversation import Conversation
from .exports import Exports
from .history import History
from .inspector import Inspections, Runs, runs_at
from .knobs import OWN, Knobs, Option
from .pictures import Pictures
from .points import check_pair, suited
from .presets import presets_of
from .situations import Situations
from .still import Still

HERE = pathlib.Path(__file__).parent
LOCKABLE = "view", "x", "y", "steps", "palette", "mode", "resolution", "pins", "precision"
HIDEABLE = *LOCKABLE[1:], "views", "export", "inspector", "state"


class Explorer(Situations, Conversation, Knobs, anywidget.AnyWidget):
    """A map with the run behind each pixel; made by `explore`.

    Every control is a trait, to be set and observed from Python: those below, and the options of the system (`power`,
    `a_real`, `condition`, `width`, …).  A wrong value raises ValueError (one of the wrong type traitlets.TraitError) and
    changes nothing.

    Attributes
    ----------
    problem : Problem
        What is iterated; follows the options.
    view : View
        Where.
    steps : int
    resolution : int
        Columns of the picture.
    palette, mode : str
        As in `colours`; changing them computes nothing.
    precision : {"auto", "float64", "exact"}
        Where float64 has too few digits, "auto" goes on exactly and "float64" stops with a sentence; as in `render`.
    x, y : float or decimal.Decimal
        The cross-hair, in true units; positive on log10 axes.  May be set to text such as "48.354074…"; Decimals in an exact
        view, and wherever more digits were given than float64 holds.
    pins : tuple of (x, y)
        Points whose runs are kept for comparison, at most five; numbers as the cross-hair's.
    bookmarks : dict
        Name -> state: the views that were kept.
    guess : bool, default True
        Whether a picture that takes more than a second shows, while it is under way, a preview whose calm places are filled in
        from their neighbours and which says so; from the next picture on.  The settled picture is always computed.
    """

    _esm = module(HERE / "explorer.js")
    _css = style(HERE / "explorer.css")
    _schema = T.Dict().tag(sync=True)
    _now = T.Dict().tag(sync=True)

    def __init__(self, recipe: Recipe, lock=(), hide=(), large=False, presets=None, guess=True):
        self.problem: Problem = recipe.problem
        self._first = recipe.problem
        self._lock, self._silent = threading.RLock(), True
        # a number of somebody's own map whose name means something here already has no knob
        self._family = [name for name in family(self.problem) if self.problem.name is not None or not hasattr(Explorer, name)]
        self._size = recipe.size
        self._presets = presets_of(self.problem) if presets is None else presets
        self._locked, self._hidden, self._large = set(lock), set(hide), large
        super().__init__(view=recipe.view, guess=guess)
        self.add_traits(**{name: Option(allow_none=True) for name in self._family})
        for kind, names, known in (("lock", lock, LOCKABLE), ("hide", hide, HIDEABLE)):
            for name in names:
                if name not in (*known, *self._family):
                    raise ValueError(f"{kind} must name {', '.join((*known, *self._family))}, got {name!r}")
        self._pictures = Pictures(self, self._failed)
        self._inspections = Inspections(self)
        self._exports = Exports(self)
        self._still = Still(self)
        self._clients: set[str] = set()
        self._answered = ["", 0]
        self._views: OrderedDict[str, View] = OrderedDict()         # by id, those the browser may still speak of
        self._view_id, self._view_from, self._count = "", None, 0
        self._history = History()
        self._kept: dict[str, Recipe] = {}                          # bookmarks, by name
        self._busy, self._question, self._look = "", 0, 0           # the numbers of the last question and of its colours
        at = recipe.at or recipe.view.centre
        self._home = recipe.view, at
        self._silent = False
        self._restore(recipe.problem, recipe.view, recipe.steps, gesture=None, palette=recipe.look.get("palette", "two-sided"),
                      mode=recipe.look.get("mode") or default_mode(recipe.problem), resolution=recipe.size[0],
                      x=at[0], y=at[1], pins=recipe.pins, precision=recipe.precision)
        self.observe(self._changed, [*OWN, *self._family, "bookmarks"])

    # ------------------------------------------------------------ what Python sees

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the picture."""
        return self._size

    @property
    def recipe(self) -> Recipe:
        """The question that the picture answers, with the colours, the cross-hair and the pins."""
        with self._lock:
            view = self.view
            return Recipe(self.problem, view, self._size, self.steps, {"palette": self.palette, "mode": self.mode},
                          suited(view, (self.x, self.y)), tuple(suited(view, pin) for pin in self.pins), self.precision)

    @property
    def state(self) -> str:
        """One line of text that makes this explorer again: `fe.explore(state=…)`."""
        return self.recipe.to_text()

    @property
    def code(self) -> str:
        """Python lines that make this picture without the explorer."""
        return described.code(self.recipe)

    @property
    def landscape(self) -> Landscape | None:
        """What the picture shows; `complete` when it has settled.  None before the first, and at the float floor."""
        shown = self._pictures.shown
        return None if shown is None else shown.land

    @property
    def settled(self) -> bool:
        """Whether nothing is computed or asked for."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the finished picture; False if `timeout` seconds were not enough."""
        return self._pictures.wait(timeout) and self._inspections.wait(timeout)

    def save(self, path, size=None) -> None:
        """Compute the picture at `size` (columns, rows; default: as shown) and write it: .png with its recipe, or .npz."""
        self._exports.save(path, self.recipe, size)

    def inspect(self, x=None, y=None) -> Runs:
        """The run at a point (default: the cross-hair), its neighbour one pixel away and the pinned ones."""
        recipe = self.recipe
        return runs_at(recipe, recipe.at if x is None else suited(self.view, check_pair(self.problem, self.view, (x, y))))

    def stop(self) -> None:
        """Stop computing; what is there stays, and `resume` goes on from it."""
        with self._lock:
            if self._busy == "computing":
                self._pictures.stop()
                self._busy = "stopped"
                self._publish()

    def resume(self) -> None:
        """Go on where `stop` stopped."""
        self._ask_picture()

    def close(self) -> None:
        """End the background work too."""
        for worker in (self._pictures, self._inspections, self._exports, self._still):
            worker.close()
        super().close()

    def still_html(self) -> str:
        """The finished picture in HTML, for a page without a kernel."""
        self.wait()
        return self._still.html()

    def _ipython_display_(self):
        self._still.display()

    # ------------------------------------------------------------ traits

    def _size_of(self, columns):
        return check_size((columns, max(1, round(columns * self._size[1] / self._size[0]))))

    @contextlib.contextmanager
    def _silently(self):
        before, self._silent = self._silent, True
        try:
            yield
        finally:
            self._silent = before

    def _changed(self, change):
        with self._lock:                        # first: another thread may be silent at this moment
            if self._silent:
                return
            name = change.name
            if name in self._family:
                self._restore(turned(self.problem, name, change.new), self.view, self.steps, self._gesture_now)
            elif name in ("palette", "mode"):
                self._look += 1
                self._publish()
                self._pictures.again()
                self._inspections.ask()
            elif name in ("x", "y", "pins"):
                self._publish()
                self._inspections.ask()
            elif name == "bookmarks":
                self._kept = {key: self._kept.get(key) or Recipe.from_text(text) for key, text in self.bookmarks.items()}
                self._publish_schema()
            else:
                if name == "resolution":
                    self._size = self._size_of(self.resolution)
                if name == "precision":
                    with self._silently():
                        self._show(self.view)
                        self._suit_points()
                if name == "view":
                    self._name_view(self._next_id)
                    with self._silently():
                        self._suit_points()
                self._moved()

    @property
    def _at_floor(self):
        """Whether float64 cannot show the view, and nothing else may."""
        return self.view.at_float_floor(self._size) and self._computed == "float64"

    @property
    def _goes_on(self):
        """Whether the map goes on past float64."""
        return deep.supports(self.problem) and self.precision != "float64"

    @property
    def _computed(self):
        """How the picture is computed: "float64" or "exact"."""
        return deep.chosen(self.problem, self.view, self._size, self.precision)

    def _name_view(self, view_id=None):
        self._count += 1
        before = self._views.get(self._view_id)
        self._view_from = None
        if before is not None and (before.x_scale, before.y_scale) == (self.view.x_scale, self.view.y_scale):
            self._view_from = [self._view_id, before.fractions_of(self.view)]
        self._view_id = view_id or f"k{self._count}"
        self._views[self._view_id] = self.view
        while len(self._views) > 100:
            self._views.popitem(last=False)

    # ------------------------------------------------------------ pictures

    def _ask_picture(self):
        with self._lock:
            self._question += 1
            recipe = self.recipe
            if self._at_floor:
                self._pictures.none()
                self._busy = ""
            else:
                self._busy = "computing"
                self._pictures.ask(recipe, self._question, self._view_id)
            self._publish()
            self._inspections.ask()

    def _finished(self, cancel):
        """The last pass is on the screen."""
        with self._lock:
            if cancel.is_set():
                return
            self._busy = ""
            self._publish()
        self._inspections.mark_legend()
        self._still.renew()

    # ------------------------------------------------------------ what the browser is told

    def _publish(self):
        with self._lock:
            busy = self._busy
            self._now = described.now(self) | {"answered": self._answered, "busy": busy}

    def _publish_schema(self):
        # the sliders of somebody's own map keep the range that they began with
        known = controls(self._first if self.problem.name is None else self.problem)
        knobs = [knob for knob in known if knob.name in self._family]
        self._schema = described.schema(self, [*knobs, *looks(self.problem)], RESOLUTIONS)

    def _failed(self, error):
        with self._lock:
            self._busy = ""
            self._publish()
        self.send({"kind": "refused", "name": "", "why": f"The last picture stays: {type(error).__name__}: {error}"})
