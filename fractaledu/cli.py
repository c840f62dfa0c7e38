"""The command line: fractaledu render | lab | handout | warm | bench."""
from __future__ import annotations

import argparse
import importlib.util
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
from tqdm import tqdm

from . import maps, names, networks
from ._version import __version__
from .colour import MODES
from .kernel import sweep
from .landscape import Landscape
from .processors import available_threads
from .rendering import estimate, evaluate, part_of, render
from .view import View

LONG_SECONDS = 10           # work that takes longer is announced
START = "00-start.ipynb"


class _UsageError(Exception):
    """Wrong input, in one line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise _UsageError(f"{message} (see {self.prog} --help)")


def main(argv=None) -> int:
    """Run the command line; return the exit status: 0, 1 (it failed), 2 (wrong input) or 130 (Ctrl-C)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options = _parser().parse_args([_guard(text) for text in arguments])
        return options.run(options) or 0
    except (_UsageError, ValueError) as error:
        print(f"fractaledu: error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"fractaledu: error: cannot write or read {error.filename or 'a file'}: {error.strerror or error}",
              file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"fractaledu: stopped{stop}", file=sys.stderr)
        return 130


def _guard(text):
    """argparse takes -1e-3 for an option; a blank in front keeps it a number."""
    try:
        float(text)
    except ValueError:
        starts_number = text[:1] == "-" and text[1:2].isdigit()         # -0.8+0.156j, -1,1
        return f" {text}" if starts_number else text
    return f" {text}"


def _path(text):
    return pathlib.Path(text.removeprefix(" "))         # of `_guard`


def _parser():
    parser = _Parser(prog="fractaledu", description=__doc__, epilog="Each command has its own --help.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    drawing = commands.add_parser("render", help="compute a picture and write it to a file")
    systems = drawing.add_subparsers(dest="system", required=True, metavar="SYSTEM", parser_class=_Parser,
                                     help=", ".join(names.NAMED))
    for name, made in names.NAMED.items():
        system = systems.add_parser(name, allow_abbrev=False)
        for option in made.options:
            system.add_argument(f"--{option.replace('_', '-')}", dest=f"option_{option}", metavar="VALUE",
                                help=f"{names.KINDS[made.options[option]]}; see fractaledu.{_source(name)}")
        system.add_argument("--x", nargs=2, type=float, metavar=("LO", "HI"), help="bounds; default: the first view")
        system.add_argument("--y", nargs=2, type=float, metavar=("LO", "HI"), help="bounds; default: the first view")
        system.add_argument("--x-scale", choices=("linear", "log10"), help="default: that of the first view")
        system.add_argument("--y-scale", choices=("linear", "log10"))
        system.add_argument("--sampling", choices=("centre", "endpoint"), default="centre",
                            help="endpoint: from bound to bound, as the paper's code")
        if name.removeprefix("paper-") in networks.WINDOWS:
            system.add_argument("--window", action="store_true", help="the window of the paper's figure")
        system.add_argument("--size", type=_size, default=(384, 384), metavar="WxH", help="default: 384x384")
        system.add_argument("--steps", type=int, metavar="T", help="default: the system's own")
        system.add_argument("--palette", default="two-sided", help="two-sided, paper, dark, or one of matplotlib's")
        system.add_argument("--mode", choices=MODES,
                            help="what colours mean; default: basins where there are attractors, else rank")
        system.add_argument("--threads", type=int, help="default: all that this process may use")
        system.add_argument("--out", type=_path, required=True, metavar="FILE.{npz,png}",
                            help="finished tiles stay in FILE.part, from which the same command goes on")
        system.set_defaults(run=_render)

    lab = commands.add_parser("lab", help="open the lessons in JupyterLab, on this machine only")
    lab.add_argument("folder", nargs="?", type=_path, help="where the notebooks are, or are copied to")
    lab.add_argument("--no-browser", action="store_true", help="only start the server and print its address")
    lab.set_defaults(run=_lab)

    handout = commands.add_parser("handout", help="copy the lessons without their solutions, for a class",
                                  description="Copy the lessons without the folded solutions of their exercises. No exam: "
                                              "whoever has the package can open every answer.")
    handout.add_argument("folder", nargs="?", type=_path, default=pathlib.Path("handout"), help="default: handout")
    handout.add_argument("--force", action="store_true", help="overwrite notebooks in FOLDER that differ")
    handout.set_defaults(run=_handout)

    commands.add_parser("warm", help="compile the kernels, once for this machine").set_defaults(run=_warm)
    commands.add_parser("bench", help="how many runs a second this machine does").set_defaults(run=_bench)
    return parser


def _source(name):
    return "paper" if name.startswith("paper-") else name.replace("-", "_")


def _size(text):
    text = text.strip()
    columns, _, rows = text.lower().partition("x")
    try:
        return int(columns), int(rows)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be WxH, as 512x512, got {text!r}") from None


# ---------------------------------------------------------------- render

def _render(options):
    given = {key.removeprefix("option_"): value.strip() for key, value in vars(options).items()
             if key.startswith("option_") and value is not None}
    problem = names.named(options.system, **given)
    view = _view(options, problem)
    out = options.out
    if out.suffix not in (".npz", ".png"):
        raise ValueError(f"--out must end in .npz or .png, got {out}")
    if not out.parent.is_dir():
        raise ValueError(f"--out must lie in a folder that exists, got {out}")
    if out.is_dir():
        raise ValueError(f"--out must be a file, got the folder {out}")
    from .colour import check_look
    check_look(problem, options.palette, options.mode)
    total = options.size[0] * options.size[1]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: print(f"fractaledu: warning: {message}", file=sys.stderr)
        left = 1.0 - _finished(out)
        seconds = left * estimate(problem, view, options.size, options.steps, threads=options.threads)
        warnings.simplefilter("ignore")             # said once
        if seconds > LONG_SECONDS:
            print(f"about {_duration(seconds)} on {options.threads or available_threads()} threads", file=sys.stderr)
        with tqdm(total=total, unit="run", unit_scale=True, disable=None, leave=False) as bar:
            try:
                land = render(problem, view, options.size, options.steps, threads=options.threads, file=out,
                              write=_writer(options), progress=lambda done, _: bar.update(done - bar.n))
            except KeyboardInterrupt:
                kept = f"; what is finished is in {part_of(out)}, the same command goes on from there"
                raise KeyboardInterrupt(kept) from None
    print(f"{out}: {land!r}", file=sys.stderr)


def _finished(out):
    """The share of a picture that an earlier call left in its part file."""
    part = part_of(out)
    if not part.exists():
        return 0.0
    share = float(np.isfinite(Landscape.load(part).value).mean())
    print(f"going on from {part}: {share:.0%} is finished", file=sys.stderr)
    return share


def _writer(options):
    """How the finished picture is put into the file."""
    if options.out.suffix == ".npz":
        return lambda land, path: land.save(path)
    from .export import save_png
    return lambda land, path: save_png(land, path, options.palette, options.mode)


def _view(options, problem):
    first = problem.view
    if getattr(options, "window", False):
        if options.x or options.y:
            raise ValueError("--window must not be given together with --x or --y")
        first = networks.paper_view(options.system.removeprefix("paper-"))
    return View(options.x or first.x, options.y or first.y, options.x_scale or first.x_scale,
                options.y_scale or first.y_scale, options.sampling)


def _duration(seconds):
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


# ---------------------------------------------------------------- lab

def _lab(options):
    if importlib.util.find_spec("jupyterlab") is None:
        raise ValueError('JupyterLab is not installed; get it with: pip install "fractaledu[lab]"')
    folder = _notebooks(options.folder)
    # Jupyter's own settings: bound to localhost, with its token.  We never weaken them.
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=localhost",
               f"--ServerApp.root_dir={folder.resolve()}", f"--LabApp.default_url=/lab/tree/{START}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")          # in a container there is often nobody else
    if options.no_browser:
        command.append("--no-browser")
    return subprocess.call(command)


