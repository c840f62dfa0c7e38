"""The map of what is known of each pixel of a picture."""
from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from ..certificate import Certificate
from .maps import show_map
from .plotting import plot

# for each status the colour of runs that converged, and a paler one of those that did not
TINTS = {"agreed": ("#7F7F7F", "#DADADA"), "exact": ("#0072B2", "#A6D3EA"), "undecided": ("#D55E00", "#F7C8A5")}


@plot.register
def _(found: Certificate, ax=None):
    """Each pixel's status, converged runs darker than the others."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 5.8), layout="constrained")
    colours = ListedColormap([colour for pair in TINTS.values() for colour in pair])
    artist = show_map(ax, found.land, 2 * found.status + (found.land.value > 0), cmap=colours, vmin=-0.5, vmax=5.5)
    ax.set_title(f"{found.land.problem.title}\nwhich verdicts are sure", fontsize="medium")
    handles = [Patch(facecolor=TINTS[name][0], label=f"{name} {share:.1%}") for name, share in found.shares.items()]
    handles.append(Patch(facecolor="white", edgecolor="black", label="dark: converged, pale: not"))
    if found.checked:
        handles.append(Patch(visible=False, label=f"{found.wrong} of {found.checked} agreed ones wrong"))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize="small", frameon=False)
    return artist
