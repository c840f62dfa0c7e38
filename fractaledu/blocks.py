"""Block averages of two pictures: noise that is new at each resolution goes, structure stays."""
from __future__ import annotations

import numpy as np

from .arguments import whole


def block_means(picture, block) -> np.ndarray:
    """Means over block x block pixels, float64; rows and columns that fill no block are left out."""
    rows, columns = picture.shape[0] // block, picture.shape[1] // block
    return picture[:rows * block, :columns * block].astype(float).reshape(rows, block, columns, block).mean((1, 3))


def block_correlation(coarse, fine, block) -> tuple[float, float]:
    """Whether a finer picture shows the same: the correlation of the means over equal blocks of both.

    Noise that is new at each resolution gives about 0 ± chance, structure gives more; no box dimension can tell them apart.

    Parameters
    ----------
    coarse : array of numbers, shape (rows, columns)
    fine : array of numbers, shape (2 rows, 2 columns)
    block : int
        Side of a block in pixels of `coarse`; rows and columns that fill no block are left out.

    Returns
    -------
    correlation, chance : float
        Pearson's correlation over the blocks, and its standard error for unrelated pictures, 1 / sqrt(blocks - 1).

    Raises
    ------
    ValueError
        If the shapes do not fit, fewer than three blocks fit, a number is not finite, or all means of a picture are equal.
    """
    coarse, fine = np.asarray(coarse), np.asarray(fine)
    if coarse.ndim != 2 or fine.shape != (2 * coarse.shape[0], 2 * coarse.shape[1]):
        raise ValueError(f"fine must have twice the rows and columns of coarse, got {fine.shape} and {coarse.shape}")
    block = whole("block", block, 1, 2 ** 31)
    rows, columns = coarse.shape[0] // block, coarse.shape[1] // block
    if rows * columns < 3:
        raise ValueError(f"block must leave at least three blocks of {coarse.shape} pixels, got {block}")
    means = []
    for name, picture, side in (("coarse", coarse, block), ("fine", fine, 2 * block)):
        mean = block_means(picture, side).ravel()
        if not np.isfinite(mean).all():
            raise ValueError(f"{name} must hold finite numbers only")
        if np.ptp(mean) == 0:
            raise ValueError(f"{name} must not be the same in every block, got {mean[0]:g}")
        means.append(mean)
    return float(np.corrcoef(*means)[0, 1]), (rows * columns - 1) ** -0.5
