"""matplotlib figures of results.  Each takes an `ax`, computes nothing and never shows."""
from . import certificates, instruments, maps  # noqa: F401  they register what they draw
from .plotting import plot

__all__ = ["plot"]
