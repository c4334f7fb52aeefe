"""Figure data leaves as CSV that no spreadsheet executes, and numbers stay numbers."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.publish import csv_bytes, file_name

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cells(frame: pd.DataFrame, **options: bool) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(csv_bytes(frame, **options)), dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.mark.parametrize("start", [*DANGEROUS, "\uff1d", "  ="])
def test_a_text_that_would_start_a_formula_is_escaped(start: str) -> None:
    frame = pd.DataFrame({"clinic": [f"{start}cmd()"]})
    assert cells(frame).loc[0, "clinic"].startswith("'")


def test_a_header_that_would_start_a_formula_is_escaped() -> None:
    assert list(cells(pd.DataFrame({"=1+1": [1]}))) == ["'=1+1"]


def test_an_index_that_would_start_a_formula_is_escaped() -> None:
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["@SUM"], name="+route"))
    written = cells(frame, index=True)
    assert written.columns[0] == "'+route"
    assert written.iloc[0, 0] == "'@SUM"


def test_real_negative_numbers_stay_numbers() -> None:
    assert cells(pd.DataFrame({"estimate": [-7.25, 3.0]}))["estimate"].tolist() == ["-7.25", "3.0"]


def test_withheld_counts_and_missing_values_keep_their_meaning() -> None:
    written = cells(pd.DataFrame({"n_patients": ["<11", "45"], "estimate": [np.nan, -1.5]}))
    assert written["n_patients"].tolist() == ["<11", "45"]
    assert written["estimate"].tolist() == ["", "-1.5"]


def test_repeated_column_names_and_empty_frames_are_written() -> None:
    assert csv_bytes(pd.DataFrame([[1, 2]], columns=["a", "a"])).decode("utf-8-sig") == "a,a\n1,2\n"
    assert csv_bytes(pd.DataFrame(columns=["a"])).decode("utf-8-sig") == "a\n"


def test_a_carriage_return_inside_a_text_starts_no_row_of_its_own() -> None:
    written = cells(pd.DataFrame({"text": ["\r=1+1", "a\r=1+1", "b\r\n=1+1"]}))
    assert written["text"].tolist() == ["'\n=1+1", "a\n=1+1", "b\n=1+1"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=5))
def test_no_text_cell_ever_starts_a_formula(texts: list[str]) -> None:
    written = csv_bytes(pd.DataFrame({"text": texts}, dtype=object)).decode("utf-8-sig")
    table = pd.read_csv(io.StringIO(written), dtype=str, keep_default_na=False, skip_blank_lines=False)
    assert not table["text"].str.startswith(DANGEROUS).any()


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("symptom-change-PHQ-9", "symptom-change-PHQ-9.csv"),
        ("=cmd|' /C calc'!A0", "cmd-C-calc-A0.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ("", "figure.csv"),
        ("NRS pain", "NRS-pain.csv"),
    ],
)
def test_a_file_name_cannot_be_a_formula_or_a_path(stem: str, name: str) -> None:
    assert file_name(stem, "csv") == name
