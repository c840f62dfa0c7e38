"""Previews whose calm places are filled in: how often they are wrong, that they say so, that they end as what is computed."""
import threading
import time

import numpy as np
import pytest
from test_explorer import Browser

import fractaledu as fe
from fractaledu import engine
from fractaledu.atlas import store
from fractaledu.explorer import pictures
from fractaledu.explorer.frames import encoded
from fractaledu.guessing import between, calm, within
from fractaledu.kernel import blank
from fractaledu.memory import Memory
from fractaledu.recipes import Recipe
from fractaledu.rendering import refine, thinned
from fractaledu.wording import percent

MAP = fe.mandelbrot()


@pytest.fixture
def look_up(monkeypatch):
    """Makes the runs of a view those of an array (rows, columns) of kernel.PIXEL; returns the guessing passes."""
    def passes(pixels, problem=MAP, view=None, **how):
        rows, columns = pixels.shape
        x, y = (view or problem.view).positions((columns, rows))

        def tile(system, tile_x, tile_y, *rest):
            return pixels[np.searchsorted(y, tile_y), np.searchsorted(x, tile_x)], 1e-3
        monkeypatch.setattr(engine, "_tile", tile)
        return list(fe.passes(problem, view, (columns, rows), guess=True, precision="float64", **how))
    return passes


def first_guess(lands):
    return next(land for land in lands if land.stride == 1)


def drawn(value, verdict=1):
    """Pixels of these values."""
    pixels = blank(value.size).reshape(value.shape)
    pixels["value"], pixels["verdict"] = value, verdict
    pixels["last"] = 1.0
    return pixels


# ---------------------------------------------------------------- what it is worth

WINDOWS = {"paper-linear": 0.9, "paper-relu": 0.2, "paper-one-datum": 0.05, "paper-minibatch": 0.5, "paper-tanh": 0.02,
           "paper-offset": 0.0, "paper-linear-overview": 0.7, "paper-relu-overview": 0.7, "paper-one-datum-overview": 0.7,
           "paper-minibatch-overview": 0.7, "paper-tanh-overview": 0.7, "paper-offset-overview": 0.7}


@pytest.mark.parametrize("name", fe.atlas())
def test_of_the_papers_pictures_hardly_a_verdict_is_guessed_wrongly(name, look_up):
    truth = fe.atlas(name)
    land = first_guess(look_up(truth.pixels, truth.problem, truth.view, steps=truth.steps))
    share = 0.0 if land.guessed is None else land.guessed.mean()
    assert share >= WINDOWS[name]
    assert (land.verdict != truth.verdict).mean() < 2e-4
    if share:
        off = np.abs(land.value - truth.value)[land.guessed] / np.abs(truth.value)[land.guessed]
        assert np.median(off) < 0.01


@pytest.mark.parametrize(("problem", "view"), [
    (MAP, None), (MAP, fe.View((-0.77, -0.73), (0.08, 0.12))), (fe.newton(), None), (fe.magnet(), None)],
    ids=["mandelbrot", "seahorses", "newton", "magnet"])
def test_of_maps_of_the_plane_more_than_half_is_guessed_and_right(problem, view):
    lands = list(fe.passes(problem, view, (256, 256), guess=True))
    land, truth = first_guess(lands), lands[-1]
    assert land.guessed.mean() > 0.5
    assert ((land.verdict != truth.verdict) | (land.attractor != truth.attractor)).mean() < 2e-4
    assert (np.abs(land.arrival - truth.arrival) <= 1).mean() > 0.998


def test_of_noise_nothing_is_guessed(look_up):
    rng = np.random.default_rng(0)
    value, side = rng.exponential(100, (200, 200)), rng.choice([-1, 1], (200, 200))
    assert first_guess(look_up(drawn(value * side, side))).guessed is None
    one_sided = first_guess(look_up(drawn(value)))
    assert one_sided.guessed is None or one_sided.guessed.mean() < 0.001


def test_of_a_plane_nearly_all_is_guessed_and_exact(look_up):
    row, column = np.indices((200, 200))
    value = 1000.0 + 3 * row + column
    land = first_guess(look_up(drawn(value)))
    assert land.guessed.mean() > 0.9
    np.testing.assert_allclose(land.value, value, rtol=1e-14)


def test_along_a_border_everything_is_computed(look_up):
    row, column = np.indices((200, 200))
    inside = (row - 90) ** 2 + (column - 110) ** 2 < 60 ** 2
    value = np.where(inside, -100.0, 100.0) + 0.01 * column
    land = first_guess(look_up(drawn(value, np.where(inside, -1, 1))))
    assert (land.verdict == np.where(inside, -1, 1)).all() and land.guessed.mean() > 0.6
    beside = np.zeros((200, 200), bool)
    for axis in (0, 1):
        for way in (-1, 1):
            beside |= np.roll(inside, way, axis) != inside
    assert not land.guessed[beside].any()


