"""A small FHIR R4 bulk export, drawn by hand in the shape that Synthea and bulk servers write: one resource a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Resource = dict[str, Any]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"

ANSWERS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")

MAPPING = """\
name = "Lakeside"

[fhir]
diagnosis = "other"

[fhir.clinics]
org-1 = "North"
org-2 = "South"

[[fhir.medications]]
system = "rxnorm"
codes = ["1000001"]
molecule = "racemic"

[[fhir.medications]]
system = "rxnorm"
codes = ["2201623"]
molecule = "esketamine"
route = "IN"

[[fhir.procedures]]
system = "urn:clinic"
codes = ["KET-IM"]
molecule = "racemic"
route = "IM"

[[fhir.conditions]]
system = "snomed"
codes = ["370143000"]
diagnosis = "MDD"

[[fhir.scores]]
system = "urn:clinic"
codes = ["MADRS-TOTAL"]
instrument = "MADRS"

[[allow]]
table = "patients"
column = "patient_id"
reason = "the ids of this export were drawn at random"
"""


def coding(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": "never read"}]}


def patient(
    identity: str, birth: str | None = "1980-06-15", sex: str = "female", organisation: str = "org-1"
) -> Resource:
    """A Patient with all the identity that one carries."""
    made: Resource = {
        "resourceType": "Patient",
        "id": identity,
        "identifier": [{"system": "urn:mrn", "value": "MRN-00417"}],
        "name": [{"family": "Okonkwo", "given": ["Ada"]}],
        "telecom": [{"system": "phone", "value": "555-201-3344"}],
        "address": [{"line": ["12 Elm Street"], "city": "Springfield", "postalCode": "62704"}],
        "gender": sex,
        "managingOrganization": {"reference": f"Organization/{organisation}"},
    }
    return made if birth is None else made | {"birthDate": birth}


def dose(identity: str, who: str, when: Any, mg: float | None = 40, **changes: Any) -> Resource:
    """A MedicationAdministration of racemic ketamine by infusion; `when` is a time, or (start, end)."""
    made: Resource = {
        "resourceType": "MedicationAdministration",
        "id": identity,
        "status": "completed",
        "subject": {"reference": f"Patient/{who}"},
        "medicationCodeableConcept": coding(RXNORM, "1000001"),
        "dosage": {"route": coding(SNOMED, "47625008")},
    }
    if mg is not None:
        made["dosage"]["dose"] = {"value": mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    made |= (
        {"effectivePeriod": {"start": when[0], "end": when[1]}}
        if isinstance(when, tuple)
        else {"effectiveDateTime": when}
    )
    return made | changes


def procedure(identity: str, who: str, when: str, **changes: Any) -> Resource:
    return {
        "resourceType": "Procedure",
        "id": identity,
        "status": "completed",
        "subject": {"reference": f"urn:uuid:{who}"},
        "code": coding("urn:clinic", "KET-IM"),
        "performedPeriod": {"start": when},
    } | changes


def observation(identity: str, who: str, when: str, code: tuple[str, str], **changes: Any) -> Resource:
    """An Observation of a questionnaire's total; the value is among the changes."""
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "subject": {"reference": f"Patient/{who}"},
        "code": coding(*code),
        "effectiveDateTime": when,
    } | changes


def response(
    identity: str, who: str, when: str, answers: list[int | None], total: float | None = None, **changes: Any
) -> Resource:
    """A QuestionnaireResponse with PHQ-9 in a group, as a form of LOINC's panel is filled in."""
    items: list[Resource] = []
    for place, answer in enumerate(answers, 1):
        link = "/44260-8" if place == 9 else f"/question-{place}"
        given = (
            [] if answer is None else [{"valueCoding": {"system": LOINC, "code": ANSWERS[answer], "display": "words"}}]
        )
        items.append({"linkId": link, "text": "a question", "answer": given})
    if total is not None:
        items.append({"linkId": "/44261-6", "answer": [{"valueDecimal": total}]})
    return {
        "resourceType": "QuestionnaireResponse",
        "id": identity,
        "status": "completed",
        "questionnaire": "http://hl7.org/fhir/us/core/Questionnaire/phq-9-example",
        "subject": {"reference": f"Patient/{who}"},
        "authored": when,
        "item": [{"linkId": "group", "item": items}],
    } | changes


def condition(identity: str, who: str, code: str = "370143000", status: str = "confirmed") -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {
        "resourceType": "Condition",
        "id": identity,
        "subject": {"reference": f"Patient/{who}"},
        "verificationStatus": coding(system, status),
        "code": coding(SNOMED, code),
    }


def value(number: float) -> Resource:
    return {"valueQuantity": {"value": number, "unit": "{score}"}}


def write(folder: Path, name: str, resources: list[Any]) -> None:
    """One line for each resource; a text is written as it is."""
    lines = (item if isinstance(item, str) else json.dumps(item) for item in resources)
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
