"""The first notebook in a real JupyterLab in a real browser: run, drag, keys, interrupt."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

pytestmark = pytest.mark.browser
ROOT = pathlib.Path(__file__).parents[1]
SHOTS = os.environ.get("FRACTALEDU_SCREENSHOTS")        # a folder: keep screenshots there
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SETTINGS = {        # no news pop-up over the corner, no virtual cells
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}
SETTLED = """n => {
    const status = document.querySelectorAll('.fractaledu-status')[n];
    return !!status && status.textContent.includes(' runs of '); }"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """(address, folder) of a JupyterLab with clean settings."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "root"
    root.mkdir()
    for plugin, value in SETTINGS.items():
        file = home / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
                        "JUPYTER_RUNTIME_DIR": str(home / "run"), "IPYTHONDIR": str(home / "ipython"),
                        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "spaces")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
               "--port-retries=0", f"--ServerApp.root_dir={root}", "--IdentityProvider.token=", "--ServerApp.password=",
               "--ServerApp.disable_check_xsrf=True", "--LabApp.expose_app_in_browser=True",
               "--LabApp.extension_manager=readonly"]
    with open(home / "lab.log", "w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/api/status").read()
            break
        assert server.poll() is None, (home / "lab.log").read_text()
        time.sleep(0.25)
    yield url, root
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(15)


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(lab, browser):
    """The first notebook, opened and run from top to bottom."""
    url, root = lab
    shutil.copy(ROOT / "notebooks" / "00-start.ipynb", root)
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(f"{url}/lab/tree/00-start.ipynb?reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=90_000)
    wait_for_kernel(page)
    run_all(page)
    yield page
    page.close()


def wait_for_kernel(page):
    # a run-all before the kernel is connected is silently lost
    page.wait_for_function("""() => {
        const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
        return !!kernel && kernel.connectionStatus === 'connected' && kernel.status === 'idle'; }""", timeout=90_000)


def run_all(page):
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    # [*] is the only sign to trust: the kernel's status turns idle when a widget's callback ends
    page.wait_for_function("""() => {
        const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(e => e.textContent);
        return prompts.some(p => /\\[\\d+\\]/.test(p)) && !prompts.some(p => p.includes('*')); }""", timeout=180_000)
    for n in range(3):
        page.wait_for_function(SETTLED, arg=n, timeout=60_000)


def shrunk(page, nth):
    """64 x 64 pixels of the nth live picture."""
    return page.evaluate("""n => { const image = document.querySelectorAll('.widget-image')[n];
        const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;
        const g = canvas.getContext('2d'); g.drawImage(image, 0, 0, 64, 64);
        return Array.from(g.getImageData(0, 0, 64, 64).data); }""", nth)


def difference(a, b):
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


def wait_until_changed(page, nth, before, by=4):
    for _ in range(400):
        if difference(before, shrunk(page, nth)) > by:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"live picture {nth} did not change")


def handle(page, nth):
    handle = page.locator(".widget-slider .noUi-handle").nth(nth)
    handle.scroll_into_view_if_needed()
    return handle


def drag(page, nth, dx):
    box = handle(page, nth).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y, steps=15)
    page.mouse.up()


def shot(page, name):
    if SHOTS:
        pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_the_notebook_runs_without_an_error(page):
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(".jp-RenderedImage img").count() == 1
    assert page.locator(".widget-image").count() == 3
    for n in range(8):
        assert page.locator(".widget-slider .widget-label").nth(n).inner_text().strip()
    shot(page, "start")


def test_showing_the_sliders_changes_no_value(page):
    """A browser snaps sliders to their steps; the deep zoom needs the rates as they were given."""
    reply = page.evaluate("""async () => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        let text = ''; const future = kernel.requestExecute({code: "print([s.value for s in explore_net.sliders.values()])"});
        future.onIOPub = message => { if (message.content.text) text += message.content.text; };
        await future.done; return text; }""")
    rate0, rate1, zoom = json.loads(reply)
    assert rate0 == pytest.approx(48.35407497406377, rel=1e-13) and rate1 == pytest.approx(18.196946479595155, rel=1e-13)
    assert zoom == 0


def test_dragging_a_learning_rate_changes_the_picture(page):
    before, words = shrunk(page, 0), page.locator(".fractaledu-status").nth(0).inner_text()
    drag(page, 1, 120)                              # up: more runs away
    wait_until_changed(page, 0, before)
    page.wait_for_function("words => document.querySelectorAll('.fractaledu-status')[0].textContent !== words", arg=words)
    assert "At the cross: it ran away" in page.locator(".fractaledu-status").nth(0).inner_text()
    shot(page, "learning-rate")


@pytest.mark.parametrize(("slider", "picture", "dx"), [
    (0, 0, -120), (2, 0, 60), (3, 1, 80), (4, 1, 60), (5, 2, 110), (6, 2, 40), (7, 2, 80)])
def test_every_slider_changes_its_picture(page, slider, picture, dx):
    before = shrunk(page, picture)
    drag(page, slider, dx)
    wait_until_changed(page, picture, before, by=1)
    shot(page, f"slider-{slider}")


def test_the_keyboard_moves_a_slider(page):
    knob = handle(page, 6)
    knob.focus()
    label = page.locator(".widget-readout").nth(6)
    before = label.inner_text()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("([n, was]) => document.querySelectorAll('.widget-readout')[n].textContent !== was", arg=[6, before])


def test_a_slider_moves_while_a_cell_is_busy(page):
    """Messages of widgets do not wait for a running cell (JupyterLab 4.4 and ipykernel 7 on)."""
    page.evaluate("""() => { window.busy = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
        .requestExecute({code: "import time; time.sleep(8)"}).done.then(() => { window.busy = null; }); }""")
    before = shrunk(page, 0)
    drag(page, 1, -150)
    wait_until_changed(page, 0, before)
    page.wait_for_function("() => window.busy === null", timeout=60_000)


def test_the_notebook_survives_a_restart(page):
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_timeout(500)                      # until the old kernel's status is no longer shown
    wait_for_kernel(page)
    run_all(page)
    before = shrunk(page, 0)
    drag(page, 1, 120)
    wait_until_changed(page, 0, before)


def test_the_browser_console_is_clean(page):
    assert page.problems == []
