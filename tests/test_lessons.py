"""The lessons as a learner meets them: their shape, their solutions, their numbers, their questions, their handout."""
import ast
import functools
import html
import json
import os
import pathlib
import re
import tempfile

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from test_site import from_outside

from fractaledu import checks, handout, lesson, pages
from fractaledu.cli import main

ROOT = pathlib.Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
LESSONS = sorted(path for path in FOLDER.glob("[0-9E][0-9]-*.ipynb") if path.stem != "00-start")
HEADINGS = ["The picture first", "One point by hand", "The loop, written slowly", "The same, fast", "Change one thing",
            "Turn the knob", "Exercises", "Three quick questions", "What this picture does not show", "What we saw"]
FORBIDDEN = re.compile(r"\b(simply|obviously|just|of course|clearly|trivial\w*)\b|!pip", re.IGNORECASE)
DETAILS = re.compile(r"<details><summary>[^<]*solution</summary>\n\n.*?```python\n(.*?)```.*?</details>", re.DOTALL)
EACH = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@functools.cache
def read(path):
    return nbformat.read(path, as_version=4)


def is_exercise(cell):
    return "exercise" in cell.metadata.get("tags", [])


def cells(path, kind):
    return [cell for cell in read(path).cells if cell.cell_type == kind]


def prose(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def words(text):
    return len(re.findall(r"\w+", re.sub(r"</?\w+>", "", text)))


def exercises(path):
    """(stub, solution's code, check) of each exercise."""
    found, notebook = [], read(path).cells
    for i, cell in enumerate(notebook):
        if is_exercise(cell):
            solution = DETAILS.search(notebook[i + 1].source)
            assert solution, f"{path.name}: no folded solution after\n{cell.source}"
            found.append((cell.source, solution[1], notebook[i + 2].source))
    return found


def test_all_fourteen_lessons_are_here():
    assert [path.name[:2] for path in LESSONS] == [*(f"{number:02d}" for number in range(1, 13)), "E1", "E2"]


# ---------------------------------------------------------------- the shape

@EACH
def test_a_lesson_keeps_the_budget(path):
    """9-20 code cells, 600-1500 words, 8 words a code line, cells of at most 20 lines, 9 in 10 of at most 10, after prose."""
    lengths = sorted(len(cell.source.splitlines()) for cell in cells(path, "code"))
    assert 9 <= len(lengths) <= 20
    assert 600 <= words(prose(path)) <= 1500
    assert words(prose(path)) >= 8 * sum(lengths)
    assert lengths[len(lengths) // 2] <= 5 and lengths[int(0.9 * len(lengths))] <= 10 and lengths[-1] <= 20
    kinds = [cell.cell_type for cell in read(path).cells]
    after = [before == "markdown" for before, kind in zip(["markdown", *kinds], kinds, strict=False) if kind == "code"]
    assert sum(after) >= 0.9 * len(after)


@EACH
def test_a_lesson_has_its_headings_in_order(path):
    first = read(path).cells[0].source
    assert re.match(r"# .+\?\n\n\*\d+ minutes\. You need: .+ You leave with: .+\*$", first), "a question, then what it takes"
    found = re.findall(r"^## (.+)$", prose(path), re.MULTILINE)
    assert found == HEADINGS
    assert len(re.findall(r"^# ", prose(path), re.MULTILINE)) == 1


@EACH
def test_a_lesson_has_three_exercises_each_with_stub_solution_and_check(path):
    found = exercises(path)
    assert len(found) == 3
    for stub, solution, check in found:
        assert "..." in stub
        called = re.fullmatch(r"checks\.(\w+)\(.+\)", check.strip())
        assert called and called[1] in checks.__all__, check
        assert getattr(checks, called[1]).lesson == path.stem
        assert names_set(stub) <= names_set(solution), "the solution sets what the stub sets"
    assert all(set(cell.metadata.get("tags", [])) <= {"exercise"} for cell in read(path).cells), "no other tag"


def names_set(code):
    """Names of the functions and variables that the top level of a code sets."""
    tree = ast.parse(code).body
    return ({node.name for node in tree if isinstance(node, ast.FunctionDef)}
            | {name.id for node in tree if isinstance(node, ast.Assign) for target in node.targets
               for name in ast.walk(target) if isinstance(name, ast.Name)})


@EACH
def test_the_minutes_stated_are_plausible(path):
    stated = int(re.search(r"(\d+) minutes", read(path).cells[0].source)[1])
    texts = " ".join(all_texts(lesson.Lesson(path.stem).texts))
    code = "\n".join(cell.source for cell in cells(path, "code"))
    reading = (words(prose(path)) + words(texts)) / 200
    asked = code.count("ask.predict(") + code.count("ask.reveal(")
    estimate = reading + 2 * asked + 5 * len(exercises(path)) + 5           # and 5 to turn the knobs
    assert 0.8 * estimate <= stated <= 1.5 * estimate, f"{estimate:.0f} minutes by our rule"


@EACH
def test_a_lesson_is_clean(path):
    assert all(not cell.outputs and cell.execution_count is None for cell in cells(path, "code"))
    assert set(read(path).metadata) == {"kernelspec"} and read(path).metadata.kernelspec.name == "python3"


@EACH
def test_forbidden_words_are_not_there(path):
    text = prose(path) + "\n".join(all_texts(lesson.Lesson(path.stem).texts))
    assert not FORBIDDEN.findall(text)


@EACH
def test_functions_of_a_lesson_take_all_that_they_use(path):
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.Global)


# ---------------------------------------------------------------- as shipped, and with the solutions

@EACH
def test_as_shipped_no_exercise_is_attempted(path, tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / "answers.json"))
    for stub, _, check in exercises(path):
        names = {"checks": checks}
        exec("import numpy as np\nimport fractaledu as fe\n" + stub, names)
        assert eval(check, names).outcome == "not attempted", check


