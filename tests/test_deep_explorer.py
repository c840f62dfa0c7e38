"""The explorer past the float floor, without a browser; test_deep_browser.py is the same with one."""
import json
import re
import threading
import time
from decimal import Decimal

import matplotlib
import numpy as np
import pytest
from test_explorer import Browser

import fractaledu as fe
from fractaledu import deep
from fractaledu.decimals import exact_difference, moved
from fractaledu.explorer.described import depth
from fractaledu.ticks import deep_ticks, shortened

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

# where one data point's border is rough at every depth down to 1e-34, found by following it
X = "57.44587492588919587176701642396429970947294088084704272564"
Y = "17.88331039442302476343839656038738068527594724505620699135"
NET = fe.paper("one-datum")
SIZE = 32, 32


@pytest.fixture
def explorer():
    made = []

    def make(system=NET, **how):
        made.append(fe.explore(system, **{"size": SIZE} | how) if system is not None else fe.explore(**how))
        return made[-1]
    yield make
    for one in made:
        one.close()


def at(width, x=X, y=Y, scale="log10"):
    return fe.View.around(x, y, width, scale)


def wheel(browser, target, factor=8.0):
    """A move of the browser that magnifies about a point (two Decimals)."""
    e = browser.explorer
    u, v = (e.view.exactly()).fraction(*target)
    shrink = 1 / factor
    browser.say("move", id=f"w{browser.n}", base=e._view_id, gesture=browser.n,
                rect=[u - u * shrink, v - v * shrink, u + (1 - u) * shrink, v + (1 - v) * shrink])


def test_moves_alone_lead_from_the_overview_to_1e_30_and_back(explorer):
    e = explorer()
    browser, target, forms = Browser(e), (Decimal(X), Decimal(Y)), set()
    assert e.wait(120)
    words = []
    for _ in range(36):
        wheel(browser, target)
        assert e.wait(120), "no picture"
        land = e.landscape
        assert land.stride == 1 and land.view == e.view and not e._now["view"]["floor"]
        assert 0.02 < (land.verdict == -1).mean() < 0.98
        forms.add((e.view.exact is not None, land.precision))
        words.append(e._now["depth"])
    assert e.view.half[0] < 1e-31 and e.landscape.precision == "exact"
    assert forms == {(False, "float64"), (True, "float64"), (True, "exact")}
    assert any("float64 ends soon; continued exactly, reference run in" in text for text in words)
    assert re.fullmatch(r"(\d × )?10⁻³. of the start, beyond float64: exact, reference run in \d+ digits", words[-1])
    for _ in range(36):
        wheel(browser, target, 1 / 8)
        assert e.wait(120)
    assert e.view.exact is None and e.landscape.precision == "float64"
    np.testing.assert_allclose(e.view.half, e.problem.view.half, rtol=1e-6)
    np.testing.assert_allclose(e.view.fraction(float(X), float(Y)), e.problem.view.fraction(float(X), float(Y)), atol=1e-9)


def test_undo_redo_and_home_keep_every_digit(explorer):
    e = explorer(view=at(1e-25), at=(X, Y), steps=100)
    start = e.view
    assert (e.x, e.y) == (Decimal(X), Decimal(Y)) and start.centre == (Decimal(X), Decimal(Y))
    e.view = deeper = start.zoom(1e4, (Decimal(X) * (1 + Decimal("1e-26")), Decimal(Y)))
    e.view = wide = NET.view
    assert (e.x, e.y) == (Decimal(X), Decimal(Y))               # nothing of the point is lost above
    e.undo()
    assert e.view == deeper
    e.undo()
    assert e.view == start
    e.redo()
    e.redo()
    assert e.view == wide
    e.home()
    assert e.view == start and (e.x, e.y) == (Decimal(X), Decimal(Y))
    e.home()
    assert e.view == NET.view


@pytest.mark.parametrize(("system", "view", "how"), [
    (NET, at(2e-31), {"at": (X, Y), "pins": [(X, Y), (Decimal(X), 17.0)]}),
    (NET, fe.View.around(X, Y, 1e-26, "log10", 0.5), {"size": (32, 16)}),
    (fe.mandelbrot(), at(2e-100, "0", "1", "linear"), {"steps": 700}),
    (fe.paper("offset"), None, {"steps": 30}),
    (NET, at(1e-11), {"precision": "float64"}), (NET, None, {"precision": "exact"})])
