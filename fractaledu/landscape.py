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
from .kernel import PIXEL
from .names import named
from .problems import MOST_STEPS, Problem, Watched
from .recipes import Recipe, option_texts
from .systems import network, newton, planar
from .view import View, check_size

FORMAT = 1
LARGEST_HEADER = 1_000_000
_KINDS = {cls.__name__: cls for cls in (*network.KINDS, newton.Newton, planar.Mandelbrot, planar.Julia)}
_MARKERS = {type(m).__name__: m for m in (*network.ACTIVATIONS.values(), *network.AXES.values())}


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
        The first step with v > 1e6 (networks; Newton's distance) or |z| > 2 (maps of the plane, first iterate = step 1);
        -1: none.
    arrival : int32
        Where there are attractors: the steps taken until the run stayed within their tolerance; else -1.
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
    """

    problem: Problem
    view: View
    size: tuple[int, int]
    steps: int
    pixels: np.ndarray              # (rows, columns) of kernel.PIXEL; value NaN: not computed (in a .part file)
    stride: int = 1
    version: str = _version.__version__
    recipe: str = ""

    def __post_init__(self):
        self.pixels.flags.writeable = False
        if not self.recipe:
            text = Recipe(self.problem, self.view, self.size, self.steps).to_text()
            object.__setattr__(self, "recipe", text)

    value = property(lambda self: self.pixels["value"])
    verdict = property(lambda self: self.pixels["verdict"])
    departure = property(lambda self: self.pixels["departure"])
    arrival = property(lambda self: self.pixels["arrival"])
    attractor = property(lambda self: self.pixels["attractor"])
    last = property(lambda self: self.pixels["last"])

    @functools.cached_property
    def _positions(self):
        return self.view.positions(self.size)

    x = property(lambda self: self._positions[0])
    y = property(lambda self: self._positions[1])

    def __repr__(self):
        done = int((~np.isnan(self.value)).sum())
        part = "" if done == self.value.size else f", {done} pixels computed"
        return (f"<Landscape {self.problem.title or self.problem.name}: {self.size[0]} x {self.size[1]}, "
                f"{self.steps} steps, {(self.verdict == -1).mean():.1%} converged{part}>")

    def save(self, path) -> None:
        """Write an .npz that `load` reads back exactly.  Atomic: an interrupted save leaves the old file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
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
                pixels, view, size = file["pixels"], View(**header["view"]), check_size(header["size"])
                if pixels.dtype != PIXEL or pixels.shape != size[::-1]:
                    raise ValueError(f"its pixels are {pixels.shape} of {pixels.dtype}")
                problem = _restore(header["problem"], arrays)
                return cls(problem, view, size, problem.check_steps(header["steps"]), pixels,
                           whole("stride", header["stride"], 1, 2 ** 20), str(header["version"]), str(header["recipe"]))
        except FileNotFoundError:
            raise
        except Exception as error:              # a damaged file can fail anywhere in zip, numpy or json
            raise ValueError(f"path must be a landscape saved by fractaledu, got {os.fspath(path)}: {error}") from error


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
    except BaseException:
        with contextlib.suppress(FileNotFoundError):        # it was in place already
            os.unlink(temporary)
        raise


# ---------------------------------------------------------------- problems in files

def _describe(land):
    problem, arrays = land.problem, {}
    about = {"title": problem.title, "x_label": problem.x_label, "y_label": problem.y_label, "symbols": problem.symbols,
             "watched": problem.watched}
    if problem.name is not None:
        about |= {"name": problem.name, "options": option_texts(problem.options)}
    elif type(problem.system) is _KINDS.get(type(problem.system).__name__):
        values = problem.system._asdict()
        arrays = {f"system.{key}": value for key, value in values.items() if isinstance(value, np.ndarray)}
        about |= {"kind": type(problem.system).__name__, "first_view": asdict(problem.view), "own_steps": problem.steps,
                  "most_steps": problem.most_steps,
                  "values": {key: type(value).__name__ if isinstance(value, tuple) else value
                             for key, value in values.items() if not isinstance(value, np.ndarray)}}
    header = {"format": FORMAT, "version": land.version, "problem": about, "view": asdict(land.view),
              "size": land.size, "steps": land.steps, "stride": land.stride, "recipe": land.recipe}
    return header, arrays


def _restore(about, arrays):
    if "name" in about:
        return named(about["name"], **about["options"])
    labels = {key: about[key] for key in ("title", "x_label", "y_label")} | {
        "symbols": tuple(about["symbols"]), "watched": Watched(*about["watched"])}
    kind = _KINDS.get(about.get("kind"))
    if kind is None:            # a map of somebody's own: its pixels are here, its step is not
        return Problem(None, View((-2, 2), (-2, 2)), 100, **labels)
    values = {key: _MARKERS.get(value, value) if isinstance(value, str) else value for key, value in about["values"].items()}
    system = kind(**values, **{key.removeprefix("system."): array for key, array in arrays.items()})
    _check(system, most_steps=whole("most_steps", about["most_steps"], 1, MOST_STEPS))
    return Problem(system, View(**about["first_view"]), about["own_steps"], most_steps=about["most_steps"], **labels)


def _check(system, most_steps):
    """ValueError unless the arrays of a system from a file fit each other: the kernels read them unchecked."""
    numbers = {name: value for name, value in system._asdict().items() if not isinstance(value, tuple)}
    batches = numbers.pop("batches", None)
    for name, value in numbers.items():
        if isinstance(value, np.ndarray):
            if value.dtype != np.float64 or not value.flags.c_contiguous or not np.isfinite(value).all():
                raise ValueError(f"{name} must be finite float64")
        elif type(value) is not (int if name == "power" else float):
            raise ValueError(f"{name} must be a number, got {value!r}")
    if isinstance(system, network.Network | network.Minibatch):
        inputs, hidden = system.w0.shape
        fits = system.w1.shape == (hidden,) and system.y.ndim == 1 and system.x.shape == (system.y.size * inputs,)
    elif isinstance(system, network.OneDatum):
        fits = system.z.ndim == 1 and system.z.shape == system.w1.shape
    elif isinstance(system, planar.Mandelbrot | planar.Julia):
        fits = 2 <= system.power <= 64
    else:
        fits = system.root_x.shape == system.root_y.shape == system.multiplicity.shape and (
            system.q_x.shape == system.q_y.shape)
    if batches is not None:
        fits = (fits and batches.dtype == np.int32 and batches.ndim == 2 and batches.flags.c_contiguous
                and most_steps <= len(batches) and 0 <= batches.min() and batches.max() < system.y.size)
    if not fits:
        raise ValueError(f"the arrays of its {type(system).__name__} do not fit each other")
