"""Response, durability and suicidal thoughts of the cohort in force, released for whoever looks."""

from __future__ import annotations

import streamlit as st

from analysis.cohort import Cohort
from analysis.disclosure import Shown, shown
from analysis.disclosure.response_page import ReleasedResponse, ResponseResults, release_response
from analysis.outcomes import starters_of_study
from analysis.outcomes.durability import durability
from analysis.outcomes.response import ResponseSettings, response
from analysis.outcomes.suicidality import suicidality
from analysis.study import Study

from . import access, release, state
from .release import Sight


def response_page(instrument: str, settings: ResponseSettings) -> Shown[ReleasedResponse]:
    """The page on one instrument for the cohort in force."""
    loaded, single = state.study(), access.may("individual")
    return _released(loaded.digest, state.cohort(), instrument, settings, release.sight(), single, _study=loaded)


@st.cache_resource(max_entries=32, show_spinner=False)
def _results(digest: str, asked: Cohort, name: str, settings: ResponseSettings, _study: Study) -> ResponseResults:
    chosen = state.cohort_study()
    return ResponseResults(
        state.review(name),
        starters_of_study(state.selection()),
        response(chosen, name, settings),
        durability(chosen, name, settings.remission),
        suicidality(chosen, name),
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _released(
    digest: str, asked: Cohort, name: str, settings: ResponseSettings, sight: Sight, single: bool, _study: Study
) -> Shown[ReleasedResponse]:
    found = _results(digest, asked, name, settings, _study=_study)
    return shown(lambda audience: release_response(found, audience, sight.closed, single), sight.audience)
