"""The tour in a real JupyterLab in a real browser; themes and widths; what is left without a kernel."""
import pathlib
import shutil
import subprocess
import sys

import pytest
from lab import end_kernels, execute, open_notebook, run_all, running_lab, shot, write_notebook
from test_touch import Touch

pytestmark = pytest.mark.browser
ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module")
def page(lab, browser):
    """The tour, opened and run from top to bottom."""
    url, root = lab
    end_kernels(url)
    shutil.copy(ROOT / "notebooks" / "tour.ipynb", root)
    page = open_notebook(browser, url, "tour.ipynb")
    run_all(page)
    for nth in range(5):
        Touch(page, nth, "").settled()
    yield page
    page.close()


def test_the_notebook_runs_without_an_error(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(".jp-RenderedHTML img[alt^='The Mandelbrot set']").count() == 1
    assert page.locator(".fe").count() == 5             # three, and two side by side
    assert page.locator(".fractaledu-still:visible").count() == 0
    assert page.problems == []


def test_what_the_text_asks_for_can_be_done(page):
    e = Touch(page, 0, "explore_net")
    assert e.recipe().at == (48.35407497406377, 18.196946479595155)
    box = e.box()
    e.wait("e.querySelector('.fe-words').textContent.includes('one pixel up')")
    before = e.state()                                  # η₁ up: it explodes
    slider = e.knob("y").locator("input[type=range]")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    e.changed(before)
    e.wait("e.querySelector('.fe-fate').textContent.includes('exploded')")
    box = e.box()
    page.mouse.move(*e.at(0.5, 0.47, box))
    before = e.state()
    page.mouse.wheel(0, -250)
    e.changed(before)
    before = e.state()
    e.tool("undo").click()
    e.changed(before)
    shot(page, "start")


def test_two_maps_side_by_side_follow_each_other(page):
    left, right = Touch(page, 3, "both.left"), Touch(page, 4, "both.right")
    before, run = right.state(), int(right.data("run"))
    box = left.box()
    assert abs(right.root.bounding_box()["y"] - left.root.bounding_box()["y"]) < 2
    page.mouse.move(*left.at(0.7, 0.6, box))
    right.wait("Number(e.dataset.run) > a", run)        # both runs are shown
    x, y = map(float, right.data("exact").split(","))
    u, v = right.recipe().view.fraction(x, y)
    assert u == pytest.approx(0.7, abs=0.01) and v == pytest.approx(0.6, abs=0.01)
    page.mouse.wheel(0, -250)
    left.settled()
    view = right.changed(before).view                   # the right map is magnified about its own centre
    assert view.centre == pytest.approx(right.recipe().problem.view.centre, rel=1e-6)
    before = right.state()
    left.knob("steps").locator(".fe-box").fill("60")
    left.knob("steps").locator(".fe-box").press("Enter")
    assert right.changed(before).steps == 60
    before = right.state()
    page.get_by_label("same steps").uncheck()
    left_before = left.state()
    left.knob("steps").locator(".fe-box").fill("80")
    left.knob("steps").locator(".fe-box").press("Enter")
    left.changed(left_before)
    assert right.state() == before
    shot(page, "compare")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [700, 1000, 1600])
def test_nothing_is_clipped_in_either_theme_at_any_width(page, theme, width):
    page.set_viewport_size({"width": width, "height": 1100})
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(400)                          # until the style sheet has been painted
    for nth in (0, 2, 3):
        e = Touch(page, nth, "")
        e.box()
        out = page.evaluate("""n => {
            const root = document.querySelectorAll('.fe')[n], r = root.getBoundingClientRect();
            const seen = x => !x.closest('[hidden]') && x.getClientRects().length && !x.closest('.fe-spoken, .fe-over');
            const over = x => { const b = x.getBoundingClientRect();
                return b.width && (b.right > r.right + 1 || b.left < r.left - 1); };
            return { scroll: root.scrollWidth - root.clientWidth, out: [...root.querySelectorAll('*')].filter(seen).filter(over)
                .map(x => x.className + ' ' + x.textContent.slice(0, 30)) }; }""", nth)
        assert out["scroll"] <= 0 and out["out"] == [], (nth, out)
        inked = page.evaluate("""n => { const c = document.querySelectorAll('.fe-map')[n];
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let all = true;
            for (let i = 3; i < d.length; i += 404) all = all && d[i] > 0; return all; }""", nth)
        assert inked                                    # the map is there, corner to corner
        contrast = page.evaluate("""n => { const style = getComputedStyle(document.querySelectorAll('.fe')[n]);
            const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(x => x / 255)
                .map(x => x < 0.04 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const [a, b] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
            return (a + 0.05) / (b + 0.05); }""", nth)
        assert contrast > 7
        shot(page, f"theme-{theme.split()[1].lower()}-{width}-{nth}")


