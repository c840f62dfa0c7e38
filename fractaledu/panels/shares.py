"""Whose colour covers how much: the share of each root of z**3 - 1 among the starts in a frame."""
from __future__ import annotations

import numpy as np

from ..maps import newton
from ..rendering import render
from ..view import View
from ..wording import complex_number
from .board import Board, Choice, Knob
from .roots import RGB, UNITY
from .scene import Axis, Label, Picture, Plot, Rule, Scene

THICK = 0.45                # of a bar, in units of the distance of two bars


def shares(frame="square", reach=2.0) -> Board:
    """The share of each root of z**3 - 1 among the starts in a frame around 0.

    Parameters
    ----------
    frame : {"square", "disc", "triangle"}, default "square"
        The triangle has equal sides and a corner to the right.
    reach : float, default 2
        Half the square's side, the disc's radius, or from 0 to the triangle's corners; from 0.5 to 8.

    Returns
    -------
    Board
        Its knobs are frame and reach.
    """
    knobs = [Choice("frame", "frame", frame, ["square", "disc", "triangle"]),
             Knob("reach", "from 0 to its edge", reach, 0.5, 8, log=True)]
    return Board("Whose colour covers how much?", knobs, _draw)


def _draw(k):
    frame = View((-k.reach, k.reach), (-k.reach, k.reach))
    land = render(newton(), frame, (256, 256), 100)
    inside = _inside(k.frame, k.reach, land.x, land.y[:, None])
    rgba = np.concatenate([RGB[land.attractor], np.where(inside, 255, 0)[..., None].astype(np.uint8)], axis=-1)
    share = np.bincount(land.attractor[inside], minlength=3) / inside.sum()
    words = (f"In this {k.frame}, {share[0]:.4f} of the starts come to 1 (blue), {share[1]:.4f} and "
             f"{share[2]:.4f} to the other two: counted on {inside.sum()} pixels.")
    side = Axis("real part", -k.reach, k.reach), Axis("imaginary part", -k.reach, k.reach)
    where = Plot("basins", *side, [Picture(rgba, frame.x, frame.y)], ratio=1.0, title="which root", width=0.45,
                 says=f"Basins of the three roots inside a {k.frame}.")
    bars = [Picture(RGB[j][None, None], (0, value), (2 - j - THICK, 2 - j)) for j, value in enumerate(share)]
    texts = [Label(0.01, 2.08 - j, f"{complex_number(UNITY[j])}: {value:.4f}") for j, value in enumerate(share)]
    much = Plot("shares", Axis("share of the starts", 0, 0.5), Axis("", -0.6, 2.6),
                [*bars, *texts, Rule(x=1 / 3, colour="text", name="one third")], ratio=0.7, width=0.55, says=words,
                title="share of each root")
    return Scene([where, much], words)


def _inside(frame, reach, x, y):
    if frame == "disc":
        return x * x + y * y <= reach * reach
    if frame == "triangle":             # three sides, half as far from 0 as the corners
        return np.logical_and.reduce([x * np.cos(angle) + y * np.sin(angle) <= reach / 2
                                      for angle in np.pi / 3 * np.array([1, 3, 5])])
    return np.full(np.broadcast_shapes(x.shape, y.shape), True)
