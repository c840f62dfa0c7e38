"""How many processors this process may use."""
import os
import pathlib


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
