"""Warnings of whatever depth of this package, for the line outside of it that they are about."""
import sys
import warnings


def warn_outside(message, category) -> None:
    """Warn for the line that called the package."""
    level, frame, package = 2, sys._getframe(1), __name__.partition(".")[0]
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
