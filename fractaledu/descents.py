"""Gradient descent with few numbers: a parabola, Liu's bumpy parabolas, networks of two and three weights; and the logistic
map forced by a word.  Any two parameters of each can be the axes."""
from __future__ import annotations

import numpy as np

from .arguments import whole
from .parameters import Parameter, choose
from .problems import LOSS, Problem, Watched, with_axes
from .systems import interval, weights

RATE = Parameter("rate", "learning rate", "η", 1.0, (0.0, 3.0))
PARABOLA = (RATE._replace(value=0.5), Parameter("start", "start", "x₀", 1.0, (-2.0, 2.0)),
            Parameter("curvature", "curvature", "λ", 1.0, (0.0, 3.0)))
BUMPY = (RATE._replace(value=0.5, bounds=(0.0, 1.5)), Parameter("start", "start", "x₀", 1.0, (-2.0, 2.0)),
         Parameter("epsilon", "height of the cosine", "ε", 0.2, (0.0, 1.0)),
         Parameter("wavelength", "wavelength of the cosine", "λ", 0.1, (0.02, 1.0)))
MARKUS = (Parameter("r_a", "growth rate in the steps A", "A", 3.4, (2.0, 4.0)),
          Parameter("r_b", "growth rate in the steps B", "B", 3.4, (2.0, 4.0)),
          Parameter("start", "start", "x₀", 0.3, (0.0, 1.0)))
TWO_WEIGHTS = (Parameter("a0", "first weight at the start", "a₀", 0.7, (-4.0, 4.0)),        # tied weights have the first three
               Parameter("rate", "learning rate", "η", 0.5, (0.0, 2.5)),
               Parameter("weight_decay", "weight decay", "λ", 0.0, (0.0, 1.5)),
               Parameter("b0", "second weight at the start", "b₀", -1.3, (-4.0, 4.0)),
               Parameter("rate_a", "factor of the first weight's rate", "η₁", 1.0, (1e-2, 1e2), "log10"),
               Parameter("rate_b", "factor of the second weight's rate", "η₂", 1.0, (1e-2, 1e2), "log10"))
THREE_WEIGHTS = (*(Parameter(f"{name}0", f"{name} at the start", f"{name}₀", value, (-4.0, 4.0))
                   for name, value in zip("xyz", (0.7, -1.3, 0.5), strict=True)),
                 Parameter("rate", "learning rate", "η", 0.5, (0.0, 2.0)))
GRADIENT = Watched("size of the gradient", weights.TOLERANCE, ends=True)
LIU = "Liu, arXiv 2406.13971 (2024)"
BURN = 500


def parabola(axes=("rate", "curvature"), **values) -> Problem:
    """Gradient descent on curvature x**2 / 2: each step multiplies x by 1 - rate * curvature.

    It converges for 0 < rate < 2/curvature, and nothing about it is fractal: the null model of the course.

    Parameters
    ----------
    axes : (str, str), default ("rate", "curvature")
        Two of rate, start, curvature.
    **values : float
        The third: rate (default 0.5), start (1), curvature (1).
    """
    hyper, view, given = choose(PARABOLA, axes, values)
    return with_axes(interval.Parabola(hyper), PARABOLA, hyper, view, steps=100, name="parabola",
                     options=given, title="Gradient descent on a parabola", watched=LOSS,
                     formula=r"x_{t+1} = x_t - \eta\,\lambda\,x_t = (1 - \eta\lambda)\,x_t", source="A. Cauchy 1847")


def bumpy(kind="multiplied", axes=("rate", "epsilon"), **values) -> Problem:
    """Gradient descent on a parabola with a cosine.

    Parameters
    ----------
    kind : {"multiplied", "added"}, default "multiplied"
        x**2 (1 + epsilon cos(2 pi x / wavelength)), or x**2 + epsilon cos(2 pi x / wavelength); what is watched of the
        second is lifted by abs(epsilon), so that it is nowhere negative.
    axes : (str, str), default ("rate", "epsilon")
        Two of rate, start, epsilon, wavelength.
    **values : float
        The others: rate (default 0.5), start (1), epsilon (0.2), wavelength (0.1).

    Notes
    -----
    Liu, arXiv 2406.13971: start 1, epsilon 0.2, wavelength 0.1, 1000 steps; a run has diverged when its loss passes
    1e8, which `Landscape.departure` tells (times the first loss).  The multiplied map depends on epsilon only (apart from
    the start), the added one on epsilon / wavelength**2.  Above epsilon = 1 the multiplied loss has no lower bound; where it is
    negative a run counts as gone.
    """
    if kind not in ("multiplied", "added"):
        raise ValueError(f'kind must be "multiplied" or "added", got {kind!r}')
    hyper, view, given = choose(BUMPY, axes, values)
    if given.get("wavelength") == 0.0:
        raise ValueError("wavelength must not be 0, got 0")
    multiplied = kind == "multiplied"
    loss = (r"x^2\left(1 + \varepsilon\cos\frac{2\pi x}{\lambda}\right)" if multiplied else
            r"x^2 + \varepsilon\cos\frac{2\pi x}{\lambda}")
    return with_axes(interval.Bumpy(hyper, int(multiplied)), BUMPY, hyper, view, steps=1000, name="bumpy",
                     options={"kind": kind, **given},
                     title=f"Gradient descent on a parabola, a cosine {kind}",
                     watched=LOSS._replace(limit=1e8),
                     formula=r"x_{t+1} = x_t - \eta\,f'(x_t), \quad f(x) = " + loss, source=LIU)


