"""The one place that remembers: studies, cohorts, prepared models and results, not released yet (see `release`).

Every cache is keyed on (study digest, frozen cohort, frozen spec). Arguments that start with an
underscore are never hashed, so no frame is; every cache has a limit.
"""

from __future__ import annotations

import gc
import logging
from dataclasses import dataclass

import streamlit as st

from analysis.cohort import Cohort, Selection, select
from analysis.intake import Finding, StudyDataError, read_study
from analysis.intake.findings import FindingLog
from analysis.intake.identifiers.k_anonymity import KAnonymity, k_anonymity
from analysis.mixed import CrossCheck, cross_check
from analysis.outcomes import (
    ModelSpec,
    Overview,
    PreparedSymptomChange,
    SessionCount,
    SymptomChange,
    overview,
    prepare_symptom_change,
    session_count,
    symptom_change,
)
from analysis.outcomes.completeness import Completeness, completeness
from analysis.study import Study
from analysis.study.clinic_codes import with_clinic_codes
from analysis.study.holdings import Holdings, holdings

from . import access, data_chosen
from .choices import Choices, choices_of
from .source import SAMPLE, Source, source

_COHORT = "kat_cohort"
_OPENED = "kat_study"
PROGRAM_FAULT = "The study could not be read because of a fault in this program; the server's log has the details."


@dataclass(frozen=True, eq=False)
class Opened:
    """The study that was asked for, or why it could not be loaded."""

    source: Source
    study: Study | None
    findings: tuple[Finding, ...] = ()


def open_study() -> Opened:
    """The study that this session chose, else that of this server, read again only when one of its files was written.

    A fault of this program while reading is one sentence for the reader and a traceback in the log. It is not
    remembered: the next run tries again.
    """
    sent = data_chosen.uploaded()
    if sent is not None and data_chosen.chosen() == data_chosen.UPLOAD:
        return sent
    asked = Source(SAMPLE, None) if data_chosen.chosen() == data_chosen.SAMPLE else source()
    try:
        return _opened(str(asked.study), str(asked.mapping), asked.stamp(), _source=asked)
    except Exception:  # the last resort, broad on purpose: a traceback on the page could show a patient's values
        logging.exception("The study could not be read")
        return Opened(asked, None, (Finding("error", "", None, PROGRAM_FAULT),))


@st.cache_resource(max_entries=4, show_spinner="Reading the study")
def _opened(study: str, mapping: str, stamp: str, _source: Source) -> Opened:
    log = FindingLog()
    try:
        return Opened(_source, read_study(_source.study, _source.mapping, log), log.findings)
    except StudyDataError as error:
        return Opened(_source, None, error.findings)


def remember_study(opened: Opened) -> None:
    """Keep the study of this run for everything drawn after the frame; looking at its files once is enough."""
    st.session_state[_OPENED] = opened


def opened() -> Opened:
    return st.session_state[_OPENED]  # type: ignore[no-any-return]


def study() -> Study:
    """The loaded study; pages run only when there is one. Whoever does not hold the files reads codes in place of the
    names of clinics."""
    return _loaded() if access.is_holder() else study_with_codes()


def _loaded() -> Study:
    loaded = opened().study
    assert loaded is not None
    return loaded


def study_with_codes() -> Study:
    """The loaded study with codes in place of the names of clinics."""
    return _with_codes(_loaded().digest, _study=_loaded())


def digest() -> str:
    """What names the loaded data in the audit and in the record of cohorts, the same for everybody who reads it."""
    return _loaded().digest


@st.cache_resource(max_entries=2, show_spinner=False)
def _with_codes(digest: str, _study: Study) -> Study:
    return with_clinic_codes(_study)


def choices() -> Choices:
    """What the sidebar can offer for the loaded study, in coarse steps to whoever does not hold the files."""
    loaded = study()
    return _choices(loaded.digest, not access.is_holder(), _study=loaded)


@st.cache_resource(max_entries=4, show_spinner=False)
def _choices(digest: str, coarse: bool, _study: Study) -> Choices:
    return choices_of(_study, coarse)


def remember(cohort: Cohort) -> None:
    """Keep the sidebar's cohort for the page that runs after it."""
    st.session_state[_COHORT] = cohort


def cohort() -> Cohort:
    return st.session_state[_COHORT]  # type: ignore[no-any-return]


