"""Our kernel and a peer on the same grid, in turn, on all processors that the process may use."""
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy_peers
import scalar_mandelbrot
import scalar_network
from compare_grids import CALM, FIRST, OVERVIEW, VALLEY, WIDE, arrays, rates
from compare_turns import in_turn

import fractaledu as fe

PIECES = 16                 # of a scalar peer's grid, for each thread


class Case(NamedTuple):
    """A row: what is computed, through `fe.render` and by the peer `theirs(case)`, which gives verdicts."""

    grid: str
    peer: str
    problem: fe.Problem
    view: fe.View
    side: int
    steps: int
    theirs: object
    goal: float | None = None


def scalar(case):
    """Verdicts by plain scalar Numba, threads over pieces of the grid."""
    a, b = np.ascontiguousarray(rates(case.view, case.side).T)
    n, threads = a.size, fe.available_threads()
    value, last, departure, verdict = np.empty(n), np.empty(n), np.empty(n, np.int32), np.empty(n, np.int8)
    width = case.problem.options.get("width")

    def piece(part):
        places, out = (a[part], b[part]), (value[part], last[part], departure[part], verdict[part])
        if width:
            scalar_network.network(*arrays(width), *places, case.steps, *out)
        else:
            scalar_mandelbrot.mandelbrot(*places, case.steps, *out)

    ends = np.linspace(0, n, PIECES * threads + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(piece, map(slice, ends, ends[1:])))
    return verdict


def whole(case):
    """Verdicts by numpy."""
    places, width = rates(case.view, case.side), case.problem.options.get("width")
    if width:
        return numpy_peers.network(*arrays(width), places, case.steps)[1]
    return numpy_peers.mandelbrot(*places.T, case.steps)[1]


def recipe(case):
    """Signs of the values by the paper's recipe in JAX."""
    return jax("recipe", case)


def tuned(case):
    """Signs of the values by JAX as it is fastest."""
    return jax("tuned", case)


def jax(how, case):
    """-1 where the run converged."""
    import jax_network
    value = getattr(jax_network, how)(*arrays(case.problem.options["width"]), rates(case.view, case.side), case.steps)
    return np.where(np.signbit(value), -1, 1)


def cases(effort):
    """Every row."""
    planes = ("seahorse valley", VALLEY, 4.0), ("first view", FIRST, None)
    for place, view, goal in planes:
        yield Case(f"Mandelbrot, {place}", "scalar Numba", fe.mandelbrot(), view, effort.plane, effort.plane_steps, scalar,
                   goal)
    for place, view, _ in planes:
        yield Case(f"Mandelbrot, {place}", "numpy", fe.mandelbrot(), view, effort.slow_plane, effort.plane_steps, whole)
    for peer, name, side, small, goals in ((recipe, "paper's recipe in JAX", effort.net, effort.small_net, (17.0, 25.0, 22.0)),
                                           (tuned, "JAX, one scan", effort.net, effort.small_net, (None,) * 3),
                                           (scalar, "scalar Numba", effort.slow_net, effort.net, (None,) * 3),
                                           (whole, "numpy", effort.slow_net, effort.net, (None,) * 3)):
        for place, view, goal in (("all converge", CALM, goals[0]), ("overview", OVERVIEW, goals[1])):
            yield Case(f"tanh net, width 16, {place}", name, fe.paper("tanh"), view, side, effort.net_steps, peer, goal)
        yield Case("tanh net, width 8, overview", name, fe.paper("tanh", width=8), OVERVIEW, small, effort.small_net_steps,
                   peer, goals[2])
    yield Case("tanh net, width 16, all converge", "paper's recipe in JAX", fe.paper("tanh"), CALM, effort.slow_net,
               effort.net_steps, recipe)                        # so few pixels that JAX's arrays stay in the cache


def peers(effort, left_out):
    """The rows of the table; what could not be measured is told to `left_out`."""
    has_jax = importlib.util.find_spec("jax") is not None
    if not has_jax:
        left_out("JAX is not installed: pip install jax")
    for case in cases(effort):
        if has_jax or case.theirs not in (recipe, tuned):
            yield compared(case, effort.rounds)


def compared(case, rounds):
    """One row."""
    works = {"ours": lambda: fe.render(case.problem, case.view, (case.side,) * 2, case.steps).verdict.ravel(),
             "theirs": lambda: case.theirs(case)}
    seconds, found = in_turn(works, rounds)
    signs = case.theirs in (recipe, tuned)                      # these tell no more than whether a run converged
    agreement = (found["ours"] < 0) == (found["theirs"] < 0) if signs else found["ours"] == found["theirs"]
    return {"grid": case.grid, "peer": case.peer, "side": case.side, "steps": case.steps, **seconds,
            "agreement": round(float(agreement.mean()), 6), "goal": case.goal}


# ---------------------------------------------------------------- alone

def alone(effort, left_out):
    """Pictures that no peer draws: one data point, and the paper's six conditions."""
    found = [("one data point, width 16", fe.paper("one-datum"), effort.datum, effort.datum_steps, 600_000.0)]
    for condition in fe.networks.CONDITIONS:
        problem = fe.paper(condition)
        side = effort.datum // 4 if condition == "one-datum" else 4 * effort.net if condition == "linear" else effort.net
        steps = max(1, problem.steps * effort.net_steps // 500)
        found.append((f"paper's six: {condition}", problem, side, steps, None))
    for name, problem, side, steps, goal in found:
        def draw(problem=problem, side=side, steps=steps):
            return fe.render(problem, WIDE, (side, side), steps)
        seconds, lands = in_turn({"ours": draw}, effort.rounds)
        yield {"picture": name, "side": side, "steps": steps, **seconds, "goal": goal,
               "converged": round(float((lands["ours"].verdict < 0).mean()), 4)}
