"""The lessons without their solutions, for a class: `fractaledu handout FOLDER`, or `make handout`."""
from __future__ import annotations

import pathlib
import re

import nbformat

SOLUTION = re.compile(r"\s*<details>\s*<summary>[^<]*solution[^<]*</summary>.*?</details>\s*", re.DOTALL | re.IGNORECASE)


def without_solutions(notebook):
    """The same notebook without folded solutions, outputs and counts; a cell that only held a solution is gone."""
    notebook = nbformat.from_dict(notebook)
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        elif SOLUTION.search(cell.source):
            cell.source = SOLUTION.sub("\n\n", cell.source).strip()
            if not cell.source:
                continue
        kept.append(cell)
    notebook.cells = kept
    return notebook


def write(source, folder) -> list[pathlib.Path]:
    """Write every notebook of the folder `source`, without solutions, into `folder`; return the new files.

    Raises
    ------
    ValueError
        If `folder` is where the notebooks are: their solutions would be lost.
    """
    source, folder = pathlib.Path(source), pathlib.Path(folder)
    if folder.resolve() == source.resolve():
        raise ValueError(f"folder must be another than that of the lessons, whose solutions would be lost, got {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(source.glob("*.ipynb")):
        written.append(folder / path.name)
        nbformat.write(without_solutions(nbformat.read(path, as_version=4)), written[-1])
    return written
