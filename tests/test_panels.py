"""Boards without a browser: knobs, scenes, the messages of the hand, the still picture."""
import base64
import doctest
import io
import json
import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from fractaledu.panels import board as board_module
from fractaledu.panels.board import Board, Choice, Knob, Switch, Text
from fractaledu.panels.scene import Axis, Brush, Dots, Handle, Label, Line, Picture, Plot, Rule, Scene, described, rgb

SHOWN = ("rate", "start", "steps", "both", "kind", "word")


def word_rule(word):
    if set(word) - set("AB") or not word:
        raise ValueError(f"word must be made of A and B, got {word!r}")


def draw(k):
    if k.kind == "broken":
        raise ZeroDivisionError("no such picture")
    n = np.arange(k.steps + 1)
    error = k.start * np.abs(1 - k.rate) ** n
    noise = np.zeros((2, 3, 3), np.uint8)
    return Scene([
        Plot("error", Axis("step", 0, 10), Axis("error", 1e-8, 1e2, log=True),
             [Line(n, error, name="error"), Dots(n, error, ["#112233"] * len(n)), Rule(y=1.0, name="one"),
              Handle(0, "start", "start")],
             says=f"falls to {error[-1]:.3g}"),
        Plot("map", Axis("x", 0, 1), Axis("rate", 0, 3),
             [Picture(noise, (0, 1), (0, 3)), Label(0.5, 1, "here"), Handle("x", "rate", "point")],
             touch=("x", None)),
        Plot("strip", Axis("rate", 0, 3), Axis("", 0, 1), [Brush("low", "high")], width=1, ratio=0.1)],
        words=f"rate {k.rate:g}, {k.steps} steps")


@pytest.fixture
def board():
    return Board("Try", [Knob("rate", "learning rate", 0.5, 0, 3), Knob("start", "start", 1, 1e-3, 10, log=True),
                         Knob("steps", "steps", 3, 1, 9, whole=True), Switch("both", "both?", True),
                         Choice("kind", "kind", "one", ["one", "broken"]), Text("word", "word", "AB", word_rule),
                         Knob("x", "x", 0.5, 0, 1, shown=False), Knob("low", "low", 0, 0, 3, shown=False),
                         Knob("high", "high", 3, 0, 3, shown=False)], draw)


def hand(board, kind, **message):
    """What the browser would send; the knobs as they are then."""
    board._receive({"kind": kind, "client": "me", "n": 7, **message})
    assert board._now["answered"] == ["me", 7]
    return board.knobs


def test_the_examples_of_the_docstring_run():
    names = {**vars(board_module), "Plot": Plot, "Axis": Axis, "Line": Line, "Scene": Scene}
    for test in doctest.DocTestFinder().find(Board, globs=names):
        assert doctest.DocTestRunner().run(test).failed == 0


def test_a_scene_follows_the_knobs(board):
    assert board.scene.words == "rate 0.5, 3 steps"
    board.set(rate=2, steps=4)
    assert board.scene.words == "rate 2, 4 steps" and board.knobs["steps"] == 4


@pytest.mark.parametrize(("values", "rule"), [
    ({"rate": 4}, "learning rate must be from 0 to 3, got 4"), ({"rate": math.nan}, "must be from 0 to 3"),
    ({"rate": "fast"}, "learning rate must be a number, got 'fast'"), ({"kind": "two"}, "kind must be one of one, broken"),
    ({"word": "ABC"}, "word must be made of A and B"), ({"speed": 1}, "a knob must be one of rate, start")])
def test_a_wrong_value_is_refused_with_its_rule_and_changes_nothing(board, values, rule):
    before, scene = board.knobs, board.scene
    with pytest.raises(ValueError, match=rule):
        board.set(**values)
    assert board.knobs == before and board.scene is scene


