"""Lesson 06 in a real JupyterLab: its questions and the panel of two weights, as a learner touches them."""

import pytest
from lab import Hand, answer, dress, execute, running_lesson, shot

pytestmark = pytest.mark.browser

PANEL, COBWEB = "Training two weights", "Cobweb of gradient descent on two tied weights"
QUESTIONS = {"beyond-the-edge": "The weights are tied", "which-valley": "The weights are free again",
             "weight-decay": "At rate 0.95 the border"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "06-two-weights") as page:
        yield page


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1, "the others are locked"


def test_the_start_is_dragged_pressed_and_moved_by_keys(page):
    panel = Hand(page, PANEL)
    assert "At the start s = 4.42" in panel.words()
    words = panel.after(lambda: panel.drag("starts", ((1.9 + 4) / 8, (0.9 + 4) / 8), (0.75, 0.75)))
    assert "At the start s = 8;" in words                                          # a = b = 2
    handle = panel.root.locator('.fe-plot2[data-name="starts"] .fe-handle')
    handle.focus()
    assert "At the start s = 7.69;" in panel.after(lambda: page.keyboard.press("ArrowDown"))        # b = 1.92
    assert handle.get_attribute("aria-label") == "the start a = 2.00, b = 1.92"
    x, y, width, height = panel.area("starts")
    words = panel.after(lambda: page.mouse.click(x + width * 0.9, y + height * 0.1))
    assert "The run is lost" in words
    says = panel.root.locator('.fe-plot2[data-name="starts"] svg[role=img]').get_attribute("aria-label")
    assert says.startswith("Map of the starts a and b from −4 to 4:")


def test_weight_decay_takes_the_ellipse_away_and_0_brings_it_back(page):
    panel = Hand(page, PANEL)
    ellipse = panel.root.locator('.fe-plot2[data-name="starts"]').get_by_text("the border, exactly")
    assert ellipse.count() == 0
    assert "weight decay" not in panel.after(lambda: panel.type("decay", "0"))
    assert ellipse.count() == 1
    shot(page, "lesson06-panel")


def test_the_slider_sets_both_rates_and_the_map_of_rates_each(page):
    panel = Hand(page, PANEL)
    execute(page, "board.set(a=1.1, b=0.8)")
    assert "neither settled nor run away" in panel.after(lambda: panel.type("rate", "1.2"))
    x, y, width, height = panel.area("rates")
    words = panel.after(lambda: page.mouse.click(x + 0.5 * width, y + 0.25 * height))
    assert words.startswith("Rates 0.31") and " of a, 1.7" in words and "The run settles" in words
    assert panel.root.locator('.fe-plot2[data-name="plane"]').get_by_text("s = a² + b², scaled").count() == 1
    slider = panel.knob("rate").locator("input[type=range]")
    slider.focus()
    assert panel.after(lambda: page.keyboard.press("ArrowRight")).startswith("η = 0.3")
    panel.type("decay", "2")
    panel.knob("decay").locator(".fe-error").filter(has_text="from 0 to 0.95").wait_for()
    panel.after(lambda: panel.type("decay", "0.3"))


def test_the_first_prediction_opens_a_cobweb_that_bounces(page):
    assert "beyond 2/λ every run is lost" in answer(page, QUESTIONS["beyond-the-edge"], "It runs away to infinity.")
    cobweb = Hand(page, COBWEB)
    cobweb.settled()
    assert "= −2." in cobweb.words()
    assert "run away" in cobweb.after(lambda: cobweb.type("rate", "2.1"))
    assert "two" in cobweb.after(lambda: cobweb.type("rate", "1.2")) or "2 values" in cobweb.words()
    shot(page, "lesson06-cobweb")


def test_the_second_prediction_opens_a_catapult(page):
    said = answer(page, QUESTIONS["which-valley"], "In another minimum, a flatter one.")
    assert "✓ Right" in said and "This throw is called a catapult." in said
    page.wait_for_function("name => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === 2", arg=PANEL)
    panel = Hand(page, PANEL)                           # the first of the two
    panel.settled()
    assert "where s = 2.01" in panel.words() and "the loss rose" in panel.words()
    at, shifted = ((2.5 + 4) / 8, (0.42 + 4) / 8), ((2.5 + 4) / 8, (0.41 + 4) / 8)
    assert "The run settles at a = " in panel.after(lambda: panel.drag("starts", at, shifted))
    shot(page, "lesson06-catapult")


def test_the_third_prediction_opens_the_explorer(page):
    said = answer(page, QUESTIONS["weight-decay"], "It gets even smoother.")
    assert "regularising a loss regularises everything about it" in said
    page.wait_for_function("() => document.querySelectorAll('.fe[data-settled=\"true\"] .fe-map').length >= 1", timeout=60_000)
    shot(page, "lesson06-explorer")


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In one sentence: why does a run that is thrown").fill("Every error shrinks the imbalance.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("One step multiplies the imbalance").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("Slow: it will settle", "It is thrown to a flatter place",
                                  "Yes: the two rates count as one")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{PANEL}"]').last.scroll_into_view_if_needed()
    shot(page, f"lesson06-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
