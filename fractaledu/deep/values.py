"""One run in arbitrary precision: what a pixel comes to without rounding."""
from __future__ import annotations

from .. import exact
from ..cancelled import Cancelled
from ..decimals import decimal
from ..problems import as_problem
from .choice import STOPS, supports

FIRST_DIGITS, MOST_DIGITS = 40, 2000
AGREEMENT = 1e-12                   # relative, of the values in two precisions


def exact_value(system, x, y, steps: int | None = None, *, progress=None, cancel=None) -> float:
    """The paper's measure of one run, trained or iterated in arbitrary precision; `evaluate` without rounding.

    The run is made with more and more digits until two precisions give the same verdict and the same value to 1e-12.

    Parameters
    ----------
    system : Problem or NamedTuple
        A network with tanh, ReLU or identity units trained by plain gradient descent, the Mandelbrot set or a Julia set.
    x, y : str, decimal.Decimal, float or int
        The point in true units.  A text may have up to 1000 digits; a float counts with its exact binary value.
    steps : int, default the problem's own number
    progress : callable, optional
        Called as progress(done, total), in steps of each run.
    cancel : threading.Event, optional
        Set it, from another thread, to stop after a step.

    Returns
    -------
    float
        Below 0 where the run converged.

    Raises
    ------
    ValueError
        If an argument is not as above, or 2000 digits are not enough.
    Cancelled
        If `cancel` was set.

    Examples
    --------
    >>> import fractaledu as fe
    >>> fe.exact_value(fe.mandelbrot(), "-1.75", "1e-30", 100) < 0
    True
    """
    problem = as_problem(system)
    if not supports(problem):
        raise ValueError(f"system must be one that can be trained exactly, got {problem.title or 'another'}. {STOPS}")
    return exact_run(problem, (decimal("x", x), decimal("y", y)), problem.check_steps(steps), progress, cancel).value


def exact_run(problem, point, steps, progress=None, cancel=None, digits=None) -> exact.Run:
    """`exact_value` with all that came of the run; `digits` to begin with."""
    def tell(t):
        if cancel is not None and cancel.is_set():
            raise Cancelled(t + 1, steps, "steps of an exact run")
        if progress is not None:
            progress(t + 1, steps)
    digits = digits or FIRST_DIGITS + max(0, *(-p.as_tuple().exponent for p in point))
    run = exact.train(problem.system, *point, steps, min(digits, MOST_DIGITS), tell=tell)
    while digits < MOST_DIGITS:
        digits = min(digits + max(digits // 2, 20), MOST_DIGITS)
        better = exact.train(problem.system, *point, steps, digits, tell=tell)
        close = run.value == better.value or abs(run.value - better.value) <= AGREEMENT * abs(better.value)     # inf too
        if run.verdict == better.verdict and close:
            return better
        run = better
    raise ValueError(f"steps must be so few that {MOST_DIGITS} digits decide the run, got {steps}")
