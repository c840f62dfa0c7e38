"""Hidden units: an activation is a type without fields, so that each network is compiled for its own."""
from typing import NamedTuple

from numba.extending import overload

from ..elementary import tanh
from ..kernel import is_a
from ..simd import splat, where
from ..trigonometry import cos, sin


class Tanh(NamedTuple):
    """h = tanh(z)."""


class Relu(NamedTuple):
    """h = max(z, 0)."""


class Identity(NamedTuple):
    """h = z: the deep linear network."""


class Sigmoid(NamedTuple):
    """h = 1 / (1 + exp(-z))."""


class Sine(NamedTuple):
    """h = sin(z)."""


ACTIVATIONS = {"tanh": Tanh(), "relu": Relu(), "identity": Identity(), "sigmoid": Sigmoid(), "sine": Sine()}
INPUT_GAIN = {"tanh": 2.0, "relu": 2.0, "identity": 1.0, "sigmoid": 1.0, "sine": 1.0}   # x times sqrt(gain / inputs)


def kept(activation, z):
    """What is kept of a hidden unit between the two passes; mostly its value."""
    raise NotImplementedError


def value(activation, h):
    """The value of the hidden unit, from what was kept."""
    raise NotImplementedError


def slope(activation, h):
    """Its derivative, from what was kept."""
    raise NotImplementedError


def bend(activation, h):
    """Its second derivative, from what was kept."""
    raise NotImplementedError


@overload(kept, jit_options={"forceinline": True})
def _kept(activation, z):
    if is_a(activation, Tanh):
        return lambda activation, z: tanh(z)
    if is_a(activation, Relu):
        return lambda activation, z: where(z < 0.0, 0.0, z)     # NaN stays NaN
    if is_a(activation, Sigmoid):
        return lambda activation, z: 0.5 + 0.5 * tanh(0.5 * z)
    if is_a(activation, Identity, Sine):                        # the slope of a sine does not follow from its value
        return lambda activation, z: z


@overload(value, jit_options={"forceinline": True})
def _value(activation, h):
    if is_a(activation, Sine):
        return lambda activation, h: sin(h)
    return lambda activation, h: h


@overload(slope, jit_options={"forceinline": True})
def _slope(activation, h):
    if is_a(activation, Tanh):
        return lambda activation, h: 1.0 - h * h
    if is_a(activation, Relu):
        return lambda activation, h: where(h > 0.0, splat(1.0), 0.0)
    if is_a(activation, Identity):
        return lambda activation, h: splat(1.0)
    if is_a(activation, Sigmoid):
        return lambda activation, h: h * (1.0 - h)
    if is_a(activation, Sine):
        return lambda activation, h: cos(h)


@overload(bend, jit_options={"forceinline": True})
def _bend(activation, h):
    if is_a(activation, Tanh):
        return lambda activation, h: -2.0 * h * (1.0 - h * h)
    if is_a(activation, Relu, Identity):                        # the kink of a ReLU is never met
        return lambda activation, h: splat(0.0)
    if is_a(activation, Sigmoid):
        return lambda activation, h: h * (1.0 - h) * (1.0 - 2.0 * h)
    if is_a(activation, Sine):
        return lambda activation, h: -sin(h)
