"""The tiles of one picture on disk: each an atomic .npz of its own, which says of what picture it is a part, and where."""
from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
from collections.abc import Iterator

import numpy as np

from .._version import __version__
from ..kernel import PIXEL, blank
from ..landscape import LARGEST_HEADER, Landscape, atomic

FORMAT = 1
BLOCK = 4096                        # bytes that a disk gives at once
SIDE = 128                          # pixels; a multiple of 8, the period of the strokes in mode "patterns"
MOST = 2 ** 14                      # tiles; the larger the picture, the larger they are
NAME = re.compile(r"(\d{5})-(\d{5})\.npz")

Place = tuple[int, int]             # row and column of a tile; (0, 0) is the one at the low corner


class Tiles:
    """The tiles of a picture in a folder.

    A tile keeps what colours need, `fields` of kernel.PIXEL.  Its palette, mode and caption are no part of it.

    Parameters
    ----------
    folder : path
        Made by `create`, in a folder that exists.
    recipe : Recipe
        Of the whole picture.
    """

    def __init__(self, folder, recipe):
        self.folder, self.recipe = pathlib.Path(folder), recipe
        self._text = recipe.plain_text()
        columns, rows = recipe.size
        self.side = SIDE
        while -(-columns // self.side) * -(-rows // self.side) > MOST:
            self.side *= 2
        self.across, self.up = -(-columns // self.side), -(-rows // self.side)
        self.fields = ("value", "verdict") + (("arrival", "attractor") if recipe.problem.attractors else ())
        self._each = sum(PIXEL[name].itemsize for name in self.fields)
        # numpy's text has 4 bytes a character
        self._around = 4 * len(json.dumps(self._header((self.up, self.across)))) + 1024 * (len(self.fields) + 1)

    def __len__(self):
        return self.across * self.up

    def __iter__(self) -> Iterator[Place]:
        return ((row, column) for row in range(self.up) for column in range(self.across))

    def path(self, place) -> pathlib.Path:
        return self.folder / "{:05d}-{:05d}.npz".format(*place)

    def spans(self, place) -> tuple[slice, slice]:
        """The rows and the columns of the picture that a tile covers."""
        columns, rows = self.recipe.size
        return tuple(slice(self.side * k, min(self.side * (k + 1), n)) for k, n in zip(place, (rows, columns), strict=True))

    def shape(self, place) -> tuple[int, int]:
        """Rows and columns of a tile."""
        return tuple(span.stop - span.start for span in self.spans(place))

    def bytes(self, place) -> int:
        """An upper bound of what the file of a tile takes."""
        rows, columns = self.shape(place)
        return -(-(rows * columns * self._each + self._around) // BLOCK) * BLOCK

    def create(self) -> None:
        """Make the folder; OSError, with its name, if that cannot be."""
        self.folder.mkdir(exist_ok=True)

    def finished(self) -> set[Place]:
        """The tiles that are there; ValueError if one is of another picture or version, or damaged."""
        try:
            names = sorted(os.listdir(self.folder))
        except FileNotFoundError:
            return set()
        places = {tuple(map(int, found.groups())) for found in map(NAME.fullmatch, names) if found}
        for place in sorted(places):
            with self._opened(place):
                pass
        return places

    def save(self, place, pixels) -> None:
        """Write a tile, pixels of kernel.PIXEL and its `shape`; OSError, with the file's name, if that cannot be."""
        arrays = {name: np.ascontiguousarray(pixels[name]) for name in self.fields}
        with atomic(self.path(place)) as file:
            np.savez(file, header=np.array(json.dumps(self._header(place))), **arrays)

    def load(self, place) -> Landscape:
        """A tile as a landscape: what is none of the `fields` is blank, and view and size are those of the whole picture."""
        shape, recipe = self.shape(place), self.recipe
        pixels = blank(shape[0] * shape[1]).reshape(shape)
        with self._opened(place) as file:
            for name in self.fields:
                array = file[name]
                if array.shape != shape or array.dtype != PIXEL[name]:
                    raise ValueError(f"its {name} is {array.shape} of {array.dtype}")
                pixels[name] = array
            reached, most = pixels["attractor"], max(len(recipe.problem.attractors), 1)
            if ((np.abs(pixels["verdict"]) > 1).any() or (reached < -1).any() or (reached >= most).any()
                    or np.isnan(pixels["value"]).any()):
                raise ValueError("its pixels have impossible values, verdicts or attractors")
        return Landscape(recipe.problem, recipe.view, recipe.size, recipe.steps, pixels, recipe=self._text)

    def _header(self, place):
        return {"tile": FORMAT, "version": __version__, "place": list(place), "side": self.side, "recipe": self._text}

    @contextlib.contextmanager
    def _opened(self, place):
        """The arrays of a tile whose header is as it should be; whatever is wrong with it is a ValueError naming the file."""
        path, wanted = self.path(place), self._header(place)
        try:
            with np.load(path, allow_pickle=False) as file:
                if not isinstance(file, np.lib.npyio.NpzFile) or not {"header", *self.fields} <= set(file.files):
                    raise ValueError("it is none of a poster")
                found = json.loads(str(file["header"])[:LARGEST_HEADER])
                differ = [key for key in wanted if found.get(key) != wanted[key]]
                if differ:
                    raise ValueError(f"it has another {' and another '.join(differ)}")
                yield file
        except (FileNotFoundError, PermissionError):
            raise
        except Exception as error:              # a damaged file can fail anywhere in zip, numpy or json
            raise ValueError(f"folder must hold tiles of this poster, got {os.fspath(path)}: {error}. Delete that file, or "
                             "choose another folder") from error
