"""A learner's function, called with care: it may raise, print, change its input, or never return.

The clock here stops what can be stopped from inside: where the operating system has a timer (Linux, macOS) it interrupts
Python code again and again; on Windows, and outside the main thread, the function runs in a daemon thread, into which an
exception is thrown.  Neither is heard inside one long call of compiled code (`sum(itertools.count())`), nor by a loop that
catches everything; a thread that hears nothing goes on, and the result says so.  On Linux `child` ends the whole process.
"""
from __future__ import annotations

import contextlib
import ctypes
import dis
import inspect
import io
import linecache
import signal
import threading
import time

import numpy as np

from .result import NOT_ATTEMPTED, WRONG, brief

LIMIT = 4.0                 # seconds for all calls of a check together
AGAIN = 0.05                # seconds between interrupts, for code that catches the first one
GRACE = 0.7                 # seconds that a thread gets to hear its interrupt
KEPT = 200                  # characters of its output that are kept
ENDLESS = "an endless loop, or a very slow one"


class Trouble(Exception):
    """Why an answer cannot be compared with the right one; becomes the result of the check."""

    def __init__(self, text, name=None, outcome=WRONG, input=None, got=None, expected=None):
        super().__init__(text)
        self.text, self.name, self.outcome = text, name, outcome
        self.input, self.got, self.expected = input, got, expected


class OutOfTime(BaseException):
    """Raised inside the learner's function; no Exception, so that `except Exception` does not catch it."""


class Trial:
    """The calls that one check makes of one function: together at most LIMIT seconds.

    Parameters
    ----------
    function : object
        What the learner handed in.
    signature : str
        As the exercise wants it, such as "gd_step(x, rate, curvature)".
    hints : dict
        What this exercise says of an error, by the error's name; "endless" and "nan" too.
    """

    def __init__(self, function, signature, hints=None):
        self.signature, self.hints, self.left, self.heard = signature, hints or {}, LIMIT, Heard()
        name = signature.partition("(")[0]
        if function is None or function is ...:
            raise Trouble(f"Write the function `{signature}` in the cell above, run that cell, then run this one again.",
                          outcome=NOT_ATTEMPTED)
        if not callable(function):
            raise Trouble(f"This check wants the function itself, without brackets: `checks.{name}({name})`; it was given "
                          f"{a_thing(function)}.", "the function was called before it was handed over", got=function)
        # A compiled endless loop hears no interrupt: its Python version does.
        self.function = getattr(function, "py_func", function)
        self.names = [part.strip() for part in signature.partition("(")[2].rstrip(")").split(",")]
        self._check_arguments()

    def _check_arguments(self):
        try:
            wanted = inspect.signature(self.function)
        except (TypeError, ValueError):         # some built-in functions have none
            return
        try:
            wanted.bind(*self.names)
        except TypeError:
            raise Trouble(f"Your function takes the arguments {wanted}; the check calls it as `{self.signature}`.",
                          "the wrong number of arguments") from None

    def named(self, inputs):
        """The inputs by the names that the exercise gives them."""
        return dict(zip(self.names, inputs, strict=True))

    def __call__(self, *inputs):
        """What the function returns; Trouble where that is nothing to compare."""
        given = [value.copy() if isinstance(value, np.ndarray) else value for value in inputs]
        began = time.monotonic()
        try:
            with contextlib.redirect_stdout(self.heard), np.errstate():         # its np.seterr is its own
                value = _in_time(self.function, given, self.left)
        except OutOfTime as late:
            raise self._too_slow(inputs, late) from None
        except KeyboardInterrupt:               # the learner's own
            raise
        except BaseException as error:
            raise self._raised(inputs, error) from None
        finally:
            self.left -= time.monotonic() - began
        if any(isinstance(old, np.ndarray) and not _same(old, new) for old, new in zip(inputs, given, strict=True)):
            raise Trouble("Your function changed the array that it was given, so whoever called it has lost the numbers. "
                          "Make a new array (`y = x * 2`) or a copy (`x = x.copy()`) and change that.",
                          "the input array is changed", input=self.named(inputs), got=value)
        self._refuse_nothing(inputs, value)
        return value

    def _refuse_nothing(self, inputs, value):
        parts = value if isinstance(value, tuple | list) else [value]
        if any(part is ... for part in parts) or (value is None and does_nothing(self.function)):
            now = "has no lines of its own yet" if value is None else "still returns `...`"
            raise Trouble(f"`{self.signature}` {now}. Write its lines in the cell above, run that cell, then run this one "
                          "again.", outcome=NOT_ATTEMPTED)
        if inspect.isgenerator(value) or inspect.isasyncgen(value):
            raise Trouble("Your function returned a generator, not an answer: `yield` in it makes one. Write `return` in its "
                          "place, at the end.", "`yield` instead of `return`", input=self.named(inputs))
        if inspect.iscoroutine(value):
            value.close()
            raise Trouble("Your function begins with `async def`, so calling it gives a coroutine, not an answer. Write `def`.",
                          "`async def` instead of `def`", input=self.named(inputs))
        if value is None:
            said = " It prints, but what is printed is lost to whoever calls it." if self.heard.text else ""
            raise Trouble(f"Your function returned None: a path through it ends without `return`.{said} "
                          "End every path with `return` and the answer.", "nothing is returned", input=self.named(inputs))

    def _too_slow(self, inputs, late):
        going = (" It could not be stopped and still runs in the background: restart the kernel when you have mended it."
                 if late.args else " It was stopped.")
        hint = self.hints.get("endless", "Does every loop come nearer to its end? Print what the loop's condition looks at.")
        return Trouble(f"Your function had not returned after {LIMIT:g} seconds (all calls of this check together)."
                       f"{going} {hint}{self.aside()}", ENDLESS, input=self.named(inputs))

    def _raised(self, inputs, error):
        said = message(error)
        if isinstance(error, TypeError) and "ellipsis" in said.lower():
            return Trouble(f"There is still a `...` in `{self.signature}`: put your own code in its place.",
                           outcome=NOT_ATTEMPTED)
        kind = type(error).__name__
        advice = self.hints.get(kind) or next((words for known, words in ADVICE if isinstance(error, known)), "")
        return Trouble(f"Your function stopped with {kind}: {said or 'no message'}{self._place(error)}. {advice}".strip(),
                       f"it raises {kind}", input=self.named(inputs))

    def _place(self, error):
        """The learner's own line where an error came from."""
        code, place = getattr(self.function, "__code__", None), ""
        frame = error.__traceback__
        while frame is not None and code is not None:
            if frame.tb_frame.f_code.co_filename == code.co_filename:
                line = linecache.getline(code.co_filename, frame.tb_lineno).strip()
                place = f", in line {frame.tb_lineno}" + (f": `{line}`" if line else "")
            frame = frame.tb_next
        return place

    def aside(self):
        """A sentence about what the function printed, if it did."""
        return f" It also printed {self.heard.text!r}; the check looks only at what is returned." if self.heard.text else ""


