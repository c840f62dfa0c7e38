"""Two explorers side by side, linked as one likes."""
from __future__ import annotations

import ipywidgets

from .make import explore
from .still import Still
from .widget import Explorer

LINKS = {"steps": "same steps", "mode": "same colours", "zoom": "zoom together", "hover": "point at both"}


class Comparison(ipywidgets.VBox):
    """Two explorers, `left` and `right`; made by `compare`.

    Attributes
    ----------
    left, right : Explorer
    links : dict of widgets
        A check box for each of "steps", "mode" (colours), "zoom" (the factor, each about its own centre) and "hover"
        (pointing at one shows the run at the same place of the other).
    """

    def __init__(self, left: Explorer, right: Explorer, link):
        self.left, self.right = left, right
        link = (link,) if isinstance(link, str) else link
        for name in link:
            if name not in LINKS:
                raise ValueError(f"link must name {', '.join(LINKS)}, got {name!r}")
        self.links = {name: ipywidgets.Checkbox(name in link, description=words, indent=False, layout={"width": "auto"})
                      for name, words in LINKS.items()}
        row = ipywidgets.HBox(list(self.links.values()), layout={"flex_flow": "row wrap"})
        both = ipywidgets.GridBox([left, right], layout={
            "grid_template_columns": "repeat(auto-fit, minmax(min(22em, 100%), 1fr))", "grid_gap": "12px", "width": "100%"})
        super().__init__([row, both])
        right._lock = left._lock            # each sets traits of the other: two locks would wait for one another
        self._still = Still(self, [left, right])
        for here, there in ((left, right), (right, left)):
            here._still = self._still
            here.observe(lambda change, there=there: self._follow(there, "steps", change), "steps")
            here.observe(lambda change, there=there: self._follow(there, "mode", change), ["mode", "palette"])
            here.observe(lambda change, there=there: self._zoom(there, change), "view")
            here._hover_listeners = (lambda u, v, there=there: self._point(there, u, v),)
            self.links["steps"].observe(lambda change: change.new and self._follow_now("steps"), "value")
            self.links["mode"].observe(lambda change: change.new and self._follow_now("mode"), "value")
        self._zooming = False
        for name in ("steps", "mode"):
            if self.links[name].value:
                self._follow_now(name)
        for explorer in (left, right):
            explorer._forget_history()      # nobody has done anything yet

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for both finished pictures; False if `timeout` seconds were not enough for one of them."""
        return self.left.wait(timeout) and self.right.wait(timeout)

    def close(self):
        """End the background work of both."""
        self.left.close()
        self.right.close()
        super().close()

    def still_html(self) -> str:
        """Both finished pictures in HTML, for a page without a kernel."""
        self.wait()
        return self._still.html()

    def _ipython_display_(self):
        self._still.display()

    def _follow_now(self, name):
        for trait in ("steps",) if name == "steps" else ("mode", "palette"):
            self._set(self.right, trait, getattr(self.left, trait))

    def _follow(self, there, link, change):
        if self.links[link].value:
            self._set(there, change.name, change.new)

    def _set(self, there, name, value):
        try:
            setattr(there, name, value)
        except ValueError:              # more steps than it has minibatches, basins where there are no roots
            pass

    def _zoom(self, there, change):
        if not self.links["zoom"].value or self._zooming or change.old is None:
            return
        old, new = change.old, change.new
        if (old.x_scale, old.y_scale) != (new.x_scale, new.y_scale):
            return
        u0, _, u1, _ = old.fractions_of(new)
        here = self.right if there is self.left else self.left
        same = _ground(here) == _ground(there)              # two maps of the same knobs show the same window
        if same or abs(u1 - u0 - 1) > 1e-9:
            self._zooming, there._gesture_now = True, here._gesture_now         # one gesture is one entry over there too
            try:
                self._set(there, "view", new if same else there._zoomed(1 / (u1 - u0)))
            finally:
                self._zooming, there._gesture_now = False, None

    def _point(self, there, u, v):
        if self.links["hover"].value:
            there._inspections.ask(there._pixel(u, v), serial=-1, hover=True)


def _ground(explorer):
    """What the plane of a map is: the same for two maps that can share a window."""
    return explorer.problem.name, explorer.problem.axes, explorer.problem.view


def compare(system_a, system_b, *, link=("steps", "zoom", "hover"), size=(320, 320), **how) -> Comparison:
    """Two maps side by side, with the same controls.

    Parameters
    ----------
    system_a, system_b : as `system` of `explore`, or an Explorer
    link : names of "steps", "mode", "zoom", "hover", default all but "mode"
        What one takes over from the other; can be changed with the check boxes above.  "zoom": two maps of one system with the
        same axes share their window, others only its magnification.
    size, **how
        For both: as in `explore`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above.
    """
    left, right = (system if isinstance(system, Explorer) else explore(system, size=size, **how)
                   for system in (system_a, system_b))
    return Comparison(left, right, link)
