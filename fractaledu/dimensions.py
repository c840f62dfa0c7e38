"""The dimension of a landscape's border."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .distance import distance_to_julia, distance_to_mandelbrot
from .landscape import Landscape, check_computed
from .measure import Dimension, boundary, box_dimension
from .problems import SIZE
from .systems.planar import Julia, Mandelbrot
from .uncertainty import Uncertainty
from .uncertainty import uncertainty_exponent as of_labels

LEAST_SIDE = 120            # pixels: three box sizes from 2 px to N/16


def labels(land: Landscape) -> np.ndarray:
    """What tells the sides of a landscape's border apart, int8 or int16 of shape (rows, columns).

    Which attractor, where there are some; whether it stayed, for maps that watch abs(z)/2; else whether it converged, as the
    sign of the paper's value does.
    """
    if not isinstance(land, Landscape):
        raise TypeError(f"landscape must be a Landscape, got {type(land).__name__}")
    check_computed("landscape", land)
    if np.isnan(land.value).any():
        raise ValueError("landscape must be complete, got one whose pixels are not all computed")
    if land.problem.attractors:
        return land.attractor
    if land.problem.watched == SIZE:
        return (land.departure < 0).astype(np.int8)
    return (land.verdict == -1).astype(np.int8)


def bordered(land: Landscape) -> np.ndarray:
    """The labels of a landscape; ValueError if there is no border between them."""
    what = labels(land)
    if (what == what.flat[0]).all():
        fate = {-1: "all converged", 0: "neither converged nor exploded", 1: "all exploded"}[int(land.verdict.flat[0])]
        raise ValueError(f"landscape must have a border, got one whose {what.size} pixels {fate}")
    return what


def dimension(landscape, border="labels", **how) -> Dimension:
    """The box-counting dimension of the border in a landscape, or in the frames of a film.

    Parameters
    ----------
    landscape : Landscape, or a sequence of them
        At least 120 x 120 pixels, where no `fit` is given.
    border : {"labels", "distance"}, default "labels"
        "labels": windows of 2 x 2 pixels with more than one label (the paper's sign changes).  "distance", for Mandelbrot and
        Julia sets: pixels outside whose estimated distance to the set is below twice their spacing, which sees filaments too.
    **how
        method, fit, sizes, offsets, seed, null: as in `measure.box_dimension`.  method="porespy" is the paper's estimator,
        which for a film takes the median over all frames and box sizes.

    Returns
    -------
    measure.Dimension
        With an error bar, the local slopes, and what the same pipeline finds for a smooth border and for white noise.

    Raises
    ------
    ValueError
        If a landscape has no border: all its pixels are alike.

    Notes
    -----
    A fractional slope alone proves nothing: look at the local slopes, at the null models, and at `doubling`.  Sign changes miss
    hair of zero area: the Mandelbrot set's border, of dimension 2, comes out as 1.1 to 1.3.
    """
    frames = list(landscape) if isinstance(landscape, list | tuple | Iterator) else [landscape]
    if not frames:
        raise ValueError("landscape must be one or more, got none")
    smallest = min((min(frame.size) for frame in frames if isinstance(frame, Landscape)), default=LEAST_SIDE)
    if smallest < LEAST_SIDE and not {"fit", "sizes"} & how.keys():
        raise ValueError(f"landscape must have at least {LEAST_SIDE} pixels on its smaller side, got {smallest}; or give `fit`")
    if border not in ("labels", "distance"):
        raise ValueError(f'border must be "labels" or "distance", got {border!r}')
    masks = []
    for frame in frames:
        if not isinstance(frame, Landscape):
            raise TypeError(f"landscape must be a Landscape or a sequence of them, got {type(frame).__name__}")
        if border == "distance":
            masks.append(_near(frame))
            continue
        masks.append(boundary(bordered(frame)))
    return box_dimension(masks if len(masks) > 1 else masks[0], **how)


def _near(land):
    """The pixels outside a Mandelbrot or Julia set that are nearer to it than two pixels."""
    system, place = land.problem.system, (land.x[None, :], land.y[:, None])
    if isinstance(system, Mandelbrot):
        away = distance_to_mandelbrot(*place, land.steps, system.power)
    elif isinstance(system, Julia):
        away = distance_to_julia(*place, complex(system.cx, system.cy), land.steps, system.power)
    else:
        raise ValueError(f'border must be "labels" for {land.problem.title}: only Mandelbrot and Julia sets know a distance')
    spacing = max((land.view.x[1] - land.view.x[0]) / land.size[0], (land.view.y[1] - land.view.y[0]) / land.size[1])
    return (away > 0) & (away < 2 * spacing)


def uncertainty_exponent(landscape: Landscape, sizes=(1, 2, 4, 8, 16, 32)) -> Uncertainty:
    """The uncertainty exponent of a landscape's labels; 2 minus it is the border's dimension by another road.

    Parameters
    ----------
    landscape : Landscape
        More than twice as many pixels on a side as the largest of `sizes`.
    sizes : at least three rising whole numbers, default 1, 2, 4, 8, 16, 32
        Distances in pixels.

    Returns
    -------
    uncertainty.Uncertainty

    Notes
    -----
    S. W. McDonald, C. Grebogi, E. Ott and J. A. Yorke, Physica D 17 (1985) 125.
    """
    return of_labels(labels(landscape), sizes)
