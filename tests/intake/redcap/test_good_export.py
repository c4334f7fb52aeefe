"""REDCap exports that are in order, raw and with labels, counted by hand: every cell of their tables."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from analysis.intake import read_study
from analysis.study import Study

from .conftest import DICTIONARY, LABELS, MAPPING, RAW

ANSWERS = ["Not at all", "Several days", "More than half the days", "Nearly every day"]
FORMS = ("demographics", "history", "phq9", "ketamine_session")
CHOICES = {
    "sex": {"1": "Female", "2": "Male"},
    "dx": {"1": "MDD", "2": "PTSD"},
    "failed": {"0": "none", "1": "one", "2": "two"},
    "benzo": {"1": "Yes", "0": "No"},
    "ket_route": {"1": "IV", "2": "IM", "3": "IN"},
    **{f"phq_{n}": {str(code): label for code, label in enumerate(ANSWERS)} for n in range(1, 10)},
    **{f"ket_ae___{code}": {"1": "Checked", "0": "Unchecked"} for code in ("1", "2", "_1")},
    "redcap_event_name": LABELS,
    "redcap_repeat_instrument": LABELS,
    **{f"{form}_complete": {"0": "Incomplete", "2": "Complete"} for form in FORMS},
}
HEADINGS = {
    "record_id": "Record ID",
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
    "full_name": "Name",
    "dob": "Date of birth",
    "age": "Age",
    "sex": "Sex",
    "dx": "Diagnosis",
    "failed": "Antidepressants that failed",
    "benzo": "Benzodiazepine",
    "comments": "Comments",
    **{f"phq_{n}": f"Question {n}" for n in range(1, 10)},
    "phq_date": "Date filled in",
    "phq_total": "Total",
    "ket_date": "Date and time",
    "ket_route": "Route",
    "ket_dose": "Dose",
    "ket_ae___1": "Side effects (choice=Nausea)",
    "ket_ae___2": "Side effects (choice=Headache)",
    "ket_ae____1": "Side effects (choice=Other)",
}


def read(folder: Path, mapping: str = MAPPING) -> Study:
    path = folder.parent / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return read_study(folder, path)


def rows(frame: pd.DataFrame, columns: list[str]) -> list[list[object]]:
    cells = frame[columns].astype(object)
    return cells.where(cells.notna(), None).to_numpy().tolist()


def with_labels(raw: str, headings: bool) -> str:
    """The raw export as REDCap writes it with labels, and with labels as headings too."""
    names, *lines = csv.reader(io.StringIO(raw))
    written = io.StringIO()
    out = csv.writer(written, lineterminator="\n")
    out.writerow([HEADINGS.get(name, "Complete?") if headings else name for name in names])
    for line in lines:
        out.writerow([CHOICES.get(name, {}).get(cell, cell) for name, cell in zip(names, line, strict=True)])
    return written.getvalue()


def test_forms_of_one_event_make_a_patient(folder: Path) -> None:
    columns = ["patient_id", "clinic_id", "age", "sex", "primary_diagnosis", "failed_antidepressants", "benzodiazepine"]
    assert rows(read(folder).patients, [*columns, "index_year"]) == [
        ["7", "A", 42, "female", "MDD", 2, True, 2023],
        ["8", "B", 90, "male", "PTSD", 0, False, 2024],
        ["9", "A", None, None, "MDD", None, True, 2022],
    ]


def test_instances_of_a_repeating_form_are_sessions(folder: Path) -> None:
    columns = ["patient_id", "session_number", "day", "route", "dose_mg"]
    assert rows(read(folder).sessions, columns) == [
        ["7", 1, 0.0, "IV", 40.5],
        ["7", 2, 3.75, "IV", 45.0],
        ["8", 1, 0.0, "IN", 56.0],
        ["9", 1, 0.0, "IM", None],
    ]


def test_items_are_scored_by_their_codes_and_an_unfinished_form_has_no_score(folder: Path) -> None:
    columns = ["patient_id", "day", "instrument", "score", "suicidality_item", "n_items_answered", "visit"]
    assert rows(read(folder).assessments, columns) == [
        ["7", -2.0, "PHQ-9", 19.0, 1, 9, "enrolment_arm_1"],
        ["7", 30.0, "PHQ-9", 9.0, 1, 9, "month_1_arm_1"],
        ["8", 0.0, "PHQ-9", 16.0, 0, 9, "enrolment_arm_1"],
        ["8", 29.0, "PHQ-9", None, None, 7, "month_1_arm_1"],
    ]


def test_ticked_boxes_are_events(folder: Path) -> None:
    events = read(folder).adverse_events
    assert events is not None
    assert rows(events, ["patient_id", "day", "term"]) == [
        ["7", 0.0, "Nausea"],
        ["7", 3.75, "Nausea"],
        ["8", 0.0, "Other"],
    ]


def test_fields_marked_as_identifiers_are_not_read_and_named(folder: Path) -> None:
    study = read(folder, MAPPING.split("[[allow]]")[0])
    assert (
        "Project_DATA_2024-05-01.csv: 3 fields that the dictionary marks as identifiers were not read: "
        "'full_name', 'dob', 'comments'."
    ) in study.notes
    assert study.patients["patient_id"].tolist() == ["P0001", "P0002", "P0003"]
    held = " ".join(frame.to_csv(index=False) for frame in study.tables.values()) + " ".join(study.notes)
    for word in ("Okonkwo", "Hale", "1980", "site_a"):
        assert word not in held
    assert not re.search(r"\d{4}-\d\d-\d\d \d|\d{4}-\d\d-\d\d,", held)


def test_an_export_with_labels_gives_the_same_study(folder: Path) -> None:
    before = read(folder)
    for headings in (False, True):
        (folder / "Project_DATA_2024-05-01.csv").write_text(with_labels(RAW, headings), encoding="utf-8")
        after = read(folder)
        for name, frame in before.tables.items():
            same = [column for column in frame.columns if column != "visit"]
            pd.testing.assert_frame_equal(frame[same], after.tables[name][same])
        assert after.assessments["visit"].tolist()[:2] == ["Enrolment", "Month 1"]


def test_days_may_come_from_the_event(folder: Path) -> None:
    days = 'day = { column = "redcap_event_name", values = { enrolment_arm_1 = -3, month_1_arm_1 = 30 } }'
    text = MAPPING.replace('day = { date = "phq_date", from = "first session" }', days)
    assert read(folder, text).assessments["day"].tolist() == [-3.0, 30.0, -3.0, 30.0]


def test_a_marked_date_is_counted_from_only_when_it_is_named(folder: Path) -> None:
    text = DICTIONARY.replace("datetime_mdy,,,,", "datetime_mdy,,,y,")
    (folder / "Project_DataDictionary_2024-05-01.csv").write_text(text, encoding="utf-8")
    named = MAPPING.replace("[redcap]\n", '[redcap]\nidentifier_dates = ["ket_date", "dob"]\n')
    named = named.replace('age = "age"', 'age = { date = "dob", age_at = "first session" }')
    study = read(folder, named)
    assert study.sessions["day"].tolist() == [0.0, 3.75, 0.0, 0.0]
    assert rows(study.patients, ["age"]) == [[42], [90], [31]]


def test_the_dictionary_of_the_api_serves_as_well(folder: Path) -> None:
    header, rest = DICTIONARY.split("\n", 1)
    for shown, name in (
        ("Variable / Field Name", "field_name"),
        ("Form Name", "form_name"),
        ("Field Type", "field_type"),
        ("Field Label", "field_label"),
        ('"Choices, Calculations, OR Slider Labels"', "select_choices_or_calculations"),
        ("Text Validation Type OR Show Slider Number", "text_validation_type_or_show_slider_number"),
        ("Identifier?", "identifier"),
    ):
        header = header.replace(shown, name)
    before = read(folder)
    (folder / "Project_DataDictionary_2024-05-01.csv").write_text(f"{header}\n{rest}", encoding="utf-8")
    assert read(folder).digest == before.digest


def test_a_file_beside_the_project_may_fill_a_table(folder: Path) -> None:
    (folder / "visits.csv").write_text("nr,days,what\n7,-5,preparation\n8,-1,preparation\n", encoding="utf-8")
    text = MAPPING.replace(
        "[[patients]]",
        '[sources.visits]\nfile = "visits.csv"\n\n[[therapy_visits]]\nsource = "visits"\n[therapy_visits.columns]\n'
        'patient_id = "nr"\nday = "days"\nkind = "what"\n\n[[patients]]',
        1,
    )
    visits = read(folder, text).therapy_visits
    assert visits is not None
    assert visits["patient_id"].tolist() == ["7", "8"]
