"""Random networks that fit five answers of eight, beside trained ones: the shares of the eight completions, and the rate."""
from __future__ import annotations

import functools

import numpy as np

from .. import lottery as nets
from ..wording import number
from .board import Board, Choice, Knob
from .scene import Axis, Dots, Label, Line, Plot, Rule, Scene

SETS = ["00?1??11", "01?0??01", "0??0?110", "000?0??1"]         # of the 12 kinds that there are, up to symmetry
DRAWN, TRAINED = 500_000, 2000
LOTTERY_SEED, TRAINING_SEED = 1, 2          # other networks in the two, so that they agree for no such reason
STEPS = 100                                 # after which a run is given up
LOW, HIGH = 0.1, 100.0
TABLE = np.geomspace(LOW, HIGH, 13)         # rates of the curve
RAREST = 1e-4                               # of the log axes
NAMES = {"00000000": "always 0", "11111111": "always 1", nets.PARITY: "parity", "00010111": "majority",
         "00001111": "copies the first bit", "00110011": "copies the second bit", "01010101": "copies the third bit",
         "11110000": "the first bit, turned", "11001100": "the second bit, turned", "10101010": "the third bit, turned"}


def lottery(known="00?1??11", rate=0.5) -> Board:
    """The lottery beside training: which of the eight functions that fit five known answers come, and how often.

    500 000 networks are drawn, those that fit are kept; 2000 others are drawn and trained by gradient descent, full batch,
    until they fit.  The third plot shows their distance (the total variation) over the learning rate.

    Parameters
    ----------
    known : {"00?1??11", "01?0??01", "0??0?110", "000?0??1"}
        The training set: the answers to 000, 001, …, 111, with "?" where none is told.
    rate : float, default 0.5
        Learning rate, from 0.1 to 100.

    Returns
    -------
    Board
        Its knobs are known and rate.
    """
    knobs = [Choice("known", "training set", known, SETS), Knob("rate", "learning rate η", rate, LOW, HIGH, log=True)]
    return Board("Lottery and training", knobs, _draw)


def _draw(k):
    kept, p = drawn(k.known)
    fitting, steps, q = trained(k.known, k.rate)
    distance = nets.total_variation(p, q)
    return Scene([_bars(k, p, q), _scatter(p, q), _rates(k, distance, kept, fitting, p)], _words(k, kept, fitting, steps, p, q))


# ---------------------------------------------------------------- what is drawn and trained, kept for the next move

@functools.lru_cache(1)
def _functions():
    return nets.draw(DRAWN, LOTTERY_SEED)


@functools.lru_cache(len(SETS))
def drawn(known) -> tuple[int, np.ndarray]:
    """How many of the networks of the lottery fit, and the share of each completion among them."""
    functions = _functions()
    return int(np.isin(functions, [int(text, 2) for text in nets.completions(known)]).sum()), nets.shares(functions, known)


@functools.lru_cache(2048)
def trained(known, rate) -> tuple[int, float, np.ndarray]:
    """How many of the trained networks fit, the steps of the middle one, and the share of each completion among them."""
    training = nets.train(known, rate, TRAINED, TRAINING_SEED, steps=STEPS)
    fitted = training.steps[training.steps >= 0]
    return len(fitted), float(np.median(fitted)), nets.shares(training.functions, known)


@functools.lru_cache(len(SETS))
def distances(known) -> np.ndarray:
    """The total variation between lottery and training at each rate of TABLE."""
    p = drawn(known)[1]
    return np.array([nets.total_variation(p, trained(known, float(rate))[2]) for rate in TABLE])


def by_chance(p, counts) -> float:
    """About the total variation of two samples, of so many networks each, from the same lottery."""
    p = np.asarray(p)
    spread = np.sqrt(p * (1 - p) * sum(1 / count for count in counts))
    return float(np.sqrt(2 / np.pi) * spread.sum() / 2)


# ---------------------------------------------------------------- the plots

def named(function) -> str:
    """00110011, copies the second bit"""
    return ", ".join(filter(None, (function, NAMES.get(function))))


def _bars(k, p, q):
    layers, functions = [], nets.completions(k.known)
    for row, (function, chance, came) in enumerate(zip(functions, p, q, strict=True)):
        y = len(functions) - row
        layers += [Line([0, chance], [y - 0.56] * 2, "sky", 6, name="" if row else "lottery (upper bar)"),
                   Line([0, came], [y - 0.8] * 2, "orange", 6, name="" if row else "training (lower bar)"),
                   Label(0.0, y - 0.48, named(function))]
    most = max(0.5, 1.05 * max(p.max(), q.max()))
    said = "; ".join(f"{named(function)}: {chance:.3f} and {came:.3f}"
                     for function, chance, came in zip(functions, p, q, strict=True))
    return Plot("bars", Axis("share of the networks that fit", 0, most), Axis("", 0, len(functions)), layers,
                title="Which of the eight functions?", width=0.5, ratio=1.15,
                says=f"Shares in the lottery and after training. {said}.")


def _scatter(p, q):
    seen, ends = q > 0, [RAREST, 1.0]
    never = [] if seen.all() else [Dots(p[~seen], np.full((~seen).sum(), RAREST), "red", 4.5, True, "never after training")]
    return Plot("scatter", Axis("share in the lottery", *ends, log=True), Axis("share after training", *ends, log=True),
                [Line(ends, ends, "faint", 1, True, "equal shares"), Dots(p[seen], q[seen], "blue", 4.5, name="one function"),
                 *never],
                title="The same shares, on log axes", width=0.5, ratio=1.15,
                says=f"Share after training against share in the lottery, log axes: {int(seen.sum())} of {len(p)} functions "
                     f"come after training; {_likeness(p, q)}.")


def _rates(k, distance, kept, fitting, p):
    table, noise = distances(k.known), by_chance(p, (kept, fitting))
    closest = int(table.argmin())
    return Plot("rates", Axis("learning rate η", LOW, HIGH, log=True), Axis("total variation", 0, 0.5),
                [Line(TABLE, table, "blue", 1.2), Dots(TABLE, table, "blue", 2.6, name="13 rates"),
                 Rule(y=noise, name="by chance alone"), Rule(x=k.rate, colour="orange", dashed=False),
                 Dots([k.rate], [distance], "orange", 5.5, name="this rate")],
                title="How far is training from the lottery?", width=1.0, ratio=0.28, touch=("rate", None),
                says=f"Total variation over the learning rate: {number(table[0], 2)} at {number(LOW)}, lowest "
                     f"{number(table[closest], 2)} at {number(TABLE[closest], 2)}, {number(table[-1], 2)} at {number(HIGH)}. "
                     f"Two samples of the same lottery differ by about {number(noise, 2)}.")


def _words(k, kept, fitting, steps, p, q):
    late = "" if fitting == TRAINED else f", {TRAINED - fitting} do not within {STEPS}"
    return (f"{kept} of {DRAWN} random networks fit {k.known}. At η = {number(k.rate, 3)} {fitting} of {TRAINED} trained ones "
            f"fit, half of them within {steps:.0f} step{'s' * (steps != 1)}{late}. Total variation "
            f"{nets.total_variation(p, q):.3f}, {_likeness(p, q)}.")


def _likeness(p, q):
    value = nets.log_correlation(p, q)
    return f"log-correlation {number(value, 3)}" if value == value else "too few functions come for a log-correlation"
