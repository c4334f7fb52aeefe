"""Codes in place of the names of clinics: which are codes already, and that nothing else changes."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.study import Study
from analysis.study.clinic_codes import clinic_codes, is_code, with_clinic_codes
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis
a Portland MDD
b C01 MDD
c Austin-North MDD
d Portland PTSD
e - MDD
"""
SESSIONS = "patient_id session_number day route\n" + "\n".join(f"{name} 1 0 IV" for name in "abcde")


@pytest.fixture
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, "patient_id day instrument score\na 0 PHQ-9 12")


@pytest.mark.parametrize("name", ["C01", "3", "site-12", "Clinic 4", "centre_2", "K7", "c 001"])
def test_codes_are_left_as_they_are(name: str) -> None:
    assert is_code(name)


@pytest.mark.parametrize(
    "name", ["Portland", "Clinic North", "1234567890", "90210", "LA2", "NYC 1", "St 5", "Dr Lee 1", "", "C01 Boston"]
)
def test_whatever_may_be_a_name_is_no_code(name: str) -> None:
    assert not is_code(name)


def test_one_name_gives_every_clinic_a_code(study: Study) -> None:
    codes = clinic_codes(study)
    assert set(codes) == {"Portland", "C01", "Austin-North"}
    assert set(codes.values()) == {"Clinic 1", "Clinic 2", "Clinic 3"}


def test_only_the_clinic_changes_and_patients_stay_together(study: Study) -> None:
    coded = with_clinic_codes(study)
    names = coded.patients["clinic_id"].tolist()
    assert names[0] == names[3] != names[1]
    assert pd.isna(names[4])
    assert not set(names[:4]) & {"Portland", "C01", "Austin-North"}
    pd.testing.assert_frame_equal(coded.sessions, study.sessions)
    pd.testing.assert_frame_equal(coded.patients.drop(columns="clinic_id"), study.patients.drop(columns="clinic_id"))
    assert coded.digest != study.digest


def test_the_number_of_a_code_does_not_follow_the_alphabet() -> None:
    """With names A to T in order, codes 1 to 20 in that order would give the names away."""
    rows = "\n".join(f"{letter} Town{letter} MDD" for letter in "ABCDEFGHIJKLMNOPQRST")
    sessions = "patient_id session_number day route\n" + "\n".join(f"{one} 1 0 IV" for one in "ABCDEFGHIJKLMNOPQRST")
    scores = "patient_id day instrument score\nA 0 PHQ-9 12"
    codes = clinic_codes(drawn_study(f"patient_id clinic_id primary_diagnosis\n{rows}", sessions, scores))
    assert [codes[name] for name in sorted(codes)] != sorted(codes.values())
    assert min(codes.values()) == "Clinic 01"


def test_a_study_of_codes_is_itself(sample_study: Study) -> None:
    assert with_clinic_codes(sample_study) is sample_study
