"""Burning Ship, the quadratic family, magnets, rational maps and Markus's fractal: slow twins, symmetries, closed forms."""
import math

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep

PERIOD_3 = 1 + math.sqrt(8)                # r where the window of period 3 opens
ACCUMULATION = 3.569945672                      # r where the doublings end


def run(problem, z, steps):
    z = np.atleast_1d(np.asarray(z, complex))
    return sweep(problem.system, z.real.copy(), z.imag.copy(), steps)


def some_points(n, reach=2.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-reach, reach, n) + 1j * rng.uniform(-reach, reach, n)


def watched_by(orbit, number, steps):
    """What `number` says of each state after the first; infinity from where the orbit ends."""
    def of(z):
        try:
            return number(z)
        except OverflowError:
            return math.inf
    seen = [of(z) for z in orbit[1:]]
    return seen + [math.inf] * (steps - len(seen))


def same(curve, expected, rel, upto=1e50):
    """Equal until the first number that is not tame; there both are not."""
    wild = np.flatnonzero(~(np.asarray(expected) < upto))
    end = wild[0] if len(wild) else len(expected)
    np.testing.assert_allclose(curve[:end], expected[:end], rtol=rel, atol=rel)
    return end


# ---------------------------------------------------------------- Burning Ship

HARD = [0, -1, 0.25, 0.26, -2, 2j, -2j, 1 + 1j, -1.75, 2, -2.0000001, -1.76 - 0.03j, 1e200, -0.5 - 0.5j, 0.3 + 0.5j]


@pytest.mark.parametrize("power", [2, 3, 4, 7])
@pytest.mark.parametrize("steps", [1, 19, 20, 21, 50])
def test_the_burning_ship_equals_its_slow_twin(power, steps):
    for c, pixel in zip(HARD, run(fe.burning_ship(power), HARD, steps), strict=True):
        orbit = reference.orbit(lambda z, c=complex(c): reference.burning_ship(z, c, power), 0j, steps)
        watched = watched_by(orbit, lambda z: abs(z) / 2, steps)
        value, converged = reference.measure(watched, ratio=False)
        assert pixel["departure"] == reference.departure(watched, 1.0, first=1), c
        assert (pixel["verdict"] == -1) == converged, c
        assert pixel["value"] == pytest.approx(value, rel=1e-9), c


def test_counts_of_the_burning_ship_are_exact():
    c = some_points(2000)
    twin = []
    for point in c:
        orbit = reference.orbit(lambda z, point=point: reference.burning_ship(z, point), 0j, 60)
        twin.append(reference.departure(watched_by(orbit, lambda z: abs(z) / 2, 60), 1.0, first=1))
    np.testing.assert_array_equal(run(fe.burning_ship(), c, 60)["departure"], twin)


def test_on_the_real_axis_the_burning_ship_is_the_mandelbrot_set():
    """Row 12: bitwise, at 5001 points; an even power forgets the sign of its base."""
    c = np.linspace(-2.2, 0.6, 5001)
    for power in (2, 4):
        assert run(fe.burning_ship(power), c, 2000).tobytes() == run(fe.mandelbrot(power), c, 2000).tobytes()
    assert (run(fe.burning_ship(3), c, 50)["departure"] != run(fe.mandelbrot(3), c, 50)["departure"]).any()


def test_the_burning_ship_has_no_mirror():
    c = some_points(500)
    assert (run(fe.burning_ship(), c, 50)["departure"] != run(fe.burning_ship(), c.conj(), 50)["departure"]).mean() > 0.2


# ---------------------------------------------------------------- the quadratic family

QUADRATIC = [0, 1, 2, 3, 4, -2, 3.5, 3.83, 1 + math.sqrt(6), 1j, 1 + 1j, -1, 4.1, 2.5 - 0.7j]   # 2 superstable, 4 is c = -2


@pytest.mark.parametrize(("make", "step", "z_of", "name"), [
    (fe.logistic, reference.logistic, lambda x, r: r * (0.5 - x), "r"),
    (fe.cubic, reference.cubic, lambda x, rate: rate * x + (1 - rate) / 2, "rate")])
