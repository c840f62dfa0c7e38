"""A check in a process of its own, so that no function, whatever it does, can hold up the notebook.

Only on Linux, and in the main thread (where a notebook's cells run).  Elsewhere `trial` alone keeps the time, in the notebook's
own process: its timer on macOS, and on Windows or in a thread a daemon thread with an exception thrown into it from outside.
"""
from __future__ import annotations

import builtins
import ctypes
import gc
import logging
import os
import pickle
import select
import signal
import sys
import threading
import time
import warnings

PATIENCE = 4.7              # seconds for the whole check; trial.LIMIT comes first, and says more
CHUNK = 1 << 16
DIE_WITH_PARENT = 1         # PR_SET_PDEATHSIG


class Late(Exception):
    """The child had not answered in time, and was killed."""


class Gone(Exception):
    """The child ended without an answer."""


def possible() -> bool:
    """Whether a check can have a process of its own here."""
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def apart(work):
    """What work() returns, worked out in a forked child; Late, Gone, the child's KeyboardInterrupt, or OSError for no child."""
    answers, end = os.pipe()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})       # no interrupt before each side is in its own `try`
        try:
            pid = _fork()
            if pid == 0:
                _answer(work, end, mask)
        finally:
            os.close(end)
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            said = _hear(answers)
        finally:                                # also after the interrupt button
            _end(pid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(answers)
    try:
        interrupted, value = pickle.loads(said)
    except Exception:               # nothing, or half of it
        raise Gone from None
    if interrupted:
        raise KeyboardInterrupt
    return value


def _fork():
    with warnings.catch_warnings():             # Python warns of other threads; the child needs none of them
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _hear(answers):
    """All that the child says."""
    said, until = [], time.monotonic() + PATIENCE
    poll = select.poll()
    poll.register(answers, select.POLLIN)
    while poll.poll(1000 * max(until - time.monotonic(), 0)):
        part = os.read(answers, CHUNK)
        if not part:
            return b"".join(said)
        said.append(part)
    raise Late


def _end(pid):
    """Nothing of the child is left."""
    os.kill(pid, signal.SIGKILL)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:       # somebody else has waited for it
        pass


# ---------------------------------------------------------------- in the child

def _answer(work, end, mask):
    """Work, tell, and end; nothing that the notebook's process would do at its own end."""
    try:
        _kept = _cut_off()
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            said = False, work()
        except KeyboardInterrupt:
            said = True, None
        with open(end, "wb") as out:
            out.write(pickle.dumps(said))
    finally:
        os._exit(0)


def _cut_off():
    """Away from the notebook: its screen and keyboard, its wake-up calls, its objects; and gone when it goes.

    Returns the notebook's streams: they must not be closed from here.
    """
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    gc.freeze()
    logging.disable()           # the kernel would log each message that it does not send from here
    streams = sys.stdin, sys.stdout, sys.stderr
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(null), open(os.devnull, "w"), open(os.devnull, "w")
    builtins.input = _nobody
    return streams


def _nobody(prompt=""):
    raise EOFError("no keyboard here")
