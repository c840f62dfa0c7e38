"""What happens on the worker's side: a system is unpacked once in each process, and each tile says who computed it.

A system may be large (20 MB where it holds the reference run of an exact picture), and a picture has thousands of tiles.
"""
from __future__ import annotations

import collections
import contextlib
import functools
import hashlib
import os
import pathlib
import pickle
import platform
import threading
from typing import NamedTuple

import llvmlite
import numba
import numpy as np
from llvmlite import binding

from .. import kernel
from .._version import __version__
from .troubles import ClusterError, warn

SMALL = 4096                        # bytes of a system that goes along with every tile
KEPT = 4                            # systems that a process remembers

BUILD = kernel.build_key(pathlib.Path(kernel.__file__).parent)      # of the files that were loaded, if they change later

_kept, _lock = {}, threading.Lock()         # digest -> Shared, the newest last
_jobs = {}                                  # job -> [what stops its tiles, how many of them run here]
_left = collections.deque(maxlen=1000)      # jobs that were stopped: a tile may still come, and ends at once


class Stamp(NamedTuple):
    """Who computed a tile.  Values depend on the first two; their last bits also on the third."""

    version: str
    build: int
    kind: str           # of processor, and of compiler
    where: str


class Reply(NamedTuple):
    """A tile, and who computed it."""

    value: tuple
    stamp: Stamp


class Shared:
    """A system that all tiles of a picture share.

    Where it is pickled it becomes bytes the first `copies` times, and a name only from then on: `run` gives None in a process
    that does not know that name.  Threads see the system itself.
    """

    def __init__(self, system, copies=float("inf"), dumps=pickle.dumps):
        self.system, self.copies, self.dumps, self.warm = system, copies, dumps, False

    @functools.cached_property
    def data(self):
        return self.dumps(self.system)

    @functools.cached_property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()

    def whole(self) -> Shared:
        """The same, always as bytes."""
        other = Shared(self.system)
        other.__dict__.update(self.__dict__, copies=float("inf"))
        return other

    def __reduce__(self):
        self.copies -= 1
        if self.copies >= 0 or len(self.data) <= SMALL:
            return opened, (self.digest, self.data)
        return known, (self.digest,)


def opened(digest, data) -> Shared:
    """A Shared out of its bytes: the one that this process has, if it has it."""
    with _lock:
        shared = _kept.pop(digest, None)
        if shared is None:
            shared = Shared(pickle.loads(data))
            shared.data, shared.digest = data, digest           # for other workers that ask this one
        _kept[digest] = shared
        while len(_kept) > KEPT:
            del _kept[next(iter(_kept))]
    return shared


def known(digest) -> Shared:
    """The Shared of that name that this process has; with system None if it has none."""
    return _kept.get(digest) or Shared(None)


def run(shared, function, x, y, steps, job) -> Reply | None:
    """function(system, x, y, steps, stop) for one tile; None where this process lacks the system.

    `stop` is set when `leave(job)` is called in this process.
    """
    if shared.system is None:
        return None
    if not shared.warm:             # compiled before the clock runs: the sizes of tiles follow from their times
        function(shared.system, x[:1], y[:1], 1)
        shared.warm = True
    with _stop_of(job) as stop:
        return Reply(function(shared.system, x, y, steps, stop), stamp())


def leave(job) -> None:
    """Tiles of that job that run in this process end within a few steps; their values are not to be used."""
    with _lock:
        _left.append(job)
        if job in _jobs:
            _jobs[job][0][0] = True


@contextlib.contextmanager
def _stop_of(job):
    with _lock:
        entry = _jobs.setdefault(job, [np.full(1, job in _left), 0])
        entry[1] += 1
    try:
        yield entry[0]
    finally:
        with _lock:
            entry[1] -= 1
            if not entry[1]:
                _jobs.pop(job, None)


@functools.cache
def _kind():
    name = numba.config.CPU_NAME or binding.get_host_cpu_name()
    return f"{name}, {kernel.LANES} lanes, numba {numba.__version__}, llvmlite {llvmlite.__version__}"


def stamp() -> Stamp:
    """This process."""
    return Stamp(__version__, BUILD, _kind(), f"{platform.node()}, process {os.getpid()}")


class Register:
    """Looks at who computed each tile of a picture, and compares them with this process."""

    def __init__(self):
        self.own, self.kinds = stamp(), set()

    def check(self, other) -> None:
        """ClusterError if that worker computes with other kernels; a warning if on another kind of processor."""
        if (other.version, other.build) != (self.own.version, self.own.build):
            raise ClusterError(f"all workers must run the fractaledu of this machine, {_name(self.own)}, but {other.where} "
                               f"runs {_name(other)}")
        if other.kind != self.own.kind and other.kind not in self.kinds:
            self.kinds.add(other.kind)
            warn(f"{other.where} computes on {other.kind}; this machine is {self.own.kind}: the last bits of values may differ "
                 "from those computed here")


def _name(who):
    return f"{who.version} with kernels {who.build:08x}"
