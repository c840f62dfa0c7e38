"""Gradient descent with few numbers: parabolas, Liu's bumpy ones, networks of two and three weights."""
import math

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep
from fractaledu.measure import boundary, box_dimension


def some_numbers(n, low, high, seed=0):
    return np.random.default_rng(seed).uniform(low, high, (2, n))


def descended(slope, start, rate, steps):
    return reference.orbit(lambda w: w - rate * slope(w), start, steps)


def ratios(losses, steps):
    """Losses as they are read: infinite from where the orbit ends, or a loss is negative."""
    below = next((t for t, loss in enumerate(losses) if loss < 0), len(losses))
    losses = losses[:below]
    return [*losses, *[math.inf] * (steps - len(losses))][:steps]


def agrees(curve, expected, rel, upto=1e100, absolute=0.0):
    wild = np.flatnonzero(~(np.asarray(expected) < upto))
    end = wild[0] if len(wild) else len(expected)
    np.testing.assert_allclose(curve[:end], expected[:end], rtol=rel, atol=absolute)


# ---------------------------------------------------------------- a parabola

@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0, 1.6, 1.9999, 2.0, 2.5, -0.3])
@pytest.mark.parametrize("curvature", [0.25, 1.0, 1.3])
def test_each_step_on_a_parabola_multiplies_by_1_minus_rate_times_curvature(rate, curvature):
    """Row 1: x_t = (1 - rate * curvature)**t x_0, to 1e-12."""
    run = fe.trace(fe.parabola(start=0.7), rate, curvature, 60, states=True)
    exact = 0.7 * (1 - rate * curvature) ** np.arange(61)
    np.testing.assert_allclose(run.states[:, 0], exact, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(run.watched, curvature * exact[:60] ** 2 / 2, rtol=1e-11, atol=1e-30)
    x = descended(lambda x: reference.parabola(x, curvature)[1], 0.7, rate, 59)
    np.testing.assert_allclose(run.watched, [reference.parabola(state, curvature)[0] for state in x], rtol=1e-12)


@pytest.mark.parametrize("curvature", [0.3, 1.0, 2.0, 40.0])
def test_a_parabola_breaks_at_2_over_its_curvature(curvature):
    """Row 1, to the last but some bits; at the edge itself the error flips for ever and is neither."""
    problem = fe.parabola(axes=("rate", "start"), curvature=curvature)
    low, high = 0.5 * 2 / curvature, 3 * 2 / curvature
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if fe.evaluate(problem, middle, 1.0, 1_000_000) < 0 else (low, middle)
    assert low == pytest.approx(2 / curvature, rel=1e-9)
    edge = fe.trace(fe.parabola(axes=("rate", "start"), curvature=2.0), 1.0, 0.7, 100, states=True)
    assert (edge.verdict, edge.departure) == (0, -1) and (np.abs(edge.states) == 0.7).all()


def test_nothing_about_a_parabola_depends_on_the_start():
    rates, starts = some_numbers(300, -2, 2.5)
    out = sweep(fe.parabola(axes=("rate", "start")).system, rates, starts, 100)
    one = sweep(fe.parabola(axes=("rate", "start")).system, rates, np.ones(300), 100)
    np.testing.assert_array_equal(out["verdict"], one["verdict"])
    np.testing.assert_allclose(out["value"], one["value"], rtol=1e-9)


def test_a_first_loss_of_0_has_settled():
    for problem, x, y in ((fe.parabola(axes=("rate", "start")), 5.0, 0.0), (fe.parabola(), 1.0, 0.0),
                          (fe.bumpy(axes=("rate", "start")), 0.5, 0.0)):
        run = fe.trace(problem, x, y, 40)
        assert (run.verdict, run.departure, run.last, run.value) == (-1, -1, 0.0, 0.0)
    over = fe.trace(fe.bumpy("added", axes=("rate", "start")), 0.5, 0.0, 40)       # a hilltop, not a minimum
    assert (over.watched == 0.4).all() and over.verdict == 0


# ---------------------------------------------------------------- a parabola with a cosine

@pytest.mark.parametrize("kind", ["multiplied", "added"])
@pytest.mark.parametrize(("epsilon", "wavelength", "start"), [
    (0.2, 0.1, 1.0), (0.0, 0.1, 1.0), (0.9, 0.5, -1.7), (0.2, 1.0, 0.05), (-0.4, 0.3, 0.6), (3.0, 0.1, 0.2)])
def test_bumpy_parabolas_equal_their_slow_twin(kind, epsilon, wavelength, start):
    """Over the first steps: a step multiplies a rounding by up to some hundred."""
    problem = fe.bumpy(kind, axes=("rate", "start"), epsilon=epsilon, wavelength=wavelength)
    for rate in (0.0, 0.03, 0.5, 1.0, 1.3, 40.0, 1e200):
        x = descended(lambda x: reference.bumpy(x, kind, epsilon, wavelength)[1], start, rate, 4)
        run = fe.trace(problem, rate, start, 5, states=True)
        np.testing.assert_allclose(run.states[:3, 0], x[:3], rtol=1e-9 if rate < 2 else 1e-5)
        losses = [reference.bumpy(state, kind, epsilon, wavelength)[0] for state in x if abs(state) < 1e150]
        agrees(run.watched[:3], ratios(losses, 3), 1e-9 if rate < 2 else 1e-4)


def test_without_a_cosine_a_bumpy_parabola_is_a_parabola_of_curvature_2():
    rates, starts = some_numbers(300, -0.5, 1.5)
    plain = sweep(fe.parabola(axes=("rate", "start"), curvature=2.0).system, rates, starts, 100)
    for kind in ("multiplied", "added"):
        bumpy = sweep(fe.bumpy(kind, axes=("rate", "start"), epsilon=0).system, rates, starts, 100)
        np.testing.assert_array_equal(bumpy["verdict"], plain["verdict"])
        np.testing.assert_allclose(bumpy["value"], plain["value"], rtol=1e-9)


@pytest.mark.parametrize("kind", ["multiplied", "added"])
def test_bumpy_parabolas_are_even(kind):
    rates, starts = some_numbers(500, 0, 1.5)
    system = fe.bumpy(kind, axes=("rate", "start")).system
    assert sweep(system, rates, starts, 300).tobytes() == sweep(system, rates, -starts, 300).tobytes()


@pytest.mark.parametrize(("kind", "power"), [("multiplied", 0), ("added", 2)])
def test_stretching_x_changes_only_epsilon_over_wavelength_squared(kind, power):
    """Section 1.7: the multiplied map depends on epsilon alone.  Bit for bit for a power of 2, but for runs that overflow."""
    rates, starts = some_numbers(500, 0, 1.5)
    one = sweep(fe.bumpy(kind, axes=("rate", "start")).system, rates, starts, 300)
    two = sweep(fe.bumpy(kind, axes=("rate", "start"), wavelength=0.4, epsilon=0.2 * 4 ** power).system, rates, 4 * starts, 300)
    tame = one["verdict"] < 1
    assert 0.2 < tame.mean() < 0.95
    for name in ("departure", "verdict"):
        np.testing.assert_array_equal(one[name], two[name])
    np.testing.assert_array_equal(two["value"][tame], one["value"][tame])
    tame &= one["last"] > 1e-290                                    # smaller ones lose digits
    np.testing.assert_array_equal(two["last"][tame], one["last"][tame] * 16)


def flips(kind, level=16):
    """Changes of the label `has departed` along the dyadic grids of rates in [0, 1.5], by level; and where they are."""
    rates = 1.5 * np.arange(2 ** level + 1) / 2 ** level
    departed = sweep(fe.bumpy(kind, axes=("rate", "start")).system, rates, np.ones(len(rates)), 1000)["departure"] >= 0
    count = {k: int(np.count_nonzero(np.diff(departed[::2 ** (level - k)].astype(int)))) for k in range(level + 1)}
    return count, rates[1:][np.diff(departed)]


def test_the_multiplied_cosine_flips_as_often_as_published():
    """Row 43: 247 423 683 1215 2303 at levels 12 … 16, ±5 %; the coarse levels, less chaotic, exactly."""
    count, _ = flips("multiplied")
    for level, published in zip(range(12, 17), (247, 423, 683, 1215, 2303), strict=True):
        assert count[level] == pytest.approx(published, rel=0.05)
    assert [count[level] for level in range(5, 10)] == [5, 7, 13, 21, 27]
    slope = np.polyfit(range(8, 17), np.log2([count[level] for level in range(8, 17)]), 1)[0]
    assert 0.8 < slope < 0.9                                        # published: 0.845 over levels 10 … 30


def test_the_added_cosine_flips_only_just_above_1():
    """Row 44: in a thin band, too thin for coarse grids: one flip below level 12, a few at 13."""
    count, where = flips("added", level=15)
    assert 1.0016 < where.min() and where.max() < 1.0062
    assert all(count[level] == 1 for level in range(11)) and count[12] <= 5 < count[15] < 40


@pytest.mark.parametrize(("steps", "low", "high"), [(1000, 1.0016, 1.0062), (4000, 1.0003, 1.0016)])
def test_the_band_of_the_added_cosine_moves_with_the_steps(steps, low, high):
    """Finding 5: a finite-time artefact, whose place goes like 1 / steps; below 1 no run departs."""
    rates = np.linspace(0.99, 1.02, 4001)
    departed = sweep(fe.bumpy("added", axes=("rate", "start")).system, rates, np.ones(4001), steps)["departure"] >= 0
    where = rates[1:][np.diff(departed)]
    assert low < where.min() and where.max() < high and not departed[rates < 1].any() and departed[rates > high].all()


def test_a_wavelength_of_0_has_no_numbers():
    run = fe.trace(fe.bumpy(axes=("rate", "wavelength")), 0.5, 0.0, 30)
    assert (run.verdict, run.departure, run.last) == (1, 0, np.inf)


def test_any_two_parameters_of_a_bumpy_parabola_are_the_axes():
    numbers = {"rate": 0.3, "start": 0.9, "epsilon": 0.25, "wavelength": 0.2}
    curves = set()
    for a in numbers:
        for b in numbers.keys() - {a}:
            others = {name: number for name, number in numbers.items() if name not in (a, b)}
            curves.add(fe.trace(fe.bumpy(axes=(a, b), **others), numbers[a], numbers[b], 30).watched.tobytes())
    assert len(curves) == 1


# ---------------------------------------------------------------- two weights

TWO = [(0.7, -1.3), (2.0, 0.3), (0.1, 0.2), (0.0, 0.0), (1.0, 1.0), (-1.0, -1.0), (1.0, -1.0), (2.0, 0.5), (3.0, 3.0),
       (0.0, 2.0)]


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize(("rate", "rate_a", "rate_b"), [(0.31, 1, 1), (0.8, 0.5, 2.0), (1, 0.31, 0.17)])
def test_two_weights_equal_their_slow_twin(decay, rate, rate_a, rate_b):
    problem = fe.two_weights(rate=rate, rate_a=rate_a, rate_b=rate_b, weight_decay=decay)
    rates = rate * np.array([rate_a, rate_b])
    for start in TWO:
        with np.errstate(all="ignore"):
            weights = descended(lambda w: reference.two_weights(w, decay), np.array(start), rates, 12)
            size = [math.hypot(*reference.two_weights(w, decay)) for w in weights]
        run = fe.trace(problem, *start, 12, states=True)
        agrees(run.watched, size[:12], 1e-10, absolute=1e-15)
        tame = int(np.sum(np.abs(weights).max(1) < 1e50))
        np.testing.assert_allclose(run.states[:tame], weights[:tame], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("decay", [0.0, 0.2])
def test_tied_weights_equal_their_slow_twin(decay):
    """The cubic map; at the end of its interval a step of rate 2 multiplies a rounding by 9."""
    problem = fe.two_weights(tied=True, weight_decay=decay)
    for rate in (0.0, 0.5, 1.0, 1.2, 1.9, 2.0, 2.3):
        for start in (0.0, 0.3, 1.0, -0.7, math.sqrt(2), 1.7):
            a = descended(lambda a: reference.tied_weights(a, decay), start, rate, 10)
            run = fe.trace(problem, rate, start, 10, states=True)
            tame = int(np.sum(np.abs(a) < 1e30))
            np.testing.assert_allclose(run.states[:tame, 0], a[:tame], rtol=1e-9, atol=1e-15 * 9 ** 10 if rate > 1.2 else 1e-12)
            np.testing.assert_array_equal(run.states[:, 0], run.states[:, 1])


def test_tied_weights_are_untied_ones_that_start_equal():
    a, rate = some_numbers(200, 0.05, 1.5)
    tied = sweep(fe.two_weights(tied=True, axes=("a0", "rate"), weight_decay=0.1).system, a, rate, 300)
    for k in range(0, 200, 20):
        untied = fe.trace(fe.two_weights(rate=rate[k], weight_decay=0.1), a[k], a[k], 300)
        assert (untied.value, untied.attractor, untied.departure) == tuple(tied[k][["value", "attractor", "departure"]])


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_exchanging_the_weights_and_turning_both_signs_changes_nothing(decay):
    system = fe.two_weights(rate=0.8, weight_decay=decay).system
    a, b = some_numbers(2000, -4, 4)
    plain, swapped, turned = sweep(system, a, b, 500), sweep(system, b, a, 500), sweep(system, -a, -b, 500)
    for name in ("departure", "arrival", "attractor", "verdict"):
        assert (plain[name] == swapped[name]).mean() > 0.999            # a sum in another order rounds otherwise
    for name in ("departure", "arrival", "value", "last", "verdict"):
        assert plain[name].tobytes() == turned[name].tobytes()
    np.testing.assert_array_equal(np.array([1, 0, 2, 3, -1])[plain["attractor"]], turned["attractor"])


def test_the_attractor_of_two_weights_is_where_they_end():
    a, b = some_numbers(400, -3, 3)
    problem = fe.two_weights(rate=0.4)
    run = fe.trace(problem, a, b, 800, states=True)
    assert problem.attractors[3] == "infinity"
    ends = run.states[:, -1]
    for k, sign in ((0, 1), (1, -1)):
        np.testing.assert_allclose(ends[run.attractor == k].prod(1), 1, atol=1e-5)
        assert (sign * ends[run.attractor == k] > 0).all() and (run.attractor == k).sum() > 20
    assert set(run.attractor[run.verdict == 1]) == {3} and (run.arrival == run.departure)[run.verdict == 1].all()


def test_on_the_diagonal_of_opposite_weights_the_saddle_attracts():
    """a = -b shrinks to 0 by 1 - rate (1 + a**2)."""
    run = fe.trace(fe.two_weights(rate=0.4), 0.7, -0.7, 200)
    assert (run.attractor, run.verdict) == (2, -1)
    origin = fe.trace(fe.two_weights(rate=0.4), 0.0, 0.0, 50)
    assert (origin.attractor, origin.arrival, origin.last) == (2, 0, 0.0)
    strong = fe.two_weights(weight_decay=1.2, rate=0.2)                 # beyond 1 there is no other minimum than 0
    a, b = some_numbers(200, -1.5, 1.5)
    assert (sweep(strong.system, a, b, 3000)["attractor"] == 2).all()


@pytest.mark.parametrize(("rate", "period"), [
    (0.9, 1), (0.99, 1), (1.01, 2), (1.2, 2), (1.23, 2), (1.24, 4), (1.28, 4), (1.29, 8)])
def test_tied_weights_double_their_period(rate, period):
    """Row 26: a fixed point for rate < 1, a cycle of two up to sqrt(5) - 1 = 1.236."""
    run = fe.trace(fe.two_weights(tied=True), rate, 0.3, 6000, states=True)
    assert len(set(run.states[-64:, 0].round(9))) == period
    assert (run.verdict == -1) == (rate < 1)


def test_beyond_rate_2_tied_weights_run_away():
    """Row 26: almost all starts; up to it those in the interval stay."""
    starts = np.linspace(-1.41, 1.41, 2001)
    system = fe.two_weights(tied=True).system
    assert (sweep(system, np.full(2001, 2.0), starts, 3000)["departure"] == -1).all()
    assert (sweep(system, np.full(2001, 2.05), starts, 3000)["departure"] >= 0).mean() > 0.99


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.5, 1.9, 1.99, 2.0])
def test_tied_weights_escape_from_the_root_of_2_plus_rate_over_rate(rate):
    """Row 27, by bisection, to 1e-13."""
    problem, low, high = fe.two_weights(tied=True), 0.5, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if fe.trace(problem, rate, middle, 2000).departure < 0 else (low, middle)
    assert low == pytest.approx(math.sqrt((2 + rate) / rate), abs=1e-13)
    assert fe.trace(problem, rate, -low, 2000).departure < 0 <= fe.trace(problem, rate, -low - 1e-9, 2000).departure


