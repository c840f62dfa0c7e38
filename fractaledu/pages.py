"""The lessons as a web site: executed, with pictures, to be read without Python: `fractaledu site FOLDER`, or `make site`.

Pages need nothing from the web: formulas are MathML, pictures are inside, there is no script.  Answers and solutions are
folded, and what a widget would show is a still picture.
"""
from __future__ import annotations

import base64
import html
import io
import os
import pathlib
import re
import tempfile
from collections.abc import Callable
from typing import NamedTuple

import nbformat
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from .landscape import atomic

STYLE = pathlib.Path(__file__).parent / "data" / "site" / "style.css"
FIRST, LAST = ("00-start", "tour"), ("gallery",)             # around the numbered lessons
TITLE = "Why training a neural network is like iterating a fractal"
THUMBNAIL = 320, 200                # pixels
EMBEDDED = re.compile(r'<img\b[^>]*?src="data:image/\w+;base64,([^"]+)"[^>]*>')
WIDGET = "application/vnd.jupyter.widget-view+json"
SECONDS = 300                       # that a cell may take


class Page(NamedTuple):
    """What the index says of a page."""

    name: str               # of its file, without .html
    title: str
    about: str              # the line in italics below the title: minutes, what is needed, what one leaves with
    body: str               # HTML


def build(source, folder, tell: Callable[[str], None] | None = None) -> list[pathlib.Path]:
    """Execute every notebook of a folder and write it as a page into another, with an index.

    Parameters
    ----------
    source : path
        The folder with the notebooks.
    folder : path
        Where the site goes; made where it does not exist.  Files of the same names are overwritten.
    tell : callable, optional
        Is told the name of each notebook before it is executed.

    Returns
    -------
    list of pathlib.Path
        The new files: index.html first.

    Raises
    ------
    ValueError
        If a notebook does not begin with a title and a line in italics.
    nbclient.exceptions.CellExecutionError
        If a cell fails; then nothing is written.
    """
    pages, thumbnails, paths = [], {}, in_order(pathlib.Path(source).glob("*.ipynb"))
    for path in paths:
        _headed(path.name, nbformat.read(path, as_version=4))           # before the minutes that the others take
    for path in paths:
        if tell is not None:
            tell(path.name)
        notebook = executed(path)
        pages.append(page(path.stem, notebook))
        thumbnails[path.stem] = thumbnail(pages[-1].body)
    names = [found.name for found in pages]
    files = {"index.html": _index(pages, thumbnails), "style.css": _style()}
    files |= {f"{found.name}.html": _framed(found, names) for found in pages}
    files |= {f"thumbnails/{name}.webp": data for name, data in thumbnails.items() if data}
    folder = pathlib.Path(folder)
    (folder / "thumbnails").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with atomic(folder / name) as file:
            file.write(content if isinstance(content, bytes) else content.encode())
    return [folder / name for name in files]


def in_order(paths) -> list[pathlib.Path]:
    """Notebooks as they are to be read: the contents, the tour, the numbered lessons, the extensions, the rest."""
    def place(path):
        return (FIRST.index(path.stem) - len(FIRST) if path.stem in FIRST else path.stem in LAST, path.stem)
    return sorted(paths, key=place)


def executed(path):
    """The notebook with its outputs, run from the top, in its folder, as it is shipped; its answers go nowhere."""
    from nbclient import NotebookClient
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"FRACTALEDU_ANSWERS": f"{folder}/my-answers.json", "FRACTALEDU_STILLS": "1"}
        NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}).execute(env=env)
    return notebook


# ---------------------------------------------------------------- one page

