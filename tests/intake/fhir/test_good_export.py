"""A FHIR export that is in order, counted by hand: every cell of the tables that come of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.intake import read_study
from analysis.study import Study

from .drawn_export import (
    LOINC,
    MAPPING,
    RXNORM,
    coding,
    condition,
    dose,
    observation,
    patient,
    procedure,
    response,
    value,
    write,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four patients: two infusions after a procedure on the same day; a nasal spray; an injection; never treated."""
    path = tmp_path / "export"
    path.mkdir()
    derived = {"derivedFrom": [{"reference": "QuestionnaireResponse/r1"}]}
    write(
        path,
        "Patient.000.ndjson",
        [
            patient("ada"),
            patient("ben", "1930-01-02", "male", "org-2"),
            patient("cho", "1990", "other"),
            patient("dan", "2001-05-05", "male"),
        ],
    )
    write(
        path,
        "MedicationAdministration.ndjson",
        [
            dose("m1", "ada", ("2023-06-14T15:00:00-04:00", "2023-06-14T15:40:00-04:00")),
            dose("m2", "ada", "2023-06-18T09:00:00-04:00", 45),
            dose(
                "m3",
                "ben",
                "2024-02-01",
                None,
                medicationCodeableConcept=coding(RXNORM, "2201623"),
                dosage={"dose": {"value": 0.056, "unit": "g", "code": "g"}},
                status="stopped",
            ),
            dose("m4", "dan", "2024-02-01", medicationCodeableConcept=coding(RXNORM, "313782")),
        ],
    )
    write(
        path,
        "Procedure.ndjson",
        [
            procedure("q1", "ada", "2023-06-14T14:30:00-04:00"),
            procedure("q2", "cho", "2022-12-30T10:00:00Z"),
            procedure("q3", "cho", "2023-01-06T22:00:00Z"),
        ],
    )
    write(
        path,
        "Observation.ndjson",
        [
            observation("o1", "ada", "2023-06-12", (LOINC, "44261-6"), **value(19)),
            observation("o2", "ada", "2023-06-12", (LOINC, "44260-8"), valueInteger=2),
            observation("o3", "ada", "2023-06-14T18:00:00Z", (LOINC, "70274-6"), **value(15)),
            observation("o4", "ben", "2024-02-01", ("urn:clinic", "MADRS-TOTAL"), **value(33)),
            observation("o5", "cho", "2022-12-30", (LOINC, "93293-9"), valueCodeableConcept=coding(LOINC, "LA30373-7")),
            observation("o6", "cho", "2023-01-13", (LOINC, "101698-9"), valueInteger=48),
            observation("o7", "ada", "2023-06-28", (LOINC, "44261-6"), **derived, **value(9)),
            observation("o8", "ada", "2023-06-28", (LOINC, "8480-6"), **value(120)),
        ],
    )  # fmt: skip
    write(
        path,
        "QuestionnaireResponse.ndjson",
        [response("r1", "ada", "2023-06-28T20:00:00-04:00", [1, 1, 1, 1, 1, 1, 1, 1, 1], 9)],
    )
    write(path, "Condition.ndjson", [condition("c1", "ada"), condition("c2", "ben", status="refuted")])
    write(
        path, "Encounter.ndjson", [{"resourceType": "Encounter", "id": "e1"}, {"resourceType": "Encounter", "id": "e2"}]
    )
    return path


def read(folder: Path, mapping: str = MAPPING) -> Study:
    path = folder.parent / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return read_study(folder, path)


def rows(frame: object, columns: list[str]) -> list[list[object]]:
    cells = frame[columns].astype(object)  # type: ignore[index]
    return cells.where(cells.notna(), None).to_numpy().tolist()


