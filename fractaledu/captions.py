"""Text on a film's frames and under a poster: DejaVu Sans, the font that matplotlib brings along."""
from __future__ import annotations

import functools
import math
import os
from collections.abc import Sequence
from decimal import Context, Decimal

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from .wording import number, power_of_ten

SMALLEST = 7                        # px: below this DejaVu's digits run together
DARKNESS = 0.68                     # of the strip: white text on it has a contrast of 8:1 even over a white picture
TALLEST = 0.5                       # of a picture's height that its caption may cover
LONGEST_PLACE, HEAD, TAIL = 18, 11, 6       # letters of a centre; of a longer one those at its ends
PAPER, INK, GREY = "#FFFFFF", "#202020", "#505050"          # of a band; grey on this paper has a contrast of 8:1


def overlay(picture: Image.Image, lines: Sequence[str], room: Sequence[str] = ()) -> Image.Image:
    """The picture with a dark translucent strip at its bottom, and the lines on it in white.

    The text's size follows the picture's height.  It shrinks until all fits, to 0.6 of that and 7 px at least; what is still
    too wide is broken at its spaces (not at no-break ones), and the last lines are left out where the strip would hide more
    than half of the picture.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB.  It is not changed; in the result no pixel above the strip is either.
    lines : sequence of str
        None: the result is a copy.
    room : sequence of str, default none
        Lines that would have to fit at the same size, such as the longest ones of a film: the text then keeps its size while
        its numbers change.  (All digits are equally wide.)

    Returns
    -------
    PIL.Image.Image
        RGB, of the same size.
    """
    result, (width, height) = picture.copy(), picture.size
    margin = max(2, round(0.014 * min(width, height)))
    across, down = width - 2 * margin, TALLEST * height - margin
    size = max(SMALLEST, round(6.5 + 0.0165 * height))
    smallest = max(SMALLEST, round(0.6 * size))
    while size > smallest and not (_fits(lines, size, across, down) and _fits(room, size, across, down)):
        size -= 1
    font, step = _font(size), _line_height(size)
    rows = [row for line in lines for row in _broken(line, font, across)][:max(0, int(down // step))]
    if rows:
        box = (0, height - len(rows) * step - margin, width, height)
        strip = picture.crop(box).point([round((1 - DARKNESS) * shade) for shade in range(256)] * 3)
        _write(ImageDraw.Draw(strip), rows, font, step, margin, margin // 2, "#FFFFFF")
        result.paste(strip, box)
    return result


def band(width: int, lines: Sequence[str]) -> Image.Image:
    """The text that stands under a poster: dark on white, the first line as a title.

    Parameters
    ----------
    width : int
        Of the poster, in pixels.  The text's size follows it, and what is too wide is broken at its spaces.
    lines : sequence of str
        At least one.

    Returns
    -------
    PIL.Image.Image
        RGB, `width` pixels wide, as high as the text needs.

    Raises
    ------
    ValueError
        If there are no lines.
    """
    if not lines:
        raise ValueError("lines must be at least one, got none")
    margin = max(2, round(0.02 * width))
    parts, y = [], margin
    for k, line in enumerate(lines):
        size = max(SMALLEST, round(width * (0.0125 if k else 0.022)))
        font, step = _font(size), _line_height(size)
        rows = _broken(line, font, width - 2 * margin)
        parts.append((rows, font, step, y, GREY if k else INK))
        y += len(rows) * step + (0 if k else step // 4)
    result = Image.new("RGB", (width, y + margin), PAPER)
    draw = ImageDraw.Draw(result)
    for rows, font, step, top, colour in parts:
        _write(draw, rows, font, step, margin, top, colour)
    return result


def place(centre, half, scale) -> str:
    """A centre with the digits that the window can tell apart, and how far the window reaches: 48.3540 ± 0.0021.

    A long one is shortened in its middle: 48.35407497…479713 ± 2.1 × 10⁻³⁸.
    """
    if scale == "log10" and half > 0.1:             # wide: a factor says more
        return f"{number(float(centre), 3)} ×÷ {number(math.exp(half), 2)}"
    reach = half if scale == "linear" else float(centre) * half
    power = math.floor(math.log10(reach))
    digits = max(0, 1 - power)
    width = f"{reach:.{digits}f}" if power >= -4 else f"{reach / 10.0 ** power:.1f} × {power_of_ten(power)}"
    return f"{_shortened(_fixed(centre, digits))} ± {width}".replace("-", "−")


def _fixed(value, digits):
    """So many digits after the point; of a float no more than it has."""
    if not isinstance(value, Decimal):
        return f"{value:.{min(digits, 20)}f}"
    step = Decimal(1).scaleb(-digits)
    return f"{value.quantize(step, context=Context(prec=max(1, value.adjusted() + digits + 2))):f}"


def _shortened(text):
    return text if len(text) <= LONGEST_PLACE else f"{text[:HEAD]}…{text[-TAIL:]}"


def _write(draw, rows, font, step, left, top, colour):
    for k, row in enumerate(rows):
        draw.text((left, top + k * step + (step + font.size * 0.72) // 2), row, colour, font, anchor="ls")


def _fits(lines, size, across, down):
    return len(lines) * _line_height(size) <= down and all(_font(size).getlength(line) <= across for line in lines)


def _broken(line, font, across):
    """The line as rows that are not too wide; a word that is too wide by itself is cut, with an ellipsis."""
    if font.getlength(line) <= across:
        return [line] if line.strip() else []
    rows = []
    for word in line.split(" "):
        if rows and font.getlength(f"{rows[-1]} {word}") <= across:
            rows[-1] += f" {word}"
        else:
            rows.append(_cut(word, font, across))
    return [row.strip() for row in rows if row.strip()]


def _cut(word, font, across):
    if font.getlength(word) <= across:
        return word
    while word and font.getlength(word + "…") > across:
        word = word[:-1]
    return word + "…"


def _line_height(size):
    return round(1.3 * size + 0.5)


@functools.lru_cache(32)
def _font(size):
    # the basic layout: not every Pillow has the other one, and a film shall have the same pixels everywhere
    path = os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
