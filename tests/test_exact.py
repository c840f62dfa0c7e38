"""Runs in arbitrary precision against rational arithmetic, mpmath, their slow twins and the kernel."""
import threading
from decimal import Decimal
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import exact, reference
from fractaledu.exact import networks
from fractaledu.exact.arithmetic import Flint, Mpmath, bits_for
from fractaledu.kernel import CONVERGED, EXPLODED, record, sweep

RATES = "0.8123456789012345678901234567890123456789012345678901234567", "1.5"     # the first has 58 digits


def random_arrays(seed, inputs, hidden, samples):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(inputs, hidden)), rng.normal(size=hidden), rng.normal(size=(samples, inputs)),
            rng.normal(size=samples))


def net(activation="tanh", samples=5, batch=None, **values):
    arrays = random_arrays(3, 3, 4, samples)
    batches = None if batch is None else np.random.default_rng(0).integers(samples, size=(30, batch))
    return fe.network(*arrays, activation=activation, batches=batches, **values).system


NETS = {"tanh": net(), "relu": net("relu"), "identity": net("identity"), "minibatch": net(batch=3),
        "batch beyond all samples": net("relu", batch=9), "drift": net("identity", axes=("drift", "rate")),
        "mean_in": net("relu", axes=("mean_in", "rate_out"), scale_out=1.5), "one tanh": net(samples=1),
        "one relu": net("relu", samples=1, axes=("drift", "rate"), rate_in=0.5),
        "one identity": net("identity", samples=1, axes=("rate", "mean_out"), scale_in=0.7, mean_in=0.1)}
RATIONAL = [name for name, system in NETS.items() if type(system.activation).__name__ != "Tanh"]


def fraction(number):
    """The exact value of an arb or an mpf."""
    if isinstance(number, flint.arb):
        man, exp = number.man_exp()
        return int(man) * Fraction(2) ** int(exp)
    sign, man, exp, _ = number._mpf_
    return (-1) ** sign * int(man) * Fraction(2) ** int(exp)


def weights(system, x, y, steps, arithmetic):
    """Weights after some steps, exactly as the run holds them."""
    with arithmetic.working():
        run = networks.begin(system, Decimal(x), Decimal(y), arithmetic)
        for t in range(steps):
            run.forward()
            run.backward(t)
            run.update()
        return [fraction(v) for v in run.first + run.w1]


def rational_weights(system, x, y, steps):
    """The same in rational arithmetic, without any rounding, by the chain rule."""
    def of(array):
        return np.array([Fraction(float(v)) for v in np.ravel(array)], dtype=object).reshape(np.shape(array))
    hyper, relu, one = of(system.hyper.values), type(system.activation).__name__ == "Relu", hasattr(system, "z")
    hyper[system.hyper.x], hyper[system.hyper.y] = Fraction(x), Fraction(y)
    rate, rate_in, rate_out, _, _, scale_in, scale_out, mean_in, mean_out, drift = hyper
    x_sum = Fraction(system.x_sum) if one else 1
    w0 = of(system.z if one else system.w0) * scale_in + mean_in * x_sum
    w1 = of(system.w1) * scale_out + mean_out
    targets, data = of(np.atleast_1d(system.y)), None if one else of(system.x).reshape(-1, len(w0))
    for t in range(steps):
        w0 = w0 + drift * x_sum
        drawn = system.batches[t] if hasattr(system, "batches") else range(len(targets))
        push, pull = w0 * 0, w1 * 0
        for d in drawn:
            a = w0 if one else data[d] @ w0
            h, slope = (np.maximum(a, 0), (a > 0).astype(int)) if relu else (a, 1)
            error = (h @ w1 / len(w1) - targets[d]) * 2 / len(drawn) / len(w1)
            back = error * w1 * slope
            push = push + (Fraction(system.xx) * back if one else np.outer(data[d], back))
            pull = pull + error * h
        w0, w1 = w0 - rate * rate_in * push, w1 - rate * rate_out * pull
    return [*w0.ravel(), *w1]


