"""The list of findings: what is wrong or notable, where, how often, in which rows, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.disclosure import Audience
from analysis.intake import Finding, findings_frame
from analysis.publish import csv_bytes, file_name

from .tables import table

NAMES = {
    "level": "Kind",
    "where": "Table, column",
    "how_many": "How many",
    "message": "What was found and what to do",
}
LEVELS = {"all": "All", "error": "Errors", "note": "Notes"}
MOST_SHOWN = 100  # rows of a table that a browser draws at once; the file has all of them
FOR_HOLDER = (
    "The list of findings names rows and columns of the files, so it is shown to whoever holds them. "
    "Nothing that was found stops the study."
)
NONE_FOUND = "Nothing was found that is worth a note."


def words(findings: Sequence[Finding]) -> str:
    """How many findings there are: "2 errors and 1 note"."""
    counts = {level: sum(one.level == level for one in findings) for level in ("error", "note")}
    said = [f"{n:,} {level}{'' if n == 1 else 's'}" for level, n in counts.items() if n]
    return " and ".join(said) or "no findings"


def findings_list(findings: Sequence[Finding], key: str, audience: Audience) -> None:
    """All findings, errors first, to be filtered by kind and taken along as a file."""
    if not audience.sees_small:
        st.info(FOR_HOLDER, icon=":material/visibility_off:")
        return
    if not findings:
        st.caption(NONE_FOUND)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        level = st.segmented_control(
            "Kind of finding",
            list(LEVELS),
            default="all",
            required=True,
            format_func=lambda one: f"{LEVELS[one]} ({_count(findings, one):,})",
            key=f"{key}-level",
            label_visibility="collapsed",
        )
        st.download_button(
            "Findings (CSV)",
            data=lambda: csv_bytes(findings_frame(findings)),
            file_name=file_name(f"findings-{key}", "csv"),
            mime="text/csv",
            key=f"{key}-csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
    _table([one for one in findings if level in ("all", one.level)])


def _count(findings: Sequence[Finding], level: str) -> int:
    return sum(level in ("all", one.level) for one in findings)


def _table(findings: Sequence[Finding]) -> None:
    if not findings:
        st.caption("There is no finding of this kind.")
        return
    table(_shown(findings_frame(findings[:MOST_SHOWN])), "Findings", NAMES, right=("how_many",))
    if len(findings) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {len(findings):,} findings. The file has all of them.")


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The findings in few columns, which leave room for the sentence; those that say nothing here are left out."""
    where = [", ".join(filter(None, pair)) for pair in zip(frame["table"], frame["column"], strict=True)]
    how_many = [_how_many(*pair) for pair in zip(frame["count"], frame["rows"], strict=True)]
    made = pd.DataFrame(
        {"level": frame["level"], "where": where, "how_many": how_many, "message": frame["message"]}, dtype="str"
    )
    return made.drop(columns=[name for name in ("where", "how_many") if bool((made[name] == "").all())])


def _how_many(count: int | None, rows: str) -> str:
    """How many cells or rows, and the first of them: "14, rows 12, 45, 46, ..."."""
    if pd.isna(count):
        return ""
    return f"{count:,}, row{'' if rows.isdigit() else 's'} {rows}" if rows else f"{count:,}"