ADVICE = (
    (NameError, "The function does not know this name: is it spelt as among the arguments, and set before it is used?"),
    (RecursionError, "It calls itself without end: what makes it stop?"),
    (ZeroDivisionError, "Which number below the line can become 0, and what should happen then?"),
    (OverflowError, "A number became too large for Python: stop the loop when it has left, or look for a wrong sign."),
    (IndexError, "An index goes beyond the end: the first place has number 0, the last has `len(...) - 1`."),
    (AttributeError, "That thing has no such part: look at its type, and at the spelling after the dot."),
    (TypeError, "Two things do not go together: print their types in the line before."),
    (ValueError, "A function was given a number that it cannot take: print it in the line before."),
    (EOFError, "Nobody can type while a check runs: take what you need as an argument, not with `input()`."),
    (SystemExit, "A function should `return`, not leave Python."),
)


class Heard(io.TextIOBase):
    """Keeps the first characters that are printed, however many come."""

    text = ""

    def writable(self):
        return True

    def write(self, text):
        self.text += text[:KEPT - len(self.text)]
        return len(text)


def message(error) -> str:
    """What an error says; a learner's own may be unable to."""
    try:
        return str(error)
    except Exception:
        return ""


def a_thing(value) -> str:
    """the number 3.5, a list, a str"""
    if isinstance(value, int | float | complex | np.number) and not isinstance(value, bool):
        return f"the number {brief(value)}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def does_nothing(function) -> bool:
    """Whether a function is an empty stub: it loads a constant and returns it."""
    code = getattr(function, "__code__", None)
    idle = {"RESUME", "NOP", "POP_TOP", "CACHE"}
    return code is not None and all(step.opname in idle or step.opname.startswith(("LOAD_CONST", "RETURN_", "LOAD_COMMON"))
                                    for step in dis.get_instructions(code))


def _same(one, other):
    return one.shape == other.shape and one.tobytes() == other.tobytes()


# ---------------------------------------------------------------- the clock

def _in_time(function, inputs, seconds):
    """function(*inputs); OutOfTime after so many seconds, with an argument where it could not be stopped."""
    seconds = max(seconds, 0.01)
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _with_alarm(function, inputs, seconds)
    return _in_thread(function, inputs, seconds)


def _with_alarm(function, inputs, seconds):
    """The operating system's timer interrupts the learner's code, again and again should it catch that."""
    expired = []

    def ring(_, frame):
        expired.append(True)
        if frame is not None and frame.f_code not in OURS:          # never in our own lines around the call
            raise OutOfTime

    before, began = signal.signal(signal.SIGALRM, ring), time.monotonic()
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        value = function(*inputs)
    except Exception:
        if not expired:
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if timer[0]:            # somebody else's: it goes on with the time that it had left
            signal.setitimer(signal.ITIMER_REAL, max(timer[0] - (time.monotonic() - began), 1e-3), timer[1])
    if expired:
        raise OutOfTime
    return value


OURS = frozenset({_with_alarm.__code__})


def _in_thread(function, inputs, seconds):
    """Without such a timer (Windows, or a thread of the kernel): a thread of its own, which is asked to stop."""
    outcome = {}

    def work():
        try:
            outcome["value"] = function(*inputs)
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    late, give_up = thread.is_alive(), time.monotonic() + GRACE
    while thread.is_alive() and time.monotonic() < give_up:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(OutOfTime))
        thread.join(AGAIN)
    if late:
        raise OutOfTime(*(["still runs"] if thread.is_alive() else []))
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]