def difference(found, expected):
    return max(abs(a - b) for a, b in zip(found, expected, strict=True)) / max(abs(b) for b in expected)


# ---------------------------------------------------------------- weights, to all digits

@pytest.mark.parametrize("arithmetic", [Flint, Mpmath])
@pytest.mark.parametrize("name", RATIONAL)
def test_training_equals_that_in_rational_numbers(name, arithmetic):
    found, expected = weights(NETS[name], *RATES, 3, arithmetic(60)), rational_weights(NETS[name], *RATES, 3)
    assert difference(found, expected) < 1e-57


@pytest.mark.parametrize("name", NETS)
def test_flint_and_mpmath_agree_to_all_digits_but_five(name):
    ours = weights(NETS[name], *RATES, 6, Flint(70))
    assert difference(weights(NETS[name], *RATES, 6, Mpmath(70)), ours) < 1e-65
    assert difference(weights(NETS[name], *RATES, 6, Flint(30)), ours) > 1e-40          # so the digits are used


@pytest.mark.parametrize("name", NETS)
def test_sixty_and_ninety_digits_agree(name):
    short, long = (weights(NETS[name], "0.3", "0.25", 30, Flint(digits)) for digits in (60, 90))
    assert difference(short, long) < 1e-50
    results = [exact.train(NETS[name], "0.3", "0.25", 30, digits, keep=True) for digits in (60, 90)]
    for key in results[0].arrays:
        np.testing.assert_allclose(results[0].arrays[key], results[1].arrays[key], rtol=1e-15)
    assert results[0].value == pytest.approx(results[1].value, rel=1e-15)
    assert results[0].verdict == results[1].verdict


@pytest.mark.parametrize("arithmetic", [Flint, Mpmath])
def test_a_point_of_more_digits_than_we_work_with_is_not_rounded(arithmetic):
    numbers = arithmetic(20)
    with numbers.working():
        assert abs(fraction(numbers.number(Decimal(RATES[0]))) - Fraction(RATES[0])) < Fraction(10) ** -70
        assert fraction(numbers.number(0.1)) == Fraction(0.1)


# ---------------------------------------------------------------- ordinary points: the kernel and the slow twin

