"""See why training a neural network is like iterating a fractal.

>>> import fractaledu as fe
>>> land = fe.render(fe.mandelbrot(), size=(8, 8))
>>> land.value.shape
(8, 8)

Importing loads neither matplotlib nor ipywidgets; what draws is loaded when first used.
"""
import importlib

from ._version import __version__
from .atlas import atlas
from .brought import descent, own_system
from .cancelled import Cancelled
from .catalogue import bookmarks
from .deep import SlowReferenceWarning, exact_value
from .derivatives import MetaGradient, meta_gradient
from .descents import bumpy, markus, parabola, three_weights, two_weights
from .dimensions import dimension, uncertainty_exponent
from .ensembles import ensemble
from .landscape import Landscape
from .limits import limits
from .maps import burning_ship, cubic, julia, logistic, magnet, mandelbrot, newton, rational
from .memory import forget, remember
from .names import named
from .networks import network, paper, paper_view, random_network
from .problems import Problem
from .processors import available_threads
from .recipes import Recipe
from .rendering import estimate, evaluate, passes, render
from .stability import edge_at_start, lyapunov, sharpness
from .systems.planar import step_of
from .traces import Trace, trace
from .trust import difference, doubling, one_ulp, shuffled, single_precision
from .view import FloatFloorWarning, View
from .workers import ClusterError, ClusterWarning
from .xor import xor

_DRAWING = {"plot": "figures", "colours": "colour", "save_png": "export", "from_png": "export", "read_recipe": "export",
            "explore": "explorer", "compare": "explorer", "Explorer": "explorer", "Comparison": "explorer",
            "film": "films", "film_plan": "films", "film_again": "films", "read_film": "films", "poster": "posters",
            "poster_plan": "posters", "border_target": "targets", "atlas_film": "films", "certify": "certificate"}

__all__ = ["Cancelled", "ClusterError", "ClusterWarning", "FloatFloorWarning", "Landscape", "MetaGradient",
           "Problem", "Recipe", "SlowReferenceWarning", "Trace", "View", "__version__", "atlas", "available_threads",
           "bookmarks", "bumpy", "burning_ship", "cubic", "descent", "difference", "dimension", "doubling", "edge_at_start",
           "ensemble", "estimate", "evaluate", "exact_value", "forget", "julia", "limits", "logistic", "lyapunov", "magnet",
           "mandelbrot", "markus", "meta_gradient", "named", "network", "newton", "one_ulp", "own_system", "paper",
           "paper_view", "parabola", "passes", "random_network", "rational", "remember", "render", "sharpness", "shuffled",
           "single_precision", "step_of", "three_weights", "trace", "two_weights", "uncertainty_exponent", "xor", *_DRAWING]


def __getattr__(name):
    if name in _DRAWING:
        return getattr(importlib.import_module(f".{_DRAWING[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(set(globals()) | set(__all__))
