"""The explorers of the zoo in a real browser: formulas, other axes, options in words, bookmarks."""
import pytest
from lab import end_kernels, open_notebook, run_all, shot, write_notebook
from test_touch import Touch

import fractaledu as fe

pytestmark = pytest.mark.browser

NAMES = "magnet", "net", "markus", "weights"
SYSTEMS = "fe.magnet()", "fe.paper('one-datum', momentum=0.5)", "fe.markus()", "fe.two_weights(weight_decay=0.3, rate=0.95)"


@pytest.fixture(scope="module")
def page(lab, browser):
    url, root = lab
    end_kernels(url)
    write_notebook(root / "zoo.ipynb", "import fractaledu as fe", *(
        f"{name} = fe.explore({system}, size=(192, 192))\n{name}" for name, system in zip(NAMES, SYSTEMS, strict=True)))
    page = open_notebook(browser, url, "zoo.ipynb")
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    run_all(page)
    for nth in range(len(NAMES)):
        Touch(page, nth, NAMES[nth]).settled()
    yield page
    page.close()


@pytest.fixture
def zoo(page):
    yield {name: Touch(page, nth, name) for nth, name in enumerate(NAMES)}
    assert page.problems == []


def turn(touch, name, value):
    """Choose or type the value of a knob, wherever it is folded away; the recipe that comes of it."""
    before, knob = touch.state(), touch.knob(name)
    if not knob.is_visible():
        touch.root.locator(".fe-more summary").click()
    if knob.locator("select").count():
        knob.locator("select").select_option(value)
    else:
        knob.locator("input.fe-box").fill(value)
        knob.locator("input.fe-box").press("Enter")
    return touch.changed(before)


def test_the_formula_is_drawn_in_the_colour_of_the_text_and_read_aloud(zoo, page):
    for name, system in zip(NAMES, SYSTEMS, strict=True):
        problem, formula = eval(system), zoo[name].root.locator(".fe-formula")
        assert formula.get_attribute("aria-label") == problem.formula and formula.get_attribute("role") == "math"
        box, outer = formula.locator("svg").bounding_box(), zoo[name].root.bounding_box()
        assert box["width"] > 100 and 10 < box["height"] < 60 and box["x"] + box["width"] <= outer["x"] + outer["width"]
        colour = "e => getComputedStyle(e).{}"
        fill = formula.locator("svg path").first.evaluate(colour.format("fill"))
        assert fill == zoo[name].root.evaluate(colour.format("color"))
        assert problem.source in zoo[name].root.locator(".fe-source").inner_text()
    shot(page, "zoo")


def test_another_hyperparameter_becomes_an_axis_and_back(zoo):
    net = zoo["net"]
    assert net.knob("momentum").locator("input.fe-box").input_value() == "0.5"
    recipe = turn(net, "x_axis", "weight_decay")
    assert recipe.problem.axes == ("weight_decay", "rate_out") and recipe.problem.options["momentum"] == 0.5
    assert recipe.view == recipe.problem.view and not net.knob("weight_decay").count()
    assert "weight decay" in net.root.locator(".fe-xlabel").inner_text()
    recipe = turn(net, "y_axis", "weight_decay")            # the two change places
    assert recipe.problem.axes == ("rate_out", "weight_decay")
    recipe = turn(net, "rate", "3")
    assert recipe.problem.options["rate"] == 3.0
    for _ in range(3):
        before = net.state()
        net.press("z")
        recipe = net.changed(before)
    assert recipe.problem.axes == ("rate_in", "rate_out")


def test_a_word_is_typed_and_a_wrong_one_turns_red(zoo):
    markus = zoo["markus"]
    assert turn(markus, "word", "AAB").problem.options["word"] == "AAB"
    before, knob = markus.state(), markus.knob("word")
    knob.locator("input.fe-box").fill("ABC")
    knob.locator("input.fe-box").press("Enter")
    markus.wait("e.querySelector('[data-name=word]').classList.contains('fe-wrong')")
    assert "word must be of 1 to 64 letters A and B" in knob.inner_text() and markus.state() == before


def test_bookmarks_of_the_system_are_offered_and_gone_to(zoo):
    weights = zoo["weights"]
    for bookmark in fe.bookmarks("two-weights"):
        before = weights.state()
        weights.tool("named views").click()
        weights.root.get_by_role("button", name=bookmark.name).first.click()
        weights.wait("e.querySelector('.fe-state').textContent !== a", before)
        weights.settled()
        wanted = fe.Recipe.from_text(bookmark.state.format(size="192x192"))
        recipe = weights.recipe()
        assert recipe.view == wanted.view and recipe.problem.options == wanted.problem.options, bookmark.name


def test_three_outcomes_are_told_in_words(zoo):
    magnet = zoo["magnet"]
    for point, words in (((3.2, 0.0), "reaches 1 in"), ((2.2, 0.0), "runs away"), ((0.5, 0.0), "reaches nothing in 200 steps")):
        u, v = magnet.recipe().view.fraction(*point)
        magnet.page.mouse.move(*magnet.at(u, v))
        magnet.wait("e.querySelector('.fe-fate').textContent.includes(a)", words)
