"""The questions of lessons without a browser: texts, answers kept, what the widgets say.  test_lesson_browser.py has one."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

import ipywidgets
import matplotlib
import numpy as np
import pytest
from ipywidgets.widgets import widget as widgets
from lab import write_notebook
from matplotlib.figure import Figure

from fractaledu import answer_file, answers, lesson
from fractaledu.questions import asking
from fractaledu.questions.texts import lessons

EXAMPLE = pathlib.Path(__file__).parent / "data" / "00-example.toml"
TWENTY, RIGHT, OVERFLOW = range(3)                  # options of "doubling"
GUESS, FAIRLY, CERTAIN = range(3)


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    """Answers of each test in a folder of their own."""
    path = tmp_path / "my-answers.json"
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(path))
    monkeypatch.delenv("FRACTALEDU_SHOW_ANSWERS", raising=False)
    monkeypatch.setattr(asking, "_asked", {})
    monkeypatch.setattr(asking, "_shown", False)
    return path


@pytest.fixture
def ask():
    return lesson.Lesson(EXAMPLE)


def say(widget, kind, **fields):
    """What asking.js would send; the widget's answer."""
    widget = getattr(widget, "_prediction", widget)
    number = widget._now["answered"][1] + 1
    widget._receive({"kind": kind, "client": "test", "n": number, **fields})
    assert widget._now["answered"] == ["test", number]
    return widget._now


def now(widget):
    return getattr(widget, "_prediction", widget)._now


def words(state):
    return " ".join(text for _, text in state["said"])


def on_disk(file):
    return json.loads(file.read_text())["lessons"]


# ---------------------------------------------------------------- predict

def test_a_figure_is_locked_until_a_choice_and_a_confidence_are_given(ask):
    calls = []

    def draw():
        calls.append(1)
        return ipywidgets.HTML("figure")
    p = ask.predict("doubling", draw)
    assert not now(p)["open"] and len(p.children) == 1 and now(p)["said"] == now(p)["marks"] == []
    assert "1024" not in json.dumps({key: value for key, value in now(p).items() if key != "options"})
    for wrong in ({"choice": 3, "sure": 0}, {"choice": 0, "sure": None}, {"choice": -1, "sure": 0}, {"choice": True, "sure": 1},
                  {"choice": 0, "sure": "certain"}):
        assert "a choice must be from 0 to 2" in say(p, "answer", **wrong)["refused"]
    assert not calls and not now(p)["open"]
    state = say(p, "answer", choice=RIGHT, sure=FAIRLY)
    assert state["open"] and state["refused"] == "" and calls == [1]
    assert p.children[1].value == "figure"
    say(p, "answer", choice=TWENTY, sure=CERTAIN)            # too late
    assert now(p)["marks"][RIGHT] == "✓ right, your choice" and calls == [1]


def test_a_wrong_choice_is_answered_with_its_misconception_by_name(ask):
    state = say(ask.predict("doubling"), "answer", choice=TWENTY, sure=CERTAIN)
    assert state["marks"] == ["✗ not right, your choice", "✓ right", ""]
    assert state["said"][0] == ["verdict", "✗ Not right. You answered “20” (certain)."]
    text = words(state)
    assert "A common mistake: “doubling again and again adds the same amount again and again”. The first step adds 1" in text
    assert "most is learned" in text and "Right is “1024”. Each step multiplies" in text and "Nothing is added anywhere" in text
    assert "computers lose large numbers" not in text


def test_why_is_said_once_and_a_full_stop_too(ask):
    state = say(ask.predict("doubling"), "answer", choice=RIGHT, sure=FAIRLY)
    assert [role for role, _ in state["said"]] == ["verdict", "reason"] and words(state).count("2**10") == 1
    say(ask.predict("doubling"), "again")
    state = say(ask.predict("doubling"), "answer", choice=OVERFLOW, sure=FAIRLY)
    assert state["said"][0][1] == "✗ Not right. You answered “It overflows” (fairly sure)." and ".”" not in words(state)
    both = lesson.predict("Right?", TWO, explanation="Count.")
    assert say(both, "answer", choice=0, sure=FAIRLY)["said"][-1] == ["reason", "Count."]
    alone = lesson.predict("Left?", [yes(text="Yes."), no()])
    assert say(alone, "answer", choice=1, sure=FAIRLY)["said"][-1] == ["reason", "Right is “Yes”. it is"]


@pytest.mark.parametrize(("choice", "sure", "part"), [
    (RIGHT, CERTAIN, "with reason"), (RIGHT, GUESS, "below stands why"), (TWENTY, CERTAIN, "most is learned"),
    (TWENTY, GUESS, "something to hold on to")])
def test_confidence_matters_in_the_answer(ask, choice, sure, part):
    assert part in words(say(ask.predict("doubling"), "answer", choice=choice, sure=sure))


