"""What a problem says of itself makes it again: recipes, knobs, files, digests."""
import itertools
import subprocess
import sys

import numpy as np
import pytest
from numba import njit

import fractaledu as fe
from fractaledu.explorer.controls import controls, family, turned, value_of
from fractaledu.names import NAMED
from fractaledu.recipes import Recipe, digest


def numbers(problem):
    """All that the kernel sees, in a comparable form."""
    return digest(problem.system), problem.axes, problem.view


def same_again(problem):
    back = Recipe.from_text(Recipe(problem, problem.view, (8, 8), 10).to_text()).problem
    assert numbers(back) == numbers(problem) and back.options == problem.options and back.title == problem.title


@pytest.mark.parametrize("name", NAMED)
def test_every_pair_of_axes_goes_round_through_its_recipe(name):
    plain = fe.named(name)
    same_again(plain)
    names = [p.name for p in plain.parameters]
    for axes in itertools.permutations(names, 2):
        same_again(fe.named(name, axes=axes))
    if "momentum" in names:
        same_again(fe.named(name, axes=("mean_in", "momentum"), weight_decay=0.25, scale_out=3))


@pytest.mark.parametrize("name", NAMED)
def test_a_knob_turned_to_where_it_stands_changes_nothing(name):
    problems = [fe.named(name)]
    names = [p.name for p in problems[0].parameters]
    problems += [fe.named(name, axes=axes) for axes in itertools.islice(itertools.permutations(names, 2), 0, None, 7)]
    for problem in problems:
        for knob in controls(problem):
            there = value_of(problem, knob.name)
            if there is not None:
                after = turned(problem, knob.name, there)
                assert numbers(after) == numbers(problem), (problem.axes, knob.name)
        assert {knob.name for knob in controls(problem)} <= set(family(problem))


def test_the_condition_may_change_whatever_is_set():
    for problem in (fe.paper("offset", rate_in=2.0), fe.paper("tanh", rate=2.0), fe.paper("tanh", drift=0.1),
                    fe.paper("one-datum", axes=("rate", "momentum")), fe.paper("offset", axes=("rate_in", "rate_out"))):
        for condition in ("tanh", "offset", "one-datum", "minibatch"):
            assert turned(problem, "condition", condition).name == f"paper-{condition}"
    back = turned(turned(turned(fe.paper("offset", offset="start"), "x_axis", "momentum"), "x_axis", "mean_in"), "width", None)
    assert numbers(back) == numbers(fe.paper("offset", offset="start")) and value_of(back, "offset") == "start"
    assert turned(back, "offset", "every step").axes == ("drift", "rate")


def test_one_different_number_anywhere_is_another_system(tmp_path):
    @njit
    def start(c, x, y, state):
        state[0] = c[0][700]

    @njit
    def step(c, t, x, y, state):
        return state[0]

    long = np.arange(2000.0)
    other = long.copy()
    other[700] += 1e-9
    view = fe.View((0, 1), (0, 1))
    a, b = (fe.own_system(start, step, 1, (array,), view=view) for array in (long, other))
    assert digest(a.system) == digest(fe.own_system(start, step, 1, (long.copy(),), view=view).system) != digest(b.system)
    wrapped = [digest(fe.single_precision(fe.network([[1.0]], [1.0], [[v]], [0.5])).system) for v in (0.3, 0.3001)]
    assert wrapped[0] != wrapped[1]
    momenta = [fe.network([[1.0]], [1.0], [[0.3]], [0.5], momentum=m) for m in (0.1234567891, 0.1234567892)]
    assert digest(momenta[0].system) != digest(momenta[1].system)
    file = tmp_path / "a.npz"
    fe.render(a, size=(4, 4), steps=3, file=file)
    file.rename(tmp_path / "a.npz.part")
    with pytest.raises(ValueError, match="file must be free or hold a part of this picture"):
        fe.render(b, size=(4, 4), steps=3, file=file)


def test_a_digest_is_the_same_in_another_process():
    program = ("import numpy as np, fractaledu as fe\n"
               "from fractaledu.recipes import digest\n"
               "def helper(v): return 2.0 * v\n"
               "import numba; helper = numba.njit(helper)\n"
               "def start(c, x, y, s): s[0] = x\n"
               "def step(c, t, x, y, s): return helper(s[0]) * c[0]\n"
               "print(digest(fe.own_system(start, step, 1, (3.0,), view=fe.View((0, 1), (0, 1))).system))")
    found = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
             for code in (program, program, program.replace("2.0 * v", "2.5 * v"), program.replace("(3.0,)", "(3.5,)"))}
    assert len(found) == 3


@pytest.mark.parametrize("problem", [fe.shuffled(fe.random_network(0, 2, 3, 4, momentum=0.1)), fe.shuffled(fe.paper("offset")),
                                     fe.single_precision(fe.newton()), fe.single_precision(fe.two_weights())],
                         ids=lambda p: p.title)
def test_wrapped_problems_are_saved_and_loaded_with_their_labels(problem, tmp_path):
    land = fe.render(problem, size=(12, 12), steps=40)
    land.save(tmp_path / "a.npz")
    back = fe.Landscape.load(tmp_path / "a.npz")
    assert back.pixels.tobytes() == land.pixels.tobytes() and back.problem.axes == problem.axes
    assert back.problem.attractors == problem.attractors and back.problem.watched == problem.watched
    assert fe.difference(land, back).share == 0.0


def test_places_beyond_an_array_are_an_error_and_not_the_end_of_the_process():
    def start(c, x, y, s):
        s[0] = y

    def step(c, t, x, y, s):
        if t > 3:
            s[5_000_000] = 1.0
        return 0.5

    problem = fe.own_system(start, step, 1, view=fe.View((0, 1), (0, 1)), steps=50)
    with pytest.raises(IndexError):
        fe.render(problem, size=(32, 32))


def test_growth_that_the_difference_cannot_see_is_in_the_error():
    rough = fe.lyapunov(fe.bumpy("added", axes=("rate", "epsilon"), wavelength=1e-5), 0.5, 0.2, 1000)
    smooth = fe.lyapunov(fe.bumpy("added"), 0.5, 0.2, 1000)
    assert rough.error > 1 > smooth.error
    assert fe.lyapunov(fe.newton(), 0.7, 0.3, 100).error > 1                # superstable
    with pytest.raises(ValueError, match="system must be one in float64, got Logistic map, float32"):
        fe.lyapunov(fe.single_precision(fe.logistic()), 0.3, 0.2)


def test_a_shrinking_run_has_not_reached_infinity():
    run = fe.trace(fe.two_weights(rate=1e-6), 300.0, 300.0, 500)
    assert run.watched[-1] < run.watched[0] and run.attractor == -1


def test_a_history_looks_after_the_drift():
    run = fe.trace(fe.paper("offset"), 0.5, 1.0, 60, history=20)
    np.testing.assert_allclose(run.history.loss, run.watched[run.history.steps], rtol=1e-9)
    one = fe.trace(fe.paper("one-datum", drift=0.1), 2.0, 1.0, 20, history=5)
    np.testing.assert_allclose(one.history.loss, one.watched[one.history.steps], rtol=1e-9, atol=1e-15)


def test_a_bumpy_loss_below_0_is_gone():
    land = fe.render(fe.bumpy(epsilon=3.0, axes=("rate", "start")), size=(48, 48))
    assert ((land.verdict == -1) == np.signbit(land.value)).all()
