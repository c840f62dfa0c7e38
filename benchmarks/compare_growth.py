"""How cost grows with pixels, steps, width and samples, two decades of each: one thread, and every run makes all its steps."""
import numpy as np
from compare_grids import CALM
from compare_turns import in_turn

import fractaledu as fe

WIDTH, SAMPLES, STEPS, SIDE = 16, 64, 50, 16      # of the nets whose width or samples grow


def net(width, samples):
    """A random net with as many inputs as hidden units, and rates so small that it neither learns nor leaves."""
    return fe.random_network(0, width, width, samples)


def series(effort):
    """Name, what stays the same, the numbers, and for each of them a picture to draw."""
    small, still = fe.paper("tanh", width=8), fe.View((1e-6, 1e-5), (1e-6, 1e-5), "log10", "log10")

    def draw(problem, view, side, steps):
        return lambda: fe.render(problem, view, (side, side), steps, threads=1)
    yield ("pixels", f"width 8, 72 samples, {effort.small_net_steps} steps", [side ** 2 for side in effort.pixels],
           [draw(small, CALM, side, effort.small_net_steps) for side in effort.pixels])
    yield ("steps", "width 8, 72 samples, 256 pixels", effort.steps, [draw(small, CALM, 16, steps) for steps in effort.steps])
    yield ("width", f"as many inputs, {SAMPLES} samples, {STEPS} steps, {SIDE ** 2} pixels", effort.widths,
           [draw(net(width, SAMPLES), still, SIDE, STEPS) for width in effort.widths])
    yield ("samples", f"width {WIDTH}, {STEPS} steps, {SIDE ** 2} pixels", effort.samples,
           [draw(net(WIDTH, samples), still, SIDE, STEPS) for samples in effort.samples])


def growth(effort, left_out):
    """The rows of the table; the points of a series are drawn in turn."""
    for name, fixed, numbers, works in series(effort):
        seconds, lands = in_turn(dict(zip(numbers, works, strict=True)), effort.rounds)
        if not all(np.isfinite(land.last).all() for land in lands.values()):
            raise RuntimeError(f"runs left early while {name} grew: their cost says nothing")
        yield {"grows": name, "fixed": fixed, "n": list(numbers), "seconds": list(seconds.values())}
