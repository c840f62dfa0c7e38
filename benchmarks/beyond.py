"""What lies beyond float64: the numbers of docs/beyond-float64.md, kept in beyond.json beside this file.

    make beyond         or          python benchmarks/beyond.py [COMMAND [NAME …]]

    windows     the paper's six published windows, plain float64 against exact
    nets        windows on the border of several networks: what `certify` says, and how often it is wrong
    depth       the border's dimension down to a half width of 1e-40, for several numbers of steps
    speed       plain and exact pixels in turn, in one process
    tables      nothing is computed: prints what is known, and puts it into the document
    pictures    docs/pictures/, from the pictures of `windows`

Each prints its table.  What beyond.json holds already is not computed again: delete its entry to begin anew.  NAME picks
rows.  Pictures are kept in windows/.  All of it takes long on two processors; widths below are half widths in log10 units.
"""
import sys
import time
import warnings
from dataclasses import replace
from decimal import Decimal

import beyond_tables
import numpy as np
from beyond_border import LOG_TEN, MIDDLE, around, dive, narrowed, rendered
from beyond_speed import speed
from beyond_tables import keep, known, short

import fractaledu as fe
from fractaledu import deep
from fractaledu.certificate import EXACT, UNDECIDED
from fractaledu.exact import train
from fractaledu.measure import boundary
from fractaledu.networks import _arrays
from fractaledu.recipes import Recipe
from fractaledu.rendering import render_of

WINDOWS = {"linear": 64, "relu": 24, "one-datum": 64, "minibatch": 16, "tanh": 32, "offset": 32}        # pixels a side
LONG_RUN = 0.5e6                # steps x samples x units: such runs are trained in one precision, not in two
HALVES = 1e-5, 1e-12, 1e-18, 1e-25
LARGE_HALVES = 1e-5, 1e-18, 1e-12, 1e-25        # of the width-16 nets, which take long: the first two tell most
DATUM_HALVES = 1e-5, 1e-15, 1e-25, 1e-35, 1e-45


# ---------------------------------------------------------------- pixels trained exactly

def is_long(problem, steps):
    """Whether training a pixel exactly takes so long that one precision has to do."""
    return steps * problem.system.w1.size * np.size(problem.system.y) > LONG_RUN


def trained(problem, view, side, steps, pixels, digits):
    """Values of (row, column) pixels in arbitrary precision, at the very places of an exact picture's pixels.

    In two precisions that agree to 1e-12 (`fe.exact_value`) or, where that takes long, in one.
    """
    lanes = deep.lanes(Recipe(problem, view, (side, side), steps, precision="exact"))
    places = [lanes.place(column, row) for row, column in pixels]
    if is_long(problem, steps):
        return np.array([train(problem.system, *place, steps, digits).value for place in places])
    return np.array([deep.exact_run(problem, place, steps, digits=digits).value for place in places])


def compared(plain, exact, pixels, values):
    """Wrong verdicts and relative errors of both pictures among pixels that were trained exactly."""
    where, found = tuple(np.transpose(pixels)), {"pixels": len(pixels)}
    for name, land in (("plain", plain), ("exact", exact)):
        found[f"{name}_wrong"] = int(((land.value[where] < 0) != (values < 0)).sum())
        found[f"{name}_error"] = short(np.median(abs(land.value[where] / values - 1)))
    return found | {"exact_largest": short(np.max(abs(exact.value[where] / values - 1)))}


def some(mask, count, seed=0):
    """Up to `count` (row, column) of a mask, at random."""
    places = np.argwhere(mask)
    return places[np.random.default_rng(seed).permutation(len(places))[:count]].tolist()


