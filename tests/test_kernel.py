"""The loop and its measure, whatever is iterated."""
from typing import NamedTuple

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import kernel, reference
from fractaledu.kernel import LANES, PIXEL, sweep
from fractaledu.names import NAMED
from fractaledu.systems.linear import condensed
from fractaledu.systems.planar import step_of


class Curve(NamedTuple):
    """Not a fractal: runs through a list of numbers, so that the measure meets what it must meet."""

    numbers: np.ndarray


@step_of(Curve)
def next_number(system, t, x, y, a, b):
    """The state's size is twice the t-th number."""
    return 2.0 * system.numbers[t] + 0.0 * x, 0.0 * y


SPIKE = np.r_[np.full(30, 0.5), 5e6, np.full(40, 0.25)]
CURVES = {
    "settles": np.geomspace(1, 1e-6, 50),
    "exactly zero": np.zeros(30),
    "ends on 1": np.ones(40),
    "spike and back": SPIKE,
    "spike, above 1e6 at the end": np.r_[SPIKE, 2e6],
    "infinite": np.r_[1.0, 1e10, 1e100, np.inf, np.inf],
    "nan": np.r_[1.0, 10.0, np.nan, np.nan, np.nan],
    "nan at once": np.full(25, np.nan),
    "slow": np.linspace(1.0, 1.5, 60),
    "oscillates": 1.0 + 0.5 * (-1.0) ** np.arange(50),
    "shorter than the tail": np.array([0.5, 0.4, 0.9]),
    "one step": np.array([0.3]),
}


@pytest.mark.parametrize("name", CURVES)
def test_the_measure_equals_its_slow_twin(name):
    curve = CURVES[name]
    out = sweep(Curve(curve), np.zeros(3), np.zeros(3), len(curve))
    value, converged = reference.measure(curve, ratio=False)
    np.testing.assert_allclose(out["value"], value, rtol=1e-14)
    assert (out["verdict"] == -1).all() == converged
    assert (out["departure"] == reference.departure(curve, 1.0, first=1)).all()
    blown = not converged and any(not w <= 1e6 for w in curve)
    assert (out["verdict"] == (-1 if converged else 1 if blown else 0)).all()


@pytest.mark.parametrize("steps", [1, 7, 40])
def test_a_loss_that_stays_is_neither_whatever_its_size(steps):
    """The ratio to the first is 1 exactly; times the inverse of the first it is less for one number in six."""
    starts = np.r_[np.linspace(0.1, 30.0, 500), 1e-160, 1e-150, 1e150]
    out = sweep(fe.parabola(axes=("start", "rate"), curvature=1.0).system, starts, np.full(starts.size, 2.0), steps)
    assert (out["verdict"] == 0).all() and (out["departure"] == -1).all()
    np.testing.assert_allclose(out["value"][1e-153 < starts], steps, rtol=1e-15)       # of smaller ones 1 / loss is inf


def test_where_a_ratio_blew_up_and_came_back_is_not_infinity():
    """The limit is one of the ratio, not of the loss itself."""
    problem = fe.xor()
    land = fe.render(problem, size=(64, 64))
    first = fe.trace(problem, *problem.view.point(0.5, 0.5), steps=1).watched[0]
    blown = land.verdict == 1
    away = ~(land.last <= 1e6 * first)
    assert blown.any() and (land.attractor[blown & away] == len(problem.attractors) - 1).all()
    assert (land.attractor[blown & ~away] == -1).all()


def test_numbers_that_are_not_finite_count_as_a_million():
    """Row 50; a product with isfinite would give NaN."""
    value, converged = reference.measure([1, 1e10, np.inf, np.nan], ratio=True)
    assert not converged
    assert value == pytest.approx(1 + 3e-6)
    out = sweep(Curve(np.array([1.0, 1e10, np.inf, np.nan])), np.zeros(1), np.zeros(1), 4)
    assert out["value"][0] == pytest.approx(1 + 3e-6, rel=1e-15)


def test_value_is_never_nan():
    for curve in CURVES.values():
        assert not np.isnan(sweep(Curve(curve), np.zeros(1), np.zeros(1), len(curve))["value"]).any()


@pytest.mark.parametrize("n", [1, 2, 3, 5, LANES - 1, LANES, LANES + 1, 31, LANES * kernel.GROUPS + 3])
@pytest.mark.parametrize("problem", [fe.mandelbrot(), fe.newton(), fe.paper("one-datum", width=8)],
                         ids=lambda p: p.name)
