"""Small linked views for lessons: plots that answer one another while a knob is turned or a point is dragged.

Each is a function that returns a `Board`; as the last line of a cell, it is shown.
"""
from .barcode import barcode, strips
from .bifurcation import bifurcation
from .board import Board
from .box_counting import box_counting
from .capacity import capacity
from .cobweb import cobweb
from .dial import dial
from .filtering import filtering
from .julia import julia
from .lottery import lottery
from .meta_loss import meta_loss
from .relaxation import relaxation
from .roots import draggable_roots
from .shares import shares
from .six import six
from .three_maps import three_maps
from .train_one import train_one
from .training_map import training_map
from .twins import twin_orbits
from .two_weights import two_weights
from .valley import valley
from .words import word_map
from .zoom import zoom

__all__ = ["Board", "barcode", "bifurcation", "box_counting", "capacity", "cobweb", "dial", "draggable_roots", "filtering",
           "julia", "lottery", "meta_loss", "relaxation", "shares", "six", "strips", "three_maps", "train_one",
           "training_map", "twin_orbits", "two_weights", "valley", "word_map", "zoom"]