@pytest.mark.parametrize("start", [0.3, 0.0, 1.0, 0.5])
def test_the_quadratic_family_equals_its_slow_twin(make, step, z_of, name, start):
    problem = make(start=start)
    for p in QUADRATIC:
        p = complex(p)
        orbit = reference.orbit(lambda x, p=p: step(x, p), complex(start), 12)
        traced = fe.trace(problem, p.real, p.imag, 12, states=True)
        end = same(traced.watched, watched_by(orbit, lambda x, p=p: abs(z_of(x, p)) / 2, 12), 1e-9)
        np.testing.assert_allclose(traced.states[:end + 1] @ [1, 1j], orbit[:end + 1], rtol=1e-9, atol=1e-11)
        assert problem.axes == (name, f"{name}_imag")


@pytest.mark.parametrize(("make", "c_of"), [(fe.logistic, lambda r: r / 2 - r * r / 4), (fe.cubic, lambda e: (1 - e * e) / 4)])
def test_from_the_critical_point_the_family_counts_as_the_mandelbrot_set(make, c_of):
    """Row 2: the learning rate eta is the point c = (1 - eta**2) / 4, the growth rate r the point r/2 - r**2/4."""
    p = some_points(3000, 3.2)
    ours, theirs = run(make(), p, 100), run(fe.mandelbrot(), c_of(p), 100)
    assert (ours["departure"] == theirs["departure"]).mean() > 0.9995       # but for orbits that graze |z| = 2, or are chaotic
    left = (theirs["departure"] >= 0) & (theirs["departure"] < 15)
    np.testing.assert_array_equal(ours["departure"][left], theirs["departure"][left])


def test_gradient_descent_on_the_cubic_is_z_squared_plus_c():
    """Row 2: z = eta x + (1 - eta)/2 to 1e-15 over 15 steps."""
    rate = 1.7
    x = fe.trace(fe.cubic(start=0.3), rate, 0.0, 15, states=True).states[:, 0]
    z, c = rate * 0.3 + (1 - rate) / 2, (1 - rate ** 2) / 4
    for state in x:
        assert rate * state + (1 - rate) / 2 == pytest.approx(z, abs=1e-15)
        z = z * z + c
    w = fe.trace(fe.logistic(start=rate / (1 + rate) * 0.7), 1 + rate, 0.0, 15, states=True).states[:, 0]
    np.testing.assert_allclose(w, rate / (1 + rate) * (1 - x), atol=3e-15)     # and the logistic map with r = 1 + eta


@pytest.mark.parametrize(("rate", "c"), [(1, 0), (2, -0.75), (math.sqrt(6), -1.25), (math.sqrt(8), -1.75), (3, -2)])
def test_landmarks_of_the_learning_rate_are_landmarks_of_the_mandelbrot_set(rate, c):
    assert (1 - rate ** 2) / 4 == pytest.approx(c, abs=1e-15)
    ours, theirs = fe.trace(fe.cubic(), rate, 0.0, 6), fe.trace(fe.mandelbrot(), c, 0.0, 6)
    np.testing.assert_allclose(ours.watched, theirs.watched, rtol=1e-12, atol=1e-15)
    at_start = fe.trace(fe.cubic(), rate, 0.0, 1, states=True).states[0]
    np.testing.assert_array_equal(at_start, [(rate - 1) / (2 * rate), 0])


def test_the_superstable_logistic_map_stays_at_its_critical_point():
    run = fe.trace(fe.logistic(), 2.0, 0.0, 50, states=True)
    np.testing.assert_array_equal(run.watched, 0)
    np.testing.assert_array_equal(run.states, np.tile([0.5, 0.0], (51, 1)))
    assert (run.verdict, run.departure) == (-1, -1)


def test_r_4_is_the_end_of_the_antenna():
    run = fe.trace(fe.logistic(), 4.0, 0.0, 100, states=True)
    np.testing.assert_array_equal(run.states[:4, 0], [0.5, 1, 0, 0])
    assert (run.verdict, run.departure, run.value) == (0, -1, 100.0)