@pytest.mark.parametrize("field", ["verdict", "attractor", "departure", "arrival"])
def test_a_cell_is_calm_where_the_sixteen_around_ended_alike(field):
    grid = drawn(np.full((9, 12), 5.0))
    assert calm(grid).all()
    grid[4, 6][field] = 0 if field == "verdict" else 3
    expected = np.ones((8, 11), bool)
    expected[2:6, 4:8] = False                      # the cells of whose sixteen it is one
    np.testing.assert_array_equal(calm(grid), expected)


def test_a_pixel_is_filled_where_all_cells_around_it_are_calm():
    cells = np.array([[True, True, False], [True, True, False]])
    expected = np.zeros((5, 7), bool)
    expected[[1, 1, 3, 3], [1, 3, 1, 3]] = True     # in the cells
    expected[[1, 3, 1, 3], [0, 0, 2, 2]] = True     # on the left side, and between two cells
    expected[[0, 0, 2, 2, 4, 4], [1, 3, 1, 3, 1, 3]] = True
    np.testing.assert_array_equal(within(cells), expected)


def test_between_two_verdicts_no_value_is_mixed():
    grid = drawn(np.array([[-100.0, 50.0], [-100.0, 60.0]]), np.array([[-1, 1], [-1, 1]]))
    fine = between(grid)
    assert fine.shape == (3, 3)
    np.testing.assert_array_equal(np.sign(fine["value"]), fine["verdict"])
    np.testing.assert_array_equal(fine["value"][:, 2], [50, 55, 60])


# ---------------------------------------------------------------- what comes in the end

@pytest.mark.parametrize(("problem", "size"), [
    (MAP, (201, 130)), (MAP, (1, 1)), (MAP, (40, 2)), (MAP, (9, 33)), (fe.newton(), (96, 96)),
    (fe.paper("one-datum", width=8), (64, 80))],
    ids=lambda v: getattr(v, "name", None))
@pytest.mark.parametrize("coarsest", [1, 4, 32])
def test_the_last_landscape_is_the_computed_one_and_costs_no_pixel_more(problem, size, coarsest, tiles):
    before, total = 0, size[0] * size[1]
    expected = fe.render(problem, size=size, steps=60)
    tiles.clear()
    for land in fe.passes(problem, size=size, steps=60, guess=True, coarsest=coarsest):
        done = sum(tiles)
        assert done > before                                # every pass has something new
        before = done
        k = land.stride
        filled = 0 if land.guessed is None else int(land.guessed[::k, ::k].sum())
        assert filled + done >= land.pixels[::k, ::k].size
        if k == 1:
            assert filled + done == total
            true = slice(None) if land.guessed is None else ~land.guessed
            assert land.pixels[true].tobytes() == expected.pixels[true].tobytes()
    assert done == total and land.complete and land.guessed is None
    assert land.pixels.tobytes() == expected.pixels.tobytes() and land.recipe == expected.recipe


def test_a_coarse_pass_of_which_all_is_computed_is_no_guess():
    first = next(fe.passes(MAP, size=(100, 90), guess=True))
    assert first.stride > 1 and first.guessed is None and first.guess == ""


def test_a_guess_gets_better_with_every_pass():
    lands = [land for land in fe.passes(MAP, size=(256, 256), guess=True) if land.stride == 1]
    truth = lands[-1]
    shares = [0 if land.guessed is None else land.guessed.mean() for land in lands]
    errors = [np.abs(land.value - truth.value).sum() for land in lands]
    assert len(lands) == 4 and shares == sorted(shares, reverse=True) and shares[0] > 0.6
    assert errors == sorted(errors, reverse=True) and errors[-1] == 0


def test_an_earlier_landscape_does_not_change_when_the_next_pixels_come():
    passes = fe.passes(MAP, size=(100, 100), guess=True)
    lands = [(land, land.pixels.tobytes(), land.guess) for land in passes]
    assert all(land.pixels.tobytes() == pixels and land.guess == guess for land, pixels, guess in lands[:-1])


def test_a_memory_keeps_what_was_computed_of_a_guess_and_nothing_else(tiles):
    recipe = Recipe(MAP, MAP.view, (100, 90), 60)
    expected = fe.render(MAP, size=(100, 90), steps=60).pixels.tobytes()
    for guess_from in (0.0, None):
        tiles.clear()
        memory = Memory()
        passes = refine(recipe, 8, memory=memory, guess_from=0.0)
        next(land for land in passes if land.guess)
        passes.close()
        assert sum(tiles) < 9000
        *_, last = refine(recipe, 8, memory=memory, guess_from=guess_from)
        assert last.pixels.tobytes() == expected and sum(tiles) == 9000


def test_a_quick_picture_is_not_guessed():
    recipe = Recipe(MAP, MAP.view, (100, 90), 60)
    assert all(land.guessed is None for land in refine(recipe, 8, guess_from=1e9))
    assert any(land.guess for land in refine(recipe, 8, guess_from=0.0))


# ---------------------------------------------------------------- that it says so

@pytest.fixture(scope="module")
def guess():
    return first_guess(fe.passes(MAP, size=(160, 160), guess=True))


