"""Networks to train: on data of your own, seeded random ones, and the paper's six conditions with its windows."""
from __future__ import annotations

import functools
import math
import pathlib
from dataclasses import replace

import numpy as np

from .arguments import whole
from .curvature import Net, loss
from .parameters import Parameter, choose
from .problems import LOSS, MOST_STEPS, Problem, stated, with_axes
from .systems import network as systems
from .view import View

SEEDED_STEPS = 10_000               # batches that a seeded stream holds
CONDITIONS = ("tanh", "relu", "linear", "one-datum", "minibatch", "offset")
RATES = (1e-3, 1e6)
PARAMETERS = (
    Parameter("rate", "learning rate", "η", 1.0, RATES, "log10"),
    Parameter("rate_in", "learning rate of the input layer", "η₀", 1.0, RATES, "log10"),
    Parameter("rate_out", "learning rate of the output layer", "η₁", 1.0, RATES, "log10"),
    Parameter("momentum", "momentum", "μ", 0.0, (-1.0, 1.0)),
    Parameter("weight_decay", "weight decay", "λ", 0.0, (1e-6, 1.0), "log10"),
    Parameter("scale_in", "factor of the input weights at the start", "σ₀", 1.0, (1e-2, 1e2), "log10"),
    Parameter("scale_out", "factor of the output weights at the start", "σ₁", 1.0, (1e-2, 1e2), "log10"),
    Parameter("mean_in", "added to the input weights at the start", "m₀", 0.0, (-4.0, 4.0)),
    Parameter("mean_out", "added to the output weights at the start", "m₁", 0.0, (-4.0, 4.0)),
    Parameter("drift", "added to the input weights at every step", "drift", 0.0, (-1.0, 1.0)))
AXES = "rate_in", "rate_out"
OFFSETS = {"every step": "drift", "start": "mean_in"}
LONE_RATE = 10.0                    # `rate` where no rate is an axis: these nets learn at rates of 1 to 1000
PLAIN = r"W_\ell \leftarrow W_\ell - \eta_\ell\,\nabla_\ell L"
HEAVY = r"V_\ell \leftarrow \mu V_\ell + \nabla_\ell L + \lambda W_\ell, \quad W_\ell \leftarrow W_\ell - \eta_\ell V_\ell"
FUNCTION = r", \quad f(x) = \frac{1}{n}\,w_1\cdot\phi\left(\sqrt{\frac{%s}{n_0}}\,W_0^T x\right)"
SOURCE = "J. Sohl-Dickstein, arXiv 2402.06184 (2024)"


def network(w0, w1, x, y, activation="tanh", batches=None, axes=AXES, **values) -> Problem:
    """Gradient descent of a network without biases, inputs -> hidden -> 1, on any data.

    f(x) = w1 . h / hidden, h = tanh(sqrt(2 / inputs) x w0), sqrt(2 / inputs) relu(x w0), or, for the other activations,
    activation(x w0 / sqrt(inputs)) (the mean-field scale of the paper's code); the loss is the mean of (f - y)**2.

    Parameters
    ----------
    w0, w1 : array_like, shape (inputs, hidden), (hidden,)
        Initial weights.
    x, y : array_like, shape (samples, inputs), (samples,)
        Data and targets.
    activation : {"tanh", "relu", "identity", "sigmoid", "sine"}, default "tanh"
    batches : array_like of int, shape (steps, batch), optional
        The samples (from 0) of each step's gradient; default: all samples (full batch).  The watched loss is always that
        of all samples.  A run cannot have more steps than there are batches.
    axes : (str, str), default ("rate_in", "rate_out")
        Two of the hyperparameters below.
    **values : float
        The others.  rate (default 1; 10 where no rate is an axis or given), a factor of both rates; rate_in, rate_out (1);
        momentum (0) and weight_decay (0): velocity = momentum * velocity + gradient + weight_decay * w,
        w -= rate * velocity; scale_in, scale_out (1) and mean_in, mean_out (0): the first weights are
        scale * w + mean; drift (0), added to the input weights before every step.

    Raises
    ------
    ValueError
        If shapes do not match, a number is not finite, or the first loss is 0 (nothing is left to learn).
    """
    arrays = {"w0": (w0, 2), "w1": (w1, 1), "x": (x, 2), "y": (y, 1)}
    for name, (array, dimensions) in arrays.items():
        try:
            array = arrays[name] = np.array(array, dtype=float, order="C")      # a copy: nobody changes it later
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be an array of real numbers, got {array!r}") from None
        if array.ndim != dimensions or array.size == 0:
            raise ValueError(f"{name} must be a filled array of {dimensions} dimension(s), got shape {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    w0, w1, x, y = arrays.values()
    for name, found, rule, wanted in (("w1", w1.shape[0], "one weight per hidden unit", w0.shape[1]),
                                      ("x", x.shape[1], "one column per row of w0", w0.shape[0]),
                                      ("y", y.shape[0], "one target per row of x", x.shape[0])):
        if found != wanted:
            raise ValueError(f"{name} must have {rule}, {wanted}, got {found}")
    if activation not in systems.ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(systems.ACTIVATIONS)}, got {activation!r}")
    hyper, view, given = _chosen(axes, values)
    if batches is not None:
        batches = np.ascontiguousarray(batches)
        if batches.ndim != 2 or batches.size == 0 or batches.dtype.kind not in "iu":
            raise ValueError(f"batches must be whole numbers of shape (steps, batch), got {batches.dtype} {batches.shape}")
        if batches.min() < 0 or batches.max() >= len(y):
            raise ValueError(f"batches must be from 0 to {len(y) - 1}, got {batches.min()} … {batches.max()}")
        batches = batches.astype(np.int32)
    system = systems.build(w0, w1, x, y, activation, hyper, batches)
    scale = math.sqrt(systems.INPUT_GAIN[activation] / x.shape[1])
    first = loss(Net(x * scale, y, len(w1), activation), w0, w1)
    if first == 0.0:
        raise ValueError("y must differ from what the first weights give: the first loss is 0, there is nothing to learn")
    if not np.isfinite(first):
        raise ValueError(f"w0, w1, x and y must be so small that the first loss is finite, got {first}")
    most, points = MOST_STEPS if batches is None else len(batches), f"{len(y)} point{'' if len(y) == 1 else 's'}"
    return with_axes(system, PARAMETERS, hyper, view, steps=min(200, most), options=given,
                     title=f"Network {w0.shape[0]}-{w0.shape[1]}-1, {activation}, {points}", watched=LOSS,
                     formula=_formula(system, activation), source=SOURCE,
                     most_steps=most)


