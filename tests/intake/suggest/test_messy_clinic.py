"""A messy export goes in by what is suggested, and comes out as the study that was counted by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.intake import Draft, Mapping, mapping_toml, preview_mapping, read_sources, read_study, suggest_mapping
from analysis.intake.findings import FindingLog
from analysis.intake.opening import open_study
from analysis.intake.source import SourceTable
from analysis.study import Study

from .messy_clinic import FILES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clinic export")
    for name, text in FILES.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def read(folder: Path) -> tuple[dict[str, SourceTable], Draft]:
    log = FindingLog()
    with open_study(folder, log) as files:
        assert files is not None
        sources, forms = read_sources(files, log)
    assert log.findings == ()
    return sources, suggest_mapping(sources, forms, "Messy clinic")


@pytest.fixture(scope="module")
def study(folder: Path, read: tuple[dict[str, SourceTable], Draft]) -> Study:
    return read_study(folder, Mapping.from_toml(mapping_toml(read[1].mapping)))


def test_nothing_is_left_to_ask(read: tuple[dict[str, SourceTable], Draft]) -> None:
    assert read[1].questions == ()
    assert preview_mapping(read[1].mapping, read[0]).is_ready


def test_patients_have_ages_words_and_a_year(study: Study) -> None:
    columns = ["patient_id", "clinic_id", "age", "sex", "primary_diagnosis", "benzodiazepine", "payer", "index_year"]
    assert study.patients[columns].astype(object).fillna("").to_numpy().tolist() == [
        ["KX41", "North", 43, "female", "Depression", True, "commercial", 2024],
        ["QT72", "North", 33, "male", "PTSD", False, "self-pay", 2024],
        ["ZB08", "South", 90, "female", "Depression", False, "Medicare", 2024],
        ["LM55", "South", "", "male", "Depression", True, "self-pay", ""],
    ]


def test_sessions_have_days_numbers_routes_and_doses_in_mg(study: Study) -> None:
    # 154 lb are 69.853225 kg, 180 lb 81.646627 kg, 120 lb 54.431084 kg; 3:30 PM is a quarter of a day after 9:30 AM.
    columns = ["patient_id", "session_number", "day", "route", "dose_mg", "weight_kg", "completed"]
    assert study.sessions[columns].to_numpy().tolist() == [
        ["KX41", 2, 3.0, "IV", 34.926612, 69.853225, True],
        ["KX41", 1, 0.0, "IV", 34.926612, 69.853225, True],
        ["KX41", 3, 7.25, "IV", 41.911935, 69.853225, False],
        ["QT72", 1, 0.0, "IM", 81.646627, 81.646627, True],
        ["QT72", 2, 7.0, "IM", 81.646627, 81.646627, True],
        ["ZB08", 1, 0.0, "SL", 108.862168, 54.431084, True],
    ]


def test_assessments_come_from_wide_scores_and_from_items(study: Study) -> None:
    rows = study.assessments[["patient_id", "day", "instrument", "score", "suicidality_item", "n_items_answered"]]
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        ["KX41", 0.0, "MADRS", 30.0, None, None],
        ["QT72", 0.0, "MADRS", 27.0, None, None],
        ["ZB08", 0.0, "MADRS", 35.0, None, None],
        ["LM55", 0.0, "MADRS", 32.0, None, None],
        ["KX41", 28.0, "MADRS", 12.0, None, None],
        ["ZB08", 28.0, "MADRS", 16.0, None, None],
        ["KX41", 28.0, "GAD-7", 7.0, None, None],
        ["ZB08", 28.0, "GAD-7", 3.0, None, None],
        ["LM55", 28.0, "GAD-7", 14.0, None, None],
        ["KX41", -3.0, "PHQ-9", 20.0, 2, 9],
        ["KX41", 28.0, "PHQ-9", 8.0, 0, 9],
        ["QT72", 0.0, "PHQ-9", 17.0, 1, 9],
        ["QT72", 28.0, "PHQ-9", None, 0, 8],
        ["ZB08", 1.0, "PHQ-9", None, None, 8],
    ]


def test_prorating_is_one_accepted_change_and_leaves_item_nine_alone(
    folder: Path, read: tuple[dict[str, SourceTable], Draft]
) -> None:
    mapping = read[1].mapping
    section = mapping.tables[-1]
    rule = section.long[0]["score"]
    assert rule.items is not None
    score = replace(rule, items=replace(rule.items, prorate_up_to=2))
    changed = replace(mapping, tables=(*mapping.tables[:-1], replace(section, long=({"score": score},))))
    rows = read_study(folder, changed).assessments.query("instrument == 'PHQ-9'")
    assert rows["score"].fillna(-1).tolist() == [20.0, 8.0, 17.0, 7.875, -1.0]  # 7 of 8 items, made up to 9
    assert rows["prorated"].astype(str).str.lower().tolist() == ["false", "false", "false", "true", "false"]


def test_no_date_and_no_left_out_column_is_in_the_study(study: Study) -> None:
    everything = " ".join(frame.to_csv() for frame in study.tables.values()) + " ".join(study.notes)
    assert not any(word in everything for word in ("1980", "/2024", "01-15", "9:30", "blue", "colour"))


def test_why_never_shows_a_cell(read: tuple[dict[str, SourceTable], Draft]) -> None:
    told = " ".join(f"{each.why} {each.asks}" for each in read[1].columns)
    cells = {word for text in FILES.values() for line in text.splitlines()[1:]
             for word in line.replace(";", ",").split(",")}  # fmt: skip
    shown = {word for word in cells if len(word) > 2 and word in told}
    assert shown == {"yes"}  # of the sentence "its cells say yes or no"


def test_every_column_is_accounted_for_once_a_table(read: tuple[dict[str, SourceTable], Draft]) -> None:
    draft = read[1]
    for name, source in read[0].items():
        assert {each.column for each in draft.columns if each.source == name} == set(source.cells.column_names)
    placed = pd.Series([(each.source, each.column, each.table) for each in draft.columns])
    assert not placed.duplicated().any()


def test_what_is_left_out_says_why(read: tuple[dict[str, SourceTable], Draft]) -> None:
    out = {each.column: each.why for each in read[1].columns if each.target is None}
    assert out == {
        "favourite colour": "Nothing in its name or its cells says what it is.",
        "Time": "It is read beside another column, as its weight or its time of day.",
    }
