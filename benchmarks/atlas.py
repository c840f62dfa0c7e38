"""Compute the atlas again, the pictures and the film in fractaledu/data/atlas: `make atlas` (some 20 minutes on 2 cores).

    python benchmarks/atlas.py [NAME ...]           default: all of fe.atlas(), and "film"

The unrounded pictures are kept in windows/: a stopped call goes on there, and what is finished is not computed twice.
"""
import pathlib
import sys
import time

import fractaledu as fe
from fractaledu.atlas import DATA, NAMES, store

SIDES = {True: 192, False: 256}         # of an overview, of a window
TARGET = 57.44585934184398, 17.883302468738524          # fe.border_target(fe.paper("one-datum"), decades=12)
FILM = {"decades": 12, "size": (192, 192), "seconds": 20, "fps": 12}
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
    return fe.render(problem, view, size, file=kept)


def main(*names):
    KEPT.mkdir(exist_ok=True)
    DATA.mkdir(exist_ok=True)
    for name in names or (*NAMES, "film"):
        began = time.perf_counter()
        if name == "film":
            fe.film(fe.paper("one-datum"), TARGET, DATA / "film.webp", folder=KEPT / "film.keyframes", **FILM)
        else:
            store(picture(name), DATA / f"{name}.npz")
        size = sum(path.stat().st_size for path in DATA.glob(f"{name}.*"))
        print(f"{name:28s} {size:9,} bytes {time.perf_counter() - began:6.0f} s", flush=True)
    print(f"{'in all':28s} {sum(path.stat().st_size for path in DATA.iterdir()):9,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
