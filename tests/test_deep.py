"""Pictures past the float floor against direct training in arbitrary precision, and what is refused."""
import threading
import warnings
from dataclasses import replace
from decimal import Decimal

import mpmath
import numpy as np
import pytest

import fractaledu as fe
from fractaledu import exact
from fractaledu.deep import chosen, digits_for, exact_run, find, held, lanes, other_lanes, references
from fractaledu.networks import _arrays
from fractaledu.rendering import recorded, render_of

ONE = ("48.354803705375262675668312279490061924712855271159634002807552469740067",        # on the border, 46 decades deep
       "18.196860056449303275315500583559922522551348615501432621222327826890345")
SHORT = "48.35407497406377", "18.196946479595155"


def log_view(point, half):
    return fe.View.around(*point, 2 * half, "log10")


def checked(problem, land, count, seed=0):
    """Random pixels against direct training: wrong verdicts, relative errors of the values."""
    places = lanes(fe.Recipe(problem, land.view, land.size, land.steps, precision=land.precision))
    columns, rows = np.random.default_rng(seed).integers(0, land.size[0], (2, count)).tolist()
    wrong, errors = 0, []
    for column, row in zip(columns, rows, strict=True):
        run = exact_run(problem, places.place(column, row), land.steps, digits=digits_for(land.view) + 15)
        value = land.value[row, column]
        wrong += (value < 0) != (run.value < 0)
        errors.append(abs(value / run.value - 1))
    return wrong, np.array(errors)


# ---------------------------------------------------------------- against direct training

@pytest.mark.parametrize("half", [1e-5, 1e-15, 1e-25, 1e-35, 1e-45])
def test_the_one_datum_net_is_right_at_every_depth(half):
    problem = fe.paper("one-datum")
    land = fe.render(problem, log_view(ONE, half), (24, 24), precision="exact")
    assert 0.02 < (land.value < 0).mean() < 0.98, "both sides of the border"
    wrong, errors = checked(problem, land, 24)
    assert wrong == 0 and errors.max() < 1e-9


def minibatch8():
    arrays = _arrays()
    batches = np.random.default_rng(0).integers(72, size=(1000, 16))
    return fe.network(*(arrays[name] for name in ("w0_8", "w1_8", "x_full_8", "y_full_8")), batches=batches)


def drifting(axes):
    arrays = _arrays()
    return fe.network(*(arrays[name] for name in ("w0_8", "w1_8", "x_full_8", "y_full_8")), axes=axes)


NETS = {
    "tanh": (lambda: fe.paper("tanh", width=8), (15.8, 15.8), 40),
    "relu": (lambda: fe.paper("relu", width=8), (1.0, 1.0), 60),
    "linear": (lambda: fe.paper("linear", width=8), (100.0, 5.0), 60),
    "minibatch": (minibatch8, (15.8, 15.8), 40),
    "drift": (lambda: drifting(("drift", "rate")), (0.01, 20.0), 40),
    "mean": (lambda: drifting(("mean_in", "rate")), (0.3, 20.0), 40),
    "width 16": (lambda: fe.paper("tanh"), (13.3, 200.0), 12),
    "relu, one datum": (lambda: fe.network([[0.3, -1.1, 0.8]] * 2, [0.5, 1.5, -0.7], [[1.2, 0.4]], [0.9], "relu"),
                        (3.0, 3.0), 60),
    "rate, one datum": (lambda: fe.paper("one-datum", axes=("rate_in", "rate"), rate_out=0.5), (2.0, 20.0), 60),
    "scales": (lambda: drifting(("scale_in", "scale_out")), (1.2, 0.8), 30)}


@pytest.mark.parametrize("half", [1e-6, 1e-20])
@pytest.mark.parametrize("name", NETS)
def test_every_kind_of_network_is_right(name, half):
    make, point, steps = NETS[name]
    problem = make()
    scales = problem.view.x_scale, problem.view.y_scale
    middle = tuple(map(Decimal, point))
    view = replace(problem.view, exact=fe.View.around(*middle, 2 * half).exact)
    assert (view.x_scale, view.y_scale) == scales
    land = fe.render(problem, view, (8, 8), steps, precision="exact")
    wrong, errors = checked(problem, land, 6)
    assert wrong == 0 and errors.max() < 1e-8


