"""Pictures to take along: rendered at any size, with their recipe inside, in the background."""
from __future__ import annotations

import os
import pathlib
import tempfile

from ..arguments import whole
from ..export import save_png
from ..landscape import Landscape
from ..recipes import Recipe
from ..rendering import render
from .worker import Worker

LARGEST = 4096              # columns and rows that the browser can ask for; `fractaledu render` makes larger ones


class Exports:
    """Computes the picture of a recipe once more, at the size asked for, and writes it or sends it to the browser."""

    def __init__(self, explorer):
        self._explorer = explorer
        self._worker = Worker(self._make, self._failed)
        self.stop, self.close, self.wait = self._worker.stop, self._worker.close, self._worker.wait

    def request(self, what, recipe, columns=None, client=None) -> None:
        """`what` is "png" or "npz"; `columns` may be text that somebody typed; only `client` is sent the file."""
        if what not in ("png", "npz"):
            raise ValueError(f"what must be png or npz, got {what!r}")
        if isinstance(columns, str):
            columns = int(columns) if columns.strip().isdecimal() else columns
        columns = whole("width", recipe.size[0] if columns is None else columns, 16, LARGEST)
        size = columns, whole("height", round(columns * recipe.size[1] / recipe.size[0]), 1, LARGEST)
        self._worker.request((what, recipe, size, client))

    def save(self, path, recipe, size=None, **how) -> None:
        """Write the picture to a file; its ending says how."""
        path, shown = pathlib.Path(path), self._explorer.landscape
        if path.suffix not in (".png", ".npz"):
            raise ValueError(f"path must end in .png or .npz, got {os.fspath(path)}")
        size = recipe.size if size is None else size
        same = shown is not None and shown.complete and shown.recipe == Recipe(
            recipe.problem, recipe.view, size, recipe.steps, precision=recipe.precision).to_text()
        land = shown if same else render(recipe.problem, recipe.view, size, recipe.steps, precision=recipe.precision, **how)
        if path.suffix == ".npz":
            Landscape.save(land, path)
        else:
            save_png(land, path, recipe.look["palette"], recipe.look["mode"], at=recipe.at, pins=recipe.pins)

    def _make(self, job, cancel):
        what, recipe, size, client = job

        def progress(done, total):
            self._explorer.send({"kind": "export progress", "share": done / total, "client": client})
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / f"fractaledu.{what}"
            self.save(file, recipe, size, cancel=cancel, progress=progress, threads=self._explorer._pictures.threads)
            name = f"{recipe.problem.name or 'own-map'}-{size[0]}x{size[1]}.{what}"
            self._explorer.send({"kind": "file", "name": name, "client": client}, [file.read_bytes()])

    def _failed(self, error):
        self._explorer.send({"kind": "refused", "name": "export", "why": str(error)})
