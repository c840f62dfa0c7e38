"""The whole Hessian of a network's loss, all entries at once: for few weights, or for many moments of a run."""
from __future__ import annotations

import numpy as np

from .curvature import ACTIVATIONS, Net


def hessian(net: Net, w0, w1) -> np.ndarray:
    """The second derivatives of the loss by all weights, at one or at several places.

    Parameters
    ----------
    net : Net
        Network and data (curvature.py).
    w0 : ndarray, shape (..., inputs, hidden)
    w1 : ndarray, shape (..., hidden)

    Returns
    -------
    float64, shape (..., n, n)
        n weights: w0 row by row, then w1.  ReLU counts as straight on both sides of its kink.

    Notes
    -----
    With f the output times `hidden` and J its derivatives by the weights, one row a sample, the Hessian is that of Gauss and
    Newton, 2 J'J / samples / hidden², and what the curvature of f adds: within the weights into one hidden unit, and between
    those and the unit's output weight.
    """
    x, (inputs, hidden), samples = net.x_scaled, w0.shape[-2:], len(net.y)
    h, slope, bend = ACTIVATIONS[net.activation](x @ w0)                            # (..., samples, hidden)
    error = 2 / samples * ((h @ w1[..., None]) / hidden - net.y[:, None])           # (..., samples, 1)
    moves = (slope * w1[..., None, :])[..., None, :] * x[:, :, None]                # of the output times hidden, with w0
    moves = np.concatenate((moves.reshape(*h.shape[:-1], -1), h), axis=-1) / hidden
    found = 2 / samples * np.swapaxes(moves, -1, -2) @ moves
    pairs = (x[:, :, None] * x[:, None, :]).reshape(samples, -1)
    inner = np.swapaxes(error * w1[..., None, :] * bend, -1, -2) @ pairs / hidden   # (..., hidden, inputs²)
    outer = np.swapaxes(error * slope, -1, -2) @ x / hidden                         # (..., hidden, inputs)
    size = inputs * hidden
    for j in range(hidden):
        own = np.arange(inputs) * hidden + j                                        # the weights into unit j
        found[..., own[:, None], own] += inner[..., j, :].reshape(*w1.shape[:-1], inputs, inputs)
        found[..., own, size + j] += outer[..., j, :]
        found[..., size + j, own] += outer[..., j, :]
    return found
