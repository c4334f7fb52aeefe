"""A study's name stands on every page and export, so a name that tells of a person is not used."""

from __future__ import annotations

import pytest

from analysis.intake import Mapping, read_study
from analysis.study import AllowedColumn

from .conftest import StudyFolder

ALLOWED = (AllowedColumn("patients", "patient_id", "drawn at random once"),)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("chart of James Smith", "what looks like a person's name"),
        ("James Smith", "what looks like a person's name"),
        ("james_smith", "what looks like a person's name"),
        ("j.doe@example.org", "an e-mail address"),
        ("SSN 123-45-6789", "what looks like a social security number"),
        ("call 212-555-0142", "a telephone or fax number"),
        ("MRN 48213", "what looks like a record number"),
    ],
)
def test_a_name_that_tells_of_a_person_is_replaced_and_noted(study_folder: StudyFolder, name: str, what: str) -> None:
    study = read_study(study_folder.path, Mapping(name=name, allowed=ALLOWED))
    assert study.name == "Study"
    assert study.notes == (
        f"The study has a name with {what}, and is called 'Study'. "
        "Rename its file or folder, or give it another name in the mapping.",
    )


@pytest.mark.parametrize("name", ["North Clinic 2024-03-01", "KAP cohort 2019 to 2023", "sites A, B & C"])
def test_the_day_of_an_export_may_stand_in_the_name(study_folder: StudyFolder, name: str) -> None:
    assert read_study(study_folder.path, Mapping(name=name, allowed=ALLOWED)).name == name