def test_a_rate_of_0_moves_nothing():
    assert fe.trace(fe.cubic(start=0.3), 0.0, 0.0, 30, states=True).states[-1, 0] == 0.3
    assert fe.trace(fe.cubic(), 0.0, 0.0, 30).verdict == -1          # no critical point: the start is 0
    assert fe.trace(fe.logistic(), 0.0, 0.0, 30).verdict == -1


@pytest.mark.parametrize(("make", "centre"), [(fe.logistic, 1), (fe.cubic, 0)])
def test_the_family_is_symmetric_about_its_centre_and_its_real_axis(make, centre):
    """c depends on (r - 1)**2, and on eta**2, only; conjugation changes no bit."""
    offsets = some_points(2000, 3.0)
    out = run(make(), centre + offsets, 40)
    assert out.tobytes() == run(make(), centre + offsets.conj(), 40).tobytes()
    assert (out["departure"] == run(make(), centre - offsets, 40)["departure"]).mean() > 0.998


def test_any_two_of_the_familys_parameters_are_the_axes():
    names = ("r", "r_imag", "start", "start_imag")
    numbers = {"r": 2.9, "r_imag": 0.2, "start": 0.4, "start_imag": -0.1}
    curves = set()
    for a in names:
        for b in set(names) - {a}:
            others = {name: number for name, number in numbers.items() if name not in (a, b)}
            curves.add(fe.trace(fe.logistic(axes=(a, b), **others), numbers[a], numbers[b], 30).watched.tobytes())
    assert len(curves) == 1


# ---------------------------------------------------------------- the logistic map's exponents, by Markus's fractal

def exponent(r, start=0.3, steps=100_000, burn=10_000):
    r = np.array(r, float, ndmin=1)
    return np.log(sweep(fe.markus("A", burn=burn, axes=("r_a", "start")).system, r, np.full(len(r), start), steps)["last"])


@pytest.mark.parametrize("r", [1.2, 1.5, 2.3, 2.5, 2.9, 3.0])
def test_a_fixed_points_exponent_is_that_of_2_minus_r(r):
    """Row 3."""
    exact = math.log(abs(2 - r)) if r != 3 else 0.0
    assert exponent(r, steps=1_000_000 if r == 3 else 20_000)[0] == pytest.approx(exact, abs=1e-5 if r == 3 else 1e-8)


@pytest.mark.parametrize("r", [3.1, 3.2, 3.4, 3.44])
def test_a_two_cycles_exponent_is_half_of_4_plus_2r_minus_r_squared(r):
    """Row 4."""
    assert exponent(r)[0] == pytest.approx(0.5 * math.log(abs(4 + 2 * r - r * r)), abs=1e-9)


@pytest.mark.parametrize("start", [0.1, 0.3])
def test_the_exponent_of_r_4_is_the_logarithm_of_2(start):
    """Row 5."""
    assert exponent(4.0, start, 1_000_000)[0] == pytest.approx(math.log(2), abs=1e-5)


def test_a_start_of_one_half_is_a_trap():
    """Trap 16: the derivative is 0 there, and at r = 4 the orbit ends at 0, whose exponent is ln 4."""
    problem = fe.markus("A", burn=10, axes=("r_a", "start"))
    assert np.log(fe.trace(problem, 4.0, 0.5, 1000).watched[-1]) == pytest.approx(math.log(4), abs=1e-12)
    superstable = fe.trace(problem, 2.0, 0.5, 50)
    assert superstable.verdict == -1 and (superstable.watched <= 1e-299).all()     # not log 0, not NaN


def test_at_the_end_of_the_doublings_the_exponent_is_0():
    """Row 6."""
    assert abs(exponent(ACCUMULATION, steps=1_000_000)) < 1e-4
    assert exponent(ACCUMULATION - 0.005) < -1e-2 and exponent(ACCUMULATION + 0.005) > 1e-2


