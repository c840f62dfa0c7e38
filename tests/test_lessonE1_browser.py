"""Lesson E1 in a real JupyterLab: its questions, and the boards of capacity and filtering, as a learner touches them."""
import pytest
from lab import Hand, answer, dress, running_lesson, shot

pytestmark = pytest.mark.browser

CAPACITY, FILTER = "Proxy and goal", "Filter, or optimise"
QUESTIONS = {"which-is-worst": "Which of them is farthest from the wave",
             "always-safe": "Now the ten places are drawn at random", "push-harder": "What does the mean truth T do?"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "E1-too-much-efficiency") as page:
        yield page


def boards(page, name, count):
    page.wait_for_function("([name, count]) => document.querySelectorAll(`.fe-board[data-name='${name}']`).length === count",
                           arg=[name, count], timeout=60_000)
    hand = Hand(page, name)
    hand.settled()
    return hand


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 0, "all are locked"


def test_the_first_prediction_opens_the_capacity_board(page):
    said = answer(page, QUESTIONS["which-is-worst"], "10 000: far too many, it fits all the noise.")
    assert "the more parameters, the more overfitting" in said and "10 is worst, by far" in said
    board = boards(page, CAPACITY, 1)
    assert board.words().startswith("4 parameters, tanh features, equispaced points: proxy error")
    assert "all points are met, goal error" in board.after(lambda: board.type("parameters", "10"))
    shot(page, "E1-capacity")


def test_the_capacity_board_is_pressed_keyed_and_typed_at(page):
    board = Hand(page, CAPACITY)
    board.knob("over").locator("select").select_option("steps")
    board.root.locator('.fe-plot2[data-name="errors"]').get_by_text("Proxy and goal over the steps").wait_for()
    board.settled()
    x, y, width, height = board.area("errors")
    assert "stopped after" in board.after(lambda: page.mouse.click(x + 0.15 * width, y + 0.5 * height))
    says = board.root.locator('.fe-plot2[data-name="errors"] svg[role=img]').get_attribute("aria-label")
    assert says.startswith("Both errors over the steps, on log axes.")
    shot(page, "E1-steps")
    slider = board.knob("ridge").locator("input[type=range]")
    slider.focus()
    for _ in range(2):                                      # a page of the slider is a tenth
        words = board.after(lambda: page.keyboard.press("PageUp"))
    assert ", ridge 2.5 × 10⁻⁸, stopped after" in words
    board.type("ridge", "101")
    board.knob("ridge").locator(".fe-error").filter(has_text="from 10⁻¹⁰ to 100").wait_for()
    assert "ReLU features" in board.after(lambda: board.knob("features").locator("select").select_option("ReLU"))


def test_the_second_prediction_opens_random_places(page):
    said = answer(page, QUESTIONS["always-safe"], "It stays about as it was: 10 000 is on the safe side of the peak.")
    assert "enough parameters are always safe" in said
    boards(page, CAPACITY, 2)
    last = page.locator(f'.fe-board[data-name="{CAPACITY}"]').last
    assert last.locator(".fe-board-words").text_content().startswith("10 000 parameters, tanh features, random points")
    last.scroll_into_view_if_needed()
    shot(page, "E1-random")


def test_the_third_prediction_opens_the_toy(page):
    said = answer(page, QUESTIONS["push-harder"], "It rises at first, then falls to 0.")
    assert "✓ Right" in said
    board = boards(page, FILTER, 1)
    assert "p = 0.94. Filtering:" in board.words() and "weights α 0.34, β 0.33, γ 0.34" in board.words()
    words = board.after(lambda: board.drag("ways", (0.45, 0.5), (0.6, 0.6)))
    assert words.startswith("p = 1.4") and "Optimising: weights α" in words
    shot(page, "E1-filtering")
    assert "beyond 1.5" in board.after(lambda: board.type("p", "2"))
    slider = board.knob("spread").locator("input[type=range]")
    slider.focus()
    assert "(slope 0.5)" not in board.after(lambda: page.keyboard.press("PageUp"))


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In two sentences: your proxy and its goal").fill("Marks for learning; ask a third person.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("Proxy: the steps on a watch").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("Watch the error at points that you do not fit", "The table with random places",
                                  "Truth: they were half a unit above the mean truth, now only a fifth.")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    for name in (CAPACITY, FILTER):
        page.locator(f'.fe-board[data-name="{name}"]').first.scroll_into_view_if_needed()
        shot(page, f"E1-{theme.split()[-1].lower()}-{width}-{name[:6].lower()}")


def test_no_error_in_the_console(page):
    assert page.problems == []
