"""A network's training together with its derivatives by the pixel's two parameters: forward mode, as dual numbers do it.

Each number of the state gets two tangents, its derivatives by x and by y, and every line of the step in network.py its
derivative by the product and chain rules.  So the derivatives are exact but for rounding, however large they grow.

State: d loss / dx and d loss / dy; the network's own state; its tangent by x; its tangent by y.  Inside, k is 0 for x and
1 for y, and d… is a derivative by parameter k.
"""
from typing import NamedTuple

from numba import njit
from numba.extending import overload

from ..kernel import LANES, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..matmul import accumulate, multiply
from ..simd import load, splat, store
from .activations import bend, kept, slope, value
from .hyper import parameter
from .network import (
    BLOCK,
    DRIFT,
    MEAN_IN,
    MEAN_OUT,
    RATE,
    RATE_IN,
    RATE_OUT,
    SCALE_IN,
    SCALE_OUT,
    Minibatch,
    Network,
    OneDatum,
    add_drift,
    backward,
    forward,
    gather,
    rate_of,
    split,
    update,
)

DERIVATIVES = 2                 # rows in front of the network's state: d loss / dx, d loss / dy


class Tangents(NamedTuple):
    """The network inside (Network, Minibatch or OneDatum without momentum and weight decay), and its derivatives."""

    system: NamedTuple


def _inside(system, *classes):
    """Whether a Numba type is that of Tangents around one of these."""
    return is_a(system, Tangents) and is_a(system.types[0], *classes)


@overload(rule)
def _rule(system):
    if is_a(system, Tangents):
        return lambda system: rule(system.system)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, Tangents):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, Tangents):
        return lambda system: DERIVATIVES + 3 * rows(system.system)


@overload(scratch_rows)
def _scratch_rows(system):
    if _inside(system, OneDatum):               # h of the tangents, then what the network needs
        return lambda system: system.system.w1.size + scratch_rows(system.system)
    if is_a(system, Tangents):                  # for each tangent g0, g1, z and e; then what the network needs
        return lambda system: 2 * (rows(system.system) + BLOCK * (system.system.w1.size + 1)) + scratch_rows(system.system)


# ---------------------------------------------------------------- the parameters' own derivatives

@njit(forceinline=True)
def _by(hyper, k, number):
    """1 where hyperparameter `number` is the pixel's parameter k, else 0."""
    return 1.0 if (hyper.y if k else hyper.x) == number else 0.0


@njit(forceinline=True)
def _rate_by(hyper, k, layer, cells, params):
    """The derivative of a layer's learning rate, a product of two parameters."""
    return (_by(hyper, k, RATE) * parameter(hyper, layer, cells, params)
            + _by(hyper, k, layer) * parameter(hyper, RATE, cells, params))


@njit
def _begin(hyper, first, w1, step, cells, at, count):
    """The tangents of the first state: of `first` (w0 or z) times a scale plus mean times `step`, and of w1."""
    for k in range(2):
        store(cells, at + (k - DERIVATIVES - count) * LANES, 0.0)
        tangent = at + k * count * LANES
        scale, mean = _by(hyper, k, SCALE_IN), _by(hyper, k, MEAN_IN)
        for r in range(first.size):
            store(cells, tangent + r * LANES, splat(scale * first[r] + mean * step))
        scale, mean = _by(hyper, k, SCALE_OUT), _by(hyper, k, MEAN_OUT)
        for r in range(w1.size):
            store(cells, tangent + (first.size + r) * LANES, splat(scale * w1[r] + mean))


@overload(start)
def _start(system, cells, params, at):
    if _inside(system, OneDatum):
        def one_datum(system, cells, params, at):
            inside, count = system.system, rows(system.system)
            start(inside, cells, params, at + DERIVATIVES * LANES)
            _begin(inside.hyper, inside.z, inside.w1, inside.x_sum, cells, at + (DERIVATIVES + count) * LANES, count)
        return one_datum
    if is_a(system, Tangents):
        def network(system, cells, params, at):
            inside, count = system.system, rows(system.system)
            start(inside, cells, params, at + DERIVATIVES * LANES)
            _begin(inside.hyper, inside.w0.ravel(), inside.w1, 1.0, cells, at + (DERIVATIVES + count) * LANES, count)
        return network


@njit(forceinline=True)
def _drift_by(hyper, step, cells, at, count, weights):
    """A drift moves the first `weights` numbers, so it is added to their tangents where it is a parameter."""
    for k in range(2):
        if _by(hyper, k, DRIFT) != 0.0:
            for r in range(weights):
                i = at + (k * count + r) * LANES
                store(cells, i, load(cells, i) + step)


# ---------------------------------------------------------------- one step of a network

@njit(error_model="numpy")
def _forward_by(activation, block, inputs, hidden, x, x0, gain, cells, at, tangent, z, e, dz, de):
    """Tangents dz of what arrives at the hidden units, de of e; return the sum of e * de.  z and e are those of `forward`."""
    M = hidden * LANES
    w1, dw1 = at + inputs * M, tangent + inputs * M
    multiply(block, inputs, M, x, x0, inputs, 1, cells, tangent, dz, 0)
    products = splat(0.0)
    for n in range(block):
        total = splat(0.0)
        for j in range(0, M, LANES):
            h = load(z, n * M + j)
            total = (total + slope(activation, h) * load(dz, n * M + j) * load(cells, w1 + j)
                     + value(activation, h) * load(cells, dw1 + j))
        d = total * (gain / hidden)
        store(de, n * LANES, d)
        products = products + d * load(e, n * LANES)
    return products


