"""Parts of a FHIR R4 (4.0.1) resource, read without trusting that they have the shape they should have."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from analysis.vocabulary.codes import SNOMED

from ..foreign.times import UNKNOWN, Moment, moment

Resource = dict[str, Any]

MOST_DEPTH = 32  # nested groups of a questionnaire; the deepest published ones have five
MOST_MINUTES = 1440.0
UCUM = "http://unitsofmeasure.org"
MILLIGRAMS = {"mg": 1.0, "g": 1000.0, "ug": 0.001}  # UCUM codes of mass


class Coding(NamedTuple):
    """A code and the system it belongs to."""

    system: str
    code: str


def part(element: Any, name: str) -> Resource:
    """A part that should be an object; empty when it is absent or something else."""
    value = element.get(name) if isinstance(element, dict) else None
    return value if isinstance(value, dict) else {}


def parts(element: Any, name: str) -> list[Resource]:
    """A part that should be a list of objects, with all that is no object left out."""
    value = element.get(name) if isinstance(element, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(element: Any, name: str) -> str | None:
    """A part that should be text; None when absent, blank or something else."""
    value = element.get(name) if isinstance(element, dict) else None
    return value.strip() or None if isinstance(value, str) else None


def number(element: Any, name: str) -> float | None:
    """A part that should be a number."""
    value = element.get(name) if isinstance(element, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 and math.isfinite(value) else None


def codings(concept: Resource) -> Iterator[Coding]:
    """The codes of a CodeableConcept that name their system. A code without one means nothing."""
    for coding in parts(concept, "coding"):
        system, code = text(coding, "system"), text(coding, "code")
        if system is not None and code is not None:
            yield Coding(system.rstrip("/"), code)


def patient_key(resource: Resource, name: str = "subject") -> str | None:
    """The id of the patient that a reference names: "Patient/1", a URL that ends so, or urn:uuid:...."""
    return reference_id(text(part(resource, name), "reference"), "Patient")


def reference_id(reference: str | None, kind: str) -> str | None:
    """The id in a reference to a resource of that type; None for any other."""
    if reference is None:
        return None
    if reference.startswith("urn:uuid:"):
        return reference.removeprefix("urn:uuid:") or None
    steps = reference.split("/_history/")[0].split("/")
    return steps[-1] or None if len(steps) > 1 and steps[-2] == kind else None


def time_of(resource: Resource, name: str) -> Moment:
    """The time that a resource gives as <name>DateTime, <name>Instant or the start of <name>Period."""
    for kind in ("DateTime", "Instant"):
        if f"{name}{kind}" in resource:
            return moment(text(resource, f"{name}{kind}"))
    period = part(resource, f"{name}Period")
    return moment(text(period, "start")) if period else UNKNOWN


def minutes_of(resource: Resource, name: str) -> float | None:
    """The length of <name>Period, when both ends have a time of day and it is a possible one."""
    period = part(resource, f"{name}Period")
    start, end = moment(text(period, "start")), moment(text(period, "end"))
    minutes = round((end.instant - start.instant) * MOST_MINUTES, 1)
    return minutes if 0 < minutes <= MOST_MINUTES else None


def milligrams(quantity: Resource) -> float | None:
    """A Quantity of mass in mg; None for any other unit, a comparator or no number."""
    size = MILLIGRAMS.get(text(quantity, "code") or text(quantity, "unit") or "")
    value = number(quantity, "value")
    if size is None or value is None or "comparator" in quantity or text(quantity, "system") not in (None, UCUM):
        return None
    return round(value * size, 6)


def route_codes(concept: Resource) -> list[Coding]:
    """The codes of a route, those of SNOMED CT first."""
    return sorted(codings(concept), key=lambda coding: coding.system != SNOMED)
