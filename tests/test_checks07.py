"""The checks of lesson 07: slopes of the output weights, their exact edge, and the edge of a saturated network."""
import math

import numpy as np
import pytest
from checking import GENERIC, assert_right, assert_whatever, assert_wrong

import fractaledu as fe
from fractaledu import checks
from fractaledu.checks.training import EDGE, SATURATED, SLOPES

pytestmark = pytest.mark.usefixtures("elsewhere")


# ---------------------------------------------------------------- right answers, in two styles or more

def gradient_out(w0, w1, x, y):
    hidden = np.tanh(x @ w0)
    return 2 * (hidden @ w1 / len(w1) - y) @ hidden / len(y) / len(w1)


def loss(w0, w1, x, y):
    return np.mean((np.tanh(x @ w0) @ w1 / len(w1) - y) ** 2)


def gradient_by_nudges(w0, w1, x, y):
    pushes = 1e-5 * np.eye(len(w1))
    return [(loss(w0, w1 + push, x, y) - loss(w0, w1 - push, x, y)) / 2e-5 for push in pushes]


def gradient_by_loops(w0, w1, x, y):
    slopes = [0.0] * len(w1)
    for row, wanted in zip(x, y, strict=True):
        hidden = [math.tanh(sum(row[i] * w0[i][j] for i in range(len(row)))) for j in range(len(w1))]
        error = sum(h * w for h, w in zip(hidden, w1, strict=True)) / len(w1) - wanted
        slopes = [s + 2 * error * h / len(w1) / len(y) for s, h in zip(slopes, hidden, strict=True)]
    return tuple(slopes)


def critical_rate_out(w0, x):
    phi = np.tanh(x @ w0) / w0.shape[1]
    return 2 / np.linalg.eigvalsh(2 * phi.T @ phi / len(x))[-1]


def critical_by_singular_value(w0, x):
    return len(x) * w0.shape[1] ** 2 / np.linalg.norm(np.tanh(x @ w0), 2) ** 2


def critical_by_power_iteration(w0, x):
    phi, v = np.tanh(x @ w0) / w0.shape[1], np.ones(w0.shape[1])
    for _ in range(2000):
        v = phi.T @ (phi @ v)
        v /= np.linalg.norm(v)
    return len(x) / (v @ phi.T @ phi @ v)


@pytest.mark.parametrize(("name", "answer"), [
    ("gradient_out", gradient_out), ("gradient_out", gradient_by_nudges), ("gradient_out", gradient_by_loops),
    ("critical_rate_out", critical_rate_out), ("critical_rate_out", critical_by_singular_value),
    ("critical_rate_out", critical_by_power_iteration),
    ("saturated_rate", lambda n: n), ("saturated_rate", lambda n: 2 / (2 * np.sum(np.full(n, 1 / n) ** 2)))])
def test_right_in_two_styles(name, answer, seed):
    assert_right(getattr(checks, name)(answer))


# ---------------------------------------------------------------- typical wrong ones, by name

def hidden(w0, x):
    return np.tanh(x @ w0)


def hessian(w0, x):
    return 2 * hidden(w0, x).T @ hidden(w0, x) / w0.shape[1] ** 2 / len(x)


