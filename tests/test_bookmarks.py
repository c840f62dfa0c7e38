"""The bookmarked views: each can be read, drawn and visited, and what its sentence says is true."""
import cmath

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.catalogue import bookmarks
from fractaledu.explorer.knobs import check_axes
from fractaledu.explorer.presets import TRAINING, WHOLE, presets_of
from fractaledu.names import NAMED
from fractaledu.networks import CONDITIONS, WINDOWS
from fractaledu.recipes import Recipe


def recipe_of(system, name, size="96x96"):
    found = {bookmark.name: bookmark for bookmark in bookmarks(system)}
    return Recipe.from_text(found[name].state.format(size=size))


def picture(system, name, size="96x96", steps=None):
    recipe = recipe_of(system, name, size)
    return fe.render(recipe.problem, recipe.view, recipe.size, steps or recipe.steps)


def share(land, verdict):
    return (land.verdict == verdict).mean()


@pytest.mark.parametrize("system", NAMED)
def test_every_named_system_has_a_few_bookmarks_in_plain_sentences(system):
    found = bookmarks(system)
    assert isinstance(found, tuple) and 3 <= len(found) and (len(found) <= 6 or system.startswith("paper-"))
    names = [bookmark.name for bookmark in found]
    assert len(set(names)) == len(names) and WHOLE[0] not in names
    for bookmark in found:
        assert len(bookmark.why) <= 160 and bookmark.why.endswith(".")
        assert not {"just", "simply", "obviously"} & set(bookmark.why.lower().split())


def test_an_unknown_system_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="name must be one of mandelbrot, julia, .*xor, got 'mandelbort'"):
        bookmarks("mandelbort")


@pytest.mark.parametrize("system", NAMED)
def test_every_bookmark_can_be_read_visited_and_is_not_of_one_colour(system):
    drawn = set()
    for bookmark in bookmarks(system):
        recipe = Recipe.from_text(bookmark.state.format(size="16x16"))
        assert recipe.problem.name == system and recipe.size == (16, 16) and recipe.look.keys() <= {"mode"}
        assert bookmark.state.format(size="16x16") == recipe.to_text()          # as the explorer writes it
        check_axes(recipe.view, recipe.problem)
        picture = bookmark.state.split("&at=")[0]                               # only the cross-hair may differ
        if picture in drawn:
            continue
        drawn.add(picture)
        full = system in ("paper-tanh", "paper-relu", "paper-linear", "paper-minibatch", "paper-offset")
        land = fe.render(recipe.problem, recipe.view, (24, 24), min(recipe.steps, 100) if full else recipe.steps)
        kinds = {*zip(land.verdict.flat, land.attractor.flat, strict=True)}
        assert len(kinds) > 1 or len(np.unique(land.value)) > 20, bookmark


@pytest.mark.parametrize("system", ["mandelbrot", "magnet", "markus", "two-weights", "xor"])
def test_an_explorer_visits_every_preset(system):
    explorer = fe.explore(fe.named(system), size=(16, 16))
    try:
        for preset in presets_of(explorer.problem):
            explorer.go(preset.state.format(size="16x16"))
            wanted = Recipe.from_text(preset.state.format(size="16x16"))
            assert (explorer.view, explorer.problem.options) == (wanted.view, wanted.problem.options)
            explorer.home()                     # after other axes, too, to a map of these axes
            assert explorer.view in (explorer.problem.view, fe.named(system).view)
    finally:
        explorer.close()


def test_the_papers_networks_share_their_windows_and_each_has_its_own():
    for condition in CONDITIONS:
        assert recipe_of(f"paper-{condition}", f"the paper's window: {condition}").view == fe.paper_view(condition)
        offered = presets_of(fe.paper(condition))
        names = [preset.name for preset in offered]
        assert len(set(names)) == len(names) and {f"the paper's window: {c}" for c in WINDOWS} <= set(names)
        assert set(TRAINING) <= set(names)
        assert offered[:len(bookmarks(f"paper-{condition}"))] == list(bookmarks(f"paper-{condition}"))
    assert presets_of(fe.Problem(fe.mandelbrot().system, fe.mandelbrot().view, 10)) == []


# ---------------------------------------------------------------- the sentences are true

def test_the_way_out_near_the_cusp_takes_pi_over_root_epsilon():
    run = fe.trace(fe.mandelbrot(), 0.25 + 1e-6, 0.0, 4000)
    assert abs(np.argmax(run.watched > 1) - 3140) <= 3


