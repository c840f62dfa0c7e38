"""Random networks on functions of three bits: their numbers by hand, their chances in closed form and by symmetry, training."""
import itertools
import math
import threading

import numpy as np
import pytest

from fractaledu import Cancelled, lottery

SET = "00?1??11"
BITS = [text for text in map("".join, itertools.product("01", repeat=8))]


@pytest.fixture(scope="module")
def drawn():
    """500 000 networks of 16 hidden units."""
    return lottery.draw(500_000, seed=1)


@pytest.fixture(scope="module")
def chances(drawn):
    return np.bincount(drawn, minlength=256) / drawn.size


# ---------------------------------------------------------------- the slow twin, in whole numbers and plain Python

def mixed(x):
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        x = ((x ^ (x >> shift)) * factor) % 2 ** 64
    return x


def weights_by_hand(net, seed, hidden, scale):
    state, normal = mixed((mixed(seed) + net) % 2 ** 64), []
    while len(normal) < 5 * hidden:
        u, turn = ((mixed((state + k * 0x9E3779B97F4A7C15) % 2 ** 64) // 2 ** 11 + 0.5) / 2 ** 53 for k in (1, 2))
        state = (state + 2 * 0x9E3779B97F4A7C15) % 2 ** 64
        length = math.sqrt(-2 * math.log(u))
        normal += [length * math.cos(2 * math.pi * turn), length * math.sin(2 * math.pi * turn)]
    return scale / 2 * np.array(normal[:4 * hidden]).reshape(4, hidden), np.array(normal[4 * hidden:5 * hidden]) / hidden ** 0.5


def outputs(w0, w1):
    return np.tanh(lottery.INPUTS @ w0) @ w1


def text_of(w0, w1):
    return "".join("1" if output > 0 else "0" for output in outputs(w0, w1))


def trained_by_hand(w0, w1, known, rate, steps):
    told = [k for k in range(8) if known[k] != "?"]
    x, y = lottery.INPUTS[told], np.array([1.0 if known[k] == "1" else -1.0 for k in told])
    for step in range(steps + 1):
        if (y * (np.tanh(x @ w0) @ w1) > 0).all():
            return int(text_of(w0, w1), 2), step
        slope0, slope1 = slopes_by_hand(w0, w1, x, y)
        w0, w1 = w0 - rate * slope0, w1 - rate * slope1
    return -1, -1


def slopes_by_hand(w0, w1, x, y):
    h = np.tanh(x @ w0)
    slope = -y / (1 + np.exp(y * (h @ w1))) / len(y)
    return x.T @ (slope[:, None] * w1 * (1 - h * h)), slope @ h


@pytest.mark.parametrize(("seed", "hidden", "scale"), [(0, 16, 1.0), (2 ** 63 - 1, 3, 2.5), (7, 1, 1.0)])
def test_weights_and_functions_are_those_of_the_slow_twin(seed, hidden, scale):
    functions = lottery.draw(40, seed, hidden, scale)
    for net in range(40):
        w0, w1 = weights_by_hand(net, seed, hidden, scale)
        for ours, theirs in zip(lottery.weights(net, seed, hidden, scale), (w0, w1), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)
        assert format(functions[net], "08b") == text_of(w0, w1)


@pytest.mark.parametrize(("known", "rate", "steps"), [
    (SET, 0.5, 100), ("01?0??01", 0.1, 40), ("0??0?110", 10.0, 30), ("?1??????", 2, 9)])
def test_training_is_that_of_the_slow_twin(known, rate, steps):
    training = lottery.train(known, rate, 40, seed=3, hidden=8, steps=steps)
    for net in range(40):
        function, taken = trained_by_hand(*lottery.weights(net, 3, 8), known, rate, steps)
        assert (training.functions[net], training.steps[net]) == (function, taken)


def test_the_twin_descends_on_the_mean_of_the_logarithms():
    """Its slopes are those that central differences give."""
    x, y = lottery.INPUTS[[0, 1, 3, 6, 7]], np.array([-1, -1, 1, 1, 1])
    flat, nudges = np.random.default_rng(0).normal(size=25), 1e-6 * np.eye(25)

    def loss(flat):
        return np.log1p(np.exp(-y * (np.tanh(x @ flat[:20].reshape(4, 5)) @ flat[20:]))).mean()

    slope0, slope1 = slopes_by_hand(flat[:20].reshape(4, 5), flat[20:], x, y)
    differences = [(loss(flat + nudge) - loss(flat - nudge)) / 2e-6 for nudge in nudges]
    np.testing.assert_allclose([*slope0.ravel(), *slope1], differences, atol=1e-9)


# ---------------------------------------------------------------- the same, whoever asks

def test_neither_threads_nor_the_number_of_networks_change_a_network():
    one = lottery.draw(10_000, seed=5, threads=1)
    np.testing.assert_array_equal(lottery.draw(10_000, seed=5, threads=3), one)
    np.testing.assert_array_equal(lottery.draw(2501, seed=5), one[:2501])
    trained = lottery.train(SET, 0.5, 100, seed=5, threads=1)
    for ours, theirs in zip(lottery.train(SET, 0.5, 50, seed=5, threads=3), trained, strict=True):
        np.testing.assert_array_equal(ours, theirs[:50])
    assert (lottery.draw(1000, seed=6) != one[:1000]).mean() > 0.5


def test_whoever_fits_by_chance_takes_no_step(drawn):
    training = lottery.train(SET, 0.5, 2000, seed=1)
    fits = np.isin(drawn[:2000], [int(text, 2) for text in lottery.completions(SET)])
    np.testing.assert_array_equal(training.steps == 0, fits)
    np.testing.assert_array_equal(training.functions[fits], drawn[:2000][fits])


def test_a_cancelled_draw_says_how_far_it_came():
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled, match="cancelled after 0 of 9000 networks"):
        lottery.draw(9000, cancel=stop)
    with pytest.raises(Cancelled, match="0 of 70 networks"):
        lottery.train(SET, 1, 70, cancel=stop)


def test_a_long_training_hears_the_cancel():
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Cancelled, match="0 of 40 networks"):            # without: a quarter of an hour
        lottery.train("01101001", 1e-9, 40, hidden=256, steps=1_000_000, cancel=stop)


