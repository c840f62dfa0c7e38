"""The compiled part of the lottery: weights of a network by its number, its function, its training."""
import math

import numpy as np
from numba import njit

GOLDEN, FIRST, SECOND = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
S11, S27, S30, S31 = (np.uint64(number) for number in (11, 27, 30, 31))


@njit(cache=True, nogil=True)
def _mixed(x):
    """The scrambler of SplitMix64: neighbouring numbers become unrelated ones."""
    x = (x ^ (x >> S30)) * FIRST
    x = (x ^ (x >> S27)) * SECOND
    return x ^ (x >> S31)


@njit(cache=True, nogil=True)
def fill(seed, net, deviation0, deviation1, w0, w1):
    """The weights of a network: its own stream of SplitMix64, two normal numbers from two uniform ones (Box and Muller)."""
    state = _mixed(_mixed(np.uint64(seed)) + np.uint64(net))
    first = w0.size
    for i in range(0, first + w1.size, 2):
        state += GOLDEN
        u = ((_mixed(state) >> S11) + 0.5) * 2.0 ** -53
        state += GOLDEN
        turn = ((_mixed(state) >> S11) + 0.5) * (2.0 * math.pi * 2.0 ** -53)
        length = math.sqrt(-2.0 * math.log(u))
        for j, value in ((i, length * math.cos(turn)), (i + 1, length * math.sin(turn))):
            if j < first:
                w0.flat[j] = deviation0 * value
            elif j < first + w1.size:
                w1[j - first] = deviation1 * value


@njit(cache=True, nogil=True, error_model="numpy")
def _output(w0, w1, x, h):
    """The output for one input; `h` is left with what the hidden units say."""
    total = 0.0
    for j in range(w1.size):
        z = x[0] * w0[0, j] + x[1] * w0[1, j] + x[2] * w0[2, j] + x[3] * w0[3, j]
        h[j] = 1.0 - 2.0 / (math.exp(2.0 * z) + 1.0)                    # tanh z
        total += w1[j] * h[j]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _function(w0, w1, inputs, h):
    """The number of the function that a network computes."""
    number = 0
    for k in range(8):
        number = 2 * number + (1 if _output(w0, w1, inputs[k], h) > 0 else 0)
    return number


@njit(cache=True, nogil=True, error_model="numpy")
def draw(seed, begin, hidden, deviation0, deviation1, inputs, functions):
    """Draw networks begin, begin + 1, … and note their functions."""
    w0, w1, h = np.empty((4, hidden)), np.empty(hidden), np.empty(hidden)
    for i in range(functions.size):
        fill(seed, begin + i, deviation0, deviation1, w0, w1)
        functions[i] = _function(w0, w1, inputs, h)


@njit(cache=True, nogil=True, error_model="numpy")
def train(seed, begin, hidden, deviation0, deviation1, inputs, known, wanted, rate, most, functions, steps, stop):
    """Draw the same networks and train each by gradient descent on all known answers, until it has them all.

    When another thread sets stop[0] the rest is left undone.
    """
    w0, w1 = np.empty((4, hidden)), np.empty(hidden)
    h, slopes = np.empty((known.size, hidden)), np.empty(known.size)
    for i in range(functions.size):
        fill(seed, begin + i, deviation0, deviation1, w0, w1)
        functions[i], steps[i] = -1, -1
        for t in range(most + 1):
            if t % 256 == 0 and stop[0]:
                return
            fits, lost = True, False
            for d in range(known.size):
                margin = wanted[d] * _output(w0, w1, inputs[known[d]], h[d])
                fits, lost = fits and margin > 0, lost or margin != margin
                slopes[d] = -wanted[d] / (1.0 + math.exp(margin)) / known.size       # of the mean of log(1 + exp(-margin))
            if fits:
                functions[i], steps[i] = _function(w0, w1, inputs, h[0]), t
                break
            if lost:                                # NaN: it can never fit
                break
            for j in range(hidden):
                slope1, weight = 0.0, w1[j]
                for d in range(known.size):
                    slope1 += slopes[d] * h[d, j]
                    inner = rate * slopes[d] * weight * (1.0 - h[d, j] * h[d, j])
                    for r in range(4):
                        w0[r, j] -= inner * inputs[known[d], r]
                w1[j] -= rate * slope1
