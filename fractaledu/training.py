"""What happens inside a training run: loss, sharpness, size of the weights, hidden units, at chosen steps."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .curvature import ACTIVATIONS, Net, sharpness_at
from .systems import network as systems
from .systems.activations import ACTIVATIONS as MARKERS

LARGEST_HIDDEN = 2 ** 24            # hidden units kept at most


@dataclass(frozen=True, eq=False)
class History:
    """A training run at chosen steps; arrays of shape (n,) unless said.

    Attributes
    ----------
    steps : int64
        Before which steps (from 0) the network was looked at.
    loss : float64
        Of all data.
    sharpness : float64
        The largest eigenvalue of the Hessian of the loss.
    preconditioned : float64
        That of sqrt(D) H sqrt(D), D the diagonal of the two layers' learning rates: the step is unstable above `edge`.
    edge : float
        2 (1 + momentum); weight decay is not in it.
    norm_in, norm_out : float64
        Euclidean norms of the two layers' weights (with one data point: of x w0 / abs(x), all of w0 that ever changes).
    hidden : float64, shape (n, samples, hidden)
        Hidden units.
    """

    steps: np.ndarray
    loss: np.ndarray
    sharpness: np.ndarray
    preconditioned: np.ndarray
    edge: float
    norm_in: np.ndarray
    norm_out: np.ndarray
    hidden: np.ndarray


def is_network(problem):
    """Whether the problem trains a network of layers, as `history` needs."""
    return isinstance(problem.system, systems.KINDS)


def history(problem, x, y, states, every) -> History:
    """Of the run at (x, y) whose states (steps + 1, numbers) are given; every so many steps, the last one too."""
    net, hyper = as_net(problem.system), problem.system.hyper
    hidden = net.hidden
    finite = np.flatnonzero(np.isfinite(states[:-1]).all(axis=1))
    steps = np.unique(np.r_[finite[::every], finite[-1:]])
    if steps.size * net.y.size * hidden > LARGEST_HIDDEN:
        raise ValueError(f"history must be so seldom that at most {LARGEST_HIDDEN} hidden units are kept, got every {every}")
    numbers = hyper.values.copy()
    numbers[hyper.x], numbers[hyper.y] = x, y
    rates = tuple(numbers[systems.RATE] * numbers[layer] for layer in (systems.RATE_IN, systems.RATE_OUT))
    rows = []
    for state in states[steps]:
        w0, w1 = weights(problem.system, net, state, numbers[systems.DRIFT])
        with np.errstate(over="ignore", invalid="ignore"):
            units = ACTIVATIONS[net.activation](net.x_scaled @ w0)[0]
            loss = np.mean((units @ w1 / hidden - net.y) ** 2)
            if not loss < np.inf:               # the weights are finite, but not for long
                break
            both = sharpness_at(net, w0, w1, rates) if min(rates) >= 0 else np.nan
            rows.append((loss, sharpness_at(net, w0, w1), both, np.linalg.norm(w0), np.linalg.norm(w1), units))
    if not rows:
        raise ValueError(f"x and y must be those of a run whose first loss is finite, got {x} and {y}")
    loss, sharpness, both, norm_in, norm_out, units = zip(*rows, strict=True)
    edge = 2.0 * (1.0 + numbers[systems.MOMENTUM])
    return History(steps[:len(rows)], np.array(loss), np.array(sharpness), np.array(both), edge,
                   np.array(norm_in), np.array(norm_out), np.array(units))


def weights(system, net, state, drift):
    """(w0, w1) of a state of the system's run, for `net`; the drift comes before the loss is looked at."""
    inputs, hidden = net.x_scaled.shape[1], net.hidden
    w0, w1 = state[:inputs * hidden].reshape(inputs, hidden), state[inputs * hidden:(inputs + 1) * hidden]
    if isinstance(system, systems.OneDatum):
        return (w0 + drift * system.x_sum) / net.x_scaled[0, 0], w1
    return w0 + drift, w1


def as_net(system):
    """The network in the words of curvature.py; with one data point w0 has a single row, along x."""
    name = next(name for name, marker in MARKERS.items() if type(marker) is type(system.activation))
    if isinstance(system, systems.OneDatum):
        return Net(np.array([[np.sqrt(system.xx)]]), np.array([system.y]), system.w1.size, name)
    return Net(system.x.reshape(system.y.size, -1), system.y, system.w1.size, name)
