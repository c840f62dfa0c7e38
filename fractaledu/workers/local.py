"""Threads of our own, and any executor."""
from __future__ import annotations

import contextlib
import uuid
from concurrent.futures import BrokenExecutor, CancelledError, Future, ThreadPoolExecutor

import numpy as np

from ..processors import available_threads
from .remote import Register, Shared, leave, run
from .troubles import ClusterError

TILE_SECONDS = 0.05                 # a cancel waits for at most about this


class Threads:
    """Threads of our own."""

    seconds = TILE_SECONDS          # that a tile should take
    shares = 1                      # of what is left, that each worker should have before it; more keep the last tiles small

    def __init__(self, threads):
        self.threads = threads or available_threads()
        self.stop = np.zeros(1, bool)           # tells them to leave their tile

    def begin(self, system) -> None:
        """Make them ready for the tiles of one picture."""
        self.system, self.pool = system, ThreadPoolExecutor(self.threads, thread_name_prefix="fractaledu")

    def count(self) -> int:
        """How many tiles are computed at once, now."""
        return self.threads

    def submit(self, function, x, y, steps, again=False) -> Future:
        """Compute function(system, x, y, steps, stop); `again` if `result` gave None for this tile before."""
        return self.pool.submit(function, self.system, x, y, steps, self.stop)

    def result(self, future):
        """What the function returned; None if it has to be submitted again.  ClusterError if the workers are lost."""
        return future.result()

    def withdraw(self, futures) -> None:
        """Nobody waits for these any more."""
        self.stop[0] = True
        for future in futures:
            future.cancel()

    def end(self, wait=True) -> None:
        """There are no more tiles."""
        self.stop[0] = True
        self.pool.shutdown(wait=wait, cancel_futures=True)


class Pool:
    """An executor of somebody else's, which may have processes: those are sent the system once each, not with every tile."""

    seconds = TILE_SECONDS
    shares = 1

    def __init__(self, executor, threads):
        self.executor = executor
        self.threads = threads or getattr(executor, "_max_workers", None) or available_threads()
        self.job, self.register = uuid.uuid4().hex, Register()

    def begin(self, system):
        self.shared = Shared(system, copies=self.threads)

    def count(self):
        return self.threads

    def submit(self, function, x, y, steps, again=False):
        shared = self.shared.whole() if again else self.shared
        with _broken(self.executor):
            return self.executor.submit(run, shared, function, x, y, steps, self.job)

    def result(self, future):
        with _broken(self.executor):
            reply = future.result()
        if reply is None:
            return None
        self.register.check(reply.stamp)
        return reply.value

    def withdraw(self, futures):
        leave(self.job)             # if they run in this process
        for future in futures:
            future.cancel()

    def end(self, wait=True):
        self.shared = None


@contextlib.contextmanager
def _broken(executor):
    """What an executor raises that is broken, or was shut down meanwhile, as a ClusterError."""
    try:
        yield
    except (BrokenExecutor, CancelledError) as error:
        raise ClusterError(f"executor, a {type(executor).__name__}, is broken or shut down: "
                           f"{str(error) or type(error).__name__}") from error
