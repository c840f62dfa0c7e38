"""Reference runs: where they are, in how many digits, confirmed by a second precision, kept for the next picture."""
from __future__ import annotations

import math
import threading
import time
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from .. import exact
from ..cancelled import Cancelled
from ..decimals import exact_sum
from ..kernel import CONVERGED, record, row_count, sweep
from ..recipes import digest
from ..systems import perturbed_datum, perturbed_maps, perturbed_network
from ..systems.network import OneDatum
from ..systems.planar import Julia
from ..wording import duration

SPARE = 20                      # digits beyond the depth and beyond the growth of differences (docs/beyond-float64.md)
GRAIN = 15                      # digits are asked for in such steps, so that a reference serves the next decades of a dive too
MORE = 12                       # digits by which the second precision is better
AGREEMENT = 1e-10               # relative, of the two at every step
TINY = 1e-200                   # the relative difference whose growth is measured
MOST_DIGITS = 2000
LOOK = 17                       # pixels a side of the picture in which a converging run is looked for
TRIES = 3
NEAR = 4.0                      # half widths to a kept reference that may serve
KEPT_BYTES = 128 * 2 ** 20
MOST_BYTES = 2 ** 29            # of one reference; two are compared
LONG = 60.0                     # seconds from which on the time is said first
SAMPLE = 0.2                    # seconds that finding it out takes


class SlowReferenceWarning(UserWarning):
    """A reference run will take long."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A run in arbitrary precision, and the system whose lanes follow it.

    Attributes
    ----------
    point : (Decimal, Decimal)
        Its two parameters.
    system : NamedTuple
        A Perturbed… of systems/; its pixels are differences from `point`.
    digits : int
        Decimal digits of the run, confirmed by a second one with more.
    growth : float
        log10 of how much a tiny relative difference of the parameters grows until the end (networks; 0 for maps).
    converged : bool
    """

    point: tuple[Decimal, Decimal]
    system: NamedTuple
    digits: int
    growth: float
    converged: bool

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(getattr(part, "nbytes", 0) for part in self.system)


_kept: OrderedDict[tuple, Reference] = OrderedDict()
_lock = threading.Lock()


def find(problem, view, size, steps, point=None, near=False, progress=None, cancel=None) -> Reference:
    """The reference run for a picture.

    Parameters
    ----------
    problem, view, size, steps
        The picture.
    point : (Decimal, Decimal), optional
        Where the run is.  Default: at the view's centre if it converges there, else at the converging pixel of a coarse
        picture that is nearest to it, else at the centre.  It depends on nothing else: a picture is the same every time.
    near : bool, default False
        Whether any kept run near the view may serve; the picture's last digits then depend on what was looked at before.
    progress : callable, optional
        progress(done, total) in steps of the runs that are made.
    cancel : threading.Event, optional
        Ends the run, with Cancelled.

    Raises
    ------
    ValueError
        If the run would not fit the memory.
    """
    check_memory(problem, steps)
    digits = digits_for(view)
    if near:
        kept = _nearest(problem, view, steps, digits)
        if kept is not None:
            return kept
    key = (_name(problem), steps, digits, point or (view, tuple(size)))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    maker = _Maker(problem, steps, digits, min(view.half), progress, cancel)
    found = maker.confirmed(point) if point is not None else _converging(maker, view)
    _keep(key, found)
    _keep((*key[:3], found.point), found)           # who asks for this very run later finds it
    return found


def is_own(problem, view, size, steps, reference) -> bool:
    """Whether a reference run is the one that `find` gives a picture when it is asked for no particular one."""
    if reference is None:
        return False
    with _lock:
        return _kept.get((_name(problem), steps, digits_for(view), (view, tuple(size)))) is reference


def digits_for(view) -> int:
    """Digits that the places of a view's pixels need: its depth and SPARE more, in steps of GRAIN."""
    depth = max(-math.log10(half / (1.0 if scale == "log10" else max(abs(float(centre)), half)))
                for centre, half, scale in zip(view.centre, view.half, (view.x_scale, view.y_scale), strict=True))
    return GRAIN * math.ceil((max(depth, 0.0) + SPARE) / GRAIN)


