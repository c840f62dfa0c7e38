"""The peers in numpy: all pixels at once, batched matrix products, arrays that are reused, and what has left is taken out.

Matrix products use BLAS with all its threads; the rest of numpy has one.
"""
import numpy as np

CAP, TAIL = 1e6, 20
GONE_SHARE = 0.05               # pixels are taken out once so many of those in hand have left: copying them costs too


def network(w0, w1, x, y, rates, steps):
    """Value and verdict of the paper's tanh net for rates (pixels, 2), by full-batch gradient descent."""
    pixels, (samples, inputs), hidden = len(rates), x.shape, w1.size
    scale, gain = np.sqrt(2.0 / inputs), 2.0 / samples / hidden
    x = x * scale
    u, v = np.repeat(w0[None], pixels, 0), np.repeat(w1[None, :, None], pixels, 0)
    h, slope = np.empty((2, pixels, samples, hidden))
    runs = Runs(pixels, steps)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in range(steps):
            np.matmul(x, u, out=h)
            np.tanh(h, out=h)
            error = (h @ v)[:, :, 0] / hidden - y                       # (pixels, samples)
            loss = np.einsum("ps,ps->p", error, error) / samples
            if t == 0:
                runs.first = loss
            error *= gain
            np.multiply(h, h, out=slope)
            np.subtract(1.0, slope, out=slope)
            slope *= error[:, :, None]
            gradient_in = np.matmul(x.T, slope) * v.transpose(0, 2, 1)
            gradient_out = np.matmul(h.transpose(0, 2, 1), error[:, :, None])
            u -= rates[:, 0, None, None] * gradient_in
            v -= rates[:, 1, None, None] * gradient_out
            stay = runs.enter(loss, t)
            if stay is not None:
                u, v, rates = u[stay], v[stay], rates[stay]
                h, slope = h[:len(u)], slope[:len(u)]
                if not len(u):
                    break
    return runs.finished()


def mandelbrot(a, b, steps):
    """Value and verdict of z*z + c for every c = a + ib."""
    c = a + 1j * b
    z, runs = np.zeros_like(c), Runs(c.size, steps)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in range(steps):
            z *= z
            z += c
            stay = runs.enter(0.5 * np.abs(z), t)
            if stay is not None:
                z, c = z[stay], c[stay]
                if not c.size:
                    break
    return runs.finished()


class Runs:
    """The measure of many runs at once: sums of v and of 1 / v, the mean of the last, and whether they blew up.

    `first` divides what is watched.  A run that is not finite enters CAP until it is taken out; then its other steps are
    filled in.
    """

    def __init__(self, pixels, steps):
        self.steps, self.first = steps, np.ones(pixels)
        self.value, self.verdict = np.empty(pixels), np.empty(pixels, np.int8)
        self.number = np.arange(pixels)                 # of the runs in hand
        self.total, self.inverse, self.ending = np.zeros((3, pixels))
        self.blown = np.zeros(pixels, bool)

    def enter(self, watched, t):
        """Enter step t; where enough runs have left, take them out and return which stay."""
        finite = np.isfinite(watched)
        v = np.where(finite, watched, CAP) / self.first
        self.blown |= (v > CAP) | ~finite
        np.minimum(v, CAP, out=v)
        self.total += v
        self.inverse += 1.0 / v
        if t >= self.steps - TAIL:
            self.ending += v
        if finite.mean() >= 1.0 - GONE_SHARE and t < self.steps - 1:
            return None
        gone = ~finite
        number = self.number[gone]
        self.value[number] = self.inverse[gone] + (self.steps - 1 - t) / v[gone]
        self.verdict[number] = 1
        self.number, self.first, self.total, self.inverse, self.ending, self.blown = (
            a[finite] for a in (self.number, self.first, self.total, self.inverse, self.ending, self.blown))
        return finite

    def finished(self):
        """Value and verdict of all, once the runs in hand have made their steps."""
        converged = self.ending / min(TAIL, self.steps) < 1.0
        self.value[self.number] = np.where(converged, -self.total, self.inverse)
        self.verdict[self.number] = np.where(converged, -1, np.where(self.blown, 1, 0))
        return self.value, self.verdict
