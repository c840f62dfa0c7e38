"""Lesson E2 in a real JupyterLab: its questions and the panel of the lottery, as a learner touches them."""

import pytest
from lab import Hand, answer, dress, execute, running_lesson, shot

pytestmark = pytest.mark.browser

PANEL = "Lottery and training"
QUESTIONS = {"eight-completions": "You draw 500 000 networks", "parity": "Parity answers 1",
             "closest-rate": "Now networks are trained"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "E2-is-training-a-lottery") as page:
        yield page


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 0, "all are locked"


def test_the_first_prediction_opens_the_bars(page):
    said = answer(page, QUESTIONS["eight-completions"], "About equally: the five answers say nothing about the other three.")
    assert "no information means equal chances" in said
    page.locator(".fe-ask-figure img, .widget-html img").first.wait_for()
    shot(page, "E2-bars")


def test_the_second_prediction_opens_all_functions(page):
    said = answer(page, QUESTIONS["parity"], "Fewer than ten times.")
    assert "✓ Right" in said and "Three times." in said


def test_the_third_prediction_opens_the_panel(page):
    said = answer(page, QUESTIONS["closest-rate"], "At all rates alike: the architecture decides.")
    assert "training is random sampling, whatever the rate" in said
    panel = Hand(page, PANEL)
    panel.settled()
    assert panel.words().startswith("39745 of 500000 random networks fit 00?1??11. At η = 0.5 ")
    shot(page, "E2-panel")


def test_the_rate_is_pressed_typed_and_moved_by_keys(page):
    panel = Hand(page, PANEL)
    x, y, width, height = panel.area("rates")
    assert "At η = 17." in panel.after(lambda: page.mouse.click(x + 0.75 * width, y + height / 2))
    assert "At η = 3.1" in panel.after(lambda: panel.drag("rates", (0.9, 0.5), (0.5, 0.5)))
    assert "At η = 5 " in panel.after(lambda: panel.type("rate", "5"))
    slider = panel.knob("rate").locator("input[type=range]")
    slider.focus()
    assert "At η = 5.0" in panel.after(lambda: page.keyboard.press("ArrowRight"))
    panel.type("rate", "0")
    panel.knob("rate").locator(".fe-error").filter(has_text="from 0.1 to 100").wait_for()


def test_another_training_set_has_another_lottery(page):
    panel = Hand(page, PANEL)
    words = panel.after(lambda: panel.knob("known").locator("select").select_option("01?0??01"))
    assert words.startswith("8090 of 500000 random networks fit 01?0??01.")
    says = panel.root.locator('.fe-plot2[data-name="bars"] svg[role=img]').get_attribute("aria-label")
    assert says.startswith("Shares in the lottery and after training. 01000001: 0.0")
    shot(page, "E2-another-set")


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In one sentence: why does a random network copy").fill("The bias is an input too.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("The bias is a fourth input").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("6 of 12.", "Rare functions stay rare", "That training is like the lottery only")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


def test_a_solution_is_right_in_the_page(page):
    said = execute(page, """def rejection(drawn, known):
    kept = [text for text in drawn if all(told in ("?", answer) for answer, told in zip(text, known))]
    return [kept.count(text) / len(kept) for text in lottery.completions(known)]
print(checks.rejection(rejection).outcome, checks.rejection(lambda drawn, known: [1 / 8] * 8).misconception)""")
    assert said.split("\n")[0] == "right every completion gets the same share"


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{PANEL}"]').last.scroll_into_view_if_needed()
    shot(page, f"E2-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
