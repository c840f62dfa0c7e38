"""The panel of one training: what its four plots say, against slow training and the exact Hessian."""
import itertools

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.curvature import hessian_vector, sharpness_at
from fractaledu.panels.one_run import LOOKS, LOST, NETS, edges, training
from fractaledu.panels.scene import Dots, Line, described
from fractaledu.panels.train_one import HIGH, LOW, round_up, train_one


@pytest.fixture
def board():
    return train_one()


def layer(board, plot, kind, index=-1):
    return [one for one in board.scene.plot(plot).layers if isinstance(one, kind)][index]


def slow_losses(name, rate_in, rate_out, steps):
    """By the reference in plain numpy."""
    with np.load(fe.networks.__file__.replace("networks.py", "data/paper.npz")) as file:
        data = {"linear": "square", "tanh, one data point": "one"}.get(name, "full")
        w0, w1, x, y = (file[key] for key in ("w0_8", "w1_8", f"x_{data}_8", f"y_{data}_8"))
    activation = {"ReLU": "relu", "linear": "identity"}.get(name, "tanh")
    return reference.train(w0, w1, x, y, rate_in, rate_out, steps, activation=activation)


@pytest.mark.parametrize("name", NETS)
def test_the_loss_is_that_of_slow_training(board, name):
    board.set(net=name, same=False, rate_in=3.0, rate_out=1.5, steps=25)
    np.testing.assert_allclose(layer(board, "loss", Line).y, slow_losses(name, 3.0, 1.5, 25), rtol=1e-9)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("rates", [(10.0, 10.0), (1e-6, 45.0), (1e6, 5.0)])
def test_the_share_of_the_edge_is_the_exact_eigenvalue(name, rates):
    """Also where a layer's rate is huge, and its units saturated: then only a few directions are left."""
    run = training(name, *rates, 60)
    assert 1 <= len(run.looks) <= LOOKS and run.looks[0] == 0 and (run.loss[run.looks] < LOST).all()
    for i in {0, len(run.looks) // 2, len(run.looks) - 1}:
        step = run.looks[i]
        assert run.edge[i] == pytest.approx(sharpness_at(run.net, run.w0[step], run.w1[step], rates) / 2, rel=1e-6)


def test_the_largest_eigenvalue_of_a_hessian_made_column_by_column():
    run = training("tanh", 10.0, 10.0, 40)
    w0, w1 = run.w0[20], run.w1[20]
    columns = [np.concatenate([part.ravel() for part in hessian_vector(run.net, w0, w1, v[:64].reshape(8, 8), v[64:])])
               for v in np.eye(72)]
    roots = np.sqrt(np.repeat((3.0, 0.2), (64, 8)))
    exact = np.linalg.eigvalsh(roots * np.array(columns) * roots[:, None])[-1] / 2
    assert edges(run.net, w0[None], w1[None], (3.0, 0.2))[0] == pytest.approx(exact, rel=1e-9)


def test_at_one_rate_it_starts_at_a_third_of_the_edge_and_climbs_to_it(board):
    """CURRICULUM rows 39 and 40: sharpness 0.0724724 at the start; the share from 0.36 to about 1."""
    share = layer(board, "sharpness", Dots).y
    assert share[0] == pytest.approx(0.0724724 * 10 / 2, abs=1e-6)
    assert max(share) > 1.5 and 0.9 < share[-1] < 1.3
    assert board.scene.plot("sharpness").title == "Rate × sharpness / 2"
    board.set(same=False, rate_out=5.0)
    assert board.scene.plot("sharpness").title == "Preconditioned sharpness / 2"


def test_a_catapult_saturation_and_a_lost_run_are_told_in_words():
    assert train_one(1e-6, 50).scene.words == (
        "η₀ = 10⁻⁶, η₁ = 50, tanh. The loss goes from 0.982 to 0.808, with a peak of 1.32 × 10⁶ at step 24; it rises in 24 of "
        "99 steps. Share of the edge: 1.23 at first, 0.81 at step 99. Saturated hidden units after 100 steps: 6 %.")
    words = train_one(1e6, 10).scene.words
    assert "0.982 to 0.83; it rises in 0 of 99" in words and "2.03 × 10⁴ at first, 0.744 at step 99" in words
    assert words.endswith("after 100 steps: 100 %.")
    assert "The run is lost" in train_one(50).scene.words and "The run is lost" in train_one(1e6, 10, "ReLU").scene.words
    assert "Saturated" not in train_one(1, network="linear").scene.words


def test_the_histogram_is_that_of_the_step_of_the_handle(board):
    history = fe.trace(fe.paper("tanh", width=8), 10, 10, 100, history=1).history
    for step in (0, 37, 99):
        board.set(look=step)
        outline = layer(board, "units", Line)
        heights, ends = np.array(outline.y[1:-1:2]), np.array(outline.x[::2])
        counts = np.histogram(history.hidden[step], 24, (-1, 1))[0]
        np.testing.assert_allclose(heights, 100 * counts / 576)
        np.testing.assert_allclose(ends, np.linspace(-1, 1, 25))
        assert board.scene.plot("units").title == f"Hidden units after {step} steps"
        assert f"{100 * np.mean(np.abs(history.hidden[step]) > 0.99):.0f} %" in board.scene.plot("units").says


def test_the_norms_are_those_of_the_history(board):
    history = fe.trace(fe.paper("tanh", width=8), 10, 10, 100, history=25).history
    first, second = (layer(board, "norms", Line, i) for i in (0, 1))
    np.testing.assert_allclose(np.interp(history.steps, first.x, first.y), history.norm_in, rtol=1e-9)
    np.testing.assert_allclose(np.interp(history.steps, second.x, second.y), history.norm_out, rtol=1e-9)


# ---------------------------------------------------------------- the knobs

def test_with_one_rate_the_other_follows(board):
    board.set(rate_out=2.0)
    assert board.knobs["rate_in"] == 2.0
    board._receive({"kind": "typed", "name": "rate_in", "value": "7"})
    assert (board.knobs["rate_in"], board.knobs["rate_out"]) == (7.0, 7.0)
    board.set(same=False)
    board.set(rate_out=3.0)
    assert (board.knobs["rate_in"], board.knobs["rate_out"]) == (7.0, 3.0)
    board.set(same=True)
    assert board.knobs["rate_out"] == 7.0


def test_a_kept_run_stays_as_a_ghost(board):
    before = layer(board, "loss", Line)
    board.set(keep=True)
    board.set(rate_in=40.0)
    ghost, run = (layer(board, "loss", Line, i) for i in (0, 1))
    np.testing.assert_array_equal(ghost.y, before.y)
    assert ghost.name == "kept: η₀ 10, η₁ 10" and not np.allclose(run.y, before.y)
    assert len([one for one in board.scene.plot("sharpness").layers if isinstance(one, Line)]) == 2
    board.set(net="ReLU")
    assert layer(board, "loss", Line, 0).name.endswith(", tanh")
    board.set(keep=False)
    assert len([one for one in board.scene.plot("loss").layers if isinstance(one, Line)]) == 1


def test_the_handle_stays_at_the_end_or_where_it_was_put(board):
    board.set(steps=200)
    assert board.knobs["look"] == 200
    board._receive({"kind": "dragged", "plot": "loss", "handle": 0, "u": 0.25, "v": 0.9})
    assert board.knobs["look"] == 50
    board.set(steps=300)
    assert board.knobs["look"] == 50
    board.set(steps=20)
    assert board.knobs["look"] == 20
    board._receive({"kind": "reset"})
    assert (board.knobs["look"], board.knobs["steps"]) == (100, 100)


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="rate η₀ \\(input\\) must be from 10⁻⁶ to 10⁶, got 0"):
        train_one(0)
    with pytest.raises(ValueError, match="network must be one of tanh, ReLU, linear, tanh, one data point, got 'sine'"):
        train_one(network="sine")


