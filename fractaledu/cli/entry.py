"""From what was typed to a command, and from its end to an exit status."""
from __future__ import annotations

import sys

from .._version import __version__
from ..workers import ClusterError
from . import film, lab, machine, poster, render
from .reading import Parser, UsageError, guard

ABOUT = "The command line: fractaledu render | film | poster | lab | handout | site | warm | bench."


def main(argv=None) -> int:
    """Run the command line; return the exit status: 0, 1 (it failed), 2 (wrong input) or 130 (Ctrl-C)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        options, unknown = _parser().parse_known_args([guard(text) for text in arguments])
        if unknown:
            command = " ".join(filter(None, ("fractaledu", options.command, getattr(options, "system", None))))
            raise UsageError(f"unrecognized arguments: {' '.join(unknown)} (see {command} --help)")
        return options.run(options) or 0
    except (UsageError, ValueError) as error:
        print(f"fractaledu: error: {error}", file=sys.stderr)
        return 2
    except ClusterError as error:
        print(". ".join([f"fractaledu: error: {error}", *getattr(error, "__notes__", ())]), file=sys.stderr)
        return 1
    except OSError as error:
        notes = "".join(getattr(error, "__notes__", ()))
        print(f"fractaledu: error: cannot write or read {error.filename or 'a file'}: {error.strerror or error}{notes}",
              file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"fractaledu: stopped{stop}", file=sys.stderr)
        return 130


def _parser():
    parser = Parser(prog="fractaledu", description=ABOUT, epilog="Each command has its own --help.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for module in (render, film, poster, lab, machine):
        module.add(commands)
    return parser
