"""Is it structure or rounding?  The same picture from other roundings, one ulp beside, in float32, at twice the resolution."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .arguments import whole
from .blocks import block_correlation, block_means
from .dimensions import bordered, labels
from .landscape import Landscape
from .measure import boundary
from .problems import Problem, as_problem
from .rendering import render, runs
from .systems import network as systems
from .systems.rounded import Rounded

STRUCTURE, UNRELATED = 0.5, 3.0         # correlation of the coarse pictures; multiples of what chance gives


def single_precision(system) -> Problem:
    """The same problem in float32: its numbers, and its state after every step, are rounded to float32.

    Within a step (and a burn-in) the arithmetic stays float64: the mildest way to be short of digits.
    """
    problem = as_problem(system)
    return replace(problem, system=Rounded(_single(problem.system)), name=None, title=f"{problem.title}, float32")


def _single(value):
    """A system with all its float64 rounded to float32."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float32).astype(np.float64) if value.dtype == np.float64 else value
    if isinstance(value, tuple):
        parts = [_single(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return float(np.float32(value)) if isinstance(value, float) else value


def shuffled(system, seed=0) -> Problem:
    """The same network with its data in another order, and its hidden units too: the same mathematics, other roundings.

    Parameters
    ----------
    system : Problem
        A network (`paper`, `network`, `random_network`).
    seed : int, default 0
        Of the permutations.
    """
    problem = as_problem(system)
    kind, rng = problem.system, np.random.default_rng(seed)
    if not isinstance(kind, systems.Network | systems.Minibatch | systems.OneDatum):
        raise ValueError(f"system must be a network whose data can be put in another order, got {problem.title}")
    units = rng.permutation(kind.w1.size)
    if isinstance(kind, systems.OneDatum):
        other = kind._replace(z=kind.z[units], w1=kind.w1[units])
    else:
        order = rng.permutation(kind.y.size)
        other = kind._replace(w0=np.ascontiguousarray(kind.w0[:, units]), w1=kind.w1[units], y=kind.y[order],
                              x=np.ascontiguousarray(kind.x.reshape(kind.y.size, -1)[order]).ravel())
        if isinstance(kind, systems.Minibatch):
            other = other._replace(batches=np.argsort(order).astype(np.int32)[kind.batches])
    named = {p.name for p in problem.parameters}
    options = {key: value for key, value in problem.options.items() if key == "axes" or key in named}
    return replace(problem, system=other, name=None, options=options, title=f"{problem.title}, shuffled")


@dataclass(frozen=True, eq=False)
class Difference:
    """Two landscapes of the same place: where they disagree.

    Attributes
    ----------
    land, other : Landscape
    flipped : bool, shape (rows, columns)
        Another label (converged or not; which attractor; departed or not).
    share, border : float
        Shares of flipped pixels: of all, and of those at the border of `land`.
    """

    land: Landscape
    other: Landscape
    flipped: np.ndarray
    share: float
    border: float

    def __repr__(self):
        return f"<Difference: {self.share:.2%} of all pixels have another label, {self.border:.1%} of those at the border>"


def difference(land: Landscape, other: Landscape) -> Difference:
    """Compare two landscapes of one view, size and number of steps; ValueError if they are not."""
    flipped = [labels(picture) for picture in (land, other)]        # refuses what is no landscape
    for name in ("view", "size", "steps"):
        if getattr(land, name) != getattr(other, name):
            raise ValueError(f"other must have the {name} of land, {getattr(land, name)}, got {getattr(other, name)}")
    edge, flipped = _at_border(flipped[0]), flipped[0] != flipped[1]
    return Difference(land, other, flipped, float(flipped.mean()), float(flipped[edge].mean()) if edge.any() else np.nan)


def _at_border(what):
    """The pixels of which a neighbour has another label."""
    windows = boundary(what)
    edge = np.zeros(what.shape, bool)
    for rows in (slice(None, -1), slice(1, None)):
        for columns in (slice(None, -1), slice(1, None)):
            edge[rows, columns] |= windows
    return edge


@dataclass(frozen=True, eq=False)
class OneUlp:
    """What becomes of labels when both parameters move by one ulp.

    Attributes
    ----------
    land : Landscape
    border, elsewhere : float
        Shares of the tried pixels at the border, and away from it, whose label flips; NaN where there are none.
    tried : (int, int)
        How many of each.
    """

    land: Landscape
    border: float
    elsewhere: float
    tried: tuple[int, int]

    def __repr__(self):
        return (f"<One ulp flips {self.border:.1%} of {self.tried[0]} labels at the border, {self.elsewhere:.1%} of "
                f"{self.tried[1]} elsewhere>")


def one_ulp(land: Landscape, samples=1000, seed=0) -> OneUlp:
    """Move both parameters of pixels by one ulp (the next larger float64) and see which labels flip.

    Parameters
    ----------
    land : Landscape
        Complete, with a border.
    samples : int, default 1000
        Pixels to try at the border, and as many elsewhere.
    seed : int, default 0
        Of the choice among more.
    """
    samples, rng, before = whole("samples", samples, 1, 10 ** 7), np.random.default_rng(seed), bordered(land)
    if land.digits and land.view.at_float_floor(land.size):
        raise ValueError("land must be above the float floor, where an ulp is less than a pixel: certify is for exact pictures")
    edge, found = _at_border(before), []
    for place in (edge, ~edge):
        row, column = np.nonzero(place)
        if len(row) > samples:
            some = rng.choice(len(row), samples, replace=False)
            row, column = row[some], column[some]
        moved = runs(land.problem, np.nextafter(land.x[column], np.inf), np.nextafter(land.y[row], np.inf), land.steps)
        one = replace(land, size=(1, len(row)), pixels=moved[:, None]) if len(row) else None
        flips = labels(one)[:, 0] != before[row, column] if len(row) else np.empty(0)
        found.append((float(flips.mean()) if len(row) else np.nan, len(row)))
    return OneUlp(land, found[0][0], found[1][0], (found[0][1], found[1][1]))


@dataclass(frozen=True, eq=False)
class Doubling:
    """Does twice the resolution keep the coarse picture?

    Attributes
    ----------
    land, fine : Landscape
        The picture, and that of twice the columns and rows.
    block : int
        Pixels of `land` on the side of a block whose mean is compared.
    correlation, chance : float
        Of the two pictures' blocks, and how large it would be by chance (one standard error of unrelated pictures).
    pixels : float
        Correlation of pixels with the mean of the four that take their place.
    verdict : str
        In words.
    """

    land: Landscape
    fine: Landscape
    block: int
    correlation: float
    chance: float
    pixels: float
    verdict: str

    @property
    def blocks(self):
        """The means that were compared, of `land` and of `fine`."""
        common = _commonest(self.land)
        return block_means(labels(self.land) == common, self.block), block_means(labels(self.fine) == common, 2 * self.block)

    def __repr__(self):
        return f"<Doubling test: {self.verdict}>"


def doubling(land: Landscape, fine: Landscape | None = None, block=4, **how) -> Doubling:
    """Compare with the same view at twice the resolution, block by block, by the share of the commonest label.

    Structure stays, noise does not: the samples of the fine picture are others.  In the published "offset" window single
    pixels look like noise and correlate little, blocks of 4 x 4 correlate well.

    Parameters
    ----------
    land : Landscape
    fine : Landscape, optional
        Of the same question, with twice the columns and rows; default: rendered here.
    block : int, default 4
        Side of a block, in pixels of `land`; at least 4 blocks must fit each way.
    **how
        threads, executor, progress, cancel, as in `render`.
    """
    bordered(land)
    block = whole("block", block, 1, min(land.size) // 4, f", in a picture of {land.size[0]} x {land.size[1]}")
    size = 2 * land.size[0], 2 * land.size[1]
    if fine is None:
        fine = render(land.problem, land.view, size, land.steps, **how)
    elif (fine.view, fine.size, fine.steps) != (land.view, size, land.steps):
        raise ValueError(f"fine must show the view of land at {size[0]} x {size[1]} in {land.steps} steps, got {fine!r}")
    common = _commonest(land)
    coarse, refined = (labels(picture) == common for picture in (land, fine))
    correlation, chance = block_correlation(coarse, refined, block)
    pixels, _ = block_correlation(coarse, refined, 1)
    if correlation < UNRELATED * chance:
        words = f"noise: the two pictures are unrelated (correlation {correlation:.2f}, by chance ± {chance:.2f})"
    elif correlation < STRUCTURE:
        words = f"undecided: the coarse picture is kept in part (correlation {correlation:.2f}); try larger blocks"
    else:
        words = f"structure: the coarse picture is kept (correlation {correlation:.2f}, of single pixels {pixels:.2f})"
    return Doubling(land, fine, block, correlation, chance, pixels, words)


def _commonest(land):
    """The commonest label, whose share in a block is compared."""
    values, counts = np.unique(labels(land), return_counts=True)
    return values[counts.argmax()]
