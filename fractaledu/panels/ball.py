"""A ball on a bumpy road: gradient descent on a parabola with a cosine, run by run, and two plots of a run."""
from __future__ import annotations

import math

import numpy as np
from numba import njit

from ..wording import number
from .scene import Axis, Dots, Line, Plot, Rule

KINDS = ["multiplied", "added"]
START = 1.0
FOLLOWED = 40               # steps of the ball that are drawn on the road
WIDEST = 64.0               # where the drawn road ends, at the latest
TINY = 1e-30                # nearer to 0 the road is a parabola, and a step multiplies x by a constant
ROAD_POINTS = 1200


# `fe.bumpy` does the same, with a limit of 1e8 that is part of its compiled code.  Here the limit is a knob.  A run that lies
# still, goes round in a cycle of float64 numbers, or shrinks towards 0, ends early: it can never leave.
@njit(cache=True, nogil=True, error_model="numpy")
def road_and_slope(x, multiplied, epsilon, k):
    """Loss, lifted so that it is nowhere negative where the cosine is added, and its derivative."""
    c, s = math.cos(k * x), math.sin(k * x)
    if multiplied:
        return x * x * (1.0 + epsilon * c), 2.0 * x * (1.0 + epsilon * c) - x * x * epsilon * k * s
    return x * x + epsilon * c + epsilon, 2.0 * x - epsilon * k * s


@njit(cache=True, nogil=True, error_model="numpy")
def settles_at_zero(x, rate, multiplied, epsilon, k):
    """Whether x is so near to 0 that each further step multiplies it by the same number below 1."""
    curvature = 2.0 * (1.0 + epsilon) if multiplied else 2.0 - epsilon * k * k
    return abs(x) < TINY and abs(1.0 - rate * curvature) < 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def departures(rates, multiplied, epsilon, wavelength, steps, limit):
    """For each rate the first of `steps` steps whose loss is above `limit` times the first loss, or -1."""
    k = 2.0 * math.pi / wavelength
    left = np.full(rates.size, -1, np.int32)
    for i in range(rates.size):
        if not multiplied and always_inside(rates[i], epsilon, k, limit):
            continue
        x, kept, when = START, np.nan, 1
        for t in range(steps):
            loss, slope = road_and_slope(x, multiplied, epsilon, k)
            if t == 0:
                most = limit * loss
            if not 0.0 <= loss <= most:                 # NaN too; a negative loss has no floor under it
                left[i] = t
                break
            x -= rates[i] * slope
            if x == kept or settles_at_zero(x, rates[i], multiplied, epsilon, k):
                break
            if t == when:
                kept, when = x, 2 * when
    return left


@njit(cache=True, nogil=True, error_model="numpy")
def always_inside(rate, epsilon, k, limit):
    """Whether the added road's bound, |x| <= rate (epsilon k) / (1 - |1 - 2 rate|) below rate 1, proves that no run leaves."""
    if not 0.0 < rate < 1.0:
        return False
    farthest = max(START, rate * epsilon * k / (1.0 - abs(1.0 - 2.0 * rate)))
    return farthest * farthest + 2.0 * epsilon <= limit * (START * START + epsilon * math.cos(k * START) + epsilon)


@njit(cache=True, nogil=True, error_model="numpy")
def run(rate, multiplied, epsilon, wavelength, steps, limit):
    """The positions of one run and its losses over the first, until it leaves, lies still, or `steps` are done."""
    k = 2.0 * math.pi / wavelength
    x, losses = np.empty(steps), np.empty(steps)
    here = START
    for t in range(steps):
        loss, slope = road_and_slope(here, multiplied, epsilon, k)
        x[t], losses[t] = here, loss
        there = here - rate * slope
        still = there == here or settles_at_zero(here, rate, multiplied, epsilon, k)
        if still or not 0.0 <= loss <= limit * losses[0]:
            return x[:t + 1], losses[:t + 1] / losses[0]
        here = there
    return x, losses / losses[0]


def road(x, kind, epsilon, wavelength):
    """The loss at each of many places."""
    x = np.asarray(x, float)
    bump = epsilon * np.cos(2 * np.pi * x / wavelength)
    return x * x * (1 + bump) if kind == "multiplied" else x * x + bump + epsilon


def has_left(losses, limit):
    """Whether the run's last loss is beyond the limit, or no number."""
    return not 0 <= losses[-1] <= limit


def ball_plot(x, kind, epsilon, wavelength):
    """The road, and the ball's first steps on it; the road is drawn as wide as more than half of them need."""
    x = np.asarray(x[:FOLLOWED + 1])
    wide = 1.5
    while wide < WIDEST and np.mean(np.abs(x) <= wide) < 0.55:
        wide *= 2
    places = np.linspace(-wide, wide, ROAD_POINTS)
    heights, y = road(places, kind, epsilon, wavelength), road(x, kind, epsilon, wavelength)
    inside = np.flatnonzero(np.abs(x) <= wide)
    last = int(inside[-1])
    path = np.where(np.abs(x) <= 4 * wide, x, np.nan)
    layers = [Line(places, heights, "blue", 1.2, name="road"), Line(path, y, "faint", 0.8),
              Dots(x[inside], y[inside], "red", 2.5, hollow=True, name=f"the ball's first {len(x) - 1} steps"),
              Dots([x[last]], [y[last]], "red", 6, name=f"at step {last}")]
    says = (f"A parabola with a cosine {kind}, from {number(-wide)} to {number(wide)}. The ball starts at {number(x[0])}; "
            f"at step {last} it is at {number(x[last], 3)}.")
    return Plot("ball", Axis("x", -wide, wide), Axis("loss", 0, 1.05 * float(heights.max())), layers,
                "The ball on its road", 0.5, 0.6, says)


def loss_plot(losses, limit, steps):
    """The loss curve, with the limit beyond which a run counts as gone."""
    at, last = np.arange(len(losses)), len(losses) - 1
    ends = (f"passes the limit at step {last}" if has_left(losses, limit) else
            f"lies still after {last} steps" if len(losses) < steps else f"stays below the limit for {steps} steps")
    layers = [Rule(y=limit, colour="red", name="limit"), Line(at, losses, "blue", 1.2, name="loss")]
    if last < FOLLOWED:
        layers.append(Dots(at, losses, "blue", 2.5))
    return Plot("loss", Axis("step", 0, max(10, last)), Axis("loss / first loss", 1e-6, 100 * limit, log=True), layers,
                "Its loss", 0.5, 0.6, f"The loss of this run, over its first value, {ends}.")
