"""A film as an animated WebP, by Pillow."""
from __future__ import annotations

import io
import os
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from PIL import Image

from ..landscape import atomic

# Measured on a zoom into the one-datum net at 256 x 256: quality 80, 90, 95 take 2.3, 3.6, 5.6 kB a frame, lossless 17; the
# noise that changes from frame to frame is 1.8, 1.3, 1.0 grey levels.  Method 4 is a quarter smaller than 0, for 6 ms more.
QUALITY, METHOD = 90, 4
WIDEST = 16383                      # px: what the format can hold
# The recipe stands where programs look for a picture's description.  XMP, because texts in EXIF are ASCII.
XMP = ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
       'rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>'
       'fractaledu</xmp:CreatorTool><dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>'
       '</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>')
TOOL = ".//{http://ns.adobe.com/xap/1.0/}CreatorTool"
TEXT = (".//{http://purl.org/dc/elements/1.1/}description/{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Alt/"
        "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")


def check(size):
    """ValueError if the format cannot hold frames of that size."""
    if max(size) > WIDEST:
        raise ValueError(f"file must not be .webp for frames wider or higher than {WIDEST} pixels, got {size}")


def save(path, pictures, count, fps, recipe):
    """Write the pictures; the encoder keeps the compressed ones (some kB each) until it has seen all."""
    film, data = _as_one_image(pictures, count), io.BytesIO()
    check(film.size)
    ends = [round(1000 * i / fps) for i in range(count + 1)]
    # Each frame is compressed by itself (kmax=1): by default Pillow builds four of five upon the one before, and in a zoom the
    # brightness of the whole picture then jumps at each fifth frame (by 0.5 grey levels, here 0.05), for more bytes.
    film.save(data, "WEBP", save_all=True, duration=[b - a for a, b in zip(ends, ends[1:], strict=False)], loop=0,
              quality=QUALITY, method=METHOD, kmin=0, kmax=1, xmp=XMP.format(escape(recipe)).encode())
    with atomic(path) as file:
        file.write(data.getbuffer())
    next(pictures, None)            # the last frame is done


def recipe(path):
    """The recipe inside, or None."""
    try:
        with Image.open(path, formats=["WEBP"]) as film:
            packet = ElementTree.fromstring(film.info.get("xmp") or "<none/>")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"file must be a WebP film, got {os.fspath(path)}: {error}") from error
    return packet.findtext(TEXT) if packet.findtext(TOOL) == "fractaledu" else None


def _as_one_image(pictures, count):
    """An image with `count` frames for Pillow's writer, which asks for them by seek(0), seek(1), ...

    It is one plain image that is painted anew at each seek, so that a film of any length takes the memory of one frame.
    """
    film, at = next(pictures).copy(), 0

    def seek(i):
        nonlocal at
        if i > at:                  # not when Pillow goes back to the start, which it does at the end
            film.paste(next(pictures))
            at = i

    film.n_frames, film.seek, film.tell = count, seek, lambda: 0
    return film