def test_state_and_code_make_the_same_picture(explorer, system, view, how):
    if view is None and system is not NET:                      # one linear axis, one logarithmic
        view = system.view.spanning((Decimal("0.123456789012345678901"), Decimal("1.5")), (1e-20, 2e-20))
    e = explorer(system, view=view, **how)
    assert e.wait(120)
    again = explorer(None, state=e.state)
    assert again.state == e.state and again.view == e.view and again.pins == e.pins and again.recipe.at == e.recipe.at
    assert again.precision == e.precision and again.wait(120)
    np.testing.assert_array_equal(again.landscape.verdict, e.landscape.verdict)
    namespace = {}
    exec(e.code.rsplit("\n", 1)[0], namespace)
    land = namespace["land"]
    assert land.view == e.view and land.precision == e.landscape.precision == again.landscape.precision
    np.testing.assert_array_equal(land.verdict, e.landscape.verdict)


def test_bookmarks_and_saved_pictures_hold_the_exact_place(explorer, tmp_path):
    e = explorer(view=at(1e-30), at=(X, Y), steps=100)
    browser = Browser(e)
    assert e.wait(120)
    browser.say("bookmark", name="deep")
    browser.say("go", name="the whole map")
    assert e.view == NET.view
    browser.say("go", name="deep", kept=True)
    assert e.view == at(1e-30) and e.wait(120)
    browser.say("go", name="the whole map")
    browser.say("go", state=e.bookmarks["deep"])
    assert e.view == at(1e-30) and (e.x, e.y) == (Decimal(X), Decimal(Y)) and e.wait(120)
    e.save(tmp_path / "a.png")
    e.save(tmp_path / "a.npz", (16, 16))
    assert fe.from_png(tmp_path / "a.png").view == at(1e-30)
    land = fe.Landscape.load(tmp_path / "a.npz")
    assert land.view == at(1e-30) and land.precision == "exact" and land.size == (16, 16)


def test_a_hover_is_the_run_of_that_very_pixel(explorer):
    for system, view in ((NET, at(1e-29)), (fe.mandelbrot(), at(1e-60, "0", "1", "linear"))):
        e = explorer(system, view=view, steps=300)
        assert e.wait(120)
        browser = Browser(e)
        assert e.wait(120)
        for u, v in ((0.31, 0.77), (0.0, 0.0), (0.999, 0.5)):
            browser.heard.clear()
            e._receive({"kind": "hover", "view": e._view_id, "u": u, "v": v, "serial": 5})
            content, buffers = browser.last("run")
            column, row = int(u * 32), int(v * 32)
            assert content["verdict"] == e.landscape.verdict[row, column]
            assert content["value"] == pytest.approx(e.landscape.value[row, column], rel=1e-9)
            assert content["orbits"] == 0 and len(content["exact"][0]) > 30
            place = view.centre[0], view.centre[1]
            offsets = zip(place, view.offsets(SIZE, place), (column, row), strict=True)
            expected = [moved(c, float(away[k]), "linear") for c, away, k in offsets]
            assert list(map(Decimal, content["exact"])) == expected
            up = min(row + 1, 31) if v + 1 / 32 < 1 else row - 1
            curves = [np.frombuffer(b, "<f4") for b in buffers[:2]]
            assert len(curves[0]) == 300 and "one pixel up" in content["neighbour"]
            assert ("converged" in content["neighbour"]) == (e.landscape.verdict[up, column] == -1) or system is not NET
    inset, _ = browser.last("inset")
    assert inset["title"] == "its Julia set"


def test_points_take_every_digit_that_is_given(explorer):
    e = explorer(view=at(1e-20), steps=50)
    e.x = "57.445874925889195871767016423"
    assert e.x == Decimal("57.445874925889195871767016423")
    e.x = 57.5
    assert e.x == Decimal("57.5") and isinstance(e.x, Decimal)
    e.pins = [(X, Decimal(Y)), (1.5, "2")]
    assert e.pins == ((Decimal(X), Decimal(Y)), (Decimal("1.5"), Decimal("2")))
    plain = explorer(steps=50)
    plain.x = "57.5"
    assert plain.x == 57.5 and isinstance(plain.x, float)
    plain.x = X                                                 # kept for when the map gets there
    assert plain.x == Decimal(X)
    plain.view = at(1e-20)
    assert plain.x == Decimal(X) and isinstance(plain.y, Decimal)


@pytest.mark.parametrize(("value", "why"), [
    ("a lot", "x must be a decimal number, got 'a lot'"), ("1." + "3" * 2000, "x must have at most 1000 digits, got 2001"),
    ("-3", "x must be finite, and positive on a log10 axis"), ("inf", "x must be finite"), ("1e400", "x must be finite"),
    ("", "x must be a decimal number, got ''")])
