"""A PNG written row by row, so that a picture of any size needs the memory of a few rows.

Pillow and its like write whole pictures only.  The format is W3C's Portable Network Graphics: chunks, and one zlib stream.
"""
from __future__ import annotations

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIECE = 2 ** 20                     # bytes of pixels that are packed at once


def write(file, width, height, texts, bands) -> None:
    """Write an RGB picture into an open binary file.

    Parameters
    ----------
    file : binary file
    width, height : int
    texts : mapping of str to str
        Latin-1; they come before the pixels, so that a reader finds them without reading those.
    bands : iterable of numpy.ndarray
        uint8 of shape (rows, width, 3), from the top; `height` rows in all.

    Raises
    ------
    ValueError
        If the bands do not make up the picture.
    """
    file.write(SIGNATURE)
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))        # 8 bits, RGB, not interlaced
    for key, text in texts.items():
        _chunk(file, b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1"))
    packer, left = zlib.compressobj(), height
    at_once = max(1, PIECE // (3 * width))
    for band in bands:
        if band.dtype != np.uint8 or band.shape[1:] != (width, 3) or len(band) > left:
            raise ValueError(f"bands must be uint8 of shape (rows, {width}, 3) with {height} rows in all, got {band.dtype} "
                             f"{band.shape} where {left} were left")
        left -= len(band)
        for first in range(0, len(band), at_once):
            rows = band[first:first + at_once].reshape(-1, 3 * width)
            rows = np.insert(rows, 0, 0, axis=1)                                        # each row's filter: none
            _chunk(file, b"IDAT", packer.compress(rows.tobytes()))
    if left:
        raise ValueError(f"bands must have {height} rows in all, got {height - left}")
    _chunk(file, b"IDAT", packer.flush())
    _chunk(file, b"IEND", b"")


def most_bytes(width, height, texts) -> int:
    """An upper bound of the bytes that `write` writes."""
    raw = height * (3 * width + 1)
    return raw + raw // 1000 + 12 * (height + 2) + sum(len(key) + len(text) + 13 for key, text in texts.items()) + 1024


def _chunk(file, kind, content):
    if content or kind != b"IDAT":
        file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)))
