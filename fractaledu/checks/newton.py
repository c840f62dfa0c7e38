"""The checks of lesson 04: Newton's step, the symmetry of its three basins, the largest relaxed step."""
import cmath

import numpy as np

from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "04-newton"
TURN = cmath.exp(2j * cmath.pi / 3)
POINTS = 20_000


# ---------------------------------------------------------------- one step

def _step(z, p, slope, sign=-1):
    return z + sign * complex(np.polyval(p, z)) / complex(np.polyval(slope, z))


def _next(z, p):
    return _step(z, p, np.polyder(p))


def _powers(p):
    return np.arange(len(p) - 1, 0, -1)


STEP = (
    Mistake("the step is added", lambda z, p: _step(z, p, np.polyder(p), +1),
            "The tangent meets zero on the other side: z minus p(z)/p′(z)."),
    Mistake("the fraction is upside down", lambda z, p: z - complex(np.polyval(np.polyder(p), z)) / complex(np.polyval(p, z)),
            "It is p(z)/p′(z): height over slope."),
    Mistake("the coefficients are read from the wrong end", lambda z, p: _next(z, p[::-1]),
            "The highest power comes first, as for `numpy.polyval`: [1, 0, 0, -1] is z³ − 1."),
    Mistake("the step of z³ − 1, whatever the coefficients", lambda z, p: z - (z ** 3 - 1) / (3 * z * z),
            "Use the coefficients that are handed in: another polynomial, another step."),
    Mistake("the derivative without its factors", lambda z, p: _step(z, p, p[:-1]),
            "The derivative of zⁿ is n zⁿ⁻¹: the power comes down as a factor. `numpy.polyder` does it."),
    Mistake("the derivative's factors in the wrong order", lambda z, p: _step(z, p, p[:-1] * _powers(p)[::-1]),
            "The first coefficient belongs to the highest power n, so n is its factor."),
    Mistake("the power of the derivative is not lowered", lambda z, p: _step(z, p, np.append(np.polyder(p), 0)),
            "The derivative of zⁿ is n zⁿ⁻¹, one power lower."),
    Mistake("the step is returned, not the new z", lambda z, p: _next(z, p) - z,
            "That is how far to go. Return where you arrive: z plus this."),
    Mistake("the step is returned, not the new z", lambda z, p: z - _next(z, p),
            "That is how far to go. Return where you arrive: z minus this."),
    Mistake("gradient descent with rate 1", lambda z, p: z - complex(np.polyval(np.polyder(p), z)),
            "Newton divides the value by the slope: z − p(z)/p′(z)."),
    Mistake("the division by the slope is forgotten", lambda z, p: z - complex(np.polyval(p, z)),
            "Divide by the slope p′(z)."),
    Mistake("only the real part is used", lambda z, p: _next(z.real, p), "z is complex: keep both of its parts."),
    Mistake("the second derivative, as in optimisation", lambda z, p: _step(z, np.polyder(p), np.polyder(p, 2)),
            "That looks for a zero of the slope. Here a zero of p itself is wanted: p(z)/p′(z)."),
)


def _one_place(value):
    try:
        return reading.number(value, complex)
    except c.Trouble as trouble:
        if trouble.name == reading.SHAPE:
            trouble.text += " `np.polyder` gives the coefficients of p′, not its value: put z in with `np.polyval`."
        raise


