"""The network on one sample, followed by its difference from a reference run: OneDatum of network.py as differences."""
from typing import NamedTuple

import numpy as np
from numba.extending import overload

from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start, tail_entry, tail_mean
from ..simd import load, splat, store, where
from .activations import Tanh
from .hyper import Hyper
from .network import RATE_IN, RATE_OUT
from .perturbed import AWAY, EXTRA, begin, drift, hand_over, mean_above_one, rates, tail_difference
from .perturbed_activations import change, reference_value, slopes, zero_unit
from .perturbed_network import ratio_and_sizes, watch


class PerturbedOneDatum(NamedTuple):
    """Full-batch on one sample; the pixel's x and y are what the two parameters differ by from the reference's."""

    kept: np.ndarray            # of the reference, as in PerturbedNetwork: (steps, hidden)
    error: np.ndarray           # (steps,)
    z: np.ndarray               # (steps, hidden)
    w1: np.ndarray
    ratio: np.ndarray           # (steps,)
    size0: np.ndarray
    size1: np.ndarray
    excess: float
    left: int
    start0: np.ndarray          # (hidden,): the system's z and w1
    start1: np.ndarray
    xx: float                   # as in OneDatum
    x_sum: float
    y: float
    activation: NamedTuple
    hyper: Hyper                # values at the reference


PerturbedOneDatum._perturbed = True


def build(system, run, hyper):
    """The perturbed form of a OneDatum around a reference `run` (exact.Run); `hyper` has its values."""
    arrays = run.arrays
    steps = ratio_and_sizes(run, "z", isinstance(system.activation, Tanh))
    return PerturbedOneDatum(arrays["kept"], arrays["error"].ravel(), arrays["z"], arrays["w1"], *steps, run.excess, run.left,
                             system.z, system.w1, system.xx, system.x_sum, system.y, system.activation, hyper)


def shuffled(system, rng):
    """The same with its hidden units in another order: other roundings, the same mathematics."""
    units = rng.permutation(system.start1.size)
    steps = {name: np.ascontiguousarray(getattr(system, name)[..., units]) for name in ("kept", "z", "w1", "start0", "start1")}
    return system._replace(**steps)


@overload(rule)
def _rule(system):
    if is_a(system, PerturbedOneDatum):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0, escape=-1)


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, PerturbedOneDatum):
        return lambda system, cells, at: -1


@overload(rows)
def _rows(system):
    if is_a(system, PerturbedOneDatum):
        return lambda system: 2 * system.start1.size + EXTRA


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, PerturbedOneDatum):                 # what hidden units differ by
        return lambda system: system.start1.size


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, PerturbedOneDatum):
        return lambda system, cells, params, at: begin(system.hyper, system.start0, system.start1, system.x_sum, cells, params,
                                                       at)


@overload(tail_entry, jit_options={"forceinline": True})
def _tail_entry(system, t, v, cells, at):
    if is_a(system, PerturbedOneDatum):
        return lambda system, t, v, cells, at: tail_difference(system.ratio, t, v, cells, at, 2 * system.start1.size)


@overload(tail_mean, jit_options={"forceinline": True, "error_model": "numpy"})
def _tail_mean(system, total, steps):
    if is_a(system, PerturbedOneDatum):
        return lambda system, total, steps: mean_above_one(total, system.excess, steps)


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, PerturbedOneDatum):
        def one_datum(system, t, cells, params, at, scratch):
            hidden = system.start1.size
            M = hidden * LANES
            extra = at + 2 * M
            rate_in, d_in = rates(system.hyper, RATE_IN, cells, params)
            rate_out, d_out = rates(system.hyper, RATE_OUT, cells, params)
            away = load(cells, extra + AWAY * LANES)
            drift(system.hyper, system.x_sum, cells, params, at, at + M, away)
            away = hand_over(t, system.z, system.w1, system.size0, system.size1, cells, at, away)
            gone = away > 0.0
            here = where(gone, splat(0.0), 1.0)
            total = splat(0.0)
            for j in range(hidden):
                a = where(gone, zero_unit(system.activation), splat(system.kept[t, j]))
                dh = change(system.activation, a, load(cells, at + j * LANES))
                store(scratch, j * LANES, dh)
                du = load(cells, at + M + j * LANES)
                total = total + (du * (reference_value(system.activation, a) + dh) + here * system.w1[t, j] * dh)
            f, d = where(gone, -system.y, splat(system.error[t])), total * (1.0 / hidden)
            g, dg = f * (2.0 / hidden), d * (2.0 / hidden)
            rate_in, d_in = rate_in * system.xx, d_in * system.xx
            for j in range(hidden):
                a = where(gone, zero_unit(system.activation), splat(system.kept[t, j]))
                h, dh = reference_value(system.activation, a), load(scratch, j * LANES)
                q, dq = slopes(system.activation, a, h, dh)
                u, du = here * system.w1[t, j], load(cells, at + M + j * LANES)
                p, dp = g * q, dg * (q + dq) + g * dq
                dz = load(cells, at + j * LANES) - (rate_in * (du * (p + dp) + u * dp) + d_in * (u * p))
                store(cells, at + j * LANES, dz)
                store(cells, at + M + j * LANES, du - (rate_out * (dg * (h + dh) + g * dh) + d_out * (g * h)))
            return watch((f + d) * (f + d), (2.0 * f + d) * d, t, system.left, cells, extra, away)
        return one_datum
