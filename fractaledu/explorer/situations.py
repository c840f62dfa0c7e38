"""Situations (problem, view, steps) that an Explorer takes over as a whole: back, forth, home, a state, another option."""
from __future__ import annotations

from .. import deep
from ..colour import check_look
from ..recipes import Recipe
from .controls import family, value_of
from .history import History
from .knobs import check_axes, held
from .points import check_pair, suited


class Situations:
    """The part of Explorer that changes everything in one go, and remembers what was before."""

    def undo(self) -> None:
        """Back to the situation before the last change of the view, the steps or an option."""
        self._step_back(-1)

    def redo(self) -> None:
        """Undo the last undo."""
        self._step_back(1)

    def home(self) -> None:
        """Back to the first view and cross-hair; from there to the whole map."""
        with self._lock:
            home, at = self._home
            if self.view == held(home, self.problem, self.precision):
                self.view = self.problem.view
                return
            self.view = home
            with self._silently():
                self.x, self.y = at
            self._publish()
            self._inspections.ask()

    def go(self, state: str) -> None:
        """Take over a state of the same kind of system, as `state` gives it."""
        recipe = Recipe.from_text(state)
        if family(recipe.problem) != self._family:
            raise ValueError(f"state must be one of this explorer's systems, got {recipe.problem.title}: use "
                             "fe.explore(state=…) for that")
        self._go(recipe)

    def _go(self, recipe):
        """Take over everything, or, if one thing is wrong, nothing."""
        at = recipe.at or recipe.view.centre
        look = {key: recipe.look[key] for key in ("palette", "mode") if key in recipe.look}
        check_look(recipe.problem, look.get("palette"), look.get("mode"))
        check_axes(recipe.view, recipe.problem)
        for point in (at, *recipe.pins):
            check_pair(recipe.problem, recipe.view, point)
        if not self._is_locked("precision"):
            look["precision"] = recipe.precision
        deep.chosen(recipe.problem, recipe.view, recipe.size, look.get("precision", self.precision))
        with self._lock:
            self._size = recipe.size
            self._restore(recipe.problem, recipe.view, recipe.steps, gesture=None, resolution=recipe.size[0],
                          x=at[0], y=at[1], pins=recipe.pins, **look)

    # ------------------------------------------------------------ behind it

    def _restore(self, problem, view, steps, gesture, **others):
        """Take over a whole situation in one go."""
        with self._lock, self._silently():
            old = self.problem
            same_plane = (problem.symbols, problem.view.x_scale, problem.view.y_scale) == (
                old.symbols, old.view.x_scale, old.view.y_scale)
            self.problem = problem
            if not same_plane:                                  # the old places mean nothing on the new axes
                self._home = problem.view, problem.view.centre
            centred = view == self.view and not same_plane
            if centred:
                view = problem.view
            elif view == self.view == old.view:                 # the whole map stays the whole map
                if self._home[0] == view:
                    self._home = problem.view, self._home[1]
                view = problem.view
            for name in self._family:
                self.set_trait(name, value_of(problem, name))
            self.steps = min(steps, problem.most_steps)
            if "precision" in others or (self.precision == "exact" and not deep.supports(problem)):
                self.precision = others.pop("precision", "auto")
            self._show(view)                                    # before the points, which are numbers as it needs them
            if centred:
                self.x, self.y = view.centre
                self.pins = ()
            for name, value in others.items():
                setattr(self, name, value)
            self._suit_points()
            self._size = self._size_of(self.resolution)
            if self.mode == "basins" and not problem.attractors:
                self.mode = "rank"
            self._publish_schema()
        self._moved(gesture)

    def _show(self, view):
        """The view becomes this one, in the form that suits it."""
        view = held(view, self.problem, self.precision)
        if view != self.view or not self._view_id:
            self.view = view
            self._name_view(self._next_id)

    def _zoomed(self, factor):
        """The view magnified about its centre, as far as pictures go."""
        return (self.view.exactly() if self._goes_on else self.view).zoom(factor)

    def _suit_points(self):
        """In an exact view the cross-hair and the pins are Decimals."""
        if self.view.exact is not None:
            self.x, self.y = suited(self.view, (self.x, self.y))
            self.pins = tuple(suited(self.view, pin) for pin in self.pins)

    def _moved(self, gesture=None):
        """The picture is another one: remember the situation and ask for the picture."""
        self._history.add(self.problem, self.view, self.steps, gesture or self._gesture_now)
        self._ask_picture()

    def _forget_history(self):
        with self._lock:
            self._history = History()
            self._history.add(self.problem, self.view, self.steps)
            self._publish()

    def _step_back(self, by):
        with self._lock:
            situation = self._history.step(by)
            if situation is not None:
                self._restore(*situation, gesture=None)     # the history knows it, so it is not remembered again
