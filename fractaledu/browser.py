"""What every widget of this package shares: its module and style sheet, and how it answers the browser."""
from __future__ import annotations

import contextvars
import pathlib

HERE = pathlib.Path(__file__).parent


def module(path: pathlib.Path) -> str:
    """A widget's ES module, with browser.js before it: there is no bundler, and a module of anywidget is one file."""
    return (HERE / "browser.js").read_text(encoding="utf-8") + path.read_text(encoding="utf-8")


def style(path: pathlib.Path) -> str:
    """A widget's style sheet, after browser.css."""
    return (HERE / "browser.css").read_text(encoding="utf-8") + path.read_text(encoding="utf-8")


class Listener:
    """Mixed into a widget: `_receive(message)` gets the browser's messages, and all is sent as if in answer to the last one.

    ipykernel (7.4) delivers the browser's next message to the subshell that our last one was sent from.  Sent from the
    context of a cell, or of a thread made by one, the next drag would wait for the running cell to end.
    """

    _context: contextvars.Context | None = None

    def _handle_custom_msg(self, content, buffers):
        self._context = contextvars.copy_context()
        super()._handle_custom_msg(content, buffers)
        self._receive(content)

    def _send(self, msg, buffers=None):
        if self._context is None:
            super()._send(msg, buffers)
        else:
            self._context.copy().run(super()._send, msg, buffers)