def test_superstable_rates_close_in_by_feigenbaums_factor():
    """Row 6: r_n has 1/2 in a cycle of 2**n; the gaps shrink by delta = 4.669201609, towards 3.569945672."""
    def miss(r, n):
        return fe.trace(fe.logistic(axes=("r", "start")), r, 0.5, 2 ** n, states=True).states[-1, 0] - 0.5

    found = [2.0, 1 + math.sqrt(5)]
    assert abs(miss(found[1], 1)) < 1e-15
    for n in range(2, 10):
        gap = (found[-1] - found[-2]) / 4.669
        low, high = found[-1] + 0.6 * gap, found[-1] + 1.4 * gap
        falls = miss(low, n) > 0
        assert falls != (miss(high, n) > 0)
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if (miss(middle, n) > 0) == falls else (low, middle)
        found.append(low)
    gaps = np.diff(found)
    assert gaps[-2] / gaps[-1] == pytest.approx(4.669201609, abs=1e-4)
    assert found[-1] + gaps[-1] / (4.669201609 - 1) == pytest.approx(ACCUMULATION, abs=1e-9)


def test_the_window_of_period_3_opens_at_1_plus_the_root_of_8():
    """Row 7: it is c = -7/4; 1e-3 before it there is chaos."""
    assert exponent(PERIOD_3 - 1e-3) > 0.01 > 0 > exponent(PERIOD_3 + 1e-3)
    states = fe.trace(fe.logistic(axes=("r", "start")), PERIOD_3 + 1e-3, 0.3, 5000, states=True).states
    assert len(set(states[-60:, 0].round(9))) == 3
    rates = np.linspace(PERIOD_3 - 2e-3, PERIOD_3 + 2e-3, 401)
    assert rates[exponent(rates) < 0][0] == pytest.approx(PERIOD_3, abs=1e-3)


WORDS = ["A", "B", "AB", "BA", "AABAB", "BBBBBBAAAAAA"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("a", "b"), [(2.0, 3.0), (3.2, 2.5), (2.4, 3.5), (1.0, 1.0), (0.0, 3.0), (4.0, 4.0), (4.1, 4.2)])
def test_the_forced_logistic_map_equals_its_slow_twin(word, a, b):
    """From the first step on, and after the steps that do not count; (4, 4) and beyond only while rounding is small."""
    for burn, steps in ((0, 12), (7, 12)):
        traced = fe.trace(fe.markus(word, burn=burn), a, b, steps)
        expected = np.exp(reference.lyapunov(word, a, b, 0.3, burn, steps))
        same(traced.watched, expected, 1e-7, upto=1e25)


def test_a_forced_orbit_that_runs_away_is_chaotic_and_exploded():
    for burn in (0, 500):
        run = fe.trace(fe.markus("AB", burn=burn), 4.5, 4.5, 200)
        assert (run.verdict, run.last) == (1, np.inf)


def test_exchanging_the_letters_exchanges_the_axes():
    """Bit for bit: the word BA at (b, a) is the word AB at (a, b)."""
    rng = np.random.default_rng(0)
    a, b = rng.uniform(2, 4, (2, 500))
    for word in WORDS:
        swapped = word.translate(str.maketrans("AB", "BA"))
        assert (sweep(fe.markus(word).system, a, b, 200).tobytes() == sweep(fe.markus(swapped).system, b, a, 200).tobytes())


def test_turning_the_word_changes_the_exponent_only_through_the_start():
    """AB and BA; a burn-in that is longer by one step makes them the same orbit, and so does a stable cycle."""
    rng = np.random.default_rng(0)
    a, b = rng.uniform(2, 4, (2, 500))
    ab, ba = (np.log(sweep(fe.markus(word, burn=3000).system, a, b, 2000)["last"]) for word in ("AB", "BA"))
    stable = (ab < -0.05) & (ba < -0.05)
    assert stable.mean() > 0.5
    assert (np.abs(ab - ba)[stable] < 2e-3).mean() > 0.97           # the others: two attractors
    start = 0.3
    later = reference.logistic(start, 3.7)                          # AB after one step A is BA
    one = fe.trace(fe.markus("AB", burn=1, r_b=3.1, axes=("r_a", "start")), 3.7, start, 20)
    other = fe.trace(fe.markus("BA", burn=0, r_b=3.1, axes=("r_a", "start")), 3.7, later, 20)
    np.testing.assert_allclose(one.watched, other.watched, rtol=1e-12)


