"""Instruments against closed forms, exact derivatives and pictures whose answer is known."""
import subprocess
import sys
import threading
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

import fractaledu as fe
from fractaledu.curvature import Net, hessian_product
from fractaledu.measure import box_dimension
from fractaledu.networks import _arrays

LOGISTIC = fe.logistic(axes=("r", "start"))
ONE = fe.paper("one-datum")
BORDER = fe.View.around(48.35, 18.197, 0.012, "log10")


def noise(side):
    """A landscape whose labels are drawn by lot."""
    land = fe.render(ONE, BORDER, (side, side), 5)
    pixels = land.pixels.copy()
    pixels["verdict"] = np.random.default_rng(side).choice([-1, 1], pixels.shape)
    return replace(land, pixels=pixels)


@pytest.fixture(scope="module")
def border():
    return fe.render(ONE, BORDER, (256, 256), 200)


# ---------------------------------------------------------------- Lyapunov exponents

@pytest.mark.parametrize("r", [1.5, 2.5, 2.9])
def test_a_fixed_points_exponent_is_log_of_2_minus_r(r):
    """Row 3."""
    assert fe.lyapunov(LOGISTIC, r, 0.1, 10 ** 5).exponent == pytest.approx(np.log(abs(2 - r)), abs=1e-5)


@pytest.mark.parametrize("r", [3.2, 3.4])
def test_a_2_cycles_exponent_is_that_of_its_multiplier(r):
    """Row 4."""
    found = fe.lyapunov(LOGISTIC, r, 0.1, 10 ** 5).exponent
    assert found == pytest.approx(0.5 * np.log(abs(4 + 2 * r - r * r)), abs=1e-9)


def test_the_exponent_at_r_4_is_log_2_and_at_r_infinity_0():
    """Rows 5 and 6."""
    for start in (0.1, 0.3):
        found = fe.lyapunov(LOGISTIC, 4.0, start, 10 ** 6)
        assert abs(found.exponent - np.log(2)) < 1e-5 and found.error < 1e-4
    assert abs(fe.lyapunov(LOGISTIC, 3.569945672, 0.1, 10 ** 6).exponent) < 1e-4


def test_tied_weights_at_rate_2_have_the_exponent_of_chebyshevs_map():
    """Row 28: log 3."""
    assert fe.lyapunov(fe.two_weights(tied=True), 2.0, 0.1, 10 ** 6).exponent == pytest.approx(np.log(3), abs=2e-6)


def test_the_growth_of_a_difference_is_the_product_with_the_exact_jacobian():
    a = _arrays()
    w0, w1, x, y = a["w0_8"], a["w1_8"], a["x_full_8"], a["y_full_8"]
    run = fe.trace(fe.paper("tanh", width=8), 60.0, 20.0, 40, states=True)
    found = fe.lyapunov(fe.paper("tanh", width=8), 60.0, 20.0, 40, burn=0, seed=3)
    net, v = Net(x * (2 / 8) ** 0.5, y, 8, "tanh"), np.random.default_rng(3).normal(size=72)
    v /= np.linalg.norm(v)
    for t, state in enumerate(run.states[:-1]):
        h0, h1 = hessian_product(net, state[:64].reshape(8, 8), state[64:])(v[:64].reshape(8, 8), v[64:])
        v = v - np.r_[60.0 * h0.ravel(), 20.0 * h1]
        length = np.linalg.norm(v)
        assert found.growth[t] == pytest.approx(np.log(length), abs=1e-6)
        v /= length
    assert (w0.size, w1.size) == (64, 8)


def test_calm_training_forgets_and_ragged_training_amplifies():
    net = fe.paper("tanh", width=8)
    assert fe.lyapunov(net, 1.0, 1.0, 300).exponent < 0.01 < 0.2 < fe.lyapunov(net, 200.0, 30.0, 300).exponent


def test_any_system_has_an_exponent():
    assert fe.lyapunov(fe.mandelbrot(), -2.0, 0.0, 10_000).exponent == pytest.approx(np.log(4), abs=1e-9)      # ends on 2
    assert fe.lyapunov(fe.markus("AB"), 2.5, 2.5, 2000).exponent == pytest.approx(np.log(0.5), abs=1e-9)
    assert fe.lyapunov(fe.julia(0), 0.5, 0.0, 2000).exponent < -100              # superstable: counted as log 1e-300


