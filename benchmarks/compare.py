"""The kernels against their peers, in turn in one process, through `fe.render`: medians and ratios.

    make bench          or          python benchmarks/compare.py [--rounds 5] [--side 24] [--json FILE]

Compilation is excluded on both sides, and both use all processors that the process may use.
"""
import argparse
import json
import pathlib
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import fractaledu as fe
from fractaledu.networks import _arrays

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import scalar_mandelbrot  # noqa: E402

OVERVIEW = fe.View((1e-3, 1e6), (1e-3, 1e6), "log10", "log10", "endpoint")
CALM = fe.View((1.0, 10.0), (1.0, 10.0), "log10", "log10", "endpoint")              # every run converges
VALLEY = fe.View.around(-0.7475, 0.1, 0.01)
FIRST = fe.mandelbrot().view


def in_turn(ours, peer, rounds):
    """Medians of both, taken alternately; (ours, peer, ratio)."""
    ours(), peer()                                          # compiles
    times = {ours: [], peer: []}
    for _ in range(rounds):
        for work in (ours, peer):
            began = time.perf_counter()
            work()
            times[work].append(time.perf_counter() - began)
    a, b = (statistics.median(times[work]) for work in (ours, peer))
    return a, b, b / a


def network_pair(view, side, width, steps, how):
    """The same grid through `render` and through JAX."""
    import jax_network
    arrays = [_arrays()[key] for key in (f"w0_{width}", f"w1_{width}", f"x_full_{width}", f"y_full_{width}")]
    x, y = view.positions((side, side))
    rates = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    problem, peer = fe.paper("tanh", width=width), getattr(jax_network, how)
    value = fe.render(problem, view, (side, side), steps).value.ravel()
    agreement = (np.signbit(value) == np.signbit(peer(*arrays, rates, steps))).mean()
    return (lambda: fe.render(problem, view, (side, side), steps)), (lambda: peer(*arrays, rates, steps)), agreement


def mandelbrot_pair(view, side, steps):
    """The same grid through `render` and through plain scalar Numba, on the same number of threads."""
    x, y = view.positions((side, side))
    a, b = (grid.ravel() for grid in np.meshgrid(x, y))
    n, threads = a.size, fe.available_threads()
    value, last = np.empty(n), np.empty(n)
    departure, verdict = np.empty(n, np.int32), np.empty(n, np.int8)
    pieces = np.array_split(np.arange(n), 16 * threads)

    def piece(part):
        where = slice(part[0], part[-1] + 1)
        scalar_mandelbrot.mandelbrot(a[where], b[where], steps, value[where], last[where], departure[where], verdict[where])

    def peer():
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(piece, pieces))

    def ours():
        return fe.render(fe.mandelbrot(), view, (side, side), steps)
    peer()
    return ours, peer, (ours().verdict.ravel() == verdict).mean()


def main():
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", type=int, default=24, help="pixels a side for networks, default 24")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    cases = [("Mandelbrot, seahorse valley, 512², 1000 steps", "scalar Numba", lambda: mandelbrot_pair(VALLEY, 512, 1000), 512),
             ("Mandelbrot, first view, 512², 1000 steps", "scalar Numba", lambda: mandelbrot_pair(FIRST, 512, 1000), 512)]
    side = options.side
    for how, label in (("recipe", "paper's recipe in JAX"), ("tuned", "JAX, one scan")):
        for place, view in (("overview", OVERVIEW), ("all converge", CALM))[:2 if how == "recipe" else 1]:
            cases.append((f"tanh net, width 16, {place}, {side}², 500 steps", label,
                          lambda view=view, how=how: network_pair(view, side, 16, 500, how), side))
    cases.append((f"tanh net, width 8, overview, {2 * side}², 100 steps", "paper's recipe in JAX",
                  lambda: network_pair(OVERVIEW, 2 * side, 8, 100, "recipe"), 2 * side))
    results = []
    print(f"{fe.available_threads()} threads; medians of {options.rounds}, in turn\n")
    print(f"{'grid':52s} {'peer':22s} {'runs/s':>12s} {'peer':>12s} {'ratio':>7s}  verdicts agree")
    for name, peer_name, make, n in cases:
        ours, peer, agreement = make()
        a, b, ratio = in_turn(ours, peer, options.rounds)
        print(f"{name:52s} {peer_name:22s} {n * n / a:12,.0f} {n * n / b:12,.0f} {ratio:6.1f}x  {agreement:.2%}", flush=True)
        results.append({"grid": name, "peer": peer_name, "seconds": a, "peer_seconds": b, "ratio": ratio})
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
