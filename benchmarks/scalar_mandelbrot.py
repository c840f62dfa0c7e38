"""The peer for the Mandelbrot set: plain scalar Numba, one loop per pixel, the same outputs, with early exit."""
import numpy as np
from numba import njit


@njit(nogil=True, error_model="numpy", fastmath={"contract"})
def mandelbrot(a, b, steps, value, last, departure, verdict):
    """Iterate z*z + c for every c = a + ib; the measure of fractaledu, written plainly."""
    for p in range(a.size):
        x = y = total = inverse = ending = size = 0.0
        left, blown, t = -1, False, 0
        while t < steps:
            x, y = x * x - y * y + a[p], 2.0 * x * y + b[p]
            size = 0.5 * np.sqrt(x * x + y * y)
            if not size < np.inf:
                break
            v = min(size, 1e6)
            total += v
            inverse += 1.0 / v
            if t >= steps - 20:
                ending += v
            if left < 0 and size > 1.0:
                left = t + 1
            blown = blown or size > 1e6
            t += 1
        gone = t < steps
        if gone:
            inverse += (steps - t) / 1e6
            if left < 0:
                left = t + 1
        converged = ending / min(20, steps) < 1.0 and not gone
        value[p] = -total if converged else inverse
        last[p] = np.inf if gone else size
        departure[p] = left
        verdict[p] = -1 if converged else 1 if gone or blown else 0
