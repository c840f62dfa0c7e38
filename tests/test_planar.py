"""Mandelbrot and Julia sets against their slow twins, closed forms and published numbers."""
from typing import NamedTuple

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference
from fractaledu.kernel import sweep
from fractaledu.simd import where
from fractaledu.systems.planar import mandelbrot_step


def run(problem, z, steps):
    z = np.atleast_1d(np.asarray(z, complex))
    return sweep(problem.system, z.real.copy(), z.imag.copy(), steps)


HARD = [0, -1, 0.25, 0.26, -2, 2j, 1 + 1j, -0.75, 1j, -1.75, 2, -2.0000001, 0.3 + 0.5j]    # -2 and 2j touch |z| = 2


@pytest.mark.parametrize("power", [2, 3, 4, 7])
@pytest.mark.parametrize("steps", [1, 19, 20, 21, 50])
def test_mandelbrot_equals_its_slow_twin(power, steps):
    out = run(fe.mandelbrot(power), HARD, steps)
    for c, pixel in zip(HARD, out, strict=True):
        watched = reference.escape_orbit(0j, complex(c), power, steps)
        value, converged = reference.measure(watched, ratio=False)
        assert pixel["departure"] == reference.departure(watched, 1.0, first=1), c
        assert (pixel["verdict"] == -1) == converged, c
        assert pixel["value"] == pytest.approx(value, rel=1e-9), c


def test_counts_of_departing_orbits_are_exact():
    rng = np.random.default_rng(3)
    c = rng.uniform(-2.1, 0.7, 2000) + 1j * rng.uniform(-1.3, 1.3, 2000)
    out = run(fe.mandelbrot(), c, 60)
    twin = [reference.departure(reference.escape_orbit(0j, z, 2, 60), 1.0, first=1) for z in c]
    np.testing.assert_array_equal(out["departure"], twin)


@pytest.mark.parametrize("power", [2, 3])
def test_julia_equals_its_slow_twin(power):
    c = -0.4 + 0.3j
    starts = [0, 1, -1, 2, 2j, 0.5 + 0.5j, 1.2, 0.9j]
    out = run(fe.julia(c, power), starts, 40)
    for z, pixel in zip(starts, out, strict=True):
        watched = reference.escape_orbit(complex(z), c, power, 40)
        assert pixel["departure"] == reference.departure(watched, 1.0, first=1), z
        assert pixel["value"] == pytest.approx(reference.measure(watched, ratio=False)[0], rel=1e-9), z


def test_area_of_the_mandelbrot_set():
    """Row 8: 1.5065918849 (Förstemann); at 4096 steps and 1000 columns the sample is 8.5e-4 too big."""
    n, height = 1000, 480
    x = -2 + (np.arange(n) + 0.5) * 2.5 / n
    y = (np.arange(height) + 0.5) * 1.2 / height
    inside = sweep(fe.mandelbrot().system, np.tile(x, height), np.repeat(y, n), 4096)["departure"] < 0
    area = 2 * inside.sum() * (2.5 / n) * (1.2 / height)
    assert area - 1.5065918849 == pytest.approx(8.5e-4, abs=2e-4)


def test_area_of_cardioid_and_disc():
    """Row 9: 3 pi / 8 and pi / 16; every point of them stays."""
    n = 1000
    x, y = np.meshgrid(-2 + (np.arange(n) + 0.5) * 2.5 / n, (np.arange(480) + 0.5) * 1.2 / 480)
    q = (x - 0.25) ** 2 + y ** 2
    cardioid, disc = q * (q + x - 0.25) <= 0.25 * y ** 2, (x + 1) ** 2 + y ** 2 <= 1 / 16
    cell = 2 * (2.5 / n) * (1.2 / 480)
    assert cardioid.sum() * cell == pytest.approx(3 * np.pi / 8, abs=8e-5)
    assert disc.sum() * cell == pytest.approx(np.pi / 16, abs=8e-5)
    inside = (cardioid | disc).ravel()
    out = sweep(fe.mandelbrot().system, x.ravel()[inside][::7].copy(), y.ravel()[inside][::7].copy(), 500)
    assert (out["departure"] == -1).all()
    assert (out["verdict"] == -1).all()


