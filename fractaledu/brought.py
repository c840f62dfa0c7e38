"""Systems brought by a researcher: two functions on one run's numbers, or a loss of one variable."""
from __future__ import annotations

import math
from types import FunctionType

import numpy as np
from numba import njit
from numba.core.registry import CPUDispatcher

from .arguments import real, whole
from .problems import LOSS, MOST_STEPS, Problem, Watched
from .systems.own import Own
from .view import View, check_view


def own_system(start, step, size, constants=(), *, view: View, steps=100, relative=False, after=1, limit=1e6,
               tolerance=0.0, title="", x_label="x", y_label="y", symbols=("x", "y"), watched="watched number", formula="",
               source="") -> Problem:
    """A whole system of your own: two functions on the numbers of one run, compiled by Numba.

    Parameters
    ----------
    start : function (constants, x, y, state) -> None
        Fills `state` (float64, shape (size,), zeros) with the first state of the run at the pixel (x, y).
    step : function (constants, t, x, y, state) -> float
        Makes step number t (from 0) in place and returns the watched number, 0 or more.  Pure: randomness comes as an
        array in `constants`, as long as there are steps.  A negative number counts as not finite.  Both are jitted here.
    size : int
        Numbers in a state, from 1 to 1 000 000.
    constants : tuple of numbers and arrays, or a NamedTuple of them, default ()
        What the functions need to know.  Arrays are not copied: do not change them later.
    view : View
        A good first view.
    steps : int, default 100
    relative : bool, default False
        Whether the watched number is read as a ratio to the first one (a loss).
    after : {0, 1}, default 1
        Whether `step` watches after its step, or before it.
    limit : float, default 1e6
        A run has departed when the watched number (or the ratio) first exceeds this.
    tolerance : float, default 0
        0: converged means that the mean of the last 20 is below 1, as in the paper.  Else: that the last is below this;
        a watched number of exactly 0 must then mean that the run stays where it is.
    title, x_label, y_label, symbols, watched, formula, source
        Words for figures and the explorer.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or a function fails or returns no number at the centre of the view.

    Notes
    -----
    `start` and `step` are compiled with checked bounds and Numba's ``error_model="numpy"``.  Functions that they call keep
    what you gave them: without checks, a place beyond the end of an array is another number, or the end of the process.
    Numba's matrix product (``@``) needs scipy, which this package does not install.

    Examples
    --------
    `docs/own-system.md` trains a deeper network with biases and Adam.
    """
    size = whole("size", size, 1, 1_000_000)
    check_view(view)
    steps = whole("steps", steps, 1, MOST_STEPS)
    functions = [_jitted(name, function) for name, function in (("start", start), ("step", step))]
    if not isinstance(constants, tuple):
        raise TypeError(f"constants must be a tuple, got {type(constants).__name__}")
    whole("after", after, 0, 1)
    if not isinstance(relative, bool):
        raise ValueError(f"relative must be True or False, got {relative!r}")
    limit, tolerance = real("limit", limit), real("tolerance", tolerance)
    if not (limit > 0 and tolerance >= 0):
        raise ValueError(f"limit must be positive and tolerance at least 0, got {limit} and {tolerance}")
    for place in (*((x, y) for x in view.x for y in view.y), view.centre):
        state = np.zeros(size)
        _tried("start", functions[0], constants, *place, state)
        first = _tried("step", functions[1], constants, 0, *place, state)
    if not isinstance(first, int | float):
        raise ValueError(f"step must return the watched number, got {first!r} at the centre of the view")
    if not math.isfinite(first) or first < 0:
        raise ValueError(f"step must return a finite number of 0 or more from the centre of the view, got {first!r}")
    system = Own(*functions, constants, size, relative, int(after), limit, tolerance)
    return Problem(system, view, steps, title=title or "A system of your own", x_label=x_label, y_label=y_label,
                   symbols=symbols,
                   watched=Watched(str(watched), tolerance or 1.0, relative, ends=tolerance > 0, limit=limit), formula=formula,
                   source=source)


def descent(loss, slope=None, *, start=1.0, view: View | None = None, steps=1000, limit=1e8, title="") -> Problem:
    """Gradient descent on a loss of one variable of your own: x is the learning rate, y the start.

    Parameters
    ----------
    loss : function (x) -> float
        Of one float; jitted here if it is not yet.  Where it is negative the run counts as gone.
    slope : function (x) -> float, optional
        Its derivative.  Default: a central difference, right to about ten digits
        where the loss varies over lengths of about 1; for finer losses give it.
    start : float, default 1
        The middle of the first view's y axis.
    view : View, default learning rates from 0 to 1.5, starts within 1 of `start`
    steps : int, default 1000
    limit : float, default 1e8
        A run has departed when its loss exceeds this times the first.
    title : str

    Raises
    ------
    ValueError
        If the loss (or the slope) is not finite at the start, the loss is negative there, or a function fails.
    """
    loss, start = _jitted("loss", loss), real("start", start)
    first = _tried("loss", loss, start)
    if not isinstance(first, int | float) or not math.isfinite(first) or first < 0:
        raise ValueError(f"loss must be a finite number of 0 or more at the start, got {first!r} at x = {start}")
    if slope is None:
        slope = _central(loss)
    else:
        slope = _jitted("slope", slope)
        steep = _tried("slope", slope, start)
        if not isinstance(steep, int | float) or not math.isfinite(steep):
            raise ValueError(f"slope must be a finite number at the start, got {steep!r} at x = {start}")
    view = View((0.0, 1.5), (start - 1.0, start + 1.0)) if view is None else view
    begin, step = _descending(loss, slope)
    return own_system(begin, step, 1, view=view, steps=steps, relative=True, after=0, limit=limit,
               title=title or "Gradient descent on a loss of your own", x_label="learning rate", y_label="start",
               symbols=("η", "x₀"), watched=LOSS.name, formula=r"x_{t+1} = x_t - \eta\,f'(x_t)")


def _central(loss):
    @njit(error_model="numpy")
    def slope(x):
        h = 6e-6 * max(1.0, abs(x))
        return (loss(x + h) - loss(x - h)) / (2.0 * h)
    return slope


def _descending(loss, slope):
    @njit
    def begin(constants, x, y, state):
        state[0] = y

    @njit(error_model="numpy")
    def step(constants, t, x, y, state):
        watched = loss(state[0])
        state[0] -= x * slope(state[0])
        return watched
    return begin, step


def _jitted(name, function):
    """The function compiled so that a place beyond an array is an IndexError, and not the end of the process."""
    function = function.py_func if isinstance(function, CPUDispatcher) else function
    if not isinstance(function, FunctionType):
        raise TypeError(f"{name} must be a Python function, or one jitted by Numba, got {type(function).__name__}")
    return njit(boundscheck=True, error_model="numpy")(function)


def _tried(name, function, *arguments):
    """What a function returns; ValueError in one line where it cannot be compiled or fails."""
    try:
        return function(*arguments)
    except Exception as error:                  # Numba's and the function's own, of any kind
        first = str(error).strip().splitlines() or [type(error).__name__]
        said = next((line.strip() for line in first if line.strip() and not line.startswith("Failed in")), first[0])
        raise ValueError(f"{name} must run under Numba, got {type(error).__name__}: {said}") from error
