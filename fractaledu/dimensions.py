"""The dimension of a landscape's border."""
from __future__ import annotations

import numpy as np

from .landscape import Landscape
from .measure import Dimension, boundary, box_dimension
from .problems import SIZE


def labels(land: Landscape) -> np.ndarray:
    """What tells the sides of a landscape's border apart, int8 or int16 of shape (rows, columns).

    Which attractor, where there are some; whether it stayed, for maps that watch abs(z)/2; else whether it converged, as the
    sign of the paper's value does.
    """
    if np.isnan(land.value).any():
        raise ValueError("landscape must be complete, got one whose pixels are not all computed")
    if land.problem.attractors:
        return land.attractor
    if land.problem.watched == SIZE:
        return (land.departure < 0).astype(np.int8)
    return (land.verdict == -1).astype(np.int8)


def dimension(landscape, **how) -> Dimension:
    """The box-counting dimension of the border in a landscape, or in the frames of a film.

    Parameters
    ----------
    landscape : Landscape, or a sequence of them
        At least 120 x 120 pixels, where no `fit` is given.
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
    frames = [landscape] if isinstance(landscape, Landscape) else list(landscape)
    if not frames:
        raise ValueError("landscape must be one or more, got none")
    masks = []
    for frame in frames:
        if not isinstance(frame, Landscape):
            raise TypeError(f"landscape must be a Landscape or a sequence of them, got {type(frame).__name__}")
        what = labels(frame)
        if (what == what.flat[0]).all():
            fate = {-1: "converged", 0: "neither converged nor exploded", 1: "exploded"}[int(frame.verdict.flat[0])]
            raise ValueError(f"landscape must have a border, got one whose {what.size} pixels all {fate}".replace(
                "all neither", "neither"))
        masks.append(boundary(what))
    return box_dimension(masks if len(masks) > 1 else masks[0], **how)
