"""Works timed in turn in one process, and what their seconds say."""
import time

import numpy as np

REST = 0.05             # seconds between two works: threads of BLAS and of XLA that spin, waiting for more, have gone to sleep


def in_turn(works, rounds, compiled=False):
    """Time every function of `works` (name: function), one after the other, `rounds` times.

    Each is called once before the clock runs, unless all is `compiled`.  Returns {name: [seconds, one a round]} and
    {name: what it returned at first}.
    """
    results = {} if compiled else {name: work() for name, work in works.items()}
    seconds = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            time.sleep(REST)
            began = time.perf_counter()
            result = work()
            seconds[name].append(float(f"{time.perf_counter() - began:.5g}"))
            results.setdefault(name, result)
    return seconds, results


def ratios(numerators, denominators):
    """Lower quartile, median and upper quartile of the ratios, one a round."""
    return np.quantile(np.divide(numerators, denominators), (0.25, 0.5, 0.75)).tolist()


def exponent(n, cost):
    """The exponent p of cost ~ n**p, by least squares through log cost over log n, and its standard error."""
    x, y = np.log(n), np.log(cost)
    x = x - x.mean()
    slope = x @ y / (x @ x)
    residual = y - y.mean() - slope * x
    return float(slope), float(np.sqrt(residual @ residual / (len(x) - 2) / (x @ x)))
