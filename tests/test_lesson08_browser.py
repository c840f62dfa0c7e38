"""Lesson 08 in a real JupyterLab: its questions, the map of training runs and the explorer, as a learner touches them."""
import pytest
from lab import Hand, answer, dress, running_lesson, shot

pytestmark = pytest.mark.browser

BOARD = "A map of training runs"


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "08-trainability-map") as page:
        yield page


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 0, "it is locked"


def test_the_first_prediction_opens_the_plane(page):
    said = answer(page, "How much of this plane is blue", "Nearly all of it.")
    assert "tanh saturates, so nothing can explode" in said and "51 %" in said
    page.locator(".fe-ask:not([data-kind=MyAnswers])", has_text="How much of this plane is blue").first.wait_for()
    page.get_by_role("img", name="The lower half is blue").wait_for()
    shot(page, "08-plane")


def test_the_second_prediction_opens_the_map(page):
    assert "small steps are the best steps" in answer(page, "where on the plane is the fastest one",
                                                      "At the lower left: small, safe steps.")
    board = Hand(page, BOARD)
    board.settled()
    assert board.words().startswith("η₀ = 10, η₁ = 5: learned.") and "V = −47.6" in board.words()
    shot(page, "08-board")


def test_the_ring_is_dragged_pressed_and_moved_by_keys(page):
    board = Hand(page, BOARD)
    words = board.after(lambda: board.drag("map", (4 / 9, 3.699 / 9), (5 / 9, 7 / 9)))
    assert ": exploded." in words
    handle = board.root.locator('.fe-plot2[data-name="map"] .fe-handle')
    label = handle.get_attribute("aria-label")
    handle.focus()
    board.after(lambda: page.keyboard.press("ArrowDown"))
    assert handle.get_attribute("aria-label") != label
    x, y, width, height = board.area("map")
    words = board.after(lambda: page.mouse.click(x + width * 0.2, y + height * 0.8))
    assert ": learned." in words
    says = board.root.locator('.fe-plot2[data-name="map"] svg[role=img]').get_attribute("aria-label")
    assert says.startswith("Map of 128 x 128 training runs of 100 steps: 5")          # 50.9 %; a pixel more or less elsewhere


def test_the_sliders_turn_the_ring_and_refuse_what_is_outside(page):
    board = Hand(page, BOARD)
    board.after(lambda: board.type("rate_in", "0.001"))
    words = board.after(lambda: board.type("rate_out", "50"))
    assert words.startswith("η₀ = 0.001, η₁ = 50: learned.") and "V = −5612" in words
    slider = board.knob("rate_out").locator("input[type=range]")
    slider.focus()
    assert "η₁ = 50.9:" in board.after(lambda: page.keyboard.press("ArrowRight"))
    board.type("rate_in", "1e9")
    board.knob("rate_in").locator(".fe-error").filter(has_text="from 0.001 to 10⁶").wait_for()
    board.after(lambda: board.type("rate_in", "10"))


def test_the_edge_of_the_first_weights_and_the_colours_are_switched(page):
    board = Hand(page, BOARD)
    words = board.after(lambda: board.knob("edge").locator("input").check())
    assert words.endswith("At the start the edge is at η₁ = 35.1.")
    assert board.root.get_by_text("edge of stability at the start", exact=True).count() >= 1
    shot(page, "08-board-edge")
    for colours, key in (("speed in steps", "learned fast"), ("three states", "neither")):
        board.after(lambda colours=colours: board.knob("colours").locator("select").select_option(colours))
        assert board.root.locator('.fe-plot2[data-name="map"]').get_by_text(key, exact=True).count() == 1
    board.after(lambda: board.knob("colours").locator("select").select_option("rank of the speed"))


def test_the_third_prediction_opens_the_fine_picture(page):
    said = answer(page, "Now the same window gets 128 × 128 runs",
                  "Structure: bands that the coarse picture could only hint at.")
    assert "✓ Right" in said and "Threads and bands" in said
    page.get_by_role("img", name="Slanting threads and bands, finer than before.").wait_for()
    shot(page, "08-noise")


def test_a_sentence_opens_ours_and_the_quiz_answers(page):
    page.get_by_label("In one sentence: the line says").fill("The jump carries the weights to a flatter place.")
    page.get_by_role("button", name="Compare with ours").click()
    page.locator(".fe-ask-beside").get_by_text("The line speaks of the first weights only").wait_for()
    quiz = page.locator(".fe-ask-one")
    for one, option in enumerate(("That cannot be told from ranks", "Blue, and dark in the map",
                                  "The averages over equal blocks")):
        quiz.nth(one).get_by_role("radio", name=option).check()
        quiz.nth(one).get_by_role("button", name="Answer").click()
        quiz.nth(one).locator(".fe-ask-verdict").filter(has_text="Right").wait_for()


def test_the_explorer_trains_the_pixel_under_the_pointer(page):
    page.wait_for_function("() => document.querySelectorAll('.fe[data-settled=\"true\"] .fe-map').length === 1", timeout=60_000)
    explorer = page.locator(".fe").filter(has=page.locator(".fe-map")).first
    explorer.scroll_into_view_if_needed()
    before = explorer.inner_text()
    box = explorer.locator(".fe-map").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.move(box["x"] + 0.32 * box["width"], box["y"] + 0.22 * box["height"], steps=3)
    page.wait_for_function("([e, before]) => e.innerText !== before", arg=[explorer.element_handle(), before], timeout=30_000)
    shot(page, "08-explorer")


@pytest.mark.parametrize(("theme", "width"), [("JupyterLab Dark", 700), ("JupyterLab Light", 1280)])
def test_nothing_leaves_the_frame(page, theme, width):
    dress(page, theme, width)
    page.locator(f'.fe-board[data-name="{BOARD}"]').scroll_into_view_if_needed()
    shot(page, f"08-{theme.split()[-1].lower()}-{width}")


def test_no_error_in_the_console(page):
    assert page.problems == []
