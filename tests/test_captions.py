"""Text on frames and under posters."""
import functools

import numpy as np
import pytest
from PIL import Image

from fractaledu.captions import SMALLEST, _font, band, overlay

LINES = ["one datum: 500 steps", "η₀ × η₁ = 4.5 × 1.2, 10⁻⁵ wide"]
LONG = ["a line that is much longer than the picture is wide " * 3]
SIZES = [(96, 96), (160, 90), (64, 256), (256, 256), (512, 384), (2048, 2048)]


def plain(size, shade=0):
    return Image.new("RGB", size, (shade,) * 3)


@functools.cache
def noise(size):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8))


def strip(picture, lines, **how):
    """The rows of the picture that the caption changed."""
    before, after = np.asarray(picture), np.asarray(overlay(picture, lines, **how))
    changed = np.flatnonzero((before != after).any(axis=(1, 2)))
    return after[changed[0]:] if changed.size else after[:0]


def text_rows(pixels, ink):
    """Heights of the rows of text in a picture, from top to bottom."""
    there = np.pad(ink(pixels).any(axis=1), 1).astype(int)
    return np.flatnonzero(np.diff(there) < 0) - np.flatnonzero(np.diff(there) > 0)


def white(pixels):
    return pixels.max(axis=2) > 60


def luminance(colour):
    """WCAG 2's relative luminance."""
    c = np.asarray(colour) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    light, dark = np.maximum(luminance(a), luminance(b)), np.minimum(luminance(a), luminance(b))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lines", [LINES, LONG, LINES * 9], ids=["two", "long", "many"])
def test_the_picture_above_the_strip_stays_as_it_is(size, lines):
    picture = noise(size)
    before, after = np.asarray(picture).copy(), np.asarray(overlay(picture, lines))
    np.testing.assert_array_equal(np.asarray(picture), before)              # the one given is not changed at all
    same = (before == after).all(axis=2)
    rows = np.flatnonzero(~same.all(axis=1))
    assert rows.size and rows[0] >= size[1] / 2 and rows[-1] == size[1] - 1
    assert same[:rows[0]].all() and same[rows[0]:].mean() < 0.05            # a strip from side to side


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lines", [LINES, LONG, LINES * 9, ["x" * 500]], ids=["two", "long", "many", "a word"])
def test_no_text_is_cut_off_at_the_edges(size, lines):
    seen = strip(plain(size, 255), lines)
    ground = seen[0, 0]
    assert (seen[:, :2] == ground).all() and (seen[:, -1:] == ground).all() and (seen[-1] == ground).all()
    assert (seen[:1] == ground).all() and seen.max() > 200


@pytest.mark.parametrize("size", SIZES)
def test_text_can_be_read_over_any_picture(size):
    for picture in (plain(size, 255), plain(size, 0), noise(size)):
        seen, bare = strip(picture, LINES), strip(picture, ["."])
        ground = bare[:, bare.shape[1] // 2:]                    # where a dot at the left has left no text
        assert contrast([255, 255, 255], ground).min() >= 4.5
        assert (seen.min(axis=2) > 220).sum() > 20          # strokes that are really white


@pytest.mark.parametrize("character", "η₀₁₉×⁻⁰¹²³⁵⁹−±σαβ…·→∞≤é–’")
def test_the_font_has_the_characters_of_a_formula(character):
    assert bytes(_font(40).getmask(character)) != bytes(_font(40).getmask("\uffff"))


def test_text_grows_with_the_picture_and_shrinks_to_fit():
    heights = [text_rows(strip(plain((n, n), 255), ["H"]), lambda p: p.max(axis=2) > 150)[0] for n in (96, 256, 512, 2048)]
    assert heights == sorted(set(heights)) and heights[0] >= 6 and heights[-1] >= 24
    wide, narrow = (text_rows(strip(plain((width, 512), 255), ["H" * 40]), lambda p: p.max(axis=2) > 150)
                    for width in (900, 300))
    assert len(wide) == len(narrow) == 1 and narrow[0] < wide[0]
    longer = text_rows(strip(plain((300, 512), 255), ["H " * 100]), lambda p: p.max(axis=2) > 150)
    assert len(longer) > 1 and longer[0] >= 0.5 * wide[0]               # not smaller still: broken


def test_what_does_not_fit_at_the_smallest_size_is_broken_and_then_left_out():
    rows = text_rows(strip(plain((96, 300)), ["HH " * 20]), white)
    assert len(rows) > 1 and (rows <= SMALLEST).all()
    few, many = (text_rows(strip(plain((300, 100)), ["H"] * n), white) for n in (3, 30))
    assert len(few) == 3 and 3 < len(many) < 30


def test_no_break_spaces_are_not_broken():
    width = int(_font(SMALLEST).getlength("HHHH HH HH")) + 6
    ends = []
    for line in ("HHHH HH HH HHHH", "HHHH\u00a0HH HH\u00a0HHHH"):
        seen = white(strip(plain((width, 60)), [line]))
        ends.append([int(half.any(axis=0).nonzero()[0][-1]) for half in np.array_split(seen, 2)])
    (first, second), (one, other) = ends
    assert first > second and abs(one - other) <= 1


def test_room_keeps_the_size_of_the_text_while_its_numbers_change():
    short, long = ["10⁻⁵ wide"], ["10⁻¹² wide, which is near the floor of float64, where the film ends"]
    picture = plain((256, 256))
    assert len(strip(picture, short)) > len(strip(picture, long)) == len(strip(picture, short, room=long))


def test_there_is_no_caption_without_lines_or_room_for_one():
    for picture, lines in ((noise((256, 256)), []), (noise((256, 256)), [""]), (noise((12, 12)), LINES)):
        result = overlay(picture, lines)
        assert result is not picture and result.tobytes() == picture.tobytes()


@pytest.mark.parametrize("width", [96, 512, 2048])
def test_a_band_is_as_high_as_its_text_with_a_larger_title(width):
    picture = band(width, ["HHH", "HHH", "HHH"])
    rows = text_rows(np.asarray(picture), lambda p: p.max(axis=2) < 160)
    assert picture.mode == "RGB" and picture.width == width and len(rows) == 3
    assert rows[0] >= rows[1] == rows[2] and (width < 512 or rows[0] > 1.4 * rows[1])
    pixels = np.asarray(picture)
    assert (pixels[[0, -1]] == 255).all() and (pixels[:, [0, -1]] == 255).all()
    darkest = pixels.reshape(-1, 3)[pixels.sum(axis=2).argmin()]
    assert contrast(darkest, [255, 255, 255]) > 7
    assert band(width, ["HHH", LONG[0] * 5]).height > picture.height


def test_a_band_needs_a_line():
    with pytest.raises(ValueError, match="lines must be at least one, got none"):
        band(300, [])
