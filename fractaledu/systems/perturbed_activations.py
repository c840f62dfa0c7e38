"""Hidden units as differences: how much activation(a + b) differs from activation(a), however small b is.

Of the reference's unit a number `kept` is known (exact/networks.py): for tanh 1 - |h| with the sign of a, which keeps saturated
units exact; for ReLU and the identity the pre-activation a.  Nothing here subtracts two nearly equal numbers but 1 - |h|, where
h is small and its digits do not count.
"""
from numba import njit
from numba.extending import overload

from ..elementary import exp_and_rest
from ..kernel import is_a
from ..simd import copysign, fabs, splat, where
from .activations import Identity, Relu, Tanh

SUPPORTED = Tanh, Relu, Identity


def zero_unit(activation):
    """`kept` of a unit whose weights are all 0."""
    raise NotImplementedError


def reference_value(activation, kept):
    """activation(a)."""
    raise NotImplementedError


def change(activation, kept, b):
    """activation(a + b) - activation(a)."""
    raise NotImplementedError


def slopes(activation, kept, h, dh):
    """activation'(a) and activation'(a + b) - activation'(a); h and dh are the value and its change."""
    raise NotImplementedError


@overload(zero_unit)
def _zero_unit(activation):
    if is_a(activation, Tanh):
        return lambda activation: 1.0
    return lambda activation: 0.0


@overload(reference_value, jit_options={"forceinline": True})
def _reference_value(activation, kept):
    if is_a(activation, Tanh):
        return lambda activation, kept: copysign(1.0 - fabs(kept), kept)
    if is_a(activation, Relu):
        return lambda activation, kept: where(kept > 0.0, kept, 0.0)
    if is_a(activation, Identity):
        return lambda activation, kept: kept


@njit(forceinline=True, error_model="numpy")
def _tanh_change(kept, b):
    """With S = 1 - |h|, R = 1 + |h| and F = exp(-2 |b|): |change| = S R (1 - F) / (R + S F) where a and b have the same sign,
    else S R (1 - F) / (S + R F).  All terms are positive"""
    S = fabs(kept)
    R = 2.0 - S
    F, rest = exp_and_rest(-2.0 * fabs(b))
    alike = copysign(splat(1.0), kept) * b > 0.0
    grown, shrunk = where(alike, R, S), where(alike, S, R)
    return copysign(S * R * rest / (grown + shrunk * F), b)


@overload(change, jit_options={"forceinline": True, "error_model": "numpy"})
def _change(activation, kept, b):
    if is_a(activation, Tanh):
        return lambda activation, kept, b: _tanh_change(kept, b)
    if is_a(activation, Relu):          # four cases; a and b are compared, not added, so that the sign of a + b is right
        def relu_change(activation, kept, b):
            cases = where(kept > 0.0, where(b > -kept, b, -kept), where(b > -kept, kept + b, 0.0))
            return where(b == b, cases, b)                              # NaN stays NaN
        return relu_change
    if is_a(activation, Identity):
        return lambda activation, kept, b: b


@overload(slopes, jit_options={"forceinline": True, "error_model": "numpy"})
def _slopes(activation, kept, h, dh):
    if is_a(activation, Tanh):
        def tanh_slopes(activation, kept, h, dh):
            S = fabs(kept)
            return S * (2.0 - S), -(2.0 * h + dh) * dh
        return tanh_slopes
    if is_a(activation, Relu):
        def relu_slopes(activation, kept, h, dh):
            on, now = where(kept > 0.0, splat(1.0), 0.0), where(h + dh > 0.0, splat(1.0), 0.0)
            return on, now - on
        return relu_slopes
    if is_a(activation, Identity):
        return lambda activation, kept, h, dh: (splat(1.0), splat(0.0))
