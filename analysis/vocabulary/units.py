"""Units that clinics write, and how many of the study's own unit one of them is.

Exact where the unit is defined (a pound is 0.45359237 kg); there is no calendar month, which has no fixed length.
"""

from __future__ import annotations

from dataclasses import dataclass

POUND_KG = 0.45359237


@dataclass(frozen=True)
class Unit:
    """One unit: its name in a mapping, its size in the study's unit, how cells spell it; per_kg needs a weight."""

    name: str
    size: float
    spellings: tuple[str, ...] = ()
    per_kg: bool = False


_MASS = (
    Unit("mg", 1, ("milligram", "milligrams", "mgs")),
    Unit("g", 1000, ("gram", "grams")),
    Unit("mcg", 0.001, ("µg", "μg", "ug", "microgram", "micrograms")),
    Unit("mg/kg", 1, ("mg per kg", "mgkg", "mg / kg"), per_kg=True),
    Unit("mcg/kg", 0.001, ("µg/kg", "μg/kg", "ug/kg", "mcg per kg"), per_kg=True),
)
_WEIGHT = (
    Unit("kg", 1, ("kgs", "kilo", "kilos", "kilogram", "kilograms")),
    Unit("lb", POUND_KG, ("lbs", "lb.", "lbs.", "pound", "pounds", "#")),
    Unit("st", 14 * POUND_KG, ("stone", "stones")),
)
_MINUTES = (
    Unit("minutes", 1, ("min", "mins", "min.", "minute", "m")),
    Unit("hours", 60, ("hour", "h", "hr", "hrs")),
    Unit("seconds", 1 / 60, ("second", "sec", "secs", "s")),
)
_DAYS = (
    Unit("days", 1, ("day", "d")),
    Unit("weeks", 7, ("week", "w", "wk", "wks")),
    Unit("hours", 1 / 24, ("hour", "h", "hr", "hrs")),
)

UNITS: dict[str, tuple[Unit, ...]] = {"mg": _MASS, "kg": _WEIGHT, "minutes": _MINUTES, "days": _DAYS}


def unit_named(own: str, name: str) -> Unit:
    """The unit of that name that converts to one of the study's own units. Raises KeyError for any other."""
    for unit in UNITS[own]:
        if unit.name == name:
            return unit
    raise KeyError(name)
