"""A picture's question as one short line of text, and back: `fe1?system=paper-tanh&x=…&y=…&size=…&steps=…`.

The line is what exported pictures carry.  Reading it evaluates nothing and allocates nothing large.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import CodeType
from urllib.parse import parse_qsl, quote

import numpy as np
from numba.core.registry import CPUDispatcher

from .axes import Exact
from .decimals import decimal
from .names import NAMED, named
from .problems import Problem
from .systems import planar
from .view import View, check_size

VERSION = "fe1"
LONGEST = 20_000            # characters
LOOKS = ("palette", "mode")
MOST_PINS = 5
KEYS = ("system", "x", "y", "centre", "half", "x_scale", "y_scale", "sampling", "size", "steps", "precision", *LOOKS, "at",
        "pins")
PRECISIONS = "auto", "float64", "exact"


@dataclass(frozen=True, eq=False)
class Recipe:
    """What is needed to compute a picture again, how it was coloured, and which runs were looked at.

    In an exact view the points are pairs of Decimals; elsewhere floats, or Decimals with more digits than those hold.
    """

    problem: Problem
    view: View
    size: tuple[int, int]
    steps: int
    look: dict[str, str] = field(default_factory=dict)
    at: tuple[float, float] | tuple[Decimal, Decimal] | None = None         # the explorer's cross-hair
    pins: tuple[tuple[float, float] | tuple[Decimal, Decimal], ...] = ()    # its pinned runs, at most MOST_PINS
    precision: str = "auto"                             # one of PRECISIONS; deep.chosen says what "auto" means

    def to_text(self) -> str:
        """The recipe as a line of text; numbers come back exactly."""
        if self.problem.name is None:
            fields = {"system": f"own-{digest(self.problem.system)}"}
        else:
            fields = {"system": self.problem.name, **option_texts(self.problem.options)}
        view = self.view
        fields |= ({"x": _numbers(view.x), "y": _numbers(view.y)} if view.exact is None else
                   {"centre": _numbers(view.exact[:2]), "half": _numbers(view.exact.half)})
        fields |= {"x_scale": view.x_scale, "y_scale": view.y_scale, "sampling": view.sampling,
                   "size": "x".join(map(str, self.size)), "steps": str(self.steps)}
        if self.precision != "auto":
            fields["precision"] = self.precision
        fields |= self.look
        if self.at is not None:
            fields["at"] = _numbers(self.at)
        if self.pins:
            fields["pins"] = ",".join(map(_numbers, self.pins))
        return f"{VERSION}?" + "&".join(f"{key}={quote(text, safe=',+-.() ')}".replace(" ", "%20").replace("+", "%2B")
                                        for key, text in fields.items())

    def plain_text(self) -> str:
        """`to_text` of the picture alone: without colours and points."""
        return replace(self, look={}, at=None, pins=()).to_text()

    @classmethod
    def from_text(cls, text) -> Recipe:
        """Read `to_text`; ValueError says what is wrong, naming the key."""
        version, mark, query = str(text).strip().partition("?")
        if version != VERSION:
            if version.startswith("fe") and version[2:].isdigit() and mark:
                raise ValueError(f"recipe must start with {VERSION}?, got {version}?: a newer fractaledu reads that")
            raise ValueError(f"recipe must start with {VERSION}?, got {str(text)[:40]!r}")
        if len(query) > LONGEST:
            raise ValueError(f"recipe must be at most {LONGEST} characters, got {len(query)}")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=64)
        except ValueError:
            raise ValueError(f"recipe must be key=value pairs joined by &, got {query[:80]!r}") from None
        fields = dict(pairs)
        if len(fields) < len(pairs):
            raise ValueError("recipe must name each key once, got one twice")
        where = ("centre", "half") if "centre" in fields else ("x", "y")
        for key in ("system", *where, "size", "steps"):
            if key not in fields:
                raise ValueError(f"recipe must name {key}, got {', '.join(fields)}")
        name = fields["system"]
        if name.startswith("own-"):
            raise ValueError(f"recipe names somebody's own system ({name}), which only its .npz holds: load that instead")
        known = (*KEYS, *NAMED[name].options) if name in NAMED else KEYS
        for key in fields:
            if key not in known and name in NAMED:
                raise ValueError(f"recipe key must be one of {', '.join(known)}, got {key!r}")
        problem = named(name, **{key: text for key, text in fields.items() if key not in KEYS})
        view = _view(fields, problem.view)
        size = check_size(tuple(_whole("size", part) for part in fields["size"].split("x")))
        steps = problem.check_steps(_whole("steps", fields["steps"]))
        precision = check_precision(fields.get("precision", "auto"))
        look = {key: fields[key] for key in LOOKS if key in fields}
        at, pins = (_points(key, fields.get(key, ""), view.exact is not None) for key in ("at", "pins"))
        if len(at) > 1 or len(pins) > MOST_PINS:
            raise ValueError(f"recipe must have one point `at` and at most {MOST_PINS} pins, got {len(at)} and {len(pins)}")
        return cls(problem, view, size, steps, look, at[0] if at else None, pins, precision)


def check_precision(precision) -> str:
    """Return `precision`; ValueError unless it is one of PRECISIONS."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, got {precision!r}")
    return precision


