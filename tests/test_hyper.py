"""Hyperparameters of networks as axes and as numbers, new activations, and the network that learns exclusive or."""
import itertools
import math

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep
from fractaledu.networks import PARAMETERS
from fractaledu.systems.network import Solutions
from fractaledu.xor import CORNERS, PARITY, _patterns

NAMES = [parameter.name for parameter in PARAMETERS]
PAIRS = list(itertools.combinations(NAMES, 2))
ACTIVATIONS = ["tanh", "relu", "identity", "sigmoid", "sine"]
NUMBERS = {"rate": 0.9, "rate_in": 0.7, "rate_out": 1.2, "momentum": 0.4, "weight_decay": 0.02, "scale_in": 1.5,
           "scale_out": 0.8, "mean_in": 0.1, "mean_out": -0.2, "drift": 0.01}


def random_arrays(seed, inputs, hidden, samples):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(inputs, hidden)), rng.normal(size=hidden), rng.normal(size=(samples, inputs)),
            rng.normal(size=samples))


def twin(arrays, steps, activation="tanh", batches=None, **numbers):
    """The slow twin with hyperparameters by our names."""
    n = {"rate": 1, "rate_in": 1, "rate_out": 1, "momentum": 0, "weight_decay": 0, "scale_in": 1, "scale_out": 1, "mean_in": 0,
         "mean_out": 0, "drift": 0} | numbers
    return reference.train(*arrays, n["rate"] * n["rate_in"], n["rate"] * n["rate_out"], steps, activation, batches, n["drift"],
                           "every step", n["momentum"], n["weight_decay"], (n["scale_in"], n["scale_out"]),
                           (n["mean_in"], n["mean_out"]))


def curve(arrays, steps, activation="tanh", batches=None, axes=("rate_in", "rate_out"), states=False, **numbers):
    """Our run with the same: two of the numbers are the pixel, the others given by name."""
    others = {name: number for name, number in numbers.items() if name not in axes}
    problem = fe.network(*arrays, activation=activation, batches=batches, axes=axes, **others)
    traced = fe.trace(problem, *(numbers.get(axis, 1.0) for axis in axes), steps, states)
    return traced if states else traced.watched


# ---------------------------------------------------------------- against the slow twin

KINDS = {"one datum": ((3, 4, 1), None), "full batch": ((3, 4, 19), None), "one hidden unit": ((2, 1, 5), None),
         "minibatch": ((3, 4, 19), np.random.default_rng(0).integers(19, size=(40, 5)))}
SETS = [{"momentum": 0.6}, {"momentum": -0.5}, {"weight_decay": 0.05}, {"weight_decay": -0.02}, {"drift": 0.02},
        {"scale_in": 0.0}, {"scale_in": 0.3, "scale_out": 2.5}, {"scale_in": -1.5, "mean_in": 0.3},
        {"mean_in": 0.4, "mean_out": -0.7}, {"rate": 0.3, "rate_in": 2.0, "rate_out": 3.0},
        {"rate_in": -0.2, "rate_out": 0.4}, {"momentum": 0.9, "drift": -0.03}, NUMBERS]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("numbers", SETS, ids=str)
