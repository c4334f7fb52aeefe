"""What comes out of an upload: its rows, its findings, its first rows for whoever may see them, the way to use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from analysis.disclosure import is_small
from analysis.intake import Finding, Mapping
from analysis.intake.preview import Preview
from analysis.intake.toml_writer import mapping_file_name, mapping_toml
from analysis.vocabulary import TABLES

from . import access, data_session
from .data_findings import findings_list, words
from .state import Opened
from .tables import cards, table
from .words import plain

READY = "**Ready.** {name}: no column of it tells who a patient is, as far as the identifier gate can see."
NOT_READY = "**Not yet a study: {words}.** Every one is in the list below, with its place and what to do."
IN_FORCE = "**In force.** {name} is the study of every page now, in this session only."
FIRST_ROWS = "First rows of {table} as they would be read. They are data of individual patients: not for a picture."
NO_FIRST_ROWS = "First rows are data of individual patients and not shown to you; the counts above are."
USE = "Use this study"


def show_study(opened: Opened, mapping: Mapping | None, key: data_session.Key) -> None:
    """An upload that needed no pointing: what it holds, or why it is none."""
    n_rows = {} if opened.study is None else {name: len(frame) for name, frame in opened.study.tables.items()}
    status(opened.study.name if opened.study is not None else None, n_rows, opened.findings, key)
    if opened.study is None:
        denied(opened.findings, key)
    with st.container(horizontal=True, gap="small"):
        if opened.study is not None:
            use(lambda: opened, key)
        if mapping is not None:
            save(mapping)
    findings_list(opened.findings, "upload", access.audience())


def status(name: str | None, n_rows: dict[str, int], findings: tuple[Finding, ...], key: data_session.Key) -> None:
    """Whether it is a study (name None: it is none), in one sentence, and what it would hold."""
    if name is None:
        st.error(NOT_READY.format(words=words(findings)), icon=":material/rule:")
    elif data_session.is_in_force(key):
        st.success(IN_FORCE.format(name=plain(name)), icon=":material/check_circle:")
    else:
        st.success(READY.format(name=plain(name)), icon=":material/check_circle:")
    if n_rows:
        cards((_label(table), _count(n), f"one row per {TABLES[table].one_row_per}") for table, n in n_rows.items())


def _count(n_rows: int) -> str:
    """Few rows are marked, as on every page."""
    return f"{n_rows:,} (small)" if is_small(n_rows, access.audience().min_cell) else f"{n_rows:,}"


def _label(table_name: str) -> str:
    return table_name.replace("_", " ").capitalize()


def use(read: Callable[[], Opened], key: data_session.Key) -> None:
    """Put the upload in force; it is read as a whole only then."""
    st.button(
        USE, type="primary", key="data-use", disabled=data_session.is_in_force(key), on_click=_use, args=(read, key),
        icon=":material/check:",
    )  # fmt: skip


def _use(read: Callable[[], Opened], key: data_session.Key) -> None:
    opened = read()
    if opened.study is not None:
        data_session.put_in_force(opened, key)


def save(mapping: Mapping) -> None:
    """The mapping as a file, to be used again with the next export."""
    st.download_button(
        "Save the mapping (TOML)", data=lambda: mapping_toml(mapping).encode("utf-8"),
        file_name=mapping_file_name(mapping.name), mime="application/toml", key="data-save", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip


def may_be_seen(what: str, key: data_session.Key) -> bool:
    """Write down, once for an upload, that data of individuals are shown; what cannot be written is not shown."""
    failed = access.audit_once("individual data", f"{what} {key!r}", shown=what)
    if failed:
        st.error(failed, icon=":material/lock:")
    return not failed


def denied(findings: Sequence[Finding], key: data_session.Key) -> None:
    """Write down, once, that an upload was not loaded. When that fails the upload is not loaded all the same."""
    access.audit_once("denial", repr(key), reason=f"an upload was not loaded: {words(findings)}")


def first_rows(preview: Preview, key: data_session.Key) -> None:
    """The first rows of every table, folded away, for an audience with the right to individual data."""
    if not preview.tables:
        return
    if not access.may("individual"):
        st.caption(NO_FIRST_ROWS)
        return
    with st.expander("First rows of what comes out", on_change="rerun", key="data-first-rows") as view:
        if view.open and may_be_seen("first rows of an upload", key):
            for name, made in preview.tables.items():
                table(made.first_rows, FIRST_ROWS.format(table=name), right=())
