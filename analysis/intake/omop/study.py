"""An extract of the OMOP Common Data Model (v5.4): person, drug_exposure, measurement, observation, conditions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.vocabulary.codes import (
    INSTRUMENT_OF_LOINC,
    PCL_C_TOTAL,
    PHQ9_ITEM_9,
    ROUTE_OF_SNOMED,
    SEX_OF_CONCEPT,
)

from ..files import StudyFiles
from ..findings import FindingLog
from ..foreign.left_out import LeftOut, Reason
from ..foreign.records import SCORES, Records, tables_of
from ..foreign.times import moments
from ..source import SourceTable
from .concepts import meanings, rule_places, sizes
from .extract import CDM, CONDITION, DRUG_EXPOSURE, MEASUREMENT, OBSERVATION, PERSON, CdmTable, read_table
from .settings import OmopRules

UNLISTED_ROUTE = "route of another concept"  # no known route: the checks say so, with the rows
NO_CONCEPT = "0"  # what the model writes when no concept was found

_ONCE = "Export each once."
OTHER_SEX = Reason(
    "patients", "person", "whose gender concept is neither 8507 (male) nor 8532 (female)", "Their sex is left blank."
)
REPEATED_DOSE = Reason("sessions", "row", "with the drug_exposure_id of an earlier row", _ONCE, "error")
REPEATED_SCORE = Reason("assessments", "row", "with the id of an earlier row", _ONCE, "error")
OTHER_DRUG = Reason("sessions", "row", "of drugs that [omop] does not name as ketamine", "They were left out.")
NO_DOSE = Reason("sessions", "quantity", "other than a number", "The sessions are kept without a dose.")
OTHER_SCORE = Reason("assessments", "row", "with codes that are no instrument's total", "They were left out.")
PCL_C = Reason(
    "assessments", "row", "of PCL-C (LOINC 70221-7), the list for DSM-IV, which is not PCL-5", "They were left out."
)
NO_VALUE = Reason("assessments", "score", "without a number in value_as_number", "They were left out.")

Read = tuple[pd.DataFrame, int]  # the rows of a table and the place of its file


def read_omop(files: StudyFiles, rules: OmopRules, keep_ids: bool, log: FindingLog) -> dict[str, SourceTable]:
    """The tables that an extract gives. Empty when a table or column is missing or nothing in it is ketamine."""
    tables: dict[str, Read] = {}
    labels: list[str] = []
    for table in CDM:
        found = read_table(files, table, log)
        if found is not None:
            tables[table.name] = (found[0], len(labels))
            labels.append(found[1])
    if log.has_errors:
        return {}
    left_out = LeftOut(tuple(labels), log)
    doses = _doses(tables[DRUG_EXPOSURE.name], rules, left_out)
    scores = [
        _scores(tables[table.name], table, rules, left_out)
        for table in (MEASUREMENT, OBSERVATION)
        if table.name in tables
    ]
    if doses.empty:
        left_out.report()
        message = "The OMOP extract holds no drug_exposure with a concept or source code that [omop] names."
        log.add("error", "sessions", f"{message} Name those that your extract uses under 'drugs'.")
        return {}
    people = _people(tables, rules, left_out)
    records = Records(people, doses, _together(scores), tuple(labels))
    made = tables_of(records, rules.records, keep_ids, left_out)
    left_out.report()
    return made


def _people(tables: dict[str, Read], rules: OmopRules, left_out: LeftOut) -> pd.DataFrame:
    rows, part = tables[PERSON.name]
    sex = rows["gender_concept_id"].map(SEX_OF_CONCEPT).astype("str")
    other = sex.isna() & ~rows["gender_concept_id"].isin([NO_CONCEPT]) & rows["gender_concept_id"].notna()
    left_out.add_many(OTHER_SEX, np.full(int(other.sum()), part), rows.loc[other, "row"])
    return pd.DataFrame(
        {
            "key": rows["person_id"],
            "organisation": rows["care_site_id"],
            "sex": sex,
            "condition": _conditions(rows["person_id"], tables, rules),
            **{f"birth_{name}": _number(rows[f"{name}_of_birth"]) for name in ("year", "month", "day")},
            "part": part,
            "row": rows["row"],
        }
    )


def _conditions(persons: pd.Series, tables: dict[str, Read], rules: OmopRules) -> pd.Series:
    """The diagnosis of the first rule that each person's conditions meet; missing when they meet none."""
    if CONDITION.name not in tables or not rules.conditions:
        return pd.Series([None] * len(persons), dtype="str")
    rows, _ = tables[CONDITION.name]
    places = rule_places(rules.conditions, rows["condition_concept_id"], rows["condition_source_value"])
    met = pd.Series(places[places >= 0]).groupby(rows.loc[places >= 0, "person_id"].to_numpy()).min()
    return meanings(rules.conditions, persons.map(met).fillna(-1).to_numpy().astype(np.int64), "diagnosis")