def markus(word="AB", burn=BURN, axes=("r_a", "r_b"), **values) -> Problem:
    """The Lyapunov fractal of Markus: the logistic map whose r goes through a word of A and B.

    Parameters
    ----------
    word : str, default "AB"
        Letters A and B, at most 64; the pixel is (A, B).
    burn : int, default 500
        Steps before the first one that counts, at most 100 000.
    axes : (str, str), default ("r_a", "r_b")
        Two of r_a, r_b, start.
    **values : float
        The third: r_a or r_b (default 3.4), start (0.3; not 1/2, where the derivative is 0 and an orbit of r = 4 ends
        at 0 by the rounding of nothing).

    Notes
    -----
    M. Markus and B. Hess, Computers & Graphics 13 (1989) 553.  Watched is the geometric mean of the growth of a small
    difference: below 1 the orbit is stable (converged: the mean of its last 20), above it is
    chaotic.  `numpy.log(landscape.last)` is the Lyapunov exponent.  AB and BA have the same exponent but for the start.
    """
    letters = str(word).upper()
    if not 1 <= len(letters) <= 64 or set(letters) - {"A", "B"}:
        raise ValueError(f"word must be of 1 to 64 letters A and B, got {word!r}")
    burn = whole("burn", burn, 0, 100_000)
    hyper, view, given = choose(MARKUS, axes, values)
    system = interval.Markus(hyper, np.array([letter == "B" for letter in letters], np.int32), burn)
    return with_axes(system, MARKUS, hyper, view, steps=400, name="markus",
                     options={"word": letters, "burn": burn, **given},
                     title=f"Lyapunov fractal, {letters}",
                     watched=Watched("growth of a difference per step", 1.0, sides=("stable", "chaotic")),
                     formula=r"x_{t+1} = r_t\,x_t(1 - x_t), \quad \lambda = \frac{1}{T}\sum\ln|r_t(1 - 2x_t)|, \quad "
                             rf"r_t \in \{{A, B\}} \mathrm{{\ by\ the\ word\ {letters[:12]}{'...' * (len(letters) > 12)}}}",
                     source="M. Markus and B. Hess, Computers & Graphics 13 (1989) 553")


def two_weights(tied=False, axes=None, **values) -> Problem:
    """The network f(x) = a b x on the one datum (1, 1), trained by gradient descent on (a b - 1)**2 / 2.

    Parameters
    ----------
    tied : bool, default False
        Whether b is a: the cubic map a' = (1 + rate) a - rate a**3 (without weight decay), which is gradient descent on
        (a**2 - 1)**2 / 4.
    axes : (str, str), default ("a0", "b0"), tied ("rate", "a0")
        Two of a0, b0, rate, rate_a, rate_b, weight_decay; tied: of a0, rate, weight_decay.
    **values : float
        The others: a0 (default 0.7), b0 (-1.3), rate (0.5; 1 where rate_a or rate_b is an axis), rate_a and rate_b (1 each;
        they multiply rate), weight_decay (0), which adds weight_decay (a**2 + b**2) / 2 to the loss.

    Notes
    -----
    Watched is the size of the gradient: a run has settled when it ends below 1e-6.  Without weight decay the border is
    smooth, with it the border frays (Liang and Montufar, arXiv 2509.25351).
    """
    if not isinstance(tied, bool):
        raise ValueError(f"tied must be True or False, got {tied!r}")
    parameters = TWO_WEIGHTS[:3] if tied else TWO_WEIGHTS
    axes = (("rate", "a0") if tied else ("a0", "b0")) if axes is None else axes
    hyper, view, given = choose(parameters, axes, values)
    names = given["axes"].split(",")
    if {"rate_a", "rate_b"} & {*names} and "rate" not in (*names, *given):
        hyper.values[1] = given["rate"] = 1.0           # then it is a factor only
    if tied:
        title = "Two tied weights, ¼(a² − 1)²"
        step = r"a_{t+1} = a_t - \eta\left((a_t^2 - 1)\,a_t + \lambda a_t\right)"
    else:
        title = "Two weights, ½(ab − 1)²"
        step = (r"a_{t+1} = a_t - \eta\,\eta_1\left((a_t b_t - 1)\,b_t + \lambda a_t\right), \quad "
                r"b_{t+1} = b_t - \eta\,\eta_2\left((a_t b_t - 1)\,a_t + \lambda b_t\right)")
    return with_axes(weights.TwoWeights(hyper, int(tied)), parameters, hyper, view, steps=500, name="two-weights",
                     options={"tied": tied, **given}, title=title, watched=GRADIENT,
                     attractors=weights.TWO, formula=step, source="Liang and Montúfar, arXiv 2509.25351 (2025)")


def three_weights(axes=("x0", "y0"), **values) -> Problem:
    """Gradient descent on (x y z - 1)**2 / 4, a network of three weights: which of its four minima is reached?

    Parameters
    ----------
    axes : (str, str), default ("x0", "y0")
        Two of x0, y0, z0, rate.
    **values : float
        The others: x0 (default 0.7), y0 (-1.3), z0 (0.5), rate (0.5).

    Notes
    -----
    The minima are the sheets x y z = 1, told apart by which two weights are negative, if any.
    """
    hyper, view, given = choose(THREE_WEIGHTS, axes, values)
    return with_axes(weights.ThreeWeights(hyper), THREE_WEIGHTS, hyper, view, steps=500, name="three-weights",
                     options=given, title="Three weights, ¼(xyz − 1)²", watched=GRADIENT,
                     attractors=weights.THREE,
                     formula=r"w_{t+1} = w_t - \eta\,\nabla L(w_t), \quad L(x, y, z) = \frac{1}{4}(xyz - 1)^2",
                     source="Liang and Montúfar, arXiv 2509.25351 (2025), for products of weights")
