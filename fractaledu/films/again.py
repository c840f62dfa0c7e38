"""Films from the recipe that a film carries."""
from __future__ import annotations

import errno
import json
import os
import pathlib

from ..atlas import DATA
from ..recipes import Recipe
from . import writing
from .described import view_of
from .making import FORMAT, film
from .plan import Film

REMADE = ("decades", "over", "values", "supersampling", "fps", "seconds", "colours", "palette", "mode", "caption", "loop",
          "codec")
FILMS = {"within float64": "film.webp", "beyond float64": "beyond.webp"}       # of the atlas, and their files


def film_again(made, file, *, threads=None, executor=None, progress=None, cancel=None, **changes) -> Film:
    """Make a film again from the recipe that one carries.

    Parameters
    ----------
    made : path
        A film, or the FILE.json beside it.
    file : path
        The new film.
    threads, executor, progress, cancel
        As in `film`.
    **changes
        Arguments of `film` that shall differ, such as `palette`, `caption`, `fps` or `size`.  With `folder`, the one in which
        the first film kept its keyframes, these are used again.

    Raises
    ------
    ValueError
        If `made` carries no recipe, or one that names a system of somebody's own.
    """
    recipe = _recipe(pathlib.Path(made))
    picture = Recipe.from_text(recipe["picture"])
    try:
        what = {key: recipe[key] for key in REMADE if key in recipe} | {"view": view_of(recipe["view"]), "size": picture.size,
                                                                       "steps": picture.steps, "precision": picture.precision}
        if "values" in what:
            what["values"] = [complex(value) if isinstance(value, str) else value for value in what["values"]]
        if "target" in recipe:
            what["target"] = [view_of(t) if isinstance(t, dict) else tuple(t) for t in recipe["target"]]
    except (ValueError, TypeError) as error:
        raise ValueError(f"made must be a film of fractaledu, got {made}: {error}") from error
    what = {key: value for key, value in what.items() if not (
        key in ("target", "decades") and "over" in changes              # then it is no zoom any more
        or key in ("over", "values") and {"target", "decades"} & set(changes)
        or key == "codec" and not os.fspath(file).lower().endswith(".mp4"))}
    return film(picture.problem, file=file, threads=threads, executor=executor, progress=progress, cancel=cancel,
                **what | changes)


def read_film(made) -> Film:
    """A film that was made before, with its recipe.

    Parameters
    ----------
    made : path
        The film, or the FILE.json beside it.

    Returns
    -------
    Film
        A notebook shows it; `recipe` says what it was made of.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it carries no recipe of fractaledu.
    """
    made = pathlib.Path(made)
    film = made.with_suffix("") if made.suffix == ".json" else made
    if not film.exists():
        raise FileNotFoundError(errno.ENOENT, "no such film", os.fspath(film))
    return Film(film, _recipe(made))


def atlas_film(name: str = "within float64") -> Film:
    """A film of the atlas: a zoom into the border of the network with one data point.

    Parameters
    ----------
    name : {"within float64", "beyond float64"}
        Twelve decades deep, or forty, of which float64 alone would show the first 13.8: the keyframes deeper than 11.7 decades
        are exact, each run the difference from one that was trained in 75 digits (`render`'s precision).

    Returns
    -------
    Film
        An animated WebP that a notebook shows; `file` is where it lies, `recipe` how it was made.

    Raises
    ------
    ValueError
        If there is no film of that name.

    Examples
    --------
    >>> atlas_film("beyond float64").recipe["decades"]
    40.0
    """
    if name not in FILMS:
        raise ValueError(f"name must be one of {', '.join(FILMS)}, got {name!r}")
    return read_film(DATA / FILMS[name])


def _recipe(made):
    try:
        recipe = json.loads(made.read_text(encoding="utf-8") if made.suffix == ".json" else writing.read_recipe(made))
        if recipe["film"] != FORMAT:
            raise ValueError(f"its format is {recipe['film']!r}, this version reads {FORMAT}")
        needed = {"over", "values"} if "over" in recipe else {"target", "depth"}
        missing = ({"picture", "view", "title", "frames", "note", "fps"} | needed) - set(recipe)
        if missing:
            raise ValueError(f"its recipe has no {', '.join(sorted(missing))}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"made must be a film of fractaledu, got {made}: {error}") from error
    return recipe
