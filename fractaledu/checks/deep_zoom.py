"""The checks of lesson 10: how deep rates stay distinct, how fast rounding grows, a film in which a colour is one value."""
import math

import numpy as np

from . import compare as c
from . import reading
from .compare import Mistake
from .trial import Trouble, a_thing

LESSON = "10-deep-zoom"


def _two(value, what):
    """Two parts of an answer; Trouble for anything else."""
    several = isinstance(value, tuple | list) or isinstance(value, np.ndarray) and value.ndim > 0
    if not several or len(value) != 2:
        held = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        raise Trouble(f"Your function returned {a_thing(value)}{held}; wanted are {what}.", reading.SHAPE, got=value)
    return value


# ---------------------------------------------------------------- the deepest window whose rates are all distinct

LN10 = math.log(10)
DEEPEST = 19


def _offsets(width, pixels, ends=True):
    return np.linspace(-width / 2, width / 2, pixels) if ends else (np.arange(pixels) + 0.5) / pixels * width - width / 2


def _powers(centre, width, pixels, ends=True):
    return 10 ** (np.log10(centre) + _offsets(width, pixels, ends))


def _products(centre, width, pixels, ends=True):
    return centre * (1 + LN10 * _offsets(width, pixels, ends))


STYLES = {_powers: (_powers, lambda c, w, n: _powers(c, w, n, False), lambda c, w, n: np.power(10.0, math.log10(c)
                                                                                         + _offsets(w, n))),
          _products: (_products, lambda c, w, n: _products(c, w, n, False),
                      lambda c, w, n: c + c * np.expm1(LN10 * _offsets(w, n)))}


def _depth(rates, centre, pixels, least=None):
    """The largest k for which a window 10**-k wide still has `least` distinct rates (default: one a pixel)."""
    for k in range(DEEPEST):
        if len(np.unique(rates(centre, 10.0 ** -k, pixels))) < (least or pixels):
            return k - 1
    return DEEPEST


def _depths(centre, pixels, powers=_powers, products=_products, least=None):
    return _depth(powers, centre, pixels, least), _depth(products, centre, pixels, least)


def _sound(centre, pixels):
    """Whether every usual way to write the two formulas gives the same answer."""
    return all(len({_depth(style, centre, pixels) for style in styles}) == 1 for styles in STYLES.values())


def _float32(rates):
    return lambda c, w, n: rates(np.float32(c), w, n).astype(np.float32)


def _plus(centre, pixels, more):
    return tuple(k + more for k in _depths(centre, pixels))


