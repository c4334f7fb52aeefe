"""Newline-delimited JSON, one resource a line, read as a stream: no file is in memory, only one line of it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..files import StudyFile
from ..findings import FindingLog, counted, unreadable
from ..foreign.left_out import LeftOut, Reason
from ..formats import format_of
from .elements import Resource, text

LONGEST_RESOURCE = 4 << 20  # bytes of a line; a resource without attachments has some thousand
MOST_LINES = 5_000_000  # of all files; a clinic of 50,000 patients has about two million of the types that are read
MOST_FAULTS = 100_000  # lines of a file that are no resources, before the rest of it is not looked at

READ = (
    "Patient",
    "Medication",
    "MedicationAdministration",
    "Procedure",
    "Observation",
    "QuestionnaireResponse",
    "Condition",
)
# Types of a bulk export that hold nothing a study needs. A type that is neither here nor in READ is not shown.
PASSED_OVER = frozenset(
    (
        "AllergyIntolerance", "CarePlan", "CareTeam", "Claim", "ClaimResponse", "Coverage", "Device",
        "DiagnosticReport", "DocumentReference", "Encounter", "ExplanationOfBenefit", "Goal", "Group",
        "ImagingStudy", "Immunization", "Location", "MedicationDispense", "MedicationRequest",
        "MedicationStatement", "Organization", "Practitioner", "PractitionerRole", "Provenance", "Questionnaire",
        "RelatedPerson", "ServiceRequest", "Specimen", "SupplyDelivery",
    )
)  # fmt: skip

_AGAIN = "Export the file again."
DAMAGED = Reason("", "line", "without a JSON object in UTF-8", _AGAIN, "error")
DEEP = Reason("", "line", "with objects or lists nested too deeply", "No FHIR resource needs them. " + _AGAIN, "error")
NO_TYPE = Reason("", "line", "without a resourceType, so it is no FHIR resource", _AGAIN, "error")
NO_ID = Reason("", "resource", "without an id", "Nothing can refer to it. " + _AGAIN, "error")
REPEATED = Reason("", "resource", "with the id of an earlier resource of its type", "Export each once.", "error")


@dataclass(frozen=True)
class Line:
    """A resource, its type and id, and where it stands: the place of its file among the files, its line from 1."""

    kind: str
    id: str
    resource: Resource
    part: int
    row: int


class WrongConstant(ValueError):
    """NaN and Infinity, which Python would read and JSON does not know."""


def _refuse(_: str) -> None:
    raise WrongConstant


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def read_resources(files: tuple[StudyFile, ...], left_out: LeftOut, log: FindingLog) -> Iterator[Line]:
    """The resources of the types in READ, in the order of the files. What is wrong with others goes to the log."""
    seen: dict[str, set[str]] = {kind: set() for kind in READ}
    passed: Counter[str] = Counter()
    n_left = MOST_LINES
    for place, file in enumerate(files):
        for row, resource in _file_resources(file, place, n_left, left_out, log):
            n_left -= 1
            line = None if resource is None else _line(resource, place, row, seen, left_out, passed)
            if line is not None:
                yield line
        if n_left <= 0:
            advice = "Leave out the types that a study does not need, or split the study."
            log.add("error", "", f"The export holds more than {MOST_LINES:,} lines. {advice}")
            return
    _note_passed(passed, log)


def _file_resources(
    file: StudyFile, place: int, most: int, left_out: LeftOut, log: FindingLog
) -> Iterator[tuple[int, Any]]:
    """Each line and what it holds: None for a blank line, and for a faulty one, which is counted. At most `most`."""
    n_faults = 0
    try:
        found = file.refusal or _format_fault(file)
        if found is not None:
            log.add("error", "", f"{file.label}: {found}")
            return
        for row, data in itertools.islice(_lines(file, log), most):
            value, fault = _parsed(data, row)
            if fault is not None:
                left_out.add(fault, place, row)
                n_faults += 1
            if n_faults > MOST_FAULTS:
                what = f"more than {MOST_FAULTS:,} lines are no resources"
                log.add("error", "", f"{file.label}: {what}, so the rest was not looked at. Export the file again.")
                return
            yield row, value
    except OSError as failure:
        log.add("error", "", unreadable(f"{file.label}: the file", failure))


def _format_fault(file: StudyFile) -> str | None:
    found = format_of(file.path)
    return None if found is None else f"the file is {found}, not NDJSON. Give one FHIR resource a line, as text."


def _lines(file: StudyFile, log: FindingLog) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers; it ends at a line that is too long, which the log then tells."""
    with file.path.open("rb") as opened:
        row = 0
        while data := opened.readline(LONGEST_RESOURCE + 1):
            row += 1
            if len(data) > LONGEST_RESOURCE:
                most = f"is longer than {LONGEST_RESOURCE / (1 << 20):g} MB, the most for one resource"
                log.add("error", "", f"{file.label}: line {row:,} {most}. Leave out attachments, one resource a line.")
                return
            yield row, data


def _parsed(data: bytes, row: int) -> tuple[Any, Reason | None]:
    """What a line holds, or what is wrong with it; neither for a blank line."""
    try:
        line = data.decode("utf-8-sig" if row == 1 else "utf-8").strip()
        value = _DECODER.decode(line) if line else None
        return (value, None) if not line or isinstance(value, dict) else (None, DAMAGED)
    except RecursionError:
        return None, DEEP
    except ValueError:  # no JSON, no UTF-8, a number of thousands of digits
        return None, DAMAGED


def _line(
    resource: Any, place: int, row: int, seen: dict[str, set[str]], left_out: LeftOut, passed: Counter[str]
) -> Line | None:
    kind = text(resource, "resourceType")
    identity = text(resource, "id")
    fault = None
    if kind is None:
        fault = NO_TYPE
    elif kind not in seen:
        passed[kind if kind in PASSED_OVER else ""] += 1
        return None
    elif identity is None:
        fault = NO_ID
    elif identity in seen[kind]:
        fault = REPEATED
    if fault is not None:
        left_out.add(fault, place, row)
        return None
    assert kind is not None
    assert identity is not None
    seen[kind].add(identity)
    return Line(kind, identity, resource, place, row)


def _note_passed(passed: Counter[str], log: FindingLog) -> None:
    if not passed:
        return
    named = [f"{kind} ({n:,})" for kind, n in sorted(passed.items()) if kind]
    others = [f"{counted(passed[''], 'resource')} of other types"] if "" in passed else []
    log.add("note", "", f"Resources of types that a study does not need were not read: {', '.join([*named, *others])}.")
