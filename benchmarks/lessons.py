"""How long each lesson takes from top to bottom, as a fresh kernel sees it, and how much memory: `make bench-lessons`.

Cold: nothing compiled before (an empty Numba cache).  Warm: the kernels of the first run.  Every question is open
(FRACTALEDU_SHOW_ANSWERS=1), so that all pictures are drawn, and the exercises are as shipped.
"""
import os
import pathlib
import re
import tempfile
import time

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = sorted((pathlib.Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"         # KiB on Linux


def run(path, folder):
    """Seconds and the kernel's peak memory in MB."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    start = time.perf_counter()
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return time.perf_counter() - start, int(notebook.cells[-1].outputs[0]["text"]) / 1024


def minutes(path):
    """What the notebook's first cell says it takes a learner."""
    found = re.search(r"(\d+) minutes", nbformat.read(path, as_version=4).cells[0].source)
    return found[1] if found else ""


def main():
    os.environ |= {"FRACTALEDU_SHOW_ANSWERS": "1"}
    print(f"{'notebook':28s} {'minutes':>8s} {'cold s':>8s} {'warm s':>8s} {'MB':>6s}")
    for path in NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {"NUMBA_CACHE_DIR": f"{folder}/cache", "FRACTALEDU_ANSWERS": f"{folder}/answers.json"}
            cold, _ = run(path, folder)
            warm, peak = run(path, folder)
            print(f"{path.name:28s} {minutes(path):>8s} {cold:8.1f} {warm:8.1f} {peak:6.0f}", flush=True)


if __name__ == "__main__":
    main()
