"""Slow twins: each step as the textbook writes it, in plain Python and numpy.  Imports nothing of ours.

The kernels are tested against these, and the lessons show them.
"""
import math

import numpy as np


def measure(watched, ratio, tail=20, cap=1e6):
    """The paper's measure of one run: (value, converged).

    `watched` are the numbers of its steps; with `ratio` they are read relative to the first one.
    """
    v = [w if math.isfinite(w) else cap for w in watched]               # first, before any division
    if ratio:
        v = [w / v[0] for w in v]
    v = [min(w, cap) for w in v]
    ending = v[-tail:]
    converged = sum(ending) / len(ending) < 1 and all(math.isfinite(w) for w in watched)
    if converged:
        return -sum(v), True
    return sum(1 / w if w > 0 else math.inf for w in v), False


def departure(watched, limit, first):
    """The first step, counting from `first`, whose number exceeds `limit` or is not finite; -1 if none does."""
    for step, w in enumerate(watched, first):
        if not w <= limit:
            return step
    return -1


def orbit(step, state, steps):
    """The start and the state after each step; it ends early where a number is too large or is divided by zero."""
    states = [state]
    for _ in range(steps):
        try:
            states.append(step(states[-1]))
        except (ArithmeticError, ValueError):               # ValueError: the cosine of infinity
            break
    return states


def escape_orbit(z, c, power, steps):
    """|z|/2 after each step of z -> z**power + c."""
    z, watched = complex(z), []
    for _ in range(steps):
        try:
            z = math.prod([z] * power) + complex(c)
            watched.append(abs(z) / 2)
        except OverflowError:
            z = complex(math.inf)
            watched.append(math.inf)
    return watched


def newton_orbit(z, coefficients, a, steps):
    """The orbit z0, z1, … of z -> z - a p(z)/p'(z); `coefficients` as `numpy.polyval` wants them."""
    slope = np.polyder(coefficients)
    orbit = [z]
    for _ in range(steps - 1):
        with np.errstate(all="ignore"):
            p, q = np.polyval(coefficients, z), np.polyval(slope, z)
            z = z - a * p / q if p != 0 else z
        orbit.append(z)
    return orbit


# ---------------------------------------------------------------- maps of the plane: each is one step, for `orbit`

def burning_ship(z, c, power=2):
    """The Mandelbrot set's step with the signs of both parts thrown away."""
    return math.prod([complex(abs(z.real), abs(z.imag))] * power) + c


def logistic(x, r):
    """May's logistic map."""
    return r * x * (1 - x)


def cubic(x, rate):
    """Gradient descent on x**2/2 - x**3/3."""
    return x - rate * (x - x * x)


def magnet(z, c, kind):
    """The magnets of Peitgen and Richter."""
    if kind == 1:
        return ((z ** 2 + c - 1) / (2 * z + c - 2)) ** 2
    return ((z ** 3 + 3 * (c - 1) * z + (c - 1) * (c - 2)) / (3 * z ** 2 + 3 * (c - 2) * z + (c - 1) * (c - 2) + 1)) ** 2


def rational(z, p, q):
    """p(z) / q(z); coefficients as `numpy.polyval` wants them."""
    return complex(np.polyval(p, z)) / complex(np.polyval(q, z))


def lyapunov(word, a, b, x, burn, steps):
    """Lyapunov exponents, after each step beyond `burn`, of the logistic map whose r goes through a word of A and B."""
    total, exponents = 0.0, []
    for t in range(burn + steps):
        r = {"A": a, "B": b}[word[t % len(word)]]
        if t >= burn:
            total += math.log(max(abs(r * (1 - 2 * x)), 1e-300))
            exponents.append(total / (t + 1 - burn))
        x = r * x * (1 - x)
    return exponents


# ---------------------------------------------------------------- gradient descent with few numbers

def parabola(x, curvature):
    """Loss and slope."""
    return curvature * x * x / 2, curvature * x


