"""The checks of lesson 08: one number for a loss curve, the left end of the edge, a run that is faster than the map's best."""
from __future__ import annotations

import functools
import math

import numpy as np

from .. import reference
from ..kernel import CAP, TAIL
from ..networks import paper
from ..rendering import evaluate
from . import compare as c
from . import reading
from .compare import Mistake

LESSON = "08-trainability-map"


# ---------------------------------------------------------------- one number for a loss curve

def _v(losses, bad=CAP, cap=CAP, relative=True):
    """The losses over the first, what is not finite replaced, cut at a million."""
    v = np.where(np.isfinite(losses), losses, bad)
    return np.minimum(v / v[0] if relative else v, cap)


def _score(v, learned, lost=lambda v: np.sum(1 / v)):
    return float(-np.sum(v) if learned else lost(v))


def _readout(losses, verdict=lambda v: np.mean(v[-TAIL:]) < 1, lost=lambda v: np.sum(1 / v), **how):
    v = _v(losses, **how)
    return _score(v, verdict(v), lost)


def _true_readout(losses):
    return float(reference.measure(losses.tolist(), True)[0])


def _left_out(losses):
    v = _v(losses[np.isfinite(losses)])
    return _score(v, np.mean(v[-TAIL:]) < 1)


def _replaced_last(losses):
    v = losses / losses[0]
    v = np.minimum(np.where(np.isfinite(v), v, CAP), CAP)
    return _score(v, np.mean(v[-TAIL:]) < 1)


def _zero_for_nan(losses):
    v = np.minimum(np.nan_to_num(losses) / losses[0], CAP)
    return _score(v, np.mean(v[-TAIL:]) < 1)


READOUT = (
    Mistake("nan is taken for a loss of 0", _zero_for_nan,
            "`np.nan_to_num` alone turns nan into 0, the best loss there is. Give it `nan=1e6, posinf=1e6`."),
    Mistake("a loss that is not finite is taken for a loss of 0", functools.partial(_readout, bad=0.0),
            "inf and nan count as 1e6, not as 0: 0 would be the best loss there is."),
    Mistake("losses that are not finite are left out", _left_out,
            "Leaving inf and nan out makes the run look better than it was. Put 1e6 in their place."),
    Mistake("inf and nan are replaced after the division", _replaced_last,
            "First put 1e6 in the place of inf and nan, then divide by the first loss, then cut at 1e6."),
    Mistake("the first loss is forgotten", functools.partial(_readout, relative=False),
            "Divide all losses by the first one: v is 1 at the start."),
    Mistake("nothing is cut at a million", functools.partial(_readout, cap=math.inf), "v counts as at most 1e6."),
    Mistake("cut at a million before the division", lambda v: _readout(np.where(v < CAP, v, CAP), cap=math.inf),
            "First divide by the first loss, then cut at 1e6: it is v that counts as at most 1e6."),
    Mistake("only the last loss decides", functools.partial(_readout, verdict=lambda v: v[-1] < 1),
            "One loss says little where a curve swings: take the mean of the last 20."),
    Mistake("the mean of the whole curve decides", functools.partial(_readout, verdict=lambda v: np.mean(v) < 1),
            "A run may jump and come back: the mean of the last 20 decides."),
    Mistake("the smallest loss decides", functools.partial(_readout, verdict=lambda v: np.min(v) < 1),
            "A run that was low once may have left: the mean of the last 20 decides."),
    Mistake("the last 20 must all be below 1", functools.partial(_readout, verdict=lambda v: np.max(v[-TAIL:]) < 1),
            "Their mean decides, so a curve may swing past 1."),
    Mistake("a run that passes a million is taken for lost",
            functools.partial(_readout, verdict=lambda v: np.mean(v[-TAIL:]) < 1 and v.max() < CAP),
            "A catapult may pass a million and come back. Only the last 20 decide."),
    Mistake("the first 20 instead of the last", functools.partial(_readout, verdict=lambda v: np.mean(v[:TAIL]) < 1),
            "The last 20 are `v[-20:]`."),
    Mistake("the last 10 instead of 20", functools.partial(_readout, verdict=lambda v: np.mean(v[-10:]) < 1),
            "The mean is that of the last 20: `v[-20:]`."),
    Mistake("the signs are swapped", lambda losses: -_true_readout(losses), "Minus where the run learned, plus where not."),
    Mistake("the sign of a run that learned", lambda losses: abs(_true_readout(losses)), "Where the run learned, V is −Σ v."),
    Mistake("Σ v also where the run did not learn", functools.partial(_readout, lost=np.sum),
            "Where it did not learn, V is the sum of 1/v: small where the run leaves fast."),
    Mistake("the mean instead of the sum", lambda losses: _true_readout(losses) / len(losses), "V is a sum, not a mean."),
)


