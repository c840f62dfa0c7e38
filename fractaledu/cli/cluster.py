"""--scheduler ADDRESS: the workers of a dask cluster instead of threads."""
from __future__ import annotations

import contextlib
import json
import pathlib
import socket
from typing import NamedTuple

from .reading import UsageError
from .telling import announced

ANSWER_SECONDS = 10                 # for a scheduler to answer
MOST_THREADS = 1024                 # that an estimate counts with


class Workers(NamedTuple):
    """Who computes.

    Attributes
    ----------
    executor : distributed.Client or None
    threads : int or None
        As `render` takes them.
    count : int or None
        How many threads an estimate is for; None: those of this machine.
    address : str
    """

    executor: object
    threads: int | None
    count: int | None
    address: str = ""

    def announced(self, seconds) -> str:
        """about 10 min on 2 threads, or where else."""
        if self.executor is None:
            return announced(seconds, self.threads)
        return f"{announced(seconds, self.count)} of {self.address}, if they are as fast as this machine's"


@contextlib.contextmanager
def workers(options):
    """The Workers that were asked for."""
    address, threads = options.scheduler, options.threads
    if address is None:
        yield Workers(None, threads, threads)
        return
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise UsageError('--scheduler needs dask: pip install "fractaledu[cluster]"') from None
    with contextlib.ExitStack() as stack:
        try:
            place = _address_in(pathlib.Path(address)) if address.endswith(".json") else address
            # a Client that nobody answers waits twice, and says so in a traceback of its own
            socket.create_connection(get_address_host_port(place), ANSWER_SECONDS).close()
            client = stack.enter_context(Client(place, timeout=ANSWER_SECONDS, set_as_default=False))
            count = sum(client.nthreads().values())
        except (OSError, ValueError, TypeError, OverflowError) as error:
            said = str(error).partition("\n")[0] or type(error).__name__
            raise UsageError("--scheduler must be the address of a dask scheduler that answers, as tcp://10.0.0.1:8786, or its "
                             f".json file, got {address}: {said}") from None
        yield Workers(client, threads, min(MOST_THREADS, max(1, threads or count)), address)


def _address_in(file):
    """The address that a scheduler wrote into its file."""
    said = json.loads(file.read_text())
    if not isinstance(said, dict) or not isinstance(said.get("address"), str):
        raise ValueError("it has no address inside")
    return said["address"]
