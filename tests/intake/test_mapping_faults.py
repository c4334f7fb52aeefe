"""Faults of a mapping: all of them in one report, each with its place and the nearest known name."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import Mapping, StudyDataError, read_study

PEOPLE = "id;group;sex;arm\n1;MDD;F;IV\n2;MDD;M;drip\n3;HC;M;\n"

WORKING = """\
[sources.people]
file = "people.csv"
delimiter = "semicolon"

[[patients]]
source = "people"
[patients.columns]
patient_id = "id"
clinic_id = { constant = "A" }
primary_diagnosis = "group"

[[sessions]]
source = "people"
[sessions.columns]
patient_id = "id"
session_number = { constant = 1 }
day = { constant = 0 }
route = { constant = "IV" }

[[assessments]]
source = "people"
[assessments.columns]
patient_id = "id"
day = { constant = 0 }
instrument = { constant = "PHQ-9" }
score = { constant = 12 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "foreign"
    path.mkdir()
    (path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return path


def errors(folder: Path, text: str | bytes) -> list[str]:
    mapping = folder.parent / "mapping.toml"
    mapping.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(StudyDataError) as caught:
        read_study(folder, mapping)
    return [str(finding) for finding in caught.value.findings if finding.level == "error"]


def changed(old: str, new: str) -> str:
    assert old in WORKING
    return WORKING.replace(old, new)


def test_the_working_mapping_works(folder: Path) -> None:
    mapping = folder.parent / "mapping.toml"
    mapping.write_text(WORKING, encoding="utf-8")
    study = read_study(folder, Mapping.read(mapping))
    assert len(study.patients) == len(study.sessions) == len(study.assessments) == 3
    assert study.name == "foreign"


def test_a_mapping_that_is_not_there(folder: Path) -> None:
    with pytest.raises(StudyDataError, match=r"gone.toml: the mapping cannot be opened. Check its path."):
        read_study(folder, folder / "gone.toml")


def test_a_mapping_that_is_no_toml(folder: Path) -> None:
    [message] = errors(folder, "[sources\n")
    assert message.startswith("mapping.toml: the mapping is not valid TOML: ")
    assert "line 1" in message


def test_a_mapping_that_is_not_utf8(folder: Path) -> None:
    assert errors(folder, b'name = "\xe9"') == ["mapping.toml: the mapping is not UTF-8 text. Save it as UTF-8."]


def test_a_mapping_read_alone_reports_its_own_faults(folder: Path) -> None:
    mapping = folder.parent / "mapping.toml"
    mapping.write_text(changed('source = "people"', 'source = "persons"'), encoding="utf-8")
    with pytest.raises(StudyDataError, match=r"sessions 1: the source 'persons' is not described under \[sources\]"):
        Mapping.read(mapping)


def test_a_column_that_is_not_in_the_file(folder: Path) -> None:
    assert errors(folder, changed('primary_diagnosis = "group"', 'primary_diagnosis = "groups"')) == [
        "people.csv: the mapping of patients reads the column 'groups', which is not there. Is 'group' meant?"
    ]


def test_a_file_that_is_not_in_the_folder(folder: Path) -> None:
    assert errors(folder, changed("people.csv", "peoples.csv")) == [
        "The mapping reads 'peoples.csv', which is not in the folder. Is it 'people.csv'?"
    ]


@pytest.mark.parametrize("file", ["../people.csv", "/people.csv"])
def test_a_file_outside_the_folder(folder: Path, file: str) -> None:
    assert errors(folder, changed("people.csv", file)) == [
        "mapping.toml, sources, people: 'file' should be inside the folder of the study, without '..'."
    ]


def test_a_required_column_that_the_mapping_does_not_fill(folder: Path) -> None:
    assert errors(folder, changed('route = { constant = "IV" }', "")) == [
        "The mapping of sessions fills no column 'route', which is required."
    ]


def test_a_required_table_that_the_mapping_does_not_fill(folder: Path) -> None:
    assert errors(folder, WORKING.split("[[assessments]]")[0]) == [
        "The required table assessments is missing: the mapping needs a section [[assessments]]."
    ]


def test_the_faults_of_the_grammar_come_together(folder: Path) -> None:
    text = """
nam = "x"
missing = "n/a"
[sources.people]
file = 5
delimiter = "colon"
encodign = "utf-8"
[[patients]]
source = "people"
drop_repeats = "yes"
keep = [{ column = "group", in = ["MDD"], blank = true }, { column = "group", in = [[1]] }, { in = [1] }]
[patients.columns]
patient_id = { colum = "id" }
clinic_id = { constant = [1] }
sex = { column = "sex", values = { F = [1] }, unlisted = "drop" }
age = 5
[[patient]]
source = "people"
[[sessions]]
source = "people"
long = { score = "x" }
"""
    place = "mapping.toml"
    one_kind = "give exactly one of 'column', 'constant', 'items', 'date', 'year_of' and 'in_order_of'."
    assert errors(folder, text) == [
        f"{place}: the key 'nam' means nothing here. Is 'name' meant?",
        f"{place}: the key 'patient' means nothing here. Is 'patients' meant?",
        f'{place}: \'missing\' should be a list of texts or numbers, such as ["n/a", "-99"].',
        f"{place}, sources, people: the key 'encodign' means nothing here. Is 'encoding' meant?",
        f"{place}, sources, people: 'file' should be text in quotation marks.",
        f"{place}, sources, people: 'delimiter' should be one of 'comma', 'semicolon', 'tab', 'pipe'.",
        f"{place}, patients 1, columns, patient_id: the key 'colum' means nothing here. Is 'column' meant?",
        f"{place}, patients 1, columns, patient_id: {one_kind}",
        f"{place}, patients 1, columns, clinic_id: 'constant' should be a text, a number, true or false, "
        "and stand alone.",
        f"{place}, patients 1, columns, sex, values: the value of 'F' should be a text, a number, true or false.",
        f"{place}, patients 1, columns, sex: 'unlisted' should be one of 'error', 'keep', 'missing'.",
        f"{place}, patients 1, columns: 'age' should be a section of keys and values.",
        f"{place}, patients 1, columns, age: {one_kind}",
        f"{place}, patients 1, keep 1: give exactly one of 'in', 'not_in', 'blank' and 'among'.",
        f'{place}, patients 1, keep 2: \'in\' should be a list of texts or numbers, such as ["n/a", "-99"].',
        f"{place}, patients 1, keep 3: 'column' is missing.",
        f"{place}, patients 1: 'drop_repeats' should be true or false.",
        f"{place}, sessions 1: 'columns' is missing: it says which column of the source becomes which column of "
        "the table.",
        f"{place}, sessions 1: 'long' should be a list of sections.",
    ]


def test_a_mapping_of_nothing(folder: Path) -> None:
    assert errors(folder, "") == [
        "mapping.toml: it fills no table. Add sections such as [[patients]], [[sessions]] and [[assessments]]."
    ]


def test_a_value_that_the_mapping_does_not_list_is_counted_and_not_shown(folder: Path) -> None:
    text = changed('route = { constant = "IV" }', 'route = { column = "arm", values = { IV = "IV" } }')
    assert errors(folder, text)[0] == (
        "people.csv (as sessions): column 'arm' has 1 value that the mapping of route does not list (row 3). "
        'List them under \'values\', or say unlisted = "keep" or "missing".'
    )


def test_faults_of_mapped_cells_name_the_file_and_its_rows(folder: Path) -> None:
    text = changed('route = { constant = "IV" }', 'route = "arm"')
    assert errors(folder, text) == [
        "people.csv (as sessions): column 'route' has 1 blank cell (row 4). "
        "Fill them in; every row needs a value here.",
        "people.csv (as sessions): column 'route' has 1 value outside the known words for route (row 3). "
        "Nearest known: IV. Allowed: IV, IM, IN, SL, PO, SC, buccal, rectal. Correct them, or translate them in a "
        "mapping.",
    ]
