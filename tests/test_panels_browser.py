"""A board in a real JupyterLab: sliders, boxes, handles, touches, brushes, keys, a busy cell, themes, no kernel."""
import re

import pytest
from lab import Hand, end_kernels, execute, open_notebook, run_all, shot, wait_for_kernel, write_notebook

pytestmark = pytest.mark.browser

MAKE = '''
import numpy as np
from fractaledu.panels.board import Board, Choice, Knob, Switch, Text
from fractaledu.panels.scene import Axis, Brush, Dots, Handle, Line, Picture, Plot, Rule, Scene

def draw(k):
    n = np.arange(40)
    error = k.start * np.abs(1 - k.rate) ** n
    squares = (np.random.default_rng(0).random((8, 8, 3)) * 255).astype("uint8")
    return Scene([
        Plot("error", Axis("step", 0, 40), Axis("error", 1e-8, 1e2, log=True),
             [Line(n, error, name="error"), Rule(y=1, name="one"), Handle(0, "start", "the start")],
             title="Error", says="falls"),
        Plot("map", Axis("x", 0, 1), Axis("rate", 0, 3), [Picture(squares, (0, 1), (0, 3)), Dots([k.x], [k.rate], "text")],
             title="A map", touch=("x", "rate")),
        Plot("hover", Axis("y", 0, 1), Axis("", 0, 1), [Rule(x=k.y)], width=1, ratio=0.05, touch=("y", None), hover=True),
        Plot("strip", Axis("rate", 0, 3), Axis("", 0, 1), [Brush("low", "high")], width=1, ratio=0.1)],
        words=f"rate {k.rate:.3f}, start {k.start:.3f}, x {k.x:.3f}, y {k.y:.3f}, from {k.low:.3f} to {k.high:.3f}, "
              f"{k.kind}, {k.both}, count {k.count}.")

board = Board("Try", [Knob("rate", "learning rate η", 0.5, 0, 3), Knob("start", "start x₀", 1, 1e-3, 10, log=True),
                      Switch("both", "both", True), Choice("kind", "kind", "a", ["a", "b"]), Text("word", "word", "AB"),
                      Knob("count", "count", 4, 2, 10_000, log=True, whole=True),
                      Knob("x", "x", 0.5, 0, 1, shown=False), Knob("y", "y", 0.5, 0, 1, shown=False),
                      Knob("low", "low", 0, 0, 3, shown=False), Knob("high", "high", 3, 0, 3, shown=False)], draw)
board
'''


@pytest.fixture(scope="module")
def page(lab, browser):
    url, root = lab
    end_kernels(url)
    write_notebook(root / "board.ipynb", MAKE, "import time; time.sleep(0)")
    page = open_notebook(browser, url, "board.ipynb")
    run_all(page)
    yield page
    page.close()


def test_knobs_are_turned_by_mouse_keyboard_and_typing(page):
    hand = Hand(page)
    slider = hand.knob("rate").locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert "rate 2." in hand.after(lambda: page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2))
    slider.focus()
    before = hand.words()
    assert hand.after(lambda: page.keyboard.press("ArrowLeft")) != before
    assert "rate 1.900" in hand.after(lambda: hand.type("rate", "1.9"))
    assert ", b, True" in hand.after(lambda: hand.knob("kind").locator("select").select_option("b"))
    assert ", b, False" in hand.after(lambda: hand.knob("both").locator("input").uncheck())


def test_keys_walk_on_where_several_stops_are_one_value(page):
    hand = Hand(page)
    assert "count 4." in hand.words()
    hand.knob("count").locator("input[type=range]").focus()
    for key, moved in (("ArrowRight", lambda n: n > 4), ("ArrowLeft", lambda n: n < 8)):
        for _ in range(40):
            hand.after(lambda key=key: page.keyboard.press(key))
        assert moved(int(re.search(r"count (\d+)", hand.words())[1])), hand.words()


def test_a_wrong_number_is_refused_beside_its_box(page):
    hand = Hand(page)
    before = hand.words()
    hand.type("rate", "7")
    hand.knob("rate").locator(".fe-error").filter(has_text="from 0 to 3").wait_for()
    assert hand.words() == before and "fe-wrong" in hand.knob("rate").get_attribute("class")
    hand.after(lambda: hand.type("rate", "1.5"))
    assert "fe-wrong" not in hand.knob("rate").get_attribute("class")


