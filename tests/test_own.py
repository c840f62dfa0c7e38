"""Systems that somebody brings: two functions, or a loss; and what is said where they do not fit."""
import math
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep

UNIT = fe.View((0, 1), (0, 1))


def parabola_start(constants, x, y, state):
    state[0] = constants[0]


def parabola_step(constants, t, x, y, state):
    loss = 0.5 * y * state[0] * state[0]
    state[0] -= x * (y * state[0])
    return loss


@pytest.fixture(scope="module")
def own_parabola():
    """`fe.parabola`, written by a researcher: x is the rate, y the curvature."""
    view = fe.View((0, 3), (0, 3))
    return fe.own_system(parabola_start, parabola_step, 1, (1.0,), view=view, relative=True, after=0, title="mine",
                         watched="loss")


def weights_start(constants, x, y, state):
    state[0], state[1] = x, y


def weights_step(constants, t, x, y, state):
    a, b = state
    e = a * b - 1.0
    u, v = e * b + constants.decay * a, e * a + constants.decay * b
    state[0], state[1] = a - constants.rate * u, b - constants.rate * v
    return math.sqrt(u * u + v * v)


class Constants(NamedTuple):
    rate: float
    decay: float


def matrix_start(constants, x, y, state):
    state[:] = constants[0]


def matrix_step(constants, t, x, y, state):
    """Gradient descent on the mean squared error of w @ data, with momentum y kept in the second half of the state."""
    first, data, targets, samples = constants
    size = first.size // 2
    w, velocity = state[:size].reshape(targets.shape[0], -1), state[size:].reshape(targets.shape[0], -1)
    error = -targets                            # Numba's own matrix product would need scipy
    for i in range(w.shape[0]):
        for k in range(w.shape[1]):
            error[i] += w[i, k] * data[k]
    n = samples[t % len(samples)]
    for i in range(w.shape[0]):
        velocity[i] = y * velocity[i] + error[i, n] * data[:, n]
        w[i] -= x * velocity[i]
    return np.mean(error ** 2)


# ---------------------------------------------------------------- two functions