def test_a_wrong_coordinate_is_refused_and_changes_nothing(explorer, value, why):
    e = explorer(view=at(1e-20), steps=50)
    browser, state = Browser(e), e.state
    browser.say("set", name="x", value=value)
    content, _ = browser.last("refused")
    assert content["name"] == "x" and why in content["why"] and len(content["why"]) < 200 and e.state == state
    with pytest.raises(ValueError, match=re.escape(why)):
        e.x = value
    assert e.state == state


def test_a_typed_place_outside_brings_the_map_along(explorer):
    e = explorer(view=at(1e-20), steps=50)
    browser = Browser(e)
    browser.say("set", name="x", value="12,3456789012345678901234567890")
    assert e.view.centre[0] == e.x == Decimal("12.3456789012345678901234567890")
    assert e.view.half == pytest.approx(at(1e-20).half)
    assert e.wait(120) and e.landscape.precision == "exact"


def test_float64_stops_at_its_floor_and_a_click_goes_on(explorer):
    e = explorer(view=at(1e-14), precision="float64", steps=100)
    browser = Browser(e)
    assert e.wait(120) and e.landscape is None and e._now["view"]["offer"]
    assert "Float64 ends here; continue exactly" in e._now["view"]["floor"] and "float64 has run out" in e._now["depth"]
    before = e.view
    wheel(browser, before.centre)
    assert e.view == before                                     # deeper there is nothing
    browser.say("set", name="precision", value="auto")
    assert e.wait(120) and e.landscape.precision == "exact" and not e._now["view"]["floor"] and not e._now["view"]["offer"]
    assert "precision" not in e.state
    e.precision = "float64"
    assert e.wait(120) and e.landscape is None and "precision=float64" in e.state
    e.view = NET.view
    assert e.wait(120) and e.landscape.precision == "float64"
    e.precision = "exact"
    assert e.wait(120) and e.landscape.precision == "exact" and "the whole map, exact" in e._now["depth"]


def test_precision_can_be_locked_and_hidden_and_is_refused_where_it_means_nothing(explorer):
    e = explorer(view=at(1e-14), precision="float64", lock=["precision"], steps=50)
    browser = Browser(e)
    browser.say("set", name="precision", value="auto")
    assert "precision is locked" in browser.last("refused")[0]["why"] and e.precision == "float64"
    assert not e._now["view"]["offer"] and "continue exactly" not in e._now["view"]["floor"]
    browser.say("go", state=explorer(steps=50).state)
    assert e.precision == "float64" and e.view == NET.view
    names = [knob["name"] for knob in explorer(steps=50)._schema["knobs"]]
    hidden = [knob["name"] for knob in explorer(steps=50, hide=["precision"])._schema["knobs"]]
    assert "precision" in names and "precision" not in hidden
    newton = explorer(fe.newton(), steps=20)
    assert "precision" not in [knob["name"] for knob in newton._schema["knobs"]]
    with pytest.raises(ValueError, match="precision must"):
        newton.precision = "exact"
    with pytest.raises(ValueError, match="precision must be one of auto, float64, exact, got 'double'"):
        e.precision = "double"
    assert newton.precision == "auto" and e.precision == "float64"


def test_another_system_in_the_same_place_stops_where_it_must(explorer):
    e = explorer(fe.random_network(3, hidden=3, inputs=2, samples=4), view=at(1e-20, "1.5", "0.7"), steps=20, precision="exact")
    assert e.wait(120) and e.landscape.precision == "exact"
    e.momentum = 0.5
    assert e.wait(60) and e.landscape is None and e.precision == "auto"
    assert "stops there" in e._now["view"]["floor"]
    e.undo()
    assert e.wait(60) and e.landscape.precision == "exact"


def test_the_deepest_view_is_said(explorer):
    e = explorer(fe.mandelbrot(), view=at(2e-100, "0", "1", "linear"), steps=50)
    browser, before = Browser(e), e.view
    wheel(browser, before.centre)
    assert "pictures are at least 2 × 10⁻¹⁰⁰ wide" in browser.last("refused")[0]["why"] and e.view == before
    assert e.wait(120)
    json.dumps([e._schema, e._now], allow_nan=False)


def test_linked_maps_dive_together():
    both = fe.compare(NET, fe.paper("one-datum", width=8), size=(16, 16), steps=30, link=("zoom",))
    both.left.view = at(1e-25)
    assert both.right.view == at(1e-25) if both.right.problem.view == NET.view else both.right.view.half == pytest.approx(
        at(1e-25).half)
    both.right.view = both.right.view.zoom(16)
    np.testing.assert_allclose(both.left.view.half, both.right.view.half, rtol=1e-9)
    assert both.wait(120) and {both.left.landscape.precision, both.right.landscape.precision} == {"exact"}
    both.close()


