"""What can be wrong with an OMOP extract: every finding in its words, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import StudyDataError, read_study

from .conftest import MAPPING


def errors(folder: Path, mapping: str | None = MAPPING) -> list[str]:
    path = folder.parent / "mapping.toml"
    if mapping is not None:
        path.write_text(mapping, encoding="utf-8")
    with pytest.raises(StudyDataError) as caught:
        read_study(folder, path if mapping is not None else None)
    return [str(finding) for finding in caught.value.findings if finding.level == "error"]


def notes(folder: Path) -> tuple[str, ...]:
    path = folder.parent / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return read_study(folder, path).notes


def change(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_an_extract_without_a_mapping_says_what_it_needs(folder: Path) -> None:
    assert errors(folder, None) == [
        "This is an OMOP extract. It needs a mapping with a section [omop] that names the concepts of ketamine, "
        "the clinic and the diagnosis."
    ]


def test_tables_and_columns_that_are_missing(folder: Path) -> None:
    (folder / "person.csv").unlink()
    change(folder, "drug_exposure", ("drug_concept_id", "concept_of_drug_id"))
    change(folder, "measurement", ("value_as_number", "number"))
    (folder / "observation.tsv").write_text("x\ty\n1\t2\n")
    assert errors(folder) == [
        "The OMOP extract has no table person. Add person.csv or person.parquet.",
        "drug_exposure.csv: the column 'drug_concept_id' of the OMOP table drug_exposure is missing. Export it too.",
        "measurement.csv: the column 'value_as_number' of the OMOP table measurement is missing. Export it too.",
        "The table observation is in more than one file: 'observation.csv', 'observation.tsv'. Keep one of them.",
    ]


def test_rows_that_cannot_be_sessions(folder: Path) -> None:
    change(
        folder,
        "drug_exposure",
        ("2,1001,700001,2023-06-18,2023-06-18 15:00:00,", "1,1001,700001,2023-06-18,,"),
        ("4,1003,700001,2022-12-30", "4,1003,700001,30/12/2022"),
        ("46713006", "SPRAY"),
        ("5,1004,1125315,2023-01-01", "5,1099,700001,2023-01-01"),
    )
    assert errors(folder) == [
        "drug_exposure.csv: has 1 row with the drug_exposure_id of an earlier row (row 3). Export each once.",
        "drug_exposure.csv: has 1 ketamine administration without a full date (row 5). Sessions cannot be numbered "
        "without it. Give each a year, month and day, or leave them out of the export.",
        "drug_exposure.csv (as sessions): column 'route' has 1 value outside the known words for route (row 4). "
        "Allowed: IV, IM, IN, SL, PO, SC, buccal, rectal. Correct them, or translate them in a mapping.",
        "drug_exposure.csv (as sessions): column 'patient_id' has 1 row (ketamine session) whose patient is not in "
        "the table patients (row 6). Add the patient, or remove the rows.",
    ]


def test_persons_that_cannot_be_patients(folder: Path) -> None:
    change(folder, "person", ("1002,8507,1930", "1001,8507,1930"), ("5,11,MRN-00417", "5,99,MRN-00417"))
    change(folder, "condition_occurrence", ("2,1003,0,", "2,1004,0,"), ("3,1003,", "3,1004,"))
    found = errors(folder, MAPPING.replace('diagnosis = "other"\n', "", 1))
    assert found == [
        "person.csv: has 1 patient whose organisation or care site the section 'clinics' of the mapping does not list "
        "(row 2). List it, or give 'clinic', one code for all.",
        "person.csv: has 1 patient without a diagnosis that the mapping lists (row 4). List the codes of the "
        "diagnoses, or give 'diagnosis', which holds for all others.",
        "person.csv (as patients): column 'patient_id' has 1 row with a patient_id that an earlier row already has "
        "(row 3). Keep one row per patient.",
        "drug_exposure.csv (as sessions): column 'patient_id' has 1 row (ketamine session) whose patient is not in "
        "the table patients (row 4). Add the patient, or remove the rows.",
        "measurement.csv (as assessments): column 'patient_id' has 1 row (instrument at a time) whose patient is not "
        "in the table patients (row 5). Add the patient, or remove the rows.",
    ]


def test_what_is_kept_in_part_or_left_out_is_noted(folder: Path) -> None:
    change(folder, "person", ("1003,0,", "1003,8521,"))
    change(folder, "drug_exposure", (",32818,45,", ",32818,45 mg,"))
    change(
        folder,
        "measurement",
        ("8480-6", "70221-7"),
        ("2,1001,0,2023-06-14,2023-06-14 18:00:00,15,", "2,1001,0,2023-06-14,,,"),
        ("4,1002,800001,2024-02-01", "4,1002,800001,2024-02"),
    )
    found = notes(folder)
    for sentence in (
        "person.csv: has 1 person whose gender concept is neither 8507 (male) nor 8532 (female) (row 4). "
        "Their sex is left blank.",
        "drug_exposure.csv: has 1 quantity other than a number (row 3). The sessions are kept without a dose.",
        "measurement.csv: has 1 row of PCL-C (LOINC 70221-7), the list for DSM-IV, which is not PCL-5 (row 4). "
        "They were left out.",
        "measurement.csv: has 1 score without a number in value_as_number (row 3). They were left out.",
        "measurement.csv: has 1 score without a full date (row 5). They were left out.",
    ):
        assert sentence in found


def test_a_score_that_is_exported_twice(folder: Path) -> None:
    change(folder, "measurement", ("2,1001,0,2023-06-14", "1,1001,0,2023-06-14"))
    assert errors(folder) == ["measurement.csv: has 1 row with the id of an earlier row (row 3). Export each once."]


def test_an_extract_without_ketamine(folder: Path) -> None:
    change(folder, "drug_exposure", ("SPRAVATO", "OTHER"))
    assert errors(folder, MAPPING.replace("concepts = [700001]", "concepts = [700002]")) == [
        "The OMOP extract holds no drug_exposure with a concept or source code that [omop] names. "
        "Name those that your extract uses under 'drugs'."
    ]


def test_an_extract_without_scores_has_an_empty_table(folder: Path) -> None:
    (folder / "measurement.csv").unlink()
    (folder / "observation.csv").unlink()
    [message] = errors(folder)
    assert message.endswith("has no rows. A required table needs at least one.")


def test_faults_of_the_section_are_all_told(folder: Path) -> None:
    text = """\
