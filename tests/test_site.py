"""The lessons as web pages: whole, with pictures, and with nothing from the web; every link leads somewhere."""
import json
import pathlib
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient.exceptions import CellExecutionError

from fractaledu import pages
from fractaledu.cli import main

NOTEBOOKS = pages.in_order((pathlib.Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
ANYWHERE = "https://", "http://", "//"


def written(path, *cells):
    """A notebook of (kind, source) cells."""
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[make[kind](source) for kind, source in cells], metadata=kernel), path)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of a site of two small notebooks."""
    source, folder = (tmp_path_factory.mktemp(name) for name in ("source", "site"))
    written(source / "01-first.ipynb",
            ("markdown", "# What is a slope?\n\n*5 minutes. You need: nothing. You leave with: a slope.*\n\n"
                         "Half of $\\frac{1}{2}\\lambda x^2$, and\n\n$$x_{t+1} = x_t - \\eta \\lambda x_t$$\n\n"
                         "See [the next](E1-second.ipynb)."),
            ("code", "import matplotlib.pyplot as plt\nfrom fractaledu import lesson, panels\n"
                     "figure, ax = plt.subplots()\nax.plot([0, 1], [0, 1])\nlesson.picture(figure, 'a rising line')"),
            ("code", "lesson.predict('Where does it end?', [lesson.Option('here', right=True, because='It does.'), "
                     "lesson.Option('there', misconception='far is better', because='No.')], figure=panels.valley)"),
            ("code", "print('<b>seven</b>')\npanels.valley()"))
    (source / "beside.txt").write_text("what lies beside the notebook")
    written(source / "E1-second.ipynb", ("markdown", "# Then?\n\n*1 minute. You leave with: it.*"),
            ("code", "print(open('beside.txt').read())"))
    told = []
    files = pages.build(source, folder, told.append)
    assert told == ["01-first.ipynb", "E1-second.ipynb"]
    assert [file.name for file in files[:4]] == ["index.html", "style.css", "01-first.html", "E1-second.html"]
    assert sorted(files) == sorted(file for file in folder.rglob("*") if file.is_file())
    return folder


def from_outside(page):
    """Whatever a page would fetch from anywhere but its own folder, and every script."""
    fetching = page.find_all(["script", "link", "img", "iframe", "object"])
    found = [tag.get("src") or tag.get("href") or str(tag)[:80] for tag in fetching]
    styles = " ".join([tag.text for tag in page.find_all("style")] + [tag["style"] for tag in page.find_all(style=True)])
    found += re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")]+)", styles)
    return [address for address in found if not address.startswith("data:") and (
        address.startswith(ANYWHERE) or not re.fullmatch(r"style\.css|thumbnails/[\w-]+\.webp", address))]


def dead_links(page, files):
    """Links to nowhere: neither a page of the web nor one of ours, or a place in it that is not there."""
    places = {tag["id"] for tag in page.find_all(id=True)}
    return [link["href"] for link in page.find_all("a", href=True)
            if not (link["href"].startswith("https://") or link["href"] in files
                    or link["href"].startswith("#") and link["href"][1:] in places)]


def test_every_page_is_whole_and_needs_nothing_from_the_web(site):
    files = {file.name for file in site.glob("*.html")}
    for name in files:
        page = BeautifulSoup((site / name).read_text(), "html.parser")
        assert from_outside(page) == [] and dead_links(page, files) == []
        assert page.html["lang"] == "en" and page.title.text and len(page.find_all("h1")) == 1
        assert all(image.get("alt") is not None for image in page.find_all("img"))
        for image in page.find_all("img"):
            assert image["src"].startswith("data:image/") or (site / image["src"]).stat().st_size > 500
    assert "@import" not in (site / "style.css").read_text() and "url(" not in (site / "style.css").read_text()


def test_a_page_shows_outputs_pictures_formulas_and_folds_the_answer(site):
    page = BeautifulSoup((site / "01-first.html").read_text(), "html.parser")
    assert "<b>seven</b>" in page.text, "what is printed is text"
    assert page.find("img", alt="a rising line")
    inline, block = page.find_all("math")
    assert (inline["display"], block["display"]) == ("inline", "block") and inline.find("mfrac") and block.find("msub")
    answer = page.find("details")
    assert answer.find("summary").text == "Answer" and "far is better" in answer.text and not answer.has_attr("open")
    assert answer.find("img")["alt"].startswith("A valley from above"), "the locked figure is folded in with it"
    assert len([image for image in page.find_all("img") if image["alt"].startswith("A valley")]) == 2
    assert "widget" not in str(page).lower() and "VBox" not in page.text


def test_the_index_leads_to_every_page_with_a_picture(site):
    page = BeautifulSoup((site / "index.html").read_text(), "html.parser")
    first, second = page.find_all("li")
    assert first.a["href"] == "01-first.html" and first.a.text == "01 What is a slope?" and "5 minutes" in first.span.text
    assert "what lies beside" in (site / "E1-second.html").read_text()
    assert first.img["src"] == "thumbnails/01-first.webp" and second.img is None, "there is no picture in the second"
    assert second.a.text == "E1 Then?"
    ways = [link["href"] for link in BeautifulSoup((site / "01-first.html").read_text(), "html.parser").nav.find_all("a")]
    assert ways == ["index.html", "E1-second.html"]


def test_a_cell_that_fails_leaves_nothing_behind(tmp_path):
    written(tmp_path / "01-bad.ipynb", ("markdown", "# Bad?\n\n*1 minute.*"), ("code", "1 / 0"))
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        pages.build(tmp_path, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_notebook_without_a_title_is_refused_at_once(tmp_path):
    written(tmp_path / "01-bad.ipynb", ("markdown", "no title"), ("code", "1 / 0"))
    with pytest.raises(ValueError, match="01-bad.ipynb: the first cell must be"):
        pages.build(tmp_path, tmp_path / "site")


def test_the_order_is_that_of_reading():
    names = [path.stem for path in NOTEBOOKS]
    assert names[:3] == ["00-start", "tour", "01-one-loop"] and names[-3:] == [
        "E1-too-much-efficiency", "E2-is-training-a-lottery", "gallery"] and names == sorted(names, key=names.index)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_and_formulas_of_every_lesson_are_sound(path):
    found = pages.page(path.stem, nbformat.read(path, as_version=4))
    page = BeautifulSoup(found.body, "html.parser")
    assert dead_links(page, {f"{other.stem}.html" for other in NOTEBOOKS}) == [] and from_outside(page) == []
    source = json.loads(path.read_text())
    prose = "".join("".join(cell["source"]) for cell in source["cells"] if cell["cell_type"] == "markdown")
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", prose, flags=re.DOTALL)
    assert len(page.find_all("math")) == len(re.findall(r"\$\$.+?\$\$|\$[^$]+?\$", prose, re.DOTALL))
    assert all("\\" not in formula.text for formula in page.find_all("math")), "a command that was not understood"
    assert found.title and "minutes" in found.about


def test_the_command_tells_what_it_runs(tmp_path, monkeypatch, capsys):
    def build(source, folder, tell):
        tell("01-one-loop.ipynb")
        return [folder / "index.html", folder / "01-one-loop.html"]
    monkeypatch.setattr(pages, "build", build)
    assert main(["site", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"running 01-one-loop.ipynb\n{tmp_path / 'index.html'}: 1 pages\n"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["site", str(tmp_path)]) == 2 and "fractaledu[site]" in capsys.readouterr().err
