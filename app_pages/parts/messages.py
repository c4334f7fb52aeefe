"""What a page says in words: the study's findings, the cohort in force, the status of a fit, notes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from analysis.cohort import describe
from analysis.disclosure import ReleasedChange
from analysis.intake import findings_frame

from . import access, release, state
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
FAULT = (
    "This page could not be drawn because of a fault in the program. Nothing was lost; "
    "the server's log has the details."
)
NOT_LOADED = "The study of this dashboard cannot be used at the moment. Ask whoever keeps it."
EMPTY = "No patient meets every rule of this cohort. Remove a rule in the sidebar, or reset the cohort."


@contextmanager
def faults_said() -> Iterator[None]:
    """Log what nobody expected and say so in one sentence; Streamlit's own text speaks of its cloud.

    Streamlit's reruns and stops are no Exceptions and pass through.
    """
    try:
        yield
    except Exception:  # whatever it is, the reader gets a sentence and the log the traceback
        logging.exception("A page could not be drawn.")
        st.error(FAULT, icon=":material/error:")


def refused(sentences: Iterable[str], title: str = "Not open to you") -> None:
    """Why nobody here gets to see a page, in place of all of them."""
    st.title(title)
    for sentence in sentences:
        st.error(plain(sentence), icon=":material/lock:")


def withheld(sentence: str) -> None:
    """What was withheld or marked on a page and why: once, quietly."""
    if sentence:
        st.caption(plain(sentence))


def broken_study(opened: state.Opened) -> None:
    """One report of every finding, in place of the pages. It counts rows, so only the holder reads it."""
    st.title("The study was not loaded")
    if not access.is_holder():
        st.error(NOT_LOADED, icon=":material/error:")
        return
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
    st.page_link("app_pages/data.py", label="Load another study", icon=":material/upload_file:")


def _count_text(count: int | None) -> str:
    return "" if pd.isna(count) else f"{count:,}"


def page_head(title: str, sentence: str) -> None:
    """Title, one sentence, and the cohort in force with its size; then what the address asked for in vain."""
    st.title(title)
    st.markdown(sentence)
    allowed = release.verdict().allowed
    size = plain(release.cohort_size()) if allowed else ""
    st.markdown(f"**Cohort.** {plain(describe(state.cohort()))} {size}")
    for text in ignored_in_address(state.study()):
        st.info(text, icon=":material/link_off:")


def is_empty() -> bool:
    """Say so, and whether, nobody is in the cohort or it may not be shown."""
    verdict = release.verdict()
    if not verdict.allowed:
        st.warning(plain(verdict.sentence), icon=":material/visibility_off:")
        return True
    withheld(verdict.sentence)
    if state.selection().n_patients:
        return False
    st.info(EMPTY, icon=":material/group_off:")
    return True


def status(change: ReleasedChange) -> None:
    """How the fit went, in plain words. What vanished in a singular fit is part of that; other notes stand beneath."""
    if change.status == "refused":
        st.warning(f"**No model for this cohort.** {plain(change.status_sentence)}", icon=":material/block:")
    elif change.status == "singular":
        words = " ".join([change.status_sentence, *change.notes, *_engine_notes(change)])
        st.warning(f"**Status of the fit.** {plain(words)}", icon=":material/info:")
    else:
        st.success(f"**Status of the fit.** {change.status_sentence}", icon=":material/check_circle:")
        for note in change.notes:
            st.caption(plain(note))


def _engine_notes(change: ReleasedChange) -> tuple[str, ...]:
    return change.estimates.notes if change.estimates is not None else ()


def notes(headed: Iterable[tuple[str, str]]) -> None:
    """The notes of a page, each under its own heading."""
    st.header("What this cannot say")
    for heading, text in headed:
        st.markdown(f"**{heading}.** {text}")


def study_notes(texts: Iterable[str]) -> None:
    """What checking the files left behind, folded away. It counts rows, so only the holder reads it."""
    texts = list(texts)
    if texts and access.is_holder():
        with st.expander(f"Notes on the study's files ({len(texts)})"):
            for text in texts:
                st.markdown(f"- {plain(text)}")
