"""fractaledu render: a picture in a file."""
from __future__ import annotations

import functools
import warnings

import numpy as np
from tqdm import tqdm

from .. import deep
from ..landscape import Landscape
from ..progress import Bars
from ..recipes import Recipe
from ..rendering import estimate_of, part_of, render_of, warn
from ..view import check_size
from . import pictures, reading
from .cluster import workers
from .telling import announced, say, warnings_in_a_line

LONG_SECONDS = 10           # work that takes longer is announced
LONG_REFERENCE = 2          # seconds too, of what has to be done before the first pixel


def add(commands):
    """Add the command."""
    command = commands.add_parser("render", help="compute a picture and write it to a file")
    for name, system in pictures.add_systems(command, run):
        pictures.add_view(system, name)
        pictures.add_look(system, 384)
        pictures.add_memory(system)
        system.add_argument("--out", type=reading.path, required=True, metavar="FILE.{npz,png}",
                            help="finished tiles stay in FILE.part, from which the same command goes on")


def run(options):
    """Compute the picture."""
    problem = pictures.problem_of(options)
    view = pictures.view_of(options, problem)
    out = options.out
    if out.suffix not in (".npz", ".png"):
        raise ValueError(f"--out must end in .npz or .png, got {out}")
    if not out.parent.is_dir():
        raise ValueError(f"--out must lie in a folder that exists, got {out}")
    if out.is_dir():
        raise ValueError(f"--out must be a file, got the folder {out}")
    from ..colour import check_look
    check_look(problem, options.palette, options.mode)
    recipe = Recipe(problem, view, check_size(options.size), problem.check_steps(options.steps), precision=options.precision)
    total = options.size[0] * options.size[1]
    with warnings_in_a_line(), workers(options) as crew:
        memory = pictures.use_memory(options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", deep.SlowReferenceWarning)         # what it says is announced below
            warn(recipe, stacklevel=2)
        left = 1.0 - _finished(out)
        if memory is not None and crew.executor is None:            # a cluster computes everything
            left = min(left, memory.left(recipe))
        seconds = 0.0
        if left:
            _train_reference(recipe)
            seconds = left * estimate_of(recipe, crew.count)
        if seconds > LONG_SECONDS:
            say(crew.announced(seconds))
        with tqdm(total=total, unit="run", unit_scale=True, disable=None, leave=False) as bar:
            try:
                land = render_of(recipe, crew.threads, crew.executor, file=out, write=_writer(options), memory=memory,
                                 progress=lambda done, _: bar.update(done - bar.n))
            except KeyboardInterrupt:
                kept = f"; what is finished is in {part_of(out)}, the same command goes on from there"
                raise KeyboardInterrupt(kept) from None
    say(f"{out}: {land!r}{'' if land.digits else ', float64'}")


def _train_reference(recipe):
    """The reference run of an exact picture, announced if it is long, with a bar; it is kept for what follows."""
    if deep.chosen(recipe.problem, recipe.view, recipe.size, recipe.precision) == "exact":
        seconds = deep.reference_seconds(recipe.problem, recipe.view, recipe.steps)
        if seconds > LONG_REFERENCE:
            say(f"reference run in arbitrary precision: {announced(seconds, 1)}")
        with Bars(disable=None, reference="step") as bars:
            deep.lanes(recipe, reference_progress=functools.partial(bars, "reference"))


def _finished(out):
    """The share of a picture that an earlier call left in its part file."""
    part = part_of(out)
    if not part.exists():
        return 0.0
    share = float(np.isfinite(Landscape.load(part).value).mean())
    say(f"going on from {part}: {share:.0%} is finished")
    return share


def _writer(options):
    """How the finished picture is put into the file."""
    if options.out.suffix == ".npz":
        return lambda land, path: land.save(path)
    from ..export import save_png
    return lambda land, path: save_png(land, path, options.palette, options.mode)
