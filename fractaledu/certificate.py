"""Which pixels of a picture are right: those that other roundings leave as they are, and those that were trained exactly."""
from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .arguments import whole
from .cancelled import Cancelled
from .deep import STOPS, digits_for, exact_run, lanes, other_lanes, supports
from .landscape import Landscape, check_computed
from .progress import reporter
from .recipes import Recipe
from .rendering import render_of
from .trust import shuffled
from .wording import duration

AGREED, EXACT, UNDECIDED = 0, 1, 2
CLOSE = 1e-2                        # relative, of the values of exact renders: a verdict whose value wanders may be luck
ORDERS = 2                          # other orders of the sums that are tried
COMPANY = 0.5                       # share of the pixels around that have to agree too
LIKELY = 0.95                       # of the interval that is given beside an error rate


@dataclass(frozen=True, eq=False)
class Certificate:
    """What is known of each pixel's verdict (converged or not).

    Attributes
    ----------
    land : Landscape
        The picture; pixels that were trained exactly have their exact values.
    status : int8, shape (rows, columns)
        0 agreed: renders of other roundings give the same.  1 exact: it was trained in arbitrary precision.
        2 undecided: other roundings give something else, there or in most pixels around.
    renders : tuple of str
        Which renders were compared.
    checked, wrong : int
        Agreed pixels that were trained exactly as a sample (they count as exact since), and how many of them had the wrong
        verdict.
    value_error : float
        Median relative error of their values; NaN where none was checked.
    seconds : float
        What training one pixel exactly took (0 where none was checked).
    """

    land: Landscape
    status: np.ndarray
    renders: tuple[str, ...]
    checked: int = 0
    wrong: int = 0
    value_error: float = math.nan
    seconds: float = 0.0

    @property
    def shares(self) -> dict[str, float]:
        """The shares of the pixels: agreed, exact, undecided."""
        return {name: float((self.status == code).mean()) for name, code in
                (("agreed", AGREED), ("exact", EXACT), ("undecided", UNDECIDED))}

    @property
    def error_bound(self) -> float:
        """The share of wrong verdicts among agreed pixels that the sample still allows, at 95 % (Clopper and Pearson)."""
        return _upper(self.wrong, self.checked)

    def __repr__(self):
        said = ", ".join(f"{share:.1%} {name}" for name, share in self.shares.items())
        error = "no agreed pixel was checked"
        if self.checked:
            error = (f"of {self.checked} agreed pixels that were trained exactly {self.wrong} "
                     f"{'was' if self.wrong == 1 else 'were'} wrong, so at most {self.error_bound:.0%} of the agreed (95 %); "
                     f"their values are off by {self.value_error:.0e} (median)")
        undecided = int((self.status == UNDECIDED).sum())
        more = f"; training the {undecided} undecided takes about {duration(self.retraining_seconds)}" if undecided else ""
        return f"<Certificate: {said}; {error}{more}>"

    @property
    def retraining_seconds(self) -> float:
        """About how long `retrained` takes."""
        each = self.seconds or _exact_seconds(self.land)
        return each * float((self.status == UNDECIDED).sum())

    def retrained(self, progress: Callable | bool | None = None, cancel: threading.Event | None = None) -> Certificate:
        """Train the undecided pixels in arbitrary precision; `retraining_seconds` says beforehand how long that takes.

        Parameters
        ----------
        progress : callable or bool, optional
            progress(stage, done, total) in pixels, or whether to show a bar.
        cancel : threading.Event, optional
            Set it, from another thread, to stop.  Then, and after Ctrl-C, what is trained so far is in the Certificate that
            comes back, and the same call on that goes on.

        Returns
        -------
        Certificate
            Its `land` has the exact values, verdicts and departures of the pixels that were undecided.
        """
        pixels, status = self.land.pixels.copy(), self.status.copy()
        rows, columns = np.nonzero(status == UNDECIDED)
        with reporter(progress, **{"trained exactly": "pixels"}) as told, contextlib.suppress(Cancelled, KeyboardInterrupt):
            places = _places(self.land, cancel)
            for done, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
                told("trained exactly", done, len(rows))
                _put(_trained(self.land, places, row, column, cancel), pixels, status, row, column)
            told("trained exactly", len(rows), len(rows))
        return replace(self, land=replace(self.land, pixels=pixels), status=status)


