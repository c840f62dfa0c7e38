"""How sharp the valley is: gradient, exact Hessian times a vector, and largest eigenvalue of the network's loss.

The network is that of `fractaledu.reference`, inputs -> hidden -> 1 without biases, in plain numpy:

    z = x w0,    h = s(z),    f = h . w1 / hidden,    loss = mean (f - y)**2,

where x is already multiplied by its scale, sqrt(gain / inputs).  For quadratic losses gradient descent at rate eta
leaves the valley when eta * sharpness exceeds 2; the sharpness is the largest eigenvalue of the Hessian.

Symbols: S samples, v a direction in weight space, R the derivative along v (Pearlmutter's operator), so R w = v.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arguments import whole

REMEMBERED = 64             # iterates that `largest_eigenvalue` keeps; when full, the best quarter of their span
LOOK = 8                    # products between two looks at the residual


# ---------------------------------------------------------------- activations: value, first and second derivative

def _tanh(z):
    h = np.tanh(z)
    slope = 1 - h * h
    return h, slope, -2 * h * slope


def _relu(z):
    return np.maximum(z, 0.0), (z > 0).astype(float), np.zeros_like(z)      # its kink bends, but is never met


def _identity(z):
    return z, np.ones_like(z), np.zeros_like(z)


def _sine(z):
    h = np.sin(z)
    return h, np.cos(z), -h


def _sigmoid(z):
    h = (1 + np.tanh(z / 2)) / 2                                            # 1 / (1 + exp(-z)), without overflow
    slope = h * (1 - h)
    return h, slope, slope * (1 - 2 * h)


ACTIVATIONS = {"tanh": _tanh, "relu": _relu, "identity": _identity, "sine": _sine, "sigmoid": _sigmoid}


# ---------------------------------------------------------------- the network and its derivatives

@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """Data and shape of a network; its weights are arguments of the functions below.

    Parameters
    ----------
    x_scaled : array_like, shape (samples, inputs)
        The data times sqrt(gain / inputs), gain 2 for tanh and ReLU and 1 for the others in this package.
    y : array_like, shape (samples,)
        Targets.
    hidden : int
        Hidden units, from 1 on.
    activation : {"tanh", "relu", "identity", "sine", "sigmoid"}

    Notes
    -----
    With one sample only u = x_scaled @ w0 / r matters, r = |x_scaled|.  `Net([[r]], y, hidden, activation)` with
    u, shape (1, hidden), as w0 trains alike at the same rates; its Hessian has the same nonzero eigenvalues.
    """

    x_scaled: np.ndarray
    y: np.ndarray
    hidden: int
    activation: str

    def __post_init__(self):
        for name, dimensions in (("x_scaled", 2), ("y", 1)):
            array = _reals(name, getattr(self, name))
            if array.ndim != dimensions or array.size == 0:
                raise ValueError(f"{name} must be a filled array of {dimensions} dimension(s), got shape {array.shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
            object.__setattr__(self, name, array)
        if len(self.y) != len(self.x_scaled):
            raise ValueError(f"y must have one target per row of x_scaled, {len(self.x_scaled)}, got {len(self.y)}")
        object.__setattr__(self, "hidden", whole("hidden", self.hidden, 1, 2 ** 31))
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {self.activation!r}")


def loss(net: Net, w0, w1) -> float:
    """Mean of (f - y)**2 at the weights w0, shape (inputs, hidden), and w1, shape (hidden,)."""
    w0, w1 = _weights(net, "w", w0, w1)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.mean((ACTIVATIONS[net.activation](net.x_scaled @ w0)[0] @ w1 / net.hidden - net.y) ** 2))


def gradient(net: Net, w0, w1) -> tuple[float, np.ndarray, np.ndarray]:
    """The loss and its derivatives with respect to w0, shape (inputs, hidden), and w1, shape (hidden,).

    Where something overflows they are infinite or NaN, without a warning.
    """
    w0, w1 = _weights(net, "w", w0, w1)
    with np.errstate(over="ignore", invalid="ignore"):
        h, slope, _ = ACTIVATIONS[net.activation](net.x_scaled @ w0)
        miss = h @ w1 / net.hidden - net.y
        error = 2 * miss / len(net.y) / net.hidden                          # d loss / d (h . w1)
        return float(np.mean(miss ** 2)), net.x_scaled.T @ (error[:, None] * w1 * slope), h.T @ error


def hessian_vector(net: Net, w0, w1, v0, v1) -> tuple[np.ndarray, np.ndarray]:
    """The Hessian of the loss at (w0, w1) times the direction (v0, v1), exactly, for about two gradients' work.

    Parameters
    ----------
    w0, v0 : array_like, shape (inputs, hidden)
    w1, v1 : array_like, shape (hidden,)

    Returns
    -------
    h0, h1 : ndarray, shape (inputs, hidden), (hidden,)
        ReLU counts as straight on both sides of its kink.

    Notes
    -----
    B. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6:147 (1994): every line of the
    gradient is differentiated along v, by the product and chain rules.
    """
    return hessian_product(net, w0, w1)(v0, v1)


def hessian_product(net: Net, w0, w1) -> Callable:
    """The function (v0, v1) -> `hessian_vector(net, w0, w1, v0, v1)`, faster for many directions at the same weights."""
    w0, w1 = _weights(net, "w", w0, w1)
    x, share = net.x_scaled, 2 / len(net.y) / net.hidden
    with np.errstate(over="ignore", invalid="ignore"):
        h, slope, bend = ACTIVATIONS[net.activation](x @ w0)
        error = share * (h @ w1 / net.hidden - net.y)
        outer, inner = error[:, None] * slope, error[:, None] * w1 * bend

    def product(v0, v1):
        v0, v1 = _weights(net, "v", v0, v1)
        with np.errstate(over="ignore", invalid="ignore"):
            r_z = x @ v0
            r_h = slope * r_z
            r_error = share * (r_h @ w1 + h @ v1) / net.hidden
            r_back = r_error[:, None] * w1 * slope + outer * v1 + inner * r_z   # R of error * w1 * slope
            return x.T @ r_back, r_h.T @ error + h.T @ r_error

    return product


# ---------------------------------------------------------------- the largest eigenvalue

def largest_eigenvalue(product: Callable, size: int, tolerance=1e-9, most=10_000, seed=0) -> tuple[float, np.ndarray]:
    """The largest eigenvalue of a symmetric matrix of which only the products with vectors are known.

    Power iteration with a memory: v, Hv, HHv, … from a random v turn towards the outermost eigenvectors.  They are made
    orthonormal as they come, and the answer is the vector of their span with the largest v . Hv.

    Parameters
    ----------
    product : callable
        Takes a vector of shape (size,) and returns the matrix times it.
    size : int
        From 1 on.
    tolerance : float, default 1e-9
        Stop when |Hv - eigenvalue v| is at most this part of the largest |Hu| seen (v, u of length 1); from 1e-12 to 1.
        The eigenvalue's own error is no larger, and usually near the square of that part.
    most : int, default 10000
        Products to try, from 1 on.
    seed : int, default 0
        Of the first v.

    Returns
    -------
    eigenvalue : float
        The largest, not that of largest size: 1 for the matrix diag(1, -5).  NaN if a product exceeds 1e300.
    vector : ndarray, shape (size,)
        Of length 1; its sign means nothing.

    Raises
    ------
    RuntimeError
        If `most` products do not reach the tolerance.

    Notes
    -----
    Plain power iteration keeps the last vector only.  It turns to the eigenvalue of largest size, even a negative one,
    never settles between 1 and -1, and takes thousands of products at the edge of stability, where eigenvalues crowd.
    The memory is C. Lanczos's (1950); when full it is condensed to its best vectors (K. Wu and H. Simon, 2000).
    """
    size, most = whole("size", size, 1, 2 ** 31), whole("most", most, 1, 2 ** 31)
    if not 1e-12 <= tolerance <= 1:
        raise ValueError(f"tolerance must be from 1e-12 to 1, got {tolerance}")
    v = np.random.default_rng(whole("seed", seed, 0, 2 ** 63)).normal(size=size)
    v /= _length(v)
    basis, images = np.empty((2, min(size, REMEMBERED), size))
    known, largest, residual = 0, 0.0, np.inf
    for used in range(1, most + 1):
        image = product(v)
        if not np.abs(image).max() < 1e300:                                 # also refuses NaN
            return float("nan"), np.full(size, np.nan)
        basis[known], images[known] = v, image
        known += 1
        largest = max(largest, _length(image))
        v = _across(_across(image, basis[:known]), basis[:known])           # twice: once leaves rounding behind
        new = _length(v)
        if new <= tolerance * largest or known == len(basis) or used % LOOK == 0 or used == most:
            small = basis[:known] @ images[:known].T                        # H, seen within the span
            values, mixes = np.linalg.eigh((small + small.T) / 2)
            best = mixes[:, -1] @ basis[:known]
            residual = _length(mixes[:, -1] @ images[:known] - values[-1] * best)
            if residual <= tolerance * largest:
                return float(values[-1]), best / _length(best)
            if known == len(basis):
                known = len(basis) // 4
                keep = mixes[:, len(basis) - known:].T
                basis[:known], images[:known] = keep @ basis, keep @ images
        v /= new
    raise RuntimeError(f"most must be large enough to reach tolerance {tolerance}, got {most}: "
                       f"the residual is still {residual / largest:.1e}")


def sharpness_at(net: Net, w0, w1, rates=None, seed=0) -> float:
    """The largest eigenvalue of the loss's Hessian H at the weights, or of rates**0.5 H rates**0.5.

    Parameters
    ----------
    w0, w1 : array_like, shape (inputs, hidden), (hidden,)
    rates : (float, float), optional
        Learning rates of the input and of the output layer, 0 or more.  Default None: H itself, whose edge is 2 / rate.
        With rates the edge is 2: on a parabola gradient descent at these rates diverges above it.
    seed : int, default 0
        Of the first vector of the iteration (`largest_eigenvalue`).

    Returns
    -------
    float
        NaN where the weights, or the products with H, are not finite: training has left.

    Raises
    ------
    ValueError
        If shapes do not match or a rate is negative or not finite.
    """
    w0, w1 = _weights(net, "w", w0, w1)
    part0 = part1 = 1.0
    if rates is not None:
        given = _reals("rates", rates)
        if given.shape != (2,):
            raise ValueError(f"rates must be two numbers, of the input and of the output layer, got {rates!r}")
        if not (np.isfinite(given) & (given >= 0)).all():
            raise ValueError(f"rates must be finite and not negative, got {given[0]}, {given[1]}")
        part0, part1 = np.sqrt(given)
    if not (np.isfinite(w0).all() and np.isfinite(w1).all()):
        return float("nan")
    hessian = hessian_product(net, w0, w1)

    def product(v):
        h0, h1 = hessian(part0 * v[:w0.size].reshape(w0.shape), part1 * v[w0.size:])
        with np.errstate(over="ignore", invalid="ignore"):
            return np.concatenate((part0 * h0.ravel(), part1 * h1))

    return largest_eigenvalue(product, w0.size + w1.size, seed=seed)[0]


def _across(v, basis):
    """What of v is at right angles to the orthonormal rows of the basis."""
    return v - (basis @ v) @ basis


def _length(v):
    """|v|, also where squares would overflow or vanish."""
    most = np.abs(v).max()
    return most * np.linalg.norm(v / most) if most > 0 else 0.0


def _reals(name, value):
    try:
        return np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be real numbers, got {value!r}") from None


def _weights(net, letter, first, second):
    """Both as arrays of float64, of the net's shapes; `letter` is what they are called."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    for name, array, shape in ((letter + "0", first, (net.x_scaled.shape[1], net.hidden)),
                               (letter + "1", second, (net.hidden,))):
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    return first, second
