"""What this session holds of an upload: looked at once, its mapping under edit, what comes out. Kept nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.intake import Finding, Mapping, StudyDataError, read_upload
from analysis.intake.column_rules import ColumnRule
from analysis.intake.delimited import TextFormat
from analysis.intake.findings import FindingLog
from analysis.intake.incoming import Incoming, look_at, read_saved_mapping
from analysis.intake.mapping import without_permissions
from analysis.intake.opening import NAMELESS_UPLOAD
from analysis.intake.pointing import Use, uses, with_rule
from analysis.intake.preview import Preview, preview_mapping
from analysis.intake.suggest import Draft, suggest_mapping
from analysis.intake.suggest.profile import SourceProfile, profile_source

from . import access, data_chosen, state
from .source import Source

Key = tuple[object, ...]
Place = tuple[int, int | None, str]  # section, entry of `long`, target
_LOOKED, _DRAFT, _PROFILES, _EDITED, _PREVIEW, _READ, _SAVED, _USED = (
    f"kat_upload_{name}" for name in ("looked", "draft", "profiles", "edited", "preview", "read", "saved", "used")
)
NAMELESS = "Uploaded study"
UPLOADED = Source(Path("upload"), None)  # stands for what was sent; nothing is opened by this name


@dataclass(frozen=True, eq=False)
class Edited:
    """The mapping under edit, and the upload that it is for."""

    key: Key
    mapping: Mapping


def key_of(files: Sequence[UploadedFile], *more: object) -> Key:
    """What tells one upload from another: the server gives every file that arrives a number of its own."""
    return (*((file.file_id, file.name, file.size) for file in files), *more)


def remembered(name: str, key: Key, compute: Callable[[], Any]) -> Any:
    """What was worked out for this key in this session, worked out anew for another one."""
    held = st.session_state.get(name)
    if held is None or held[0] != key:
        held = (key, compute())
        st.session_state[name] = held
    return held[1]


def kept(name: str, arrived: Any) -> Any:
    """What arrived by an uploader, also after its page was left: an uploader forgets, and a mapping is work."""
    if arrived:
        st.session_state[name] = arrived
    return st.session_state.get(name)


def let_go(name: str) -> None:
    """Somebody took the files out of the uploader, or asked that they be forgotten."""
    st.session_state.pop(name, None)


def looked_at(files: Sequence[UploadedFile], written: dict[str, TextFormat], as_foreign: bool) -> Incoming:
    """What was uploaded."""
    key = key_of(files, tuple(sorted(written.items(), key=lambda pair: pair[0])), as_foreign)
    return remembered(  # type: ignore[no-any-return]
        _LOOKED, key, lambda: _guarded(lambda: look_at(_sent(files), written, as_foreign), _broken_incoming)
    )


def draft(incoming: Incoming, key: Key) -> Draft:
    """The mapping suggested for what was uploaded."""
    return remembered(  # type: ignore[no-any-return]
        _DRAFT, key, lambda: suggest_mapping(incoming.sources, incoming.forms, _name(incoming))
    )


def _name(incoming: Incoming) -> str:
    """What the study is called until somebody calls it otherwise: several files sent together have no name."""
    return NAMELESS if incoming.name == NAMELESS_UPLOAD else incoming.name


def profiles(incoming: Incoming, key: Key) -> dict[str, SourceProfile]:
    """What each source's columns look like."""
    return remembered(  # type: ignore[no-any-return]
        _PROFILES, key, lambda: {name: profile_source(name, table) for name, table in incoming.sources.items()}
    )


def mapping(key: Key, start: Mapping) -> Mapping:
    """The mapping under edit; it starts from another one when the upload is another."""
    held = st.session_state.get(_EDITED)
    if held is None or held.key != key:
        held = Edited(key, start)
        st.session_state[_EDITED] = held
    return held.mapping  # type: ignore[no-any-return]


