"""A real JupyterLab in a real browser, for the tests and `benchmarks/ui.py`."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat

NOTEBOOKS = pathlib.Path(__file__).parents[1] / "notebooks"
SHOTS = os.environ.get("FRACTALEDU_SCREENSHOTS")        # a folder: keep screenshots there
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SPLASH = re.compile(r"removeChild.*\n *at \S*/jlab_core\S*$").search      # a slow JupyterLab removes its splash screen twice
SETTINGS = {        # no news pop-up over the corner, no virtual cells
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}


@contextlib.contextmanager
def running_lab(home, app="jupyterlab", settings=None):
    """(address, folder) of a JupyterLab (or app "notebook") with clean settings, everything below the folder `home`."""
    root = home / "root"
    root.mkdir()
    for plugin, value in (SETTINGS | (settings or {})).items():
        file = home / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # answers go beside the notebook, as for anybody
    own = {name: value for name, value in os.environ.items() if name != "FRACTALEDU_ANSWERS"}
    env = own | {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
                        "JUPYTER_RUNTIME_DIR": str(home / "run"), "IPYTHONDIR": str(home / "ipython"),
                        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "spaces")}
    command = [sys.executable, "-m", app, "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
               "--port-retries=0", f"--ServerApp.root_dir={root}", "--IdentityProvider.token=", "--ServerApp.password=",
               "--ServerApp.disable_check_xsrf=True"]
    if app == "jupyterlab":
        command += ["--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"]
    with open(home / "lab.log", "w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/api/status").read()
                break
            assert server.poll() is None, (home / "lab.log").read_text()
            time.sleep(0.25)
        yield url, root
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(15)


@contextlib.contextmanager
def running_browser(chromium):
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield browser
        browser.close()


def end_kernels(url):
    """A fresh kernel for each notebook: otherwise JupyterLab attaches to the old one, with its old modules."""
    for session in json.load(urllib.request.urlopen(f"{url}/api/sessions")):
        request = urllib.request.Request(f"{url}/api/sessions/{session['id']}", method="DELETE")
        urllib.request.urlopen(request)


def write_notebook(path, *sources):
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(notebook, path)


def open_notebook(browser, url, name, width=1280, height=1000, **how):
    """A page with the notebook, its kernel connected; `page.problems` collects errors of the console."""
    page = browser.new_page(viewport={"width": width, "height": height}, **how)
    page.problems = []
    page.on("pageerror", lambda error: None if SPLASH(error.stack or "") else page.problems.append(error.stack or str(error)))
    page.on("console", lambda message: page.problems.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text else None)
    page.goto(f"{url}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=90_000)
    wait_for_kernel(page)
    return page


@contextlib.contextmanager
def running_lesson(lab, browser, name):
    """A page with the lesson run as shipped, in a folder of its own: answers are kept beside the notebook."""
    url, root = lab
    end_kernels(url)
    folder = root / name
    folder.mkdir()
    shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder)
    page = open_notebook(browser, url, f"{name}/{name}.ipynb")
    run_all(page)
    yield page
    page.close()


def answer(page, question, option):
    """Choose an option of the question that holds these words, be fairly sure, and see; what is said to it."""
    asked = page.locator(".fe-ask:not([data-kind=MyAnswers])", has_text=question)
    asked.get_by_role("radio", name=option, exact=True).check()
    asked.get_by_role("radio", name="fairly sure").check()
    asked.get_by_role("button", name="Show me").click()
    asked.locator(".fe-ask-verdict").wait_for()
    return asked.locator(".fe-ask-answer").inner_text()


def dress(page, theme, width):
    """Show the page in a theme and a width, and wait until no plot and no knob leaves the frame of its board."""
    page.set_viewport_size({"width": width, "height": 1000})
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_function("""() => [...document.querySelectorAll('.fe-board')].every(r => {
        const b = r.getBoundingClientRect();
        return r.scrollWidth <= r.clientWidth && [...r.querySelectorAll('.fe-plot2, .fe-knob')].every(
            e => { const x = e.getBoundingClientRect(); return x.left >= b.left && x.right <= b.right + 1; }); })""")


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


def execute(page, code):
    """Run code beside the notebook; return what it printed."""
    return page.evaluate("""async code => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        let text = ''; const future = kernel.requestExecute({code});
        future.onIOPub = message => { const c = message.content; text += c.text ?? (c.traceback ?? []).join('\\n'); };
        await Promise.race([future.done, new Promise(r => setTimeout(r, 90000))]); return text; }""", code)


def shot(page, name):
    if SHOTS:
        pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


class Hand:
    """One board on a page, and what a person does with it."""

    def __init__(self, page, name="Try"):
        self.page, self.name = page, name
        self.root = page.locator(f'.fe-board[data-name="{name}"]').first
        self.root.wait_for()

    def settled(self, drawn=-1):
        """Wait until more than `drawn` scenes were drawn and nothing is asked for; how many there are."""
        self.page.wait_for_function("""([name, drawn]) => {
            const e = document.querySelector(`.fe-board[data-name="${name}"]`);
            return e && Number(e.dataset.drawn) > drawn && e.dataset.busy === "false"; }""",
            arg=[self.name, drawn], timeout=30_000)
        return int(self.root.get_attribute("data-drawn"))

    def words(self):
        return self.root.locator(".fe-board-words").text_content()

    def after(self, act):
        """The words once what `act` does has been drawn."""
        drawn = self.settled()
        act()
        self.settled(drawn)
        return self.words()

    def area(self, plot):
        """x, y, width, height of a plot's drawing area."""
        svg = self.root.locator(f'.fe-plot2[data-name="{plot}"] .fe-drawing > svg').first
        svg.scroll_into_view_if_needed()
        box = svg.bounding_box()
        return box["x"] + 56, box["y"] + 6, box["width"] - 74, box["height"] - 42

    def drag(self, plot, start, end):
        """With the mouse, from one place of the plot to another (fractions of its axes)."""
        x, y, width, height = self.area(plot)
        mouse = self.page.mouse
        mouse.move(x + start[0] * width, y + (1 - start[1]) * height)
        mouse.down()
        mouse.move(x + end[0] * width, y + (1 - end[1]) * height, steps=4)
        mouse.up()

    def knob(self, name):
        return self.root.locator(f'.fe-knob[data-name="{name}"]')

    def type(self, name, text):
        self.knob(name).locator(".fe-box").fill(text)
        self.knob(name).locator(".fe-box").press("Enter")