@pytest.mark.parametrize(("call", "message"), [
    (lambda: fe.lyapunov(LOGISTIC, np.nan, 0.1), "x must be finite, got nan"),
    (lambda: fe.lyapunov(LOGISTIC, 3.0, 0.1, 100, burn=100), "burn must be from 0 to 99, got 100"),
    (lambda: fe.lyapunov(LOGISTIC, 5.0, 0.3, 1000), "x and y must be those of a run that stays finite"),
    (lambda: fe.sharpness(LOGISTIC, 3.0, 0.1), "system must be a network of layers, got Logistic map"),
    (lambda: fe.trace(fe.mandelbrot(), 0, 0, history=1), "history must be asked of one run of a network"),
    (lambda: fe.trace(ONE, [1, 2], 1, history=1), "history must be asked of one run of a network"),
    (lambda: fe.trace(ONE, 1, 1, history=0), "history must be from 1 to")])
def test_bad_questions_about_a_run_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------- sharpness and history

def test_the_paper_nets_first_sharpness_and_its_edge_of_stability():
    """Rows 39 and 40."""
    found = fe.sharpness(fe.paper("tanh", width=8), 10.0, 10.0, 501, every=100)
    assert found.steps.tolist() == [0, 100, 200, 300, 400, 500]
    assert found.sharpness[0] == pytest.approx(0.0724724, abs=1e-6)
    share = found.preconditioned / found.history.edge
    assert share[0] == pytest.approx(0.362, abs=1e-3) and ((0.9 < share[1:]) & (share[1:] < 1.3)).all()
    np.testing.assert_allclose(found.preconditioned, 10.0 * found.sharpness, rtol=1e-9)
    assert fe.sharpness(fe.paper("tanh", width=8), 1e-9, 1.0, 1).preconditioned[0] == pytest.approx(2 / 40.646191, rel=1e-6)


def test_one_datum_nets_have_the_sharpness_of_all_their_weights():
    rng = np.random.default_rng(1)
    w0, w1, x, y = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(1, 3)), rng.normal(size=1)
    alone, doubled = fe.network(w0, w1, x, y), fe.network(w0, w1, np.r_[x, x], np.r_[y, y])
    for name in ("loss", "sharpness", "preconditioned", "norm_out"):
        found = [getattr(fe.sharpness(p, 2.0, 1.0, 30, 5).history, name) for p in (alone, doubled)]
        np.testing.assert_allclose(*found, rtol=1e-6)


def test_momentum_moves_the_edge():
    assert fe.sharpness(fe.paper("one-datum", momentum=0.5), 1.0, 1.0, 2).history.edge == 3.0
    by_axis = fe.sharpness(fe.paper("one-datum", axes=("momentum", "rate")), 0.5, 1.0, 2)
    assert by_axis.history.edge == 3.0


def test_a_history_is_what_the_states_say():
    run = fe.trace(fe.random_network(2, 3, 4, 5), 0.5, 0.25, 20, states=True, history=7)
    assert run.history.steps.tolist() == [0, 7, 14, 19]
    np.testing.assert_allclose(run.history.loss, run.watched[[0, 7, 14, 19]], rtol=1e-12)
    np.testing.assert_allclose(run.history.norm_in, np.linalg.norm(run.states[[0, 7, 14, 19], :12], axis=1))
    assert run.history.hidden.shape == (4, 5, 4) and (np.abs(run.history.hidden) <= 1).all()
    gone = fe.trace(fe.paper("relu"), 1e3, 1e5, 60, history=10)
    assert np.isfinite(gone.history.loss).all() and len(gone.history.steps) < 7


# ---------------------------------------------------------------- dimension of a landscape

def test_dimension_measures_the_border_that_the_labels_have(border):
    assert fe.dimension(border).dimension == box_dimension(_edges(border.value < 0)).dimension
    newton = fe.render(fe.newton(), size=(512, 512))
    assert fe.dimension(newton).dimension == pytest.approx(1.4445, abs=0.03)
    film = [fe.render(ONE, BORDER.zoom(k, at=BORDER.centre), (128, 128), 200) for k in (1, 2, 4)]
    assert fe.dimension(film, method="porespy").counts.shape[0] == 3
    assert 1.0 < fe.dimension(film).dimension < 1.7


def _edges(converged):
    corners = [converged[i:len(converged) - 1 + i, j:converged.shape[1] - 1 + j] for i in (0, 1) for j in (0, 1)]
    return np.logical_or.reduce(corners) & ~np.logical_and.reduce(corners)


