"""Views worth seeing of every named system, each with a sentence that says what to look for."""
from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any, NamedTuple

from .names import NAMED, named
from .networks import WINDOWS
from .recipes import Recipe


class Bookmark(NamedTuple):
    """A view by name: `state` is a recipe's text in which "{size}" stands for the size of the picture, as in "384x384"."""

    name: str
    why: str
    state: str


class _See(NamedTuple):
    """What a bookmark is made of; None: the system's own, and for `at` the middle of the view."""

    name: str
    why: str
    x: tuple[float, float] | None
    y: tuple[float, float] | None
    steps: int | None
    at: tuple[float, float] | None
    look: dict[str, str]
    options: dict[str, Any]


def bookmarks(name) -> tuple[Bookmark, ...]:
    """Views worth seeing of the system of that name (`names.NAMED`).

    Parameters
    ----------
    name : str
        "mandelbrot", "magnet", "paper-tanh", …

    Returns
    -------
    tuple of Bookmark
        Each has a name, a sentence `why` that says what to look for, and a `state`:
        `fe.explore(state=bookmark.state.format(size="384x384"))`, or `fe.Recipe.from_text` of the same.

    Raises
    ------
    ValueError
        If there is no such system.
    """
    if name not in NAMED:
        raise ValueError(f"name must be one of {', '.join(NAMED)}, got {name!r}")
    return _made(name)


@functools.cache
def _made(system):
    return tuple(_bookmark(system, *see) for see in VIEWS[system])


def _bookmark(system, name, why, x, y, steps, at, look, options):
    problem = named(system, **options)
    view = replace(problem.view, x=x or problem.view.x, y=y or problem.view.y)
    recipe = Recipe(problem, view, (1, 1), problem.check_steps(steps), look, at or view.centre)
    return Bookmark(name, why, recipe.to_text().replace("size=1x1", "size={size}"))


def _see(name, why, x=None, y=None, steps=None, at=None, mode=None, **options):
    return _See(name, why, x, y, steps, at, {"mode": mode} if mode else {}, options)


def _at(x, y, wide, name, why, steps=None, at=None, **options):
    """A square around a point, on linear axes."""
    half = wide / 2
    return _see(name, why, (x - half, x + half), (y - half, y + half), steps, at, **options)


def _window(condition):
    return _see(f"the paper's window: {condition}", f"What the paper's figure shows of its condition “{condition}”.",
                *WINDOWS[condition])


_SATURATED = "A huge input rate drives the hidden units to their limits: it hurts, but does not explode."
_GONE = "Far beyond the border: every step overshoots more than the last."
_SMALL = {"inputs": 4, "hidden": 4}