def test_lists_of_unequal_length_are_refused():
    for measure in (lottery.total_variation, lottery.log_correlation):
        with pytest.raises(ValueError, match="p and q must be lists of equal length"):
            measure([0.5, 0.5], [1.0])


def test_a_run_that_is_given_up_is_told_apart():
    training = lottery.train("01101001", 0.01, 50, steps=3)
    assert (training.functions == -1).all() and (training.steps == -1).all()
    assert np.isnan(lottery.shares(training.functions, "01101001")).all()


# ---------------------------------------------------------------- chances

def test_weights_are_normal_with_the_deviations_told():
    w = [lottery.weights(net, 11, 4, 3.0) for net in range(4000)]
    first, second = np.concatenate([w0.ravel() for w0, _ in w]) / 1.5, np.concatenate([w1 for _, w1 in w]) * 2
    for values in (first, second):
        at = np.sort(values)
        normal = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in at])
        assert np.abs(normal - (np.arange(at.size) + 0.5) / at.size).max() < 2 / at.size ** 0.5, "Kolmogorov and Smirnov"
    pairs = np.concatenate([w0.ravel() for w0, _ in w]).reshape(-1, 2)
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.02


def test_one_hidden_unit_has_the_chances_of_192_chambers():
    """One unit tells the signs of ±w1 ± w2 ± w3 + w4: mirrors of D4, which cut space into 192 equal chambers."""
    functions = np.bincount(lottery.draw(400_000, seed=2, hidden=1), minlength=256) / 400_000
    exact = np.zeros(256)
    for w in itertools.product((-4, -3, -1, 1, 3, 4), repeat=4):                # every chamber's sign pattern is met
        signs = lottery.INPUTS @ w
        if (signs != 0).all():
            size = sorted(map(abs, w))
            chambers = 8 if size[3] > sum(size[:3]) else 2 if size[0] < size[1] + size[2] - size[3] else 1
            exact[int("".join("1" if s > 0 else "0" for s in signs), 2)] = chambers / 192
    assert exact.sum() == pytest.approx(1) and (exact > 0).sum() == 104
    assert np.abs(functions - exact).max() < 5 * math.sqrt(1 / 24 / 400_000) and (functions[exact == 0] == 0).all()


def moved(permutation, signs, text):
    """The function that a network computes whose four inputs (three bits and the bias) are exchanged and turned."""
    rows = {tuple(row): (k, False) for k, row in enumerate(lottery.INPUTS)}
    rows |= {tuple(-row): (k, True) for k, row in enumerate(lottery.INPUTS)}
    places = [rows[tuple(np.array(signs) * row[list(permutation)])] for row in lottery.INPUTS]
    return "".join("10"[int(text[k])] if turned else text[k] for k, turned in places)


def kinds():
    """The 256 functions, those of one kind together."""
    left, found = set(BITS), []
    moves = list(itertools.product(itertools.permutations(range(4)), itertools.product((1.0, -1.0), repeat=4)))
    while left:
        first = min(left)
        kind = {moved(p, s, first) for p, s in moves}
        found.append(sorted(kind))
        left -= kind
    return found


