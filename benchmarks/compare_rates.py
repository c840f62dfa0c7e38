"""What one thread of the processor can do, and how much of that a training run gets; all in turn.

numpy.dot and our networks; how many fused multiply-adds, divisions and square roots the processor does from registers, and our
tanh from the first cache; and beside these the steps of two small systems that are made of them.
"""
import numpy as np
from compare_grids import CALM, INSIDE, arrays
from compare_turns import in_turn
from numba import njit
from threadpoolctl import threadpool_limits

import fractaledu as fe
from fractaledu.elementary import root_and_inverse, tanh
from fractaledu.simd import WIDTH, fma, load, splat, sqrt, store

CHAINS = 16                 # independent operations under way: more than latency times units of any processor we know
VECS = 40_000_000           # Vecs that each register loop works on


@njit(error_model="numpy")
def _multiply_adds(cells, count, x, y):
    a, b, c, d, e, f, g, h = (load(cells, 0), load(cells, WIDTH), load(cells, 2 * WIDTH), load(cells, 3 * WIDTH),
                              load(cells, 4 * WIDTH), load(cells, 5 * WIDTH), load(cells, 6 * WIDTH), load(cells, 7 * WIDTH))
    i, j, k, m, n, o, p, q = (a + x, b + x, c + x, d + x, e + x, f + x, g + x, h + x)
    u, v = splat(x), splat(y)
    for _ in range(count):
        a, b, c, d = fma(a, u, v), fma(b, u, v), fma(c, u, v), fma(d, u, v)
        e, f, g, h = fma(e, u, v), fma(f, u, v), fma(g, u, v), fma(h, u, v)
        i, j, k, m = fma(i, u, v), fma(j, u, v), fma(k, u, v), fma(m, u, v)
        n, o, p, q = fma(n, u, v), fma(o, u, v), fma(p, u, v), fma(q, u, v)
    store(cells, 0, a + b + c + d + e + f + g + h + i + j + k + m + n + o + p + q)


@njit(error_model="numpy")
def _divisions(cells, count, x, y):
    a, b, c, d = load(cells, 0), load(cells, WIDTH), load(cells, 2 * WIDTH), load(cells, 3 * WIDTH)
    e, f, g, h = a + x, b + x, c + x, d + x
    for _ in range(count):
        a, b, c, d, e, f, g, h = x / a, x / b, x / c, x / d, x / e, x / f, x / g, x / h
        a, b, c, d, e, f, g, h = y / a, y / b, y / c, y / d, y / e, y / f, y / g, y / h
    store(cells, 0, a + b + c + d + e + f + g + h)


@njit(error_model="numpy")
def _square_roots(cells, count, x, y):
    a, b, c, d = load(cells, 0), load(cells, WIDTH), load(cells, 2 * WIDTH), load(cells, 3 * WIDTH)
    e, f, g, h = a + x, b + x, c + x, d + x
    for _ in range(2 * count):
        a, b, c, d = sqrt(a) + y, sqrt(b) + y, sqrt(c) + y, sqrt(d) + y
        e, f, g, h = sqrt(e) + y, sqrt(f) + y, sqrt(g) + y, sqrt(h) + y
    store(cells, 0, a + b + c + d + e + f + g + h)


@njit(error_model="numpy")
def _tanhs(cells, count, x, y):
    for _ in range(count):
        for i in range(0, CHAINS * WIDTH, WIDTH):
            store(cells, i, tanh(load(cells, i)))           # in place: each needs the one before, so that none is left out


@njit(error_model="numpy")
def _roots(cells, count, x, y):
    a, b, c, d = load(cells, 0), load(cells, WIDTH), load(cells, 2 * WIDTH), load(cells, 3 * WIDTH)
    e, f, g, h = a + x, b + x, c + x, d + x
    for _ in range(2 * count):
        a, b, c, d = _sum_of_roots(a), _sum_of_roots(b), _sum_of_roots(c), _sum_of_roots(d)
        e, f, g, h = _sum_of_roots(e), _sum_of_roots(f), _sum_of_roots(g), _sum_of_roots(h)
    store(cells, 0, a + b + c + d + e + f + g + h)


@njit(forceinline=True)
def _sum_of_roots(a):
    root, inverse = root_and_inverse(a)
    return root + inverse


OPERATIONS = {"fused multiply-add": _multiply_adds, "division": _divisions, "square root": _square_roots,
              "our square root and its inverse": _roots, "our tanh": _tanhs}


def products(width, samples, steps):
    """Operations of the two matrix products of a run: each a multiplication and an addition."""
    return 2 * 2 * samples * width * width * steps


def dots(effort):
    """numpy.dot of several sizes, each repeated until the largest's time is spent, about."""
    for n in effort.dots:
        a, b = np.random.default_rng(0).normal(size=(2, n, n))
        repeats = max(1, max(effort.dots) ** 3 // n ** 3 // 2)
        yield ({"work": f"numpy.dot {n}²", "kind": "dot", "operations": 2 * n ** 3 * repeats},
               lambda a=a, b=b, repeats=repeats: [np.dot(a, b) for _ in range(repeats)][-1][0, 0])


def nets(effort):
    """The paper's nets where all converge."""
    for width, side, steps in ((16, effort.net, effort.net_steps), (8, effort.small_net, effort.small_net_steps)):
        samples, problem = len(arrays(width)[3]), fe.paper("tanh", width=width)
        yield ({"work": f"tanh net, width {width}", "kind": "net", "side": side, "steps": steps,
                "operations": products(width, samples, steps) * side ** 2, "tanh": samples * width * steps * side ** 2},
               draw(problem, CALM, side, steps))


def operations(effort):
    """Operations on Vecs: `vecs` of `width` numbers each."""
    count = max(1000, int(VECS * min(1.0, effort.job)) // CHAINS)
    cells = np.linspace(1.0, 2.0, CHAINS * WIDTH)
    for name, loop in OPERATIONS.items():
        yield ({"work": name, "kind": "operation", "vecs": count * CHAINS, "width": WIDTH},
               lambda loop=loop: loop(cells.copy(), count, 1.5, 0.25))


def small_steps(effort):
    """Steps of two small systems, of `width` pixels at once."""
    side = max(16, effort.plane // 8)
    for name, problem, view, steps in (
            ("step of the Mandelbrot set, inside", fe.mandelbrot(), INSIDE, effort.plane_steps),
            ("step of the one-datum net, width 16", fe.paper("one-datum"), CALM, effort.datum_steps)):
        yield ({"work": name, "kind": "operation", "vecs": side * side // WIDTH * steps, "width": WIDTH},
               draw(problem, view, side, steps))


def draw(problem, view, side, steps):
    """A picture to draw with one thread."""
    return lambda: fe.render(problem, view, (side, side), steps, threads=1)


def rates(effort, left_out):
    """The rows of three tables; all in turn, one thread each."""
    rows = [*dots(effort), *nets(effort), *operations(effort), *small_steps(effort)]
    with threadpool_limits(1):
        seconds, _ = in_turn({row["work"]: work for row, work in rows}, effort.rounds)
    return [row | {"seconds": seconds[row["work"]]} for row, _ in rows]
