"""The checks of lesson E2: the lottery by rejection, the correlation of logarithms, the total variation at each rate."""
import numpy as np

from .. import lottery
from . import compare as c
from . import reading
from .compare import Mistake
from .result import brief
from .trial import Trouble, a_thing

LESSON = "E2-is-training-a-lottery"


def _several(count, what):
    """A reader of so many finite numbers in a row."""
    def read(value):
        if isinstance(value, str | bytes | dict | set | bool) or not (
                isinstance(value, list | tuple) or isinstance(value, np.ndarray) and value.ndim):
            raise Trouble(f"Your function returned {a_thing(value)}; wanted are {count} numbers: {what}.", reading.KIND,
                          got=value)
        if len(value) != count or isinstance(value, np.ndarray) and value.ndim > 1:
            size = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"{a_thing(value)} of {len(value)}"
            raise Trouble(f"Your function returned {size}; wanted are {count} numbers: {what}.", reading.SHAPE, got=value)
        return tuple(reading.number(part, name="One of the numbers is") for part in value)
    return read


# ---------------------------------------------------------------- rejection

def _fit(drawn, known, enough=all):
    return [text for text in drawn if enough(answer == told for answer, told in zip(text, known, strict=True) if told != "?")]


def _shares(kept, known, total=None):
    return tuple(kept.count(text) / (total or len(kept)) for text in lottery.completions(known))


REJECTION = (
    Mistake("counts instead of shares", lambda drawn, known: _shares(drawn, known, 1),
            "These are counts. Divide each by the number of networks that you keep: the shares add up to 1."),
    Mistake("divided by all that were drawn", lambda drawn, known: _shares(drawn, known, len(drawn)),
            "The networks that do not fit are thrown away, so they do not count: divide by the number of those that you keep."),
    Mistake("every completion gets the same share", lambda drawn, known: (1 / 8,) * 8,
            "That would be so if each function had the same chance. Count how often each one was drawn."),
    Mistake("one known answer is enough", lambda drawn, known: _shares(_fit(drawn, known, any), known),
            "A network is kept only if all its answers fit the known ones: `all`, not `any`."),
    Mistake("each function is counted once", lambda drawn, known: _shares(_fit(list(set(drawn)), known), known),
            "A function that is drawn often counts often: no `set`."),
    Mistake("sorted by size", lambda drawn, known: tuple(sorted(_shares(_fit(drawn, known), known), reverse=True)),
            "Keep the order of `lottery.completions(known)`, so that each share stays with its function."),
    Mistake("the order is turned round", lambda drawn, known: _shares(_fit(drawn, known), known)[::-1],
            "Keep the order of `lottery.completions(known)`: first the one with 0 in each unknown place."),
    Mistake("“?” is taken for a 0", lambda drawn, known: _shares(_fit(drawn, known.replace("?", "0")), known),
            "Where the training set has “?”, any answer fits."),
    Mistake("“?” is taken for a 1", lambda drawn, known: _shares(_fit(drawn, known.replace("?", "1")), known),
            "Where the training set has “?”, any answer fits."),
)


def _lots(rng):
    """(drawn, known): texts that fit, among them all completions of `known` but one, and others that do not."""
    unknown = rng.choice(8, 3, replace=False)
    known = "".join("?" if place in unknown else str(rng.integers(2)) for place in range(8))
    fitting = lottery.completions(known)
    missing = rng.integers(1, 7)
    present = [place for place in range(8) if place != missing]
    kept = [fitting[i] for i in rng.choice(present, 90, p=rng.dirichlet(np.full(len(present), 1.5))).tolist() + present]
    told = [place for place in range(8) if known[place] != "?"]
    others = []
    for _ in range(60):
        text = list(fitting[rng.integers(8)])
        for place in rng.choice(told, rng.integers(1, 6), replace=False):
            text[place] = "10"[int(text[place])]
        others.append("".join(text))
    return [str(text) for text in rng.permutation(kept + others)], known


@c.exercise(LESSON, "rejection(drawn, known)")
def rejection(function):
    """Check `rejection(drawn, known)`: the shares of the eight completions among the drawn functions that fit.

    Ten hidden lotteries of some 150 functions, to 1e-9; the sum is 1 and the most frequent function is the same.
    """
    rng = c.hidden()
    cases = [_lots(rng) for _ in range(10)]
    trial, worst = c.compare(
        function, rejection.exercise, cases, lambda drawn, known: _shares(_fit(drawn, known), known), REJECTION,
        read=_several(8, "the shares of the eight completions"), near=lambda got, want, *_: c.distance(got, want) <= 1e-9,
        hints={"ZeroDivisionError": "Nothing was kept: does your comparison let “?” stand for any answer?"},
        hint="Keep the texts that agree with `known` wherever it is not “?”, count each completion, divide by how many "
             "you kept.")
    return (f"{len(cases)} hidden lotteries agree to 1e-9 (worst difference {worst:.1g}): all shares add up to 1, and the same "
            f"function is on top.{trial.aside()}")


