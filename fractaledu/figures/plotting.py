"""plot: one function for every result."""
from __future__ import annotations

import functools


@functools.singledispatch
def plot(result, ax=None, **how):
    """Draw a result of this package and return the artist.

    Parameters
    ----------
    result : Landscape, Trace, Dimension, Uncertainty, Sharpness, Lyapunov, Difference, OneUlp, Doubling or Ensemble
        A landscape is drawn as a map with its axes in true units and a legend, a trace as its watched number, a dimension as
        its counts with the fit and the null models, …
    ax : matplotlib.axes.Axes, optional
        Draw here; default: a new figure.
    palette, mode, reference, legend
        For landscapes: as in `colours`; `legend=False` leaves it out.

    Returns
    -------
    matplotlib artist, or a list of them
    """
    raise TypeError(f"result must be one that this package computed, got {type(result).__name__}")