def test_pi_at_the_neck():
    """Row 10: epsilon * steps -> pi at c = -3/4 + i epsilon, the first iterate being step 1."""
    out = run(fe.mandelbrot(), [-0.75 + 1e-3j, -0.75 + 1e-4j], 40_000)
    assert list(out["departure"]) == [3143, 31417]


def test_pi_at_the_cusp():
    """Row 11: sqrt(epsilon) * steps -> pi at c = 1/4 + epsilon."""
    out = run(fe.mandelbrot(), [0.25 + 1e-6, 0.25 + 1e-8], 40_000)
    assert list(out["departure"]) == [3140, 31414]


def test_the_end_of_the_antenna_is_neither():
    """c = -2 has |z| = 2 for ever: its mean is exactly 1, which the paper's rule calls not converged."""
    pixel = run(fe.mandelbrot(), -2, 100)[0]
    assert (pixel["verdict"], pixel["departure"], pixel["value"]) == (0, -1, 100.0)


def test_the_origin_is_converged_although_its_value_is_minus_zero():
    pixel = run(fe.mandelbrot(), 0, 100)[0]
    assert pixel["verdict"] == -1
    assert np.signbit(pixel["value"])


@pytest.mark.parametrize("c", [-0.8 + 0.156j, -0.122561166876654 + 0.744861766619744j])
def test_julia_sets_are_symmetric_to_the_last_bit(c):
    """Row 13: z -> -z; and complex conjugation for real c."""
    rng = np.random.default_rng(0)
    z = rng.uniform(-1.5, 1.5, 1000) + 1j * rng.uniform(-1.5, 1.5, 1000)
    assert run(fe.julia(c), z, 300).tobytes() == run(fe.julia(c), -z, 300).tobytes()
    assert run(fe.julia(c.real), z, 300).tobytes() == run(fe.julia(c.real), z.conj(), 300).tobytes()


def test_the_step_is_the_textbook_line():
    assert mandelbrot_step(fe.mandelbrot().system, 0, 0.5, 0.25, -1.0, 0.5) == (0.5 ** 2 - 0.25 ** 2 - 1, 0.25 + 0.5)


class Tricorn(NamedTuple):
    """conj(z)**2 + c."""


@fe.step_of(Tricorn)
def tricorn_step(system, t, x, y, a, b):
    return x * x - y * y + a, b - 2.0 * x * y


class Folded(NamedTuple):
    """A map with a constant, a fold and the start as its pixel."""

    shift: float


@fe.step_of(Folded, plane="start")
def folded_step(system, t, x, y, a, b):
    x = where(x < 0.0, -x, x)
    return x * x - abs(y) * abs(y) + system.shift, 2.0 * x * y


def test_a_new_map_takes_a_namedtuple_and_a_step():
    land = fe.render(Tricorn(), fe.View((-2, 2), (-2, 2)), (40, 30), 50)
    for row, column in ((3, 5), (15, 20), (20, 10), (15, 12)):
        z, left = 0j, -1
        for step in range(1, 51):
            z = z.conjugate() ** 2 + complex(land.x[column], land.y[row])
            if abs(z) > 2:
                left = step
                break
        assert land.departure[row, column] == left
    assert fe.plot(land) is not None
    starts = fe.render(Folded(-0.5), size=(16, 16), steps=20)
    assert (starts.verdict == -1).any() and (starts.verdict == 1).any()


def test_a_second_step_for_the_same_map_is_refused():
    with pytest.raises(ValueError, match="Tricorn has a step already"):
        fe.step_of(Tricorn)(tricorn_step)
    with pytest.raises(ValueError, match="plane must be"):
        fe.step_of(NamedTuple, plane="nowhere")
