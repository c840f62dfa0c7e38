"""The checks of lesson 02: escape times, the area of the Mandelbrot set, π from its neck."""
import math

from .. import reference
from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "02-mandelbrot"
AREA, AREA_CLOSENESS = 1.5066, 0.004            # Förstemann: 1.5065918849(28)
VIEW = 2.7 ** 2                                 # the area of fe.mandelbrot().view
TOUCHING = -2 + 0j, 2j, 2 + 0j, -2j, 0.25 + 0j, 0j, -1 + 0j, 1j, -0.75 + 0j, 0.26 + 0j, 0.5 + 0.5j, 3 + 0j, -2.5 + 1j


def _first(c, most, left, z=0j, begin=1, nothing=-1):
    """The first n from `begin` to `most` whose iterate has `left`, z being the iterate before; `nothing` if there is none."""
    for n in range(begin, most + 1):
        z = z * z + c
        if left(z):
            return n
    return nothing


def _beyond(z):
    return abs(z) > 2


def _late(c, most):
    n = _first(c, most - 1, _beyond)
    return n + 1 if n > 0 else -1


def _stays_as(value):
    def given(c, most):
        n = _first(c, most, _beyond)
        return n if n > 0 else value(most)
    return given


def _from_zero(c, most):
    n = _first(c, most, _beyond)
    return n - 1 if n > 0 else -1


ESCAPE = (
    Mistake("“at 2” is taken for “beyond 2”", lambda c, most: _first(c, most, lambda z: abs(z) >= 2),
            "The orbit of c = −2 has |z| = 2 for ever and never leaves: the test is `> 2`, not `>= 2`."),
    Mistake("the counting starts at 0", _from_zero,
            "z₁ = c is the first iterate, so a c that lies beyond 2 itself has n = 1."),
    Mistake("it is looked at z before the step is made", _late,
            "z₀ = 0 is no iterate: make the step first, then look, then count."),
    Mistake("z₂ is counted as the first iterate", lambda c, most: _first(c, most, _beyond, z=c),
            "z₁ = c is the first. Start at z = 0, or look at c before the first step."),
    Mistake("the last iterate is left out", lambda c, most: _first(c, most - 1, _beyond),
            "`range(1, most)` ends at most − 1. z with the number `most` is still looked at."),
    Mistake("the real part is tested instead of the size", lambda c, most: _first(c, most, lambda z: z.real > 2),
            "z can leave in any direction. `abs(z)` is its distance from 0."),
    Mistake("the real part is tested instead of the size", lambda c, most: _first(c, most, lambda z: abs(z.real) > 2),
            "z can leave in any direction. `abs(z)` is its distance from 0."),
    Mistake("the square of the size is compared with 2", lambda c, most: _first(c, most, lambda z: abs(z) ** 2 > 2),
            "|z| > 2 is the same as |z|² > 4."),
    Mistake("the size is compared with 4", lambda c, most: _first(c, most, lambda z: abs(z) > 4),
            "|z|² > 4 is the same as |z| > 2: you compare |z| itself."),
    Mistake("“never left” is returned as `most`", _stays_as(lambda most: most),
            "An orbit that leaves at the last step returns `most` too. Return −1 for one that has not left."),
    Mistake("“never left” is returned as `most` + 1", _stays_as(lambda most: most + 1),
            "Return −1 for an orbit that has not left."),
    Mistake("“never left” is returned as 0", _stays_as(lambda most: 0), "Return −1 for an orbit that has not left."),
    Mistake("the + c is forgotten", lambda c, most: _first(0, most, _beyond, z=c, begin=2) if abs(c) <= 2 else 1,
            "The step is z² + c, with the same c each time."),
    Mistake("z is not squared", lambda c, most: math.floor(2 / abs(c)) + 1 if 0 < abs(c) and 2 / abs(c) < most else -1,
            "The step is z² + c."),
    Mistake("the number of steps that stay is returned",
            lambda c, most: most if (n := _first(c, most, _beyond)) < 0 else n - 1,
            "Return the number of the first iterate beyond 2, and −1 if there is none."),
)


def _escape_time(c, most):
    return reference.departure(reference.escape_orbit(0, c, 2, most), 1.0, 1)


