"""Results as the reader may have them: everything a page shows comes from here, already through the gate.

A viewer's cohort is first held against those released before. Each release is kept by study, cohort, question, and
what the audience may see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import streamlit as st

from analysis.cohort import Cohort
from analysis.disclosure import (
    Audience,
    CohortRecord,
    ReleasedChange,
    ReleasedOverview,
    ReleasedSessions,
    Settings,
    Shown,
    Verdict,
    release_change,
    release_overview,
    release_sessions,
    release_size,
    sentence_about,
    shown,
)
from analysis.outcomes import ModelSpec, starters_of_study
from analysis.outcomes.overview import OTHER_YEARS, compared_years
from analysis.study import Study, index_route
from analysis.vocabulary import route_label

from . import access, state

_VERDICT = "kat_verdict"
NOT_RECORDED = "not recorded"
NOT_REMEMBERED = (
    "The record of released cohorts named in the settings cannot be read or written, so no cohort can be shown. "
    "Whoever keeps this dashboard has to mend that first."
)


@dataclass(frozen=True)
class Sight:
    """What decides a release, as a key of caches: whether small cells are seen, the limit, the closed routes, and the
    closed groups of other kinds (clinics, index years)."""

    kind: str
    sees_small: bool
    min_cell: int
    closed: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def audience(self) -> Audience:
        return Audience(self.kind, self.sees_small, self.min_cell)  # type: ignore[arg-type]


def judge_cohort() -> Verdict:
    """Whether the cohort in force may be shown to whoever is looking. The holder may see all of them."""
    verdict = Verdict(True)
    if not access.is_holder():
        try:
            verdict = _named(_record().admit(state.selection().keep))
        except OSError:
            logging.exception("The record of released cohorts cannot be used")
            verdict = Verdict(False, (), NOT_REMEMBERED)
    st.session_state[_VERDICT] = verdict
    if not verdict.allowed:
        asked = repr(state.cohort())
        access.audit_once("denial", asked, study=state.digest(), cohort=asked, reason=verdict.sentence)
    return verdict


def _named(verdict: Verdict) -> Verdict:
    """The groups in a reader's words."""
    if not verdict.groups:
        return verdict
    names = [route_label(code) for code in verdict.groups]
    return replace(verdict, sentence=sentence_about(names, access.audience().min_cell))


def remembering() -> Callable[[], None]:
    """What the holder takes away is released from then on: cohorts of viewers are held against it. The callable needs
    no page; it raises OSError when the record cannot be kept."""
    if not access.is_holder():
        return lambda: None
    record, keep = _record(), state.selection().keep
    return lambda: record.remember(keep)


def verdict() -> Verdict:
    found: Verdict = st.session_state[_VERDICT]
    return found


def _record() -> CohortRecord:
    known = access.settings()
    path = known.released_cohorts if isinstance(known, Settings) else None
    return _records(state.digest(), str(path), access.audience().min_cell, state.study_with_codes())


def _texts(study: Study, column: str) -> list[str]:
    if column not in study.patients:
        return []
    return study.patients[column].astype("str").fillna(NOT_RECORDED).tolist()  # type: ignore[no-any-return]


def _years(study: Study) -> list[str]:
    """The index years that are compared, and all others as one."""
    compared = {str(year) for year in compared_years(study) or ()}
    return [year if year in compared else OTHER_YEARS for year in _texts(study, "index_year")]


# Not in a cache of Streamlit: any browser can ask for these to be emptied, and what was shown must not be forgotten.
_RECORDS: dict[tuple[str, str, int], CohortRecord] = {}


def _records(digest: str, path: str, min_cell: int, study: Study) -> CohortRecord:
    """The record of a study. Everyone is the first of its cohorts: every page names their number."""
    key = (digest, path, min_cell)
    if key not in _RECORDS:
        _RECORDS[key] = _new_record(*key, study)
    return _RECORDS[key]


def _new_record(digest: str, path: str, min_cell: int, _study: Study) -> CohortRecord:
    groups = index_route(_study)["route"].astype("str").fillna("none").tolist()
    also = {
        word: [f"{word} {value}" for value in values]
        for word, values in (("clinic", _texts(_study, "clinic_id")), ("payer", _texts(_study, "payer")),
                             ("year", _years(_study)))
        if len(values)
    }  # fmt: skip
    record = CohortRecord(None if path == "None" else Path(path), digest, groups, min_cell, also)
    started = np.bincount(_study.patient_positions("sessions"), minlength=len(_study.patients)) > 0
    record.remember(started)
    return record


def _sight() -> Sight:
    found = access.audience()
    said = verdict()
    return Sight(found.kind, found.sees_small, found.min_cell, said.groups, said.others)


def sight() -> Sight:
    """What decides a release, for the parts that keep their own."""
    return _sight()


def cohort_size() -> str:
    """How many patients the cohort in force keeps, of how many, in words."""
    chosen = state.selection()
    return release_size(chosen.n_patients, starters_of_study(chosen), access.audience())


def review(instrument: str) -> Shown[ReleasedOverview]:
    """The overview of the cohort in force on one instrument."""
    loaded = state.study()
    return _review(loaded.digest, state.cohort(), instrument, _sight(), _study=loaded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _review(digest: str, asked: Cohort, instrument: str, sight: Sight, _study: Study) -> Shown[ReleasedOverview]:
    found, n_study = state.review(instrument), starters_of_study(state.selection())
    return shown(
        lambda audience: release_overview(found, n_study, audience, sight.closed, sight.others), sight.audience
    )


def change(spec: ModelSpec) -> Shown[ReleasedChange]:
    """The model of symptom change for the cohort in force."""
    loaded = state.study()
    return _change(loaded.digest, state.cohort(), spec, _sight(), _study=loaded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _change(digest: str, asked: Cohort, spec: ModelSpec, sight: Sight, _study: Study) -> Shown[ReleasedChange]:
    found = state.change(spec)
    return shown(lambda audience: release_change(found, audience, sight.closed), sight.audience)


def sessions_three_ways(spec: ModelSpec) -> Shown[ReleasedSessions]:
    """The three views by number of sessions for the cohort in force."""
    loaded = state.study()
    return _sessions(loaded.digest, state.cohort(), spec, _sight(), _study=loaded)


@st.cache_resource(max_entries=32, show_spinner=False)
def _sessions(digest: str, asked: Cohort, spec: ModelSpec, sight: Sight, _study: Study) -> Shown[ReleasedSessions]:
    found, model = state.sessions_three_ways(spec), state.change(spec)
    return shown(lambda audience: release_sessions(found, model, audience, sight.closed), sight.audience)
