"""Compute the atlas again, the pictures and films in fractaledu/data/atlas: `make atlas` (half an hour on 2 cores).

    python benchmarks/atlas.py [NAME ...]           default: all of fe.atlas(), "film" and "beyond"

The unrounded pictures are kept in windows/: a stopped call goes on there, and what is finished is not computed twice.
"""
import pathlib
import sys
import time

import fractaledu as fe
from fractaledu.atlas import DATA, NAMES, store
from fractaledu.films import webp

SIDES = {True: 192, False: 256}         # of an overview, of a window
# Where float64 is enough: fe.border_target(fe.paper("one-datum"), decades=12).
# Forty decades: at a first point from fe.border_target there were only stripes from 25 on.  From a window there,
#     fe.View.around("57.44585934188654877374242840357040349455314459873265811367756810",
#                    "17.883302468745585034306114735405142454952222084932546030738648001", 4.5e-24, "log10"),
# fe.border_target(problem, view, 16.6, steps=300) gave this one, with targets.KEPT = 3 dives instead of 2.
FILMS = {
    "film": {"target": (57.44585934184398, 17.883302468738524), "decades": 12, "size": (192, 192), "seconds": 20, "fps": 12},
    "beyond": {"target": ("57.445859341886548773742276278450707448468805261422882617748162249",
                          "17.8833024687455850343061078290901181225055283118890098081409341095"),
               "decades": 40, "size": (144, 144), "seconds": 40, "fps": 12}}
QUALITIES = {"film": webp.QUALITY, "beyond": 74}      # of a WebP; at the usual one, 90, forty decades would be 3.3 MB, not 2
KEPT = pathlib.Path("windows")


def question(name):
    """The problem, view and size of a picture."""
    condition, overview = name.removeprefix("paper-").removesuffix("-overview"), name.endswith("-overview")
    problem = fe.paper(condition)
    return problem, problem.view if overview else fe.paper_view(condition), (SIDES[overview],) * 2


def picture(name):
    """The picture, unrounded: as an earlier call left it, or computed now."""
    problem, view, size = question(name)
    kept = KEPT / f"{name}.npz"
    if kept.exists():
        land = fe.Landscape.load(kept)
        if (land.recipe, land.version) == (fe.Recipe(problem, view, size, problem.steps).to_text(), fe.__version__):
            return land
    return fe.render(problem, view, size, file=kept, precision="float64")       # as the paper's own pictures are


def main(*names):
    KEPT.mkdir(exist_ok=True)
    DATA.mkdir(exist_ok=True)
    for name in names or (*NAMES, *FILMS):
        began = time.perf_counter()
        if name in FILMS:
            webp.QUALITY = QUALITIES[name]
            fe.film(fe.paper("one-datum"), file=DATA / f"{name}.webp", folder=KEPT / f"{name}.keyframes", **FILMS[name])
        else:
            store(picture(name), DATA / f"{name}.npz")
        size = sum(path.stat().st_size for path in DATA.glob(f"{name}.*"))
        print(f"{name:28s} {size:9,} bytes {time.perf_counter() - began:6.0f} s", flush=True)
    print(f"{'in all':28s} {sum(path.stat().st_size for path in DATA.iterdir()):9,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
