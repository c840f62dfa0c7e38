"""Lesson 02 in a real JupyterLab: its questions, the map with its Julia set, and the dial, as a learner touches them."""

import pytest
from lab import Hand, answer, execute, running_lesson, shot

pytestmark = pytest.mark.browser

QUESTIONS = {"five-steps": "The second row that you printed", "dwell-limit": "A picture follows every c for 50 steps",
             "which-point": "Gradient descent on x²/2"}
MAP, DIAL = "A map of c, and the Julia set of one c", "Learning rates on the Mandelbrot set"


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "02-mandelbrot") as page:
        yield page


def place(low, high, x):
    return (x - low) / (high - low)


def drag_c(hand, start, end):
    """From one c to another on the map; its words then."""
    places = [(place(-2.1, 1.1, c.real), place(-1.6, 1.6, c.imag)) for c in (start, end)]
    return hand.after(lambda: hand.drag("map", *places))


def test_the_notebook_as_shipped_runs_to_its_end_with_its_pictures_locked(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1 and page.locator(".fe-map").count() == 0


def test_five_steps_open_the_explorer_at_that_point(page):
    said = answer(page, QUESTIONS["five-steps"], "c is outside: the first two numbers already grow")
    assert "what grows at first grows for ever" in said and "step 15" in said
    page.locator(".fe-fate", has_text="beyond 2 from step 15 on").first.wait_for()
    shot(page, "lesson02-five-steps")


def test_the_dwell_limit_opens_the_picture_of_what_changes(page):
    assert "not left yet means never leaves" in answer(page, QUESTIONS["dwell-limit"],
                                                       "None: what is still there after 50 steps stays")
    image = page.locator(".jp-OutputArea img[alt*='black: the pixels that change']").first
    image.wait_for()
    image.scroll_into_view_if_needed()
    shot(page, "lesson02-dwell-limit")


def test_the_edge_of_stability_opens_the_dial(page):
    assert "✓ Right" in answer(page, QUESTIONS["which-point"], "c = −3/4, the neck between the heart and the disc")
    dial = Hand(page, DIAL)
    dial.settled()
    assert "η = 2 is c = −0.75" in dial.words() and "slow, but not lost" in dial.words()
    assert "2 values" in dial.after(lambda: dial.type("rate", "2.1"))
    slider = dial.knob("rate").locator("input[type=range]")
    slider.focus()
    assert "η = 3.2" in dial.after(lambda: page.keyboard.press("End"))
    assert "runs away" in dial.words()
    assert "η = 0 is c = 0.25" in dial.after(lambda: page.keyboard.press("Home"))
    assert "comes to the minimum" in dial.after(lambda: dial.type("rate", "1.5"))
    shot(page, "lesson02-dial")


def test_dragging_c_tells_how_many_values_the_orbit_ends_at(page):
    hand = Hand(page, MAP)
    hand.root.scroll_into_view_if_needed()
    assert "3 values in turn" in hand.words()
    assert "one value" in drag_c(hand, -0.12 + 0.74j, -0.2 + 0.1j)
    assert "2 values in turn" in drag_c(hand, -0.2 + 0.1j, -1 + 0.1j)
    assert "this orbit leaves" in drag_c(hand, -1 + 0.1j, 0.6 + 0.6j)
    shot(page, "lesson02-dust")


def test_the_julia_set_changes_while_c_is_still_being_dragged(page):
    hand = Hand(page, MAP)
    picture = hand.root.locator('.fe-plot2[data-name="starts"] image').first
    x, y, width, height = hand.area("map")
    page.mouse.move(x + 0.6 * width, y + 0.5 * height)
    page.mouse.down()
    drawn, seen = hand.settled(), set()
    for k in range(1, 5):
        page.mouse.move(x + (0.6 - 0.05 * k) * width, y + 0.5 * height)
        drawn = hand.settled(drawn)
        seen.add(picture.get_attribute("href"))
    page.mouse.up()
    assert len(seen) == 4


def test_a_press_moves_c_and_arrow_keys_move_it_finely(page):
    hand = Hand(page, MAP)
    words = hand.after(lambda: hand.drag("map", (place(-2.1, 1.1, -1.0), 0.5), (place(-2.1, 1.1, -1.0), 0.5)))
    assert "c = −1" in words
    handle = hand.root.locator('.fe-plot2[data-name="map"] .fe-handle')
    handle.focus()
    hand.after(lambda: page.keyboard.press("ArrowRight"))
    words = hand.after(lambda: page.keyboard.press("ArrowUp"))
    assert "0.032i" in words and handle.get_attribute("aria-label").startswith("c = −0.9")


def test_a_start_outside_the_julia_set_leaves(page):
    hand = Hand(page, MAP)
    assert "start 0." in hand.words() and "staying" in hand.words()
    words = hand.after(lambda: hand.drag("starts", (0.5, 0.5), (0.97, 0.97)))
    assert "passes 2 at step 1" in words
    hand.after(lambda: hand.drag("starts", (0.97, 0.97), (0.5, 0.5)))


def test_the_dwell_limit_and_the_ship_change_the_pictures(page):
    hand = Hand(page, MAP)
    picture = hand.root.locator('.fe-plot2[data-name="map"] image').first
    long = picture.get_attribute("href")
    assert "in 5 steps" in hand.after(lambda: hand.type("dwell", "5"))
    short = picture.get_attribute("href")
    hand.type("dwell", "3")
    hand.knob("dwell").locator(".fe-error").filter(has_text="from 5 to 5000").wait_for()
    assert "in 300 steps" in hand.after(lambda: hand.type("dwell", "300"))
    assert "Burning Ship" in hand.after(lambda: hand.knob("ship").locator("input").check())
    ship = picture.get_attribute("href")
    assert len({long, short, ship}) == 3
    shot(page, "lesson02-ship")
    assert "Mandelbrot set" in hand.after(lambda: hand.knob("ship").locator("input").uncheck())


def test_our_sentence_opens_beside_the_learners_and_the_quiz_answers(page):
    explain = page.locator(".fe-ask[data-kind=Reveal]")
    explain.locator("textarea").fill("more steps are more chances to leave")
    explain.get_by_role("button", name="Compare with ours").click()
    explain.get_by_text("one inside the other").wait_for()
    quiz = page.locator(".fe-ask[data-kind=Quiz]")
    one = quiz.locator(".fe-ask-one").first
    one.get_by_role("radio", name="That every c in this pixel").check()
    one.get_by_role("button", name="Answer").click()
    one.get_by_text("a pixel is a tested area").wait_for()


def test_a_solved_exercise_is_found_right(page):
    solution = "def escape_time(c, most):\n    z = 0\n    for n in range(1, most + 1):\n        z = z * z + c\n" \
               "        if abs(z) > 2:\n            return n\n    return -1\n"
    assert execute(page, solution + "print(checks.escape_time(escape_time).outcome)").strip() == "right"


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
@pytest.mark.parametrize("width", [700, 1280])
def test_nothing_leaves_the_frame(page, theme, width):
    page.set_viewport_size({"width": width, "height": 1000})
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    for name in (MAP, DIAL):
        page.wait_for_function("""name => { const r = document.querySelector(`.fe-board[data-name="${name}"]`);
            const b = r.getBoundingClientRect();
            return r.scrollWidth <= r.clientWidth && [...r.querySelectorAll('.fe-plot2, .fe-knob')].every(
                e => { const x = e.getBoundingClientRect(); return x.left >= b.left && x.right <= b.right + 1; }); }""",
                               arg=name)
        page.locator(f'.fe-board[data-name="{name}"]').scroll_into_view_if_needed()
        shot(page, f"lesson02-{name.split()[0]}-{theme.split()[-1].lower()}-{width}")


def test_the_console_is_clean(page):
    assert page.problems == []