def test_a_second_vote_is_kept_beside_the_first(ask, file):
    p = ask.predict("doubling", ipywidgets.HTML("figure"))
    state = say(p, "neighbour", choice=TWENTY, sure=CERTAIN)
    assert not state["open"] and state["first"] == "“20” (certain)" and len(p.children) == 1
    assert not now(ask.predict("doubling"))["open"]         # the same after a restart
    state = say(p, "answer", choice=RIGHT, sure=FAIRLY)
    assert state["open"] and state["marks"] == ["✗ not right, your first vote", "✓ right, your second vote", ""]
    assert "after talking to your neighbour “1024” (fairly sure)" in words(state)
    assert "To your first vote: A common mistake: “doubling again" in words(state)
    entry = on_disk(file)["00-example"]["predictions"]["doubling"]
    assert (entry["first"], entry["right"], entry["confidence"]) == ("20", False, "certain")
    assert (entry["second"], entry["second_right"], entry["second_confidence"]) == ("1024", True, "fairly sure")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", entry["when"])


def test_an_answered_prediction_opens_again_and_can_be_forgotten(ask, file):
    say(ask.predict("doubling"), "answer", choice=TWENTY, sure=CERTAIN)
    p = ask.predict("doubling", ipywidgets.HTML("figure"))
    assert now(p)["open"] and len(p.children) == 2 and "You answered “20” (certain)" in words(now(p))
    state = say(p, "again")
    assert not state["open"] and len(p.children) == 1 and on_disk(file)["00-example"]["predictions"] == {}
    assert say(p, "answer", choice=RIGHT, sure=GUESS)["open"] and len(p.children) == 2


def test_an_answer_to_an_older_version_of_the_question_is_no_answer(ask):
    for entry in ({"first": "one thousand", "confidence": "certain", "opened": True}, {"first": ["20"]}, {"opened": True}):
        answers.note("00-example", "predictions", "doubling", **entry)
        p = ask.predict("doubling")
        assert not now(p)["open"] and now(p)["first"] == ""
    assert say(p, "answer", choice=RIGHT, sure=GUESS)["open"]


def test_an_error_in_the_figure_is_a_sentence_and_can_be_tried_again(ask):
    good = []

    def draw():
        if not good:
            raise ZeroDivisionError("division by zero")
        return ipywidgets.HTML("figure")
    p = ask.predict("doubling", draw)
    state = say(p, "answer", choice=RIGHT, sure=GUESS)
    assert state["open"] and state["failed"] == "The picture could not be drawn. ZeroDivisionError: division by zero"
    assert len(p.children) == 1
    good.append(1)
    say(p, "again")
    assert say(p, "answer", choice=RIGHT, sure=GUESS)["failed"] == "" and len(p.children) == 2


def test_drawing_is_said_while_it_lasts(ask):
    seen = []
    p = ask.predict("doubling", lambda: seen.append(now(p)) or ipywidgets.HTML(""))
    assert say(p, "answer", choice=RIGHT, sure=GUESS)["drawing"] == ""
    assert seen[0]["drawing"] == "drawing …" and seen[0]["open"] and seen[0]["answered"] == ["test", 1]


def test_a_figure_that_answers_questions_itself_is_drawn_once(ask):
    calls = []

    def draw():
        calls.append(1)
        answers.note("00-example", "exercises", "inside", outcome="right")
        return ipywidgets.HTML("")
    say(ask.predict("doubling", draw), "answer", choice=RIGHT, sure=GUESS)
    assert calls == [1]


def picture_of(figure, **how):
    p = lesson.predict("Right?", TWO, figure=figure, **how)
    say(p, "answer", choice=0, sure=0)
    assert now(p)["failed"] == ""
    return p.children[1].value


TWO = [lesson.Option("yes", right=True, because="it is"), lesson.Option("no", misconception="never", because="look")]


def test_a_picture_of_grains_is_sent_small():
    figure = Figure(figsize=(6, 6))
    figure.add_subplot().imshow(np.random.default_rng(0).random((512, 512, 3)))
    html = picture_of(figure)
    assert "data:image/webp;base64," in html and 'width="' in html and len(html) < 1_500_000


def test_a_matplotlib_figure_becomes_a_picture_with_words():
    figure = Figure()
    ax = figure.add_subplot()
    line, = ax.plot([1, 2], label="a <line>")
    ax.set(title="Growth", xlabel="step", ylabel="x")
    ax.legend()
    for thing in (figure, lambda: figure, line, lambda: [line], lambda: ax):
        answers.forget("own questions", "predictions", "Right?")
        html = picture_of(thing)
        assert 'alt="Figure: Growth, x against step, with a &lt;line&gt;"' in html and "data:image/png;base64," in html
    answers.forget("own questions", "predictions", "Right?")
    assert 'alt="&quot;mine&quot;"' in picture_of(figure, alt='"mine"')


def test_a_figure_of_pyplot_does_not_show_itself_beside_the_lock():
    with matplotlib.rc_context({"backend": "agg"}):
        import matplotlib.pyplot as plt
        open_before = plt.get_fignums()
        fig, ax = plt.subplots()
        lesson.predict("Right?", TWO, figure=fig)
        assert plt.get_fignums() == open_before
        p = lesson.predict("Left?", TWO, figure=lambda: plt.subplots()[0])
        say(p, "answer", choice=0, sure=0)
        assert plt.get_fignums() == open_before and "data:image/png" in p.children[1].value