WRONG = [
    ("gradient_out", lambda *a: -gradient_out(*a), "sign is turned"),
    ("gradient_out", lambda *a: gradient_out(*a) / 2, "2 of the square"),
    ("gradient_out", lambda *a: gradient_out(*a) * len(a[3]), "mean is forgotten"),
    ("gradient_out", lambda *a: gradient_out(*a) * len(a[1]), "slope of f lacks its 1/n"),
    ("gradient_out", lambda *a: gradient_out(*a) * len(a[1]) * len(a[3]), "both factors"),
    ("gradient_out", lambda w0, w1, x, y: gradient_out(w0, w1 * len(w1), x, y), "the answer is not divided by n"),
    ("gradient_out", lambda w0, w1, x, y: gradient_out(w0, w1 * len(w1), x, y) * len(w1), "n is forgotten in both places"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (x @ w0 @ w1 / len(w1) - y) @ (x @ w0) / len(y) / len(w1), "tanh is forgotten"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / len(w1) - y) @ (1 - hidden(w0, x) ** 2) / len(y) / len(w1),
     "slope of tanh"),
    ("gradient_out", lambda w0, w1, x, y: gradient_out(w0, w1, x, 0 * y), "target is left out"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / len(w1) - y) ** 2 @ hidden(w0, x) / len(y) / len(w1),
     "error is squared"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / len(y) - y) @ hidden(w0, x) / len(y) / len(w1), "swapped"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / 8 - y) @ hidden(w0, x) / len(y) / 8, "8 in place of n"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / 8 - y) @ hidden(w0, x) / len(y) / len(w1), "8 in place"),
    ("gradient_out", lambda w0, w1, x, y: gradient_out(w0, w1, x, y) * len(w1) / 8, "8 in place of n"),
    ("gradient_out", lambda w0, w1, x, y: gradient_out(w0, w1, x[:1], y[:1]), "those of one example"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / len(w1) - y) / len(y), "one number for each example"),
    ("gradient_out", lambda w0, w1, x, y: 2 * (hidden(w0, x) @ w1 / len(w1) - y)[:, None] * hidden(w0, x), "wrong shape"),
    ("gradient_out", lambda w0, w1, x, y: gradient_out(w0, w1, x, y)[:, None], "wrong shape"),
    ("gradient_out", lambda *a: float(gradient_out(*a).sum()), "one number instead of an array"),
    ("gradient_out", lambda *a: np.r_[gradient_out(*a), 0.0], "the wrong number of slopes"),
    ("gradient_out", lambda *a: gradient_out(*a) + 0.01, None),
    ("critical_rate_out", lambda w0, x: 2 / critical_rate_out(w0, x), "sharpness, not the rate"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) / 2, "1/λ instead of 2/λ"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) * 2, "2 of the square"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) / len(x), "mean is forgotten"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) * 64 / w0.shape[1] ** 2, "8 in place of n"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) * 2 / len(x), "2 of the square and the mean"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) / w0.shape[1] ** 2, "1/n of the answer is forgotten"),
    ("critical_rate_out", lambda w0, x: critical_rate_out(w0, x) / w0.shape[1], "only once"),
    ("critical_rate_out", lambda w0, x: 2 / np.linalg.eigvalsh(hessian(w0, x))[0], "smallest eigenvalue"),
    ("critical_rate_out", lambda w0, x: 2 / np.trace(hessian(w0, x)), "sum of the eigenvalues"),
    ("critical_rate_out", lambda w0, x: 2 / np.linalg.eigvalsh(hessian(w0, x)).mean(), "mean of the eigenvalues"),
    ("critical_rate_out", lambda w0, x: 2 / hessian(w0, x).max(), "largest entry"),
    ("critical_rate_out", lambda w0, x: 2 / np.linalg.eigvalsh(2 * x.T @ x / len(x) / w0.shape[1] ** 2)[-1], "the examples"),
    ("critical_rate_out", lambda w0, x: 2 / math.sqrt(np.linalg.eigvalsh(hessian(w0, x))[-1]), "the root"),
    ("critical_rate_out", lambda w0, x: 40.646191, "the same answer whatever"),
    ("critical_rate_out", lambda w0, x: 1.003 * critical_rate_out(w0, x), None),
    ("saturated_rate", lambda n: 2 / n, "curvature, not the rate"), ("saturated_rate", lambda n: 1 / n, "1/n of the answer"),
    ("saturated_rate", lambda n: n ** 2, "sum over the units"), ("saturated_rate", lambda n: n / 2, "1/λ instead of 2/λ"),
    ("saturated_rate", lambda n: 2 * n, "2 of the square"), ("saturated_rate", lambda n: n ** 0.5, "not squared"),
    ("saturated_rate", lambda n: n ** 2 / 2, "one entry"), ("saturated_rate", lambda n: 8, "the same answer whatever"),
    ("saturated_rate", lambda n: 33.72919, "the same answer whatever"), ("saturated_rate", lambda n: 1.03 * n, None)]


@pytest.mark.parametrize(("name", "answer", "fragment"), WRONG)
def test_wrong_by_name(name, answer, fragment, seed):
    assert_wrong(getattr(checks, name)(answer), fragment)


@pytest.mark.parametrize("mistakes", [SLOPES, EDGE, SATURATED])
def test_every_mistake_has_advice(mistakes):
    assert len(mistakes) >= 7 and all(len(mistake.advice) > 20 for mistake in mistakes)


@pytest.mark.parametrize("name", ["gradient_out", "critical_rate_out", "saturated_rate"])
def test_whatever_is_handed_in_there_is_a_sentence(name, monkeypatch):
    if name == "gradient_out":          # four arguments are right for it
        monkeypatch.setattr("checking.GENERIC", [(given.replace("a, b, c, d", "a, b, c"), *rest) for given, *rest in GENERIC])
    assert_whatever(getattr(checks, name))


def test_an_array_that_is_changed_is_noticed():
    def scaled(w0, w1, x, y):
        w0 *= 2
        return gradient_out(w0 / 2, w1, x, y)
    assert_wrong(checks.gradient_out(scaled), "input array is changed")


# ---------------------------------------------------------------- the formulas, against runs of the kernel

@pytest.mark.parametrize(("condition", "width", "edge"), [("tanh", 8, 40.646191), ("tanh", 16, 154.393217),
                                                          ("one-datum", 16, 33.729190)])
def test_the_edge_of_the_output_weights_is_that_of_real_runs(condition, width, edge):
    """With the input rate at 0, a run ends below its first loss or above, and the edge is 2/λmax(2ΦᵀΦ/D)."""
    problem = fe.paper(condition, width=width)
    if condition == "one-datum":
        found = width ** 2 / np.sum(np.tanh(problem.system.z) ** 2)
    else:
        found = critical_rate_out(problem.system.w0, problem.system.x.reshape(len(problem.system.y), width))
    assert found == pytest.approx(edge, rel=1e-8)
    below, above = fe.evaluate(problem, 0.0, edge * np.array([1 - 2e-3, 1 + 2e-3]), 1000)
    assert below < 0 < above


@pytest.mark.parametrize("width", [8, 16])
def test_one_datum_saturated_trains_up_to_the_number_of_hidden_units(width):
    below, above = fe.evaluate(fe.paper("one-datum", width=width), 1e6, width * np.array([0.99, 1.01]), 1000)
    assert below < 0 < above
