"""The peer for networks in plain scalar Numba: one training after the other, textbook loops, the same outputs, early exit.

The inner loops go along the rows of the weights, so that LLVM may step several hidden units at once, as it does for anybody.
"""
import math

import numpy as np
from numba import njit

CAP, TAIL = 1e6, 20


@njit(nogil=True, error_model="numpy", fastmath={"contract"})
def network(w0, w1, x, y, rate_in, rate_out, steps, value, last, departure, verdict):
    """Train the tanh network of the paper for every pair of rates: w0 (inputs, hidden), w1 (hidden,), x (samples, inputs)."""
    samples, inputs = x.shape
    hidden = w1.size
    scale, gain = math.sqrt(2.0 / inputs), 2.0 / samples / hidden
    u, v, h, d = np.empty_like(w0), np.empty(hidden), np.empty(hidden), np.empty(hidden)
    gradient_in, gradient_out = np.empty_like(w0), np.empty(hidden)
    for p in range(rate_in.size):
        for j in range(hidden):
            v[j] = w1[j]
            for i in range(inputs):
                u[i, j] = w0[i, j]
        total = inverse = ending = loss = 0.0
        first, left, blown, t = 1.0, -1, False, 0
        while t < steps:
            gradient_in.fill(0.0)
            gradient_out.fill(0.0)
            loss = 0.0
            for n in range(samples):
                h.fill(0.0)
                for i in range(inputs):
                    for j in range(hidden):
                        h[j] += x[n, i] * u[i, j]
                output = 0.0
                for j in range(hidden):
                    h[j] = math.tanh(scale * h[j])
                    output += h[j] * v[j]
                error = output / hidden - y[n]
                loss += error * error
                for j in range(hidden):
                    gradient_out[j] += gain * error * h[j]
                    d[j] = gain * error * v[j] * (1.0 - h[j] * h[j]) * scale
                for i in range(inputs):
                    for j in range(hidden):
                        gradient_in[i, j] += x[n, i] * d[j]
            loss /= samples
            if not loss < np.inf:
                break
            if t == 0:
                first = loss
            ratio = min(loss / first, CAP)
            total += ratio
            inverse += 1.0 / ratio
            if t >= steps - TAIL:
                ending += ratio
            if loss / first > CAP:
                blown = True
                if left < 0:
                    left = t
            for i in range(inputs):
                for j in range(hidden):
                    u[i, j] -= rate_in[p] * gradient_in[i, j]
            for j in range(hidden):
                v[j] -= rate_out[p] * gradient_out[j]
            t += 1
        gone = t < steps
        if gone:                            # what is not finite counts as CAP before the division by the first loss
            inverse += (steps - t) / min(CAP / first, CAP)
            if left < 0:
                left = t
        converged = ending / min(TAIL, steps) < 1.0 and not gone
        value[p] = -total if converged else inverse
        last[p] = np.inf if gone else loss
        departure[p] = left
        verdict[p] = -1 if converged else 1 if gone or blown else 0
