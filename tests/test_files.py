"""Landscapes, recipes and pictures in files, and back."""
import json

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from test_planar import Tricorn

import fractaledu as fe
from fractaledu.recipes import Recipe
from fractaledu.systems.hyper import Hyper

EVERY_NAME = [fe.mandelbrot(3), fe.julia(0.3 - 0.5j), fe.newton(roots=[1, -1, 2j], a=1.1 - 0.3j, tolerance=1e-7),
              fe.newton(coefficients=[1, 0, 1]), fe.paper("tanh", width=8), fe.paper("relu"), fe.paper("linear"),
              fe.paper("one-datum"), fe.paper("minibatch"), fe.paper("minibatch", batch_seed=3), fe.paper("offset"),
              fe.paper("offset", offset="start"), fe.random_network(7, 3, 4, 5, "relu", 2),
              fe.burning_ship(3), fe.magnet(2), fe.rational(), fe.markus("AABB"), fe.logistic(start=0.3), fe.cubic(),
              fe.parabola(), fe.bumpy("added", axes=("start", "rate"), epsilon=0.3), fe.two_weights(tied=True),
              fe.two_weights(axes=("rate_a", "rate_b"), weight_decay=0.2), fe.three_weights(z0=1.0), fe.xor(1),
              fe.paper("one-datum", axes=("rate", "momentum"), weight_decay=1e-3), fe.julia("dendrite")]
OWN = fe.network(np.ones((2, 3)), [1.0, 2.0, 3.0], [[1.0, 2.0], [0.5, 1.0]], [0.1, 0.2], "relu", axes=("mean_in", "rate"),
                 momentum=0.5)


def same(a, b):
    """Two problems iterate the same."""
    assert type(a.system) is type(b.system) and len(a.system) == len(b.system)
    for x, y in zip(a.system, b.system, strict=True):
        assert type(x) is type(y)
        if isinstance(x, Hyper):
            assert x[:2] == y[:2]
            x, y = x.values, y.values
        np.testing.assert_array_equal(x, y)
    assert (a.axes, a.parameters, a.formula, a.source) == (b.axes, b.parameters, b.formula, b.source)
    assert (a.title, a.x_label, a.y_label, a.attractors) == (b.title, b.x_label, b.y_label, b.attractors)


@pytest.mark.parametrize("problem", [*EVERY_NAME, OWN], ids=lambda p: p.title)
def test_a_landscape_is_loaded_as_it_was_saved(problem, tmp_path):
    land = fe.render(problem, size=(5, 4), steps=3)
    land.save(tmp_path / "a.npz")
    back = fe.Landscape.load(tmp_path / "a.npz")
    assert back.pixels.tobytes() == land.pixels.tobytes()
    assert (back.view, back.size, back.steps, back.version) == (land.view, land.size, land.steps, land.version)
    same(back.problem, problem)
    assert fe.render(back.problem, back.view, back.size, back.steps).pixels.tobytes() == land.pixels.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_a_landscape_of_a_users_map_is_loaded_without_its_step(tmp_path):
    land = fe.render(Tricorn(), size=(4, 4), steps=3)
    land.save(tmp_path / "a.npz")
    back = fe.Landscape.load(tmp_path / "a.npz")
    np.testing.assert_array_equal(back.value, land.value)
    with pytest.raises(ValueError, match="system must have a step"):
        fe.render(back.problem)


def test_landscapes_cannot_be_changed():
    land = fe.render(fe.mandelbrot(), size=(4, 4), steps=3)
    with pytest.raises(ValueError):
        land.value[0, 0] = 1
    with pytest.raises(AttributeError):
        land.steps = 4


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    land, path = fe.render(fe.mandelbrot(), size=(4, 4), steps=3), tmp_path / "a.npz"
    land.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez_compressed", lambda file, **_: file.write(b"half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        land.save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_unwritable_paths_name_the_path(tmp_path):
    land = fe.render(fe.mandelbrot(), size=(4, 4), steps=3)
    for save in (land.save, lambda path: fe.save_png(land, path)):
        with pytest.raises(OSError, match="nowhere/a.png"):
            save(tmp_path / "nowhere" / "a.png")


def forge(tmp_path, **changes):
    """A file that is nearly a landscape."""
    path = tmp_path / "a.npz"
    fe.render(fe.mandelbrot(), size=(4, 3), steps=3).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(str(arrays["header"]))
    for key, value in changes.items():
        if key == "pixels":
            arrays["pixels"] = value
        else:
            header[key] = value
    np.savez(path, **(arrays | {"header": np.array(json.dumps(header))}))
    return path