def test_hyperparameters_equal_their_slow_twin(kind, numbers):
    shape, batches = KINDS[kind]
    arrays = random_arrays(7, *shape)
    np.testing.assert_allclose(curve(arrays, 30, batches=batches, **numbers), twin(arrays, 30, batches=batches, **numbers),
                               rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_equals_its_slow_twin(kind, activation):
    shape, batches = KINDS[kind]
    arrays = random_arrays(8, *shape)
    for numbers in ({"rate_in": 0.8, "rate_out": 1.5}, NUMBERS):
        expected = twin(arrays, 25, activation, batches, **numbers)
        tame = [*np.flatnonzero(~(np.array(expected) < 1e9)), 25][0]            # beyond, a run that explodes
        assert tame >= 2
        ours = curve(arrays, 25, activation, batches, **numbers)
        np.testing.assert_allclose(ours[:tame], expected[:tame], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("activation", ["sigmoid", "sine"])
def test_the_new_activations_are_right_where_they_saturate_and_turn(activation):
    """At arguments of 0, of quarter turns, of 30 and of 800, where exp overflows."""
    z = np.array([0.0, math.pi / 2, math.pi, -math.pi / 2, 30.0, -30.0, 800.0, -800.0, 1e5])
    arrays = z[None, :], np.linspace(0.5, 1.5, len(z)), np.ones((1, 1)), np.array([0.3])
    np.testing.assert_allclose(curve(arrays, 6, activation), twin(arrays, 6, activation), rtol=1e-10)


@pytest.mark.parametrize("activation", ["sigmoid", "sine"])
def test_the_new_activations_slow_twins_have_the_gradient_of_finite_differences(activation):
    w0, w1, x, y = random_arrays(5, 3, 4, 6)
    g0, g1 = reference.gradient(w0, w1, x, y, activation)

    def loss(w0, w1):
        return np.mean((reference.predict(w0, w1, x, activation)[1] - y) ** 2)

    d = 1e-6
    for index in np.ndindex(w0.shape):
        step = np.zeros_like(w0)
        step[index] = d
        assert (loss(w0 + step, w1) - loss(w0 - step, w1)) / (2 * d) == pytest.approx(g0[index], abs=1e-8)
    for j, step in enumerate(np.eye(len(w1)) * d):
        assert (loss(w0, w1 + step) - loss(w0, w1 - step)) / (2 * d) == pytest.approx(g1[j], abs=1e-8)


# ---------------------------------------------------------------- axes and numbers

@pytest.mark.parametrize("axes", PAIRS, ids=",".join)
def test_an_axis_and_a_number_by_name_are_the_same(axes):
    """All 45 pairs, either way round, to the last bit: where no velocities are kept there and here."""
    arrays = random_arrays(1, 2, 2, 3)
    everything = {name: number for name, number in NUMBERS.items()}
    expected = curve(arrays, 12, **everything)
    for pair in (axes, axes[::-1]):
        assert curve(arrays, 12, axes=pair, **everything).tobytes() == expected.tobytes()
    np.testing.assert_allclose(expected, twin(arrays, 12, **everything), rtol=1e-11)


@pytest.mark.parametrize("axes", PAIRS, ids=",".join)
def test_an_axis_at_its_neutral_value_changes_nothing(axes):
    """Momentum as an axis keeps velocities; at 0 they are the gradients."""
    neutral = {parameter.name: parameter.value for parameter in PARAMETERS}
    arrays = random_arrays(2, 2, 3, 1)
    np.testing.assert_allclose(curve(arrays, 20, axes=axes, **neutral), twin(arrays, 20), rtol=1e-12, atol=1e-15)


def test_a_rate_is_10_where_no_rate_is_an_axis_or_given():
    arrays = random_arrays(3, 2, 3, 4)
    for given, factor in (({}, 10.0), ({"rate": 2.0}, 2.0), ({"rate_in": 0.5}, 1.0), ({"rate_out": 0.5}, 1.0)):
        problem = fe.network(*arrays, axes=("momentum", "drift"), **given)
        expected = twin(arrays, 15, **({"rate": factor, "momentum": 0.3, "drift": 0.01} | given))
        np.testing.assert_allclose(fe.trace(problem, 0.3, 0.01, 15).watched, expected, rtol=1e-10)
    problem = fe.network(*arrays, axes=("rate", "momentum"))
    np.testing.assert_allclose(fe.trace(problem, 3.0, 0.3, 15).watched, twin(arrays, 15, rate=3, momentum=0.3), rtol=1e-10)


def test_the_two_rates_are_factors_of_the_rate():
    arrays = random_arrays(4, 3, 3, 5)
    product = curve(arrays, 40, rate_in=0.5, rate_out=8.0)
    assert curve(arrays, 40, rate=2.0, rate_in=0.25, rate_out=4.0).tobytes() == product.tobytes()


def test_states_hold_the_weights_and_then_the_velocities():
    w0, w1, x, y = arrays = random_arrays(3, 2, 3, 5)
    states = curve(arrays, 3, momentum=0.5, weight_decay=0.1, rate_in=0.4, rate_out=0.6, states=True).states
    assert states.shape == (4, 18) and (states[0, 9:] == 0).all()
    w, v = np.r_[w0.ravel(), w1], np.zeros(9)
    for t in range(3):
        np.testing.assert_allclose(states[t], np.r_[w, v], rtol=1e-12, atol=1e-15)
        g0, g1 = reference.gradient(w[:6].reshape(2, 3), w[6:], x, y, "tanh")
        v = 0.5 * v + np.r_[g0.ravel(), g1] + 0.1 * w
        w = w - np.repeat([0.4, 0.6], [6, 3]) * v


def test_one_datum_is_a_network_of_one_datum():
    """The reduced state moves as the whole one: two equal data points are one."""
    w0, w1, x, y = random_arrays(6, 3, 4, 1)
    for numbers in (NUMBERS, {"drift": 0.05, "mean_in": 0.3, "scale_in": 2.0}):
        twice = curve((w0, w1, np.vstack([x, x]), np.r_[y, y]), 30, **numbers)
        np.testing.assert_allclose(curve((w0, w1, x, y), 30, **numbers), twice, rtol=1e-10, atol=1e-13)


def test_weight_decay_alone_shrinks_by_1_minus_rate_times_decay():
    """With an output rate of 0 and no signal back (w1 = 0, mean_out 0) the input weights only decay."""
    w0, _, x, y = random_arrays(9, 2, 3, 4)
    problem = fe.network(w0, np.zeros(3), x, y, axes=("rate_in", "weight_decay"), rate_out=0.0)
    states = fe.trace(problem, 0.5, 0.2, 30, states=True).states
    np.testing.assert_allclose(states[:, :6], w0.ravel() * (1 - 0.5 * 0.2) ** np.arange(31)[:, None], rtol=1e-12)


def test_momentum_on_a_linear_problem_breaks_at_2_plus_2_momentum_over_the_eigenvalue():
    """Only w1 learns, on a parabola: heavy ball is stable for rate * lambda < 2 (1 + momentum)."""
    w0, w1, x, y = random_arrays(10, 4, 3, 1)
    features = reference.predict(w0, w1, x, "tanh")[0] / 3
    edge = 2 / np.linalg.eigvalsh(2 * features.T @ features).max()
    for momentum in (0.0, 0.5, 0.9, -0.5):
        problem = fe.network(w0, w1, x, y, axes=("momentum", "rate_out"), rate_in=0.0)
        low, high = 0.2 * edge, 6 * edge
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if fe.evaluate(problem, momentum, middle, 3000) < 0 else (low, middle)
        assert low / edge == pytest.approx(1 + momentum, rel=2e-3)


def test_linear_views_and_negative_hyperparameters_work():
    problem = fe.random_network(0, inputs=2, hidden=3, samples=4, axes=("mean_in", "mean_out"))
    land = fe.render(problem, fe.View((-1, 1), (-1, 1), "linear", "linear"), (9, 7), 30)
    for row, column in ((0, 0), (3, 4), (6, 8), (2, 7)):
        assert land.value[row, column] == fe.evaluate(problem, land.x[column], land.y[row], 30)
    assert (land.x < 0).any() and np.isfinite(land.value).all()
    rates = fe.random_network(0, inputs=2, hidden=3, samples=4)
    backwards = fe.render(rates, fe.View((-1, 1), (-1, 1), "linear", "linear"), (8, 8), 60)
    assert (backwards.verdict[:4, :4] != -1).all()                  # uphill in both layers
    assert (backwards.verdict[4:, 4:] == -1).all()
    for axes in PAIRS:
        found = fe.render(fe.random_network(0, inputs=2, hidden=2, samples=3, axes=axes), size=(6, 5), steps=20)
        assert found.view.x_scale == PARAMETERS[NAMES.index(axes[0])].scale and len(np.unique(found.value)) > 5


def test_the_sign_of_scales_and_means_does_not_matter_to_odd_activations():
    """f(-w0, -w1) = f(w0, w1) for an odd activation: turn both scales and both means; for tanh, identity and sine."""
    arrays = random_arrays(11, 3, 4, 6)
    numbers = {"scale_in": 1.3, "scale_out": 0.7, "mean_in": 0.2, "mean_out": -0.4, "momentum": 0.3, "weight_decay": 0.01}
    turned = numbers | {name: -numbers[name] for name in ("scale_in", "scale_out", "mean_in", "mean_out")}
    for activation in ("tanh", "identity", "sine"):
        assert curve(arrays, 50, activation, **numbers).tobytes() == curve(arrays, 50, activation, **turned).tobytes()
    assert curve(arrays, 50, "sigmoid", **numbers).tobytes() != curve(arrays, 50, "sigmoid", **turned).tobytes()


@pytest.mark.parametrize("activation", ["tanh", "identity", "sine"])
def test_a_net_of_odd_units_is_odd_in_its_data(activation):
    """-x and -y give the same run; and -w1 with -y."""
    w0, w1, x, y = random_arrays(12, 3, 4, 6)
    plain = curve((w0, w1, x, y), 60, activation)
    assert curve((w0, w1, -x, -y), 60, activation).tobytes() == plain.tobytes()
    assert curve((w0, -w1, x, -y), 60, activation).tobytes() == plain.tobytes()


def test_a_period_of_the_sine_can_be_added_to_its_argument():
    """One datum x = 1 of one input: w0 + 2 pi is the same unit."""
    w1, y = np.array([0.7, -1.2]), np.array([0.4])
    w0 = np.array([[0.3, -0.8]])
    plain, turned = (curve((w, w1, np.ones((1, 1)), y), 20, "sine") for w in (w0, w0 + 2 * np.pi * np.array([3, -1])))
    np.testing.assert_allclose(turned, plain, rtol=1e-9, atol=1e-18)


def test_a_sigmoid_is_a_tanh_of_half_the_argument_and_a_bias():
    """sigmoid(z) = (1 + tanh(z/2)) / 2: the first outputs agree."""
    w0, w1, x, y = random_arrays(13, 3, 4, 6)
    first = curve((w0, w1, x, y), 1, "sigmoid")[0]
    tanh = reference.predict(w0 / (2 * math.sqrt(2)), w1, x, "tanh")[1]
    assert first == pytest.approx(np.mean((w1.mean() / 2 + tanh / 2 - y) ** 2), rel=1e-13)


def test_the_papers_conditions_take_hyperparameters_too():
    plain = fe.trace(fe.paper("one-datum"), 3.0, 2.0, 60).watched
    assert fe.trace(fe.paper("one-datum", axes=("rate_out", "momentum"), rate_in=3.0), 2.0, 0.0, 60).watched == pytest.approx(
        plain, rel=1e-10)
    drift = fe.trace(fe.paper("offset"), 0.01, 2.0, 10).watched
    start = fe.trace(fe.paper("offset", offset="start"), 0.01, 2.0, 10).watched
    assert drift[0] == pytest.approx(start[0], rel=1e-12) and drift[5] != pytest.approx(start[5], rel=1e-6)
    assert fe.trace(fe.paper("tanh", axes=("drift", "rate")), 0.01, 2.0, 10).watched.tobytes() == drift.tobytes()


# ---------------------------------------------------------------- exclusive or

def outputs(states, activation):
    """What the network of a state of `xor` says at the corners."""
    return reference.predict(states[:6].reshape(3, 2), states[6:8], CORNERS, activation)[1]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "sine", "relu"])
