"""The explorer without a browser: traits, history, states, messages, stills.  test_touch.py is the same with one."""
import io
import json
import threading
import time
import warnings
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from test_planar import Tricorn

import fractaledu as fe
from fractaledu.engine import Cancelled
from fractaledu.explorer import outbox as outboxes
from fractaledu.explorer.conversation import Conversation
from fractaledu.explorer.described import depth
from fractaledu.explorer.frames import encoded
from fractaledu.explorer.outbox import Outbox
from fractaledu.explorer.presets import presets_of
from fractaledu.explorer.worker import Worker
from fractaledu.recipes import Recipe
from fractaledu.rendering import refine

SMALL = 48, 48


class Browser:
    """Stands in for explorer.js: says hello, acknowledges pictures, keeps what it is told."""

    def __init__(self, explorer, quick=True):
        self.explorer, self.heard, self.n, self.quick = explorer, [], 0, quick
        explorer.send = self.take
        explorer._pictures.outbox._send = lambda content, data: self.take(content, [data])
        self.say("hello")

    def take(self, content, buffers=None):
        self.heard.append((content, buffers or []))
        if content["kind"] == "frame" and self.quick:
            threading.Thread(target=self.explorer._receive, args=({"kind": "got", "seq": content["seq"]},)).start()

    def say(self, kind, **fields):
        self.n += 1
        self.explorer._receive({"kind": kind, "client": "test", "n": self.n, **fields})
        assert self.explorer._now["answered"] == ["test", self.n]

    def last(self, kind):
        for _ in range(200):
            found = [(content, buffers) for content, buffers in self.heard if content["kind"] == kind]
            if found:
                return found[-1]
            time.sleep(0.02)
        raise AssertionError(f"nothing of kind {kind}")


@pytest.fixture
def explorer():
    made = []

    def make(system=None, size=SMALL, **how):
        made.append(fe.explore(system if system is not None or "state" in how else fe.mandelbrot(), size=size, **how))
        return made[-1]
    yield make
    for one in made:
        one.close()


def rendered(e):
    return fe.render(e.problem, e.view, e.size, e.steps)


def same(e):
    assert e.wait(60)
    return e.landscape.stride == 1 and e.landscape.pixels.tobytes() == rendered(e).pixels.tobytes()


# ---------------------------------------------------------------- controls as traits

@pytest.mark.parametrize(("problem", "changes"), [
    (fe.mandelbrot(), {"power": 4, "steps": 30, "resolution": 32}),
    (fe.julia(), {"c_real": -0.8, "c_imag": 0.156, "power": 3}),
    (fe.newton(), {"degree": 5, "a_real": 1.5, "a_imag": 0.2, "roots": "1,-1,0.5+2j"}),
    (fe.paper("one-datum", width=8), {"width": 16, "steps": 40, "condition": "offset", "offset": "start"}),
    (fe.random_network(3, hidden=4, inputs=2, samples=5),
     {"hidden": 6, "activation": "relu", "samples": 3, "batch": 2, "seed": 7, "inputs": 3, "momentum": 0.5}),
    (fe.paper("one-datum"), {"x_axis": "momentum", "rate": 30.0, "y_axis": "weight_decay", "scale_in": 0.5}),
    (fe.markus(), {"word": "AAB", "burn": 10, "x_axis": "start"}), (fe.magnet(), {"kind": 2}),
    (fe.two_weights(), {"weight_decay": 0.3, "rate": 0.9, "tied": True, "x_axis": "weight_decay"}),
    (fe.bumpy(), {"kind": "added", "wavelength": 0.2, "y_axis": "start"}), (fe.rational(), {"numerator": "2,0,0,0,1"}),
    (fe.cubic(), {"start": 0.3, "x_axis": "rate_imag"}), (fe.xor(), {"seed": 1, "activation": "sigmoid", "rate": 2.0})])
def test_every_control_is_a_trait_and_moves_the_picture(explorer, problem, changes):
    e = explorer(problem, size=(16, 16), steps=20)
    assert same(e)
    for name, value in changes.items():
        seen = []
        e.observe(seen.append, name)
        setattr(e, name, value)
        assert len(seen) == 1 and getattr(e, name) == value
        assert same(e)


@pytest.mark.parametrize(("name", "value", "message"), [
    ("steps", 0, "steps must be from 1 to 100000000, got 0"), ("power", 1, "power must be from 2 to 64, got 1"),
    ("power", 2.5, "power must be a whole number, got 2.5"), ("resolution", 0, "size must be from 1 to 32768"),
    ("palette", "pink lemonade", "palette must be"), ("mode", "basins", "without attractors"),
    ("x", float("nan"), "x must be finite"), ("pins", [(0, 0)] * 6, "pins must be at most 5, got 6"),
    ("view", fe.View((1, 2), (1, 2), "log10"), "view must have linear and linear axes, got log10 and linear")])
def test_a_wrong_value_is_refused_and_changes_nothing(explorer, name, value, message):
    e = explorer()
    assert e.wait(60)
    before, state = e.landscape, e.state
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        setattr(e, name, value)
    assert e.settled and e.landscape is before and e.state == state


def test_a_map_of_somebodys_own_can_be_explored(explorer):
    e = explorer(Tricorn())
    assert same(e) and "own-" in e.state
    with pytest.raises(ValueError, match="only its .npz holds"):
        fe.explore(state=e.state)


