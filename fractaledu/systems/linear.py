"""Full-batch training of the deep linear net, at a cost that does not depend on the number of samples.

With h = z the outputs are X v / hidden: only v = W0 w1 (inputs,) meets the data.  Orthogonal transformations of the samples
change neither the loss nor its gradient, and one (Householder's QR) turns X into a triangle of `inputs` rows, y into as many
numbers and a remainder that no weights reach:

    N loss = |X v / hidden - y|**2 = |R v / hidden - q|**2 + rest,    q the first of Q^T y, rest the squares of the others.

The errors stay errors, so a loss that goes to 0 keeps its digits; X^T X would lose half of them.  And the gradients of
the two layers, g w1^T and W0^T g, follow from that of v, g = 2 R^T (R v / hidden - q) / (N hidden), in one pass over W0.

Inside, as in network.py: M = hidden * LANES numbers in a row of w0; the state is that of Network, number by number.
"""
import functools
import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.extending import overload

from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..matmul import multiply
from ..simd import load, splat, store
from .activations import Identity
from .hyper import Hyper
from .network import RATE_IN, RATE_OUT, Network, add_drift, begin, heavy_step, rate_of

TRIANGLES = 2                   # kept, with their data: an explorer asks again for every pass and every run that it inspects


class Linear(NamedTuple):
    """A Network of identity units; as many rows of data as inputs, or fewer."""

    w0: np.ndarray          # (inputs, hidden)
    w1: np.ndarray          # (hidden,)
    x: np.ndarray           # (rows * inputs,): R
    y: np.ndarray           # (rows,): q
    rest: float             # what of N loss stays, whatever the weights
    samples: int            # N
    hyper: Hyper
    heavy: int              # as in Network


def condensed(system):
    """The system to compute with: a Linear in place of a full-batch Network of identity units, any other as it is.

    The same states and the same watched numbers, but for rounding.
    """
    if not (isinstance(system, Network) and isinstance(system.activation, Identity)):
        return system
    x, y, rest = system.x, system.y, 0.0
    if y.size > system.w0.shape[0]:                     # fewer rows than inputs are no more than R would have
        x, y, rest = triangle(x.tobytes(), y.tobytes())
    return Linear(system.w0, system.w1, x, y, rest, system.y.size, system.hyper, system.heavy)


@functools.lru_cache(TRIANGLES)
def triangle(x, y):
    """R (inputs * inputs,), q (inputs,) and rest of the bytes of the data x (samples * inputs,) and y (samples,).

    Neither BLAS nor LAPACK, whose sums depend on the number of threads: the same data give the same bits.
    """
    y = np.frombuffer(y)
    a = np.column_stack([np.frombuffer(x).reshape(y.size, -1), y])
    inputs = a.shape[1] - 1
    for k in range(inputs):                             # reflect column k onto its first number, and the others with it
        below, largest = a[k:, k:], np.abs(a[k:, k]).max()
        if largest > 0.0:
            mirror = below[:, 0] / largest
            mirror[0] += math.copysign(math.sqrt(math.fsum(mirror * mirror)), mirror[0])
            below -= mirror[:, None] * (np.einsum("i,ij->j", mirror, below) * (2.0 / math.fsum(mirror * mirror)))
    return np.triu(a[:inputs, :inputs]).ravel(), a[:inputs, inputs].copy(), math.fsum(a[inputs:, inputs] ** 2)


@overload(rule)
def _rule(system):
    if is_a(system, Linear):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0, escape=-1)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Linear):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, Linear):
        return lambda system: (system.w0.size + system.w1.size) * (1 + system.heavy)


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, Linear):                            # v, then g in its place; errors
        return lambda system: system.w0.shape[0] + system.y.size


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Linear):
        return lambda system, cells, params, at: begin(system.hyper, system.w0.ravel(), system.w1, 1.0, cells, params, at,
                                                       system.heavy)


# ---------------------------------------------------------------- one step

