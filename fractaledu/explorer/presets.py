"""Named situations worth a look, good and failing ones, each with a sentence why."""
from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..networks import CONDITIONS, WINDOWS
from ..problems import Problem
from ..recipes import Recipe

WHOLE = "the whole map", "Everything at once; from here to anywhere."


class Preset(NamedTuple):
    """A situation by name."""

    name: str
    why: str
    state: str                  # as `Explorer.state`; "{size}" stands for the size of the picture in use


def _preset(name, why, system, x, y, at, steps, scale="linear"):
    return Preset(name, why, f"fe1?system={system}&x={x[0]!r},{x[1]!r}&y={y[0]!r},{y[1]!r}&x_scale={scale}&y_scale={scale}"
                             f"&size={{size}}&steps={steps}&at={at[0]!r},{at[1]!r}")


def _square(system, x, y, width, name, why, steps, at=None):
    half = width / 2
    return _preset(name, why, system, (x - half, x + half), (y - half, y + half), at or (x, y), steps)


ALL = (1e-3, 1e6), (1e-3, 1e6)


def _training(system, steps, points):
    """Points of the whole map of learning rates; where and why."""
    return [_preset(name, why, system, *ALL, at, steps, "log10") for name, at, why in points]


_SATURATED = "A huge input rate drives the hidden units to their limits: it hurts, but does not explode."
_ONE = _training("paper-one-datum", 200, (
    ("too timid", (0.002, 0.002), "Tiny rates: after 200 steps seven eighths of the loss are left."),
    ("sweet spot", (1.09, 14.54), "The fastest kind of training: a handful of steps, no bumps."),
    ("edge of stability", (209.3, 16.08), "Close below the border the loss goes up and down, and falls all the same."),
    ("catapult", (0.002, 50.655), "The loss first rises several thousandfold, then the run trains after all."),
    ("gone", (1.0, 1000.0), "Far beyond the border: every step overshoots more than the last."),
    ("saturated", (3.3e5, 0.006), _SATURATED)))
_FULL = _training("paper-tanh", 500, (
    ("too timid", (0.002, 0.002), "Tiny rates: in 500 steps next to nothing happens."),
    ("sweet spot", (193.9, 24.41), "About the lowest sum of losses on the map."),
    ("edge of stability", (100.0, 100.0), "Every second step the loss rises, and over the steps it falls."),
    ("catapult", (0.002, 194.0), "The loss first rises more than a thousandfold, then it comes back below its start."),
    ("gone", (1.0, 1000.0), "Far beyond the border: every step overshoots more than the last."),
    ("saturated", (4.6e5, 0.03), _SATURATED)))
_WINDOWS = [_preset(f"the paper's window: {condition}", f"What the paper's figure shows of its condition “{condition}”.",
                    f"paper-{condition}", *WINDOWS[condition],
                    tuple((low * high) ** 0.5 for low, high in WINDOWS[condition]),
                    1000 if condition == "minibatch" else 500, "log10") for condition in CONDITIONS]
_MANDELBROT = [
    _square("mandelbrot", -0.75, 0.0, 0.5, "the neck", "c = −3/4, where gradient descent has the learning rate 2: settling "
            "on one point turns into settling on two in turn.", 500),
    _square("mandelbrot", -0.7453, 0.1127, 0.013, "seahorses", "The valley beside the neck, full of spirals.", 1000),
    _square("mandelbrot", -1.7548776662466927, 0.0, 0.06, "a small copy", "The period-3 window holds a whole copy of the set.",
            500),
    _square("mandelbrot", -0.101096363845622, 0.956286510809142, 0.002, "a Misiurewicz spiral", "Around this point the "
            "picture looks alike at every depth, turned a little.", 500)]
_NEWTON = [
    _square("newton", 0.0, 0.0, 1.0, "three roots meet", "Wherever two basins meet, the third is there too.", 100,
            (-0.3, 0.05)),
    _square("newton&a=1.99", 0.0, 0.0, 4.0, "a = 1.99", "Slow is not lost: black means not yet. Raise the steps to 3000 "
            "and see.", 100, (0.4, 0.7)),
    _square("newton&a=2.01", 0.0, 0.0, 4.0, "a = 2.01", "Each step overshoots by more than it gains: more steps do not "
            "help.", 100, (0.4, 0.7))]


def presets_of(problem: Problem) -> list[Preset]:
    """Those that an explorer of this problem offers."""
    if (problem.name or "").startswith("paper-"):
        return [*_ONE, *_WINDOWS] if problem.name == "paper-one-datum" else [*_FULL, *_WINDOWS]
    return {"mandelbrot": _MANDELBROT, "newton": _NEWTON}.get(problem.name, [])


def own_presets(presets: Mapping[str, tuple[str, str]]) -> list[Preset]:
    """A teacher's presets, name -> (why, state); ValueError names the one that cannot be read."""
    found = []
    for name, given in presets.items():
        try:
            why, state = given
            Recipe.from_text(state)
        except (TypeError, ValueError) as error:
            raise ValueError(f"presets must map a name to (sentence, state), got {name!r}: {error}") from None
        found.append(Preset(str(name), str(why), state))
    return found
