"""From one thread to two, and from one dask worker to two: the same picture in turn, on jobs that take one some seconds."""
import importlib.util
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

from compare_grids import CALM, FIRST, WIDE
from compare_turns import in_turn

import fractaledu as fe

CLUSTER = pathlib.Path(__file__).with_name("cluster.py")
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


def workers(effort, left_out):
    """The row that cluster.py measures, in a process of its own."""
    if importlib.util.find_spec("distributed") is None:
        left_out("dask is not installed: pip install 'dask[distributed]'")
        return
    if fe.available_threads() < 2:
        left_out("1 → 2 workers: this process may use one processor only")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "cluster.json"
        subprocess.run([sys.executable, CLUSTER, "--rounds", str(effort.worker_rounds), "--seconds", str(effort.worker_job),
                        "--json", file], check=True)
        found = json.loads(file.read_text())
    yield {"picture": "tanh net, width 16, overview", "side": found["side"], "steps": 500, "one": found["seconds"]["1"],
           "two": found["seconds"]["2"], "goal": 1.7, "tile_ms": round(found["tile_overhead"] * 1e3, 2)}
