"""One check for each exercise of the lessons: `checks.gd_step(gd_step)`.

A check returns a Result, which shows itself: right (what was checked), not attempted (what to write), or wrong (input, got,
expected, and the likely mistake by name).  Whatever the function does, there is an answer: on Linux within 5 seconds, since the
check runs in a process of its own (`child`); elsewhere for all that can be stopped from inside (`trial` says what cannot).
Only the interrupt button raises: KeyboardInterrupt.  The numbers it checks with are new ones each time.
"""
from .bumpy_road import bound, slope, threshold
from .lyapunov import lyapunov, period_three
from .magnet import magnet_outcome
from .mandelbrot import escape_time, mandelbrot_area, neck_number
from .newton import largest_step, mismatches, newton_step
from .one_loop import critical_rate, doublings, gd_step
from .result import Result
from .two_weights import largest_start, lyapunov_tied, next_pair

__all__ = ["Result", "bound", "critical_rate", "doublings", "escape_time", "gd_step", "largest_start", "largest_step",
           "lyapunov", "lyapunov_tied", "magnet_outcome", "mandelbrot_area", "mismatches", "newton_step", "next_pair",
           "period_three", "neck_number", "slope", "threshold"]