def selection() -> Selection:
    """What the cohort in force keeps of the study."""
    loaded = study()
    return _selection(loaded.digest, cohort(), _study=loaded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _selection(digest: str, asked: Cohort, _study: Study) -> Selection:
    return select(_study, asked)


def cohort_study() -> Study:
    """The study of the cohort in force. The pages share it, and with it what is derived once from a study: its
    episodes, its baselines, its rows of scores and of sessions."""
    loaded = study()
    return _cohort_study(loaded.digest, cohort(), _study=loaded)


@st.cache_resource(max_entries=2, show_spinner=False)
def _cohort_study(digest: str, asked: Cohort, _study: Study) -> Study:
    """Few, because each is a copy of the data."""
    return _selection(digest, asked, _study=_study).study


def change(spec: ModelSpec) -> SymptomChange:
    """The model of symptom change for the cohort in force, refitted from the prepared model."""
    loaded = study()
    return _change(loaded.digest, cohort(), spec, _study=loaded)


@st.cache_resource(max_entries=8, show_spinner="Preparing the model")
def _prepared(digest: str, spec: ModelSpec, _study: Study) -> PreparedSymptomChange:
    return prepare_symptom_change(_study, spec)


@st.cache_resource(max_entries=64, show_spinner=False)
def _change(digest: str, asked: Cohort, spec: ModelSpec, _study: Study) -> SymptomChange:
    prepared = _prepared(digest, spec, _study=_study)
    return symptom_change(prepared, _selection(digest, asked, _study=_study))


def checked(spec: ModelSpec) -> CrossCheck:
    """The same model refitted by statsmodels, as a second opinion. Takes seconds."""
    loaded = study()
    return _checked(loaded.digest, cohort(), spec, _study=loaded)


@st.cache_resource(max_entries=16, show_spinner="Fitting the same model with statsmodels")
def _checked(digest: str, asked: Cohort, spec: ModelSpec, _study: Study) -> CrossCheck:
    prepared = _prepared(digest, spec, _study=_study)
    fit = _change(digest, asked, spec, _study=_study).fit
    assert fit is not None
    rows = prepared.rows[prepared.in_model]
    routes = rows["route"].cat.set_categories(list(fit.known_levels["route"]))
    return cross_check(fit, rows.assign(route=routes))


def sessions_three_ways(spec: ModelSpec) -> SessionCount:
    """The drop-out pattern, the within/between split and the landmark analysis of the cohort in force."""
    loaded = study()
    return _sessions_three_ways(loaded.digest, cohort(), spec, _study=loaded)


@st.cache_resource(max_entries=32, show_spinner=False)
def _sessions_three_ways(digest: str, asked: Cohort, spec: ModelSpec, _study: Study) -> SessionCount:
    return session_count(_prepared(digest, spec, _study=_study), _selection(digest, asked, _study=_study))


def review(instrument: str) -> Overview:
    """The overview of the cohort in force on one instrument."""
    loaded = study()
    return _review(loaded.digest, cohort(), instrument, _study=loaded)


@st.cache_resource(max_entries=64, show_spinner=False)
def _review(digest: str, asked: Cohort, instrument: str, _study: Study) -> Overview:
    return overview(_cohort_study(digest, asked, _study=_study), instrument, whole=_study)


def held() -> Holdings:
    """What the loaded study holds."""
    loaded = study()
    return _held(loaded.digest, loaded.name, _study=loaded)


@st.cache_resource(max_entries=8, show_spinner=False)
def _held(digest: str, name: str, _study: Study) -> Holdings:
    return holdings(_study)


def complete(instrument: str) -> Completeness:
    """How complete the follow-up of the loaded study is on one instrument."""
    loaded = study()
    return _complete(loaded.digest, instrument, _study=loaded)


@st.cache_resource(max_entries=32, show_spinner=False)
def _complete(digest: str, instrument: str, _study: Study) -> Completeness:
    return completeness(_study, instrument)


def alike() -> KAnonymity:
    """How many patients of the loaded study share their traits with how many others."""
    loaded = study()
    return _alike(loaded.digest, _study=loaded)


@st.cache_resource(max_entries=8, show_spinner=False)
def _alike(digest: str, _study: Study) -> KAnonymity:
    return k_anonymity(_study)


# What was imported stays for the life of the server: without it, every collection walks through it again.
gc.collect()
gc.freeze()
