"""fractaledu warm and bench: what this machine compiles, and how fast it is."""
from __future__ import annotations

import os
import statistics
import time

import numpy as np
from tqdm import tqdm

from .. import deep, lottery, maps, names, networks
from ..derivatives import meta_gradient
from ..kernel import sweep
from ..processors import available_threads
from ..recipes import Recipe
from ..rendering import evaluate


def add(commands):
    """Add both commands."""
    commands.add_parser("warm", help="compile the kernels, once for this machine").set_defaults(run=run_warm)
    commands.add_parser("bench", help="how many runs a second this machine does").set_defaults(run=run_bench)


def run_warm(options):
    """Compile the kernel of each kind of system, and of each that goes on past float64 as differences; those of lessons too."""
    problems = [names.named(name) for name in names.NAMED]
    kinds = [(problem, precision) for problem in problems for precision in ("float64", "exact")
             if precision == "float64" or deep.supports(problem)]
    for problem, precision in tqdm(kinds, desc="compiling the kernels", unit="kernel", disable=False):
        sweep(deep.lanes(Recipe(problem, problem.view, (1, 1), 1, precision=precision)).system, np.ones(1), np.ones(1), 1)
    nets = [networks.paper(condition, width=8) for condition in ("tanh", "one-datum")]
    for problem in tqdm(nets, desc="and what lessons 12 and E2 need", unit="kernel", disable=False):
        meta_gradient(problem, 1.0, 1.0, 1)
    lottery.draw(1)
    lottery.train("00?1??11", 1.0, 1, steps=1)


def run_bench(options):
    """Print runs a second of four pictures."""
    print(f"{available_threads()} threads, CPU {os.environ.get('NUMBA_CPU_NAME', 'host')}; medians of 5")
    for label, problem, steps, side in (
            ("Mandelbrot set, first view, 1000 steps", maps.mandelbrot(), 1000, 512),
            ("paper's tanh net, overview, 500 steps", networks.paper("tanh"), 500, 24),
            ("width 8 tanh net, overview, 100 steps", networks.paper("tanh", width=8), 100, 64),
            ("one datum, width 16, overview, 200 steps", networks.paper("one-datum"), 200, 256)):
        x, y = problem.view.positions((side, side))
        evaluate(problem, x[:8], y[:8], 1)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            evaluate(problem, x[None, :], y[:, None], steps)
            times.append(time.perf_counter() - began)
        print(f"{label:45s} {side * side / statistics.median(times):12,.0f} runs/s")
