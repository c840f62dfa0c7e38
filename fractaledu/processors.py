"""How many processors this process may use, and how many of them BLAS should."""
import functools
import os
import pathlib

from threadpoolctl import ThreadpoolController


def available_threads() -> int:
    """Processors that this process may use: its affinity, its cgroup's quota and JupyterHub's CPU_LIMIT."""
    limits = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    for read in (_quota_v2, _quota_v1, lambda: float(os.environ["CPU_LIMIT"])):
        try:
            limits.append(read())
        except (OSError, ValueError, KeyError, ZeroDivisionError):
            continue                    # no such limit here
    return max(1, int(min(limit for limit in limits if limit > 0)))


def _quota_v2():
    quota, period = pathlib.Path("/sys/fs/cgroup/cpu.max").read_text().split()
    return float(quota) / float(period)             # "max" is no number: no limit


def _quota_v1():
    folder = pathlib.Path("/sys/fs/cgroup/cpu")
    return int((folder / "cpu.cfs_quota_us").read_text()) / int((folder / "cpu.cfs_period_us").read_text())


@functools.cache
def _pools():
    return ThreadpoolController()


def one_blas_thread():
    """A context in which numpy's linear algebra keeps to one thread.

    For many small matrices: shared among processors that are busy, as those of a class are, 5 ms became 200.
    """
    return _pools().limit(limits=1, user_api="blas")