def test_a_guess_says_so(guess):
    share = round(100 * guess.guessed.mean())
    assert 50 < share < 90
    assert guess.guess == f"guess: {share} % of the pixels are filled from their neighbours"
    assert guess.guess in repr(guess) and not guess.complete
    with pytest.raises(ValueError):
        guess.guessed[0, 0] = True
    computed = fe.render(MAP, size=(20, 20))
    assert computed.guess == "" and "guess" not in repr(computed) and computed.complete


def test_its_figure_and_frame_bear_the_label(guess):
    import matplotlib.pyplot as plt
    texts = [text.get_text() for text in fe.plot(guess).axes.texts]
    assert texts == [guess.guess]
    assert not fe.plot(fe.render(MAP, size=(20, 20))).axes.texts
    plt.close("all")
    assert encoded(guess, "two-sided", "rank", False)[0]["guess"] == guess.guess
    thin = thinned(guess)
    assert thin.guessed.shape == thin.value.shape == (160, 160)


@pytest.mark.parametrize("use", [
    lambda land, path: land.save(path), lambda land, path: land.to_xarray(), lambda land, path: fe.save_png(land, path),
    lambda land, path: fe.dimension(land), lambda land, path: fe.uncertainty_exponent(land),
    lambda land, path: fe.certify(land), lambda land, path: fe.one_ulp(land), lambda land, path: fe.doubling(land),
    lambda land, path: fe.difference(land, land), lambda land, path: store(land, path)],
    ids=["save", "to_xarray", "save_png", "dimension", "uncertainty_exponent", "certify", "one_ulp", "doubling", "difference",
         "atlas"])
def test_nothing_is_kept_or_measured_of_a_guess(use, guess, tmp_path):
    with pytest.raises(ValueError, match="land(scape)? must be computed, got a guess: .* % of the pixels are filled"):
        use(guess, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (1e-9, "less than 1 %"), (0.006, "1 %"), (0.71, "71 %"),
                                             (0.9999, "99 %"), (1, "100 %")])
def test_shares_in_words(share, text):
    assert percent(share) == text


# ---------------------------------------------------------------- the explorer

@pytest.fixture
def explorer(monkeypatch):
    monkeypatch.setattr(pictures, "GUESS_FROM", 0.0)
    made = []

    def make(system=MAP, size=(96, 96), **how):
        made.append(fe.explore(system, size=size, **how))
        return made[-1]
    yield make
    for one in made:
        one.close()


def test_an_explorer_labels_the_guess_and_settles_on_what_was_computed(explorer):
    e = explorer()
    assert e.wait(60)
    browser = Browser(e)
    e.steps = 120
    assert e.wait(60)
    frames = [content for content, _ in browser.heard if content["kind"] == "frame" and content["steps"] == 120]
    assert any(frame["guess"] for frame in frames) and frames[-1]["guess"] == "" and frames[-1]["format"] == "png"
    assert all(frame["format"] == "jpeg" for frame in frames if frame["guess"])
    assert e.landscape.complete and e.landscape.pixels.tobytes() == fe.render(MAP, size=(96, 96), steps=120).pixels.tobytes()


def test_an_explorer_can_be_told_not_to_guess(explorer):
    e = explorer(guess=False)
    assert e.guess is False and e.wait(60)
    browser = Browser(e)
    e.steps = 120
    assert e.wait(60)
    e.guess = True
    e.steps = 121
    assert e.wait(60)
    frames = [content for content, _ in browser.heard if content["kind"] == "frame"]
    assert not any(frame["guess"] for frame in frames if frame["steps"] == 120)
    assert any(frame["guess"] for frame in frames if frame["steps"] == 121)


def test_a_stopped_guess_is_labelled_not_exported_and_goes_on(explorer, monkeypatch, tmp_path):
    tile, counts, hold = engine._tile, [], threading.Event()

    def slow(system, x, y, *rest):
        counts.append(len(x))
        e = made[0] if made else None
        if e is not None and e.landscape is not None and e.landscape.guess and e.landscape.stride == 1:
            hold.wait(10)
        return tile(system, x, y, *rest)
    made = []
    monkeypatch.setattr(engine, "_tile", slow)
    monkeypatch.setattr(engine, "LARGEST_TILE", 256)
    made.append(explorer())
    e = made[0]
    for _ in range(1000):
        if e.landscape is not None and e.landscape.guess and e.landscape.stride == 1:
            break
        time.sleep(0.01)
    e.stop()
    hold.set()
    assert e.wait(60) and e._now["busy"] == "stopped" and e.landscape.guess
    assert e.landscape.guess in e._still.html()
    e.save(tmp_path / "a.npz")                          # computed for the file, not the guess
    assert fe.Landscape.load(tmp_path / "a.npz").pixels.tobytes() == fe.render(MAP, size=(96, 96)).pixels.tobytes()
    left = int(e.landscape.guessed.sum())
    counts.clear()
    e.resume()
    assert e.wait(60) and e.landscape.complete and e._now["busy"] == ""
    assert 0 < sum(counts) <= left + 512                # tiles that were under way have been kept, or are computed again
    assert e.landscape.pixels.tobytes() == fe.render(MAP, size=(96, 96)).pixels.tobytes()