def test_patients_have_a_clinic_an_age_a_sex_a_diagnosis_and_a_year(folder: Path) -> None:
    study = read(folder)
    assert study.name == "Lakeside"
    assert rows(study.patients, ["patient_id", "clinic_id", "age", "sex", "primary_diagnosis", "index_year"]) == [
        ["ada", "North", 42, "female", "MDD", 2023],
        ["ben", "South", 90, "male", "other", 2024],
        ["cho", "North", 32, "other", "other", 2022],
    ]


def test_sessions_are_numbered_by_time_and_days_count_from_the_first(folder: Path) -> None:
    study = read(folder)
    columns = ["patient_id", "session_number", "day", "route", "molecule", "dose_mg", "duration_min", "completed"]
    assert rows(study.sessions, columns) == [
        ["ada", 1, 0.0, "IV", "racemic", 40.0, 40.0, True],
        ["ada", 2, 3.75, "IV", "racemic", 45.0, None, True],
        ["ben", 1, 0.0, "IN", "esketamine", 56.0, None, False],
        ["cho", 1, 0.0, "IM", "racemic", None, None, True],
        ["cho", 2, 7.5, "IM", "racemic", None, None, True],
    ]


def test_scores_are_totals_answers_and_sums_with_item_nine_beside_its_total(folder: Path) -> None:
    study = read(folder)
    columns = ["patient_id", "day", "instrument", "score", "suicidality_item", "n_items_answered"]
    assert rows(study.assessments, columns) == [
        ["ada", -2.0, "PHQ-9", 19.0, 2, None],
        ["ada", -0.04, "GAD-7", 15.0, None, None],
        ["ada", 14.21, "PHQ-9", 9.0, 1, 9],
        ["ben", 0.0, "MADRS", 33.0, None, None],
        ["cho", 0.0, "C-SSRS", 4.0, None, None],
        ["cho", 14.0, "PCL-5", 48.0, None, None],
    ]


def test_all_that_was_left_out_is_counted(folder: Path) -> None:
    notes = read(folder).notes
    assert notes[:8] == (
        "Resources of types that a study does not need were not read: Encounter (2).",
        "MedicationAdministration with codes that [fhir] does not name as ketamine were left out: "
        "RxNorm 313782 (1 time).",
        "Observation.ndjson: has 1 Observation with codes that are no instrument's total (row 8). They were left out.",
        "Observation.ndjson: has 1 Observation derived from a QuestionnaireResponse that was read (row 7). "
        "Each was counted once.",
        "Procedure.ndjson: has 1 Procedure on a day on which a MedicationAdministration of the patient is recorded "
        "too (row 1). Each such day was counted once.",
        "Patient.000.ndjson: has 1 patient without any ketamine session (row 4). They were left out.",
        "There is no table therapy_visits; the pages that need it say so.",
        "There is no table adverse_events; the pages that need it say so.",
    )


def test_patients_get_new_codes_that_do_not_follow_the_order_of_the_file(folder: Path) -> None:
    whole = MAPPING.split("[[allow]]")[0]
    codes = set()
    for _ in range(40):  # six orders of three patients: all six missed but one in 40 draws once in 10^31
        study = read(folder, whole)
        by_age = study.patients.set_index("age")["patient_id"]
        assert sorted(by_age) == ["P0001", "P0002", "P0003"] == study.patients["patient_id"].tolist()
        assert set(study.sessions["patient_id"]) == set(study.assessments["patient_id"]) == set(by_age)
        assert len(study.sessions[study.sessions["patient_id"] == by_age[42]]) == 2
        codes.add(tuple(by_age[[42, 90, 32]]))
    assert len(codes) > 1


def test_nothing_of_a_persons_identity_and_no_date_is_in_the_study(folder: Path) -> None:
    study = read(folder, MAPPING.split("[[allow]]")[0])
    held = " ".join(frame.to_csv() for frame in study.tables.values()) + " ".join(study.notes)
    for word in ("Okonkwo", "Ada", "MRN", "555", "Elm", "Springfield", "62704", "1980", "ada", "never read", "words"):
        assert word not in held
    assert not re.search(r"\d{4}-\d\d", held)