def test_the_solution_is_what_the_network_says_at_the_corners(activation):
    problem = fe.xor(activation=activation)
    _, patterns = _patterns()
    seen = set()
    x, y = (a.ravel() for a in np.meshgrid(np.logspace(-1, 3, 12), np.logspace(-2, 1, 10)))
    run = fe.trace(problem, x, y, 400, states=True)
    for k in range(len(x)):
        if run.verdict[k] != -1:
            assert run.attractor[k] in (-1, len(patterns) + 1) and (run.attractor[k] >= 0) <= (run.verdict[k] == 1)
            continue
        said = outputs(run.states[k, -1], activation)
        near = np.abs(said - patterns).max(1)
        close = np.flatnonzero(near < 0.15)
        assert run.attractor[k] == (close[0] if len(close) else len(patterns)), (x[k], y[k], near.min())
        if run.attractor[k] == 0:
            assert (np.sign(said) == PARITY).all()
        seen.add(int(run.attractor[k]))
    assert len(seen) > 1
    assert len(problem.attractors) == len(patterns) + 2 and problem.attractors[-1] == "infinity"


def test_no_two_solutions_of_exclusive_or_are_near():
    """Further apart than twice the distance at which one counts as found; and each has a name of its own."""
    names, patterns = _patterns()
    for a, b in itertools.combinations(patterns, 2):
        assert np.abs(a - b).max() > 0.3
    assert len(set(names)) == len(names) == len(patterns) + 2


