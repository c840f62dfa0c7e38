"""Numbers of one run that tell order from chaos: its Lyapunov exponent, and the sharpness along a training run."""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from .arguments import real, whole
from .growth import STEP, growth
from .hessians import hessian
from .problems import Problem, as_problem
from .systems import network as systems
from .systems.rounded import Rounded
from .traces import trace
from .training import History, as_net, is_network, weights

BLOCKS = 20                 # whose means tell the error
FINER = 16                  # the second difference is so much smaller
LEAST = 1e-10               # error of an exponent
MOST_WEIGHTS = 2000         # whose Hessian is made in full


@dataclass(frozen=True, eq=False)
class Lyapunov:
    """The Lyapunov exponent of one run.

    Attributes
    ----------
    problem, x, y
        The question.
    exponent : float
        Mean logarithm (natural) of the growth of a small difference per step, after `burn` steps; above 0: chaos.
    error : float
        The larger of two: the standard error from the means of 20 stretches of the run, and the change when the difference
        is 16 times as small (where that is large, the step is rougher than the difference can see, or superstable); at least
        1e-10.  No bound.
    growth : float64, shape (steps,)
        The logarithm of each step; shorter than asked for when the run did not stay finite.
    burn : int
        Steps that are not counted.
    """

    problem: Problem
    x: float
    y: float
    exponent: float
    error: float
    growth: np.ndarray
    burn: int

    def __repr__(self):
        return (f"<Lyapunov exponent {self.exponent:.6g} ± {self.error:.2g} per step, "
                f"{len(self.growth) - self.burn} steps after {self.burn}>")


