"""Random-feature regression, and filtering against optimising: closed forms against loops, and the numbers of lesson E1."""
import functools

import numpy as np
import pytest

from fractaledu import filtering
from fractaledu import random_features as rf


def matrices():
    random = np.random.default_rng(3)
    shapes = (10, 4), (6, 6), (5, 40), (12, 200)
    return [(random.standard_normal(shape), random.standard_normal(shape[0])) for shape in shapes]


# ---------------------------------------------------------------- the fit

@pytest.mark.parametrize(("matrix", "y"), matrices())
def test_the_fit_is_least_squares_of_least_norm(matrix, y):
    c = rf.fit(matrix, y)
    np.testing.assert_allclose(c, np.linalg.pinv(matrix) @ y, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(c, np.linalg.lstsq(matrix, y, rcond=None)[0], rtol=1e-9, atol=1e-12)
    kernel = np.eye(len(c)) - np.linalg.pinv(matrix) @ matrix           # what can be added without a change at the points
    np.testing.assert_allclose(kernel @ c, 0, atol=1e-12)


@pytest.mark.parametrize(("matrix", "y"), matrices())
@pytest.mark.parametrize("ridge", [1e-3, 0.5, 20.0])
def test_ridge_solves_its_normal_equations(matrix, y, ridge):
    expected = np.linalg.solve(matrix.T @ matrix + ridge * np.eye(matrix.shape[1]), matrix.T @ y)
    np.testing.assert_allclose(rf.fit(matrix, y, ridge=ridge), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("matrix", "y"), matrices())
def test_a_vanishing_ridge_and_endless_steps_give_least_norm(matrix, y):
    least = rf.fit(matrix, y)
    np.testing.assert_allclose(rf.fit(matrix, y, ridge=1e-11), least, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(rf.fit(matrix, y, steps=1e12), least, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("matrix", "y"), matrices())
@pytest.mark.parametrize("ridge", [0.0, 0.7])
@pytest.mark.parametrize("steps", [0, 1, 2, 37])
def test_early_stopping_is_gradient_descent_from_0(matrix, y, ridge, steps):
    rate, c = 1 / (np.linalg.norm(matrix, 2) ** 2 + ridge), np.zeros(matrix.shape[1])
    for _ in range(steps):
        c = c - rate * (matrix.T @ (matrix @ c - y) + ridge * c)
    np.testing.assert_allclose(rf.fit(matrix, y, ridge=ridge, steps=steps), c, rtol=1e-9, atol=1e-13)


def test_equal_rows_of_a_wide_matrix_do_no_harm():
    matrix = np.random.default_rng(0).standard_normal((4, 60))
    matrix[2], matrix[3] = matrix[0], 0.0
    y = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(rf.fit(matrix, y), np.linalg.pinv(matrix) @ y, atol=1e-12)


def test_a_cut_off_leaves_out_small_directions():
    matrix = np.diag([1.0, 1e-3, 1e-7])
    np.testing.assert_allclose(rf.fit(matrix, np.ones(3), rcond=1e-5), [1, 1e3, 0])
    for steps in (None, 0, 5):
        assert rf.fit(np.zeros((3, 2)), np.ones(3), steps=steps).tolist() == [0, 0]


# ---------------------------------------------------------------- data and features

def test_fewer_features_are_the_first_of_more_and_noise_scales_the_same_errors():
    few, many = rf.features(5, 7), rf.features(5, 900)
    np.testing.assert_array_equal(many([0.3, -1])[:, :7], few([0.3, -1]))
    np.testing.assert_array_equal(few([0.3]), np.tanh(few.w * 0.3 + few.b)[None])
    np.testing.assert_array_equal(rf.features(5, 7, "ReLU")([0.3]), np.maximum(few.w * 0.3 + few.b, 0)[None])
    for places in rf.PLACES:
        (x, still), (_, some), (_, more) = (rf.data(2, noise=noise, places=places) for noise in (0, 0.1, 0.3))
        np.testing.assert_array_equal(still, np.sin(np.pi * x))
        np.testing.assert_allclose(more - still, 3 * (some - still), atol=1e-15)
        assert (np.abs(x) <= 1).all() and len(x) == 10


def test_the_features_are_drawn_as_said():
    all_of_them = rf.features(0, 10_000)
    assert abs(all_of_them.w.std() - 8) < 0.2 and abs(all_of_them.w.mean()) < 0.3
    assert np.abs(all_of_them.b).max() <= 8 and abs(all_of_them.b.std() - 16 / 12 ** 0.5) < 0.1


@pytest.mark.parametrize(("call", "message"), [
    (lambda: rf.data(0, noise=-1), "noise must be at least 0, got -1"),
    (lambda: rf.data(0, places="odd"), "places must be one of equispaced, random, got 'odd'"),
    (lambda: rf.features(0, 10_001), "parameters must be from 1 to 10000, got 10001"),
    (lambda: rf.features(0, 5, "sine"), "kind must be one of tanh, ReLU, got 'sine'"),
    (lambda: rf.isotropic_risk(19), "p must be at most n − 2 = 18 or at least n \\+ 2 = 22, got 19"),
    (lambda: rf.isotropic_risk(3, noise=-5), "noise must be at least 0"), (lambda: rf.data(-1), "seed must be from 0"),
    (lambda: rf.features(0, 5, scale=0), "scale must be above 0"),
    (lambda: rf.fit(np.ones((3, 2)), np.ones(2)), "a row for each"),
    (lambda: rf.fit(np.ones((3, 2)), np.ones(3), ridge=-1), "ridge must be at least 0, got -1"),
    (lambda: rf.fit(np.ones((3, 2)), np.ones(3), steps=np.nan), "steps must be at least 0, got nan"),
    (lambda: rf.median_errors(4, 0), "seeds must be from 1"), (lambda: filtering.sample(10.5), "count must be a whole number"),
    (lambda: filtering.sample(10, weights=(1, 2)), "weights must be three finite numbers"),
    (lambda: filtering.optimised(np.inf, (1, 0, 1)), "pressure must be finite, got inf"),
    (lambda: filtering.optimised(1, (1, 0, 1), (-1, 0, 1)), "weights must not be below 0"),
    (lambda: filtering.slope((0, 1, 0)), "P must vary")])
def test_bad_values_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------- the capacity figure (CURRICULUM 4, rows 45 and 46)

@functools.cache
def goals(parameters, draws=200, **how):
    return np.array([rf.errors(parameters, seed, grid=101, **how)[1] for seed in range(draws)])


def test_as_many_parameters_as_points_are_worst_in_our_setup():
    few, equal, many = np.median(goals(4)), np.median(goals(10)), np.median(goals(10_000, 40))
    assert 0.09 < few < 0.14 and 0.025 < many < 0.042
    assert 0.7 < equal < 10 and equal > 5 * few and equal > 10 * many
    assert np.quantile(goals(10), 0.9) > 1e3


def test_the_errors_are_those_of_a_plain_fit():
    x, y = rf.data(7)
    phi, grid = rf.features(7, 25), np.linspace(-1, 1, 201)
    c = np.linalg.pinv(phi(x)) @ y
    proxy, goal = rf.errors(7 + 18, 7)
    np.testing.assert_allclose(goal, np.mean((phi(grid) @ c - np.sin(np.pi * grid)) ** 2), rtol=1e-6)
    assert proxy < 1e-20
    proxies, its_goals = zip(*(rf.errors(6, seed) for seed in range(5)), strict=True)
    assert rf.median_errors(6, 5) == (np.median(proxies), np.median(its_goals))


def test_more_effort_improves_the_proxy_while_the_goal_turns():
    """The strong version of Goodhart's law: it follows, stalls, gets worse than nothing."""
    proxy, goal = np.array([rf.median_errors(10, 200, steps=steps, grid=101) for steps in (1, 100, 1e4, 1e8, 1e12, None)]).T
    assert (np.diff(proxy) < 0).all() and proxy[-1] < 1e-20
    assert goal[1] < 0.4 * goal[0] and abs(goal[2] / goal[1] - 1) < 0.3
    assert (np.diff(goal[2:]) > 0).all() and goal[-1] > 0.5 > goal[2]


def test_the_figure_is_a_choice_of_setup():
    """CURRICULUM 5, row 23."""
    assert np.median(goals(10, kind="ReLU")) < np.median(goals(4, kind="ReLU")), "no peak"
    assert rf.median_errors(10, 100, kind="ReLU")[0] > 1e-3, "ten of them often cannot meet ten points"
    few, many = ({kind: np.median(goals(parameters, 400, kind=kind, places="random")) for kind in rf.KINDS}
                 for parameters in (4, 1000))
    assert many["tanh"] > 0.5 > few["tanh"] and many["ReLU"] > 1.3 * few["ReLU"]
    assert np.median(goals(10, rcond=1e-6)) < 0.4 * np.median(goals(10)), "a larger cut-off takes most of the peak away"


def test_random_places_are_worst_where_two_nearly_coincide():
    wide = goals(1000, 400, places="random")
    gaps = [np.diff(np.sort(rf.data(seed, places="random")[0])).min() for seed in range(400)]
    assert np.corrcoef(np.log(wide), np.log(gaps))[0, 1] < -0.5
    worst = np.argsort(wide)[-20:]
    assert np.mean(np.array(gaps)[worst] < 0.01) > 0.6, "most of the worst: ten places at equal distances are 0.22 apart"


@pytest.mark.parametrize(("p", "risk"), [(10, 2.428), (30, 3.161), (50, 1.567), (100, 1.113)])
def test_the_isotropic_risk_is_the_formula_and_the_mean_of_many_fits(p, risk):
    assert rf.isotropic_risk(p) == pytest.approx(risk, abs=5e-4)
    assert rf.isotropic_sample(p, runs=2000, seed=4).mean() == pytest.approx(risk, rel=0.03)


def test_a_fit_with_nothing_has_the_variance_of_y_as_risk():
    assert rf.isotropic_risk(0, noise=0.5) == 1.25
    assert (rf.isotropic_sample(0, runs=3) == pytest.approx(1.25))


# ---------------------------------------------------------------- filtering and optimising (row 48)

@pytest.mark.parametrize(("weights", "spreads"), [
    ((1 / 3,) * 3, (1, 1, 1)), ((0.5, 0.2, 0.3), (1, 2, 0.7)), ((0.2, 0.2, 0.6), (1.5, 1, 1))])
def test_the_slope_is_that_of_the_best_line(weights, spreads):
    means = (0.4, -0.2, 1.0)
    truth, persuasive = filtering.sample(400_000, weights, means, spreads, seed=1)
    slope, height = np.polyfit(persuasive, truth, 1)
    assert slope == pytest.approx(filtering.slope(weights, spreads), abs=0.005)
    assert height == pytest.approx(filtering.filtered_truth(0.0, weights, means, spreads), abs=0.01)
    assert (truth.mean(), persuasive.mean()) == pytest.approx(filtering.averages(weights, means), abs=0.01)
    p = filtering.averages(weights, means)[1] + 0.5
    near = np.abs(persuasive - p) < 0.05
    assert truth[near].mean() == pytest.approx(filtering.filtered_truth(p, weights, means, spreads), abs=0.02)


def test_equal_weights_and_spreads_have_slope_a_half():
    assert filtering.slope() == 0.5
    assert filtering.slope(spreads=(1, 1, 2)) == pytest.approx(1 / 5)


def test_pressure_follows_then_turns_or_takes_all():
    pressures = np.linspace(0, 200, 2001)
    weights = filtering.optimised(pressures, (1.3, 0, 1.5))
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(weights[0], 1 / 3)
    truth, persuasive = filtering.averages(weights.T, (1.3, 0, 1.5))
    assert (np.diff(persuasive) > -1e-12).all()
    top = truth.argmax()
    assert 0 < top < 50 and truth[top] > 1.15 * truth[0] and (np.diff(truth[:top]) > 0).all() and truth[-1] < 1e-12
    truth, _ = filtering.averages(filtering.optimised(pressures, (1.5, 0, 1.3)).T, (1.5, 0, 1.3))
    assert (np.diff(truth) > -1e-12).all() and truth[-1] == pytest.approx(1.5)


def test_where_a_leads_the_push_beats_the_filter():
    means = (2.0, 0, 1.5)
    for p in (1.3, 1.6, 1.9):
        pressure = filtering.pressure_for(p, means)
        truth, persuasive = filtering.averages(filtering.optimised(pressure, means), means)
        assert persuasive == pytest.approx(p) and truth > filtering.filtered_truth(p, means=means)


@pytest.mark.parametrize("spread", [0.1, 0.3, 1.0, 4.0])
def test_a_weak_push_towards_a_may_lose_to_the_filter_a_strong_one_wins_where_b_is_0(spread):
    means, spreads = (1.8, 0, 1.5), (1, 1, spread)
    gain = {p: filtering.averages(filtering.optimised(filtering.pressure_for(p, means), means), means)[0]
            - filtering.filtered_truth(p, means=means, spreads=spreads) for p in (1.5, 1.79)}
    assert gain[1.79] > 0 and (gain[1.5] < 0) == (spread < 0.5)


def test_what_no_pressure_reaches_is_none():
    assert filtering.pressure_for(1.6, (1.3, 0, 1.5)) is None and filtering.pressure_for(0.5, (1.3, 0, 1.5)) is None
    assert filtering.pressure_for(2.8 / 3, (1.3, 0, 1.5)) == pytest.approx(0, abs=1e-9)
