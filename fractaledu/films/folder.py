"""A film as a folder of PNGs, for other programs."""
from __future__ import annotations

import contextlib
import os
import pathlib
import re

from PIL import Image, PngImagePlugin

from ..export import KEY, read_recipe
from ..landscape import atomic

FRAME = re.compile(r"\d{6}\.png")
SYSTEM_FILES = "Thumbs.db", "desktop.ini"                       # what Windows leaves in folders
CUT_SHORT = re.compile(r"\d{6}\.png\.[0-9a-f]{8}\.tmp")         # what a killed `atomic` leaves


def check(path):
    """ValueError if the folder holds anything but frames of a film; hidden files do not count."""
    try:
        names = sorted(os.listdir(path))
    except FileNotFoundError:
        return
    for name in names:
        ignored = name.startswith(".") or name in SYSTEM_FILES or CUT_SHORT.fullmatch(name)
        if not (ignored or FRAME.fullmatch(name) and _is_ours(path, name)):
            raise ValueError(f"file must be a folder with nothing but frames of a film in it, got {os.fspath(path)}, "
                             f"which holds {name}")


def save(path, pictures, count, fps, recipe):
    """Write the pictures, each in the place of an old one; then remove what is left of a longer film."""
    folder = pathlib.Path(path)
    folder.mkdir(exist_ok=True)
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt(KEY, recipe)
    for i, picture in enumerate(pictures):
        with atomic(folder / f"{i:06}.png") as file:
            picture.save(file, "PNG", pnginfo=texts)
    for name in os.listdir(folder):
        if CUT_SHORT.fullmatch(name) or FRAME.fullmatch(name) and int(name[:6]) >= count:
            (folder / name).unlink()


def recipe(path):
    """The recipe inside the first frame."""
    if not os.path.isdir(path):
        raise ValueError(f"file must be a film's folder, got {os.fspath(path)}")
    return read_recipe(pathlib.Path(path) / "000000.png")


def _is_ours(path, name):
    with contextlib.suppress(OSError, ValueError, SyntaxError), Image.open(os.path.join(path, name), formats=["PNG"]) as frame:
        return KEY in frame.info
    return False
