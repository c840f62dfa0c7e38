"""explore: from what a person has in hand to an Explorer."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..colour import check_look
from ..landscape import Landscape
from ..problems import as_problem
from ..recipes import Recipe
from ..view import View, check_size, check_view
from .presets import own_presets
from .widget import Explorer


def explore(system=None, view: View | None = None, size=(384, 384), steps: int | None = None, *, palette="two-sided", mode=None,
            at: tuple[float, float] | None = None, pins: Sequence[tuple[float, float]] = (), state: str | None = None,
            lock: Sequence[str] = (), hide: Sequence[str] = (), large=False,
            presets: Mapping[str, tuple[str, str]] | None = None, precision="auto", guess=True) -> Explorer:
    """A map to touch: drag, zoom, hover to see the run behind a pixel, click to keep it, turn the knobs.

    Parameters
    ----------
    system : Problem, NamedTuple or Landscape
        What to iterate: `mandelbrot()`, `newton()`, `paper("one-datum")`, a map of your own, …; or a landscape, whose
        question is taken over.
    view : View, default the problem's first view
        Where to start; Home comes back here.
    size : (int, int), default (384, 384)
        Columns and rows.
    steps : int, default the problem's own number
    palette, mode
        As in `colours`.
    at : (float, float), default the centre of the view
        The cross-hair, in true units; Decimals or texts such as "48.354074…" where a float has too few digits.
    pins : up to five (float, float)
        Runs to keep for comparison; numbers as `at`.
    state : str, optional
        Instead of all the above: a line of text that `Explorer.state`, its copy button or a picture's recipe gave.
    lock, hide : sequences of str
        Controls that cannot be changed, or are not shown: names of knobs ("steps", "palette", "power", …), "view"
        (pan, zoom and the axes' sliders), "precision", "pins", "views", "export", "inspector", "state".
    large : bool, default False
        Larger letters, for a projector.
    presets : mapping, optional
        Named situations instead of the built-in ones: name -> (a sentence why, state).
    precision : {"auto", "float64", "exact"}, default "auto"
        As in `render`; "auto" dives on past the end of float64 where the system can.
    guess : bool, default True
        Show, while a picture that takes more than a second is under way, a preview whose calm places are filled in from their
        neighbours, labelled as a guess.  The settled picture is always computed.

    Returns
    -------
    Explorer
        A widget; its controls are traits.  Works without a browser too: `wait()`, then `landscape`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above.
    """
    if state is not None:
        if system is not None or view is not None or steps is not None:
            raise ValueError("state must not be given together with system, view or steps")
        recipe = Recipe.from_text(state)
    else:
        if system is None:
            raise ValueError("system or state must be given")
        if isinstance(system, Landscape):
            view, steps, size = view or system.view, steps or system.steps, system.size
            system = system.problem
        problem = as_problem(system)
        if view is not None:
            check_view(view)
        check_look(problem, palette, mode)
        for name, points in (("at", [] if at is None else [at]), ("pins", pins)):
            for point in points:
                if np.shape(point) != (2,):
                    raise ValueError(f"{name} must be two numbers (x, y){' each' if name == 'pins' else ''}, got {point!r}")
        look = {"palette": palette} | ({"mode": mode} if mode else {})
        recipe = Recipe(problem, view or problem.view, check_size(size), problem.check_steps(steps), look, at, tuple(pins),
                        precision)
    lock, hide = ((names,) if isinstance(names, str) else names for names in (lock, hide))
    return Explorer(recipe, lock, hide, large, None if presets is None else own_presets(presets), guess)
