"""The check of lesson 03 with three outcomes: where a magnet's orbit ends."""
import numpy as np

from .. import reference
from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "03-lyapunov"
AGREEMENT, CLOSE = 0.99, 0.95               # a few orbits end elsewhere by rounding; from CLOSE on the closest mistake is told


def _outcome(z_after, c_, steps=200, tolerance=1e-8, far=1e6):
    z = 0j
    for _ in range(steps):
        try:
            z = z_after(z, c_)
        except ArithmeticError:
            return "infinity", z
        if not abs(z) < far:
            return "infinity", z
    return "one" if abs(z - 1) < tolerance else "neither", z


def _magnet(constant, kind=1, **how):
    return _outcome(lambda z, k: reference.magnet(z, k, kind), constant, **how)


def _square_of(upper, lower, whole):
    """Magnet I with its square in other places."""
    def step(z, k):
        return ((z * z + k - 1) ** upper / (2 * z + k - 2) ** lower) ** whole
    return lambda k: _outcome(step, k)[0]


def _swapped(word, **names):
    return names.get(word, word)


TOO_FEW = "too few steps", "Slow is not lost: take up to 200 steps."
OUTCOMES = "one", "infinity", "neither"
MAGNET = (
    Mistake("not to run away is taken for arriving at 1", lambda k: _swapped(_magnet(k)[0], neither="one"),
            "Some orbits do neither: they stay away from 1 and from infinity. Look whether the orbit is near 1."),
    Mistake("not to arrive at 1 is taken for running away", lambda k: _swapped(_magnet(k)[0], neither="infinity"),
            "Some orbits do neither: they stay, but never come to 1. Look whether |z| is large."),
    Mistake("the distance to 0 is tested instead of that to 1", lambda k: "infinity" if _magnet(k)[0] == "infinity" else
            "one" if abs(_magnet(k)[1]) < 1e-8 else "neither", "The place to arrive at is 1: look at `abs(z - 1)`."),
    Mistake("running away is tested only after the loop", lambda k: _swapped(_magnet(k)[0], infinity="neither"),
            "By then an orbit that ran away is `nan`, and every comparison with nan is False. Look at |z| in each step, and "
            "return at once."),
    Mistake("the outer square is forgotten", _square_of(1, 1, 1),
            "The whole fraction is squared: ((z² + c − 1) / (2z + c − 2))²."),
    Mistake("only the lower part is squared", _square_of(1, 2, 1),
            "`/ (…) ** 2` squares what is below the line. Put brackets around the whole fraction."),
    Mistake("only the upper part is squared", _square_of(2, 1, 1), "Put brackets around the whole fraction, then square it."),
    Mistake("the formula of magnet II", lambda k: _magnet(k, 2)[0], "Magnet I is ((z² + c − 1) / (2z + c − 2))²."),
    Mistake("one and infinity are swapped", lambda k: _swapped(_magnet(k)[0], one="infinity", infinity="one"),
            "An orbit with large |z| goes to \"infinity\", one with z near 1 to \"one\"."),
    Mistake(TOO_FEW[0], lambda k: _magnet(k, steps=20)[0], TOO_FEW[1]),
    Mistake("leaving at 2, as for the Mandelbrot set", lambda k: _magnet(k, far=2)[0],
            "A magnet's orbit can pass 2 and come back. Call it gone at 100 or beyond."),
)


def _hidden_magnets(rng):
    """300 constants, among them 20 whose orbits take more than 30 steps to settle, and 5 of these more than 60."""
    places = rng.uniform((-2.2, -3.2), (4.2, 3.2), (12_000, 2)).round(4) @ (1, 1j)
    steps = _settling(places)
    late = steps * (_settling(places * (1 + 1e-9)) == steps)            # a hair beside, the same: no luck of rounding
    very_late, late = places[(60 < late) & (late < 180)][:5], places[(30 < late) & (late <= 60)][:15]
    return [(complex(place),) for place in rng.permutation([*places[:280], *late, *very_late])]


def _settling(c_, steps=200):
    """How many steps each orbit takes to one of its ends; 0 for neither."""
    z, count = np.zeros_like(c_), np.zeros(c_.shape, int)
    with np.errstate(all="ignore"):
        for n in range(1, steps + 1):
            z = ((z * z + c_ - 1) / (2 * z + c_ - 2)) ** 2
            count[(count == 0) & ((abs(z - 1) < 1e-8) | ~(abs(z) < 1e6))] = n
    return count


@c.exercise(LESSON, "magnet_outcome(c)")
def magnet_outcome(function):
    """Check `magnet_outcome(c)`: where the orbit of 0 under magnet I is after 200 steps: "one" (nearer than 1e-8 to 1),
    "infinity", or "neither".  At least 99 % of 300 hidden c, 20 of them slow to settle."""
    rng, signature = c.hidden(), magnet_outcome.exercise
    cases = _hidden_magnets(rng)
    expected = [_magnet(*case)[0] for case in cases]
    got = []
    trial = c.Trial(function, signature, {
        "OverflowError": "z grew beyond all bounds: return \"infinity\" as soon as abs(z) is large, above 100.",
        "ZeroDivisionError": "The lower part of the fraction is 0: from there z goes to infinity."})
    for case, want in zip(cases, expected, strict=True):
        word = trial(*case)
        if not isinstance(word, str) or word.strip() not in OUTCOMES:
            raise c.wrong('Your function should return one of the words "one", "infinity" and "neither".', reading.KIND,
                          input=trial.named(case), got=word, expected=want)
        got.append(word.strip())
    agree = np.array([g == e for g, e in zip(got, expected, strict=True)])
    if agree.mean() >= AGREEMENT:
        counts = ", ".join(f"{expected.count(word)} {word}" for word in OUTCOMES)
        return (f"{agree.sum()} of {len(cases)} hidden c agree (99 % were asked for): {counts}; 200 steps, nearer "
                f"than 1e-8 to 1.{trial.aside()}")
    first = int(np.argmin(agree))
    name, advice = _most_like(cases, got, expected)
    raise c.wrong(f"{agree.mean():.0%} of {len(cases)} hidden c agree; 99 % are asked for. {advice}{trial.aside()}", name,
                  input=trial.named(cases[first]), got=got[first], expected=expected[first])


def _most_like(cases, got, expected):
    """As `compare.diagnose`, for answers of which a few may differ by rounding."""
    shares = [(sum(m.gives(*case) == g for case, g in zip(cases, got, strict=True)) / len(cases), -i)
              for i, m in enumerate(MAGNET)]
    share, i = max(shares)
    if len(set(got)) == 1:
        perhaps = f" If it follows the orbit: {MAGNET[-i].advice}" if share >= AGREEMENT else ""
        return "the same answer whatever the input", f"Your function always returns {got[0]!r}.{perhaps}"
    if share >= AGREEMENT:
        return MAGNET[-i].name, MAGNET[-i].advice
    differ = {(want, one) for want, one in zip(expected, got, strict=True) if want != one}
    if differ == {("one", "neither")}:
        return ("arriving at 1 is tested too strictly",
                "Some orbits that arrive at 1 are called \"neither\". With `==` the last digit decides: ask for "
                "`abs(z - 1) < 1e-8`, after up to 200 steps.")
    if all(one == "neither" for _, one in differ):
        return TOO_FEW
    closest = f" Closest is “{MAGNET[-i].name}” ({share:.0%}): {MAGNET[-i].advice}" if share >= CLOSE else ""
    return None, f"None of the typical mistakes gives all these answers.{closest}"
