"""[[allow]] in a mapping: a column passes by name with a written reason, which the study keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import Mapping, StudyDataError, read_study
from analysis.study import AllowedColumn

from ..conftest import StudyFolder

ALLOW_CITY = """\
[[allow]]
table = "patients"
column = "city_code"
reason = "codes of the registry, the key was destroyed"
"""
PERMISSION = AllowedColumn("patients", "city_code", "codes of the registry, the key was destroyed")


@pytest.fixture
def with_city(study_folder: StudyFolder) -> StudyFolder:
    lines = (study_folder.path / "patients.csv").read_text(encoding="utf-8").splitlines()
    added = ["city_code", "14", "15", "14"]
    study_folder.write("patients.csv", "\n".join(f"{line},{cell}" for line, cell in zip(lines, added, strict=True)))
    return study_folder


def mapping_file(folder: StudyFolder, text: str) -> Path:
    path = folder.path.parent / "allow.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: StudyFolder, text: str) -> list[str]:
    with pytest.raises(StudyDataError) as caught:
        read_study(folder.path, mapping_file(folder, text))
    return [str(finding) for finding in caught.value.findings if finding.level == "error"]


def test_without_a_permission_the_column_is_refused(with_city: StudyFolder) -> None:
    [message] = with_city.errors()
    assert message.startswith("patients.csv: column 'city_code' has 3 filled cells under a name that stands for places")


def test_a_mapping_that_only_allows_lets_a_folder_of_named_tables_in(with_city: StudyFolder) -> None:
    study = read_study(with_city.path, mapping_file(with_city, ALLOW_CITY))
    assert study.allowed == (PERMISSION,)
    assert study.patients["city_code"].tolist() == [14, 15, 14]
    assert [note for note in study.notes if "city_code" in note][-1] == (
        "patients.csv: column 'city_code' has 3 filled cells under a name that stands for places smaller than a state "
        "(rows 2, 3 and 4). The mapping allows the column: codes of the registry, the key was destroyed"
    )


def test_the_permission_stays_with_the_patients_that_a_cohort_keeps(with_city: StudyFolder) -> None:
    study = read_study(with_city.path, mapping_file(with_city, ALLOW_CITY))
    assert study.keep_patients(study.patients["age"].to_numpy() < 60).allowed == (PERMISSION,)


def test_the_mapping_itself_holds_its_permissions(with_city: StudyFolder) -> None:
    assert Mapping.read(mapping_file(with_city, ALLOW_CITY)).allowed == (PERMISSION,)


def test_a_permission_for_another_table_lets_nothing_in(with_city: StudyFolder) -> None:
    assert len(faults(with_city, ALLOW_CITY.replace('"patients"', '"sessions"'))) == 1


def test_permissions_without_use_are_noted(study_folder: StudyFolder) -> None:
    text = ALLOW_CITY + ALLOW_CITY.replace("city_code", "payer")
    notes = read_study(study_folder.path, mapping_file(study_folder, text)).notes
    assert notes == (
        "The mapping allows the column 'payer' of patients, in which nothing identifying was found. "
        "Take it out of [[allow]].",
        "The mapping allows the column 'city_code' of patients, which is not there. Take it out of [[allow]].",
    )


def test_an_age_over_90_cannot_be_allowed(study_folder: StudyFolder) -> None:
    study_folder.change("patients.csv", "P3,B,90", "P3,B,93")
    [message] = faults(study_folder, ALLOW_CITY.replace("city_code", "age"))
    assert "outside 0 to 90 years" in message


FAULTS = [
    (ALLOW_CITY.replace("patients", "people"), "allow.toml, allow 1: 'table' should be one of 'patients', 'sessions', "
     "'assessments', 'therapy_visits', 'adverse_events'."),
    (ALLOW_CITY.replace('table = "patients"\n', ""), "allow.toml, allow 1: 'table' is missing."),
    (ALLOW_CITY.replace('column = "city_code"\n', ""), "allow.toml, allow 1: 'column' is missing."),
    (ALLOW_CITY.replace('reason = "codes of the registry, the key was destroyed"\n', ""),
     "allow.toml, allow 1: 'reason' is missing."),
    (ALLOW_CITY.replace("codes of the registry, the key was destroyed", "needed it"),
     "allow.toml, allow 1: 'reason' should say in 3 words or more, on one line of at most 500 letters, "
     "why the column may stay."),
    (ALLOW_CITY + "until = 2030\n", "allow.toml, allow 1: the key 'until' means nothing here. "
     "Allowed: table, column, reason."),
    (ALLOW_CITY + ALLOW_CITY, "allow.toml, allow 2: the column 'city_code' of patients is allowed twice. "
     "Give one reason."),
    (ALLOW_CITY.replace("[[allow]]", "[allow]"), "allow.toml: 'allow' should be a list of sections."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_what_is_wrong_with_a_permission(with_city: StudyFolder, text: str, message: str) -> None:
    assert faults(with_city, text) == [message]


def test_a_reason_may_not_run_over_lines(with_city: StudyFolder) -> None:
    [message] = faults(with_city, ALLOW_CITY.replace("registry, the", "registry\\nthe"))
    assert "on one line" in message
