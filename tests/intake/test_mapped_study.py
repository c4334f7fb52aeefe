"""What a mapping can do: every kind of rule turns foreign files into the rows one would write by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.intake import StudyDataError, read_study
from analysis.study import Study

REGISTER = """\
nr\tsite\tyears\tgender\tdx\tkg per m2
1\tNorth\t44\tf\tdepr\t24,5
1\tNorth\t44\tf\tdepr\t24,5
2\tSouth\t\tm\tptsd\t-99
3\tSouth\t51\tx\tother\t30
"""

VISITS = """\
nr,visit,how,mg,phq_total,phq_item9,gad_total,nausea
1,screening,,,19,1,12,
1,dose 1,drip,40,,,,yes
1,dose 2,drip,45,,,,no
1,week 4,,,8,0,,
2,screening,,,.,,15,
2,dose 1,shot,60,,,,yes
2,week 4,,,11,0,7,
3,screening,,,9,,4,
"""

MAPPING = """\
name = "Two sites"
missing = ["-99", "."]

[sources.register]
file = "register.tsv"
decimal = ","

[sources.visits]
file = "visits.csv"

[[patients]]
source = "register"
drop_repeats = true
keep = [{ column = "dx", not_in = ["other"] }]
[patients.columns]
patient_id = "nr"
clinic_id = "site"
age = "years"
sex = { column = "gender", values = { f = "female", m = "male" } }
primary_diagnosis = { column = "dx", values = { depr = "MDD" }, unlisted = "keep" }
bmi = "kg per m2"

[[sessions]]
source = "visits"
keep = [{ column = "how", blank = false }]
[sessions.columns]
patient_id = "nr"
session_number = { column = "visit", values = { "dose 1" = 1, "dose 2" = 2 } }
day = { column = "visit", values = { "dose 1" = 0, "dose 2" = 3.5 } }
route = { column = "how", values = { drip = "IV", shot = "IM" } }
dose_mg = "mg"

[[assessments]]
source = "visits"
keep = [
    { column = "visit", in = ["screening", "week 4"] },
    { column = "nr", among = "patients" },
]
[assessments.columns]
patient_id = "nr"
day = { column = "visit", values = { screening = -3, "week 4" = 28 } }

[[assessments.long]]
instrument = { constant = "PHQ-9" }
score = "phq_total"
suicidality_item = "phq_item9"

[[assessments.long]]
instrument = { constant = "GAD-7" }
score = "gad_total"

[[adverse_events]]
source = "visits"
keep = [{ column = "nausea", in = ["yes"] }]
[adverse_events.columns]
patient_id = "nr"
session_number = { column = "visit", values = { "dose 1" = 1, "dose 2" = 2 } }
term = { constant = "Nausea" }

[[adverse_events]]
source = "visits"
keep = [{ column = "mg", in = [60] }]
[adverse_events.columns]
patient_id = "nr"
term = { constant = "High dose" }
grade = { constant = 1 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "register.tsv").write_text(REGISTER, encoding="utf-8")
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    return tmp_path


def mapped(folder: Path, text: str = MAPPING) -> Study:
    (folder / ".mapping.toml").write_text(text, encoding="utf-8")
    return read_study(folder, folder / ".mapping.toml")


def test_patients_are_filtered_renamed_and_kept_once(folder: Path) -> None:
    patients = mapped(folder).patients
    assert patients["patient_id"].tolist() == ["1", "2"]
    assert patients["clinic_id"].tolist() == ["North", "South"]
    assert patients["sex"].tolist() == ["female", "male"]
    assert patients["primary_diagnosis"].tolist() == ["MDD", "ptsd"]
    assert patients["bmi"].fillna(-1).tolist() == [24.5, -1]
    assert patients["age"].tolist() == [44, pd.NA]


def test_sessions_take_number_and_day_from_the_name_of_the_visit(folder: Path) -> None:
    sessions = mapped(folder).sessions
    assert sessions[["patient_id", "session_number", "day", "route", "dose_mg"]].to_numpy().tolist() == [
        ["1", 1, 0.0, "IV", 40.0],
        ["1", 2, 3.5, "IV", 45.0],
        ["2", 1, 0.0, "IM", 60.0],
    ]


def test_columns_of_instruments_become_rows_and_blank_ones_none(folder: Path) -> None:
    study = mapped(folder)
    assert study.assessments[["patient_id", "day", "instrument", "score"]].to_numpy().tolist() == [
        ["1", -3.0, "PHQ-9", 19.0],
        ["1", 28.0, "PHQ-9", 8.0],
        ["2", 28.0, "PHQ-9", 11.0],
        ["1", -3.0, "GAD-7", 12.0],
        ["2", -3.0, "GAD-7", 15.0],
        ["2", 28.0, "GAD-7", 7.0],
    ]
    assert study.assessments["suicidality_item"].tolist() == [1, 0, 0, pd.NA, pd.NA, pd.NA]


