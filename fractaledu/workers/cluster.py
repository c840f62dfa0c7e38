"""The workers of a dask cluster (`dask.distributed`).

The system of a picture is the result of a task of its own: workers get it from each other when they first need it, and where
all that have it die the scheduler computes it again.  Scattered data would be gone.
"""
from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections import Counter
from concurrent.futures import CancelledError, Future, InvalidStateError

import cloudpickle
import dask
from distributed import Client, KilledWorker
from distributed.cfexecutor import ClientExecutor

from .remote import Register, Shared, leave, opened, run
from .troubles import ClusterError, warn

TILE_SECONDS = 0.5                  # a task is 15 ms under way, there and back, on one machine alone (benchmarks/cluster.py)
SCHEDULER_SECONDS = 0.002           # and more where workers are many: a scheduler should not have more than 500 tasks a second
CENSUS_SECONDS = 1.0                # between two looks at which workers there are
SILENCE_SECONDS = 30.0              # a scheduler that does not answer for so long is lost
PATIENCE_SECONDS = 10.0             # without any worker, before that is said
FAREWELL_SECONDS = 2.0              # for the scheduler to hear that nobody waits any more


def client_of(executor):
    """The Client behind an executor, and how it submits tasks; (None, {}) if it is nobody of dask's."""
    if isinstance(executor, Client):
        return executor, {}
    if isinstance(executor, ClientExecutor):            # what Client.get_executor gives; it has no public way back
        return executor._client, executor._kwargs
    return None, {}


class Cluster:
    """The workers of a dask cluster, through its Client; methods as in `local.Threads`."""

    shares = 2

    def __init__(self, client, threads, how):
        if client.asynchronous:
            raise ValueError("executor must be a Client that waits, got one with asynchronous=True")
        if client.status != "running":
            raise ValueError(f"executor must be connected to its scheduler, got a Client that is {client.status}")
        self.client, self.wanted = client, threads
        self.how = {key: value for key, value in how.items() if key != "pure"} | {"pure": False}    # equal tiles are not sought
        self.name = f"the scheduler at {client.scheduler.address}"
        self.job, self.register = uuid.uuid4().hex, Register()
        self.theirs, self.loads = {}, Counter()
        self.threads, self.asked, self.answer, self.since = {}, 0.0, None, None

    # ------------------------------------------------------------ what the engine asks for

    def begin(self, system):
        data = Shared(system, dumps=cloudpickle.dumps)
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):      # it goes once
            self.shared = self.client.submit(opened, data.digest, data.data, key=f"fractaledu-system-{self.job}", **self.how)
        self._census()
        with contextlib.suppress(TimeoutError):
            self.answer.result(PATIENCE_SECONDS)

    def count(self):
        self._census()
        return self.wanted or max(1, sum(self.threads.values()))

    @property
    def seconds(self):
        return max(TILE_SECONDS, self.count() * SCHEDULER_SECONDS)

    def submit(self, function, x, y, steps, again=False):
        where, worker = {}, None
        if self.threads and not self.how.keys() & {"workers", "resources"}:
            # the least busy one: left to itself the scheduler prefers those that have the system already
            worker = min(self.threads, key=lambda name: self.loads[name] / self.threads[name])
            where = {"workers": [worker], "allow_other_workers": True}
        with self._explained():
            theirs = self.client.submit(run, self.shared, function, x, y, steps, self.job,
                                        key=f"fractaledu-tile-{uuid.uuid4().hex}", **self.how, **where)
        future = Future()
        theirs.add_done_callback(lambda done: self._soon(self._bring(done, future)))
        self.theirs[future] = theirs, worker
        self.loads[worker] += 1
        return future

    def result(self, future):
        worker = self.theirs.pop(future)[1]         # their task is let go: no traceback of an error may hold it
        self.loads[worker] -= 1
        with self._explained():
            reply = future.result()
        self.register.check(reply.stamp)
        return reply.value

    def withdraw(self, futures):
        pending = [self.theirs.pop(future)[0] for future in futures if future in self.theirs]
        for future in futures:
            future.cancel()
        if self.client.status == "running":
            with contextlib.suppress(Exception):        # there is an error on its way already, or the work was stopped
                self._soon(self._farewell(pending)).result(FAREWELL_SECONDS)

    def end(self, wait=True):
        self.shared = None

    # ------------------------------------------------------------ behind it

    def _soon(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.client.loop.asyncio_loop)

    async def _bring(self, theirs, future):
        """From a task of theirs that is over to a future of ours, with the result already here."""
        with contextlib.suppress(InvalidStateError):            # it was withdrawn meanwhile
            try:
                if theirs.status == "error":
                    future.set_exception(await theirs.exception(asynchronous=True))
                else:
                    future.set_result(await self.client.gather(theirs, asynchronous=True))
            except (CancelledError, asyncio.CancelledError, OSError) as error:
                future.set_exception(self._lost(error))
            except Exception as error:
                future.set_exception(error)

    async def _farewell(self, pending):
        await self.client.cancel(pending, asynchronous=True, reason="fractaledu waits no more")
        await self.client.run(leave, self.job, on_error="ignore", asynchronous=True)

    async def _nthreads(self):
        return await self.client.nthreads(asynchronous=True)

    def _lost(self, error):
        return ClusterError(f"{self.name} is lost, or gave up this work: {str(error) or type(error).__name__}")

    def _census(self):
        """Ask which workers there are, and read the last answer; ClusterError if there is none."""
        now = time.monotonic()
        if self.answer is not None and self.answer.done():
            try:
                self.threads, self.answer = dict(self.answer.result()), None
            except Exception as error:
                raise self._lost(error) from error
            if self.threads:
                self.since = None
            else:
                self.since = self.since or now
                if PATIENCE_SECONDS < now - self.since < float("inf"):
                    warn(f"{self.name} has no workers now: waiting until some come")
                    self.since = float("inf")           # said once
        elif self.answer is not None and now - self.asked > SILENCE_SECONDS:
            raise ClusterError(f"{self.name} has not answered for {SILENCE_SECONDS:.0f} s")
        if self.answer is None and now - self.asked > CENSUS_SECONDS:
            self.asked, self.answer = now, self._soon(self._nthreads())

    @contextlib.contextmanager
    def _explained(self):
        """What dask raises, as a ClusterError in words; an error of the tile itself stays what it is."""
        try:
            yield
        except KilledWorker as error:
            died, last = error.allowed_failures + 1, error.last_worker.address
            whose = ("1 worker died while it had a tile of this picture" if died == 1 else
                     f"{died} workers died, one after the other, while they had the same tile, the last one")
            raise ClusterError(f"{whose}, {last}: see the logs; memory that ran out is the usual reason") from error
        except ClusterError:
            raise
        except Exception as error:
            if self.client.status != "running":
                raise self._lost(error) from error
            if isinstance(error, ImportError | AttributeError) or "eserializ" in str(error):
                raise ClusterError("a worker, or the scheduler, cannot load what it was sent: all must have this machine's "
                                   f"fractaledu, {self.register.own.version}, and the module of a system of your own "
                                   f"({type(error).__name__}: {error})") from error
            raise
