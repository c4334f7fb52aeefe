"""Tables and number cards as plain HTML: readable by a screen reader, printable, with nothing to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from analysis.figures import number_text, p_text

Formatter = Callable[[Any], str]

COLUMN_WORDS = {
    "route": "Route",
    "sessions_so_far": "Sessions",
    "weeks": "Weeks",
    "estimate": "Estimate",
    "std_error": "SE",
    "statistic": "t",
    "p_value": "p",
    "p_adjusted": "p, adjusted",
    "ci_low": "95% low",
    "ci_high": "95% high",
    "n_patients": "Patients",
    "observed_mean": "Observed mean",
    "n_observed": "Patients observed",
    "first": "First route",
    "second": "Second route",
    "step": "Step",
    "share": "Share",
    "outcome": "Outcome",
    "rule": "Share is",
    "numerator": "Reached it",
    "denominator": "Denominator",
    "term": "Fixed effect",
    "kind": "Found",
    "clinic": "Clinic",
    "dose": "Dose",
    "session": "Session",
    "window": "Window",
    "n_sessions": "Sessions",
    "n_clinics": "Clinics",
    "n_events": "Events",
    "n_with_event": "Patients with any",
    "n_with": "Patients with it",
    "n_able": "Could reach it",
    "n_scored": "Scored",
    "n_reached": "Reached it",
    "n_later": "With a later score",
    "n_last_reached": "Reached it by the last score",
    "per_100_sessions": "Per 100 sessions",
    "robust_low": "95% low (patients)",
    "robust_high": "95% high (patients)",
    "exact_low": "95% low (exact)",
    "exact_high": "95% high (exact)",
    "value": "Rate",
    "outside": "Outside limits of, %",
    "fixed": "Before shrinking",
    "fixed_low": "95% low, before",
    "fixed_high": "95% high, before",
}
# What a column of text holds, in a reader's words.
CELL_WORDS = {"solicited": "asked for", "spontaneous": "mentioned unasked"}
COUNTS = (
    "n_patients", "n_observed", "numerator", "denominator", "n_events", "n_with_event", "n_with", "n_able", "n_scored",
    "n_reached", "n_later", "n_last_reached", "n_sessions",
)  # fmt: skip
PROBABILITIES = ("p_value", "p_adjusted")


def _formatter(column: pd.Series) -> Formatter:
    """How a column is written when nobody says: whole numbers without decimals, others with two."""
    if column.name in PROBABILITIES:
        return p_text
    if not pd.api.types.is_numeric_dtype(column):
        return _text
    numbers = column.dropna()
    decimals = 0 if bool((numbers == numbers.round()).all()) else 2
    return lambda value: number_text(value, decimals)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else CELL_WORDS.get(str(value), str(value))


def table(
    frame: pd.DataFrame,
    caption: str,
    names: Mapping[str, str] | None = None,
    formats: Mapping[str, Formatter] | None = None,
    right: Iterable[str] = COUNTS,
) -> None:
    """A small table: text left, numbers right, no index.

    names renames columns for the reader beyond COLUMN_WORDS, formats says how a column's values are
    written, and right names columns of text that hold numbers (withheld counts).
    """
    words = COLUMN_WORDS | dict(names or {})
    chosen, to_right = formats or {}, set(right)
    is_left = {
        name: not pd.api.types.is_numeric_dtype(frame[name]) and name not in to_right and name not in chosen
        for name in frame.columns
    }
    head = "".join(
        f'<th scope="col"{_class(is_left[name])}>{escape(str(words.get(name, name)))}</th>' for name in frame
    )
    columns = [[chosen.get(name, _formatter(frame[name]))(value) for value in frame[name].tolist()] for name in frame]
    body = "".join(
        "<tr>" + "".join(_cell(value, is_left[name]) for name, value in zip(frame, row, strict=True)) + "</tr>"
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
