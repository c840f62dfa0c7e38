"""The lessons without their solutions, for a class: `fractaledu handout FOLDER`, or `make handout`.

Solutions are taken out of the notebooks.  Whoever has the package can still open the questions, and read what the checks do:
a handout is for a class that wants to find out, not for an exam.
"""
from __future__ import annotations

import pathlib
import re

import nbformat

from .landscape import atomic

SOLUTION = re.compile(r"\s*<details\b[^>]*>\s*<summary>[^<]*solution[^<]*</summary>.*?</details>\s*", re.DOTALL | re.IGNORECASE)


def without_solutions(notebook):
    """A notebook without folded solutions, outputs and counts; a cell that only held a solution is gone.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Stays as it is.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    ValueError
        If not exactly one solution was found after each cell with the tag `exercise`, or a part of one would be left.
    """
    notebook = nbformat.from_dict(notebook)
    kept, exercises, found = [], [], {}
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            exercises.append(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        elif cell.cell_type == "markdown" and (count := len(SOLUTION.findall(cell.source))):
            found[len(exercises)] = found.get(len(exercises), 0) + count
            cell.source = SOLUTION.sub("\n\n", cell.source).strip()
            _check_folds(cell.source)
            if not cell.source:
                continue
        kept.append(cell)
    for number, exercise in enumerate(exercises, 1):
        if found.get(number, 0) != 1:
            raise ValueError("each exercise must be followed by one <details><summary>… solution</summary> … </details>, "
                             f"got {found.get(number, 0)} after\n{exercise.source}")
    notebook.cells = kept
    return notebook


def _check_folds(text):
    """What is left of a cell has whole folds: one inside a solution would have ended it early."""
    if len(re.findall(r"<details\b", text, re.IGNORECASE)) != len(re.findall("</details>", text, re.IGNORECASE)):
        raise ValueError(f"a solution must not hold another <details>, got one; left of it would be\n{text}")


def write(source, folder, force: bool = False) -> list[pathlib.Path]:
    """Write every notebook of a folder, without solutions, into another.

    Parameters
    ----------
    source : path
        The folder with the notebooks.
    folder : path
        Where the handout goes; made where it does not exist.
    force : bool, default False
        Whether files that are there and differ are overwritten.

    Returns
    -------
    list of pathlib.Path
        The new files.

    Raises
    ------
    ValueError
        If `folder` is where the notebooks are; if it has a notebook of the same name that differs, which may be somebody's
        work; or if a solution is not as `without_solutions` wants it.  Then nothing is written.
    """
    source, folder = pathlib.Path(source), pathlib.Path(folder)
    if folder.resolve() == source.resolve():
        raise ValueError(f"folder must be another than that of the lessons, whose solutions would be lost, got {folder}")
    texts = {folder / path.name: _text(path) for path in sorted(source.glob("*.ipynb"))}
    differ = [path.name for path, text in texts.items() if path.exists() and path.read_bytes() != text]
    if differ and not force:
        raise ValueError(f"folder must be new, or hold this very handout; {folder} has other notebooks of the same name, which "
                         f"may be somebody's work: {', '.join(differ)}. Choose another folder, or overwrite them with --force")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        with atomic(path) as out:
            out.write(text)
    return list(texts)


def _text(path):
    try:
        given = without_solutions(nbformat.read(path, as_version=4))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return nbformat.writes(given).encode() + b"\n"