def test_at_rate_2_tied_weights_are_a_chebyshev_map_of_exponent_ln_3():
    """Row 28: a = sqrt(2) cos(u) makes a' = 3 a - 2 a**3 = -sqrt(2) cos(3 u), so differences triple."""
    u = 0.4
    states = fe.trace(fe.two_weights(tied=True), 2.0, math.sqrt(2) * math.cos(u), 15, states=True).states[:, 0]
    np.testing.assert_allclose(states, [(-1) ** t * math.sqrt(2) * math.cos(3 ** t * u) for t in range(16)], atol=3e-8)
    a = fe.trace(fe.two_weights(tied=True), 2.0, 0.3, 400_000, states=True).states[1000:, 0]
    assert np.log(np.abs(3 - 6 * a * a)).mean() == pytest.approx(math.log(3), abs=2e-5)


def orbit_of_two(rate_a=0.31, rate_b=0.31, start=(0.7, -1.3), steps=40):
    problem = fe.two_weights(axes=("rate_a", "rate_b"), a0=start[0], b0=start[1])
    return fe.trace(problem, rate_a, rate_b, steps, states=True).states.T


def test_product_and_square_sum_of_two_weights_are_a_map_of_their_own():
    """Row 29, to 1e-15 over 40 steps."""
    a, b = orbit_of_two()
    p, s, rate = a[0] * b[0], a[0] ** 2 + b[0] ** 2, 0.31
    for t in range(1, 41):
        e = p - 1
        p, s = p - rate * e * s + rate ** 2 * e * e * p, s - 4 * rate * e * p + rate ** 2 * e * e * s
        assert p == pytest.approx(a[t] * b[t], abs=2e-15) and s == pytest.approx(a[t] ** 2 + b[t] ** 2, abs=4e-15)


