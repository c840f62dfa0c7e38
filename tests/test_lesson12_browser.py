"""Lesson 12 in a real JupyterLab: its questions and the boards of the meta-loss, as a learner touches them."""

import pytest
from lab import Hand, answer, dress, running_lesson, shot

pytestmark = pytest.mark.browser

BOARD = "Outcome of a training over its rates"
QUESTIONS = {"longer": "In the right part of the curve", "blur": "low points, places lower",
             "too-much": "Now the blur is a whole decade wide"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "12-meta-loss") as page:
        yield page


def boards(page, count):
    page.wait_for_function("([name, n]) => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === n",
                           arg=[BOARD, count], timeout=60_000)


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1, "the others are locked"


def test_the_start_is_dragged_pressed_and_moved_by_keys(page):
    board = Hand(page, BOARD)
    assert "from (3 × 10³, 1): evolution strategies come to 0.1" in board.words()
    words = board.after(lambda: board.drag("map", (3.477 / 4, 1 / 3), (0.5, 1 / 3)))
    assert "from (100, 1):" in words
    handle = board.root.locator('.fe-plot2[data-name="map"] .fe-handle')
    handle.focus()
    assert "from (100, 1)" not in board.after(lambda: page.keyboard.press("ArrowDown"))
    assert handle.get_attribute("aria-label").startswith("the start 100, 0.9")
    x, y, width, height = board.area("map")
    assert "from (10, 10):" in board.after(lambda: page.mouse.click(x + width / 4, y + height / 3))
    says = board.root.locator('.fe-plot2[data-name="map"] svg[role=img]').get_attribute("aria-label")
    assert says.startswith("Map of the meta-loss over both rates")


def test_the_knobs_of_the_last_board_are_typed_and_keyed(page):
    board = Hand(page, BOARD)
    assert board.after(lambda: board.type("steps", "40")).startswith("T = 40. Blurred with σ = 0.2, the outcome along the line")
    slider = board.knob("sigma").locator("input[type=range]")
    slider.focus()
    assert board.after(lambda: page.keyboard.press("End"))
    assert "Blurred with σ = 1," in board.words()
    board.type("sigma", "3")
    board.knob("sigma").locator(".fe-error").filter(has_text="from 0.01 to 1").wait_for()
    board.after(lambda: board.type("sigma", "0.2"))
    board.after(lambda: board.type("steps", "100"))
    shot(page, "lesson12-board")


def test_the_first_prediction_opens_the_slopes(page):
    said = answer(page, QUESTIONS["longer"], "About ten times as large: ten times the steps.")
    assert "a slope grows in proportion to the number of steps" in said
    boards(page, 2)
    board = Hand(page, BOARD)                           # the first on the page
    board.settled()
    assert board.words().startswith("T = 10. Near η₀ = 300:") and "σ" not in board.words()
    assert board.after(lambda: board.type("steps", "100")).startswith("T = 100.") and "× 10" in board.words()
    assert "Near η₀ = 100: meta-loss" in board.after(lambda: board.drag("slice", (0.62, 0.5), (0.5, 0.5)))
    shot(page, "lesson12-longer")


def test_the_other_predictions_open_the_blur(page):
    said = answer(page, QUESTIONS["blur"], "One to three.")
    assert "✓ Right" in said and "one valley" in said
    boards(page, 3)
    shot(page, "lesson12-blur")
    said = answer(page, QUESTIONS["too-much"], "At the same place: a mean takes as much from both sides.")
    assert "a blur keeps the place of the lowest point" in said
    boards(page, 4)
    words = page.locator(f'.fe-board[data-name="{BOARD}"] .fe-board-words').nth(2)
    assert "Blurred with σ = 1:" in words.text_content() and "lowest at η₀ = 28" in words.text_content()


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In one sentence: look at the loop written slowly").fill("The factor is above 1 where there is chaos.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("Each step multiplies the tangent").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("It can be the true size", "Two different numbers", "The slope of the meta-loss")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize("theme, width", [("JupyterLab Dark", 700), ("JupyterLab Light", 1280)])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{BOARD}"]').last.scroll_into_view_if_needed()
    shot(page, f"lesson12-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