def test_an_own_parabola_is_ours(own_parabola):
    ours = fe.render(fe.parabola(), own_parabola.view, (40, 40), 60)
    theirs = fe.render(own_parabola, size=(40, 40), steps=60)
    for name in ("departure", "arrival", "attractor", "verdict"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    np.testing.assert_allclose(theirs.value, ours.value, rtol=1e-12)            # ours may round a * b + c once


def test_an_own_network_of_two_weights_is_ours():
    """With a tolerance, and constants by name."""
    problem = fe.own_system(weights_start, weights_step, 2, Constants(0.8, 0.3), view=fe.View((-4, 4), (-4, 4)), steps=300,
                            after=0, tolerance=1e-6)
    ours = fe.render(fe.two_weights(rate=0.8, weight_decay=0.3), problem.view, (50, 40), 300)
    theirs = fe.render(problem, size=(50, 40))
    for name in ("verdict", "departure"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    settled = ours.verdict == -1
    np.testing.assert_array_equal(ours.arrival[settled], theirs.arrival[settled])
    np.testing.assert_allclose(ours.value[settled], theirs.value[settled], rtol=1e-9)
    assert settled.mean() > 0.2 and (theirs.attractor == -1).all()


@pytest.fixture(scope="module")
def matrices():
    rng = np.random.default_rng(0)
    first = np.concatenate([rng.normal(size=6), np.zeros(6)])
    return first, rng.normal(size=(3, 5)), rng.normal(size=(2, 5)), rng.integers(5, size=7)


@pytest.fixture(scope="module")
def own_matrix(matrices):
    return fe.own_system(matrix_start, matrix_step, 12, matrices, view=fe.View((0, 0.5), (0, 0.9)), relative=True, after=0)


def test_an_own_matrix_with_momentum_and_one_sample_a_step_equals_numpy(own_matrix, matrices):
    first, data, targets, samples = matrices
    w, velocity, losses = first[:6].reshape(2, 3).copy(), np.zeros((2, 3)), []
    for t in range(30):
        error = w @ data - targets
        losses.append(np.mean(error ** 2))
        n = samples[t % 7]
        velocity = 0.6 * velocity + np.outer(error[:, n], data[:, n])
        w = w - 0.05 * velocity
    run = fe.trace(own_matrix, 0.05, 0.6, 30, states=True)
    np.testing.assert_allclose(run.watched, losses, rtol=1e-10)
    np.testing.assert_allclose(run.states[-1], np.r_[w.ravel(), velocity.ravel()], rtol=1e-10)
    value, converged = reference.measure(losses, ratio=True)
    assert run.value == pytest.approx(value, rel=1e-10) and (run.verdict == -1) == converged


def test_an_own_system_is_the_same_in_any_tiling(own_matrix):
    """Threads, tiles, lanes and single points."""
    whole = fe.render(own_matrix, size=(37, 29), steps=40, threads=1)
    assert fe.render(own_matrix, size=(37, 29), steps=40, threads=2).value.tobytes() == whole.value.tobytes()
    for row, column in ((0, 0), (28, 36), (13, 5), (20, 20)):
        assert fe.evaluate(own_matrix, whole.x[column], whole.y[row], 40) == whole.value[row, column]
    x, y = np.meshgrid(whole.x, whole.y)
    backwards = sweep(own_matrix.system, x.ravel()[::-1].copy(), y.ravel()[::-1].copy(), 40)["value"]
    assert backwards[::-1].tobytes() == whole.value.tobytes()


def test_functions_that_are_jitted_already_are_taken_as_they_are(own_parabola):
    problem = fe.own_system(njit(parabola_start), njit(parabola_step), 1, (1.0,), view=UNIT, relative=True, after=0)
    assert fe.evaluate(problem, 0.5, 0.5, 30) == fe.evaluate(own_parabola, 0.5, 0.5, 30)


def test_an_own_system_shows_its_words_but_cannot_be_named(own_parabola):
    assert (own_parabola.title, own_parabola.watched.name, own_parabola.name) == ("mine", "loss", None)
    assert own_parabola.watched.relative and own_parabola.watched.line == 1.0


def test_a_state_may_be_reshaped_where_it_starts():
    def start(constants, x, y, state):
        w = state.reshape(2, 2)
        w[0, 1] = x

    def step(constants, t, x, y, state):
        return state[1]
    assert fe.evaluate(fe.own_system(start, step, 4, view=UNIT), 0.5, 0.5, 30) < 0


def test_what_a_start_does_not_fill_is_0():
    def step(constants, t, x, y, state):
        state[0] += 1.0
        return state[0]
    problem = fe.own_system(lambda constants, x, y, state: None, step, 1, view=UNIT)
    assert set(fe.render(problem, size=(40, 40), steps=5, threads=1).last.ravel()) == {5.0}


def test_a_run_that_is_gone_is_not_stepped_any_more():
    """Else the next place would be beyond the table; the runs of one group end at different steps."""
    def start(constants, x, y, state):
        state[0] = np.floor(7 * x)

    def step(constants, t, x, y, state):
        state[0] += 1.0
        return constants[0][int(state[0]) - 1]
    table = np.array([0.5] * 8 + [np.inf])
    land = fe.render(fe.own_system(start, step, 1, (table,), view=UNIT), size=(40, 3), steps=30, threads=1)
    np.testing.assert_array_equal(land.departure, np.broadcast_to(9 - np.floor(7 * land.x), (3, 40)))


def test_a_size_that_is_too_small_is_refused():
    def step(constants, t, x, y, state):
        return state[1] * state[1]                  # a read, so that the test itself writes nowhere
    with pytest.raises(ValueError, match="step must run under Numba, got IndexError"):
        fe.own_system(no_start, step, 1, view=UNIT)


@njit
def rises_start(constants, x, y, state):
    state[0] = 0.0


@njit
def rises_step(constants, t, x, y, state):
    state[0] += 1.0
    if y > 0.5 and t >= 5:
        return np.nan
    if y < -0.5 and t >= 5:
        return np.inf
    return state[0] * x


def test_a_watched_number_that_ends_to_be_one_has_exploded():
    """NaN and infinity from step 5 on; a limit is passed at the step that says so, counted by `after`."""
    for after in (0, 1):
        problem = fe.own_system(rises_start, rises_step, 1, view=fe.View((-1, 2), (-0.5, 0.5)), after=after, limit=3.5)
        for y in (1.0, -1.0):
            run = fe.trace(problem, 0.1, y, 30)
            assert (run.verdict, run.departure, run.last) == (1, 5 + after, np.inf)
            assert np.isnan(run.watched[6:]).all()
        run = fe.trace(problem, 1.0, 0.0, 30)
        assert (run.verdict, run.departure) == (0, 3 + after)
    assert fe.trace(problem, 1.0, 0.0, 3).departure == -1


# ---------------------------------------------------------------- a loss

def user_multiplied(x):
    return x * x * (1.0 + 0.2 * math.cos(20.0 * math.pi * x))


def user_multiplied_slope(x):
    return 2.0 * x * (1.0 + 0.2 * math.cos(20.0 * math.pi * x)) - x * x * 0.2 * 20.0 * math.pi * math.sin(20.0 * math.pi * x)


def test_a_loss_of_ones_own_with_its_slope_is_lius():
    """Row 43 by a researcher's hand: over the first steps the same, and as often departed."""
    own, ours = fe.descent(user_multiplied, user_multiplied_slope), fe.bumpy(axes=("rate", "start"))
    assert own.axes == ("x", "y") and own.watched == ours.watched._replace(sides=own.watched.sides)
    for rate in (0.03, 0.4, 1.2):
        np.testing.assert_allclose(fe.trace(own, rate, 1.0, 4).watched, fe.trace(ours, rate, 1.0, 4).watched, rtol=1e-6)
    rates = 1.5 * np.arange(2 ** 12 + 1) / 2 ** 12
    for problem in (own, ours):
        departed = sweep(problem.system, rates, np.ones(len(rates)), 1000)["departure"] >= 0
        assert np.count_nonzero(np.diff(departed)) == pytest.approx(247, rel=0.05)


def test_a_loss_without_its_slope_takes_a_central_difference():
    """Right to about ten digits, also where x is large."""
    own = fe.descent(user_multiplied)
    for rate, start in ((0.03, 1.0), (0.01, -0.7), (0.2, 1e-3)):
        exact = start - rate * user_multiplied_slope(start)
        found = fe.trace(own, rate, start, 1, states=True).states[1, 0]
        assert found == pytest.approx(exact, abs=1e-7 * rate * max(1, abs(start)))
    parabola = fe.descent(lambda x: 0.5 * x * x, start=3e6)
    assert parabola.view.y == (3e6 - 1, 3e6 + 1)
    for start in (3e6, -40.0, 0.3):
        assert fe.trace(parabola, 0.5, start, 1, states=True).states[1, 0] == pytest.approx(start / 2, rel=1e-8)
    settled = fe.trace(parabola, 0.5, 0.0, 40)                      # a first loss of 0: nothing is left to do
    assert (settled.verdict, settled.value) == (-1, 0.0)
    edge = [fe.evaluate(parabola, rate, 1.0, 500) < 0 for rate in (0.1, 1.99, 2.01, 3.0)]
    assert edge == [True, True, False, False]


def test_a_loss_may_become_nan_or_infinite_later():
    """Then the run has exploded: the root of a negative number and a division by 0 are no crash."""
    problem = fe.descent(lambda x: math.sqrt(x) + 0.1 / abs(x - 0.25), lambda x: 1.0)
    for rate in (0.4, 0.25):                        # at the third step x is -0.2, and 0.25
        run = fe.trace(problem, rate, 1.0, 30)
        assert (run.verdict, run.departure, run.last) == (1, 3, np.inf)


def test_the_window_of_a_descent_is_that_of_the_start():
    assert fe.descent(user_multiplied, start=0.5).view.y == (-0.5, 1.5)
    assert fe.descent(user_multiplied, view=UNIT, title="bumps", steps=77).view == UNIT


# ---------------------------------------------------------------- nonsense

def no_start(constants, x, y, state):
    pass


def one(constants, t, x, y, state):
    return 1.0


def writes_beyond(constants, x, y, state):
    state[0:3] = np.ones(3)


def returns_nothing(constants, t, x, y, state):
    state[0] = 1.0


def returns_nan(constants, t, x, y, state):
    return np.nan


def returns_minus(constants, t, x, y, state):
    return -2.0


def not_for_numba(constants, t, x, y, state):
    return float(sorted({"a": 1}.items(), key=str)[0])


def raises(constants, t, x, y, state):
    raise ValueError("not today")


def takes_too_few(constants, t):
    return 1.0


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"size": 0}, ValueError, "size must be from 1 to 1000000, got 0"),
    ({"size": 2.5}, ValueError, "size must be a whole number, got 2.5"),
    ({"size": 10 ** 7}, ValueError, "size must be from 1 to 1000000, got 10000000"),
    ({"view": (0, 1)}, TypeError, "view must be a View, got tuple"),
    ({"constants": [1.0]}, TypeError, "constants must be a tuple, got list"),
    ({"constants": 3}, TypeError, "constants must be a tuple, got int"),
    ({"start": 5}, TypeError, "start must be a Python function, or one jitted by Numba, got int"),
    ({"step": None}, TypeError, "step must be a Python function, .*, got NoneType"),
    ({"after": 2}, ValueError, "after must be from 0 to 1, got 2"),
    ({"limit": 0}, ValueError, "limit must be positive and tolerance at least 0, got 0.0 and 0.0"),
    ({"limit": math.nan}, ValueError, "limit must be finite, got nan"),
    ({"limit": "a"}, ValueError, "limit must be a number, got 'a'"),
    ({"tolerance": -1}, ValueError, "limit must be positive and tolerance at least 0, got 1000000.0 and -1.0"),
    ({"steps": 0}, ValueError, "steps must be from 1 to 100000000, got 0"),
    ({"step": returns_nothing}, ValueError, "step must return the watched number, got None at the centre of the view"),
    ({"step": returns_nan}, ValueError, "step must return a finite number of 0 or more from the centre of the view, got nan"),
    ({"step": returns_minus}, ValueError, "step must return a finite number of 0 or more .*, got -2.0"),
    ({"step": raises}, ValueError, "step must run under Numba, got ValueError: not today"),
    ({"step": not_for_numba}, ValueError, "step must run under Numba, got TypingError: "),
    ({"step": takes_too_few}, ValueError, "step must run under Numba, got TypeError: "),
    ({"start": writes_beyond}, ValueError, "start must run under Numba, got ValueError: cannot assign slice"),
    ({"start": lambda constants, x, y, state: nowhere}, ValueError, "start must run under Numba, got .*nowhere")])   # noqa: F821
