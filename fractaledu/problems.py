"""What to iterate, by name: a system together with its first view, its number of steps and its labels."""
from __future__ import annotations

import functools
import pathlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from .systems import network as networks
from .systems import newton as newtons
from .systems import planar
from .view import View

MOST_STEPS = 10 ** 8
SEEDED_STEPS = 10_000               # batches that a seeded stream holds
CONDITIONS = ("tanh", "relu", "linear", "one-datum", "minibatch", "offset")


@dataclass(frozen=True, eq=False)
class Problem:
    """A system and how people meet it; what every public function takes as `system`.

    Attributes
    ----------
    system : NamedTuple
        What the kernel iterates.
    view : View
        A good first view.
    steps : int
        The steps that are taken where none are asked for.
    most_steps : int
        More are refused (a minibatch stream has an end).
    name, options : str or None, mapping
        `named(name, **options)` makes the same problem again; name is None for somebody's own arrays or functions.
    title, x_label, y_label : str
        For figures.
    attractors : tuple of complex
        What `Landscape.attractor` counts; empty where there are none.
    """

    system: NamedTuple
    view: View
    steps: int
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    x_label: str = "x"
    y_label: str = "y"
    attractors: tuple[complex, ...] = ()
    most_steps: int = MOST_STEPS

    def check_steps(self, steps) -> int:
        """Return `steps`, or the problem's own where None; ValueError unless a whole number from 1 to `most_steps`."""
        if steps is None:
            return self.steps
        try:
            whole = int(steps)
        except (TypeError, ValueError, OverflowError):
            whole = None
        if whole is None or whole != steps:
            raise ValueError(f"steps must be a whole number, got {steps!r}")
        if not 1 <= whole <= self.most_steps:
            hint = " (this stream of batches ends there; batch_seed=… makes a longer one)" if (
                whole > self.most_steps < SEEDED_STEPS) else ""
            raise ValueError(f"steps must be from 1 to {self.most_steps}, got {steps}{hint}")
        return whole


def as_problem(system) -> Problem:
    """Return a Problem as it is, and a map of the plane (a NamedTuple with a step) as a Problem without a name."""
    if isinstance(system, Problem):
        return system
    if planar.is_planar(type(system)):
        return Problem(system, View((-2, 2), (-2, 2)), 100, title=type(system).__name__,
                       x_label="real part", y_label="imaginary part")
    raise TypeError("system must be a Problem (fe.mandelbrot(), fe.paper(\"tanh\"), …) or a NamedTuple with a step "
                    f"(fe.step_of), got {type(system).__name__}")


# ---------------------------------------------------------------- classic maps

def _power(power):
    if power != int(power) or not 2 <= power <= 64:
        raise ValueError(f"power must be a whole number from 2 to 64, got {power}")
    return int(power)


def mandelbrot(power=2) -> Problem:
    """The Mandelbrot set of z**power + c: the pixel is c, the orbit starts at 0.

    Parameters
    ----------
    power : int, default 2
        Exponent, from 2 to 64.
    """
    power = _power(power)
    view = View((-2.1, 0.6), (-1.35, 1.35)) if power == 2 else View((-1.5, 1.5), (-1.5, 1.5))
    return Problem(planar.Mandelbrot(power), view, 200, "mandelbrot", {"power": power},
                   f"Mandelbrot set, z{_superscript(power)} + c", "real part of c", "imaginary part of c")


def julia(c=-0.122561166876654 + 0.744861766619744j, power=2) -> Problem:
    """The filled Julia set of z**power + c: the pixel is the start.

    Parameters
    ----------
    c : complex, default Douady's rabbit
        The constant; finite.
    power : int, default 2
        Exponent, from 2 to 64.
    """
    power, c = _power(power), _finite_complex("c", c)
    return Problem(planar.Julia(c.real, c.imag, power), View((-1.6, 1.6), (-1.6, 1.6)), 200, "julia",
                   {"c": c, "power": power}, f"Julia set, z{_superscript(power)} + ({_short(c)})",
                   "real part of the start", "imaginary part of the start")


