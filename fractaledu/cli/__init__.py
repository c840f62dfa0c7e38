"""The command line: fractaledu render | film | poster | lab | handout | warm | bench."""
from .entry import main

__all__ = ["main"]
