"""Safety and care delivery of the cohort in force, worked out once and released for whoever looks."""

from __future__ import annotations

import streamlit as st

from analysis.cohort import Cohort
from analysis.disclosure import Shown, shown
from analysis.disclosure.care import ReleasedCare, release_care
from analysis.disclosure.safety import ReleasedSafety, release_safety
from analysis.outcomes import starters_of_study
from analysis.outcomes.care import Care, care, visit_recording
from analysis.outcomes.safety import Safety, recording, safety
from analysis.study import Study

from . import release, state
from .release import Sight

DEFAULT_INSTRUMENT = "PHQ-9"


def instrument() -> str:
    """The instrument that responders are counted on: PHQ-9, or what the study uses most."""
    present = state.study().instruments_present()
    return DEFAULT_INSTRUMENT if DEFAULT_INSTRUMENT in present or not present else present[0]


def safety_page() -> Shown[ReleasedSafety]:
    """The safety of the cohort in force."""
    loaded = state.study()
    return _safety_page(loaded.digest, state.cohort(), instrument(), release.sight(), _study=loaded)


@st.cache_resource(max_entries=32, show_spinner=False)
def _safety(digest: str, asked: Cohort, _study: Study) -> Safety:
    return safety(state.cohort_study(), recording(_study))


@st.cache_resource(max_entries=32, show_spinner=False)
def _safety_page(digest: str, asked: Cohort, name: str, sight: Sight, _study: Study) -> Shown[ReleasedSafety]:
    found, review, n_study = _safety(digest, asked, _study=_study), state.review(name), _n_study()
    return shown(lambda audience: release_safety(found, review, n_study, audience, sight.closed), sight.audience)


def care_page() -> Shown[ReleasedCare]:
    """How care was delivered to the cohort in force."""
    loaded = state.study()
    return _care_page(loaded.digest, state.cohort(), instrument(), release.sight(), _study=loaded)


@st.cache_resource(max_entries=32, show_spinner=False)
def _care(digest: str, asked: Cohort, name: str, _study: Study) -> Care:
    return care(state.cohort_study(), name, visit_recording(_study))


@st.cache_resource(max_entries=32, show_spinner=False)
def _care_page(digest: str, asked: Cohort, name: str, sight: Sight, _study: Study) -> Shown[ReleasedCare]:
    found, review, n_study = _care(digest, asked, name, _study=_study), state.review(name), _n_study()
    return shown(
        lambda audience: release_care(found, review, n_study, audience, sight.closed, sight.others), sight.audience
    )


def _n_study() -> int:
    return starters_of_study(state.selection())
