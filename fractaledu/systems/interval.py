"""Maps of one number: gradient descent on a loss of one variable, and the logistic map forced by a word.

Every parameter can be an axis (`hyper`).
"""
import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.extending import overload

from ..elementary import exp
from ..kernel import CAP, LANES, Rule, advance, attractor, is_a, rows, rule, scratch_rows, start
from ..simd import load, log, splat, store, where
from ..trigonometry import cos, sin
from .hyper import Hyper, parameter

RATE, START, CURVATURE = range(3)
EPSILON, WAVELENGTH = 2, 3
R_A, R_B, FORCED_START = range(3)


class Parabola(NamedTuple):
    """x' = x - rate * curvature * x; watched before the step: the loss curvature x**2 / 2, as a ratio to the first."""

    hyper: Hyper            # rate, start, curvature


class Bumpy(NamedTuple):
    """Gradient descent on a parabola with a cosine (Liu, arXiv 2406.13971): x**2 + epsilon cos(k x), or, where
    `multiplied`, x**2 (1 + epsilon cos(k x)), with k = 2 pi / wavelength.

    Watched before the step: the loss, as a ratio to the first; the added one is lifted by abs(epsilon), to be nowhere
    negative; where the multiplied one is, for epsilon above 1, the run is gone.
    """

    hyper: Hyper            # rate, start, epsilon, wavelength
    multiplied: int


class Markus(NamedTuple):
    """The logistic map x' = r x (1 - x), r going through a word of A and B (Markus and Hess 1989).

    Watched after the step: the factor by which a small difference has grown in a step, its geometric mean over the steps
    so far; its logarithm is the Lyapunov exponent.
    """

    hyper: Hyper            # A, B, start
    word: np.ndarray        # int32: 0 for A, 1 for B
    burn: int               # steps before the first one that counts
    _moving = 1             # rows of the state that are the orbit's; see kernel.moving_rows


KINDS = (Parabola, Bumpy, Markus)


@overload(rule)
def _rule(system):
    if is_a(system, Parabola):
        return lambda system: Rule(relative=True, after=0, limit=CAP, tolerance=0.0, escape=-1)
    if is_a(system, Bumpy):                     # Liu's criterion of divergence: a loss of 1e8
        return lambda system: Rule(relative=True, after=0, limit=1e8, tolerance=0.0, escape=-1)
    if is_a(system, Markus):
        return lambda system: Rule(relative=False, after=1, limit=CAP, tolerance=0.0, escape=-1)


@overload(rows)
def _rows(system):
    if is_a(system, Markus):                    # x and the sum of the logarithms
        return lambda system: 2
    if is_a(system, *KINDS):
        return lambda system: 1


@overload(scratch_rows)
def _scratch_rows(system):
    if is_a(system, *KINDS):
        return lambda system: 0


@overload(attractor)
def _attractor(system, cells, at):
    if is_a(system, *KINDS):
        return lambda system, cells, at: -1


@njit(forceinline=True)
def _forced(system, t, x, cells, params):
    """r at step t, and the next x."""
    r = parameter(system.hyper, R_B if system.word[t % system.word.size] else R_A, cells, params)
    return r, r * x * (1.0 - x)


@overload(start)
def _start(system, cells, params, at):
    if is_a(system, Markus):
        def burned(system, cells, params, at):
            x = parameter(system.hyper, FORCED_START, cells, params)
            for t in range(system.burn):
                x = _forced(system, t, x, cells, params)[1]
            store(cells, at, x)
            store(cells, at + LANES, 0.0)
        return burned
    if is_a(system, *KINDS):
        return lambda system, cells, params, at: store(cells, at, parameter(system.hyper, START, cells, params))


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if is_a(system, Parabola):
        def parabola(system, t, cells, params, at, scratch):
            x, rate = load(cells, at), parameter(system.hyper, RATE, cells, params)
            curvature = parameter(system.hyper, CURVATURE, cells, params)
            loss = 0.5 * curvature * x * x
            store(cells, at, x - rate * (curvature * x))
            return loss, 1.0 / loss
        return parabola
    if is_a(system, Bumpy):
        def bumpy(system, t, cells, params, at, scratch):
            x, rate = load(cells, at), parameter(system.hyper, RATE, cells, params)
            epsilon = parameter(system.hyper, EPSILON, cells, params)
            k = (2.0 * math.pi) / parameter(system.hyper, WAVELENGTH, cells, params)
            c, s = cos(k * x), sin(k * x)
            if system.multiplied:
                loss = x * x * (1.0 + epsilon * c)
                slope = 2.0 * x * (1.0 + epsilon * c) - x * x * epsilon * k * s
            else:
                loss = x * x + epsilon * c + abs(epsilon)
                slope = 2.0 * x - epsilon * k * s
            store(cells, at, x - rate * slope)
            loss = where(loss < 0.0, np.nan, loss)
            return loss, 1.0 / loss
        return bumpy
    if is_a(system, Markus):
        def markus(system, t, cells, params, at, scratch):
            x = load(cells, at)
            r, then = _forced(system, system.burn + t, x, cells, params)
            grown = abs(r * (1.0 - 2.0 * x))
            total = load(cells, at + LANES) + log(where(grown < 1e-300, splat(1e-300), grown))    # superstable: not -inf
            store(cells, at, then)
            store(cells, at + LANES, total)
            mean = exp(total / (t + 1.0))
            mean = where(abs(then) < np.inf, mean, np.inf)
            return mean, 1.0 / mean
        return markus
