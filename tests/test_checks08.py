"""The checks of lesson 08: right answers in two styles, typical wrong ones by name."""
import math

import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

import fractaledu as fe
from fractaledu import checks
from fractaledu.checks import training_map

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """The kernel that a check trains with: to compile it takes longer than a check waits."""
    fe.evaluate(fe.paper("tanh", width=8), 1.0, 1.0, 1)


# ---------------------------------------------------------------- one number for a loss curve

def readout(losses):
    v = np.where(np.isfinite(losses), losses, 1e6)
    v = np.minimum(v / v[0], 1e6)
    return -v.sum() if v[-20:].mean() < 1 else (1 / v).sum()


def readout_in_a_loop(losses):
    first, v = losses[0], []
    for loss in losses:
        loss = float(loss) if math.isfinite(loss) else 1e6
        v.append(min(loss / first, 1e6))
    if sum(v[-20:]) / 20 < 1:
        return -math.fsum(v)
    return math.fsum(1 / w for w in v)


@pytest.mark.parametrize("function", [readout, readout_in_a_loop])
def test_the_readout_is_right(function, seed):
    assert "12 hidden loss curves" in assert_right(checks.readout(function)).text


def wrong_readout(replace="np.where(np.isfinite(losses), losses, 1e6)", scale="np.minimum(v / v[0], 1e6)",
                  learned="v[-20:].mean() < 1", good="-v.sum()", bad="(1 / v).sum()"):
    names = {"np": np}
    exec(f"def f(losses):\n    v = {replace}\n    v = {scale}\n    return {good} if {learned} else {bad}", names)
    return names["f"]


@pytest.mark.parametrize(("parts", "name"), [
    ({"replace": "np.nan_to_num(losses)"}, "nan is taken for a loss of 0"),
    ({"replace": "np.where(np.isfinite(losses), losses, 0.0)"}, "not finite is taken for a loss of 0"),
    ({"replace": "losses[np.isfinite(losses)]"}, "left out"),
    ({"replace": "losses", "scale": "v / v[0]; v = np.minimum(np.where(np.isfinite(v), v, 1e6), 1e6)"}, "after the division"),
    ({"scale": "np.minimum(v, 1e6)"}, "the first loss is forgotten"),
    ({"scale": "v / v[0]"}, "nothing is cut"),
    ({"replace": "np.where(losses < 1e6, losses, 1e6)", "scale": "v / v[0]"}, "cut at a million before the division"),
    ({"learned": "v[-1] < 1"}, "only the last loss"),
    ({"learned": "v.mean() < 1"}, "the whole curve"),
    ({"learned": "v.min() < 1"}, "the smallest loss"),
    ({"learned": "(v[-20:] < 1).all()"}, "must all be below 1"),
    ({"learned": "v[-20:].mean() < 1 and v.max() < 1e6"}, "passes a million"),
    ({"learned": "v[:20].mean() < 1"}, "the first 20"),
    ({"learned": "v[-10:].mean() < 1"}, "the last 10"),
    ({"good": "v.sum()", "bad": "-(1 / v).sum()"}, "the signs are swapped"),
    ({"good": "v.sum()"}, "the sign of a run that learned"),
    ({"bad": "v.sum()"}, "Σ v also"),
    ({"good": "-v.mean()", "bad": "(1 / v).mean()"}, "the mean instead of the sum"),
    ({"replace": "losses"}, "no finite number"),
    ({"replace": "np.isfinite(losses) * losses + 1e6 * (1 - np.isfinite(losses))"}, "no finite number")])
def test_a_wrong_readout_is_told_by_name(parts, name, seed):
    with np.errstate(all="ignore"):
        assert_wrong(checks.readout(wrong_readout(**parts)), name)


def test_dividing_by_an_exact_0_is_explained():
    def f(losses):
        v = [min((loss if math.isfinite(loss) else 1e6) / float(losses[0]), 1e6) for loss in losses.tolist()]
        inverse = sum(1 / w for w in v)
        return -sum(v) if sum(v[-20:]) < 20 else inverse
    result = checks.readout(f)
    assert_wrong(result, "ZeroDivisionError")
    assert "exactly 0" in result.text


def test_row_50_the_readout_of_a_run_to_infinity():
    losses = np.r_[1.0, np.linspace(1e10, 1e11, 40), np.inf, np.nan]
    assert readout(losses) == pytest.approx(1 + 42e-6, abs=1e-12) == training_map._true_readout(losses)


# ---------------------------------------------------------------- the left end of the edge

def left_edge(hidden):
    samples, n = hidden.shape
    return 2 / np.linalg.eigvalsh(2 * hidden.T @ hidden / samples / n**2)[-1]


def left_edge_by_singular_values(hidden):
    return len(hidden) / np.linalg.svd(hidden / hidden.shape[1], compute_uv=False)[0] ** 2


