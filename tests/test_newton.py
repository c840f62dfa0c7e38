"""Newton's method against the textbook formula, its symmetries and its closed forms."""
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep


def run(problem, z, steps=100):
    z = np.atleast_1d(np.asarray(z, complex))
    return sweep(problem.system, z.real.copy(), z.imag.copy(), steps)


def some_starts(n, reach=2.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-reach, reach, n) + 1j * rng.uniform(-reach, reach, n)


@pytest.mark.parametrize("coefficients", [[1, 0, 0, -1], [1, 0, -2, 2], [1, 2j, 0, 0, -3 + 1j], [2, -3]])
@pytest.mark.parametrize("a", [1, 0.7 + 0.2j])
def test_newton_equals_its_slow_twin(coefficients, a):
    problem = fe.newton(coefficients=coefficients, a=a)
    roots = np.array(problem.attractors)
    for z, pixel in zip(starts := some_starts(100), run(problem, starts, 60), strict=True):
        orbit = np.array(reference.newton_orbit(z, np.array(coefficients, complex), a, 60))
        distance = np.abs(orbit[:, None] - roots)
        nearest = distance.min(1)
        if not (pixel["verdict"] == -1 and nearest[-1] < 1e-9):
            continue                            # chaotic for these steps: the two roundings part
        assert pixel["attractor"] == distance[-1].argmin()
        late = np.flatnonzero(nearest >= 1e-8)
        assert abs(pixel["arrival"] - (late[-1] + 1 if len(late) else 0)) <= 1
        assert pixel["value"] == pytest.approx(-nearest.sum(), rel=1e-6)
    share = (run(problem, starts, 60)["verdict"] == -1).mean()
    assert share > (0.8 if coefficients != [1, 0, -2, 2] else 0.4)      # z**3 - 2 z + 2 has the cycle 0, 1


def test_the_classic_cycle_settles_nowhere():
    pixel = run(fe.newton(coefficients=[1, 0, -2, 2]), 0, 200)[0]
    assert (pixel["verdict"], pixel["attractor"], pixel["arrival"]) == (0, -1, -1)


def test_rotation_and_conjugation():
    """Row 15: on z**3 - 1 the basins turn with the start, and mirror with it: no mismatch in 20 000 points."""
    z, turn = some_starts(20_000), np.exp(2j * np.pi / 3)
    plain = run(fe.newton(), z)["attractor"]
    turned, mirrored = run(fe.newton(), z * turn)["attractor"], run(fe.newton(), z.conj())["attractor"]
    assert ((plain + 1) % 3 == turned).all()
    assert (np.array([0, 2, 1, -1])[plain] == mirrored).all()


def test_shares_of_the_basins():
    """Row 16: a third each in a disc; 0.3528, 0.3236, 0.3236 in the square [-2, 2]**2."""
    land = fe.render(fe.newton(), fe.View((-2, 2), (-2, 2)), (1000, 1000), 200)
    disc = land.x ** 2 + land.y[:, None] ** 2 <= 4
    for k, square in enumerate((0.3528, 0.3236, 0.3236)):
        assert (land.attractor[disc] == k).mean() == pytest.approx(1 / 3, abs=1e-4)
        assert (land.attractor == k).mean() == pytest.approx(square, abs=1e-4)


def test_relaxation_attracts_where_the_multiplier_is_below_1():
    """Row 17: |1 - a| < 1 at a simple root, |1 - a/2| < 1 at a double one; near the border slow is not lost."""
    z = some_starts(500)
    assert (run(fe.newton(a=1.9), z, 500)["verdict"] == -1).all()
    slow = run(fe.newton(a=1.99), z, 500)
    assert (slow["verdict"] == 0).all() and (slow["last"] < 0.1).mean() > 0.99
    assert (run(fe.newton(a=1.99), z, 5000)["verdict"] == -1).mean() > 0.99
    assert (run(fe.newton(a=2.01), z, 5000)["verdict"] != -1).all()
    double = fe.newton(roots=[1, 1])
    assert double.attractors == (1,)
    for a, settles in ((3.9, True), (4.1, False)):
        out = run(fe.newton(roots=[1, 1], a=a), z, 2000)
        assert (out["verdict"] == -1).all() == settles
        assert (out["verdict"] == -1).any() == settles


def test_multiple_roots_are_reached_to_the_last_bit():
    out = run(fe.newton(roots=[1, 1, 1, -1]), some_starts(300), 200)
    assert (out["verdict"] == -1).mean() > 0.99
    assert out["last"].max() < 1e-8


def test_repeated_roots_of_coefficients_are_one_root():
    problem = fe.newton(coefficients=np.poly([1, 1, -2]))
    assert len(problem.attractors) == 2
    double = min(problem.attractors, key=lambda root: abs(root - 1))
    assert (run(problem, some_starts(200), 200)["verdict"] == -1).mean() > 0.99 and abs(double - 1) < 1e-7
    assert len(fe.newton(coefficients=np.poly([2, 2, 2, -1])).attractors) == 2
    assert len(fe.newton(roots=[1, 1 + 1e-6, 1e6]).attractors) == 3             # given roots are what they are


def test_a_start_on_a_root_has_arrived():
    pixel = run(fe.newton(), 1)[0]
    assert (pixel["verdict"], pixel["attractor"], pixel["arrival"], pixel["last"]) == (-1, 0, 0, 0.0)


def test_the_pole_is_thrown_to_infinity():
    pixel = run(fe.newton(), 0, 30)[0]
    assert (pixel["verdict"], pixel["departure"], pixel["last"]) == (1, 1, np.inf)


@pytest.mark.parametrize("roots", [[0, 1, -1], [0, 1], [0, 0, 1], [0]])
def test_a_root_at_zero_is_reached(roots):
    """There the squared distance underflows before the distance does."""
    out = run(fe.newton(roots=roots), some_starts(2000), 2000)
    assert (out["verdict"] == 1).sum() == 0
    assert (out["verdict"] == -1).mean() > 0.99


def test_a_verdict_does_not_depend_on_the_neighbours():
    system = fe.newton().system
    for partner in (1e-4, 1e200):
        out = sweep(system, np.array([1e-4, partner]), np.zeros(2), 3)
        assert out["verdict"][0] == 1 and out["departure"][0] == 1           # thrown beyond a million by the pole


@pytest.mark.parametrize("n", [3, 4, 7])
def test_steps_beside_the_critical_point_are_exact(n):
    """Where p' nearly vanishes a sum over the roots would cancel."""
    from fractions import Fraction
    problem = fe.newton(roots=[np.exp(2j * np.pi * k / n) for k in range(n)])
    for x in (1e-3, 3e-6, 1e-9):
        orbit = fe.trace(problem, x, 0.0, 2, states=True).states
        exact = Fraction(x) - (Fraction(x) ** n - 1) / (n * Fraction(x) ** (n - 1))
        assert orbit[1, 0] == pytest.approx(float(exact), rel=1e-13)
        assert abs(orbit[1, 1]) < 1e-13 * abs(orbit[1, 0])


def test_many_roots_and_far_starts_do_not_overflow():
    out = run(fe.newton(roots=np.arange(1, 41) / 20), [1e50, -1e50j, 3 + 4j], 8000)
    assert (out["verdict"] == -1).all()
