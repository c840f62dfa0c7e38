"""What all perturbed networks share: runs that are followed by their difference from a reference run.

The reference is trained in arbitrary precision (exact/).  A lane holds what its weights differ by, in float64: such differences
may be far below one ulp of the weights.  The formulas are those of network.py with `f(now) - f(reference)` written out by the
product rule, d(f g) = df (g + dg) + f dg, so that nothing is lost by subtraction.

When the weights of a lane have left the reference by a quarter of its size, the lane is handed over: its state becomes its
weights themselves, and its reference the *zero net*, whose weights are 0 at every step (a fixed point of training).  The same
formulas are then plain training in float64.

State: differences of the weights, then one row each of AWAY (1 once handed over), what the loss differs by, and what the first
loss differs by.
"""
from numba import njit

from ..kernel import CAP, HEAD, LANES, SCALE, TAIL
from ..simd import bits, load, splat, store, where
from .network import DRIFT, MEAN_IN, MEAN_OUT, RATE, SCALE_IN, SCALE_OUT

AWAY, LOSS, FIRST, EXTRA = range(4)         # rows behind the weights
FAR = 16.0                                  # handed over when FAR * |difference|**2 exceeds |reference|**2


@njit(forceinline=True)
def difference(hyper, k, cells, params):
    """What parameter number k differs by from the reference's, in every lane."""
    if k == hyper.x:
        return load(cells, params)
    if k == hyper.y:
        return load(cells, params + LANES)
    return splat(0.0)


@njit(forceinline=True)
def rates(hyper, layer, cells, params):
    """The learning rate of a layer, and what it differs by from the reference's."""
    factor, own = hyper.values[RATE], hyper.values[layer]
    d_factor, d_own = difference(hyper, RATE, cells, params), difference(hyper, layer, cells, params)
    change = d_factor * (own + d_own) + factor * d_own
    return factor * own + change, change


@njit
def begin(hyper, first, w1, step, cells, params, at):
    """The first differences of the weights: `first` (w0 or z) and w1, scaled and shifted."""
    scale, mean = difference(hyper, SCALE_IN, cells, params), difference(hyper, MEAN_IN, cells, params)
    for r in range(first.size):
        store(cells, at + r * LANES, first[r] * scale + mean * step)
    end = at + first.size * LANES
    scale, mean = difference(hyper, SCALE_OUT, cells, params), difference(hyper, MEAN_OUT, cells, params)
    for r in range(w1.size):
        store(cells, end + r * LANES, w1[r] * scale + mean)
    for r in range(w1.size, w1.size + EXTRA):
        store(cells, end + r * LANES, 0.0)


@njit(forceinline=True)
def drift(hyper, step, cells, params, at, end, away):
    """Add the drift times `step`: to lanes that are away all of it, to the others what it differs by."""
    if hyper.x == DRIFT or hyper.y == DRIFT or hyper.values[DRIFT] != 0.0:
        d = difference(hyper, DRIFT, cells, params)
        by = (d + where(away > 0.0, splat(hyper.values[DRIFT]), 0.0)) * step
        for i in range(at, end, LANES):
            store(cells, i, load(cells, i) + by)


@njit(error_model="numpy")
def hand_over(t, w0, w1, size0, size1, cells, at, away):
    """Hand over the lanes whose weights are far from the reference's of step t; return AWAY."""
    inner, outer = splat(0.0), splat(0.0)
    middle, end = at + w0.shape[1] * LANES, at + (w0.shape[1] + w1.shape[1]) * LANES
    for i in range(at, middle, LANES):
        inner = inner + load(cells, i) * load(cells, i)
    for i in range(middle, end, LANES):
        outer = outer + load(cells, i) * load(cells, i)
    near = where(FAR * inner > size0[t], 0.0, where(FAR * outer > size1[t], splat(0.0), 1.0))       # NaN is gone in this step
    leaving = where(away > 0.0, splat(0.0), 1.0 - near)
    if bits(leaving > 0.0):
        for r in range(w0.shape[1]):
            store(cells, at + r * LANES, load(cells, at + r * LANES) + leaving * w0[t, r])
        for r in range(w1.shape[1]):
            store(cells, middle + r * LANES, load(cells, middle + r * LANES) + leaving * w1[t, r])
        away = away + leaving
        store(cells, end + AWAY * LANES, away)
    return away


@njit(forceinline=True, error_model="numpy")
def tail_difference(ratio, t, v, cells, at, weights):
    """v less the reference's v, without subtracting them while they are near; `at` is where the group begins."""
    extra = at + (HEAD + weights) * LANES
    plain = v - ratio[t]
    if ratio[t] >= CAP:
        return plain
    change = load(cells, extra + LOSS * LANES) - ratio[t] * load(cells, extra + FIRST * LANES)
    near = where(load(cells, extra + AWAY * LANES) > 0.0, plain, change / load(cells, at + SCALE * LANES))
    return where(v < CAP, near, plain)


@njit(forceinline=True, error_model="numpy")
def mean_above_one(total, excess, steps):
    """The mean of the last v, less 1: the reference's, and what the lane's differ by."""
    return (total + excess) / min(TAIL, steps)
