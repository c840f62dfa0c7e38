"""LaTeX to an SVG that takes the colour of the text around it; matplotlib's mathtext sets it, nothing comes from the web."""
from __future__ import annotations

import functools
import io
import re

from matplotlib import rc_context
from matplotlib.mathtext import math_to_image


@functools.lru_cache(64)
def svg(latex: str) -> str:
    """An SVG of one formula, "" of none; its height is in em."""
    if not latex:
        return ""
    drawn = io.StringIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "fractaledu", "mathtext.fontset": "cm", "text.color": "black"}):
        math_to_image(f"${latex}$", drawn, format="svg", dpi=72)
    text = drawn.getvalue()
    text = text[text.index("<svg"):]
    # patch_1 is the white ground
    for part in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r'<g id="patch_1">.*?</g>', r"<!--.*?-->"):
        text = re.sub(part, "", text, flags=re.DOTALL)
    width, height = (float(re.search(rf'{side}="([0-9.]+)pt"', text).group(1)) for side in ("width", "height"))
    return text.replace(f'width="{width:g}pt"', f'width="{width / 10:.3f}em"', 1).replace(
        f'height="{height:g}pt"', f'height="{height / 10:.3f}em"', 1)