def test_the_imbalance_of_two_weights_only_shrinks_or_grows_by_a_factor():
    """Row 30: by 1 - rate**2 e**2; with two rates a**2/rate_a - b**2/rate_b, by 1 - rate_a rate_b e**2."""
    for rate_a, rate_b in ((0.31, 0.31), (0.31, 0.17)):
        a, b = orbit_of_two(rate_a, rate_b)
        imbalance = a * a / rate_a - b * b / rate_b
        factors = 1 - rate_a * rate_b * (a * b - 1) ** 2
        np.testing.assert_allclose(imbalance[1:], imbalance[:-1] * factors[:-1], atol=1e-14)


def test_two_rates_are_one_after_the_weights_are_scaled():
    """Row 31: to 7e-16."""
    rate_a, rate_b = 0.31, 0.17
    k, rate = (rate_b / rate_a) ** 0.25, math.sqrt(rate_a * rate_b)
    a, b = orbit_of_two(rate_a, rate_b)
    scaled = orbit_of_two(rate, rate, (0.7 * k, -1.3 / k))
    np.testing.assert_allclose(scaled, [a * k, b / k], atol=2e-15)


def border_dimension(problem, view=None):
    land = fe.render(problem, view, (1024, 1024), 500)
    return box_dimension(boundary(land.departure >= 0), fit=(2, 128), null=False).dimension


