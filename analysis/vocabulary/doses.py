"""Doses in groups: the fixed steps of nasal esketamine, and bands of mg/kg for everything else.

Nasal esketamine comes in fixed steps (56 or 84 mg, devices of 28 mg: rxlist.com/spravato-side-effects-drug-center.htm),
so that mg/kg says nothing of it. The bands are for reading only and no standard: their middles lie near the doses that
are usual (0.5 mg/kg intravenously, 0.5 to 1.0 into muscle), so that rounding a dose moves few sessions across an edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

ESKETAMINE_STEPS_MG = (28.0, 56.0, 84.0)
OTHER_STEP = "another dose"
DOSE_NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class DoseBand:
    """Doses from `low` up to but not including `high`, in mg per kg of body weight."""

    label: str
    low: float
    high: float


def _bands(*edges: float) -> tuple[DoseBand, ...]:
    first = DoseBand(f"under {edges[0]:g} mg/kg", 0.0, edges[0])
    last = DoseBand(f"{edges[-1]:g} mg/kg or more", edges[-1], float("inf"))
    between = (DoseBand(f"{a:g} to {b:g} mg/kg", a, b) for a, b in pairwise(edges))
    return first, *between, last


_INJECTED = _bands(0.4, 0.6, 0.8, 1.0)
_ABSORBED_SLOWLY = _bands(1.0, 2.0, 3.0, 4.0)  # a quarter to a half of a dose arrives, so doses are larger
_INJECTED_ROUTES = ("IV", "IM", "SC")


def dose_bands(route: str) -> tuple[DoseBand, ...]:
    """The bands in which doses of racemic ketamine on one route are read."""
    return _INJECTED if route in _INJECTED_ROUTES else _ABSORBED_SLOWLY


def has_fixed_steps(route: str, molecule: str) -> bool:
    """Nasal spray that is not known to be racemic is the fixed-dose product."""
    return route == "IN" and molecule != "racemic"
