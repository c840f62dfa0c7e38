"""Gradient, Hessian products and sharpness of the network, against differences, slow twins and known numbers."""
import dataclasses

import numpy as np
import pytest

from fractaledu import reference
from fractaledu.curvature import (
    ACTIVATIONS,
    REMEMBERED,
    Net,
    gradient,
    hessian_product,
    hessian_vector,
    largest_eigenvalue,
    loss,
    sharpness_at,
)

GAIN = {"tanh": 2.0, "relu": 2.0, "identity": 1.0, "sine": 1.0, "sigmoid": 1.0}
SHAPES = [(1, 1, 1), (1, 3, 1), (3, 1, 4), (2, 3, 5), (4, 3, 9)]        # inputs, hidden, samples


def scaled(x, activation):
    return x * np.sqrt(GAIN[activation] / x.shape[1])


def random_net(activation, inputs=3, hidden=4, samples=6, seed=0):
    rng = np.random.default_rng(seed)
    w0, w1 = rng.normal(size=(inputs, hidden)), rng.normal(size=hidden)
    x, y = rng.normal(size=(samples, inputs)), rng.normal(size=samples)
    return Net(scaled(x, activation), y, hidden, activation), w0, w1


def paper_net(width, data="full", activation="tanh"):
    from fractaledu.networks import _arrays
    a = _arrays()
    x, y = a[f"x_{data}_{width}"], a[f"y_{data}_{width}"]
    return Net(scaled(x, activation), y, width, activation), a[f"w0_{width}"], a[f"w1_{width}"]


def joined(pair):
    return np.concatenate([np.ravel(part) for part in pair])


def parted(w, net):
    at = net.x_scaled.shape[1] * net.hidden
    return w[:at].reshape(-1, net.hidden), w[at:]


def differences(function, w, d):
    """Rows: central differences of the function along each weight."""
    return np.array([(function(w + step) - function(w - step)) / (2 * d) for step in d * np.eye(len(w))])


def full_hessian(net, w0, w1):
    product = hessian_product(net, w0, w1)
    return np.array([joined(product(*parted(e, net))) for e in np.eye(w0.size + w1.size)])


def hessian_by_differences(net, w0, w1):
    return differences(lambda w: joined(gradient(net, *parted(w, net))[1:]), joined((w0, w1)), 1e-5)


# ---------------------------------------------------------------- derivatives

@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slope_and_bend_are_the_derivatives_of_the_hidden_unit(activation):
    z, d = np.array([-30.0, -2.1, -0.7, -1e-3, 1e-3, 0.4, 1.9, 30.0]), 1e-5
    _, slope, bend = ACTIVATIONS[activation](z)
    after, before = ACTIVATIONS[activation](z + d), ACTIVATIONS[activation](z - d)
    np.testing.assert_allclose(slope, (after[0] - before[0]) / (2 * d), atol=1e-9)
    np.testing.assert_allclose(bend, (after[1] - before[1]) / (2 * d), atol=1e-9)


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_loss_and_gradient_equal_their_slow_twins(activation, shape):
    rng = np.random.default_rng(sum(shape))
    inputs, hidden, samples = shape
    w0, w1 = rng.normal(size=(inputs, hidden)), rng.normal(size=hidden)
    x, y = rng.normal(size=(samples, inputs)), rng.normal(size=samples)
    net = Net(scaled(x, activation), y, hidden, activation)
    found, g0, g1 = gradient(net, w0, w1)
    r0, r1 = reference.gradient(w0, w1, x, y, activation)
    np.testing.assert_allclose(g0, r0, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(g1, r1, rtol=1e-12, atol=1e-15)
    assert found == loss(net, w0, w1) == pytest.approx(reference.train(w0, w1, x, y, 0, 0, 1, activation)[0], rel=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_gradient_is_that_of_finite_differences(activation, shape):
    net, w0, w1 = random_net(activation, *shape)
    slow = differences(lambda w: loss(net, *parted(w, net)), joined((w0, w1)), 1e-5)
    np.testing.assert_allclose(joined(gradient(net, w0, w1)[1:]), slow, atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_hessian_is_that_of_finite_differences(activation, shape):
    net, w0, w1 = random_net(activation, *shape)
    np.testing.assert_allclose(full_hessian(net, w0, w1), hessian_by_differences(net, w0, w1), atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_hessian_is_symmetric_and_linear(activation):
    net, w0, w1 = random_net(activation, 5, 7, 11)
    u, v = np.random.default_rng(1).normal(size=(2, w0.size + w1.size))

    def times(v):
        return joined(hessian_vector(net, w0, w1, *parted(v, net)))

    assert u @ times(v) == pytest.approx(v @ times(u), rel=1e-11)
    np.testing.assert_allclose(times(3 * u - v), 3 * times(u) - times(v), rtol=1e-11, atol=1e-13)


def test_saturated_units_have_no_curvature_and_no_overflow():
    for activation in ("tanh", "sigmoid"):
        net, w0, w1 = random_net(activation)
        h0, h1 = hessian_vector(net, 1e5 * w0, w1, w0, w1)
        assert not h0.any() and np.isfinite(h1).all() and h1.any()


# ---------------------------------------------------------------- the largest eigenvalue

def matrix(values, seed=0):
    """A symmetric matrix with these eigenvalues."""
    q = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values), len(values))))[0]
    m = (q * values) @ q.T
    return (m + m.T) / 2


