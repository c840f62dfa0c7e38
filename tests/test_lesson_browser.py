"""The questions of a lesson in a real JupyterLab in a real browser."""
import json
import pathlib
import shutil

import pytest
from lab import end_kernels, execute, open_notebook, run_all, shot, wait_for_kernel, write_notebook
from test_touch import Touch

pytestmark = pytest.mark.browser

EXAMPLE = pathlib.Path(__file__).parent / "data" / "00-example.toml"
SETUP = "import fractaledu as fe\nfrom fractaledu import lesson\nask = lesson.Lesson('00-example.toml')"
CURVE = """def curve():
    from matplotlib import pyplot as plt
    fig, ax = plt.subplots()
    ax.plot([2**k for k in range(11)])
    ax.set(xlabel="step", ylabel="x", title="Doubling")
    return fig
ask.predict("doubling", curve)"""
MAP = "map = None\ndef explored():\n    global map\n    map = fe.explore(fe.mandelbrot(), size=(96, 96))\n    return map\n"
CELLS = SETUP, CURVE, MAP + "ask.predict('halving', explored)", "ask.reveal('why')", "ask.quiz()", "ask.answers()"
DOUBLING, HALVING, WHY, QUIZ, BOX = range(5)


class Asked:
    """One question of the page, by its number."""

    def __init__(self, page, nth):
        self.page, self.nth, self.root = page, nth, page.locator(".fe-ask").nth(nth)

    def wait(self, condition, timeout=20_000):
        """`condition`: JavaScript of the element `e`."""
        self.page.wait_for_function(f"n => {{ const e = document.querySelectorAll('.fe-ask')[n]; return e && ({condition}); }}",
                                    arg=self.nth, timeout=timeout)

    def open(self):
        self.wait("e.dataset.open === 'true' && e.dataset.busy === 'false'")

    def closed(self):
        self.wait("e.dataset.open === 'false'")

    def choose(self, *labels):
        for label in labels:
            self.root.get_by_label(label, exact=True).check()

    def button(self, name):
        return self.root.get_by_role("button", name=name)

    def text(self):
        return self.root.inner_text()


def fresh(lab, browser, name, cells=CELLS, **how):
    """A notebook in a folder of its own, its cells run; the page and the file of its answers."""
    url, root = lab
    end_kernels(url)
    folder = root / name
    folder.mkdir(exist_ok=True)
    shutil.copy(EXAMPLE, folder)
    write_notebook(folder / "ask.ipynb", *cells)
    page = open_notebook(browser, url, f"{name}/ask.ipynb", accept_downloads=True, **how)
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    run_all(page)
    page.wait_for_function("n => document.querySelectorAll('.fe-ask').length === n", arg=len(cells) - 1)
    return page, folder / "my-answers.json"


@pytest.fixture(scope="module")
def opened(lab, browser):
    page, file = fresh(lab, browser, "lesson", height=1400)
    yield page, file
    page.close()


@pytest.fixture
def asked(opened):
    page, file = opened
    yield [Asked(page, nth) for nth in range(5)]
    assert page.problems == []


def kept(file, kind, key):
    return json.loads(file.read_text(encoding="utf-8"))["lessons"]["00-example"][kind][key]


def focused(page):
    return page.evaluate("() => document.activeElement.className + ' ' + (document.activeElement.value ?? '')")


def cells(page):
    return page.locator(".jp-Notebook .jp-Cell").count()


# ---------------------------------------------------------------- in this order

def test_a_prediction_by_keyboard_alone(asked, opened):
    page, file = opened
    ask = asked[DOUBLING]
    assert "Choose first; then the picture opens." in ask.text()
    assert ask.button("Show me").is_disabled() and ask.button("vote again").is_disabled()
    shot(page, "ask-closed")
    ask.root.locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")                      # the first option again
    assert ask.button("Show me").is_disabled()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")                    # round to the last
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Show me"
    page.keyboard.press("Enter")
    ask.open()
    assert "fe-ask-verdict" in focused(page)
    assert kept(file, "predictions", "doubling") | {"when": 0} == {
        "first": "20", "right": False, "confidence": "certain", "opened": True, "when": 0,
        "misconception": "doubling again and again adds the same amount again and again"}
    assert "✗ Not right. You answered “20” (certain)." in ask.text() and "A common mistake: “doubling again" in ask.text()
    before = cells(page)
    for key in "ddabxjk":                               # Jupyter would delete, insert and cut cells
        page.keyboard.press(key)
    assert cells(page) == before and "fe-ask-verdict" in focused(page)
    picture = page.locator(".jupyter-widgets img")
    picture.wait_for()
    assert picture.get_attribute("alt") == "Figure: Doubling, x against step" and picture.bounding_box()["width"] > 300
    assert page.locator(".jp-RenderedImage").count() == 0           # pyplot shows it nowhere else
    shot(page, "ask-open")


