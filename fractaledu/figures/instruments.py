"""Figures of what the instruments measure."""
from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from ..ensembles import Ensemble
from ..measure import Dimension
from ..stability import Lyapunov, Sharpness
from ..trust import Difference, Doubling, OneUlp
from ..uncertainty import Uncertainty
from .maps import show_map
from .plotting import plot

OURS, FIT, SMOOTH, NOISE = "#0072B2", "#D55E00", "#009E73", "#7F7F7F"
PANEL = {"figsize": (5, 3.6), "layout": "constrained"}


def _axes(ax, **how):
    return plt.subplots(**(PANEL | how))[1] if ax is None else ax


@plot.register
def _(found: Dimension, ax=None):
    """Counts against box size, the fit, and the two null models, moved to begin where ours does."""
    ax = _axes(ax)
    counts = np.median(found.counts, axis=0)
    artist = ax.loglog(found.sizes, counts, "o", color=OURS, label="this border")
    if found.fit is not None:
        size = np.array(found.fit, float)
        middle = np.exp(np.log(size).mean())
        through = np.exp(np.interp(np.log(middle), np.log(found.sizes), np.log(counts)))
        ax.loglog(size, through * (size / middle) ** -found.dimension, color=FIT, linewidth=2,
                  label=f"fit {found.dimension:.2f} ± {found.error:.2f}")
        ax.axvspan(*found.fit, color=FIT, alpha=0.08, linewidth=0)
    for other, colour, word in ((found.smooth, SMOOTH, "a smooth border"), (found.noise, NOISE, "white noise")):
        if other is not None:
            line = np.median(other.counts, axis=0)
            ax.loglog(other.sizes, line / line[0] * counts[0], "--", color=colour, linewidth=1,
                      label=f"{word} {other.dimension:.2f}")
    ax.set_xlabel("box size, pixels")
    ax.set_ylabel("boxes that hold a piece of the border")
    ax.set_title(f"box-counting dimension {found.dimension:.2f} ± {found.error:.2f}", fontsize="medium")
    ax.legend(fontsize="small", frameon=False)
    return artist


@plot.register
def _(found: Uncertainty, ax=None):
    ax = _axes(ax)
    sizes, shares = np.asarray(found.sizes, float), np.asarray(found.fractions)
    artist = ax.loglog(sizes, shares, "o", color=OURS)
    middle = np.exp(np.log(sizes).mean())
    through = np.exp(np.log(shares).mean())
    ax.loglog(sizes, through * (sizes / middle) ** found.alpha, color=FIT, label=f"α = {found.alpha:.2f} ± {found.error:.2f}")
    ax.set_xlabel("distance ε, pixels")
    ax.set_ylabel("share of pixels whose label changes")
    ax.set_title(f"uncertainty exponent, dimension 2 − α = {found.dimension:.2f}", fontsize="medium")
    ax.legend(fontsize="small", frameon=False)
    return artist


@plot.register
def _(found: Sharpness, ax=None):
    """Sharpness as a share of the edge of stability; the loss in the background."""
    ax = _axes(ax)
    artist = ax.plot(found.steps, found.preconditioned / found.history.edge, color=OURS, label="sharpness / edge")
    ax.axhline(1.0, color=FIT, linewidth=1, linestyle="--", label="edge of stability")
    ax.set_xlabel("step")
    ax.set_ylabel("sharpness, as a share of the edge")
    ax.set_ylim(bottom=0)
    loss = ax.twinx()
    loss.semilogy(found.steps, np.where(found.history.loss > 0, found.history.loss, np.nan), color=NOISE, linewidth=1)
    loss.set_ylabel("loss", color=NOISE)
    ax.set_title(found.problem.title, fontsize="medium")
    ax.legend(fontsize="small", frameon=False)
    return artist


@plot.register
def _(found: Lyapunov, ax=None):
    """The mean of the growth so far."""
    ax = _axes(ax)
    counted = found.growth[found.burn:]
    steps = np.arange(1, len(counted) + 1)
    thin = np.unique(np.geomspace(1, len(counted), 2000).astype(int)) - 1
    artist = ax.plot(steps[thin], (np.cumsum(counted) / steps)[thin], color=OURS)
    ax.axhline(0.0, color=NOISE, linewidth=1)
    ax.axhline(found.exponent, color=FIT, linewidth=1, linestyle="--")
    ax.set_xscale("log")
    ax.set_xlabel(f"step, after {found.burn}")
    ax.set_ylabel("mean growth per step, natural log")
    ax.set_title(f"Lyapunov exponent {found.exponent:.4g}", fontsize="medium")
    return artist


@plot.register
def _(found: Difference, ax=None):
    ax = _axes(ax, figsize=(5, 5.4))
    artist = show_map(ax, found.land, found.flipped, cmap=ListedColormap(["#F2F2F2", FIT]), vmin=0, vmax=1)
    ax.set_title(f"{found.other.problem.title}:\n{found.share:.2%} of the labels flip", fontsize="medium")
    return artist


@plot.register
def _(found: OneUlp, ax=None):
    ax = _axes(ax)
    artist = ax.bar(["at the border", "elsewhere"], np.nan_to_num([found.border, found.elsewhere]), color=[FIT, OURS])
    ax.set_ylim(0, 1)
    ax.set_ylabel("labels that one ulp flips, share")
    ax.set_title(found.land.problem.title, fontsize="medium")
    return artist


@plot.register
def _(found: Doubling, ax=None):
    """The share of the commonest label in blocks, of the picture against that of twice the resolution."""
    ax = _axes(ax, figsize=(4.4, 4.4))
    artist = ax.plot(*(share.ravel() for share in found.blocks), ".", color=OURS, markersize=3, alpha=0.5)
    ax.plot([0, 1], [0, 1], color=NOISE, linewidth=1)
    ax.set_xlabel(f"share in blocks of {found.block} × {found.block} pixels")
    ax.set_ylabel("the same at twice the resolution")
    ax.set_title(found.verdict.replace(": ", ":\n").replace(" (", "\n("), fontsize="medium")
    return artist


@plot.register
def _(found: Ensemble, ax=None):
    ax = _axes(ax, figsize=(5, 5.6))
    artist = show_map(ax, found.land, found.share, cmap="cividis", vmin=0, vmax=1)
    ax.figure.colorbar(artist, ax=ax, location="bottom", aspect=28, pad=0.03,
                       label=f"share of {len(found.seeds)} seeds that converge")
    ax.set_title(found.land.problem.title.split(", seed")[0], fontsize="medium")
    return artist