def test_turns_and_mirrors_leave_the_pictures_as_they_are():
    points = np.random.default_rng(0).uniform(-1.4, 1.4, (2, 400))
    turned = (points[0] + 1j * points[1]) * cmath.exp(2j * cmath.pi / 3)
    power = recipe_of("mandelbrot", "exponent 4").problem
    assert np.mean(np.sign(fe.evaluate(power, *points)) == np.sign(fe.evaluate(power, turned.real, turned.imag))) > 0.99
    ship = recipe_of("burning-ship", "exponent 3").problem
    assert np.mean(np.sign(fe.evaluate(ship, *points)) == np.sign(fe.evaluate(ship, -points[1], -points[0]))) > 0.99
    even = recipe_of("cubic", "a map of learning rates").problem
    assert np.mean(np.sign(fe.evaluate(even, *points)) == np.sign(fe.evaluate(even, *-points))) > 0.99
    quadrants = recipe_of("three-weights", "z starts at 0").problem
    assert np.mean(np.sign(fe.evaluate(quadrants, *points)) == np.sign(fe.evaluate(quadrants, -points[0], points[1]))) > 0.99


def test_the_julia_sets_are_what_they_say():
    def orbit(c, z, steps):
        for _ in range(steps):
            z = z * z + c
        return z

    problem = {b.name: recipe_of("julia", b.name).problem.options["c"] for b in bookmarks("julia")}
    assert abs(orbit(problem["rabbit"], 0, 3)) < 1e-9
    assert {orbit(problem["basilica"], 0.1, 1000).real, orbit(problem["basilica"], 0.1, 1001).real} == {0.0, -1.0}
    creeping = orbit(problem["San Marco"], 0.1, 500)
    assert 1e-3 < abs(creeping + 0.5) < 0.1
    assert share(picture("julia", "dendrite"), -1) == 0
    assert fe.evaluate(fe.mandelbrot(), problem["dust"].real, problem["dust"].imag, 1000) > 0
    turning = problem["a disc that turns"]
    centre = cmath.exp(2j * cmath.pi * (5 ** 0.5 - 1) / 2) / 2
    assert abs(centre * centre + turning - centre) < 1e-12                 # a fixed point, and its multiplier is on the circle
    assert abs(abs(orbit(turning, centre + 1e-3, 5000) - centre) / 1e-3 - 1) < 0.05


def test_the_magnets_have_three_outcomes():
    land = picture("magnet", "three outcomes")
    assert all((land.attractor == k).mean() > 0.1 for k in (-1, 0, 1))
    second = picture("magnet", "magnet II")
    assert (second.attractor == 1).mean() < (picture("magnet", "magnet I").attractor == 1).mean() / 5


def test_newton_goes_back_and_forth_and_is_slow_at_a_double_root():
    problem = recipe_of("newton", "no root at all").problem
    assert fe.trace(problem, 0.02, 0.01, 1000).attractor == -1
    land = picture("newton", "no root at all")
    assert 0.05 < (land.attractor == -1).mean() < 0.2
    double = picture("newton", "a double root")
    at_one = int(np.argmin([abs(root - 1) for root in double.problem.attractors]))
    assert double.arrival[double.attractor == at_one].min() > double.arrival[double.attractor == 1 - at_one].mean()


def test_the_start_of_the_forced_logistic_map_matters_in_the_middle():
    land = picture("markus", "the start decides")
    exponents = np.sort(np.log(land.last), axis=0)[10:-10]
    spread = exponents[-1] - exponents[0]
    assert (spread[(land.x > 3.25) & (land.x < 3.7)] > 0.1).mean() > 0.7
    assert spread[(land.x < 3.0) | (land.x > 3.75)].max() < 0.01
    at = {name: fe.evaluate(recipe_of("markus", name).problem, 3.25, 3.3, 4000) for name in ("AB", "AB from 1/2")}
    assert at["AB"] < at["AB from 1/2"] < 0                                 # both stable, and not the same