def page(name: str, notebook) -> Page:
    """The page of a notebook, with the outputs that it has."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_without_widget, cell.outputs) if output is not None]
    exporter = HTMLExporter(template_name="basic", config=Config({"HTMLExporter": {
        "exclude_input_prompt": True, "exclude_output_prompt": True}}))
    exporter.register_filter("markdown2html", _markdown)
    body, _ = exporter.from_notebook_node(notebook)
    return Page(name, *_headed(name, notebook), re.sub(r'href="([\w-]+)\.ipynb((?:#[^"]*)?)"', r'href="\1.html\2"', body))


def _headed(name, notebook):
    """Title and the line in italics of the first cell."""
    found = re.match(r"# (.+?)\n+\*(.+?)\*", notebook.cells[0].source, re.DOTALL) if notebook.cells else None
    if found is None:
        raise ValueError(f"{name}: the first cell must be '# a title' and, below it, a line in *italics*")
    return found.groups()


def _without_widget(output):
    """An output without what only a widget could show; None where nothing is left."""
    if "data" not in output:
        return output
    data = {kind: content for kind, content in output.data.items() if kind != WIDGET}
    if not data or WIDGET in output.data and set(data) <= {"text/plain"}:       # beside it stands its still
        return None
    return nbformat.from_dict({**output, "data": data})


class _Renderer(IPythonRenderer):
    """Formulas as MathML, which browsers draw and screen readers read without a script."""

    def inline_math(self, text):
        return _mathml(text, "inline")

    def block_math(self, text):
        return f"<p>{_mathml(text, 'block')}</p>"


def _mathml(text, display):
    from latex2mathml.converter import convert
    return convert(html.unescape(text), display=display)


def _markdown(source):
    return MarkdownWithMath(renderer=_Renderer(escape=False, exclude_anchor_links=True)).render(source)


def thumbnail(body: str) -> bytes | None:
    """The first picture of a page, small, as WebP; None where there is none."""
    from PIL import Image, ImageChops, ImageOps
    found = EMBEDDED.search(body)
    if found is None:
        return None
    image = Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB")
    margins = ImageChops.difference(image, Image.new("RGB", image.size, image.getpixel((0, 0))))
    data = io.BytesIO()
    ImageOps.fit(image.crop(margins.getbbox()), THUMBNAIL, centering=(0.5, 0.3)).save(data, "WEBP", quality=80)
    return data.getvalue()


# ---------------------------------------------------------------- around the pages

def _style():
    from pygments.formatters import HtmlFormatter
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("default", "github-dark"))
    return f"{STYLE.read_text()}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _document(title, inside):
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<title>{html.escape(title)}</title>\n<link rel="stylesheet" href="style.css">\n</head>\n'
            f"<body>\n{inside}\n</body>\n</html>\n")


def _framed(found, names):
    at = names.index(found.name)
    ways = [f'<a href="{names[i]}.html">{word}</a>' for i, word in ((at - 1, "← before"), (at + 1, "next →"))
            if 0 <= i < len(names)]
    ways = f'<nav><a href="index.html">All lessons</a> {" ".join(ways)}</nav>'
    note = ('<p class="note">A page to read. Pictures that can be touched in JupyterLab are still here, and exercises wait for '
            "your lines there: <code>fractaledu lab</code>.</p>")
    return _document(found.title, f"{ways}\n{note}\n<main>\n{found.body}\n</main>\n{ways}")


def _index(pages, thumbnails):
    cards = []
    for found in pages:
        picture = (f'<img src="thumbnails/{found.name}.webp" width="{THUMBNAIL[0]}" height="{THUMBNAIL[1]}" alt="">'
                   if thumbnails[found.name] else "")
        cards.append(f'<li><a href="{found.name}.html">{picture}<b>{html.escape(_numbered(found))}</b></a>'
                     f"<span>{html.escape(found.about)}</span></li>")
    cards = "\n".join(cards)
    return _document(TITLE, f"<main>\n<h1>{TITLE}</h1>\n<p>Take a state, step it again and again, watch one number: does it "
                            "settle, or run away? These lessons find out what the Mandelbrot set and a neural network have in "
                            f'common.</p>\n<ul class="cards">\n{cards}\n</ul>\n</main>')


def _numbered(found):
    number = re.match(r"(0[1-9]|1\d|E\d)-", found.name)
    return f"{number[1]} {found.title}" if number else found.title
