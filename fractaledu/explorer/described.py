"""What the browser is told, as plain data: the knobs, where things stand, a run in words."""
from __future__ import annotations

import math
from decimal import Context

from .. import deep
from ..deep.choice import EXACT_BELOW
from ..limits import limits
from ..problems import SIZE
from ..recipes import Recipe
from ..systems.complex_maps import Magnet, Rational
from ..systems.newton import Newton
from ..systems.planar import is_planar
from ..ticks import deep_ticks, even_ticks, powers_of_ten, shortened, tick_texts, wide
from ..view import FLOOR_ULPS, View
from ..wording import number, power_of_ten
from . import formulas
from .frames import legend
from .presets import WHOLE

ORBITS = {("r", "r_imag"), ("rate", "rate_imag"), ("start", "start_imag"), ("a0", "b0"), ("x0", "y0")}
FLOOR = ("Float64 ends here{on} than {ulps} of its numbers lie between neighbouring pixels, and a picture would show "
         "rounding, not the map{shared}. Zoom out, undo (Z) or go home (Home).{stops}")
BOX = 13                        # digits that a knob's box has room for
# decades left between which an exact picture says that float64 ends here: from where it is not used any more
ENDS = -1.0, math.log10(EXACT_BELOW / FLOOR_ULPS)


def schema(explorer, knobs, resolutions) -> dict:
    """What changes only with the problem: its names, its knobs, its named views."""
    problem, locked, hidden = explorer.problem, explorer._locked, explorer._hidden
    top = max(2 * problem.steps, 2)
    rows = [{"name": k.name, "label": k.label, "group": k.group, "low": k.low, "high": k.high, "whole": k.whole, "log": k.log,
             "choices": [list(c) for c in k.choices], "hint": k.hint, "locked": k.name in locked}
            for k in knobs if k.name not in hidden]
    return {"title": problem.title, "symbols": list(problem.symbols), "labels": [problem.x_label, problem.y_label],
            "watched": problem.watched.name, "line": problem.watched.line, "relative": problem.watched.relative,
            "knobs": rows, "steps": {"high": min(top, problem.most_steps), "locked": "steps" in locked},
            "resolutions": list(resolutions), "hidden": sorted(hidden), "locked": sorted(locked), "large": explorer._large,
            "presets": [{"name": WHOLE[0], "why": WHOLE[1]},
                        *({"name": p.name, "why": p.why} for p in explorer._presets)],
            "bookmarks": list(explorer.bookmarks), "line_word": _line_word(problem),
            "formula": formulas.svg(problem.formula), "latex": problem.formula, "source": problem.source}


def has_orbit(problem) -> bool:
    """Whether the state is a point that can be drawn on the map."""
    if problem.parameters:
        return problem.axes in ORBITS
    return is_planar(type(problem.system)) or isinstance(problem.system, Newton | Magnet | Rational)


def settles_below(problem):
    """Whether a run has to end below the line, not to stay below it on the average."""
    return problem.watched.ends


def _line_word(problem):
    """What it means that the watched number crosses its line."""
    if settles_below(problem):
        return "reached below"
    return "leaves above" if problem.watched is SIZE else f"{problem.watched.sides[0]} below"


def now(explorer) -> dict:
    """Where the picture, the knobs and the cross-hair stand."""
    view, problem = explorer.view, explorer.problem
    names = (*explorer._family, "palette", "mode", "steps", "resolution", "precision")
    return {"view": {"id": explorer._view_id, "from": explorer._view_from, "floor": _floor(explorer),
                     "offer": _offers_exact(explorer), "x": _axis(view, 0), "y": _axis(view, 1)},
            "version": f"{explorer._question}.{explorer._look}", "size": list(explorer.size), "steps": explorer.steps,
            "values": {name: getattr(explorer, name) for name in names} | {"x": str(explorer.x), "y": str(explorer.y)},
            "short": dict(zip("xy", _in_a_box(explorer.recipe), strict=True)),
            "cross": _fractions(view, (explorer.x, explorer.y)), "pins": [_fractions(view, pin) for pin in explorer.pins],
            "depth": depth(view, problem.view, explorer.size, _digits(explorer)), "about": about(explorer),
            "legend": legend(problem, explorer.palette, explorer.mode, explorer.steps),
            "state": explorer.state, "undo": explorer._history.can_undo, "redo": explorer._history.can_redo}


def _floor(explorer):
    if not explorer._at_floor:
        return ""
    shared = _shared(limits(explorer.view, explorer.size), explorer.size)
    return FLOOR.format(ulps=FLOOR_ULPS, shared=shared and f": {shared}",
                        on="; continue exactly. Fewer" if _offers_exact(explorer) else ": fewer",
                        stops="" if deep.supports(explorer.problem) else f" {deep.STOPS}.")