def test_the_order_and_the_signs_of_hidden_units_do_not_change_the_solution():
    """Exchanging them changes no bit but where a sum of two is taken in another order; turning a sign changes none."""
    plain = fe.xor(seed=5).system
    rng = np.random.default_rng(0)
    rate_in, rate_out = np.exp(rng.uniform(-2, 6, (2, 300)))
    expected = sweep(plain, rate_in, rate_out, 300)
    assert len(set(expected["attractor"])) > 2
    turned = plain._replace(w0=plain.w0 * [1.0, -1.0], w1=plain.w1 * [1.0, -1.0])
    exchanged = plain._replace(w0=plain.w0[:, ::-1].copy(), w1=plain.w1[::-1].copy())
    assert isinstance(turned, Solutions)
    assert sweep(turned, rate_in, rate_out, 300).tobytes() == expected.tobytes()
    found = sweep(exchanged, rate_in, rate_out, 300)
    assert (found["attractor"] == expected["attractor"]).mean() > 0.99


def test_the_corners_symmetry_is_that_of_the_problem():
    """Exchanging the two inputs changes nothing but the names of the corners -+ and +-."""
    names = fe.xor().attractors
    plain = fe.xor(seed=5).system
    rng = np.random.default_rng(1)
    rate_in, rate_out = np.exp(rng.uniform(-2, 4, (2, 300)))
    other = plain._replace(w0=np.ascontiguousarray(plain.w0[[1, 0, 2]]))
    swapped = {"−+": "+−", "+−": "−+"}

    def exchanged(name):
        if "=" not in name:
            return name
        corners = [part for part in name.split(" = ") if part != "0"]
        turned = sorted((swapped.get(corner, corner) for corner in corners), key=("−−", "−+", "+−", "++").index)
        return " = ".join(turned) + " = 0" * name.endswith(" = 0")

    moved = np.array([*(names.index(exchanged(name)) for name in names), -1])
    expected = moved[sweep(plain, rate_in, rate_out, 300)["attractor"]]
    found = sweep(other, rate_in, rate_out, 300)["attractor"]
    assert (found == expected).mean() > 0.98


