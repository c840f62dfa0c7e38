"""The checks of lesson 09: a sign flip and a scaling that training cannot see, and a tile of the paper reproduced."""
import functools

import numpy as np

from .. import reference
from ..atlas import atlas
from ..landscape import Landscape
from ..networks import paper, paper_view
from ..rendering import evaluate
from . import compare as c
from . import reading
from .compare import Mistake
from .result import NOT_ATTEMPTED, brief
from .trial import Trial, Trouble, a_thing

LESSON = "09-gallery-of-six"
UNITS = 4                               # inputs and hidden units of the hidden networks
STEPS = 40                              # of their trainings
TILE, FEWEST = "paper-linear", 0.97     # and the share of its signs that must agree


# ---------------------------------------------------------------- weights as answers

def _weights(value, others=0):
    """w0, w1 and so many numbers as one tuple; Trouble for anything else."""
    wanted = "`return w0, w1`" + (", and the two rates after them" if others else "")
    if not isinstance(value, tuple | list) or len(value) != 2 + others:
        held = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        raise Trouble(f"Your function returned {a_thing(value)}{held}; wanted is {wanted}.", reading.SHAPE, got=value)
    parts = []
    for name, part, shape in zip(("w0", "w1"), value, ((UNITS, UNITS), (UNITS,)), strict=False):
        try:
            part = np.array(part, float)
        except (TypeError, ValueError):
            raise Trouble(f"Your {name} is {a_thing(part)}; wanted is an array of real numbers.", reading.KIND,
                          got=part) from None
        if part.shape != shape:
            raise Trouble(f"Your {name} has the shape {part.shape}; it was given with {shape}. {wanted} keeps the order.",
                          reading.SHAPE, got=part)
        if not np.isfinite(part).all():
            raise Trouble(f"Your {name} holds {brief(part[~np.isfinite(part)][0])}, which is no finite number.",
                          reading.NOT_A_NUMBER, got=part)
        parts.append(part)
    return _tuple(*parts, *(reading.number(part, name="One of the two rates is") for part in value[2:]))


def _network(rng):
    """Weights and data of a hidden network."""
    w0, w1, x, y = (rng.normal(size=shape).round(3) for shape in ((UNITS, UNITS), UNITS, (6, UNITS), 6))
    return np.where(w0 == 0, 0.5, w0), np.where(w1 == 0, 0.5, w1), x, y


def _tuple(w0, w1, *rates):
    return (*np.ravel(w0).tolist(), *np.ravel(w1).tolist(), *rates)


# ---------------------------------------------------------------- the sign of a hidden unit

def _flip(w0, w1, unit, into=True, out=True, row=False):
    w0, w1 = w0.copy(), w1.copy()
    if into:
        w0[unit if row else (slice(None), unit)] *= -1
    if out:
        w1[unit] *= -1
    return _tuple(w0, w1)


def _silent(w0, w1, unit):
    w0, w1 = w0.copy(), w1.copy()
    w0[:, unit], w1[unit] = 0, 0
    return _tuple(w0, w1)


def _swapped(w0, w1, unit):
    order = np.roll(np.arange(UNITS), 1)
    return _tuple(w0[:, order], w1[order])


FLIP = (
    Mistake("only the weights into the unit are flipped", functools.partial(_flip, out=False),
            "Then the unit says −h where it said h, and the output changes. Its weight in w1 must undo that."),
    Mistake("only the weight out of the unit is flipped", functools.partial(_flip, into=False),
            "Then its part of the output changes its sign. The weights into the unit must undo that."),
    Mistake("a row of w0 instead of a column", functools.partial(_flip, row=True),
            "x @ w0 sums over the rows: the weights into unit j are the column w0[:, j]. A row belongs to an input."),
    Mistake("a row of w0 instead of a column", functools.partial(_flip, row=True, out=False),
            "x @ w0 sums over the rows: the weights into unit j are the column w0[:, j]. And w1[j] must be flipped too."),
    Mistake("all units are flipped", lambda w0, w1, unit: _tuple(-w0, -w1),
            "That is a symmetry, too: every unit was flipped. Wanted is one unit only."),
    Mistake("all of w0 and one weight of w1", lambda w0, w1, unit: _tuple(-w0, _flip(w0, w1, unit)[UNITS * UNITS:]),
            "The other units' incoming weights were flipped as well: take the column w0[:, unit] only."),
    Mistake("the units are counted from 1", lambda w0, w1, unit: _flip(w0, w1, unit - 1),
            "Units are counted from 0, as Python does."),
    Mistake("nothing is flipped", lambda w0, w1, unit: _tuple(w0, w1), "The weights come back as they were given."),
    Mistake("the unit is switched off", _silent, "Its weights are 0 now. Wanted is their other sign."),
    Mistake("units are moved instead of flipped", _swapped,
            "To put the units in another order is a symmetry as well, but wanted is the flip of one sign."),
    Mistake("the size is taken, not the other sign", lambda w0, w1, unit: _tuple(
        np.column_stack([abs(column) if j == unit else column for j, column in enumerate(w0.T)]),
        np.where(np.arange(UNITS) == unit, abs(w1), w1)), "`abs` forgets which sign there was: multiply by −1."),
)


