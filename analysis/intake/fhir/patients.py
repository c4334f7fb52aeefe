"""Patients and conditions of a FHIR export: a year and a day of birth for the age, a sex, an organisation; no more.

Names, identifiers, addresses, telephone numbers, photographs and dates of death are never looked at.
"""

from __future__ import annotations

import re
from typing import Any

from ..foreign.settings import CodeRule, as_lookup
from .elements import codings, part, patient_key, reference_id, text
from .ndjson import Line

SEXES = {"female": "female", "male": "male", "other": "other"}  # "unknown" is not known
NOT_A_FINDING = ("refuted", "entered-in-error")  # verificationStatus of a condition that the patient does not have
BIRTH = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class PatientRows:
    """Collects one row per patient."""

    def __init__(self, conditions: tuple[CodeRule, ...]) -> None:
        self._lookup = as_lookup(conditions)
        self.rows: list[dict[str, Any]] = []
        self._found: dict[str, tuple[int, str]] = {}
        self._rank = {id(rule): place for place, rule in enumerate(conditions)}

    def add_patient(self, line: Line) -> None:
        """Keep what a study may hold of a Patient."""
        found = BIRTH.fullmatch(text(line.resource, "birthDate") or "")
        year, month, day = found.groups() if found else (None, None, None)
        organisation = text(part(line.resource, "managingOrganization"), "reference")
        self.rows.append(
            {
                "key": line.id,
                "organisation": reference_id(organisation, "Organization"),
                "sex": SEXES.get(text(line.resource, "gender") or ""),
                "birth_year": float(year) if year else None,
                "birth_month": float(month) if month else None,
                "birth_day": float(day) if day else None,
                "part": line.part,
                "row": line.row,
            }
        )

    def add_condition(self, line: Line) -> None:
        """Keep the diagnosis of the first rule that a patient's conditions meet."""
        status = {coding.code for coding in codings(part(line.resource, "verificationStatus"))}
        key = patient_key(line.resource)
        if key is None or status & set(NOT_A_FINDING):
            return
        for coding in codings(part(line.resource, "code")):
            rule = self._lookup.get(coding)
            if rule is not None:
                met = (self._rank[id(rule)], rule.meaning["diagnosis"])
                self._found[key] = min(self._found.get(key, met), met)

    def diagnosis(self, key: str) -> str | None:
        """The diagnosis of a patient; None when no rule is met."""
        return self._found[key][1] if key in self._found else None
