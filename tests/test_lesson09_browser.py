"""Lesson 09 in a real JupyterLab: its questions and the panel of the six, as a learner touches them."""

import pytest
from lab import Hand, answer, dress, execute, running_lesson, shot

pytestmark = pytest.mark.browser

PANEL = "The paper's six conditions"
QUESTIONS = {"captions": "One caption can be placed", "rescaled": "You multiply the input weights",
             "shifted": "The published window of the sixth"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "09-gallery-of-six") as page:
        yield page


def figures(page):
    return page.locator(".jp-OutputArea img[alt]").count()


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1
    for text in QUESTIONS.values():
        asked = page.locator(".fe-ask:not([data-kind=MyAnswers])", has_text=text)
        assert asked.locator(".fe-ask-verdict").count() == 0 or not asked.locator(".fe-ask-verdict").is_visible()


def test_a_press_on_a_thumbnail_opens_its_picture(page):
    panel = Hand(page, PANEL)
    assert panel.words().startswith("Tanh: 16 tanh units")
    x, y, width, height = panel.area("six")
    assert panel.after(lambda: page.mouse.click(x + 0.5 * width, y + 0.25 * height)).startswith("ReLU: ReLU units")
    words = panel.after(lambda: page.mouse.click(x + 0.85 * width, y + 0.25 * height))
    assert words.startswith("Deep linear: ") and "dimension 1.17" in words and "51 % of 256 × 256" in words
    large = panel.root.locator('.fe-plot2[data-name="large"]')
    assert "η₀ 190.01008 … 190.01184" in large.text_content()


def test_the_ring_is_dragged_and_moved_by_keys_and_each_place_is_trained(page):
    panel = Hand(page, PANEL)
    words = panel.after(lambda: panel.drag("large", (0.5, 0.5), (0.2, 0.6)))
    assert "trained now, learned: V = −5" in words and "The atlas has" in words
    handle = panel.root.locator('.fe-plot2[data-name="large"] .fe-handle')
    handle.focus()
    assert panel.after(lambda: page.keyboard.press("ArrowRight")) != words
    x, y, width, height = panel.area("large")
    assert "learned: V" not in panel.after(lambda: page.mouse.click(x + 0.9 * width, y + 0.5 * height))
    says = panel.root.locator('.fe-plot2[data-name="large"] svg[role=img]').get_attribute("aria-label")
    assert says.startswith("The picture of deep linear, η₀ 190.01008")


def test_all_rates_and_a_curtain(page):
    panel = Hand(page, PANEL)
    panel.after(lambda: panel.knob("condition").locator("select").select_option("tanh"))
    words = panel.after(lambda: panel.knob("place").locator("select").select_option("all rates"))
    assert "192 × 192" in words and "dimension" not in words
    panel.after(lambda: panel.knob("other").locator("select").select_option("ReLU"))
    panel.after(lambda: panel.type("curtain", "0.4"))
    title = panel.root.locator('.fe-plot2[data-name="large"] .fe-plot-title')
    assert title.text_content() == "tanh, all rates;\nReLU behind the curtain"
    slider = panel.knob("curtain").locator("input[type=range]")
    slider.focus()
    panel.after(lambda: page.keyboard.press("ArrowRight"))
    assert execute(page, "print(0.4 < board.knobs['curtain'] < 0.41)").strip() == "True"
    shot(page, "09-curtain")
    panel.type("curtain", "2")
    panel.knob("curtain").locator(".fe-error").filter(has_text="from 0 to 1").wait_for()


def test_the_switch_trains_the_sixth_with_the_offset_added_once(page):
    panel = Hand(page, PANEL)
    panel.after(lambda: panel.knob("place").locator("select").select_option("the paper's window"))
    panel.after(lambda: panel.knob("other").locator("select").select_option("offset"))
    words = panel.after(lambda: panel.knob("once").locator("input").check())
    assert words.startswith("Offset: one rate") and "100 % of 4 × 4 runs" in words and "V = −66.5261" in words
    assert panel.knob("condition").locator("select").input_value() == "offset"
    shot(page, "09-once")
    assert "256 × 256" in panel.after(lambda: panel.knob("once").locator("input").uncheck())


def test_the_first_prediction_shows_the_captions(page):
    before = figures(page)
    said = answer(page, QUESTIONS["captions"], "Deep linear is E, minibatches are B.")
    assert "random batches make a random picture" in said
    page.wait_for_function("n => document.querySelectorAll('.jp-OutputArea img[alt]').length > n", arg=before)
    shot(page, "09-captions")


def test_the_second_prediction_shows_both_maps(page):
    before = figures(page)
    assert "✓ Right" in answer(page, QUESTIONS["rescaled"], "It moves by a factor of 4: to the right, and down.")
    page.wait_for_function("n => document.querySelectorAll('.jp-OutputArea img[alt]').length > n", arg=before, timeout=60_000)
    shot(page, "09-rescaled")


def test_the_third_prediction_shows_what_the_caption_gives(page):
    before = figures(page)
    assert "a published picture shows what its caption says" in answer(page, QUESTIONS["shifted"],
                                                                       "The same grains, only coarser.")
    page.wait_for_function("n => document.querySelectorAll('.jp-OutputArea img[alt]').length > n", arg=before)
    shot(page, "09-shifted")


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("The published picture does not come out").fill("It adds the offset more than once.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("There are many good guesses").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("All pixels are trained with the same", "Two things were changed",
                                  "The picture shows what the program does")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize("theme, width", [("JupyterLab Dark", 700), ("JupyterLab Light", 1280)])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{PANEL}"]').scroll_into_view_if_needed()
    shot(page, f"09-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