def test_nonsense_is_refused_by_name_rule_and_value(change, error, message):
    arguments = {"start": no_start, "step": one, "size": 2, "view": UNIT} | change
    with pytest.raises(error, match=message) as found:
        fe.own_system(**arguments)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"loss": 3}, TypeError, "loss must be a Python function, .*, got int"),
    ({"loss": lambda x: x * x, "slope": "2 x"}, TypeError, "slope must be a Python function, .*, got str"),
    ({"loss": lambda x: math.log(x), "start": -1.0}, ValueError, "loss must (be a finite number|run under Numba)"),
    ({"loss": lambda x: 0.0 * x / (x - x)}, ValueError, "loss must be a finite number of 0 or more .*, got nan at x = 1"),
    ({"loss": lambda x: -x}, ValueError, "loss must be a finite number of 0 or more at the start, got -1.0 at x = 1"),
    ({"loss": lambda x: 1.0 / x, "start": 0.0}, ValueError, "loss must be a finite number of 0 or more .*, got inf at x = 0.0"),
    ({"loss": lambda x: "deep"}, ValueError, "loss must be a finite number of 0 or more at the start, got 'deep'"),
    ({"loss": lambda x: x * x, "slope": lambda x: np.nan}, ValueError, "slope must be a finite number .*, got nan at x = 1"),
    ({"loss": lambda x: x * x, "slope": lambda: 1.0}, ValueError, "slope must run under Numba, got TypeError"),
    ({"loss": lambda x: open(str(x))}, ValueError, "loss must run under Numba, got TypingError"),
    ({"loss": lambda x: x * x, "start": math.nan}, ValueError, "(start|loss) must be .* nan"),
    ({"loss": lambda x: x * x, "view": (0, 1)}, TypeError, "view must be a View, got tuple")])
def test_a_loss_that_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message) as found:
        fe.descent(**arguments)
    assert "\n" not in str(found.value)
