"""Small studies drawn as text in the tests that use them."""

from __future__ import annotations

import pandas as pd

from analysis.study import Study
from analysis.vocabulary import TABLES

_DTYPES = {"id": "str", "text": "str", "category": "str", "integer": "Int64", "number": "float64", "yes_no": "boolean"}
_YES_NO = {"true": True, "false": False}


def drawn_table(name: str, text: str) -> pd.DataFrame:
    """A table from a drawing: a header line, then one line a row; `-` is a blank cell."""
    lines = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0], dtype="str").replace("-", pd.NA)
    known = {column.name: column.kind for column in TABLES[name].columns}
    for column in frame.columns:
        kind = known.get(column, "text")
        if kind == "yes_no":
            frame[column] = frame[column].map(_YES_NO).astype("boolean")
        elif kind in ("integer", "number"):
            frame[column] = pd.to_numeric(frame[column]).astype(_DTYPES[kind])
    return frame


def drawn_study(patients: str, sessions: str, assessments: str, **optional: str) -> Study:
    tables = {"patients": patients, "sessions": sessions, "assessments": assessments, **optional}
    return Study.from_tables("drawn", {name: drawn_table(name, text) for name, text in tables.items()})
