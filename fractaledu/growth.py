"""How a small difference grows in each step of one run, for any system: central differences through its own compiled step."""
import pathlib

import numpy as np
from numba import njit

from .kernel import HEAD, LANES, PARAM0, PARAM1, advance, aligned, build_key, moving_rows, ours, rows, scratch_rows, start

STEP = 1e-5                 # of the difference, in units of the state's size (or 1): its square and 1e-16 / it are the errors
SMALLEST = 1e-300           # growth that counts as this: a superstable orbit has the exponent -infinity


@njit(nogil=True, error_model="numpy")
def _growth(system, x, y, step, direction, logs, stop):
    """Fill `logs` with the logarithms of the growth; return how many steps were made before the run was not finite, or
    -1 minus that number if the run is, but its neighbours are not.

    Three lanes: the run, and the run with a small difference to either side along the tangent.
    """
    count, moving = rows(system), moving_rows(system)
    flat = aligned((HEAD + count) * LANES)
    scratch = aligned(scratch_rows(system) * LANES)
    state = HEAD * LANES
    for lane in range(LANES):
        flat[PARAM0 * LANES + lane] = x
        flat[PARAM1 * LANES + lane] = y
    start(system, flat, 0, state)
    tangent = direction[:moving] / np.sqrt((direction[:moving] ** 2).sum())
    for t in range(logs.size):
        if stop[0]:
            return t
        size = 0.0
        for r in range(moving):
            size += flat[state + r * LANES] ** 2
        h = step * max(1.0, np.sqrt(size / moving))
        for r in range(count):
            at = state + r * LANES
            for lane in range(1, LANES):
                flat[at + lane] = flat[at]
            if r < moving:
                flat[at + 1] += h * tangent[r]
                flat[at + 2] -= h * tangent[r]
        advance(system, t, flat, 0, state, scratch)
        length = 0.0
        for r in range(moving):
            at = state + r * LANES
            tangent[r] = (flat[at + 1] - flat[at + 2]) / (2.0 * h)
            length += tangent[r] ** 2
        length = np.sqrt(length)
        if not length < np.inf:
            alive = True
            for r in range(moving):
                alive = alive and abs(flat[state + r * LANES]) < np.inf
            return -1 - t if alive else t
        logs[t] = np.log(max(length, SMALLEST))
        if length < SMALLEST:
            tangent[:] = direction[:moving] / np.sqrt((direction[:moving] ** 2).sum())
        else:
            tangent /= length
    return logs.size


def _cached(build):
    """As in kernel.py."""
    @njit(cache=True, nogil=True, error_model="numpy")
    def growth(system, x, y, step, direction, logs, stop):
        return _growth(system, x, y, step, direction, logs, stop) if build >= 0 else 0
    return growth


_cached_growth = _cached(build_key(pathlib.Path(__file__).parent))


@njit
def _sizes(system):
    return moving_rows(system)


def growth(system, x, y, steps, step=STEP, seed=0, stop=None):
    """Logarithms of the growth of a small difference, (steps,) or fewer, and whether its end is the neighbours' fault.

    The first direction is random (`seed`).  `stop` as in `kernel.sweep`.
    """
    direction, logs = np.random.default_rng(seed).normal(size=_sizes(system)), np.full(steps, np.nan)
    function = _cached_growth if ours(system) else _growth
    made = function(system, float(x), float(y), step, direction, logs, np.zeros(1, bool) if stop is None else stop)
    return logs[:made if made >= 0 else -1 - made], made < 0