def test_a_figure_of_a_wrong_kind_is_refused_or_said():
    with pytest.raises(ValueError, match="figure must be a widget, a matplotlib figure or a function, got 3"):
        lesson.predict("Right?", TWO, figure=3)
    p = lesson.predict("Right?", TWO, figure=lambda: None)
    assert "figure must give a widget or a matplotlib figure, got NoneType" in say(p, "answer", choice=0, sure=0)["failed"]


# ---------------------------------------------------------------- reveal

def test_our_explanation_opens_beside_a_sentence_of_ones_own(ask, file):
    r = ask.reveal("why")
    assert not now(r)["open"] and now(r)["explanation"] == ""
    assert say(r, "compare", text="two words")["refused"] == "Write at least 3 words."
    state = say(r, "compare", text="  It grows with itself. ")
    assert state["open"] and state["text"] == "It grows with itself." and state["explanation"].startswith("Each step")
    assert say(r, "judge", judged=1)["judged"] == 1
    assert on_disk(file)["00-example"]["explanations"]["why"]["judged"] == "partly"
    assert now(ask.reveal("why"))["judged"] == 1            # after a restart
    assert not say(r, "again")["open"]
    assert say(r, "judge", judged=1)["judged"] is None      # nothing to judge


def test_a_very_long_sentence_is_cut(ask):
    assert len(say(ask.reveal("why"), "compare", text="word " * 5000)["text"]) <= 2000


# ---------------------------------------------------------------- quiz

def test_each_quick_question_is_answered_at_once_and_the_first_answers_count(ask, file):
    q = ask.quiz()
    state = say(q, "answer", question=0, choice=0)
    assert "A common mistake: “one changes nothing when it multiplies”" in words(state["questions"][0])
    assert not state["questions"][0]["done"] and state["score"] == "" and state["questions"][0]["marks"] == []
    assert "fixed point" not in words(state["questions"][0])        # the right answer is not given away
    say(q, "answer", question=1, choice=0)
    state = say(q, "answer", question=2, choice=2)
    assert state["score"] == "Two of three right at the first go. One can still be tried again."
    state = say(q, "answer", question=0, choice=1)
    assert state["questions"][0]["done"] and state["score"] == "Two of three right at the first go. All are right now."
    assert state["questions"][0]["marks"] == ["✗ not right, your first answer", "✓ right", ""]
    say(q, "answer", question=0, choice=2)                          # it is over
    entry = on_disk(file)["00-example"]["quiz"]["1"]
    assert (entry["first"], entry["right"], entry["last"]) == ("1", False, "0")
    assert now(ask.quiz())["score"] == state["score"]               # after a restart
    state = say(q, "again")
    assert state["score"] == "" and not state["again"] and on_disk(file)["00-example"]["quiz"] == {}


def test_all_right_is_said(ask):
    q = ask.quiz()
    for question, choice in enumerate((1, 0, 2)):
        say(q, "answer", question=question, choice=choice)
    assert now(q)["score"] == "All three right at the first go."
    assert say(q, "answer", question=7, choice=0)["refused"]


# ---------------------------------------------------------------- teachers

def test_show_answers_opens_everything_and_records_nothing(ask, file):
    p, r, q = ask.predict("doubling", lambda: ipywidgets.HTML("")), ask.reveal("why"), ask.quiz()
    lesson.show_answers()
    later = ask.predict("halving", lambda: ipywidgets.HTML(""))
    for one in (p, later):
        assert now(one)["open"] and len(one.children) == 2 and not now(one)["again"]
    assert "Right is “1024”" in words(now(p)) and "computers lose large numbers" in words(now(p))
    assert now(r)["open"] and now(r)["text"] == "" and all(one["done"] for one in now(q)["questions"])
    assert not file.exists()


def test_show_answers_from_the_start_raises_what_a_figure_raises(ask, monkeypatch):
    monkeypatch.setenv("FRACTALEDU_SHOW_ANSWERS", "1")
    assert len(ask.predict("doubling", lambda: ipywidgets.HTML("")).children) == 2
    with pytest.raises(ZeroDivisionError):
        ask.predict("halving", lambda: 1 / 0)
    assert ask.reveal("why")._now["open"]
    monkeypatch.setenv("FRACTALEDU_SHOW_ANSWERS", "0")
    assert not now(ask.predict("doubling"))["open"]


def test_one_bad_figure_leaves_no_question_closed(ask):
    good = []

    def draw():
        return good[0]
    bad, after = ask.predict("halving", draw), ask.predict("doubling", lambda: ipywidgets.HTML(""))
    with pytest.raises(IndexError):
        lesson.show_answers()
    assert now(bad)["open"] and "could not be drawn. IndexError" in now(bad)["failed"] and now(bad)["drawing"] == ""
    assert now(after)["open"] and len(after.children) == 2
    good.append(ipywidgets.HTML(""))
    lesson.show_answers()                                   # tried again
    assert len(bad.children) == 2 and now(bad)["failed"] == ""