def lyapunov(system, x, y, steps: int | None = None, burn: int | None = None, seed=0) -> Lyapunov:
    """The Lyapunov exponent of the run at one pixel: an orbit's, or a training's.

    Parameters
    ----------
    system : Problem or NamedTuple
        Anything that can be rendered.
    x, y : float
        The pixel, in true units.
    steps : int, default the problem's own number
        At most 100 000 000.
    burn : int, default a tenth of the steps
        Steps that are not counted.
    seed : int, default 0
        Of the first direction of the difference.

    Returns
    -------
    Lyapunov

    Raises
    ------
    ValueError
        If an argument is not as above, or the run is not finite beyond the burn-in.

    Notes
    -----
    The tangent is carried along by Jacobian-vector products, central differences of 1e-5 through the compiled step itself, and
    made of length 1 after each: Benettin, Galgani, Giorgilli and Strelcyn, Meccanica 15 (1980) 9.  They are right to about
    1e-10 for maps that are smooth on that scale, to 1e-5 for Liu's bumps, not at all for a step that is rougher; `error`
    tells.  On a superstable orbit (exponent -infinity) the number is that of the method, about -23, or the log 1e-300 of a step
    that leaves nothing of any difference.
    """
    problem = as_problem(system)
    if isinstance(problem.system, Rounded):
        raise ValueError(f"system must be one in float64, got {problem.title}: a difference too small for float32 is needed")
    steps = problem.check_steps(steps)
    burn = steps // 10 if burn is None else whole("burn", burn, 0, steps - 1)
    x, y, seed = real("x", x), real("y", y), whole("seed", seed, 0, 2 ** 63)
    stop = np.zeros(1, bool)
    with ThreadPoolExecutor(1) as pool:                 # in a thread, so that Ctrl-C is heard
        try:
            (logs, blocked), (finer, _) = (pool.submit(growth, problem.system, x, y, steps, step, seed, stop).result()
                                           for step in (STEP, STEP / FINER))
        except BaseException:
            stop[0] = True
            raise
    counted = logs[burn:]
    if len(counted) == 0 and blocked:
        raise ValueError(f"x and y must be those of a run whose neighbours, {STEP:g} beside its state, stay finite beyond its "
                         f"first {burn} steps, got one where they are not after {len(logs)} (a square root of 0?)")
    if len(counted) == 0:
        raise ValueError(f"x and y must be those of a run that stays finite beyond its first {burn} steps, got one that is "
                         f"not after {len(logs)}")
    usable = counted[:len(counted) // BLOCKS * BLOCKS]
    scatter = usable.reshape(BLOCKS, -1).mean(1).std(ddof=1) / BLOCKS ** 0.5 if len(usable) else np.nan
    other = finer[burn:].mean() if len(finer) == len(logs) else np.nan
    error = float(np.nan if np.isnan(other) else np.fmax(scatter, max(abs(counted.mean() - other), LEAST)))
    return Lyapunov(problem, x, y, float(counted.mean()), error, logs, burn)


@dataclass(frozen=True, eq=False)
class Sharpness:
    """The sharpness along one training run.

    Attributes
    ----------
    problem, x, y
        The question.
    history : training.History
        `steps`, `loss`, `sharpness`, `preconditioned` and its `edge`, and more.
    """

    problem: Problem
    x: float
    y: float
    history: History

    steps = property(lambda self: self.history.steps)
    sharpness = property(lambda self: self.history.sharpness)
    preconditioned = property(lambda self: self.history.preconditioned)

    def __repr__(self):
        first, last = self.preconditioned[[0, -1]] / self.history.edge
        return f"<Sharpness, as a share of the edge of stability: {first:.3g} at first, {last:.3g} at step {self.steps[-1]}>"


def sharpness(system, x, y, steps: int | None = None, every: int | None = None) -> Sharpness:
    """The largest eigenvalue of the loss's Hessian along a training run, and the preconditioned one for two rates.

    Parameters
    ----------
    system : Problem
        A network (`paper`, `network`, `random_network`, `xor`).
    x, y : float
        The pixel, in true units.
    steps : int, default the problem's own number
    every : int, default a hundredth of the steps
        Look at the network every so many steps.

    Returns
    -------
    Sharpness

    Notes
    -----
    Power iteration, with memory, on exact Hessian-vector products (`curvature`).  Gradient descent at one rate is unstable in
    a valley whose sharpness exceeds 2/rate; for two rates the eigenvalue of sqrt(D) H sqrt(D) is compared with 2, D
    holding each layer's rate.  J. Cohen et al.,
    arXiv 2103.00065: training drives it there, and hovers.
    """
    problem = as_problem(system)
    if not is_network(problem):
        raise ValueError(f"system must be a network of layers, got {problem.title}")
    steps = problem.check_steps(steps)
    every = max(1, steps // 100) if every is None else whole("every", every, 1, steps)
    run = trace(problem, float(x), float(y), steps, history=every)
    return Sharpness(problem, float(x), float(y), run.history)


def edge_at_start(system, x):
    """The largest output rate at which a network's first weights are still stable, for each input rate: exactly, no run.

    Parameters
    ----------
    system : Problem
        A network whose axes are rate_in and rate_out (`paper`, `network`, `random_network`).
    x : float or array_like
        Input rates, above 0.

    Returns
    -------
    float or float64 array of the shape of x
        The output rate at which the preconditioned sharpness at the start (`sharpness`) is 2 (1 + momentum), its edge of
        stability.  NaN where the input rate alone is beyond it; inf where no output rate is.

    Raises
    ------
    ValueError
        If the axes are others, an input rate is not above 0, or the network has more than 2000 weights.

    Notes
    -----
    Momentum is in it, weight decay is not; with minibatches it is the edge of all samples.

    With the Hessian H in blocks A (input layer), B and C (output layer), and e the edge, sqrt(D) H sqrt(D) has an eigenvalue
    above e exactly where H - e / D has one above 0 (Sylvester).  Eliminating the input layer leaves
    C + B' (e / rate_in - A)^-1 B - e / rate_out: the largest eigenvalue of the first two terms is e / rate_out.

    It says what the *first* weights do to a small error.  Where training may still learn, or fail, is another matter.
    """
    return edge_finder(system)(x)


def edge_finder(system) -> Callable:
    """The function x -> `edge_at_start(system, x)`, faster where many input rates are asked for one after the other."""
    problem = as_problem(system)
    if not is_network(problem) or tuple(problem.axes) != ("rate_in", "rate_out"):
        raise ValueError(f"system must be a network with the axes rate_in and rate_out, got {problem.title}")
    numbers, net = problem.system.hyper.values, as_net(problem.system)
    both, edge = float(numbers[systems.RATE]), 2.0 * (1.0 + float(numbers[systems.MOMENTUM]))
    if not both > 0:
        raise ValueError(f"system must have a rate above 0, got {both}")
    size = (net.x_scaled.shape[1] + 1) * net.hidden
    if size > MOST_WEIGHTS:
        raise ValueError(f"system must have at most {MOST_WEIGHTS} weights, got {size}")
    start = trace(problem, 1.0, 1.0, 1, states=True).states[0]
    w0, w1 = weights(problem.system, net, start, numbers[systems.DRIFT])
    every = hessian(net, w0, w1)
    bends, turned = np.linalg.eigh(every[:w0.size, :w0.size])
    mixed, output = turned.T @ every[:w0.size, w0.size:], every[w0.size:, w0.size:]

    def find(x):
        x = np.asarray(x, dtype=float)
        bad = ~((x > 0) & np.isfinite(x))
        if bad.any():
            raise ValueError(f"x must be input rates above 0, got {x[bad].flat[0]}")
        found = np.full(x.shape, np.nan)
        for place, rate_in in np.ndenumerate(x):
            left = edge / (both * rate_in) - bends
            if left[-1] > 0:
                most = np.linalg.eigvalsh(output + mixed.T @ (mixed / left[:, None]))[-1]
                found[place] = edge / (both * most) if most > 0 else np.inf
        return found[()]

    return find