@pytest.mark.parametrize("function", [left_edge, left_edge_by_singular_values])
def test_the_left_edge_is_right(function, seed):
    assert "you find 40.646" in assert_right(checks.left_edge(function)).text


def wrong_edge(matrix="2 * h.T @ h / len(h) / h.shape[1]**2", answer="2 / np.linalg.eigvalsh(m)[-1]"):
    return eval(f"lambda h: (lambda m: {answer})({matrix})", {"np": np})


@pytest.mark.parametrize(("parts", "name"), [
    ({"matrix": "h.T @ h / len(h) / h.shape[1]**2"}, "the 2 of the squared error"),
    ({"answer": "1 / np.linalg.eigvalsh(m)[-1]"}, "1/λ instead of 2/λ"),
    ({"answer": "np.linalg.eigvalsh(m)[-1]"}, "the largest curvature itself"),
    ({"matrix": "2 * h.T @ h / len(h)"}, "the 1/n of the network is forgotten"),
    ({"matrix": "2 * h.T @ h / len(h) / h.shape[1]"}, "once instead of twice"),
    ({"matrix": "2 * h.T @ h / len(h) / 8**2"}, "8 is built in"),
    ({"matrix": "2 * h.T @ h / h.shape[1]**2"}, "a sum over the samples"),
    ({"matrix": "2 * h.T @ h / h.shape[1]**3"}, "the mean over the units"),
    ({"answer": "2 / np.trace(m)"}, "the sum of all curvatures"),
    ({"answer": "2 / np.linalg.eigvalsh(m).mean()"}, "the mean of all curvatures"),
    ({"answer": "2 / m.diagonal().max()"}, "a largest entry"),
    ({"matrix": "2 * h / len(h) / h.shape[1]", "answer": "2 / np.linalg.norm(m, 2)"}, "not squared")])
def test_a_wrong_left_edge_is_told_by_name(parts, name, seed):
    assert_wrong(checks.left_edge(wrong_edge(**parts)), name)


def test_the_smallest_eigenvalue_is_told_by_name(seed):
    assert_wrong(checks.left_edge(wrong_edge(answer="2 / np.linalg.eigvalsh(m)[0]")), "the smallest eigenvalue")


def test_the_left_edge_of_one_saturated_sample_is_the_width():
    """Row 34: hidden units of 1 and −1."""
    for n in (8, 16):
        assert left_edge(np.ones((1, n))) == pytest.approx(n)


# ---------------------------------------------------------------- a faster run

def test_a_faster_run_is_right():
    assert "beats −28.55" in assert_right(checks.faster_run(45.28, 10.21)).text.replace("-", "−")
    assert_right(checks.faster_run(np.float64(41.418), np.array([11.342])))


@pytest.mark.parametrize(("rates", "name"), [
    ((10.21, 45.28), "the two rates are swapped"), ((1.656, 1.009), "the powers of ten are given"),
    ((45.28 / 4, 10.21 / 64), "ordinary units"), ((40.315, 9.3898), "the given run itself"),
    ((1e6, 1e6), "a run that did not learn"), ((1e-3, 48), "the most negative V"), ((1e-3, 1e-3), "a slow run"),
    ((-2, 10), "a rate that is not above 0"), ((45, 0), "a rate that is not above 0"), ((1e7, 10), "a place outside the map"),
    ((10, 5), None), (("a", 1), "wrong kind"), ((math.nan, 1), "no finite number"), ((print, 1), "wrong kind")])
def test_a_run_that_is_not_faster_is_told_by_name(rates, name):
    assert_wrong(checks.faster_run(*rates), name)


def test_the_given_run_the_other_way_round_would_not_win():
    result = checks.faster_run(*training_map.GIVEN[::-1])
    assert_wrong(result, None)
    assert "would win" not in result.text


@pytest.mark.parametrize("rates", [(..., ...), (None, 3.0), (45.28, ...)])
def test_a_missing_rate_is_not_attempted(rates):
    assert checks.faster_run(*rates).outcome == "not attempted"


def test_the_given_run_is_the_fastest_pixel_of_the_map():
    land = fe.render(fe.paper("tanh", width=8), size=(128, 128), steps=100)
    fastest = np.where(land.verdict == -1, land.value, -np.inf)
    row, column = np.unravel_index(fastest.argmax(), fastest.shape)
    assert (land.x[column], land.y[row]) == pytest.approx(training_map.GIVEN, rel=1e-12)


# ---------------------------------------------------------------- whatever else

@pytest.mark.parametrize("check", [checks.readout, checks.left_edge])
def test_whatever_a_function_does_there_is_a_sentence(check):
    with np.errstate(all="ignore"):
        assert_whatever(check)