def test_the_browser_is_told_json_in_fractions_of_the_axes(board):
    told = json.loads(json.dumps(board._now, allow_nan=False))
    error, plane, strip = told["scene"]["plots"]
    line, dots, rule, handle = error["layers"]
    assert line["at"][:4] == [0, 0.8, 0.1, round((math.log10(0.5) + 8) / 10, 5)] and dots["colour"] == ["#112233"] * 4
    assert rule["at"] == 0.8 and handle["at"] == [0, 0.8] and handle["moves"] == [False, True]
    assert plane["layers"][0]["source"].startswith("data:image/png;base64,") and plane["touch"]
    assert strip["layers"][0]["ends"] == [0, 1] and strip["yticks"] == []
    assert [knob["name"] for knob in told["knobs"] if knob["shown"]] == list(SHOWN)


def decoded(picture):
    """What the browser is sent, as an array of four channels, the first row on top."""
    data = base64.b64decode(picture.source.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("colours", [1, 2, 16, 256, 257, 2000])
def test_a_picture_is_sent_with_its_first_row_at_the_bottom_and_no_colour_changed(colours, channels):
    rng = np.random.default_rng(colours)
    pixels = rng.integers(256, size=(colours, channels), dtype=np.uint8)[rng.integers(colours, size=(40, 60))]
    seen = decoded(Picture(pixels, (0, 1), (0, 1)))
    if channels == 3:
        assert (seen[..., 3] == 255).all()
    np.testing.assert_array_equal(seen[::-1, :, :channels], pixels)


def test_few_colours_are_sent_small_and_made_once():
    noise = np.random.default_rng(0).integers(2, size=(200, 200, 1), dtype=np.uint8) * rgb("sky")
    picture = Picture(noise, (0, 1), (0, 1))
    assert len(picture.source) < 10_000 and picture.source is picture.source


def test_a_colour_has_a_name_or_a_number():
    assert rgb("blue").tolist() == rgb("#0072B2").tolist() == [0, 0x72, 0xB2]


def test_places_that_do_not_exist_are_gaps():
    plot = Plot("p", Axis("x", 0, 1), Axis("y", 1, 10, log=True), [Line([0, 0.5, 1, 1], [1, 0, math.nan, math.inf])])
    at = described(Scene([plot]), {})["plots"][0]["layers"][0]["at"]
    assert at == [0, 0, 0.5, None, 1, None, 1, 9]


def test_sliders_boxes_switches_and_choices_turn_knobs(board):
    assert hand(board, "slid", name="rate", stop=500)["rate"] == 1.5
    assert hand(board, "slid", name="start", stop=750)["start"] == 1.0          # equal ratios
    assert hand(board, "slid", name="steps", stop=8)["steps"] == 9
    assert hand(board, "typed", name="rate", value=" 1.9 ")["rate"] == 1.9
    assert hand(board, "typed", name="both", value=False)["both"] is False
    assert hand(board, "typed", name="word", value="BBA")["word"] == "BBA"


def test_handles_touches_and_brushes_turn_their_knobs_within_the_bounds(board):
    assert hand(board, "dragged", plot="map", handle=0, u=0.25, v=1.0) | {"x": 0.25, "rate": 3} == board.knobs
    assert hand(board, "dragged", plot="error", handle=0, u=0.9, v=0.5)["start"] == 1e-3    # 1e-3 is the axis' middle
    assert hand(board, "dragged", plot="error", handle=0, u=0.9, v=0.1)["start"] == 1e-3    # and the knob's end
    before = board.knobs
    assert hand(board, "pressed", plot="map", u=0.75, v=0.1) == before | {"x": 0.75}
    assert hand(board, "brushed", plot="strip", ends=[0.5, 0.25]) == before | {"x": 0.75, "low": 0.75, "high": 1.5}
    assert hand(board, "brushed", plot="strip", ends=None)["high"] == 3


@pytest.mark.parametrize("message", [
    {"kind": "typed", "name": "rate", "value": "quick"}, {"kind": "typed", "name": "kind", "value": "broken"},
    {"kind": "slid", "name": "nothing", "stop": 1}, {"kind": "danced"}, {"kind": "pressed", "plot": "sea"},
    {"kind": "pressed", "plot": "strip", "u": 0, "v": 0}, "no mapping", None])
def test_nothing_the_browser_says_raises_or_loses_the_picture(board, message):
    before, scene = board.knobs, board.scene
    board._receive(message)
    assert board.knobs == before and board.scene is scene
    if isinstance(message, dict):
        assert board._now["refused"]
    assert hand(board, "slid", name="rate", stop=0)["rate"] == 0


def test_a_refusal_is_shown_until_a_knob_is_turned(board):
    hand(board, "typed", name="rate", value="9")
    assert "from 0 to 3" in board._now["refused"]["rate"]
    hand(board, "slid", name="rate", stop=10)
    assert board._now["refused"] == {}


def test_reset_brings_everything_back(board):
    first = board.knobs
    hand(board, "slid", name="rate", stop=900)
    assert hand(board, "reset") == first


def test_sliders_have_no_dust_of_binary_fractions():
    knob = Knob("rate", "rate", 1, 0, 3)
    assert [knob.at_stop(stop) for stop in (633, 700, 1)] == [1.899, 2.1, 0.003]
    assert all(abs(knob.stop_of(knob.at_stop(stop)) - stop) < 1e-9 for stop in range(0, 1001, 7))


def test_without_a_browser_there_is_a_picture_with_words(board):
    figure = board.figure()
    assert len(figure.axes) == 3 and figure.axes[0].get_yscale() == "log"
    page = board_module.still.html(board.scene, board.knobs, board.title)
    assert "falls to 0.125" in page and "rate 0.5, 3 steps" in page and 'class="fractaledu-still"' in page
    assert board._repr_mimebundle_()[0]["text/plain"] == "Try. rate 0.5, 3 steps"


def painted(layers, places, log=False):
    """The colours, in the still picture of some layers, at places in the units of its axes."""
    x, y = Axis("x", 0.01, 1, log=log), Axis("y", 0.01, 1, log=log)
    canvas = FigureCanvasAgg(Board("still", [], lambda k: Scene([Plot("p", x, y, layers)])).figure())
    canvas.draw()
    pixels, ax = np.asarray(canvas.buffer_rgba()), canvas.figure.axes[0]
    across, up = ax.transData.transform(places).round().astype(int).T
    return pixels[len(pixels) - 1 - up, across, :3].tolist()


CORNERS = [["red", "green"], ["blue", "orange"]]            # the lower row first
INSIDE = [(0.02, 0.02), (0.9, 0.02), (0.02, 0.9), (0.9, 0.9)]


@pytest.mark.parametrize("log", [False, True])
def test_a_still_picture_is_neither_upside_down_nor_turned_round(log):
    picture = Picture(np.array([[rgb(colour) for colour in row] for row in CORNERS]), (0.01, 1), (0.01, 1))
    assert painted([picture], INSIDE, log) == [rgb(colour).tolist() for row in CORNERS for colour in row]


def test_a_still_picture_has_the_colours_of_its_layers():
    x, y = np.array(INSIDE).T
    many = ["#112233", "#445566", "#778899", "#aabbcc"]
    assert painted([Dots(x, y, many, 6)], INSIDE) == [rgb(colour).tolist() for colour in many]
    for colour in ("blue", "orange", "green", "red", "pink", "sky"):
        assert painted([Dots(x, y, colour, 6)], INSIDE) == [rgb(colour).tolist()] * 4
        assert painted([Line([0.2, 0.8], [0.5, 0.5], colour, 6)], [(0.5, 0.5)]) == [rgb(colour).tolist()]
    assert painted([Dots(x, y, "red", 8, hollow=True)], INSIDE) == [[255, 255, 255]] * 4
