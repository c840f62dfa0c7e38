"""fractaledu poster: a picture of any size, with a caption, to hang on a wall."""
from __future__ import annotations

from ..progress import Bars
from . import pictures, reading
from .cluster import workers
from .telling import finished, kept_in, say, warnings_in_a_line


def add(commands):
    """Add the command."""
    command = commands.add_parser("poster", help="a picture of any size with a caption, to hang on a wall")
    for name, system in pictures.add_systems(command, run):
        pictures.add_view(system, name)
        pictures.add_look(system, 2048)
        system.add_argument("--no-caption", action="store_true", help="the picture alone")
        system.add_argument("--out", type=reading.path, required=True, metavar="FILE.png")
        system.add_argument("--folder", type=reading.path, metavar="DIR",
                            help="where tiles are kept, from which the same command goes on; default: FILE.tiles")


def run(options):
    """Plan the poster, say what it takes, make it."""
    from ..posters import poster_plan  # loads Pillow
    problem = pictures.problem_of(options)
    with warnings_in_a_line(), workers(options) as crew:
        plan = poster_plan(problem, options.out, pictures.view_of(options, problem, options.size), options.size, options.steps,
                           palette=options.palette, mode=options.mode, caption=not options.no_caption, folder=options.folder,
                           precision=options.precision)
        say(plan)
        say(crew.announced(plan.estimate(crew.count)))
        with kept_in(plan.folder), Bars(disable=None, reference="step", tiles="run", drawing="row") as bars:
            plan.make(crew.threads, crew.executor, bars)
    finished(options.out, plan.folder, "tiles")