def test_a_words_repetition_and_its_small_letters_change_nothing():
    plain = fe.render(fe.markus("AB"), size=(20, 20), steps=100)
    assert fe.render(fe.markus("abab"), size=(20, 20), steps=100).value.tobytes() == plain.value.tobytes()


# ---------------------------------------------------------------- magnets

@pytest.mark.parametrize("kind", [1, 2])
def test_magnets_equal_their_slow_twin(kind):
    """Over 15 steps; poles are thrown to infinity."""
    poles = {1: [2], 2: [1.5 + 0.5j * math.sqrt(3)]}[kind]
    for c in [0, 0.5, 1, 1.5, 3, 3.2, -1, 2.1, 1j, 1.5 + 2j, -0.3 - 1.2j, 1e9, *poles]:
        c = complex(c)
        orbit = reference.orbit(lambda z, c=c: reference.magnet(z, c, kind), 0j, 15)
        expected = watched_by(orbit, lambda z: abs(z - 1), 15)
        run = fe.trace(fe.magnet(kind), c.real, c.imag, 15)
        same(run.watched, expected, 1e-8, upto=1e20)
        if max(expected) < 1e20:
            assert run.departure == reference.departure(expected, 100.0, first=1), c


def test_the_pole_of_a_magnet_is_thrown_to_infinity():
    for kind, c in ((1, 2), (2, 1), (2, 2)):
        pixel = run(fe.magnet(kind), c, 50)[0]
        if kind == 1:                               # 2 z + c - 2 is 0 at the first step
            assert (pixel["verdict"], pixel["attractor"], pixel["departure"], pixel["arrival"]) == (1, 1, 1, 1)
        else:                                       # (c - 1)(c - 2) is 0: the orbit rests at 0
            assert (pixel["verdict"], pixel["attractor"], pixel["last"]) == (0, -1, 1.0)


def test_magnets_settle_at_1_at_infinity_or_at_neither():
    """Row 14: c = 1.5 and 3.2 reach 1 after 1 and 9 steps (the source counts from 0), c = 0.5 reaches neither."""
    found = run(fe.magnet(), [1.5, 3.2, 0.5], 500)
    assert list(found["arrival"]) == [1, 9, -1]
    assert list(found["attractor"]) == [0, 0, -1]
    assert list(found["verdict"]) == [-1, -1, 0]


@pytest.mark.parametrize(("kind", "shares"), [(1, (0.1118, 0.7403, 0.1478)), (2, (0.1039, 0.8778, 0.0183))])
def test_one_magnet_orbit_in_nine_reaches_nothing(kind, shares):
    """Trap 18: not to escape is not to converge."""
    x, y = np.meshgrid(np.linspace(-2, 4, 300), np.linspace(-3, 3, 300))
    reached = sweep(fe.magnet(kind).system, x.ravel(), y.ravel(), 500)["attractor"]
    for attractor, share in zip((-1, 0, 1), shares, strict=True):
        assert (reached == attractor).mean() == pytest.approx(share, abs=2e-3)


@pytest.mark.parametrize("kind", [1, 2])
def test_magnets_are_their_own_mirror_image(kind):
    c = 1 + some_points(2000, 3.0)
    assert run(fe.magnet(kind), c, 200).tobytes() == run(fe.magnet(kind), c.conj(), 200).tobytes()


# ---------------------------------------------------------------- rational functions

