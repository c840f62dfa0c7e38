"""docs/beyond-float64.md: its tables are those of benchmarks/beyond.json, its code runs, some of its numbers come out again."""
import pathlib
import re
import sys
from decimal import Decimal

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import deep

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import beyond  # noqa: E402
import beyond_border  # noqa: E402
import beyond_tables  # noqa: E402

DOCUMENT = (ROOT / "docs" / "beyond-float64.md").read_text()


@pytest.mark.parametrize("table", [table for part in beyond_tables.TABLES.values() for table in part])
def test_the_documents_tables_are_those_of_the_file(table):
    lines = list(table())
    assert len(lines) > 2 and len({line.count("|") for line in lines}) == 1
    assert f"<!-- {table.__name__} -->\n\n" + "\n".join(lines) + "\n\n" in DOCUMENT


def test_the_documents_code_runs_and_says_what_is_so():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL):
        exec(compile(block, "beyond-float64.md", "exec"), names)
    land, certificate = names["land"], names["certificate"]
    assert (land.precision, land.digits) == ("exact", 45) and '("exact", 45)' in DOCUMENT
    assert 0 < (land.value < 0).mean() < 1                                      # it is on the border
    assert certificate.shares["undecided"] == 0 and certificate.wrong == 0
    assert np.isfinite(names["value"])


def test_the_document_has_no_gaps_left():
    assert not re.findall(r"TODO|TBD|XXX|\b[A-Z]*TEXT\b|(?i:to be filled in|coordinator|not run yet)", DOCUMENT)
    marks = re.findall(r"<!--(.*?)-->", DOCUMENT, re.DOTALL)
    names = [table.__name__ for part in beyond_tables.TABLES.values() for table in part]
    assert sorted(mark.strip() for mark in marks) == sorted(names)


def test_the_documents_pictures_are_there_and_small():
    shown = [ROOT / "docs" / name for name in re.findall(r"\]\((pictures/[^)]*)\)", DOCUMENT)]
    assert 1 <= len(shown) <= 2 and sum(file.stat().st_size for file in shown) < 150_000


def test_at_most_one_of_the_agreed_pixels_of_a_window_that_were_checked_was_wrong():
    windows = [e for done in beyond_tables.known("nets").values() for e in done.values() if "agreed" in e]
    assert len(windows) >= 18 and all(0.02 < e["converged"] < 0.98 for e in windows)
    checked = [e for e in windows if e["pixels"]]
    assert len(checked) >= 15 and all(e["exact_wrong"] <= 1 for e in checked)
    assert max(e["plain_wrong"] for e in checked) > 10                          # where plain float64 is lost
    assert all(e["agreed"] == 0 for e in windows if not e["pixels"])            # nothing agreed, so nothing to check


def window(name, half):
    """A window of `nets`: its entry, problem, view, and pixels a side."""
    make, steps, side, *_ = beyond.NETS[name]
    entry = beyond_tables.known("nets")[name][half]
    return entry, make(), beyond_border.around(*entry["centre"], float(half)), side, steps


@pytest.mark.parametrize(("name", "half"), [("tanh-8-100", "1e-18"), ("relu-8-300", "1e-25"), ("one-datum-500", "1e-45")])
def test_a_window_on_the_border_comes_out_again(name, half):
    entry, problem, view, side, steps = window(name, half)
    reference = deep.find(problem, view, (side, side), steps)
    assert reference.digits == entry["digits"] and reference.growth == pytest.approx(entry["growth"], abs=0.01)
    land = fe.render(problem, view, (side, side), steps, precision="exact")
    assert (land.value < 0).mean() == pytest.approx(entry["converged"], abs=1.5 / side ** 2)
    pixels = beyond.some(np.ones((side, side)), 2, 5)
    values = beyond.trained(problem, view, side, steps, pixels, reference.digits + 12)
    found = land.value[tuple(np.transpose(pixels))]
    assert ((found < 0) == (values < 0)).all()
    assert found == pytest.approx(values, rel=1e-3)


def test_certifying_a_window_again_gives_the_share_of_agreed_pixels_in_the_file():
    entry, problem, view, side, steps = window("tanh-8-100", "1e-05")           # one where it is far from 0 and from 1
    land = fe.render(problem, view, (side, side), steps, precision="exact")
    certificate = fe.certify(land, 2)
    assert certificate.checked == 2 and certificate.wrong == 0
    assert 1 - certificate.shares["undecided"] == pytest.approx(entry["agreed"], abs=0.02)
    assert 0.1 < entry["agreed"] < 0.9


def test_a_hundred_steps_are_smooth_where_their_growth_says():
    done = beyond_tables.known("depth")["one-datum-100"]
    smooth, last = beyond_tables.smooth_from(done), done[-1]
    assert abs(np.log10(smooth) + last["exponent"] * 100) < 2 and abs(np.log10(smooth) + last["growth"]) < 2
    view = beyond_border.around(*last["centre"], last["half"])
    assert last["half"] == 1e-40
    assert deep.find(fe.paper("one-datum"), view, (64, 64), 100).growth == pytest.approx(last["growth"], abs=0.01)


def test_smooth_from_is_the_widest_window_below_which_all_are_smooth():
    def level(half, dimension):
        return {"half": half, "dimension": dimension, "smooth": 1.01}
    levels = [level(1, 1.4), level(0.1, 1.0), level(0.01, 1.3), level(1e-3, 1.05), level(1e-4, 1.0)]
    assert beyond_tables.smooth_from(levels) == 1e-3
    assert beyond_tables.smooth_from([level(1, 1.0), level(0.1, 1.3)]) is None
    assert beyond_tables.smooth_from([level(1, 1.3), {"half": 0.1}]) == 0.1               # no border is left


def test_bisection_ends_on_the_border():
    problem, steps = fe.paper("one-datum"), 60
    start = beyond_border.around(beyond_border.MIDDLE, beyond_border.MIDDLE, 1.5)
    point = beyond_border.narrowed(problem, start, 24, steps, 20)
    assert all(isinstance(number, Decimal) for number in point)
    land = fe.render(problem, beyond_border.around(*point, 1e-18), (24, 24), steps)
    assert land.precision == "exact" and 0.05 < (land.value < 0).mean() < 0.95


def test_the_densest_block_is_around_a_converging_pixel_with_the_most_border():
    value = np.full((32, 32), 1.0)
    value[:, :4] = -1.0                                         # a straight border, and a chequered corner
    value[20:28, 20:28] = np.where(np.indices((8, 8)).sum(0) % 2, -1.0, 1.0)

    class Land:
        size = 32, 32
    land = Land()
    land.value = value
    column, row = beyond_border.densest(land)
    assert 21 <= column <= 26 and 21 <= row <= 26 and value[row, column] < 0
    land.value = np.ones((32, 32))
    assert beyond_border.densest(land) is None
