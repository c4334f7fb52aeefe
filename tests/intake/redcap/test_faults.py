"""What can be wrong with a REDCap export, its dictionary and its mapping: every finding in its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import StudyDataError, read_study

from .conftest import DICTIONARY, MAPPING, RAW

DATA_FILE = "Project_DATA_2024-05-01.csv"
DICTIONARY_FILE = "Project_DataDictionary_2024-05-01.csv"


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


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_a_project_without_a_mapping_says_what_it_needs(folder: Path) -> None:
    assert errors(folder, None) == [
        "This is a REDCap export with its data dictionary. It needs a mapping with a section [redcap] and sources "
        "that name its forms."
    ]


def test_files_that_cannot_be_told_apart(folder: Path) -> None:
    (folder / "again.csv").write_text(RAW, encoding="utf-8")
    assert errors(folder) == [
        "The export of the records of the REDCap project is needed, and several files could be it: "
        f"'{DATA_FILE}', 'again.csv'. Name it as 'data' in [redcap]."
    ]
    named = MAPPING.replace("[redcap]\n", f'[redcap]\ndata = "{DATA_FILE}"\n')
    path = folder.parent / "mapping.toml"
    path.write_text(named, encoding="utf-8")
    assert len(read_study(folder, path).patients) == 3


def test_files_that_are_not_there(folder: Path) -> None:
    named = MAPPING.replace("[redcap]\n", '[redcap]\ndictionary = "words.csv"\n')
    assert errors(folder, named) == ["The mapping names 'words.csv' as the data dictionary, which is not there."]
    (folder / DICTIONARY_FILE).unlink()
    assert errors(folder) == [
        "The data dictionary of the REDCap project is needed, and no file looks like it. "
        "Name it as 'dictionary' in [redcap]."
    ]


def test_an_export_without_the_records_number(folder: Path) -> None:
    (folder / DATA_FILE).write_text(RAW.replace("record_id", "id", 1), encoding="utf-8")
    named = MAPPING.replace("[redcap]\n", f'[redcap]\ndata = "{DATA_FILE}"\n')
    assert errors(folder, named) == [f"{DATA_FILE}: the column 'record_id', the record's number, is missing."]


def test_a_dictionary_that_cannot_be_relied_on(folder: Path) -> None:
    path = folder / DICTIONARY_FILE
    path.write_text(changed(DICTIONARY, ("Identifier?", "Marked")), encoding="utf-8")
    assert errors(folder) == [
        f"{DICTIONARY_FILE}: the data dictionary lacks 'Identifier?'. Download it again, with all columns."
    ]
    path.write_text(changed(DICTIONARY, ("\nage,", "\ndob,"), (",,radio,", ",,wheel,")), encoding="utf-8")
    assert errors(folder) == [
        f"{DICTIONARY_FILE}: the data dictionary has 1 field named like an earlier one. Download it again.",
        f"{DICTIONARY_FILE}: the data dictionary has 1 field of a type that REDCap does not have. Download it again.",
    ]
    path.write_text(DICTIONARY.split("\n")[0] + "\n", encoding="utf-8")
    assert errors(folder) == [f"{DICTIONARY_FILE}: the data dictionary has no fields. Download it again."]


def test_fields_marked_as_identifiers_cannot_be_mapped(folder: Path) -> None:
    text = changed(MAPPING, ('age = "age"', 'age = { date = "dob", age_at = "first session" }\nname = "full_name"'))
    assert errors(folder, text) == [
        "The mapping reads the field 'full_name' of the form 'demographics', which the dictionary marks as an "
        "identifier. Map another field; a date may be counted from when 'identifier_dates' in [redcap] names it.",
        "The mapping reads the field 'dob' of the form 'demographics', which the dictionary marks as an "
        "identifier. Map another field; a date may be counted from when 'identifier_dates' in [redcap] names it.",
    ]


def test_a_records_number_that_is_marked_cannot_be_kept(folder: Path) -> None:
    text = changed(DICTIONARY, ("Record ID,,,,,,", "Record ID,,,,,,y"))
    (folder / DICTIONARY_FILE).write_text(text, encoding="utf-8")
    assert errors(folder) == [
        "The mapping allows patient_id, and the dictionary marks the record's number 'record_id' as an identifier. "
        "Remove the section [[allow]] so that it is replaced."
    ]


def test_only_dates_may_be_read_although_they_are_marked(folder: Path) -> None:
    text = MAPPING.replace("[redcap]\n", '[redcap]\nidentifier_dates = ["full_name", "born"]\n')
    assert errors(folder, text) == [
        f"'identifier_dates' names '{name}', which is no date field of the dictionary. "
        "Name date fields that the dictionary marks as identifiers."
        for name in ("full_name", "born")
    ]


def test_cells_and_lines_that_the_dictionary_does_not_explain(folder: Path) -> None:
    text = changed(
        RAW,
        ("42,1,2,", "42,7,2,"),
        ("2023-06-18 09:00,1,", "18/06/2023,1,"),
        ("8,month_1_arm_1,,,", "8,enrolment_arm_1,,,"),
        ("9,treatment_arm_1,ketamine_session,", "9,treatment_arm_1,okonkwo,"),
    )
    (folder / DATA_FILE).write_text(text, encoding="utf-8")
    found = errors(folder)
    assert found == [
        f"{DATA_FILE}: has 1 row with the record, event, form and instance of an earlier row (row 8). "
        "Export the project again; REDCap writes each once.",
        f"{DATA_FILE}: has 1 row of a repeating form that the dictionary does not name (row 10). "
        "Export raw data, or download the dictionary again.",
        f"{DATA_FILE}: column 'sex' has 1 value that the data dictionary does not list for the field (row 2). "
        "Download the dictionary again, or list missing data codes under 'missing' in [redcap].",
        f"{DATA_FILE} (as sessions): column 'ket_date' has 1 date that can be read month first or day first (row 4). "
        'Say format = "us" (month first) or format = "european" (day first) in the mapping.',
        f"{DATA_FILE} (as adverse_events): column 'ket_date' has 1 date that can be read month first or day first "
        '(row 4). Say format = "us" (month first) or format = "european" (day first) in the mapping.',
    ]


def test_forms_that_are_not_in_the_dictionary(folder: Path) -> None:
    assert errors(folder, changed(MAPPING, ('form = "phq9"', 'form = "phq"'))) == [
        "The mapping reads the form 'phq', which the dictionary does not name. Is 'phq9' meant?"
    ]


def test_a_field_that_is_not_in_the_export(folder: Path) -> None:
    assert errors(folder, changed(MAPPING, ('route = "ket_route"', 'route = "route"'))) == [
        f"{DATA_FILE}: the mapping of sessions reads the column 'route', which is not there. Is 'ket_route' meant?"
    ]


def test_columns_that_the_dictionary_does_not_name_are_noted(folder: Path) -> None:
    lines = RAW.split("\n")
    text = "\n".join([f"{lines[0]},bmi", *(f"{line},24" for line in lines[1:])])
    (folder / DATA_FILE).write_text(text, encoding="utf-8")
    assert f"{DATA_FILE}: 1 column that the dictionary does not name: 'bmi'." in notes(folder)


def test_labels_that_several_fields_share_are_refused(folder: Path) -> None:
    lines = RAW.split("\n")
    names = lines[0].replace("record_id", "Record ID").replace("dx,failed", "Diagnosis,Diagnosis")
    (folder / DATA_FILE).write_text("\n".join([names, *lines[1:]]), encoding="utf-8")
    assert errors(folder) == [
        f"{DATA_FILE}: row 1 holds the same text more than once (columns 11 and 12). "
        "Put the column names in row 1, each of them once."
    ]


def test_faults_of_the_mapping_are_told(folder: Path) -> None:
    assert errors(folder, MAPPING.replace('[redcap]\nmissing = ["-999", "UNK"]\n', "")) == [
        "mapping.toml: the sources 'people', 'sessions', 'phq' name forms of a REDCap project. Add a section [redcap]."
    ]
    text = changed(
        MAPPING, ("[redcap]\n", "[redcap]\nforms = 1\n"), ('form = "phq9"', 'form = "phq9"\nencoding = "utf-8"')
    )
    assert errors(folder, text) == [
        "mapping.toml, sources, phq: the key 'encoding' means nothing here. Allowed: form, missing.",
        "mapping.toml, redcap: the key 'forms' means nothing here. "
        "Allowed: data, dictionary, missing, identifier_dates.",
    ]
