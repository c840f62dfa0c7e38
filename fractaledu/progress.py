"""Bars for long work: what is done, and an honest time to go."""
from __future__ import annotations

import contextlib
import sys

from tqdm.auto import tqdm


def reporter(progress, **units):
    """A context that gives what to call as progress(stage, done, total).

    `progress` itself if it is one; bars where it is True, or None in a notebook; else something silent.  `units` name what each
    stage counts.
    """
    if callable(progress):
        return contextlib.nullcontext(progress)
    if progress is None:
        progress = _in_a_notebook()
    return Bars(**units) if progress else contextlib.nullcontext(lambda stage, done, total: None)


def _in_a_notebook():
    """Whether IPython runs here as a kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None


class Bars:
    """A bar for each stage of the work: call it as progress(stage, done, total).

    A bar begins with what was done before, so that its time to go is that of the work that is left, and follows the speed of
    the last few seconds: what comes late in a film may cost much more than what came first.
    """

    def __init__(self, disable=False, **units):
        self.disable, self.units, self.bars = disable, units, {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for bar in self.bars.values():
            bar.close()

    def __call__(self, stage, done, total):
        bar = self.bars.get(stage)
        if bar is None:
            bar = self.bars[stage] = tqdm(total=total, initial=done, desc=stage, unit=self.units[stage],
                                          unit_scale=total >= 10_000, disable=self.disable, leave=False, smoothing=0.02)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