@pytest.mark.parametrize("rate", [0.8, 0.95])
def test_weight_decay_frays_the_border_of_the_starts(rate):
    """Row 32: .96 … 1.02 without, 1.15 … 1.22 with 0.3 (1.02, 1.01; 1.18, 1.20 seen)."""
    smooth, frayed = (border_dimension(fe.two_weights(rate=rate, weight_decay=decay)) for decay in (0, 0.3))
    assert smooth == pytest.approx(1.0, abs=0.04)
    assert frayed == pytest.approx(1.185, abs=0.05)


@pytest.mark.parametrize(("start", "seen"), [((0.7, -1.3), 1.28), ((2.0, 0.3), 1.41), ((0.1, 0.2), 1.55)])
def test_weight_decay_frays_the_border_of_the_rates(start, seen):
    """Row 32: 1.0 without, 1.29 … 1.55 with 0.2."""
    smooth, frayed = (border_dimension(fe.two_weights(axes=("rate_a", "rate_b"), a0=start[0], b0=start[1], weight_decay=decay))
                      for decay in (0, 0.2))
    assert smooth == pytest.approx(1.0, abs=0.03)
    assert frayed == pytest.approx(seen, abs=0.05)


def test_the_rate_of_two_weights_is_1_where_their_own_rates_are_axes():
    assert fe.trace(fe.two_weights(axes=("rate_a", "a0")), 0.3, 0.7, 20).watched.tobytes() == (
        fe.trace(fe.two_weights(axes=("rate_a", "a0"), rate=1), 0.3, 0.7, 20).watched.tobytes())
    assert fe.trace(fe.two_weights(), 0.3, 0.7, 20).watched.tobytes() == (
        fe.trace(fe.two_weights(rate=0.5), 0.3, 0.7, 20).watched.tobytes())


