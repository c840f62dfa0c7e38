"""Landscape: a computed picture together with the question that it answers; saved and loaded exactly."""
from __future__ import annotations

import contextlib
import errno
import functools
import json
import os
import pathlib
import secrets
from dataclasses import asdict, dataclass

import numpy as np

from . import _version
from .arguments import whole
from .axes import Exact
from .kernel import PIXEL
from .names import named
from .networks import PARAMETERS
from .problems import MOST_STEPS, Problem, Watched
from .recipes import Recipe, option_texts
from .systems import network
from .systems.hyper import Hyper
from .view import View, check_size
from .wording import percent

FORMAT = 2
LARGEST_HEADER = 1_000_000
_KINDS = {cls.__name__: cls for cls in (network.Network, network.Minibatch, network.OneDatum)}     # the unnamed ones of ours
_ACTIVATIONS = {type(a).__name__: a for a in network.ACTIVATIONS.values()}


@dataclass(frozen=True, eq=False)
class Landscape:
    """A grid of runs, one per pixel.  Arrays have shape (rows, columns); row 0 is the lowest y.

    Attributes
    ----------
    problem, view, size, steps
        The question: what was iterated, where, on how many (columns, rows), for how long.
    value : float64
        The paper's measure: minus the sum of v over the steps where converged, the sum of 1/v where not.  Its sign is the
        verdict of the paper's code, a small size means fast either way.  -0.0 (a run that starts settled) is converged:
        ask `verdict`, or `numpy.signbit`.
    verdict : int8
        -1 converged, +1 exploded (not converged, and v exceeded 1e6 or was not finite), 0 neither.
    departure : int32
        The first step whose v exceeds `problem.watched.limit`: 1e6 for networks, 1e8 for bumpy losses, |z| > 2 for maps of
        the plane (first iterate = step 1), 100 for magnets, …; -1: none.
    arrival : int32
        Where a run settles within a tolerance: the steps taken until it stayed there (until it departed, where infinity is
        an attractor); else -1.
    attractor : int16
        Which of `problem.attractors` it converged to; -1: none.
    last : float64
        The last watched number (loss, |z|/2, distance to a root); inf where not finite.
    x, y : float64, shape (columns,), (rows,)
        Sample positions in true units.
    stride : int
        1, or k in a coarse pass, whose every k-th pixel fills a k x k block.
    version : str
        The fractaledu that computed it.
    recipe : str
        The question as one line of text (`Recipe`); names somebody's own system by its hash.
    digits : int
        Decimal digits of the reference run whose differences the pixels are; 0: they were computed in plain float64.
    precision : str
        "float64" or "exact", accordingly.
    guessed : bool, shape (rows, columns), or None
        In a preview (`passes` with `guess`): which pixels are not computed but filled in from their neighbours; their `last` is
        that of a neighbour.  None: all others.
    complete : bool
        Whether it is no coarse pass, no guess, and no part of a picture.
    guess : str
        The same in words, for a label; empty where nothing is guessed.
    """

    problem: Problem
    view: View
    size: tuple[int, int]
    steps: int
    pixels: np.ndarray              # (rows, columns) of kernel.PIXEL; value NaN: not computed (in a .part file)
    stride: int = 1
    version: str = _version.__version__
    recipe: str = ""
    digits: int = 0
    guessed: np.ndarray | None = None

    def __post_init__(self):
        self.pixels.flags.writeable = False
        if self.guessed is not None:
            self.guessed.flags.writeable = False
        if not self.recipe:
            text = Recipe(self.problem, self.view, self.size, self.steps).to_text()
            object.__setattr__(self, "recipe", text)

    value = property(lambda self: self.pixels["value"])
    verdict = property(lambda self: self.pixels["verdict"])
    departure = property(lambda self: self.pixels["departure"])
    arrival = property(lambda self: self.pixels["arrival"])
    attractor = property(lambda self: self.pixels["attractor"])
    last = property(lambda self: self.pixels["last"])
    precision = property(lambda self: "exact" if self.digits else "float64")
    complete = property(lambda self: self.stride == 1 and self.guessed is None and not np.isnan(self.value).any())
    guess = property(lambda self: "" if self.guessed is None else
                     f"guess: {percent(self.guessed.mean())} of the pixels are filled from their neighbours")

    @functools.cached_property
    def _positions(self):
        return self.view.positions(self.size)

    x = property(lambda self: self._positions[0])
    y = property(lambda self: self._positions[1])

    def __repr__(self):
        done = int((~np.isnan(self.value)).sum())
        part = "" if done == self.value.size else f", {done} pixels computed"
        part += f", {self.guess}" if self.guess else ""
        return (f"<Landscape {self.problem.title or self.problem.name}: {self.size[0]} x {self.size[1]}, "
                f"{self.steps} steps, {(self.verdict == -1).mean():.1%} converged{part}"
                f"{f', exact, reference run in {self.digits} digits' if self.digits else ''}>")

    def to_xarray(self):
        """An `xarray.Dataset` of the arrays over the coordinates y and x, the question among its attributes.

        Raises
        ------
        ImportError
            If xarray is not installed.
        ValueError
            If it is a guess.
        """
        check_computed("this landscape", self)
        import xarray

        arrays = {name: (("y", "x"), getattr(self, name)) for name in PIXEL.names}
        problem = self.problem
        coordinates = {"x": ("x", self.x, {"long_name": problem.x_label}), "y": ("y", self.y, {"long_name": problem.y_label})}
        about = {"title": problem.title, "steps": self.steps, "recipe": self.recipe, "fractaledu": self.version}
        return xarray.Dataset(arrays, coordinates, about)

    def save(self, path) -> None:
        """Write an .npz that `load` reads back exactly.  Atomic: an interrupted save leaves the old file.

        Raises
        ------
        OSError
            If the file cannot be written.
        ValueError
            If it is a guess.
        """
        check_computed("this landscape", self)
        header, arrays = _describe(self)
        with atomic(path) as file:
            np.savez_compressed(file, header=np.array(json.dumps(header)), pixels=self.pixels, **arrays)

    @classmethod
    def load(cls, path) -> Landscape:
        """Read what `save` wrote.  Nothing in the file is executed.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, or not a landscape of this package.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                if not isinstance(file, np.lib.npyio.NpzFile) or not {"header", "pixels"} <= set(file.files):
                    raise ValueError("it holds no landscape")
                header = json.loads(str(file["header"])[:LARGEST_HEADER])
                if header.get("format") != FORMAT:
                    raise ValueError(f"its format is {header.get('format')!r}, this version reads {FORMAT}")
                arrays = {name: file[name] for name in file.files if name.startswith("system.")}
                pixels, view, size = file["pixels"], _view(header["view"]), check_size(header["size"])
                if pixels.dtype != PIXEL or pixels.shape != size[::-1]:
                    raise ValueError(f"its pixels are {pixels.shape} of {pixels.dtype}")
                problem = _restore(header["problem"], arrays)
                most = max(len(problem.attractors), 1)
                reached = pixels["attractor"]
                if (np.abs(pixels["verdict"]) > 1).any() or (reached < -1).any() or (reached >= most).any():
                    raise ValueError("its pixels have impossible verdicts or attractors")
                return cls(problem, view, size, problem.check_steps(header["steps"]), pixels,
                           whole("stride", header["stride"], 1, 2 ** 20), str(header["version"]), str(header["recipe"]),
                           whole("digits", header.get("digits", 0), 0, 2 ** 20))
        except Exception as error:              # a damaged file can fail anywhere in zip, numpy or json
            if isinstance(error, MemoryError) or getattr(error, "errno", None) not in (None, errno.EINVAL):
                raise                           # it could not be read; EINVAL is a zip that points before its start
            raise ValueError(f"path must be a landscape saved by fractaledu, got {os.fspath(path)}: {error}") from error


def check_computed(name, land):
    """ValueError if pixels of a landscape are guessed: nothing that is kept or measured may rest on them."""
    if land.guess:
        raise ValueError(f"{name} must be computed, got a {land.guess}: the last landscape of `passes` has none")


@contextlib.contextmanager
def atomic(path):
    """A binary file that takes the place of `path` when the block ends well, and leaves no trace when it does not."""
    target = pathlib.Path(os.path.realpath(path))
    temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        file = open(temporary, "xb")
    except OSError as error:
        raise type(error)(error.errno, error.strerror, os.fspath(path)) from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):        # it was in place already
            os.unlink(temporary)
        if isinstance(error, OSError) and error.errno and error.filename is None:       # such as a full disk
            error.filename = os.fspath(path)
        raise


# ---------------------------------------------------------------- problems in files

def _describe(land):
    problem, arrays = land.problem, {}
    about = {"title": problem.title, "x_label": problem.x_label, "y_label": problem.y_label, "symbols": problem.symbols,
             "watched": problem.watched, "formula": problem.formula, "source": problem.source, "axes": problem.axes,
             "attractors": [a if isinstance(a, str) else [a.real, a.imag] for a in problem.attractors]}
    if problem.name is not None:
        about |= {"name": problem.name, "options": option_texts(problem.options)}
    elif type(problem.system) is _KINDS.get(type(problem.system).__name__):
        values = problem.system._asdict()
        values |= {f"hyper_{key}": value for key, value in values.pop("hyper")._asdict().items()}
        values["activation"] = type(values["activation"]).__name__
        arrays = {f"system.{key}": value for key, value in values.items() if isinstance(value, np.ndarray)}
        about |= {"kind": type(problem.system).__name__, "first_view": _view_fields(problem.view), "own_steps": problem.steps,
                  "most_steps": problem.most_steps, "options": option_texts(problem.options),
                  "values": {key: value for key, value in values.items() if not isinstance(value, np.ndarray)}}
    header = {"format": FORMAT, "version": land.version, "problem": about, "view": _view_fields(land.view),
              "size": land.size, "steps": land.steps, "stride": land.stride, "recipe": land.recipe}
    return header | ({"digits": land.digits} if land.digits else {}), arrays


def _view_fields(view):
    fields = asdict(view)
    exact = fields.pop("exact")
    return fields if exact is None else fields | {"exact": [str(view.exact.x), str(view.exact.y), view.exact.half]}


def _view(fields):
    exact = fields.pop("exact", None)
    return View(**fields) if exact is None else View(**fields, exact=Exact(*exact))


def _restore(about, arrays):
    if "name" in about:
        return named(about["name"], **about["options"])
    name, line, relative, sides, *rest = about["watched"]
    words = {key: str(about[key]) for key in ("title", "x_label", "y_label", "formula", "source")} | {
        "symbols": tuple(about["symbols"]), "axes": tuple(about["axes"]),
        "attractors": tuple(a if isinstance(a, str) else complex(*a) for a in about["attractors"]),
        "watched": Watched(name, line, relative, tuple(sides), *rest)}
    kind = _KINDS.get(about.get("kind"))
    if kind is None:            # a map of somebody's own: its pixels are here, its step is not
        return Problem(None, View((-2, 2), (-2, 2)), 100, **words)
    values = about["values"] | {key.removeprefix("system."): array for key, array in arrays.items()}
    hyper = Hyper(*(values.pop(f"hyper_{key}") for key in Hyper._fields))
    system = kind(**values | {"hyper": hyper, "activation": _ACTIVATIONS[values["activation"]]})
    _check(system, most_steps=whole("most_steps", about["most_steps"], 1, MOST_STEPS))
    return Problem(system, _view(about["first_view"]), about["own_steps"], most_steps=about["most_steps"],
                   parameters=PARAMETERS, **words,
                   options={key: text if key == "axes" else float(text) for key, text in about["options"].items()})


def _check(system, most_steps):
    """ValueError unless the arrays of a network from a file fit each other: the kernels read them unchecked."""
    parts = {name: value for name, value in system._asdict().items() if not isinstance(value, tuple)}
    hyper, batches = system.hyper, parts.pop("batches", None)
    for name, value in (parts | {"hyper": hyper.values}).items():
        if isinstance(value, np.ndarray):
            if value.dtype != np.float64 or not value.flags.c_contiguous or not np.isfinite(value).all():
                raise ValueError(f"{name} must be finite float64")
        elif type(value) is not (int if name == "heavy" else float):
            raise ValueError(f"{name} must be a number, got {value!r}")
    places = whole("hyper_x", hyper.x, 0, len(PARAMETERS) - 1), whole("hyper_y", hyper.y, 0, len(PARAMETERS) - 1)
    fits = hyper.values.shape == (len(PARAMETERS),) and places[0] != places[1] and system.heavy == int(
        any(network.active(hyper, k) for k in (network.MOMENTUM, network.WEIGHT_DECAY)))
    if isinstance(system, network.OneDatum):
        fits = fits and system.z.ndim == 1 and system.z.shape == system.w1.shape
    else:
        inputs, hidden = system.w0.shape
        fits = fits and system.w1.shape == (hidden,) and system.y.ndim == 1 and system.x.shape == (system.y.size * inputs,)
    if batches is not None:
        fits = (fits and batches.dtype == np.int32 and batches.ndim == 2 and batches.flags.c_contiguous
                and most_steps <= len(batches) and 0 <= batches.min() and batches.max() < system.y.size)
    if not fits:
        raise ValueError(f"the arrays of its {type(system).__name__} do not fit each other")
