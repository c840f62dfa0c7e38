"""Films from the recipe that a film carries."""
from __future__ import annotations

import json
import pathlib

from ..recipes import Recipe
from ..view import View
from . import writing
from .making import FORMAT, film
from .plan import Film

REMADE = "decades", "over", "values", "supersampling", "fps", "seconds", "colours", "palette", "mode", "caption", "loop"


def film_again(made, file, *, threads=None, executor=None, progress=None, cancel=None, **changes) -> Film:
    """Make a film again from the recipe that one carries.

    Parameters
    ----------
    made : path
        A film, or the FILE.json beside it.
    file : path
        The new film.
    **changes
        Arguments of `film` that shall differ, such as `palette`, `caption`, `fps` or `size`.  With `folder`, the one in which
        the first film kept its keyframes, these are used again.

    Raises
    ------
    ValueError
        If `made` carries no recipe, or one that names a system of somebody's own.
    """
    recipe = read_film(made)
    picture = Recipe.from_text(recipe["picture"])
    what = {key: recipe[key] for key in REMADE if key in recipe} | {"view": picture.view, "size": picture.size,
                                                                   "steps": picture.steps}
    if "target" in recipe:
        what["target"] = [View(**t) if isinstance(t, dict) else tuple(t) for t in recipe["target"]]
    return film(picture.problem, file=file, threads=threads, executor=executor, progress=progress, cancel=cancel,
                **what | changes)


def read_film(made) -> dict:
    """The recipe of a film, from the film or from the FILE.json beside it."""
    made = pathlib.Path(made)
    text = made.read_text() if made.suffix == ".json" else writing.read_recipe(made)
    try:
        recipe = json.loads(text)
        if recipe["film"] != FORMAT:
            raise ValueError(f"its format is {recipe['film']!r}, this version reads {FORMAT}")
        Recipe.from_text(recipe["picture"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"made must be a film of fractaledu, got {made}: {error}") from error
    return recipe