SPECTRA = {"positive": np.linspace(0.1, 1, 30), "a larger negative one": np.r_[1.0, -5.0, np.zeros(20)],
           "all negative": -np.linspace(1, 5, 100), "as large on both sides": np.tile([1.0, -1.0], 50),
           "crowded": np.r_[1, 1 - 1e-7, 1 - 2e-7, np.linspace(-1, 0.9, 300)], "zero": np.zeros(9),
           "one number": np.array([-3.0]), "tiny above large": np.r_[1e-6, -np.linspace(0, 1, 200)],
           "a full memory": np.linspace(-1, 1, REMEMBERED + 1),
           "huge": 1e200 * np.linspace(-1, 1, 9), "vanishing": 1e-200 * np.linspace(-1, 1, 9)}


@pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_largest_eigenvalue_is_found(spectrum, seed):
    m = matrix(spectrum)
    value, vector = largest_eigenvalue(lambda v: m @ v, len(m), seed=seed)
    scale = np.abs(spectrum).max()
    assert value == pytest.approx(spectrum.max(), abs=1e-13 * scale)
    assert np.linalg.norm(vector) == pytest.approx(1, rel=1e-14)
    assert np.abs(m @ vector - value * vector).max() <= 1e-9 * scale


def test_it_is_the_limit_of_plain_power_iteration():
    """v -> Hv / |Hv|, shifted by 0.05 so that the negative eigenvalues are the smaller ones."""
    net, w0, w1 = paper_net(8)
    shifted, v = full_hessian(net, w0, w1) + 0.05 * np.eye(72), np.ones(72)
    for _ in range(300):
        v = shifted @ v
        v /= np.linalg.norm(v)
    assert sharpness_at(net, w0, w1) == pytest.approx(v @ shifted @ v - 0.05, rel=1e-9)


def test_the_same_seed_gives_the_same_bits_and_another_seed_the_same_value():
    net, w0, w1 = random_net("sine", 6, 6, 20)
    assert sharpness_at(net, w0, w1) == sharpness_at(net, w0, w1, seed=0)
    assert sharpness_at(net, w0, w1, seed=7) == pytest.approx(sharpness_at(net, w0, w1), rel=1e-13)


def test_too_few_products_are_refused_and_what_is_not_finite_is_nan():
    m = matrix(np.linspace(-1, 1, 200))
    with pytest.raises(RuntimeError, match=r"most must be large enough to reach tolerance 1e-09, got 20: the residual is"):
        largest_eigenvalue(lambda v: m @ v, 200, most=20)
    value, vector = largest_eigenvalue(lambda v: np.full(4, np.inf), 4)
    assert np.isnan(value) and np.isnan(vector).all()


# ---------------------------------------------------------------- sharpness

@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("rates", [None, (1.0, 1.0), (30.0, 0.2), (0.0, 5.0), (5.0, 0.0), (0.0, 0.0)], ids=str)
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian_of_differences(activation, rates):
    for shape in SHAPES:
        net, w0, w1 = random_net(activation, *shape)
        root = np.sqrt(np.repeat((1.0, 1.0) if rates is None else rates, (w0.size, w1.size)))
        slow = hessian_by_differences(net, w0, w1)
        expected = np.linalg.eigvalsh(root[:, None] * (slow + slow.T) / 2 * root)[-1]
        assert sharpness_at(net, w0, w1, rates) == pytest.approx(expected, abs=1e-8 * max(1, root.max() ** 2))


def test_sharpness_at_the_papers_start():
    """Row 39."""
    net, w0, w1 = paper_net(8)
    found = sharpness_at(net, w0, w1)
    assert found == pytest.approx(0.0724724, abs=1e-6)
    assert 2 / found == pytest.approx(27.597, abs=1e-3)
    assert found == pytest.approx(np.linalg.eigvalsh(full_hessian(net, w0, w1))[-1], rel=1e-12)
    assert sharpness_at(net, w0, w1, rates=(10.0, 10.0)) == pytest.approx(10 * found, rel=1e-12)


@pytest.mark.parametrize(("width", "data", "edge"), [(8, "full", 40.646191), (16, "full", 154.393217), (16, "one", 33.729190)])
def test_with_input_rate_0_the_edge_is_that_of_a_linear_problem(width, data, edge):
    """Row 33."""
    assert 2 / sharpness_at(*paper_net(width, data), rates=(0, 1)) == pytest.approx(edge, rel=1e-8)