def test_the_real_axis_is_a_dial_of_learning_rates():
    for rate, c in ((2.0, -0.75), (6 ** 0.5, -1.25), (3.0, -2.0)):
        assert (1 - rate ** 2) / 4 == pytest.approx(c)
        assert rate + 1 == pytest.approx({2.0: 3.0, 6 ** 0.5: 3.449, 3.0: 4.0}[rate], abs=1e-3)
    assert 1 + 8 ** 0.5 == pytest.approx(3.828, abs=1e-3)
    land = picture("cubic", "rate and start")
    x, y = np.meshgrid(land.x, land.y)
    inside, apart = (y > -1 / x) & (y < 1), np.minimum(abs(y - 1), abs(y + 1 / x)) > 0.05
    assert np.array_equal((land.verdict == -1)[apart & (x < 2.97)], inside[apart & (x < 2.97)])
    land = picture("logistic", "growth and start")
    x, y = np.meshgrid(land.x, land.y)
    stays = land.verdict == -1
    assert stays[(x < 4) & (y > 0.01) & (y < 0.99)].all() and stays[x > 4.02].mean() < 0.02


def test_the_parabola_is_as_slow_and_as_bounded_as_it_says():
    run = fe.trace(recipe_of("parabola", "slow is not lost").problem, 1.99, 1.0, 101)
    assert run.watched[100] / run.watched[0] == pytest.approx(0.13, abs=0.005)
    for name in ("a hyperbola", "2 / rate"):
        land = picture("parabola", name)
        x, y = np.meshgrid(land.x, land.y)
        product = x * y if name == "a hyperbola" else 1.5 * y
        assert (land.value[product < 1.999] < 0).all() and (land.value[product > 2.001] > 0).all()
    land = picture("parabola", "the start does not matter")
    np.testing.assert_allclose(land.value, np.broadcast_to(land.value[:1], land.value.shape), rtol=1e-9)


def test_the_added_cosine_explodes_above_one_only_and_its_ragged_border_is_the_stopwatchs():
    land = picture("bumpy", "added instead")
    assert not (land.verdict[:, land.x < 1] == 1).any() and share(land, 1) > 0.3
    width = [1 - share(picture("bumpy", "the stopwatch's fault", "96x48", steps), 1) for steps in (500, 1000)]
    assert 0.3 < width[1] / width[0] < 0.5


def test_the_small_networks_settle_where_it_says():
    land = picture("two-weights", "tied weights")
    settled = (land.attractor == 0) | (land.attractor == 1)
    near = abs(land.y) < 1.4
    assert settled[near][:, (land.x > 0.1) & (land.x < 0.97)].mean() > 0.95 and not settled[:, land.x > 1.01].any()
    assert share(land, 1) > 0.5 and (land.verdict[near][:, land.x > 2.1] == 1).mean() > 0.9
    assert (land.attractor[near][:, (land.x > 1.02) & (land.x < 1.98)] == -1).all()
    land = picture("two-weights", "too much decay")
    forgets = land.attractor == 2
    assert forgets[land.y > 1.02].mean() > 0.7 and not forgets[land.y < 0.98].any()
    assert share(picture("three-weights", "rate 1"), 0) > 0.1
    assert share(picture("three-weights", "rate 1", steps=5000), 0) < 0.01
    land = picture("three-weights", "rate and start")
    assert not ((land.attractor >= 0) & (land.attractor < 4))[:, land.x > 1.34].any()
    assert (land.attractor[:, land.x > 1.34] == -1).mean() > 0.3
    assert share(picture("three-weights", "z starts at 2"), -1) < share(picture("three-weights", "z starts at 0"), -1) / 2


def test_networks_train_where_it_says():
    decay = recipe_of("paper-one-datum", "weight decay").problem
    fading = fe.trace(decay, 1.0, 0.5, 200)
    assert fading.watched[-1] > fading.watched[0]
    for activation, verdict in (("relu", 1), ("tanh", -1)):
        assert fe.trace(fe.random_network(0, 4, 4, activation=activation), 1e4, 0.1).verdict == verdict
    for system, name in (("random-network", "momentum"), ("paper-linear", "momentum"), ("paper-one-datum", "momentum")):
        land = picture(system, name, "64x64")
        trained = (land.verdict == -1).sum(axis=1)
        assert trained[0] < trained[8] < trained[32], name
    assert share(picture("paper-one-datum", "shifted first weights"), -1) > 0.99
    assert share(picture("random-network", "shifted first weights", "64x64"), -1) < 0.15


def test_exclusive_or_is_solved_where_it_says():
    assert (picture("xor", "hardly ever solved", "48x48").attractor == 0).mean() < 0.01
    assert (picture("xor", "sine units", "48x48").attractor == 0).mean() > 0.6
    land = picture("xor", "larger output weights", "48x48")
    rows = land.y > 4
    assert (land.attractor[rows][:, land.x < 1] == 0).mean() > 0.5 > 0.05 > (land.attractor[land.y < 2] == 0).mean()