def test_one_file_feeds_several_tables_and_one_table_has_several_rules(folder: Path) -> None:
    events = mapped(folder).adverse_events
    assert events is not None
    assert events["term"].tolist() == ["Nausea", "Nausea", "High dose"]
    assert events["session_number"].tolist() == [1, 1, pd.NA]
    assert events["grade"].tolist() == [pd.NA, pd.NA, 1]


def test_everything_left_out_is_counted_in_a_note(folder: Path) -> None:
    (folder / "readme.txt").write_text("hello", encoding="utf-8")
    study = mapped(folder)
    assert study.name == "Two sites"
    assert study.notes == (
        "Not read, because the mapping does not name them: 'readme.txt'.",
        "register.tsv (as patients): 1 of 4 rows left out by the filters of the mapping.",
        "register.tsv (as patients): has 1 row equal to an earlier row in every column (row 3). "
        "The repeats were left out.",
        "visits.csv (as sessions): 5 of 8 rows left out by the filters of the mapping.",
        "visits.csv (as assessments): 4 of 8 rows left out by the filters of the mapping.",
        "visits.csv (as assessments): 1 row without a value in 'phq_item9', 'phq_total' left out when made long.",
        "visits.csv (as assessments): 1 row without a value in 'gad_total' left out when made long.",
        "There is no table therapy_visits; the pages that need it say so.",
        "visits.csv (as adverse_events): 6 of 8 rows left out by the filters of the mapping.",
        "visits.csv (as adverse_events): 7 of 8 rows left out by the filters of the mapping.",
        "visits.csv (as assessments): 1 of 2 patients with a PHQ-9 score after the first session lacks a baseline "
        "(a score on day 0 or in the 30 days before). Their change on PHQ-9 is not known.",
    )


def test_a_fault_after_filters_still_names_the_row_of_the_file(folder: Path) -> None:
    (folder / "visits.csv").write_text(VISITS.replace("2,week 4,,,11", "2,week 4,,,99"), encoding="utf-8")
    with pytest.raises(StudyDataError) as caught:
        mapped(folder)
    assert str(caught.value.findings[0]) == (
        "visits.csv (as assessments): column 'score' has 1 PHQ-9 value outside 0-27 (row 8). "
        "Correct them or leave them blank."
    )


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_a_file_in_another_encoding_with_another_delimiter(folder: Path, encoding: str) -> None:
    expected = mapped(folder).digest
    text = REGISTER.replace("\t", "|").replace("ptsd", "ptsd")
    (folder / "register.tsv").write_bytes(text.encode(encoding))
    form = f'file = "register.tsv"\ndelimiter = "pipe"\nencoding = "{encoding}"'
    assert mapped(folder, MAPPING.replace('file = "register.tsv"', form)).digest == expected


def test_a_parquet_source_is_mapped_like_text(folder: Path) -> None:
    expected = mapped(folder).digest
    typed = pd.read_csv(folder / "visits.csv", na_values=["."])
    typed.to_parquet(folder / "visits.parquet")
    assert mapped(folder, MAPPING.replace("visits.csv", "visits.parquet")).digest == expected


def test_a_filter_on_known_patients_needs_the_exact_code(folder: Path) -> None:
    text = MAPPING.replace('    { column = "nr", among = "patients" },\n', "")
    with pytest.raises(StudyDataError) as caught:
        mapped(folder, text)
    assert "whose patient is not in the table patients (row 9)" in str(caught.value)


def test_the_worked_example_of_the_readme_works(folder: Path, repository_root: Path) -> None:
    readme = (repository_root / "analysis" / "intake" / "README.md").read_text(encoding="utf-8")
    example = readme.split("```toml\n")[1].split("```")[0]
    (folder / "register.tsv").write_text(REGISTER.replace("other", "test").replace("\tx\t", "\tm\t"), encoding="utf-8")
    study = mapped(folder, example)
    assert study.name == "Two sites"
    assert [len(frame) for frame in study.tables.values()] == [2, 3, 6]
    assert study.extra_columns["assessments"] == ("visit_name",)


def test_filters_that_leave_nothing_of_a_required_table(folder: Path) -> None:
    with pytest.raises(StudyDataError) as caught:
        mapped(folder, MAPPING.replace('not_in = ["other"]', 'in = ["none of them"]'))
    assert (
        str(caught.value.findings[0]) == "register.tsv (as patients): has no rows. A required table needs at least one."
    )
