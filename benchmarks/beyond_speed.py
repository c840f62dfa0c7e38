"""Plain and exact pixels in turn, in one process, and whole exact frames."""
import statistics
import time

from beyond_border import around
from beyond_tables import keep, known, short

import fractaledu as fe
from fractaledu import deep
from fractaledu.measure import boundary
from fractaledu.recipes import Recipe
from fractaledu.rendering import render_of

CALM = fe.View.around("1", "1", 2e-3, "log10")              # every run converges, or none leaves: all steps are made
PAIRS = {"Mandelbrot set": (fe.mandelbrot, fe.View.around("-0.1", "0.2", 2e-3), 500, 256),
         "one datum, width 16": (lambda: fe.paper("one-datum"), CALM, 500, 64),
         "tanh, width 8": (lambda: fe.paper("tanh", width=8), CALM, 100, 32),
         "ReLU, width 8": (lambda: fe.paper("relu", width=8), CALM, 100, 32),
         "tanh, width 16": (lambda: fe.paper("tanh"), CALM, 500, 8),
         "minibatch, width 16": (lambda: fe.paper("minibatch"), CALM, 500, 8)}
FRAMES = {"one datum at 1e-40": (lambda: fe.paper("one-datum"), 500, ("depth", "one-datum-500", -1), 1e-40),
          "tanh, width 16, at 1e-20": (lambda: fe.paper("tanh"), 500, ("nets", "tanh-16-500", "1e-18"), 1e-20)}
ROUNDS = 5


def pair(problem, view, steps, side):
    """Plain and exact pixels, in turn on one thread: seconds of the processor, without compilation and reference run."""
    recipes = [Recipe(problem, view, (side, side), steps, precision=precision) for precision in ("float64", "exact")]
    lands, spent = [render_of(recipe, 1) for recipe in recipes], ([], [])
    for _ in range(ROUNDS):
        for recipe, seconds in zip(recipes, spent, strict=True):
            began = time.process_time()
            render_of(recipe, 1)
            seconds.append((time.process_time() - began) / side ** 2)
    plain, exact = (land.value for land in lands)
    return {"pixels": side ** 2, "steps": steps, "plain": short(statistics.median(spent[0])),
            "exact": short(statistics.median(spent[1])),
            "ratio": short(statistics.median(e / p for p, e in zip(*spent, strict=True))),
            "value_error": short(abs(plain / exact - 1).max()), "differ": int(((plain < 0) != (exact < 0)).sum())}


def frame(problem, steps, centre, half):
    """Seconds, by the clock, of a 64 x 64 exact picture: the first, with its reference run, and the next, with that kept."""
    view = around(*centre, half)
    render_of(Recipe(problem, around(*centre, 2 * half), (8, 8), 8, precision="exact"))                 # compiles
    spent = []
    for _ in range(2):
        began = time.perf_counter()
        land = fe.render(problem, view, (64, 64), steps)
        spent.append(time.perf_counter() - began)
    reference = deep.find(problem, view, (64, 64), steps)
    return {"half": half, "steps": steps, "digits": reference.digits, "growth": short(reference.growth),
            "converged": short((land.value < 0).mean()), "border": short(boundary(land.value < 0).mean()),
            "first_seconds": short(spent[0]), "next_seconds": short(spent[1])}


def speed(names):
    """Plain against exact pixels, and whole frames."""
    for name, (make, view, steps, side) in PAIRS.items():
        if (name in names or not names) and name not in known("speed"):
            entry = pair(make(), view, steps, side)
            keep("speed", name, entry)
            print(name, entry, flush=True)
    for name, (make, steps, (part, path, which), half) in FRAMES.items():
        if (name in names or not names) and name not in known("speed"):
            if path not in known(part):
                raise ValueError(f"{part} must be known before the speed of {name}: run `beyond.py {part} {path}` first")
            entry = frame(make(), steps, known(part)[path][which]["centre"], half)
            keep("speed", name, entry)
            print(name, entry, flush=True)
