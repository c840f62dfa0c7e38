"""The deep linear net on R of X = QR: the same runs as from the samples themselves, at a cost that does not depend on them."""
import mpmath
import numpy as np
import pytest
from numba import njit

import fractaledu as fe
from fractaledu import deep, reference
from fractaledu.kernel import LANES, record, row_count, scratch_rows, sweep
from fractaledu.systems.linear import Linear, condensed, triangle
from fractaledu.systems.network import Network
from fractaledu.systems.rounded import Rounded

INPUTS = 5
SETS = [{}, {"momentum": 0.6}, {"weight_decay": 0.05}, {"drift": 0.002},
        {"momentum": 0.9, "weight_decay": 0.01, "drift": -0.003, "scale_in": 0.3, "scale_out": 2.5, "mean_in": 0.4,
         "mean_out": -0.7}]


def random_arrays(seed, inputs, hidden, samples):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(inputs, hidden)), rng.normal(size=hidden), rng.normal(size=(samples, inputs)),
            rng.normal(size=samples))


def identity(arrays, **numbers):
    return fe.network(*arrays, activation="identity", **numbers)


def reordered(arrays, rng):
    """The same mathematics with other rounding: data points, inputs and hidden units permuted."""
    w0, w1, x, y = arrays
    order, inputs, hidden = (rng.permutation(n) for n in (len(y), *w0.shape))
    return w0[inputs][:, hidden], w1[hidden], x[order][:, inputs], y[order]


@pytest.mark.parametrize("hidden", [1, 2, 3, 4, 5, 16, 17])
@pytest.mark.parametrize("samples", [2, 4, 5, 6, 10, 11, 500])
def test_the_values_are_those_of_the_network(samples, hidden):
    """To 1e-12, where five reorderings change the network's own by less than 1e-13."""
    rng = np.random.default_rng(samples + hidden)
    arrays = random_arrays(samples * hidden, INPUTS, hidden, samples)
    verdicts = set()
    for numbers in SETS:
        x, y = 10.0 ** rng.uniform(-2.0, 2.3, size=(2, 40))
        net = identity(arrays, **numbers).system
        assert type(net) is Network
        plain, ours = (sweep(system, x, y, 100) for system in (net, condensed(net)))
        others = [sweep(identity(reordered(arrays, rng), **numbers).system, x, y, 100)["value"] for _ in range(5)]
        calm = (np.abs(others / plain["value"] - 1) < 1e-13).all(0)
        assert calm.mean() > 0.5, numbers
        np.testing.assert_allclose(ours["value"][calm], plain["value"][calm], rtol=1e-12)
        for name in ("verdict", "departure", "attractor", "arrival"):
            np.testing.assert_array_equal(ours[name][calm], plain[name][calm])
        verdicts |= set(plain["verdict"][calm])
    assert {-1, 1} <= verdicts


