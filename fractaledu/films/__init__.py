"""Zoom films, and films over a number: keyframes on disk, smooth frames between them, one file at the end."""
from .making import Film, Plan, film, film_again, film_plan, read_film

__all__ = ["Film", "Plan", "film", "film_again", "film_plan", "read_film"]