@c.exercise(LESSON, "flipped(w0, w1, unit)")
def flipped(function):
    """Check `flipped(w0, w1, unit)`: other weights, with the signs of one hidden unit turned, and the same training.

    8 hidden networks of 4 tanh units, every weight compared exactly; then both are trained, and their losses compared.
    """
    rng = c.hidden()
    networks = [_network(rng) for _ in range(8)]
    units = [*range(UNITS), *rng.integers(UNITS, size=4).tolist()]
    cases = [(w0, w1, unit) for (w0, w1, _, _), unit in zip(networks, units, strict=True)]
    trial, _ = c.compare(
        function, flipped.exercise, cases, _flip, FLIP, read=_weights, error=c.distance,
        near=lambda got, want, *_: got == want,
        hint="Turn the sign of every weight into the unit, a column of w0, and of the one weight out of it.")
    w0, w1, x, y = networks[0]
    found = trial(w0, w1, units[0])
    before, after = (reference.train(*map(np.asarray, weights), x, y, 5.0, 3.0, STEPS) for weights in ((w0, w1), found))
    return f"{len(cases)} hidden networks: every weight is right. {_trained(before, after)}{trial.aside()}"


def _trained(before, after):
    if np.array_equal(before, after, equal_nan=True):
        return f"One of them was trained for {STEPS} steps with both sets of weights: the losses are the same, bit for bit."
    worst = max(abs(one / other - 1) for one, other in zip(before, after, strict=True))
    return f"One of them was trained for {STEPS} steps with both sets of weights: the losses agree to {worst:.1g}."


# ---------------------------------------------------------------- the scale between two layers

def _rescale(w0, w1, rate0, rate1, alpha, into=1, out=-1, first=2, second=-2):
    return _tuple(w0 * alpha ** into, w1 * alpha ** out, rate0 * alpha ** first, rate1 * alpha ** second)


HALF = "A weight that is α times as large needs a step α times as large; but its slope is 1/α as large. So its rate needs α²."
SCALE = (
    Mistake("the rates are left as they were", functools.partial(_rescale, first=0, second=0), HALF),
    Mistake("the rates are scaled by α instead of α²", functools.partial(_rescale, first=1, second=-1), HALF),
    Mistake("the rates are scaled the wrong way round", functools.partial(_rescale, first=-2, second=2),
            "Larger weights need larger steps: the rate of w0 grows, that of w1 shrinks."),
    Mistake("the rates are scaled the wrong way round", functools.partial(_rescale, first=-1, second=1),
            "Larger weights need larger steps: the rate of w0 grows, that of w1 shrinks; and by α², not by α."),
    Mistake("both rates grow", functools.partial(_rescale, second=2), "w1 shrinks, so its rate shrinks: divide it by α²."),
    Mistake("only the first rate is scaled", functools.partial(_rescale, second=0),
            "w1 has changed too: divide its rate by α²."),
    Mistake("both layers are multiplied", functools.partial(_rescale, out=1),
            "The output would be α² times as large. What w0 gains w1 must lose: divide w1 by α."),
    Mistake("w1 is left as it was", functools.partial(_rescale, out=0),
            "The output would be α times as large. What w0 gains w1 must lose: divide w1 by α."),
    Mistake("w0 is divided and w1 multiplied", functools.partial(_rescale, into=-1, out=1, first=-2, second=2),
            "That is the scaling with 1/α: a symmetry, but wanted is α times w0."),
    Mistake("w0 is divided and w1 multiplied", functools.partial(_rescale, into=-1, out=1),
            "Wanted is α times w0, and w1 divided by α."),
    Mistake("the weights are left as they were", functools.partial(_rescale, into=0, out=0),
            "The rates are right for the scaled weights, but those are missing: return alpha * w0 and w1 / alpha."),
    Mistake("the two rates are swapped", lambda w0, w1, rate0, rate1, alpha: _tuple(
        w0 * alpha, w1 / alpha, rate1 / alpha ** 2, rate0 * alpha ** 2), "Return the rate of w0 first, then that of w1."),
    Mistake("nothing is scaled", functools.partial(_rescale, into=0, out=0, first=0, second=0),
            "All four come back as they were given."),
)


