"""The widget: a map, the run behind each pixel, the knobs."""
from .compare import Comparison, compare
from .make import explore
from .widget import Explorer

__all__ = ["Comparison", "Explorer", "compare", "explore"]
