"""The knobs of a board: what they accept, and where their sliders stand."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..wording import number

STOPS = 1000                # of a slider without a step of its own


@dataclass(frozen=True)
class Knob:
    """A number from `low` to `high`: a slider and a box.

    `log` gives the slider equal ratios, `whole` whole numbers, `step` a fixed distance between its stops.  With
    ``shown=False`` there is no slider: a handle, a touch or a brush turns it.
    """

    name: str
    label: str
    value: float
    low: float
    high: float
    log: bool = False
    whole: bool = False
    step: float | None = None
    shown: bool = True

    def check(self, value):
        """The value as a number inside the bounds; ValueError otherwise."""
        try:
            value = float(str(value).replace("−", "-"))
        except ValueError:
            raise ValueError(f"{self.label} must be a number, got {value!r}") from None
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.label} must be from {number(self.low)} to {number(self.high)}, got {number(value)}")
        return round(value) if self.whole else value

    def near(self, value: float):
        """The nearest value that the knob can have; NaN is the low end."""
        value = min(max(value, self.low), self.high) if value == value else self.low
        return round(value) if self.whole else value

    @property
    def stops(self) -> int:
        """The number of stops of the slider, less one."""
        step = self.step or (1 if self.whole else None)
        return round((self.high - self.low) / step) if step and not self.log else STOPS

    def at_stop(self, stop: int):
        """The value of a stop of the slider, without the dust of binary fractions."""
        share = min(max(stop / self.stops, 0.0), 1.0)
        if share in (0.0, 1.0):
            return self.near(self.high if share else self.low)
        value = self.low * (self.high / self.low) ** share if self.log else self.low + share * (self.high - self.low)
        width = value if self.log else self.high - self.low
        return self.near(round(value, 4 - math.floor(math.log10(width))))

    def stop_of(self, value) -> float:
        """Where the slider stands at a value, in stops."""
        share = (math.log(value / self.low) / math.log(self.high / self.low) if self.log
                 else (value - self.low) / (self.high - self.low))
        return round(share * self.stops, 3)

    def described(self, value) -> dict:
        """For the browser."""
        return {"name": self.name, "label": self.label, "kind": "number", "shown": self.shown, "stops": self.stops,
                "stop": self.stop_of(value), "text": number(value, 6)}


@dataclass(frozen=True)
class Switch:
    """On or off."""

    name: str
    label: str
    value: bool
    shown = True

    def check(self, value):
        """The value as a bool."""
        return bool(value)

    def described(self, value) -> dict:
        """For the browser."""
        return {"name": self.name, "label": self.label, "kind": "switch", "shown": True, "on": value}


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    name: str
    label: str
    value: str
    options: Sequence[str]
    shown = True

    def check(self, value):
        """The value; ValueError unless it is one of the options."""
        if value not in self.options:
            raise ValueError(f"{self.label} must be one of {', '.join(self.options)}, got {value!r}")
        return value

    def described(self, value) -> dict:
        """For the browser."""
        return {"name": self.name, "label": self.label, "kind": "choice", "shown": True, "options": list(self.options),
                "text": value}


@dataclass(frozen=True)
class Text:
    """A box for words; `rule` raises ValueError, with the rule, for those that it refuses."""

    name: str
    label: str
    value: str
    rule: Callable[[str], None] | None = None
    shown = True

    def check(self, value):
        """The text; ValueError from the rule."""
        value = str(value).strip()
        if self.rule:
            self.rule(value)
        return value

    def described(self, value) -> dict:
        """For the browser."""
        return {"name": self.name, "label": self.label, "kind": "text", "shown": True, "text": value}