def test_jupyters_keys_do_nothing_on_any_control(asked, opened):
    page, _ = opened
    before = cells(page)
    for control in page.locator(".fe-ask input:not([hidden]), .fe-ask button, .fe-ask textarea").all():
        if control.is_visible() and control.is_enabled():
            control.focus()
            for key in "ddbx":
                page.keyboard.press(key)
    assert cells(page) == before
    asked[WHY].root.locator("textarea").fill("")
    page.locator(".fe-ask input[type=text]").fill("")


def test_voting_again_and_an_explorer_that_can_be_dragged(asked, opened):
    page, file = opened
    ask = asked[HALVING]
    ask.choose("It stays at 1", "a guess")
    ask.button("vote again").click()
    ask.wait("e.textContent.includes('Your first vote is kept')")
    assert "fe-ask-first" in focused(page) and ask.button("Show me").is_disabled() and page.locator(".fe-map").count() == 0
    shot(page, "ask-second-vote")
    ask.choose("It comes near 0", "fairly sure")
    ask.button("Show me").click()
    ask.open()
    entry = kept(file, "predictions", "halving")
    assert (entry["first"], entry["second"], entry["right"], entry["second_right"]) == (
        "It stays at 1", "It comes near 0", False, True)
    drag_a_map(page)


def drag_a_map(page, timeout=60_000):
    """Drag the page's only map; wait until it is drawn in its new place."""
    nth = page.evaluate("() => [...document.querySelectorAll('.fe')].findIndex(e => e.querySelector('.fe-map'))")
    map = Touch(page, nth, "map")
    map.wait("e.dataset.settled === 'true'", timeout=timeout)
    before = map.state()
    canvas = page.locator(".fe-map")
    page.evaluate("() => document.querySelector('.fe-map').scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"], steps=8)
    page.mouse.up()
    map.wait("e.querySelector('.fe-state').textContent !== a && e.dataset.settled === 'true'", before, timeout)


def test_explaining_in_a_sentence(asked, opened):
    page, file = opened
    ask, area = asked[WHY], asked[WHY].root.locator("textarea")
    area.fill("two words")
    assert ask.button("Compare with ours").is_disabled()
    area.fill("It grows by what it is.")
    ask.button("Compare with ours").click()
    ask.open()
    assert "fe-ask-beside" in focused(page) and "It grows by what it is." in ask.text() and "Each step multiplies" in ask.text()
    ask.button("partly").click()
    ask.wait("e.querySelector('[aria-pressed=true]')?.textContent === 'partly'")
    assert kept(file, "explanations", "why")["judged"] == "partly"


def test_three_quick_questions(asked, opened):
    page, file = opened
    ask = asked[QUIZ]
    ones = [ask.root.locator(".fe-ask-one").nth(k) for k in range(3)]
    for one, label in zip(ones, ("1", "10 times", "It halves it"), strict=True):
        one.get_by_label(label, exact=True).focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")                    # a form: Enter is its button
        one.locator(".fe-ask-verdict").wait_for()
        assert "fe-ask-verdict" in focused(page)
    assert "A common mistake: “one changes nothing" in ones[0].inner_text() and ones[1].get_attribute("data-done") == "true"
    assert "Two of three right at the first go. One can still be tried again." in ask.text()
    assert ones[0].get_by_role("button", name="Answer").is_disabled()
    ones[0].get_by_label("0", exact=True).check()
    ones[0].get_by_role("button", name="Answer").click()
    ask.wait("e.textContent.includes('All are right now.')")
    entry = kept(file, "quiz", "1")
    assert (entry["first"], entry["last"], entry["right"]) == ("1", "0", False)
    shot(page, "ask-quiz")


def test_the_table_and_the_download(asked, opened, tmp_path):
    page, file = opened
    ask = asked[BOX]
    ask.root.locator("input[type=text]").fill("Ada")
    page.keyboard.press("Tab")
    ask.wait("e.dataset.busy === 'false'")
    assert ask.root.locator("tbody tr").first.inner_text().split("\t")[2:] == ["20 (certain)", "✗ not right"]
    with page.expect_download() as download:
        ask.button("Download my answers").click()
    assert download.value.suggested_filename == "my-answers-ada.json"
    download.value.save_as(tmp_path / "down.json")
    saved = json.loads((tmp_path / "down.json").read_text(encoding="utf-8"))
    assert saved == json.loads(file.read_text(encoding="utf-8")) and saved["name"] == "Ada"
    shutil.copy(tmp_path / "down.json", file.with_name("kept.json"))
    shot(page, "ask-box")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [700, 1300])