@njit(error_model="numpy")
def _backward_by(activation, block, inputs, hidden, x, x0, z, e, dz, de, dg0, dg1):
    """Add the tangents of what `backward` adds to g0 and g1; before it, for it writes over z."""
    M = hidden * LANES
    for j in range(0, M, LANES):
        g = load(dg1, j)
        for n in range(block):
            q, dq = load(e, n * LANES), load(de, n * LANES)
            h, moved = load(z, n * M + j), load(dz, n * M + j)
            g = g + dq * value(activation, h) + q * (slope(activation, h) * moved)
            store(dz, n * M + j, dq * slope(activation, h) + q * (bend(activation, h) * moved))
        store(dg1, j, g)
    accumulate(inputs, block, M, x, x0, 1, inputs, dz, 0, dg0, 0)


@njit(error_model="numpy")
def _update_by(hyper, k, inputs, hidden, cells, params, at, tangent, g0, g1, dg0, dg1):
    """The tangents of `update`; before it, for it writes over the weights."""
    M = hidden * LANES
    w1, dw1 = at + inputs * M, tangent + inputs * M
    rate_in, rate_out = rate_of(hyper, RATE_IN, cells, params), rate_of(hyper, RATE_OUT, cells, params)
    d_in, d_out = _rate_by(hyper, k, RATE_IN, cells, params), _rate_by(hyper, k, RATE_OUT, cells, params)
    for j in range(0, M, LANES):
        w, dw = load(cells, w1 + j), load(cells, dw1 + j)
        moved = d_in * w + rate_in * dw
        for i in range(j, inputs * M, M):
            store(cells, tangent + i, load(cells, tangent + i) - moved * load(g0, i) - rate_in * w * load(dg0, i))
        store(cells, dw1 + j, dw - d_out * load(g1, j) - rate_out * load(dg1, j))


@njit
def _split_by(inputs, hidden, scratch):
    """g0, g1 (zeros), z and e of the tangent by x, of that by y, and of the network; the last with what follows its e."""
    size = (inputs + 1 + BLOCK) * hidden * LANES + BLOCK * LANES
    return (split(inputs, hidden, scratch[:size]), split(inputs, hidden, scratch[size:2 * size]),
            split(inputs, hidden, scratch[2 * size:]))


@njit(error_model="numpy")
def _forwards(activation, block, inputs, hidden, x, x0, y, y0, gain, cells, places, parts):
    """`forward` and both `_forward_by`: the sums of e**2 / gain**2, and of e times its tangents."""
    weights, by_x, by_y = places
    (_, _, xz, xe), (_, _, yz, ye), (_, _, z, e) = parts
    loss = forward(activation, block, inputs, hidden, x, x0, y, y0, gain, cells, weights, z, e)
    return (loss, _forward_by(activation, block, inputs, hidden, x, x0, gain, cells, weights, by_x, z, e, xz, xe),
            _forward_by(activation, block, inputs, hidden, x, x0, gain, cells, weights, by_y, z, e, yz, ye))


@njit(error_model="numpy")
def _backwards(activation, block, inputs, hidden, x, x0, parts):
    """Both `_backward_by`, then `backward`."""
    (xg0, xg1, xz, xe), (yg0, yg1, yz, ye), (g0, g1, z, e) = parts
    _backward_by(activation, block, inputs, hidden, x, x0, z, e, xz, xe, xg0, xg1)
    _backward_by(activation, block, inputs, hidden, x, x0, z, e, yz, ye, yg0, yg1)
    backward(activation, block, inputs, hidden, x, x0, z, e, g0, g1)


@njit(error_model="numpy")
def _updates(hyper, inputs, hidden, cells, params, places, parts):
    """Both `_update_by`, then `update`."""
    weights, by_x, by_y = places
    (xg0, xg1, _, _), (yg0, yg1, _, _), (g0, g1, _, _) = parts
    _update_by(hyper, 0, inputs, hidden, cells, params, weights, by_x, g0, g1, xg0, xg1)
    _update_by(hyper, 1, inputs, hidden, cells, params, weights, by_y, g0, g1, yg0, yg1)
    update(hyper, 0, inputs, hidden, cells, params, weights, g0, g1)


