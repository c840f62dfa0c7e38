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

from ..fused import backward_product, forward_product
from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, splat, store
from .activations import ACTIVATIONS, INPUT_GAIN, kept, slope, value
from .hyper import Hyper, active, parameter

NEAR = 0.15                     # outputs this close to a pattern are it
BLOCK = 16                      # samples whose hidden units are in the cache together


# ---------------------------------------------------------------- hyperparameters

(RATE, RATE_IN, RATE_OUT, MOMENTUM, WEIGHT_DECAY, SCALE_IN, SCALE_OUT, MEAN_IN, MEAN_OUT, DRIFT) = range(10)


# ---------------------------------------------------------------- the kinds of network

class Network(NamedTuple):
    """Full-batch gradient descent."""

    w0: np.ndarray          # (inputs, hidden)
    w1: np.ndarray          # (hidden,)
    x: np.ndarray           # (samples * inputs,), scaled
    y: np.ndarray           # (samples,)
    activation: NamedTuple
    hyper: Hyper
    heavy: int              # 1: momentum or weight decay is in play, and the state holds velocities too


class Minibatch(NamedTuple):
    """The gradient comes from a few samples, others at each step; the watched loss is that of all samples."""

    w0: np.ndarray          # as above
    w1: np.ndarray
    x: np.ndarray
    y: np.ndarray
    batches: np.ndarray     # (steps, batch) of int32: the samples drawn
    activation: NamedTuple
    hyper: Hyper
    heavy: int


class OneDatum(NamedTuple):
    """Full-batch on one sample: only z = x w0 matters, and it moves along x x^T."""

    z: np.ndarray           # (hidden,), scaled
    w1: np.ndarray          # (hidden,)
    xx: float               # |x|**2, scaled twice
    x_sum: float            # sum of x, scaled: what an offset of 1 adds to z
    y: float
    activation: NamedTuple
    hyper: Hyper
    heavy: int


class Solutions(NamedTuple):
    """Full-batch on few samples; the attractor is the nearest of known patterns of outputs, so that neither the order nor
    the signs of the hidden units matter."""

    w0: np.ndarray          # as in Network
    w1: np.ndarray
    x: np.ndarray
    y: np.ndarray
    activation: NamedTuple
    hyper: Hyper
    heavy: int
    patterns: np.ndarray    # (patterns, samples); an attractor each, one for what is near to none, one for infinity


KINDS = (Network, Minibatch, OneDatum, Solutions)


def build(w0, w1, x, y, activation, hyper, batches=None):
    """The system for weights w0 (inputs, hidden), w1 (hidden,) and data x (samples, inputs), y (samples,)."""
    x = x * math.sqrt(INPUT_GAIN[activation] / x.shape[1])
    rest = ACTIVATIONS[activation], hyper, int(active(hyper, MOMENTUM) or active(hyper, WEIGHT_DECAY))
    if batches is not None:
        return Minibatch(w0, w1, x.ravel(), y, batches, *rest)
    if len(y) == 1:
        return OneDatum(x[0] @ w0, w1, float(x[0] @ x[0]), float(x[0].sum()), float(y[0]), *rest)
    return Network(w0, w1, x.ravel(), y, *rest)


@overload(rule)
def _rule(system):
    if is_a(system, Solutions):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0, escape=len(system.patterns) + 1)
    if is_a(system, *KINDS):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0, escape=-1)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Solutions):
        return _solution
    if is_a(system, *KINDS):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, OneDatum):
        return lambda system: 2 * system.w1.size * (1 + system.heavy)
    if is_a(system, *KINDS):
        return lambda system: (system.w0.size + system.w1.size) * (1 + system.heavy)


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, OneDatum):                  # h
        return lambda system: system.w1.size
    if is_a(system, *KINDS):                    # g0, g1, z, e, and BLOCK gathered samples, which are no Vecs
        return lambda system: (system.w0.size + system.w1.size + BLOCK * (system.w1.size + 1)
                               + BLOCK * (system.w0.shape[0] + 1) // LANES + 1)


@njit
def begin(hyper, first, w1, step, cells, params, at, heavy):
    """The first state, in every lane: `first` (w0 or z) and w1, scaled and shifted; velocities 0."""
    scale, mean = parameter(hyper, SCALE_IN, cells, params), parameter(hyper, MEAN_IN, cells, params)
    for r in range(first.size):
        store(cells, at + r * LANES, first[r] * scale + mean * step)
    end = at + first.size * LANES
    scale, mean = parameter(hyper, SCALE_OUT, cells, params), parameter(hyper, MEAN_OUT, cells, params)
    for r in range(w1.size):
        store(cells, end + r * LANES, w1[r] * scale + mean)
    if heavy:
        for i in range(end + w1.size * LANES, end + (w1.size + first.size + w1.size) * LANES, LANES):
            store(cells, i, 0.0)


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, OneDatum):
        return lambda system, cells, params, at: begin(system.hyper, system.z, system.w1, system.x_sum, cells, params, at,
                                                       system.heavy)
    if is_a(system, *KINDS):
        return lambda system, cells, params, at: begin(system.hyper, system.w0.ravel(), system.w1, 1.0, cells, params, at,
                                                       system.heavy)