# ---------------------------------------------------------------- three weights

@pytest.mark.parametrize("rate", [0.1, 0.5, 1.1])
def test_three_weights_equal_their_slow_twin(rate):
    for start in ((0.7, -1.3, 0.5), (1, 1, 1), (0, 0, 1), (0, 0.5, 1), (2, -1, -0.5), (1.5, 1.5, 1.5), (4, 4, -4)):
        with np.errstate(all="ignore"):
            weights = descended(reference.three_weights, np.array(start, float), rate, 12)
            size = [np.sqrt(np.sum(reference.three_weights(w) ** 2)) for w in weights]
        run = fe.trace(fe.three_weights(z0=start[2], rate=rate), start[0], start[1], 12, states=True)
        agrees(run.watched, size[:12], 1e-8, upto=1e30)
        tame = int(np.sum(np.abs(weights).max(1) < 1e10))
        np.testing.assert_allclose(run.states[:tame], weights[:tame], rtol=1e-9, atol=1e-12)


def test_permuting_three_weights_permutes_their_minima():
    """Over (x, y) with z = 0.5 it is as over (y, z) with x = 0.5: minimum k is the one whose weight k is alone positive."""
    u, v = some_numbers(3000, -2.5, 2.5)
    names = ("x0", "y0", "z0")
    plain = sweep(fe.three_weights(z0=0.5).system, u, v, 400)
    for first, second in ((0, 2), (1, 2), (1, 0), (2, 0), (2, 1)):
        third = 3 - first - second
        other = sweep(fe.three_weights(axes=(names[first], names[second]), **{names[third]: 0.5}).system, u, v, 400)
        minimum = np.array([0, 1 + first, 1 + second, 1 + third, 4, 5, -1])[plain["attractor"]]
        for found, expected in ((other["attractor"], minimum), (other["departure"], plain["departure"])):
            assert (found == expected).mean() > 0.999                   # where chaos did not amplify another rounding


