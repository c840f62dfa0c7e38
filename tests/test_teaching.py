"""docs/teaching.md: what it promises teachers is there."""
import json
import os
import pathlib
import re
import tomllib

import pytest

import fractaledu as fe
from fractaledu import answers

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
ROWS = re.findall(r'^\| ([^|]+) \| ([0-9E]\d) \| `ask\.predict\("([\w-]+)"` \|$', PAGE, re.MULTILINE)


def the_lesson(number):
    notebook, = (ROOT / "notebooks").glob(f"{number}-*.ipynb")
    return notebook


def test_the_table_of_misconceptions_has_some_of_each_lesson():
    assert len(ROWS) > 20 and len({number for _, number, _ in ROWS}) == 14


@pytest.mark.parametrize("misconception, number, key", ROWS)
def test_the_cell_meets_the_misconception(misconception, number, key):
    notebook = the_lesson(number)
    texts = tomllib.loads((ROOT / "fractaledu" / "data" / "lessons" / f"{notebook.stem}.toml").read_text(encoding="utf-8"))
    assert misconception in [option.get("misconception") for option in texts["predict"][key]["options"]]
    code = "".join("".join(cell["source"]) for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    assert f'ask.predict("{key}"' in code


def test_the_code_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "downloads").mkdir()
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / "downloads" / "one.json"))
    answers.note("01-one-loop", "predictions", "which-rate", first="x", right=False,
                 misconception="overshooting means running away")
    found = {"fe": fe}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, found)
    assert found["Counter"](row["misconception"] for row in found["rows"])["overshooting means running away"] == 1
    assert "at=48.35" in found["state"]


def test_what_it_links_to_is_there():
    for link in re.findall(r"\]\(([\w./-]+)\)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
    for name in re.findall(r"`((?:binder|notebooks|docs)/[\w.-]+)`", PAGE):
        assert os.path.exists(ROOT / name), name
