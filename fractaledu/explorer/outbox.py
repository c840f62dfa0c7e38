"""Pictures on their way to the browser: one at a time, so that a slow network never holds stale ones."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE = 2.0                  # seconds after which a picture that was not acknowledged counts as lost
SLOW_SECONDS = 0.25             # a picture that took longer than this to arrive makes the link a slow one


class Outbox:
    """Sends the next picture when the last has arrived; only the newest one waits.

    Parameters
    ----------
    send : callable
        send(content, data): content a dict, to which `seq`, the number of the picture, is added.
    """

    def __init__(self, send: Callable[[dict, bytes], None]):
        self._send, self._lock = send, threading.RLock()
        self._seq, self._under_way, self._since = 0, None, 0.0
        self._waiting: Callable[[], tuple[dict, bytes]] | None = None
        self.slow = False               # whether the last picture took long
        self.sent_bytes = 0

    def offer(self, make: Callable[[], tuple[dict, bytes]]) -> None:
        """Send make() now, or when the picture under way has arrived, unless a newer one is offered until then."""
        with self._lock:
            if self._under_way is not None and time.monotonic() - self._since < PATIENCE:
                self._waiting = make
            else:
                self._go(make)

    def forget(self) -> None:
        """What is under way may never be acknowledged: there is a new browser."""
        with self._lock:
            self._under_way = self._waiting = None

    def arrived(self, seq) -> None:
        """The browser has picture `seq`."""
        with self._lock:
            if seq != self._under_way:
                return
            self.slow = time.monotonic() - self._since > SLOW_SECONDS
            self._under_way = None
            if self._waiting is not None:
                self._go(self._waiting)

    def _go(self, make):
        self._waiting = None
        content, data = make()
        self._seq += 1
        self._under_way, self._since = self._seq, time.monotonic()
        self.sent_bytes += len(data)
        self._send(content | {"seq": self._seq}, data)
