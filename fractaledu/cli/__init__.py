"""The command line: fractaledu render | film | poster | lab | handout | site | warm | bench."""
from .entry import main

__all__ = ["main"]
