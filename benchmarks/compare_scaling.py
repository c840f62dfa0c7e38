"""From one thread to two: the same picture in turn, on jobs that take one thread some seconds."""
import math
import time

from compare_grids import CALM, FIRST, WIDE
from compare_turns import in_turn

import fractaledu as fe

PROBE = 32                  # pixels a side of the picture that says how large the job has to be


def side_for(problem, view, steps, seconds):
    """Pixels a side of a picture that takes one thread about so long."""
    side, spent = PROBE, 0.0
    fe.render(problem, view, (8, 8), steps)                     # compiles
    while spent < 0.05 * seconds:
        side *= 2 if spent else 1
        began = time.perf_counter()
        fe.render(problem, view, (side, side), steps, threads=1)
        spent = time.perf_counter() - began
    return math.ceil(side * math.sqrt(seconds / spent))


def scaling(effort, left_out):
    """The rows of the table."""
    if fe.available_threads() < 2:
        left_out("1 → 2 threads: this process may use one processor only")
        return
    for name, problem, view, steps in (("tanh net, width 16, all converge", fe.paper("tanh"), CALM, effort.net_steps),
                                       ("one data point, width 16", fe.paper("one-datum"), WIDE, effort.datum_steps),
                                       ("Mandelbrot, first view", fe.mandelbrot(), FIRST, effort.plane_steps)):
        side = side_for(problem, view, steps, effort.job)

        def draw(threads, problem=problem, view=view, steps=steps, side=side):
            return lambda: fe.render(problem, view, (side, side), steps, threads=threads)
        seconds, found = in_turn({"one": draw(1), "two": draw(2)}, effort.rounds, compiled=True)
        yield {"picture": name, "side": side, "steps": steps, **seconds, "goal": 1.9,
               "same_bits": found["one"].pixels.tobytes() == found["two"].pixels.tobytes()}
