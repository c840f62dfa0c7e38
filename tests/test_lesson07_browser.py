"""Lesson 07 in a real JupyterLab: its questions and the panel of one training, as a learner touches them."""
import pytest
from lab import Hand, answer, dress, running_lesson, shot

pytestmark = pytest.mark.browser

PANEL = "Training one network"
QUESTIONS = {"where-to": "At rate 10 this network starts", "a-millionth": "Now give the input weights a tiny rate",
             "huge-input-rate": "Now the input weights get a rate of a million"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "07-train-one-network") as page:
        yield page


def panels(page, count):
    page.wait_for_function("([name, count]) => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === count",
                           arg=[PANEL, count])
    panel = Hand(page, PANEL)                           # the first on the page
    panel.settled()
    return panel


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1, "the others are locked"


def test_the_step_is_dragged_touched_and_moved_by_keys(page):
    panel = Hand(page, PANEL)
    assert panel.words().startswith("η = 5, tanh.") and "after 500 steps" in panel.words()
    assert "after 250 steps" in panel.after(lambda: panel.drag("loss", (0.99, 0.2), (0.5, 0.5)))
    handle = panel.root.locator('.fe-plot2[data-name="loss"] .fe-handle')
    handle.focus()
    assert "after 250 steps" not in panel.after(lambda: page.keyboard.press("ArrowLeft"))
    assert "the hidden units of which are shown" in handle.get_attribute("aria-label")
    x, y, width, height = panel.area("loss")
    assert "after 0 steps" in panel.after(lambda: page.mouse.click(x + 0.2, y + height / 2))
    assert panel.root.locator('.fe-plot2[data-name="units"]').get_by_text("Hidden units after 0 steps").count() == 1


def test_a_kept_run_is_a_ghost_and_both_rates_follow_one_slider(page):
    panel = Hand(page, PANEL)
    panel.after(lambda: panel.knob("keep").locator("input").check())
    assert panel.after(lambda: panel.type("rate_in", "10")).startswith("η = 10, tanh.")
    assert panel.root.locator('.fe-plot2[data-name="loss"]').get_by_text("kept: η₀ 5, η₁ 5").count() == 1
    slider = panel.knob("rate_out").locator("input[type=range]")
    slider.focus()
    assert panel.after(lambda: page.keyboard.press("ArrowRight")).startswith("η = 10.")
    panel.type("rate_in", "0")
    panel.knob("rate_in").locator(".fe-error").filter(has_text="from 10⁻⁶ to 10⁶").wait_for()
    shot(page, "lesson07-ghost")


def test_relu_is_lost_where_tanh_saturates(page):
    panel = Hand(page, PANEL)
    panel.after(lambda: panel.knob("same").locator("input").uncheck())
    panel.after(lambda: panel.type("rate_in", "1e6"))
    assert "Saturated hidden units" in panel.after(lambda: panel.type("rate_out", "10"))
    words = panel.after(lambda: panel.knob("net").locator("select").select_option("ReLU"))
    assert words.startswith("η₀ = 10⁶, η₁ = 10, ReLU. The run is lost")
    shot(page, "lesson07-relu")


def test_the_first_prediction_opens_a_run_at_the_edge(page):
    said = answer(page, QUESTIONS["where-to"], "Far beyond 1, and the run is lost.")
    assert "once the edge is crossed the run is lost" in said
    panel = panels(page, 2)
    assert "Share of the edge: 0.362 at first, 1.21 at step 199." in panel.words()
    shot(page, "lesson07-edge")


def test_the_second_prediction_opens_a_catapult(page):
    said = answer(page, QUESTIONS["a-millionth"], "It comes back and ends below its first loss.")
    assert "✓ Right" in said and "A loss of a million is a bad sign" in said
    panels(page, 3)
    assert page.get_by_text("with a peak of 1.32 × 10⁶ at step 24").count() >= 1


def test_the_third_prediction_opens_a_saturated_run(page):
    said = answer(page, QUESTIONS["huge-input-rate"], "It diverges within a few steps.")
    assert "far beyond the edge every run diverges" in said
    panels(page, 4)
    assert page.get_by_text("2.03 × 10⁴ at first, 0.744 at step 19").count() >= 1


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In one sentence: why does the sharpness not go on").fill("It is thrown back.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("the run swings from side to side").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("… about half that", "Convert first", "The 72 answers by heart")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize(("theme", "width"), [("JupyterLab Dark", 700), ("JupyterLab Light", 1280)])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{PANEL}"]').last.scroll_into_view_if_needed()
    shot(page, f"lesson07-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
