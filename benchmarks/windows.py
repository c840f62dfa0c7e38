"""The six windows of the paper's figure, measured again: box dimensions for docs/measuring.md (about 15 minutes on 2 cores).

    python benchmarks/windows.py [PIXELS [CONDITION ...]]          default 256, all six; pictures are kept in windows/

The paper's numbers are medians over some fifty frames of a zoom at 2048 or 4096 pixels; this is one window each.
"""
import pathlib
import sys
import time

import fractaledu as fe

PUBLISHED = {"linear": 1.17, "relu": 1.20, "one-datum": 1.41, "minibatch": 1.55, "tanh": 1.66, "offset": 1.98}


def main(side=256, *conditions, kept=pathlib.Path("windows")):
    kept.mkdir(exist_ok=True)
    print("| condition | paper | its estimator, one window | slope, 2 px … N/16 | converged | doubling test, correlation |")
    print("|---|---|---|---|---|---|")
    for condition in conditions or PUBLISHED:
        published, began = PUBLISHED[condition], time.perf_counter()
        problem, view = fe.paper(condition), fe.paper_view(condition)
        land = fe.render(problem, view, (side, side), file=kept / f"{condition}-{side}.npz")
        half = fe.render(problem, view, (side // 2, side // 2), file=kept / f"{condition}-{side // 2}.npz")
        paper, slope = fe.dimension(land, method="porespy"), fe.dimension(land)
        test = fe.doubling(half, land)
        print(f"| {condition} | {published:.2f} | {paper.dimension:.2f} ± {paper.error:.2f} | "
              f"{slope.dimension:.2f} ± {slope.error:.2f} | {(land.verdict == -1).mean():.0%} | {test.correlation:.2f} |",
              flush=True)
        print(f"{condition}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(f"\nA smooth border {paper.smooth.dimension:.2f} and {slope.smooth.dimension:.2f}, white noise "
          f"{paper.noise.dimension:.2f} and {slope.noise.dimension:.2f} in the same pictures.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