@pytest.mark.parametrize(("changes", "message"), [
    ({"format": 1}, "its format is 1, this version reads 2"), ({"size": [0, 3]}, "size must be from 1"),
    ({"size": [10 ** 9, 10 ** 9]}, "size must be"), ({"pixels": np.zeros((3, 4))}, "its pixels are"),
    ({"view": {"x": [1, 0], "y": [0, 1]}}, "x must have its low bound"),
    ({"problem": {"name": "lorenz", "options": {}}}, "system"),
    ({"problem": {}}, "watched"), ({"view": 3}, "")])
def test_damaged_landscapes_are_refused(tmp_path, changes, message):
    with pytest.raises(ValueError, match=f"path must be a landscape saved by fractaledu, got .*a.npz: .*{message}"):
        fe.Landscape.load(forge(tmp_path, **changes))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut short", None])
def test_foreign_files_are_refused(tmp_path, content):
    path = tmp_path / "a.npz"
    np.savez(path, a=1) if content is None else path.write_bytes(content)
    with pytest.raises(ValueError, match="path must be a landscape saved by fractaledu"):
        fe.Landscape.load(path)
    with pytest.raises(FileNotFoundError):
        fe.Landscape.load(tmp_path / "b.npz")


def test_loading_executes_nothing(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, header=np.array(["x"], object), pixels=np.array([print], object), allow_pickle=True)
    with pytest.raises(ValueError, match="path must be a landscape"):
        fe.Landscape.load(path)


@pytest.mark.parametrize("problem", EVERY_NAME, ids=lambda p: p.title)
def test_recipes_come_back_exactly(problem):
    view = fe.View((0.1, 0.1 + 1e-12), (1 / 3, 2e5), problem.view.x_scale, "log10", "endpoint")
    text = Recipe(problem, view, (7, 5), 3, {"palette": "paper"}).to_text()
    back = Recipe.from_text(text)
    assert (back.view, back.size, back.steps, back.look) == (view, (7, 5), 3, {"palette": "paper"})
    same(back.problem, problem)
    assert back.to_text() == text and "\n" not in text and " " not in text


@pytest.mark.parametrize(("text", "message"), [
    ("", "recipe must start with fe1"), ("fe2?system=julia", "a newer fractaledu reads that"),
    ("fe1?system=julia", "recipe must name x"), ("fe1?nonsense", "recipe must be key=value"),
    ("fe1?system=julia&x=0,1&y=0,1&size=4x4&steps=3&zoom=3", "recipe key must be one of .* got 'zoom'"),
    ("fe1?system=julia&system=julia&x=0,1", "name each key once"),
    ("fe1?system=lorenz&x=0,1&y=0,1&size=4x4&steps=3", "system must be one of"),
    ("fe1?system=julia&x=0&y=0,1&size=4x4&steps=3", "x must be two numbers low,high"),
    ("fe1?system=julia&x=1,0&y=0,1&size=4x4&steps=3", "x must have its low bound"),
    ("fe1?system=julia&x=0,1&y=0,1&size=9999999x4&steps=3", "size must be from 1"),
    ("fe1?system=julia&x=0,1&y=0,1&size=4&steps=3", "size must be two whole"),
    ("fe1?system=julia&x=0,1&y=0,1&size=4x4&steps=1e3", "steps must be whole"),
    ("fe1?system=julia&x=0,1&y=0,1&size=4x4&steps=-3", "steps must be from 1"),
    ("fe1?system=own-abc&x=0,1&y=0,1&size=4x4&steps=3", "somebody's own system"),
    ("fe1?" + "x" * 30_000, "at most 20000 characters")])
def test_bad_recipes_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Recipe.from_text(text)


@pytest.mark.parametrize("problem", EVERY_NAME[:5], ids=lambda p: p.title)
def test_a_png_is_computed_again_from_itself(problem, tmp_path):
    land = fe.render(problem, size=(6, 4), steps=5)
    fe.save_png(land, tmp_path / "a.png", palette="paper", mode="rank")
    back = fe.from_png(tmp_path / "a.png")
    assert back.pixels.tobytes() == land.pixels.tobytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (6, 4)
        np.testing.assert_array_equal(np.asarray(picture)[::-1], fe.colours(land, "paper", "rank"))


@pytest.mark.parametrize("precision", ["float64", "exact"])
def test_a_png_of_a_narrow_view_is_computed_again_as_it_was(precision, tmp_path):
    view = fe.View.around(-0.7436438870371587, 0.13182590420531197, 4e-13)
    land = fe.render(fe.mandelbrot(), view, (20, 20), 60, precision=precision)
    fe.save_png(land, tmp_path / "a.png")
    again = fe.from_png(tmp_path / "a.png")
    assert again.precision == precision and again.pixels.tobytes() == land.pixels.tobytes()


def test_a_png_of_somebodys_own_arrays_says_so(tmp_path):
    fe.save_png(fe.render(OWN, size=(4, 4), steps=3), tmp_path / "a.png")
    with pytest.raises(ValueError, match="somebody's own system"):
        fe.from_png(tmp_path / "a.png")


