"""Exact derivatives of a training by its rates: against the complex step, finite differences, and closed forms."""
import numpy as np
import pytest

import fractaledu as fe

COMPLEX = {"tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2), "sine": (np.sin, np.cos), "identity": (lambda z: z, np.ones_like),
           "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2)}
GAIN = {"tanh": 2, "relu": 2, "sine": 1, "identity": 1, "sigmoid": 1}


def losses(w0, w1, x, y, activation, rates, steps, batches=None, drift=0):
    """The textbook's loop, in whatever numbers the rates are: complex ones carry a derivative in their imaginary part."""
    (value, slope), hidden = COMPLEX[activation], w1.size
    x = x * np.sqrt(GAIN[activation] / x.shape[1])
    found = []
    for t in range(steps):
        w0 = w0 + drift
        found.append(np.mean((value(x @ w0) @ w1 / hidden - y) ** 2))
        seen = slice(None) if batches is None else batches[t]
        z = x[seen] @ w0
        error = 2 * (value(z) @ w1 / hidden - y[seen]) / len(y[seen]) / hidden
        w0, w1 = w0 - rates[0] * x[seen].T @ (error[:, None] * slope(z) * w1), w1 - rates[1] * value(z).T @ error
    return np.array(found) / found[0]


def a_net(activation="tanh", samples=20, inputs=3, hidden=5, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=size) for size in ((inputs, hidden), hidden, (samples, inputs), samples))


def complex_step(function, *numbers, h=1e-30):
    """The derivatives by each number: the imaginary part of a step along the imaginary axis has no cancellation."""
    return [function(*(number + 1j * h * (i == k) for i, number in enumerate(numbers))).imag / h for k in range(len(numbers))]


@pytest.mark.parametrize("activation, samples", [("tanh", 1), ("tanh", 20), ("sine", 1), ("sigmoid", 1), ("identity", 20)])
def test_derivatives_by_the_two_rates_are_those_of_the_complex_step(activation, samples):
    net = a_net(activation, samples)
    found = fe.meta_gradient(fe.network(*net, activation), 1.5, 0.8, steps=40)
    by_x, by_y = complex_step(lambda *rates: losses(*net, activation, rates, 40), 1.5, 0.8)
    assert np.allclose(found.loss, losses(*net, activation, (1.5, 0.8), 40), rtol=1e-11)
    for ours, true in ((found.by_x, by_x), (found.by_y, by_y)):
        assert abs(ours - true).max() <= 1e-10 * abs(true).max()
    assert abs(by_x).max() > 1e-3 and abs(by_y).max() > 1e-3


