"""One training of the paper's network of width 8, and how sharp its loss is along the way."""
from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from ..curvature import ACTIVATIONS, Net
from ..hessians import hessian
from ..networks import paper
from ..processors import one_blas_thread
from ..traces import trace
from ..training import as_net

WIDTH = 8                           # inputs, and hidden units
LOOKS = 25                          # steps whose sharpness is measured
LOST = 1e9                          # a loss above which the sharpness is no longer looked at
NETS = {"tanh": "tanh", "ReLU": "relu", "linear": "linear", "tanh, one data point": "one-datum"}         # the paper's words


@dataclass(frozen=True, eq=False)
class Training:
    """A run of `steps` steps.

    Attributes
    ----------
    loss : float64, shape (steps,)
        Before each step; NaN once it is not finite.
    w0, w1 : float64, shape (steps + 1, inputs, hidden), (steps + 1, hidden)
        The weights, those at the start first.
    finite : int
        How many of them are finite.
    looks : int64, shape (n,)
        Steps before which the sharpness was looked at, while the loss is below `LOST`.
    edge : float64, shape (n,)
        There: the largest eigenvalue of sqrt(D) H sqrt(D) over 2.
    net : curvature.Net
    """

    loss: np.ndarray
    w0: np.ndarray
    w1: np.ndarray
    finite: int
    looks: np.ndarray
    edge: np.ndarray
    net: Net

    def units(self, step) -> np.ndarray:
        """The hidden units before a step, shape (samples, hidden)."""
        with np.errstate(over="ignore"):
            return ACTIVATIONS[self.net.activation](self.net.x_scaled @ self.w0[step])[0]


@functools.lru_cache(16)
def training(name, rate_in, rate_out, steps) -> Training:
    """One run of a network of `NETS`, by the kernel."""
    problem = paper(NETS[name], width=WIDTH)
    net = as_net(problem.system)
    run = trace(problem, rate_in, rate_out, steps, states=True)
    size = net.x_scaled.shape[1] * net.hidden
    w0, w1 = run.states[:, :size].reshape(steps + 1, -1, net.hidden), run.states[:, size:]
    if NETS[name] == "one-datum":                               # its states are sqrt(gain / inputs) x w0
        w0 = w0 / net.x_scaled[0, 0]
    finite = int(np.isfinite(run.states).all(axis=1).sum())
    wanted = np.unique(np.linspace(0, steps - 1, LOOKS).astype(int))
    looks = wanted[(wanted < finite) & (run.watched[wanted] < LOST)]
    with one_blas_thread():
        found = edges(net, w0[looks], w1[looks], (rate_in, rate_out))
    return Training(run.watched, w0, w1, finite, looks, found, net)


def edges(net: Net, w0, w1, rates) -> np.ndarray:
    """The largest eigenvalue of sqrt(D) H sqrt(D) over 2 at several weights, D the rates: on a parabola above 1 is unstable.

    Parameters
    ----------
    w0, w1 : ndarray, shape (n, inputs, hidden), (n, hidden)
    rates : (float, float)
        Of the input and of the output weights.
    """
    roots = np.sqrt(np.repeat(rates, (w0[0].size, w1[0].size)))
    return np.linalg.eigvalsh(roots[:, None] * hessian(net, w0, w1) * roots)[:, -1] / 2
