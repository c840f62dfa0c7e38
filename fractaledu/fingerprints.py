"""Names for pictures: two of one name are the same to the last bit.

A name is a hash of all that the kernel is given, and of what it is compiled from and for.  Its parts are data, never the words
of a recipe: whatever gives other pixels has another name.
"""
from __future__ import annotations

import functools
import hashlib
import itertools
import pathlib
import weakref
from dataclasses import astuple
from typing import NamedTuple

import llvmlite
import numba
import numpy as np
from numba.core.registry import CPUDispatcher, cpu_target

from . import exact
from ._version import __version__
from .deep import chosen
from .kernel import LANES, build_key, ours

_BETWEEN = "view.py", "axes.py", "decimals.py", "deep/*.py", "exact/*.py"       # from a question to what the kernel is given
_numbers, _count = weakref.WeakKeyDictionary(), itertools.count()


class Name(NamedTuple):
    """What a picture is called.

    Attributes
    ----------
    text : str
        64 hexadecimal digits.
    everywhere : bool
        Whether other processes call the same picture so; not where it has a part that somebody brought.
    """

    text: str
    everywhere: bool


def name_of(recipe, point=None, near=False) -> Name | None:
    """The name of a recipe's picture; None if its system holds what cannot be looked into.

    `point` and `near` as in `deep.find`: an exact picture's last bits depend on where its reference run is.  That run itself is
    not needed here: where it is, and so all that it holds, follows from the picture; or, with `near`, from those that this
    process saw before, and then no other process calls the picture so.
    """
    problem, view, size = recipe.problem, recipe.view, recipe.size
    how = chosen(problem, view, size, recipe.precision)
    if how == "float64":
        where = tuple(view.positions(size))
    else:
        where = repr((astuple(view), tuple(size), point, near, exact.backend()))
    hashed = hashlib.sha256()
    try:
        for part in _parts((_surroundings(), how, recipe.steps, where, problem.system)):
            hashed.update(len(part).to_bytes(8, "little") + part)
    except TypeError:
        return None
    return Name(hashed.hexdigest(), ours(problem.system) and not (near and how == "exact"))


def _parts(value):
    """All that a value is made of, as bytes; TypeError if something in it may change unseen."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        yield f"{value.dtype.str}{value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, tuple):
        kind = type(value)
        own = kind is tuple or kind.__module__.startswith(__package__ + ".")
        yield f"{kind.__module__}.{kind.__qualname__} of {len(value)}{'' if own else f', {_number(kind)}'}".encode()
        for part in value:
            yield from _parts(part)
    elif isinstance(value, CPUDispatcher):
        yield f"function {_number(value)}".encode()
    elif value is None or isinstance(value, bool | int | float | complex | str | np.number | np.bool_):
        yield f"{type(value).__name__} {value!r}".encode()
    else:
        raise TypeError(f"cannot tell one {type(value).__name__} from another")


def _number(brought):
    """A number for a class or function that somebody brought, never given to another one.

    Not its code: that calls other code, and what Numba compiled of it stays what it was when a global changes.
    """
    return _numbers.setdefault(brought, next(_count))


@functools.cache
def _surroundings() -> str:
    """What the bits of every picture depend on: this package, its compiler, the processor that is compiled for."""
    here = pathlib.Path(__file__).parent
    between = hashlib.sha256()
    for file in sorted(file for pattern in _BETWEEN for file in here.glob(pattern)):
        between.update(file.read_bytes())
    target = cpu_target.target_context.codegen().magic_tuple()          # as the names in Numba's own cache
    return repr((__version__, build_key(here), between.hexdigest(), LANES, numba.__version__, llvmlite.__version__, target))
