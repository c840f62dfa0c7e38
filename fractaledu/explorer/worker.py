"""A background thread that works on the newest request only, so that no drag ever blocks or piles up."""
from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from ..cancelled import Cancelled


class Cancel(threading.Event):
    """Also a flag that kernels can see."""

    def __init__(self):
        super().__init__()
        self.flag = np.zeros(1, bool)

    def set(self):
        self.flag[0] = True
        super().set()


class Worker:
    """Calls work(request, cancel) in one daemon thread; a newer request cancels the running one.

    Parameters
    ----------
    work : callable
        work(request, cancel): `cancel` (a threading.Event with a `flag` for kernels) is set when the work has become stale;
        it should then return, or raise `Cancelled`, soon.
    failed : callable
        failed(error): told of any other exception; the worker goes on with the next request.

    Notes
    -----
    The thread is started for a request and ends after IDLE_SECONDS without one, so that widgets that are no longer looked
    at leave no threads.  It runs in a copy of the context of the worker's making: without that, ipykernel 7.0 cannot send
    from it.
    """

    IDLE_SECONDS = 5.0

    def __init__(self, work: Callable[[Any, Cancel], None], failed: Callable[[Exception], None]):
        self._work, self._failed = work, failed
        self._changed = threading.Condition()
        self._wanted: tuple[Any, Cancel] | None = None
        self._running: Cancel | None = None
        self._closed = False
        self._context = contextvars.copy_context()
        self._thread: threading.Thread | None = None

    def request(self, request: Any) -> None:
        """Make this the newest request; returns at once.  Ignored after `close`."""
        with self._changed:
            if self._closed:
                return
            self._cancel()
            self._wanted = request, Cancel()
            if self._thread is None:
                self._thread = threading.Thread(target=self._context.copy().run, args=(self._loop,), daemon=True,
                                                name="fractaledu-worker")
                self._thread.start()
            self._changed.notify_all()

    def stop(self) -> None:
        """Drop what is asked for and cancel what runs."""
        with self._changed:
            self._wanted = None
            self._cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is asked for or running; False if `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: self._wanted is None and self._running is None, timeout)

    def close(self) -> None:
        """Cancel what runs and end the thread."""
        with self._changed:
            self._closed = True
            self._wanted = None
            self._cancel()
            self._changed.notify_all()

    def _cancel(self):
        if self._running is not None:
            self._running.set()

    def _loop(self):
        while True:
            with self._changed:
                self._running = None
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._wanted is not None or self._closed, self.IDLE_SECONDS)
                if self._closed or self._wanted is None:
                    self._thread = None
                    return
                request, self._running = self._wanted
                self._wanted, cancel = None, self._running
            try:
                self._work(request, cancel)
            except Cancelled:
                pass
            except Exception as error:
                with contextlib.suppress(Exception):            # what cannot even be said must not end the thread
                    self._failed(error)