def newton(roots=None, coefficients=None, a=1.0, tolerance=None) -> Problem:
    """Newton's method z' = z - a p(z)/p'(z) on a polynomial: the pixel is the start.

    Parameters
    ----------
    roots : sequence of complex, optional
        The roots of p; a repeated one is a multiple root.  Default: the three roots of z**3 - 1.
    coefficients : sequence of complex, optional
        Instead of the roots: the coefficients of p, highest power first (as `numpy.poly1d`).
    a : complex, default 1
        Relaxation: a simple root attracts nearby starts for abs(1 - a) < 1.
    tolerance : float, default 1e-8
        An orbit has settled when it ends nearer than this to a root.

    Raises
    ------
    ValueError
        If both roots and coefficients are given, a number is not finite, or p is a constant.
    """
    if roots is not None and coefficients is not None:
        raise ValueError("roots and coefficients must not both be given")
    options = {"a": _finite_complex("a", a)}
    if coefficients is not None:
        coefficients = np.array([_finite_complex("coefficients", c) for c in coefficients], complex)
        nonzero = np.flatnonzero(coefficients)
        if len(nonzero) == 0 or nonzero[0] == len(coefficients) - 1:
            raise ValueError(f"coefficients must be those of a polynomial of degree 1 or more, got {coefficients.tolist()}")
        options["coefficients"] = coefficients.tolist()
        roots = np.roots(coefficients)
    elif roots is None:
        roots = [np.exp(2j * np.pi * k / 3) for k in range(3)]
    else:
        roots = [_finite_complex("roots", r) for r in roots]
        options["roots"] = roots
    if not 1 <= len(roots) <= 64:
        raise ValueError(f"roots must be from 1 to 64 in number, got {len(roots)}")
    if tolerance is not None:
        options["tolerance"] = tolerance
        if not 0 < tolerance < np.inf:
            raise ValueError(f"tolerance must be positive and finite, got {tolerance}")
    system = newtons.build(roots, options["a"], tolerance)
    attractors = tuple(complex(x, y) for x, y in zip(system.root_x, system.root_y, strict=True))
    reach = 2.0 * max(1.0, *(abs(r) for r in attractors)) if any(attractors) else 2.0
    relaxed = "" if a == 1 else f", a = {_short(options['a'])}"
    return Problem(system, View((-reach, reach), (-reach, reach)), 100, "newton", options,
                   f"Newton's method, {len(attractors)} roots{relaxed}",
                   "real part of the start", "imaginary part of the start", attractors)


# ---------------------------------------------------------------- networks

RATE_LABELS = "learning rate of the input layer", "learning rate of the output layer"
OFFSET_LABELS = {"every step": ("added to the input weights at every step", "learning rate"),
                 "start": ("added to the input weights at the start", "learning rate")}


