"""A View in a film's recipe, and back."""
from __future__ import annotations

from dataclasses import asdict

from ..axes import Exact
from ..view import View
from .search import number_text


def described(view) -> dict:
    """A view for JSON."""
    found = asdict(view)
    if found.pop("exact") is not None:
        found["exact"] = [*map(number_text, view.exact[:2]), list(view.exact.half)]
    return found


def view_of(found) -> View:
    """The inverse of `described`."""
    exact = found.get("exact")
    return View(**found | {"exact": exact and Exact(exact[0], exact[1], tuple(exact[2]))})
