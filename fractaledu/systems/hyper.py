"""Hyperparameters: any two of a system's are the pixel's x and y, the others stand still."""
from typing import NamedTuple

import numpy as np
from numba import njit

from ..kernel import LANES
from ..simd import load, splat


class Hyper(NamedTuple):
    """Parameter number x is the pixel's x, number y its y; the others have these values."""

    x: int
    y: int
    values: np.ndarray          # (parameters,) float64


@njit(forceinline=True)
def parameter(hyper, k, cells, params):
    """Parameter number k of every lane of a group."""
    if k == hyper.x:
        return load(cells, params)
    if k == hyper.y:
        return load(cells, params + LANES)
    return splat(hyper.values[k])


def active(hyper, k):
    """Whether parameter number k can be other than 0."""
    return k in (hyper.x, hyper.y) or hyper.values[k] != 0.0