def bumpy(x, kind, epsilon, wavelength):
    """Loss and slope of Liu's parabolas with a cosine; the added cosine is lifted, so that no loss is negative."""
    k = 2 * math.pi / wavelength
    bump, tilt = epsilon * math.cos(k * x), -epsilon * k * math.sin(k * x)
    if kind == "multiplied":
        return x * x * (1 + bump), 2 * x * (1 + bump) + x * x * tilt
    return x * x + abs(epsilon) + bump, 2 * x + tilt


def two_weights(weights, weight_decay=0.0):
    """Gradient of (a b - 1)**2 / 2 + weight_decay (a**2 + b**2) / 2."""
    a, b = weights
    return np.array([(a * b - 1) * b + weight_decay * a, (a * b - 1) * a + weight_decay * b])


def tied_weights(a, weight_decay=0.0):
    """Gradient of one weight that is used twice, as `two_weights` with b = a counts it."""
    return (a * a - 1) * a + weight_decay * a


def three_weights(weights):
    """Gradient of (x y z - 1)**2 / 4."""
    x, y, z = weights
    return (x * y * z - 1) / 2 * np.array([y * z, x * z, x * y])


# ---------------------------------------------------------------- the paper's network

def train(w0, w1, x, y, rate0, rate1, steps, activation="tanh", batches=None, offset=0.0, offset_at="never",
          momentum=0.0, weight_decay=0.0, scale=(1.0, 1.0), mean=(0.0, 0.0)):
    """Losses of gradient descent on the paper's network, each taken before its step.

    `batches[t]` are the samples of step t's gradient; `offset` is added to w0 "at the start" or "every step".  The first
    weights are scale * w + mean, for the two layers; momentum and weight decay are those of PyTorch.
    """
    w0, w1 = (s * np.array(w, float) + m for w, s, m in zip((w0, w1), scale, mean, strict=True))
    v0, v1 = np.zeros_like(w0), np.zeros_like(w1)
    if offset_at == "at the start":
        w0 += offset
    losses = []
    with np.errstate(all="ignore"):
        for t in range(steps):
            if offset_at == "every step":
                w0 += offset
            losses.append(float(np.mean((predict(w0, w1, x, activation)[1] - y) ** 2)))
            rows = slice(None) if batches is None else batches[t]
            g0, g1 = gradient(w0, w1, x[rows], y[rows], activation)
            v0 = momentum * v0 + g0 + weight_decay * w0
            v1 = momentum * v1 + g1 + weight_decay * w1
            w0, w1 = w0 - rate0 * v0, w1 - rate1 * v1
    return losses


def predict(w0, w1, x, activation):
    """Hidden units (samples, hidden) and outputs (samples,) of the network in mean-field scale."""
    h = unit(x @ w0 / math.sqrt(w0.shape[0]), activation)[0]
    return h, h @ w1 / math.sqrt(len(w1)) / math.sqrt(len(w1))


def unit(z, activation):
    """Values and derivatives of hidden units."""
    if activation == "tanh":
        h = np.tanh(math.sqrt(2) * z)
        return h, math.sqrt(2) * (1 - h * h)
    if activation == "relu":
        return math.sqrt(2) * np.maximum(z, 0), math.sqrt(2) * (z > 0)
    if activation == "sigmoid":
        with np.errstate(over="ignore"):
            h = 1 / (1 + np.exp(-z))
        return h, h * (1 - h)
    return {"identity": (z, np.ones_like(z)), "sine": (np.sin(z), np.cos(z))}[activation]


def gradient(w0, w1, x, y, activation):
    """Derivatives of the mean squared error with respect to w0 and w1, by the chain rule."""
    z = x @ w0 / math.sqrt(w0.shape[0])
    h, slope = unit(z, activation)
    error = 2 * (h @ w1 / len(w1) - y) / len(y) / len(w1)           # d loss / d (h @ w1)
    back = error[:, None] * w1 * slope / math.sqrt(w0.shape[0])
    return x.T @ back, h.T @ error
