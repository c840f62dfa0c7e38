"""Runs in arbitrary precision: what a pixel comes to without rounding, and what the pixels around it follow.

`arithmetic` calculates, by python-flint or mpmath; `networks` and `orbits` hold the steps; `run` reads what they came to.
"""
from __future__ import annotations

from ..arguments import whole
from . import networks, orbits
from .arithmetic import backend, choose, finite_decimal
from .run import Run

__all__ = ["Run", "backend", "supported", "train"]

MOST_DIGITS = 10_000


def supported(system) -> bool:
    """Whether a system can be trained exactly: networks with tanh, ReLU or identity by plain descent, Mandelbrot, Julia."""
    return networks.supported(system) or orbits.supported(system)


def train(system, x, y, steps, digits, keep=False, tell=None, backend=None) -> Run:
    """Train, or iterate, one run in `digits` decimal digits.

    Parameters
    ----------
    system : Network, Minibatch, OneDatum, Mandelbrot or Julia
        The networks with tanh, ReLU or identity, without momentum and weight decay.  Their numbers are float64, taken as exact.
    x, y : Decimal, str or float
        The two parameters that are axes, or the pixel; a float counts with its exact binary value.
    steps : int
        At least 1; for Minibatch at most the batches it has.
    digits : int
        From 15 to 10 000.
    keep : bool, default False
        Whether to keep what pixels need to follow the run: float64, each number rounded relative to its size.  Row t is what
        step t's forward pass sees or finds; rows after `left` are 0, and so are the gradients of that step.

        - networks (D samples, I inputs, n hidden units): ``kept`` (steps, D, n), for tanh 1 - abs(h) with the sign of h (at
          least 1e-300), else the pre-activation; ``error`` (steps, D); ``w0`` (steps, I, n); ``w1`` (steps, n); ``push``
          (steps, I, n), where w1 * push is the gradient of w0; ``pull`` (steps, n), the gradient of w1; ``loss`` (steps,).
        - one datum: ``kept`` (steps, n), ``error`` (steps,), ``z`` (steps, n), ``w1`` (steps, n), ``loss`` (steps,).
        - maps: ``zx``, ``zy`` (k,), the orbit from its start to the end of the steps (k is then steps + 1) or to its first
          number beyond 1000; for Julia also ``critical_x``, ``critical_y``, the orbit of 0.
    tell : callable, optional
        Called as tell(t) after each step t (from 0); what it raises ends the run.
    backend : {"flint", "mpmath"}, optional
        Default: the best that is installed.

    Raises
    ------
    TypeError
        If the system cannot be trained exactly.
    ValueError
        If a number is none, or out of its range.
    ImportError
        If neither python-flint nor mpmath is installed.
    """
    if not supported(system):
        raise TypeError("system must be a network with tanh, relu or identity without momentum and weight decay, or the "
                        f"Mandelbrot or a Julia set, got {type(system).__name__}")
    x, y = finite_decimal("x", x), finite_decimal("y", y)
    steps = whole("steps", steps, 1, len(system.batches) if hasattr(system, "batches") else 2 ** 31 - 1)
    digits = whole("digits", digits, 15, MOST_DIGITS)
    numbers = choose(digits, backend)
    kind = networks if networks.supported(system) else orbits
    measure, arrays = kind.train(system, x, y, steps, numbers, keep, tell)
    with numbers.working():
        return measure.read(arrays, digits, type(numbers).__name__.lower())
