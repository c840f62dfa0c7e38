"""Fresh processes: how long the first picture takes, with nothing compiled and with all, and how much memory work takes."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import fractaledu

# What each process does after `import fractaledu as fe`, and says in words.
STARTS = {"mandelbrot": ("Mandelbrot set, 64², 200 steps", "fe.render(fe.mandelbrot(), size=(64, 64), steps=200)"),
          "net": ("paper's tanh net, 8², 20 steps", "fe.render(fe.paper('tanh'), size=(8, 8), steps=20)")}
EXPLORER = ("the explorer's first settled picture, {0}², kernel side",
            "explorer = fe.explore(fe.mandelbrot(), size=({0}, {0})); explorer.wait(); explorer.close()")

PROGRAM = """
import time
began = time.perf_counter()
import fractaledu as fe
imported = time.perf_counter()
{work}
done = time.perf_counter()


def peak():
    try:
        with open("/proc/self/status") as status:       # ru_maxrss of a child begins with its parent's
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        import resource, sys
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 ** 2 if sys.platform == "darwin" else 1024)


import json
print(json.dumps({{"import": imported - began, "picture": done - imported, "peak": peak()}}))
"""


def fresh(work, cache=None):
    """Do `work` in a process of its own: its seconds for the import, for the work, in all, and its peak memory in MB."""
    package = str(pathlib.Path(fractaledu.__file__).parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(work=work)], env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"a fresh process failed at {work!r}:\n{done.stderr}")
    told = json.loads(done.stdout.splitlines()[-1])
    return {name: round(number, 4) for name, number in (told | {"all": seconds}).items()}


def starts(effort, left_out):
    """The rows of the table: the first start with an empty cache of kernels, and then with what that left there."""
    for name in effort.cold:
        label, work = STARTS[name]
        with tempfile.TemporaryDirectory() as cache:
            cold = fresh(work, cache)
            warm = [fresh(work, cache) for _ in range(effort.starts)]
        yield {"picture": label, "cold": cold, "warm": warm}


def memory(effort, left_out):
    """Peak memory of fresh processes; kernels are compiled by a first one that does not count."""
    plane, net = effort.pictures
    works = [("import fractaledu", ""),
             (f"Mandelbrot set, {plane}², 200 steps", f"fe.render(fe.mandelbrot(), size=({plane}, {plane}), steps=200)"),
             (f"paper's tanh net, {net}², 20 steps", f"fe.render(fe.paper('tanh'), size=({net}, {net}), steps=20)"),
             tuple(text.format(plane) for text in EXPLORER)]
    for label, work in works:
        fresh(work)
        yield {"work": label, "peak": [fresh(work)["peak"] for _ in range(effort.starts)]}
