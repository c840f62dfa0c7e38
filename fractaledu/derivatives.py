"""How the outcome of a training depends on its learning rates: exact derivatives of the loss curve, forward mode."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from .arguments import check_threads
from .kernel import LANES, record
from .problems import Problem, as_problem
from .processors import available_threads
from .rendering import points
from .systems.network import Minibatch, Network, OneDatum
from .systems.tangents import DERIVATIVES, Tangents

LARGEST_RECORD = 2 ** 23            # runs times steps: about half a GB at the peak


@dataclass(frozen=True, eq=False)
class MetaGradient:
    """Loss curves and their derivatives by the problem's two parameters.  Every array begins with the shape S of the points.

    Attributes
    ----------
    problem, x, y, steps
        The question; x and y in true units, of shape S.
    loss : float64, shape S + (steps,)
        The loss before each step, divided by the first one: not capped.  NaN after the first that was not finite.
    by_x, by_y : float64, shape S + (steps,)
        Its derivatives by x and by y, in true units: of one step later by one step more.  Infinite or NaN beyond 1e308.
    per_decade_x, per_decade_y : float64, shape S + (steps,)
        Its derivatives by log10 x and log10 y: by_x times x ln 10.
    """

    problem: Problem
    x: np.ndarray
    y: np.ndarray
    steps: int
    loss: np.ndarray
    by_x: np.ndarray
    by_y: np.ndarray

    per_decade_x = property(lambda self: _per_decade(self.by_x, self.x))
    per_decade_y = property(lambda self: _per_decade(self.by_y, self.y))

    def __repr__(self):
        count = np.size(self.x)
        return f"<MetaGradient of {self.problem.title}: {count} run{'s' * (count != 1)} of {self.steps} steps>"


def meta_gradient(system, x, y, steps: int | None = None, threads: int | None = None) -> MetaGradient:
    """The loss curves of trainings, and their exact derivatives by the two parameters of the map (the learning rates).

    Parameters
    ----------
    system : Problem
        A network (`paper`, `network`, `random_network`) without momentum and weight decay; any two of its other parameters
        are the axes.
    x, y : float, or array_like that broadcast
        The points, in true units.
    steps : int, default the problem's own number
    threads : int, default as many processors as the process may use

    Returns
    -------
    MetaGradient

    Raises
    ------
    ValueError
        If an argument is not as above, or runs times steps exceed 2**23.

    Notes
    -----
    Forward mode: every number of the training is followed with its two tangents, dual numbers in the same kernel, so that
    there is no error but rounding.  In chaotic regions the derivatives grow by a factor in each step, to 1e30 and beyond:
    they are true, and of no use as a direction.  Where the run itself is chaotic its rounding is amplified too: there only
    the size of a derivative means something.  ReLU counts as straight on both sides of its kink.

    Metz, Maheswaranathan, Nixon, Freeman and Sohl-Dickstein, arXiv 1810.10180, on what this does to learned optimisers.
    """
    problem = as_problem(system)
    net = problem.system
    if not isinstance(net, Network | Minibatch | OneDatum):
        raise ValueError(f"system must be a network of layers, got {problem.title}")
    if net.heavy:
        raise ValueError(f"system must be a network without momentum and weight decay, got {problem.title}")
    steps = problem.check_steps(steps)
    x, y = points(x, y)
    if x.size * steps > LARGEST_RECORD:
        raise ValueError(f"x and y must be so few points that runs times steps are at most {LARGEST_RECORD}, "
                         f"got {x.size} times {steps}")
    curves, slopes = _recorded(Tangents(net), x.ravel(), y.ravel(), steps, check_threads(threads) or available_threads())
    first = curves[:, :1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        loss = curves / first
        slopes = (slopes - loss[..., None] * slopes[:, :1]) / first[..., None]      # of a ratio: the first loss may move too
    shape = (*x.shape, steps)
    return MetaGradient(problem, x[()], y[()], steps, loss.reshape(shape), slopes[..., 0].reshape(shape),
                        slopes[..., 1].reshape(shape))


def _recorded(system, x, y, steps, threads):
    """The losses (n, steps) and their derivatives (n, steps, 2), of some runs in each thread."""
    size = max(LANES, -(-len(x) // threads // LANES) * LANES)
    stop = np.zeros(1, bool)
    with ThreadPoolExecutor(threads) as pool:
        try:
            parts = [future.result() for future in [
                pool.submit(record, system, x[i:i + size], y[i:i + size], steps, True, stop, DERIVATIVES)
                for i in range(0, max(len(x), 1), size)]]
        except BaseException:           # Ctrl-C too: the threads leave within a few steps
            stop[0] = True
            raise
    return (np.concatenate([watched for _, watched, _ in parts]), np.concatenate([states[:, 1:] for *_, states in parts]))


def _per_decade(slope, at):
    return slope * np.expand_dims(np.log(10) * np.asarray(at), -1)
