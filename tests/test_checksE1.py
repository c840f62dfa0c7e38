"""The checks of lesson E1: right answers in two styles, typical wrong ones by name, and whatever else."""
import numpy as np
import pytest
from checking import assert_right, assert_whatever, assert_wrong

from fractaledu import checks

pytestmark = pytest.mark.usefixtures("elsewhere")


# ---------------------------------------------------------------- right

def fit(features, y):
    return np.linalg.pinv(features) @ y


def fit_by_lstsq(features, y):
    return list(np.linalg.lstsq(features, y, rcond=None)[0])


def slope(weights, spreads):
    a, _, c = ((weight * spread) ** 2 for weight, spread in zip(weights, spreads, strict=True))
    return a / (a + c)


def slope_by_simulation(weights, spreads):
    a, b, c = np.random.default_rng(5).standard_normal((3, 200_000)) * np.array(spreads)[:, None] * np.array(weights)[:, None]
    return np.cov(a + b, a + c)[0, 1] / np.var(a + c)


def risk(x, y, beta, noise, p):
    c = np.linalg.pinv(x[:, :p]) @ y
    return np.sum((c - beta[:p]) ** 2) + np.sum(beta[p:] ** 2) + noise**2


def risk_by_lstsq(x, y, beta, noise, p):
    miss = beta.copy()
    miss[:p] -= np.linalg.lstsq(x[:, :p], y, rcond=None)[0]
    return noise * noise + miss @ miss


def test_right_answers_are_right(seed):
    said = assert_right(checks.least_norm(fit)).text
    assert "with 10 000" in said and "other draws than in the lesson" in said
    assert_right(checks.truth_slope(slope))
    assert_right(checks.truth_slope(slope_by_simulation))
    said = assert_right(checks.new_data_risk(risk)).text
    assert "3.161" in said and "With p = 10 it says 2.43, with 100 1.11" in said


def test_right_answers_in_another_style():
    assert_right(checks.least_norm(fit_by_lstsq))
    assert_right(checks.new_data_risk(risk_by_lstsq))


# ---------------------------------------------------------------- wrong, by name

def sigmas(formula):
    return lambda weights, spreads: formula(*((weight * spread) ** 2 for weight, spread in zip(weights, spreads, strict=True)))


def padded(x, y, p):
    return np.concatenate([np.linalg.pinv(x[:, :p]) @ y, np.zeros(x.shape[1] - p)])


def risk_of(formula):
    return lambda x, y, beta, noise, p: float(formula(padded(x, y, p), x, y, beta, noise, p))


WRONG = [
    ("least_norm", lambda f, y: np.linalg.solve(f.T @ f + np.eye(f.shape[1]), f.T @ y), "a ridge is added"),
    ("least_norm", lambda f, y: np.linalg.solve(f.T @ f + 1e-3 * np.eye(f.shape[1]), f.T @ y), "a small ridge"),
    ("least_norm", lambda f, y: np.r_[fit(f[:, :len(y)], y), np.zeros(max(0, f.shape[1] - len(y)))], "only as many columns"),
    ("least_norm", lambda f, y: f @ fit(f, y), "the fitted values"), ("least_norm", lambda f, y: -fit(f, y), "the sign"),
    ("least_norm", lambda f, y: f @ fit(f, y) - y, "the errors at the points"),
    ("least_norm", lambda f, y: f.T @ y, "one step of descent"),
    ("least_norm", lambda f, y: f.T @ y / np.square(f).sum(0), "each column is fitted alone"),
    ("least_norm", lambda f, y: np.linalg.lstsq(f, y, rcond=None), "all that lstsq returns"),
    ("least_norm", lambda f, y: np.linalg.solve(f, y), "LinAlgError"),
    ("least_norm", lambda f, y: np.linalg.pinv(f, rcond=1e-3) @ y, "small singular values are lost"),
    ("least_norm", lambda f, y: np.linalg.pinv(f.T @ f) @ f.T @ y, "a square matrix with all parameters"),
    ("least_norm", lambda f, y: fit(f[:, :400], y), "wrong shape"),
    ("least_norm", lambda f, y: 0.5 * fit(f, y), None),
    ("truth_slope", sigmas(lambda a, b, c: a**0.5 / (a**0.5 + c**0.5)), "no squares"),
    ("truth_slope", lambda w, s: w[0] * s[0] ** 2 / (w[0] * s[0] ** 2 + w[2] * s[2] ** 2), "the weights are not squared"),
    ("truth_slope", lambda w, s: w[0] ** 2 / (w[0] ** 2 + w[2] ** 2), "the spreads are forgotten"),
    ("truth_slope", lambda w, s: w[0] / (w[0] + w[2]), "weights alone"),
    ("truth_slope", lambda w, s: s[0] ** 2 / (s[0] ** 2 + s[2] ** 2), "the weights are forgotten"),
    ("truth_slope", sigmas(lambda a, b, c: a / ((a + b) * (a + c)) ** 0.5), "the correlation"),
    ("truth_slope", sigmas(lambda a, b, c: a / (a + b)), "P is predicted from T"),
    ("truth_slope", sigmas(lambda a, b, c: c / (a + c)), "the share of C"),
    ("truth_slope", sigmas(lambda a, b, c: a / (a + b + c)), "B is counted in P"),
    ("truth_slope", sigmas(lambda a, b, c: a), "the covariance, not divided"),
    ("truth_slope", lambda w, s: w[0], "the weight of A"), ("truth_slope", lambda w, s: 0.5, "the same answer"),
    ("truth_slope", sigmas(lambda a, b, c: 1.3 * a / (a + c) + 0.1), None),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: sum((c - b) ** 2)), "the noise of the new data is forgotten"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: sum((c - b) ** 2) + s), "the noise is not squared"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: sum((c - b)[:p] ** 2) + s * s), "the unseen inputs are forgotten"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: sum((c - b)[:p] ** 2)), "the unseen inputs and the noise"),
    ("new_data_risk", lambda x, y, b, s, p: risk(x, y, b, s, 100), "all inputs are used"),
    ("new_data_risk", lambda x, y, b, s, p: risk(x, y, b, s, min(p, 20)), "no more inputs than points"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: np.mean((x @ c - y) ** 2)), "the error at the points"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: np.mean((x @ (c - b)) ** 2) + s * s), "the old points"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: np.mean((c - b) ** 2) + s * s), "the mean over the inputs"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: risk(x, y, b, s, p) ** 0.5), "the root"),
    ("new_data_risk", risk_of(lambda c, x, y, b, s, p: sum(c**2) + s * s), "β is forgotten"),
    ("new_data_risk", lambda x, y, b, s, p: risk(x, y, b, s, p) + sum((np.linalg.pinv(x[:, :p]) @ y - b) ** 2), "ValueError"),
]


@pytest.mark.parametrize(("check", "function", "name"), WRONG, ids=[f"{check}-{name}" for check, _, name in WRONG])
def test_typical_wrong_answers_are_recognised(check, function, name):
    assert_wrong(getattr(checks, check)(function), name)


@pytest.mark.parametrize("name", ["least_norm", "truth_slope", "new_data_risk"])
def test_whatever_is_handed_in_there_is_a_sentence(name):
    assert_whatever(getattr(checks, name))