def test_a_one_datum_zoom_has_about_the_papers_dimension():
    """Row 42: the paper says 1.41; its estimator over 18 frames of a zoom, 192 pixels, 200 steps."""
    (x0, x1), (y0, y1) = fe.paper_view("one-datum").x, fe.paper_view("one-datum").y
    window = fe.View((x0, x1), (y0, y1), "log10", "log10")
    frames = [fe.render(ONE, window.zoom(2.0 ** -k, at=window.centre), (192, 192), 200) for k in range(0, 18)]
    assert fe.dimension(frames, method="porespy", null=False).dimension == pytest.approx(1.45, abs=0.12)


def test_the_distance_estimate_sees_the_mandelbrot_sets_filaments_and_sign_changes_do_not():
    """Row 25: the border's dimension is 2 (Shishikura); neither finds it, one less badly."""
    land = fe.render(fe.mandelbrot(), size=(1024, 1024), steps=1000)
    assert 1.05 < fe.dimension(land, null=False).dimension < 1.35
    assert 1.4 < fe.dimension(land, border="distance", null=False).dimension < 1.6
    circle = fe.render(fe.julia(0), size=(512, 512), steps=200)
    assert fe.dimension(circle, border="distance", null=False).dimension == pytest.approx(1, abs=0.06)
    with pytest.raises(ValueError, match='border must be "labels" or "distance", got \'edges\''):
        fe.dimension(land, border="edges")
    with pytest.raises(ValueError, match='border must be "labels" for Newton'):
        fe.dimension(fe.render(fe.newton(), size=(128, 128)), border="distance")


@pytest.mark.parametrize(("make", "message"), [
    (lambda: fe.render(ONE, fe.View((1e-3, 1e-2), (1e-3, 1e-2), "log10", "log10"), (128, 128), 50),
     "landscape must have a border, got one whose 16384 pixels all converged"),
    (lambda: fe.render(ONE, fe.View((1e3, 1e4), (1e4, 1e5), "log10", "log10"), (128, 128), 50), "pixels all exploded"),
    (lambda: [], "landscape must be one or more, got none"),
    (lambda: fe.render(fe.mandelbrot(), size=(40, 40)), "landscape must have at least 120 pixels on its smaller side, got 40")])
def test_a_landscape_without_a_border_has_no_dimension(make, message):
    with pytest.raises(ValueError, match=message):
        fe.dimension(make())
    with pytest.raises(TypeError, match="landscape must be a Landscape or a sequence of them, got int"):
        fe.dimension([3])


# ---------------------------------------------------------------- structure or rounding

def test_shuffled_data_and_float32_flip_few_labels_where_it_is_calm_and_more_where_it_is_not():
    net, ragged = fe.paper("tanh", width=8), fe.View((10 ** 3.5, 10 ** 4.5), (10 ** 1.2, 10 ** 1.8), "log10", "log10")
    calm, there = fe.render(net, size=(48, 48), steps=200), fe.render(net, ragged, (48, 48), 300)
    for other, most, least in ((fe.shuffled(net), 0.005, 0.002), (fe.single_precision(net), 0.01, 0.02)):
        assert fe.difference(calm, fe.render(other, size=(48, 48), steps=200)).share <= most
        assert fe.difference(there, fe.render(other, ragged, (48, 48), 300)).share >= least
    assert fe.difference(there, there).share == 0.0


@pytest.mark.parametrize("problem", [ONE, fe.paper("minibatch"), fe.random_network(1, 3, 5, 7, momentum=0.3)],
                         ids=lambda p: p.title)
def test_shuffled_networks_do_the_same_mathematics(problem):
    plain, other = (fe.trace(p, 3.0, 2.0, 12).watched for p in (problem, fe.shuffled(problem, seed=4)))
    np.testing.assert_allclose(plain, other, rtol=1e-10)
    assert not np.array_equal(plain, other)


def test_a_chaotic_orbit_in_float32_soon_comes_back_to_itself():
    states = fe.trace(fe.single_precision(fe.logistic(axes=("r", "start"))), 4.0, 0.1, 30_000, states=True).states[:, 0]
    assert (states == states.astype(np.float32)).all()
    assert len(np.unique(states)) < 15_000
    assert len(np.unique(fe.trace(LOGISTIC, 4.0, 0.1, 30_000, states=True).states[:, 0])) > 29_000


def test_one_ulp_flips_labels_where_the_border_is_finer_than_float64(border):
    assert fe.one_ulp(border).border < 0.01
    deep = fe.render(ONE, fe.View.around(48.35407497406377, 18.196946479595155, 1e-12, "log10"), (64, 64), 200)
    found = fe.one_ulp(deep, samples=300)
    assert found.border > 0.01 and found.border > found.elsewhere