@c.exercise(LESSON, "newton_step(z, coefficients)")
def newton_step(function):
    """Check `newton_step(z, coefficients)`: z − p(z)/p′(z), coefficients as `numpy.polyval` wants them.

    30 hidden polynomials of degree 2 to 5, to 1e-10; then 5 whose roots are hidden, reached to 1e-10 in 30 steps.
    """
    rng = c.hidden()
    cases = []
    while len(cases) < 30:
        p = (rng.normal(size=rng.integers(3, 7)) + (1j * rng.normal(size=1) if len(cases) % 2 else 0)).round(2)
        z = complex(*rng.normal(size=2).round(2))
        if abs(np.polyval(np.polyder(p), z)) > 0.3 and abs(np.polyval(p, z)) > 0.05 and abs(p[0]) > 0.2:
            cases.append((z, p))
    trial, worst = c.compare(
        function, newton_step.exercise, cases, _next, STEP, read=_one_place,
        near=lambda got, want, *_: abs(got - want) <= 1e-10 * max(1, abs(want)),
        hints={"ZeroDivisionError": "The slope p′(z) came out as 0: is the derivative right?"},
        hint="Write p(z) with `numpy.polyval`, p′ with `numpy.polyder`, then z − p(z)/p′(z).")
    for _ in range(5):
        roots = np.exp(2j * np.pi * (np.arange(4) + rng.uniform(-0.2, 0.2, 4)) / 4) * rng.uniform(0.7, 1.5, 4)
        z, p = complex(roots[0] * 1.05), np.poly(roots)
        for _ in range(30):
            z = reading.number(trial(z, p), complex)
        if abs(z - roots[0]) > 1e-10:
            raise c.wrong("Single steps are right, but 30 of them did not reach a root: does the function remember "
                          "something between calls?", "the answer depends on earlier calls", got=z, expected=complex(roots[0]))
    return (f"30 hidden polynomials of degree 2 to 5 agree to 1e-10 (worst difference {worst:.1g}), and 5 hidden roots "
            f"were reached to 1e-10.{trial.aside()}")


# ---------------------------------------------------------------- symmetry

def _newton_root(z):
    """Which root of z³ − 1 Newton's method reaches from each point: k for exp(2πik/3)."""
    z = np.array(z, complex)
    with np.errstate(all="ignore"):
        for _ in range(40):
            z = z - (z ** 3 - 1) / (3 * z * z)
    return np.rint(np.angle(z) / (2 * np.pi / 3)).astype(int) % 3


def _faulty(rng):
    """A picture of three sectors with two spots in it where the colours are wrong."""
    shift = rng.uniform(0, 2)
    places, sizes = 1.2 * np.exp(2j * np.pi * rng.uniform(0, 1, 2)), rng.uniform(0.3, 0.8, 2)

    def root_of(z):
        z = np.asarray(z, complex)
        k = np.floor((np.angle(z) / (2 * np.pi / 3) + shift) % 3).astype(int) % 3
        return (k + (abs(z - places[0]) < sizes[0]) + 2 * (abs(z - places[1]) < sizes[1])) % 3
    return root_of


def _sum(differs):
    return int(np.sum(differs))


def _mismatches(root_of, z):
    return _sum(root_of(z * TURN) != (root_of(z) + 1) % 3)


def _turned_back(root_of, z):
    """The same test with a turn by 240°: as good, though it meets other faults."""
    return _sum(root_of(z / TURN) != (root_of(z) - 1) % 3)


MISMATCHES = (
    Mistake("the colours turn too, and that is forgotten", lambda f, z: _sum(f(z * TURN) != f(z)),
            "When the point is turned by 120°, its root is turned as well: root k becomes root k + 1."),
    Mistake("root 2 turned is taken for root 3", lambda f, z: _sum(f(z * TURN) != f(z) + 1),
            "There are only the roots 0, 1, 2: after 2 comes 0. Take (k + 1) % 3."),
    Mistake("120 is taken as radians", lambda f, z: _sum(f(z * np.exp(120j)) != (f(z) + 1) % 3),
            "120° is 2π/3 in radians: ω = exp(2πi/3)."),
    Mistake("the point is turned one way, its root the other", lambda f, z: _sum(f(z * TURN) != (f(z) - 1) % 3),
            "Times ω is a turn to the left, and root k becomes root k + 1 (after 2 comes 0)."),
    Mistake("the point is turned one way, its root the other", lambda f, z: _sum(f(z / TURN) != (f(z) + 1) % 3),
            "Times ω is a turn to the left, and root k becomes root k + 1 (after 2 comes 0)."),
    Mistake("the points that agree are counted", lambda f, z: len(z) - _mismatches(f, z),
            "Those are the points that agree. Count those that do not: `!=`."),
    Mistake("a share is returned, not a number of points", lambda f, z: _mismatches(f, z) / len(z),
            "Do not divide by the number of points; `np.mean` does, `np.sum` does not."),
    Mistake("a turn by 60°", lambda f, z: _sum(f(z * np.exp(1j * np.pi / 3)) != (f(z) + 1) % 3),
            "exp(πi/3) turns by 60°. A third of the circle is 2π/3."),
    Mistake("the point is moved, not turned", lambda f, z: _sum(f(z + TURN) != (f(z) + 1) % 3),
            "To turn a complex number is to multiply it by ω."),
)


