"""Pictures with their recipe inside, and back."""
from __future__ import annotations

import os

from PIL import Image, PngImagePlugin

from .colour import colours, look_of
from .deep import chosen
from .landscape import Landscape, atomic, check_computed
from .recipes import Recipe
from .rendering import render

KEY = "fractaledu"                  # of the recipe among a PNG's texts


def image(land: Landscape, palette="two-sided", mode=None, reference=None) -> Image.Image:
    """The landscape as a Pillow image, one pixel a run, highest y on top; arguments as in `colours`."""
    return Image.fromarray(colours(land, palette, mode, reference)[::-1])


def save_png(land: Landscape, path, palette="two-sided", mode=None, reference=None, at=None, pins=()) -> None:
    """Write the picture as a PNG that carries its recipe, so that `from_png` can compute it again.

    Parameters
    ----------
    land : Landscape
    path : path
        Written atomically: an interrupted save leaves the old file.
    palette, mode, reference
        As in `colours`.  The recipe holds palette and mode, not the reference.
    at, pins : (float, float), and a sequence of such, optional
        An explorer's cross-hair and pinned runs: kept in the recipe, not drawn.

    Raises
    ------
    ValueError
        If palette or mode is unknown, the name does not end in .png, or the landscape is a guess.
    OSError
        If the file cannot be written.
    """
    if not os.fspath(path).endswith(".png"):
        raise ValueError(f"path must end in .png, got {os.fspath(path)}")
    check_computed("land", land)
    look = look_of(land.problem, palette, mode)
    texts = PngImagePlugin.PngInfo()
    as_computed = "auto" if chosen(land.problem, land.view, land.size) == land.precision else land.precision
    recipe = Recipe(land.problem, land.view, land.size, land.steps, look, at, tuple(pins), as_computed)
    texts.add_text(KEY, recipe.to_text())
    texts.add_text("Software", f"fractaledu {land.version}")
    picture = image(land, palette, mode, reference)
    with atomic(path) as file:
        picture.save(file, "PNG", pnginfo=texts)


def from_png(path, **how) -> Landscape:
    """Compute again the landscape that a PNG of `save_png` shows, from the recipe inside.

    Parameters
    ----------
    path : path
    **how
        threads, executor, progress, cancel, file: as in `render`; precision: other than that of the picture.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no PNG, has no recipe, or the recipe names arrays or a step of somebody's own (load their .npz).
    """
    recipe = Recipe.from_text(read_recipe(path))
    return render(recipe.problem, recipe.view, recipe.size, recipe.steps, **{"precision": recipe.precision} | how)


def read_recipe(path) -> str:
    """The recipe inside a PNG, as text."""
    try:
        with open(path, "rb") as file:          # not Image.open, which refuses large posters unread
            text = PngImagePlugin.PngImageFile(file).info.get(KEY)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, SyntaxError) as error:
        raise ValueError(f"path must be a PNG picture, got {os.fspath(path)}: {error}") from error
    if text is None:
        raise ValueError(f"path must be a picture saved by fractaledu, got {os.fspath(path)}, which has no recipe inside")
    return text