def _formula(system, activation):
    step = HEAVY if system.heavy else PLAIN
    if systems.active(system.hyper, systems.DRIFT):
        step = r"W_0 \leftarrow W_0 + d, \quad " + step
    return step + FUNCTION.replace("%s", f"{systems.INPUT_GAIN[activation]:g}")


def _chosen(axes, values):
    """As `choose`, with a rate where nothing says one."""
    hyper, view, options = choose(PARAMETERS, axes, values)
    if not {"rate", "rate_in", "rate_out"} & {*options, *options["axes"].split(",")}:
        hyper.values[0] = options["rate"] = LONE_RATE
    return hyper, view, options


def random_network(seed, inputs=8, hidden=8, samples=None, activation="tanh", batch=None, axes=AXES, **values) -> Problem:
    """A network with standard normal weights, data and targets from `numpy.random.default_rng(seed)`.

    Parameters
    ----------
    seed : int
        From 0 on.  The targets are noise: training memorises, it does not learn a task.
    inputs, hidden : int, default 8
        Layer widths, from 1 to 512.
    samples : int, optional
        Data points, from 1 to 4096; default: as many as the network has parameters, at most 4096.
    activation, axes, **values
        As in `network`.
    batch : int, optional
        Samples per step, from 1 to 4096, drawn with replacement, the same for every pixel; default: all (full batch).
    """
    seed, inputs, hidden = whole("seed", seed, 0, 2 ** 63), whole("inputs", inputs, 1, 512), whole("hidden", hidden, 1, 512)
    samples = whole("samples", min((inputs + 1) * hidden, 4096) if samples is None else samples, 1, 4096)
    batch = None if batch is None else whole("batch", batch, 1, 4096)
    rng = np.random.default_rng(seed)
    w0, w1 = rng.normal(size=(inputs, hidden)), rng.normal(size=hidden)
    x, y = rng.normal(size=(samples, inputs)), rng.normal(size=samples)
    batches = None if batch is None else rng.integers(samples, size=(SEEDED_STEPS, batch))
    problem = network(w0, w1, x, y, activation, batches, axes, **values)
    options = {"seed": seed, "inputs": inputs, "hidden": hidden, "samples": samples, "activation": activation,
               "batch": batch, **problem.options}
    return _renamed(problem, "random-network", options, problem.title + f", seed {seed}")


