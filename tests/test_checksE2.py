"""The checks of lesson E2: right in two styles, wrong by name, and whatever else a learner may hand in."""
import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

from fractaledu import checks, lottery

pytestmark = pytest.mark.usefixtures("elsewhere")


# ---------------------------------------------------------------- right answers

def rejection(drawn, known):
    fits = [text for text in drawn if all(told in ("?", answer) for told, answer in zip(known, text, strict=True))]
    return [fits.count(text) / len(fits) for text in lottery.completions(known)]


def rejection_by_numbers(drawn, known):
    counts = np.bincount([int(text, 2) for text in drawn], minlength=256)[[int(text, 2) for text in lottery.completions(known)]]
    return counts / counts.sum()


def log_correlation(p, q):
    keep = (p > 0) & (q > 0)
    return np.corrcoef(np.log(p[keep]), np.log(q[keep]))[0, 1]


def log_correlation_step_by_step(p, q):
    pairs = [(np.log10(a), np.log10(b)) for a, b in zip(p, q, strict=True) if a and b]
    x, y = np.transpose(pairs)
    return float(((x - x.mean()) * (y - y.mean())).mean() / x.std() / y.std())


def distances(chances, counts):
    shares = counts / counts.sum(axis=1, keepdims=True)
    return np.abs(shares - chances).sum(axis=1) / 2


def distances_by_what_is_missing(chances, counts):
    return [1 - sum(min(n / sum(row), p) for n, p in zip(row, chances, strict=True)) for row in counts.tolist()]


RIGHT = [(checks.rejection, rejection), (checks.rejection, rejection_by_numbers), (checks.log_correlation, log_correlation),
         (checks.log_correlation, log_correlation_step_by_step), (checks.distances, distances),
         (checks.distances, distances_by_what_is_missing)]


@pytest.mark.parametrize(("check", "answer"), RIGHT, ids=lambda one: getattr(one, "__name__", None))
def test_right_answers_are_right(check, answer):
    assert_right(check(answer))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("check", "answer"), RIGHT[::2], ids=lambda one: getattr(one, "__name__", None))
def test_right_answers_are_right_for_any_hidden_numbers(check, answer, seed, monkeypatch):
    monkeypatch.setattr(checks.lottery.c, "hidden", lambda: np.random.default_rng(seed))
    assert_right(check(answer))


# ---------------------------------------------------------------- wrong ones, by name

def fitting(drawn, known, enough=all):
    return [text for text in drawn if enough(a == b for a, b in zip(text, known, strict=True) if b != "?")]


def share(kept, known, total=None):
    return np.array([kept.count(text) for text in lottery.completions(known)]) / (total or len(kept))


def logs(p, q):
    keep = (p > 0) & (q > 0)
    return np.log(p[keep]), np.log(q[keep])


def correlated(x, y):
    return np.corrcoef(x, y)[0, 1]


def row_shares(counts):
    return counts / counts.sum(axis=1, keepdims=True)


