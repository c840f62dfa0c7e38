"""Gradient descent of the paper's network, inputs -> hidden -> 1, LANES trainings at a time.

No biases, mean-field scale (paper, section 2.1 and its code):  f(x) = w1 . activation(x W0 / sqrt(inputs)) / hidden
(tanh and ReLU take sqrt(2) times that argument), loss = mean (f - y)**2, watched before the step, as a ratio to the first.

Inside: M = hidden * LANES numbers in a row of weights; `x` is already multiplied by the scale of
its activation (`INPUT_GAIN`); z holds activations, e errors, g0 and g1 the gradients of w0 and w1.
"""
import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.extending import overload

from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..matmul import accumulate, multiply
from ..simd import load, splat, store, tanh, where

BLOCK = 16                      # samples whose hidden units are in the cache together


# ---------------------------------------------------------------- activations

class Tanh(NamedTuple):
    """h = tanh(z)."""


class Relu(NamedTuple):
    """h = max(z, 0)."""


class Identity(NamedTuple):
    """h = z: the deep linear network."""


ACTIVATIONS = {"tanh": Tanh(), "relu": Relu(), "identity": Identity()}
INPUT_GAIN = {"tanh": 2.0, "relu": 2.0, "identity": 1.0}        # x is multiplied by sqrt(gain / inputs)


def activate(activation, z):
    """The hidden unit."""
    raise NotImplementedError


def slope(activation, h):
    """Its derivative, from its value h."""
    raise NotImplementedError


@overload(activate, jit_options={"forceinline": True})
def _activate(activation, z):
    if is_a(activation, Tanh):
        return lambda activation, z: tanh(z)
    if is_a(activation, Relu):
        return lambda activation, z: where(z < 0.0, 0.0, z)     # NaN stays NaN
    if is_a(activation, Identity):
        return lambda activation, z: z


@overload(slope, jit_options={"forceinline": True})
def _slope(activation, h):
    if is_a(activation, Tanh):
        return lambda activation, h: 1.0 - h * h
    if is_a(activation, Relu):
        return lambda activation, h: where(h > 0.0, splat(1.0), 0.0)
    if is_a(activation, Identity):
        return lambda activation, h: splat(1.0)


# ---------------------------------------------------------------- what a pixel (p, q) means

class Rates(NamedTuple):
    """p, q: the learning rates of the input and of the output layer."""


class OffsetEveryStep(NamedTuple):
    """p is added to every input weight before every step, a drift (paper's code); q: both learning rates."""


class OffsetAtStart(NamedTuple):
    """p is added to every input weight once, at the start (paper's text); q: both learning rates."""


AXES = {None: Rates(), "every step": OffsetEveryStep(), "start": OffsetAtStart()}


def rate0(axes, p, q):
    """The learning rate of the input layer."""
    raise NotImplementedError


def shifts(axes, t):
    """Whether p is added to the input weights before step t; t = -1 is the start."""
    raise NotImplementedError


@overload(rate0, jit_options={"forceinline": True})
def _rate0(axes, p, q):
    if is_a(axes, Rates):
        return lambda axes, p, q: p
    return lambda axes, p, q: q


@overload(shifts, jit_options={"forceinline": True})
def _shifts(axes, t):
    if is_a(axes, OffsetEveryStep):
        return lambda axes, t: t >= 0
    if is_a(axes, OffsetAtStart):
        return lambda axes, t: t < 0
    return lambda axes, t: False


@njit(forceinline=True)
def _add_offset(axes, t, p, step, cells, at, end):
    """Add p * step to the cells from `at` to `end`, if these axes do so before step t."""
    if shifts(axes, t):
        for i in range(at, end, LANES):
            store(cells, i, load(cells, i) + p * step)


# ---------------------------------------------------------------- the three kinds of network

class Network(NamedTuple):
    """Full-batch gradient descent."""

    w0: np.ndarray          # (inputs, hidden)
    w1: np.ndarray          # (hidden,)
    x: np.ndarray           # (samples * inputs,), scaled
    y: np.ndarray           # (samples,)
    activation: NamedTuple
    axes: NamedTuple


class Minibatch(NamedTuple):
    """The gradient comes from a few samples, others at each step; the watched loss is that of all samples."""

    w0: np.ndarray          # as above
    w1: np.ndarray
    x: np.ndarray
    y: np.ndarray
    batches: np.ndarray     # (steps, batch) of int32: the samples drawn
    activation: NamedTuple
    axes: NamedTuple