@functools.cache
def solved(path):
    """The executed lesson, every solution pasted over its stub, every question open."""
    notebook = nbformat.from_dict(read(path))
    for i, cell in enumerate(notebook.cells):
        if is_exercise(cell):
            cell.source = DETAILS.search(notebook.cells[i + 1].source)[1]
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"FRACTALEDU_SHOW_ANSWERS": "1", "FRACTALEDU_STILLS": "1",
                            "FRACTALEDU_ANSWERS": f"{folder}/answers.json"}
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute(env=env)
    return notebook


@EACH
def test_with_the_solutions_every_check_is_right(path):
    outcomes = [re.search(r'data-outcome="([^"]+)"', output.data.get("text/html", ""))
                for cell in solved(path).cells if cell.cell_type == "code" and cell.source.startswith("checks.")
                for output in cell.outputs if "data" in output]
    assert [found and found[1] for found in outcomes] == ["right"] * 3


@EACH
def test_its_page_of_the_site_has_all_pictures_and_needs_nothing_from_the_web(path):
    page = BeautifulSoup(pages.page(path.stem, solved(path)).body, "html.parser")
    assert from_outside(page) == []
    assert len(page.select("details img")) >= 3, "each prediction's figure is folded in with its answer"
    assert all(image["alt"] and image["src"].startswith("data:image/") for image in page.find_all("img"))


# ---------------------------------------------------------------- the numbers

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?|\.\d+)(?:e([+-]?\d+))?(?![\w])(?!\.\d)")


def plain(text):
    """Numbers as Python writes them: 40960, 1e-8, 0.5."""
    text = text.replace("−", "-").replace("\\,", " ").replace("{,}", "")
    text = re.sub(r"(?:(?<=[\d.])\s*(?:×|\\times|\\cdot)\s*)?\b10\s*(?:\^\{?|\*\*)\s*(-?\d+)\}?",
                  lambda m: ("e" if m[0].strip()[:2] != "10" else "1e") + m[1], text)
    text = re.sub(r"(?:(?<=[\d.])\s*[×·]\s*)?\b10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)",
                  lambda m: ("e" if m[0].strip()[:2] != "10" else "1e") + m[1].translate(SUPERSCRIPTS), text)
    text = re.sub(r"(?<=\d)[ _\u00a0\u2009\u202f](?=\d{3}(?!\d))", "", text)
    return re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+", " ", text)


def numbers(text):
    """(value, decimals) of each number in a text; decimals count in the value's own power of ten."""
    return [(float(f"{m[1]}e{m[2] or 0}"), len(m[1].partition(".")[2]) - int(m[2] or 0)) for m in NUMBER.finditer(plain(text))]


def is_free(value, decimals):
    return decimals == 0 and (value < 13 or 1700 <= value <= 2030)


def is_among(value, decimals, known):
    """Whether a number that was seen is this one when rounded to its digits; a whole one has to be the same."""
    half = 0.5000001 * 10.0 ** -decimals
    return any(seen == value if decimals <= 0 and float(seen).is_integer() else abs(seen - value) <= half for seen in known)