def check_memory(problem, steps):
    """ValueError if a reference run of so many steps would not fit the memory."""
    system = problem.system
    if hasattr(system, "w1"):
        samples = 1 if isinstance(system, OneDatum) else system.y.size
        numbers = samples * (system.w1.size + 1) + 2 * getattr(system, "w0", system.w1).size + 2 * system.w1.size + 4
    else:
        numbers = 4
    most = MOST_BYTES // (8 * numbers)
    if steps > most:
        raise ValueError(f"steps must be at most {most} for an exact picture of this system, whose reference run would take "
                         f"{steps * 8 * numbers / 2 ** 30:.0f} GiB, got {steps}")


def reference_seconds(problem, view, steps) -> float:
    """Seconds that the reference run of a picture takes, both precisions; itself takes about a fifth of a second."""
    began, done = None, 0

    def tell(t):
        nonlocal began, done
        if began is None:                               # the first step may have to import and to allocate
            began = time.perf_counter()
        done = t
        if time.perf_counter() - began > SAMPLE:
            raise Cancelled(done, steps, "steps")
    try:
        exact.train(problem.system, *map(_decimal, view.centre), steps, digits_for(view), keep=True, tell=tell)
    except Cancelled:
        pass
    return 2 * (time.perf_counter() - began) * steps / max(done, 1)


def warn_if_slow(problem, view, size, steps, stacklevel):
    """SlowReferenceWarning if the reference run takes more than a minute, unless it is kept."""
    if (_name(problem), steps, digits_for(view), (view, tuple(size))) in _kept:
        return
    seconds = reference_seconds(problem, view, steps)
    if seconds > LONG:
        text = (f"the reference run of {steps} steps in {digits_for(view)} digits takes about {duration(seconds)} before the "
                "first pixel; fewer steps take less, and `cancel` or Ctrl-C ends it")
        warnings.warn(text, SlowReferenceWarning, stacklevel=stacklevel)


# ---------------------------------------------------------------- behind it

def _decimal(number):
    return number if isinstance(number, Decimal) else Decimal(float(number))


def _name(problem):
    """What tells one problem from another, whatever becomes of the objects."""
    if problem.name is None:
        return digest(problem.system)
    return problem.name, str(sorted(problem.options.items(), key=str))


def _keep(key, reference):
    with _lock:
        _kept[key] = reference
        while sum({id(one): one.nbytes for one in _kept.values()}.values()) > KEPT_BYTES and len(_kept) > 2:
            _kept.popitem(last=False)


def _nearest(problem, view, steps, digits):
    """A kept run that may serve: of those near the view a converging one, the nearest first."""
    name, best = _name(problem), None
    with _lock:
        for (whose, length, known, _), reference in _kept.items():
            if whose == name and length == steps and known >= digits:
                try:
                    far = max(abs(f - 0.5) * 2 for f in view.fraction(*reference.point))
                except ValueError:                  # kept from a linear axis, where it may lie below 0
                    continue
                rank = not reference.converged, far
                if far <= NEAR and (best is None or rank < best[0]):
                    best = rank, reference
    return best and best[1]