def test_a_landscape_can_be_explored(explorer):
    land = fe.render(fe.julia(), fe.View((-1, 1), (-1, 1)), (20, 10), 30)
    e = explorer(land)
    assert e.wait(60) and e.landscape.pixels.tobytes() == land.pixels.tobytes() and e.landscape.recipe == land.recipe


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: fe.explore(), ValueError, "system or state must be given"),
    (lambda: fe.explore(3), TypeError, "system must be a Problem"),
    (lambda: fe.explore(fe.mandelbrot(), state="fe1?"), ValueError, "state must not be given together with"),
    (lambda: fe.explore(state="fe1?system=mandelbrot&nonsense=1&x=0,1&y=0,1&size=8x8&steps=5"), ValueError, "'nonsense'"),
    (lambda: fe.explore(state="fe2?system=mandelbrot"), ValueError, "a newer fractaledu reads that"),
    (lambda: fe.explore(fe.mandelbrot(), lock=["colour"]), ValueError, "lock must name .*, got 'colour'"),
    (lambda: fe.explore(fe.mandelbrot(), hide=["legs"]), ValueError, "hide must name .*, got 'legs'"),
    (lambda: fe.explore(fe.mandelbrot(), view=(0, 1)), TypeError, "view must be a View, got tuple"),
    (lambda: fe.explore(fe.mandelbrot(), presets={"a": ("why", "fe1?x")}), ValueError, "presets must map .* got 'a'"),
    (lambda: fe.compare(fe.mandelbrot(), fe.julia(), link=("colour",)), ValueError, "link must name .*, got 'colour'")])
def test_wrong_arguments_are_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------- state, history, views

@pytest.mark.parametrize("how", [
    {"system": fe.mandelbrot(3), "view": fe.View.around(-0.1, 0.9, 1e-7), "at": (-0.1, 0.9), "pins": [(0.1, 0.2), (-1, 0)]},
    {"system": fe.newton(roots=[1, -1, 2j], a=1.3), "mode": "verdict", "palette": "paper", "steps": 17},
    {"system": fe.paper("one-datum"), "view": fe.View.around(48.35, 18.197, 0.012, "log10"), "steps": 60, "size": (40, 20)},
    {"system": fe.random_network(5, hidden=3, inputs=2, samples=4, batch=2), "steps": 20}])
def test_the_state_makes_the_same_explorer_again(explorer, how):
    e = explorer(**how)
    again = explorer(state=e.state)
    assert again.state == e.state and again.view == e.view and again.pins == e.pins and (again.x, again.y) == (e.x, e.y)
    assert e.wait(60) and again.wait(60) and again.landscape.pixels.tobytes() == e.landscape.pixels.tobytes()
    namespace = {}
    exec(e.code.rsplit("\n", 1)[0], namespace)              # the lines that "give me the code" prints
    assert namespace["land"].pixels.tobytes() == e.landscape.pixels.tobytes()


def test_undo_and_redo_restore_the_whole_situation(explorer):
    e = explorer(fe.paper("one-datum", width=8), steps=30, size=(16, 16))
    states = [e.state]
    e.view = e.view.zoom(4, (50.0, 20.0))
    states.append(e.state)
    e.steps = 50
    states.append(e.state)
    e.condition = "relu"
    states.append(e.state)
    e.undo()
    assert e.state == states[2] and e.condition == "one-datum"
    e.undo()
    e.undo()
    assert e.state == states[0]
    e.undo()                                                # there is nothing before the first
    assert e.state == states[0] and same(e)
    for expected in states[1:]:
        e.redo()
        assert e.state == expected
    e.undo()
    e.steps = 60                                            # a new way: the old future is gone
    e.redo()
    assert e.steps == 60 and same(e)
    e.home()
    assert e.view == e.problem.view


def test_home_is_where_it_began_and_then_the_whole_map(explorer):
    view = fe.View.around(-0.75, 0.1, 0.01)
    e = explorer(view=view)
    e.view = view.pan(3, 0)
    at = e.x, e.y
    e.x = -0.7
    e.home()
    assert e.view == view and (e.x, e.y) == at              # the cross-hair comes home too
    e.home()
    assert e.view == e.problem.view
    e.power = 5                                             # the whole map of this one is another
    assert e.view == fe.mandelbrot(5).view


def test_colours_compute_nothing(explorer, monkeypatch):
    e = explorer()
    assert e.wait(60)
    browser, before = Browser(e), e.landscape
    assert e.wait(60)
    monkeypatch.setattr("fractaledu.engine.sweep", lambda *_: 1 / 0)
    for palette, mode in (("paper", "rank"), ("dark", "value"), ("dark", "patterns"), ("viridis", "rank")):
        e.palette, e.mode = palette, mode
        assert e.wait(60) and e.landscape is before
        picture = Image.open(io.BytesIO(browser.last("frame")[1][0])).convert("RGB")
        for _ in range(100):
            if np.array_equal(picture, fe.colours(before, palette, mode)[::-1][..., :3]):
                break
            time.sleep(0.02)
            picture = Image.open(io.BytesIO(browser.last("frame")[1][0])).convert("RGB")
        np.testing.assert_array_equal(picture, fe.colours(before, palette, mode)[::-1][..., :3])


