"""What the person at the terminal is told: times, sizes, warnings, what is kept, memory."""
from __future__ import annotations

import contextlib
import pathlib
import sys
import warnings

from ..processors import available_threads
from ..wording import amount, duration

try:
    import resource
except ImportError:             # Windows
    resource = None


def say(text):
    """One line or more on stderr: stdout is for results."""
    print(text, file=sys.stderr)


def announced(seconds, threads):
    """about 10 min on 2 threads"""
    count = threads or available_threads()
    return f"about {duration(seconds)} on {count} thread{'s' * (count != 1)}"


def weight(path) -> int:
    """Bytes of a file, or of all files below a folder."""
    path = pathlib.Path(path)
    if not path.is_dir():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def peak_memory() -> str:
    """", peak memory 120 MB"; nothing where the system does not say."""
    if resource is None:
        return ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f", peak memory {amount(peak if sys.platform == 'darwin' else 1024 * peak)}"


def finished(out, folder, parts):
    """The file and its size, the folder with what was kept, and its size."""
    say(f"{out}: {amount(weight(out))}{peak_memory()}")
    say(f"{folder}: {amount(weight(folder))} of {parts} are kept, for other colours; delete it when you are done")


@contextlib.contextmanager
def warnings_in_a_line():
    """Warnings as "fractaledu: warning: …", each once."""
    said = set()

    def show(message, *_, **__):
        if str(message) not in said:
            say(f"fractaledu: warning: {message}")
        said.add(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield


@contextlib.contextmanager
def kept_in(place):
    """Who stops the work, or has a full disk, is told where the finished part is and how to go on."""
    place = pathlib.Path(place)

    def text():
        there = place.is_dir() and any(place.iterdir())
        return f"; what is finished is in {place}, the same command goes on from there" if there else ""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(text()) from None
    except OSError as error:
        error.add_note(text())
        raise
