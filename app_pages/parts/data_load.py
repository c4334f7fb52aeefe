"""Loading another study: choose one, or upload files, say what they mean, look at what comes out, use it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.intake import Mapping
from analysis.intake.incoming import Incoming
from analysis.intake.limits import MOST_COLUMNS, MOST_UNPACKED, MOST_WORKBOOK_CELLS

from . import access, data_choose, data_mapping, data_result, data_session
from .data_findings import findings_list, words
from .words import plain

ENDINGS = ["csv", "tsv", "txt", "parquet", "xlsx", "zip", "ndjson"]
NOT_FOR_VIEWERS = "Files are loaded by whoever holds them. Ask the person who started this dashboard."
HOW = (
    "Send the files of one study: a .zip, an Excel workbook with a sheet each, or several CSV, TSV and Parquet files. "
    "They need no particular names: files that are not named after the five tables get a mapping, which is suggested "
    "from their columns and which you confirm by pointing."
)
PRIVACY = (
    "What you send is read on this machine, for this session only, and is gone when you close the page. A column that "
    "could tell who a patient is (a name, a record number, a date, a postal code, free text) is refused and named; its "
    "cells are never shown."
)
STILL_HERE = "Uploaded before: {names}."
_FILES, _SAVED = "kat_upload_files", "kat_upload_toml"
REFUSED = "Nothing of this upload was used: {words}."
AS_FOREIGN = "Map these files by pointing instead"
EXPORT_NEXT = "Write the mapping as the README of `analysis/intake` shows, and send it as a saved mapping."


def limits() -> str:
    """How large an upload may be, in one sentence."""
    most = int(st.get_option("server.maxUploadSize"))
    return (
        f"At most {most} MB a file and {MOST_UNPACKED // 1_000_000_000} GB unpacked, {MOST_COLUMNS:,} columns, "
        f"{MOST_WORKBOOK_CELLS // 1_000_000} million cells in a workbook. A larger study is given to the dashboard "
        "when it is started (`-- --study PATH`)."
    )


def show() -> None:
    """The choice of studies, the upload, and what became of it."""
    if not access.is_holder():
        st.info(NOT_FOR_VIEWERS, icon=":material/lock:")
        return
    data_choose.choose()
    st.header("Upload a study")
    files = _files_control()
    saved = _saved_mapping_control()
    if not files:
        st.markdown(HOW)
        st.markdown(PRIVACY)
        st.caption(limits())
        return
    _uploaded(files, saved)


def _files_control() -> Sequence[UploadedFile]:
    """The files of this session's upload, those of before included when the page was left in between."""
    arrived = st.file_uploader(
        "Files of the study", type=ENDINGS, accept_multiple_files=True, key="data-files", label_visibility="collapsed",
        on_change=data_session.let_go, args=(_FILES,),
    )  # fmt: skip
    files: Sequence[UploadedFile] = data_session.kept(_FILES, arrived) or ()
    if files and not arrived:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(STILL_HERE.format(names=", ".join(plain(file.name) for file in files)))
            st.button("Forget the upload", key="data-forget", on_click=_forget, type="tertiary")
    return files


def _forget() -> None:
    data_session.let_go(_FILES)
    data_session.let_go(_SAVED)


def _saved_mapping_control() -> UploadedFile | None:
    with st.expander("Use a saved mapping (TOML)"):
        arrived = st.file_uploader(
            "Saved mapping", type=["toml"], key="data-saved", label_visibility="collapsed",
            on_change=data_session.let_go, args=(_SAVED,),
        )  # fmt: skip
    found: UploadedFile | None = data_session.kept(_SAVED, arrived)
    return found


def _uploaded(files: Sequence[UploadedFile], saved: UploadedFile | None) -> None:
    start, faults = data_session.saved_mapping(saved) if saved is not None else (None, ())
    if faults and start is None:
        st.error(REFUSED.format(words=words(faults)), icon=":material/error:")
        findings_list(faults, "saved-mapping", access.audience())
        return
    as_foreign = bool(st.session_state.get("data-as-foreign"))
    incoming = data_session.looked_at(
        files, data_mapping.written(start), as_foreign or (start is not None and bool(start.tables))
    )
    if incoming.kind == "refused":
        st.error(REFUSED.format(words=words(incoming.findings)), icon=":material/gpp_bad:")
        findings_list(incoming.findings, "upload", access.audience())
        data_result.denied(incoming.findings, data_session.key_of(files))
    elif incoming.kind == "export":
        _export(files, incoming, start)
    elif incoming.kind == "foreign":
        data_mapping.show(files, incoming, start)
    else:
        data_result.show_study(data_session.read(files, start), start, data_session.read_key(files, start))
    if incoming.kind == "study" or as_foreign:
        st.toggle(AS_FOREIGN, key="data-as-foreign")


def _export(files: Sequence[UploadedFile], incoming: Incoming, start: Mapping | None) -> None:
    """A known export: read with its own mapping, or what that mapping has to say."""
    if start is None:
        st.info(f"{incoming.needs}\n\n{EXPORT_NEXT}", icon=":material/description:")
    else:
        data_result.show_study(data_session.read(files, start), start, data_session.read_key(files, start))
