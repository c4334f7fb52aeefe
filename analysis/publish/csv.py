"""Figure data as CSV that no spreadsheet runs as a formula.

A cell that starts with = + - @, a tab or a line break is executed by spreadsheets. Text cells,
headers, index and file name are all escaped (OWASP, "CSV Injection"); real numbers stay numbers,
negative ones included.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ESCAPE = "'"
_BOM = "\ufeff"


def _escaped(value: Any) -> Any:
    """A text that would start a formula, with an apostrophe before it; anything but text unchanged. Carriage returns
    become line feeds: only these are quoted, and what follows a bare one would be a row, and a formula, of its own."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPE + text if text.lstrip(" ").startswith(_STARTERS) else text


def _escaped_column(column: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return column
    return column.astype(object).map(_escaped, na_action="ignore")


def csv_bytes(frame: pd.DataFrame, index: bool = False) -> bytes:
    """A frame as UTF-8 CSV with the mark that spreadsheets need to read "−" and "ö". Missing is empty.

    index writes the index as first column, escaped like any text.
    """
    written = frame.reset_index() if index else frame
    columns = [_escaped_column(written.iloc[:, place]) for place in range(written.shape[1])]
    safe = pd.concat(columns, axis=1) if columns else written
    safe.columns = pd.Index([_escaped(str(name)) for name in written.columns])
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return (_BOM + text).encode("utf-8")


def file_name(stem: str, extension: str) -> str:
    """A file name from letters, digits, dots, dashes and underscores that starts with a letter or digit."""
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._") or "figure"
    return f"{clean[:80]}.{extension}"
