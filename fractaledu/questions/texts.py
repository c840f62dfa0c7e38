"""The questions of a lesson: what they are made of, and how they are read from data/lessons/NAME.toml."""
from __future__ import annotations

import os
import pathlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

FOLDER = pathlib.Path(__file__).parents[1] / "data" / "lessons"
QUICK = 3                       # questions in a lesson's quiz


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from.

    Parameters
    ----------
    text : str
        What is offered.  Plain text with Unicode mathematics (η, x₀, ²); `backticks` for code.
    right : bool, default False
    misconception : str
        For a wrong option: the name of the thought behind it, as somebody would say it.  It is quoted to whoever chose this.
    because : str
        For a wrong option: why it is tempting, and what to look at.  For the right one: why it is right, shown and needed
        where the question has no explanation.

    Raises
    ------
    ValueError
        If a text is missing or not plain, or a right option has a misconception.
    """

    text: str
    right: bool = False
    misconception: str = ""
    because: str = ""

    def __post_init__(self):
        if not isinstance(self.right, bool):
            raise ValueError(f"right must be true or false, got {self.right!r}")
        plain("text", self.text)
        if self.right and self.misconception != "":
            raise ValueError(f"misconception must be left out for the right option, got {self.misconception!r}")
        if not self.right:
            plain("misconception", self.misconception, f" for the wrong option {self.text!r}")
        if not self.right or self.because != "":
            plain("because", self.because, f" for the option {self.text!r}")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with options, one of them right.

    Parameters
    ----------
    question : str
        Plain text with Unicode mathematics (η, x₀, ²); `backticks` for code.
    options : sequence of Option
        From two to six, exactly one right, no two with the same text.
    explanation : str, optional
        Why the right option is right, in two or three sentences.  In its place the right option may have a `because`.

    Raises
    ------
    ValueError
        If a rule is broken; the message names the argument, the rule and the value.
    """

    question: str
    options: tuple[Option, ...]
    explanation: str = ""

    def __post_init__(self):
        plain("question", self.question)
        if self.explanation != "":
            plain("explanation", self.explanation)
        options = self.options
        if isinstance(options, str) or not isinstance(options, Sequence) or not all(isinstance(o, Option) for o in options):
            raise ValueError(f"options must be a list of lesson.Option, got {options!r}")
        object.__setattr__(self, "options", tuple(options))
        if not 2 <= len(options) <= 6:
            raise ValueError(f"options must be from 2 to 6, got {len(options)}")
        right, texts = [option.text for option in options if option.right], [option.text for option in options]
        if len(right) != 1:
            raise ValueError(f"exactly one option must be right, got {len(right)}{': ' if right else ''}{', '.join(right)}")
        if len(set(texts)) < len(texts):
            raise ValueError(f"options must differ, got {next(t for t in texts if texts.count(t) > 1)!r} twice")
        if not self.reason:
            raise ValueError(f"explanation must be given, or a because for the right option {self.right.text!r}")

    @property
    def right(self) -> Option:
        return next(option for option in self.options if option.right)

    @property
    def reason(self) -> str:
        """Why it is right."""
        return self.explanation or self.right.because

    def option(self, text) -> Option | None:
        """The option of that text; None for anything else, such as an answer to an older version of the question."""
        return next((option for option in self.options if option.text == text), None)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to explain in one sentence.

    Parameters
    ----------
    prompt : str
        What to explain; plain text as in a Question.
    explanation : str
        Ours, shown beside what was written.

    Raises
    ------
    ValueError
        If one of them is missing or not plain.
    """

    prompt: str
    explanation: str

    def __post_init__(self):
        plain("prompt", self.prompt)
        plain("explanation", self.explanation)


@dataclass(frozen=True, slots=True)
class Texts:
    """All questions of a lesson."""

    name: str
    title: str = ""
    predict: Mapping[str, Question] = field(default_factory=dict)
    reveal: Mapping[str, Prompt] = field(default_factory=dict)
    quiz: tuple[Question, ...] = ()


def plain(name, text, where=""):
    """ValueError unless `text` is text, not empty, without LaTeX."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} must be given{where}, got {text!r}")
    if "$" in text or "\\" in text:
        raise ValueError(f"{name} must be plain text without $ or \\, got {text!r}{where}")


# ---------------------------------------------------------------- files

def lessons() -> list[str]:
    """Names of the lessons that the package has."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str | os.PathLike) -> Texts:
    """The questions of a lesson of the package, or of the .toml file whose path `name` is.

    Raises
    ------
    ValueError
        If there is no such lesson (the message lists those there are), or a text breaks a rule (it names file, key, rule).
    """
    if not isinstance(name, str | os.PathLike):
        raise ValueError(f"name must be the name of a lesson or the path of a .toml file, got {name!r}")
    name = os.fspath(name)
    file = pathlib.Path(name)
    if file.suffix != ".toml":
        if name not in lessons():
            raise ValueError(f"name must be one of {', '.join(lessons()) or '(there are none)'}, or the path of a .toml file, "
                             f"got {name!r}")
        file = FOLDER / f"{name}.toml"
    try:
        with open(file, "rb") as stream:
            table = tomllib.load(stream)
    except OSError as error:
        raise ValueError(f"name must be a .toml file that can be read, got {name!r}: {error.strerror}") from None
    except ValueError as error:                     # TOMLDecodeError, or bytes that are no text
        raise ValueError(f"{file.name}: {error}") from None
    try:
        return _texts(file.stem, table)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from None


def _texts(name, table):
    _known(table, "", Texts, but={"name"})
    plain("title", table.get("title"))
    quiz = table.get("quiz", [])
    if not isinstance(quiz, list) or len(quiz) != QUICK:
        raise ValueError(f"[[quiz]] must stand there {QUICK} times, got {len(quiz) if isinstance(quiz, list) else repr(quiz)}")
    return Texts(name, table["title"], _named(table, "predict", Question), _named(table, "reveal", Prompt),
                 tuple(_made(entry, f"quiz[{k}]", Question) for k, entry in enumerate(quiz, 1)))


def _named(table, group, kind):
    entries = table.get(group, {})
    if not isinstance(entries, dict):
        raise ValueError(f"{group} must be tables [{group}.key], got {entries!r}")
    for key, entry in entries.items():
        if isinstance(entry, dict) and not entry.get("explanation"):
            raise ValueError(f"{group}.{key}: explanation must be given")
    return {key: _made(entry, f"{group}.{key}", kind) for key, entry in entries.items()}


def _made(entry, where, kind):
    """An object of the class `kind` from its table; what is wrong is said with its place."""
    _known(entry, f"{where}: ", kind)
    values = dict(entry)
    if kind is Question:
        options = values.get("options")
        if not isinstance(options, list):
            raise ValueError(f"{where}: options must be tables [[….options]], got {options!r}")
        values["options"] = [_made(option, f"{where}.options[{k}]", Option) for k, option in enumerate(options, 1)]
    try:
        return kind(**{name: None for name in _needed(kind)} | values)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _needed(kind):
    return {Option: ("text",), Prompt: ("prompt", "explanation"), Question: ("question",)}[kind]


def _known(entry, where, kind, but=frozenset()):
    names = [f.name for f in fields(kind) if f.name not in but]
    if not isinstance(entry, dict):
        raise ValueError(f"{where}it must be a table, got {entry!r}")
    for key in entry:
        if key not in names:
            raise ValueError(f"{where}a key must be one of {', '.join(names)}, got {key!r}")