def _count(value):
    if isinstance(value, np.ndarray) and value.ndim:
        raise c.Trouble("Your function returned an array, one entry a point; wanted is how many differ: take `np.sum` of it.",
                        "an array is returned, not a count", got=value)
    return reading.number(value)


@c.exercise(LESSON, "mismatches(root_of, points)")
def mismatches(function):
    """Check `mismatches(root_of, points)`: at how many points root_of(ω z) is not the root that is root_of(z) turned by 120°.

    Six hidden pictures with a known number of faults, and Newton's own for z³ − 1, where 20 000 points give 0.
    """
    rng = c.hidden()

    def points(count):
        return np.sqrt(rng.uniform(0, 4, count)) * np.exp(2j * np.pi * rng.uniform(0, 1, count))

    cases = [(_faulty(rng), points(int(rng.integers(200, 400)))) for _ in range(6)]
    counts = [_mismatches(*case) for case in cases]
    slow = "Hand all points to `root_of` at once: it takes arrays, and `np.sum` counts."
    trial, _ = c.compare(function, mismatches.exercise, cases, _mismatches, MISMATCHES, read=_count,
                         near=lambda got, want, *case: got in (want, _turned_back(*case)), hints={"endless": slow},
                         hint="Compare root_of(points * ω) with (root_of(points) + 1) % 3, ω = exp(2πi/3), and count where "
                              "they differ.")
    many = points(POINTS)
    got, expected = _count(trial(_newton_root, many)), _mismatches(_newton_root, many)
    if got not in (expected, _turned_back(_newton_root, many)):
        raise c.wrong("Right for pictures made of three sectors, but not for Newton's own.", got=got, expected=expected)
    return (f"6 hidden pictures with {min(counts)} to {max(counts)} faults are counted exactly, and Newton's own for "
            f"z³ − 1 has {got:.0f} in {POINTS} random points of the disc of radius 2.{trial.aside()}")


# ---------------------------------------------------------------- relaxed steps

LARGEST = (
    Mistake("every root is taken for a simple one", lambda m: 2,
            "At a root of multiplicity m one step multiplies the error by 1 − a/m, not 1 − a. When is that between −1 and 1?"),
    Mistake("the double root's answer for all", lambda m: 4, "4 holds for m = 2. What does m change in 1 − a/m?"),
    Mistake("the fastest step, not the largest", lambda m: m,
            "At a = m the error is gone in one step (1 − a/m = 0). It still shrinks beyond, until 1 − a/m is −1."),
    Mistake("2 divided by m", lambda m: 2 / m,
            "A multiple root makes the steps too short, so a may be larger: solve |1 − a/m| < 1."),
    Mistake("m is added, not multiplied", lambda m: m + 2, "Solve 1 − a/m = −1 for a."),
    Mistake("m is added, not multiplied", lambda m: m + 1, "Solve 1 − a/m = −1 for a."),
    Mistake("a power of m", lambda m: m ** 2, "Solve 1 − a/m = −1 for a."),
    Mistake("a power of 2", lambda m: 2 ** m, "Solve 1 − a/m = −1 for a; for m = 3 it is 6."),
)


@c.exercise(LESSON, "largest_step(multiplicity)")
def largest_step(function):
    """Check `largest_step(multiplicity)`: the a beyond which z − a p/p′ no longer converges to such a root, 2m, to ±0.01."""
    cases = [(m,) for m in map(int, c.hidden().permutation(np.arange(1, 7)))]
    trial, worst = c.compare(function, largest_step.exercise, cases, lambda m: 2 * m, LARGEST, read=reading.number,
                             near=lambda got, want, *_: abs(got - want) <= 0.01,
                             hint="Near a root of multiplicity m, p is like (z − root)ᵐ: what is p/p′ then?")
    return f"2m for m from 1 to 6 (worst difference {worst:.1g}); 4 at a double root.{trial.aside()}"
