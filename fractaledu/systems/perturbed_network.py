"""Networks followed by their difference from a reference run: network.py, term by term as differences (see perturbed.py).

Inside, as in network.py: M = hidden * LANES; z holds what the hidden units differ by, e for each sample the error's gradient
and what it differs by, w the output weights of the reference (0 in lanes that are away).
"""
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.extending import overload

from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start, tail_entry, tail_mean
from ..matmul import accumulate, multiply
from ..simd import load, splat, store, where
from .activations import Tanh
from .hyper import Hyper
from .network import BLOCK, RATE_IN, RATE_OUT, Minibatch
from .perturbed import AWAY, EXTRA, FIRST, LOSS, begin, drift, hand_over, mean_above_one, rates, tail_difference
from .perturbed_activations import change, reference_value, slopes, zero_unit


class PerturbedNetwork(NamedTuple):
    """Full-batch gradient descent; the pixel's x and y are what the two parameters differ by from the reference's."""

    kept: np.ndarray            # of the reference (exact/networks.py): (steps, samples * hidden)
    error: np.ndarray           # (steps, samples)
    w0: np.ndarray              # (steps, inputs * hidden)
    w1: np.ndarray              # (steps, hidden)
    push: np.ndarray            # (steps, inputs * hidden): gradient of w0 without its factor w1
    pull: np.ndarray            # (steps, hidden): gradient of w1
    ratio: np.ndarray           # (steps,): its v, at most CAP
    size0: np.ndarray           # (steps,): sum of the squares of w0, and of w1
    size1: np.ndarray
    excess: float               # sum of its last v, each less 1
    left: int                   # the step at which it was gone, or -1
    start0: np.ndarray          # (inputs * hidden,), (hidden,): the system's w0 and w1
    start1: np.ndarray
    x: np.ndarray               # as in Network
    y: np.ndarray
    activation: NamedTuple
    hyper: Hyper                # values at the reference


class PerturbedMinibatch(NamedTuple):
    """The gradient comes from a few samples, others at each step."""

    kept: np.ndarray            # as above
    error: np.ndarray
    w0: np.ndarray
    w1: np.ndarray
    push: np.ndarray
    pull: np.ndarray
    ratio: np.ndarray
    size0: np.ndarray
    size1: np.ndarray
    excess: float
    left: int
    start0: np.ndarray
    start1: np.ndarray
    x: np.ndarray
    y: np.ndarray
    activation: NamedTuple
    hyper: Hyper
    batches: np.ndarray         # as in Minibatch


KINDS = PerturbedNetwork, PerturbedMinibatch
SATURATED = 1e-250                  # 1 - |h| of a unit beyond which differences of its argument are not resolved
for _kind in KINDS:
    _kind._perturbed = True


def build(system, run, hyper):
    """The perturbed form of a Network or Minibatch around a reference `run` (exact.Run); `hyper` has its values."""
    arrays = {name: array.reshape(len(array), -1) for name, array in run.arrays.items()}
    steps = ratio_and_sizes(run, "w0", isinstance(system.activation, Tanh))
    names = "kept", "error", "w0", "w1", "push", "pull"
    shared = (*(arrays[name] for name in names), *steps, run.excess, run.left, system.w0.ravel(),
              system.w1, system.x, system.y, system.activation, hyper)
    return PerturbedMinibatch(*shared, system.batches) if isinstance(system, Minibatch) else PerturbedNetwork(*shared)


def shuffled(system, rng):
    """The same with its samples and hidden units in another order: other roundings, the same mathematics."""
    hidden, samples = system.start1.size, system.y.size
    units, order = rng.permutation(hidden), rng.permutation(samples)

    def by_unit(array):
        """Rows (…, anything, hidden) that are kept flat, their units in the new order."""
        return np.ascontiguousarray(array.reshape(*array.shape[:-1], -1, hidden)[..., units]).reshape(array.shape)

    kept = by_unit(system.kept).reshape(-1, samples, hidden)[:, order]
    other = system._replace(
        kept=np.ascontiguousarray(kept).reshape(system.kept.shape), error=np.ascontiguousarray(system.error[:, order]),
        x=np.ascontiguousarray(system.x.reshape(samples, -1)[order]).ravel(), y=system.y[order],
        **{name: by_unit(getattr(system, name)) for name in ("w0", "w1", "push", "pull", "start0", "start1")})
    if isinstance(system, PerturbedMinibatch):
        other = other._replace(batches=np.argsort(order).astype(np.int32)[system.batches])
    return other


