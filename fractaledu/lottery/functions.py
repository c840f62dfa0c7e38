"""Functions of three bits as texts of their answers, and shares of networks that compute them."""
from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

PARITY = "01101001"             # 1 where the number of ones is odd


def completions(known: str) -> list[str]:
    """The functions that give the known answers, in the order of their numbers.

    Parameters
    ----------
    known : str
        Such as "00?1??11".

    Returns
    -------
    list of str
        Two to the number of "?" of them.

    Raises
    ------
    ValueError
        If `known` is no text of eight of "0", "1" and "?".
    """
    training_set(known)
    found = [""]
    for answer in known:
        found = [text + choice for text in found for choice in ("01" if answer == "?" else answer)]
    return found


def shares(functions: Sequence[int], known: str) -> np.ndarray:
    """Among the networks that give the known answers, the share of each completion.

    Parameters
    ----------
    functions : sequence of int
        Numbers of functions, as `draw` and `train` give them.
    known : str
        Such as "00?1??11".

    Returns
    -------
    ndarray
        One share for each of `completions(known)`, with the sum 1; NaN where no network gives the known answers.

    Raises
    ------
    ValueError
        If `known` is no text of eight of "0", "1" and "?".
    """
    functions = np.asarray(functions)
    counts = np.array([(functions == int(text, 2)).sum() for text in completions(known)])
    with np.errstate(invalid="ignore"):
        return counts / counts.sum()


def training_set(known: str) -> np.ndarray:
    """The eight answers as numbers: 0, 1, or -1 where none is told; ValueError if it is no such text."""
    if not isinstance(known, str) or len(known) != 8 or not set(known) <= set("01?"):
        raise ValueError(f'known must be a text of eight of "0", "1" and "?", such as "00?1??11", got {known!r}')
    return np.array(["?01".index(answer) - 1 for answer in known])


def total_variation(p: Sequence[float], q: Sequence[float]) -> float:
    """Half the sum of all differences: the share that would have to move to make one list of shares the other.

    Parameters
    ----------
    p, q : sequence of float
        Shares, each list with the sum 1.

    Returns
    -------
    float
        From 0, for equal lists, to 1.

    Raises
    ------
    ValueError
        If the lists are not equally long.
    """
    p, q = _alike(p, q)
    return float(np.abs(p - q).sum() / 2)


def _alike(p, q):
    p, q = np.asarray(p, float), np.asarray(q, float)
    if p.ndim != 1 or p.shape != q.shape:
        raise ValueError(f"p and q must be lists of equal length, got shapes {p.shape} and {q.shape}")
    return p, q


def log_correlation(p: Sequence[float], q: Sequence[float]) -> float:
    """The correlation of log p and log q, where both are above 0.

    Parameters
    ----------
    p, q : sequence of float
        Shares.

    Returns
    -------
    float
        From -1 to 1; NaN where fewer than three pairs are left, or one list is constant.

    Raises
    ------
    ValueError
        If the lists are not equally long.
    """
    p, q = _alike(p, q)
    both = (p > 0) & (q > 0)
    if both.sum() < 3:
        return math.nan
    x, y = np.log(p[both]), np.log(q[both])
    x, y = x - x.mean(), y - y.mean()
    size = math.sqrt((x @ x) * (y @ y))
    return float(x @ y) / size if size else math.nan
