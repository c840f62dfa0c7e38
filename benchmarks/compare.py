"""How fast the kernels are, against others and against the processor: `make bench`.

    python benchmarks/compare.py [--quick] [--json FILE] [PART …]

    peers       our pictures and those of JAX, plain scalar Numba and numpy, in turn
    alone       runs a second of what no peer draws
    rates       one thread of the processor: numpy.dot, our matrix products, operations in registers
    scaling     one thread and two
    workers     one dask worker and two, by cluster.py: some three minutes, only when named
    starts      the first picture of a fresh process, with nothing compiled and with all
    memory      peak memory of fresh processes
    growth      cost against pixels, steps, width and samples

Without a PART all the others, about 10 minutes on two idle cores.  Each is kept in performance.json beside this file, with all
rounds, and the tables of docs/performance.md are written from that; `compare.py tables` only writes them.  --quick is a run
of a minute on grids that are too small to tell anything: it prints, and keeps nothing unless --json says where.
"""
import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import compare_tables as tables  # noqa: E402
from compare_grids import FULL, QUICK  # noqa: E402
from compare_growth import growth  # noqa: E402
from compare_machine import machine  # noqa: E402
from compare_peers import alone, peers  # noqa: E402
from compare_rates import rates  # noqa: E402
from compare_scaling import scaling, workers  # noqa: E402
from compare_starts import memory, starts  # noqa: E402

PARTS = {part.__name__: part for part in (peers, alone, rates, scaling, workers, starts, memory, growth)}


def measured(part, effort, machine):
    """A part of the file."""
    left_out, began = [], time.perf_counter()
    rows = list(PARTS[part](effort, left_out.append))
    return {"machine": machine, "quick": effort != FULL, "took": round(time.perf_counter() - began, 1), "left_out": left_out,
            "rows": rows}


def main(arguments=None):
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; or tables; default: all but workers")
    parser.add_argument("--quick", action="store_true", help="small grids, a minute; keeps nothing")
    parser.add_argument("--json", type=pathlib.Path, help="keep the numbers here; the document is then left alone")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in PARTS and part != "tables"]        # "choices" would refuse none
    if unknown:
        parser.error(f"PART must be one of {', '.join(PARTS)} or tables, got {unknown[0]!r}")
    file = options.json or (None if options.quick else tables.FILE)
    known, found = tables.load(file) if file else {}, machine()           # now, while the load is not yet our own
    for part in options.parts or [part for part in PARTS if part != "workers"]:
        if part in PARTS:
            known[part] = measured(part, QUICK if options.quick else FULL, found)
            print(f"\n## {part}", *tables.section(part, known), sep="\n\n", flush=True)
            if file:
                tables.save({name: known[name] for name in PARTS if name in known}, file)
    if file == tables.FILE:
        tables.paste(tables.load())


if __name__ == "__main__":
    main()