def digest(system) -> str:
    """Twelve letters that name a system of somebody's own: its class, its numbers, its arrays and its step."""
    hashed = hashlib.sha256()
    for part in _parts(system):
        hashed.update(len(part).to_bytes(8, "little") + part)
    return hashed.hexdigest()[:12]


def _parts(value):
    """All that a system is made of, as bytes: the same in every process."""
    if isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes()
    elif isinstance(value, tuple):
        yield f"{type(value).__name__} of {len(value)}".encode()
        for part in value:
            yield from _parts(part)
        if planar.is_planar(type(value)):
            yield from _function_parts(planar.step_of_class(type(value)))
    elif isinstance(value, CPUDispatcher):
        yield from _function_parts(value.py_func)
    else:
        yield repr(value).encode()


def _function_parts(function, seen=()):
    """What a function does, as bytes: its code, its constants, and what it calls or closes over."""
    if function in seen:
        return
    code, seen = function.__code__, (*seen, function)
    yield code.co_code
    yield repr((tuple(c for c in code.co_consts if not isinstance(c, CodeType)), code.co_names)).encode()
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    for used in (*cells, *(function.__globals__.get(name) for name in code.co_names)):
        if isinstance(used, CPUDispatcher):
            yield from _function_parts(used.py_func, seen)
        elif isinstance(used, np.ndarray | tuple | int | float | complex | str):
            yield from _parts(used)


def option_texts(options):
    """Options of a problem as text, those that are None left out."""
    texts = {}
    for key, value in options.items():
        if value is not None:
            texts[key] = ",".join(map(_number, value)) if isinstance(value, list) else (
                value if isinstance(value, str) else _number(value))
    return texts


def _number(value):
    return repr(value.item() if isinstance(value, np.generic) else value).strip("()")


def _numbers(pair):
    return ",".join(str(number) if isinstance(number, Decimal) else repr(number) for number in pair)


def _view(fields, own):
    """The view of a recipe's fields: by its bounds or, exact, by its centre."""
    scales = fields.get("x_scale", own.x_scale), fields.get("y_scale", own.y_scale)
    sampling = fields.get("sampling", "centre")
    if "centre" not in fields:
        return View(_pair("x", fields["x"]), _pair("y", fields["y"]), *scales, sampling)
    if "x" in fields or "y" in fields:
        raise ValueError("recipe must name x and y, or centre and half, got both")
    centre = fields["centre"].split(",")
    if len(centre) != 2:
        raise ValueError(f"centre must be two decimal numbers x,y, got {fields['centre'][:80]!r}")
    exact = Exact(*(decimal("centre", text) for text in centre), _pair("half", fields["half"]))
    return View((0.0, 0.0), (0.0, 0.0), *scales, sampling, exact)


def _pair(key, text):
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        raise ValueError(f"{key} must be two numbers low,high, got {text!r}") from None
    return low, high


def _points(key, text, exact):
    try:
        numbers = [decimal(key, part) for part in text.split(",") if text]
    except ValueError:
        numbers = [None]
    if len(numbers) % 2:
        raise ValueError(f"{key} must be finite numbers x,y,…, got {text!r}")
    if not exact:               # a point with more digits than float64 holds stays a Decimal in any view
        numbers = [float(n) if Decimal(repr(float(n))) == n else n for n in numbers]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _whole(key, text):
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{key} must be whole numbers, got {text!r}") from None
