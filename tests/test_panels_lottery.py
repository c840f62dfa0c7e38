"""The panel of the lottery: what its three plots and its words say, against the numbers they are made from."""
import numpy as np
import pytest

from fractaledu import lottery as nets
from fractaledu.panels.lottery import (
    DRAWN,
    HIGH,
    LOTTERY_SEED,
    LOW,
    RAREST,
    SETS,
    STEPS,
    TABLE,
    TRAINED,
    TRAINING_SEED,
    by_chance,
    distances,
    drawn,
    lottery,
    named,
    trained,
)
from fractaledu.panels.scene import Dots, Label, Line, described


@pytest.fixture(scope="module")
def functions():
    return nets.draw(DRAWN, LOTTERY_SEED)


@pytest.fixture
def board():
    return lottery()


def layers(board, plot, kind, **wanted):
    return [layer for layer in board.scene.plot(plot).layers if isinstance(layer, kind)
            and all(getattr(layer, name) == value for name, value in wanted.items())]


@pytest.mark.parametrize(("known", "rate"), [(SETS[0], 0.5), (SETS[2], 10.0)])
def test_the_bars_and_the_scatter_are_the_shares_of_the_networks(board, functions, known, rate):
    board.set(known=known, rate=rate)
    training = nets.train(known, rate, TRAINED, TRAINING_SEED, steps=STEPS)
    wanted = [int(text, 2) for text in nets.completions(known)]
    p = np.array([(functions == number).sum() for number in wanted], float)
    q = np.array([(training.functions == number).sum() for number in wanted], float)
    p, q = p / p.sum(), q / q.sum()
    np.testing.assert_allclose([bar.x[1] for bar in layers(board, "bars", Line, colour="sky")], p)
    np.testing.assert_allclose([bar.x[1] for bar in layers(board, "bars", Line, colour="orange")], q)
    assert [label.text[:8] for label in layers(board, "bars", Label)] == nets.completions(known)
    dots, = layers(board, "scatter", Dots, colour="blue")
    np.testing.assert_allclose([dots.x, dots.y], [p[q > 0], q[q > 0]])
    words = board.scene.words
    assert words.startswith(f"{np.isin(functions, wanted).sum()} of {DRAWN} random networks fit {known}.")
    assert f"Total variation {np.abs(p - q).sum() / 2:.3f}" in words
    seen = q > 0
    assert f"log-correlation {np.corrcoef(np.log(p[seen]), np.log(q[seen]))[0, 1]:.3g}" in words


def test_functions_that_never_come_are_rings_at_the_bottom(board):
    board.set(known="01?0??01", rate=1.0)
    missing = trained("01?0??01", 1.0)[2] == 0
    ring, = layers(board, "scatter", Dots, hollow=True)
    assert missing.any() and len(ring.x) == missing.sum() and set(ring.y) == {RAREST}


def test_the_curve_is_the_distance_at_each_rate_and_a_press_sets_the_rate(board):
    curve = layers(board, "rates", Line)[0]
    for place in (0, 4, len(TABLE) - 1):
        board.set(rate=float(TABLE[place]))
        here, = layers(board, "rates", Dots, colour="orange")
        assert here.y[0] == pytest.approx(curve.y[place]) and here.x[0] == pytest.approx(curve.x[place])
    board._receive({"kind": "pressed", "plot": "rates", "u": 0.5, "v": 0.9})
    assert board.knobs["rate"] == pytest.approx((LOW * HIGH) ** 0.5)


def test_the_closest_rate_is_another_for_another_training_set():
    best = {known: TABLE[distances(known).argmin()] for known in SETS}
    assert 0.3 < best["00?1??11"] < 1.1 and 3 < best["01?0??01"] < 11 and 5 < best["0??0?110"] < 18
    assert distances("00?1??11").min() > 3 * by_chance(drawn("00?1??11")[1], (drawn("00?1??11")[0], TRAINED))


def test_chance_alone_is_what_two_samples_differ_by():
    rng, p = np.random.default_rng(0), np.array([0.45, 0.25, 0.2, 0.1])
    found = np.mean([nets.total_variation(rng.multinomial(4000, p) / 4000, rng.multinomial(1000, p) / 1000)
                     for _ in range(400)])
    assert by_chance(p, (4000, 1000)) == pytest.approx(found, rel=0.08)


@pytest.mark.parametrize("known", SETS)
@pytest.mark.parametrize("rate", [LOW, 5.0, HIGH])
def test_every_corner_of_the_knobs_is_drawn_with_words_for_each_plot(board, known, rate):
    board.set(known=known, rate=rate)
    texts = [board.scene.words, *(plot.says for plot in board.scene.plots)]
    assert all(text.endswith(".") and "nan" not in text and "not a number" not in text for text in texts)
    assert len(described(board.scene, board.knobs)["plots"]) == 3


def test_a_log_correlation_needs_three_functions(board):
    board.set(known="01?0??01", rate=5.0)
    assert (trained("01?0??01", 5.0)[2] > 0).sum() == 2
    assert board.scene.words.endswith("too few functions come for a log-correlation.")


def test_names_are_right():
    inputs = [format(k, "03b") for k in range(8)]
    for text, words in [("".join(x[1] for x in inputs), "copies the second bit"), ("0" * 8, "always 0"),
                        ("".join("10"[int(x[2])] for x in inputs), "the third bit, turned"),
                        ("".join(str(int(x.count("1") > 1)) for x in inputs), "majority"),
                        ("".join(str(x.count("1") % 2) for x in inputs), "parity")]:
        assert named(text) == f"{text}, {words}"
    assert named("00000110") == "00000110"


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="learning rate η must be from 0.1 to 100, got 0"):
        lottery(rate=0)
    with pytest.raises(ValueError, match="training set must be one of"):
        lottery(known="00?1??1?")
