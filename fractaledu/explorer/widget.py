"""Explorer: the picture one can touch, the run behind the pixel, the knobs.  Everything works without a browser too.

The browser (explorer.js) knows no numbers of the map: it speaks of points as fractions of a view that it or we named, sends
what the hand did (`_receive`), and is told the state (`_now`, `_schema`), pictures and runs.
"""
from __future__ import annotations

import contextlib
import math
import pathlib
import threading
import time
from collections import OrderedDict

import anywidget
import numpy as np
import traitlets as T

from ..colour import check_look, check_mode, places
from ..engine import available_threads
from ..landscape import Landscape
from ..problems import Problem
from ..recipes import MOST_PINS, Recipe
from ..rendering import refine, thinned
from ..view import View, check_size
from . import described
from .controls import RESOLUTIONS, controls, family, looks, turned, value_of
from .conversation import Conversation
from .exports import Exports
from .frames import encoded, legend, place_on_legend, swatch_of
from .inspector import SLOW_RUN, Runs, beside, pixel_at
from .outbox import Outbox
from .presets import presets_of
from .still import Still
from .worker import Worker

HERE = pathlib.Path(__file__).parent
FIRST_FRAME = 0.06                  # seconds that the coarsest pass may take
QUIET = 0.06, 1.0                   # seconds of rest before the PNG is sent, on a quick and on a slow link
KNOWN_BYTES = 32 * 2 ** 20          # of pictures seen before that are kept
LONGEST_HISTORY = 200
OWN = ("x", "y", "view", "steps", "palette", "mode", "resolution", "pins")
LOCKABLE = ("view", "x", "y", "steps", "palette", "mode", "resolution", "pins", "views", "export", "inspector", "state")


class _Option(T.TraitType):
    """A knob of the system as a trait: a wrong value is refused with the rule and changes nothing."""

    def validate(self, explorer, value):
        return value_of(turned(explorer.problem, self.name, value), self.name)