# ---------------------------------------------------------------- one step

_forward, _backward = forward_product(kept, value), backward_product(value, slope)


@njit(forceinline=True)
def add_drift(hyper, step, cells, params, at, end):
    """Add the drift times `step` to the cells from `at` to `end`, if there is any."""
    if hyper.x == DRIFT or hyper.y == DRIFT or hyper.values[DRIFT] != 0.0:
        drift = parameter(hyper, DRIFT, cells, params)
        for i in range(at, end, LANES):
            store(cells, i, load(cells, i) + drift * step)


@njit(forceinline=True)
def rate_of(hyper, layer, cells, params):
    """The learning rate of a layer (RATE_IN or RATE_OUT)."""
    return parameter(hyper, RATE, cells, params) * parameter(hyper, layer, cells, params)


@njit(error_model="numpy")
def forward(activation, block, inputs, hidden, x, x0, y, y0, gain, cells, at, z, e):
    """Hidden units z and errors e * gain of `block` samples from x[x0], y[y0] on; return the sum of squared errors."""
    M = hidden * LANES
    _forward(activation, block, inputs, M, x, x0, cells, at, z, at + inputs * M, e)
    loss = splat(0.0)
    for n in range(block):
        d = load(e, n * LANES) * (1.0 / hidden) - y[y0 + n]
        loss = loss + d * d
        store(e, n * LANES, d * gain)
    return loss


@njit(error_model="numpy")
def backward(activation, block, inputs, hidden, x, x0, z, e, g0, g1):
    """Add the gradient of `block` samples to g1 and, up to its factor w1, to g0."""
    _backward(activation, block, inputs, hidden * LANES, x, x0, e, z, g0, g1)


@njit(error_model="numpy")
def update(hyper, heavy, inputs, hidden, cells, params, at, g0, g1):
    """w0 -= rate_in * g0 * w1 and w1 -= rate_out * g1; with momentum or weight decay as `heavy_step` says."""
    M = hidden * LANES
    w1 = at + inputs * M
    rate_in, rate_out = rate_of(hyper, RATE_IN, cells, params), rate_of(hyper, RATE_OUT, cells, params)
    if heavy:
        size = w1 + M - at
        for j in range(0, M, LANES):
            w = load(cells, w1 + j)
            for i in range(j, inputs * M, M):
                heavy_step(hyper, rate_in, load(g0, i) * w, cells, params, at + i, size)
            heavy_step(hyper, rate_out, load(g1, j), cells, params, w1 + j, size)
        return
    for j in range(0, M, LANES):
        w = load(cells, w1 + j)
        r = rate_in * w
        for i in range(j, inputs * M, M):
            store(cells, at + i, load(cells, at + i) - r * load(g0, i))
        store(cells, w1 + j, w - rate_out * load(g1, j))


@njit(forceinline=True, error_model="numpy")
def heavy_step(hyper, rate, gradient, cells, params, at, size):
    """velocity = momentum * velocity + gradient + weight_decay * w;  w -= rate * velocity (the velocity `size` further)."""
    w = load(cells, at)
    velocity = (parameter(hyper, MOMENTUM, cells, params) * load(cells, at + size)
                + (gradient + parameter(hyper, WEIGHT_DECAY, cells, params) * w))
    store(cells, at + size, velocity)
    store(cells, at, w - rate * velocity)


@njit
def split(inputs, hidden, scratch):
    """g0, g1 (zeros), z, e and what follows it."""
    M = hidden * LANES
    g0, g1 = scratch[:inputs * M], scratch[inputs * M:(inputs + 1) * M]
    z, e = scratch[(inputs + 1) * M:(inputs + 1 + BLOCK) * M], scratch[(inputs + 1 + BLOCK) * M:]
    for i in range((inputs + 1) * M):
        scratch[i] = 0.0
    return g0, g1, z, e