def _curves(rng):
    """Twelve loss curves: the traps of the readout, with new numbers each time."""
    def curve(v, first=None):
        return v * (rng.uniform(0.3, 3.0) if first is None else first) / v[0]

    def noisy(v):
        return v * np.exp(rng.normal(size=len(v)) * 0.02)

    def grow(n, rate):
        return np.exp(rate * np.arange(n))

    n = int(rng.integers(80, 120))
    t = np.arange(n)
    swing = np.cos(np.pi * t)
    spike = noisy(rng.uniform(0.3, 0.6) + np.exp(-t / 9))
    spike[20:24] = 10.0 ** rng.uniform(7, 12, 4)
    late = noisy(np.full(n, 0.6))
    late[-6] = rng.uniform(25, 60)                      # below 1 at the end, above it on average
    jump = noisy(0.4 + 1e4 * np.exp(-((t - 15) / 4.0) ** 2))         # a catapult below a million
    jump[0] = 1.0
    early = noisy(np.full(n, 0.7))
    early[-16:-12] = rng.uniform(8, 12, 4)              # of the last 20, not of the last 10
    gone, straight = grow(n, rng.uniform(0.5, 0.9)), grow(n, rng.uniform(0.5, 0.9))
    gone[int(rng.integers(50, 55)):] = np.inf
    gone[int(rng.integers(56, 60)):] = np.nan
    straight[int(rng.integers(40, 60)):] = np.nan
    zero = np.exp(-t * rng.uniform(0.5, 0.8))
    zero[int(rng.integers(40, 60)):] = 0.0
    dip = noisy(0.4 + 1.6 * (t > n // 2))
    late[0] = early[0] = dip[0] = 1.0
    return [(curve(v),) for v in (
        noisy(np.exp(-t / rng.uniform(20, 60))),        # smooth
        spike, jump, late, early, zero, dip,
        np.r_[1.0, (rng.uniform(0.7, 0.8) + rng.uniform(0.35, 0.45) * swing)[1:]],              # swings past 1, learned
        np.r_[1.0, (rng.uniform(1.15, 1.25) - rng.uniform(0.35, 0.45) * swing)[1:]],            # swings below 1, not learned
        grow(n, rng.uniform(0.2, 0.4)))                                                         # explodes slowly
    ] + [(curve(v, rng.uniform(1.5, 3.0)),) for v in (gone, straight)]


@c.exercise(LESSON, "readout(losses)")
def readout(function):
    """Check `readout(losses)`: −Σ v where the mean of the last 20 v is below 1, else Σ 1/v; v is the loss over the first one,
    1e6 where it is not finite, and at most 1e6.

    12 hidden loss curves, to 1e-9 of their size: smooth, a spike, swings, inf and nan, exactly 0.
    """
    cases = _curves(c.hidden())
    trial, worst = c.compare(
        function, readout.exercise, cases, _true_readout, READOUT, read=reading.number, error=c.relative,
        near=lambda got, want, *_: abs(got - want) <= 1e-9 * abs(want),
        hints={"nan": "Two curves hold inf or nan. Replace them first: `v * good + 1e6 * (1 - good)` keeps nan, because "
                      "inf · 0 is nan; `np.where` chooses.",
               "ZeroDivisionError": "A loss may be exactly 0: work out 1/v only where the run did not learn."},
        hint="In this order: 1e6 in the place of inf and nan, divide by the first loss, cut at 1e6, mean of the last 20, sum.")
    return (f"{len(cases)} hidden loss curves agree to 1e-9: smooth, with a spike, swinging, exploding to inf and nan, exactly "
            f"0 (worst difference {worst:.1g}).{trial.aside()}")


# ---------------------------------------------------------------- the left end of the edge

def _matrix(hidden):
    """Twice the mean of the features' products: the Hessian of the output layer, f = hidden · w1 / n."""
    samples, n = hidden.shape
    return 2 * hidden.T @ hidden / (samples * n * n)


def _largest(hidden):
    return float(np.linalg.eigvalsh(_matrix(hidden))[-1])


def _edge(hidden):
    return 2 / _largest(hidden)


EDGE = (
    Mistake("the 2 of the squared error is forgotten", lambda h: 2 * _edge(h),
            "The second derivative of a square brings a 2: the curvature matrix is 2 · (hidden/n)ᵀ(hidden/n) / samples."),
    Mistake("1/λ instead of 2/λ", lambda h: _edge(h) / 2, "The edge of stability is 2/λ."),
    Mistake("the largest curvature itself", _largest, "That is λ. The critical rate is 2/λ."),
    Mistake("the 1/n of the network is forgotten", lambda h: _edge(h) / h.shape[1] ** 2,
            "f is hidden · w₁ / n, so each of the two factors brings 1/n."),
    Mistake("the 1/n counts once instead of twice", lambda h: _edge(h) / h.shape[1],
            "f is hidden · w₁ / n, so each of the two factors brings 1/n: together 1/n²."),
    Mistake("8 is built in", lambda h: _edge(h) * (8 / h.shape[1]) ** 2,
            "The lesson's network has 8 units, the hidden arrays have others: n is `hidden.shape[1]`."),
    Mistake("a sum over the samples instead of a mean", lambda h: _edge(h) / len(h),
            "The loss is a mean: divide by the number of samples."),
    Mistake("the mean over the units instead of the samples", lambda h: _edge(h) / len(h) * h.shape[1],
            "The mean is over the samples, the rows of `hidden`."),
    Mistake("the smallest eigenvalue", lambda h: 2 / float(np.linalg.eigvalsh(_matrix(h))[0]),
            "The steepest direction breaks first: the largest eigenvalue. `eigvalsh` sorts upwards, so it is the last."),
    Mistake("the sum of all curvatures", lambda h: 2 / float(np.trace(_matrix(h))),
            "Each direction is stable or not by itself: only the largest eigenvalue counts."),
    Mistake("the mean of all curvatures", lambda h: 2 * h.shape[1] / float(np.trace(_matrix(h))),
            "The steepest direction breaks first, not the average one."),
    Mistake("a largest entry instead of an eigenvalue", lambda h: 2 / float(np.diag(_matrix(h)).max()),
            "A steep direction may lie between the axes: take the largest eigenvalue of the matrix."),
    Mistake("singular values of the features, not squared",
            lambda h: 2 / float(2 * np.linalg.norm(h / h.shape[1], 2) / len(h)),
            "The eigenvalues of hiddenᵀ hidden are the singular values of `hidden` squared."),
)


@c.exercise(LESSON, "left_edge(hidden)")
def left_edge(function):
    """Check `left_edge(hidden)`: 2/λ, λ the largest eigenvalue of 2 (hidden/n)ᵀ(hidden/n)/samples, to 1e-9.

    12 hidden arrays, one of them with a single sample; then the paper's network of width 8, trained 1000 steps by plain numpy
    on both sides of the answer with an input rate of 0.
    """
    rng = c.hidden()
    cases = [(np.tanh(rng.normal(size=(int(rng.integers(9, 40)), int(rng.integers(3, 8))))),) for _ in range(11)]
    cases.append((np.tanh(rng.normal(size=(1, 5))),))
    trial, worst = c.compare(
        function, left_edge.exercise, cases, _edge, EDGE, read=reading.number, error=c.relative,
        near=lambda got, want, *_: abs(got - want) <= 1e-9 * want,
        hint="With η₀ = 0 the loss is a parabola in w₁. Its curvature matrix is 2 (hidden/n)ᵀ(hidden/n) / samples; "
             "`np.linalg.eigvalsh` gives its eigenvalues.")
    system = paper("tanh", width=8).system
    x = system.x.reshape(system.y.size, -1)
    hidden = np.tanh(x @ system.w0)
    edge = reading.number(trial(hidden))
    if abs(edge - _edge(hidden)) > 1e-9 * edge:
        raise c.wrong("Right for 12 hidden arrays, but not for the paper's network.", got=edge)
    below, above = (_output_layer_alone(hidden, system, share * edge) for share in (0.99, 1.01))
    return (f"12 hidden arrays agree to 1e-9 (worst difference {worst:.1g}). For the paper's network you find {edge:.3f}. "
            f"Trained 1000 steps with η₀ = 0, its loss ends at {below:.3f} of the first with 0.99 of that rate, and at "
            f"{above:.3g} of it with 1.01.{trial.aside()}")


def _output_layer_alone(hidden, system, rate, steps=1000):
    """The last loss over the first, when only the output layer is trained."""
    samples, n = hidden.shape
    w1, losses = system.w1.copy(), []
    for _ in range(steps):
        error = hidden @ w1 / n - system.y
        losses.append(float(np.mean(error * error)))
        w1 = w1 - rate * (2 * hidden.T @ error / samples / n)
    return losses[-1] / losses[0]


# ---------------------------------------------------------------- a faster run

GIVEN = 40.31519362860439, 9.38979801047696     # the fastest pixel of the lesson's map, 128 x 128
STEPS = 100


def _speeds(*points):
    x, y = np.array(points, float).T
    return evaluate(paper("tanh", width=8), x, y, STEPS)


@c.prepared(lambda: _speeds(GIVEN))
@c.exercise(LESSON, "faster_run(rate_in, rate_out)")
def faster_run(rate_in, rate_out):
    """Check two rates whose run of 100 steps learns and is faster than the fastest pixel of the lesson's map: V closer to 0."""
    a, b = reading.given_numbers(rate_in, rate_out, names=("rate_in", "rate_out"))
    if min(a, b) <= 0:
        name, advice = ("the powers of ten are given, not the rates", "10 to these powers would do: give the rates "
                        "themselves.") if _beats(10 ** _bounded(a), 10 ** _bounded(b)) else (
            "a rate that is not above 0", "Both rates must be above 0: with a negative one, training climbs.")
        raise c.wrong(f"A rate of {min(a, b):g} does not descend. {advice}", name, got=(a, b))
    if max(a, b) > 1e6 or min(a, b) < 1e-3:
        raise c.wrong("The map reaches from 10⁻³ to 10⁶ for both rates; this place is outside.", "a place outside the map",
                      got=(a, b))
    v, given = map(float, _speeds((a, b), GIVEN))
    if given < v < 0 and not _is_given(a, b):
        return (f"V = {v:.2f} beats {given:.2f}, the fastest pixel of the map: your run at η₀ = {a:.4g}, η₁ = {b:.4g} has a "
                f"smaller sum of losses.")
    name, advice = _slower(a, b, v, given)
    raise c.wrong(f"Your run has V = {v:.4g}, which does not beat {given:.2f}. {advice}", name, got=(a, b))


def _is_given(a, b):
    return math.isclose(a, GIVEN[0], rel_tol=5e-3) and math.isclose(b, GIVEN[1], rel_tol=5e-3)


def _bounded(power):
    return min(max(power, -3.0), 6.0)


def _beats(a, b):
    if not (1e-3 <= a <= 1e6 and 1e-3 <= b <= 1e6):
        return False
    v, given = _speeds((a, b), GIVEN)
    return given < v < 0 and not _is_given(a, b)


def _slower(a, b, v, given):
    """(name or None, advice)."""
    if not v < 0:
        return "a run that did not learn", ("A positive V means: not learned. Among the runs that learned look for the V "
                                            "closest to 0.")
    if _is_given(a, b):
        return "the given run itself", "That is the pixel to beat. Look between the pixels around it."
    if _beats(b, a):
        return "the two rates are swapped", "The other way round they would win: `rate_in` first."
    if _beats(10 ** _bounded(a), 10 ** _bounded(b)):
        return "the powers of ten are given, not the rates", "10 to these powers would do: give the rates themselves."
    if _beats(a * 4, b * 64):
        return "rates in ordinary units", "In the units of the map they are 8/2 and 8² times as large, and would win."
    if v < -1000:
        return "the most negative V is taken for the best", ("Its losses add up to more: −Σ v far below 0 is slow, or a "
                                                             "catapult. The fastest run has V closest to 0.")
    if v < -90:
        return "a slow run", "It learns, but hardly: its losses stay near the first one. Larger steps, nearer to the red."
    return None, "It learned, but others are faster. Magnify the palest part of the map, and look for the V closest to 0."