@njit(error_model="numpy")
def through(inputs, hidden, cells, at, v):
    """v = W0 w1.  Four rows at a time: one sum alone would wait for its own last addition; at the end the last one again."""
    M, last = hidden * LANES, inputs - 1
    w1 = at + inputs * M
    for i in range(0, inputs, 4):
        i1, i2, i3 = min(i + 1, last), min(i + 2, last), min(i + 3, last)
        row, row1, row2, row3 = at + i * M, at + i1 * M, at + i2 * M, at + i3 * M
        sum0, sum1, sum2, sum3 = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for j in range(0, M, LANES):
            w = load(cells, w1 + j)
            sum0 = sum0 + load(cells, row + j) * w
            sum1 = sum1 + load(cells, row1 + j) * w
            sum2 = sum2 + load(cells, row2 + j) * w
            sum3 = sum3 + load(cells, row3 + j) * w
        store(v, i * LANES, sum0)
        store(v, i1 * LANES, sum1)
        store(v, i2 * LANES, sum2)
        store(v, i3 * LANES, sum3)


@njit(error_model="numpy")
def descend(rate_in, rate_out, inputs, hidden, cells, at, g):
    """w1 -= rate_out * W0^T g and W0 -= rate_in * g w1^T, both by the old weights; four columns at a time, as above."""
    M = hidden * LANES
    w1, last = at + inputs * M, M - LANES
    for j in range(0, M, 4 * LANES):
        j1, j2, j3 = min(j + LANES, last), min(j + 2 * LANES, last), min(j + 3 * LANES, last)
        out0, out1, out2, out3 = load(cells, w1 + j), load(cells, w1 + j1), load(cells, w1 + j2), load(cells, w1 + j3)
        far0, far1, far2, far3 = rate_in * out0, rate_in * out1, rate_in * out2, rate_in * out3
        sum0, sum1, sum2, sum3 = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for i in range(inputs):
            row, slope = at + i * M, load(g, i * LANES)
            in0, in1, in2, in3 = load(cells, row + j), load(cells, row + j1), load(cells, row + j2), load(cells, row + j3)
            sum0 = sum0 + in0 * slope
            sum1 = sum1 + in1 * slope
            sum2 = sum2 + in2 * slope
            sum3 = sum3 + in3 * slope
            store(cells, row + j, in0 - far0 * slope)
            store(cells, row + j1, in1 - far1 * slope)
            store(cells, row + j2, in2 - far2 * slope)
            store(cells, row + j3, in3 - far3 * slope)
        store(cells, w1 + j, out0 - rate_out * sum0)
        store(cells, w1 + j1, out1 - rate_out * sum1)
        store(cells, w1 + j2, out2 - rate_out * sum2)
        store(cells, w1 + j3, out3 - rate_out * sum3)


@njit(error_model="numpy")
def descend_heavily(hyper, rate_in, rate_out, inputs, hidden, cells, params, at, g):
    """The same with momentum or weight decay: `heavy_step`, weight by weight."""
    M = hidden * LANES
    w1, size = at + inputs * M, (inputs + 1) * M
    for j in range(0, M, LANES):
        w, total = load(cells, w1 + j), splat(0.0)
        for i in range(inputs):
            place, slope = at + i * M + j, load(g, i * LANES)
            total = total + load(cells, place) * slope
            heavy_step(hyper, rate_in, slope * w, cells, params, place, size)
        heavy_step(hyper, rate_out, total, cells, params, w1 + j, size)


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Linear):
        def linear(system, t, cells, params, at, scratch):
            inputs, hidden = system.w0.shape
            N = system.samples
            add_drift(system.hyper, 1.0, cells, params, at, at + inputs * hidden * LANES)
            v, e = scratch[:inputs * LANES], scratch[inputs * LANES:]
            through(inputs, hidden, cells, at, v)
            multiply(system.y.size, inputs, LANES, system.x, 0, inputs, 1, v, 0, e, 0)
            loss, gain = splat(system.rest), 2.0 / N / hidden
            for n in range(system.y.size):
                d = load(e, n * LANES) * (1.0 / hidden) - system.y[n]
                loss = loss + d * d
                store(e, n * LANES, d * gain)
            g = v
            multiply(inputs, system.y.size, LANES, system.x, 0, 1, inputs, e, 0, g, 0)
            rate_in = rate_of(system.hyper, RATE_IN, cells, params)
            rate_out = rate_of(system.hyper, RATE_OUT, cells, params)
            if system.heavy:
                descend_heavily(system.hyper, rate_in, rate_out, inputs, hidden, cells, params, at, g)
            else:
                descend(rate_in, rate_out, inputs, hidden, cells, at, g)
            loss = loss / N
            return loss, 1.0 / loss
        return linear
