"""What the tests of the exercises' checks share: what right, wrong and odd answers must get."""
import numpy as np  # noqa: F401  the odd answers are evaluated here


def assert_right(result):
    """The result, which says what was checked."""
    assert result.outcome == "right" and result.misconception is None, result
    assert any(character.isdigit() for character in result.text), result.text
    return result


def assert_wrong(result, fragment):
    assert result.outcome == "wrong" and len(result.text) > 30, result
    assert (result.misconception is None) if fragment is None else fragment in str(result.misconception), result
    assert result.input is not None or result.got is not None or result.expected is not None, "it shows what it saw"


# ---------------------------------------------------------------- whatever else a learner may hand in

class Ending(BaseException):
    def __str__(self):
        raise RuntimeError


def ending(*inputs):
    raise Ending


async def coroutine(*inputs):
    return 1.0


GENERIC = [
    ("lambda *inputs: None", "not attempted", None), ("lambda *inputs: ...", "not attempted", None),
    ("lambda *inputs: (..., ...)", "not attempted", None), ("lambda *inputs: ... * 2", "not attempted", None),
    ("lambda *inputs: float('nan')", "wrong", "no finite number|wrong shape|wrong kind"),
    ("lambda *inputs: float('inf')", "wrong", "no finite number|wrong shape|wrong kind"),
    ("lambda *inputs: 'three'", "wrong", "wrong kind|wrong shape"),
    ("lambda *inputs: [1.0]", "wrong", "wrong kind|wrong shape"),
    ("lambda *inputs: np.zeros((2, 3))", "wrong", "wrong shape|wrong kind|an array is returned"),
    ("lambda *inputs: True", "wrong", "wrong kind|wrong shape"), ("lambda *inputs: {}", "wrong", "wrong kind|wrong shape"),
    ("lambda *inputs: 1 / 0", "wrong", "ZeroDivisionError"), ("lambda *inputs: undefined + 1", "wrong", "NameError"),
    ("lambda *inputs: 10.0 ** 1000", "wrong", "OverflowError"), ("lambda *inputs: [][0]", "wrong", "IndexError"),
    ("lambda *inputs: 10 ** 400", "wrong", "no finite number|wrong shape|wrong kind"),
    ("lambda *inputs: (yield)", "wrong", "yield"), ("coroutine", "wrong", "async"),
    ("lambda *inputs: input('x?')", "wrong", "EOFError"), ("ending", "wrong", "it raises Ending"),
    ("lambda *inputs: inputs + 1", "wrong", "TypeError"), ("lambda *inputs: exit()", "wrong", "SystemExit|NameError"),
    ("lambda *inputs: (lambda f: f(f))(lambda f: f(f))", "wrong", "RecursionError"),
    ("lambda: 1", "wrong", "number of arguments"), ("lambda a, b, c, d: 1", "wrong", "number of arguments"),
    ("...", "not attempted", None), ("None", "not attempted", None),
    ("3.5", "wrong", "called before"), ("'f'", "wrong", "called before"),
]


def assert_whatever(check):
    """Whatever a function does, there is a sentence."""
    for source, outcome, fragments in GENERIC:
        result = check(eval(source))
        assert result.outcome == outcome and len(result.text) > 30, (source, result)
        assert fragments is None or any(f in result.misconception for f in fragments.split("|")), (source, result)
        assert repr(result) and result._repr_html_()