@pytest.mark.parametrize("name", ["tanh", "relu", "minibatch"])
def test_networks_on_their_border_are_right_where_certify_says_so(name):
    problem, steps = NETS[name][0](), {"relu": 200}.get(name, 100)
    view = border(problem, steps, 1e-18)
    land = fe.render(problem, view, (12, 12), steps)
    assert land.precision == "exact" and 0 < (land.value < 0).mean() < 1
    certificate = fe.certify(land, samples=8)
    assert certificate.wrong <= 1
    done = certificate.retrained()
    assert done.shares["undecided"] == 0
    some = np.argwhere(done.status != 0)[:4]
    for row, column in some:
        place = lanes(fe.Recipe(problem, view, (12, 12), steps)).place(column, row)
        assert exact.train(problem.system, *place, steps, 120).value == pytest.approx(done.land.value[row, column], rel=1e-9)


def border(problem, steps, half):
    """A window on the border: the segment between two sides, cut into eight again and again."""
    land = fe.render(problem, problem.view, (24, 24), steps)
    row, column = np.argwhere((land.value[:, 1:] < 0) != (land.value[:, :-1] < 0))[-1]
    x, y = [Decimal(float(land.x[column])), Decimal(float(land.x[column + 1]))], Decimal(float(land.y[row]))
    left = land.value[row, column] < 0
    while x[1] - x[0] > Decimal(half) * x[0]:
        width = float((x[1] - x[0]) / x[0])
        window = fe.View.around((x[0] + x[1]) / 2, y, width / np.log(10), "log10", aspect=1e-3)
        sides = render_of(fe.Recipe(problem, window, (8, 1), steps, precision="exact")).value[0] < 0
        places = [window.point(u, 0.5)[0] for u in (np.arange(8) + 0.5) / 8]
        changes = np.flatnonzero(sides[1:] != sides[:-1])
        if len(changes) == 0:               # between a pixel and the rim
            x = [x[0], places[0]] if sides[0] != left else [places[-1], x[1]]
        else:
            x, left = [places[changes[0]], places[changes[0] + 1]], sides[changes[0]]
    return log_view(((x[0] + x[1]) / 2, y), 3 * half)


def test_any_run_can_be_the_reference():
    problem, view = fe.paper("one-datum"), log_view(ONE, 1e-20)
    land = fe.render(problem, view, (24, 24))
    row, column = np.argwhere(land.value > 0)[5]
    point = view.point((column + 0.5) / 24, (row + 0.5) / 24)
    assert exact.train(problem.system, *point, 500, 60).verdict != -1
    other = render_of(fe.Recipe(problem, view, (24, 24), 500), reference=point)
    assert ((other.value < 0) == (land.value < 0)).all()
    np.testing.assert_allclose(other.value, land.value, rtol=1e-6)


def test_a_reference_that_explodes_hands_its_pixels_over_in_time():
    problem = fe.paper("relu", width=8)
    view = fe.View((0.05, 20), (0.05, 20), "log10", "log10")
    plain = fe.render(problem, view, (16, 16), 200, precision="float64")
    row, column = np.argwhere(np.isinf(plain.last))[-1]
    point = tuple(Decimal(float(p)) for p in (plain.x[column], plain.y[row]))
    assert find(problem, view, (16, 16), 200, point=point).system.left >= 0
    land = render_of(fe.Recipe(problem, view, (16, 16), 200, precision="exact"), reference=point)
    assert ((land.value < 0) == (plain.value < 0)).mean() > 0.98


def test_the_verdict_is_read_as_a_difference():
    """Where the mean of the last 20 losses crosses the first one, 30 decades deep, a sum in float64 would see no border."""
    problem, steps = fe.paper("one-datum"), 30
    y = Decimal(20)

    def excess(x):
        return exact.train(problem.system, x, y, steps, 90).excess
    grid = [Decimal(n) for n in range(2, 400, 3)]
    signs = [excess(x) < 0 for x in grid]
    k = next(k for k in range(len(grid) - 1) if signs[k] != signs[k + 1])
    low, high, below = grid[k], grid[k + 1], signs[k]
    mpmath.mp.dps = 90
    for _ in range(115):
        middle = Decimal(mpmath.nstr((mpmath.mpf(str(low)) + mpmath.mpf(str(high))) / 2, 80))
        low, high = (middle, high) if (excess(middle) < 0) == below else (low, middle)
    land = fe.render(problem, log_view((low, y), 1e-30), (16, 16), steps)
    assert 0.1 < (land.value < 0).mean() < 0.9
    assert checked(problem, land, 12)[0] == 0


# ---------------------------------------------------------------- the maps