DEPTHS = (
    Mistake("the two are swapped", lambda c, n: _depths(c, n)[::-1], "Return the depth of 10**x first, then that of "
            "centre · (1 + δ)."),
    Mistake("the first window that fails", lambda c, n: _plus(c, n, 1), "That is one too deep: wanted is the last k at which "
            "all rates still differ."),
    Mistake("the sign of k", lambda c, n: tuple(-k for k in _depths(c, n)), "The window is 10**−k decades wide."),
    Mistake("10**x for both", lambda c, n: _depths(c, n, products=_powers), "The second depth is that of centre · (1 + δ), "
            "which does not go through a logarithm."),
    Mistake("centre · (1 + δ) for both", lambda c, n: _depths(c, n, powers=_products), "The first depth is that of "
            "10 ** (log10(centre) + x)."),
    Mistake("ln 10 is forgotten", lambda c, n: _depths(c, n, products=lambda c, w, n: c * (1 + _offsets(w, n))),
            "x counts decades: 10**x is 1 + x · ln 10 for a small x, so δ = x · ln 10."),
    Mistake("until all rates are the same", lambda c, n: _depths(c, n, least=2), "Wanted is where all rates still differ, not "
            "where the last two become one."),
    Mistake("until half of the rates are left", lambda c, n: _depths(c, n, least=n // 2), "Wanted is where no two rates are "
            "the same yet."),
    Mistake("float32", lambda c, n: _depths(c, n, _float32(_powers), _float32(_products)),
            "These are the depths of float32. Python's own numbers, and NumPy's usual ones, are float64."),
    *(Mistake("the gap beside 1", lambda c, n, k=k: (k, k), "The gap between neighbouring numbers is one thing; how wide a row "
              "of so many pixels is another. Count.") for k in (15, 16)),
)


def _whole_pair(value):
    first, second = _two(value, "two whole numbers, the depth of 10**x and that of centre · (1 + δ): `return power, product`")
    return tuple(float(reading.number(part, int, "One of the two depths is")) for part in (first, second))


@c.exercise(LESSON, "last_depths(centre, pixels)")
def last_depths(function):
    """Check `last_depths(centre, pixels)`: the largest k so that a window 10**-k decades wide still has `pixels` distinct
    rates, written as 10**x and as centre * (1 + δ).

    10 hidden centres and row lengths where every usual way to write the formulas agrees; in 3 at least one is deeper.
    """
    rng, cases = c.hidden(), []
    while len(cases) < 10:
        low, high = (0, 1) if len(cases) < 4 else (1.05, 2.9)           # below 10 the two are mostly equally deep
        case = round(float(10 ** rng.uniform(low, high)), 3), int(rng.choice([64, 100, 256, 400, 512, 700, 1500, 3000]))
        if _sound(*case) and (len(cases) < 7 or len(set(_depths(*case))) == 2):
            cases.append(case)
    trial, _ = c.compare(function, last_depths.exercise, cases, _depths, DEPTHS, read=_whole_pair, error=c.distance,
                         near=lambda got, want, *_: got == want,
                         hint="For k = 0, 1, 2, …: make the row of rates both ways and count with len(set(…)).")
    deep = [_depths(*case) for case in cases]
    return (f"{len(cases)} hidden rows of {min(n for _, n in cases)} to {max(n for _, n in cases)} pixels agree: centre · "
            f"(1 + δ) goes deeper in {sum(product > power for power, product in deep)} of them.{trial.aside()}")


# ---------------------------------------------------------------- how fast a rounding error grows

CLOSE = 0.012                   # decades a step
ROUNDING, FULL = 1e-15, 1e-2    # where growth begins to show, and where it ends


def _curves(rng, rate, steps):
    """Two loss curves that differ by a rounding error, which grows by `rate` decades a step until it is as large as they."""
    t = np.arange(steps)
    one = 0.2 + 0.05 * np.cos(rng.uniform(0.5, 2) * t + rng.uniform(0, 6)) + rng.uniform(0, 0.05, steps)
    gap = 10.0 ** np.minimum(-16.5 + rate * t + rng.uniform(-0.2, 0.2, steps), rng.uniform(-0.6, 0, steps))
    return one, one + gap * rng.choice([-1, 1], steps)


def _gaps(one, other):
    gap = np.abs(one - other)
    return np.flatnonzero(gap), gap[gap > 0]


def _slope(one, other, log=np.log10, least=ROUNDING, most=FULL, part=0):
    steps, gap = _gaps(one, other)
    growing = (gap > least) & (gap < most)
    return float(np.polyfit(steps[growing], log(gap[growing]), 1)[part])


def _overall(one, other):
    _, gap = _gaps(one, other)
    return float(np.log10(gap[-1] / gap[0]) / len(one))


BASE = "Decades are wanted: take log10."
FLAT = ("the flat end is fitted too",
        "Once the gap is as large as the losses it can grow no more. Fit only the steps before that.")
LOG = ("the logarithm is forgotten",
       "Fit a line to log10 of the gap: a straight line there is growth by the same factor at each step.")
GROWTH = (
    Mistake("logarithms of base e", lambda a, b: _slope(a, b, np.log), BASE),
    Mistake("logarithms of base 2", lambda a, b: _slope(a, b, np.log2), BASE),
    Mistake(FLAT[0], lambda a, b: _slope(a, b, most=np.inf), FLAT[1]),
    Mistake(FLAT[0], lambda a, b: _slope(a, b, least=0, most=np.inf), FLAT[1]),
    Mistake("first and last gap only, over all steps", _overall,
            "The last gap has long stopped growing: fit the steps in which it grows."),
    Mistake(LOG[0], lambda a, b: _slope(a, b, lambda gap: gap), LOG[1]),
    Mistake(LOG[0], lambda a, b: _slope(a, b, lambda gap: gap, 0, np.inf), LOG[1]),
    Mistake("the other number of the line", lambda a, b: _slope(a, b, part=1),
            "np.polyfit(steps, …, 1) gives the slope first, then the height at step 0: take [0]."),
    Mistake("steps a decade", lambda a, b: 1 / _slope(a, b),
            "That is how many steps a decade takes. Wanted is decades a step."),
    Mistake("the sign", lambda a, b: -_slope(a, b), "The gap grows, so the slope is positive."),
    Mistake("the factor of a step", lambda a, b: 10 ** _slope(a, b),
            "That is by what the gap is multiplied at each step. Wanted is its log10, the slope."),
)
NAN = "Where the two curves are exactly equal log10(0) is −∞, and one −∞ spoils the whole fit: keep only steps with a gap."


def _like(one, other):
    if not all(isinstance(value, float | int) for value in (one, other)):
        return one is other
    return abs(one - other) <= 0.04 * abs(other)


@c.exercise(LESSON, "growth(one, other)")
def growth(function):
    """Check `growth(one, other)`: by how many decades a step the gap of two loss curves grows until it is full, to ±0.012.

    8 hidden pairs of curves that grow by 0.12 to 0.3.
    """
    rng = c.hidden()
    rates = rng.uniform(0.12, 0.3, 8)
    cases = [_curves(rng, rate, int(rng.integers(220, 300))) for rate in rates]
    known = {id(one): float(rate) for (one, _), rate in zip(cases, rates, strict=True)}
    trial, worst = c.compare(
        function, growth.exercise, cases, lambda one, other: known[id(one)], GROWTH, read=reading.number, like=_like,
        near=lambda got, want, *_: abs(got - want) <= CLOSE, hints={"nan": NAN, "LinAlgError": NAN},
        hint="Fit a line to log10|one − other| over the steps where the gap is between about 1e-15 and 1e-2.")
    return (f"{len(cases)} hidden pairs of curves, from {min(rates):.2f} to {max(rates):.2f} decades a step, agree to ±{CLOSE} "
            f"(worst difference {worst:.1g}).{trial.aside()}")


# ---------------------------------------------------------------- a film in which a colour means one value

FRAMES, ROWS, COLUMNS = 6, 4, 5


def _places(pictures, side="left", among=None):
    among = np.sort(pictures if among is None else among, axis=None)
    return np.searchsorted(among, pictures, side) / among.size


def _film(first, last, pictures, widths=None, places=None):
    """The answer as one flat tuple."""
    widths = np.geomspace(first, last, len(pictures)) if widths is None else widths
    places = _places(pictures) if places is None else places
    return (*np.asarray(widths, float).tolist(), *np.asarray(places, float).ravel().tolist())


def _ranks(pictures, kind):
    """The place of each value in the sorted row, equal ones one after the other, as a share."""
    return np.argsort(np.argsort(pictures, axis=None, kind=kind), kind=kind).reshape(pictures.shape) / pictures.size


def _own(pictures):
    return np.stack([_places(picture) for picture in pictures])


def _scaled(values, axis=None):
    low, high = values.min(axis=axis, keepdims=True), values.max(axis=axis, keepdims=True)
    return (values - low) / (high - low)


EACH = "each picture is ranked by itself"
ONE_REFERENCE = "In the film one colour would then mean another value in each frame. Rank among the values of all pictures."
SHARE = "The place of a value is the share of all values, of all pictures, that are smaller."
FILM = (
    Mistake(EACH, lambda a, b, p: _film(a, b, p, places=_own(p)), ONE_REFERENCE),
    Mistake("only the first picture is the reference", lambda a, b, p: _film(a, b, p, places=_places(p, among=p[0])),
            "The first picture does not hold the values of the deep ones: take all pictures."),
    Mistake("only the last picture is the reference", lambda a, b, p: _film(a, b, p, places=_places(p, among=p[-1])),
            "The last picture does not hold the values of the wide ones: take all pictures."),
    Mistake("equal differences of the widths", lambda a, b, p: _film(a, b, p, np.linspace(a, b, len(p))),
            "A zoom shrinks by the same factor from frame to frame: equal ratios, np.geomspace."),
    Mistake("the last window is missing", lambda a, b, p: _film(a, b, p, np.geomspace(a, b, len(p), endpoint=False)),
            "The film ends in the window `last`: as many widths as pictures, both ends included."),
    Mistake("the film runs backwards", lambda a, b, p: _film(a, b, p, np.geomspace(b, a, len(p))),
            "The first window is the widest: begin at `first`."),
    Mistake("exponents in place of widths", lambda a, b, p: _film(a, b, p, np.linspace(np.log10(a), np.log10(b), len(p))),
            "These are the logarithms of the widths: raise 10 to them."),
    Mistake("values are scaled, not ranked", lambda a, b, p: _film(a, b, p, places=_scaled(p)),
            "One extreme value would take nearly all colours. " + SHARE),
    Mistake("values are scaled, picture by picture", lambda a, b, p: _film(a, b, p, places=_scaled(p, (1, 2))),
            "Then a colour means another value in each frame, and one extreme value takes nearly all colours. " + SHARE),
    Mistake("smaller or equal", lambda a, b, p: _film(a, b, p, places=_places(p, "right")), SHARE + " Not smaller or equal."),
    Mistake("ranks, not shares", lambda a, b, p: _film(a, b, p, places=_places(p) * p.size),
            "Divide by how many values there are in all, so that places go from 0 to 1."),
    *(Mistake("equal values are ranked one after the other", lambda a, b, p, kind=kind: _film(a, b, p, places=_ranks(p, kind)),
              "Equal values have one place: count those that are smaller.") for kind in (None, "stable")),
    Mistake("divided by one too few", lambda a, b, p: _film(a, b, p, places=_places(p) * p.size / (p.size - 1)),
            "A share is of all values: divide by pictures.size."),
    Mistake("argsort is taken for the ranks", lambda a, b, p: _film(a, b, p, places=(
        np.argsort(p, axis=None) / p.size).reshape(p.shape)),
            "argsort says which value comes at a rank, not which rank a value has. np.searchsorted(sorted values, pictures) "
            "counts the smaller ones."),
)


def _widths_and_places(value):
    widths, places = _two(value, "the widths and the places: `return widths, places`")
    for name, part, shape in (("widths", widths, (FRAMES,)), ("places", places, (FRAMES, ROWS, COLUMNS))):
        try:
            array = np.asarray(part, float)
        except (TypeError, ValueError):
            raise Trouble(f"The {name} are {a_thing(part)}; wanted is an array of numbers.", reading.KIND, got=part) from None
        if array.shape != shape:
            wanted = "as many as there are pictures" if name == "widths" else "the shape of `pictures`"
            raise Trouble(f"The {name} have the shape {array.shape}; wanted is {shape}, {wanted}.", reading.SHAPE,
                          got=array.shape)
        if not np.isfinite(array).all():
            raise Trouble(f"Not all {name} are finite numbers.", reading.NOT_A_NUMBER, got=array[~np.isfinite(array)][0])
    return _film(None, None, None, widths, places)


@c.exercise(LESSON, "dive(first, last, pictures)")
def dive(function):
    """Check `dive(first, last, pictures)`: the widths of a film's windows and, for each value, the share of all values of all
    pictures that are smaller.

    5 hidden films of 6 pictures, to 1e-9; windows must shrink by one factor, and equal values have equal places in all.
    """
    rng, cases = c.hidden(), []
    for _ in range(5):
        first, depth = float(np.round(rng.uniform(0.5, 9), 3)), rng.uniform(3, 12)
        spread = rng.uniform(0.3, 3, (FRAMES, 1, 1))                    # each picture has values of its own size
        pictures = np.round(rng.normal(rng.uniform(-3, 3, (FRAMES, 1, 1)), spread, (FRAMES, ROWS, COLUMNS)), 1)
        pictures[rng.integers(FRAMES), 0, 0] = rng.choice([-40.0, 40.0])
        cases.append((first, float(first * 10 ** -depth), pictures))
    trial, worst = c.compare(
        function, dive.exercise, cases, _film, FILM, read=_widths_and_places, error=_furthest,
        near=lambda got, want, *_: _furthest(got, want) <= 1e-9,
        hint="np.geomspace gives the widths; sort all values of all pictures and let np.searchsorted count the smaller ones.")
    return (f"{len(cases)} hidden films of {FRAMES} windows shrink by one factor, and a value has one place in all pictures "
            f"(worst difference {worst:.1g}).{trial.aside()}")


def _furthest(got, want):
    """The largest difference: of a width as a share of it, of a place as it is."""
    got, want = np.array(got), np.array(want)
    scale = np.where(np.arange(got.size) < FRAMES, np.abs(want), 1.0)
    return float(np.max(np.abs(got - want) / scale))
