"""Slow twins: each step as the textbook writes it, in plain Python and numpy.  Imports nothing of ours.

The kernels are tested against these, and the lessons show them.
"""
import math

import numpy as np


def measure(watched, ratio, tail=20, cap=1e6):
    """The paper's measure of one run: (value, converged).

    `watched` are the numbers of its steps; with `ratio` they are read relative to the first one.
    """
    v = [w if math.isfinite(w) else cap for w in watched]               # first, before any division
    if ratio:
        v = [w / v[0] for w in v]
    v = [min(w, cap) for w in v]
    ending = v[-tail:]
    converged = sum(ending) / len(ending) < 1 and all(math.isfinite(w) for w in watched)
    if converged:
        return -sum(v), True
    return sum(1 / w if w > 0 else math.inf for w in v), False


def departure(watched, limit, first):
    """The first step, counting from `first`, whose number exceeds `limit` or is not finite; -1 if none does."""
    for step, w in enumerate(watched, first):
        if not w <= limit:
            return step
    return -1


def escape_orbit(z, c, power, steps):
    """|z|/2 after each step of z -> z**power + c."""
    z, watched = complex(z), []
    for _ in range(steps):
        try:
            z = math.prod([z] * power) + complex(c)
            watched.append(abs(z) / 2)
        except OverflowError:
            z = complex(math.inf)
            watched.append(math.inf)
    return watched


def newton_orbit(z, coefficients, a, steps):
    """The orbit z0, z1, … of z -> z - a p(z)/p'(z); `coefficients` as `numpy.polyval` wants them."""
    slope = np.polyder(coefficients)
    orbit = [z]
    for _ in range(steps - 1):
        with np.errstate(all="ignore"):
            p, q = np.polyval(coefficients, z), np.polyval(slope, z)
            z = z - a * p / q if p != 0 else z
        orbit.append(z)
    return orbit


def train(w0, w1, x, y, rate0, rate1, steps, activation="tanh", batches=None, offset=0.0, offset_at="never"):
    """Losses of gradient descent on the paper's network, each taken before its step.

    `batches[t]` are the samples of step t's gradient; `offset` is added to w0 "at the start" or "every step".
    """
    w0, w1 = np.array(w0, float), np.array(w1, float)
    if offset_at == "at the start":
        w0 += offset
    losses = []
    with np.errstate(all="ignore"):
        for t in range(steps):
            if offset_at == "every step":
                w0 += offset
            losses.append(float(np.mean((predict(w0, w1, x, activation)[1] - y) ** 2)))
            rows = slice(None) if batches is None else batches[t]
            g0, g1 = gradient(w0, w1, x[rows], y[rows], activation)
            w0, w1 = w0 - rate0 * g0, w1 - rate1 * g1
    return losses


def predict(w0, w1, x, activation):
    """Hidden units (samples, hidden) and outputs (samples,) of the network in mean-field scale."""
    z = x @ w0 / math.sqrt(w0.shape[0])
    h = {"tanh": np.tanh(math.sqrt(2) * z), "relu": math.sqrt(2) * np.maximum(z, 0), "identity": z}[activation]
    return h, h @ w1 / math.sqrt(len(w1)) / math.sqrt(len(w1))


def gradient(w0, w1, x, y, activation):
    """Derivatives of the mean squared error with respect to w0 and w1, by the chain rule."""
    h, out = predict(w0, w1, x, activation)
    error = 2 * (out - y) / len(y) / len(w1)                        # d loss / d (h @ w1)
    slope = {"tanh": math.sqrt(2) * (1 - h * h), "relu": math.sqrt(2) * (h > 0), "identity": 1.0}[activation]
    back = error[:, None] * w1 * slope / math.sqrt(w0.shape[0])
    return x.T @ back, h.T @ error
