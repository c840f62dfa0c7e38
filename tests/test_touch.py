"""The explorer in a real JupyterLab in a real browser: every gesture, key and control."""
import json
import random
import urllib.request

import numpy as np
import pytest
from lab import end_kernels, execute, open_notebook, run_all, shot, wait_for_kernel, write_notebook

import fractaledu as fe
from fractaledu.recipes import Recipe

pytestmark = pytest.mark.browser

CELLS = ("import fractaledu as fe\nmap = fe.explore(fe.mandelbrot())\nmap",
         "net = fe.explore(fe.paper('one-datum'), steps=200, size=(256, 256), at=(48.35407497406377, 18.196946479595155))\nnet",
         "newton = fe.explore(fe.newton(), size=(256, 256))\nnewton")
MAP, NET, NEWTON = range(3)
NAMES = "map", "net", "newton"


class Touch:
    """One explorer of the page, by its number."""

    def __init__(self, page, nth, name=None):
        self.page, self.nth, self.name = page, nth, NAMES[nth] if name is None else name
        self.root = page.locator(".fe").nth(nth)

    def data(self, key):
        return self.page.evaluate("([n, key]) => document.querySelectorAll('.fe')[n].dataset[key]", [self.nth, key])

    def wait(self, condition, argument=None, timeout=30_000):
        """`condition`: JavaScript of the element `e` and the argument `a`."""
        program = f"([n, a]) => {{ const e = document.querySelectorAll('.fe')[n]; return e && ({condition}); }}"
        self.page.wait_for_function(program, arg=[self.nth, argument], timeout=timeout)

    def settled(self):
        self.wait("e.dataset.settled === 'true'")

    def state(self):
        return self.root.locator(".fe-state").inner_text()

    def recipe(self):
        return Recipe.from_text(self.state())

    def changed(self, before):
        """Wait until the state is another one and the picture has settled; the recipe."""
        self.wait("e.querySelector('.fe-state').textContent !== a", before)
        self.settled()
        return self.recipe()

    def box(self):
        map = self.root.locator(".fe-map")
        self.page.evaluate("n => document.querySelectorAll('.fe-map')[n].scrollIntoView({block: 'center'})", self.nth)
        self.page.wait_for_timeout(300)             # a wheel right after a scroll belongs to the page
        return map.bounding_box()

    def at(self, u, v, box=None):
        box = box or self.box()
        return box["x"] + u * box["width"], box["y"] + (1 - v) * box["height"]

    def press(self, key):
        self.root.locator(".fe-map").focus()
        self.page.keyboard.press(key)

    def tool(self, label):
        return self.root.get_by_role("button", name=label).first

    def knob(self, name):
        return self.root.locator(f'.fe-knob[data-name="{name}"]')

    def drag(self, start, end, steps=10, shift=False):
        box, mouse = self.box(), self.page.mouse
        if shift:
            self.page.keyboard.down("Shift")
        mouse.move(*self.at(*start, box))
        mouse.down()
        mouse.move(*self.at(*end, box), steps=steps)
        mouse.up()
        if shift:
            self.page.keyboard.up("Shift")

    def home(self):
        before = self.state()
        if self.recipe().view != fe.named(self.recipe().problem.name).view:
            self.tool("home").click()
            self.changed(before)


