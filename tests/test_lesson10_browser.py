"""Lesson 10 in a real JupyterLab: its questions, the panel of the zoom, the button that goes on, as a learner touches them."""

import pytest
from lab import Hand, answer, dress, execute, running_lesson, shot
from test_touch import Touch

pytestmark = pytest.mark.browser

PANEL = "A zoom, and its numbers"
QUESTIONS = {"float32": "A row of 64 pixels, around the rate", "shuffle": "The data and the hidden units are put in",
             "past-the-floor": "Float64 pictures of this place end"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "10-deep-zoom") as page:
        page.set_default_timeout(60_000)
        yield page


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0, "no warning"
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1, "the other is locked"
    film = page.locator("img[src^='data:image/webp']")
    assert film.count() == 1 and film.evaluate("e => e.complete && e.naturalWidth") == 96


def test_the_depth_is_typed_dragged_and_moved_by_keys(page):
    panel = Hand(page, PANEL)
    assert panel.words().startswith("The window is 10⁻¹³ decades wide. A row of 40 pixels has 40 distinct rates in float64")
    assert "change sides" in panel.words()
    assert "19 distinct rates in float64 (1 in float32, 40 exact)" in panel.after(lambda: panel.type("depth", "15"))
    words = panel.after(lambda: panel.drag("counter", (15 / 40, 0.7), (20 / 40, 0.7)))
    assert "has 1 rate in float64" in words
    ring = panel.root.locator('.fe-plot2[data-name="counter"] .fe-handle')
    ring.focus()
    before = ring.get_attribute("aria-label")
    panel.after(lambda: page.keyboard.press("ArrowLeft"))
    assert ring.get_attribute("aria-label") != before and before.startswith("the depth ")
    slider = panel.knob("depth").locator("input[type=range]")
    slider.focus()
    panel.after(lambda: page.keyboard.press("Home"))
    assert panel.words().startswith("The window is one decade wide.")
    panel.type("depth", "41")
    panel.knob("depth").locator(".fe-error").filter(has_text="from 0 to 40").wait_for()


def test_the_arithmetic_is_chosen_and_the_shuffle_switched(page):
    panel = Hand(page, PANEL)
    panel.after(lambda: panel.type("depth", "12"))
    flips = panel.root.locator('.fe-plot2[data-name="flips"]')
    assert "of 1600 change sides" in flips.inner_text()
    shot(page, "10-panel")
    words = panel.after(lambda: panel.knob("arithmetic").locator("select").select_option("exact"))
    assert words.endswith("Shuffled, 0 % of the pixels change sides.")
    panel.after(lambda: panel.type("depth", "40"))
    shot(page, "10-panel-exact")
    words = panel.after(lambda: panel.knob("shuffled").locator("input").uncheck())
    assert "10⁻⁴⁰ decades" in words and "change sides" not in words
    assert "Switch shuffle on" in flips.inner_text()
    assert execute(page, "print(board.knobs)").startswith("{'depth': 40.0, 'arithmetic': 'exact', 'shuffled': False}")


def test_the_first_prediction_opens_a_counter_in_float32(page):
    assert "the smallest number is the smallest step" in answer(page, QUESTIONS["float32"],
                                                                "Never: float32 has far smaller numbers than that")
    page.wait_for_function("name => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === 2", arg=PANEL)
    panel = Hand(page, PANEL)                           # the first of the two
    panel.settled()
    assert "distinct rates in float32" in panel.words()
    assert "4 distinct rates in float32" in panel.after(lambda: panel.type("depth", "7"))
    shot(page, "10-float32")


def test_the_second_prediction_opens_the_marked_pixels(page):
    said = answer(page, QUESTIONS["shuffle"], "A handful on the whole map, hundreds in the ragged window.")
    assert "✓ Right" in said
    page.locator("img[alt^='The ragged window; pixels that change sides']").wait_for()
    shot(page, "10-shuffle")


def test_the_third_prediction_opens_an_explorer_that_goes_on(page):
    said = answer(page, QUESTIONS["past-the-floor"], "A smooth line: the fine structure was rounding.")
    assert "all fine structure of a float64 picture is rounding" in said
    page.locator(".fe .fe-map").first.wait_for()
    explorer = Touch(page, page.evaluate("""() => [...document.querySelectorAll('.fe')].findIndex(
        e => e.querySelector('.fe-map'))"""), "")
    explorer.wait("e.dataset.settled === 'true'", timeout=90_000)
    explorer.root.locator(".fe-map").scroll_into_view_if_needed()
    for _ in range(6):
        before = explorer.state()
        explorer.press("+")
        explorer.changed(before)
        if explorer.root.locator(".fe-note").is_visible():
            break
    shot(page, "10-floor")
    before = explorer.state()
    explorer.root.get_by_role("button", name="Continue exactly").click()
    explorer.wait("e.querySelector('.fe-state').textContent !== a", before)
    explorer.wait("e.querySelector('.fe-depth').textContent.includes('continued exactly, reference run in')", timeout=90_000)
    assert explorer.recipe().precision == "auto"
    shot(page, "10-floor-gone")


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In one sentence: a colleague shows you").fill("The same frame, with the data shuffled.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("The same frame again with other roundings").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("Their two rates, and so", "Straight from about 1e-40", "The large shapes; of single")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{PANEL}"]').last.scroll_into_view_if_needed()
    shot(page, f"10-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