@pytest.mark.parametrize("text, found", [
    ("0.5 and .5 of 40 960, 20_000", [(0.5, 1), (0.5, 1), (40960, 0), (20000, 0)]),
    ("10⁻⁸, $10^{-8}$, 1e-8, 3.2 × 10⁻⁹", [(1e-8, 8), (1e-8, 8), (1e-8, 8), (3.2e-9, 10)]),
    ("η−0.25 at x₀, z³ − 1, 2024.", [(0.25, 2), (1, 0), (2024, 0)]),
    ("$1\\,000$ × 512 pixels; 13.0", [(1000, 0), (512, 0), (13.0, 1)])])
def test_numbers_are_read_as_people_write_them(text, found):
    assert numbers(text) == found


@EACH
def test_every_number_in_prose_is_printed_or_asserted(path):
    known = known_numbers(path)
    said = re.sub(r"^(# .+\?\n\n\*)\d+ minutes", r"\1", prose(path)).partition("**Sources.**")[0]
    found = unheard(without_links(said), known)
    assert not found, "\n".join(found)


@EACH
def test_every_number_in_the_questions_is_printed_or_asserted(path):
    known = known_numbers(path)
    found = [line for text in all_texts(lesson.Lesson(path.stem).texts) for line in unheard(text, known)]
    assert not found, "\n".join(found)


def unheard(text, known):
    """Each number that no cell has said, and where it stands."""
    text, found = plain(text), []
    for match in NUMBER.finditer(text):
        (value, decimals), = numbers(match[0])
        percent = re.match(r"\s*(\\?%|per cent)", text[match.end():])
        if not (is_free(value, decimals) or is_among(value, decimals, known)
                or percent and is_among(value / 100, decimals + 2, known)):
            found.append(f"{match[0]} in: … {text[max(0, match.start() - 40):match.end() + 20]} …")
    return found


def known_numbers(path):
    """What the lesson's cells print, show in words, or have in their lines; and 2**17 as 131072."""
    texts = []
    for cell in solved(path).cells:
        if cell.cell_type == "code":
            texts += [cell.source, *(str(int(a) ** int(b)) for a, b in re.findall(r"(?<![\w.])(\d+) ?\*\* ?(\d+)", cell.source)
                                     if int(b) < 100)]
            # a question's own text, which its cell shows too, is no evidence
            texts += [shown(output) for output in cell.outputs if output.output_type == "stream" or "ask." not in cell.source]
    return {value for text in texts for value, _ in numbers(text)}


def shown(output):
    if output.output_type == "stream":
        return output.text
    data = output.get("data", {})
    return data.get("text/plain", "") + " " + html.unescape(re.sub(r"<[^>]*>", " ", data.get("text/html", "")))


def without_links(text):
    return re.sub(r"\]\([^)]*\)", "]", text)


# ---------------------------------------------------------------- sources and questions

@EACH
def test_sources_have_sound_links(path):
    sources = prose(path).partition("**Sources.**")[2]
    links = re.findall(r"\]\(((?:[^()\s]|\([^()\s]*\))+)\)", sources)
    assert len([link for link in links if link.startswith("https://")]) >= 2
    assert "**Next:**" in sources
    for link in links:
        if link.startswith("https://arxiv.org"):
            assert re.fullmatch(r"https://arxiv\.org/abs/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", link), link
        elif link.startswith("https://doi.org"):
            assert re.fullmatch(r"https://doi\.org/10\.\d{4,9}/\S+", link), link
        elif link.endswith(".ipynb"):
            assert (FOLDER / link).exists(), link
        else:
            assert re.fullmatch(r"https://[\w.-]+\.[a-z]+/\S*", link), link
    for arxiv in re.findall(r"arXiv[: ](\S+?)[\],;]", sources):
        assert f"https://arxiv.org/abs/{arxiv}" in links


def all_texts(texts):
    """Every text of a lesson's questions."""
    asked = [*texts.predict.values(), *texts.quiz]
    for question in asked:
        yield from (question.question, question.explanation)
        for option in question.options:
            yield from (option.text, option.misconception, option.because)
    for prompt in texts.reveal.values():
        yield from (prompt.prompt, prompt.explanation)