def test_training_tunes_itself_to_the_edge_of_stability():
    """Row 40: sharpness * rate / 2 climbs from 0.36 past 1, and stays near it, while the loss falls."""
    net, w0, w1 = paper_net(8)
    seen, losses = [], []
    for _ in range(501):
        seen.append(sharpness_at(net, w0, w1) * 10 / 2)
        now, g0, g1 = gradient(net, w0, w1)
        losses.append(now)
        w0, w1 = w0 - 10 * g0, w1 - 10 * g1
    assert seen[0] == pytest.approx(0.362, abs=1e-3)
    assert seen[100] == pytest.approx(1.046, abs=1e-3)
    assert 0.9 < min(seen[100:]) < 1 < max(seen[100:]) < 1.3
    assert losses[500] < losses[100] < losses[0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("rates", [None, (3.0, 0.4)], ids=str)
def test_one_sample_sees_its_own_direction_only(activation, rates):
    net, w0, w1 = random_net(activation, 5, 4, 1)
    r = np.linalg.norm(net.x_scaled)
    short, u = Net([[r]], net.y, 4, activation), net.x_scaled @ w0 / r
    assert u.shape == (1, 4)
    assert loss(short, u, w1) == pytest.approx(loss(net, w0, w1), rel=1e-13)
    np.testing.assert_allclose(gradient(short, u, w1)[1], net.x_scaled @ gradient(net, w0, w1)[1] / r, rtol=1e-12)
    assert sharpness_at(short, u, w1, rates) == pytest.approx(sharpness_at(net, w0, w1, rates), rel=1e-9)
    small, large = (np.linalg.eigvalsh(full_hessian(*case)) for case in ((short, u, w1), (net, w0, w1)))
    padded = np.sort(np.concatenate((small, np.zeros(len(large) - len(small)))))
    np.testing.assert_allclose(large, padded, atol=1e-13)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200, 1e154])
def test_where_training_has_left_sharpness_is_nan_without_a_warning(bad):
    net, w0, w1 = random_net("identity")
    assert np.isnan(sharpness_at(net, bad * w0, bad * w1, rates=(1e9, 1e9)))
    assert not np.isfinite(gradient(net, bad * w0, bad * w1)[0])


# ---------------------------------------------------------------- what is refused

@pytest.mark.parametrize(("change", "message"), [
    ({"x_scaled": [1.0, 2.0]}, r"x_scaled must be a filled array of 2 dimension\(s\), got shape \(2,\)"),
    ({"x_scaled": [["a"]]}, r"x_scaled must be real numbers, got \[\['a'\]\]"),
    ({"x_scaled": np.full((6, 3), np.nan)}, "x_scaled must be finite, got nan"),
    ({"y": []}, r"y must be a filled array of 1 dimension\(s\), got shape \(0,\)"),
    ({"y": [1.0, 2.0]}, "y must have one target per row of x_scaled, 6, got 2"),
    ({"hidden": 0}, "hidden must be from 1 to"), ({"hidden": 2.5}, "hidden must be a whole number, got 2.5"),
    ({"activation": "gelu"}, "activation must be one of tanh, relu, identity, sine, sigmoid, got 'gelu'")])
def test_a_bad_net_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(random_net("tanh")[0], **change)


def test_bad_arguments_are_refused():
    net, w0, w1 = random_net("tanh")
    for call, message in (
            (lambda: gradient(net, w0.T, w1), r"w0 must have shape \(3, 4\), got \(4, 3\)"),
            (lambda: loss(net, w0, w1[1:]), r"w1 must have shape \(4,\), got \(3,\)"),
            (lambda: hessian_vector(net, w0, w1, w0[1:], w1), r"v0 must have shape \(3, 4\), got \(2, 4\)"),
            (lambda: hessian_vector(net, w0, w1, w0, w0), r"v1 must have shape \(4,\), got \(3, 4\)"),
            (lambda: sharpness_at(net, w0, w1, (1, -2)), "rates must be finite and not negative, got 1.0, -2.0"),
            (lambda: sharpness_at(net, w0, w1, (np.inf, 1)), "rates must be finite and not negative, got inf, 1.0"),
            (lambda: sharpness_at(net, w0, w1, 3.0), "rates must be two numbers, .* got 3.0"),
            (lambda: sharpness_at(net, w0, w1, "ab"), "rates must be real numbers, got 'ab'"),
            (lambda: sharpness_at(net, w0, w1, seed=-1), "seed must be from 0 to"),
            (lambda: largest_eigenvalue(abs, 0), "size must be from 1 to"),
            (lambda: largest_eigenvalue(abs, 3, most=0), "most must be from 1 to"),
            (lambda: largest_eigenvalue(abs, 3, tolerance=0.0), "tolerance must be from 1e-12 to 1, got 0.0")):
        with pytest.raises(ValueError, match=message):
            call()
