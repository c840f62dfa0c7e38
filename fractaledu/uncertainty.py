"""The uncertainty exponent: how slowly knowing the pixel better helps to know its label."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .measure import LEAST, check_labels, check_sizes, fitted_slopes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Uncertainty:
    """An uncertainty exponent and how it was found.

    Attributes
    ----------
    alpha, error : float
        The share of uncertain pixels goes like eps**alpha: 1 for a smooth border, 0 for white noise.
    dimension : float
        2 - alpha, the box dimension of the border, with the same error.
    sizes : int64, shape (n,)
        The distances eps in pixels.
    fractions : float64, shape (n,)
        The shares.
    """

    alpha: float
    error: float
    dimension: float
    sizes: np.ndarray
    fractions: np.ndarray

    def __str__(self):
        return (f"uncertainty exponent {self.alpha:.2f} ± {self.error:.2f}, border of dimension {self.dimension:.2f} "
                f"(distances of {self.sizes[0]} … {self.sizes[-1]} px)")

    __repr__ = __str__


def uncertainty_exponent(labels, sizes=(1, 2, 4, 8, 16, 32)) -> Uncertainty:
    """How slowly knowing the pixel better helps to know its label (McDonald, Grebogi, Ott, Yorke, Physica D 17, 1985).

    A pixel is uncertain at distance eps if its label differs from that of any of the four pixels eps to its left,
    right, below and above.  The share of uncertain pixels goes like eps**alpha, and 2 - alpha is the border's box
    dimension.  Only pixels that have all their neighbours at every distance are counted.

    Parameters
    ----------
    labels : array of int or bool, shape (rows, columns)
    sizes : at least three rising whole numbers, default 1, 2, 4, 8, 16, 32
        The distances in pixels; the picture must be more than twice as high and wide as the largest.

    Returns
    -------
    Uncertainty
        alpha by least squares on logarithms; its error is half the distance between the smallest and the largest alpha
        where up to two sizes are left out at either end and three are kept.

    Raises
    ------
    ValueError
        If labels are all equal, or differ only near the sides, or an argument is not as above.
    """
    labels = check_labels("labels", labels)
    sizes = check_sizes(sizes, (min(labels.shape) - 1) // 2, f", in a picture of {labels.shape} pixels")
    if len(sizes) < LEAST:
        raise ValueError(f"sizes must be at least {LEAST}, got {sizes.tolist()}")
    if (labels == labels[0, 0]).all():
        raise ValueError(f"labels must hold at least two different ones, got only {labels[0, 0]}")
    rim = int(sizes[-1])
    rows, columns = labels.shape[0] - 2 * rim, labels.shape[1] - 2 * rim

    def moved(down, right):
        return labels[rim + down:rim + down + rows, rim + right:rim + right + columns]

    fractions = np.array([np.mean(np.logical_or.reduce([moved(*by) != moved(0, 0)
                                                        for by in ((0, -e), (0, e), (-e, 0), (e, 0))])) for e in sizes])
    if not fractions.all():
        raise ValueError(f"labels must meet at least {rim} px, the largest of sizes, away from the sides")
    slopes = fitted_slopes(sizes, fractions)
    return Uncertainty(slopes[0], (max(slopes) - min(slopes)) / 2, 2 - slopes[0], sizes, fractions)