def network(w0, w1, x, y, activation="tanh", batches=None, offset=None) -> Problem:
    """Gradient descent of a network without biases, inputs -> hidden -> 1, on any data.

    f(x) = w1 . h / hidden, h = tanh(sqrt(2 / inputs) x w0), sqrt(2 / inputs) relu(x w0), or x w0 / sqrt(inputs) (the
    mean-field scale of the paper's code); the loss is the mean of (f - y)**2.

    Parameters
    ----------
    w0, w1 : array_like, shape (inputs, hidden), (hidden,)
        Initial weights.
    x, y : array_like, shape (samples, inputs), (samples,)
        Data and targets.
    activation : {"tanh", "relu", "identity"}, default "tanh"
    batches : array_like of int, shape (steps, batch), optional
        The samples (from 0) of each step's gradient; default: all samples (full batch).  The watched loss is always that
        of all samples.  A run cannot have more steps than there are batches.
    offset : {None, "every step", "start"}, default None
        None: the axes are the two learning rates.  Else x is added to every input weight, before every step (what the
        paper's code does) or once (what its text says), and y is the learning rate of both layers.

    Raises
    ------
    ValueError
        If shapes do not match, a number is not finite, or the first loss is 0 (nothing is left to learn).
    """
    arrays = {"w0": (w0, 2), "w1": (w1, 1), "x": (x, 2), "y": (y, 1)}
    for name, (array, dimensions) in arrays.items():
        array = arrays[name] = np.ascontiguousarray(array, dtype=float)
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
    if activation not in networks.ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(networks.ACTIVATIONS)}, got {activation!r}")
    if offset not in networks.AXES:
        raise ValueError(f'offset must be None, "every step" or "start", got {offset!r}')
    if batches is not None:
        batches = np.ascontiguousarray(batches)
        if batches.ndim != 2 or batches.size == 0 or batches.dtype.kind not in "iu":
            raise ValueError(f"batches must be whole numbers of shape (steps, batch), got {batches.dtype} {batches.shape}")
        if batches.min() < 0 or batches.max() >= len(y):
            raise ValueError(f"batches must be from 0 to {len(y) - 1}, got {batches.min()} … {batches.max()}")
        batches = batches.astype(np.int32)
    system = networks.build(w0, w1, x, y, activation, batches, offset)
    if networks.first_loss(w0, w1, x, y, activation) == 0.0:
        raise ValueError("y must differ from what the first weights give: the first loss is 0, there is nothing to learn")
    x_label, y_label = OFFSET_LABELS.get(offset, RATE_LABELS)
    view = View((1e-3, 1e6), (1e-3, 1e6), "log10", "log10")
    return Problem(system, view, min(200, MOST_STEPS if batches is None else len(batches)),
                   title=f"Network {w0.shape[0]}-{w0.shape[1]}-1, {activation}, {len(y)} points",
                   x_label=x_label, y_label=y_label, most_steps=MOST_STEPS if batches is None else len(batches))


def random_network(seed, inputs=8, hidden=8, samples=None, activation="tanh", batch=None, offset=None) -> Problem:
    """A network with standard normal weights, data and targets from `numpy.random.default_rng(seed)`.

    Parameters
    ----------
    seed : int
        From 0 on.  The targets are noise: training memorises, it does not learn a task.
    inputs, hidden : int, default 8
        Layer widths, at least 1.
    samples : int, optional
        Data points; default: as many as the network has parameters.
    activation, offset
        As in `network`.
    batch : int, optional
        Samples per step, drawn with replacement, the same for every pixel; default: all of them (full batch).
    """
    samples = (inputs + 1) * hidden if samples is None else samples
    counts = {"seed": (seed, 0), "inputs": (inputs, 1), "hidden": (hidden, 1), "samples": (samples, 1),
              "batch": (1 if batch is None else batch, 1)}
    for name, (value, least) in counts.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value < 2 ** 63:
            raise ValueError(f"{name} must be a whole number from {least} on, got {value!r}")
    if max(inputs, hidden, samples, batch or 1) > 4096:
        raise ValueError(f"inputs, hidden, samples and batch must be at most 4096, got {max(inputs, hidden, samples)}")
    rng = np.random.default_rng(seed)
    w0, w1 = rng.normal(size=(inputs, hidden)), rng.normal(size=hidden)
    x, y = rng.normal(size=(samples, inputs)), rng.normal(size=samples)
    batches = None if batch is None else rng.integers(samples, size=(SEEDED_STEPS, batch))
    problem = network(w0, w1, x, y, activation, batches, offset)
    options = {"seed": int(seed), "inputs": inputs, "hidden": hidden, "samples": samples, "activation": activation,
               "batch": batch, "offset": offset}
    return _renamed(problem, "random-network", options, problem.title + f", seed {seed}")


