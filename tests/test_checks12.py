"""The checks of lesson 12: right answers in two styles, typical mistakes by name, and whatever else is handed in."""
import math

import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

from fractaledu import checks
from fractaledu.checks import compare, meta_loss


@pytest.fixture(autouse=True)
def apart_from_answers(monkeypatch, tmp_path):
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / "answers.json"))


# ---------------------------------------------------------------- right, in two styles

def closed(rate, curvature, steps):
    return -curvature ** 2 * steps * (1 - rate * curvature) ** (2 * steps - 1)


def carried(rate, curvature, steps):
    x, tangent = 1.0, 0.0
    for _ in range(steps):
        x, tangent = (1 - rate * curvature) * x, (1 - rate * curvature) * tangent - curvature * x
    return np.float64(curvature * x * tangent)


def pairs_at_once(f, x, sigma, pairs, rng):
    draws = rng.normal(size=pairs)
    return np.mean(draws * (f(x + sigma * draws) - f(x - sigma * draws))) / (2 * sigma)


def pair_by_pair(f, x, sigma, pairs, rng):
    total = 0.0
    for _ in range(pairs):
        draw = rng.standard_normal()
        total += draw * (f(x + sigma * draw) - f(x - sigma * draw)) / (2 * sigma)
    return total / pairs


def strategies(f, x, y, moves=25, pairs=5, stride=0.2, best_kept=True, sign=1, seed=0):
    rng, here, best = np.random.default_rng(seed), np.array([x, y]), (2, x, y)
    for _ in range(moves):
        draws = rng.normal(size=(pairs, 2))
        up, down = ([f(*(here + way * 0.2 * draw)) for draw in draws] for way in (1, -1))
        slope = sign * (np.subtract(up, down) @ draws)
        here = here - stride * slope / (np.hypot(*slope) + 1e-9)
        best = min(best, (f(*here), *here))
    return best[1:] if best_kept else here


def at_random(f, x, y):
    places = np.random.default_rng(1).uniform((0, -1), (4, 1.5), (300, 2))
    return places[f(*places.T).argmin()]


RIGHT = [("meta_slope", closed), ("meta_slope", carried), ("evolution_slope", pairs_at_once), ("evolution_slope", pair_by_pair),
         ("find_rates", strategies), ("find_rates", at_random)]


@pytest.mark.parametrize("name, answer", RIGHT)
def test_right_answers_are_right_whatever_is_hidden(name, answer, monkeypatch):
    for seed in range(2 if name == "find_rates" else 3):              # that one trains
        monkeypatch.setattr(compare, "hidden", lambda seed=seed: np.random.default_rng(seed))
        result = assert_right(getattr(checks, name)(answer))
    assert result.exercise == name


# ---------------------------------------------------------------- typical mistakes

def shaped(draw=lambda rng, n: rng.normal(size=n), scale=lambda s, n: 1, f_of=None):
    """`pairs_at_once` with other draws, or times something."""
    def answer(f, x, sigma, pairs, rng):
        draws = draw(rng, pairs)
        return scale(sigma, pairs) * np.mean(draws * (f(x + sigma * draws) - f(x - sigma * draws))) / (2 * sigma)
    return answer


def one_sided(f, x, sigma, pairs, rng):
    draws = rng.normal(size=pairs)
    return np.mean(draws * f(x + sigma * draws)) / sigma


def both_sides_drawn_apart(f, x, sigma, pairs, rng):
    draws = rng.normal(size=2 * pairs)
    return np.mean(draws * f(x + sigma * draws)) / sigma


def not_multiplied(f, x, sigma, pairs, rng):
    draws = rng.normal(size=pairs)
    return np.mean(f(x + sigma * draws) - f(x - sigma * draws)) / (2 * sigma)


def divided(f, x, sigma, pairs, rng):
    draws = rng.normal(size=pairs)
    return np.mean((f(x + sigma * draws) - f(x - sigma * draws)) / draws) / (2 * sigma)


def swapped(f, x, y):
    return strategies(f, x, y)[::-1]


def seen(f, x, y):
    values = []

    def noted(*place):
        values.append(f(*place))
        return values[-1]
    strategies(noted, x, y)
    return min(values), 1.0


def differences(f, x, y, step=1e-6):
    """Descent along finite differences, whole."""
    for _ in range(60):
        slope = (f(x + step, y) - f(x - step, y)) / (2 * step), (f(x, y + step) - f(x, y - step)) / (2 * step)
        x, y = x - 0.3 * slope[0], y - 0.3 * slope[1]
    return (x, y) if math.hypot(x, y) < 1e100 else (1e100, 1e100)