def test_a_cell_that_runs_again_leaves_no_widget_behind(ask):
    mine = ipywidgets.HTML("")

    def run():
        p = ask.predict("doubling", lambda: mine)
        ask.reveal("why"), ask.quiz(), ask.answers()
        return p
    say(run(), "answer", choice=RIGHT, sure=GUESS)
    count = len(widgets._instances)
    for _ in range(5):
        p = run()
    assert len(widgets._instances) == count and p.children[1] is mine and mine.comm is not None


def test_without_a_file_the_same(file):
    p = lesson.predict("Is `1 < 2`?", TWO, explanation="Count.")
    assert say(p, "answer", choice=1, sure=0)["open"] and words(now(p)).endswith("Count.")
    assert now(lesson.predict("Is `1 < 2`?", TWO))["open"] and not now(lesson.predict("Is `1 < 2`?", TWO, key="b"))["open"]
    assert say(lesson.reveal("Why so?", "Because."), "compare", text="I do not know")["explanation"] == "Because."
    q = lesson.quiz([lesson.Question("Yes?", TWO)], key="end")
    assert say(q, "answer", question=0, choice=1)["score"] == "None of one right at the first go. One can still be tried again."
    assert set(on_disk(file)["own questions"]) == {"predictions", "explanations", "quiz"}


def test_own_questions_of_two_lessons_do_not_mix(file):
    for make, message in ((lambda name: lesson.predict("Why?", TWO, lesson=name), {"kind": "answer", "choice": 0, "sure": 0}),
                          (lambda name: lesson.reveal("Why?", "Because.", lesson=name), {"kind": "compare", "text": "a b c"}),
                          (lambda name: lesson.quiz([lesson.Question("Why?", TWO)], lesson=name),
                           {"kind": "answer", "question": 0, "choice": 0})):
        say(make("monday"), **message)
        assert now(make("monday")) != now(make("tuesday"))
    assert set(on_disk(file)) == {"monday"}


# ---------------------------------------------------------------- texts

def yes(**how):
    return lesson.Option(**{"text": "yes", "right": True, "because": "it is"} | how)


def no(**how):
    return lesson.Option(**{"text": "no", "misconception": "never", "because": "look"} | how)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: lesson.Option(""), "text must be given, got ''"),
    (lambda: lesson.Option(3), "text must be given, got 3"),
    (lambda: lesson.Option("a", right=1), "right must be true or false, got 1"),
    (lambda: no(misconception=""), "misconception must be given for the wrong option 'no', got ''"),
    (lambda: no(because=""), "because must be given for the option 'no', got ''"),
    (lambda: yes(because=None), "because must be given for the option 'yes', got None"),
    (lambda: lesson.predict("?", [yes(because=""), no()]), "explanation must be given, or a because for the right option"),
    (lambda: lesson.predict("?", TWO, key=7), "key must be given, got 7"),
    (lambda: lesson.reveal("?", "because", lesson=""), "lesson must be given, got ''"),
    (lambda: yes(misconception="x"), "misconception must be left out for the right option, got 'x'"),
    (lambda: yes(text="$x$"), r"text must be plain text without \$ or \\, got '\$x\$'"),
    (lambda: lesson.predict("?", [no(), no(text="b")]), "exactly one option must be right, got 0"),
    (lambda: lesson.predict("?", [yes(), yes(text="b")]), "exactly one option must be right, got 2: yes, b"),
    (lambda: lesson.predict("?", [yes(), no(), no()]), "options must differ, got 'no' twice"),
    (lambda: lesson.predict("?", [yes()]), "options must be from 2 to 6, got 1"),
    (lambda: lesson.predict("?", "yes no"), "options must be a list of lesson.Option, got 'yes no'"),
    (lambda: lesson.predict("?", None), "options must be a list of lesson.Option, got None"),
    (lambda: lesson.predict("", [yes(), no()]), "question must be given, got ''"),
    (lambda: lesson.reveal("Why?", ""), "explanation must be given, got ''"),
    (lambda: lesson.quiz([]), r"questions must be a list of one to six lesson.Question, got \[\]"),
    (lambda: lesson.quiz(lesson.Question("Yes?", TWO)), "questions must be a list .* got Question"),
    (lambda: lesson.Lesson(7), "name must be the name of a lesson or the path of a .toml file, got 7"),
    (lambda: lesson.Lesson("99-nothing"), "name must be one of .*, or the path of a .toml file, got '99-nothing'"),
    (lambda: lesson.Lesson("nothing.toml"), "name must be a .toml file that can be read, got 'nothing.toml': No such file"),
    (lambda: lesson.Lesson(EXAMPLE).predict("why"), "key must be one of doubling, halving, got 'why'"),
    (lambda: lesson.Lesson(EXAMPLE).reveal("x"), "key must be one of why, got 'x'")])
