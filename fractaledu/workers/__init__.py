"""Who computes the tiles of a picture: threads of our own, any executor, or the machines of a dask cluster.

All have the same few methods, those of `Threads`; the engine knows no more of them.  dask is not imported unless one of its
objects was given.
"""
from __future__ import annotations

import sys

from ..arguments import check_threads
from .local import Pool, Threads
from .troubles import ClusterError, ClusterWarning

__all__ = ["ClusterError", "ClusterWarning", "workers_of"]


def workers_of(executor, threads):
    """The workers behind `executor` and `threads`, as `render` takes them; TypeError, ValueError if those cannot be any."""
    threads = check_threads(threads)
    if executor is None:
        return Threads(threads)
    if isinstance(executor, type) or not hasattr(executor, "submit"):
        hint = ", whose get_client() has" if hasattr(executor, "get_client") else ""
        kind = f"the class {executor.__name__}" if isinstance(executor, type) else type(executor).__name__
        raise TypeError(f"executor must be an object with a method submit, got {kind}{hint}")
    if "distributed" in sys.modules:
        from .cluster import Cluster, client_of
        client, how = client_of(executor)
        if client is not None:
            return Cluster(client, threads, how)
    return Pool(executor, threads)
