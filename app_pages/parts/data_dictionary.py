"""The data dictionary, generated from what the checks use, readable and to be taken along."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from analysis.publish import csv_bytes
from analysis.vocabulary import TABLES, data_dictionary, dictionary_markdown

from .tables import table

_NAMES = {
    "column": "Column",
    "required": "Required",
    "kind": "Kind",
    "unit": "Unit",
    "allowed": "Allowed",
    "meaning": "Meaning",
}
_YES = {True: "yes", False: ""}


def show() -> None:
    """Every table with its columns, then the two files."""
    st.markdown(
        "A study is five tables. Times are days since the first ketamine session (day 0); there is no calendar date "
        "anywhere. Columns of your own are kept when nothing in them identifies a person."
    )
    columns = data_dictionary()
    with st.container(horizontal=True, gap="small"):
        _download("Dictionary (CSV)", lambda: csv_bytes(columns), "data-dictionary.csv", "text/csv")
        _download(
            "Dictionary (Markdown)",
            lambda: dictionary_markdown().encode("utf-8"),
            "data-dictionary.md",
            "text/markdown",
        )
    for name, declared in TABLES.items():
        need = "required" if declared.required else "optional"
        st.header(f"{name} ({need}; one row per {declared.one_row_per})")
        rows = columns.loc[columns["table"] == name, list(_NAMES)]
        table(rows.assign(required=rows["required"].map(_YES)), f"Columns of {name}", _NAMES, right=())


def _download(label: str, data: Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(
        label, data=data, file_name=name, mime=mime, key=name, on_click="ignore", type="tertiary",
        icon=":material/download:",
    )  # fmt: skip
