"""What a guess (`passes` with guess=True) is worth: how much is filled in, how often wrongly, and how much sooner it comes.

    python benchmarks/guessing.py [columns]

prints Markdown tables.  Seconds are of one thread's processor time, so that other work on the machine counts little.  The
paper's six conditions take minutes a picture: their runs are looked up in the atlas, and pixels stand in for seconds; a few are
computed at fewer columns.
"""
import sys
import time

import numpy as np

import fractaledu as fe
from fractaledu import engine
from fractaledu.colour import restretch

HEAD = "| picture | filled in | wrong verdict or attractor, of all pixels | colour off, median and 99 % | "


def quality(guess, truth):
    """The columns of HEAD."""
    left = np.zeros(truth.value.shape, bool) if guess.guessed is None else guess.guessed
    wrong = (guess.verdict != truth.verdict) | (guess.attractor != truth.attractor)
    off = np.abs(restretch(guess.value, truth.value) - restretch(truth.value))[left] / 2
    median, most = np.quantile(off, (0.5, 0.99)) if left.any() else (0, 0)
    return f"{left.mean():.1%} | {wrong.sum()} ({wrong.mean():.3%}) | {median:.2%}, {most:.1%} | "


def timed(name, problem, view, size):
    """A row with seconds."""
    fe.render(problem, view, (16, 16))                      # compiled
    began, guess = time.process_time(), None
    for land in fe.passes(problem, view, (size, size), threads=1, guess=True):
        if guess is None and land.stride == 1:
            guess, early = land, time.process_time() - began
    every, began = time.process_time() - began, time.process_time()
    plain = [(land, time.process_time() - began) for land in fe.passes(problem, view, (size, size), threads=1)]
    assert plain[-1][0].pixels.tobytes() == land.pixels.tobytes()
    print(f"| {name}, {size} columns | {quality(guess, land)}{early:.2f} s | {plain[-2][1]:.2f} s | {plain[-1][1]:.2f} s | "
          f"{every:.2f} s |", flush=True)


def looked_up(name):
    """A row with pixels, from the atlas."""
    truth, real = fe.atlas(name), engine._tile
    engine._tile = lambda system, x, y, *rest: (truth.pixels[np.searchsorted(truth.y, y), np.searchsorted(truth.x, x)], 1e-3)
    try:
        passes = fe.passes(truth.problem, truth.view, truth.size, truth.steps, precision="float64", guess=True)
        guess = next(land for land in passes if land.stride == 1)
    finally:
        engine._tile = real
    done = 1 if guess.guessed is None else 1 - guess.guessed.mean()
    print(f"| {name}, {truth.size[0]} columns | {quality(guess, truth)}{done:.1%} |", flush=True)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    print(HEAD + "computed by then |\n|---|---|---|---|---|")
    for name in fe.atlas():
        looked_up(name)
    print("\n" + HEAD + "seconds to the guess | to every second pixel, unguessed | to the whole, unguessed | "
          "to the whole, guessed |\n" + "|" + "---|" * 8)
    seahorses = fe.View((-0.77, -0.73), (0.08, 0.12))
    for row in (("Mandelbrot", fe.mandelbrot(), None, size), ("seahorse valley", fe.mandelbrot(), seahorses, size),
                ("Newton", fe.newton(), None, size), ("one datum, overview", fe.paper("one-datum"), None, size),
                ("one datum, window", fe.paper("one-datum"), fe.paper_view("one-datum"), size),
                ("width 8, 100 steps, overview", fe.random_network(0), None, size),
                ("tanh, overview", fe.paper("tanh"), None, size * 3 // 8),
                ("tanh, window", fe.paper("tanh"), fe.paper_view("tanh"), size * 3 // 8),
                ("linear, window", fe.paper("linear"), fe.paper_view("linear"), size * 3 // 8)):
        timed(*row)