def test_exclusive_or_takes_hyperparameters():
    problem = fe.xor(axes=("momentum", "weight_decay"), rate=3.0, seed=2)
    assert problem.axes == ("momentum", "weight_decay") and len(problem.attractors) > 5
    run = fe.trace(problem, 0.5, 1e-3, 60)
    arrays = problem.system.w0, problem.system.w1, CORNERS, PARITY
    np.testing.assert_allclose(run.watched, twin(arrays, 60, momentum=0.5, weight_decay=1e-3, rate=3.0), rtol=1e-7)


# ---------------------------------------------------------------- nonsense

@pytest.mark.parametrize(("values", "message"), [
    ({"axes": ("rate", "rate")}, "axes must be two different ones of rate, rate_in, .*, got rate, rate"),
    ({"axes": ("rate", "speed")}, "axes must be two different ones of .*, got rate, speed"),
    ({"axes": ("rate",)}, "axes must be two different ones of"), ({"axes": 3}, "axes must be two different ones of .*, got 3"),
    ({"speed": 1}, "unknown parameter 'speed'; there are rate, rate_in, rate_out, momentum"),
    ({"rate_in": 1}, "rate_in must not be given: it is an axis, got 1"),
    ({"momentum": math.nan}, "momentum must be finite, got nan"), ({"drift": "much"}, "drift must be a number, got 'much'"),
    ({"activation": "gelu"}, "activation must be one of tanh, relu, identity, sigmoid, sine, got 'gelu'")])
def test_nonsense_is_refused_by_name_rule_and_value(values, message):
    for make in (lambda **given: fe.network(*random_arrays(0, 2, 2, 2), **given), lambda **given: fe.random_network(0, **given),
                 lambda **given: fe.xor(**given)):
        with pytest.raises(ValueError, match=message):
            make(**values)
    if "activation" not in values:
        with pytest.raises(ValueError, match=message):
            fe.paper("one-datum", **values)


def test_exclusive_or_refuses_a_seed_that_is_none():
    for seed in (-1, 0.5, "x", None):
        with pytest.raises(ValueError, match="seed must be"):
            fe.xor(seed)


def test_a_scale_of_0_that_leaves_nothing_to_learn_has_settled():
    """y = 0 and no output weights: the first loss is 0, not a division by it."""
    w0, w1, x, _ = random_arrays(0, 2, 3, 4)
    problem = fe.network(w0, w1, x, np.zeros(4), axes=("scale_out", "rate"))
    run = fe.trace(problem, 0.0, 1.0, 30)
    assert (run.verdict, run.departure) == (-1, -1) and (run.watched == 0).all()
