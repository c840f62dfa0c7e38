"""Trace: one run, every watched number, and its states where asked."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from .arguments import whole
from .kernel import record, row_count
from .problems import Problem, as_problem
from .rendering import points
from .systems.linear import condensed
from .training import History, is_network
from .training import history as looked_at

LARGEST_RECORD = 2 ** 27            # numbers kept at most, 1 GB


@dataclass(frozen=True, eq=False)
class Trace:
    """The run behind a pixel, or those behind several.  Every array begins with the shape S of the points; where a single
    point was given, x, y and the six last are plain numbers.

    Attributes
    ----------
    problem, x, y, steps
        The question; x and y in true units, of shape S.
    watched : float64, shape S + (steps,)
        The number watched at each step: a network's loss before the step, a map's |z|/2 after it, the distance to the
        nearest root before it.  NaN after the first that was not finite.
    states : float64, shape S + (steps + 1, numbers), or None
        The start and the state after each step: x and y of a map; w0 row by row, then w1, of a network (with one data
        point: sqrt(gain / inputs) x w0, then w1), followed by the
        velocities where momentum or weight decay are in play.  NaN once not finite.
    history : training.History or None
        Loss, sharpness, norms and hidden units of one network's run, where asked for.
    value, verdict, departure, arrival, attractor, last : shape S
        As in `Landscape`; the very numbers of the pixel.

    `numpy.asarray(trace)` is `watched`.
    """

    problem: Problem
    x: np.ndarray
    y: np.ndarray
    steps: int
    watched: np.ndarray
    states: np.ndarray | None
    value: np.ndarray
    verdict: np.ndarray
    departure: np.ndarray
    arrival: np.ndarray
    attractor: np.ndarray
    last: np.ndarray
    history: History | None = None

    def __repr__(self):
        return f"<Trace of {self.problem.title}: {np.size(self.x)} run{'s' * (np.size(self.x) != 1)} of {self.steps} steps>"

    def __array__(self, dtype=None, copy=None):
        return np.array(self.watched, dtype=dtype, copy=True if copy is None else copy)

    def __len__(self):
        return len(self.watched)


def trace(system, x, y, steps=None, states=False, history: int | None = None) -> Trace:
    """Follow the run at one point, or at several.

    Parameters
    ----------
    system : Problem or NamedTuple
    x, y : float, or array_like that broadcast
        The points, in true units.
    steps : int, default the problem's own number
    states : bool, default False
        Also keep the states.
    history : int, optional
        For one run of a network: look at its sharpness, weights and hidden units every so many steps.

    Returns
    -------
    Trace
        Its `watched` is the loss curve of a network, or the size of an orbit.
    """
    problem = as_problem(system)
    steps = problem.check_steps(steps)
    x, y = points(x, y)
    if history is not None:
        history = whole("history", history, 1, 10 ** 9)
        if x.ndim or not is_network(problem):
            raise ValueError(f"history must be asked of one run of a network, got {problem.title} at {x.size} points")
    states_too = states or history is not None
    kept = x.size * (steps + 1) * (row_count(problem.system) if states_too else 1)
    if kept > LARGEST_RECORD:
        raise ValueError(f"steps must be so few that at most {LARGEST_RECORD} numbers are kept, got {steps}, "
                         f"which keeps {kept}")
    stop = np.zeros(1, bool)
    with ThreadPoolExecutor(1) as pool:         # in a thread, so that Ctrl-C is heard
        try:
            run = pool.submit(record, condensed(problem.system), x.ravel(), y.ravel(), steps, states_too, stop)
            out, watched, orbit = run.result()
        except BaseException:
            stop[0] = True
            raise
    shape = x.shape
    parts = {name: out[name].reshape(shape)[()] for name in out.dtype.names}
    return Trace(problem, x[()], y[()], steps, watched.reshape(*shape, steps),
                 orbit.reshape(*shape, *orbit.shape[1:]) if states else None, **parts,
                 history=None if history is None else looked_at(problem, x, y, orbit[0], history))
