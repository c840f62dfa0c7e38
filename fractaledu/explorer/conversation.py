"""What the browser says to an Explorer, and what comes of it."""
from __future__ import annotations

import math

import traitlets as T

from .. import decimals
from ..axes import SMALLEST_HALF
from ..browser import Listener
from ..recipes import MOST_PINS, Recipe
from ..wording import number
from .controls import controls, value_of
from .inspector import pixel_at
from .points import suited
from .presets import WHOLE


class Conversation(Listener):
    """The part of Explorer that listens to explorer.js: each message has a `kind`, carried out by `_do_<kind>`."""

    _gesture_now, _next_id = None, None         # set while a message is carried out
    _hover_listeners: tuple = ()                # called with the fractions (u, v) that are pointed at

    def _receive(self, message):
        """Carry out one message of the browser; nothing it says can raise."""
        if not isinstance(message, dict):
            return
        try:
            if message.get("kind") == "got":
                self._pictures.outbox.arrived(message["seq"])
            else:
                with self._lock:
                    self._carry_out(message["kind"], message)
        except Exception as error:
            text = str(error) if isinstance(error, ValueError | T.TraitError) else f"{type(error).__name__}: {error}"
            self.send({"kind": "refused", "name": message.get("name", ""), "why": text, "client": message.get("client")})

    def _carry_out(self, kind, message):
        """One message; whatever comes of it, the browser learns that it was heard."""
        if "n" in message:
            self._answered = [message["client"], message["n"]]
        self._gesture_now = message.get("gesture")
        try:
            getattr(self, f"_do_{kind}")(message)
        finally:
            self._gesture_now = self._next_id = None
            if self._now["answered"] != self._answered:
                self._publish()

    def _do_hover(self, message):
        if message["view"] in self._views:
            u, v = self._here(message)
            self._inspections.ask(self._pixel(u, v), message["serial"], hover=True)
            for listener in self._hover_listeners:
                listener(u, v)

    def _here(self, message):
        """The point of a message as fractions of the present view; the hand may have been on an earlier one."""
        view = self._views.get(message["view"], self.view)
        point = message["u"], message["v"]
        if view is self.view:
            return point
        return self.view.fraction(*(view if self.view.exact is None else view.exactly()).point(*point))

    def _pixel(self, u, v):
        """The centre of the pixel at fractions of the view, in true units: two Decimals where the view is exact."""
        pixel, view = pixel_at(self.recipe, u, v), self.view
        if view.exact is None:
            return tuple(float(places[k]) for places, k in zip(view.positions(self._size), pixel, strict=True))
        return tuple(decimals.moved(centre, float(away[k]), "linear")
                     for centre, away, k in zip(view.centre, view.offsets(self._size, view.centre), pixel, strict=True))

    def _do_hello(self, message):
        self._clients.add(message["client"])
        self._pictures.outbox.forget()
        self._publish()
        if self._busy == "" and self.landscape is None or self._busy == "paused":
            self._ask_picture()
        else:
            self._pictures.again()
            self._inspections.ask()

    def _do_ready(self, message):
        """Nothing but the answer, which every message gets, is wanted; see `_send`."""

    def _do_bye(self, message):
        self._clients.discard(message["client"])
        if not self._clients and self._busy == "computing":         # nobody looks: no work
            self.stop()
            self._busy = "paused"                           # the next browser goes on

    def _do_move(self, message):
        if "view" in self._locked:
            return
        base, rect = self._views.get(message["base"], self.view), message["rect"]
        self._next_id = message["id"]
        goes_on = self._goes_on
        try:
            view = (base.exactly() if goes_on else base).window(*rect)
        except ValueError:
            ends = rect[2] - rect[0] < 1 and goes_on
            raise ValueError("The map ends here: " + (f"pictures are at least {number(2 * SMALLEST_HALF)} wide." if ends else
                                                      "float64 has no numbers for what lies beyond.")) from None
        if not (rect[2] - rect[0] < 1 and self._at_floor):      # below the floor there is nothing to see
            self.view = view

    def _do_point(self, message):
        """The cross-hair, from a slider of one `axis`, a click (`pin`) or Alt and an arrow."""
        x, y = self._pixel(*self._here(message))
        fixed = {name for name in "xy" if self._is_locked(name) or message.get("axis", name) != name}
        with self._silently():
            self.x = self.x if "x" in fixed else x
            self.y = self.y if "y" in fixed else y
            if message.get("pin") and not self._is_locked("pins"):
                point = self.x, self.y
                self.pins = (*(pin for pin in self.pins if pin != point), point)[-MOST_PINS:]
        self._publish()
        self._inspections.ask()

    def _do_leave(self, message):
        self._inspections.ask(self.pins[-1] if self.pins else None, message["serial"])

    def _do_clear(self, message):
        if not self._is_locked("pins"):
            self.pins = ()

    def _is_locked(self, name):
        return name in self._locked or (name in "xy" and "view" in self._locked)

    def _do_set(self, message):
        """A knob, or text typed into its box."""
        name, value = message["name"], message["value"]
        if self._is_locked(name):
            raise ValueError(f"{name} is locked")
        if name in ("x", "y"):
            self._set_coordinate(name, value)
        elif name in ("steps", "resolution"):
            setattr(self, name, int(_number(name, value, whole=True)))
        elif name in (*self._family, "palette", "mode", "precision"):
            knob = next((knob for knob in controls(self.problem) if knob.name == name and knob.high is not None), None)
            if knob is not None and isinstance(value, str):
                value = _number(name, value, knob.whole)
            setattr(self, name, value)
        else:
            raise ValueError(f"{name} is no control")

    def _set_coordinate(self, name, value):
        """The cross-hair goes there, and the map comes along where it has to."""
        was = getattr(self, name)
        setattr(self, name, str(value))
        try:
            u, v = self.view.fraction(self.x, self.y)
            if not (0 <= u <= 1 and 0 <= v <= 1):
                self.view = self.view.spanning(suited(self.view, (self.x, self.y)), self.view.half)
        except ValueError:
            setattr(self, name, was)
            raise ValueError(f"{name} must be a place that float64 can show, got {value}") from None

    def _do_action(self, message):
        name = message["name"]
        if "view" in self._locked and name in ("undo", "redo", "home"):
            return
        {"undo": self.undo, "redo": self.redo, "home": self.home, "stop": self.stop, "resume": self.resume,
         "stop export": self._exports.stop}[name]()

    def _do_go(self, message):
        """To a preset, a bookmark or a typed state."""
        if "view" in self._locked:
            raise ValueError("view is locked")
        name, size = message.get("name"), "x".join(map(str, self._size))
        if name is None:
            recipe = Recipe.from_text(message["state"])
        elif message.get("kept"):
            recipe = self._kept[name]
        elif name == WHOLE[0]:
            self.view = self.problem.view
            return
        else:
            recipe = Recipe.from_text(next(p.state for p in self._presets if p.name == name).replace("{size}", size))
        for knob in self._locked & {*self._family, "steps"}:
            there = recipe.steps if knob == "steps" else value_of(recipe.problem, knob)
            if there != getattr(self, knob):
                raise ValueError(f"{knob} is locked, and there it is {there}")
        if message.get("kept"):
            self._go(recipe)
        else:
            self.go(recipe.to_text())

    def _do_bookmark(self, message):
        name = str(message["name"]).strip()[:60] or f"view {len(self.bookmarks) + 1}"
        self._kept[name] = self.recipe                      # a text cannot hold somebody's own map
        self.bookmarks = {**self.bookmarks, name: self.state}

    def _do_unbookmark(self, message):
        self.bookmarks = {name: state for name, state in self.bookmarks.items() if name != message["name"]}

    def _do_code(self, message):
        self.send({"kind": "code", "text": self.code, "client": message.get("client")})

    def _do_export(self, message):
        self._exports.request(message["what"], self.recipe, message.get("columns"), message.get("client"))


def _number(name, value, whole=False):
    text = str(value).strip().replace("−", "-")
    try:
        number = float(text if whole else text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (whole and number != int(number)):
        raise ValueError(f"{name} must be a {'whole ' if whole else ''}number, got {str(value)[:40]!r}")
    return number
