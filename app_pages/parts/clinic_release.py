"""Clinics of the cohort in force, compared once and released for whoever looks."""

from __future__ import annotations

import streamlit as st

from analysis.cohort import Cohort
from analysis.disclosure import Shown, shown
from analysis.disclosure.clinics import ReleasedClinics, release_clinics
from analysis.outcomes import ModelSpec, starters_of_study
from analysis.outcomes.clinics import CASE_MIX, Clinics, PreparedClinics, clinics, prepare_clinics
from analysis.study import Study

from . import access, release, state
from .release import Sight


def clinics_page(instrument: str) -> Shown[ReleasedClinics]:
    """The clinics of the cohort in force on one instrument."""
    loaded = state.study()
    return _released(loaded.digest, state.cohort(), _spec(instrument), release.sight(), _study=loaded)


def _spec(instrument: str) -> ModelSpec:
    """What the model adjusts for. Whoever does not hold the files gets that of Symptom change and no other: two models
    that leave out others, for what is not recorded of them, would give those away."""
    return ModelSpec(instrument=instrument, covariates=CASE_MIX) if access.is_holder() else ModelSpec(instrument)


@st.cache_resource(max_entries=4, show_spinner="Preparing the model of clinics")
def _prepared(digest: str, spec: ModelSpec, _study: Study) -> PreparedClinics:
    return prepare_clinics(_study, spec)


@st.cache_resource(max_entries=32, show_spinner=False)
def _compared(digest: str, asked: Cohort, spec: ModelSpec, min_cell: int, _study: Study) -> Clinics:
    return clinics(_prepared(digest, spec, _study=_study), state.selection(), min_cell)


@st.cache_resource(max_entries=32, show_spinner=False)
def _released(digest: str, asked: Cohort, spec: ModelSpec, sight: Sight, _study: Study) -> Shown[ReleasedClinics]:
    found = _compared(digest, asked, spec, access.audience().min_cell, _study=_study)
    review, n_study = state.review(spec.instrument), starters_of_study(state.selection())
    return shown(
        lambda audience: release_clinics(found, review, n_study, audience, sight.closed, sight.others), sight.audience
    )
