"""What is measured: the windows, the networks' arrays, and how large the grids are."""
from dataclasses import dataclass

import numpy as np

import fractaledu as fe
from fractaledu.networks import _arrays

OVERVIEW = fe.View((1e-3, 1e6), (1e-3, 1e6), "log10", "log10", "endpoint")
CALM = fe.View((1.0, 10.0), (1.0, 10.0), "log10", "log10", "endpoint")              # every run converges
VALLEY = fe.View.around(-0.7475, 0.1, 0.01)                                         # seahorses
FIRST = fe.mandelbrot().view
INSIDE = fe.View.around(-0.1, 0.0, 0.1)                                             # of the cardioid: no run ends early
WIDE = fe.View((1e-3, 1e6), (1e-3, 1e6), "log10", "log10")


@dataclass(frozen=True)
class Effort:
    """Rounds, and pixels a side; steps where a job is cut short by them."""

    rounds: int = 5
    net: int = 24                   # paper's net, width 16
    small_net: int = 48             # width 8
    slow_net: int = 12              # against peers that take long
    plane: int = 1024               # the Mandelbrot set
    slow_plane: int = 256
    datum: int = 1024               # one data point
    net_steps: int = 500
    small_net_steps: int = 100
    plane_steps: int = 1000
    datum_steps: int = 200
    job: float = 5.5                # seconds that a job of `scaling` takes one thread
    worker_job: float = 30.0        # and one dask worker
    worker_rounds: int = 3
    dots: tuple = (256, 512, 1024, 2048)        # sides of the matrices of numpy.dot
    starts: int = 3                 # rounds of fresh processes with a warm cache; the cold start is made once
    cold: tuple = ("mandelbrot", "net")
    pictures: tuple = (512, 128)    # sides of the pictures whose memory is measured
    pixels: tuple = (16, 28, 50, 90, 160)                   # sides, for growth: 256 to 25600 pixels
    steps: tuple = (20, 63, 200, 632, 2000)
    widths: tuple = (2, 6, 20, 63, 200)
    samples: tuple = (10, 32, 100, 316, 1000)


FULL = Effort()
QUICK = Effort(rounds=3, net=8, small_net=16, slow_net=4, plane=128, slow_plane=48, datum=128, net_steps=100, job=0.3,
               worker_job=2.0, worker_rounds=1, dots=(256, 512), starts=1, cold=("mandelbrot",), pictures=(128, 16),
               pixels=(4, 8, 16), steps=(20, 63, 200), widths=(2, 6, 20), samples=(10, 32, 100))


def arrays(width):
    """The paper's w0, w1, x and y."""
    return [_arrays()[f"{name}_{width}"] for name in ("w0", "w1", "x_full", "y_full")]


def rates(view, side):
    """The positions of a grid's pixels, (pixels, 2)."""
    return np.stack(np.meshgrid(*view.positions((side, side))), -1).reshape(-1, 2)
