"""One kernel for every picture: start a state, step it, watch one number.

A *system* is a NamedTuple.  Numba picks `rows`, `start`, `advance` … for it by its type
(`numba.extending.overload`), so `sweep` is compiled once per kind of system, is found in the on-disk cache by the
next process, and contains no indirect call.

Every pixel is a *lane*; LANES lanes are one Vec (simd.py) and make a group.  `sweep` keeps up to GROUPS groups and steps
them in turn, BURST steps each.  Then the lanes of runs that are over are filled by the last lanes that still run, and
groups that became empty are no longer stepped.  A lane never sees its neighbours' numbers, so no value depends on the tiling.

Inside kernels: t is the step, w the watched number, v = w over its first value (or w itself), u = 1 / v.
"""
import pathlib
import zlib
from typing import NamedTuple

import numpy as np
from numba import njit, types
from numba.core.registry import CPUDispatcher
from numba.extending import overload

from .simd import ALL_LANES, bits, load, splat, store, where
from .simd import WIDTH as LANES

GROUPS = 32
BURST = 8                   # steps that a group makes before the next one's turn: its state stays in the cache
TAIL = 20                   # the last numbers, whose mean decides (paper's code)
CAP = 1e6                   # what a number that is larger, or not finite, counts as (paper's code)

# What a pixel's run came to; `measure` in docs/architecture.md says it in words.
PIXEL = np.dtype([("value", "f8"), ("last", "f8"), ("departure", "i4"), ("arrival", "i4"), ("attractor", "i2"),
                  ("verdict", "i1")])           # no padding: equal pixels are equal bytes
CONVERGED, NEITHER, EXPLODED = -1, 0, 1


class Rule(NamedTuple):
    """How a system's watched number is read; what is not a field of the system is a constant once compiled."""

    relative: bool          # v is the ratio to the first watched number
    after: int              # 1: watched after the step, which is then counted; 0: before it
    limit: float            # a run has departed when v first exceeds this; v is not capped then, so this may lie above CAP
    tolerance: float        # > 0: converged means w < tolerance at the end, and w == 0 must mean "stays for ever"
    escape: int             # the attractor that an exploded run has reached, where infinity counts as one; else -1


# ---------------------------------------------------------------- what a system says, one overload each

def rule(system):
    """Its Rule."""
    raise NotImplementedError


def rows(system):
    """float64 rows of state that one lane needs."""
    raise NotImplementedError


def scratch_rows(system):
    """float64 rows of scratch, shared by all groups."""
    raise NotImplementedError


def start(system, cells, params, at):
    """Write the first state of a group into cells[at:]; its two parameters are the Vecs at cells[params:]."""
    raise NotImplementedError


def advance(system, t, cells, params, at, scratch):
    """Step the state in cells[at:]; return the watched number, 0 or more (NaN: gone), and its inverse.

    All lanes of the group are stepped, also those whose runs are over and whose state may be inf or NaN, so a step must end,
    and index nothing by its state unchecked.  Scratch holds what the last group left.  Compile it with error_model="numpy".
    Places instead of slices, because slicing costs as much as a step of the Mandelbrot set.
    """
    raise NotImplementedError


def attractor(system, cells, at):
    """Which attractor the lane whose state is cells[at::LANES] is nearest to, or -1."""
    raise NotImplementedError


def moving_rows(system):
    """How many rows of state, the first ones, a small difference moves in; the others only keep account."""
    raise NotImplementedError


@overload(moving_rows)
def _moving_rows(system):
    if getattr(system.instance_class, "_wraps", False):             # a system around another (rounded.py)
        return lambda system: moving_rows(system.system)
    moving = getattr(system.instance_class, "_moving", None)        # said by the class; no field begins with _
    if moving is not None:
        return lambda system: moving
    return lambda system: rows(system)


def tail_entry(system, t, v, cells, at):
    """What the v of step t adds to the sum that decides in the end: v itself, or its distance from a reference's.

    Here cells[at:] is where the group begins, not its state.
    """
    raise NotImplementedError


def tail_mean(system, total, steps):
    """The mean of the last v, less 1, or a number of the same sign, from the sum of their entries."""
    raise NotImplementedError