def test_the_256_functions_have_seven_chances(chances):
    """The bias is an input like the others, and tanh is odd: 384 symmetries."""
    found = kinds()
    assert sorted(map(len, found)) == [8, 8, 32, 32, 48, 64, 64]
    for kind in found:
        p = chances[[int(text, 2) for text in kind]]
        assert np.abs(p - p.mean()).max() < 5 * math.sqrt(max(p.mean(), 4e-6) / 500_000), kind[0]
    assert "00000000" in next(kind for kind in found if "00110011" in kind), "constant and copy"
    assert "00111100" in next(kind for kind in found if lottery.PARITY in kind), "parity of two bits and of three"


def test_simple_functions_are_thousands_of_times_likelier_than_parity(chances):
    """Row 47 of the oracles."""
    assert chances[int("11111111", 2)] == pytest.approx(0.036, abs=0.001)
    assert chances[int(lottery.PARITY, 2)] == pytest.approx(6e-6, abs=5e-6)
    parities = [kind for kind in kinds() if lottery.PARITY in kind][0]
    assert 2e-6 < chances[[int(text, 2) for text in parities]].mean() < 2e-5


# (training set, rate): what is between lottery and training, measured
@pytest.mark.parametrize(("known", "rate", "correlation", "distance"), [
    (SET, 0.1, 0.985, 0.140), (SET, 0.5, 0.990, 0.102), (SET, 2, 0.95, 0.131), (SET, 10, 0.96, 0.175), (SET, 100, 0.79, 0.307),
    ("0??0?110", 10, 0.98, 0.007), ("01?0??01", 0.1, 0.98, 0.287)])
def test_training_is_near_the_lottery_and_how_near_depends_on_the_rate(drawn, known, rate, correlation, distance):
    p, q = lottery.shares(drawn, known), lottery.shares(lottery.train(known, rate, 5000, seed=2, steps=200).functions, known)
    assert lottery.total_variation(p, q) == pytest.approx(distance, abs=0.03)
    assert lottery.log_correlation(p, q) == pytest.approx(correlation, abs=0.06)


# ---------------------------------------------------------------- functions, shares, distances

def test_completions_fit_what_is_known_and_nothing_is_missing():
    fitting = [text for text in BITS if all(told in ("?", answer) for told, answer in zip(SET, text, strict=True))]
    assert lottery.completions(SET) == fitting and len(fitting) == 8
    assert lottery.completions("01101001") == [lottery.PARITY] and lottery.completions("????????") == BITS
    assert [text.count("1") % 2 for text in (format(k, "03b") for k in range(8))] == list(map(int, lottery.PARITY))


def test_shares_are_counts_among_those_that_fit():
    functions = [int(text, 2) for text in ("00010011", "00010011", "00111111", "11111111", "00000000")] + [-1]
    np.testing.assert_allclose(lottery.shares(functions, SET), [2 / 3, 0, 0, 0, 0, 0, 0, 1 / 3])


def test_total_variation_is_the_share_that_has_to_move():
    assert lottery.total_variation([0.5, 0.5, 0], [0.2, 0.5, 0.3]) == pytest.approx(0.3)
    assert lottery.total_variation([1, 0], [0, 1]) == 1 and lottery.total_variation([0.3, 0.7], [0.3, 0.7]) == 0


def test_the_log_correlation_is_1_for_a_power_and_leaves_out_zeros():
    p = np.array([0.5, 0.3, 0.15, 0.05])
    assert lottery.log_correlation(p, p ** 2) == pytest.approx(1) and lottery.log_correlation(p, 1 / p) == pytest.approx(-1)
    assert lottery.log_correlation([*p, 0], [*p ** 3, 0.2]) == pytest.approx(1)
    assert math.isnan(lottery.log_correlation([1, 0, 0], [1, 0, 0])) and math.isnan(lottery.log_correlation([0.25] * 4, p))


@pytest.mark.parametrize(("call", "words"), [
    (lambda: lottery.draw(0), "nets must be from 1 to 10000000, got 0"),
    (lambda: lottery.draw(10, hidden=300), "hidden must be from"),
    (lambda: lottery.draw(10, scale=0), "scale must be above 0 and at most 10, got 0"),
    (lambda: lottery.draw(10, -1), "seed must be"),
    (lambda: lottery.draw(10, threads=0), "threads must be from 1"), (lambda: lottery.weights(-1), "net must be from 0"),
    (lambda: lottery.train(SET, 0), "rate must be above 0 and at most 1e\\+06, got 0"),
    (lambda: lottery.train("????????", 1), "known must tell at least one answer"),
    (lambda: lottery.train("001", 1), "known must be a text of eight"),
    (lambda: lottery.completions(3), "known must be a text of eight"),
    (lambda: lottery.train(SET, 1, steps=-1), "steps must be from 0")])
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