def test_large_letters_and_locked_controls_fit(lab, browser):
    url, root = lab
    end_kernels(url)
    write_notebook(root / "large.ipynb", "import fractaledu as fe\n"
                   "fe.explore(fe.mandelbrot(), large=True, lock=['view', 'steps'], hide=['export'])")
    page = open_notebook(browser, url, "large.ipynb")
    run_all(page)
    e = Touch(page, 0, "")
    e.settled()
    assert e.knob("power").locator("input[type=range]").bounding_box()["width"] > 100
    words = [box.bounding_box() for box in e.root.locator(".fe-scale span").all()]
    assert all(a["x"] + a["width"] <= b["x"] + 1 for a, b in zip(words, words[1:], strict=False))
    assert words[-1]["x"] + words[-1]["width"] <= e.root.locator(".fe-left").bounding_box()["x"] + e.root.locator(
        ".fe-left").bounding_box()["width"] + 1
    assert e.knob("steps").locator(".fe-box").is_disabled() and not e.root.locator(".fe-takes").is_visible()
    before = e.state()
    e.press("+")
    e.drag((0.3, 0.3), (0.6, 0.6))
    page.wait_for_timeout(300)
    assert e.state() == before and "drag to move" not in e.root.locator(".fe-hint").inner_text()
    shot(page, "large")
    assert page.problems == []
    page.close()


def test_the_browser_console_is_clean(page):
    assert page.problems == []


def test_a_saved_notebook_shows_the_last_picture_and_how_to_run_it(lab, browser):
    url, root = lab
    end_kernels(url)
    write_notebook(root / "saved.ipynb", "import fractaledu as fe\nfe.explore(fe.mandelbrot(), size=(96, 96))")
    page = open_notebook(browser, url, "saved.ipynb")
    run_all(page)
    e = Touch(page, 0, "")
    e.settled()
    before = e.state()
    e.press("+")
    e.changed(before)
    # the picture in the file follows after a few seconds of rest
    e.wait("document.querySelector('.fractaledu-still')?.textContent.includes(e.querySelector('.fe-state').textContent)")
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    state = e.state()
    page.close()
    end_kernels(url)
    page = open_notebook(browser, url, "saved.ipynb")   # opened again, not run
    page.wait_for_selector(".fractaledu-still img", timeout=20_000)
    assert page.locator(".fractaledu-still").is_visible() and page.locator(".fe").count() == 0
    words = page.locator(".fractaledu-still").inner_text()
    assert "run its cells" in words and state in words
    assert page.evaluate("() => document.querySelector('.fractaledu-still img').naturalWidth") == 96
    shot(page, "reopened")
    page.close()


def works(page, name):
    """Hover, wheel, a key that Jupyter has for itself (z), a drag and a typed number."""
    e = Touch(page, 0, name)
    e.settled()
    box, run = e.box(), int(e.data("run"))
    page.mouse.move(*e.at(0.3, 0.3, box))
    e.wait("Number(e.dataset.run) > a", run)
    page.wait_for_timeout(600)                          # the notebook scrolls smoothly, and a wheel then is the page's
    before = e.state()
    page.mouse.wheel(0, -240)
    zoomed = e.state() if e.changed(before) else None
    e.press("z")
    e.changed(zoomed)
    assert e.state() == before
    e.drag((0.5, 0.5), (0.4, 0.4))
    moved = e.state() if e.changed(before) else None
    e.knob("steps").locator(".fe-box").fill("60")
    e.knob("steps").locator(".fe-box").press("Enter")
    assert e.changed(moved).steps == 60


SMALL_NET = "import fractaledu as fe\nnet = fe.explore(fe.paper('one-datum'), steps=200, size=(128, 128))\nnet"


def test_it_works_in_notebook_7(tmp_path, browser):
    with running_lab(tmp_path, app="notebook") as (url, root):
        write_notebook(root / "seven.ipynb", SMALL_NET)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{url}/notebooks/seven.ipynb")
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.wait_for_selector(".jp-NotebookKernelStatus, .jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000,
                               state="attached")
        for _ in range(20):                             # lost while the kernel is not there yet
            page.keyboard.press("Shift+Enter")
            page.wait_for_timeout(1000)
            if page.locator(".fe").count():
                break
            page.locator(".jp-CodeCell .cm-content").first.click()
        works(page, "seven")
        shot(page, "notebook-7")
        page.close()


def test_it_works_without_comm_subshells(tmp_path, browser):
    """As in JupyterLab before 4.4, VS Code or Colab: every message waits for the main thread."""
    off = {"@jupyterlab/apputils-extension/kernels-settings": {"commsOverSubshells": "disabled"}}
    with running_lab(tmp_path, settings=off) as (url, root):
        write_notebook(root / "plain.ipynb", SMALL_NET)
        page = open_notebook(browser, url, "plain.ipynb")
        run_all(page)
        Touch(page, 0, "net").settled()
        execute(page, "import threading; names = set(); receive = net._receive\n"
                      "def noting(message):\n    names.add(threading.current_thread().name); receive(message)\n"
                      "net._receive = noting")
        works(page, "net")
        assert execute(page, "print(names)").strip() == "{'MainThread'}" and page.problems == []
        page.close()


def test_a_page_made_by_nbconvert_shows_the_picture(tmp_path):
    write_notebook(tmp_path / "page.ipynb", "import fractaledu as fe\nfe.explore(fe.newton(), size=(64, 64))")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "page.ipynb",
                    "--ExecutePreprocessor.store_widget_state=False"], cwd=tmp_path, check=True, capture_output=True)
    text = (tmp_path / "page.html").read_text()
    assert text.count('class="fractaledu-still"') == 1 and "data:image/jpeg;base64," in text and "run its cells" in text
