"""What was typed, read: numbers that begin with a minus, paths, sizes; wrong input in one line."""
from __future__ import annotations

import argparse
import pathlib
from decimal import Decimal

from .. import decimals


class UsageError(Exception):
    """Wrong input, in one line."""


class Parser(argparse.ArgumentParser):
    """argparse's, which raises UsageError where argparse would print its usage and exit."""

    def error(self, message):
        raise UsageError(f"{message} (see {self.prog} --help)")


def guard(text):
    """argparse takes -1e-3 for an option; a blank in front keeps it a number."""
    try:
        float(text)
    except ValueError:
        starts_number = text[:1] == "-" and text[1:2].isdigit()         # -0.8+0.156j, -1,1
        return f" {text}" if starts_number else text
    return f" {text}"


def path(text):
    """A path."""
    return pathlib.Path(text.removeprefix(" "))         # of `guard`


def place(text):
    """A coordinate: a float where that holds all the digits, else a Decimal."""
    try:
        number = decimals.decimal("a coordinate", text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix("a coordinate ")) from None
    return float(number) if Decimal(repr(float(number))) == number else number


def digits(text):
    """A coordinate of an exact view, with all its digits: a Decimal."""
    return Decimal(repr(found)) if isinstance(found := place(text), float) else found


def size(text):
    """(columns, rows) of "512x512"."""
    text = text.strip()
    columns, _, rows = text.lower().partition("x")
    try:
        return int(columns), int(rows)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be WxH, as 512x512, got {text!r}") from None
