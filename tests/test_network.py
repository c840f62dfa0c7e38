"""Networks against their slow twin, their symmetries and their closed forms."""
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep


def random_arrays(seed, inputs, hidden, samples):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(inputs, hidden)), rng.normal(size=hidden), rng.normal(size=(samples, inputs)),
            rng.normal(size=samples))


def paper_arrays(width, data):
    from fractaledu.networks import _arrays
    a = _arrays()
    return a[f"w0_{width}"], a[f"w1_{width}"], a[f"x_{data}_{width}"], a[f"y_{data}_{width}"]


SHAPES = [(1, 1, 1), (1, 1, 2), (3, 5, 1), (2, 3, 3), (5, 1, 17), (4, 9, 33), (8, 8, 72), (7, 12, 16)]


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_training_equals_its_slow_twin(shape, activation):
    arrays = random_arrays(sum(shape), *shape)
    problem = fe.network(*arrays, activation=activation)
    curve, expected = fe.trace(problem, 0.8, 1.5, 30).watched, np.array(reference.train(*arrays, 0.8, 1.5, 30, activation))
    tame = np.flatnonzero(~(expected < 1e50))                   # beyond, overflow comes a step earlier or later
    upto = tame[0] if len(tame) else 30
    assert upto >= 3
    np.testing.assert_allclose(curve[:upto], expected[:upto], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("samples", [1, 2, 20])
@pytest.mark.parametrize(("axis", "twin"), [("drift", "every step"), ("mean_in", "at the start")])
def test_offsets_equal_their_slow_twin(samples, axis, twin):
    arrays = random_arrays(1, 3, 4, samples)
    problem = fe.network(*arrays, axes=(axis, "rate"))
    for p in (0.02, -0.3):
        curve = fe.trace(problem, p, 0.7, 25).watched
        expected = reference.train(*arrays, 0.7, 0.7, 25, offset=p, offset_at=twin)
        np.testing.assert_allclose(curve, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("batch", [1, 3, 16, 17, 40])
def test_minibatches_equal_their_slow_twin(batch):
    arrays = random_arrays(2, 4, 5, 23)
    batches = np.random.default_rng(0).integers(23, size=(30, batch))
    problem = fe.network(*arrays, batches=batches)
    np.testing.assert_allclose(fe.trace(problem, 0.9, 0.4, 30).watched,
                               reference.train(*arrays, 0.9, 0.4, 30, batches=batches), rtol=1e-11)


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
def test_the_slow_twins_gradient_is_that_of_finite_differences(activation):
    w0, w1, x, y = random_arrays(5, 3, 4, 6)

    def loss(w0, w1):
        return np.mean((reference.predict(w0, w1, x, activation)[1] - y) ** 2)

    g0, g1 = reference.gradient(w0, w1, x, y, activation)
    d = 1e-6
    for index in np.ndindex(w0.shape):
        step = np.zeros_like(w0)
        step[index] = d
        assert (loss(w0 + step, w1) - loss(w0 - step, w1)) / (2 * d) == pytest.approx(g0[index], abs=1e-8)
    for j in range(len(w1)):
        step = np.eye(len(w1))[j] * d
        assert (loss(w0, w1 + step) - loss(w0, w1 - step)) / (2 * d) == pytest.approx(g1[j], abs=1e-8)


def test_states_are_the_weights():
    arrays = random_arrays(3, 2, 3, 5)
    run = fe.trace(fe.network(*arrays), 0.5, 0.25, 4, states=True)
    assert run.states.shape == (5, 9)
    w0, w1, x, y = arrays
    for t in range(5):
        np.testing.assert_allclose(run.states[t], np.r_[w0.ravel(), w1], rtol=1e-12)
        g0, g1 = reference.gradient(w0, w1, x, y, "tanh")
        w0, w1 = w0 - 0.5 * g0, w1 - 0.25 * g1


def critical_rate(problem, rate0, low, high, steps):
    """The output rate where training stops converging, by bisection."""
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if fe.evaluate(problem, rate0, middle, steps) < 0 else (low, middle)
    return low


@pytest.mark.parametrize(("width", "data", "predicted", "steps", "excess", "within"), [
    (8, "full", 40.646191, 1000, 2.2e-4, 1e-5), (8, "full", 40.646191, 100, 2.5e-3, 1e-4),
    (16, "full", 154.393217, 1000, 5e-4, 5e-4), (16, "one", 33.729190, 500, 0.0, 1e-13)])
def test_a_linear_problem_breaks_at_2_over_the_largest_eigenvalue(width, data, predicted, steps, excess, within):
    """Row 33: with input rate 0 only w1 learns, on a parabola of curvature 2 Phi^T Phi / D."""
    w0, w1, x, y = paper_arrays(width, data)
    features = reference.predict(w0, w1, x, "tanh")[0] / width
    edge = 2 / np.linalg.eigvalsh(2 * features.T @ features / len(y)).max()
    assert edge == pytest.approx(predicted, rel=1e-6)
    problem = fe.paper("one-datum" if data == "one" else "tanh", width=width)
    found = critical_rate(problem, 0.0, edge / 2, 2 * edge, steps)
    assert found / edge - 1 == pytest.approx(excess, abs=within)


@pytest.mark.parametrize(("width", "seen"), [(8, 8.003), (16, 16.077)])
def test_a_saturated_net_breaks_at_its_width(width, seen):
    """Row 34."""
    found = critical_rate(fe.paper("one-datum", width=width), 1e6, 1.0, 1e3, 500)
    assert found == pytest.approx(width, rel=0.01)
    assert found == pytest.approx(seen, abs=1e-3)


def test_flipping_a_hidden_units_signs_changes_no_bit():
    """Row 35."""
    w0, w1, x, y = paper_arrays(8, "full")
    signs = np.where(np.arange(8) % 3 == 0, -1.0, 1.0)
    plain = fe.trace(fe.network(w0, w1, x, y), 30.0, 30.0, 200)
    flipped = fe.trace(fe.network(w0 * signs, w1 * signs, x, y), 30.0, 30.0, 200)
    assert plain.watched.tobytes() == flipped.watched.tobytes()


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_rescaling_the_layers_of_a_homogeneous_net_changes_nothing(activation):
    """Row 36: bit for bit for a power of two."""
    w0, w1, x, y = paper_arrays(8, "full")

    def curve(scale):
        problem = fe.network(scale * w0, w1 / scale, x, y, activation)
        return fe.trace(problem, 20.0 * scale ** 2, 5.0 / scale ** 2, 200).watched

    assert curve(2.0).tobytes() == curve(1.0).tobytes()
    np.testing.assert_allclose(curve(1.7), curve(1.0), rtol=1e-13 if activation == "identity" else 1e-11)


GOLDEN = {("tanh", 8): (0.982139662264135, -47.6031922677), ("tanh", 16): (1.08724514329001, -80.6013683031),
          ("relu", 16): (1.10400990984641, -77.929804536), ("linear", 16): (0.362413080575808, -7.99355453393),
          ("one-datum", 16): (0.317058572254086, -1.01021442535)}


@pytest.mark.parametrize(("condition", "width"), GOLDEN)
def test_golden_numbers_of_the_papers_code(condition, width):
    """Rows 37 and 38: the first loss, and the value after 100 steps at rates 10 and 5."""
    run = fe.trace(fe.paper(condition, width=width), 10.0, 5.0, 100)
    loss, value = GOLDEN[condition, width]
    assert run.watched[0] == pytest.approx(loss, rel=1e-12)
    assert run.value == pytest.approx(value, rel=1e-9)


def test_a_run_that_peaks_beyond_a_million_can_still_train():
    """Trap 3: the catapult."""
    run = fe.trace(fe.paper("tanh", width=8), 1e-6, 50.0, 100)
    assert run.watched.max() > 1e6
    assert run.verdict == -1
    later = fe.trace(fe.paper("tanh", width=8), 1e-6, 60.0, 200)
    assert later.watched.max() > 4e6 and later.verdict == -1 and later.departure > 0


def test_offset_once_is_smooth_where_the_papers_figure_is_not():
    """Finding 2: the published window is made by the drift."""
    view = fe.paper_view("offset")
    once = fe.render(fe.paper("offset", offset="start"), view, (4, 4), 500)
    drift = fe.render(fe.paper("offset"), view, (4, 4), 500)
    assert (once.verdict == -1).all()
    assert once.value.min() == pytest.approx(-66.52612, abs=1e-4) and np.ptp(once.value) < 1e-5
    assert np.ptp(drift.value) > 100


ARRAYS = random_arrays(0, 3, 4, 5)


@pytest.mark.parametrize(("change", "message"), [
    ({"w0": np.ones(3)}, "w0 must be a filled array of 2"), ({"w1": np.ones(3)}, "w1 must have one weight per hidden"),
    ({"x": np.ones((5, 2))}, "x must have one column per row of w0, 3, got 2"), ({"y": np.ones(4)}, "y must have one target"),
    ({"y": np.full(5, np.nan)}, "y must be finite, got nan"), ({"x": np.empty((0, 3))}, "x must be a filled array"),
    ({"activation": "relux"}, "activation must be one of tanh, relu, identity"),
    ({"axes": ("rate", "tempo")}, "axes must be two different ones of rate"),
    ({"batches": [[0, 5]]}, "batches must be from 0 to 4"), ({"batches": [[0.5]]}, "batches must be whole numbers"),
    ({"w1": np.zeros(4), "y": np.zeros(5)}, "the first loss is 0")])
def test_mismatched_arrays_are_refused(change, message):
    arguments = dict(zip(("w0", "w1", "x", "y"), ARRAYS, strict=True)) | change
    with pytest.raises(ValueError, match=message):
        fe.network(**arguments)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"condition": "sine"}, "condition must be one of tanh"), ({"condition": "tanh", "width": 12}, "width must be 16 or 8"),
    ({"condition": "offset", "width": 8}, "width must be 16 for"), ({"condition": "offset", "offset": "no"}, "offset must be")])
def test_unknown_conditions_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        fe.paper(**arguments)


def test_the_minibatch_stream_has_an_end():
    with pytest.raises(ValueError, match="steps must be from 1 to 1000, got 1001"):
        fe.trace(fe.paper("minibatch"), 1.0, 1.0, 1001)
    assert fe.trace(fe.paper("minibatch", batch_seed=1), 1.0, 1.0, 1001).steps == 1001


@pytest.mark.parametrize("arguments", [{"seed": -1}, {"seed": 0.5}, {"seed": 0, "hidden": 0}, {"seed": 0, "batch": 0},
                                       {"seed": 0, "inputs": 10 ** 6}])
def test_random_networks_refuse_nonsense(arguments):
    with pytest.raises(ValueError, match="must be"):
        fe.random_network(**arguments)


def test_random_networks_come_from_their_seed():
    a, b, c = fe.random_network(3), fe.random_network(3), fe.random_network(4)
    np.testing.assert_array_equal(a.system.w0, b.system.w0)
    assert (a.system.w0 != c.system.w0).all()
    out = sweep(fe.random_network(0, inputs=3, hidden=2, samples=4, batch=2).system, np.ones(1), np.ones(1), 10)
    assert out["verdict"][0] in (-1, 0, 1)