class OneDatum(NamedTuple):
    """Full-batch on one sample: only z = x w0 matters, and it moves along x x^T."""

    z: np.ndarray           # (hidden,), scaled
    w1: np.ndarray          # (hidden,)
    xx: float               # |x|**2, scaled twice
    x_sum: float            # sum of x, scaled: what an offset of 1 adds to z
    y: float
    activation: NamedTuple
    axes: NamedTuple


KINDS = (Network, Minibatch, OneDatum)


def build(w0, w1, x, y, activation, batches=None, offset=None):
    """The system for weights w0 (inputs, hidden), w1 (hidden,) and data x (samples, inputs), y (samples,)."""
    x = x * math.sqrt(INPUT_GAIN[activation] / x.shape[1])
    kind, axes = ACTIVATIONS[activation], AXES[offset]
    if batches is not None:
        return Minibatch(w0, w1, x.ravel(), y, batches, kind, axes)
    if len(y) == 1:
        return OneDatum(x[0] @ w0, w1, float(x[0] @ x[0]), float(x[0].sum()), float(y[0]), kind, axes)
    return Network(w0, w1, x.ravel(), y, kind, axes)


def first_loss(w0, w1, x, y, activation):
    """The loss of the first weights."""
    z = x @ w0 * math.sqrt(INPUT_GAIN[activation] / x.shape[1])
    h = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0), "identity": lambda z: z}[activation](z)
    return np.mean((h @ w1 / len(w1) - y) ** 2)


@overload(rule)
def _rule(system):
    if is_a(system, *KINDS):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, *KINDS):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, Network, Minibatch):
        return lambda system: system.w0.size + system.w1.size
    if is_a(system, OneDatum):
        return lambda system: 2 * system.w1.size


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, Network, Minibatch):        # g0, g1, z, e, and BLOCK gathered samples, which are no Vecs
        return lambda system: (system.w0.size + system.w1.size + BLOCK * (system.w1.size + 1)
                               + BLOCK * (system.w0.shape[0] + 1) // LANES + 1)
    if is_a(system, OneDatum):                  # h
        return lambda system: system.w1.size


@njit
def _begin(axes, first, w1, step, cells, params, at):
    """The first state: `first` (w0 or z) and w1 in every lane."""
    for r in range(first.size):
        store(cells, at + r * LANES, first[r])
    end = at + first.size * LANES
    for r in range(w1.size):
        store(cells, end + r * LANES, w1[r])
    _add_offset(axes, -1, load(cells, params), step, cells, at, end)


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Network, Minibatch):
        return lambda system, cells, params, at: _begin(system.axes, system.w0.ravel(), system.w1, 1.0, cells, params, at)
    if is_a(system, OneDatum):
        return lambda system, cells, params, at: _begin(system.axes, system.z, system.w1, system.x_sum, cells, params, at)


# ---------------------------------------------------------------- one step

@njit(error_model="numpy")
def _forward(activation, block, inputs, hidden, x, x0, y, y0, gain, cells, at, z, e):
    """Hidden units z and errors e * gain of `block` samples from x[x0], y[y0] on; return the sum of squared errors."""
    M = hidden * LANES
    w1 = at + inputs * M
    multiply(block, inputs, M, x, x0, inputs, 1, cells, at, z)
    loss = splat(0.0)
    for n in range(block):
        total = splat(0.0)
        for j in range(0, M, LANES):
            h = activate(activation, load(z, n * M + j))
            store(z, n * M + j, h)
            total = total + h * load(cells, w1 + j)
        d = total * (1.0 / hidden) - y[y0 + n]
        loss = loss + d * d
        store(e, n * LANES, d * gain)
    return loss


@njit(error_model="numpy")
def _backward(activation, block, inputs, hidden, x, x0, z, e, g0, g1):
    """Add the gradient of `block` samples to g1 and, up to its factor w1, to g0."""
    M = hidden * LANES
    for j in range(0, M, LANES):
        g = load(g1, j)
        for n in range(block):
            q, h = load(e, n * LANES), load(z, n * M + j)
            g = g + q * h
            store(z, n * M + j, q * slope(activation, h))
        store(g1, j, g)
    accumulate(inputs, block, M, x, x0, 1, inputs, z, 0, g0)


