"""Whatever a file holds, a suggestion is made without a fault; with nothing left to ask it can be saved and read."""

from __future__ import annotations

import datetime

import pyarrow as arrow
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import Mapping, mapping_toml, preview_mapping, suggest_mapping
from analysis.intake.column_rules import ColumnRule, DateRule
from analysis.intake.findings import Origin
from analysis.intake.source import SourceTable

NAMES = st.sampled_from(
    ["pid", "patient id", "date", "visit_date", "dob", "route", "how", "dose", "mg/kg", "weight lbs", "phq9", "phq9_1",
     "phq9_bl", "gad7_wk4", "wk4_date", "score", "scale", "sex", "dx", "term", "visit type", "time", "week"]
) | st.text(max_size=6)  # fmt: skip
CELLS = st.sampled_from(
    [None, "", "1", "0.5", "40 mg", "2024-01-20", "01/02/2024", "13.02.2024 10:00", "9:30 PM", "drip", "yes", "F",
     "-99", "PHQ-9", "NA", "1e400", "\x00", "prep", "99/99/9999", "½", "٣"]
) | st.text(max_size=5)  # fmt: skip


@st.composite
def sources(draw: st.DrawFn) -> dict[str, SourceTable]:
    made = {}
    for name in draw(st.lists(st.sampled_from(["a", "b", "c d"]), min_size=1, max_size=3, unique=True)):
        n_rows = draw(st.integers(0, 4))
        columns = draw(st.lists(NAMES.filter(bool), min_size=1, max_size=6, unique=True))
        cells = [
            arrow.chunked_array(
                [arrow.array(draw(st.lists(CELLS, min_size=n_rows, max_size=n_rows)), arrow.large_string())]
            )
            for _ in columns
        ]
        made[name] = SourceTable(arrow.table(cells, columns), Origin((f"{name}.csv",)))
    return made


@settings(deadline=None, max_examples=40)
@given(sources())
def test_a_draft_with_nothing_to_ask_can_be_saved_and_read(drawn: dict[str, SourceTable]) -> None:
    draft = suggest_mapping(drawn)
    if not draft.questions:
        assert Mapping.from_toml(mapping_toml(draft.mapping)) == draft.mapping
    preview_mapping(draft.mapping, drawn)
    placed = {(each.source, each.column) for each in draft.columns}
    assert placed == {(name, column) for name, source in drawn.items() for column in source.cells.column_names}


def test_typed_columns_of_a_parquet_file_are_read_like_text() -> None:
    day = datetime.date(2024, 1, 20)
    cells = arrow.table(
        {
            "pid": [1, 2],
            "visit_date": [day, day + datetime.timedelta(31)],
            "route": arrow.array(["drip", "shot"]).dictionary_encode(),
            "dose_mg": [40.0, None],
            "started_at": [datetime.datetime(2024, 1, 20, 10), None],
            "tags": [["a"], ["b", "c"]],
        }
    )
    draft = suggest_mapping({"visits": SourceTable(cells, Origin(("visits.parquet",)))})
    columns = draft.mapping.tables[1].columns
    assert columns["day"] == ColumnRule(date=DateRule("visit_date", "days"))
    assert columns["route"] == ColumnRule("route", vocabulary="routes")
    assert columns["dose_mg"] == ColumnRule("dose_mg")
