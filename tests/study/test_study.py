"""The study as a value: its digest and its subsets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.study import Study, baselines, episodes, outcome_rows
from tests.drawn import drawn_study
from tests.study.test_outcome_rows import ASSESSMENTS, PATIENTS, SESSIONS


def test_the_digest_changes_with_any_cell_and_with_nothing_else() -> None:
    first = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    again = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    other = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS.replace("a 8 PHQ-9 9", "a 8 PHQ-9 8"))
    assert first.digest == again.digest
    assert first.digest != other.digest


def test_the_digest_notices_a_renamed_column() -> None:
    first = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    other = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS.replace("site", "ward"))
    assert first.digest != other.digest


def test_keeping_patients_keeps_all_their_rows_and_nobody_elses() -> None:
    study = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    kept = study.keep_patients(np.array([False, True, False, True]))
    assert kept.patients["patient_id"].tolist() == ["b", "d"]
    assert set(kept.sessions["patient_id"]) == {"b"}
    assert set(kept.assessments["patient_id"]) == {"b", "d"}
    whole = outcome_rows(study, "PHQ-9")
    assert len(outcome_rows(kept, "PHQ-9")) == (whole["patient_id"] == "b").sum()


def test_columns_the_vocabulary_does_not_declare_are_listed_as_kept() -> None:
    study = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    assert study.extra_columns == {"patients": (), "sessions": (), "assessments": ("site",)}


def test_instruments_come_most_assessed_first() -> None:
    assert drawn_study(PATIENTS, SESSIONS, ASSESSMENTS).instruments_present() == ("PHQ-9", "GAD-7")


def test_a_study_without_optional_tables_says_so_with_none() -> None:
    study: Study = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    assert study.therapy_visits is None
    assert study.adverse_events is None
    assert list(study.tables) == ["patients", "sessions", "assessments"]


def test_an_extra_column_cannot_replace_what_is_derived_or_declared_of_the_patient() -> None:
    study = drawn_study(
        "patient_id clinic_id primary_diagnosis age route change self\na C01 MDD 40 x y z",
        "patient_id session_number day route\na 1 0 IV",
        "patient_id day instrument score age clinic_id site\na 0 PHQ-9 20 99 C09 s\na 3 PHQ-9 12 99 C09 s",
    )
    row = outcome_rows(study, "PHQ-9").iloc[0]
    assert (row["route"], row["age"], row["clinic_id"], row["change"]) == ("IV", 40, "C01", -8)
    assert (row["recorded_route"], row["recorded_age"], row["recorded_clinic_id"], row["site"]) == (
        "x",
        "99",
        "C09",
        "s",
    )
    assert study.notes[0] == (
        "patients: the extra column 'route' is kept as 'recorded_route', "
        "because 'route' is derived or declared elsewhere."
    )
    assert len(study.notes) == 5


def test_a_study_made_of_a_study_keeps_its_names_and_notes() -> None:
    study = drawn_study(PATIENTS.replace("age", "weeks"), SESSIONS, ASSESSMENTS)
    again = study.keep_patients(np.ones(4, dtype=bool))
    assert list(again.patients.columns) == list(study.patients.columns)
    assert again.notes == study.notes


def looked_up(study: Study, table: str) -> list[int]:
    places = {name: place for place, name in enumerate(study.patients["patient_id"])}
    return [places[name] for name in study.tables[table]["patient_id"]]


def test_the_patients_of_kept_rows_are_known_without_looking_them_up_again(sample_study: Study) -> None:
    kept = sample_study.keep_patients(np.arange(len(sample_study.patients)) % 3 == 1)
    for table in ("sessions", "assessments", "therapy_visits", "adverse_events"):
        assert kept.patient_positions(table).tolist() == looked_up(kept, table), table


def test_other_assessments_change_what_is_derived_from_them_and_nothing_else(sample_study: Study) -> None:
    everything, people = outcome_rows(sample_study, "PHQ-9", patient_columns=[]), episodes(sample_study)
    assessments = sample_study.assessments
    other = sample_study.with_assessments(assessments[::2].assign(score=assessments["score"][::2] + 1))
    fresh = Study.from_tables("fresh", other.tables)
    assert len(everything) > len(outcome_rows(other, "PHQ-9", patient_columns=[]))
    pd.testing.assert_frame_equal(
        outcome_rows(other, "PHQ-9", patient_columns=[]), outcome_rows(fresh, "PHQ-9", patient_columns=[])
    )
    pd.testing.assert_frame_equal(baselines(other, "PHQ-9"), baselines(fresh, "PHQ-9"))
    assert other.patient_positions("assessments").tolist() == looked_up(other, "assessments")
    assert episodes(other) is people