WRONG = [
    ("meta_slope", lambda n, k, t: -closed(n, k, t), "swapped"),
    ("meta_slope", lambda n, k, t: k * t * (1 - n * k) ** (2 * t - 1), "inner derivative"),
    ("meta_slope", lambda n, k, t: -k * k * t * (1 - n * k) ** (2 * t), "power does not"),
    ("meta_slope", lambda n, k, t: 2 * closed(n, k, t), "½ is forgotten"),
    ("meta_slope", lambda n, k, t: closed(n, k, t) / k, "curvature of the loss"),
    ("meta_slope", lambda n, k, t: closed(n, k, t) / t, "T that comes down"),
    ("meta_slope", lambda n, k, t: 0.5 * k * (1 - n * k) ** (2 * t), "loss itself"),
    ("meta_slope", lambda n, k, t: carried(n, k, t - 1), "too few"),
    ("meta_slope", lambda n, k, t: carried(n, k, t + 1), "too many"),
    ("meta_slope", lambda n, k, t: -k * t * (1 - n * k) ** (t - 1), "slope of x"),
    ("meta_slope", lambda n, k, t: k * (1 - n * k) ** (2 * t), "to the start"),
    ("meta_slope", lambda n, k, t: n * closed(n, k, t), "to the logarithm of the rate"),
    ("meta_slope", lambda n, k, t: 3.0, "the same answer whatever"),
    ("evolution_slope", shaped(scale=lambda s, n: 2), "the 2 below"),
    ("evolution_slope", shaped(scale=lambda s, n: 0.5), "counted as two"),
    ("evolution_slope", shaped(scale=lambda s, n: -1), "wrong way"),
    ("evolution_slope", shaped(scale=lambda s, n: s), "σ below is forgotten"),
    ("evolution_slope", shaped(scale=lambda s, n: 2 * s), "both the 2 and the σ"),
    ("evolution_slope", shaped(scale=lambda s, n: 1 / s), "divided by σ twice"),
    ("evolution_slope", shaped(scale=lambda s, n: n), "sum instead"),
    ("evolution_slope", shaped(lambda rng, n: rng.uniform(-1, 1, n)), "from 0 to 1"),
    ("evolution_slope", shaped(lambda rng, n: rng.random(n)), "from 0 to 1"),
    ("evolution_slope", shaped(lambda rng, n: rng.uniform(-3 ** 0.5, 3 ** 0.5, n)), "not normal"),
    ("evolution_slope", shaped(lambda rng, n: rng.choice([-1, 1], n)), "not normal"),
    ("evolution_slope", shaped(lambda rng, n: np.full(n, rng.normal())), "one draw for all pairs"),
    ("evolution_slope", shaped(lambda rng, n: rng.normal(size=n // 2)), "wrong number of pairs"),
    ("evolution_slope", divided, "divided by ε, not multiplied"),
    ("evolution_slope", lambda f, x, s, n, rng: (f(x + s) - f(x - s)) / (2 * s), "finite difference"),
    ("evolution_slope", one_sided, "without their opposites"),
    ("evolution_slope", both_sides_drawn_apart, "without their opposites"),
    ("evolution_slope", not_multiplied, "do not multiply"),
    ("evolution_slope", lambda f, x, s, n, rng: 2 * x, "f is not called"),
    ("evolution_slope", lambda f, x, s, n, rng: rng.normal(size=n), "wrong shape"),
    ("find_rates", lambda f, x, y: strategies(f, x, y, best_kept=False, stride=0.9), "last place"),
    ("find_rates", swapped, "swapped"),
    ("find_rates", lambda f, x, y: 10 ** np.array(strategies(f, x, y)), "not their logarithms"),
    ("find_rates", seen, "meta-loss is returned"),
    ("find_rates", lambda f, x, y: (strategies(f, x, y), (x, y))[1], "the start is returned"),
    ("find_rates", lambda f, x, y: strategies(f, x, y, moves=40), "too many"),
    ("find_rates", lambda f, x, y: strategies(f, x, y, moves=3), "gives up early"),
    ("find_rates", lambda f, x, y: strategies(f, x, y, stride=1e-3, moves=1, pairs=1)[:1], "wrong shape"),
    ("find_rates", lambda f, x, y: (1.0, 0.0), "f is not called"),
    ("find_rates", lambda f, x, y: (1.6, 1.0), "f is not called"),
    ("find_rates", differences, "thrown away"),
]


@pytest.mark.parametrize("name, answer, fragment", WRONG)
def test_wrong_answers_are_recognised_by_name(name, answer, fragment, monkeypatch):
    for seed in range(1 if name == "find_rates" else 2):
        monkeypatch.setattr(compare, "hidden", lambda seed=seed: np.random.default_rng(seed))
        assert_wrong(getattr(checks, name)(answer), fragment)


@pytest.mark.parametrize("name", ["meta_slope", "evolution_slope", "find_rates"])
def test_whatever_is_handed_in_there_is_a_sentence(name):
    assert_whatever(getattr(checks, name))


def test_a_place_beyond_all_numbers_counts_as_lost():
    assert meta_loss.trained(0.0, 400.0) == 1.0 and meta_loss.trained(math.inf, math.nan) == 1.0
    assert meta_loss.trained(np.array([0.0, 1.6]), 1.0) == pytest.approx([0.47, 0.1], abs=0.06)
