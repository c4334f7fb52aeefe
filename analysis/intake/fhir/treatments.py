"""Administrations of ketamine: MedicationAdministration and Procedure, with the codes that the mapping names."""

from __future__ import annotations

from typing import Any

from analysis.vocabulary.codes import ROUTE_OF_SNOMED, SNOMED

from ..foreign.left_out import CodeCount, LeftOut, Reason
from ..foreign.settings import CodeRule, as_lookup
from .elements import (
    Coding,
    Resource,
    codings,
    milligrams,
    minutes_of,
    part,
    parts,
    patient_key,
    reference_id,
    route_codes,
    text,
    time_of,
)
from .ndjson import Line

GIVEN = {
    "completed": True,
    "stopped": False,
    "in-progress": None,
    "unknown": None,
}  # status, and "completed" of a session
NOT_GIVEN = ("not-done", "on-hold", "preparation", "entered-in-error")
UNLISTED_ROUTE = "route of another code"  # no known route: the checks say so, with the rows

NO_STATUS = Reason("sessions", "ketamine administration", "without a status that FHIR knows", "Correct them.", "error")
NOT_DONE = Reason(
    "sessions", "ketamine administration", "not given (not-done, on-hold or preparation)", "They were left out."
)
IN_ERROR = Reason("sessions", "ketamine administration", "marked as entered in error", "They were left out.")
NO_PATIENT = Reason(
    "sessions", "ketamine administration", "without a reference to a patient", "Correct or remove them.", "error"
)
NO_DOSE = Reason(
    "sessions", "dose", "other than a plain number of mg, g or µg", "The sessions are kept without a dose.",
)  # fmt: skip
TWICE = Reason(
    "sessions",
    "Procedure",
    "on a day on which a MedicationAdministration of the patient is recorded too",
    "Each such day was counted once.",
)


class TreatmentRows:
    """Collects one row per administration. Which medication a reference means is known only at the end."""

    def __init__(
        self, medications: tuple[CodeRule, ...], procedures: tuple[CodeRule, ...], routes: dict[str, str]
    ) -> None:
        self._rules = {"MedicationAdministration": as_lookup(medications), "Procedure": as_lookup(procedures)}
        self._routes = routes
        self._medications: dict[str, tuple[Coding, ...]] = {}
        self._waiting: list[tuple[str, Line]] = []
        self.unlisted = {"MedicationAdministration": CodeCount(), "Procedure": CodeCount()}
        self.unlisted_routes = CodeCount()
        self.rows: list[dict[str, Any]] = []

    def add_medication(self, line: Line) -> None:
        """Keep the codes of a Medication that administrations refer to."""
        self._medications[line.id] = tuple(codings(part(line.resource, "code")))

    def add(self, line: Line, left_out: LeftOut) -> None:
        """Keep an administration when a rule names its code, now or when all medications are known."""
        reference = text(part(line.resource, "medicationReference"), "reference")
        if line.kind == "MedicationAdministration" and reference is not None and not reference.startswith("#"):
            identity = reference_id(reference, "Medication")
            if identity is not None:
                self._waiting.append((identity, _without_persons(line)))
            return
        self._add(line, _own_codes(line.resource, reference), left_out)

    def finish(self, left_out: LeftOut) -> None:
        """Look up the medications that were only referred to."""
        for identity, line in self._waiting:
            self._add(line, self._medications.get(identity, ()), left_out)
        self._waiting.clear()

    def _add(self, line: Line, codes: tuple[Coding, ...], left_out: LeftOut) -> None:
        rules = self._rules[line.kind]
        rule = next((rules[coding] for coding in codes if coding in rules), None)
        if rule is None:
            for coding in codes if rules else ():
                self.unlisted[line.kind].add(*coding)
            return
        fault = _fault(line.resource)
        if fault is not None:
            left_out.add(fault, line.part, line.row)
            return
        is_medication = line.kind == "MedicationAdministration"
        self.rows.append(self._medication(line, rule, left_out) if is_medication else self._procedure(line, rule))

    def _medication(self, line: Line, rule: CodeRule, left_out: LeftOut) -> dict[str, Any]:
        dosage = part(line.resource, "dosage")
        dose = milligrams(part(dosage, "dose"))
        if dose is None and "dose" in dosage:
            left_out.add(NO_DOSE, line.part, line.row)
        return {
            **_row(line, rule, "effective"),
            "route": self._route(part(dosage, "route"), rule),
            "dose_mg": dose,
            "duration_min": minutes_of(line.resource, "effective"),
        }

    def _procedure(self, line: Line, rule: CodeRule) -> dict[str, Any]:
        return {
            **_row(line, rule, "performed"),
            "route": rule.meaning.get("route"),
            "dose_mg": None,
            "duration_min": None,
        }

    def _route(self, concept: Resource, rule: CodeRule) -> str | None:
        codes = route_codes(concept)
        for coding in codes:
            known = self._routes.get(coding.code) or (
                ROUTE_OF_SNOMED.get(coding.code) if coding.system == SNOMED else None
            )
            if known is not None:
                return known
        for coding in codes:
            self.unlisted_routes.add(*coding)
        return UNLISTED_ROUTE if codes else rule.meaning.get("route")


def _row(line: Line, rule: CodeRule, time: str) -> dict[str, Any]:
    at = time_of(line.resource, time)
    return {
        "key": patient_key(line.resource),
        "at_day": at.day,
        "at_instant": at.instant,
        "molecule": rule.meaning.get("molecule"),
        "completed": GIVEN[text(line.resource, "status") or ""],
        "kind": line.kind,
        "part": line.part,
        "row": line.row,
    }


def _fault(resource: Resource) -> Reason | None:
    status = text(resource, "status")
    if status == "entered-in-error":
        return IN_ERROR
    if status in NOT_GIVEN:
        return NOT_DONE
    if status not in GIVEN:
        return NO_STATUS
    return NO_PATIENT if patient_key(resource) is None else None


def _own_codes(resource: Resource, reference: str | None) -> tuple[Coding, ...]:
    """The codes that an administration holds itself, or in a medication contained in it."""
    if reference is not None:
        contained = [item for item in parts(resource, "contained") if text(item, "id") == reference.removeprefix("#")]
        return tuple(coding for item in contained for coding in codings(part(item, "code")))
    name = "medicationCodeableConcept" if resource.get("resourceType") == "MedicationAdministration" else "code"
    return tuple(codings(part(resource, name)))


def _without_persons(line: Line) -> Line:
    """The parts of an administration that are read later, so that nothing else stays in memory."""
    names = ("resourceType", "status", "subject", "dosage", "effectiveDateTime", "effectivePeriod")
    kept = {name: line.resource[name] for name in names if name in line.resource}
    return Line(line.kind, line.id, kept, line.part, line.row)