def test_turning_two_of_three_signs_changes_no_bit():
    u, v = some_numbers(2000, -2.5, 2.5)
    plain = sweep(fe.three_weights(z0=0.5).system, u, v, 400)
    for signs, moved in (((1, -1, -1), [1, 0, 3, 2]), ((-1, 1, -1), [2, 3, 0, 1]), ((-1, -1, 1), [3, 2, 1, 0])):
        turned = sweep(fe.three_weights(z0=0.5 * signs[2]).system, signs[0] * u, signs[1] * v, 400)
        for name in ("value", "departure", "arrival", "last"):
            assert turned[name].tobytes() == plain[name].tobytes()
        np.testing.assert_array_equal(np.array([*moved, 4, 5, -1])[plain["attractor"]], turned["attractor"])


def test_the_minimum_of_three_weights_is_where_they_end():
    u, v = some_numbers(400, -2, 2)
    problem = fe.three_weights(rate=0.2)
    run = fe.trace(problem, u, v, 2000, states=True)
    ends = run.states[:, -1]
    for k, signs in enumerate(((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))):
        here = run.attractor == k
        assert here.sum() > 5 and (np.sign(ends[here]) == signs).all()
        np.testing.assert_allclose(ends[here].prod(1), 1, atol=1e-4)
    assert set(run.attractor[run.verdict == 1]) <= {5} and len(problem.attractors) == 6