def certify(land: Landscape, samples: int = 24, seed: int = 0, *, threads: int | None = None,
            progress: Callable | bool | None = None, cancel: threading.Event | None = None) -> Certificate:
    """Find out which pixels of a picture are right.

    The picture is computed again with other roundings: exactly (as differences from a reference run) and exactly with the sums
    in two other orders, in plain float64 where its pixels are above the float floor, and that with other sums too.  A pixel
    counts as agreed where all give the same verdict, the exact ones the same value to 1 %, and that holds for at least half of
    the pixels around it too: where training is chaotic, single pixels agree by chance.  That is evidence, not proof: so some
    agreed pixels are trained in arbitrary precision, and how many of them were wrong stands beside it.

    Parameters
    ----------
    land : Landscape
        A complete picture of a system that goes on past float64 (see `render`), plain or exact.
    samples : int, default 24
        Agreed pixels to train exactly, drawn at random; 0 for none.
    seed : int, default 0
        Of the orders of the sums and of that choice.
    threads : int, default as many processors as the process may use
    progress : callable or bool, optional
        progress(stage, done, total), or whether to show bars (default: in notebooks).
    cancel : threading.Event, optional
        Set it, from another thread, to stop.

    Returns
    -------
    Certificate
        `certificate.retrained()` trains what is undecided exactly; `retraining_seconds` says how long that takes.

    Raises
    ------
    ValueError
        If an argument is not as above, or the system stops at float64.
    Cancelled
        If `cancel` was set.
    """
    if not isinstance(land, Landscape):
        raise TypeError(f"land must be a Landscape, got {type(land).__name__}")
    if land.problem.system is None or not supports(land.problem):
        raise ValueError(f"land must be of a system that can be trained exactly, got {land.problem.title}. {STOPS}")
    check_computed("land", land)
    if land.stride != 1 or np.isnan(land.value).any():
        raise ValueError("land must be complete, got one of which pixels are missing")
    samples, seed = whole("samples", samples, 0, 10 ** 6), whole("seed", seed, 0, 2 ** 63)
    rng, converged, names, values = np.random.default_rng(seed), land.value < 0, [], []
    other = np.zeros(converged.shape, bool)
    with reporter(progress, renders="renders", **{"checked exactly": "pixels"}) as told:
        others = _renders(land, rng, threads, cancel)
        for done, (name, make) in enumerate(others):
            told("renders", done, len(others))
            found = make()
            other |= (found < 0) != converged
            names.append(name)
            values += [found] if name.startswith("exact") else []
        told("renders", len(others), len(others))
        values += [land.value] if land.digits else []
        other |= ~(np.ptp(values, axis=0) <= CLOSE * np.abs(values).min(0))
        status = np.where(_in_company(~other), AGREED, UNDECIDED).astype(np.int8)
        agreed = np.argwhere(status == AGREED)
        chosen = agreed[rng.permutation(len(agreed))[:samples]].tolist()
        places = _places(land, cancel)
        wrong, errors, began, pixels = 0, [], time.perf_counter(), land.pixels.copy()
        for done, (row, column) in enumerate(chosen):
            told("checked exactly", done, len(chosen))
            run = _trained(land, places, row, column, cancel)
            _put(run, pixels, status, row, column)
            if run is not None:
                wrong += bool((run.value < 0) != converged[row, column])
                errors.append(abs(land.value[row, column] / run.value - 1) if run.value else 0.0)
        told("checked exactly", len(chosen), max(len(chosen), 1))
    seconds = (time.perf_counter() - began) / max(len(chosen), 1)
    return Certificate(replace(land, pixels=pixels), status, tuple(names), len(errors), wrong,
                       float(np.median(errors)) if errors else math.nan, seconds if chosen else 0.0)


# ---------------------------------------------------------------- behind it

def _renders(land, rng, threads, cancel):
    """Names of other renders of the same picture, and how to make their values."""
    recipe = Recipe(land.problem, land.view, land.size, land.steps)
    plain, precise = (replace(recipe, precision=precision) for precision in ("float64", "exact"))

    def values(recipe, using=None):
        return render_of(recipe, threads, cancel=cancel, using=using).value
    rounded = not land.digits           # at the very points of the plain picture
    made = [("exact, by other sums", lambda: values(precise, other_lanes(precise, rng, cancel, rounded)))] * ORDERS
    if not land.digits:
        made.append(("exact", lambda: values(precise, lanes(precise, cancel=cancel, rounded=True))))
    if not land.view.at_float_floor(land.size):
        if land.digits:
            made.append(("float64", lambda: values(plain)))
        if hasattr(land.problem.system, "w1"):
            made.append(("float64, by other sums", lambda: values(
                replace(plain, problem=shuffled(land.problem, int(rng.integers(2 ** 31)))))))
    return made


def _places(land, cancel=None):
    """The lanes of a picture, which know where its pixels were computed."""
    return lanes(Recipe(land.problem, land.view, land.size, land.steps, precision=land.precision), cancel=cancel)


def _trained(land, places, row, column, cancel=None):
    """The exact run of a pixel, at the very place where it was computed; None if no number of digits decides it."""
    with contextlib.suppress(ValueError):
        return exact_run(land.problem, places.place(column, row), land.steps, cancel=cancel, digits=digits_for(land.view) + 15)


def _put(run, pixels, status, row, column):
    """Enter an exact run, if there is one."""
    status[row, column] = UNDECIDED if run is None else EXACT
    for name in ("value", "last", "departure", "verdict") if run is not None else ():
        pixels[name][row, column] = getattr(run, name)


def _in_company(same):
    """The pixels that are the same, and so are at least half of those around them."""
    rows, columns = same.shape
    padded, there = np.pad(same.astype(float), 1), np.pad(np.ones(same.shape), 1)
    around = [(r, c) for r in range(3) for c in range(3) if (r, c) != (1, 1)]
    count, all_there = (sum(array[r:r + rows, c:c + columns] for r, c in around) for array in (padded, there))
    return same & (count >= COMPANY * all_there)


def _exact_seconds(land):
    places, began = _places(land), time.perf_counter()
    _trained(land, places, 0, 0)
    return time.perf_counter() - began


def _upper(wrong, checked):
    """The upper end of the Clopper-Pearson interval for `wrong` of `checked`, one-sided."""
    if wrong >= checked:
        return 1.0
    low, high = wrong / checked, 1.0
    for _ in range(60):
        p = (low + high) / 2
        likely = sum(math.exp(math.lgamma(checked + 1) - math.lgamma(k + 1) - math.lgamma(checked - k + 1)
                              + k * math.log(p) + (checked - k) * math.log1p(-p)) for k in range(wrong + 1))
        low, high = (p, high) if likely > 1 - LIKELY else (low, p)
    return low