@pytest.mark.parametrize("name", NETS)
def test_what_is_kept_is_what_the_kernel_sees(name):
    system, (x, y), steps = NETS[name], (0.3, 0.25), 12
    kept = exact.train(system, x, y, steps, 40, keep=True).arrays
    out, watched, states = record(system, np.array([x]), np.array([y]), steps, states=True)
    np.testing.assert_allclose(kept["loss"], watched[0], rtol=1e-12)
    first = kept["z" if "z" in kept else "w0"].reshape(steps, -1)
    drift = first[0] - states[0, 0, :first.shape[1]]                # the kernel's states are those before the drift
    np.testing.assert_allclose(first, states[0, :-1, :first.shape[1]] + drift, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(kept["w1"], states[0, :-1, first.shape[1]:], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["tanh", "relu", "identity", "minibatch", "mean_in"])
def test_what_is_kept_of_a_step_fits_together(name):
    system, steps = NETS[name], 8
    run = exact.train(system, 0.3, 0.25, steps, 40, keep=True)
    hyper = system.hyper.values.copy()
    hyper[system.hyper.x], hyper[system.hyper.y] = 0.3, 0.25
    x = system.x.reshape(len(system.y), -1)
    for t in range(steps):
        now = {key: array[t] for key, array in run.arrays.items()}
        a = x @ now["w0"]
        if type(system.activation).__name__ == "Tanh":
            h, slope = np.tanh(a), 1 / np.cosh(a) ** 2
            np.testing.assert_allclose(now["kept"], np.copysign(1 - abs(h), a), rtol=1e-12)
        else:
            np.testing.assert_allclose(now["kept"], a, rtol=1e-10)
            relu = type(system.activation).__name__ == "Relu"
            h, slope = (np.maximum(a, 0), a > 0) if relu else (a, np.ones_like(a))
        np.testing.assert_allclose(now["error"], h @ now["w1"] / 4 - system.y, rtol=1e-11, atol=1e-13)
        drawn = system.batches[t] if hasattr(system, "batches") else np.arange(len(system.y))
        g = 2 * now["error"][drawn] / 4 / len(drawn)
        np.testing.assert_allclose(now["push"], x[drawn].T @ (g[:, None] * slope[drawn]), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(now["pull"], g @ h[drawn], rtol=1e-11, atol=1e-13)
        if t + 1 < steps:
            np.testing.assert_allclose(run.arrays["w0"][t + 1], now["w0"] - hyper[0] * hyper[1] * now["w1"] * now["push"],
                                       rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(run.arrays["w1"][t + 1], now["w1"] - hyper[0] * hyper[2] * now["pull"], rtol=1e-12,
                                       atol=1e-13)


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
@pytest.mark.parametrize("shape", [(1, 1, 2), (3, 5, 1), (5, 1, 17), (4, 3, 8)], ids=str)
def test_training_equals_its_slow_twin(shape, activation):
    arrays = random_arrays(sum(shape), *shape)
    found = exact.train(fe.network(*arrays, activation=activation).system, 0.2, 0.3, 15, 30, keep=True).arrays["loss"]
    np.testing.assert_allclose(found, reference.train(*arrays, 0.2, 0.3, 15, activation), rtol=1e-12, atol=1e-15)


def same_reading(run, pixel, rel):
    assert run.value == pytest.approx(pixel["value"], rel=rel)
    if pixel["last"] < 1e6:
        assert run.last == pytest.approx(pixel["last"], rel=1e-6)
    else:                                                   # float64 is some digits off, and its exponent then too
        assert run.last > 1e6 and np.isinf(run.last) == np.isinf(pixel["last"])
    assert (run.departure, run.verdict) == (pixel["departure"], pixel["verdict"])


@pytest.mark.parametrize("steps", [5, 30])
@pytest.mark.parametrize("name", NETS)
def test_runs_are_read_as_the_kernel_reads_them(name, steps):
    for x, y in ((0.3, 0.25), (1e3, 2e3), (-0.1, 40.0)):
        run = exact.train(NETS[name], x, y, steps, 80)
        same_reading(run, sweep(NETS[name], np.array([x]), np.array([y]), steps)[0], 1e-9)


def test_runs_that_leave_count_as_the_kernel_counts_them():
    for x, y in ((1.0, 1e3), (1e3, 1.0), (300.0, 2e3)):
        run = exact.train(NETS["relu"], x, y, 25, 40, keep=True)
        assert run.left > run.departure > 0 and run.verdict == EXPLODED and run.last == np.inf
        same_reading(run, sweep(NETS["relu"], np.array([x]), np.array([y]), 25)[0], 1e-12)
        assert all((array[run.left + 1:] == 0).all() for array in run.arrays.values())
        assert (run.arrays["w1"][run.left] != 0).all() and (run.arrays["pull"][run.left] == 0).all()


def test_a_run_that_is_far_above_the_cap_may_still_go_on():
    system = fe.paper("tanh", width=8).system    # saturated units: the output layer alone learns, and is slow to leave
    run = exact.train(system, 10.0, 1e4, 60, 40, keep=True)
    assert run.arrays["loss"].max() > 1e20
    same_reading(run, sweep(system, np.array([10.0]), np.array([1e4]), 60)[0], 1e-9)


@pytest.mark.parametrize("steps", [7, 30])
def test_the_excess_is_that_of_the_last_twenty_steps(steps):
    run = exact.train(NETS["tanh"], 0.3, 0.25, steps, 40, keep=True)
    v = run.arrays["loss"] / run.arrays["loss"][0]
    assert run.excess == pytest.approx(np.sum(v[-20:] - 1), rel=1e-12)
    assert run.verdict == CONVERGED and run.excess < 0


def test_the_verdict_is_read_where_float64_sees_no_difference_to_twenty():
    tiny = "1e-40"                                          # rates so small that the loss falls by about 1e-40 a step
    run = exact.train(NETS["tanh"], tiny, tiny, 30, 80)
    assert -1e-36 < run.excess < -1e-41 and run.verdict == CONVERGED
    assert exact.train(NETS["tanh"], "-" + tiny, "-" + tiny, 30, 80).verdict != CONVERGED


def test_saturated_units_keep_what_they_lack_to_one():
    system = net(samples=1, axes=("rate_in", "scale_in"))
    kept = exact.train(system, 0.0, 60.0, 1, 30, keep=True).arrays["kept"][0]
    with mpmath.workdps(60):
        lacks = [2 / (mpmath.exp(2 * abs(mpmath.mpf(z) * 60)) + 1) for z in system.z]
    assert float(min(lacks)) < 1e-40                        # beyond the 30 digits
    np.testing.assert_allclose(abs(kept), [max(float(v), 1e-300) for v in lacks], rtol=1e-14)
    assert (np.signbit(kept) == (system.z < 0)).all()


# ---------------------------------------------------------------- orbits

def plain_orbit(z, c, power, steps):
    orbit = [z]
    while len(orbit) <= steps and abs(orbit[-1]) <= 1000:
        orbit.append(orbit[-1] ** power + c)
    return orbit


POINTS = ("-1.4011551890920506004123456789", "1e-31"), ("0.3", "0.02"), ("0.26", "-1e-40"), ("-0.75", "0.1")


@pytest.mark.parametrize("backend", ["flint", "mpmath"])
@pytest.mark.parametrize("power", [2, 3, 5])
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_orbits_equal_plain_ones(point, power, backend):
    run = exact.train(fe.mandelbrot(power).system, *point, 120, 60, keep=True, backend=backend)
    with mpmath.workdps(90):
        orbit = plain_orbit(mpmath.mpc(0), mpmath.mpc(*point), power, 120)
        parts = [[float(z.real) for z in orbit], [float(z.imag) for z in orbit]]
        v = [abs(z) / 2 for z in orbit[1:]]
        value = -mpmath.fsum(v)
    np.testing.assert_allclose([run.arrays["zx"], run.arrays["zy"]], parts, rtol=1e-14)
    if len(orbit) == 121:
        assert (run.departure, run.verdict, run.left) == (-1, CONVERGED, -1)
        assert run.value == pytest.approx(float(value), rel=1e-15)
    else:
        assert run.departure == next(t for t, w in enumerate(v, 1) if w > 1) and run.verdict == EXPLODED


@pytest.mark.parametrize("power", [2, 3])
def test_julia_orbits_equal_plain_ones_and_come_with_the_critical_orbit(power):
    system = fe.julia(-0.4 + 0.6j, power).system
    run = exact.train(system, "0.1234567890123456789", "-0.3", 60, 50, keep=True)
    with mpmath.workdps(80):
        c = mpmath.mpc(system.cx, system.cy)
        for start, names in ((mpmath.mpc("0.1234567890123456789", "-0.3"), ("zx", "zy")),
                             (mpmath.mpc(0), ("critical_x", "critical_y"))):
            orbit = plain_orbit(start, c, power, 60)
            for name, part in zip(names, ("real", "imag"), strict=True):
                np.testing.assert_allclose(run.arrays[name], [float(getattr(z, part)) for z in orbit], rtol=1e-14)
                assert run.arrays[name].flags.c_contiguous


@pytest.mark.parametrize("point", [(0.1, 0.2), (0.4, 0.6), (-0.75, 0.02), (5.0, 5.0)])
@pytest.mark.parametrize("problem", [fe.mandelbrot(), fe.mandelbrot(3), fe.julia()], ids=["2", "3", "julia"])
def test_orbits_are_read_as_the_kernel_reads_them(problem, point):
    run = exact.train(problem.system, *point, 100, 40)
    same_reading(run, sweep(problem.system, *np.array(point).reshape(2, 1), 100)[0], 1e-9)


def test_a_point_is_not_rounded():
    end = "-2." + "0" * 57 + "1"                                    # the set ends at -2; beyond, z grows away by 4 a step
    runs = [exact.train(fe.mandelbrot().system, point, "0", 130, 70) for point in ("-2", end)]
    assert [run.verdict for run in runs] == [0, EXPLODED]
    assert runs[0].departure == -1 and runs[0].excess == 0
    assert exact.train(fe.mandelbrot().system, Decimal(end), 0.0, 130, 70).departure == runs[1].departure == 1


# ---------------------------------------------------------------- how it behaves

@pytest.mark.parametrize("system", [NETS["tanh"], NETS["one tanh"], fe.julia().system])
def test_it_tells_of_each_step_and_can_be_left(system):
    told = []
    exact.train(system, 0.1, 0.2, 7, 30, tell=told.append)
    assert told == list(range(7))

    class Enough(Exception):
        pass

    def leave(t):
        if t == 3:
            raise Enough
    before = flint.ctx.prec
    with pytest.raises(Enough):
        exact.train(system, 0.1, 0.2, 7, 30, tell=leave)
    assert flint.ctx.prec == before


def test_one_thread_at_a_time_has_flints_precision():
    entered, before = threading.Event(), flint.ctx.prec

    def other():
        with Flint(200).working():
            entered.set()
    thread = threading.Thread(target=other)
    with Flint(20).working():
        thread.start()
        assert not entered.wait(0.2)
        assert flint.ctx.prec == bits_for(20)
    thread.join(10)
    assert entered.is_set() and flint.ctx.prec == before


def test_a_unit_exactly_at_its_kink_does_not_learn():
    w0, w1, x, y = random_arrays(1, 3, 4, 1)
    w0[:, 1] = 0
    system = fe.network(w0, w1, x, y, activation="relu").system
    assert system.z[1] == 0
    assert difference(weights(system, *RATES, 3, Flint(60)), rational_weights(system, *RATES, 3)) < 1e-57


def test_it_says_what_it_can_run_and_how():
    assert exact.backend() == "flint" and exact.train(NETS["tanh"], 1, 1, 1, 20).backend == "flint"
    assert all(map(exact.supported, NETS.values()))
    assert all(exact.supported(problem.system) for problem in (fe.mandelbrot(4), fe.julia(), fe.paper("minibatch")))
    assert not any(exact.supported(problem.system) for problem in (
        fe.burning_ship(), fe.newton(), fe.random_network(0, activation="sine"), fe.random_network(0, momentum=0.5)))


@pytest.mark.parametrize(("changed", "message"), [
    ({"x": "one"}, "x must be a number, got 'one'"), ({"y": "nan"}, "y must be finite, got 'nan'"),
    ({"x": float("inf")}, "x must be finite, got inf"), ({"y": None}, "y must be a number, got None"),
    ({"steps": 0}, "steps must be from 1 to 30, got 0"), ({"steps": 31}, "steps must be from 1 to 30, got 31"),
    ({"digits": 14}, "digits must be from 15 to 10000, got 14"), ({"digits": 2.5}, "digits must be a whole number, got 2.5"),
    ({"backend": "gmp"}, "backend must be one of flint, mpmath, got 'gmp'")])
def test_what_is_wrong_is_named(changed, message):
    with pytest.raises(ValueError, match=message):
        exact.train(**{"system": NETS["minibatch"], "x": 1, "y": 1, "steps": 5, "digits": 30, **changed})


def test_a_system_that_stops_at_float64_is_refused():
    with pytest.raises(TypeError, match="system must be a network with tanh.*got BurningShip"):
        exact.train(fe.burning_ship().system, 0, 0, 5, 30)