def windows(names):
    """The six published windows."""
    for name in names or WINDOWS:
        problem, view, side, entry = fe.paper(name), fe.paper_view(name), WINDOWS[name], known("windows").get(name, {})
        if {"same", "reordered", "undecided"} <= set(entry):
            continue
        steps, key, began = problem.steps, f"{name}-{side}", time.perf_counter()
        reference = deep.find(problem, view, (side, side), steps)
        seconds = time.perf_counter() - began
        plain, exact = (rendered(problem, view, side, steps, precision, key) for precision in ("float64", "exact"))
        differ, error = (plain.value < 0) != (exact.value < 0), abs(plain.value / exact.value - 1)
        if "differ" not in entry:
            entry = {"pixels": side ** 2, "steps": steps, "differ": int(differ.sum()),
                     "converged": short((exact.value < 0).mean()),
                     "value_error": short(np.median(error)), "value_largest": short(error.max()),
                     "off_1e-6": short((error > 1e-6).mean()), "off_1e-2": short((error > 1e-2).mean()),
                     "digits": reference.digits, "growth": short(reference.growth), "reference_seconds": short(seconds)}
            keep("windows", name, entry)
        if "undecided" not in entry:
            entry["undecided"] = int((fe.certify(exact, 0).status == UNDECIDED).sum())
            keep("windows", name, entry)
        if "reordered" not in entry:
            recipe = Recipe(problem, view, (side, side), steps, precision="exact")
            other = render_of(recipe, using=deep.other_lanes(recipe, np.random.default_rng(2)))
            entry["reordered"] = int(((other.value < 0) != (exact.value < 0)).sum())
            keep("windows", name, entry)
        count = 12 if np.size(problem.system.y) < 20 or differ.any() else 6
        for what, mask in (("differing", differ), ("same", ~differ)):
            pixels = some(mask, count)
            if pixels and what not in entry:
                entry[what] = compared(plain, exact, pixels, trained(problem, view, side, steps, pixels, reference.digits + 12))
                keep("windows", name, entry)
        print(name, entry, flush=True)


# ---------------------------------------------------------------- on the border

def small_minibatch():
    """The paper's width-8 arrays with minibatches of 16."""
    arrays = [_arrays()[name] for name in ("w0_8", "w1_8", "x_full_8", "y_full_8")]
    return fe.network(*arrays, batches=np.random.default_rng(0).integers(72, size=(1000, 16)))


# name: problem, steps, pixels a side, pixels to train exactly, whether the dive goes by blocks
NETS = {"one-datum-500": (lambda: fe.paper("one-datum"), 500, 24, 24, True),
        "tanh-8-100": (lambda: fe.paper("tanh", width=8), 100, 24, 24, True),
        "relu-8-300": (lambda: fe.paper("relu", width=8), 300, 24, 24, True),
        "minibatch-8-200": (small_minibatch, 200, 24, 24, True),
        "tanh-8-500": (lambda: fe.paper("tanh", width=8), 500, 16, 24, True),
        "tanh-16-500": (lambda: fe.paper("tanh"), 500, 16, 12, False),
        "relu-16-500": (lambda: fe.paper("relu"), 500, 16, 12, False),
        "minibatch-16-1000": (lambda: fe.paper("minibatch"), 1000, 16, 12, False)}        # its places: in the json


def border_views(problem, steps, side, blocks, start, halves, done):
    """Views on the border: by densest blocks, or around one bisected point."""
    if not blocks:
        centre = next(iter(done.values()))["centre"] if done else narrowed(problem, start, side, steps, 27)
        yield from ((half, around(*(f"{Decimal(c):.40g}" for c in centre), half)) for half in halves)
        return
    view = start
    for half in halves:
        name = f"{half:g}"
        if name in done:
            view = around(*done[name]["centre"], half)
        else:
            for found in dive(problem, steps, half, max(side, 24), view):
                view = found[0]
        yield half, view


def nets(names):
    """Windows on the border: what `certify` says of them, and its sample of pixels trained exactly."""
    for name in names or NETS:
        make, steps, side, count, blocks = NETS[name]
        problem, done = make(), known("nets").get(name, {})
        start = around(MIDDLE, MIDDLE, 1.5)
        halves = DATUM_HALVES if name.startswith("one-datum") else HALVES if blocks else LARGE_HALVES
        for half, view in border_views(problem, steps, side, blocks, start, halves, done):
            if "agreed" in done.get(f"{half:g}", {}):
                continue
            done[f"{half:g}"] = certified(problem, view, steps, side, count)
            keep("nets", name, done)
            print(name, f"{half:g}", done[f"{half:g}"], flush=True)


