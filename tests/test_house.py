"""The house rules: lint, import direction, clean notebooks, light imports, honest packaging."""
import inspect
import json
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

import fractaledu as fe

ROOT = pathlib.Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def run(*command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_ruff_finds_nothing():
    run("ruff", "check", "--no-cache", ".")


def test_imports_go_one_way():
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command(['--no-cache']))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


def test_importing_loads_neither_matplotlib_nor_ipywidgets():
    heavy = "matplotlib", "ipywidgets", "PIL", "tqdm"
    program = f"import sys, fractaledu; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rendering_and_colours_load_no_pyplot():
    program = ("import sys, fractaledu as fe; fe.colours(fe.render(fe.mandelbrot(), size=(8, 8), steps=5));"
               "print('matplotlib.pyplot' in sys.modules, 'ipywidgets' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


@pytest.mark.parametrize("name", fe.__all__)
def test_public_names_exist_and_are_documented(name):
    thing = getattr(fe, name)
    if name != "__version__":
        assert thing.__doc__ and thing.__module__.startswith("fractaledu")
    assert name in dir(fe)


def surface():
    """Each public name, with what it can be called with; of a class its public methods too."""
    for name in fe.__all__:
        thing = getattr(fe, name)
        plain = not callable(thing) or inspect.isclass(thing) and issubclass(thing, Exception)
        yield name if plain else f"{name}{inspect.signature(thing)}"
        if inspect.isclass(thing):
            for method, function in inspect.getmembers(thing, inspect.isroutine):
                if not method.startswith("_") and (getattr(function, "__module__", "") or "").startswith("fractaledu"):
                    yield f"{name}.{method}{inspect.signature(function)}"


def test_the_public_surface_changes_on_purpose_only():
    """If it did, write `surface()` into the file, a line each, and say in CHANGELOG.md what changed."""
    assert list(surface()) == (ROOT / "tests" / "data" / "public.txt").read_text().splitlines()


def test_the_version_to_cite_is_this_one():
    assert f"\nversion: {fe.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        fe.nothing  # noqa: B018


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_committed_without_outputs(path):
    run("nbstripout", "--verify", str(path))
    for cell in json.loads(path.read_text())["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem in ("tour", "gallery")], ids=lambda p: p.name)
def test_tour_and_gallery_keep_the_budget_of_lessons(path):
    """9-20 code cells, 600-1500 words, at least 8 words a code line, cells of at most 20 lines, nine in ten of at most 10."""
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(c["source"]).splitlines() for c in cells if c["cell_type"] == "code"]
    words = sum(len(re.findall(r"\w+", "".join(c["source"]))) for c in cells if c["cell_type"] == "markdown")
    lengths = sorted(map(len, code))
    assert 9 <= len(code) <= 20
    assert 600 <= words <= 1500
    assert words >= 8 * sum(lengths)
    assert lengths[len(lengths) // 2] <= 5 and lengths[int(0.9 * len(lengths))] <= 10 and lengths[-1] <= 20
    text = "\n".join("".join(c["source"]) for c in cells)
    assert not re.search(r"\b(simply|obviously|just|!pip)\b", text), "no such words"


def test_the_version_and_the_extras_are_as_documented():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]) == {"lab", "test", "browser", "bench", "movie", "cluster", "deep", "site"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", fe.__version__)


def test_the_projects_text_names_no_path_of_a_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    for name in tracked.stdout.split():
        if name.endswith((".py", ".md", ".toml", ".ipynb", "Makefile", "run", "postBuild", "start")):
            assert "/work" + "/" not in (ROOT / name).read_text(), name


def test_every_command_of_the_readme_exists():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)", readme)) <= targets
    help_text = run("fractaledu", "--help")
    for command in set(re.findall(r"fractaledu (render|lab|warm|bench|film|poster)\b", readme)):
        assert command in help_text


def test_the_binder_files_pin_what_the_package_asks_for():
    pins = (ROOT / "binder" / "requirements.txt").read_text()
    assert "-e ." in pins and "ipykernel>=7" in pins
    assert (ROOT / "binder" / "runtime.txt").read_text().strip() == "python-3.11"
    for script in ("postBuild", "start"):
        text = (ROOT / "binder" / script).read_text()
        assert "NUMBA_CPU_NAME=x86-64-v3 NUMBA_CPU_FEATURES=" in text and (ROOT / "binder" / script).stat().st_mode & 0o100