def test_nothing_is_clipped_and_all_can_be_read(asked, opened, theme, width):
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 3000})
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(500)
    out = page.evaluate("""() => [...document.querySelectorAll('.fe-ask')].flatMap(root => {
        const r = root.getBoundingClientRect(), seen = x => !x.closest('[hidden]') && x.getClientRects().length;
        const over = x => { const b = x.getBoundingClientRect(); return b.right > r.right + 1 || b.left < r.left - 1; };
        return [...root.querySelectorAll('*')].filter(seen).filter(over).map(x => `${x.className} ${x.textContent}`); })""")
    assert out == []
    pale = page.evaluate("""() => {
        const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(x => c.startsWith('rgb') ? x / 255 : Number(x))
            .map(x => x < 0.04 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const contrast = (x, y) => (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
        const back = x => getComputedStyle(x.closest('[aria-pressed=true], .fe-ask')).backgroundColor;
        return [...document.querySelectorAll('.fe-ask :is(p, li, td, span, legend, button:not(:disabled))')]
            .filter(x => contrast(light(getComputedStyle(x).color), light(back(x))) < 4.5).map(x => x.textContent); }""")
    assert pale == []
    shot(page, f"ask-{theme.split()[1].lower()}-{width}")
    page.set_viewport_size({"width": 1280, "height": 1400})


def test_running_the_cells_again_opens_what_was_answered(asked, opened):
    page, _ = opened
    run_all(page)
    asked[DOUBLING].open()
    assert "You answered “20” (certain)" in asked[DOUBLING].text() and "fe-ask" not in focused(page)
    page.locator(".jupyter-widgets img").wait_for()
    page.locator(".fe-map").wait_for()
    asked[DOUBLING].button("answer again").click()
    asked[DOUBLING].closed()
    page.wait_for_function("() => !document.querySelector('.jupyter-widgets img')")
    assert asked[DOUBLING].button("Show me").is_disabled()


def test_after_a_restart_an_upload_opens_the_questions_at_once(asked, opened):
    page, file = opened
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    asked[WHY].wait("e.querySelector('.fe-error').textContent.includes('Run this cell again')")
    wait_for_kernel(page)
    page.wait_for_timeout(500)
    file.unlink()                                       # as on a new Binder
    run_all(page)
    page.wait_for_function("() => document.querySelectorAll('.fe-ask[data-open=false]').length === 5")
    box = asked[BOX]
    box.wait("e.dataset.busy === 'false'")
    file.with_name("no.json").write_text("{}")
    box.root.locator("input[type=file]").set_input_files(file.with_name("no.json"))
    box.wait("e.textContent.includes('Nothing is taken over from this file: it is not a file of answers.')")
    box.root.locator("input[type=file]").set_input_files(file.with_name("kept.json"))
    for nth in (DOUBLING, HALVING, WHY):
        asked[nth].open()
    box.wait("e.textContent.includes('6 answers taken over.')")
    page.locator(".jupyter-widgets img").wait_for()
    drag_a_map(page)
    assert box.root.locator("input[type=text]").input_value() == "Ada"


def test_a_question_is_answered_and_its_map_dragged_while_a_cell_is_busy(lab, browser):
    page, file = fresh(lab, browser, "busy", (SETUP, MAP + "ask.predict('halving', explored)"))
    ask = Asked(page, 0)
    page.wait_for_timeout(2000)                         # until the first hello has been answered
    page.evaluate("""code => { const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        window.busy = true;
        kernel.requestExecute({code}).done.then(() => { window.busy = false; }); }""",
                  "import os, time\nwhile not os.path.exists('enough'): time.sleep(0.1)")
    page.wait_for_timeout(300)
    ask.choose("It comes near 0", "certain")
    ask.button("Show me").click()
    ask.open()
    drag_a_map(page)
    assert page.evaluate("() => window.busy"), "all this while the cell ran"
    file.with_name("enough").touch()
    page.wait_for_function("() => !window.busy")
    drag_a_map(page)
    assert execute(page, "print(map.landscape.stride)").strip() == "1" and page.problems == []
    page.close()


def test_a_saved_notebook_shows_the_questions_with_folded_answers(lab, browser):
    page, _ = fresh(lab, browser, "saved", CELLS[:2] + CELLS[3:5])
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert page.locator(".fractaledu-still").first.is_hidden()
    page.close()
    url, _ = lab
    end_kernels(url)
    page = open_notebook(browser, url, "saved/ask.ipynb")           # opened again, not run
    still = page.locator(".fractaledu-still").first
    still.wait_for()
    assert page.locator(".fe-ask").count() == 0
    assert "1024" in still.inner_text() and "Each step" not in still.inner_text() and "run its cells" in still.inner_text()
    still.get_by_text("Answer", exact=True).click()
    assert "Right is “1024”. Each step" in still.inner_text()
    shot(page, "ask-reopened")
    page.close()