def by_mpmath(power, z, c, steps):
    """The paper's measure of an orbit, in 90 digits."""
    mpmath.mp.dps = 90
    z, c = mpmath.mpc(*map(str, z)), mpmath.mpc(*map(str, c))
    watched = []
    for _ in range(steps):
        z = z ** power + c
        watched.append(abs(z) / 2)
        if abs(z) > 1e150:
            watched += [mpmath.mpf(1e6)] * (steps - len(watched))
    watched = [min(w, mpmath.mpf(1e6)) for w in watched[:steps]]
    return float(-sum(watched)) if sum(watched[-20:]) / 20 < 1 else float(sum(1 / w for w in watched))


PERIOD_3 = "-1.7548776662466927600495088963585286918946066177727931439892839706460806551280810907382270928422503036483770"
MIDGET = "-1.75487766624669276004950889635852869189460661777279314398928397064608"


@pytest.mark.parametrize("problem,centre,half,steps", [
    (fe.mandelbrot(), ("0", "1"), 1e-50, 400), (fe.mandelbrot(), ("-2", "0"), 1e-50, 120),
    (fe.mandelbrot(), (PERIOD_3, "0"), 1e-50, 300), (fe.mandelbrot(power=4), ("0", "1"), 1e-30, 300),
    (fe.julia(), ("0.3", "0.41"), 1e-30, 200), (fe.julia(1j), ("0", "1"), 1e-50, 400)],
    ids=["i", "tip", "nucleus", "power 4", "rabbit", "dendrite"])
def test_maps_follow_direct_orbits_in_many_digits(problem, centre, half, steps):
    view = fe.View.around(*centre, 2 * half)
    land = fe.render(problem, view, (12, 12), steps)
    assert land.precision == "exact"
    system = problem.system
    for n in np.random.default_rng(1).integers(0, 144, 10).tolist():
        row, column = divmod(n, 12)
        pixel = view.point((column + 0.5) / 12, (row + 0.5) / 12)
        z, c = (pixel, (system.cx, system.cy)) if hasattr(system, "cx") else ((0, 0), pixel)
        assert land.value[row, column] == pytest.approx(by_mpmath(system.power, z, c, steps), rel=1e-9)


@pytest.mark.parametrize("problem,view", [
    (fe.mandelbrot(), fe.View((-2, 1), (-1.5, 1.5))), (fe.mandelbrot(power=5), fe.View((-1.5, 1.5), (-1.5, 1.5))),
    (fe.julia(), fe.View((-1.5, 1.5), (-1.5, 1.5))), (fe.julia(0.3, power=3), fe.View((500, 2000), (-10, 10)))])
def test_no_reference_fails_on_the_whole_map(problem, view):
    """Its centre is a poor reference for all else: rebasing makes it serve."""
    plain, precise = (fe.render(problem, view, (48, 48), 100, precision=p) for p in ("float64", "exact"))
    assert (plain.verdict == precise.verdict).all() and (plain.departure == precise.departure).all()
    np.testing.assert_allclose(precise.value, plain.value, rtol=1e-7)


# ---------------------------------------------------------------- against plain float64, where that is exact

@pytest.mark.parametrize("problem,centre,half,steps", [
    (fe.paper("one-datum"), (3.0, 5.0), 1e-1, 500), (fe.paper("tanh", width=8), (3.0, 5.0), 1e-2, 100),
    (fe.paper("relu", width=8), (0.2, 0.3), 1e-2, 100), (fe.paper("linear", width=8), (1.0, 2.0), 1e-3, 100),
    (minibatch8(), (1.0, 2.0), 1e-3, 60)], ids=["one-datum", "tanh", "relu", "linear", "minibatch"])
def test_plain_and_exact_agree_where_float64_is_exact(problem, centre, half, steps):
    view = fe.View.around(*centre, 2 * half, "log10")
    plain, precise = (fe.render(problem, view, (16, 16), steps, precision=p) for p in ("float64", "exact"))
    assert (plain.precision, precise.precision) == ("float64", "exact")
    np.testing.assert_allclose(precise.value, plain.value, rtol=1e-12)
    np.testing.assert_allclose(precise.last, plain.last, rtol=1e-9, atol=1e-20)
    assert (plain.verdict == precise.verdict).all() and (plain.departure == precise.departure).all()