def test_a_medication_may_be_a_resource_of_its_own_or_contained(folder: Path) -> None:
    medication = {"resourceType": "Medication", "id": "ket", "code": coding(RXNORM, "1000001")}
    referring = dose("m1", "ada", "2023-06-14", medicationReference={"reference": "Medication/ket"})
    containing = dose(
        "m2", "ada", "2023-06-18", medicationReference={"reference": "#k"}, contained=[medication | {"id": "k"}]
    )
    for item in (referring, containing):
        del item["medicationCodeableConcept"]
    write(folder, "MedicationAdministration.ndjson", [referring, containing])
    write(folder, "Medication.ndjson", [medication])
    study = read(folder)
    assert study.sessions.loc[study.sessions["patient_id"] == "ada", "day"].tolist() == [0.0, 4.0]


def test_routes_of_other_codes_are_translated_by_the_mapping(folder: Path) -> None:
    write(
        folder,
        "MedicationAdministration.ndjson",
        [dose("m1", "ada", "2023-06-14", dosage={"route": coding("urn:clinic", "DRIP")})],
    )
    study = read(folder, MAPPING.replace("[fhir.clinics]", '[fhir.routes]\nDRIP = "IV"\n\n[fhir.clinics]'))
    assert study.sessions["route"].tolist() == ["IV", "IM", "IM"]


def test_parts_of_a_session_on_one_day_are_joined_when_the_mapping_says_so(folder: Path) -> None:
    spray = {"medicationCodeableConcept": coding(RXNORM, "2201623"), "dosage": {"dose": {"value": 28, "unit": "mg"}}}
    times = [f"2023-06-14T10:{minute:02}:00Z" for minute in (0, 5, 10)]
    parts = [dose(f"m{place}", "ada", time, **spray) for place, time in enumerate(times)]
    write(folder, "MedicationAdministration.ndjson", parts)
    apart = read(folder)
    assert apart.sessions.loc[apart.sessions["patient_id"] == "ada", "dose_mg"].tolist() == [28.0, 28.0, 28.0]
    assert (
        "MedicationAdministration.ndjson: has 2 sessions on the same day as an earlier one of the patient, by the same "
        'route (rows 2 and 3). Each is counted as a session. Set same_day = "one session" in the mapping when they '
        "are parts of one."
    ) in apart.notes
    joined = read(folder, MAPPING.replace('diagnosis = "other"', 'diagnosis = "other"\nsame_day = "one session"', 1))
    assert rows(joined.sessions, ["patient_id", "session_number", "dose_mg", "completed"])[0] == ["ada", 1, 84.0, True]
    assert (
        "MedicationAdministration.ndjson: has 2 administrations on the same day as an earlier one of the patient, by "
        "the same route (rows 2 and 3). They were joined to one session, their doses added up, as same_day of the "
        "mapping says."
    ) in joined.notes


def test_one_clinic_for_all_needs_no_organisation(folder: Path) -> None:
    text = MAPPING.replace('[fhir.clinics]\norg-1 = "North"\norg-2 = "South"\n', "").replace(
        'diagnosis = "other"', 'diagnosis = "other"\nclinic = "A"', 1
    )
    assert read(folder, text).patients["clinic_id"].tolist() == ["A", "A", "A"]


def test_a_phq9_of_the_panel_without_item_codes_is_summed(folder: Path) -> None:
    plain = response("r1", "ada", "2023-06-28", [0, 1, 2, 3, 0, 1, 2, 3, 0])
    for place, item in enumerate(plain["item"][0]["item"]):
        item["linkId"] = str(place)
    write(folder, "QuestionnaireResponse.ndjson", [plain | {"questionnaire": "http://loinc.org/q/44249-1"}])
    study = read(folder)
    assert rows(study.assessments[study.assessments["day"] == 14], ["score", "suicidality_item", "n_items_answered"])[
        0
    ] == [
        12.0,
        None,
        9,
    ]
