"""fractaledu film: a dive into a border, or one number of a system that changes."""
from __future__ import annotations

from .. import networks
from ..progress import Bars
from . import pictures, reading
from .cluster import workers
from .over import values_over
from .telling import finished, kept_in, say, warnings_in_a_line

KEYFRAMES = 24


def add(commands):
    """Add the command."""
    command = commands.add_parser("film", help="dive into a border, or let one number change, and write a film",
                                  description="Dive into the border of a picture, or let one number of a system change.")
    for name, system in pictures.add_systems(command, run):
        where = pictures.add_view(system, sampling=False)
        where.description = "The bounds are those of the first window, which is then centred on where the dive begins."
        where.add_argument("--decades", type=float, metavar="N", help="powers of ten to zoom; default: 6")
        where.add_argument("--target", nargs=2, type=reading.place, metavar=("X", "Y"),
                           help="with as many digits as you like; default: a point of the border that is looked for")
        where.add_argument("--target-seed", type=int, metavar="N", help="another border point for each N; default: 0")
        where.add_argument("--waypoint", nargs=2, type=reading.place, metavar=("X", "Y"), action="append",
                           help="pass this point before the target; may be given more than once; without "
                                "--target the last one is the target")
        if pictures.condition(name) in networks.WINDOWS:
            where.add_argument("--to-window", action="store_true", help="dive to the window of the paper's figure")
        change = system.add_argument_group("instead of a dive")
        change.add_argument("--over", nargs=3, metavar=("NAME", "LOW", "HIGH"),
                            help="stay in the first view and change this number: steps or one of the system's own, "
                                 "such as: steps 1 100")
        change.add_argument("--keyframes", type=int, metavar="N", help=f"how many values; default: {KEYFRAMES}")
        change.add_argument("--geometric", action="store_true", help="values in equal ratios, not in equal steps")
        made = system.add_argument_group("the film")
        made.add_argument("--supersampling", type=int, default=2, metavar="N", help="N x N samples a pixel; default: 2")
        made.add_argument("--fps", type=float, default=25, metavar="N", help="frames a second; default: 25")
        made.add_argument("--seconds", type=float, metavar="S", help="how long; default: 2 a decade, 10 over a number")
        made.add_argument("--colours", choices=("neighbours", "shared"), default="neighbours",
                          help="ranks among neighbouring keyframes (default), or one reference for the whole film")
        made.add_argument("--no-caption", action="store_true", help="no strip with window, decades and steps")
        made.add_argument("--loop", action="store_true", help="forward, and back again: twice as long")
        made.add_argument("--codec", metavar="NAME", help="for .mp4: an encoder as ffmpeg names it; default: libx264")
        pictures.add_look(system, 384)
        pictures.add_memory(system)
        system.add_argument("--out", type=reading.path, required=True, metavar="FILE",
                            help=".webp, .mp4, or without an ending a folder of PNGs; its recipe also goes to FILE.json")
        system.add_argument("--folder", type=reading.path, metavar="DIR",
                            help="where keyframes are kept, from which the same command goes on; default: FILE.keyframes")


def run(options):
    """Plan the film, say what it takes, make it."""
    with warnings_in_a_line(), workers(options) as crew:
        pictures.use_memory(options)
        with Bars(disable=None, target="window", reference="step") as bars:
            plan = plan_of(options, bars)
        say(plan)
        say(crew.announced(plan.estimate(crew.count)))
        with kept_in(plan.keyframes.folder), Bars(disable=None, reference="step", keyframes="run", frames="frame") as bars:
            plan.make(crew.threads, crew.executor, bars)
    finished(options.out, plan.keyframes.folder, "keyframes")


def plan_of(options, progress=None):
    """The film that was asked for, not made yet; progress("target", done, total) while its target is looked for."""
    from ..films import film_plan  # loads Pillow
    way = _change(options) if options.over else _dive(options)
    problem = pictures.problem_of(options)
    return film_plan(problem, file=options.out, view=pictures.view_of(options, problem), size=options.size,
                     steps=options.steps, supersampling=options.supersampling, fps=options.fps, seconds=options.seconds,
                     colours=options.colours, palette=options.palette, mode=options.mode, caption=not options.no_caption,
                     loop=options.loop, codec=options.codec, folder=options.folder,
                     threads=None if options.scheduler else options.threads,
                     progress=progress, precision=options.precision, **way)


def _dive(options):
    """The arguments of film_plan for a dive: a target, points on the way to it, how deep."""
    for option in ("keyframes", "geometric"):
        if _is_given(options, option):
            raise reading.UsageError(f"--{option} must be given with --over only")
    way = {} if options.decades is None else {"decades": options.decades}
    points = [tuple(point) for point in (options.waypoint or [])]
    if getattr(options, "to_window", False):
        if options.target or options.decades is not None:
            raise reading.UsageError("--to-window must not be given together with --target or --decades")
        points.append(networks.paper_view(pictures.condition(options.system)))
    elif options.target:
        points.append(tuple(options.target))
    if not points:
        return way | {"seed": options.target_seed or 0}
    if options.target_seed is not None:
        raise reading.UsageError("--target-seed must not be given together with a target: it is of one that is looked for")
    return way | {"target": points}


def _change(options):
    """The arguments of film_plan for a number that changes: which, and its values."""
    for option in ("decades", "target", "target_seed", "waypoint", "to_window"):
        if _is_given(options, option):
            raise reading.UsageError(f"--{option.replace('_', '-')} must not be given together with --over")
    name = options.over[0].strip().replace("-", "_")
    if name in pictures.given(options) or name == "steps" and options.steps is not None:
        option = name.replace("_", "-")
        raise reading.UsageError(f"--{option} must not be given together with --over {option}")
    count = KEYFRAMES if options.keyframes is None else options.keyframes
    return {"over": name, "values": values_over(options.system, options.over, count, options.geometric)}


def _is_given(options, name):
    value = getattr(options, name, None)
    return value is not None and value is not False         # 0 is given
