"""The checks of lesson 10: right answers in two styles, typical mistakes by name, and whatever else is handed in."""
import math
import re

import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

from fractaledu import checks
from fractaledu.checks import compare


@pytest.fixture(autouse=True)
def apart_from_answers(monkeypatch, tmp_path):
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / "answers.json"))


# ---------------------------------------------------------------- right, in two styles

def by_counting(centre, pixels):
    x = np.linspace(-0.5, 0.5, pixels)
    power = product = 0
    while len(set(10 ** (np.log10(centre) + x * 10.0 ** -(power + 1)))) == pixels:
        power += 1
    while len(set(centre * (1 + x * 10.0 ** -(product + 1) * np.log(10)))) == pixels:
        product += 1
    return power, product


def by_lists(centre, pixels):
    def last(rate):
        k = 0
        while True:
            places = [10.0 ** -(k + 1) * ((i + 0.5) / pixels - 0.5) for i in range(pixels)]
            if len({rate(x) for x in places}) < pixels:
                return k
            k += 1
    return [last(lambda x: 10 ** (math.log10(centre) + x)), last(lambda x: centre + centre * math.expm1(x * math.log(10)))]


def by_polyfit(one, other):
    gap = abs(one - other)
    steps = np.flatnonzero((gap > 1e-15) & (gap < 1e-2))
    return np.polyfit(steps, np.log10(gap[steps]), 1)[0]


def by_sums(one, other):
    pairs = [(t, math.log10(abs(a - b))) for t, (a, b) in enumerate(zip(one, other, strict=True)) if 1e-14 < abs(a - b) < 1e-3]
    t, y = [sum(column) / len(pairs) for column in zip(*pairs, strict=True)]
    return sum((a - t) * (b - y) for a, b in pairs) / sum((a - t) ** 2 for a, _ in pairs)


def by_sorting(first, last, pictures):
    every = np.sort(pictures, axis=None)
    return np.geomspace(first, last, len(pictures)), np.searchsorted(every, pictures) / every.size


def by_loops(first, last, pictures):
    n, every = len(pictures), [value for picture in pictures for row in picture for value in row]
    widths = [first * (last / first) ** (i / (n - 1)) for i in range(n)]
    return widths, [[[sum(other < value for other in every) / len(every) for value in row] for row in picture]
                    for picture in pictures]


RIGHT = [("last_depths", by_counting), ("last_depths", by_lists), ("growth", by_polyfit), ("growth", by_sums),
         ("dive", by_sorting), ("dive", by_loops)]


@pytest.mark.parametrize("name, answer", RIGHT)
def test_right_answers_are_right_whatever_is_hidden(name, answer, monkeypatch):
    for seed in range(3):
        monkeypatch.setattr(compare, "hidden", lambda seed=seed: np.random.default_rng(seed))
        result = assert_right(getattr(checks, name)(answer))
    assert result.exercise == name


def test_the_depths_answer_their_question(monkeypatch):
    """In some of the rows one formula is deeper, and the learner hears in how many."""
    for seed in range(4):
        monkeypatch.setattr(compare, "hidden", lambda seed=seed: np.random.default_rng(seed))
        said = assert_right(checks.last_depths(by_counting)).text
        assert 3 <= int(re.search(r"goes deeper in (\d+) of them", said)[1]) <= 10


# ---------------------------------------------------------------- typical mistakes

def places_of(pictures, among):
    return np.searchsorted(np.sort(among, axis=None), pictures) / among.size


def film(widths=None, places=None):
    """`by_sorting` with another line for the widths or the places."""
    def answer(first, last, pictures):
        one, other = by_sorting(first, last, pictures)
        return widths(first, last, len(pictures)) if widths else one, places(pictures) if places else other
    return answer


def gaps(one, other):
    gap = abs(one - other)
    return np.flatnonzero(gap), gap[gap > 0]


def ln_forgotten(centre, pixels):
    k, x = 0, np.linspace(-0.5, 0.5, pixels)
    while len(set(centre * (1 + x * 10.0 ** -(k + 1)))) == pixels:
        k += 1
    return by_counting(centre, pixels)[0], k


