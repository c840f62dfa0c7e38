"""Small linked views for lessons: plots that answer one another while a knob is turned or a point is dragged.

Each is a function that returns a `Board`; as the last line of a cell, it is shown.
"""
from .barcode import barcode, strips
from .bifurcation import bifurcation
from .board import Board
from .cobweb import cobweb
from .dial import dial
from .julia import julia
from .relaxation import relaxation
from .roots import draggable_roots
from .shares import shares
from .three_maps import three_maps
from .twins import twin_orbits
from .two_weights import two_weights
from .valley import valley
from .words import word_map

__all__ = ["Board", "barcode", "bifurcation", "cobweb", "dial", "draggable_roots", "julia", "relaxation", "shares", "strips",
           "three_maps", "twin_orbits", "two_weights", "valley", "word_map"]
