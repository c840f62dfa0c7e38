"""Training of the paper's networks in arbitrary precision: `systems/network.py` once more, with all digits.

D samples, I inputs, n hidden units.  Lists of numbers stand for matrices row by row.
"""
from __future__ import annotations

import numpy as np

from ..kernel import CAP
from ..systems import network as plain
from ..systems.activations import Identity, Relu, Tanh
from ..systems.network import Minibatch, Network, OneDatum
from .run import Measure

KINDS = (Network, Minibatch, OneDatum)
SATURATED = 8               # |a| from which 1 - tanh(a)**2 would lose digits
LEAST = 1e-300              # what is kept of 1 - |h| where it is smaller


def supported(system) -> bool:
    """Whether `train` here can run this system."""
    return type(system) in KINDS and isinstance(system.activation, Tanh | Relu | Identity) and not system.heavy


def train(system, x, y, steps, arithmetic, keep, tell):
    """The Measure of the run, and what was kept of it."""
    with arithmetic.working():
        run = begin(system, x, y, arithmetic)
    measure = Measure(arithmetic, steps, relative=True, after=0, limit=CAP)
    arrays = {name: np.zeros((steps, *shape)) for name, shape in run.shapes().items()} if keep else None
    for t in range(steps):
        with arithmetic.working():
            squares = run.forward()
            loss = squares / run.samples
            goes_on = measure.enter(t, loss, squares)
            if keep:
                run.keep(arrays, t, float(loss))
            if goes_on:
                run.backward(t)
                if keep:
                    run.keep_gradients(arrays, t)
                run.update()
        if tell:
            tell(t)
        if not goes_on:
            break
    return measure, arrays


def begin(system, x, y, arithmetic):
    """A run before its first step; each is `forward()`, `backward(t)`, `update()`."""
    return (_OneDatum if isinstance(system, OneDatum) else _Full)(system, x, y, arithmetic)


