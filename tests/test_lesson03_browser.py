"""Lesson 03 in a real JupyterLab: its questions, twin orbits, words and the magnet, as a learner touches them."""

import pytest
from lab import Hand, answer, running_lesson, shot

pytestmark = pytest.mark.browser

QUESTIONS = {"how-long": "Two runs start", "ab-or-ba": "We replace the word", "all-at-one": "Magnet I. Take all points"}


@pytest.fixture(scope="module")
def page(lab, browser):
    with running_lesson(lab, browser, "03-lyapunov") as page:
        yield page


def test_the_notebook_as_shipped_runs_to_its_end(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText "
                        ".ansi-red-fg").count() == 0
    assert page.locator("[data-outcome='not attempted']").count() == 3
    assert page.locator(".fe-board").count() == 1 and page.locator(".fe-map").count() == 0        # the others are locked


def test_the_first_prediction_opens_the_twins_and_names_the_misconception(page):
    said = answer(page, QUESTIONS["how-long"], "About 10")
    assert "a digit lost at every step" in said and "33.2 doublings" in said
    twins = Hand(page, "Twin orbits")
    twins.settled()
    assert "reaches 1 after ln(1/gap)/λ = 33.2 steps" in twins.words()
    shot(page, "lesson03-twins")


def test_the_gap_is_dragged_the_rate_turned_and_the_trap_met(page):
    twins = Hand(page, "Twin orbits")
    words = twins.after(lambda: twins.drag("distance", (0, 7 / 18), (0.1, 12 / 18)))        # from 1e-10 to 1e-5
    assert "The twins start" in words and "33.2 steps" not in words
    words = twins.after(lambda: twins.type("gap", "1e-13"))
    assert "= 43.2 steps" in words
    assert "A small difference shrinks" in twins.after(lambda: twins.type("rate", "2.5"))
    twins.after(lambda: twins.type("rate", "4"))
    assert "trap" in twins.after(lambda: twins.type("start", "0.5"))
    words = twins.after(lambda: twins.drag("runs", (0, 0.5), (0.2, 0.3)))
    assert "trap" not in words and "λ is 0.69" in words


def test_a_handle_is_moved_by_keys(page):
    twins = Hand(page, "Twin orbits")
    handle = twins.root.locator('.fe-plot2[data-name="distance"] .fe-handle')
    handle.focus()
    before = twins.words()
    assert twins.after(lambda: page.keyboard.press("ArrowUp")) != before
    assert handle.get_attribute("aria-label") == "gap between the twins"


def test_words_are_typed_and_the_map_is_pressed(page):
    words = Hand(page, "A word for the logistic map")
    picture = words.root.locator('.fe-plot2[data-name="map"] image')
    before = picture.get_attribute("href")
    for word in ("BA", "AABAB", "BBBBBBAAAAAA"):
        assert f"Word {word} at A" in words.after(lambda word=word: words.type("word", word))
        assert picture.get_attribute("href") != before
        before = picture.get_attribute("href")
    words.after(lambda: words.knob("part").locator("select").select_option("A from 3.4 to 4, B from 2.5 to 3.4"))
    assert "A = 3.7" in words.after(lambda: words.drag("map", (0.4, 0.5), (0.5, 0.6)))
    shot(page, "lesson03-words")
    words.type("word", "ABC")
    words.knob("word").locator(".fe-error").filter(has_text="1 to 64 letters A and B").wait_for()
    assert "Word BBBBBBAAAAAA" in words.words()


def test_ab_and_ba_open_as_two_linked_maps(page):
    said = answer(page, QUESTIONS["ab-or-ba"], "They are the same at every point: the same two rates take turns")
    assert "an average forgets the start" in said
    page.wait_for_function("() => document.querySelectorAll('.fe[data-settled=\"true\"] .fe-map').length >= 2", timeout=60_000)
    assert page.get_by_text("Lyapunov fractal, BA", exact=True).count() >= 1


def test_the_magnet_opens_with_three_colours(page):
    assert "✓ Right" in answer(page, QUESTIONS["all-at-one"], "Most at 1, a good many at neither")
    page.wait_for_function("() => document.querySelectorAll('.fe[data-settled=\"true\"] .fe-map').length >= 3", timeout=60_000)
    magnet = page.locator(".fe", has_text="Beauty of Fractals").last
    for name in ("infinity", "none reached"):
        assert magnet.get_by_text(name, exact=True).count() >= 1
    shot(page, "lesson03-magnet")


def test_no_error_in_the_console(page):
    assert page.problems == []
