"""One check for each exercise of the lessons: `checks.gd_step(gd_step)`.

A check returns a Result, which shows itself: right (what was checked), not attempted (what to write), or wrong (input, got,
expected, and the likely mistake by name).  Whatever the function does, there is an answer: on Linux within 5 seconds, since the
check runs in a process of its own (`child`); elsewhere for all that can be stopped from inside (`trial` says what cannot).
Only the interrupt button raises: KeyboardInterrupt.  The numbers it checks with are new ones each time.
"""
from .bumpy_road import bound, slope, threshold
from .deep_zoom import dive, growth, last_depths
from .efficiency import least_norm, new_data_risk, truth_slope
from .how_fractal import boxcount, rabbit_dimension, two_rulers
from .lottery import distances, log_correlation, rejection
from .lyapunov import lyapunov, period_three
from .magnet import magnet_outcome
from .mandelbrot import escape_time, mandelbrot_area, neck_number
from .meta_loss import evolution_slope, find_rates, meta_slope
from .newton import largest_step, mismatches, newton_step
from .one_loop import critical_rate, doublings, gd_step
from .result import Result
from .six import flipped, reproduce, rescaled
from .training import critical_rate_out, gradient_out, saturated_rate
from .training_map import faster_run, left_edge, readout
from .two_weights import largest_start, lyapunov_tied, next_pair

__all__ = ["Result", "bound", "boxcount", "critical_rate", "critical_rate_out", "distances", "dive", "doublings",
           "escape_time", "evolution_slope", "faster_run", "find_rates", "flipped", "gd_step", "gradient_out", "growth",
           "largest_start", "largest_step", "last_depths", "least_norm", "left_edge", "log_correlation", "lyapunov",
           "lyapunov_tied", "magnet_outcome", "mandelbrot_area", "meta_slope", "mismatches", "neck_number", "new_data_risk",
           "newton_step", "next_pair", "period_three", "rabbit_dimension", "readout", "rejection", "reproduce", "rescaled",
           "saturated_rate", "slope", "threshold", "truth_slope", "two_rulers"]
