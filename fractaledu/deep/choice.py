"""Whether a picture is computed in plain float64 or exactly, as differences from a reference run."""
from __future__ import annotations

from .. import exact
from ..axes import LOG_TEN
from ..recipes import check_precision

EXACT_BELOW = 1024                  # ulps between neighbouring pixels: nearer ones are computed exactly, before float64 ends
WIDEST = 5 * LOG_TEN                # half width on a log10 axis: a difference from the centre is 1e5 times the farthest rate
NARROW = 1e-8                       # relative half width below which a view is better held exactly
STOPS = ("Networks with tanh, ReLU or identity units trained by plain gradient descent, the Mandelbrot set and Julia sets go "
         "on past float64; every other system stops there")


def supports(problem) -> bool:
    """Whether pictures of a problem can go on past float64."""
    return exact.supported(problem.system)


def _why(problem):
    """What of a network keeps it from being trained exactly, where that is not its kind of unit."""
    if getattr(problem.system, "heavy", 0):
        return ", which has momentum or weight decay"
    return ""


def chosen(problem, view, size, precision="auto") -> str:
    """How a picture is computed: "float64" or "exact".

    "auto" is exact where neighbouring pixels lie closer than 1024 ulps and the problem can be.  ValueError if "exact" is asked
    for and the problem cannot be.
    """
    if check_precision(precision) == "exact":
        if not supports(problem):
            raise ValueError(f'precision must not be "exact" for {problem.title or "this system"}{_why(problem)}. {STOPS}')
        if any(scale == "log10" and half > WIDEST
               for scale, half in zip((view.x_scale, view.y_scale), view.half, strict=True)):
            raise ValueError('precision must not be "exact" for a view that reaches more than 5 decades to either side: the '
                             "parameters of its far pixels are lost as differences from one in the middle")
    if precision != "auto":
        return precision
    return "exact" if view.spacing_in_ulps(size) < EXACT_BELOW and supports(problem) else "float64"


def held(view, problem, precision="auto"):
    """The view in the form that suits it: exact where it is narrow and the problem goes on past float64, else by its bounds."""
    if precision != "float64" and supports(problem) and min(_relative(view)) < NARROW:
        return view.exactly()
    return view.plainly()


def _relative(view):
    """Half width and half height, relative to the places where that is what float64 counts."""
    for centre, half, scale in zip(view.centre, view.half, (view.x_scale, view.y_scale), strict=True):
        yield half if scale == "log10" else half / max(abs(float(centre)), half)