def _offers_exact(explorer):
    """Whether a click can make the picture that float64 cannot."""
    return explorer._at_floor and deep.supports(explorer.problem) and not explorer._is_locked("precision")


def _digits(explorer):
    """Of the reference run of an exact picture; 0 while there is none, None where the picture is plain."""
    if explorer._computed == "float64":
        return None
    shown = explorer._pictures.shown
    return shown.land.digits if shown is not None and shown.question == explorer._question else 0


def _shared(found, size):
    """That pixels of a row, or of a column, have the same parameter, whichever is worse; nothing where all are different."""
    lines = ("row", found.columns, size[0]), ("column", found.rows, size[1])
    line, distinct, pixels = min(lines, key=lambda one: one[1] / one[2])
    if distinct == pixels:
        return ""
    return f"the {pixels} pixels of a {line} have only {distinct} different parameter value{'s' * (distinct > 1)}"


def _axis(view, k):
    """Ticks as [fraction, text, exponent or None], and what their texts have in common."""
    if view.exact is not None:
        fractions, texts, (number, power) = deep_ticks(view, k)
        said = f"{_in_short(number)} + " if number else ""
        marks = [[float(f), text.replace("-", "−"), None] for f, text in zip(fractions, texts, strict=True)]
        return {"ticks": marks, "shared": f"{said}tick × {power_of_ten(power)}"}
    bounds, scale = ((view.x, view.x_scale), (view.y, view.y_scale))[k]
    low, high = bounds
    shared = None
    if wide(bounds, scale):
        places, powers = powers_of_ten(bounds)
        marks = [("10", power) for power in powers]
    else:
        places = even_ticks(bounds)
        texts, shared = tick_texts(places)
        marks = [(text.replace("-", "−"), None) for text in texts]
        shared = shared and f"{shared[0]} + tick × {power_of_ten(shared[1])}".replace("-", "−")
    if scale == "log10":
        across = math.log(high / low) if high > 2 * low else math.log1p((high - low) / low)
        fractions = [math.log1p((place - low) / low) / across for place in places]
    else:
        fractions = [(place - low) / (high - low) for place in places]
    return {"ticks": [[float(f), *mark] for f, mark in zip(fractions, marks, strict=True)], "shared": shared}


def _fractions(view, point):
    try:
        return [min(max(f, -1e9), 1e9) for f in view.fraction(*point)]
    except ValueError:                  # a rate of 0 or less cannot be on a log axis
        return [-1.0, -1.0]


def depth(view, start, size, digits=None) -> str:
    """How deep the view is, and how much is left: 10⁻⁶ of the start, 7 decades left before float64 runs out.

    Tenths where fewer than two decades are left, so that the floor does not come as a surprise.  Where pixels share their
    parameters already (samples from bound to bound do before the floor), it says that too.  `digits` are those of the reference
    run of an exact picture, 0 where it is not known yet, None where the picture is plain.
    """
    share = view.half[0] / start.half[0]
    found = limits(view, size)
    where = "the whole map" if view == start else "as wide as the start" if abs(share - 1) < 1e-9 else (
        f"{number(share, 2) if share > 0.01 else _with_a_power(share)} of the start")
    if digits is not None:
        how = ("exact" if found.decades > ENDS[1] else "beyond float64: exact" if found.decades < ENDS[0] else
               "float64 ends soon; continued exactly")
        return f"{where}, {how}" + (f", reference run in {digits} digits" if digits else "")
    return "; ".join(filter(None, (f"{where}, {_left(found.decades)}", _shared(found, size))))


def _with_a_power(share):
    """2 × 10⁻⁶, 10⁻⁷"""
    digit, power = f"{share:.0e}".split("e")
    return f"{digit} × ".removeprefix("1 × ") + power_of_ten(int(power))


def _left(decades):
    if decades < 0:
        return "float64 has run out"
    tenths = "less than 0.1" if decades < 0.1 else f"{decades:.1f}"
    return f"{tenths if decades < 1.95 else f'{decades:.0f}'} decades left before float64 runs out"


def about(explorer) -> str:
    """What one has to know to judge the picture: its runs, their number, the criterion, the seed."""
    problem, (columns, rows) = explorer.problem, explorer.size
    seed = ("the paper's weights and data" if (problem.name or "").startswith("paper-") else
            f"seed {problem.options['seed']}" if "seed" in problem.options else "")
    watched = problem.watched
    criterion = (f"converged: {watched.name} below {number(watched.line, 2)} at the end" if settles_below(problem) else
                 f"converged: the mean of the last 20 {'losses is below the first' if watched.relative else ''}"
                 f"{'' if watched.relative else f'numbers ({watched.name}) is below {number(watched.line, 2)}'}")
    return " · ".join(filter(None, (f"{columns} × {rows} runs of {explorer.steps} steps", criterion, seed)))