class _Training:
    """The state of one run, and what its last step calculated."""

    def __init__(self, system, x, y, arithmetic, first, x_sum):
        self.system, self.arithmetic = system, arithmetic
        axes = {system.hyper.y: y, system.hyper.x: x}
        values = [arithmetic.number(axes.get(k, value)) for k, value in enumerate(system.hyper.values)]
        self.rate_in, self.rate_out = (values[plain.RATE] * values[k] for k in (plain.RATE_IN, plain.RATE_OUT))
        self.drift = values[plain.DRIFT] * x_sum
        self.hidden = len(system.w1)
        self.first = self.rounded(v * values[plain.SCALE_IN] + values[plain.MEAN_IN] * x_sum for v in self.numbers(first))
        self.w1 = self.rounded(v * values[plain.SCALE_OUT] + values[plain.MEAN_OUT] for v in self.numbers(system.w1))
        self.y = self.numbers(np.atleast_1d(system.y))
        self.samples = len(self.y)

    def numbers(self, array):
        return [self.arithmetic.number(value) for value in np.ravel(array)]

    def rounded(self, numbers):
        return list(map(self.arithmetic.middle, numbers))

    def add_drift(self):
        if self.drift != 0:
            self.first = self.rounded(v + self.drift for v in self.first)

    def activate(self, a):
        """Hidden units and their slopes from pre-activations a."""
        self.a, activation, one = a, self.system.activation, self.arithmetic.one
        if isinstance(activation, Identity):
            self.h, self.slope = a, [one] * len(a)
        elif isinstance(activation, Relu):
            zero, on = one * 0, [v > 0 for v in a]
            self.h = [v if now else zero for v, now in zip(a, on, strict=True)]
            self.slope = [one if now else zero for now in on]
        else:
            self.h = list(map(self.arithmetic.tanh, a))
            self.slope = [one - h * h for h in self.h]
            for j, size in enumerate(map(float, a)):
                if not -SATURATED < size < SATURATED:
                    self.h[j], self.slope[j] = self.saturated(a[j])

    def saturated(self, a):
        """tanh(a) and its slope, by 1 - |tanh(a)|, which keeps all digits."""
        e = self.arithmetic.exp(-2 * abs(a))
        rest = 2 * e / (1 + e)
        return (1 - rest if a > 0 else rest - 1), rest * (2 - rest)

    def find_errors(self, products):
        """Errors of the outputs from the products of hidden units and w1; the sum of their squares."""
        self.error = self.rounded(p / self.hidden - y for p, y in zip(products, self.y, strict=True))
        return self.arithmetic.middle(sum(e * e for e in self.error))

    def keep(self, arrays, t, loss):
        kept = _floats(self.a)
        if isinstance(self.system.activation, Tanh):            # 1 - |h| from the slope, which has all its digits
            kept = np.copysign(np.maximum(_floats(self.slope) / (1 + abs(_floats(self.h))), LEAST), kept)
        self.put(arrays, t, kept=kept, error=_floats(self.error), w1=_floats(self.w1), loss=loss)
        self.put(arrays, t, **{self.first_name: _floats(self.first)})

    def put(self, arrays, t, **found):
        for name, numbers in found.items():
            arrays[name][t] = np.reshape(numbers, arrays[name].shape[1:])

    def update(self):
        r = self.rate_in
        w1 = self.w1 * (len(self.first) // self.hidden)
        self.first = self.rounded(v - r * w * g for v, w, g in zip(self.first, w1, self.push, strict=True))
        r = self.rate_out
        self.w1 = self.rounded(w - r * g for w, g in zip(self.w1, self.pull, strict=True))


class _Full(_Training):
    """A run of Network or Minibatch; `first` is w0."""

    first_name = "w0"

    def __init__(self, system, x, y, arithmetic):
        super().__init__(system, x, y, arithmetic, system.w0, 1)
        self.inputs = len(system.w0)
        self.data = self.numbers(system.x)
        self.x = arithmetic.matrix(self.data, self.samples, self.inputs)
        if isinstance(system, Network):
            self.plan = range(self.samples), [1] * self.samples, self.transposed(range(self.samples))

    def shapes(self):
        w0, w1 = (self.inputs, self.hidden), (self.hidden,)
        return {"kept": (self.samples, self.hidden), "error": (self.samples,), "w0": w0, "w1": w1, "push": w0, "pull": w1,
                "loss": ()}

    def transposed(self, drawn):
        """The data of the samples drawn, a column each."""
        numbers = [self.data[d * self.inputs + i] for i in range(self.inputs) for d in drawn]
        return self.arithmetic.matrix(numbers, self.inputs, len(drawn))

    def forward(self):
        """Add the drift and go through all samples; the sum of squared errors."""
        self.add_drift()
        matrix, product = self.arithmetic.matrix, self.arithmetic.product
        self.activate(product(self.x, matrix(self.first, self.inputs, self.hidden)))
        self.units = matrix(self.h, self.samples, self.hidden)
        return self.find_errors(product(self.units, matrix(self.w1, self.hidden, 1)))

    def backward(self, t):
        """The gradients, that of w0 without its factor w1."""
        n, matrix, product = self.hidden, self.arithmetic.matrix, self.arithmetic.product
        if isinstance(self.system, Network):
            drawn, counts, x = self.plan
        else:
            drawn, counts = (found.tolist() for found in np.unique(self.system.batches[t], return_counts=True))
            x = self.transposed(drawn)
        factor = self.arithmetic.one * 2 / (sum(counts) * n)
        g = [self.error[d] * factor * count for d, count in zip(drawn, counts, strict=True)]
        whole = len(drawn) == self.samples
        units = self.units if whole else matrix([h for d in drawn for h in self.h[d * n:d * n + n]], len(drawn), n)
        back = [e * s for e, d in zip(g, drawn, strict=True) for s in self.slope[d * n:d * n + n]]
        self.push = product(x, matrix(back, len(drawn), n))
        self.pull = product(matrix(g, 1, len(drawn)), units)

    def keep_gradients(self, arrays, t):
        self.put(arrays, t, push=_floats(self.push), pull=_floats(self.pull))


class _OneDatum(_Training):
    """A run on one sample; `first` is z."""

    first_name = "z"

    def __init__(self, system, x, y, arithmetic):
        super().__init__(system, x, y, arithmetic, system.z, arithmetic.number(system.x_sum))
        self.xx = arithmetic.number(system.xx)

    def shapes(self):
        n = self.hidden
        return {"kept": (n,), "error": (), "z": (n,), "w1": (n,), "loss": ()}

    def forward(self):
        """Add the drift and calculate the output; the squared error."""
        self.add_drift()
        self.activate(self.first)
        return self.find_errors([sum(h * w for h, w in zip(self.h, self.w1, strict=True))])

    def backward(self, t):
        """The gradients of z (without its factor w1) and of w1."""
        g = 2 * self.error[0] / self.hidden
        self.push, self.pull = [self.xx * g * s for s in self.slope], [g * h for h in self.h]

    def keep_gradients(self, arrays, t):
        """None are needed: they follow from what is kept."""


def _floats(numbers):
    return np.array([float(v) for v in numbers])
