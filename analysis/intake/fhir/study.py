"""A FHIR R4 (4.0.1) bulk export, NDJSON files of resources, to the tables of a study."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..files import StudyFiles
from ..findings import FindingLog
from ..foreign.left_out import CodeCount, LeftOut
from ..foreign.records import DOSES, PEOPLE, SCORES, Records, tables_of
from ..source import SourceTable
from .ndjson import Line, read_resources
from .patients import PatientRows
from .scores import ScoreRows
from .settings import FhirRules
from .treatments import TWICE, TreatmentRows

ENDING = ".ndjson"
FLOATS = ("birth_year", "birth_month", "birth_day", "at_day", "at_instant", "dose_mg", "duration_min", "score")
WHOLE = ("suicidality_item", "n_items_answered")


class _Export:
    """What has been read of an export so far, by what becomes of it."""

    def __init__(self, rules: FhirRules, left_out: LeftOut) -> None:
        self.people = PatientRows(rules.conditions)
        self.doses = TreatmentRows(rules.medications, rules.procedures, rules.records.routes)
        self.scores = ScoreRows(rules.scores)
        self._left_out = left_out

    def add(self, line: Line) -> None:
        if line.kind == "Patient":
            self.people.add_patient(line)
        elif line.kind == "Condition":
            self.people.add_condition(line)
        elif line.kind == "Medication":
            self.doses.add_medication(line)
        elif line.kind == "Observation":
            self.scores.add_observation(line, self._left_out)
        elif line.kind == "QuestionnaireResponse":
            self.scores.add_response(line, self._left_out)
        else:
            self.doses.add(line, self._left_out)

    def finish(self) -> None:
        self.doses.finish(self._left_out)
        self.scores.finish(self._left_out)


def read_fhir(files: StudyFiles, rules: FhirRules, keep_ids: bool, log: FindingLog) -> dict[str, SourceTable]:
    """The tables that an export gives; a row of a file is one of its lines.

    Empty when the export holds no patient or no administration of ketamine; the log then says so.
    """
    found = tuple(file for file in files.files if file.ending == ENDING)
    labels = tuple(file.label for file in found)
    left_out = LeftOut(labels, log)
    export = _Export(rules, left_out)
    for line in read_resources(found, left_out, log):
        export.add(line)
    export.finish()
    _note_codes(export.doses, rules, log)
    if not export.people.rows or not export.doses.rows:
        left_out.report()
        _report_nothing(export, log)
        return {}
    doses = _without_twice(_frame(export.doses.rows, [*DOSES, "kind"]), left_out)
    people = _frame(export.people.rows, [column for column in PEOPLE if column != "condition"])
    people["condition"] = people["key"].map(export.people.diagnosis).astype("str")
    records = Records(people, doses[DOSES], _frame(export.scores.rows, SCORES), labels)
    tables = tables_of(records, rules.records, keep_ids, left_out)
    left_out.report()
    return tables


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a frame with the types that they have when none is missing."""
    frame = pd.DataFrame(rows, columns=columns)
    kinds = {name: "float64" for name in columns if name in FLOATS} | {
        name: "Float64" for name in columns if name in WHOLE
    }
    kinds |= {"completed": "boolean"} if "completed" in columns else {}
    kinds |= {name: "int64" for name in ("part", "row")}
    kinds |= {name: "str" for name in columns if name not in kinds}
    return frame.astype(kinds)


def _without_twice(doses: pd.DataFrame, left_out: LeftOut) -> pd.DataFrame:
    """Administrations, without the procedures of days on which a medication was recorded too."""
    is_procedure = doses["kind"] == "Procedure"
    days = pd.MultiIndex.from_frame(doses[["key", "at_day"]])
    twice = (is_procedure & days.isin(days[~is_procedure])).to_numpy()
    left_out.add_many(TWICE, doses.loc[twice, "part"], doses.loc[twice, "row"])
    return doses[~twice].reset_index(drop=True)


def _note_codes(doses: TreatmentRows, rules: FhirRules, log: FindingLog) -> None:
    counts: list[tuple[str, CodeCount]] = [
        (f"{kind} with codes that [fhir] does not name as ketamine were left out", count)
        for kind, count in doses.unlisted.items()
    ]
    counts.append(("Routes with codes that neither the vocabulary nor [fhir.routes] knows", doses.unlisted_routes))
    for what, count in counts:
        if count:
            log.add("note", "sessions", f"{what}: {count.words()}.")


def _report_nothing(export: _Export, log: FindingLog) -> None:
    if not export.people.rows:
        log.add("error", "patients", "The FHIR export holds no Patient. Export the resources of that type too.")
    if not export.doses.rows:
        message = "The FHIR export holds no administration of ketamine with a code that [fhir] names."
        log.add(
            "error", "sessions", f"{message} Name the codes that your records use under 'medications' or 'procedures'."
        )
