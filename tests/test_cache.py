"""The on-disk cache of compiled kernels: found by the next process, never stale."""
import os
import pathlib
import shutil
import subprocess
import sys

import fractaledu

PROGRAM = """
import numpy as np
from fractaledu import kernel, maps
out = kernel.sweep(maps.mandelbrot().system, np.array([0.1]), np.array([0.2]), 5)
hits = sum(kernel._cached_sweep.stats.cache_hits.values())
print(f"{out['value'][0]!r} hits={hits}")
"""


def run(folder):
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=True,
                          env={**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(folder)})
    return done.stdout.split()


def test_an_edit_in_any_jitted_file_is_seen_by_a_warm_cache(tmp_path):
    package = tmp_path / "fractaledu"
    shutil.copytree(pathlib.Path(fractaledu.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    first, hits = run(tmp_path)
    assert hits == "hits=0"
    assert run(tmp_path) == [first, "hits=1"]                   # the next process finds it

    planar = package / "systems" / "planar.py"                  # not the file of the cached function
    edited = planar.read_text().replace("return u + a, v + b", "return u + 2.0 * a, v + b")
    assert edited != planar.read_text()
    planar.write_text(edited)
    second, hits = run(tmp_path)
    assert hits == "hits=0"
    assert second != first
    assert run(tmp_path) == [second, "hits=1"]