@EACH
def test_the_questions_are_whole_and_all_are_asked(path):
    texts, code = lesson.Lesson(path.stem).texts, "\n".join(cell.source for cell in cells(path, "code"))
    assert f'ask = lesson.Lesson("{path.stem}")' in code
    assert sorted(re.findall(r'ask\.predict\("([^"]+)"', code)) == sorted(texts.predict) and len(texts.predict) >= 3
    assert sorted(re.findall(r'ask\.reveal\("([^"]+)"', code)) == sorted(texts.reveal) and len(texts.reveal) >= 1
    assert code.count("ask.quiz()") == 1 and code.count("ask.answers()") == 1
    asked = [*texts.predict.values(), *texts.quiz]
    assert all(3 <= len(question.options) <= 4 for question in asked)
    assert len({question.options.index(question.right) for question in asked}) >= 3, "the right answer has no usual place"
    for question in asked:
        longest = max(len(option.text) for option in question.options if not option.right)
        assert len(question.right.text) <= 1.75 * longest, f"to be guessed from its length: {question.right.text}"


# ---------------------------------------------------------------- the handout

def test_the_handout_holds_every_notebook(tmp_path):
    assert main(["handout", str(tmp_path)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in FOLDER.glob("*.ipynb"))
    assert (tmp_path / "00-start.ipynb").exists()
    for path in tmp_path.iterdir():
        nbformat.validate(nbformat.read(path, as_version=4))
        assert "solution</summary>" not in path.read_text()


@EACH
def test_the_handout_has_no_solution_and_all_else(path):
    text, given = read(path), handout.without_solutions(read(path))
    nbformat.validate(given)
    whole = json.dumps([cell.source for cell in given.cells])
    assert "solution</summary>" not in whole and "```python" not in whole
    for stub, solution, check in exercises(path):
        lines = [line.strip() for line in solution.splitlines() if line.strip() and line.strip() not in stub]
        assert not any(json.dumps(line)[1:-1] in whole for line in lines if len(line) > 25)
        assert any(cell.source == stub for cell in given.cells) and any(cell.source == check for cell in given.cells)
    left = [cell for cell in text.cells if "solution</summary>" not in cell.source]
    kept = [cell for cell in given.cells if cell.id in {c.id for c in left}]
    assert [(c.id, c.source, c.metadata) for c in kept] == [(c.id, c.source, c.metadata) for c in left]


def test_text_beside_a_folded_solution_stays():
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("Before.\n\n<details><summary>One solution</summary>\n\n```python\nx = 1\n```\n</details>"
                                      "\n\nAfter."),
        nbformat.v4.new_code_cell("x = ...", outputs=[nbformat.v4.new_output("stream", text="old")], execution_count=3)])
    given = handout.without_solutions(notebook)
    assert given.cells[0].source == "Before.\n\nAfter." and given.cells[1].outputs == []
    assert notebook.cells[1].execution_count == 3, "the notebook itself is as before"


def folded(text="x = 1", fold="<details><summary>One solution</summary>"):
    stub = nbformat.v4.new_code_cell("x = ...", metadata={"tags": ["exercise"]})
    return nbformat.v4.new_notebook(cells=[stub, nbformat.v4.new_markdown_cell(f"{fold}\n\n{text}\n</details>")])


@pytest.mark.parametrize("fold", ["<details open><summary>One solution</summary>", "<DETAILS>\n<summary>A Solution</summary>"])
def test_a_solution_is_known_by_its_summary(fold):
    assert len(handout.without_solutions(folded(fold=fold)).cells) == 1


@pytest.mark.parametrize("notebook", [
    folded(fold="<details><summary>Answer</summary>"), folded(fold="<details><b>solution</b>"),
    folded("<details>a hint</details>\nx = 1"), folded("</details><details><summary>Second solution</summary>")])
def test_a_solution_that_might_stay_is_an_error(notebook):
    with pytest.raises(ValueError, match="must be followed by one <details>|must not hold another <details>"):
        handout.without_solutions(notebook)


def test_the_handout_overwrites_nobodys_work(tmp_path, capsys):
    folder = tmp_path / "class"
    assert main(["handout", str(folder)]) == 0 and main(["handout", str(folder)]) == 0      # the same again is no matter
    work, other = folder / "01-one-loop.ipynb", folder / "02-mandelbrot.ipynb"
    work.write_text("somebody's work")
    other.unlink()
    capsys.readouterr()
    assert main(["handout", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "01-one-loop.ipynb" in said and "--force" in said and "00-start" not in said
    assert work.read_text() == "somebody's work" and not other.exists()
    assert main(["handout", str(folder), "--force"]) == 0
    assert other.exists() and not [path for path in folder.iterdir() if path.suffix != ".ipynb"]
    nbformat.validate(nbformat.read(work, as_version=4))


def test_the_handout_never_overwrites_the_lessons(capsys):
    assert main(["handout", str(FOLDER)]) == 2
    assert "solutions would be lost" in capsys.readouterr().err
