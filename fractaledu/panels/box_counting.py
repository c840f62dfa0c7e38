"""Box counting: a set, the boxes that cover it, their number against their size, and what a line through that is worth."""
from __future__ import annotations

import functools

import numpy as np

from .. import measure
from ..wording import number
from .board import Board, Choice, Knob
from .covers import KINDS, SIDE, fitted, local, measured, nearest, nulls, within
from .scene import Axis, Dots, Handle, Line, Picture, Plot, Rule, Scene

WAYS = {"2, 4, 8, …": 2, "3, 9, 27, …": 3}
LOWEST = 2.0                            # pixels, where a fit begins
MOST = 9                                # 2**9 is SIDE
SIZES, COUNTS, SLOPES = (0.8, 640.0), (0.5, 6e5), (0.0, 2.6)      # what the axes show
FOOT = 1.0                              # where the handles stand, in boxes
PAPER, BOX, EDGE, INK = (np.array(colour, float) for colour in ((252, 252, 252), (189, 222, 245), (74, 146, 196), (16, 16, 16)))
OUTLINED = 8                            # pixels, from which on a box has an outline


class BoxCounting(Board):
    """A board whose boxes have a size that was counted, and whose fit has its ends in order."""

    def _turn(self, values):
        super()._turn(settled(self._values, values))

    def _pressed(self, message):
        side = self.scene.plot(message["plot"]).x.value(message["u"])
        return {"k": nearest(measured(self._values["what"], WAYS[self._values["boxes"]]).sizes, side)}


