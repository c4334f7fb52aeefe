"""Tables and number cards as plain HTML: readable by a screen reader, printable, with nothing to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from analysis.figures import number_text

Formatter = Callable[[Any], str]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value, 2)
    if isinstance(value, int):
        return number_text(value, 0)
    return "" if pd.isna(value) else str(value)


def _is_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column)


def table(
    frame: pd.DataFrame,
    caption: str,
    names: Mapping[str, str] | None = None,
    formats: Mapping[str, Formatter] | None = None,
    right: Iterable[str] = (),
) -> None:
    """A small table: text left, numbers right, no index.

    names renames columns for the reader, formats says how a column's values are written, and right
    names columns of text that hold numbers (withheld counts).
    """
    names, formats, to_right = names or {}, formats or {}, set(right)
    left = {
        column: _is_text(frame[column]) and column not in to_right and column not in formats for column in frame.columns
    }
    head = "".join(
        f'<th scope="col"{_class(left[column])}>{escape(str(names.get(column, column)))}</th>' for column in frame
    )
    columns = [[formats.get(column, _plain)(value) for value in frame[column].tolist()] for column in frame.columns]
    body = "".join(
        "<tr>" + "".join(_cell(value, left[column]) for column, value in zip(frame.columns, row, strict=True)) + "</tr>"
        for row in zip(*columns, strict=True)
    )
    title = f"<caption>{escape(caption)}</caption>"
    st.html(
        f'<div class="kat-scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="kat-table">{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _class(is_text: bool) -> str:
    return ' class="text"' if is_text else ""


def _cell(value: str, is_text: bool) -> str:
    return f"<td{_class(is_text)}>{escape(value)}</td>"


def cards(shown: Iterable[tuple[str, str, str]]) -> None:
    """Number cards: what it is, its value, and beneath it what the value stands on."""
    inside = "".join(
        f'<div class="kat-card"><dt>{escape(label)}</dt><dd class="value">{escape(value)}</dd>'
        f'<dd class="of">{escape(denominator)}</dd></div>'
        for label, value, denominator in shown
    )
    st.html(f'<dl class="kat-cards">{inside}</dl>')
