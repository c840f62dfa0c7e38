"""Lesson 01 in a real JupyterLab: its questions open, its pictures answer the hand."""
import pathlib
import shutil

import pytest
from lab import end_kernels, open_notebook, run_all, shot

pytestmark = pytest.mark.browser
NOTEBOOK = pathlib.Path(__file__).parents[1] / "notebooks" / "01-one-loop.ipynb"


@pytest.fixture(scope="module")
def page(lab, browser):
    url, root = lab
    shutil.copy(NOTEBOOK, root / "lesson01.ipynb")
    page = open_notebook(browser, url, "lesson01.ipynb")
    run_all(page)
    yield page
    page.close()
    end_kernels(url)


def board(page, title):
    found = page.locator(f'.fe-board[data-name="{title}"]').last
    found.scroll_into_view_if_needed()
    return found


def until(page, board, words):
    """Wait until the board's words hold these."""
    page.wait_for_function("([board, words]) => board.querySelector('.fe-board-words').textContent.includes(words)",
                           arg=[board.element_handle(), words], timeout=15_000)


def turn(board, knob, value):
    box = board.locator(f'.fe-knob[data-name="{knob}"] .fe-box')
    box.fill(str(value))
    box.press("Enter")


def test_run_all_reaches_the_end_without_a_complaint(page):
    assert page.problems == []
    assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
    assert page.get_by_text("Not attempted yet").count() == 3


def test_a_wrong_prediction_is_answered_by_its_misconception_and_the_picture_opens(page):
    question = page.locator(".fe-ask:not([data-kind=MyAnswers])").first
    question.scroll_into_view_if_needed()
    assert page.locator('.fe-board[data-name="Cobweb of gradient descent on a parabola"]').count() == 0
    question.get_by_label("It shrinks in both, faster at 2.1: bigger steps arrive sooner", exact=True).check()
    question.get_by_label("fairly sure", exact=True).check()
    question.get_by_role("button", name="Show me").click()
    page.wait_for_selector('.fe-board[data-name="Cobweb of gradient descent on a parabola"]', timeout=20_000)
    assert "bigger steps always arrive sooner" in question.inner_text()
    web = board(page, "Cobweb of gradient descent on a parabola")
    turn(web, "rate", 2.1)
    until(page, web, "the run has run away")
    turn(web, "rate", 2)
    until(page, web, "This is the border")
    shot(page, "lesson01-prediction")


def test_pointing_at_the_network_trains_it(page):
    maps = board(page, "Three maps, one loop")
    box = maps.locator('.fe-plot2[data-name="network"] .fe-touch').bounding_box()
    seen = set()
    for share in (0.15, 0.35, 0.55, 0.95):
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * share)
        page.wait_for_timeout(400)
        seen.add(maps.locator(".fe-board-words").inner_text().split("Network")[1])
    assert len(seen) > 1
    shot(page, "lesson01-three-maps")


def test_beyond_2_the_bent_parabola_has_two_values_and_the_parabola_none(page):
    question = page.locator(".fe-ask:not([data-kind=MyAnswers])").filter(has_text="You stand at 0.3 in the bent valley")
    question.scroll_into_view_if_needed()
    question.get_by_label("It never repeats", exact=True).check()
    question.get_by_label("a guess", exact=True).check()
    question.get_by_role("button", name="Show me").click()
    page.wait_for_selector('.fe-board[data-name="Cobweb of gradient descent"]', timeout=20_000)
    web = board(page, "Cobweb of gradient descent")
    turn(web, "rate", 2.1)
    until(page, web, "2 values in turn")
    shot(page, "lesson01-cubic")
    web.locator('.fe-knob[data-name="loss"] select').select_option("parabola")
    until(page, web, "the run has run away")
    web.locator('.fe-knob[data-name="loss"] select').select_option("cubic")
    turn(web, "rate", 2.83)
    until(page, web, "3 values in turn")


def test_the_start_follows_the_hand_and_the_arrow_keys(page):
    web = board(page, "Cobweb of gradient descent")
    turn(web, "start", 0.3)
    until(page, web, "η")
    handle = web.locator('.fe-plot2[data-name="web"] .fe-handle')
    before = web.locator('.fe-knob[data-name="start"] .fe-box').input_value()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    changed = "([box, old]) => box.value !== old"
    number = web.locator('.fe-knob[data-name="start"] .fe-box')
    page.wait_for_function(changed, arg=[number.element_handle(), before], timeout=15_000)
    before = number.input_value()
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(changed, arg=[number.element_handle(), before], timeout=15_000)


def test_a_touch_of_the_strip_sets_the_rate(page):
    web = board(page, "Cobweb of gradient descent")
    box = web.locator('.fe-plot2[data-name="strip"] .fe-touch').bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    until(page, web, "it stays at 0")


def test_a_piece_of_the_strip_is_selected_by_dragging(page):
    strip = board(page, "The long run of the logistic map")
    drawn = strip.get_attribute("data-drawn")
    box = strip.locator('.fe-plot2[data-name="strip"] svg').first.bounding_box()
    y = box["y"] + box["height"] * 0.4
    page.mouse.move(box["x"] + box["width"] * 0.75, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, y, steps=6)
    page.mouse.up()
    page.wait_for_function("([board, drawn]) => board.dataset.drawn !== drawn && board.dataset.busy !== 'true'",
                           arg=[strip.element_handle(), drawn], timeout=15_000)
    ticks = strip.locator('.fe-plot2[data-name="piece"] text').all_inner_texts()
    assert "2.4" not in ticks
    shot(page, "lesson01-strip")