def test_doubling_keeps_structure_and_not_noise(border):
    kept = fe.doubling(fe.render(ONE, BORDER, (128, 128), 200), border)
    assert kept.verdict.startswith("structure") and kept.correlation > 0.95
    lots = fe.doubling(noise(96), noise(192))
    assert lots.verdict.startswith("noise") and abs(lots.correlation) < 3 * lots.chance
    basins = fe.doubling(fe.render(fe.newton(), size=(64, 64)))
    assert basins.verdict.startswith("structure")


def test_the_uncertainty_exponent_and_the_boxes_agree_on_a_training_border(border):
    alpha = fe.uncertainty_exponent(border)
    assert alpha.dimension == pytest.approx(fe.dimension(border).dimension, abs=0.2)


def test_only_comparable_pictures_are_compared(border):
    small = fe.render(ONE, BORDER, (64, 64), 200)
    with pytest.raises(ValueError, match="other must have the size of land"):
        fe.difference(border, small)
    with pytest.raises(ValueError, match="fine must show the view of land at 128 x 128"):
        fe.doubling(small, border)
    with pytest.raises(ValueError, match="system must be a network whose data"):
        fe.shuffled(fe.newton())


# ---------------------------------------------------------------- ensembles

def test_an_ensembles_share_is_that_of_its_seeds():
    def make(seed):
        return fe.random_network(seed, 2, 3, 4, axes=("rate", "momentum"))
    told = []
    found = fe.ensemble(make, range(5), size=(24, 20), steps=40, progress=lambda done, total: told.append((done, total)))
    alone = [fe.render(make(seed), size=(24, 20), steps=40).verdict == -1 for seed in range(5)]
    np.testing.assert_array_equal(found.share, np.mean(alone, axis=0))
    assert found.verdicts.shape == (5, 20, 24) and told[-1] == (5 * 480, 5 * 480)
    assert ((found.share > 0) & (found.share < 1)).any()


def test_an_ensemble_can_be_cancelled_and_wants_seeds():
    stop = threading.Event()
    stop.set()
    with pytest.raises(fe.Cancelled):
        fe.ensemble(fe.random_network, size=(64, 64), cancel=stop)
    with pytest.raises(ValueError, match="seeds must be from 1 to 4096 in number, got 0"):
        fe.ensemble(fe.random_network, [])
    with pytest.raises(TypeError, match="make must be a function of the seed, got Problem"):
        fe.ensemble(fe.xor())


# ---------------------------------------------------------------- what is made of the results

def test_every_result_can_be_drawn_and_says_what_it_is(border):
    results = [fe.dimension(border), fe.dimension(border, method="porespy"), fe.dimension(border, null=False),
               fe.uncertainty_exponent(border), fe.lyapunov(LOGISTIC, 3.9, 0.2, 3000),
               fe.sharpness(ONE, 10.0, 5.0, 50), fe.difference(border, border), fe.one_ulp(border, 50),
               fe.doubling(noise(16), noise(32)),
               fe.ensemble(fe.xor, range(2), size=(8, 8), steps=30)]
    for result in results:
        artist = fe.plot(result)
        assert artist is not None and plt.gcf().axes[0].get_title(), result
        plt.gcf().canvas.draw()
        _, ax = plt.subplots()
        before = len(plt.get_fignums())
        fe.plot(result, ax)
        assert len(plt.get_fignums()) == before and (ax.lines or ax.images or ax.patches or ax.collections)
        assert 10 < len(repr(result)) < 250, repr(result)
        plt.close("all")


def test_a_landscape_becomes_a_dataset_with_its_coordinates():
    land = fe.render(fe.two_weights(axes=("rate_a", "rate_b")), size=(6, 5), steps=20)
    data = land.to_xarray()
    assert dict(data.sizes) == {"y": 5, "x": 6}
    np.testing.assert_array_equal(data.value, land.value)
    np.testing.assert_array_equal(data.x, land.x)
    assert data.attrs["recipe"] == land.recipe and data.x.attrs["long_name"] == "factor of the first weight's rate"


def test_the_instruments_load_no_drawing():
    program = ("import sys, fractaledu as fe; fe.dimension(fe.render(fe.newton(), size=(128, 128))); "
               "assert not {'matplotlib', 'xarray', 'pandas', 'ipywidgets'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", program], check=True)
