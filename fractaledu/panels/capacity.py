"""Ten points and any number of parameters: the fit, and its two errors over the effort that is put into the proxy."""
from __future__ import annotations

import functools

import numpy as np

from ..random_features import KINDS, MOST, NOISE, PLACES, POINTS, data, features, gains, svd, target
from ..wording import number
from .board import Board, Choice, Knob
from .scene import Axis, Dots, Line, Plot, Rule, Scene

DRAWS = 15                          # of the data and the features; the median is over all of them
LADDER = (2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 15, 20, 50, 200, 1000, 10_000)       # parameters in the curves
GRID = np.linspace(-1, 1, 121)
NONE, STRONG = 1e-10, 100.0         # of the ridge; its low end stands for no ridge
FOREVER = 1e16                      # of the steps; the high end stands for all
SEEN = 2.5                          # of y, either way
FLOOR, CEILING = 1e-4, 1e4          # of the axis of errors
OVER = ("parameters", "steps", "ridge")


COUNTS = [*range(2, 31), *(int(float(f"{count:.1e}")) for count in np.geomspace(30, MOST, 29)[1:])]


class Counts(Knob):
    """A knob whose slider stops at the values of COUNTS: one by one up to 30, where most happens, is half of its way."""

    @property
    def stops(self) -> int:
        return len(COUNTS) - 1

    def at_stop(self, stop):
        return COUNTS[min(max(round(stop), 0), self.stops)]

    def stop_of(self, value) -> float:
        return round(float(np.interp(value, COUNTS, range(len(COUNTS)))), 3)


class Rough(Knob):
    """A knob that the hand turns to two digits; what is typed stays as it is."""

    def near(self, value):
        value = super().near(value)
        return value if value in (self.low, self.high) else float(f"{value:.1e}")


def capacity(parameters=4, features="tanh", places="equispaced", noise=NOISE, ridge=0.0, steps=None, over="parameters",
             draw=1) -> Board:
    """Random-feature regression of ten points: the fit, and the errors of proxy and goal.

    The left plot has the points, the goal sin(πx) and the fit.  The right one has the mean squared error at the points (the
    proxy) and against sin(πx) on [-1, 1] (the goal) over the number of parameters, the steps of gradient descent or the ridge;
    over the parameters it has the median of 15 draws too.

    Parameters
    ----------
    parameters : int, default 4
        From 2 to 10 000.
    features : {"tanh", "ReLU"}
    places : {"equispaced", "random"}
        Of the points.
    noise : float, default 0.2
        Standard deviation of the points about the goal, from 0 to 1.
    ridge : float, default 0
        Up to 100; the slider's left end, 1e-10, is none.
    steps : float, optional
        From 1; the slider's right end, 1e16, and the default is to descend for ever.
    over : {"parameters", "steps", "ridge"}
        The axis of the right plot.
    draw : int, default 1
        Which random points and features, from 1 to 15.

    Returns
    -------
    Board
        Its knobs are parameters, noise, ridge, steps, draw, features, places and over.
    """
    knobs = [Counts("parameters", "parameters", parameters, 2, MOST, whole=True),
             Knob("noise", "noise of the points", noise, 0.0, 1.0, step=0.01),
             Rough("ridge", "ridge ρ (left end: none)", ridge or NONE, NONE, STRONG, log=True),
             Rough("steps", "steps (right end: for ever)", FOREVER if steps is None else steps, 1.0, FOREVER, log=True),
             Choice("features", "features", features, list(KINDS)),
             Choice("places", "places of the points", places, list(PLACES)),
             Choice("over", "errors over", over, list(OVER)), Knob("draw", "draw", draw, 1, DRAWS, whole=True)]
    return Board("Proxy and goal", knobs, _draw)


def _effort(k):
    """(ridge, steps) as `gains` takes them."""
    return 0.0 if k.ridge <= NONE else k.ridge, None if k.steps >= FOREVER else k.steps


def _draw(k):
    x, y = _points(k.places, k.draw, k.noise)
    left, sizes, everywhere = _spectrum(k.features, k.places, k.draw, k.parameters)
    share = gains(sizes, *_effort(k)) * (left.T @ y)
    proxy, goal = _errors(left * sizes @ share - y, everywhere @ share - target(GRID))
    return Scene([_fit(x, y, everywhere @ share), CURVES[k.over](k, proxy, goal)], _words(k, proxy, goal))


def _points(places, draw, noise):
    return data(draw - 1, noise=noise, places=places)


def _errors(at_points, everywhere):
    return np.mean(at_points ** 2, axis=-1), np.mean(everywhere ** 2, axis=-1)


# ---------------------------------------------------------------- what does not depend on noise, ridge and steps

@functools.lru_cache(64)
def _spectrum(kind, places, draw, parameters):
    """Left vectors and singular values of the features at the points, and the right vectors' functions on the grid; filled up
    with zeros to the number of points."""
    phi = features(draw - 1, parameters, kind)
    left, sizes, right = svd(phi(_points(places, draw, 0.0)[0]))
    functions, missing = phi(GRID) @ right.T, POINTS - len(sizes)
    return np.pad(left, ((0, 0), (0, missing))), np.pad(sizes, (0, missing)), np.pad(functions, ((0, 0), (0, missing)))


