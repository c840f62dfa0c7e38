"""What the browser says to an Explorer, and what comes of it."""
from __future__ import annotations

import contextvars
import math

import traitlets as T

from ..recipes import MOST_PINS
from .inspector import pixel_at
from .outbox import Outbox
from .presets import WHOLE


class Conversation:
    """The part of Explorer that listens to explorer.js: each message has a `kind`, carried out by `_do_<kind>`."""

    _gesture_now, _next_id = None, None         # set while a message is carried out
    _hover_listeners: tuple = ()                # called with the fractions (u, v) that are pointed at

    def _handle_custom_msg(self, content, buffers):
        self._context = contextvars.copy_context()
        super()._handle_custom_msg(content, buffers)
        self._receive(content)

    _context: contextvars.Context | None = None

    def _send(self, msg, buffers=None):
        """Send as if in answer to the last message of the browser.

        ipykernel (7.4) delivers the browser's next message to the subshell that our last one was sent from.  Sent from the
        context of a cell, or of a thread made by one, the next drag would wait for the running cell to end.
        """
        if self._context is None:
            super()._send(msg, buffers)
        else:
            self._context.copy().run(super()._send, msg, buffers)

    def _receive(self, message):
        """Carry out one message of the browser; nothing it says can raise."""
        try:
            kind = message.get("kind")
            if kind == "got":
                self._outbox.arrived(message["seq"])
            elif kind == "hover":
                if message["view"] in self._views and "inspector" not in self._hidden:
                    self._hover(message)
            else:
                with self._lock:
                    self._carry_out(kind, message)
        except Exception as error:
            text = str(error) if isinstance(error, ValueError | T.TraitError) else f"{type(error).__name__}: {error}"
            self.send({"kind": "refused", "name": message.get("name", ""), "why": text})

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

    def _hover(self, message):
        view, u, v = self._views[message["view"]], message["u"], message["v"]
        if view is not self.view:                           # the hand moved on from a view that we left
            u, v = self.view.fraction(*view.point(u, v))
        self._ask_run(self._view_id, u, v, message["serial"], hover=True)
        for listener in self._hover_listeners:
            listener(u, v)

    def _do_hello(self, message):
        self._clients.add(message["client"])
        self._outbox = Outbox(self._outbox._send)
        self._publish()
        if self.landscape is None or self.landscape.stride > 1:
            self._ask_picture()
        else:
            self._show(self.landscape)
            self._ask_run()

    def _do_ready(self, message):
        """Nothing but the answer, which every message gets, is wanted; see `_send`."""

    def _do_bye(self, message):
        self._clients.discard(message["client"])
        if not self._clients:
            self.stop()

    def _do_move(self, message):
        if "view" in self._locked:
            return
        base = self._views.get(message["base"], self.view)
        self._next_id = message["id"]
        self.view = base.window(*message["rect"])

    def _do_point(self, message):
        """The cross-hair, from a slider of an axis, a click (`pin`) or Alt and an arrow."""
        locked = self._locked & {"x", "y"}
        view = self._views.get(message["view"], self.view)
        point = view.point(message["u"], message["v"])
        column, row = pixel_at(self.recipe, *self.view.fraction(*point))
        xs, ys = self.view.positions(self._size)
        with self._silently():
            self.x = self.x if "x" in locked else float(xs[column])
            self.y = self.y if "y" in locked else float(ys[row])
            if message.get("pin") and "pins" not in self._locked:
                point = self.x, self.y
                self.pins = (*(pin for pin in self.pins if pin != point), point)[-MOST_PINS:]
        self._publish()
        self._ask_run(serial=message.get("serial", 0))

    def _do_leave(self, message):
        last = self.pins[-1] if self.pins else (self.x, self.y)
        self._ask_run(self._view_id, *self.view.fraction(*last), message["serial"])

    def _do_clear(self, message):
        self.pins = ()

    def _do_set(self, message):
        """A knob, or text typed into its box."""
        name, value = message["name"], message["value"]
        if name in self._locked:
            raise ValueError(f"{name} is locked")
        if name in ("x", "y"):
            setattr(self, name, _number(name, value))
            u, v = self.view.fraction(self.x, self.y)
            if not (0 <= u <= 1 and 0 <= v <= 1):
                self.view = self.view.window(u - 0.5, v - 0.5, u + 0.5, v + 0.5)
        elif name in ("steps", "resolution"):
            setattr(self, name, int(_number(name, value, whole=True)))
        elif name in (*self._family, "palette", "mode"):
            setattr(self, name, value)
        else:
            raise ValueError(f"{name} is no control")

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
        name = message.get("name")
        if name == WHOLE[0]:
            self.view = self.problem.view
        elif name is not None:
            size = "x".join(map(str, self._size))
            self.go({**{p.name: p.state.replace("{size}", size) for p in self._presets}, **self.bookmarks}[name])
        else:
            self.go(message["state"])

    def _do_bookmark(self, message):
        name = str(message["name"]).strip()[:60] or f"view {len(self.bookmarks) + 1}"
        self.bookmarks = {**self.bookmarks, name: self.state}

    def _do_code(self, message):
        self.send({"kind": "code", "text": self.code})

    def _do_export(self, message):
        self._exports.request(message["what"], self.recipe, message.get("columns"))


def _number(name, value, whole=False):
    try:
        number = float(str(value).replace("−", "-").replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (whole and number != int(number)):
        raise ValueError(f"{name} must be a {'whole ' if whole else ''}number, got {str(value)[:40]!r}")
    return number