def ratio_and_sizes(run, inner, tanh):
    """v of the reference, and the squares of the sizes of its two layers, at each step."""
    arrays, steps = run.arrays, len(run.arrays["loss"])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.minimum(arrays["loss"] / (arrays["loss"][0] or 1.0), CAP)            # 0: nothing to learn, as in kernel
        sizes = [(arrays[name].reshape(steps, -1) ** 2).sum(1) for name in (inner, "w1")]
    if tanh:            # such a unit has forgotten where it would turn: from there on plain training is as good
        sizes[0][(np.abs(arrays["kept"]).reshape(steps, -1) < SATURATED).any(1)] = 0.0
    if run.left >= 0:
        ratio[run.left:] = CAP
        for size in sizes:
            size[run.left:] = np.inf            # nobody is handed over to weights that are not known
    return ratio, *sizes


@overload(rule)
def _rule(system):
    if is_a(system, *KINDS):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0, escape=-1)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, *KINDS):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, *KINDS):
        return lambda system: system.start0.size + system.start1.size + EXTRA


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, *KINDS):                    # push, pull, w, z, e, and BLOCK gathered samples, which are no Vecs
        return lambda system: (system.start0.size + 2 * system.start1.size + BLOCK * (system.start1.size + 2)
                               + BLOCK * (system.start0.size // system.start1.size + system.start1.size + 2) // LANES + 1)


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, *KINDS):
        return lambda system, cells, params, at: begin(system.hyper, system.start0, system.start1, 1.0, cells, params, at)


@overload(tail_entry, jit_options={"forceinline": True})
def _tail_entry(system, t, v, cells, at):
    if is_a(system, *KINDS):
        return lambda system, t, v, cells, at: tail_difference(system.ratio, t, v, cells, at,
                                                               system.start0.size + system.start1.size)


@overload(tail_mean, jit_options={"forceinline": True, "error_model": "numpy"})
def _tail_mean(system, total, steps):
    if is_a(system, *KINDS):
        return lambda system, total, steps: mean_above_one(total, system.excess, steps)


# ---------------------------------------------------------------- one step

@njit(error_model="numpy")
def _forward(activation, block, inputs, hidden, x, x0, y, y0, kept, k0, error, gain, away, w, cells, at, z, e):
    """What hidden units differ by, to z, and the errors' gradients, to e, of `block` samples; return the sum of the squared
    errors, and what it differs by from the reference's."""
    M = hidden * LANES
    w1 = at + inputs * M
    gone = away > 0.0
    multiply(block, inputs, M, x, x0, inputs, 1, cells, at, z, 0)
    loss, d_loss = splat(0.0), splat(0.0)
    for n in range(block):
        total = splat(0.0)
        for j in range(hidden):
            a = where(gone, zero_unit(activation), splat(kept[k0 + n * hidden + j]))
            dh = change(activation, a, load(z, n * M + j * LANES))
            store(z, n * M + j * LANES, dh)
            total = total + (load(cells, w1 + j * LANES) * (reference_value(activation, a) + dh) + load(w, j * LANES) * dh)
        d = total * (1.0 / hidden)
        f = where(gone, -y[y0 + n], splat(error[y0 + n]))
        loss = loss + (f + d) * (f + d)
        d_loss = d_loss + (2.0 * f + d) * d
        store(e, 2 * n * LANES, f * gain)
        store(e, (2 * n + 1) * LANES, d * gain)
    return loss, d_loss


@njit(error_model="numpy")
def _backward(activation, block, inputs, hidden, x, x0, kept, k0, away, z, e, push, pull):
    """Add what the gradients of `block` samples differ by to pull and, up to its factor w1, to push.

    In lanes that are away push is the whole sum: that of the zero net is not 0, its factor w1 is.
    """
    M = hidden * LANES
    gone = away > 0.0
    for j in range(hidden):
        total = load(pull, j * LANES)
        for n in range(block):
            at = n * M + j * LANES
            a = where(gone, zero_unit(activation), splat(kept[k0 + n * hidden + j]))
            g, dg = load(e, 2 * n * LANES), load(e, (2 * n + 1) * LANES)
            h, dh = reference_value(activation, a), load(z, at)
            q, dq = slopes(activation, a, h, dh)
            total = total + (dg * (h + dh) + g * dh)
            store(z, at, where(gone, (g + dg) * (q + dq), dg * (q + dq) + g * dq))
        store(pull, j * LANES, total)
    accumulate(inputs, block, M, x, x0, 1, inputs, z, 0, push, 0)


@njit(error_model="numpy")
def _update(system, t, cells, params, at, away, w, push, pull):
    """What w0 -= rate_in * w1 * push and w1 -= rate_out * pull change in the differences of w0 and w1."""
    hidden = system.start1.size
    M = hidden * LANES
    inputs = system.start0.size // hidden
    w1 = at + inputs * M
    rate_in, d_in = rates(system.hyper, RATE_IN, cells, params)
    rate_out, d_out = rates(system.hyper, RATE_OUT, cells, params)
    here = where(away > 0.0, splat(0.0), 1.0)
    for j in range(hidden):
        u, du = load(w, j * LANES), load(cells, w1 + j * LANES)
        for i in range(inputs):
            p, dp = here * system.push[t, i * hidden + j], load(push, i * M + j * LANES)
            place = at + i * M + j * LANES
            gradient, d_gradient = u * p, du * (p + dp) + u * dp
            store(cells, place, load(cells, place) - (rate_in * d_gradient + d_in * gradient))
        g = here * system.pull[t, j]
        store(cells, w1 + j * LANES, du - (rate_out * load(pull, j * LANES) + d_out * g))


@njit
def _split(inputs, hidden, scratch):
    """push and pull (zeros), w, z, e, and what follows it."""
    M = hidden * LANES
    for i in range((inputs + 1) * M):
        scratch[i] = 0.0
    ends = inputs * M, (inputs + 1) * M, (inputs + 2) * M, (inputs + 2 + BLOCK) * M
    return (scratch[:ends[0]], scratch[ends[0]:ends[1]], scratch[ends[1]:ends[2]], scratch[ends[2]:ends[3]], scratch[ends[3]:])


@njit(error_model="numpy")
def _before(system, t, cells, params, at, w):
    """What comes before the forward pass: drift, hand-over, the reference's output weights to w; return AWAY."""
    count, hidden = system.start0.size, system.start1.size
    away = load(cells, at + (count + hidden + AWAY) * LANES)
    drift(system.hyper, 1.0, cells, params, at, at + count * LANES, away)
    away = hand_over(t, system.w0, system.w1, system.size0, system.size1, cells, at, away)
    here = where(away > 0.0, splat(0.0), 1.0)
    for j in range(hidden):
        store(w, j * LANES, here * system.w1[t, j])
    return away


@njit(forceinline=True, error_model="numpy")
def watch(loss, d_loss, t, left, cells, extra, away):
    """Keep what the loss differs by; return the loss and its inverse; what still leans on a reference that is gone is gone."""
    store(cells, extra + LOSS * LANES, d_loss)
    if t == 0:
        store(cells, extra + FIRST * LANES, d_loss)
    if 0 <= left <= t:
        loss = where(away > 0.0, loss, np.inf)
    return loss, 1.0 / loss


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, PerturbedNetwork):
        def full_batch(system, t, cells, params, at, scratch):
            N, hidden = system.y.size, system.start1.size
            inputs = system.start0.size // hidden
            push, pull, w, z, e = _split(inputs, hidden, scratch)
            away = _before(system, t, cells, params, at, w)
            kept, error = system.kept[t], system.error[t]
            loss, d_loss = splat(0.0), splat(0.0)
            for n in range(0, N, BLOCK):
                block = min(BLOCK, N - n)
                some, d_some = _forward(system.activation, block, inputs, hidden, system.x, n * inputs, system.y, n, kept,
                                        n * hidden, error, 2.0 / N / hidden, away, w, cells, at, z, e)
                loss, d_loss = loss + some, d_loss + d_some
                _backward(system.activation, block, inputs, hidden, system.x, n * inputs, kept, n * hidden, away, z, e, push,
                          pull)
            _update(system, t, cells, params, at, away, w, push, pull)
            return watch(loss / N, d_loss / N, t, system.left, cells, at + (inputs + 1) * hidden * LANES, away)
        return full_batch
    if is_a(system, PerturbedMinibatch):
        def minibatch(system, t, cells, params, at, scratch):
            N, hidden = system.y.size, system.start1.size
            inputs, B = system.start0.size // hidden, system.batches.shape[1]
            push, pull, w, z, e = _split(inputs, hidden, scratch)
            x = e[2 * BLOCK * LANES:]
            y, kept, error = x[BLOCK * inputs:], x[BLOCK * (inputs + 1):], x[BLOCK * (inputs + 1 + hidden):]
            away = _before(system, t, cells, params, at, w)
            loss, d_loss = splat(0.0), splat(0.0)
            for n in range(0, N, BLOCK):
                some, d_some = _forward(system.activation, min(BLOCK, N - n), inputs, hidden, system.x, n * inputs, system.y, n,
                                        system.kept[t], n * hidden, system.error[t], 0.0, away, w, cells, at, z, e)
                loss, d_loss = loss + some, d_loss + d_some
            for n in range(0, B, BLOCK):
                block = min(BLOCK, B - n)
                for i in range(block):
                    sample = system.batches[t, n + i]
                    y[i], error[i] = system.y[sample], system.error[t, sample]
                    for k in range(inputs):
                        x[i * inputs + k] = system.x[sample * inputs + k]
                    for j in range(hidden):
                        kept[i * hidden + j] = system.kept[t, sample * hidden + j]
                _forward(system.activation, block, inputs, hidden, x, 0, y, 0, kept, 0, error, 2.0 / B / hidden, away, w,
                         cells, at, z, e)
                _backward(system.activation, block, inputs, hidden, x, 0, kept, 0, away, z, e, push, pull)
            _update(system, t, cells, params, at, away, w, push, pull)
            return watch(loss / N, d_loss / N, t, system.left, cells, at + (inputs + 1) * hidden * LANES, away)
        return minibatch