def _notebooks(folder):
    """The folder with the lessons: a checkout's own, or a copy that the learner may change."""
    source = _source_notebooks()
    if folder is None and source.parent != pathlib.Path(__file__).parent:
        return source
    folder = pathlib.Path("fractaledu-notebooks") if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in source.glob("*.ipynb"):
        if not (folder / notebook.name).exists():           # never overwrite somebody's work
            shutil.copyfile(notebook, folder / notebook.name)
    return folder


def _source_notebooks():
    """Where the lessons are: in a checkout beside the package, installed inside it."""
    package = pathlib.Path(__file__).parent
    checkout = package.parent / "notebooks"
    return checkout if (checkout / START).exists() else package / "notebooks"


def _handout(options):
    if importlib.util.find_spec("nbformat") is None:
        raise ValueError('nbformat is not installed; it comes with JupyterLab: pip install "fractaledu[lab]"')
    from .handout import write
    written = write(_source_notebooks(), options.folder, options.force)
    print(f"{options.folder}: {len(written)} notebooks without solutions")


# ---------------------------------------------------------------- warm, bench

def _warm(options):
    kinds = [names.named(name) for name in names.NAMED]
    for problem in tqdm(kinds, desc="compiling the kernels", unit="kernel", disable=False):
        sweep(problem.system, np.ones(1), np.ones(1), 1)


def _bench(options):
    print(f"{available_threads()} threads, CPU {os.environ.get('NUMBA_CPU_NAME', 'host')}; medians of 5")
    for label, problem, steps, side in (
            ("Mandelbrot set, first view, 1000 steps", maps.mandelbrot(), 1000, 512),
            ("paper's tanh net, overview, 500 steps", networks.paper("tanh"), 500, 24),
            ("width 8 tanh net, overview, 100 steps", networks.paper("tanh", width=8), 100, 64),
            ("one datum, width 16, overview, 200 steps", networks.paper("one-datum"), 200, 256)):
        x, y = problem.view.positions((side, side))
        evaluate(problem, x[:8], y[:8], 1)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            evaluate(problem, x[None, :], y[:, None], steps)
            times.append(time.perf_counter() - began)
        print(f"{label:45s} {side * side / statistics.median(times):12,.0f} runs/s")


if __name__ == "__main__":
    sys.exit(main())
