"""From a landscape to the bytes that travel to the browser, and the legend in words."""
from __future__ import annotations

import io

import numpy as np
from PIL import Image

from ..colour import GAP, INK, STATES, basin_colours, legend_strip
from ..export import image
from ..landscape import Landscape
from ..problems import SIZE
from ..rendering import thinned
from ..wording import attractor_name

SHADES = 48                     # of a legend's strip


def encoded(land: Landscape, palette, mode, final) -> tuple[dict, bytes]:
    """A picture of the pixels of a pass only: PNG when `final`, else JPEG; with what the browser must know to place it."""
    thin = thinned(land)
    picture, data = image(thin, palette, mode), io.BytesIO()
    if final:
        _indexed(picture).save(data, "PNG", compress_level=4)
    else:
        picture.convert("RGB").save(data, "JPEG", quality=85)
    # the last blocks of a coarse picture can hang over its edge
    cover = [thin.size[k] * land.stride / land.size[k] for k in (0, 1)]
    return {"format": "png" if final else "jpeg", "stride": land.stride, "cover": cover, "steps": land.steps,
            "guess": land.guess}, data.getvalue()


def _indexed(picture):
    """The same picture with a table of its colours, where 256 are enough: a third of the bytes."""
    rgba = np.asarray(picture)
    packed = rgba.view(np.uint32)[..., 0]
    shades, index = np.unique(packed, return_inverse=True)
    table = shades.view(np.uint8).reshape(-1, 4)
    if len(shades) > 256:
        return picture
    small = Image.fromarray(index.reshape(packed.shape).astype(np.uint8), "L")
    small.putpalette(table[:, :3].tobytes(), "RGB")
    if (table[:, 3] < 255).any():
        return picture
    return small


def legend(problem, palette, mode, steps) -> dict:
    """What stands under the picture: a strip of colours with words, or a swatch for each state or root."""
    if mode in ("rank", "value"):
        strip = legend_strip(palette)
        shades = strip[np.linspace(0, len(strip) - 1, SHADES).astype(int)]
        stays, leaves = (f"← {side} →" for side in problem.watched.sides)
        words = (["slow", stays, "fast ┊ fast", leaves, "slow"] if mode == "rank" else
                 [f"−{steps}", stays, "−1 ┊ 1", leaves, f"{steps}"])
        if mode == "rank" and problem.watched is SIZE:
            words[0], words[2] = "wide orbit", "small orbit ┊ fast"
        return {"shades": [_hex(c) for c in shades], "words": words,
                "about": "rank among the runs of this picture" if mode == "rank" else "the value itself, logarithmic"}
    if mode in ("verdict", "patterns"):
        textures = {-1: "rising", 0: "", 1: "hatch"} if mode == "patterns" else dict.fromkeys(STATES, "")
        return {"swatches": [[colour, word, textures[state]] for state, (colour, word) in STATES.items()], "ink": INK,
                "about": ""}
    shown = problem.attractors
    swatches = [[colour, attractor_name(place), ""] for colour, place in
                zip(basin_colours(len(shown)), shown, strict=True)]
    return {"swatches": [*swatches, ["#000000", "none reached", ""]], "about": "what is reached; the darker, the more steps"}


def place_on_legend(place) -> float:
    """Where on the strip (0 to 1) a palette's place from -1 to 1 lies."""
    half = min(0.49, max(0.0, (1 - (abs(place) - GAP) / (1 - GAP)) / 2))        # 0.5 is where the sides meet
    return half if place > 0 else 1 - half


def swatch_of(problem, pixel, mode) -> int:
    """Which swatch of the legend a run (of kernel.PIXEL) has; -1: none."""
    if mode != "basins":
        return int(pixel["verdict"]) + 1
    which, shown = int(pixel["attractor"]), len(problem.attractors)
    return which if 0 <= which < shown else shown if which < 0 else -1


def _hex(rgba):
    return "#{:02x}{:02x}{:02x}".format(*rgba[:3])