[omop]
clinic = "A"
[[omop.drugs]]
concepts = [0, "x"]
mg_per_unit = -1
[[omop.drugs]]
mg_per_unit = true
[[omop.scores]]
concepts = [5]
instrument = "Beck"
"""
    assert errors(folder, text) == [
        "mapping.toml, omop, drugs 1: the concept '0' is no concept id; 0 means that no concept was found.",
        "mapping.toml, omop, drugs 1: the concept 'x' is no concept id; 0 means that no concept was found.",
        "mapping.toml, omop, drugs 1: 'mg_per_unit' should be a number above 0: how many mg one unit of 'quantity' is.",
        "mapping.toml, omop, drugs 2: give 'concepts' or 'source_values', the codes as the extract writes them.",
        "mapping.toml, omop, drugs 2: 'mg_per_unit' should be a number above 0: how many mg one unit of 'quantity' is.",
        "mapping.toml, omop, scores 1: 'instrument' should be one of 'PHQ-9', 'QIDS-SR16', 'MADRS', 'HAM-D17', "
        "'BDI-II', 'GAD-7', 'PCL-5', 'PEG', 'BPI', 'NRS pain', 'CADSS', 'C-SSRS'.",
    ]


def test_a_section_without_drugs(folder: Path) -> None:
    assert errors(folder, '[omop]\nclinic = "A"\n') == [
        "mapping.toml, omop: give at least one section 'drugs' with the concepts or source codes that are ketamine."
    ]