@njit
def gather(system, t, first, block, inputs, x, y):
    """Copy `block` samples of the batch of step t, from its sample `first` on, to x and y."""
    for i in range(block):
        sample = system.batches[t, first + i]
        y[i] = system.y[sample]
        for k in range(inputs):
            x[i * inputs + k] = system.x[sample * inputs + k]


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Network, Solutions):
        def full_batch(system, t, cells, params, at, scratch):
            N, inputs, hidden = system.y.size, system.w0.shape[0], system.w1.size
            add_drift(system.hyper, 1.0, cells, params, at, at + inputs * hidden * LANES)
            g0, g1, z, e = split(inputs, hidden, scratch)
            loss = splat(0.0)
            for n in range(0, N, BLOCK):
                block = min(BLOCK, N - n)
                loss = loss + forward(system.activation, block, inputs, hidden, system.x, n * inputs, system.y, n,
                                       2.0 / N / hidden, cells, at, z, e)
                backward(system.activation, block, inputs, hidden, system.x, n * inputs, z, e, g0, g1)
            update(system.hyper, system.heavy, inputs, hidden, cells, params, at, g0, g1)
            loss = loss / N
            return loss, 1.0 / loss
        return full_batch
    if is_a(system, Minibatch):
        def minibatch(system, t, cells, params, at, scratch):
            N, inputs, hidden = system.y.size, system.w0.shape[0], system.w1.size
            B = system.batches.shape[1]
            add_drift(system.hyper, 1.0, cells, params, at, at + inputs * hidden * LANES)
            g0, g1, z, e = split(inputs, hidden, scratch)
            x, y = e[BLOCK * LANES:], e[BLOCK * (LANES + inputs):]
            loss = splat(0.0)
            for n in range(0, N, BLOCK):
                loss = loss + forward(system.activation, min(BLOCK, N - n), inputs, hidden, system.x, n * inputs, system.y, n,
                                       0.0, cells, at, z, e)
            for n in range(0, B, BLOCK):
                block = min(BLOCK, B - n)
                gather(system, t, n, block, inputs, x, y)
                forward(system.activation, block, inputs, hidden, x, 0, y, 0, 2.0 / B / hidden, cells, at, z, e)
                backward(system.activation, block, inputs, hidden, x, 0, z, e, g0, g1)
            update(system.hyper, system.heavy, inputs, hidden, cells, params, at, g0, g1)
            loss = loss / N
            return loss, 1.0 / loss
        return minibatch
    if is_a(system, OneDatum):
        def one_datum(system, t, cells, params, at, scratch):
            M = system.w1.size * LANES
            rate_in, rate_out = rate_of(system.hyper, RATE_IN, cells, params), rate_of(system.hyper, RATE_OUT, cells, params)
            add_drift(system.hyper, system.x_sum, cells, params, at, at + M)
            total = splat(0.0)
            for j in range(0, M, LANES):
                h = kept(system.activation, load(cells, at + j))
                store(scratch, j, h)
                total = total + value(system.activation, h) * load(cells, at + M + j)
            d = total * (1.0 / system.w1.size) - system.y
            gain = d * (2.0 / system.w1.size)
            if system.heavy:
                for j in range(0, M, LANES):
                    h, w = load(scratch, j), load(cells, at + M + j)
                    heavy_step(system.hyper, rate_in, gain * system.xx * w * slope(system.activation, h),
                               cells, params, at + j, 2 * M)
                    heavy_step(system.hyper, rate_out, gain * value(system.activation, h), cells, params, at + M + j, 2 * M)
                return d * d, 1.0 / (d * d)
            first = gain * rate_in * system.xx
            second = gain * rate_out
            for j in range(0, M, LANES):
                h = load(scratch, j)
                w = load(cells, at + M + j)
                store(cells, at + j, load(cells, at + j) - first * w * slope(system.activation, h))
                store(cells, at + M + j, w - second * value(system.activation, h))
            return d * d, 1.0 / (d * d)
        return one_datum


# ---------------------------------------------------------------- which solution

def _solution(system, cells, at):
    """The number of the pattern that the lane's outputs are within NEAR of, each; the state is cells[at::LANES]."""
    inputs, hidden = system.w0.shape
    unit, outputs = np.empty(LANES), np.zeros(system.y.size)
    for n in range(system.y.size):
        for j in range(hidden):
            z = 0.0
            for i in range(inputs):
                z += system.x[n * inputs + i] * cells[at + (i * hidden + j) * LANES]
            store(unit, 0, value(system.activation, kept(system.activation, splat(z))))
            outputs[n] += unit[0] * cells[at + (inputs * hidden + j) * LANES] / hidden
    for k in range(len(system.patterns)):
        if np.abs(outputs - system.patterns[k]).max() < NEAR:
            return k
    return len(system.patterns)