def test_a_wrong_text_is_refused_by_argument_rule_and_value(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("old", "new", "message"), [
    ('misconception = "computers lose large numbers"\n', "", "predict.doubling.options[3]: misconception must be given"),
    ('text = "20"', "txet = '20'", "predict.doubling.options[1]: a key must be one of text, right, misconception, because"),
    ('text = "20"\n', "", "predict.doubling.options[1]: text must be given, got None"),
    ("right = true", "right = 'yes'", "predict.doubling.options[2]: right must be true or false, got 'yes'"),
    ('explanation = "Each step multiplies by 2', 'because = "', "predict.doubling: explanation must be given"),
    ('prompt = "In one sentence: why does doubling win over adding?"\n', "", "reveal.why: prompt must be given, got None"),
    ('question = "How often must 1 be doubled to pass 1000?"', "", "quiz[2]: question must be given, got None"),
    ("title = ", "titel = ", "a key must be one of title, predict, reveal, quiz, got 'titel'"),
    ("title = ", "title ", "Expected '=' after a key")])
def test_a_wrong_file_is_refused_by_file_key_and_rule(tmp_path, old, new, message):
    path = tmp_path / "bad.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError) as caught:
        lesson.Lesson(path)
    assert str(caught.value).startswith("bad.toml: ") and message in str(caught.value)


def test_a_name_of_a_lesson_may_be_a_path():
    assert lesson.Lesson(pathlib.Path(lessons()[0])).name == lessons()[0]


def test_a_quiz_of_a_lesson_has_three_questions(tmp_path):
    path = tmp_path / "two.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    path.write_text(text[:text.rindex("[[quiz]]")], encoding="utf-8")
    with pytest.raises(ValueError, match=r"two.toml: \[\[quiz\]\] must stand there 3 times, got 2"):
        lesson.Lesson(path)
    path.write_text('title = "a"\nquiz = 3\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"two.toml: \[\[quiz\]\] must stand there 3 times, got 3"):
        lesson.Lesson(path)


def test_the_example_for_teachers_is_sound(tmp_path):
    page = (pathlib.Path(__file__).parents[1] / "docs" / "own-questions.md").read_text(encoding="utf-8")
    text, = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "dice.toml").write_text(text, encoding="utf-8")
    names = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block.replace("dice.toml", str(tmp_path / "dice.toml")).replace("downloads", str(tmp_path)), names)
    asked = names["ask"].texts
    assert asked.name == "dice" and all(f'"{key}"' in page for key in [*asked.predict, *asked.reveal])


def test_the_files_of_the_lessons_are_sound():
    for name in lessons():
        texts = lesson.Lesson(name).texts
        asked = [*texts.predict.values(), *texts.quiz]
        assert all(3 <= len(question.options) <= 4 for question in asked), name
        places = [[option.right for option in question.options].index(True) for question in asked]
        assert len(set(places)) > 1 and max(map(places.count, places)) <= 0.7 * len(places), f"{name}: right at {places}"


# ---------------------------------------------------------------- without a kernel

def displayed(thing, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, *rest, **how: shown.append(data))
    thing._ipython_display_()
    return shown


def test_beside_the_widget_stands_the_question_with_its_answer_folded(ask, monkeypatch):
    for thing in (ask.predict("doubling"), ask.reveal("why"), ask.quiz()):
        widget, still = displayed(thing, monkeypatch)
        assert "application/vnd.jupyter.widget-view+json" in widget and "text/html" not in widget
        page = still["text/html"]
        assert page.startswith('<div class="fractaledu-still"') and "<details><summary>Answer</summary>" in page
        assert widget["text/plain"] == still["text/plain"] and "because" not in widget["text/plain"]
    page = displayed(ask.predict("doubling"), monkeypatch)[1]["text/html"]
    question, answer = page.split("<details>")
    assert "<li>1024</li>" in question and "Each step" not in question
    assert "Right is “1024”. Each step multiplies by 2, so ten steps multiply by 2¹⁰, in Python <code>2**10</code>." in answer
    assert "“20” is not right. A common mistake: “doubling" in answer and "Nothing is added anywhere" in answer
    assert displayed(ask.predict("doubling"), monkeypatch)[1]["text/plain"].splitlines()[1:] == [
        "  ( ) 20", "  ( ) 1024", "  ( ) It overflows."]


def test_texts_are_escaped(monkeypatch):
    p = lesson.predict("Is 1<b>2 & `a<b`?", TWO)
    assert "Is 1&lt;b&gt;2 &amp; <code>a&lt;b</code>?" in displayed(p, monkeypatch)[1]["text/html"]


def test_a_page_made_by_nbconvert_shows_the_questions(tmp_path):
    write_notebook(tmp_path / "page.ipynb", f"from fractaledu import lesson\nask = lesson.Lesson({str(EXAMPLE)!r})",
                   "ask.predict('doubling', lambda: 1 / 0)", "ask.reveal('why')", "ask.quiz()", "ask.answers()")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "page.ipynb",
                    "--ExecutePreprocessor.store_widget_state=False"], cwd=tmp_path, check=True, capture_output=True)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count('class="fractaledu-still"') == 4 and text.count("<summary>Answer</summary>") == 5
    assert ".fractaledu-still {" not in text and "<li>1024</li>" in text


# ---------------------------------------------------------------- answers