def _sound(c, most):
    """Whether the count is the same a hair beside c, so that no order of rounding changes it."""
    return len({_escape_time(c * factor, most) for factor in (1, 1 + 1e-8, 1 - 1e-8, 1 + 1e-8j)}) == 1


@c.exercise(LESSON, "escape_time(c, most)")
def escape_time(function):
    """Check `escape_time(c, most)`: the number of the first iterate beyond 2 (z₁ = c), −1 if none up to number `most`.

    200 points, most of them hidden, exactly; among them some where |z| = 2.
    """
    rng = c.hidden()
    cases = [(point, int(rng.integers(20, 90))) for point in TOUCHING]
    while len(cases) < 190:
        point, most = complex(*rng.uniform((-2.2, -1.4), (0.8, 1.4)).round(4)), int(rng.integers(20, 90))
        if _sound(point, most):
            cases.append((point, most))
    leave = [(point, n) for point, most in cases if (n := _escape_time(point, most)) > 1]
    cases = cases[:1] + leave[-10:] + cases[1:]                 # ten that leave in their very last step
    counts = [_escape_time(*case) for case in cases]
    trial, _ = c.compare(
        function, escape_time.exercise, cases, _escape_time, ESCAPE, read=lambda value: reading.number(value, int),
        near=lambda got, want, *_: got == want,
        hints={"OverflowError": "z grew beyond all bounds: return as soon as abs(z) > 2.",
               "endless": "A point of the set never leaves: stop after `most` iterates."},
        hint="Follow c = 1 by hand: 1, 2, 5. The third is the first beyond 2, so n is 3.")
    return (f"{len(cases)} points agree exactly: {counts.count(-1)} that stay, escape times from 1 to {max(counts)}, and −2 "
            f"and 2i, where |z| is 2.{trial.aside()}")


@c.exercise(LESSON, "mandelbrot_area(area, bias)")
def mandelbrot_area(area, bias):
    """Check the area of the Mandelbrot set as counted with 1000 × 1000 pixels, to ±0.004, and the sign of its bias."""
    value, = reading.given_numbers(area, names=("area",))
    if bias is None or bias is ...:
        raise c.Trouble('Say which way the count errs: put "too big" or "too small" in the place of `...` for `bias`.',
                        outcome=c.NOT_ATTEMPTED)
    word = bias.strip().lower().replace("large", "big") if isinstance(bias, str) else None
    if word not in ("too big", "too small"):
        raise c.wrong('`bias` should be the text "too big" or "too small".', reading.KIND, got=bias)
    if abs(value - AREA) > AREA_CLOSENESS:
        name, advice = _area_mistake(value)
        raise c.wrong(f"The area is not right to ±{AREA_CLOSENESS}. {advice}", name, got=value)
    if word == "too small":
        raise c.wrong("The area is right, the sign of its error is not. A pixel counts as inside as long as it has not left, "
                      "and some of those leave later: look at what a larger dwell limit takes away.",
                      "a point that has not left yet is taken for one outside", got=bias)
    return (f"{AREA} ± {AREA_CLOSENESS} was asked for; yours is {value:.5f}, {value - 1.5065919:+.5f} from the best known "
            "value. And it is too big in the long run: points that have not left yet count as inside.")


def _area_mistake(value):
    """(name or None, advice)."""
    def near(place, reach=0.03):
        return abs(value - place) <= reach * place
    if value > 1000:
        return "pixels are counted, but not their size", "That is a number of pixels. What area of the plane is one pixel?"
    if near(AREA / VIEW):
        return ("a share of the picture, not an area",
                f"That is the share of pixels that stay. The picture itself has the area {VIEW:.2f}: multiply by it.")
    if near(1 - AREA / VIEW) or near(VIEW - AREA, 0.01):
        return "the outside is counted", "Count the pixels that have not left."
    if near(AREA / 2, 0.02):
        return "the mirrored half is forgotten", "The set is the same above and below the real axis: twice this."
    if near(2 * AREA, 0.02):
        return "the half is counted twice", "The picture shows both halves already."
    if near(3 * math.pi / 8 + math.pi / 16, 0.002) or near(3 * math.pi / 8, 0.002):
        return ("only the largest parts are counted",
                "The heart and the disc are 1.374 together. The rest sits in smaller discs.")
    if AREA < value < 1.7:
        return ("the dwell limit is too low",
                "Too many points near the border had no time to leave. Take a higher limit, and look whether "
                "the area settles.")
    if 1.4 < value < AREA:
        return ("the view or the pixels are too coarse", "Is the whole set in the view, from −2 to 0.48? Are there 1000 × 1000 "
                "pixels?")
    return None, "None of the typical mistakes gives this number. Area = number of pixels that stay × area of a pixel."