# ---------------------------------------------------------------- the correlation of logarithms

def _correlation(x, y):
    x, y = np.asarray(x) - np.mean(x), np.asarray(y) - np.mean(y)
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def _both(p, q):
    seen = (p > 0) & (q > 0)
    return np.log(p[seen]), np.log(q[seen])


def _centred(p, q):
    x, y = _both(p, q)
    return x - x.mean(), y - y.mean()


def _ranks(values):
    return np.argsort(np.argsort(values)).astype(float)


def _uncentred(x, y):
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


LOG_CORRELATION = (
    Mistake("no logarithms", _correlation, "That is the correlation of the shares themselves, ruled by the largest one. Take "
            "`np.log` of both first."),
    Mistake("no logarithms, and the zeros left out", lambda p, q: _correlation(p[(p > 0) & (q > 0)], q[(p > 0) & (q > 0)]),
            "That is the correlation of the shares themselves, ruled by the largest one. Take `np.log` of both first."),
    Mistake("the correlation is squared", lambda p, q: _correlation(*_both(p, q)) ** 2, "Wanted is r, not r²."),
    Mistake("only one logarithm", lambda p, q: _correlation(_both(p, q)[0], q[(p > 0) & (q > 0)]),
            "Both lists of shares need a logarithm."),
    Mistake("only one logarithm", lambda p, q: _correlation(p[(p > 0) & (q > 0)], _both(p, q)[1]),
            "Both lists of shares need a logarithm."),
    Mistake("a covariance", lambda p, q: float(np.mean(np.prod(_centred(p, q), axis=0))),
            "Divide by both standard deviations, or let `np.corrcoef` do it."),
    Mistake("a covariance", lambda p, q: float(np.cov(*_both(p, q))[0, 1]),
            "Divide by both standard deviations, or let `np.corrcoef` do it."),
    Mistake("the means are not subtracted", lambda p, q: _uncentred(*_both(p, q)),
            "That is the cosine of the angle between the lists. A correlation first takes the mean away from each."),
    Mistake("ranks instead of logarithms", lambda p, q: _correlation(*map(_ranks, _both(p, q))),
            "That compares places in an order. Wanted is the correlation of the logarithms."),
    Mistake("the slope of a fitted line", lambda p, q: float(np.polyfit(*_both(p, q), 1)[0]),
            "A slope depends on which list comes first. Take the correlation."),
    *(Mistake("zeros replaced by a tiny number", lambda p, q, tiny=tiny: _correlation(np.log(p + tiny), np.log(q + tiny)),
              "The tiny number decides the answer. Leave those functions out.") for tiny in (1e-6, 1e-9, 1e-10, 1e-12, 1e-15)),
    *(Mistake("zeros replaced by a tiny number", lambda p, q, tiny=tiny: _correlation(
        np.log(np.maximum(p, tiny)), np.log(np.maximum(q, tiny))),
              "The tiny number decides the answer. Leave those functions out.") for tiny in (1e-6, 1e-9, 1e-10, 1e-12, 1e-15)),
)


@c.exercise(LESSON, "log_correlation(p, q)")
def log_correlation(function):
    """Check `log_correlation(p, q)`: the correlation of log p and log q over the functions where neither is 0.

    20 hidden pairs of lists of eight shares, to 1e-8; in half of them some share is 0.
    """
    rng = c.hidden()
    cases = []
    for case in range(20):
        p = rng.dirichlet(np.full(8, 0.7)) + 1e-4
        q = p ** rng.uniform(0.5, 1.4) * np.exp(rng.normal(0, 0.5, 8))
        if case % 2:
            q[rng.choice(8, rng.integers(1, 3), replace=False)] = 0.0
        cases.append((p / p.sum(), q / q.sum()))
    trial, worst = c.compare(
        function, log_correlation.exercise, cases, lambda p, q: _correlation(*_both(p, q)), LOG_CORRELATION, read=_one,
        near=lambda got, want, *_: abs(got - want) <= 1e-8,
        hints={"nan": "The logarithm of 0 is −∞. Leave out each function whose share is 0 in one of the lists.",
               "ValueError": "Leave the same functions out of both lists: those where either share is 0."},
        hint="Leave out the zeros, take the logarithm of both lists, then their correlation (`np.corrcoef(x, y)[0, 1]`).")
    return (f"{len(cases)} hidden pairs of lists, half of them with zeros, agree to 1e-8 (worst difference {worst:.1g})."
            f"{trial.aside()}")