def _doses(read: Read, rules: OmopRules, left_out: LeftOut) -> pd.DataFrame:
    rows, part = read
    places = rule_places(rules.drugs, rows["drug_concept_id"], rows["drug_source_value"])
    _leave_out(OTHER_DRUG, rows, places < 0, part, left_out)
    rows, places = rows[places >= 0].reset_index(drop=True), places[places >= 0]
    repeated = _repeated(rows["drug_exposure_id"])
    _leave_out(REPEATED_DOSE, rows, repeated, part, left_out)
    rows, places = rows[~repeated].reset_index(drop=True), places[~repeated]
    quantity, size = _number(rows["quantity"]), sizes(rules.drugs, places)
    unclear = (rows["quantity"].notna() & quantity.isna()).to_numpy() & np.isfinite(size)
    _leave_out(NO_DOSE, rows, unclear, part, left_out)
    times = _times(rows, "drug_exposure_start_date", "drug_exposure_start_datetime")
    return pd.DataFrame(
        {
            "key": rows["person_id"],
            "at_day": times["at_day"],
            "at_instant": times["at_instant"],
            "route": _routes(rows, rules.records.routes).fillna(meanings(rules.drugs, places, "route")),
            "molecule": meanings(rules.drugs, places, "molecule"),
            "dose_mg": quantity * size,
            "duration_min": np.nan,
            "completed": pd.array([pd.NA] * len(rows), dtype="boolean"),
            "part": part,
            "row": rows["row"],
        }
    )


def _routes(rows: pd.DataFrame, translations: dict[str, str]) -> pd.Series:
    """The route of each row by its concept or its source code; a code that nothing knows is no known route."""
    concept, code = rows["route_concept_id"].replace(NO_CONCEPT, None), rows["route_source_value"]
    known = concept.map(translations).fillna(code.map({**ROUTE_OF_SNOMED, **translations}))
    unlisted = known.isna() & (concept.notna() | code.notna())
    return known.mask(unlisted, UNLISTED_ROUTE).astype("str")


def _scores(read: Read, table: CdmTable, rules: OmopRules, left_out: LeftOut) -> pd.DataFrame:
    rows, part = read
    code, concept = rows[f"{table.name}_source_value"], rows[f"{table.name}_concept_id"]
    places = rule_places(rules.scores, concept, code)
    instrument = meanings(rules.scores, places, "instrument").fillna(code.map(INSTRUMENT_OF_LOINC))
    is_item = concept.isin(rules.item_9) | (code == PHQ9_ITEM_9).fillna(False)
    instrument = instrument.mask(is_item, "PHQ-9")
    pcl_c = (code == PCL_C_TOTAL).fillna(False) & instrument.isna()
    _leave_out(PCL_C, rows, pcl_c, part, left_out)
    _leave_out(OTHER_SCORE, rows, instrument.isna() & ~pcl_c, part, left_out)
    value = _number(rows["value_as_number"])
    _leave_out(NO_VALUE, rows, instrument.notna() & value.isna(), part, left_out)
    repeated = _repeated(rows[f"{table.name}_id"]) & instrument.notna().to_numpy()
    _leave_out(REPEATED_SCORE, rows, repeated, part, left_out)
    times = _times(rows, f"{table.name}_date", f"{table.name}_datetime")
    made = pd.DataFrame(
        {
            "key": rows["person_id"],
            "at_day": times["at_day"],
            "at_instant": times["at_instant"],
            "instrument": instrument,
            "score": value.mask(is_item),
            "suicidality_item": value.where(is_item).astype("Float64"),
            "n_items_answered": pd.array([pd.NA] * len(rows), dtype="Float64"),
            "part": part,
            "row": rows["row"],
        }
    )
    return made[(instrument.notna() & value.notna()).to_numpy() & ~repeated]


def _together(scores: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [rows for rows in scores if len(rows)]
    if filled:
        return pd.concat(filled, ignore_index=True)
    kinds = {"key": "str", "instrument": "str", "suicidality_item": "Float64", "n_items_answered": "Float64"}
    kinds |= {"part": "int64", "row": "int64"}
    return pd.DataFrame({name: pd.Series([], dtype=kinds.get(name, "float64")) for name in SCORES})


def _times(rows: pd.DataFrame, date: str, datetime: str) -> pd.DataFrame:
    """The day, and the time of day where the datetime of the same day has one: midnight stands for no time."""
    made, exact = moments(rows[date]), moments(rows[datetime])
    timed = (exact["at_day"] == made["at_day"]) & (exact["at_instant"] != exact["at_day"])
    return made.assign(at_instant=exact["at_instant"].where(timed))


def _repeated(ids: pd.Series) -> np.ndarray:
    return (ids.duplicated() & ids.notna()).to_numpy()


def _leave_out(reason: Reason, rows: pd.DataFrame, mask: object, part: int, left_out: LeftOut) -> None:
    held = rows.loc[np.asarray(mask, dtype=bool), "row"]
    left_out.add_many(reason, np.full(len(held), part), held)


def _number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype("float64").where(lambda values: np.isfinite(values))