@pytest.mark.filterwarnings("error")
def test_every_corner_of_the_knobs_is_drawn_with_words_for_each_plot(board):
    for name, rate_in, rate_out, steps in itertools.product(NETS, (LOW, 30.0, HIGH), (LOW, 60.0, HIGH), (20, 500)):
        board.set(net=name, same=False, keep=True, rate_in=rate_in, rate_out=rate_out, steps=steps)
        scene = board.scene
        assert all(words.endswith(".") and "nan" not in words and "not a number" not in words
                   for words in (scene.words, *(plot.says for plot in scene.plots)))
        assert sum(len(one.x) for plot in scene.plots for one in plot.layers if isinstance(one, Line | Dots)) < 2000
        assert len(described(scene, board.knobs)["plots"]) == 4
        assert all(plot.x.high > plot.x.low and plot.y.high > plot.y.low for plot in scene.plots)


@pytest.mark.parametrize(("size", "found"), [(0.2, 1), (1, 1), (1.2, 2), (2, 2), (4.9, 5), (51, 100), (3e7, 5e7)])
def test_round_up(size, found):
    assert round_up(size) == found


def test_ten_is_two_and_a_half_in_everyday_units():
    """Weights u = w0 sqrt(2/8) and v = w1/8 train alike at the rates 10 · 2/8 and 10/8²."""
    system = fe.paper("tanh", width=8).system
    x, u, v = system.x.reshape(72, 8) / np.sqrt(2 / 8), system.w0 * np.sqrt(2 / 8), system.w1 / 8
    losses = []
    for _ in range(20):
        hidden = np.tanh(x @ u)
        miss = hidden @ v - system.y
        losses.append(np.mean(miss ** 2))
        u, v = u - 2.5 * x.T @ (2 / 72 * miss[:, None] * v * (1 - hidden ** 2)), v - 10 / 64 * 2 / 72 * miss @ hidden
    np.testing.assert_allclose(losses, fe.trace(fe.paper("tanh", width=8), 10, 10, 20).watched, rtol=1e-9)