WRONG = [
    ("last_depths", lambda c, n: by_counting(c, n)[::-1], "swapped"),
    ("last_depths", lambda c, n: tuple(k + 1 for k in by_counting(c, n)), "first window that fails"),
    ("last_depths", lambda c, n: tuple(-k for k in by_counting(c, n)), "sign of k"),
    ("last_depths", lambda c, n: (by_counting(c, n)[0],) * 2, "10**x for both"),
    ("last_depths", lambda c, n: (by_counting(c, n)[1],) * 2, "centre · (1 + δ) for both"),
    ("last_depths", ln_forgotten, "ln 10 is forgotten"),
    ("last_depths", lambda c, n: (15, 15), "the gap beside 1"),
    ("last_depths", lambda c, n: (12, 13), "the same answer whatever"),
    ("last_depths", lambda c, n: by_counting(c, n)[0], "wrong shape"),
    ("last_depths", lambda c, n: (12.5, 13), "wrong kind"),
    ("growth", lambda a, b: np.log(10) * by_polyfit(a, b), "base e"),
    ("growth", lambda a, b: by_polyfit(a, b) / np.log10(2), "base 2"),
    ("growth", lambda a, b: np.polyfit(gaps(a, b)[0], np.log10(gaps(a, b)[1]), 1)[0], "flat end"),
    ("growth", lambda a, b: -by_polyfit(a, b), "sign"),
    ("growth", lambda a, b: 1 / by_polyfit(a, b), "steps a decade"),
    ("growth", lambda a, b: 10 ** by_polyfit(a, b), "factor of a step"),
    ("growth", lambda a, b: np.polyfit(*gaps(a, b), 1)[0], "logarithm is forgotten"),
    ("growth", lambda a, b: np.log10(gaps(a, b)[1][-1] / gaps(a, b)[1][0]) / len(a), "first and last gap"),
    ("growth", lambda a, b: 0.2, "the same answer whatever"),
    ("growth", lambda a, b: abs(a - b), "wrong shape"),
    ("dive", film(lambda a, b, n: np.linspace(a, b, n)), "equal differences"),
    ("dive", film(lambda a, b, n: np.geomspace(b, a, n)), "backwards"),
    ("dive", film(lambda a, b, n: np.geomspace(a, b, n, endpoint=False)), "last window is missing"),
    ("dive", film(lambda a, b, n: np.linspace(np.log10(a), np.log10(b), n)), "exponents"),
    ("dive", film(lambda a, b, n: np.geomspace(a, b, n + 1)), "wrong shape"),
    ("dive", film(places=lambda p: np.array([places_of(picture, picture) for picture in p])), "ranked by itself"),
    ("dive", film(places=lambda p: places_of(p, p[0])), "only the first picture"),
    ("dive", film(places=lambda p: places_of(p, p) * p.size), "ranks, not shares"),
    ("dive", film(places=lambda p: (p - p.min()) / (p.max() - p.min())), "scaled, not ranked"),
    ("dive", film(places=lambda p: np.searchsorted(np.sort(p, None), p, "right") / p.size), "smaller or equal"),
    ("dive", film(places=lambda p: p.argsort(None).reshape(p.shape) / p.size), "argsort"),
    ("dive", film(places=lambda p: p.ravel().argsort().argsort().reshape(p.shape) / p.size), "one after the other"),
    ("dive", film(places=lambda p: places_of(p, p) * p.size / (p.size - 1)), "one too few"),
    ("dive", film(places=lambda p: p[0]), "wrong shape"),
    ("dive", lambda a, b, p: (p.sort(), by_sorting(a, b, p))[1], "input array is changed"),
]


@pytest.mark.parametrize("name, answer, fragment", WRONG)
def test_wrong_answers_are_recognised_by_name(name, answer, fragment, monkeypatch):
    for seed in range(2):
        monkeypatch.setattr(compare, "hidden", lambda seed=seed: np.random.default_rng(seed))
        assert_wrong(getattr(checks, name)(answer), fragment)


def test_a_logarithm_of_nothing_is_explained(monkeypatch):
    monkeypatch.setattr(compare, "hidden", lambda: np.random.default_rng(0))           # curves of which two meet somewhere
    with np.errstate(divide="ignore"):
        result = checks.growth(lambda a, b: np.polyfit(np.arange(len(a)), np.log10(abs(a - b)), 1)[0])
    assert result.outcome == "wrong" and "log10(0)" in result.text


@pytest.mark.parametrize("name", ["last_depths", "growth", "dive"])
def test_whatever_is_handed_in_there_is_a_sentence(name):
    assert_whatever(getattr(checks, name))