def run(recipe, runs) -> dict:
    """A run in words; the numbers of its place in full."""
    (x, y), symbols = runs.points[0], recipe.problem.symbols
    fate, neighbour = runs.words()
    texts = _short(recipe, (x, y))
    return {"where": [f"{symbol} = {text}" for symbol, text in zip(symbols, texts, strict=True)], "exact": [str(x), str(y)],
            "fate": fate, "neighbour": neighbour, "verdict": int(runs.pixels["verdict"][0]), "steps": runs.steps,
            "seconds": runs.seconds, "value": float(runs.pixels["value"][0])}


def _in_a_box(recipe):
    """The cross-hair's coordinates, not wider than a knob's box."""
    texts = _short(recipe, recipe.at, BOX)
    return [text if len(text) <= BOX + 1 or "×" in text else f"{text[:BOX - 8]}…{text[-6:]}" for text in texts]


def _short(recipe, point, most=15):
    """The coordinates of a point with the digits that tell it from the next pixel; deep ones with `most` digits."""
    view = recipe.view
    if view.exact is not None:
        away = [half * (float(centre) if scale == "log10" else 1.0)
                for half, centre, scale in zip(view.half, view.centre, (view.x_scale, view.y_scale), strict=True)]
        return [_deep_place(value, 2 * half / pixels, most)
                for value, half, pixels in zip(point, away, recipe.size, strict=True)]
    spacing = [bounds[1] - bounds[0] for bounds in (view.x, view.y)]
    return [_place(value, across / pixels) for value, across, pixels in zip(point, spacing, recipe.size, strict=True)]


def _deep_place(value, spacing, most):
    """A Decimal with the digits that tell it from the next pixel's, its middle left out."""
    digits = max(4, value.adjusted() - math.floor(math.log10(spacing)) + 2)
    return _in_short(Context(prec=digits).plus(value), most)


def _in_short(number, most=18):
    """A Decimal, its middle left out, as it is printed: −1.7548776…250304, 3.2 × 10⁻⁴⁰."""
    mantissa, _, power = shortened(number, most).partition("e")
    return (mantissa + (f" × {power_of_ten(int(power))}" if power else "")).replace("-", "−")


def _place(value, spacing):
    """A number with the digits that tell it from the next pixel's."""
    digits = 4 if spacing <= 0 or value == 0 else max(4, math.ceil(math.log10(abs(value) / spacing)) + 1)
    text = f"{value:.{min(digits, 17)}g}"
    return number(value, 4) if "e" in text and digits <= 6 else text.replace("-", "−")


def code(recipe) -> str:
    """Python lines that make the picture."""
    problem, view = recipe.problem, recipe.view
    system = "system" if problem.name is None else f"fe.named({', '.join([repr(problem.name), *_options(problem)])})"
    scales = "" if view.x_scale == view.y_scale == "linear" else f", {view.x_scale!r}, {view.y_scale!r}"
    sampling = "" if view.sampling == "centre" else f", sampling={view.sampling!r}"
    look = f"palette={recipe.look['palette']!r}, mode={recipe.look['mode']!r}"
    precision = "" if recipe.precision == "auto" else f", precision={recipe.precision!r}"
    lines, where = "", f"fe.View({view.x}, {view.y}{scales}{sampling})"
    if view.exact is not None:
        lines, where = f"view = {_exact_view(recipe)}\n", "view"
    return (f"import fractaledu as fe\n{lines}"
            f"land = fe.render({system}, {where}, {recipe.size}, steps={recipe.steps}{precision})\n"
            f"fe.plot(land, {look})")


def _exact_view(recipe):
    """An expression that is the very view."""
    view, (half_x, half_y) = recipe.view, recipe.view.exact.half
    x, y = map(str, view.centre)
    width, aspect = 2 * half_x, half_y / half_x
    if recipe.problem.name is None or (
            view.x_scale == view.y_scale and View.around(x, y, width, view.x_scale, aspect) == view):
        more = [repr(view.x_scale)] * (view.x_scale != "linear" or aspect != 1) + [repr(aspect)] * (aspect != 1)
        return f"fe.View.around({', '.join([repr(x), repr(y), repr(width), *more])})"
    return f"fe.Recipe.from_text({Recipe(recipe.problem, view, (1, 1), 1).to_text()!r}).view"


def _options(problem):
    return [f"{key}={value!r}" for key, value in problem.options.items() if value is not None]