def _count(c, most):
    z, n = 0j, 0
    while abs(z) <= 2 and n < most:
        z, n = z * z + c, n + 1
    return n


def _neck(eps):
    return eps * _count(complex(-0.75, eps), math.ceil(10 / eps))


STOPS_EARLY = "The smaller ε, the longer the way through the neck: about 3/ε steps. Let the loop run until |z| > 2."
PI = (
    Mistake("the count is not multiplied by ε", lambda eps: _neck(eps) / eps,
            "That is N, the number of steps. N grows as ε shrinks; ε times N is what settles."),
    Mistake("π itself is returned", lambda eps: math.pi,
            "Let the Mandelbrot set do the counting: ε times N, N a whole number."),
    Mistake("the point 1/4 + ε is used", lambda eps: eps * _count(0.25 + eps, math.ceil(10 / eps)),
            "The neck is at −3/4, and the way through it goes along the imaginary axis: c = −3/4 + iε."),
    Mistake("the point 1/4 + ε is used", lambda eps: math.sqrt(eps) * _count(0.25 + eps, math.ceil(10 / eps)),
            "That is π by another door. This exercise asks for the neck at c = −3/4 + iε."),
    Mistake("ε is added along the real axis", lambda eps: -eps,
            "Left and right of −3/4 lies the set, and nothing leaves. Go up: c = −3/4 + iε, that is `-0.75 + 1j * eps`."),
    Mistake("the count is divided by ε", lambda eps: _neck(eps) / eps ** 2, "N is about π/ε: multiply by ε."),
    Mistake("the square root of ε is used", lambda eps: _neck(eps) / math.sqrt(eps),
            "The root belongs to the other door, c = 1/4 + ε. Here it is ε times N."),
    Mistake("the loop ends before the orbit has left", lambda eps: eps * _count(complex(-0.75, eps), 1000), STOPS_EARLY),
    Mistake("the sign of 3/4 is lost", lambda eps: eps * _count(complex(0.75, eps), 1000),
            "The neck is at c = −3/4, left of 0; +3/4 lies outside the set."),
)


def _stops_early(cases, got, expected):
    """A loop with an end of its own is right for the large ε and gives its last number, or −1, for the small ones."""
    small = [want / eps for (eps,), one, want in zip(cases, got, expected, strict=True) if abs(one - want) > 1.2 * eps]
    large = [want / eps for (eps,), one, want in zip(cases, got, expected, strict=True) if abs(one - want) <= 1.2 * eps]
    if large and min(small) > max(large):
        return "the loop ends before the orbit has left", STOPS_EARLY
    return None


@c.exercise(LESSON, "neck_number(eps)")
def neck_number(function):
    """Check `neck_number(eps)`: ε times the escape time of c = −3/4 + iε, off by one allowed.

    ε = 0.001 and five hidden ones from 0.002 to 0.05.
    """
    epsilons = [0.001, *map(float, (10 ** c.hidden().uniform(-2.7, -1.3, 5)).round(5))]
    trial, worst = c.compare(
        function, neck_number.exercise, [(eps,) for eps in epsilons], _neck, PI, read=reading.number,
        near=lambda got, want, eps: abs(got - want) <= 1.2 * eps and abs(got / eps - round(got / eps)) < 1e-6,
        hints={"endless": "Does c lie beside −3/4 along the real axis? Nothing leaves from there. Go up: c = −3/4 + iε."},
        special=_stops_early,
        hint="N is the number of the first iterate beyond 2 for c = −3/4 + iε. How large may N become before your loop stops?")
    return (f"ε = 0.001 gives {trial(0.001):.4g}, and 5 hidden ε from {min(epsilons[1:]):.2g} to {max(epsilons[1:]):.2g} "
            f"agree with ε·N to one step (worst difference {worst:.1g}).{trial.aside()}")