def test_a_run_does_not_depend_on_its_neighbours(problem, n):
    rng = np.random.default_rng(n)
    x, y = 10.0 ** rng.uniform(-1, 0.3, n), 10.0 ** rng.uniform(-1, 0.3, n)
    together = sweep(problem.system, x, y, 60)
    alone = np.concatenate([sweep(problem.system, x[i:i + 1], y[i:i + 1], 60) for i in range(0, n, max(1, n // 7))])
    assert together[::max(1, n // 7)].tobytes() == alone.tobytes()


@pytest.mark.parametrize("name", NAMED)
def test_no_system_lets_a_run_see_its_neighbours(name):
    problem = fe.named(name)
    rng = np.random.default_rng(5)
    x, y = np.array([problem.view.point(u, v) for u, v in rng.uniform(size=(3 * LANES + 1, 2))]).T
    steps = 30 if name.startswith("paper") else 120
    together, mixed = sweep(problem.system, x, y, steps), rng.permutation(len(x))
    assert sweep(problem.system, x[mixed], y[mixed], steps).tobytes() == together[mixed].tobytes()
    assert sweep(problem.system, x[-1:], y[-1:], steps).tobytes() == together[-1:].tobytes()


def test_nothing_is_written_beside_the_arrays():
    """Loads and stores are raw pointers: odd sizes with guards around every array."""
    shapes = [(1, 1, 1, None), (3, 5, 2, None), (2, 3, 7, 3), (5, 1, 17, None), (4, 9, 33, 17)]
    linear = [fe.random_network(1, *shape[:3], activation="identity") for shape in [*shapes[1:], (7, 4, 6), (8, 6, 9)]]
    for plain in [*(fe.random_network(1, *shape[:3], batch=shape[3]).system for shape in shapes),
                  *(condensed(problem.system) for problem in linear)]:
        guarded, fields = [], {}
        for name, array in plain._asdict().items():
            if isinstance(array, np.ndarray):
                room = np.full(array.size + 32, 77, array.dtype)
                room[16:-16] = array.ravel()
                guarded.append((room, room.copy()))
                fields[name] = room[16:-16].reshape(array.shape)
        system = plain._replace(**fields)
        for n in (1, LANES, 9):
            out = np.zeros(n + 2, PIXEL)
            out[1:-1] = sweep(system, np.full(n, 3.0), np.full(n, 2.0), 5)
            assert out[1:-1].tobytes() == sweep(plain, np.full(n, 3.0), np.full(n, 2.0), 5).tobytes()
        for room, before in guarded:
            assert (room == before).all()


@pytest.mark.parametrize("problem", [fe.mandelbrot(), fe.paper("one-datum", width=8), fe.paper("tanh", width=8)],
                         ids=lambda p: p.name)
def test_a_record_has_the_bits_of_the_sweep(problem):
    rng = np.random.default_rng(0)
    x, y = (10.0 ** rng.uniform(-2, 2.5, 37) for _ in "xy") if problem.name != "mandelbrot" else rng.uniform(-1.5, 1, (2, 37))
    plain, (recorded, watched, _) = sweep(problem.system, x, y, 45), kernel.record(problem.system, x, y, 45)
    assert plain.tobytes() == recorded.tobytes() and len(set(plain["verdict"])) > 1
    gone = plain["last"] == np.inf
    assert (watched[~gone, -1] == plain["last"][~gone]).all() and np.isnan(watched[gone, -1]).all()


def test_a_recorded_run_is_the_run_of_the_pixel():
    problem = fe.newton()
    x = np.linspace(-2, 2, 37)
    plain = sweep(problem.system, x, x[::-1].copy(), 40)
    recorded, watched, states = kernel.record(problem.system, x, x[::-1].copy(), 40, states=True)
    assert plain.tobytes() == recorded.tobytes()
    for p in range(len(x)):
        value, _ = reference.measure(watched[p], ratio=False)
        if plain["verdict"][p] == -1:
            assert plain["value"][p] == pytest.approx(-watched[p].sum(), rel=1e-13)
        assert watched[p, -1] == plain["last"][p] or plain["verdict"][p] == 1      # 0 is the pole: gone, NaN
    distance = np.hypot(states[:, :-1, 0, None] - problem.system.root_x, states[:, :-1, 1, None] - problem.system.root_y)
    there = np.isfinite(watched)
    np.testing.assert_allclose(distance.min(-1)[there], watched[there], rtol=1e-14)


def test_a_set_flag_ends_a_sweep_at_once():
    stop = np.ones(1, bool)
    sweep(fe.mandelbrot().system, np.zeros(8), np.zeros(8), 10 ** 8, stop)      # would take minutes