def box_counting(what="Sierpinski triangle", box=32, low=None, high=None, boxes="2, 4, 8, …") -> Board:
    """Boxes over a set, their number against their size with a line through a part of it, and the slopes between neighbours.

    The handles under the counts are the ends of the fit; a press on that plot chooses the boxes that are drawn.

    Parameters
    ----------
    what : str, default "Sierpinski triangle"
        One of `KINDS`: sets whose dimension is known, sets where this way of measuring fails, and borders of training (the
        paper's windows, 256 x 256, from the atlas).
    box : float, default 32
        Side of the boxes that are drawn, in pixels; the nearest that was counted is taken.
    low, high : float, optional
        Ends of the fit in pixels, from 1 to 512.  By default from 2 to a 16th of the side, as whenever a set is chosen.
    boxes : {"2, 4, 8, …", "3, 9, 27, …"}
        Which sizes are counted.

    Returns
    -------
    Board
        Its knobs are what, k (the boxes that are drawn have 2**k or 3**k pixels), low, high and boxes.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    what_knob, way_knob = Choice("what", "set", what, tuple(KINDS)), Choice("boxes", "sizes of the boxes", boxes, tuple(WAYS))
    for knob in (what_knob, way_knob):
        knob.check(knob.value)
    found = measured(what, WAYS[boxes])
    knobs = [what_knob, Knob("k", "boxes drawn: step k", nearest(found.sizes, box), 0, MOST, whole=True),
             Knob("low", "fit from, px", LOWEST if low is None else low, 1, SIDE, log=True),
             Knob("high", "fit to, px", found.largest if high is None else high, 1, SIDE, log=True), way_knob]
    return BoxCounting("Box counting", knobs, _draw)


def settled(now, values) -> dict:
    """The new values, with a size of boxes that was counted, and low not above high: the end that moved stops.

    A set that is chosen begins with the fit that `measure.box_dimension` makes by default.
    """
    new = now | values
    found = measured(new["what"], WAYS[new["boxes"]])
    out = values | {"k": min(new["k"], len(found.sizes) - 1)}
    if values.keys() <= {"what", "boxes"}:
        out |= {"low": LOWEST, "high": float(found.largest)}
    elif new["low"] > new["high"]:
        out |= {"low": new["high"]} if "low" in values and "high" not in values else {"high": new["low"]}
    return out


# ---------------------------------------------------------------- the three plots

def _draw(k):
    found = measured(k.what, WAYS[k.boxes])
    fit = fitted(found, k.low, k.high)
    return Scene([_boxes(k, found), _counts(k, found, fit), _slopes(k, found)], _words(k, found, fit))


def _boxes(k, found):
    rows, columns = found.mask.shape
    picture = Picture(_covered(k.what, WAYS[k.boxes], k.k), (0, columns), (0, rows))
    drawn = _drawn(k, found)
    return Plot("set", Axis("pixels", 0, columns), Axis("pixels", 0, rows), [picture], title=drawn, ratio=1.0,
                says=f"{k.what}, {columns} by {rows} pixels, covered by {drawn}.")


def _drawn(k, found):
    count = found.counts[k.k]
    return f"{count} {'box' if count == 1 else 'boxes'} of {found.sizes[k.k]} px"


@functools.lru_cache(64)
def _covered(what, base, at):
    """The set in ink on the boxes that it meets, at half the resolution where that still is one pixel of a screen."""
    found = measured(what, base)
    size, step = int(found.sizes[at]), 2 if len(found.mask) > 300 else 1
    lines = [np.arange(n) + shift for n, shift in zip(found.mask.shape, found.places[at].tolist(), strict=True)]
    row, column = (line // size for line in lines)
    there = np.nonzero(found.mask)
    met = np.zeros((row[-1] + 1, column[-1] + 1), bool)
    met[row[there[0]], column[there[1]]] = True

    rows, columns = (n // step * step for n in found.mask.shape)
    ink = found.mask[:rows, :columns].reshape(rows // step, step, columns // step, step).mean(axis=(1, 3))[..., None] ** 0.5
    met = met[row[:rows:step]][:, column[:columns:step]]
    pixels = np.where(met[..., None], BOX, PAPER)
    if size >= OUTLINED:
        edge = [line[:n:step] % size < step for line, n in zip(lines, (rows, columns), strict=True)]
        padded = np.pad(met, ((1, 0), (1, 0)))              # the first line after a box is its far edge
        pixels[(edge[0][:, None] | edge[1]) & (met | padded[:-1, 1:] | padded[1:, :-1])] = EDGE
    return (ink * INK + (1 - ink) * pixels).round().astype(np.uint8)


def _counts(k, found, fit):
    inside = within(found, k.low, k.high)
    layers = [*_ends(k),
              Dots(found.sizes[~inside], found.counts[~inside], "blue", 4, True, "" if inside.all() else "not in the fit"),
              Dots(found.sizes[inside], found.counts[inside], "blue", 4.5, name="in the fit" if inside.any() else "")]
    if fit:
        ends = np.array([fit.first, fit.last])
        layers.append(Line(ends, np.exp(fit.height) * ends ** -fit.slope, "orange", 2.5, name=f"slope {fit.slope:.2f}"))
    layers += [Dots(found.sizes[[k.k]], found.counts[[k.k]], "red", 8, True, "drawn beside"),
               Handle("low", FOOT, f"the fit begins at {number(k.low, 3)} px"),
               Handle("high", FOOT, f"the fit ends at {number(k.high, 3)} px")]
    pairs = ", ".join(f"{count} of {size} px" for size, count in zip(found.sizes.tolist(), found.counts.tolist(), strict=True))
    return Plot("counts", Axis("side of a box, px", *SIZES, log=True), Axis("boxes that meet the set", *COUNTS, log=True),
                layers, title="How many boxes", ratio=1.0, touch=("k", None),
                says=f"Boxes against their size, both logarithmic: {pairs}.")


def _ends(k):
    return [Rule(x=k.low, colour="text"), Rule(x=k.high, colour="text")]


def _slopes(k, found):
    circle, noise = nulls(*found.mask.shape, WAYS[k.boxes])
    known = KINDS[k.what].known
    layers = [*_ends(k), *([Rule(y=known, colour="green", dashed=False, name=f"known: {known:.3g}")] if known else []),
              Line(*local(circle), "sky", 1.5, True, "a circle"), Line(*local(noise), "pink", 1.5, True, "white noise"),
              Line(*local(found), "blue", 1.5), Dots(*local(found), "blue", 4, name="this set")]
    told = ", ".join(f"{slope:.2f}" for slope in local(found)[1])
    return Plot("slopes", Axis("side of a box, px", *SIZES, log=True), Axis("local slope", *SLOPES), layers,
                title="Slopes between neighbours", width=1.0, ratio=0.22,
                says=f"Local slopes from the smallest boxes to the largest: {told}.")


# ---------------------------------------------------------------- in words

def _words(k, found, fit):
    rows, columns = found.mask.shape
    begin = f"{k.what}, {columns} × {rows} pixels: {_drawn(k, found)}."
    if fit is None:
        return (f"{begin} From {number(k.low, 3)} to {number(k.high, 3)} px there are fewer than {measure.LEAST} sizes: too "
                "few for a slope with an error.")
    circle, noise = (fitted(one, k.low, k.high).slope for one in nulls(rows, columns, WAYS[k.boxes]))
    kind = KINDS[k.what]
    said = "" if kind.known is None else f" Known: {number(kind.known)}{f' ({kind.why})' if kind.why else ''}."
    return (f"{begin} From {fit.first} to {fit.last} px, a factor of {number(fit.last / fit.first, 3)}: slope {fit.slope:.3f} "
            f"± {fit.error:.3f}.{said} The same fit finds {circle:.2f} for a circle and {noise:.2f} for white "
            "noise.").replace("-", "−")