def test_what_was_noted_is_kept_with_its_time(file):
    assert answers.kept("01", "exercises", "gd_step") is None
    assert answers.note("01", "exercises", "gd_step", outcome="wrong", tries=1, source="def …") == ""
    answers.note("01", "exercises", "gd_step", outcome="right", tries=2)
    entry = answers.kept("01", "exercises", "gd_step")
    assert entry == {"outcome": "right", "tries": 2, "when": entry["when"]}
    assert on_disk(file)["01"]["exercises"]["gd_step"] == entry
    assert answers.forget("01", "exercises", "gd_step") == "" and answers.kept("01", "exercises", "gd_step") is None
    assert [path.name for path in file.parent.iterdir()] == [file.name]         # no lock, no temporary file stays
    with pytest.raises(ValueError, match="kind must be one of predictions, explanations, quiz, exercises, got 'x'"):
        answers.note("01", "x", "gd_step")


def test_without_the_variable_the_file_is_in_the_folder_of_the_notebook(tmp_path):
    """Also after a cell has gone elsewhere."""
    program = ("import os; from fractaledu import answers; os.mkdir('data'); os.chdir('data')\n"
               "answers.note('01', 'quiz', '1', first='a'); assert answers.kept('01', 'quiz', '1')")
    env = {name: value for name, value in os.environ.items() if name != "FRACTALEDU_ANSWERS"}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=env, check=True)
    assert (tmp_path / "my-answers.json").exists() and not any((tmp_path / "data").iterdir())


def test_strange_values_do_not_break_a_note(file):
    assert answers.note("01", "exercises", "a", value=1 + 2j, text="\ud800") == ""
    assert on_disk(file)["01"]["exercises"]["a"]["value"] == "(1+2j)"


class Unspeakable:
    def __str__(self):
        raise ZeroDivisionError


def test_an_entry_that_cannot_be_text_spoils_no_other(file):
    endless = []
    endless.append(endless)
    for value in (endless, {(1, 2): 3}, Unspeakable()):
        assert "cannot be kept as text" in answers.note("01", "exercises", "a", value=value)
        assert answers.note("01", "exercises", "b", value=1) == "" and answers.kept("01", "exercises", "a") is None
    entry = {"tries": [1]}
    answers.note("01", "exercises", "c", **entry)
    entry["tries"].append(2)
    assert answers.kept("01", "exercises", "c")["tries"] == [1]


def test_two_notebooks_lose_nothing_of_each_other(file):
    program = ("import sys; from fractaledu import answers\n"
               "for k in range(30): assert answers.note(sys.argv[1], 'quiz', str(k), first='x') == ''")
    others = [subprocess.Popen([sys.executable, "-c", program, name]) for name in "ab"]
    threads = [threading.Thread(target=lambda n=n: [answers.note(n, "quiz", str(k), first="x") for k in range(30)])
               for n in "cd"]
    for thread in threads:
        thread.start()
    assert [other.wait(120) for other in others] == [0, 0]
    for thread in threads:
        thread.join()
    assert {name: len(kinds["quiz"]) for name, kinds in on_disk(file).items()} == dict.fromkeys("abcd", 30)


def test_a_lock_that_was_left_behind_is_passed_by_its_age(file, monkeypatch):
    monkeypatch.setattr(answer_file, "LONGEST_WAIT", 0.05)
    lock = file.with_name(f".{file.name}.lock")
    lock.write_text("somebody's")
    assert "not kept in my-answers.json: another notebook holds it" in answers.note("01", "quiz", "1", first="x")
    assert lock.read_text() == "somebody's" and not file.exists()
    old = time.time() - answer_file.OLDEST_LOCK - 1
    os.utime(lock, (old, old))
    assert answers.note("01", "quiz", "2", first="x") == "" and not lock.exists()
    assert set(on_disk(file)["01"]["quiz"]) == {"1", "2"}


def test_a_lock_of_somebody_else_is_never_removed(file):
    lock = file.with_name(f".{file.name}.lock")
    with answer_file._alone(file):
        lock.write_text("taken for an old one, and somebody else's now")
    assert lock.exists()