def _one(value):
    """One number; the table that np.corrcoef gives has a word of its own."""
    if isinstance(value, np.ndarray) and value.shape == (2, 2):
        raise Trouble(f"Your function returned a table of 2 by 2, {brief(value)}: `np.corrcoef` compares each list with each. "
                      "Take its entry `[0, 1]`.", reading.SHAPE, got=value)
    return reading.number(value)


# ---------------------------------------------------------------- the total variation at each rate

def _rows(counts):
    return counts / counts.sum(axis=1, keepdims=True)


def _right(lottery_shares, counts):
    return tuple((np.abs(_rows(counts) - lottery_shares).sum(axis=1) / 2).tolist())


def _many(f):
    return lambda shares, counts: tuple(np.ravel(f(shares, counts)).tolist())


DISTANCES = (
    Mistake("the half is forgotten", _many(lambda p, n: np.abs(_rows(n) - p).sum(axis=1)),
            "What one function has too much, others have too little: each share that moves is counted twice. Halve the sum."),
    Mistake("counts instead of shares", _many(lambda p, n: np.abs(n - p).sum(axis=1) / 2),
            "A row of `counts` holds counts. Divide it by its sum before you compare."),
    Mistake("divided by the sum of the whole table", _many(lambda p, n: np.abs(n / n.sum() - p).sum(axis=1) / 2),
            "Each row is an experiment of its own: divide it by its own sum."),
    Mistake("columns instead of rows", _many(lambda p, n: np.abs(n / n.sum(axis=0) - p).sum(axis=1) / 2),
            "`sum(axis=0)` adds up each column. A row is an experiment: `counts.sum(axis=1, keepdims=True)`."),
    Mistake("divided by the largest count", _many(lambda p, n: np.abs(n / n.max(axis=1, keepdims=True) - p).sum(axis=1) / 2),
            "Shares add up to 1: divide each row by its sum, not by its largest count."),
    Mistake("the largest difference only", _many(lambda p, n: np.abs(_rows(n) - p).max(axis=1)),
            "Total variation takes all differences: half their sum."),
    Mistake("the differences cancel", _many(lambda p, n: (_rows(n) - p).sum(axis=1) / 2),
            "Without `abs`, what is too much and what is too little cancel to 0."),
    Mistake("squares instead of sizes", _many(lambda p, n: ((_rows(n) - p) ** 2).sum(axis=1) / 2),
            "Take the size of each difference, `abs`, not its square."),
    Mistake("squares instead of sizes", _many(lambda p, n: ((_rows(n) - p) ** 2).sum(axis=1)),
            "Take the size of each difference, `abs`, not its square."),
    Mistake("the straight distance", _many(lambda p, n: np.sqrt(((_rows(n) - p) ** 2).sum(axis=1))),
            "That is the length of the difference, with squares and a root. Add up the sizes of the differences, and halve."),
    Mistake("a mean instead of half the sum", _many(lambda p, n: np.abs(_rows(n) - p).mean(axis=1)),
            "Divide the sum by 2, not by the number of functions."),
    Mistake("what the two have in common", _many(lambda p, n: np.minimum(_rows(n), p).sum(axis=1)),
            "That is the share that may stay. Total variation is the rest: 1 minus it."),
)


@c.exercise(LESSON, "distances(chances, counts)")
def distances(function):
    """Check `distances(chances, counts)`: the total variation between the lottery and each row of counts, made shares.

    12 hidden tables of five rates, to 1e-9.
    """
    rng = c.hidden()
    cases = []
    for _ in range(12):
        chances = rng.dirichlet(np.full(8, 0.8))
        rows = [rng.multinomial(rng.integers(300, 3000), rng.dirichlet(40 * chances + 0.2)) for _ in range(5)]
        rows[0] = rows[0] + 1                   # no column is empty
        cases.append((chances, np.array(rows)))
    trial, worst = c.compare(
        function, distances.exercise, cases, _right, DISTANCES, read=_several(5, "one distance for each row"),
        near=lambda got, want, *_: c.distance(got, want) <= 1e-9,
        hints={"ValueError": "Keep the row sums as a column: `counts.sum(axis=1, keepdims=True)`."},
        hint="Divide each row by its sum, take the differences to `chances`, add up their sizes, and halve.")
    return f"{len(cases)} hidden tables of five rates agree to 1e-9 (worst difference {worst:.1g}).{trial.aside()}"