def test_a_stopped_picture_goes_on_where_it_was(explorer, monkeypatch):
    from fractaledu import engine
    tile, computed, hold = engine._tile, [], threading.Event()

    def slow(system, x, y, *rest):
        computed.append(len(x))
        if sum(computed) > 600:
            hold.wait(10)
        return tile(system, x, y, *rest)
    monkeypatch.setattr(engine, "_tile", slow)
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)
    e = explorer(fe.julia())
    while sum(computed) < 600:
        time.sleep(0.01)
    e.stop()
    hold.set()
    assert e.wait(60) and e._now["busy"] == "stopped" and e.landscape.stride > 1
    done = (e.landscape.size[0] // e.landscape.stride) ** 2
    e.resume()
    assert e.wait(60) and e._now["busy"] == ""
    resumed, lost = sum(computed), 2 * e._pictures.threads * 64         # tiles that were under way are left
    assert done > 0 and 48 * 48 <= resumed <= 48 * 48 + lost
    assert same(e)                                          # computes the whole once more
    assert sum(computed) == resumed + 48 * 48


def test_the_float_floor_is_a_sentence_and_no_picture(explorer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        e = explorer(fe.burning_ship(), view=fe.View.around(-0.75, 0.1, 1e-14))       # 90 ulps
        f = explorer(fe.burning_ship(), view=fe.View((-0.75, -0.75 + 10 * 2 ** -53), (0.1, 0.1 + 1e-15)))
        assert e.wait(60) and f.wait(60)
    assert e.landscape is None and "Float64 ends here: fewer" in e._now["view"]["floor"]
    assert "every other system stops there." in e._now["view"]["floor"] and not e._now["view"]["offer"]
    assert "not the map. Zoom out" in e._now["view"]["floor"]       # too few to see the map, but each pixel has its own
    assert "not the map: the 48 pixels of a row have only 11 different parameter values. Zoom" in f._now["view"]["floor"]
    e.home()                                                # it began there: home is the whole map then
    assert same(e) and e._now["view"]["floor"] == ""


@pytest.mark.parametrize(("view", "words"), [
    (fe.mandelbrot().view, "the whole map, 13 decades left before float64 runs out"),
    (fe.View.around(-0.75, 0.1, 2.7e-6), "10⁻⁶ of the start, 7 decades left before float64 runs out"),
    (fe.mandelbrot().view.zoom(2), "0.5 of the start, 13 decades left before float64 runs out"),
    (fe.mandelbrot().view.zoom(64), "0.016 of the start, 11 decades left before float64 runs out"),
    (fe.mandelbrot().view.zoom(512), "2 × 10⁻³ of the start, 10 decades left before float64 runs out"),
    (fe.View.around(-0.75, 0.1, 1e-11), "4 × 10⁻¹² of the start, 1.8 decades left before float64 runs out"),
    (fe.View.around(-0.75, 0.1, 4e-13), "10⁻¹³ of the start, 0.4 decades left before float64 runs out"),
    (fe.View((-0.75, -0.75 + 2 ** -41), (1, 1.5)), "2 × 10⁻¹³ of the start, 0.1 decades left before float64 runs out"),
    (fe.View((-0.75, -0.75 + 1.8 * 2 ** -42), (1, 1.5)),
     "2 × 10⁻¹³ of the start, less than 0.1 decades left before float64 runs out"),
    (fe.View((-0.75, -0.75 + 2 ** -42), (1, 1.5)), "8 × 10⁻¹⁴ of the start, float64 has run out"),
    (fe.View((-0.75, -0.75 + 2 ** -46), (1, 1.5)), "5 × 10⁻¹⁵ of the start, float64 has run out; "
     "the 384 pixels of a row have only 129 different parameter values"),
    (fe.View((-0.75, -0.75 + 2 ** -46), (0.1, 0.1 + 2 ** -50)), "5 × 10⁻¹⁵ of the start, float64 has run out; "
     "the 384 pixels of a column have only 65 different parameter values")])
def test_depth_in_words(view, words):
    assert depth(view, fe.mandelbrot().view, (384, 384)) == words


def test_views_and_fractions_are_inverse():
    for view in (fe.View.around(0.25, -3.0, 1e-9), fe.View.around(48.3, 1e-4, 1e-11, "log10"), fe.paper("tanh").view):
        for u, v in ((0.0, 0.0), (1.0, 1.0), (0.3, 0.9), (-1.0, 2.5)):
            np.testing.assert_allclose(view.fraction(*view.point(u, v)), (u, v), rtol=1e-4, atol=1e-4)
        part = view.window(0.25, 0.5, 0.75, 1.0)
        np.testing.assert_allclose(view.fractions_of(part), (0.25, 0.5, 0.75, 1.0), atol=1e-4)
        zoomed = view.zoom(2)
        np.testing.assert_allclose(view.window(0.25, 0.25, 0.75, 0.75).x, zoomed.x, rtol=1e-15)


def test_presets_are_what_they_say(explorer):
    for problem in (fe.paper("one-datum"), fe.paper("tanh"), fe.mandelbrot(), fe.newton()):
        for preset in presets_of(problem):
            recipe = Recipe.from_text(preset.state.replace("{size}", "32x32"))
            run = fe.trace(recipe.problem, *recipe.at, recipe.steps)
            with np.errstate(over="ignore"):
                share = run.watched / run.watched[0]
            settled = {"gone": False}.get(preset.name, True)
            if preset.name in ("too timid", "sweet spot", "edge of stability", "catapult", "gone", "saturated"):
                assert (run.verdict == -1) == settled, preset
            if preset.name == "too timid":
                assert share[-1] > 0.87
            if preset.name == "catapult":
                assert 1000 < share.max() < 1e4 and (problem.name == "paper-tanh" or share.max() > 5000)
            if preset.name == "edge of stability":
                turns = np.diff(np.sign(np.diff(share)))
                assert (turns != 0).sum() > 10 and share[-1] < 0.1
            if preset.name == "saturated":
                assert 0.005 < share[-1] < 1
    for a, steps, share in ((1.99, 100, 0.0), (1.99, 3000, 1.0), (2.01, 3000, 0.0)):        # "slow is not lost"
        land = fe.render(fe.newton(a=a), fe.View((-2, 2), (-2, 2)), (16, 16), steps)
        assert (land.verdict == -1).mean() == share


# ---------------------------------------------------------------- what the browser says and hears

def test_a_hover_is_the_run_of_that_very_pixel(explorer):
    for problem in (fe.mandelbrot(), fe.newton(), fe.paper("one-datum")):
        e = explorer(problem, size=(40, 30), steps=60)
        assert e.wait(60)
        browser = Browser(e)
        e.wait(60)
        for u, v in ((0.31, 0.77), (0.0, 0.0), (0.999, 0.5)):
            browser.heard.clear()
            e._receive({"kind": "hover", "view": e._view_id, "u": u, "v": v, "serial": 5})
            content, buffers = browser.last("run")
            column, row = int(u * 40), int(v * 30)
            assert content["value"] == e.landscape.value[row, column] and content["verdict"] == e.landscape.verdict[row, column]
            assert content["exact"] == [repr(float(e.landscape.x[column])), repr(float(e.landscape.y[row]))]
            curve = np.frombuffer(buffers[0], "<f4")
            run = fe.trace(problem, e.landscape.x[column], e.landscape.y[row], 60)
            expected = run.watched / run.watched[0] if problem.watched.relative else run.watched
            expected = np.where(expected > 3e38, np.inf, expected)          # it travels as float32
            np.testing.assert_allclose(curve, expected, rtol=1e-6, atol=1e-37)
            assert content["orbits"] == (0 if problem.watched.relative else 2)
            assert "one pixel" in content["neighbour"]
            other = fe.trace(problem, e.landscape.x[column], e.landscape.y[min(row + 1, 29)], 60).watched
            expected = other / other[0] if problem.watched.relative else other
            expected = np.where(expected > 3e38, np.inf, expected)
            np.testing.assert_allclose(np.frombuffer(buffers[1], "<f4"), expected, rtol=1e-6, atol=1e-37)


def test_the_julia_set_of_the_point_is_shown(explorer):
    e = explorer()
    browser = Browser(e)
    e._receive({"kind": "hover", "view": e._view_id, "u": 0.4, "v": 0.5, "serial": 1})
    content, buffers = browser.last("inset")
    assert content["title"] == "its Julia set" and Image.open(io.BytesIO(buffers[0])).size == (96, 96)


def test_a_run_too_slow_to_hover_is_shown_on_click_with_its_cost(explorer):
    e = explorer(fe.paper("one-datum", width=8), steps=30)
    browser = Browser(e)
    assert e.wait(60)
    e._inspections._seconds = dict.fromkeys(e._inspections._seconds, 0.4)
    browser.heard.clear()
    e._receive({"kind": "hover", "view": e._view_id, "u": 0.4, "v": 0.5, "serial": 1})
    assert "One run takes about 0.4 s" in browser.last("costly")[0]["why"]
    browser.say("point", view=e._view_id, u=0.4, v=0.5, pin=True)
    assert browser.last("run")[0]["seconds"] < 0.4 and len(e.pins) == 1


def test_pins_stay_five_at_most_and_are_cleared(explorer):
    e = explorer()
    browser = Browser(e)
    for k in range(7):
        browser.say("point", view=e._view_id, u=0.1 + 0.1 * k, v=0.5, pin=True)
    assert len(e.pins) == 5 and len(e._now["pins"]) == 5
    assert e.wait(60) and browser.last("run")[0]["curves"] == 7
    browser.say("clear")
    assert e.pins == ()


def test_moves_of_one_gesture_are_one_entry_of_the_history(explorer):
    e = explorer()
    browser, start = Browser(e), e.view
    base = e._view_id
    for k in range(10):
        browser.say("move", id=f"v{k}", base=base, rect=[0.01, 0, 1.01, 1], gesture="a")
        base = f"v{k}"
    browser.say("move", id="w", base=base, rect=[0, 0, 0.5, 0.5], gesture="b")
    np.testing.assert_allclose(e.view.x, start.pan(0.1, 0).window(0, 0, 0.5, 0.5).x, rtol=1e-12)
    browser.say("action", name="undo")
    np.testing.assert_allclose(e.view.x, start.pan(0.1, 0).x, rtol=1e-12)
    browser.say("action", name="undo")
    assert e.view == start
    assert e._now["view"]["from"] is not None           # so that the browser can keep the old bitmap in place


def test_a_typed_number_is_taken_or_refused_beside_its_box(explorer):
    e = explorer(fe.paper("one-datum"))
    browser = Browser(e)
    browser.say("set", name="x", value="48.35407497406377")
    assert e.x == 48.35407497406377
    browser.say("set", name="y", value="1e7")               # beyond the map: the map comes along
    assert e.y == 1e7 and e.view.y[0] < 1e7 < e.view.y[1]
    browser.say("set", name="steps", value="77")
    assert e.steps == 77
    for name, value, why in (("steps", "many", "steps must be a whole number, got 'many'"), ("x", "-3", "x must be finite"),
                             ("steps", "1e99", "steps must be from 1"), ("width", "9", "width must be 16 or 8"),
                             ("batch_seed", "1", "no option 'batch_seed'"), ("bogus", "1", "bogus is no control")):
        state = e.state
        browser.heard.clear()
        browser.say("set", name=name, value=value)
        content, _ = browser.last("refused")
        assert content["name"] == name and why in content["why"] and e.state == state


def test_nothing_the_browser_says_can_raise(explorer):
    e = explorer()
    Browser(e)
    for message in (None, [], {}, {"kind": "nonsense"}, {"kind": "move"}, {"kind": "hover", "view": "none"}, {"kind": "got"},
                    {"kind": "set"}, {"kind": "action", "name": "__del__"},
                    {"kind": "move", "id": "z", "base": "k1", "rect": [1, 1, 0, 0]},
                    {"kind": "move", "id": "z", "base": "k1", "rect": [0, 0, float("nan"), 1]}, {"kind": "go", "state": "x"},
                    {"kind": "go", "name": "x"}, {"kind": "export", "what": "exe"},
                    {"kind": "export", "what": "png", "columns": "x"},
                    {"kind": "go", "state": fe.explore(fe.julia(), size=(8, 8)).state}):
        before = e.view
        e._receive(message)
        assert e.view == before
    assert same(e)


def test_locked_controls_stay_and_hidden_ones_are_not_shown(explorer):
    e = explorer(lock=["steps", "view", "pins"], hide=["palette", "export"])
    browser, state = Browser(e), e.state
    browser.say("set", name="steps", value=5)
    browser.say("move", id="v1", base=e._view_id, rect=[0, 0, 0.5, 0.5])
    browser.say("go", name="seahorses")
    browser.say("action", name="home")
    x = e.x
    browser.say("point", view=e._view_id, u=0.9, v=0.9, pin=True)
    assert e.state.split("&at=")[0] == state.split("&at=")[0] and e.x == x and e.pins == ()
    assert "palette" not in [knob["name"] for knob in e._schema["knobs"]] and "export" in e._schema["hidden"]
    assert e._schema["steps"]["locked"] and "view" in e._schema["locked"]


def test_bookmarks_and_presets(explorer):
    e = explorer()
    browser = Browser(e)
    browser.say("go", name="seahorses")
    assert e.steps == 1000 and e.view.x[0] > -0.76 and e.size == SMALL
    browser.say("bookmark", name=" my place ")
    browser.say("go", name="the whole map")
    assert e.view == e.problem.view
    browser.say("go", name="my place")
    assert e.steps == 1000 and e.bookmarks.keys() == {"my place"} and same(e)
    own = explorer(presets={"here": ("Because.", e.state)})
    assert [p["name"] for p in own._schema["presets"]] == ["the whole map", "here"]


@pytest.mark.parametrize("what", ["png", "npz"])
def test_exports_are_rendered_at_the_size_asked_for(explorer, what, tmp_path):
    e = explorer(fe.newton(), at=(0.5, 0.25), pins=[(1, 1)])
    browser = Browser(e)
    browser.say("export", what=what, columns="80")
    content, buffers = browser.last("file")
    file = tmp_path / content["name"]
    file.write_bytes(buffers[0])
    expected = fe.render(e.problem, e.view, (80, 80), e.steps)
    if what == "png":
        np.testing.assert_array_equal(np.asarray(Image.open(file))[..., :3], fe.colours(expected)[::-1][..., :3])
        assert fe.from_png(file).pixels.tobytes() == expected.pixels.tobytes()
        again = fe.explore(state=fe.read_recipe(file))
        assert (again.x, again.y, again.pins, again.size) == (0.5, 0.25, ((1.0, 1.0),), (80, 80))
        again.close()
    else:
        assert fe.Landscape.load(file).pixels.tobytes() == expected.pixels.tobytes()
    path = tmp_path / f"shown.{what}"
    e.wait(60)
    e.save(path)
    with pytest.raises(ValueError, match="path must end in .png or .npz"):
        e.save(tmp_path / "x.gif")


def test_a_slow_link_never_queues_stale_pictures(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(outboxes.time, "monotonic", lambda: clock[0])
    sent = []
    box = Outbox(lambda content, data: sent.append((content["seq"], data)))
    for k in range(50):
        box.offer(lambda k=k: ({}, bytes([k])))
    assert sent == [(1, b"\0")]                             # the rest wait, and only the newest of them
    clock[0] = 1.0
    box.arrived(1)
    assert sent == [(1, b"\0"), (2, bytes([49]))] and box.slow
    clock[0] = 1.1
    box.arrived(1)                                          # again: nothing new
    box.arrived(2)
    assert not box.slow
    box.offer(lambda: ({}, b"x"))
    clock[0] += outboxes.PATIENCE + 1                       # lost on the way
    box.offer(lambda: ({}, b"y"))
    assert [data for _, data in sent[2:]] == [b"x", b"y"]


def test_frames_hold_the_computed_pixels_only():
    lands = list(refine(Recipe(fe.mandelbrot(), fe.mandelbrot().view, (50, 34), 40), 8))
    content, data = encoded(lands[0], "two-sided", None, final=False)
    assert Image.open(io.BytesIO(data)).size == (7, 5) and content["cover"] == [56 / 50, 40 / 34]
    content, data = encoded(lands[-1], "two-sided", None, final=True)
    assert Image.open(io.BytesIO(data)).mode == "P"         # 256 colours in a table
    np.testing.assert_array_equal(Image.open(io.BytesIO(data)).convert("RGB"), fe.colours(lands[-1])[::-1][..., :3])
    newton = fe.render(fe.newton(), size=(64, 64))
    np.testing.assert_array_equal(Image.open(io.BytesIO(encoded(newton, "two-sided", None, True)[1])).convert("RGB"),
                                  fe.colours(newton)[::-1][..., :3])


def test_everything_told_is_plain_json(explorer):
    for problem in (fe.mandelbrot(), fe.newton(), fe.paper("offset"), Tricorn()):
        e = explorer(problem, size=(8, 8), steps=5)
        json.dumps([e._schema, e._now], allow_nan=False)


# ---------------------------------------------------------------- comparing, stills, threads

def test_two_explorers_are_linked(explorer):
    both = fe.compare(fe.mandelbrot(), fe.paper("one-datum"), size=(24, 24), link=("steps", "zoom", "hover", "mode"))
    assert both.wait(60)
    assert both.right.steps == both.left.steps == 200
    both.left.steps = 50
    assert both.right.steps == 50
    both.right.mode = "verdict"
    assert both.left.mode == "verdict"
    left, right = both.left.view, both.right.view
    both.left.view = left.zoom(4, (0, 0))
    np.testing.assert_allclose(both.right.view.x, right.zoom(4).x, rtol=1e-12)
    both.right.view = both.right.view.pan(0.5, 0)
    np.testing.assert_allclose(both.left.view.x, left.zoom(4, (0, 0)).x, rtol=1e-12)
    browsers = Browser(both.left), Browser(both.right)
    both.wait(60)
    browsers[1].heard.clear()
    both.left._receive({"kind": "hover", "view": both.left._view_id, "u": 0.25, "v": 0.75, "serial": 3})
    np.testing.assert_allclose(browsers[1].last("run")[0]["at"], [0.25, 0.75], atol=1 / 24)
    both.links["zoom"].value = both.links["steps"].value = False
    both.left.home()
    both.left.steps = 60
    assert both.right.steps == 50 and both.right.view != right
    both.close()


def test_a_still_is_shown_where_no_kernel_is(explorer, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *bundle, **how: shown.append((bundle[0], how)))
    e = explorer()
    e._ipython_display_()
    (widget, _), (still, how) = shown
    assert "application/vnd.jupyter.widget-view+json" in widget and not how["update"]
    assert "data:image/jpeg;base64," in still["text/html"] and "fractaledu lab" in still["text/html"]
    assert "power=2" in still["text/html"]
    assert "display: none !important" in str(e._css) and ".fractaledu-still" in str(e._css)
    monkeypatch.setattr("fractaledu.explorer.still.REST", 0.05)
    e.power = 3
    e.wait(60)
    for _ in range(100):
        if len(shown) == 3:
            break
        time.sleep(0.05)
    assert shown[2][1] == {"raw": True, "display_id": how["display_id"], "update": True}
    assert "power=3" in shown[2][0]["text/html"]


def test_threads_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(Worker, "IDLE_SECONDS", 0.1)
    before = threading.active_count()
    for _ in range(20):
        e = fe.explore(fe.mandelbrot(), size=(16, 16))
        assert e.wait(60)
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before
    e.steps = 30                                            # and one that slept wakes up
    assert same(e)
    e.close()


def test_a_closed_explorer_stops_its_work(explorer):
    e = explorer(fe.paper("tanh"), size=(256, 256))
    e.close()
    for _ in range(200):
        if e.wait(0):
            break
        time.sleep(0.05)
    assert e.wait(0)


def test_many_changes_from_several_threads_end_on_the_last(explorer):
    e = explorer(size=(24, 24), steps=20)
    browser = Browser(e)

    def turn(seed):
        rng = np.random.default_rng(seed)
        for _ in range(60):
            kind = rng.integers(4)
            if kind == 0:
                e.view = e.view.zoom(float(rng.uniform(0.5, 2)))
            elif kind == 1:
                e.steps = int(rng.integers(1, 50))
            elif kind == 2:
                e.power = int(rng.integers(2, 6))
            else:
                e.undo()
    threads = [threading.Thread(target=turn, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same(e) and e.problem.options["power"] == e.power
    assert browser.heard


def test_memory_is_flat_over_many_pictures():
    """500 pictures; the issue's bound is 20 MB of growth."""
    import subprocess
    import sys
    program = """
import resource, fractaledu as fe
e = fe.explore(fe.mandelbrot(), size=(128, 128), steps=50)
e._clients.add("test"); e.send = lambda *a: None
e._pictures.outbox._send = lambda content, data: e._receive({"kind": "got", "seq": content["seq"]})
def now():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2 ** 20
for k in range(700):
    e.view = e.problem.view.zoom(1 + k % 97)
    assert e.wait(60)
    if k == 200:
        before = now()
print(now() - before)
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 20


@pytest.mark.parametrize("kind", [name.removeprefix("_do_") for name in dir(Conversation) if name.startswith("_do_")])
def test_every_message_is_spoken_by_the_browser(kind):
    assert f'kind: "{kind}"' in str(fe.Explorer._esm)


def test_a_worker_drops_what_is_stale():
    begun, release, seen = threading.Event(), threading.Event(), []

    def work(request, cancel):
        seen.append((request, cancel))
        if request == 0:
            begun.set()
            release.wait(10)
    worker = Worker(work, failed=lambda error: seen.append(error))
    worker.request(0)
    assert begun.wait(10)
    for request in range(1, 50):
        worker.request(request)
    assert seen[0][1].is_set()                      # told to stop at once
    release.set()
    assert worker.wait(10)
    assert [request for request, _ in seen] == [0, 49]
    thread = worker._thread
    worker.close()
    thread.join(10)
    assert not thread.is_alive()
    worker.request(1)                               # too late: nobody hears it
    assert worker._thread is None


def test_a_worker_that_fails_goes_on():
    failures, done = [], threading.Event()

    def work(request, cancel):
        if request == 0:
            raise Cancelled(0, 1)
        if request == 1:
            raise ValueError("no")
        done.set()
    worker = Worker(work, failures.append)
    for request in range(3):
        worker.request(request)
        assert worker.wait(10)
    assert done.is_set() and [str(error) for error in failures] == ["no"]
    worker.close()


# ---------------------------------------------------------------- what a maintainer's reading found

def test_linked_explorers_do_not_wait_for_one_another():
    both = fe.compare(fe.mandelbrot(), fe.julia(), size=(16, 16), link=("steps", "mode"))
    browsers = Browser(both.left), Browser(both.right)

    def turn(browser):
        for k in range(100):
            browser.explorer._receive({"kind": "set", "name": "steps", "value": 10 + k, "client": "x", "n": k})
    threads = [threading.Thread(target=turn, args=(browser,), daemon=True) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert both.left.steps == both.right.steps and both.wait(60)
    both.close()


def test_a_second_view_does_not_turn_back_the_numbers_of_pictures(explorer):
    e = explorer()
    browser = Browser(e)
    for steps in (10, 20, 30):
        e.steps = steps
        e.wait(60)
    before = browser.last("frame")[0]["seq"]
    e._receive({"kind": "hello", "client": "second"})
    e.steps = 40
    e.wait(60)
    numbers = [content["seq"] for content, _ in browser.heard if content["kind"] == "frame"]
    assert numbers == sorted(set(numbers)) and numbers[-1] > before


@pytest.mark.parametrize("change", ["palette=nope", "mode=basins", "x_scale=log10", "at=nan,0", "steps=0"])
def test_a_refused_state_changes_nothing_at_all(explorer, change):
    e = explorer()
    assert e.wait(60)
    before, schema = e.state, e._schema
    wrong = "&".join([part for part in before.replace("power=2", "power=5").replace("x=-2.1", "x=0.1").split("&")
                      if part.split("=")[0] != change.split("=")[0]] + [change])
    with pytest.raises(ValueError):
        e.go(wrong)
    assert e.state == before and e._schema == schema and e.power == 2 and same(e)


def test_an_old_picture_keeps_its_view_when_colours_change(explorer):
    e = explorer()
    assert e.wait(60)
    browser, old = Browser(e), e._view_id
    e.wait(60)
    e._pictures.ask = lambda *_: None                       # the next picture never comes
    e.view = e.view.zoom(3)
    browser.heard.clear()
    e.palette = "paper"
    content, _ = browser.last("frame")
    assert content["view"] == old != e._view_id and content["version"] != e._now["version"]


def test_a_change_while_another_thread_restores_is_not_lost(explorer):
    e = explorer()
    assert e.wait(60)
    inside, go = threading.Event(), threading.Event()

    def hold():
        with e._lock, e._silently():
            inside.set()
            go.wait(10)
    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    setter = threading.Thread(target=lambda: setattr(e, "steps", 77))
    setter.start()
    time.sleep(0.1)
    go.set()
    setter.join(10)
    holder.join(10)
    assert same(e) and e.landscape.steps == 77 and e._now["steps"] == 77


@pytest.mark.parametrize("mode", ["rank", "verdict"])
def test_the_legend_is_marked_for_the_picture_that_is_shown(explorer, mode):
    e = explorer(mode=mode)
    browser = Browser(e)
    assert e.wait(60)
    e._receive({"kind": "hover", "view": e._view_id, "u": 0.6, "v": 0.62, "serial": 1})
    e.wait(60)
    for steps in (5, 400):
        browser.heard.clear()
        e.steps = steps
        assert e.wait(60)
        mark = browser.last("legend")[0]["legend"]
        column, row = int(0.5 * 48), int(0.5 * 48)          # the run shown is that of the cross-hair, at the centre
        if mode == "verdict":
            assert mark == {"swatch": int(e.landscape.verdict[row, column]) + 1}
        else:
            assert (mark["strip"] < 0.5) == (e.landscape.verdict[row, column] == -1)


def test_leaving_the_map_returns_to_the_very_point_that_was_kept(explorer):
    pin = (-0.123456789, 0.7654321)
    e = explorer(pins=[pin])
    browser = Browser(e)
    e.view = e.view.window(0, 0, 0.1, 0.1)                  # the kept point is far outside
    e._receive({"kind": "leave", "serial": 4})
    assert e.wait(60) and browser.last("run")[0]["exact"] == [repr(pin[0]), repr(pin[1])]


def test_the_slider_of_one_axis_leaves_the_other_alone(explorer):
    e = explorer(at=(0.1, 55.0))
    Browser(e).say("point", view=e._view_id, u=0.9, v=0.5, axis="x")
    assert e.y == 55.0 and e.x != 0.1


def test_locks_hold_on_every_way(explorer):
    e = explorer(lock=["view"], at=(0.1, 0.1), pins=[(0, 0)])
    browser = Browser(e)
    browser.say("set", name="x", value="5")
    browser.say("point", view=e._view_id, u=0.9, v=0.9)
    assert (e.x, e.y) == (0.1, 0.1)
    e = explorer(lock=["pins", "steps", "power"], pins=[(0, 0)])
    browser = Browser(e)
    browser.say("clear")
    browser.say("go", state=e.state.replace("steps=200", "steps=77"))
    browser.say("go", state=e.state.replace("power=2", "power=3"))
    assert e.pins == ((0.0, 0.0),) and e.steps == 200 and e.power == 2
    with pytest.raises(ValueError, match="lock must name"):
        fe.explore(fe.mandelbrot(), lock=["export"])


def test_a_coordinate_that_no_view_can_show_is_refused(explorer):
    e = explorer(fe.paper("one-datum"))
    browser, before = Browser(e), e.state
    for name, value in (("x", "1e308"), ("steps", "1,000"), ("steps", "2.5")):
        browser.say("set", name=name, value=value)
        assert browser.last("refused")[0]["name"] == name and e.state == before
    browser.say("set", name="x", value="0,5")               # a comma in place of the point, a minus sign of print
    assert e.x == 0.5
    julia = explorer(fe.julia())
    Browser(julia).say("set", name="c_real", value="−0,75")
    assert julia.c_real == -0.75


@pytest.mark.parametrize("pins", [((float("nan"), 1.0),), ((-1.0, 1.0),), ((1.0, 0.0),)])
def test_pins_have_to_lie_on_the_map(explorer, pins):
    e = explorer(fe.paper("one-datum"), size=(8, 8), steps=5)
    with pytest.raises(ValueError, match="must be finite, and positive on a log10 axis"):
        e.pins = pins
    assert e.pins == ()


def test_undo_has_no_steps_that_do_nothing(explorer):
    e = explorer()
    e.resolution = 32
    e.go(e.state)
    assert not e._now["undo"]
    both = fe.compare(fe.mandelbrot(), fe.julia(), size=(16, 16), link=("zoom",))
    browser = Browser(both.left)
    base = both.left._view_id
    for k in range(20):
        browser.say("move", id=f"v{k}", base=base, rect=[0.05, 0.05, 0.95, 0.95], gesture="wheel")
        base = f"v{k}"
    right = both.right.view
    both.right.undo()
    assert both.right.view == both.right.problem.view != right and not both.right._now["undo"]
    both.close()


def test_a_run_too_long_to_draw_is_said(explorer):
    e = explorer(size=(2, 2), steps=10)
    browser = Browser(e)
    e.wait(60)
    e.view = fe.View((100, 101), (100, 101))                # everything leaves at once
    e.steps = 10 ** 7
    assert "too long to be drawn" in browser.last("costly")[0]["why"] and same(e)


def test_bookmarks_of_somebodys_own_map_work_and_names_do_not_collide(explorer):
    e = explorer(Tricorn())
    browser, start = Browser(e), e.view
    browser.say("bookmark", name="the whole map")
    e.view = e.view.zoom(2)
    browser.say("bookmark", name="closer")
    browser.say("go", name="the whole map")                 # the preset
    browser.say("go", name="closer", kept=True)
    assert e.view == start.zoom(2)
    browser.say("go", name="the whole map", kept=True)
    assert e.view == start and same(e)


def test_numbers_of_own_maps_have_knobs_unless_their_names_are_taken(explorer):
    e = explorer(Shadowing(k=0.5, steps=3, send=1.0))
    assert e._family == ["k"] and same(e)
    before = e._schema["knobs"][0]
    e.k = 0.7
    assert e.problem.system.k == 0.7 and e._schema["knobs"][0] == before and same(e)        # the slider keeps its range
    with pytest.raises(ValueError, match="k must be a number, got 'x'"):
        e.k = "x"


class Shadowing(NamedTuple):
    k: float
    steps: int
    send: float


@fe.step_of(Shadowing)
def shadowing_step(system, t, x, y, a, b):
    return x * x - y * y + a * system.k, 2.0 * x * y + b


def test_long_states_are_refused_before_they_are_computed():
    with pytest.raises(ValueError, match="coefficients must be at most 65 in number, got 1000"):
        fe.newton(coefficients=[1.0] * 1000)


def test_two_maps_of_one_system_share_their_window():
    both = fe.compare(fe.markus("AB"), fe.markus("BA"), size=(8, 8))
    both.left.view = fe.View((3.6, 4), (2.6, 3))
    assert both.right.view == both.left.view
    both.right.view = fe.View((3.5, 3.9), (2.6, 3))             # a move, too
    assert both.left.view == both.right.view
    both.links["zoom"].value = False
    both.left.view = fe.View((2, 3), (2, 3))
    assert both.right.view == fe.View((3.5, 3.9), (2.6, 3))
    both.close()
