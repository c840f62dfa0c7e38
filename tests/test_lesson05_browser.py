"""Lesson 05 in a real JupyterLab: its questions, the strips and the barcode, as a learner touches them."""
import re

import pytest
from lab import Hand, answer, running_lesson, shot

pytestmark = pytest.mark.browser

QUESTIONS = {"longer": "We paint the same learning rates again", "stricter": "when its loss has passed a limit",
             "smoother": "two much smoother roads"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "05-bumpy-road") as page:
        yield page


def strip_titles(hand):
    return [hand.root.locator(f'.fe-plot2[data-name="row{i}"] .fe-plot-title').text_content() for i in range(3)]


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1                   # the three predictions are locked


def test_more_steps_melt_the_added_bars_only(page):
    said = answer(page, QUESTIONS["longer"], "Both: more steps, more chances to leave")
    assert "with more time, more runs diverge" in said
    strips = Hand(page, "The same rates, for more and more steps")
    strips.settled()
    assert "from 1 to 1.012, the cosine added" in strips.words() and "No rate" not in strips.words()
    shot(page, "lesson05-longer")
    strips.after(lambda: strips.knob("kind").locator("select").select_option("multiplied"))
    words = strips.after(lambda: strips.drag("whole", (0.1, 0.5), (0.2, 0.5)))
    assert "from 0.15 to 0.3" in words and "No rate has another colour" in words
    counts = {re.search(r"(\d+) changes", title)[1] for title in strip_titles(strips)}
    assert len(counts) == 1 and int(counts.pop()) > 50


def test_a_low_limit_paints_bars_below_1(page):
    answer(page, QUESTIONS["stricter"], "Nothing at all: the same colour at every rate")
    strips = Hand(page, "The same rates, with a higher and higher limit")
    strips.settled()
    assert "No rate has another colour" in strips.words()
    strips.after(lambda: strips.knob("kind").locator("select").select_option("added"))
    strips.after(lambda: strips.drag("whole", (0.95 / 1.5, 0.5), (0.999 / 1.5, 0.5)))
    low, middle, high = strip_titles(strips)
    assert "limit 10⁴" in low and not low.endswith(" 0 changes") and middle.endswith(" 0 changes")
    assert high.endswith(" 0 changes")
    shot(page, "lesson05-stricter")


def test_bars_come_with_the_hill(page):
    said = answer(page, QUESTIONS["smoother"], "Once on both: bumps that low are too small to matter")
    assert "small bumps have small effects" in said
    strips = Hand(page, "The same rates on smoother and bumpier roads")
    strips.settled()
    assert strip_titles(strips)[0] == "ε/λ² = 0.04: 1 change"
    assert "hill at 0 between two valleys" in strips.root.locator(
        '.fe-plot2[data-name="road"] svg[role=img]').get_attribute("aria-label")
    shot(page, "lesson05-smoother")


def test_pointing_rolls_the_ball_and_brushing_magnifies(page):
    board = Hand(page, "A barcode of learning rates")
    x, y, width, height = board.area("detail")
    first = board.after(lambda: page.mouse.move(x + 0.2 * width, y + height / 2))
    assert first.startswith("At η = 0.145")
    assert board.after(lambda: board.drag("whole", (0.04, 0.5), (0.08, 0.5)))
    title = board.root.locator('.fe-plot2[data-name="part"] .fe-plot-title').text_content()
    assert int(re.search(r"(\d+) changes", title)[1]) > 50
    board.after(lambda: board.drag("part", (0.2, 0.5), (0.4, 0.5)))
    assert "the ball leaves" in board.after(lambda: board.type("rate", "0.236"))
    assert "the ball stays" in board.after(lambda: board.type("rate", "0.238"))
    shot(page, "lesson05-barcode")


def test_the_handle_moves_the_rate_by_keys(page):
    board = Hand(page, "A barcode of learning rates")
    board.root.locator('.fe-plot2[data-name="whole"] .fe-handle').focus()
    assert board.after(lambda: page.keyboard.press("ArrowRight")).startswith("At η = 0.253")


def test_the_counts_grow_with_the_level_and_the_added_ones_do_not(page):
    board = Hand(page, "A barcode of learning rates")
    dots = board.root.locator('.fe-plot2[data-name="counts"] svg[role=img] circle')
    assert dots.count() == 10
    board.after(lambda: board.type("level", "13"))
    assert dots.count() == 13
    assert "slope 0.9" in board.root.locator('.fe-plot2[data-name="counts"] .fe-keys').inner_text()
    board.after(lambda: board.type("level", "10"))
    words = board.after(lambda: board.knob("kind").locator("select").select_option("added"))
    assert "From 512 to 1024 rates the label changes go from 1 to 1." in words


def test_the_sliders_for_time_and_shape_answer(page):
    board = Hand(page, "A barcode of learning rates")
    board.after(lambda: board.drag("whole", (1.0 / 1.5, 0.5), (1.03 / 1.5, 0.5)))
    title = board.root.locator('.fe-plot2[data-name="part"] .fe-plot-title')
    found = []
    for steps in ("300", "3000"):
        board.after(lambda steps=steps: board.type("steps", steps))
        found.append(int(re.search(r"(\d+) change", title.text_content())[1]))
    assert found[0] > 3 * found[1]
    assert "ε/λ² = 0.2." in board.after(lambda: board.type("wavelength", "1"))
    assert int(re.search(r"(\d+) change", title.text_content())[1]) > 3 * found[1]
    board.after(lambda: board.type("limit", "1e4"))


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    page.set_viewport_size({"width": width, "height": 1000})
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.locator('.fe-board[data-name="A barcode of learning rates"]').scroll_into_view_if_needed()
    page.wait_for_function("""() => [...document.querySelectorAll('.fe-board')].every(r => r.scrollWidth <= r.clientWidth)""")
    shot(page, f"lesson05-{theme.split()[-1].lower()}-{width}")


def test_the_console_is_clean(page):
    assert page.problems == []