@pytest.mark.parametrize("shape", [(1, 1, 2), (3, 1, 2), (3, 5, 19), (7, 12, 7), (4, 9, 33)], ids=str)
@pytest.mark.parametrize("numbers", SETS, ids=str)
def test_losses_equal_their_slow_twin(shape, numbers):
    arrays, n = random_arrays(7, *shape), {"scale_in": 1.0, "scale_out": 1.0, "mean_in": 0.0, "mean_out": 0.0} | numbers
    curve = fe.trace(identity(arrays, **numbers), 0.3, 0.2, 40).watched
    expected = reference.train(*arrays, 0.3, 0.2, 40, "identity", None, n.get("drift", 0.0), "every step",
                               n.get("momentum", 0.0), n.get("weight_decay", 0.0), (n["scale_in"], n["scale_out"]),
                               (n["mean_in"], n["mean_out"]))
    np.testing.assert_allclose(curve, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("samples", [3, 40])
@pytest.mark.parametrize("numbers", SETS, ids=str)
def test_every_state_is_the_networks_velocities_and_all(samples, numbers):
    net = identity(random_arrays(3, INPUTS, 6, samples), **numbers).system
    x, y = np.array([[0.5, 0.02, 1.0], [0.3, 1.5, 2.0]])
    _, watched, states = record(net, x, y, 30, states=True)
    _, ours, kept = record(condensed(net), x, y, 30, states=True)
    assert kept.shape == states.shape
    np.testing.assert_array_equal(kept[:, 0], states[:, 0])
    np.testing.assert_allclose(kept, states, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours[:, 0], watched[:, 0], rtol=1e-14)       # what all later losses are divided by
    np.testing.assert_allclose(ours, watched, rtol=1e-10)


@pytest.mark.parametrize("samples", [4, 30])
def test_a_loss_that_goes_to_zero_keeps_its_digits(samples):
    """Against 60 digits: as a quadratic form in X^T X a loss would be wrong by 1e-16, and stop there."""
    w0, w1, x, y = random_arrays(4, 4, 6, samples)
    y = y if samples == 4 else x @ np.array([0.5, -1.0, 0.25, 2.0])         # within reach of the weights
    ours = fe.trace(identity((w0, w1, x, y)), 2.0, 1.0, 400).watched
    with mpmath.workdps(60):
        true = mpmath_losses(w0, w1, x, y, 2.0, 1.0, 400)
    assert true[-1] < 1e-26
    seen = true > 1e-24
    np.testing.assert_allclose(ours[seen], true[seen], rtol=1e-3)
    np.testing.assert_allclose(ours[true > 1e-16], true[true > 1e-16], rtol=1e-7)
    assert (ours[~seen] < 1e-23).all()


def mpmath_losses(w0, w1, x, y, rate0, rate1, steps):
    """Textbook descent of f(x) = x w0 w1 / (sqrt(inputs) hidden) in mpmath's numbers."""
    inputs, hidden = w0.shape
    w0, w1, x, y = (np.vectorize(mpmath.mpf, otypes=[object])(a) for a in (w0, w1, x, y))
    x = x / mpmath.sqrt(inputs)
    losses = []
    for _ in range(steps):
        d = x @ (w0 @ w1) / hidden - y
        losses.append(float(d @ d / len(y)))
        g = 2 * (x.T @ d) / (len(y) * hidden)
        w0, w1 = w0 - rate0 * np.outer(g, w1), w1 - rate1 * (w0.T @ g)
    return np.array(losses)


@njit
def scratch_count(system):
    return scratch_rows(system)


def test_the_cost_does_not_depend_on_the_number_of_samples():
    """Rows of state, of scratch and of data, all that a step passes over."""
    systems = [condensed(identity(random_arrays(0, 16, 8, samples)).system) for samples in (16, 17, 272, 4096)]
    assert {(row_count(s), scratch_count(s), s.x.size, s.y.size) for s in systems} == {(17 * 8, 16 + 16, 16 * 16, 16)}
    few = condensed(identity(random_arrays(0, 16, 8, 3)).system)
    assert (scratch_count(few), few.x.size, few.y.size) == (16 + 3, 3 * 16, 3)


@pytest.mark.parametrize("shape", [(2, 1), (6, 5), (100, 5), (300, 40)])
def test_the_triangle_is_that_of_least_squares(shape):
    rng = np.random.default_rng(shape[0])
    x, y = rng.normal(size=shape) * 10.0 ** rng.uniform(-3, 3, shape[1]), rng.normal(size=shape[0])
    r, q, rest = triangle(x.tobytes(), y.tobytes())
    r = r.reshape(shape[1], shape[1])
    np.testing.assert_array_equal(np.tril(r, -1), 0.0)
    np.testing.assert_allclose(np.abs(r), np.abs(np.linalg.qr(x, mode="r")), rtol=1e-10, atol=1e-13 * np.abs(r).max())
    best = np.linalg.lstsq(x, y, rcond=None)[0]
    assert rest == pytest.approx(np.sum((x @ best - y) ** 2), rel=1e-11)
    for v in rng.normal(size=(5, shape[1])):
        assert np.sum((r @ v - q) ** 2) + rest == pytest.approx(np.sum((x @ v - y) ** 2), rel=1e-13)


def test_data_of_any_scale_and_rank_have_a_triangle():
    """A column of zeros, one twice another, numbers whose squares are no float64s."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 4)), rng.normal(size=9)
    x[:, 1], x[:, 3] = 0.0, 2.0 * x[:, 0]
    for factor in (1e-200, 1.0, 1e200):
        r, q, rest = triangle((factor * x).tobytes(), y.tobytes())
        v = np.array([1.0, 5.0, -0.3, 0.2])
        assert np.sum((r.reshape(4, 4) / factor @ v - q) ** 2) + rest == pytest.approx(np.sum((x @ v - y) ** 2), rel=1e-13)
    assert triangle(x.tobytes(), np.zeros(9).tobytes())[2] == 0.0


def test_pictures_runs_and_traces_follow_the_same_system():
    """One function decides, so that a trace is the run of its pixel, to the last bit; the problem stays what it was."""
    problem = fe.random_network(3, 4, 6, 30, activation="identity")
    view = fe.View((0.1, 30.0), (0.1, 30.0), "log10", "log10")
    land = fe.render(problem, view, (5, 4), 60)
    x, y = np.broadcast_arrays(land.x, land.y[:, None])
    traced = fe.trace(problem, x, y, 60, states=True)
    direct = sweep(condensed(problem.system), x.ravel(), y.ravel(), 60)
    assert land.value.tobytes() == fe.evaluate(problem, x, y, 60).tobytes() == traced.value.tobytes()
    assert land.pixels.tobytes() == direct.tobytes()
    assert isinstance(deep.lanes(fe.Recipe(problem, view, (5, 4), 60)).system, Linear)
    assert land.problem is problem and type(problem.system) is Network


@pytest.mark.parametrize("problem", [
    fe.mandelbrot(), fe.random_network(0, 3, 4, 9), fe.random_network(0, 3, 4, 1, activation="identity"),
    fe.random_network(0, 3, 4, 9, activation="identity", batch=2), fe.xor(activation="identity"),
    fe.single_precision(fe.random_network(0, 3, 4, 9, activation="identity"))], ids=lambda problem: problem.title)
def test_what_is_not_linear_and_full_batch_stays_what_it_is(problem):
    assert condensed(problem.system) is problem.system
    assert not isinstance(problem.system, Rounded) or type(problem.system.system) is Network


def test_no_run_sees_its_neighbours():
    system = condensed(fe.random_network(1, 3, 5, 7, activation="identity").system)
    x, y = 10.0 ** np.random.default_rng(2).uniform(-1.0, 2.0, size=(2, 3 * LANES + 1))
    together, mixed = sweep(system, x, y, 60), np.random.default_rng(3).permutation(len(x))
    assert sweep(system, x[mixed], y[mixed], 60).tobytes() == together[mixed].tobytes()
    assert sweep(system, x[-1:], y[-1:], 60).tobytes() == together[-1:].tobytes()