def certified(problem, view, steps, side, samples):
    """A window's entry in the table of `nets`; of long runs the sample is trained here, in one precision."""
    exact, plain = (rendered(problem, view, side, steps, precision) for precision in ("exact", "float64"))
    long = is_long(problem, steps)
    certificate, reference = fe.certify(exact, 0 if long else samples), deep.find(problem, view, (side, side), steps)
    agreed = certificate.status != UNDECIDED
    if long:
        pixels = some(agreed, samples)
        values = trained(problem, view, side, steps, pixels, reference.digits + 12)
    else:
        pixels = np.argwhere(certificate.status == EXACT).tolist()
        values = certificate.land.value[certificate.status == EXACT]
    entry = {"centre": [str(number) for number in view.centre], "side": side, "steps": steps, "agreed": short(agreed.mean()),
             "converged": short((exact.value < 0).mean()), "digits": reference.digits, "growth": short(reference.growth),
             "pixels": len(pixels)}
    if pixels:
        entry |= compared(plain, exact, pixels, values)
        entry["bound"] = short(replace(certificate, checked=len(pixels), wrong=entry["exact_wrong"]).error_bound)
    return entry


# ---------------------------------------------------------------- how deep

# name: problem, steps, pixels a side, and of how many levels of the dive one is measured (0: the places of `nets`)
DEPTHS = {"one-datum-100": (lambda: fe.paper("one-datum"), 100, 256, 2),
          "one-datum-200": (lambda: fe.paper("one-datum"), 200, 256, 2),
          "one-datum-500": (lambda: fe.paper("one-datum"), 500, 256, 2),
          "one-datum-1000": (lambda: fe.paper("one-datum"), 1000, 256, 4),
          "tanh-8-100": (lambda: fe.paper("tanh", width=8), 100, 128, 0),
          "tanh-8-500": (lambda: fe.paper("tanh", width=8), 500, 128, 0)}
WIDEST, DEEPEST = 1e-2, 1e-40


def levels(name, problem, steps, every, done):
    """The views that are measured, those after what is `done`."""
    if not every:
        if name not in known("nets"):
            raise ValueError(f"nets must be known before the depth of {name}: run `beyond.py nets {name}` first")
        for half, entry in list(known("nets")[name].items())[len(done):]:
            yield around(*entry["centre"], float(half))
    elif not done or done[-1]["half"] > DEEPEST * 1.001:
        start = around(*done[-1]["centre"], done[-1]["half"]) if done else None
        for level, (view, _) in enumerate(dive(problem, steps, DEEPEST, 64, start)):
            half, last = view.half[0] / LOG_TEN, view.half[0] / LOG_TEN <= DEEPEST * 1.001
            if half <= WIDEST and (level % every == 0 or last) and not (done and level == 0):
                yield view


def depth(names):
    """Dimension of the border against depth, each number of steps along its own path."""
    for name in names or DEPTHS:
        make, steps, side, every = DEPTHS[name]
        problem, done = make(), known("depth").get(name, [])
        for view in levels(name, problem, steps, every, list(done)):
            land = rendered(problem, view, side, steps, "exact")
            reference = deep.find(problem, view, (side, side), steps)
            entry = {"half": short(view.half[0] / LOG_TEN), "centre": [str(number) for number in view.centre], "side": side,
                     "converged": short((land.value < 0).mean()), "border": short(boundary(land.value < 0).mean()),
                     "digits": reference.digits, "growth": short(reference.growth)}
            if entry["border"]:
                found = fe.dimension(land)
                entry |= {"dimension": short(found.dimension), "error": short(found.error),
                          "smooth": short(found.smooth.dimension), "noise": short(found.noise.dimension)}
            exponent = fe.lyapunov(problem, *(float(number) for number in view.centre), steps, 0).exponent / LOG_TEN
            done.append(entry | {"exponent": short(exponent)})
            keep("depth", name, done)
            print(name, done[-1], flush=True)


def main(command=None, *names):
    """Compute what is not known, and print the tables."""
    warnings.simplefilter("ignore", fe.FloatFloorWarning)
    parts = {"windows": windows, "nets": nets, "depth": depth, "speed": speed}
    if command not in (None, "tables", "pictures", *parts):
        raise SystemExit(__doc__)
    for part in parts if command in (None, "tables") else {command} & {*parts}:
        if command != "tables":
            parts[part](names)
        for table in beyond_tables.TABLES[part]:
            print("\n".join(table()), end="\n\n")
    if command in (None, "pictures"):
        beyond_tables.pictures()
    if command in (None, "tables"):
        beyond_tables.paste()


if __name__ == "__main__":
    main(*sys.argv[1:])
