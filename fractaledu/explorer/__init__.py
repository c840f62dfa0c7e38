"""What can be touched in a notebook."""
from .live import Live, live

__all__ = ["Live", "live"]
