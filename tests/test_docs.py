"""What the documents show is run."""
import pathlib
import re

import numpy as np
import pytest

import fractaledu as fe
from fractaledu.names import NAMED

DOCS = pathlib.Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def shown():
    """The names that the blocks of docs/own-system.md leave behind, run one after the other."""
    names = {}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / "own-system.md").read_text(), re.DOTALL):
        exec(compile(block, "own-system.md", "exec"), names)
    return names


def test_the_worked_example_runs(shown):
    assert shown["net"].title in repr(shown["land"])


def test_the_worked_examples_gradient_is_that_of_finite_differences(shown):
    x, y, w = shown["data"]

    def loss(w):
        w1, b1, w2, b2, w3, b3 = np.split(w, np.cumsum([np.prod(shape) for shape in shown["SHAPES"]])[:-1])
        h = np.tanh(x @ w1.reshape(2, 4) + b1)
        return np.mean((np.tanh(h @ w2.reshape(4, 4) + b2) @ w3 + b3 - y) ** 2)

    gradient = np.empty(w.size)
    assert shown["loss_and_gradient"](x, y, w, gradient) == pytest.approx(loss(w), rel=1e-13)
    steps = 1e-6 * np.eye(w.size)
    np.testing.assert_allclose(gradient, [(loss(w + s) - loss(w - s)) / 2e-6 for s in steps], atol=1e-8)


def test_the_worked_examples_training_is_adam(shown):
    x, y, w = shown["data"]
    mean, square, losses, g = np.zeros(w.size), np.zeros(w.size), [], np.empty(w.size)
    w = w.copy()
    for t in range(1, 31):
        losses.append(shown["loss_and_gradient"](x, y, w, g))
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g ** 2
        w = w - 0.02 * mean / (1 - 0.9 ** t) / (np.sqrt(square / (1 - 0.999 ** t)) + 1e-8)
    np.testing.assert_allclose(shown["fe"].trace(shown["net"], 0.02, 0.1, 30).watched, losses, rtol=1e-9)


@pytest.mark.parametrize("name", NAMED)
def test_the_list_of_systems_names_each_with_its_source(name):
    page, problem = (DOCS / "systems.md").read_text(), fe.named(name)
    row = next(line for line in page.splitlines() if line.startswith("| ") and name in line.split("|")[1].split(", ")[0].split()
               or line.startswith("| paper-tanh") and name.startswith("paper-"))
    cells = [cell.strip() for cell in row.replace(r"\|", "∣").split("|")]
    assert name in cells[1] and problem.source in row
    if name in ("paper-tanh", "random-network", "xor") or not name.startswith("paper-"):
        assert problem.formula.replace("|", r"\vert ") in row
    assert (cells[6].split(", ") == [p.name for p in problem.parameters]) or cells[6] == "the pixel is fixed"