def test_handles_plots_and_strips_answer_the_hand(page):
    hand = Hand(page)
    hand.after(lambda: hand.type("start", "2"))
    assert "start 0.100" in hand.after(lambda: hand.drag("error", (0, 0.83), (0.3, 0.7)))
    assert "rate 2.250, start 0.100, x 0.250" in hand.after(lambda: hand.drag("map", (0.5, 0.5), (0.25, 0.75)))
    x, y, width, height = hand.area("hover")
    assert "y 0.200" in hand.after(lambda: page.mouse.move(x + 0.2 * width, y + height / 2))
    assert "from 0.750 to 1.500" in hand.after(lambda: hand.drag("strip", (0.5, 0.5), (0.25, 0.4)))
    x, y, width, height = hand.area("strip")
    assert "from 0.000 to 3.000" in hand.after(lambda: page.mouse.dblclick(x + 0.3 * width, y + height / 2))


def test_handles_have_the_focus_and_move_by_arrow_keys(page):
    hand = Hand(page)
    hand.after(lambda: hand.type("start", "2"))
    handle = hand.root.locator('.fe-plot2[data-name="error"] .fe-handle')
    handle.focus()
    words = hand.after(lambda: page.keyboard.press("ArrowUp"))
    assert "start 2.518" in words                       # a hundredth of ten decades
    assert page.evaluate("() => document.activeElement.classList.contains('fe-handle')"), "the focus stays"
    assert "start 2.000" in hand.after(lambda: page.keyboard.press("ArrowDown"))


def test_everything_has_a_name_for_those_who_do_not_see_it(page):
    hand = Hand(page)
    assert hand.root.get_attribute("aria-label") == "Try"
    assert hand.root.locator("svg[role=img]").first.get_attribute("aria-label") == "falls"
    assert hand.root.locator(".fe-handle").first.get_attribute("aria-label") == "the start"
    assert hand.root.locator(".fe-board-words").get_attribute("aria-live") == "polite"
    unnamed = page.evaluate("""() => [...document.querySelectorAll('.fe-board input, .fe-board select')].filter(
        e => !e.labels?.length && !e.ariaLabel).length""")
    assert unnamed == 0


def test_a_cell_turns_knobs_and_a_busy_one_does_not_stop_the_hand(page):
    hand = Hand(page)
    assert "rate 0.250" in hand.after(lambda: execute(page, "board.set(rate=0.25)"))
    page.evaluate("""() => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        window.over = false;
        kernel.requestExecute({code: 'board.set(rate=0.3)\\ntime.sleep(4)'}).done.then(() => window.over = true); }""")
    page.wait_for_function("() => document.querySelector('.fe-board-words').textContent.includes('rate 0.300')")
    assert "rate 2.000" in hand.after(lambda: hand.type("rate", "2"))
    assert not page.evaluate("() => window.over"), "answered while the cell was running"
    page.wait_for_function("() => window.over", timeout=20_000)


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    page.set_viewport_size({"width": width, "height": 1000})
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_function("""() => { const r = document.querySelector('.fe-board'), b = r.getBoundingClientRect();
        return r.scrollWidth <= r.clientWidth && [...r.querySelectorAll('.fe-plot2, .fe-knob')].every(
            e => { const x = e.getBoundingClientRect(); return x.left >= b.left && x.right <= b.right + 1; }); }""")
    shot(page, f"board-{theme.split()[-1].lower()}-{width}")


def test_the_still_is_hidden_where_the_board_lives_and_the_console_is_clean(page):
    assert page.locator(".fractaledu-still").count() >= 1 and page.locator(".fractaledu-still:visible").count() == 0
    assert page.problems == []


def test_after_a_restart_the_board_says_so(page):
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    wait_for_kernel(page)
    hand = Hand(page)
    hand.type("rate", "1.25")
    hand.root.locator(".fe-error").filter(has_text="Run this cell again").wait_for()
    run_all(page)
    assert "rate 1.500" in Hand(page).after(lambda: Hand(page).type("rate", "1.5"))