@overload(tail_entry, jit_options={"forceinline": True})
def _tail_entry(system, t, v, cells, at):
    if not getattr(system.instance_class, "_perturbed", False):
        return lambda system, t, v, cells, at: v


@overload(tail_mean, jit_options={"forceinline": True, "error_model": "numpy"})
def _tail_mean(system, total, steps):
    if not getattr(system.instance_class, "_perturbed", False):
        return lambda system, total, steps: total / min(TAIL, steps) - 1.0


def is_a(system, *classes):
    """Whether a Numba type is that of one of these NamedTuples."""
    return isinstance(system, types.BaseNamedTuple) and system.instance_class in classes


# ---------------------------------------------------------------- the measure (the paper's own: docs/architecture.md)

# Rows in front of the state of each group: two parameters; the first watched number; the sums of v, of u, and of the last v;
# whether v ever was above CAP; steps from the first on until v exceeded the limit; when w last came below the tolerance, or -1;
# the last w, inf once the run is gone.
PARAM0, PARAM1, SCALE, TOTAL, INVERSE, ENDING, BLOWN, NEAR, ARRIVED, LAST, HEAD = range(11)


@njit
def aligned(size):
    """float64 zeros that begin at a multiple of 64 bytes (a cache line)."""
    a = np.zeros(size + 8)
    skip = (-(a.ctypes.data // 8)) % 8
    return a[skip:skip + size]


@njit(forceinline=True, error_model="numpy")
def _steps(system, how, t, end, steps, cells, at, alive, scratch):
    """Step a group from step t on until `end`, or until a run in one of the lanes `alive` (bits) is over.

    Return the last step made, and as bits the lanes that are gone and those that rest.

    What is added up stays in local variables, and an ordinary step writes nothing else of the measure: so LLVM keeps it, and
    the state of a map, in registers.  While all numbers are below CAP, as in nearly every step, they need no care.
    """
    total, inverse = load(cells, at + TOTAL * LANES), load(cells, at + INVERSE * LANES)
    near, arrived = load(cells, at + NEAR * LANES), load(cells, at + ARRIVED * LANES)
    still_near = near >= t
    w, gone, rests = splat(0.0), 0, 0
    t -= 1
    while t + 1 < end and not (gone | rests):
        t += 1
        w, u = advance(system, t, cells, at, at + HEAD * LANES, scratch)
        v = w
        if how.relative:
            if t == 0:
                first = where(abs(w) < np.inf, w, CAP)
                first = where(first == 0.0, 1.0, first)     # nothing to learn: settled, not 0 / 0
                store(cells, at + SCALE * LANES, first)
            v = v / load(cells, at + SCALE * LANES)         # not times its inverse: a loss that stays has to give 1
            u = u * load(cells, at + SCALE * LANES)
        if alive & ~bits(abs(v) < CAP):
            finite = abs(w) < np.inf
            gone = alive & ~bits(finite)
            most = CAP / load(cells, at + SCALE * LANES) if how.relative else splat(CAP)
            w = where(finite, w, np.inf)
            v = where(finite, v, most)                      # a select: a product would turn inf * 0 into NaN
            u = where(finite, u, 1.0 / most)
            still_near = still_near & finite & (v <= how.limit)
            store(cells, at + BLOWN * LANES, where(v > CAP, 1.0, load(cells, at + BLOWN * LANES)))
            small = v < CAP
            v = where(small, v, CAP)
            u = where(small, u, 1.0 / CAP)
        still_near = still_near & (v <= how.limit)
        near = where(still_near, near + 1.0, near)
        total = total + v
        inverse = inverse + u
        if t >= steps - TAIL:
            store(cells, at + ENDING * LANES, load(cells, at + ENDING * LANES) + tail_entry(system, t, v, cells, at))
        if how.tolerance > 0.0:
            arrived = where(arrived < 0.0, splat(t + how.after), arrived)
            arrived = where(w < how.tolerance, arrived, -1.0)
            rests = alive & bits(w == 0.0)
    store(cells, at + TOTAL * LANES, total)
    store(cells, at + INVERSE * LANES, inverse)
    store(cells, at + NEAR * LANES, near)
    store(cells, at + ARRIVED * LANES, arrived)
    store(cells, at + LAST * LANES, w)
    return t, gone, rests


@njit(forceinline=True, error_model="numpy")
def _read(system, how, cells, at, t, steps, out):
    """What the run in lane cells[at::LANES] came to, when its last step was t."""
    last, near = cells[at + LAST * LANES], int(cells[at + NEAR * LANES])
    gone = not abs(last) < np.inf
    if how.tolerance > 0.0:
        converged = last < how.tolerance
    else:
        converged = not gone and tail_mean(system, cells[at + ENDING * LANES], steps) < 0.0
    inverse = cells[at + INVERSE * LANES]
    if gone:                # the rest of the run counts as CAP before the division by the first number
        inverse += (steps - t - 1) / (min(CAP / cells[at + SCALE * LANES], CAP) if how.relative else CAP)
    out.value = -cells[at + TOTAL * LANES] if converged else inverse
    out.last = np.inf if gone else last
    out.departure = np.int32(near + how.after if near <= t else -1)
    out.arrival = np.int32(cells[at + ARRIVED * LANES])
    out.attractor = np.int16(attractor(system, cells, at + HEAD * LANES) if converged else -1)
    out.verdict = np.int8(CONVERGED if converged else EXPLODED if gone or cells[at + BLOWN * LANES] > 0.0 else NEITHER)
    away = gone or last > how.limit * (cells[at + SCALE * LANES] if how.relative else 1.0)
    if out.verdict == EXPLODED and how.escape >= 0 and away:
        out.attractor, out.arrival = np.int16(how.escape), out.departure


# ---------------------------------------------------------------- the loop

@njit
def _record(watched, states, cells, g, alive, pixel, t):
    """Enter one step of a group's living lanes in the record."""
    for lane in range(LANES):
        if (alive >> lane) & 1:
            p = pixel[g * LANES + lane]
            watched[p, t] = cells[g, LAST, lane]
            if states.size:
                for r in range(states.shape[2]):
                    states[p, t + 1, r] = cells[g, HEAD + r, lane]


@njit
def _record_rest(watched, states, p, t, rests):
    """Enter the part of a run that is not computed: it rests where it is, or it is gone (NaN)."""
    for later in range(t + 1, watched.shape[1]):
        watched[p, later] = 0.0 if rests else np.nan
        if states.size:
            for r in range(states.shape[2]):
                states[p, later + 1, r] = states[p, t + 1, r] if rests else np.nan


@njit
def _close_gaps(cells, pixel, running):
    """Move the last lanes into the places of those that are over (pixel -1); return how many still run."""
    for slot in range(running - 1, -1, -1):
        if pixel[slot] < 0:
            running -= 1
            if slot < running:
                pixel[slot] = pixel[running]
                for r in range(cells.shape[1]):
                    cells[slot // LANES, r, slot % LANES] = cells[running // LANES, r, running % LANES]
    return running


@njit(nogil=True, error_model="numpy")
def _sweep(system, params, steps, out, watched, states, stop):
    """Run every column of params (2, n) for `steps` steps and read it into out (n,) of PIXEL.

    `watched` (n, steps) and `states` (n, steps + 1, rows) record the runs, unless their size is 0.
    When another thread sets stop[0] the rest is left undone.
    """
    n = params.shape[1]
    depth = HEAD + rows(system)
    most = min(GROUPS, (n + LANES - 1) // LANES)
    size = depth * LANES
    flat = aligned(most * size)
    cells = flat.reshape((most, depth, LANES))
    scratch = aligned(scratch_rows(system) * LANES)
    pixel = np.empty(most * LANES, np.int64)
    how = rule(system)
    for first in range(0, n, most * LANES):
        running = min(most * LANES, n - first)
        for slot in range(most * LANES):                # spare lanes repeat the last pixel at first
            pixel[slot] = first + min(slot, running - 1)
            cells[slot // LANES, PARAM0, slot % LANES] = params[0, pixel[slot]]
            cells[slot // LANES, PARAM1, slot % LANES] = params[1, pixel[slot]]
        for g in range(most):
            for r in range(PARAM1 + 1, HEAD):
                store(flat, g * size + r * LANES, -1.0 if r == ARRIVED else 0.0)
            start(system, flat, g * size, g * size + HEAD * LANES)
        if states.size:
            for slot in range(running):
                for r in range(states.shape[2]):
                    states[pixel[slot], 0, r] = cells[slot // LANES, HEAD + r, slot % LANES]
        t0 = 0
        while t0 < steps and running > 0:
            if stop[0]:
                return
            end, ended = min(t0 + BURST, steps), False
            for g in range((running + LANES - 1) // LANES):
                at = g * size
                alive = ALL_LANES >> max(0, (g + 1) * LANES - running)
                t = t0 - 1
                while t + 1 < end and alive:
                    t, gone, rests = _steps(system, how, t + 1, t + 2 if watched.size else end, steps, flat, at, alive, scratch)
                    if watched.size:
                        _record(watched, states, cells, g, alive, pixel, t)
                    over = gone | rests
                    if over:
                        for lane in range(LANES):
                            if (over >> lane) & 1:
                                slot = g * LANES + lane
                                _read(system, how, flat, at + lane, t, steps, out[pixel[slot]])
                                if watched.size:
                                    _record_rest(watched, states, pixel[slot], t, (rests >> lane) & 1)
                                pixel[slot] = -1
                        ended = True
                        alive &= ~over
            if ended:
                running = _close_gaps(cells, pixel, running)
            t0 = end
        for slot in range(running):
            _read(system, how, flat, slot // LANES * size + slot % LANES, steps - 1, steps, out[pixel[slot]])


def build_key(folder):
    """A number that changes whenever a jitted source file below `folder` does."""
    single = [folder / f"{name}.py" for name in ("simd", "elementary", "trigonometry", "matmul", "fused", "kernel")]
    files = sorted([*single, *(folder / "systems").glob("*.py")])
    return zlib.crc32(b"\0".join(file.read_bytes() for file in files))


def _cached(build):
    """`_sweep` with an on-disk cache that is never stale.

    Numba's cache looks at edits of one file only.  It does put the values of closure variables into its key, so
    `build`, which changes with every jitted file of the package, is made one.
    """
    @njit(cache=True, nogil=True, error_model="numpy")
    def sweep(system, params, steps, out, watched, states, stop):
        if build >= 0:                                  # always; this makes `build` a closure variable
            _sweep(system, params, steps, out, watched, states, stop)
    return sweep


_cached_sweep = _cached(build_key(pathlib.Path(__file__).parent))


def ours(value):
    """Whether a system, and all that is inside it, is the package's own."""
    if isinstance(value, tuple):
        return type(value).__module__.startswith(__package__ + ".") and all(map(ours, value))
    return not isinstance(value, CPUDispatcher)


def _dispatcher(system):
    # What a user brought is compiled anew in each process: no key can see all the files that it is made of.
    return _cached_sweep if ours(system) else _sweep


def _call(system, x, y, steps, watched, states, stop):
    out = np.empty(len(x), PIXEL)
    if len(x) == 0:
        return out
    params = np.array((x, y), float)
    _dispatcher(system)(system, params, steps, out, watched, states, np.zeros(1, bool) if stop is None else stop)
    return out


def sweep(system, x, y, steps, stop=None):
    """Run one pixel for each pair of x and y (float64, shape (n,)); return what they came to, (n,) of PIXEL.

    Pure and thread-safe; releases the GIL.  Sizes are the caller's to check.  `stop`, a bool array (1,), ends the sweep
    within a few steps when another thread sets it; the result is then not to be used.
    """
    return _call(system, x, y, steps, np.empty((0, 0)), np.empty((0, 0, 0)), stop)


def blank(n):
    """n pixels that are not computed: value NaN, nothing reached."""
    return np.array([(np.nan, 0.0, -1, -1, -1, 0)], PIXEL).repeat(n)


def record(system, x, y, steps, states=False, stop=None, first=None):
    """Like `sweep`, and also return the watched numbers (n, steps) and the states (n, steps + 1, rows), or None.

    Of each state all rows, or the `first` so many.
    """
    watched = np.empty((len(x), steps))
    count = min(first or row_count(system), row_count(system))
    kept = np.empty((len(x), steps + 1, count) if states else (0, 0, 0))
    return _call(system, x, y, steps, watched, kept, stop), watched, kept if states else None


@njit
def row_count(system):
    """Numbers in the state of one run."""
    return rows(system)
