"""Scores of a FHIR export: Observations with the LOINC code of a total or of item 9, and PHQ-9 responses."""

from __future__ import annotations

from typing import Any

from analysis.vocabulary.codes import (
    CSSRS_ANSWERS,
    CSSRS_LIFETIME,
    INSTRUMENT_OF_LOINC,
    LOINC,
    PCL_C_TOTAL,
    PHQ9_ANSWERS,
    PHQ9_ITEM_9,
)

from ..foreign.left_out import LeftOut, Reason
from ..foreign.settings import CodeRule
from ..foreign.times import moment
from .elements import Coding, Resource, codings, number, part, parts, patient_key, reference_id, text, time_of
from .ndjson import Line
from .questionnaires import phq9_response

FINAL = ("final", "amended", "corrected", "unknown")  # statuses of an Observation that has a result
COMPLETE = ("completed", "amended")  # statuses of a QuestionnaireResponse that was finished
ITEM_9 = Coding(LOINC, PHQ9_ITEM_9)
NOT_READ = {Coding(LOINC, PCL_C_TOTAL): "PCL-C", Coding(LOINC, CSSRS_LIFETIME): "lifetime"}

OTHER = Reason("assessments", "Observation", "with codes that are no instrument's total", "They were left out.")
PCL_C = Reason(
    "assessments",
    "Observation",
    "of PCL-C (LOINC 70221-7), the list for DSM-IV, which is not PCL-5",
    "They were left out.",
)
LIFETIME = Reason(
    "assessments",
    "Observation",
    "of the worst ideation of a lifetime (LOINC 93294-7), which cannot improve",
    "They were left out.",
)
IN_ERROR = Reason("assessments", "score record", "marked as entered in error", "They were left out.")
NOT_FINAL = Reason("assessments", "score record", "without a final status", "They were left out.")
NO_PATIENT = Reason(
    "assessments", "score record", "without a reference to a patient", "Correct or remove them.", "error"
)
NO_VALUE = Reason(
    "assessments", "Observation", "of a score without a plain number or a known answer", "They were left out."
)
OTHER_FORM = Reason(
    "assessments", "QuestionnaireResponse", "of another questionnaire than PHQ-9", "They were left out."
)
TOO_MANY = Reason(
    "assessments",
    "QuestionnaireResponse",
    "with more than nine answers of PHQ-9",
    "Export one questionnaire a response.",
    "error",
)
WRONG_SUM = Reason(
    "assessments",
    "QuestionnaireResponse",
    "whose recorded total is not the sum of its nine answers",
    "Correct the total or the answers.",
    "error",
)
DERIVED = Reason(
    "assessments", "Observation", "derived from a QuestionnaireResponse that was read", "Each was counted once."
)


class ScoreRows:
    """Collects one row per score, item 9 or response; rows of one time are put together later."""

    def __init__(self, rules: tuple[CodeRule, ...]) -> None:
        self._instruments = {Coding(LOINC, code): name for code, name in INSTRUMENT_OF_LOINC.items()}
        self._instruments |= {
            Coding(rule.system, code): rule.meaning["instrument"] for rule in rules for code in rule.codes
        }
        self.rows: list[dict[str, Any]] = []
        self._responses: set[str] = set()

    def add_observation(self, line: Line, left_out: LeftOut) -> None:
        """Keep the totals and item 9 of an Observation and of its components."""
        found = [
            entry for entry in (line.resource, *parts(line.resource, "component")) if self._meaning(entry) is not None
        ]
        fault = _other_fault(line.resource) if not found else _status_fault(line.resource, FINAL)
        if fault is not None:
            left_out.add(fault, line.part, line.row)
            return
        for entry in found:
            row = self._observed(line, entry)
            if row is None:
                left_out.add(NO_VALUE, line.part, line.row)
            else:
                self.rows.append(row)

    def add_response(self, line: Line, left_out: LeftOut) -> None:
        """Keep a PHQ-9 response: the sum when all nine items are answered, else its recorded total, else no score."""
        response = phq9_response(line.resource)
        if response is None:
            left_out.add(OTHER_FORM, line.part, line.row)
            return
        fault = _status_fault(line.resource, COMPLETE)
        if fault is None and response.n_answered > 9:
            fault = TOO_MANY
        elif fault is None and response.contradicts_itself:
            fault = WRONG_SUM
        if fault is not None:
            left_out.add(fault, line.part, line.row)
            return
        self._responses.add(line.id)
        row = self._row(line, "PHQ-9")
        self.rows.append(
            row
            | {
                "score": response.score,
                "suicidality_item": response.item_9,
                "n_items_answered": response.n_answered or None,
            }
        )

    def finish(self, left_out: LeftOut) -> None:
        """Leave out the Observations that restate a response which was read."""
        kept = []
        for row in self.rows:
            if row["derived"] & self._responses:
                left_out.add(DERIVED, row["part"], row["row"])
            else:
                kept.append(row)
        self.rows = kept

    def _meaning(self, entry: Resource) -> str | Coding | None:
        """The instrument whose total an entry is, ITEM_9, or None."""
        for coding in codings(part(entry, "code")):
            if coding == ITEM_9:
                return ITEM_9
            if coding in self._instruments:
                return self._instruments[coding]
        return None

    def _observed(self, line: Line, entry: Resource) -> dict[str, Any] | None:
        meaning = self._meaning(entry)
        value = _value(entry)
        if value is None:
            return None
        if meaning == ITEM_9:
            return self._row(line, "PHQ-9") | {"suicidality_item": value}
        assert isinstance(meaning, str)
        return self._row(line, meaning) | {"score": value}

    def _row(self, line: Line, instrument: str) -> dict[str, Any]:
        is_observation = line.kind == "Observation"
        at = time_of(line.resource, "effective") if is_observation else moment(text(line.resource, "authored"))
        return {
            "key": patient_key(line.resource),
            "at_day": at.day,
            "at_instant": at.instant,
            "instrument": instrument,
            "score": None,
            "suicidality_item": None,
            "n_items_answered": None,
            "derived": _sources(line.resource) if is_observation else frozenset(),
            "part": line.part,
            "row": line.row,
        }


def _sources(resource: Resource) -> frozenset[str]:
    """The ids of the responses that an Observation is derived from."""
    found = (reference_id(text(item, "reference"), "QuestionnaireResponse") for item in parts(resource, "derivedFrom"))
    return frozenset(identity for identity in found if identity is not None)


def _other_fault(resource: Resource) -> Reason:
    kinds = {NOT_READ[coding] for coding in codings(part(resource, "code")) if coding in NOT_READ}
    return PCL_C if "PCL-C" in kinds else LIFETIME if kinds else OTHER


def _status_fault(resource: Resource, good: tuple[str, ...]) -> Reason | None:
    status = text(resource, "status")
    if status == "entered-in-error":
        return IN_ERROR
    if status not in good:
        return NOT_FINAL
    return NO_PATIENT if patient_key(resource) is None else None


def _value(entry: Resource) -> float | None:
    """A plain number, or the points of an answer of PHQ-9 or of the Columbia scale."""
    quantity = part(entry, "valueQuantity")
    if quantity:
        return None if "comparator" in quantity else number(quantity, "value")
    if "valueInteger" in entry:
        return number(entry, "valueInteger")
    answers = {**PHQ9_ANSWERS, **CSSRS_ANSWERS}
    known = [answers[code.code] for code in codings(part(entry, "valueCodeableConcept")) if code.code in answers]
    return float(known[0]) if known else None
