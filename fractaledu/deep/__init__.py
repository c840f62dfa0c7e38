"""Pictures past the float floor: whether one is needed, the reference run that it follows, and the lanes that follow it."""
from .choice import STOPS, chosen, held, supports
from .lanes import Lanes, following, lanes, other_lanes
from .references import Reference, SlowReferenceWarning, digits_for, find, is_own, reference_seconds
from .values import exact_run, exact_value

__all__ = ["STOPS", "Lanes", "Reference", "SlowReferenceWarning", "chosen", "digits_for", "exact_run",
           "exact_value", "find", "following", "held", "is_own", "lanes", "other_lanes", "reference_seconds", "supports"]
