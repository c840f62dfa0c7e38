"""Maps of the plane that settle or run away: a new one is a NamedTuple and one scalar function.

Every map here watches v = |z| / 2 after the step, as the paper's code does, and has departed when |z| > 2.
"""
from typing import NamedTuple

from numba import njit, types
from numba.extending import overload

from ..elementary import root_and_inverse
from ..kernel import LANES, Rule, advance, attractor, rows, rule, scratch_rows, start
from ..simd import load, store

_steps = {}             # class -> (its jitted step, whether the pixel is the start; else it is a parameter)


def step(system, t, x, y, a, b):
    """One step of a map of the plane: the state x + iy at the pixel a + ib, to its next state."""
    raise NotImplementedError


def step_of(cls, plane="parameter"):
    """Make a NamedTuple a map of the plane; decorates its step.

    Parameters
    ----------
    cls : type
        A NamedTuple class; its fields (numbers, arrays) are the map's constants.
    plane : {"parameter", "start"}, default "parameter"
        What a pixel a + ib is: a parameter, the state starting at 0 (Mandelbrot), or the start itself (Julia).

    The step is a function ``step(system, t, x, y, a, b)`` that returns the next ``(x, y)``, t counting from 0.  It is
    compiled for several pixels at once, so it is built from + - * /, ``abs``, comparisons and ``simd.where``, without
    ``if`` on x, y, a or b.  It stays an ordinary function too: without ``simd.where``, call it with floats to see one
    step.
    """
    if plane not in ("parameter", "start"):
        raise ValueError(f'plane must be "parameter" or "start", got {plane!r}')
    if not (isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")):
        raise TypeError(f"cls must be a NamedTuple class, got {cls!r}")
    if cls in _steps:
        raise ValueError(f"{cls.__name__} has a step already; define the NamedTuple anew together with its step")

    def register(function):
        _steps[cls] = njit(forceinline=True)(function), plane == "start"
        return function
    return register


def is_planar(cls):
    """Whether the NamedTuple class `cls` was given a step."""
    return cls in _steps


def step_of_class(cls):
    """The step that the NamedTuple class `cls` was given."""
    return _steps[cls][0].py_func


class Mandelbrot(NamedTuple):
    """z' = z**power + c, from z = 0; the pixel is c."""

    power: int = 2


class Julia(NamedTuple):
    """z' = z**power + c with c = cx + i cy; the pixel is the start."""

    cx: float = -0.122561166876654
    cy: float = 0.744861766619744
    power: int = 2


class BurningShip(NamedTuple):
    """z' = (|Re z| + i |Im z|)**power + c, from z = 0; the pixel is c (Michelitsch and Roessler 1992)."""

    power: int = 2


@njit(forceinline=True)
def _power(power, x, y):
    u, v = x * x - y * y, 2.0 * x * y
    for _ in range(power - 2):
        u, v = u * x - v * y, u * y + v * x
    return u, v


@step_of(Mandelbrot)
def mandelbrot_step(system, t, x, y, a, b):
    """z**power + c."""
    u, v = _power(system.power, x, y)
    return u + a, v + b


@step_of(Julia, plane="start")
def julia_step(system, t, x, y, a, b):
    """z**power + c."""
    u, v = _power(system.power, x, y)
    return u + system.cx, v + system.cy


@step_of(BurningShip)
def burning_ship_step(system, t, x, y, a, b):
    """(|Re z| + i |Im z|)**power + c."""
    u, v = _power(system.power, abs(x), abs(y))
    return u + a, v + b


# ---------------------------------------------------------------- what the kernel asks

def _planar(system):
    """(jitted step, whether the pixel is the start) of a Numba type, or None."""
    return _steps.get(system.instance_class) if isinstance(system, types.BaseNamedTuple) else None


@overload(step, jit_options={"forceinline": True})
def _step(system, t, x, y, a, b):
    found = _planar(system)
    if found:
        jitted = found[0]
        return lambda system, t, x, y, a, b: jitted(system, t, x, y, a, b)


@overload(rule)
def _rule(system):
    if _planar(system):
        return lambda system: Rule(relative=False, after=1, limit=1.0, tolerance=0.0, escape=-1)


@overload(rows)
def _rows(system):
    if _planar(system):
        return lambda system: 2


@overload(scratch_rows)
def _scratch_rows(system):
    if _planar(system):
        return lambda system: 0


@overload(attractor)
def _attractor(system, cells, at):
    if _planar(system):
        return lambda system, cells, at: -1


@overload(start)
def _start(system, cells, params, at):
    found = _planar(system)
    if not found:
        return None

    def at_pixel(system, cells, params, at):
        store(cells, at, load(cells, params))
        store(cells, at + LANES, load(cells, params + LANES))

    def at_zero(system, cells, params, at):
        store(cells, at, 0.0)
        store(cells, at + LANES, 0.0)
    return at_pixel if found[1] else at_zero


@overload(advance, jit_options={"forceinline": True, "error_model": "numpy"})
def _advance(system, t, cells, params, at, scratch):
    if _planar(system):
        def impl(system, t, cells, params, at, scratch):
            a, b = load(cells, params), load(cells, params + LANES)
            x, y = step(system, t, load(cells, at), load(cells, at + LANES), a, b)
            store(cells, at, x)
            store(cells, at + LANES, y)
            return root_and_inverse(0.25 * (x * x + y * y))
        return impl