def paper(condition, width=16, offset="every step", batch_seed=None) -> Problem:
    """One of the paper's six conditions, with the very weights and data of its code.

    Parameters
    ----------
    condition : {"tanh", "relu", "linear", "one-datum", "minibatch", "offset"}
        "linear" has 16 data points and "one-datum" one; the others as many as parameters, 272.
    width : {16, 8}, default 16
        16 is the paper's, 8 the default of its notebook; minibatch and offset exist at 16 only.
    offset : {"every step", "start"}, default "every step"
        For condition "offset": whether x is added to the input weights at every step, a drift, as the paper's code does
        and its figure shows, or once, as its text says.
    batch_seed : int, optional
        For condition "minibatch": draw the batches with numpy's generator, which allows 10 000 steps, instead of using
        the paper's own stream of 1000.

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
    if offset not in OFFSET_LABELS:
        raise ValueError(f'offset must be "every step" or "start", got {offset!r}')
    arrays, data = _arrays(), {"linear": "square", "one-datum": "one"}.get(condition, "full")
    options, batches = {} if condition in ("minibatch", "offset") else {"width": width}, None
    if condition == "offset":
        options["offset"] = offset
    if condition == "minibatch":
        batches = arrays["batches"]
        if batch_seed is not None:
            options["batch_seed"] = batch_seed
            batches = np.random.default_rng(batch_seed).integers(272, size=(SEEDED_STEPS, 16))
    problem = network(arrays[f"w0_{width}"], arrays[f"w1_{width}"], arrays[f"x_{data}_{width}"],
                      arrays[f"y_{data}_{width}"], {"relu": "relu", "linear": "identity"}.get(condition, "tanh"),
                      batches, offset if condition == "offset" else None)
    title = {"tanh": "tanh", "relu": "ReLU", "linear": "deep linear", "one-datum": "tanh, one data point",
             "minibatch": "tanh, minibatches of 16", "offset": "tanh, offset weights"}[condition]
    return _renamed(problem, f"paper-{condition}", options, f"The paper's network, {title}, width {width}",
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


# ---------------------------------------------------------------- by name, for the command line and recipes

def _complex(text):
    return complex(str(text).replace(" ", "").replace("i", "j").strip("()"))


def _complexes(text):
    return [_complex(part) for part in str(text).split(",")]


class Named(NamedTuple):
    """How a problem is made from text."""

    make: Callable[..., Problem]
    options: Mapping[str, Callable[[str], Any]]        # option -> how its text is read


NAMED = {
    "mandelbrot": Named(mandelbrot, {"power": int}),
    "julia": Named(julia, {"c": _complex, "power": int}),
    "newton": Named(newton, {"roots": _complexes, "coefficients": _complexes, "a": _complex, "tolerance": float}),
    **{f"paper-{condition}": Named(functools.partial(paper, condition), options) for condition, options in (
        *((plain, {"width": int}) for plain in ("tanh", "relu", "linear", "one-datum")),
        ("minibatch", {"batch_seed": int}), ("offset", {"offset": str}))},
    "random-network": Named(random_network, {"seed": int, "inputs": int, "hidden": int, "samples": int,
                                             "activation": str, "batch": int, "offset": str}),
}


def named(name, /, **options) -> Problem:
    """The problem of that name (`NAMED`); its options are values, or text as on the command line."""
    if name not in NAMED:
        raise ValueError(f"system must be one of {', '.join(NAMED)}, got {name!r}")
    make, readers = NAMED[name]
    values = {}
    for option, value in options.items():
        if option not in readers:
            raise ValueError(f"{name} has no option {option!r}; it has {', '.join(readers)}")
        try:
            values[option] = readers[option](value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(f"{option} must be {_KINDS[readers[option]]}, got {value!r}") from None
    if name == "random-network":
        values.setdefault("seed", 0)
    return make(**values)


_KINDS = {int: "a whole number", float: "a number", _complex: "a number such as -0.8+0.156j",
          _complexes: "numbers such as 1,-1,0.5+2j", str: "a word"}


# ---------------------------------------------------------------- small things

def _finite_complex(name, number):
    try:
        z = complex(number)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {number!r}") from None
    if not (np.isfinite(z.real) and np.isfinite(z.imag)):
        raise ValueError(f"{name} must be finite, got {number}")
    return z


def _superscript(n):
    return str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _short(z):
    return f"{z:.6g}" if z.imag else f"{z.real:.6g}"
