"""Drawing networks by their number, and training them."""
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import NamedTuple

import numpy as np

from ..arguments import check_threads, real, whole
from ..cancelled import Cancelled
from ..processors import available_threads
from . import kernels
from .functions import training_set

INPUTS = np.array([[1.0 if number >> bit & 1 else -1.0 for bit in (2, 1, 0)] + [1.0] for number in range(8)])
MOST_NETS, MOST_HIDDEN, MOST_STEPS, MOST_RATE, MOST_SCALE = 10_000_000, 256, 1_000_000, 1e6, 10.0
CHUNK = 2000                    # networks
POLL_SECONDS = 0.05             # between two looks at `cancel`


class Training(NamedTuple):
    """What came of training many networks.

    Attributes
    ----------
    functions : int16, shape (nets,)
        The number of the function that each ended with; -1 where it had not fitted the known answers in time.
    steps : int32, shape (nets,)
        How many steps it took: 0 for a network that fitted by chance; -1 where it did not.
    """

    functions: np.ndarray
    steps: np.ndarray


def weights(net: int, seed: int = 0, hidden: int = 16, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The weights of one network as they are drawn.

    Parameters
    ----------
    net : int
        Its number, from 0.
    seed : int, default 0
        From 0 to 2**63 - 1.
    hidden : int, default 16
        Number of hidden units, from 1 to 256.
    scale : float, default 1
        Of the first layer: each of its weights has the deviation scale/2.  Above 0, at most 10.

    Returns
    -------
    (4, hidden) ndarray, (hidden,) ndarray
        First layer (its rows: three bits and the bias) and second layer.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    seed, hidden, deviations = _checked(seed, hidden, scale)
    w0, w1 = np.empty((4, hidden)), np.empty(hidden)
    kernels.fill(seed, whole("net", net, 0, 2 ** 62), *deviations, w0, w1)
    return w0, w1


def draw(nets: int = 500_000, seed: int = 0, hidden: int = 16, scale: float = 1.0, *, threads: int | None = None,
         cancel: threading.Event | None = None) -> np.ndarray:
    """Draw networks and see which function each computes.

    Parameters
    ----------
    nets : int, default 500 000
        How many, from 1 to 10 million: number 0 to nets - 1 of the seed.
    seed, hidden, scale
        As in `weights`.
    threads : int, default all processors
        The result does not depend on it.
    cancel : threading.Event, optional
        Once set, the work ends within a fraction of a second.

    Returns
    -------
    int16 ndarray of shape (nets,)
        The number of each one's function, 0 to 255; an answer is 1 where the output is above 0.

    Raises
    ------
    ValueError
        If an argument is not as above.
    Cancelled
        If `cancel` was set.
    """
    seed, hidden, deviations = _checked(seed, hidden, scale)
    functions = np.empty(whole("nets", nets, 1, MOST_NETS), np.int16)

    def some(begin, end, stop):                 # a chunk takes some milliseconds
        kernels.draw(seed, begin, hidden, *deviations, INPUTS, functions[begin:end])

    _in_chunks(some, functions.size, CHUNK, threads, cancel)
    return functions


def train(known: str, rate: float, nets: int = 5000, seed: int = 0, hidden: int = 16, scale: float = 1.0, *,
          steps: int = 100_000, threads: int | None = None, cancel: threading.Event | None = None) -> Training:
    """Draw networks and train each until it gives the known answers.

    Gradient descent, full batch, on the mean of log(1 + exp(-margin)) over the known answers, where margin is the output, times
    -1 where a 0 is wanted.  A run ends at the first moment at which every margin is above 0.

    Parameters
    ----------
    known : str
        The training set, such as "00?1??11": at least one answer.
    rate : float
        Learning rate, above 0, at most 1e6.
    nets, seed, hidden, scale, threads, cancel
        As in `draw`; by default 5000 networks.
    steps : int, default 100 000
        After so many a run is given up; from 0 to a million.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If an argument is not as above.
    Cancelled
        If `cancel` was set.
    """
    seed, hidden, deviations = _checked(seed, hidden, scale)
    rate = real("rate", rate)
    if not 0 < rate <= MOST_RATE:
        raise ValueError(f"rate must be above 0 and at most {MOST_RATE:g}, got {rate:g}")
    answers = training_set(known)
    told = np.flatnonzero(answers >= 0)
    if not told.size:
        raise ValueError(f"known must tell at least one answer, got {known!r}")
    wanted, steps = 2.0 * answers[told] - 1.0, whole("steps", steps, 0, MOST_STEPS)
    size = whole("nets", nets, 1, MOST_NETS)
    functions, taken = np.empty(size, np.int16), np.empty(size, np.int32)

    def some(begin, end, stop):
        kernels.train(seed, begin, hidden, *deviations, INPUTS, told, wanted, rate, steps, functions[begin:end],
                      taken[begin:end], stop)

    _in_chunks(some, size, max(1, CHUNK // 100), threads, cancel)
    return Training(functions, taken)


def _checked(seed, hidden, scale):
    seed, hidden, scale = whole("seed", seed, 0, 2 ** 63 - 1), whole("hidden", hidden, 1, MOST_HIDDEN), real("scale", scale)
    if not 0 < scale <= MOST_SCALE:
        raise ValueError(f"scale must be above 0 and at most {MOST_SCALE:g}, got {scale:g}")
    return seed, hidden, (scale / 2, hidden ** -0.5)


def _in_chunks(some, total, chunk, threads, cancel):
    """some(begin, end, stop) for chunk after chunk, on several threads; Cancelled once `cancel` is set."""
    stop, done = np.array([cancel is not None and cancel.is_set()]), []

    def work(begin):
        end = min(begin + chunk, total)
        if not stop[0]:
            some(begin, end, stop)
        if not stop[0]:
            done.append(end - begin)

    with ThreadPoolExecutor(check_threads(threads) or available_threads()) as pool:
        try:
            waiting = {pool.submit(work, begin) for begin in range(0, total, chunk)}
            while waiting:
                finished, waiting = wait(waiting, POLL_SECONDS)
                for future in finished:
                    future.result()
                stop[0] = stop[0] or cancel is not None and cancel.is_set()
        except BaseException:                   # Ctrl-C too
            stop[0] = True
            raise
    if sum(done) < total:
        raise Cancelled(sum(done), total, "networks")
