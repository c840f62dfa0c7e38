"""The atlas: pictures that take minutes and a short film, computed beforehand and shipped with the package.

A picture's file holds its recipe and its pixels byte by byte: all first bytes, all second bytes, …, which compresses to half
of what whole pixels do.  `value` and `last` are rounded to DIGITS, with the exponents of float64: losses reach 1e96 and 1e-32,
which float32 does not know.  `make atlas` writes the files.
"""
from __future__ import annotations

import pathlib

import numpy as np

from .kernel import PIXEL
from .landscape import Landscape, atomic, check_computed
from .networks import WINDOWS
from .recipes import Recipe

DATA = pathlib.Path(__file__).parent / "data" / "atlas"
DIGITS = {"value": 40, "last": 16}      # binary; colours look at 40, so that they are those of the unrounded picture
NAMES = tuple(f"paper-{condition}{place}" for place in ("", "-overview") for condition in WINDOWS)


def atlas(name: str | None = None) -> Landscape | tuple[str, ...]:
    """A picture that takes minutes to compute, at once.

    Parameters
    ----------
    name : str, optional
        "paper-tanh", … : the window that the paper's figure shows of a condition (`paper`, `paper_view`), 256 x 256.
        "paper-tanh-overview", … : all its learning rates, 192 x 192.  Default: none, which lists the names.

    Returns
    -------
    Landscape, or without a name a tuple of str
        `value` is rounded to 40 binary digits (12 decimal ones) and `last` to 16 (5); all else is as `render` gave it, signs
        and colours too.  It can do all that a computed one can, and its recipe is the whole one: to compute it again, call
        ``render(land.problem, land.view, land.size, land.steps)``, which gives the same numbers on the kind of processor
        that computed it; on another one, runs in chaotic places end differently.

    Raises
    ------
    ValueError
        If there is no picture of that name.

    Examples
    --------
    >>> atlas("paper-relu").size
    (256, 256)
    """
    if name is None:
        return NAMES
    if name not in NAMES:
        raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
    return fetch(DATA / f"{name}.npz")


def store(land: Landscape, path) -> None:
    """Write a picture as the atlas keeps it.  Atomic: an interrupted call leaves the old file.

    Parameters
    ----------
    land : Landscape
        Complete, of a system that has a name.
    path : path

    Raises
    ------
    ValueError
        If the landscape is a guess, a coarse pass, a part, exact (the file does not say so), or of somebody's own system,
        whose recipe does not say all.
    OSError
        If the file cannot be written.
    """
    check_computed("land", land)
    if land.stride != 1 or np.isnan(land.value).any():
        raise ValueError(f"land must be complete, got {land!r}, stride {land.stride}")
    if land.precision != "float64":
        raise ValueError(f'land must be computed in "float64", got precision {land.precision!r}')
    Recipe.from_text(land.recipe)           # refuses somebody's own
    pixels = land.pixels.copy()
    for field, digits in DIGITS.items():
        pixels[field] = rounded(pixels[field], digits)
    planes = np.moveaxis(pixels[..., None].view(np.uint8), -1, 0)
    with atomic(path) as file:
        np.savez_compressed(file, planes=np.ascontiguousarray(planes), recipe=land.recipe, version=land.version)


def fetch(path) -> Landscape:
    """Read what `store` wrote.  Nothing in the file is executed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If its pixels are not as many as its recipe says.
    """
    with np.load(path, allow_pickle=False) as file:
        planes, text, version = file["planes"], str(file["recipe"]), str(file["version"])
    recipe = Recipe.from_text(text)
    if planes.dtype != np.uint8 or planes.shape != (PIXEL.itemsize, *recipe.size[::-1]):
        raise ValueError(f"path must be a picture of the atlas, got {path} with bytes of shape {planes.shape}")
    pixels = np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view(PIXEL)[..., 0]
    return Landscape(recipe.problem, recipe.view, recipe.size, recipe.steps, pixels, version=version, recipe=text)


def rounded(number, digits) -> np.ndarray:
    """To binary digits, whatever the size: none becomes 0 or inf or loses its sign."""
    mantissa, exponent = np.frexp(number)
    with np.errstate(over="ignore"):
        near = np.ldexp(np.round(np.ldexp(mantissa, digits)), exponent - digits)
    return np.where(np.isfinite(near), near, number)        # inf, and the few that would be rounded up to it