class _Maker:
    """Makes the reference runs of one picture."""

    def __init__(self, problem, steps, digits, half, progress, cancel):
        self.problem, self.steps, self.digits, self.half = problem, steps, digits, half
        self.progress, self.cancel = progress, cancel

    def run(self, point, digits):
        """An exact run, all kept."""
        def tell(t):
            if self.cancel is not None and self.cancel.is_set():
                raise Cancelled(t + 1, self.steps, "steps of the reference run")
            if self.progress is not None:
                self.progress(t + 1, self.steps)
        return exact.train(self.problem.system, *point, self.steps, digits, keep=True, tell=tell)

    def looked(self, system, x, y):
        """Verdicts of a row of the coarse picture."""
        if self.cancel is not None and self.cancel.is_set():
            raise Cancelled(0, self.steps, "steps of the reference run")
        return sweep(system, x, y, self.steps)["verdict"]

    def confirmed(self, point, first=None) -> Reference:
        """The run at a point with as many digits as it needs: a second precision gives the same."""
        digits = self.digits
        run = first or self.run(point, digits)
        while True:
            system = perturbed(self.problem, run, point)
            growth = self.growth(system, point)
            if growth + SPARE > digits:                 # the run itself needs them, at whatever depth
                digits = min(GRAIN * math.ceil((growth + SPARE) / GRAIN), MOST_DIGITS)
                run = self.run(point, digits)
                system = perturbed(self.problem, run, point)
            if agree(run, self.run(point, digits + MORE), self.reach(run)):
                return Reference(point, system, digits, growth, run.verdict == CONVERGED)
            if digits >= MOST_DIGITS:
                raise ValueError(f"steps must be so few that {MOST_DIGITS} digits decide the reference run, got {self.steps}")
            digits = min(2 * digits, MOST_DIGITS)
            run = self.run(point, digits)

    def reach(self, run):
        """For how many steps a map's orbit matters: until the pixels, `half` apart, have all left it.  None for networks.

        Beyond, two precisions of a chaotic orbit never agree, and nothing follows it any more.
        """
        if hasattr(self.problem.system, "w1"):
            return None
        power, z = self.problem.system.power, run.arrays["zx"] + 1j * run.arrays["zy"]
        with np.errstate(over="ignore"):
            growth = np.cumsum(np.log(power * np.abs(z) ** (power - 1) + 1e-300))
        away = np.flatnonzero(growth > -math.log(self.half))
        return away[0] + 1 if len(away) else len(z)

    def growth(self, system, point):
        """log10 of how much a relative difference of TINY grows until the end, in the largest weight."""
        if not hasattr(self.problem.system, "w1"):
            return 0.0
        d = [np.array([float(p) * TINY if p else TINY]) for p in point]
        states = record(system, *d, self.steps, states=True)[2][0, :, :row_count(self.problem.system)]
        sizes = np.abs(states).max(1)
        large = np.flatnonzero(~(sizes < 1e-50))                        # from there on it is no small difference
        sizes = sizes[:large[0]] if len(large) else sizes
        return float(max(np.log10(max(sizes[-1], TINY) / TINY), 0.0)) if len(sizes) else 0.0


def _converging(maker, view) -> Reference:
    centre = tuple(map(_decimal, view.centre))
    run = maker.run(centre, maker.digits)
    if run.verdict == CONVERGED:
        return maker.confirmed(centre, run)
    system = perturbed(maker.problem, run, centre)
    dx, dy = view.offsets((LOOK, LOOK), centre)
    column, row = np.tile(np.arange(LOOK), LOOK), np.repeat(np.arange(LOOK), LOOK)
    verdict = np.concatenate([maker.looked(system, dx[column[k:k + LOOK]], dy[row[k:k + LOOK]]) for k in
                              range(0, LOOK * LOOK, LOOK)])
    middle = LOOK // 2
    near = np.argsort((column - middle) ** 2 + (row - middle) ** 2, kind="stable")
    for k in [k for k in near if verdict[k] == CONVERGED][:TRIES]:
        point = tuple(exact_sum(c, Decimal(float(d))) for c, d in zip(centre, (dx[column[k]], dy[row[k]]), strict=True))
        other = maker.run(point, maker.digits)
        if other.verdict == CONVERGED:
            return maker.confirmed(point, other)
    return maker.confirmed(centre, run)


def agree(run, better, reach=None) -> bool:
    """Whether two runs in different precisions are the same in float64, at every step that counts (the first `reach`)."""
    if reach is not None:
        return all(_alike(run.arrays[name][:reach, None], better.arrays[name][:reach, None], 1.0) for name in ("zx", "zy"))
    if run.verdict != better.verdict or run.left != better.left:
        return False
    return all(_alike(run.arrays[name], better.arrays[name], 0.0) for name in ("w1", "w0", "z") if name in run.arrays)


def _alike(array, other, least):
    """Whether the rows are the same to AGREEMENT of their largest number, or of `least` where that is larger."""
    if array.shape != other.shape:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.where(array == other, 0.0, np.abs(array - other)).reshape(len(array), -1).max(1)      # inf is itself
        size = np.maximum(np.abs(other).reshape(len(other), -1).max(1), least)
        return bool((apart <= AGREEMENT * size).all())


def perturbed(problem, run, point) -> NamedTuple:
    """The system whose lanes follow a run at a point."""
    system = problem.system
    if not hasattr(system, "w1"):
        return perturbed_maps.build(run, system.power, int(isinstance(system, Julia)))
    values = np.array(system.hyper.values)
    values[system.hyper.x], values[system.hyper.y] = map(float, point)
    hyper = system.hyper._replace(values=values)
    kind = perturbed_datum if isinstance(system, OneDatum) else perturbed_network
    return kind.build(system, run, hyper)