@njit(error_model="numpy")
def _update(axes, inputs, hidden, cells, params, at, g0, g1):
    """w0 -= rate0 * g0 * w1 and w1 -= rate1 * g1."""
    M = hidden * LANES
    w1 = at + inputs * M
    p, q = load(cells, params), load(cells, params + LANES)
    first = rate0(axes, p, q)
    for j in range(0, M, LANES):
        w = load(cells, w1 + j)
        r = first * w
        for i in range(j, inputs * M, M):
            store(cells, at + i, load(cells, at + i) - r * load(g0, i))
        store(cells, w1 + j, w - q * load(g1, j))


@njit
def _split(inputs, hidden, scratch):
    """g0, g1 (zeros), z, e and what follows it."""
    M = hidden * LANES
    g0, g1 = scratch[:inputs * M], scratch[inputs * M:(inputs + 1) * M]
    z, e = scratch[(inputs + 1) * M:(inputs + 1 + BLOCK) * M], scratch[(inputs + 1 + BLOCK) * M:]
    for i in range((inputs + 1) * M):
        scratch[i] = 0.0
    return g0, g1, z, e


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Network):
        def full_batch(system, t, cells, params, at, scratch):
            N, inputs, hidden = system.y.size, system.w0.shape[0], system.w1.size
            _add_offset(system.axes, t, load(cells, params), 1.0, cells, at, at + inputs * hidden * LANES)
            g0, g1, z, e = _split(inputs, hidden, scratch)
            loss = splat(0.0)
            for n in range(0, N, BLOCK):
                block = min(BLOCK, N - n)
                loss = loss + _forward(system.activation, block, inputs, hidden, system.x, n * inputs, system.y, n,
                                       2.0 / N / hidden, cells, at, z, e)
                _backward(system.activation, block, inputs, hidden, system.x, n * inputs, z, e, g0, g1)
            _update(system.axes, inputs, hidden, cells, params, at, g0, g1)
            loss = loss / N
            return loss, 1.0 / loss
        return full_batch
    if is_a(system, Minibatch):
        def minibatch(system, t, cells, params, at, scratch):
            N, inputs, hidden = system.y.size, system.w0.shape[0], system.w1.size
            B = system.batches.shape[1]
            _add_offset(system.axes, t, load(cells, params), 1.0, cells, at, at + inputs * hidden * LANES)
            g0, g1, z, e = _split(inputs, hidden, scratch)
            x, y = e[BLOCK * LANES:], e[BLOCK * (LANES + inputs):]
            loss = splat(0.0)
            for n in range(0, N, BLOCK):
                loss = loss + _forward(system.activation, min(BLOCK, N - n), inputs, hidden, system.x, n * inputs, system.y, n,
                                       0.0, cells, at, z, e)
            for n in range(0, B, BLOCK):
                block = min(BLOCK, B - n)
                for i in range(block):
                    sample = system.batches[t, n + i]
                    y[i] = system.y[sample]
                    for k in range(inputs):
                        x[i * inputs + k] = system.x[sample * inputs + k]
                _forward(system.activation, block, inputs, hidden, x, 0, y, 0, 2.0 / B / hidden, cells, at, z, e)
                _backward(system.activation, block, inputs, hidden, x, 0, z, e, g0, g1)
            _update(system.axes, inputs, hidden, cells, params, at, g0, g1)
            loss = loss / N
            return loss, 1.0 / loss
        return minibatch
    if is_a(system, OneDatum):
        def one_datum(system, t, cells, params, at, scratch):
            M = system.w1.size * LANES
            p, q = load(cells, params), load(cells, params + LANES)
            _add_offset(system.axes, t, p, system.x_sum, cells, at, at + M)
            total = splat(0.0)
            for j in range(0, M, LANES):
                h = activate(system.activation, load(cells, at + j))
                store(scratch, j, h)
                total = total + h * load(cells, at + M + j)
            d = total * (1.0 / system.w1.size) - system.y
            gain = d * (2.0 / system.w1.size)
            first = gain * rate0(system.axes, p, q) * system.xx
            second = gain * q
            for j in range(0, M, LANES):
                h = load(scratch, j)
                w = load(cells, at + M + j)
                store(cells, at + j, load(cells, at + j) - first * w * slope(system.activation, h))
                store(cells, at + M + j, w - second * h)
            return d * d, 1.0 / (d * d)
        return one_datum