def test_the_same_bits_for_any_threads_and_each_time():
    problem, view = fe.paper("one-datum"), log_view(ONE, 1e-22)
    one = fe.render(problem, view, (40, 24), 200, threads=1)
    references._kept.clear()
    two = fe.render(problem, view, (40, 24), 200, threads=3)
    assert one.pixels.tobytes() == two.pixels.tobytes()
    *_, last = fe.passes(problem, view, (40, 24), 200)
    assert last.pixels.tobytes() == one.pixels.tobytes()


def test_runs_beside_the_picture_are_those_of_its_pixels():
    problem, view = fe.paper("one-datum"), log_view(ONE, 1e-22)
    land = fe.render(problem, view, (16, 16), 300)
    recipe = fe.Recipe(problem, view, (16, 16), 300)
    pixels, watched, states = recorded(recipe, [lanes(recipe).place(3, 5), lanes(recipe).place(9, 2)])
    assert states is None and watched.shape == (2, 300)
    assert pixels["value"].tolist() == [land.value[5, 3], land.value[2, 9]]


# ---------------------------------------------------------------- what is chosen, kept and said

def test_auto_is_exact_only_where_pixels_are_close():
    net, ship = fe.paper("one-datum"), fe.burning_ship()
    assert chosen(net, net.view, (384, 384)) == "float64"
    assert chosen(net, log_view(SHORT, 1e-10), (64, 64)) == "float64"
    assert chosen(net, log_view(SHORT, 1e-13), (384, 384)) == "exact"
    assert chosen(ship, fe.View.around(-1.7, 0.01, 1e-14), (384, 384)) == "float64"
    assert held(log_view(SHORT, 1e-3), net).exact is None
    assert held(fe.View.around(48.0, 18.0, 1e-10, "log10"), net).exact is not None


def test_what_stops_at_float64_says_so():
    deep = fe.View.around("-1.7", "0.01", 1e-30)
    for problem in (fe.burning_ship(), fe.newton(), fe.paper("tanh", momentum=0.5), fe.paper("tanh", weight_decay=0.1),
                    fe.random_network(0, activation="sine")):
        view = replace(problem.view, exact=deep.exact if problem.view.x_scale == "linear" else log_view(SHORT, 1e-30).exact)
        with pytest.raises(ValueError, match="every other system stops there"):
            fe.render(problem, view, (8, 8), 10)
        with pytest.raises(ValueError, match="precision must not be"):
            fe.render(problem, precision="exact", size=(8, 8), steps=10)


def test_recipes_and_files_keep_every_digit(tmp_path):
    problem, view = fe.paper("one-datum"), log_view(ONE, 1e-40)
    land = fe.render(problem, view, (8, 8), 50)
    assert ONE[0] in land.recipe and land.digits >= 60
    land.save(tmp_path / "deep.npz")
    back = fe.Landscape.load(tmp_path / "deep.npz")
    assert back.view == view and back.digits == land.digits and back.precision == "exact"
    recipe = fe.Recipe.from_text(land.recipe)
    assert recipe.view == view and recipe.to_text() == land.recipe
    at = view.point(0.3, 0.9)
    full = fe.Recipe(problem, view, (8, 8), 50, at=at, pins=(at,), precision="exact")
    again = fe.Recipe.from_text(full.to_text())
    assert again.at == at and again.pins == (at,) and again.precision == "exact" and isinstance(again.at[0], Decimal)
    whole = fe.render(problem, view, (8, 8), 50, file=tmp_path / "kept.npz")
    assert whole.pixels.tobytes() == land.pixels.tobytes()


def test_a_reference_is_kept_and_serves_pans():
    problem, view = fe.paper("one-datum"), log_view(ONE, 1e-22)
    references._kept.clear()
    first = find(problem, view, (16, 16), 200)
    assert find(problem, view, (16, 16), 200) is first
    assert find(problem, view.pan(0.5, 0.2).zoom(1.5), (16, 16), 200, near=True) is first
    assert find(problem, view.pan(40, 0), (16, 16), 200, near=True) is not first
    assert find(problem, view, (16, 16), 201, near=True) is not first
    assert first.converged and first.digits >= 40 and 0 < first.growth < first.digits


def test_digits_cover_the_depth_and_the_growth():
    problem = fe.paper("tanh", width=8)
    found = find(problem, fe.View.around("16", "16", 1e-4, "log10"), (8, 8), 100)
    assert found.digits >= found.growth + 20 and found.digits >= 4 + 20
    assert digits_for(log_view(ONE, 1e-45)) >= 65


# ---------------------------------------------------------------- certify, exact_value

