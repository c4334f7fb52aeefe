"""The mapping under edit: what comes out of it so far, what it asks, and each source with its columns."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.intake import Mapping
from analysis.intake.delimited import DELIMITERS, ENCODINGS, TextFormat
from analysis.intake.findings import listed, shown_name
from analysis.intake.incoming import Incoming
from analysis.intake.preview import Preview
from analysis.intake.suggest import Draft

from . import access, data_mapping_rows, data_result, data_session
from .data_findings import findings_list
from .words import plain

WORKED_OUT_AT_ONCE = 200_000  # rows of all sources; with more a person asks for the result, as it takes seconds
_WRITTEN = "data-written"
_PREVIEWED = "data-previewed"
MOST_NAMED = 4  # columns of one question
ASKS = "The files leave open, and you know:"


def written(start: Mapping | None) -> dict[str, TextFormat]:
    """How a person said that files are written, by file; a saved mapping says it first."""
    said = {
        rule.file: TextFormat(rule.delimiter or ",", rule.encoding)
        for rule in (start.sources.values() if start is not None else ())
        if rule.delimiter is not None or rule.encoding != "utf-8"
    }
    return said | st.session_state.get(_WRITTEN, {})


def show(files: Sequence[UploadedFile], incoming: Incoming, start: Mapping | None) -> None:
    """The result on top, the mapping beneath, so that every change is seen at once."""
    incoming = incoming if start is None else _renamed(incoming, start)
    key = data_session.key_of(files, repr(start), incoming.forms)
    draft = data_session.draft(incoming, key)
    mapping = data_session.mapping(key, start or draft.mapping)
    found = _result(files, incoming, mapping, key)
    _questions(draft, mapping, start)
    st.header("The mapping")
    st.caption(
        "Each column of your files, what it becomes, and how it is read. What is suggested comes from its name and "
        "cells; change it where it is wrong. Nothing is read until you use the study."
    )
    for source in incoming.sources:
        _source(source, incoming, mapping, draft, data_mapping_rows.Around(source, incoming, draft, key))
    st.header("What was found")
    findings_list((*incoming.findings, *(found.findings if found else ())), "mapping", access.audience())


def _renamed(incoming: Incoming, start: Mapping) -> Incoming:
    """The files under the names that a saved mapping gives its sources."""
    names = {rule.file: name for name, rule in start.sources.items()}
    files = {name: names.get(form.file, name) for name, form in incoming.forms.items()}
    return Incoming(
        incoming.kind, incoming.name, incoming.needs,
        {files[name]: table for name, table in incoming.sources.items()},
        {files[name]: form for name, form in incoming.forms.items()}, incoming.findings,
    )  # fmt: skip


def _result(
    files: Sequence[UploadedFile], incoming: Incoming, mapping: Mapping, key: data_session.Key
) -> Preview | None:
    """What the mapping makes of the files, and the ways to use and save it."""
    n_rows = sum(table.cells.num_rows for table in incoming.sources.values())
    asked = st.session_state.get(_PREVIEWED) == repr(mapping)
    if n_rows > WORKED_OUT_AT_ONCE and not asked:
        with st.container(horizontal=True):
            st.button("Work out the result", on_click=_ask, args=(repr(mapping),), icon=":material/play_arrow:")
            data_result.save(mapping)
        st.caption(f"{n_rows:,} rows in all: the result is worked out when you ask for it.")
        return None
    found, read_key = data_session.preview(incoming, key, mapping), data_session.read_key(files, mapping)
    counts = {name: made.n_rows for name, made in found.tables.items()}
    name = (mapping.name or incoming.name) if found.is_ready else None
    data_result.status(name, counts, found.findings, read_key)
    with st.container(horizontal=True, gap="small"):
        if found.is_ready:
            data_result.use(lambda: data_session.read(files, mapping), read_key)
        data_result.save(mapping)
    data_result.first_rows(found, read_key)
    return found


def _ask(asked: str) -> None:
    st.session_state[_PREVIEWED] = asked


def _questions(draft: Draft, mapping: Mapping, start: Mapping | None) -> None:
    """What only a person can answer; gone once the mapping is another than the one suggested."""
    if draft.questions and start is None and mapping == draft.mapping:
        lines = "\n".join(f"- {plain(question)}" for question in _asked(draft))
        st.warning(f"{ASKS}\n\n{lines}", icon=":material/help:")


def _asked(draft: Draft) -> list[str]:
    """The questions, one for all columns of a source that ask the same."""
    columns: dict[tuple[str, str], list[str]] = {}
    told: set[str] = set()
    for one in draft.columns:
        if one.asks:
            columns.setdefault((one.source, one.asks), []).append(one.column)
            told.add(f"{shown_name(one.source)}, column '{shown_name(one.column)}': {one.asks}")
    grouped = [
        f"{shown_name(source)}, {'column' if len(names) == 1 else 'columns'} {listed(names, MOST_NAMED)}: {asks}"
        for (source, asks), names in columns.items()
    ]
    return [*(question for question in draft.questions if question not in told), *grouped]


def _source(source: str, incoming: Incoming, mapping: Mapping, draft: Draft, around: data_mapping_rows.Around) -> None:
    """One file: its tables and columns, how it is written, and what of it is not used."""
    table, form = incoming.sources[source], incoming.forms[source]
    with st.container(border=True, key=f"map-{source}"):
        st.markdown(f"**{plain(form.file)}** · {table.cells.num_rows:,} rows · {table.cells.num_columns:,} columns")
        data_mapping_rows.rows(mapping, around)
        data_mapping_rows.one_more(mapping, around)
        data_mapping_rows.not_used(mapping, around)
        with st.popover("How the file is written", type="tertiary", icon=":material/description:"):
            _written_controls(source, form.file, form.delimiter, form.encoding)
            data_mapping_rows.missing_words(mapping, around)


def _written_controls(source: str, file: str, delimiter: str | None, encoding: str) -> None:
    if delimiter is None:
        st.caption("The file says itself how it is written.")
        return
    words = {letter: word for word, letter in DELIMITERS.items()}
    keys = (f"map-{source}-delimiter", f"map-{source}-encoding")
    st.session_state[keys[0]], st.session_state[keys[1]] = words[delimiter], encoding
    st.selectbox("Between the columns", list(DELIMITERS), key=keys[0], on_change=_rewrite, args=(file, keys))
    st.selectbox("Encoding", list(ENCODINGS), key=keys[1], on_change=_rewrite, args=(file, keys))


def _rewrite(file: str, keys: tuple[str, str]) -> None:
    said = dict(st.session_state.get(_WRITTEN, {}))
    said[file] = TextFormat(DELIMITERS[st.session_state[keys[0]]], st.session_state[keys[1]])
    st.session_state[_WRITTEN] = said