WRONG = [
    (checks.rejection, lambda d, k: share(d, k, 1), "counts instead of shares"),
    (checks.rejection, lambda d, k: share(d, k, len(d)), "divided by all that were drawn"),
    (checks.rejection, lambda d, k: [0.125] * 8, "every completion gets the same share"),
    (checks.rejection, lambda d, k: share(fitting(d, k, any), k), "one known answer is enough"),
    (checks.rejection, lambda d, k: share(fitting(sorted(set(d)), k), k), "each function is counted once"),
    (checks.rejection, lambda d, k: np.sort(rejection(d, k))[::-1], "sorted by size"),
    (checks.rejection, lambda d, k: rejection(d, k)[::-1], "the order is turned round"),
    (checks.rejection, lambda d, k: share(fitting(d, k.replace("?", "0")), k), "taken for a 0"),
    (checks.rejection, lambda d, k: share(fitting(d, k.replace("?", "1")), k), "taken for a 1"),
    (checks.rejection, lambda d, k: fitting(d, k), "wrong shape"),
    (checks.rejection, lambda d, k: fitting(d, k)[:8], "wrong kind"),
    (checks.rejection, lambda d, k: dict(zip(lottery.completions(k), rejection(d, k), strict=True)), "wrong kind"),
    (checks.rejection, lambda d, k: [d.count(t) / sum(x == k for x in d) for t in lottery.completions(k)], "ZeroDivisionError"),
    (checks.rejection, lambda d, k: np.random.default_rng().dirichlet(np.ones(8)), "changes from call to call"),
    (checks.rejection, lambda d, k: share(fitting(d, k), k) ** 2, None),
    (checks.log_correlation, lambda p, q: correlated(p, q), "no logarithms"),
    (checks.log_correlation, lambda p, q: correlated(p[(p > 0) & (q > 0)], q[(p > 0) & (q > 0)]), "zeros left out"),
    (checks.log_correlation, lambda p, q: correlated(*logs(p, q)) ** 2, "the correlation is squared"),
    (checks.log_correlation, lambda p, q: correlated(logs(p, q)[0], q[(p > 0) & (q > 0)]), "only one logarithm"),
    (checks.log_correlation, lambda p, q: correlated(p[(p > 0) & (q > 0)], logs(p, q)[1]), "only one logarithm"),
    (checks.log_correlation, lambda p, q: np.cov(*logs(p, q))[0, 1], "a covariance"),
    (checks.log_correlation, lambda p, q: np.cov(*logs(p, q), ddof=0)[0, 1], "a covariance"),
    (checks.log_correlation, lambda p, q: logs(p, q)[0] @ logs(p, q)[1] / np.linalg.norm(logs(p, q)[0]) / np.linalg.norm(
        logs(p, q)[1]), "the means are not subtracted"),
    (checks.log_correlation, lambda p, q: correlated(*(np.argsort(np.argsort(x)) for x in logs(p, q))), "ranks"),
    (checks.log_correlation, lambda p, q: np.polyfit(*logs(p, q), 1)[0], "the slope of a fitted line"),
    (checks.log_correlation, lambda p, q: correlated(np.log(p + 1e-12), np.log(q + 1e-12)), "zeros replaced"),
    (checks.log_correlation, lambda p, q: correlated(np.log(p), np.log(np.maximum(q, 1e-9))), "zeros replaced"),
    (checks.log_correlation, lambda p, q: correlated(np.log(p), np.log(q)), "no finite number"),
    (checks.log_correlation, lambda p, q: np.corrcoef(*logs(p, q)), "wrong shape"),
    (checks.log_correlation, lambda p, q: correlated(np.log(p[p > 0]), np.log(q[q > 0])), "it raises ValueError"),
    (checks.log_correlation, lambda p, q: 1.0, "the same answer whatever the input"),
    (checks.distances, lambda p, n: 2 * distances(p, n), "the half is forgotten"),
    (checks.distances, lambda p, n: np.abs(n - p).sum(axis=1) / 2, "counts instead of shares"),
    (checks.distances, lambda p, n: np.abs(n / n.sum() - p).sum(axis=1) / 2, "the whole table"),
    (checks.distances, lambda p, n: np.abs(n / n.sum(axis=0) - p).sum(axis=1) / 2, "columns instead of rows"),
    (checks.distances, lambda p, n: np.abs(n / n.sum(axis=1) - p).sum(axis=1) / 2, "it raises ValueError"),
    (checks.distances, lambda p, n: np.abs(n / n.max(axis=1, keepdims=True) - p).sum(axis=1) / 2, "the largest count"),
    (checks.distances, lambda p, n: np.abs(row_shares(n) - p).max(axis=1), "the largest difference only"),
    (checks.distances, lambda p, n: ((row_shares(n) - p) ** 2).sum(axis=1), "squares instead of sizes"),
    (checks.distances, lambda p, n: ((row_shares(n) - p) ** 2).sum(axis=1) / 2, "squares instead of sizes"),
    (checks.distances, lambda p, n: np.linalg.norm(row_shares(n) - p, axis=1), "the straight distance"),
    (checks.distances, lambda p, n: np.abs(row_shares(n) - p).mean(axis=1), "a mean instead of half the sum"),
    (checks.distances, lambda p, n: 1 - distances(p, n), "what the two have in common"),
    (checks.distances, lambda p, n: (row_shares(n) - p).sum(axis=1) / 2, "the differences cancel"),
    (checks.distances, lambda p, n: np.abs(row_shares(n) - p).sum(axis=0) / 2, "wrong shape"),
    (checks.distances, lambda p, n: distances(p, n).sum(), "wrong kind"),
    (checks.distances, lambda p, n: np.abs(row_shares(n) - p) / 2, "wrong shape"),
    (checks.distances, lambda p, n: np.abs(row_shares(n) - p[:5]), "it raises ValueError"),
]


@pytest.mark.parametrize(("check", "answer", "name"), WRONG, ids=[f"{check.__name__}: {name}" for check, _, name in WRONG])
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_wrong_answers_are_named(check, answer, name):
    assert_wrong(check(answer), name)


def test_row_sums_that_are_no_column_are_explained():
    assert "keepdims=True" in checks.distances(lambda p, n: np.abs(n / n.sum(axis=1) - p).sum(axis=1) / 2).text


@pytest.mark.parametrize("check", [checks.rejection, checks.log_correlation, checks.distances], ids=lambda one: one.__name__)
def test_whatever_is_handed_in_gets_a_sentence(check):
    assert_whatever(check)