def test_certify_flags_what_other_sums_change_and_retrains_it():
    problem = fe.paper("tanh", width=8)
    view = fe.View.around("3.4", "250", 1e-3, "log10")           # ragged at 100 steps
    land = fe.render(problem, view, (12, 12), 100)
    certificate = fe.certify(land, samples=4)
    assert certificate.status.shape == (12, 12) and certificate.checked == 4
    assert sum(certificate.shares.values()) == pytest.approx(1)
    assert certificate.renders == ("exact, by other sums", "exact, by other sums", "exact", "float64, by other sums")
    done = certificate.retrained()
    assert (done.status != 2).all() and done.land.value.shape == (12, 12)
    assert ((done.land.value < 0) == (land.value < 0))[certificate.status == 0].all()


def test_certify_finds_the_rounding_of_float64():
    """Below 1e-15 plain float64 sees another net: the picture it draws is flagged, the exact one is not."""
    problem, view = fe.paper("one-datum"), log_view(ONE, 3e-14)
    plain = fe.render(problem, view, (24, 24), precision="float64")
    precise = fe.render(problem, view, (24, 24), precision="exact")
    assert ((plain.value < 0) != (precise.value < 0)).mean() > 0.01
    assert fe.certify(plain, samples=0).shares["undecided"] > 0.01
    deep = fe.certify(fe.render(problem, log_view(ONE, 1e-25), (24, 24)), samples=6)
    assert deep.shares["undecided"] == 0 and (deep.status == 1).sum() == 6 and deep.wrong == 0 and deep.value_error < 1e-9
    assert deep.error_bound == pytest.approx(1 - 0.05 ** (1 / 6), abs=1e-6)          # Clopper and Pearson for 0 of 6


def test_exact_value_is_evaluate_without_rounding():
    problem = fe.paper("tanh", width=8)
    assert fe.exact_value(problem, 3, 5, 50) == pytest.approx(fe.evaluate(problem, 3, 5, 50), rel=1e-12)
    assert fe.exact_value(fe.mandelbrot(), "-2.0000000000000000000000000000000001", "0", 200) > 0
    assert fe.exact_value(fe.mandelbrot(), "-2", "0", 200) > fe.exact_value(fe.mandelbrot(), "0", "0", 200)


# ---------------------------------------------------------------- bad input, and what takes long

@pytest.mark.parametrize("x,y,width,said", [
    ("abc", "1", 1e-20, "x must be a decimal number, got 'abc'"), ("1", "", 1e-20, "y must be a decimal number"),
    ("1", "nan", 1e-20, "y must be finite"), ("1", "1e400", 1e-20, "y must be finite"), ("1", "1", 0, "width must be positive"),
    ("1", "1", -1e-20, "width must be positive"), ("1", "1", "wide", "width must be positive"),
    ("1", "1", 1e-101, "half width must be from 1e-100"), ("0.0", "1", 1e-20, "x must be positive on a log10 axis"),
    ("1." + "1" * 1000, "1", 1e-20, "x must have at most 1000 digits")])
def test_bad_exact_views_are_refused(x, y, width, said):
    with pytest.raises(ValueError, match=said):
        fe.View.around(x, y, width, "log10")


@pytest.mark.parametrize("text,said", [
    ("centre=1,b&half=1e-20,1e-20", "centre must be a decimal number"), ("centre=1&half=1e-20,1e-20", "centre must be two"),
    ("centre=1,1&half=0,1e-20", "half width must be positive"), ("centre=1,1&half=1e-200,1", "half width must be from"),
    ("centre=1,1", "recipe must name half"), ("centre=1,1&half=1,1&x=1,2", "got both"),
    ("centre=1,1&half=1,1&precision=best", "precision must be one of")])
def test_bad_recipes_are_refused(text, said):
    with pytest.raises(ValueError, match=said):
        fe.Recipe.from_text(f"fe1?system=paper-one-datum&{text}&size=8x8&steps=10")


def test_a_reference_of_hours_is_announced_and_can_be_cancelled():
    cancel, heard = threading.Event(), []
    problem, view = fe.paper("one-datum"), log_view(ONE, 1e-30)

    def stop(done, total):
        heard.append((done, total))
        if len(heard) == 5:
            cancel.set()
    with pytest.warns(fe.SlowReferenceWarning, match="the reference run of 500000 steps in .* digits takes about"):
        with pytest.raises(fe.Cancelled, match="steps of the reference run"):
            cancel.set()
            fe.render(problem, view, (8, 8), 500_000, cancel=cancel)
    cancel.clear()
    with pytest.raises(fe.Cancelled):
        render_of(fe.Recipe(problem, view, (8, 8), 500_000), cancel=cancel, reference_progress=stop)
    assert heard == [(n, 500_000) for n in range(1, 6)]
    with pytest.raises(ValueError, match="steps must be at most .* for an exact picture"):
        render_of(fe.Recipe(fe.paper("tanh"), log_view(ONE, 1e-30), (8, 8), 10 ** 6))