VIEWS: dict[str, tuple[_See, ...]] = {
    "mandelbrot": (
        _at(-0.75, 0.0, 0.5, "the neck", "c = −3/4, where gradient descent has the learning rate 2: settling on one point "
            "turns into settling on two in turn.", 500),
        _at(-0.7453, 0.1127, 0.013, "seahorses", "The valley beside the neck, full of spirals.", 1000),
        _at(-1.7548776662466927, 0.0, 0.06, "a small copy", "The period-3 window holds a whole copy of the set.", 500),
        _at(-0.101096363845622, 0.956286510809142, 0.002, "a Misiurewicz spiral", "Around this point the picture looks "
            "alike at every depth, turned a little.", 500),
        _at(0.28, 0.0, 0.06, "the cusp", "The nearer c is to 1/4, the longer the way out: at c = 1/4 + ε it takes about "
            "π/√ε steps.", 1000),
        _see("exponent 4", "z⁴ + c: a third of a turn leaves the picture as it is.", at=(-0.8, 0.1), power=4)),
    "julia": (
        _see("rabbit", "Three pieces meet at every pinch, and inside every run ends on three points in turn.", c="rabbit"),
        _see("basilica", "c = −1: inside, every run ends going back and forth between 0 and −1.", c="basilica"),
        _see("San Marco", "c = −3/4, the learning rate 2: inside, runs creep towards −1/2 and are not there after 500 steps.",
             steps=500, c="san-marco"),
        _see("dendrite", "c = i: a thin tree without an inside; every pixel leaves, those on the tree last.", c="dendrite"),
        _see("dust", "c is outside the Mandelbrot set: what stays is dust, of which no two points hang together.",
             c=0.3 + 0.6j),
        _see("a disc that turns", "Inside, every run ends going round and round one point, and comes no nearer to it.",
             steps=500, c=-0.39054087021840005 - 0.5867879073469687j)),
    "burning-ship": (
        _see("the ship", "The large ship hangs upside down, its masts at the lower right; most books turn it round."),
        _see("the fleet", "Two ships hang under the real axis; between them are smaller ones, and so on.",
             (-1.82, -1.6), (-0.15, 0.07), 300),
        _at(-1.755, -0.03, 0.12, "a small ship", "A copy of the large ship, with a rigging of its own.", 500),
        _at(-1.861, -0.005, 0.02, "a smaller ship", "A tenth as long as the one before, with masts longer than itself.", 500),
        _see("exponent 3", "No ship here: the picture is its own mirror image in the line from upper left to lower right.",
             at=(0.6, 0.4), power=3)),
    "magnet": (
        _see("magnet I", "Blue ends at 1, orange at infinity, black at neither: not to run away is not yet to arrive.",
             at=(2.5, 1.2)),
        _see("magnet II", "The same three outcomes, and less orange: few runs go to infinity.", at=(1.5, 0.8), kind=2),
        _see("three outcomes", "Right of the black area blue and orange are mixed, however far you zoom.",
             (0.9, 1.9), (-0.5, 0.5), 500),
        _at(2.03, 1.65, 0.3, "a copy of Mandelbrot", "A small Mandelbrot set in the froth: in the black runs end at neither 1 "
            "nor infinity.", 500),
        _at(0.0, 0.0, 0.6, "the cusp", "Blue enters the black area in a cusp, with froth on both sides of it.", 300)),
    "newton": (
        _at(0.0, 0.0, 1.0, "three roots meet", "Wherever two basins meet, the third is there too.", 100, (-0.3, 0.05)),
        _at(0.0, 0.0, 4.0, "a = 1.99", "Slow is not lost: black means not yet. Raise the steps to 3000 and see.", 100,
            (0.4, 0.7), a=1.99),
        _at(0.0, 0.0, 4.0, "a = 2.01", "Each step overshoots by more than it gains: more steps do not help.", 100, (0.4, 0.7),
            a=2.01),
        _at(0.0, 0.0, 0.6, "no root at all", "z³ − 2z + 2: from the black area the method goes back and forth between 0 and 1 "
            "for ever.", 100, coefficients=[1, 0, -2, 2]),
        _see("a double root", "1 is a double root: near it a step only halves the distance, so its basin is dark, slow.",
             roots=[1, 1, -1], steps=100),
        _see("a complex a", "a = 1 + 0.7i turns each step a little: the borders become spirals.", at=(-0.6, 0.3), a=1 + 0.7j)),
    "rational": (
        _see("Cayley's problem", "Newton's method on z³ − 1 as a rational map: three basins at every border.", at=(-0.3, 0.05)),
        _see("Halley's method", "The same three roots, three times as many digits a step: the necklaces are thinner.",
             at=(-0.3, 0.05), numerator=[1, 0, 0, 2, 0], denominator=[2, 0, 0, 1]),
        _see("two tied weights", "Gradient descent on (z² − 1)²/4 at rate 0.5: two minima, and infinity around them.",
             at=(0.4, 0.3), numerator=[-0.5, 0, 1.5, 0], denominator=[1]),
        _see("at a higher rate", "Rate 0.95: less stays, and the border is rougher; real starts are those of the system "
             "two-weights, tied.", steps=300, at=(0.4, 0.2), numerator=[-0.95, 0, 1.95, 0], denominator=[1]),
        _see("starts of a magnet", "Magnet I at c = 1.5 + 0.5i: ends at 1 and at infinity are mixed, but for some discs.",
             numerator=[1, 0, 1 + 1j, 0, 0.5j], denominator=[4, -2 + 2j, -0.5j])),
    "markus": (
        _see("AB", "Blue is stable, red is chaotic; look for the pale swallows, stable shapes in chaos."),
        _see("a swallow", "One pale blue swallow in chaos, and smaller ones of the same shape around it.",
             (3.6, 4.0), (2.6, 3.0)),
        _see("AB from 1/2", "Not the start 0.3: of two stable orbits another wins, and the pale ridge crosses the diagonal.",
             start=0.5),
        _see("the start decides", "B = 3.4: between A = 3.25 and 3.7 the start picks one of two outcomes.", axes="r_a,start"),
        _see("AABAB", "A longer word: nothing is left of the near mirror symmetry of AB.", word="AABAB"),
        _see("Zircon Zity", "Six steps B, then six A: bands of stability stand in chaos like towers.",
             (3.4, 4.0), (2.5, 3.4), word="BBBBBBAAAAAA")),
    "logistic": (
        _see("two discs", "Discs of radius 1 around 0 and 2: in each one of the two fixed points attracts."),
        _at(3.0, 0.0, 0.6, "the neck", "At r = 3 one stable value turns into two: c = −3/4 of the Mandelbrot set.", 500),
        _see("the dial", "Along the real axis: one value up to 3, two up to 1 + √6 = 3.449, then chaos with windows, and "
             "nothing past 4.", (2.9, 4.1), (-0.6, 0.6), 500),
        _at(3.8445, 0.0, 0.06, "period 3", "At 1 + √8 = 3.828 three values in turn appear in the middle of chaos.", 500),
        _see("growth and start", "Between 0 and 1 every start stays up to r = 4; past 4 nearly none does.",
             (2.5, 4.2), (-0.3, 1.3), axes="r,start"),
        _see("starts at r = 3.2", "Complex starts: the real ones between 0 and 1 are the axis of this Julia set.",
             (-0.2, 1.2), (-0.7, 0.7), axes="start,start_imag")),
    "cubic": (
        _see("a map of learning rates", "The Mandelbrot set twice over: η and −η give the same c = (1 − η²)/4.",
             at=(2.2, 0.1)),
        _at(2.0, 0.0, 0.6, "rate 2", "2/curvature, and the neck c = −3/4: beyond it runs bounce between two values.", 500),
        _at(6 ** 0.5, 0.0, 0.3, "rate √6", "c = −5/4: two values in turn become four.", 500),
        _see("the dial", "Along the real axis from √6 to 3: doubling upon doubling, chaos with windows, and past 3, "
             "c = −2, all is gone.", (2.4, 3.2), (-0.4, 0.4), 500),
        _see("rate and start", "Starts stay from −1/η up to the maximum of the loss at 1, as long as the rate is below 3.",
             (0.0, 3.2), (-2.0, 2.0), 500, (2.5, 0.6), axes="rate,start"),
        _see("starts at rate 2", "Complex starts: San Marco again, the Julia set of c = −3/4.", (-0.7, 1.3), (-1.0, 1.0),
             axes="start,start_imag", rate=2.0)),
    "parabola": (
        _see("a hyperbola", "The border is rate × curvature = 2; the pale line, half as far, gets there in one step."),
        _see("slow is not lost", "At rate 1.99 and curvature 1, 13 % of the loss are left after 100 steps; it converges.",
             (1.9, 2.1), (0.9, 1.1), at=(1.99, 1.0)),
        _see("the start does not matter", "Stripes: how fast it goes depends on the rate alone, whatever the start.",
             at=(1.5, 1.0), axes="rate,start"),
        _see("2 / rate", "With the rate 1.5 the border lies at the curvature 2/1.5 = 1.333, for every start.",
             at=(1.0, 1.2), axes="start,curvature", rate=1.5)),
    "bumpy": (
        _see("a barcode", "A cosine multiplies the parabola: stripes of rates that settle lie between stripes that run away.",
             (0.2, 0.7), (0.05, 0.55), mode="rank"),
        _see("stripes in stripes", "At small rates the edges of the stripes break up into finer stripes: zoom in on one.",
             (0.05, 0.1), (0.2, 1.0), mode="verdict"),
        _see("rows of starts", "Starts that settle lie in rows, one every 0.05, which is half a wavelength.",
             (0.2, 0.8), (0.7, 1.3), mode="verdict", axes="rate,start"),
        _see("added instead", "The cosine added: no run explodes below the rate 1, whatever its height.", steps=300,
             mode="verdict", kind="added"),
        _see("the stopwatch's fault", "Added: with twice the steps the ragged border is more than halfway to 1. It is no "
             "property of the map.", (1.0, 1.012), (0.1, 0.4), 500, mode="verdict", kind="added")),
    "two-weights": (
        _see("a smooth border", "No weight decay: the border to infinity is smooth; close to it the two minima are mixed.",
             at=(1.9, 0.9), rate=0.95),
        _see("a frayed border", "Rate 0.95 and weight decay 0.3: the border is rough and grows spikes.",
             at=(1.9, 0.9), weight_decay=0.3, rate=0.95),
        _see("two rates", "With weight decay 0.2 the border in the plane of the two rates is frayed at both ends.",
             axes="rate_a,rate_b", weight_decay=0.2),
        _see("tied weights", "Up to rate 1 it settles, from 1 to 2 it bounces (black), past 2 all but dust is lost.",
             at=(1.2, 0.7), tied=True),
        _see("the edge at 2", "Left of rate 2 chaos is trapped for ever, right of it the runs leak away.",
             (1.9, 2.1), (-2.0, 2.0), 500, (1.99, 0.7), tied=True),
        _see("too much decay", "Green: with weight decay above 1 and a rate not too large the weight fades to 0.",
             tied=True, axes="rate,weight_decay")),
    "three-weights": (
        _see("four minima", "Colours are the four minima, told apart by their signs; at the border they mix.", at=(1.5, 1.5)),
        _see("z starts at 0", "The signs of x and y decide: four quadrants, mirror images but for the colours.",
             at=(1.5, 1.0), z0=0.0),
        _see("z starts at 2", "Less area trains than from 0, and the border grows spikes.", at=(1.0, 1.5), z0=2.0),
        _see("rate 1", "Slow is not lost: the black bays have not settled after 500 steps; after 5000 all have.",
             at=(3.0, 0.4), rate=1.0),
        _see("rate and start", "Past the rate 4/3 no minimum is flat enough to settle in, but many stay.", axes="rate,x0")),
    "paper-tanh": (
        _see("too timid", "Tiny rates: in 500 steps next to nothing happens.", at=(0.002, 0.002)),
        _see("sweet spot", "About the lowest sum of losses on the map.", at=(193.9, 24.41)),
        _see("edge of stability", "Every second step the loss rises, and over the steps it falls.", at=(100.0, 100.0)),
        _see("catapult", "The loss first rises more than a thousandfold, then it comes back below its start.",
             at=(0.002, 194.0)),
        _see("gone", _GONE, at=(1.0, 1000.0)),
        _see("saturated", _SATURATED, at=(4.6e5, 0.03)),
        _window("tanh"),
        _see("speckles", "From the calm at the bottom to the border at the top: more and more neighbours disagree.",
             (12.5, 14.1), (189.0, 212.0)),
        _see("momentum, width 8", "Towards the momentum −1 only smaller and smaller rates train.", (1.0, 1e3), (-1.0, 1.0), 200,
             width=8, axes="rate,momentum")),
    "paper-relu": (
        _see("ReLU", "Two straight walls: too large a rate of either layer explodes."),
        _see("a tongue", "A tongue of runaways reaches into the area that trains.", (0.545, 0.615), (77.0, 86.0)),
        _see("width 8", "Half the width, the same walls, and both nearer.", width=8),
        _window("relu")),
    "paper-linear": (
        _see("no nonlinearity", "Two layers without one: a plain corner, and the fastest rates lie close to its border."),
        _see("the corner", "Straight dark lines of slow failure leave the border at its right side.",
             (19.0, 1900.0), (0.5, 47.0)),
        _see("momentum", "Towards the momentum −1, and near 1, only smaller rates train.", (1.0, 1e3), (-1.0, 1.0), 200,
             axes="rate,momentum"),
        _window("linear")),
    "paper-one-datum": (
        _see("too timid", "Tiny rates: after 200 steps seven eighths of the loss are left.", steps=200, at=(0.002, 0.002)),
        _see("sweet spot", "The fastest kind of training: a handful of steps, no bumps.", steps=200, at=(1.09, 14.54)),
        _see("edge of stability", "Close below the border the loss goes up and down, and falls all the same.", steps=200,
             at=(209.3, 16.08)),
        _see("catapult", "The loss first rises several thousandfold, then the run trains after all.", steps=200,
             at=(0.002, 50.655)),
        _see("gone", _GONE, steps=200, at=(1.0, 1000.0)),
        _see("saturated", _SATURATED, steps=200, at=(3.3e5, 0.006)),
        _window("one-datum"),
        _see("momentum", "Towards the momentum −1 only smaller and smaller rates train.", steps=200, axes="rate,momentum"),
        _see("weight decay", "At the upper left the decay wins: the weights fade, and the loss ends above its start.",
             steps=200, axes="rate,weight_decay"),
        _see("shifted first weights", "Rate 10: nearly every start trains, fast or slow, and there is no border.", steps=200,
             axes="mean_in,mean_out")),
    "paper-minibatch": (
        _see("minibatches", "16 of 272 points a step: the output rate may be highest where the input rate is 0.1 to 1."),
        _see("an arch", "The border's top, closer: an arch, dark on both sides, for there the runs are slowest.",
             (0.0267, 2.67), (17.4, 1740.0)),
        _see("streaks", "Streaks of runs that train in an area that does not.", (0.252, 0.283), (164.0, 184.0)),
        _window("minibatch")),
    "paper-offset": (
        _see("at every step", "The paper's code adds the offset at every step: see the speckles at rates of 20 to 100.",
             at=(1.0, 1.0)),
        _see("once, at the start", "The offset is added once, as the paper's text says: nearly all the speckles are gone.",
             at=(1.0, 1.0), offset="start"),
        _see("the speckled area", "An offset above 0.1 and a rate of 20 to 100: neighbours end differently.",
             (0.0196, 1.96), (3.9, 390.0)),
        _window("offset")),
    "random-network": (
        _see("three data points", "Four weights, three data: dark curves of slow failure rise above the border.",
             (1e-2, 1e2), (1e-1, 1e3), seed=0, inputs=1, hidden=2, samples=3),
        _see("speckles", "Under the border, at large input rates, fast and slow runs lie side by side.", (1e1, 1e5), (1.0, 1e2),
             seed=0, **_SMALL),
        _see("ReLU", "With ReLU too large an input rate explodes; tanh has limits, and forgives it.", seed=0, activation="relu",
             **_SMALL),
        _see("sine", "A sine has no limits to rest at: past an input rate of 200 neighbours end differently.",
             (1e-1, 1e4), (1e-2, 3.0), 60, seed=0, activation="sine", samples=4, **_SMALL),
        _see("momentum", "Towards the momentum −1 only smaller and smaller rates train.", (1.0, 1e2), (-1.0, 1.0), seed=0,
             axes="rate,momentum", **_SMALL),
        _see("shifted first weights", "Rate 10: only first weights near the drawn ones train, in a ragged patch.", seed=0,
             axes="mean_in,mean_out", **_SMALL)),
    "xor": (
        _see("the swirl", "Colours are the solutions found, nearly all of them stuck: they swirl into each other.",
             (5.0, 500.0), (0.1, 3.0), 600),
        _see("hardly ever solved", "From these first weights hardly any rates solve the task; black: the loss stays high.",
             steps=500),
        _see("larger output weights", "Rate 0.1: mostly solved once the output weights start four times as large.",
             (0.1, 3.0), (0.3, 10.0), 600, axes="scale_in,scale_out", rate=0.1),
        _see("shifted first weights", "Rate 1: shift the first weights, and another solution is found; the borders are sharp.",
             steps=500, axes="mean_in,mean_out", rate=1.0),
        _see("momentum", "The more momentum, the larger the rates that still train, up to a mixed fringe.",
             (0.1, 10.0), (-1.0, 1.0), 500, axes="rate,momentum"),
        _see("sine units", "The same first weights with sine units: most rates solve the task.", (0.1, 30.0), (0.03, 3.0), 100,
             activation="sine")),
}