def test_two_zeros_are_a_saddle_of_three_weights():
    run = fe.trace(fe.three_weights(z0=1.0), 0.0, 0.0, 50)
    assert (run.attractor, run.arrival, run.verdict) == (4, 0, -1)


# ---------------------------------------------------------------- nonsense

@pytest.mark.parametrize(("make", "message"), [
    (lambda: fe.bumpy("divided"), 'kind must be "multiplied" or "added", got \'divided\''),
    (lambda: fe.bumpy(1), 'kind must be "multiplied" or "added", got 1'),
    (lambda: fe.parabola(axes=("rate", "rate")), "axes must be two different ones of rate, start, curvature, got rate, rate"),
    (lambda: fe.parabola(axes=("rate", "epsilon")), "axes must be two different ones of .*, got rate, epsilon"),
    (lambda: fe.parabola(axes=("rate", "start", "curvature")), "axes must be two different ones"),
    (lambda: fe.parabola(axes=None), "axes must be two different ones"),
    (lambda: fe.parabola(epsilon=1), "unknown parameter 'epsilon'; there are rate, start, curvature"),
    (lambda: fe.parabola(rate=0.5), "rate must not be given: it is an axis, got 0.5"),
    (lambda: fe.bumpy(start=math.nan), "start must be finite, got nan"),
    (lambda: fe.bumpy(wavelength=[1]), r"wavelength must be a number, got \[1\]"),
    (lambda: fe.two_weights(tied=True, b0=1), "unknown parameter 'b0'; there are a0, rate, weight_decay"),
    (lambda: fe.two_weights(tied=True, axes=("a0", "b0")), "axes must be two different ones of a0, rate, weight_decay, got"),
    (lambda: fe.two_weights(a0=1), "a0 must not be given: it is an axis, got 1"),
    (lambda: fe.two_weights(weight_decay=math.inf), "weight_decay must be finite, got inf"),
    (lambda: fe.three_weights(rate="fast"), "rate must be a number, got 'fast'"),
    (lambda: fe.three_weights(axes="x0,w0"), "axes must be two different ones of x0, y0, z0, rate, got x0, w0")])
def test_nonsense_is_refused_by_name_rule_and_value(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_axes_are_two_names_or_one_text():
    assert fe.parabola(axes="start,rate").axes == fe.parabola(axes=["start", "rate"]).axes == ("start", "rate")