@functools.lru_cache(4)
def _ladders(kind, places):
    """The same of every draw and number of parameters in LADDER, stacked; on every second place of the grid."""
    stacks = [], [], []
    for draw in range(1, DRAWS + 1):
        phi, x = features(draw - 1, MOST, kind), _points(places, draw, 0.0)[0]
        at_points, everywhere = phi(x), phi(GRID[::2])
        for count in LADDER:
            left, sizes, right = svd(at_points[:, :count])
            missing = ((0, 0), (0, POINTS - len(sizes)))
            for stack, part in zip(stacks, (left, sizes[None], everywhere[:, :count] @ right.T), strict=True):
                stack.append(np.pad(part, missing))
    return tuple(np.array(stack).reshape(DRAWS, len(LADDER), *stack[0].shape) for stack in stacks)


def ladder(k):
    """(proxy, goal) of every draw and number of parameters in LADDER, each of shape (draws, parameters)."""
    left, sizes, everywhere = _ladders(k.features, k.places)
    y = np.array([_points(k.places, draw, k.noise)[1] for draw in range(1, DRAWS + 1)])
    share = gains(sizes[:, :, 0], *_effort(k)) * np.einsum("dpij,di->dpj", left, y)
    fitted = np.einsum("dpij,dpj->dpi", left, sizes[:, :, 0] * share)
    return _errors(fitted - y[:, None], np.einsum("dpgj,dpj->dpg", everywhere, share) - target(GRID[::2]))


# ---------------------------------------------------------------- the plots

def _fit(x, y, curve):
    layers = [Line(GRID, target(GRID), "green", 2, True, "goal sin(πx)"), Line(GRID, curve, "blue", 2, name="fit"),
              Dots(x, y, "text", 4, name="the ten points")]
    size = float(np.abs(curve).max())
    return Plot("fit", Axis("x", -1.05, 1.05), Axis("y", -SEEN, SEEN), layers, title="The fit", ratio=0.75,
                says=f"Ten points about one wave of the sine, and the fit, of size at most {number(size, 3)}"
                     f"{', outside the plot' if size > SEEN else ''}.")


def _curves(k, x, axis, lines, proxy, goal, at, touch):
    """The right plot: `lines` are (errors, colour, width, dashed, name)."""
    layers = [Line(x, np.clip(errors, FLOOR / 10, CEILING * 10), colour, width, dashed, name)
              for errors, colour, width, dashed, name in lines]
    seen = np.clip([proxy, goal], FLOOR, CEILING)
    layers += [Rule(x=at), Dots([at], seen[:1], "orange", 5), Dots([at], seen[1:], "blue", 5, True)]
    return Plot("errors", axis, Axis("mean squared error", FLOOR, CEILING, log=True), layers, ratio=0.75,
                title=f"Proxy and goal over the {k.over}", touch=(touch, None),
                says=f"Both errors over the {k.over}, on log axes. At the marker the proxy is {number(float(proxy), 3)}, the "
                     f"goal {number(float(goal), 3)}. The lowest goal error of this curve is {_lowest(x, lines[-1][0])}.")


def _lowest(x, errors):
    best = int(np.argmin(errors))
    return f"{number(float(errors[best]), 3)}, at {number(float(x[best]), 3)}"


def _over_parameters(k, proxy, goal):
    proxies, goals = ladder(k)
    this = k.draw - 1
    lines = [(proxies[this], "orange", 1, False, ""), (goals[this], "blue", 1, False, ""),
             (np.median(proxies, axis=0), "orange", 2.5, True, "proxy, median of 15 draws"),
             (np.median(goals, axis=0), "blue", 2.5, False, "goal, median (thin: this draw)")]
    return _curves(k, LADDER, Axis("parameters", 2, MOST, log=True), lines, proxy, goal, k.parameters, "parameters")


def _along(k, ridges, steps):
    """(proxy, goal) of this draw for arrays of ridges and steps (one of them may be one number)."""
    y = _points(k.places, k.draw, k.noise)[1]
    left, sizes, everywhere = _spectrum(k.features, k.places, k.draw, k.parameters)
    share = np.array([gains(sizes, ridge, step) for ridge, step in zip(ridges, steps, strict=True)]) * (left.T @ y)
    return _errors(sizes * share @ left.T - y, share @ everywhere.T - target(GRID))


def _over_steps(k, proxy, goal):
    steps = np.geomspace(1, FOREVER, 97)
    errors = _along(k, [_effort(k)[0]] * len(steps), [*steps[:-1], None])
    axis = Axis("steps of gradient descent", 1, FOREVER, log=True)
    return _curves(k, steps, axis, _two(errors), proxy, goal, k.steps, "steps")


def _over_ridge(k, proxy, goal):
    ridges = np.geomspace(NONE, STRONG, 73)
    errors = _along(k, [0.0, *ridges[1:]], [_effort(k)[1]] * len(ridges))
    return _curves(k, ridges, Axis("ridge ρ", NONE, STRONG, log=True), _two(errors), proxy, goal, k.ridge, "ridge")


def _two(errors):
    return [(errors[0], "orange", 2.5, True, "proxy, this draw"), (errors[1], "blue", 2.5, False, "goal, this draw")]


CURVES = {"parameters": _over_parameters, "steps": _over_steps, "ridge": _over_ridge}


def _words(k, proxy, goal):
    ridge, steps = _effort(k)
    how = [] if ridge == 0 else [f"ridge {number(ridge, 3)}"]
    how += [] if steps is None else [f"stopped after {number(steps, 3)} step{'' if steps == 1 else 's'}"]
    many = "all points are met" if proxy < 1e-9 else f"proxy error {number(float(proxy), 3)}"
    count = f"{k.parameters:,}".replace(",", " ")
    return (f"{count} parameters, {k.features} features, {k.places} points{''.join(', ' + part for part in how)}: "
            f"{many}, goal error {number(float(goal), 3)}. A fit that is 0 everywhere has goal error 0.5.")