@njit
def _begin_step(net, cells, params, at):
    """Where the weights and their tangents stand, once a drift has moved them."""
    count, moved = rows(net), net.w0.size
    weights = at + DERIVATIVES * LANES
    places = weights, weights + count * LANES, weights + 2 * count * LANES
    add_drift(net.hyper, 1.0, cells, params, weights, weights + moved * LANES)
    _drift_by(net.hyper, 1.0, cells, places[1], count, moved)
    return places


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if _inside(system, Network):
        def full_batch(system, t, cells, params, at, scratch):
            net = system.system
            N, inputs, hidden = net.y.size, net.w0.shape[0], net.w1.size
            places, parts = _begin_step(net, cells, params, at), _split_by(inputs, hidden, scratch)
            gain = 2.0 / N / hidden
            loss, loss_x, loss_y = splat(0.0), splat(0.0), splat(0.0)
            for n in range(0, N, BLOCK):
                block = min(BLOCK, N - n)
                more, more_x, more_y = _forwards(net.activation, block, inputs, hidden, net.x, n * inputs, net.y, n, gain,
                                                 cells, places, parts)
                loss, loss_x, loss_y = loss + more, loss_x + more_x, loss_y + more_y
                _backwards(net.activation, block, inputs, hidden, net.x, n * inputs, parts)
            _updates(net.hyper, inputs, hidden, cells, params, places, parts)
            unit = 2.0 / N / (gain * gain)                  # loss = sum of (e / gain)**2 / N
            store(cells, at, loss_x * unit)
            store(cells, at + LANES, loss_y * unit)
            loss = loss / N
            return loss, 1.0 / loss
        return full_batch
    if _inside(system, Minibatch):
        def minibatch(system, t, cells, params, at, scratch):
            net = system.system
            N, inputs, hidden, B = net.y.size, net.w0.shape[0], net.w1.size, net.batches.shape[1]
            places, parts = _begin_step(net, cells, params, at), _split_by(inputs, hidden, scratch)
            e = parts[2][3]
            x, y = e[BLOCK * LANES:], e[BLOCK * (LANES + inputs):]
            loss, loss_x, loss_y = splat(0.0), splat(0.0), splat(0.0)
            for n in range(0, N, BLOCK):
                more, more_x, more_y = _forwards(net.activation, min(BLOCK, N - n), inputs, hidden, net.x, n * inputs, net.y, n,
                                                 1.0, cells, places, parts)
                loss, loss_x, loss_y = loss + more, loss_x + more_x, loss_y + more_y
            for n in range(0, B, BLOCK):
                block = min(BLOCK, B - n)
                gather(net, t, n, block, inputs, x, y)
                _forwards(net.activation, block, inputs, hidden, x, 0, y, 0, 2.0 / B / hidden, cells, places, parts)
                _backwards(net.activation, block, inputs, hidden, x, 0, parts)
            _updates(net.hyper, inputs, hidden, cells, params, places, parts)
            store(cells, at, loss_x * (2.0 / N))
            store(cells, at + LANES, loss_y * (2.0 / N))
            loss = loss / N
            return loss, 1.0 / loss
        return minibatch
    if _inside(system, OneDatum):
        def one_datum(system, t, cells, params, at, scratch):
            net = system.system
            M, count = net.w1.size * LANES, rows(net)
            weights = at + DERIVATIVES * LANES
            first = weights + count * LANES
            _drift_by(net.hyper, net.x_sum, cells, first, count, net.w1.size)
            _one_datum_by(net, cells, params, at, weights, first, scratch[:M])
            return advance(net, t, cells, params, weights, scratch[M:])
        return one_datum


@njit(error_model="numpy")
def _one_datum_by(net, cells, params, at, weights, first, units):
    """The tangents of a step on one sample, from the weights before it."""
    hidden = net.w1.size
    M = hidden * LANES
    rate_in, rate_out = rate_of(net.hyper, RATE_IN, cells, params), rate_of(net.hyper, RATE_OUT, cells, params)
    drift = parameter(net.hyper, DRIFT, cells, params) * net.x_sum          # `advance` adds it first
    total = splat(0.0)
    for j in range(0, M, LANES):
        h = kept(net.activation, load(cells, weights + j) + drift)
        store(units, j, h)
        total = total + value(net.activation, h) * load(cells, weights + M + j)
    d = total * (1.0 / hidden) - net.y
    gain = d * (2.0 / hidden)
    for k in range(2):
        tangent = first + 2 * k * M
        total = splat(0.0)
        for j in range(0, M, LANES):
            h = load(units, j)
            total = (total + slope(net.activation, h) * load(cells, tangent + j) * load(cells, weights + M + j)
                     + value(net.activation, h) * load(cells, tangent + M + j))
        d_d = total * (1.0 / hidden)
        store(cells, at + k * LANES, 2.0 * d * d_d)
        d_gain = d_d * (2.0 / hidden)
        step_in, step_out = gain * rate_in * net.xx, gain * rate_out
        d_in = (d_gain * rate_in + gain * _rate_by(net.hyper, k, RATE_IN, cells, params)) * net.xx
        d_out = d_gain * rate_out + gain * _rate_by(net.hyper, k, RATE_OUT, cells, params)
        for j in range(0, M, LANES):
            h, w = load(units, j), load(cells, weights + M + j)
            dz, dw = load(cells, tangent + j), load(cells, tangent + M + j)
            s = slope(net.activation, h)
            store(cells, tangent + j, dz - d_in * w * s - step_in * (dw * s + w * (bend(net.activation, h) * dz)))
            store(cells, tangent + M + j, dw - d_out * value(net.activation, h) - step_out * (s * dz))