def test_the_default_rational_function_is_newtons_method():
    """The same basins of z**3 - 1, but for the few pixels whose rounding chaos has amplified."""
    view = fe.View((-2, 2), (-2, 2))
    ours, newton = (fe.render(problem, view, (200, 200), 100) for problem in (fe.rational(), fe.newton()))
    order = np.array([np.abs(np.array(fe.newton().attractors) - z).argmin() for z in fe.rational().attractors])
    assert sorted(order) == [0, 1, 2]
    assert (order[ours.attractor] == newton.attractor).mean() > 0.9995
    assert (ours.arrival == newton.arrival).mean() > 0.999


RATIONAL = {"newton": ((2, 0, 0, 1), (3, 0, 0)), "square": ((1, 0, 0), (1,)), "basilica's basin": ((1, 0, 0.2j), (1,)),
            "blaschke": ((1, -0.5, 0), (-0.5, 1)), "complex": ((1, 0.3j, 0, 0), (0.2, 1j, 2.0))}


@pytest.mark.parametrize("name", RATIONAL)
def test_rational_functions_equal_their_slow_twin(name):
    p, q = (np.array(c, complex) for c in RATIONAL[name])
    problem = fe.rational(p, q)
    fixed = np.array([z for z in problem.attractors if z != "infinity"])
    assert np.abs(np.polyval(p, fixed) / np.polyval(q, fixed) - fixed).max() < 1e-12
    for z in [*some_points(60, 1.7), 0.5, *fixed]:
        z = complex(z)
        orbit = reference.orbit(lambda z: reference.rational(z, p, q), z, 9)
        expected = watched_by([None, *orbit[:8]], lambda z: np.abs(fixed - z).min(), 8)
        same(fe.trace(problem, z.real, z.imag, 8).watched, expected, 1e-7, upto=1e20)


def test_the_square_settles_inside_the_unit_circle_and_runs_away_outside():
    problem = fe.rational((1, 0, 0), (1,))
    assert problem.attractors == (0, "infinity")
    z = some_points(2000, 1.5)
    out = run(problem, z, 200)
    np.testing.assert_array_equal(out["attractor"], np.abs(z) > 1)
    edge = run(problem, [1, -1, 1j, 0, 1 - 2 ** -53], 30)
    assert list(edge["attractor"]) == [-1, -1, -1, 0, -1]           # on the circle nothing is decided
    assert edge["arrival"][3] == 0


def test_infinity_is_reached_by_a_blaschke_product_from_outside_the_unit_circle():
    """z (z - a) / (1 - a z) maps the circle to itself; 0 and infinity attract with multiplier -a."""
    problem = fe.rational((1, -0.5, 0), (-0.5, 1))
    assert problem.attractors == (0, "infinity")
    z = some_points(2000, 2.0)
    out = run(problem, z, 300)
    clear = np.abs(np.abs(z) - 1) > 1e-9
    np.testing.assert_array_equal(out["attractor"][clear], np.abs(z[clear]) > 1)


def test_infinity_attracts_where_the_leading_coefficients_say_so():
    """2 z**2 / (z + 1) doubles far out; z**2 / (2 z + 1), Newton's method on z**2 + z, halves: a line parts its basins."""
    growing, halving = fe.rational((2, 0, 0), (1, 1)), fe.rational((1, 0, 0), (2, 1))
    assert growing.attractors == (0, "infinity") and halving.attractors == (0, -1)
    far = run(growing, [1e3, -1e3j], 100)
    assert list(far["attractor"]) == [1, 1] and (far["departure"] < 15).all()
    z = some_points(500)
    np.testing.assert_array_equal(run(halving, z, 100)["attractor"], z.real < -0.5)


def test_real_rational_functions_are_their_own_mirror_image():
    z = some_points(2000)
    for name in ("newton", "square", "blaschke"):
        mirrored = run(fe.rational(*RATIONAL[name]), z.conj(), 60)
        plain = run(fe.rational(*RATIONAL[name]), z, 60)
        assert plain["departure"].tobytes() == mirrored["departure"].tobytes()
        assert plain["arrival"].tobytes() == mirrored["arrival"].tobytes()


def test_a_start_on_an_attracting_fixed_point_has_arrived():
    problem = fe.rational()
    for k, z in enumerate(problem.attractors):
        pixel = run(problem, z, 30)[0]
        assert (pixel["attractor"], pixel["arrival"], pixel["verdict"]) == (k, 0, -1)


