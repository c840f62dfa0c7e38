"""Zoom films, and films over a number: keyframes on disk, smooth frames between them, one file at the end."""
from .again import atlas_film, film_again, read_film
from .making import film, film_plan
from .plan import Film, Plan

__all__ = ["Film", "Plan", "atlas_film", "film", "film_again", "film_plan", "read_film"]
