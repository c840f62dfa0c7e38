"""Lesson 11 in a real JupyterLab: its questions and the panel of box counting, as a learner touches them."""
import math

import pytest
from lab import Hand, answer, dress, running_lesson, shot

pytestmark = pytest.mark.browser

PANEL = "Box counting"
QUESTIONS = {"rank": "Five sets in 1024", "big-end": "A circle in 1024", "mandelbrot": "has dimension 2. In 512"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "11-how-fractal") as page:
        yield page


def place(side):
    """The fraction of the axis of sizes where this side lies."""
    return math.log(side / 0.8) / math.log(640 / 0.8)


FOOT = math.log(1 / 0.5) / math.log(6e5 / 0.5)


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1, "the others are locked"


def test_the_ends_of_the_fit_are_dragged_and_moved_by_keys(page):
    panel = Hand(page, PANEL)
    assert "From 2 to 16 px, a factor of 8: slope 1.34" in panel.words()
    words = panel.after(lambda: panel.drag("counts", (place(16), FOOT), (place(128), FOOT)))
    assert "From 2 to 128 px" in words
    shot(page, "11-panel")
    words = panel.after(lambda: panel.drag("counts", (place(2), FOOT), (place(31), FOOT)))
    assert "From 32 to 128 px, a factor of 4: slope 1.8" in words
    handle = panel.root.locator('.fe-plot2[data-name="counts"] .fe-handle').first
    handle.focus()
    assert handle.get_attribute("aria-label").startswith("the fit begins at 3")
    for _ in range(3):
        panel.after(lambda: page.keyboard.press("ArrowRight"))
    assert "fewer than 3 sizes" in panel.words()
    assert "From 2 to 128 px" in panel.after(lambda: panel.type("low", "2"))
    assert "From 2 to 64 px" in panel.after(lambda: panel.type("high", "100"))


def test_boxes_are_chosen_by_a_press_a_slider_and_a_number(page):
    panel = Hand(page, PANEL)
    title = panel.root.locator('.fe-plot2[data-name="set"] .fe-plot-title')
    x, y, width, height = panel.area("counts")
    panel.after(lambda: page.mouse.click(x + place(8) * width, y + 0.2 * height))
    assert title.text_content().endswith("boxes of 8 px")
    panel.after(lambda: panel.type("k", "6"))
    assert title.text_content().endswith("boxes of 64 px")
    panel.knob("k").locator("input[type=range]").focus()
    panel.after(lambda: page.keyboard.press("ArrowLeft"))
    assert title.text_content().endswith("boxes of 32 px")
    panel.type("k", "10")
    panel.knob("k").locator(".fe-error").filter(has_text="from 0 to 9").wait_for()
    panel.after(lambda: panel.type("k", "5"))


def test_sets_are_chosen_and_measured_from_their_first_range(page):
    panel = Hand(page, PANEL)
    words = panel.after(lambda: panel.knob("what").locator("select").select_option("Sierpinski carpet"))
    assert words.startswith("Sierpinski carpet, 729 × 729 pixels") and "slope 1.873" in words
    assert "slope 1.893" in panel.after(lambda: panel.knob("boxes").locator("select").select_option("3, 9, 27, …"))
    shot(page, "11-carpet")
    panel.after(lambda: panel.knob("boxes").locator("select").select_option("2, 4, 8, …"))
    words = panel.after(lambda: panel.knob("what").locator("select").select_option("training: one example"))
    assert "From 2 to 16 px, a factor of 8: slope 1.34" in words


def test_the_first_prediction_opens_koch(page):
    assert "disorder has no dimension" in answer(page, QUESTIONS["rank"], "white noise, line, Koch, rabbit, Newton")
    page.wait_for_function("name => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === 2", arg=PANEL)
    panel = Hand(page, PANEL)                           # the first of the two
    panel.settled()
    assert panel.words().startswith("Koch curve, 512 × 512") and "Known: 1.262 (log 4 / log 3)" in panel.words()
    words = panel.after(lambda: panel.knob("what").locator("select").select_option("white noise"))
    assert "slope 1.999" in words
    shot(page, "11-rank")


def test_the_second_prediction_opens_the_circle(page):
    said = answer(page, QUESTIONS["big-end"], "Between the two largest again: 128 and 256 pixels.")
    assert "✓ Right" in said and "a share of the picture" in said
    page.wait_for_function("name => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === 3", arg=PANEL)
    second = page.locator(f'.fe-board[data-name="{PANEL}"]').nth(1)
    assert second.locator(".fe-board-words").text_content().startswith("circle, 511 × 511")
    says = second.locator('.fe-plot2[data-name="slopes"] svg[role=img]').get_attribute("aria-label")
    assert says.endswith("1.00, 1.58.")


def test_the_third_prediction_opens_the_mandelbrot_set(page):
    said = answer(page, QUESTIONS["mandelbrot"], "Nearly 2: the ruler converges to the truth.")
    assert "more pixels always come nearer to the truth" in said
    page.wait_for_function("name => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === 4", arg=PANEL,
                           timeout=60_000)
    third = page.locator(f'.fe-board[data-name="{PANEL}"]').nth(2)
    assert "slope 1.184" in third.locator(".fe-board-words").text_content()
    third.scroll_into_view_if_needed()
    shot(page, "11-mandelbrot")


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("in the printed lines tells you").fill("The local slopes are nowhere constant.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("there is no scaling range").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("Are the local slopes the same", "Nothing: it says how far",
                                  "Only if ruler, range and resolution")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize(("theme", "width"), [("JupyterLab Dark", 700), ("JupyterLab Dark", 1280), ("JupyterLab Light", 700)])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{PANEL}"]').last.scroll_into_view_if_needed()
    shot(page, f"11-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