def edited() -> Mapping:
    """The mapping under edit, for a callback."""
    return st.session_state[_EDITED].mapping  # type: ignore[no-any-return]


def edit(changed: Mapping) -> None:
    """Put another mapping in the place of the one under edit."""
    st.session_state[_EDITED] = Edited(st.session_state[_EDITED].key, changed)


def apply(place: Place, change: Callable[[ColumnRule], ColumnRule]) -> None:
    """Change the rule at a place of the mapping under edit."""
    use = find(place)
    if use is not None:
        edit(with_rule(edited(), use, change(use.rule)))


def find(place: Place) -> Use | None:
    """The use at a place of the mapping under edit; None when an edit has taken it away."""
    return next((use for use in uses(edited()) if (use.section, use.entry, use.target) == place), None)


def preview(incoming: Incoming, key: Key, of: Mapping) -> Preview:
    """What a mapping makes of what was uploaded."""
    return remembered(_PREVIEW, (key, repr(of)), lambda: preview_mapping(of, incoming.sources))  # type: ignore[no-any-return]


def read_key(files: Sequence[UploadedFile], of: Mapping | None) -> Key:
    """What tells one reading of an upload from another."""
    return key_of(files, "" if of is None else repr(of))


def read(files: Sequence[UploadedFile], of: Mapping | None) -> state.Opened:
    """The study that was uploaded, or why it is none."""
    key = read_key(files, of)
    return remembered(_READ, key, lambda: _guarded(lambda: _read(files, of), _broken_study))  # type: ignore[no-any-return]


def _read(files: Sequence[UploadedFile], of: Mapping | None) -> state.Opened:
    log = FindingLog()
    try:
        study = read_upload(_sent(files), of, log)
        named = replace(study, name=NAMELESS) if study.name == NAMELESS_UPLOAD else study
        return state.Opened(UPLOADED, named, log.findings)
    except StudyDataError as error:
        return state.Opened(UPLOADED, None, error.findings)


def put_in_force(opened: state.Opened, key: Key) -> None:
    """The upload on the page becomes the study of this session."""
    data_chosen.keep_uploaded(opened)
    data_chosen.forget_settings()
    data_chosen.choose(data_chosen.UPLOAD)
    st.session_state[_USED] = key


def is_in_force(key: Key) -> bool:
    """Whether an upload, with this mapping, is the study of this session."""
    return data_chosen.chosen() == data_chosen.UPLOAD and st.session_state.get(_USED) == key


def saved_mapping(file: UploadedFile) -> tuple[Mapping | None, tuple[Finding, ...]]:
    """The mapping in a TOML file, and every fault in it."""
    return remembered(_SAVED, key_of([file]), lambda: _saved(file))  # type: ignore[no-any-return]


def _saved(file: UploadedFile) -> tuple[Mapping | None, tuple[Finding, ...]]:
    log = FindingLog()
    found = read_saved_mapping(file.getvalue(), log)
    if found is not None and not access.is_audited():  # a reason that nobody keeps lets no column through the gate
        found = without_permissions(found, log)
    return (None if log.has_errors else found), log.findings


def _sent(files: Sequence[UploadedFile]) -> list[tuple[str, UploadedFile]]:
    for file in files:
        file.seek(0)
    return [(file.name, file) for file in files]


def _guarded(work: Callable[[], Any], otherwise: Callable[[Finding], Any]) -> Any:
    """A fault of this program is one sentence for the reader and a traceback in the log."""
    try:
        return work()
    except Exception:  # the last resort, broad on purpose: a traceback on the page could show a patient's values
        logging.exception("An upload could not be read")
        return otherwise(Finding("error", "", None, state.PROGRAM_FAULT))


def _broken_incoming(fault: Finding) -> Incoming:
    return Incoming("refused", findings=(fault,))


def _broken_study(fault: Finding) -> state.Opened:
    return state.Opened(UPLOADED, None, (fault,))
