"""The peer for networks: the paper's recipe in JAX, float64, vmap over pixels, all cores.

`recipe` is what the paper's code does: weight matrices, one jitted and vmapped step, Python loops over the steps.
`tuned` is the same mathematics as JAX likes it best here: the output weights a vector, all steps in one `lax.scan`.
"""
import functools

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def network(weights, x):
    """The paper's network in mean-field scale; any output weights, matrix or vector."""
    w0, w1 = weights
    hidden = jax.nn.tanh(jnp.dot(x, w0) / jnp.sqrt(w0.shape[0]) * jnp.sqrt(2.0))
    return jnp.dot(hidden, w1) / jnp.sqrt(w1.shape[0]) / jnp.sqrt(w1.shape[0])


def loss(weights, x, y):
    """Mean squared error."""
    return jnp.mean((network(weights, x) - y) ** 2)


def step(weights, rates, x, y):
    """One step of gradient descent, a rate for each layer; the loss is that before the step."""
    before, gradient = jax.value_and_grad(loss)(weights, x, y)
    return [w - r * g for w, g, r in zip(weights, gradient, rates, strict=True)], before


@jax.jit
@functools.partial(jax.vmap)
def measure(losses):
    """The paper's measure of one loss curve."""
    v = jnp.where(jnp.isfinite(losses), losses, 1e6)
    v = jnp.minimum(v / v[0], 1e6)
    return jnp.where(jnp.mean(v[-20:]) < 1.0, -jnp.sum(v), jnp.sum(1.0 / v))


step_everywhere = jax.jit(jax.vmap(step, in_axes=(0, 0, None, None)), donate_argnums=0)


def recipe(w0, w1, x, y, rates, steps):
    """Values of the pixels with `rates` (pixels, 2), as the paper's code computes them."""
    weights = [jnp.tile(w, (len(rates), 1, 1)) for w in (w0, w1[:, None])]
    losses = []
    for _ in range(steps):
        weights, before = step_everywhere(weights, rates, x, y[:, None])
        losses.append(before)
    return np.asarray(measure(jnp.stack(losses, axis=-1)))


@functools.partial(jax.jit, static_argnames="steps")
def _scan(w0, w1, x, y, rates, steps):
    def run(rates):
        return jax.lax.scan(lambda weights, _: step(weights, rates, x, y), [w0, w1], None, length=steps)[1]
    return measure(jax.vmap(run)(rates))


def tuned(w0, w1, x, y, rates, steps):
    """The same values, faster."""
    return np.asarray(_scan(w0, w1, x, y, rates, steps))
