"""fractaledu lab, handout and site: the lessons in JupyterLab, copies of them for a class, and as pages to read."""
from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

from . import reading

START = "00-start.ipynb"
PACKAGE = pathlib.Path(__file__).parents[1]


def add(commands):
    """Add the three commands."""
    lab = commands.add_parser("lab", help="open the lessons in JupyterLab, on this machine only")
    lab.add_argument("folder", nargs="?", type=reading.path, help="where the notebooks are, or are copied to")
    lab.add_argument("--no-browser", action="store_true", help="only start the server and print its address")
    lab.set_defaults(run=run_lab)

    handout = commands.add_parser("handout", help="copy the lessons without their solutions, for a class",
                                  description="Copy the lessons without the folded solutions of their exercises. No exam: "
                                              "whoever has the package can open every answer.")
    handout.add_argument("folder", nargs="?", type=reading.path, default=pathlib.Path("handout"), help="default: handout")
    handout.add_argument("--force", action="store_true", help="overwrite notebooks in FOLDER that differ")
    handout.set_defaults(run=run_handout)

    site = commands.add_parser("site", help="write the lessons as web pages, executed, with pictures",
                               description="Execute every lesson (minutes) and write it as a page that needs no Python, no "
                                           "script and nothing from the web, with an index.html.")
    site.add_argument("folder", nargs="?", type=reading.path, default=pathlib.Path("site"), help="default: site")
    site.set_defaults(run=run_site)


def run_lab(options):
    """Start JupyterLab."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise ValueError('JupyterLab is not installed; get it with: pip install "fractaledu[lab]"')
    folder = notebooks(options.folder)
    # Jupyter's own settings: bound to localhost, with its token.  We never weaken them.
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=localhost",
               f"--ServerApp.root_dir={folder.resolve()}", f"--LabApp.default_url=/lab/tree/{START}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")          # in a container there is often nobody else
    if options.no_browser:
        command.append("--no-browser")
    return subprocess.call(command)


def run_handout(options):
    """Write the handout."""
    if importlib.util.find_spec("nbformat") is None:
        raise ValueError('nbformat is not installed; it comes with JupyterLab: pip install "fractaledu[lab]"')
    from ..handout import write
    written = write(_source_notebooks(), options.folder, options.force)
    print(f"{options.folder}: {len(written)} notebooks without solutions")


def run_site(options):
    """Write the pages."""
    missing = [name for name in ("nbconvert", "nbclient", "latex2mathml") if importlib.util.find_spec(name) is None]
    if missing:
        raise ValueError(f'{missing[0]} is not installed; get it with: pip install "fractaledu[site]"')
    from ..pages import build
    written = build(_source_notebooks(), options.folder, lambda name: print(f"running {name}", flush=True))
    print(f"{written[0]}: {sum(path.suffix == '.html' for path in written) - 1} pages")


def notebooks(folder):
    """The folder with the lessons: a checkout's own, or a copy that the learner may change."""
    source = _source_notebooks()
    if folder is None and source.parent != PACKAGE:
        return source
    folder = pathlib.Path("fractaledu-notebooks") if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in source.glob("*.ipynb"):
        if not (folder / notebook.name).exists():           # never overwrite somebody's work
            shutil.copyfile(notebook, folder / notebook.name)
    return folder


def _source_notebooks():
    """Where the lessons are: in a checkout beside the package, installed inside it."""
    checkout = PACKAGE.parent / "notebooks"
    return checkout if (checkout / START).exists() else PACKAGE / "notebooks"