def test_minibatches_too():
    net = a_net(samples=11)
    batches = np.random.default_rng(1).integers(0, 11, (30, 18))          # more than a block of 16
    found = fe.meta_gradient(fe.network(*net, batches=batches), 2.0, 1.5, steps=30)
    by_x, by_y = complex_step(lambda *rates: losses(*net, "tanh", rates, 30, batches), 2.0, 1.5)
    assert np.allclose(found.by_x, by_x, rtol=1e-9, atol=1e-12) and np.allclose(found.by_y, by_y, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("samples", [1, 20])
@pytest.mark.parametrize("axes, at", [(("scale_in", "mean_out"), (1.1, 0.2)), (("mean_in", "scale_out"), (0.1, 0.9)),
                                      (("drift", "rate"), (0.01, 1.2))])
def test_any_two_parameters_can_be_the_axes(axes, at, samples):
    w0, w1, *data = a_net(samples=samples)
    problem = fe.network(w0, w1, *data, axes=axes, **({} if "rate" in axes else {"rate": 1.3}))

    def curve(*numbers):
        k = dict(zip(axes, numbers, strict=True))
        rate = k.get("rate", 1.3)
        first = w0 * k.get("scale_in", 1) + k.get("mean_in", 0), w1 * k.get("scale_out", 1) + k.get("mean_out", 0)
        return losses(*first, *data, "tanh", (rate, rate), 25, drift=k.get("drift", 0))
    found = fe.meta_gradient(problem, *at, steps=25)
    by_x, by_y = complex_step(curve, *at)
    assert np.allclose(found.by_x, by_x, rtol=1e-9, atol=1e-11) and np.allclose(found.by_y, by_y, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("condition", ["tanh", "relu", "linear", "one-datum"])
def test_smooth_pixels_of_the_paper_agree_with_central_differences_to_1e_6(condition):
    net, steps = fe.paper(condition, width=8), 100
    x = np.geomspace(0.1, 10, 8)[:, None]
    y = np.geomspace(0.1, 5, 6)
    found = fe.meta_gradient(net, x, y, steps)
    h = 1e-5
    for ours, moved in ((found.per_decade_x, lambda s: (x * 10 ** s, y)), (found.per_decade_y, lambda s: (x, y * 10 ** s))):
        near, nearer = ((fe.meta_gradient(net, *moved(s), steps).loss - fe.meta_gradient(net, *moved(-s), steps).loss) / (2 * s)
                        for s in (h, h / 4))
        size = np.maximum(1, abs(nearer).max(-1))
        smooth = abs(near - nearer).max(-1) < 3e-7 * size                 # at a ReLU's kink they are not, and mean nothing
        assert smooth.mean() > (0.65 if condition == "relu" else 0.95)
        assert (abs(ours - nearer).max(-1) < 1e-6 * size)[smooth].all() and abs(nearer).max() > 0.1


def test_the_run_itself_is_the_one_of_the_map_bit_for_bit():
    x, y = np.geomspace(1e-2, 1e5, 13), np.geomspace(1e-1, 1e3, 13)[:, None]
    for net in (fe.paper("tanh", width=8), fe.paper("one-datum"), fe.random_network(0, batch=8)):
        plain = fe.trace(net, x, y, 60).watched
        found = fe.meta_gradient(net, x, y, 60).loss
        assert np.array_equal(found, plain / plain[..., :1], equal_nan=True)


def test_any_number_of_runs_and_threads_gives_the_same_bits():
    net, rates = fe.paper("one-datum"), np.geomspace(1, 100, 19)
    whole = fe.meta_gradient(net, rates, 10.0, 50)
    assert whole.by_x.shape == (19, 50)
    for threads in (1, 3):
        assert fe.meta_gradient(net, rates, 10.0, 50, threads=threads).by_x.tobytes() == whole.by_x.tobytes()
    single = fe.meta_gradient(net, rates[7], 10.0, 50)
    assert single.by_x.tobytes() == whole.by_x[7].tobytes() and single.per_decade_x.shape == (50,)
    assert fe.meta_gradient(net, np.zeros(0), 1.0, 50).loss.shape == (0, 50)


def test_a_linear_unit_by_hand():
    """f = w1 w0 x with rates for w1 only: the error is multiplied by 1 − 2 η (x w0)² each step."""
    problem = fe.network([[1.0]], [0.0], [[1.5]], [0.7], "identity", axes=("rate_out", "mean_out"), rate_in=0.0)
    found = fe.meta_gradient(problem, 0.1, 0.0, steps=12)
    c, t = 2 * 1.5 ** 2, np.arange(12)
    assert np.allclose(found.loss, (1 - 0.1 * c) ** (2 * t))
    assert np.allclose(found.by_x, -2 * t * c * (1 - 0.1 * c) ** (2 * t - 1))


def test_derivatives_explode_where_the_border_is_ragged_and_the_loss_does_not():
    net = fe.paper("tanh", width=8)
    calm, ragged = (fe.meta_gradient(net, np.geomspace(*ends, 32), y, 100)
                    for ends, y in (((1, 10), 5.0), ((100, 1000), 30.0)))
    assert 0.2 < np.median(abs(calm.per_decade_x[:, -1])) < 0.8
    low = ragged.loss.max(-1) < 10
    assert low.sum() > 5 and np.median(abs(ragged.per_decade_x[low, -1])) > 1e15


@pytest.mark.parametrize("how, said", [
    ({"system": fe.mandelbrot()}, "system must be a network of layers"),
    ({"system": fe.paper("tanh", width=8, momentum=0.5)}, "system must be a network without momentum"),
    ({"system": fe.paper("tanh", axes=("rate", "weight_decay"))}, "system must be a network without momentum"),
    ({"steps": 0}, "steps must be"), ({"x": np.inf}, "x must be finite|finite"), ({"threads": 0}, "threads must be"),
    ({"x": np.ones(2 ** 20), "steps": 500}, "x and y must be so few points")])
def test_bad_input_is_refused(how, said):
    with pytest.raises(ValueError, match=said):
        fe.meta_gradient(**{"system": fe.paper("one-datum"), "x": 1.0, "y": 1.0} | how)
