"""Posters: a picture of any size in tiles on disk, with a caption and its recipe."""
from .making import Plan, poster, poster_plan

__all__ = ["Plan", "poster", "poster_plan"]
