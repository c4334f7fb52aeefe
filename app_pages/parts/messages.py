"""What a page says in words: the study's findings, the cohort in force, the status of a fit, notes."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from analysis.cohort import describe
from analysis.intake import findings_frame
from analysis.outcomes import SymptomChange

from . import state
from .address import ignored_in_address
from .tables import table
from .words import plain

_FINDING_NAMES = {
    "level": "Kind",
    "table": "Table",
    "column": "Column",
    "count": "Count",
    "rows": "First rows",
    "message": "What is wrong and what to do",
}
EMPTY = "No patient meets every rule of this cohort. Remove a rule in the sidebar, or reset the cohort."


def broken_study(opened: state.Opened) -> None:
    """One report of every finding, in place of the pages."""
    st.title("The study was not loaded")
    errors = [finding for finding in opened.findings if finding.level == "error"]
    notes = [finding for finding in opened.findings if finding.level != "error"]
    n = f"{len(errors)} error" + ("s" if len(errors) != 1 else "")
    st.error(
        f"{n} in {plain(str(opened.source.study))}. No page is shown until the files are mended; then reload. "
        "Rows are counted as a spreadsheet shows them: the header is row 1.",
        icon=":material/error:",
    )
    columns = ["table", "column", "count", "rows", "message"]
    for found, caption in ((errors, "Errors"), (notes, "Notes, which do not stop a study")):
        if found:
            table(findings_frame(found)[columns], caption, _FINDING_NAMES, {"count": _count_text})


def _count_text(count: int | None) -> str:
    return "" if pd.isna(count) else f"{count:,}"


def page_head(title: str, sentence: str) -> None:
    """Title, one sentence, and the cohort in force with its size; then what the address asked for in vain."""
    st.title(title)
    st.markdown(sentence)
    st.markdown(f"**Cohort.** {plain(describe(state.cohort()))} {plain(state.cohort_size())}")
    for text in ignored_in_address(state.study()):
        st.info(text, icon=":material/link_off:")


def is_empty() -> bool:
    """Say so, and whether, nobody is in the cohort."""
    if state.selection().n_patients:
        return False
    st.info(EMPTY, icon=":material/group_off:")
    return True


def status(change: SymptomChange) -> None:
    """How the fit went, in plain words. What vanished in a singular fit is part of that; other notes are details."""
    if change.status == "refused":
        st.warning(f"**No model for this cohort.** {plain(change.status_sentence)}", icon=":material/block:")
    elif change.status == "singular":
        words = " ".join([change.status_sentence, *change.notes])
        st.warning(f"**Status of the fit.** {plain(words)}", icon=":material/info:")
    else:
        st.success(f"**Status of the fit.** {change.status_sentence}", icon=":material/check_circle:")


def notes(headed: Iterable[tuple[str, str]]) -> None:
    """The notes of a page, each under its own heading."""
    st.header("What this cannot say")
    for heading, text in headed:
        st.markdown(f"**{heading}.** {text}")


def study_notes(texts: Iterable[str]) -> None:
    """What checking the files left behind, folded away."""
    texts = list(texts)
    if texts:
        with st.expander(f"Notes on the study's files ({len(texts)})"):
            for text in texts:
                st.markdown(f"- {plain(text)}")