def test_a_reference_run_tells_how_far_it_is_and_can_be_stopped(explorer, monkeypatch):
    e = explorer(steps=50)
    browser = Browser(e)
    assert e.wait(120)
    hold, inside = threading.Event(), threading.Event()
    find = deep.lanes.__globals__["find"]

    def slow(problem, view, size, steps, point=None, near=False, progress=None, cancel=None):
        for k in range(1, 101):
            progress(k, 100)
            if k == 40:
                inside.set()
                while not hold.is_set():
                    if cancel is not None and cancel.is_set():
                        raise fe.Cancelled(k, 100, "steps")
                    time.sleep(0.01)
        return find(problem, view, size, steps, point, near, None, cancel)
    monkeypatch.setitem(deep.lanes.__globals__, "find", slow)
    e.view = at(1e-22)
    assert inside.wait(60)
    content, _ = browser.last("progress")
    assert content["what"] == "reference run" and content["share"] == 0.4 and e._now["busy"] == "computing"
    e.stop()
    assert e._pictures.wait(10) and e._now["busy"] == "stopped"
    hold.set()
    e.resume()
    assert e.wait(120) and e.landscape.precision == "exact" and e._now["busy"] == ""


# ---------------------------------------------------------------- words, ticks and figures

@pytest.mark.parametrize(("view", "digits", "words"), [
    (at(6e-31), 60, "10⁻³¹ of the start, beyond float64: exact, reference run in 60 digits"),
    (at(6e-31), 0, "10⁻³¹ of the start, beyond float64: exact"),
    (at(6e-14), 45, "10⁻¹⁴ of the start, float64 ends soon; continued exactly, reference run in 45 digits"),
    (at(6e-99), 120, "10⁻⁹⁹ of the start, beyond float64: exact, reference run in 120 digits"),
    (NET.view, 45, "the whole map, exact, reference run in 45 digits"),
    (at(6e-14), None, "10⁻¹⁴ of the start, 0.4 decades left before float64 runs out")])
def test_depth_in_words(view, digits, words):
    start = at(6.0) if view is not NET.view else view
    assert depth(view, start, (64, 64), digits) == words


@pytest.mark.parametrize("x", [X, "-1.754877666246692760049508896358528691894606617772", "0", "1e-7", "123456789", "-0.25"])
@pytest.mark.parametrize("width", [2e-100, 3e-61, 7.7e-31, 1e-12, 0.4e-9])
def test_ticks_are_where_they_say_and_all_different(x, width):
    view = fe.View.around(x, "1", width)
    places, texts, (shared, power) = deep_ticks(view, 0)
    assert 3 <= len(texts) == len(set(texts)) <= 8 and all(len(text) <= 6 for text in texts)
    for place, text in zip(places, texts, strict=True):
        away = float(exact_difference(shared, view.centre[0])) + float(text) * 10.0 ** power
        assert -1e-9 <= place <= 1 + 1e-9 and 0.5 + away / width == pytest.approx(place, abs=1e-6)


@pytest.mark.parametrize(("number", "text"), [
    (X, "57.4458749…272564"), ("48.35", "48.35"), ("-1.7548776662466927600495", "-1.7548776…600495"), ("0", "0"),
    ("3.2e-40", "3.2e-40"), ("1234567890123456789012345", "1.23456789…012345e24"), ("1E+3", "1000"), ("0.00012", "0.00012")])
def test_long_numbers_lack_their_middle(number, text):
    assert shortened(Decimal(number)) == text


@pytest.mark.parametrize("view", [at(1e-31), at(2e-100), at(2e-100, "0", "1"[:1], "linear"), at(1e-12), at(1.0)])
def test_figures_of_exact_views_have_true_ticks(view):
    problem = NET if view.x_scale == "log10" else fe.mandelbrot()
    land = fe.render(problem, view, (12, 8), 5, precision="exact")
    ax = fe.plot(land).axes
    ax.figure.canvas.draw()
    texts = [label.get_text() for label in ax.get_xticklabels()]
    assert len(texts) == len(set(texts)) >= 2 and "tick ×" in ax.get_xlabel()
    drawn, frame = ax.images[0].get_window_extent(), ax.get_window_extent()
    np.testing.assert_allclose(drawn.bounds, frame.bounds, atol=1)
    plt.close("all")
