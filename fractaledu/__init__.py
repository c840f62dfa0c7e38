"""See why training a neural network is like iterating a fractal.

>>> import fractaledu as fe
>>> land = fe.render(fe.mandelbrot(), size=(8, 8))
>>> land.value.shape
(8, 8)

Importing loads neither matplotlib nor ipywidgets; what draws is loaded when first used.
"""
import importlib

from ._version import __version__
from .engine import Cancelled, available_threads
from .landscape import Landscape
from .names import named
from .networks import network, paper, paper_view, random_network
from .problems import Problem, julia, mandelbrot, newton
from .recipes import Recipe
from .rendering import estimate, evaluate, passes, render
from .systems.planar import step_of
from .traces import Trace, trace
from .view import FloatFloorWarning, View

_DRAWING = {"plot": "figures", "colours": "colour", "save_png": "export", "from_png": "export", "read_recipe": "export",
            "explore": "explorer", "compare": "explorer", "Explorer": "explorer", "Comparison": "explorer"}

__all__ = ["Cancelled", "FloatFloorWarning", "Landscape", "Problem", "Recipe", "Trace", "View", "__version__",
           "available_threads", "estimate", "evaluate", "julia", "mandelbrot", "named", "network", "newton", "paper",
           "paper_view", "passes", "random_network", "render", "step_of", "trace", *_DRAWING]


def __getattr__(name):
    if name in _DRAWING:
        return getattr(importlib.import_module(f".{_DRAWING[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(set(globals()) | set(__all__))