def test_a_lock_that_cannot_be_written_does_not_stay(file, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(answer_file, "open", full, raising=False)
    assert "no space left" in answers.note("01", "quiz", "1", first="x") and not list(file.parent.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_what_is_not_a_plain_file_stays_where_it_is(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.symlink("/dev/null", tmp_path / "device")
    for name in ("pipe", "folder", "device"):
        monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / name))
        assert f"not kept in {name}: it is not a file" in answers.note("01", "quiz", "1", first="x")
        assert answers.kept("01", "quiz", "1")["first"] == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["device", "folder", "pipe"]
    assert os.readlink(tmp_path / "device") == "/dev/null"


def test_an_empty_file_is_begun(file):
    file.touch()
    assert answers.note("01", "quiz", "1", first="x") == "" and on_disk(file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("text", [
    "{", "[" * 100_000, b"\xff\xfe\x00", '{"what": "fractaledu answers", "format": 1, "lessons": {}}',
    '{"what": "fractaledu answers", "format": 1, "name": "", "lessons": [1]}'])
def test_a_damaged_file_is_moved_aside(file, ask, text):
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = file.read_bytes()
    p = ask.predict("doubling")
    assert not now(p)["open"]
    state = say(p, "answer", choice=RIGHT, sure=GUESS)
    aside, = (path for path in file.parent.iterdir() if ".damaged-" in path.name)
    assert state["open"] and aside.name in state["trouble"] and aside.read_bytes() == before
    assert on_disk(file)["00-example"]["predictions"]["doubling"]["first"] == "1024"
    assert say(ask.reveal("why"), "compare", text="one two three")["trouble"] == ""


@pytest.mark.parametrize(("text", "why"), [
    ("[1, 2]", "it is not a file of answers"), ('{"what": "recipes"}', "it is not a file of answers"),
    ('{"what": "fractaledu answers", "format": 2, "lessons": {}}', "it is from a newer version of fractaledu")])
def test_a_file_of_somebody_else_or_a_newer_version_stays_as_it_is(file, ask, text, why):
    file.write_text(text)
    state = say(ask.predict("doubling"), "answer", choice=RIGHT, sure=GUESS)
    assert state["open"] and why in state["trouble"] and "download them" in state["trouble"]
    assert file.read_text() == text and len(list(file.parent.iterdir())) == 1
    assert now(ask.predict("doubling"))["open"] and "1024" in answers.download()[1]       # in memory
    file.unlink()
    say(ask.reveal("why"), "compare", text="one two three")
    assert on_disk(file)["00-example"]["predictions"]["doubling"]["first"] == "1024"      # in the file, as soon as it can be
    assert answers.trouble() == ""


def test_a_folder_that_cannot_be_written_does_not_break_a_lesson(tmp_path, ask, monkeypatch):
    monkeypatch.setenv("FRACTALEDU_ANSWERS", str(tmp_path / "no folder" / "my-answers.json"))
    state = say(ask.predict("doubling"), "answer", choice=RIGHT, sure=GUESS)
    assert state["open"] and "Your answers are not kept in my-answers.json: no such file or directory" in state["trouble"]

    def refuse(*args):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(answer_file.os, "open", refuse)
    state = say(ask.predict("halving"), "answer", choice=0, sure=GUESS)
    assert state["open"] and "permission denied" in state["trouble"]
    assert say(ask.predict("halving"), "again")["open"] is False


# ---------------------------------------------------------------- download, upload, collect

def downloaded(ask, file):
    """What "Download my answers" sends, after some answers; the answers are forgotten."""
    say(ask.predict("doubling"), "answer", choice=TWENTY, sure=CERTAIN)
    say(ask.reveal("why"), "compare", text="It grows with itself")
    say(ask.quiz(), "answer", question=0, choice=1)
    box, sent = ask.answers(), []
    say(box, "name", name=" Ada L. ")
    box.send = sent.append
    state = say(box, "download")
    assert sent[0]["kind"] == "file" and sent[0]["client"] == "test" and sent[0]["name"] == "my-answers-ada-l.json"
    assert state["name"] == "Ada L." and sent[0]["name"] in state["said"]
    file.unlink()
    asking._asked.clear()
    return sent[0]["text"]


def test_answers_survive_a_download_and_an_upload(ask, file):
    text = downloaded(ask, file)
    p, r, q, box = ask.predict("doubling", ipywidgets.HTML("")), ask.reveal("why"), ask.quiz(), ask.answers()
    assert not now(p)["open"] and not now(r)["open"]
    state = say(box, "upload", text=text)
    assert state["said"] == "3 answers taken over." and state["name"] == "Ada L."
    assert now(p)["open"] and len(p.children) == 2 and now(r)["open"] and now(q)["questions"][0]["done"]     # at once
    assert say(box, "upload", text=text)["said"] == "Nothing new in this file."
    assert json.loads(text)["lessons"] == on_disk(file)


def test_of_two_answers_the_newer_one_stays(ask, file):
    text = downloaded(ask, file)
    p, box = ask.predict("doubling"), ask.answers()
    say(p, "answer", choice=RIGHT, sure=CERTAIN)
    state = say(box, "upload", text=text)
    assert state["said"] == "2 answers taken over. One answer stayed as here: what is here is newer."
    assert "“1024” (certain)" in words(now(p))
    newer = json.loads(text)
    newer["lessons"]["00-example"]["predictions"]["doubling"]["when"] = "9999"
    assert say(box, "upload", text=json.dumps(newer))["said"].startswith("One answer taken over.")
    assert "“20” (certain)" in words(now(p))


@pytest.mark.parametrize(("text", "why"), [
    ("{", "it is damaged"), ("[]", "it is not a file of answers"), ("1" * 5_000_000, "it is too large to be a file of answers"),
    ('{"what": "fractaledu answers", "format": 9}', "it is from a newer version of fractaledu")])
def test_a_file_that_is_no_answers_is_not_taken_over(ask, file, text, why):
    say(ask.predict("doubling"), "answer", choice=RIGHT, sure=GUESS)
    before = file.read_bytes()
    assert say(ask.answers(), "upload", text=text)["refused"] == f"Nothing is taken over from this file: {why}."
    assert file.read_bytes() == before


def test_the_table_says_what_is_answered(ask):
    box = ask.answers()
    assert [row[0] for row in now(box)["rows"]] == ["Prediction"] * 2 + ["Explanation"] + ["Quick question"] * 3
    say(ask.predict("doubling"), "answer", choice=TWENTY, sure=CERTAIN)
    say(ask.quiz(), "answer", question=2, choice=2)
    answers.note("00-example", "exercises", "gd_step", outcome="right", source="def gd_step(): …")
    rows = now(box)["rows"]                                         # told at once
    assert rows[0][2:] == ["20 (certain)", "✗ not right"] and rows[1][2:] == ["not yet", ""]
    assert rows[5][2:] == ["It halves it", "✓ right"] and rows[6] == ["Exercise", "gd_step", "your code", "✓ right"]


def test_the_box_of_all_lessons_has_a_row_for_each(ask, monkeypatch, tmp_path):
    shutil.copy(EXAMPLE, tmp_path)
    monkeypatch.setattr("fractaledu.questions.texts.FOLDER", tmp_path)
    box = lesson.answers()
    assert now(box)["rows"] == [[ask.title, "0 of 2", "0 of 1", "not yet", "not yet"]]
    say(ask.predict("doubling"), "answer", choice=TWENTY, sure=CERTAIN)
    say(ask.reveal("why"), "compare", text="It grows with itself")
    for choice in (0, 1):
        say(ask.quiz(), "answer", question=0, choice=choice)
    say(ask.quiz(), "answer", question=1, choice=0)
    answers.note("00-example", "exercises", "gd_step", outcome="wrong")
    answers.note("00-example", "exercises", "slope", outcome="right")
    assert now(box)["rows"] == [[ask.title, "1 of 2", "1 of 1", "1 of 3", "1"]]
    assert len(now(box)["columns"]) == 5


def test_a_teacher_collects_the_files_of_a_class(ask, file, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "my-answers-ada-l.json").write_text(downloaded(ask, file), encoding="utf-8")
    answers.note("00-example", "exercises", "gd_step", outcome="right", source="def gd_step(): …")
    (folder / "my-answers (1).json").write_text(answers.download()[1], encoding="utf-8")
    rows = answers.collect(folder)
    assert [row["file"] for row in rows] == ["my-answers (1).json"] + ["my-answers-ada-l.json"] * 3
    assert len({tuple(row) for row in rows}) == 1                   # all rows have the same columns
    exercise, prediction = rows[:2]
    assert exercise["key"] == "gd_step" and exercise["right"] is True
    assert exercise["chosen"] == "def gd_step(): …"
    assert prediction["name"] == "Ada L." and prediction["chosen"] == "20" and prediction["right"] is False
    assert prediction["confidence"] == "certain" and "adds the same amount" in prediction["misconception"]
    (folder / "broken.json").write_text("{")
    with pytest.warns(UserWarning, match="broken.json is left out: it is damaged"):
        assert len(answers.collect(folder)) == 4
    (folder / "broken.json").unlink()
    with pytest.raises(NotADirectoryError, match="folder must be a folder with downloaded answers"):
        answers.collect(folder / "none")


def test_files_of_a_class_as_they_come(tmp_path):
    """Saved by Notepad, named in capitals, edited by hand, and a formula for a name."""
    entry = {"first": ["a"], "right": "yes", "confidence": 3, "when": 5, "second": "-1", "second_right": True}
    data = {"what": "fractaledu answers", "format": 1, "name": "=1+1", "lessons": {"01": {"predictions": {"k": entry}}}}
    (tmp_path / "A.JSON").write_text(json.dumps(data), encoding="utf-8-sig")
    row, = answers.collect(tmp_path)
    assert row["name"] == "'=1+1" and row["second"] == "'-1" and row["second_right"] is True
    assert row["chosen"] is row["right"] is row["confidence"] is row["when"] is None and "tries" not in row


# ---------------------------------------------------------------- what the browser may say

def test_nothing_that_the_browser_says_can_raise(ask):
    for thing in (ask.predict("doubling")._prediction, ask.reveal("why"), ask.quiz(), ask.answers()):
        for message in (None, 3, [], {}, {"kind": "nothing"}, {"kind": 7}, {"kind": "answer"}, {"kind": "answer", "choice": {}},
                        {"kind": "upload", "text": None}, {"kind": "name", "name": ["x"] * 9}, {"kind": "judge", "judged": 99},
                        {"kind": "compare"}, {"kind": "hello", "client": None, "n": "x"}):
            thing._receive(message)


def test_a_picture_says_what_is_seen():
    figure = Figure()
    figure.subplots().set(title="Loss", xlabel="step", ylabel="loss")
    assert 'alt="It falls."' in lesson.picture(figure, "It falls.")._repr_html_()
    assert repr(lesson.picture(figure.axes[0].plot([1, 2]))) == "Figure: Loss, loss against step"
    with pytest.raises(ValueError, match="drawn must be a matplotlib figure .* got int"):
        lesson.picture(3)
