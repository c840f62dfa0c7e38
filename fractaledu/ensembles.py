"""One map, many seeds: the share of them that converges at each pixel."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .landscape import Landscape
from .problems import Problem
from .rendering import render
from .view import View

MOST = 4096


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Pictures of one place that differ in their seed.

    Attributes
    ----------
    seeds : tuple
        What `make` was given.
    land : Landscape
        Of the first seed: the view, the size, the steps, the labels of the axes.
    verdicts : int8, shape (seeds, rows, columns)
        As `Landscape.verdict`.
    share : float64, shape (rows, columns)
        The share of seeds that converge.
    """

    seeds: tuple
    land: Landscape
    verdicts: np.ndarray
    share: np.ndarray

    def __repr__(self):
        mixed = ((self.share > 0) & (self.share < 1)).mean()
        return f"<Ensemble of {len(self.seeds)}: {self.share.mean():.1%} converge, seeds disagree at {mixed:.1%} of the pixels>"


def ensemble(make: Callable[[object], Problem], seeds: Iterable = range(8), view: View | None = None, size=(192, 192),
             steps: int | None = None, *, progress: Callable[[int, int], None] | None = None, **how) -> Ensemble:
    """Render the same view for several seeds.

    Parameters
    ----------
    make : callable
        make(seed) gives the problem: `fe.random_network`, `fe.xor`, or
        ``lambda seed: fe.random_network(seed, axes=("rate", "momentum"))``.
    seeds : iterable, default 0 to 7
        At most 4096.
    view, size, steps
        As in `render`; the default view and steps are those of the first problem.
    progress : callable, optional
        Called as progress(done, total), in pixels of all the pictures.
    **how
        threads, executor, cancel, as in `render`.

    Returns
    -------
    Ensemble

    Raises
    ------
    ValueError, TypeError
        If there is no seed, or an argument is not as above.
    Cancelled
        If `cancel` was set.
    """
    seeds = tuple(seeds)
    if not 1 <= len(seeds) <= MOST:
        raise ValueError(f"seeds must be from 1 to {MOST} in number, got {len(seeds)}")
    if not callable(make):
        raise TypeError(f"make must be a function of the seed, got {type(make).__name__}")
    first, verdicts = None, []
    for k, seed in enumerate(seeds):
        def so_far(done, total, k=k):
            progress(k * total + done, len(seeds) * total)
        problem = make(seed)
        land = render(problem, view if first is None else first.view, size, steps if first is None else first.steps,
                      progress=None if progress is None else so_far, **how)
        first = land if first is None else first
        verdicts.append(land.verdict)
    verdicts = np.array(verdicts)
    return Ensemble(seeds, first, verdicts, (verdicts == -1).mean(axis=0))
