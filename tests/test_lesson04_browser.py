"""Lesson 04 in a real JupyterLab: its questions, the roots to drag, the relaxation, as a learner touches them."""

import pytest
from lab import Hand, answer, running_lesson, shot

pytestmark = pytest.mark.browser

QUESTIONS = {"share": "What share of its starts", "slow": "We allow 500 steps", "beyond": "A very little more"}
RELAXED = "Newton's method with a step multiplied by a"


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "04-newton") as page:
        yield page


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1           # the predictions' figures are locked


def test_the_shares_open_and_are_thirds_in_a_disc(page):
    said = answer(page, QUESTIONS["share"], "Exactly a third: the three roots are alike")
    assert "symmetric roots give equal shares in any frame" in said
    board = Hand(page, "Whose colour covers how much?")
    board.settled()
    assert "0.3530 of the starts" in board.words()
    words = board.after(lambda: board.knob("frame").locator("select").select_option("disc"))
    assert words.count("0.33") == 3
    shot(page, "lesson04-shares")


def test_slow_is_not_lost(page):
    assert "what flips from side to side does not converge" in answer(
        page, QUESTIONS["slow"], "None, now or later: a step that overshoots each time never comes to rest")
    board = Hand(page, RELAXED)
    board.settled()
    assert "After 500 steps 0.0 % of" in board.words()
    assert "After 3000 steps 100.0 % of" in board.after(lambda: board.type("steps", "3000"))
    assert "After 200 steps 100.0 % of" in board.after(lambda: (board.type("steps", "200"), board.type("a", "1.5")))
    shot(page, "lesson04-slow")


def test_beyond_2_the_runs_hop(page):
    assert "✓ Right" in answer(page, QUESTIONS["beyond"], "They hop between two places beside a root, for ever")
    page.locator(".fe-board-words", has_text="|1 − a| = 1.01").wait_for()
    assert page.get_by_text("the last two", exact=True).count() == 2


def test_a_root_is_dragged_and_the_maps_follow(page):
    board = Hand(page, "Newton's method on three roots")
    pictures = board.root.locator(".fe-plot2 image")
    before = [pictures.nth(k).get_attribute("href") for k in (0, 1)]
    words = board.after(lambda: board.drag("basins", (0.75, 0.5), (0.9, 0.6)))
    assert all(pictures.nth(k).get_attribute("href") != before[k] for k in (0, 1))
    assert "settled at" in words
    shot(page, "lesson04-roots")


def test_the_start_is_pressed_in_the_other_map(page):
    board = Hand(page, "Newton's method on three roots")
    assert "From −1" in board.after(lambda: board.drag("counts", (0.25, 0.3), (0.25, 0.35)))
    assert "From −1" in board.words()


def test_a_complex_a_is_dragged_out_of_its_disc(page):
    board = Hand(page, "Newton's method on three roots")
    words = board.after(lambda: board.drag("pad", (2.5 / 7, 0.5), (2.5 / 7, 0.85)))          # from 1 to 1 + 1.5i
    board.settled()
    assert "none came within 10⁻⁸" in board.words(), words
    assert "−0.5" not in board.knob("a_imag").locator(".fe-box").input_value()
    board.after(lambda: board.type("a_imag", "0.5"))
    assert "none came within" not in board.after(lambda: board.type("steps", "200"))


def test_roots_dropped_on_each_other_are_double(page):
    board = Hand(page, "Newton's method on three roots")
    board.after(lambda: board.type("a_imag", "0"))
    words = board.after(lambda: board.drag("basins", (0.375, 0.7165), (0.9, 0.6)))       # B onto A
    board.settled()
    assert "near a double root" in board.words(), words
    assert board.root.get_by_text("a double root attracts").count() == 1
    shot(page, "lesson04-double")


def test_a_handle_is_moved_by_keys(page):
    board = Hand(page, "Newton's method on three roots")
    handle = board.root.locator('.fe-plot2[data-name="basins"] .fe-handle[aria-label="root C"]')
    handle.focus()
    before = board.words()
    assert board.after(lambda: page.keyboard.press("ArrowLeft")) != before


def test_no_error_in_the_console(page):
    assert page.problems == []