def test_a_short_reference_is_not_announced():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fe.render(fe.paper("one-datum"), log_view(ONE, 1e-30), (8, 8), 100)


def test_other_lanes_are_other_roundings_of_the_same():
    for problem, view in ((fe.paper("one-datum"), log_view(ONE, 1e-20)), (minibatch8(), log_view(("2", "3"), 1e-20)),
                          (fe.mandelbrot(), fe.View.around("0", "1", 1e-20))):
        recipe = fe.Recipe(problem, view, (8, 8), 500 if problem.name == "paper-one-datum" else 60)
        one, two = render_of(recipe), render_of(recipe, using=other_lanes(recipe, np.random.default_rng(0)))
        np.testing.assert_allclose(one.value, two.value, rtol=1e-4)
        if problem.name == "paper-one-datum":
            assert (one.value != two.value).any()


def test_a_certificate_has_a_map():
    land = fe.render(fe.mandelbrot(), fe.View.around("0", "1", 1e-20), (12, 12), 60)
    certificate = replace(fe.certify(land, samples=2), status=(np.arange(144) % 3).astype(np.int8).reshape(12, 12))
    artist = fe.plot(certificate)
    drawn = np.asarray(artist.get_array())
    assert (drawn // 2 == certificate.status).all() and (drawn % 2 == (land.value > 0)).all()
    labels = [text.get_text() for text in artist.axes.get_legend().get_texts()]
    assert labels[:3] == ["agreed 33.3%", "exact 33.3%", "undecided 33.3%"] and labels[-1] == "0 of 2 agreed ones wrong"


def test_networks_of_ones_own_do_not_share_references():
    """Each is gone before the next is made, and Python gives its id away."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        problem = fe.network(rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=(5, 2)), rng.normal(size=5))
        view = log_view(("30.1234567890123456789", "20.5"), 1e-30)
        value = fe.render(problem, view, (1, 1), 60).value[0, 0]
        assert value == pytest.approx(fe.exact_value(problem, *view.centre, 60), rel=1e-9)
        del problem


def test_units_saturated_beyond_resolution_are_handed_over():
    problem = fe.network([[30000.0, 310.0]], [1.0, -1.0], [[1.0], [-2.0]], [1.0, 0.3], axes=("mean_in", "rate"))
    view = fe.View((-700, 700), (0.1, 10), "linear", "log10")
    plain, precise = (fe.render(problem, view, (8, 8), 40, precision=p) for p in ("float64", "exact"))
    np.testing.assert_allclose(precise.value, plain.value, rtol=1e-9)


def test_not_a_number_stays_so_in_every_unit():
    """A ReLU's comparisons would turn it into 0, and an exploded run into one that settles."""
    for activation in ("relu", "tanh", "identity"):
        problem = fe.network([[1.0, 2.0]], [1.0, -1.0], [[1.0], [2.0]], [1.0, 0.3], activation, axes=("rate", "rate_in"))
        view = fe.View((1e98, 1e103), (1e98, 1e103), "log10", "log10")
        plain, precise = (fe.render(problem, view, (8, 8), 60, precision=p) for p in ("float64", "exact"))
        assert (plain.verdict == precise.verdict).all() and (plain.verdict == 1).any()


def test_a_view_too_wide_for_differences_is_refused():
    with pytest.raises(ValueError, match="reaches more than 5 decades to either side"):
        fe.render(fe.paper("one-datum"), fe.View((1e-9, 1e9), (1e-9, 1e9), "log10", "log10"), (8, 8), 10, precision="exact")


def test_digits_are_not_lost_where_only_float64_is_meant():
    with pytest.raises(ValueError, match="x must be float64 numbers, got a text or Decimal"):
        fe.evaluate(fe.paper("one-datum"), ONE[0], 18.0)
    with pytest.raises(ValueError, match="land must be above the float floor"):
        fe.one_ulp(fe.render(fe.paper("one-datum"), log_view(ONE, 1e-25), (16, 16)))