@pytest.fixture(scope="module")
def page(lab, browser):
    url, root = lab
    end_kernels(url)
    write_notebook(root / "touch.ipynb", *CELLS)
    page = open_notebook(browser, url, "touch.ipynb", accept_downloads=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    run_all(page)
    for nth in range(3):
        Touch(page, nth).settled()
    yield page
    page.close()


@pytest.fixture
def touch(page):
    made = [Touch(page, nth) for nth in range(3)]
    yield made
    assert page.problems == []


def close_to(view, x, y, tolerance=0.02):
    """Both bounds within a share of the width."""
    for found, expected in ((view.x, x), (view.y, y)):
        np.testing.assert_allclose(found, expected, atol=tolerance * (expected[1] - expected[0]))


# ---------------------------------------------------------------- the picture

def test_dragging_moves_the_map_by_what_the_hand_moved(touch):
    e = touch[MAP]
    e.home()
    before, start = e.state(), e.recipe().view
    e.drag((0.5, 0.5), (0.3, 0.6))
    close_to(e.changed(before).view, *[(np.add(b, s)) for b, s in ((start.x, 0.2 * 2.7), (start.y, -0.1 * 2.7))])


def test_the_bitmap_follows_the_hand_before_the_kernel_answers(touch, page):
    """With the kernel's answers held back, the bitmap moves and grows all the same."""
    e = touch[MAP]
    e.home()
    box = e.box()
    execute(page, "held = []; map._receive = held.append")
    look = """n => { const c = document.querySelectorAll('.fe-map')[n]; let s = 0;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        for (let i = 0; i < d.length; i += 401) s = (s * 31 + d[i]) % 1e9;
        return s; }"""
    seen = {page.evaluate(look, MAP)}
    page.mouse.move(*e.at(0.5, 0.5, box))
    page.mouse.down()
    for k in range(1, 6):
        drawn = e.data("drawn")
        page.mouse.move(*e.at(0.5 - 0.05 * k, 0.5, box))
        e.wait("Number(e.dataset.drawn) > a", int(drawn))
        seen.add(page.evaluate(look, MAP))
    page.mouse.up()
    assert len(seen) >= 6
    execute(page, "del map._receive\nfor message in held: map._receive(message)")
    e.settled()


def test_the_wheel_magnifies_at_the_pointer(touch, page):
    e = touch[NET]
    e.home()
    before, start = e.state(), e.recipe().view
    point = start.point(0.25, 0.75)
    page.mouse.move(*e.at(0.25, 0.75))
    page.mouse.wheel(0, -240)
    view = e.changed(before).view
    np.testing.assert_allclose(view.fraction(*point), (0.25, 0.75), atol=0.01)
    assert np.log(view.x[1] / view.x[0]) < 0.8 * np.log(start.x[1] / start.x[0])
    page.mouse.wheel(0, 240)
    e.wait("/^(the whole map|as wide as the start|1 of)/.test(e.querySelector('.fe-depth').textContent)")


def test_two_fingers_zoom_and_move(touch, page):
    e = touch[MAP]
    e.home()
    before, box = e.state(), e.box()
    session = page.context.new_cdp_session(page)

    def fingers(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
            {"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]})
    fingers("touchStart", e.at(0.4, 0.5, box), e.at(0.6, 0.5, box))
    for k in range(1, 11):
        fingers("touchMove", e.at(0.4 - 0.02 * k, 0.5, box), e.at(0.6 + 0.02 * k, 0.5, box))
    fingers("touchEnd")
    view = e.changed(before).view                       # the fingers are three times as far apart
    close_to(view, (-0.75 - 0.45, -0.75 + 0.45), (-0.45, 0.45), 0.05)


@pytest.mark.parametrize("way", ["shift", "button", "key"])
def test_a_box_is_magnified(touch, way):
    e = touch[MAP]
    e.home()
    before, start = e.state(), e.recipe().view
    if way == "button":
        e.tool("zoom into a box").click()
    if way == "key":
        e.press("b")
    e.drag((0.2, 0.3), (0.4, 0.5), shift=way == "shift")
    expected = start.window(0.2, 0.3, 0.4, 0.5)
    close_to(e.changed(before).view, expected.x, expected.y, 0.05)
    assert e.tool("zoom into a box").get_attribute("aria-pressed") == "false"


def test_a_double_click_magnifies_and_keeps_no_run(touch, page):
    e = touch[MAP]
    e.home()
    before, start = e.state(), e.recipe().view
    page.mouse.dblclick(*e.at(0.75, 0.25))
    recipe = e.changed(before)
    expected = start.zoom(2, start.point(0.75, 0.25))
    close_to(recipe.view, expected.x, expected.y)
    page.wait_for_timeout(400)
    assert e.recipe().pins == ()


def test_the_keyboard_alone_moves_about(touch):
    e = touch[MAP]
    e.home()
    start, text = e.recipe().view, e.state()
    for key, expected in (("ArrowRight", start.pan(0.1, 0)), ("ArrowUp", start.pan(0.1, 0.1)), ("ArrowLeft", start.pan(0, 0.1)),
                          ("ArrowDown", start), ("+", start.zoom(2)), ("-", start), ("=", start.zoom(2))):
        before = e.state()
        e.press(key)
        close_to(e.changed(before).view, expected.x, expected.y, 1e-9)
    e.press("Home")
    e.wait("e.querySelector('.fe-depth').textContent.startsWith('the whole map')")
    e.settled()
    assert e.state().split("&at")[0] == text.split("&at")[0]


def test_undo_and_redo_by_key_and_button(touch):
    e = touch[MAP]
    e.home()
    start = e.state()
    e.press("+")
    zoomed = e.state() if e.changed(start) else None
    e.press("z")
    e.changed(zoomed)
    assert e.state() == start
    e.tool("redo").click()
    e.changed(start)
    assert e.state() == zoomed
    e.tool("undo").click()
    e.changed(zoomed)
    e.press("y")
    e.changed(start)
    assert e.state() == zoomed
    e.home()


def test_a_long_drag_is_taken_back_at_once(touch):
    e = touch[MAP]
    e.home()
    start = e.recipe().view
    before = e.state()
    e.drag((0.2, 0.5), (0.8, 0.5), steps=40)
    before = e.state() if e.changed(before) else None
    e.press("z")
    assert e.changed(before).view == start


def test_alt_and_arrows_move_the_cross_hair_by_a_pixel(touch):
    e = touch[MAP]
    e.home()
    at = e.recipe().at
    e.page.mouse.move(5, 5)                             # off the map: the cross-hair is where it was put
    e.wait("e.dataset.exact === a", ",".join(map(repr, at)))
    before = e.state()
    e.press("Alt+ArrowRight")
    moved = e.changed(before).at
    assert moved[0] - at[0] == pytest.approx(2.7 / 384, rel=0.6) and e.recipe().view == fe.mandelbrot().view


def test_full_screen_help_and_focus(touch, page):
    e = touch[MAP]
    e.box()
    e.press("f")
    page.wait_for_function("() => document.fullscreenElement?.classList.contains('fe')")
    shot(page, "full-screen")
    e.press("f")
    page.wait_for_function("() => !document.fullscreenElement")
    e.press("?")
    assert e.root.locator(".fe-help").is_visible() and "Alt + arrows" in e.root.locator(".fe-help").inner_text()
    page.keyboard.press("Escape")
    assert not e.root.locator(".fe-help").is_visible()
    assert e.tool("keys and gestures").get_attribute("aria-expanded") == "false"


def test_every_part_has_a_name_and_the_focus_is_seen(touch, page):
    e = touch[MAP]
    unnamed = page.evaluate("""n => [...document.querySelectorAll('.fe')[n].querySelectorAll('button, input, select, canvas')]
        .filter(x => x.getAttribute('aria-hidden') !== 'true' && !x.getAttribute('aria-label') && !x.textContent.trim()
            && !x.labels?.length && !x.placeholder).map(x => x.outerHTML)""", MAP)
    assert unnamed == []
    e.root.locator(".fe-map").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle + document.activeElement.className")
    assert outline == "solidfe-map"
    order = []
    for _ in range(6):
        page.keyboard.press("Tab")
        order.append(page.evaluate("() => document.activeElement.textContent || document.activeElement.className"))
    assert "keep" in order[0]                           # toolbar, picture, the run, knobs
    assert page.locator(".jp-Cell").count() == len(CELLS)       # no key of ours was taken for one of Jupyter's


# ---------------------------------------------------------------- the run behind the pixel

def test_hover_shows_the_run_of_each_kind_of_system(touch, page):
    for nth, u, v, words in ((MAP, 0.5, 0.5, "stays"), (MAP, 0.1, 0.9, "runs away"), (NET, 0.3, 0.2, "converged"),
                             (NET, 0.5, 0.9, "exploded"), (NEWTON, 0.8, 0.5, "reaches 1 in")):
        e = touch[nth]
        e.home()
        run = int(e.data("run"))
        page.mouse.move(*e.at(u, v))
        e.wait("Number(e.dataset.run) > a && e.querySelector('.fe-words').textContent.includes('one pixel')", run)
        e.wait("e.querySelector('.fe-fate').textContent.includes(a)", words)
        x, y = map(float, e.data("exact").split(","))
        recipe = e.recipe()
        assert float(e.data("value")) == fe.evaluate(recipe.problem, x, y, recipe.steps)
        assert (int(e.data("orbit")) > 0) == (nth != NET)
        mark = e.root.locator(".fe-mark")
        assert mark.is_visible() if nth != NEWTON else e.root.locator(".fe-here").inner_text() == "1"
        shot(page, f"hover-{NAMES[nth]}-{words.split()[0]}")
    inset = touch[MAP].root.locator(".fe-inset")
    assert inset.is_visible() and int(inset.get_attribute("data-count")) > 1
    assert not touch[NET].root.locator(".fe-inset").is_visible()


def test_click_keeps_up_to_five_runs_and_escape_forgets_them(touch, page):
    e = touch[NET]
    e.home()
    box = e.box()
    for k in range(6):
        before = e.state()
        page.mouse.click(*e.at(0.15 + 0.1 * k, 0.4 + 0.05 * k, box))
        e.changed(before)
        page.wait_for_timeout(150)                      # not a double click
    pins = e.recipe().pins
    assert len(pins) == 5 and e.recipe().at == pins[-1]
    run = int(e.data("run"))
    page.mouse.move(*e.at(0.9, 0.1, box))
    e.wait("Number(e.dataset.run) > a", run)
    shot(page, "pins")
    page.mouse.move(box["x"] - 30, box["y"])            # away: back to the last kept run
    e.wait("e.dataset.exact === a", ",".join(map(repr, pins[-1])))
    before = e.state()
    e.press("Escape")
    assert e.changed(before).pins == ()
    before = e.state()
    e.press("Enter")
    assert len(e.changed(before).pins) == 1
    before = e.state()
    e.tool("forget the kept runs").click()
    e.changed(before)


def test_coordinates_are_copied_in_full(touch, page):
    e = touch[NET]
    e.press("c")
    assert page.evaluate("() => navigator.clipboard.readText()") == ", ".join(map(repr, e.recipe().at))


# ---------------------------------------------------------------- knobs

def test_the_sliders_of_the_rates_are_the_cross_hair(touch):
    e = touch[NET]
    e.home()
    slider = e.knob("y").locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    box, before = slider.bounding_box(), e.state()
    e.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    e.page.mouse.down()
    e.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=8)
    e.page.mouse.up()
    recipe = e.changed(before)
    assert recipe.view.fraction(*recipe.at)[1] > 0.8 and recipe.view == fe.paper("one-datum").view
    e.wait("e.querySelector('.fe-fate').textContent.includes('exploded')")
    before = e.state()                                  # and the other way round
    e.page.mouse.click(*e.at(0.25, 0.25))
    e.changed(before)
    e.wait("Math.abs(e.querySelector('.fe-knob[data-name=y] input[type=range]').value - 0.25) < 0.02")
    before = e.state()
    e.press("Escape")
    e.changed(before)


def test_a_typed_number_is_taken_and_a_wrong_one_turns_red(touch):
    e = touch[NET]
    e.home()
    box = e.knob("x").locator(".fe-box")
    before = e.state()
    box.fill("47.123456789012344")
    box.press("Enter")
    assert e.changed(before).at[0] == 47.123456789012344
    assert box.input_value() == "47.123456789012344"
    e.root.locator(".fe-map").focus()
    assert box.input_value() == "47.12"                 # short where nobody types
    before = e.state()
    for name, text, words in (("x", "minus one", "η₀ must be a decimal number"), ("steps", "0", "steps must be from 1"),
                              ("x", "-1", "positive on a log10 axis")):
        box = e.knob(name).locator(".fe-box")
        box.fill(text)
        box.press("Enter")
        e.wait("e.querySelector(`.fe-knob[data-name=${a[0]}] .fe-error`).textContent.includes(a[1])", [name, words])
        assert "fe-wrong" in e.knob(name).get_attribute("class") and e.state() == before
    shot(e.page, "refused")
    for name in ("x", "steps"):
        box = e.knob(name).locator(".fe-box")
        box.fill("20")
        box.press("Enter")
    e.wait("/steps=20&.*at=20.0,/.test(e.querySelector('.fe-state').textContent)")
    assert e.root.locator(".fe-wrong").count() == 0
    box.fill("20")
    box.press("Enter")
    box.fill("200")                                     # at once: while the last one is under way
    box.press("Enter")
    e.wait("e.querySelector('.fe-state').textContent.includes('steps=200')")


@pytest.mark.parametrize(("nth", "name", "value"), [
    (MAP, "power", "3"), (NEWTON, "degree", "5"), (NEWTON, "a_real", "1.5"), (NEWTON, "roots", "1,-1,0.5+2j"),
    (MAP, "steps", "40")])
def test_options_redraw_the_map_and_can_be_taken_back(touch, nth, name, value):
    e = touch[nth]
    e.page.evaluate("n => document.querySelectorAll('.fe-more').forEach(x => { x.open = true; })", nth)
    before, seq = e.state(), int(e.data("seq"))
    e.knob(name).locator(".fe-box").fill(value)
    e.knob(name).locator(".fe-box").press("Enter")
    e.changed(before)
    assert int(e.data("seq")) > seq
    after = e.state()
    e.press("z")
    e.changed(after)
    assert e.state() == before


def test_a_dragged_option_ends_where_the_hand_let_go(touch):
    e = touch[NEWTON]
    slider = e.knob("a_real").locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    box, before = slider.bounding_box(), e.state()
    e.page.mouse.move(box["x"] + 0.44 * box["width"], box["y"] + box["height"] / 2)
    e.page.mouse.down()
    e.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=20)
    e.page.mouse.up()
    e.changed(before)
    shown = float(e.knob("a_real").locator(".fe-box").input_value())
    assert 1.5 < shown < 2.1 and e.recipe().problem.options["a"] == shown
    before = e.state()
    e.press("z")                                        # one drag, one entry
    assert e.changed(before).problem.options["a"] == 1


def test_the_steps_can_be_played(touch):
    e = touch[NET]
    e.home()
    box = e.knob("steps").locator(".fe-box")
    before = e.state()
    box.fill("3")
    box.press("Enter")
    e.changed(before)
    e.page.evaluate("""n => { const root = document.querySelectorAll('.fe')[n]; window.played = new Set();
        const state = root.querySelector('.fe-state'), steps = () => state.textContent.match(/steps=(\\d+)/)[1];
        new MutationObserver(() => window.played.add(steps())).observe(state, {childList: true}); }""", NET)
    play = e.root.locator(".fe-play")
    play.click()
    e.page.wait_for_function("() => window.played.size > 12")
    play.click()
    e.page.wait_for_timeout(300)
    e.settled()
    played = sorted(map(int, e.page.evaluate("() => [...window.played]")))
    assert played[0] < 8 and play.get_attribute("aria-pressed") == "false" and e.recipe().steps == played[-1]
    before = e.state()
    box.fill("200")
    box.press("Enter")
    e.changed(before)


def test_colours_change_without_computing(touch, page):
    e = touch[MAP]
    e.home()
    e.page.evaluate("() => document.querySelectorAll('.fe-more').forEach(x => { x.open = true; })")
    execute(page, "from fractaledu import engine; tile = engine._tile; engine._tile = None")
    try:
        for name, value in (("palette", "paper"), ("mode", "value"), ("mode", "patterns"), ("mode", "rank"),
                            ("palette", "two-sided")):
            seq, before = int(e.data("seq")), e.state()
            e.knob(name).locator("select").select_option(value)
            e.changed(before)
            assert int(e.data("seq")) > seq
            shot(page, f"colours-{value}")
    finally:
        execute(page, "engine._tile = tile")


# ---------------------------------------------------------------- views, states, exports

def test_named_views_and_bookmarks(touch, page):
    e = touch[MAP]
    e.home()
    before = e.state()
    e.tool("named views").click()
    shot(page, "views")
    e.root.locator(".fe-view", has_text="seahorses").click()
    e.changed(before)
    there = e.state()
    assert "steps=1000" in there
    e.tool("named views").click()
    e.root.locator(".fe-views input").first.fill("spirals")
    e.root.get_by_role("button", name="keep this view").click()
    e.wait("e.querySelector('.fe-kept')?.textContent.includes('spirals')")
    e.root.locator(".fe-view", has_text="the whole map").click()
    e.changed(there)
    before = e.state()
    e.tool("named views").click()
    e.root.locator(".fe-kept", has_text="spirals").click()
    e.changed(before)
    assert e.state() == there
    e.tool("named views").click()
    e.tool("forget spirals").click()
    e.wait("!e.querySelector('.fe-kept')")
    e.press("Escape")
    e.tool("named views").click()                       # a typed state
    e.root.locator(".fe-views input").nth(1).fill(before)
    e.root.get_by_role("button", name="go to this state").click()
    e.changed(there)
    assert e.state() == before
    e.tool("named views").click()
    e.root.locator(".fe-views input").nth(1).fill("fe1?system=__import__('os')")
    e.root.get_by_role("button", name="go to this state").click()
    e.wait("e.querySelector('.fe-refused').textContent.includes('recipe must')")
    assert e.state() == before
    box = e.knob("steps").locator(".fe-box")
    box.fill("200")
    box.press("Enter")
    e.wait("e.querySelector('.fe-state').textContent.includes('steps=200')")
    e.settled()


def test_the_copied_state_makes_the_same_picture(touch, page):
    e = touch[NET]
    e.tool("copy the state").click()
    page.wait_for_function("async text => (await navigator.clipboard.readText()) === text", arg=e.state())
    again = fe.explore(state=e.state())
    assert again.wait(60)
    assert execute(page, "import zlib; print(zlib.crc32(net.landscape.pixels.tobytes()))").strip() == str(
        __import__("zlib").crc32(again.landscape.pixels.tobytes()))
    again.close()


def test_exports_come_back(touch, page, tmp_path):
    e = touch[NEWTON]
    e.root.locator(".fe-takes .fe-box").fill("120")
    recipe = e.recipe()
    expected = fe.render(recipe.problem, recipe.view, (120, 120), recipe.steps)
    for what in ("png", "npz"):
        with page.expect_download() as download:
            e.tool({"png": "compute and download a PNG", "npz": "compute and download the numbers"}[what]).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        land = fe.from_png(file) if what == "png" else fe.Landscape.load(file)
        assert land.pixels.tobytes() == expected.pixels.tobytes()
    e.root.locator(".fe-takes .fe-box").fill("a lot")
    e.tool("compute and download a PNG").click()
    e.wait("e.querySelector('.fe-refused').textContent.includes('width must be a whole number')")
    e.tool("Python lines").click()
    e.wait("e.querySelector('.fe-code')?.textContent.includes('fe.render(')")
    shot(page, "code")


# ---------------------------------------------------------------- depth, stop, kernels

def test_depth_is_said_and_at_the_floor_a_sentence(touch, page):
    e = touch[NET]
    e.home()
    before = e.state()
    execute(page, "net.view = fe.View.around(48.35407497406377, 18.196946479595155, 1e-9, 'log10')")
    e.changed(before)
    assert "10⁻¹⁰ of the start" in e.root.locator(".fe-depth").inner_text()
    before = e.state()
    execute(page, "net.precision = 'float64'; net.view = net.view.zoom(1e6)")
    e.changed(before)
    assert "Float64 ends here" in e.root.locator(".fe-note").inner_text() and e.root.locator(".fe-note").is_visible()
    shot(page, "floor")
    before = e.state()
    e.press("+")                                        # deeper there is nothing
    page.wait_for_timeout(300)
    assert e.state() == before
    e.press("z")
    e.changed(before)
    assert not e.root.locator(".fe-note").is_visible()
    execute(page, "net.precision = 'auto'")
    e.home()


def test_a_slow_picture_can_be_stopped_and_goes_on(touch, page):
    e = touch[NET]
    e.home()
    execute(page, "net.condition = 'tanh'; net.steps = 500")
    stop = e.root.locator(".fe-stop")
    e.wait("e.dataset.busy === 'computing' && e.dataset.stride && e.dataset.steps !== 'x' && e.querySelector('.fe-title')"
           ".textContent.includes('tanh, width')")
    e.wait("parseFloat(e.querySelector('.fe-progress div').style.width) > 0", timeout=60_000)
    shot(page, "computing")
    page.mouse.move(*e.at(0.3, 0.4))                    # meanwhile every control is alive
    e.wait("e.querySelector('.fe-fate').textContent.includes('converged')")
    stop.click()
    e.wait("e.dataset.busy === 'stopped'")
    assert stop.inner_text() == "go on"
    stop.click()
    e.wait("e.dataset.busy === 'computing'")
    e.tool("undo").click()
    e.tool("undo").click()
    e.wait("e.querySelector('.fe-title').textContent.includes('one data point')")
    e.settled()


def test_a_guess_bears_its_label_until_the_picture_has_settled(touch, page):
    e = touch[NET]
    e.home()
    label = e.root.locator(".fe-guess")
    assert not label.is_visible() and e.data("guess") == ""
    said = execute(page, """
from time import sleep
from fractaledu.explorer import pictures
usual, pictures.GUESS_FROM = pictures.GUESS_FROM, 0
net.steps = 1500
while not ((land := net.landscape) is not None and land.steps == 1500 and land.guess and land.stride == 1):
    sleep(0.001)
net.stop()
pictures.GUESS_FROM = usual
print(net.landscape.guess)""").strip()
    e.wait("e.dataset.busy === 'stopped' && e.dataset.guess === a", said)
    assert said.startswith("guess: ") and label.inner_text() == said and label.is_visible()
    shot(page, "guess")
    e.root.locator(".fe-stop").click()
    e.wait("e.dataset.busy !== 'stopped'")
    e.settled()
    assert e.data("guess") == "" and not label.is_visible() and e.data("format") == "png"
    before = e.state()
    execute(page, "net.steps = 200")
    e.changed(before)


def test_explorers_answer_while_a_cell_is_busy(touch, page):
    page.evaluate("""() => { window.busy = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
        .requestExecute({code: "import time; time.sleep(15)"}).done.then(() => { window.busy = null; }); }""")
    for nth in (MAP, NEWTON):                           # two explorers and a busy cell
        e = touch[nth]
        e.home()
        before = e.state()
        e.drag((0.5, 0.5), (0.4, 0.4))
        e.changed(before)
    assert page.evaluate("() => window.busy !== null")
    page.wait_for_function("() => window.busy === null", timeout=30_000)


def test_an_interrupt_stops_the_cell_and_not_the_explorer(touch, page, lab):
    page.evaluate("""() => { window.busy = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
        .requestExecute({code: "while True: pass"}).done.then(() => { window.busy = null; }); }""")
    page.wait_for_timeout(300)
    kernel = json.load(urllib.request.urlopen(f"{lab[0]}/api/sessions"))[0]["kernel"]["id"]
    urllib.request.urlopen(urllib.request.Request(f"{lab[0]}/api/kernels/{kernel}/interrupt", method="POST"))
    page.wait_for_function("() => window.busy === null", timeout=30_000)
    e = touch[MAP]
    e.home()
    before = e.state()
    e.press("+")
    e.changed(before)


def test_200_random_gestures_leave_a_live_and_right_explorer(touch, page):
    rng = random.Random(20261121)
    for e in (touch[MAP], touch[NET]):
        e.home()
        box = e.box()

        def somewhere(e=e, box=box):
            return e.at(rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95), box)
        for _ in range(100):
            kind = rng.randrange(9)
            if kind == 0:
                page.mouse.move(*somewhere())
                page.mouse.down()
                page.mouse.move(*somewhere(), steps=rng.randrange(1, 5))
                page.mouse.up()
            elif kind == 1:
                page.mouse.move(*somewhere())
                page.mouse.wheel(0, rng.choice([-200, -120, 120, 300]))
            elif kind == 2:
                page.mouse.click(*somewhere())
            elif kind == 3:
                page.mouse.dblclick(*somewhere())
            elif kind == 4:
                e.press(rng.choice(["ArrowLeft", "ArrowUp", "+", "-", "z", "y", "Home", "Enter", "Escape", "b", "Alt+ArrowUp"]))
            elif kind == 5:
                e.press("Escape")
                e.drag((rng.random() * 0.9, 0.3), (0.9, 0.7), steps=3, shift=True)
            elif kind == 6:
                e.knob("steps").locator(".fe-box").fill(str(rng.choice(["10", "150", "x", "-1", "60", "1e3"])), timeout=5000)
                page.keyboard.press("Enter")
            elif kind == 7:
                slider = e.knob(rng.choice(["x", "y"])).locator("input[type=range]")
                slider.focus()
                for _ in range(rng.randrange(1, 6)):
                    page.keyboard.press(rng.choice(["ArrowLeft", "ArrowRight", "PageUp"]))
            else:
                page.evaluate("""n => {
                    const s = document.querySelectorAll('.fe')[n].querySelector('[data-name=palette] select');
                    s.selectedIndex = (s.selectedIndex + 1) % s.options.length;
                    s.dispatchEvent(new Event('change')); }""", e.nth)
            if kind in (5, 6, 7):
                box = e.box()
        e.wait("e.dataset.settled === 'true'", timeout=120_000)
        same = execute(page, f"e = {e.name}; e.wait(60)\nprint(e.landscape is None or e.landscape.pixels.tobytes() == "
                             "fe.render(e.problem, e.view, e.size, e.steps).pixels.tobytes(), e.state)")
        assert same.split() == ["True", e.state()]
    threads = execute(page, "import threading, time; time.sleep(6); print([t.name for t in threading.enumerate()])")
    assert threads.count("fractaledu") <= 1             # idle workers have ended


def test_a_restarted_kernel_is_said_and_running_again_brings_it_back(touch, page):
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    touch[MAP].wait("e.querySelector('.fe-note').textContent.includes('Run this cell again') && "
                    "!e.querySelector('.fe-note').hidden")
    shot(page, "lost")
    wait_for_kernel(page)
    page.wait_for_timeout(500)
    run_all(page)
    for e in touch:
        e.settled()
    before = touch[MAP].state()
    touch[MAP].press("+")
    touch[MAP].changed(before)
