"""Where there is no browser, `pytest` says so in one line at the end; in CI that is a failure."""
import importlib.util
import os
import shutil
import sys
import tempfile

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")          # before numpy: the tests' own processes share the processors

import numpy as np
import pytest
from lab import running_browser, running_lab

# answers that are given while notebooks are tested do not go beside the notebooks
os.environ.setdefault("FRACTALEDU_ANSWERS", os.path.join(tempfile.mkdtemp(prefix="fractaledu-"), "my-answers.json"))
os.environ.pop("FRACTALEDU_MEMORY", None)           # what one test computes is not remembered in another
CHROMIUM = os.environ.get("FRACTALEDU_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
HOW = ("get it with: apt-get install chromium (Debian, Ubuntu), brew install --cask chromium (macOS), or set "
       "FRACTALEDU_CHROMIUM to any Chrome or Chromium")


def missing():
    """Why the browser tests cannot run, or None."""
    if importlib.util.find_spec("playwright") is None:
        return 'no playwright; get it with: pip install -e ".[browser]"'
    return None if CHROMIUM else f"no Chromium found; {HOW}"


def pytest_collection_modifyitems(items):
    # the long ones first, so that of two processes none is left alone with them at the end
    items.sort(key=lambda item: not item.get_closest_marker("browser"))
    why = missing()
    if why and not IN_CI:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter):
    why = missing()
    if why and any(why in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(f"The browser tests did not run: {why}")


@pytest.fixture(scope="session")
def chromium():
    """Path of the browser; fails where there is none (only CI comes that far)."""
    why = missing()
    if why:
        pytest.fail(f"the browser tests cannot run: {why}")
    return CHROMIUM


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """(address, folder) of a JupyterLab with clean settings."""
    with running_lab(tmp_path_factory.mktemp("lab")) as found:
        yield found


@pytest.fixture(scope="session")
def browser(chromium):
    with running_browser(chromium) as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Each test computes its own pictures: a bitwise test would compare a remembered one with itself."""
    if "fractaledu.memory" in sys.modules:
        sys.modules["fractaledu.memory"].forget()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Answers are noted in a file of the test's own."""
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / "my-answers.json"))


@pytest.fixture(params=range(3))
def seed(request, monkeypatch):
    """The hidden numbers of a check, three times."""
    monkeypatch.setattr("fractaledu.checks.compare.hidden", lambda: np.random.default_rng(request.param))


@pytest.fixture
def tiles(monkeypatch):
    """The numbers of pixels of the tiles that were computed."""
    from fractaledu import engine  # here, not above: it takes numba along

    counted, tile = [], engine._tile
    monkeypatch.setattr(engine, "_tile", lambda system, x, y, *rest: counted.append(len(x)) or tile(system, x, y, *rest))
    return counted
