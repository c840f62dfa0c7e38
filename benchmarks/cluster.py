"""From one dask worker to two: the same picture of about half a minute, in turn, medians; and what a tile costs besides.

    python benchmarks/cluster.py [--rounds 3] [--seconds 30] [--json FILE]

Workers are processes of one thread on this machine, which needs two processors that have nothing else to do.  The share of
the client and the scheduler, which run in a process of their own on the same two processors, is inside.
"""
import argparse
import json
import os
import pathlib
import statistics
import time

from distributed import Client, LocalCluster

import fractaledu as fe
from fractaledu.engine import _tile
from fractaledu.workers import workers_of

PROBLEM = fe.paper("tanh")
VIEW = fe.View((1e-3, 1e6), (1e-3, 1e6), "log10", "log10", "endpoint")
TILES = 200                         # of nearly no work, one after the other


def timed(work):
    began = time.perf_counter()
    land = work()
    return time.perf_counter() - began, land


def overhead(client):
    """Seconds from one tile of no work to the next, when one at a time is under way."""
    workers, x = workers_of(client, None), PROBLEM.view.positions((8, 8))[0]
    workers.begin(PROBLEM.system)
    times = []
    for _ in range(TILES):
        began = time.perf_counter()
        workers.result(workers.submit(_tile, x, x, 1))
        times.append(time.perf_counter() - began)
    workers.end()
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30.0, help="of the picture, on one worker")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    side = 16
    print(f"load before: {os.getloadavg()[0]:.2f}", flush=True)
    how = {"processes": True, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(n_workers=1, **how) as one, LocalCluster(n_workers=2, **how) as two, \
            Client(one, set_as_default=False) as alone, Client(two, set_as_default=False) as both:
        for client in (alone, both):                                    # compiled, and warm
            fe.render(PROBLEM, VIEW, (32, 32), executor=client)
        once, _ = timed(lambda: fe.render(PROBLEM, VIEW, (32, 32), executor=alone))
        side = round(32 * (options.seconds / once) ** 0.5)
        seconds = {1: [], 2: []}
        for _ in range(options.rounds):
            lands = {}
            for count, client in ((1, alone), (2, both)):
                spent, lands[count] = timed(lambda client=client: fe.render(PROBLEM, VIEW, (side, side), executor=client))
                seconds[count].append(spent)
            assert lands[1].pixels.tobytes() == lands[2].pixels.tobytes()
        each = overhead(alone)
    medians = {count: statistics.median(times) for count, times in seconds.items()}
    found = {"side": side, "seconds": seconds, "speedup": medians[1] / medians[2], "tile_overhead": each,
             "load": os.getloadavg()[0]}
    print(f"paper's tanh net, overview, {side} x {side}: {medians[1]:.1f} s on one worker, {medians[2]:.1f} s on two: "
          f"{found['speedup']:.2f}x; a tile of no work {1000 * each:.1f} ms there and back; load after: {found['load']:.2f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
