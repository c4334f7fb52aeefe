"""Routes of administration, declared once.

SNOMED CT codes are kept only where a source was read (HL7 route value set, public FHIR files);
buccal has none because none was verified.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """One route: its code in the data, its name on screen, and words clinics use for it."""

    code: str
    label: str
    synonyms: tuple[str, ...]
    molecules: tuple[str, ...] = ("racemic",)
    snomed: str | None = None


ROUTES: dict[str, Route] = {
    route.code: route
    for route in (
        Route("IV", "Intravenous", ("intravenous", "infusion", "drip", "iv infusion"), snomed="47625008"),
        Route("IM", "Intramuscular", ("intramuscular", "injection", "shot"), snomed="78421000"),
        Route("IN", "Nasal", ("intranasal", "nasal", "nasal spray", "spravato"), ("esketamine", "racemic"), "46713006"),
        Route("SL", "Sublingual", ("sublingual", "troche", "lozenge", "rdt", "under the tongue"), snomed="37839007"),
        Route("PO", "Oral", ("oral", "by mouth", "capsule", "tablet"), snomed="26643006"),
        Route("SC", "Subcutaneous", ("subcutaneous", "subcut", "sq", "subq"), snomed="34206005"),
        Route("buccal", "Buccal", ("cheek", "transmucosal")),
        Route("rectal", "Rectal", ("suppository", "per rectum", "pr"), snomed="37161004"),
    )
}

ROUTE_SYNONYMS: dict[str, tuple[str, ...]] = {route.code: (route.label, *route.synonyms) for route in ROUTES.values()}


def route_label(code: str, molecules: Iterable[str] = ()) -> str:
    """The route's name for a reader, with the molecule when everyone on it had esketamine.

    Route and molecule are different facts: "Nasal" alone stays "Nasal" unless every one of the
    molecules given is esketamine.
    """
    label = ROUTES[code].label if code in ROUTES else code
    known = set(molecules)
    return f"{label} esketamine" if known == {"esketamine"} else label