@c.exercise(LESSON, "rescaled(w0, w1, rate0, rate1, alpha)")
def rescaled(function):
    """Check `rescaled(w0, w1, rate0, rate1, alpha)`: α w0, w1/α and the rates with which a ReLU network trains as before.

    4 hidden networks with α = 2 and 6 with others, to 1e-12; then one is trained both ways, and the losses compared.
    """
    rng = c.hidden()
    networks = [_network(rng) for _ in range(10)]
    scales = [2.0] * 4 + rng.uniform(1.3, 3.5, 6).round(2).tolist()
    rates = rng.uniform(0.2, 1.5, (10, 2)).round(2).tolist()
    cases = [(w0, w1, *pair, alpha) for (w0, w1, _, _), pair, alpha in zip(networks, rates, scales, strict=True)]
    trial, _ = c.compare(
        function, rescaled.exercise, cases, _rescale, SCALE, read=functools.partial(_weights, others=2), error=c.relative,
        near=lambda got, want, *_: np.allclose(got, want, rtol=1e-12, atol=0),
        hint="The output stays where w0 is multiplied by α and w1 divided by α. Then ask how large the slope of each layer is.")
    w0, w1, x, y = networks[0]
    found = trial(*cases[0])
    before, after = (reference.train(*map(np.asarray, weights), x, y, *pair, STEPS, activation="relu")
                     for weights, pair in (((w0, w1), rates[0]), (found[:2], found[2:])))
    return (f"{len(cases)} hidden networks, α = 2 and others: all weights and rates are right to 1e-12. "
            f"{_trained(before, after)}{trial.aside()}")


# ---------------------------------------------------------------- a tile of the paper

WANTED = "Wanted is the Landscape that `fe.render` returns."


def _landscape(value):
    if not isinstance(value, Landscape):
        raise Trouble(f"Your function returned {a_thing(value)}. {WANTED}", reading.KIND, got=value)
    return value


def _agreement(land):
    """The share of pixels whose sign is that of the shipped picture at the same place."""
    kept, (columns, rows) = atlas(TILE).verdict, land.size
    row, column = (((np.arange(n) + 0.5) * side / n).astype(int) for n, side in zip((rows, columns), kept.shape, strict=True))
    return float(((land.verdict == -1) == (kept[row][:, column] == -1)).mean())


def _settings(land, pixels):
    """(name, advice) of what is not as the caption says; None where all is."""
    window, view = paper_view("linear"), land.view
    if land.problem.name != TILE:
        return "another network", f"The tile is of the network `fe.paper(\"linear\")`; yours is “{land.problem.title}”."
    if land.problem.options.get("width", 16) != 16:
        return "the narrow network", "The paper's figure has width 16, which is the default; 8 is the default of its notebook."
    if land.size == atlas(TILE).size and land.size != (pixels, pixels):
        return "the shipped picture", f"That has the size of the atlas's picture. Compute {pixels} × {pixels} pixels."
    if land.size != (pixels, pixels):
        return "another number of pixels", f"Wanted are {pixels} × {pixels}: `size=(pixels, pixels)`. Yours has {land.size}."
    if view == land.problem.view:
        return "all rates instead of the window", "That is the whole map. The window is `fe.paper_view(\"linear\")`."
    if np.allclose([view.x, view.y], [window.y, window.x], rtol=1e-9):
        return "the axes are swapped", "x is the rate of the input layer, y that of the output layer."
    if not np.allclose([view.x, view.y], [window.x, window.y], rtol=1e-12):
        return "another window", f"The window is x from {window.x[0]} to {window.x[1]}, y from {window.y[0]} to {window.y[1]}."
    return None


def _compiled():
    """The kernel, so that it is no child's to compile."""
    evaluate(paper("linear"), 1.0, 1.0, 1)


@c.prepared(_compiled)
@c.exercise(LESSON, "reproduce(pixels)")
def reproduce(function):
    """Check `reproduce(pixels)`: the paper's deep linear tile, so many pixels a side, as `fe.render` gives it.

    At a hidden size, 44 to 52 pixels, at least 97 % of the signs must be those of the shipped picture.
    """
    pixels = int(c.hidden().integers(44, 53))
    trial = Trial(function, reproduce.exercise)
    try:
        land = _landscape(trial(pixels))
    except Trouble as trouble:
        if trouble.outcome == NOT_ATTEMPTED:
            raise
        raise Trouble(trouble.text, trouble.name, input={"pixels": pixels}, got=trouble.got) from None
    wrong, agreement = _settings(land, pixels), _agreement(land)
    if wrong is None and agreement < FEWEST:
        share = f"{agreement:.0%} of the signs agree with the shipped picture"
        wrong = (("too few steps", f"After {land.steps} steps only {share}: slow is not lost. Take more steps.")
                 if land.steps < 150 else
                 (None, f"Only {share}. Are its rows upside down, or options of the network changed?"))
    if wrong is None and set(land.problem.options) - {"width", "axes"}:
        wrong = None, f"This network has options of its own, {dict(land.problem.options)}: the paper's has none."
    if wrong:
        raise c.wrong(wrong[1] + trial.aside(), wrong[0], input={"pixels": pixels}, got=land)
    return (f"{pixels} × {pixels} runs of {land.steps} steps, trained on this machine: {agreement:.1%} of their signs are "
            f"those of the shipped picture ({FEWEST:.0%} were asked for).{trial.aside()}")
