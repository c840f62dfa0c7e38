"""Evolution strategies, against blurs that are known in closed form."""
import math

import numpy as np
import pytest

from fractaledu.evolution import blurred, evolution_gradient


@pytest.mark.parametrize(("f", "slope"), [
    (lambda x: x ** 2, lambda x, s: 2 * x),
    (lambda x: x ** 3, lambda x, s: 3 * x ** 2 + 3 * s ** 2),
    (np.sin, lambda x, s: math.cos(x) * math.exp(-s ** 2 / 2)),
    (lambda x: np.sign(x), lambda x, s: 2 * math.exp(-(x / s) ** 2 / 2) / (s * math.sqrt(2 * math.pi)))])
@pytest.mark.parametrize("sigma", [0.2, 1.5])
def test_the_mean_of_the_pairs_is_the_slope_of_the_blur(f, slope, sigma):
    found = evolution_gradient(f, 0.7, sigma, pairs=100_000, seed=3)
    assert abs(found.gradient - slope(0.7, sigma)) < 4 * found.error
    assert found.error < 0.05 * (1 + abs(slope(0.7, sigma)))


def test_the_gradient_of_several_numbers_is_that_of_each_and_the_value_that_of_the_blur():
    found = evolution_gradient(lambda p: p[:, 0] ** 2 + np.sin(p[:, 1]) * p[:, 2], [1.0, 0.3, -2.0], 0.4, 100_000)
    fade = math.exp(-0.08)
    wanted = np.array([2, -2 * math.cos(0.3) * fade, math.sin(0.3) * fade])
    assert (np.abs(found.gradient - wanted) < 4 * found.error).all()
    assert found.value == pytest.approx(1.16 - 2 * math.sin(0.3) * fade, abs=0.02)


def test_of_a_linear_function_each_pair_gives_its_slope_along_the_pair():
    slopes = np.array([3.0, -1.0, 0.5])
    found = evolution_gradient(lambda p: p @ slopes + 7, np.zeros(3), 2.0, pairs=50, seed=1)
    draws = found.points[:50] / 2
    np.testing.assert_allclose(found.gradient, (draws * (draws @ slopes)[:, None]).mean(0), rtol=1e-12)
    assert evolution_gradient(lambda x: 3 * x, 0.0, 2.0, 50, seed=1).gradient == pytest.approx(
        3 * (np.random.default_rng(1).standard_normal(50) ** 2).mean(), rel=1e-12)


def test_the_standard_error_is_the_scatter_of_many_estimates():
    found = [evolution_gradient(np.square, 1.5, 0.3, pairs=40, seed=seed) for seed in range(400)]
    gradients = np.array([one.gradient for one in found])
    known = 2 * 1.5 * math.sqrt(2 / 40)                 # 2 x e**2, and e**2 has variance 2
    assert gradients.std() == pytest.approx(known, rel=0.15)
    assert np.sqrt(np.mean([one.error ** 2 for one in found])) == pytest.approx(known, rel=0.1)
    assert abs(gradients.mean() - 3) < 4 * known / math.sqrt(400)


def test_it_asks_once_at_opposite_points_and_the_same_again_with_the_same_seed():
    asked = []

    def f(points):
        asked.append(points)
        return points.sum(1)
    found = evolution_gradient(f, [1.0, 2.0], 0.1, pairs=7, seed=5)
    assert len(asked) == 1 and asked[0].shape == (14, 2) and found.evaluations == 14
    np.testing.assert_allclose(asked[0][:7] + asked[0][7:], [[2.0, 4.0]] * 7, rtol=1e-14)
    assert (evolution_gradient(f, [1.0, 2.0], 0.1, 7, 5).gradient == found.gradient).all()
    assert (evolution_gradient(f, [1.0, 2.0], 0.1, 7, 6).gradient != found.gradient).all()
    assert repr(evolution_gradient(np.square, 1.0, 0.5, 3)).endswith(": 6 evaluations, sigma 0.5>")


def test_a_function_that_changes_its_points_changes_no_result():
    def spoil(points):
        values = points ** 2
        points[:] = 0
        return values
    found = evolution_gradient(spoil, 1.0, 0.1, 5)
    assert (found.values == found.points ** 2).all()


@pytest.mark.parametrize(("change", "said"), [
    ({"sigma": 0}, "sigma must be above 0, got 0"), ({"sigma": math.nan}, "sigma must be finite"),
    ({"pairs": 1}, "pairs must be from 2 to 1000000, got 1"), ({"pairs": 2.5}, "pairs must be a whole number"),
    ({"seed": -1}, "seed must be from 0"), ({"at": [[1.0]]}, "at must be a finite number or a filled array"),
    ({"at": [math.inf]}, "at must be a finite number"), ({"at": "here"}, "at must be a number"),
    ({"f": lambda x: x[:3]}, r"f must return one value a point, shape \(8,\), got shape \(3,\)"),
    ({"f": lambda x: 1 / (x - x)}, "f must return finite values, got inf: cap")])
def test_bad_arguments_are_refused(change, said):
    given = {"f": np.square, "at": 0.5, "sigma": 0.1, "pairs": 4} | change
    with np.errstate(divide="ignore"), pytest.raises(ValueError, match=said):
        evolution_gradient(**given)


# ---------------------------------------------------------------- the blur of samples

def test_a_blurred_wave_fades_as_the_formula_says():
    x = np.linspace(0, 40 * math.pi, 4001)
    step = x[1] - x[0]
    wave = blurred(np.sin(x), 0.8 / step)
    np.testing.assert_allclose(wave[500:-500], np.sin(x)[500:-500] * math.exp(-0.32), atol=1e-9)


def test_a_constant_stays_and_a_narrow_blur_changes_nothing():
    values = np.random.default_rng(0).normal(size=(3, 50))
    np.testing.assert_allclose(blurred(np.full(50, 2.5), 7), 2.5, rtol=1e-12)
    np.testing.assert_allclose(blurred(values, 0.05), values, rtol=1e-12)
    np.testing.assert_allclose(blurred(values, 3)[1], blurred(values[1], 3), rtol=1e-12)
    np.testing.assert_allclose(blurred(values[0], 3)[::-1], blurred(values[0, ::-1], 3), rtol=1e-12)


@pytest.mark.parametrize(("values", "sigma", "said"), [
    ([1, 2], 0, "sigma must be above 0"), ([1, math.inf], 1, "values must be finite"), ([], 1, "values must be finite"),
    (3.0, 1, "values must be finite")])
def test_bad_samples_are_refused(values, sigma, said):
    with pytest.raises(ValueError, match=said):
        blurred(values, sigma)