class Explorer(Conversation, anywidget.AnyWidget):
    """A map with the run behind each pixel; made by `explore`.

    Every control is a trait, to be set and observed from Python: those below, and the options of the system (`power`,
    `a_real`, `condition`, `width`, …).  A wrong value raises ValueError and changes nothing.

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
    x, y : float
        The cross-hair, in true units; positive on log10 axes.
    pins : tuple of (float, float)
        Points whose runs are kept for comparison, at most five.
    bookmarks : dict
        Name -> state: the views that were kept.
    landscape : Landscape or None
        What the picture shows; its `stride` is 1 when it is complete.  None before the first, and at the float floor.
    """

    _esm = HERE / "explorer.js"
    _css = HERE / "explorer.css"
    _schema = T.Dict().tag(sync=True)
    _now = T.Dict().tag(sync=True)

    steps = T.Int()
    resolution = T.Int()
    palette = T.Unicode()
    mode = T.Unicode()
    x = T.Float()
    y = T.Float()
    view = T.Instance(View)
    pins = T.Tuple()
    bookmarks = T.Dict()

    def __init__(self, recipe: Recipe, lock=(), hide=(), large=False, presets=None):
        self.problem: Problem = recipe.problem
        self.landscape: Landscape | None = None
        self._lock, self._silent = threading.RLock(), True
        self._family = family(self.problem)
        self._size = recipe.size
        self._presets = presets_of(self.problem) if presets is None else presets
        self._locked, self._hidden, self._large = set(lock), set(hide), large
        super().__init__(view=recipe.view)
        self.add_traits(**{name: _Option(allow_none=True) for name in self._family})
        for kind, names in (("lock", lock), ("hide", hide)):
            for name in names:
                if name not in (*LOCKABLE, *self._family):
                    raise ValueError(f"{kind} must name {', '.join((*LOCKABLE, *self._family))}, got {name!r}")
        self._pictures = Worker(self._draw, self._failed)
        self._inspections = Worker(self._inspect, self._failed)
        self._outbox = Outbox(lambda content, data: self.send(content, [data]))
        self._exports = Exports(self)
        self._still = Still(self)
        self._clients: set[str] = set()
        self._answered = ["", 0]
        self._views: OrderedDict[str, View] = OrderedDict()         # by id, those the browser may still speak of
        self._view_id, self._view_from, self._count = "", None, 0
        self._known: OrderedDict[str, Landscape] = OrderedDict()    # thinned, by recipe
        self._known_places = None                                   # of the landscape shown, for the legend
        self._pixel_seconds: dict[tuple, float] = {}                # by system and steps
        self._run_seconds: dict[tuple, float] = {}
        self._run_tried: set[tuple] = set()
        self._history, self._position, self._gesture = [], -1, None
        self._busy, self._version = "", 0                           # counts what a picture can depend on
        # One processor stays free for the browser and the kernel's own messages, where there is more than one.
        self._threads = max(1, available_threads() - 1)
        self._home = recipe.view
        at = recipe.at or recipe.view.centre
        self._silent = False
        self._restore(recipe.problem, recipe.view, recipe.steps, gesture=None, palette=recipe.look.get("palette", "two-sided"),
                      mode=recipe.look.get("mode") or check_mode_of(recipe.problem), resolution=recipe.size[0],
                      x=at[0], y=at[1], pins=recipe.pins)
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
            return Recipe(self.problem, self.view, self._size, self.steps, {"palette": self.palette, "mode": self.mode},
                          (self.x, self.y), self.pins)

    @property
    def state(self) -> str:
        """One line of text that makes this explorer again: `fe.explore(state=…)`."""
        return self.recipe.to_text()

    @property
    def code(self) -> str:
        """Python lines that make this picture without the explorer."""
        return described.code(self.recipe)

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

    def undo(self) -> None:
        """Back to the situation before the last change of the view, the steps or an option."""
        self._step_back(-1)

    def redo(self) -> None:
        """Undo the last undo."""
        self._step_back(1)

    def home(self) -> None:
        """Back to the first view; from there to the whole map."""
        with self._lock:
            self.view = self.problem.view if self.view == self._home else self._home

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

    def go(self, state: str) -> None:
        """Take over a state of the same kind of system, as `state` gives it."""
        recipe = Recipe.from_text(state)
        if family(recipe.problem) != self._family:
            raise ValueError(f"state must be one of this explorer's systems, got {recipe.problem.title}: use "
                             "fe.explore(state=…) for that")
        at = recipe.at or recipe.view.centre
        with self._lock:
            self._size = recipe.size
            look = {key: recipe.look[key] for key in ("palette", "mode") if key in recipe.look}
            self._restore(recipe.problem, recipe.view, recipe.steps, gesture=None, resolution=recipe.size[0],
                          x=at[0], y=at[1], pins=recipe.pins, **look)

    def close(self) -> None:
        """End the background work too."""
        for worker in (self._pictures, self._inspections):
            worker.close()
        self._exports.close()
        self._still.close()
        super().close()

    def _ipython_display_(self):
        self._still.display()

    # ------------------------------------------------------------ traits

    @T.validate("steps")
    def _check_steps(self, proposal):
        return self.problem.check_steps(proposal.value)

    @T.validate("resolution")
    def _check_resolution(self, proposal):
        return self._size_of(proposal.value)[0]

    @T.validate("palette", "mode")
    def _check_look(self, proposal):
        name = proposal.trait.name
        check_look(self.problem, *((proposal.value, None) if name == "palette" else (None, proposal.value)))
        return proposal.value

    @T.validate("x", "y")
    def _check_point(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if not math.isfinite(value) or (getattr(self.problem.view, f"{name}_scale") == "log10" and not value > 0):
            raise ValueError(f"{name} must be finite, and positive on a log10 axis, got {value}")
        return value

    @T.validate("pins")
    def _check_pins(self, proposal):
        if len(proposal.value) > MOST_PINS:
            raise ValueError(f"pins must be at most {MOST_PINS}, got {len(proposal.value)}")
        return tuple((float(x), float(y)) for x, y in proposal.value)

    @T.validate("view")
    def _check_view(self, proposal):
        view, own = proposal.value, self.problem.view
        if (view.x_scale, view.y_scale) != (own.x_scale, own.y_scale):
            raise ValueError(f"view must have {own.x_scale} and {own.y_scale} axes, got {view.x_scale} and {view.y_scale}")
        return view

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
        if self._silent:
            return
        with self._lock:
            name = change.name
            if name in self._family:
                self._restore(turned(self.problem, name, change.new), self.view, self.steps, self._gesture_now)
            elif name in ("palette", "mode"):
                self._version += 1
                self._publish()
                self._show(self.landscape)
                self._ask_run()
            elif name in ("x", "y", "pins"):
                self._publish()
                self._ask_run()
            elif name == "bookmarks":
                self._publish_schema()
            else:
                if name == "resolution":
                    self._size = self._size_of(self.resolution)
                if name == "view":
                    self._name_view(self._next_id)
                self._moved()

    def _restore(self, problem, view, steps, gesture, **others):
        """Take over a whole situation in one go."""
        with self._lock, self._silently():
            old = self.problem
            same_plane = (problem.symbols, problem.view.x_scale, problem.view.y_scale) == (
                old.symbols, old.view.x_scale, old.view.y_scale)
            self.problem = problem
            if not same_plane and view == self.view:            # the old place means nothing on the new axes
                view = self._home = problem.view
                self.x, self.y = view.centre
                self.pins = ()
            for name in self._family:
                self.set_trait(name, value_of(problem, name))
            self.steps = min(steps, problem.most_steps)
            for name, value in others.items():
                setattr(self, name, value)
            self._size = self._size_of(self.resolution)
            if view != self.view or not self._view_id:
                self.view = view
                self._name_view(self._next_id)
            if self.mode == "basins" and not problem.attractors:
                self.mode = "rank"
            self._publish_schema()
        self._moved(gesture)

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

    def _moved(self, gesture=None):
        """The picture is another one: remember the situation and ask for the picture."""
        gesture = gesture or self._gesture_now
        entry = self.problem, self.view, self.steps
        if gesture is None or gesture != self._gesture or self._position < 1:
            self._history = [*self._history[:self._position + 1], entry][-LONGEST_HISTORY:]
            self._position = len(self._history) - 1
        else:                                               # one drag is one entry
            self._history = [*self._history[:self._position], entry]
        self._gesture = gesture
        self._ask_picture()

    def _step_back(self, by):
        with self._lock:
            if not 0 <= self._position + by < len(self._history):
                return
            self._position += by
            kept, position = self._history, self._position
            self._restore(*kept[position], gesture=None)
            self._history, self._position, self._gesture = kept, position, None
            self._publish()

    # ------------------------------------------------------------ pictures

    def _ask_picture(self):
        with self._lock:
            self._version += 1
            recipe, view_id = self.recipe, self._view_id
            floor = recipe.view.at_float_floor(recipe.size)
            if floor:
                self._pictures.stop()
                self.landscape, self._busy = None, ""
            else:
                self._busy = "computing"
                self._pictures.request((recipe, view_id))
            self._publish()
            self._ask_run()

    def _draw(self, job, cancel):
        recipe, view_id = job
        key = Recipe(recipe.problem, recipe.view, recipe.size, recipe.steps).to_text() + str(id(recipe.problem.system)) * (
            recipe.problem.name is None)
        shown = -1

        def progress(done, total):
            nonlocal shown
            if int(50 * done / total) != shown and self._clients and not cancel.is_set():
                shown = int(50 * done / total)
                self.send({"kind": "progress", "share": done / total})
        began, known, first = time.perf_counter(), self._known.get(key), True
        for land in refine(recipe, self._coarsest(recipe), self._threads, progress=progress, cancel=cancel,
                           known=known):
            if cancel.is_set():
                return
            self._keep(key, land)
            self._show(land, view_id, cancel, first=first)
            first = False
        if known is None:
            self._pixel_seconds[_cost_key(recipe)] = (time.perf_counter() - began) / math.prod(recipe.size)
        with self._lock:
            if not cancel.is_set():
                self._busy = ""
                self._publish()
        self._still.renew()

    def _coarsest(self, recipe):
        """The finest first pass that takes no longer than FIRST_FRAME, as far as is known."""
        cost = self._pixel_seconds.get(_cost_key(recipe), 1e-3)
        pixels = math.prod(recipe.size)
        return next((k for k in (8, 16) if pixels / k ** 2 * cost < FIRST_FRAME), 32)

    def _keep(self, key, land):
        thin = thinned(land)
        self._known[key] = thin
        self._known.move_to_end(key)
        while sum(kept.pixels.nbytes for kept in self._known.values()) > KNOWN_BYTES and len(self._known) > 1:
            self._known.popitem(last=False)

    def _show(self, land, view_id=None, cancel=None, first=False):
        """Put a landscape on the screen; the heavy PNG of a finished one waits for a moment of rest."""
        if land is None:
            return
        with self._lock:
            if cancel is not None and cancel.is_set():
                return
            self.landscape, self._known_places = land, None
            palette, mode, view_id, version = self.palette, self.mode, view_id or self._view_id, self._version
        if not self._clients:
            return
        mode = check_mode(land, mode if mode != "basins" or land.problem.attractors else None)

        def make(final):
            content, data = encoded(land, palette, mode, final)
            return content | {"kind": "frame", "view": view_id, "version": version}, data
        final = land.stride == 1
        if final and cancel is not None:
            if first or self._outbox.slow:
                self._outbox.offer(lambda: make(False))
            cancel.wait(QUIET[self._outbox.slow])
            if cancel.is_set():
                return
        self._outbox.offer(lambda: make(final))

    # ------------------------------------------------------------ runs

    def _ask_run(self, view_id=None, u=None, v=None, serial=0, hover=False):
        if "inspector" not in self._hidden:
            self._inspections.request((self.recipe, self._view_id if view_id is None else view_id, u, v, serial, hover))

    def inspect(self, x=None, y=None) -> Runs:
        """The run at a point (default: the cross-hair), its neighbour one pixel away and the pinned ones."""
        recipe = self.recipe
        x, y = recipe.at if x is None else (x, y)
        other, words = beside(recipe, x, y)
        return Runs(recipe.problem, recipe.steps, [(x, y), other, *recipe.pins], words)

    def _inspect(self, job, cancel):
        recipe, view_id, u, v, serial, hover = job
        key = _cost_key(recipe)
        seconds = self._run_seconds.get(key, 0.0)
        if hover and seconds > SLOW_RUN:
            self.send({"kind": "costly", "seconds": seconds, "serial": serial})
            return
        if u is None:
            x, y = recipe.at
        else:
            column, row = pixel_at(recipe, u, v)
            xs, ys = recipe.view.positions(recipe.size)
            x, y = float(xs[column]), float(ys[row])
        other, words = beside(recipe, x, y)
        runs = Runs(recipe.problem, recipe.steps, [(x, y), other, *recipe.pins], words)
        if runs.seconds < SLOW_RUN or key in self._run_tried:       # the first may have waited for the compiler
            self._run_seconds[key] = min(runs.seconds, self._run_seconds.get(key, runs.seconds))
        self._run_tried.add(key)
        if cancel.is_set() or not self._clients:
            return
        curves, orbits = runs.curves(), runs.orbits(recipe.view)
        content = described.run(recipe, runs) | {
            "kind": "run", "serial": serial, "view": view_id, "at": recipe.view.fraction(x, y),
            "curves": len(curves), "orbits": len(orbits), "legend": self._place_on_legend(recipe, x, y)}
        self.send(content, [*curves, *orbits])
        inset = runs.inset()
        if inset and not cancel.is_set():
            self.send({"kind": "inset", "serial": serial, "title": inset[0]}, [inset[1]])

    def _place_on_legend(self, recipe, x, y):
        land = self.landscape
        if land is None or land.view != recipe.view or land.size != recipe.size:
            return None
        u, v = recipe.view.fraction(x, y)
        if not (0 <= u <= 1 and 0 <= v <= 1):
            return None
        column, row = pixel_at(recipe, u, v)
        mode = check_mode(land, self.mode)
        if mode not in ("rank", "value"):
            return {"swatch": swatch_of(land, row, column, mode)}
        kept = self._known_places
        if kept is None or kept[0] is not land or kept[1] != mode:
            kept = self._known_places = land, mode, places(land, mode).astype(np.float32)
        return {"strip": place_on_legend(land, float(kept[2][row, column]))}

    # ------------------------------------------------------------ what the browser is told

    def _publish(self):
        with self._lock:
            busy = self._busy
            self._now = described.now(self) | {"answered": self._answered, "busy": busy}

    def _publish_schema(self):
        knobs = controls(self.problem)
        self._schema = described.schema(self, [*knobs, *looks(self.problem)], RESOLUTIONS)

    def _failed(self, error):
        with self._lock:
            self._busy = ""
            self._publish()
        self.send({"kind": "refused", "name": "", "why": f"The last picture stays: {type(error).__name__}: {error}"})

    def _legend(self):
        return legend(self.problem, self.palette, self.mode, self.steps)


def check_mode_of(problem):
    """The default mode of a problem."""
    return "basins" if problem.attractors else "rank"


def _cost_key(recipe):
    """What runs of about the same cost have in common."""
    problem = recipe.problem
    return problem.title if problem.watched.relative else type(problem.system), recipe.steps