def paper(condition, width=16, offset="every step", batch_seed=None, axes=None, **values) -> Problem:
    """One of the paper's six conditions, with the very weights and data of its code.

    Parameters
    ----------
    condition : {"tanh", "relu", "linear", "one-datum", "minibatch", "offset"}
        "linear" has 16 data points and "one-datum" one; the others as many as parameters, 272.
    width : {16, 8}, default 16
        16 is the paper's, 8 the default of its notebook; minibatch and offset exist at 16 only.
    offset : {"every step", "start"}, default "every step"
        For condition "offset": whether x is added to the input weights at every step, a drift, as the paper's code does
        and its figure shows, or once, as its text says: short for the axes drift or mean_in, and rate.
    batch_seed : int, optional
        For condition "minibatch": draw the batches with numpy's generator, which allows 10 000 steps, instead of using
        the paper's own stream of 1000.
    axes : (str, str), default ("rate_in", "rate_out"); for "offset" the offset and the learning rate
        Two hyperparameters of `network`.
    **values : float
        Other hyperparameters, as in `network`.

    Notes
    -----
    J. Sohl-Dickstein, arXiv 2402.06184 (2024), figures 1 and 2, and its public notebook: `PRNGKey(0)`, float64, legacy
    threefry.  Steps: 500, and 1000 for the minibatch net.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"condition must be one of {', '.join(CONDITIONS)}, got {condition!r}")
    if width not in ((16,) if condition in ("minibatch", "offset") else (16, 8)):
        raise ValueError(f"width must be 16{'' if condition in ('minibatch', 'offset') else ' or 8'} "
                         f"for condition {condition!r}, got {width!r}")
    if offset not in OFFSETS:
        raise ValueError(f'offset must be "every step" or "start", got {offset!r}')
    if offset != "every step" and condition != "offset":
        raise ValueError(f'offset must only be given for condition "offset", got {offset!r} for {condition!r}')
    if batch_seed is not None:
        if condition != "minibatch":
            raise ValueError(f'batch_seed must only be given for condition "minibatch", got it for {condition!r}')
        batch_seed = whole("batch_seed", batch_seed, 0, 2 ** 63)
    width = int(width)
    arrays, data = _arrays(), {"linear": "square", "one-datum": "one"}.get(condition, "full")
    options, batches = {} if condition in ("minibatch", "offset") else {"width": width}, None
    if condition == "minibatch":
        batches = arrays["batches"]
        if batch_seed is not None:
            options["batch_seed"] = batch_seed
            batches = np.random.default_rng(batch_seed).integers(272, size=(SEEDED_STEPS, 16))
    if axes is None:
        axes = (OFFSETS[offset], "rate") if condition == "offset" else AXES
    problem = network(arrays[f"w0_{width}"], arrays[f"w1_{width}"], arrays[f"x_{data}_{width}"],
                      arrays[f"y_{data}_{width}"], {"relu": "relu", "linear": "identity"}.get(condition, "tanh"),
                      batches, axes, **values)
    if condition == "offset" and problem.axes in {(axis, "rate") for axis in OFFSETS.values()}:
        problem = replace(problem, view=View(RATES, RATES, "log10", "log10"))       # that of the figure, offsets too
    options |= problem.options
    title = {"tanh": "tanh", "relu": "ReLU", "linear": "deep linear", "one-datum": "tanh, one data point",
             "minibatch": "tanh, minibatches of 16", "offset": "tanh, offset weights"}[condition]
    title = f"The paper's network, {title}, width {width}" + stated(PARAMETERS, problem.options)
    return _renamed(problem, f"paper-{condition}", options, title,
                    steps=1000 if condition == "minibatch" else 500)


# The windows of the paper's figure (read from its tiles); the linear one fits its picture with 500 steps.
WINDOWS = {"linear": ((1.90010080e2, 1.90011840e2), (4.77745244, 4.77749670)),
           "relu": ((5.77622737e-1, 5.77625590e-1), (8.14432439e1, 8.14436463e1)),
           "one-datum": ((4.8298735e1, 4.8299146e1), (1.82066141e1, 1.82067690e1)),
           "minibatch": ((2.67398835471957e-1, 2.67398835475071e-1), (1.74269509700711e2, 1.74269509702741e2)),
           "tanh": ((1.329976231e1, 1.329978604e1), (2.003582269e2, 2.003585844e2)),
           "offset": ((1.960618282403e-1, 1.960618285243e-1), (3.90254607863e1, 3.90254608429e1))}


def paper_view(condition, sampling="centre") -> View:
    """The window that the paper's figure shows of a condition (`paper`), both axes log10."""
    if condition not in WINDOWS:
        raise ValueError(f"condition must be one of {', '.join(CONDITIONS)}, got {condition!r}")
    return View(*WINDOWS[condition], "log10", "log10", sampling)


@functools.cache
def _arrays():
    with np.load(pathlib.Path(__file__).parent / "data" / "paper.npz", allow_pickle=False) as file:
        return dict(file)


def _renamed(problem, name, options, title, steps=None):
    return replace(problem, name=name, options=options, title=title, steps=steps or problem.steps)