def test_the_pole_and_far_starts_of_a_rational_function_do_not_crash():
    out = run(fe.rational(), [0, 1e150, -1e150j], 2000)
    assert out["verdict"][0] == 1 and (out["verdict"][1:] == -1).all()      # the far ones come back
    big = fe.rational([1] + [0] * 63 + [0.1], [1])
    assert list(run(big, [0.5, 1e10, 1e200], 30)["attractor"]) == [0, 1, 1]


# ---------------------------------------------------------------- nonsense

@pytest.mark.parametrize(("make", "message"), [
    (lambda: fe.burning_ship(1), "power must be from 2 to 64, got 1"),
    (lambda: fe.burning_ship(2.5), "power must be a whole number, got 2.5"),
    (lambda: fe.magnet(3), "kind must be from 1 to 2, got 3"), (lambda: fe.magnet("I"), "kind must be a whole number, got 'I'"),
    (lambda: fe.magnet(tolerance=0), "tolerance must be positive, got 0"),
    (lambda: fe.magnet(tolerance=math.nan), "tolerance must be finite, got nan"),
    (lambda: fe.markus("ABC"), "word must be of 1 to 64 letters A and B, got 'ABC'"),
    (lambda: fe.markus(""), "word must be of 1 to 64 letters A and B, got ''"),
    (lambda: fe.markus("AB" * 33), "word must be of 1 to 64 letters"), (lambda: fe.markus(5), "word must be .* got 5"),
    (lambda: fe.markus(burn=-1), "burn must be from 0 to 100000, got -1"),
    (lambda: fe.markus(burn=10 ** 6), "burn must be from 0 to 100000, got 1000000"),
    (lambda: fe.rational((1, 0), (1,)), "numerator and denominator must make a function of degree 2 or more, got"),
    (lambda: fe.rational((1, 0, 0), (0, 0)), r"denominator must not be zero, got \[0, 0\]"),
    (lambda: fe.rational((0,), (1, 0, 0)), "numerator must not be zero"),
    (lambda: fe.rational((), (1,)), "numerator must not be zero"),
    (lambda: fe.rational((1, 0, -2), (1,)), "must have a finite attracting fixed point, got none"),
    (lambda: fe.rational(3, (1,)), "numerator must be a list of numbers, got 3"),
    (lambda: fe.rational((1, 0, "x"), (1,)), "numerator must be a number, got 'x'"),
    (lambda: fe.rational((1, 0, math.nan), (1,)), "numerator must be finite, got nan"),
    (lambda: fe.rational((1, 0, 0), (1,), tolerance=-1), "tolerance must be positive, got -1"),
    (lambda: fe.rational([1] * 66, (1,)), "numerator must be at most 65 in number, got 66"),
    (lambda: fe.logistic(axes=("r", "r")), "axes must be two different ones of r, r_imag, start, start_imag, got r, r"),
    (lambda: fe.logistic(axes=("r", "q")), "axes must be two different ones of .*, got r, q"),
    (lambda: fe.logistic(axes="r"), "axes must be two different ones of .*, got r"),
    (lambda: fe.logistic(axes=7), "axes must be two different ones of .*, got 7"),
    (lambda: fe.logistic(rate=1), "unknown parameter 'rate'; there are r, r_imag"),
    (lambda: fe.logistic(axes=("r", "start"), start=0.3), "start must not be given: it is an axis, got 0.3"),
    (lambda: fe.cubic(start=math.nan), "start must be finite, got nan"),
    (lambda: fe.cubic(start="x"), "start must be a number, got 'x'"),
    (lambda: fe.cubic(start_imag=math.inf), "start_imag must be finite, got inf"),
    (lambda: fe.markus(r_a=3), "r_a must not be given: it is an axis, got 3")])
def test_nonsense_is_refused_by_name_rule_and_value(make, message):
    with pytest.raises(ValueError, match=message):
        make()