def test_foreign_pictures_are_refused(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (3, 3)).save(path)
    with pytest.raises(ValueError, match="no recipe inside"):
        fe.from_png(path)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("fractaledu", "fe1?system=__import__('os')")
    Image.new("RGB", (3, 3)).save(path, pnginfo=texts)
    with pytest.raises(ValueError, match="recipe must name x"):
        fe.from_png(path)
    path.write_bytes(b"no picture")
    with pytest.raises(ValueError, match="path must be a PNG"):
        fe.from_png(path)
    with pytest.raises(FileNotFoundError):
        fe.from_png(tmp_path / "b.png")


def test_a_users_map_is_told_by_its_step_and_its_name_is_no_one_elses(tmp_path, monkeypatch):
    from typing import NamedTuple

    def make():
        class Mandelbrot(NamedTuple):       # the name of one of ours
            power: int = 2

        @fe.step_of(Mandelbrot)
        def step(system, t, x, y, a, b):
            return x * x - y * y + a, b - 2.0 * x * y
        return Mandelbrot()
    monkeypatch.setattr("fractaledu.engine.LARGEST_TILE", 8)
    ours, other = make(), Tricorn()
    first = fe.render(ours, size=(4, 4), steps=3)
    first.save(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="system must have a step"):
        fe.render(fe.Landscape.load(tmp_path / "a.npz").problem)

    def stop(done, total):
        if done > 20:
            raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        fe.render(ours, size=(9, 9), steps=3, file=tmp_path / "b.npz", progress=stop)
    land = fe.render(ours, size=(9, 9), steps=3, file=tmp_path / "b.npz")       # goes on
    assert land.pixels.tobytes() == fe.render(ours, size=(9, 9), steps=3).pixels.tobytes()
    assert Recipe(fe.problems.as_problem(ours), land.view, (9, 9), 3).to_text() == land.recipe
    assert land.recipe.split("&")[0].startswith("fe1?system=own-")
    assert Recipe(fe.problems.as_problem(other), land.view, (9, 9), 3).to_text() != land.recipe


def test_numbers_of_numpy_come_back_from_files(tmp_path):
    for problem in (fe.newton(tolerance=np.float64(1e-6)), fe.random_network(np.int64(0), inputs=np.int64(4)),
                    fe.paper("minibatch", batch_seed=np.int64(3)), fe.paper("tanh", width=np.int64(8))):
        fe.render(problem, size=(2, 2), steps=2).save(tmp_path / "a.npz")
        same(fe.Landscape.load(tmp_path / "a.npz").problem, problem)


def test_coarse_passes_are_saved_as_coarse(tmp_path):
    coarse = next(fe.passes(fe.mandelbrot(), size=(9, 9), steps=5))
    coarse.save(tmp_path / "a.npz")
    assert fe.Landscape.load(tmp_path / "a.npz").stride == coarse.stride == 8


def test_arrays_of_a_file_must_fit_each_other(tmp_path):
    path = tmp_path / "a.npz"
    fe.render(fe.network(np.ones((2, 3)), np.ones(3), np.ones((4, 2)), np.arange(4.0)), size=(2, 2), steps=2).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    for change in ({"system.x": arrays["system.x"][:3]}, {"system.w1": np.ones(4)}, {"system.y": np.full(4, np.nan)},
                   {"system.x": arrays["system.x"].astype(np.float32)}):
        np.savez(path, **(arrays | change))
        with pytest.raises(ValueError, match="path must be a landscape"):
            fe.Landscape.load(path)


def test_any_damage_is_a_value_error(tmp_path):
    path = tmp_path / "a.npz"
    fe.render(fe.mandelbrot(), size=(8, 8), steps=5).save(path)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(150):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged[:rng.integers(1, len(whole))] if rng.random() < 0.3 else damaged)
        try:
            fe.Landscape.load(path)
        except ValueError:
            pass


def test_a_problem_keeps_its_own_copy_of_the_arrays():
    w0 = np.ones((2, 3))
    problem = fe.network(w0, np.ones(3), np.ones((4, 2)), np.arange(4.0))
    before = fe.evaluate(problem, 1.0, 1.0, 10)
    w0[:] = 0.0
    assert fe.evaluate(problem, 1.0, 1.0, 10) == before


def test_a_part_is_a_clean_landscape(tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        fe.render(fe.mandelbrot(), size=(40, 40), steps=5, file=tmp_path / "a.npz", progress=stop)
    part = fe.Landscape.load(tmp_path / "a.npz.part")
    todo = np.isnan(part.value)
    assert todo.any() and (part.departure[todo] == -1).all() and (part.verdict[todo] == 0).all()
    assert (fe.colours(part, mode="verdict")[todo] == 0).all()
