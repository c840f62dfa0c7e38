"""The options that all commands that make pictures share: a system and its options, where, how large, in which colours."""
from __future__ import annotations

from .. import names, networks
from ..axes import Exact
from ..colour import MODES
from ..deep import STOPS
from ..memory import Memory, asked, remember
from ..problems import Problem
from ..recipes import PRECISIONS
from ..view import View, check_sides
from . import reading


def add_systems(command, run):
    """Add a command of each system's name, with the system's own options, to `command`; yield (name, its parser)."""
    systems = command.add_subparsers(dest="system", required=True, metavar="SYSTEM", parser_class=reading.Parser,
                                     help=", ".join(names.NAMED))
    for name, made in names.NAMED.items():
        system = systems.add_parser(name, allow_abbrev=False)
        own = system.add_argument_group(f"options of {name}")
        for option in made.options:
            own.add_argument(f"--{option.replace('_', '-')}", dest=f"option_{option}", metavar="VALUE",
                             help=f"{names.KINDS[made.options[option]]}; see fractaledu.{_source(name)}")
        system.set_defaults(run=run)
        yield name, system


def add_view(system, name=None, sampling=True):
    """Add where: the bounds, and the window of the paper's figure if `name` is one of its conditions."""
    where = system.add_argument_group("where")
    where.add_argument("--x", nargs=2, type=float, metavar=("LO", "HI"), help="bounds; default: the first view")
    where.add_argument("--y", nargs=2, type=float, metavar=("LO", "HI"), help="bounds; default: the first view")
    where.add_argument("--x-scale", choices=("linear", "log10"), help="default: that of the first view")
    where.add_argument("--y-scale", choices=("linear", "log10"))
    if sampling:
        where.add_argument("--centre", nargs=2, type=reading.digits, metavar=("X", "Y"),
                           help="instead of bounds, with as many digits as you like: an exact view")
        where.add_argument("--half", type=float, metavar="H",
                           help="its half width, and half height: in decades on log10 axes, to 1e-100")
        where.add_argument("--sampling", choices=("centre", "endpoint"), default="centre",
                           help="endpoint: from bound to bound, as the paper's code")
    if name is not None and condition(name) in networks.WINDOWS:
        where.add_argument("--window", action="store_true", help="the window of the paper's figure")
    return where


def add_look(system, side):
    """Add how it is computed and coloured; `side` x `side` is the size where none is given."""
    system.add_argument("--size", type=reading.size, default=(side, side), metavar="WxH", help=f"default: {side}x{side}")
    system.add_argument("--steps", type=int, metavar="T", help="default: the system's own")
    system.add_argument("--palette", default="two-sided", help="two-sided, paper, dark, or one of matplotlib's")
    system.add_argument("--mode", choices=MODES,
                        help="what colours mean; default: basins where there are attractors, else rank")
    system.add_argument("--threads", type=int, help="default: all that this process may use")
    system.add_argument("--scheduler", metavar="ADDRESS",
                        help="compute on a dask cluster: its scheduler, as tcp://10.0.0.1:8786, or the .json file it wrote")
    system.add_argument("--precision", choices=PRECISIONS, default="auto",
                        help=f"auto: beyond float64 exact, as differences from one run in arbitrary precision. {STOPS}.")


def add_memory(system):
    """Add where pictures that were seen are kept; `use_memory` obeys it."""
    system.add_argument("--memory", type=reading.path, metavar="DIR",
                        help="keep pictures in this folder, and compute none that is there; default: FRACTALEDU_MEMORY")


def use_memory(options) -> Memory | None:
    """The memory that was asked for, by the option or by the environment."""
    return asked() if options.memory is None else remember(options.memory)


def problem_of(options) -> Problem:
    """The system that was asked for."""
    return names.named(options.system, **given(options))


def given(options) -> dict:
    """The system's own options that were given, as text."""
    return {key.removeprefix("option_"): value.strip() for key, value in vars(options).items()
            if key.startswith("option_") and value is not None}


def view_of(options, problem, size=None) -> View:
    """The view that was asked for: the system's first one, unless its bounds are given; with `size` in that shape."""
    first = problem.view if size is None else problem.shaped(problem.view, check_sides(size))
    centre, half, window = (getattr(options, name, None) for name in ("centre", "half", "window"))
    if window and (options.x or options.y):
        raise ValueError("--window must not be given together with --x or --y")
    if centre is not None or half is not None:
        if centre is None or half is None:
            raise ValueError("--centre and --half must be given together")
        if options.x or options.y or window:
            raise ValueError("--centre must not be given together with --x, --y or --window")
        exact = View((0, 0), (0, 0), options.x_scale or first.x_scale, options.y_scale or first.y_scale, options.sampling,
                     Exact(*centre, (half, half)))
        return problem.shaped(exact, check_sides(options.size))
    if window:
        first = networks.paper_view(condition(options.system))
    return View(options.x or first.x, options.y or first.y, options.x_scale or first.x_scale,
                options.y_scale or first.y_scale, getattr(options, "sampling", "centre"))


def condition(name) -> str:
    """The paper's condition of a system of that name."""
    return name.removeprefix("paper-")


def _source(name):
    return "paper" if name.startswith("paper-") else name.replace("-", "_")
