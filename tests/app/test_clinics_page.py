"""The page on clinics: its charts, what stands in their place, and that a viewer reads no clinic's name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from app_pages.parts.words import plain
from tests.app.conftest import OpenApp, charts, html, said
from tests.app.test_access import ELSEWHERE, figures, viewer_settings

CLINICS = "app_pages/clinics.py"
NAMES = {
    "C01": "Riverside Clinic", "C02": "North Clinic", "C03": "Southgate", "C04": "Eastern Wing", "C05": "Uptown Rooms",
    "C06": "Harbour House",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> None:
    st.cache_resource.clear()


@pytest.fixture
def named_study(study_copy: Path) -> Path:
    """The sample study whose clinics are called by names."""
    table = study_copy / "patients.csv"
    patients = pd.read_csv(table, dtype="str", keep_default_na=False)
    patients.assign(clinic_id=patients["clinic_id"].replace(NAMES)).to_csv(table, index=False)
    return study_copy


def test_differences_and_five_funnels_are_drawn_of_the_sample_study(open_app: OpenApp) -> None:
    app = open_app(CLINICS)
    assert not app.exception
    found = charts(app)
    assert len(found) == 6
    assert "adjusted change in PHQ-9" in found[0]
    assert [alt.split(":")[0] for alt in found[1:]] == [
        "Response at the end of induction", "Induction not completed", "Scored before and at the end of induction",
        "Adverse events, asked for", "Adverse events, mentioned unasked",
    ]  # fmt: skip
    assert 2 <= html(app).count('class="kat-card"') <= 5
    assert "No clinic is ranked here, and no colour says good or bad." in said(app)


def test_one_clinic_has_nothing_to_be_compared_with(open_app: OpenApp) -> None:
    app = open_app(CLINICS, {"clinic": ["C01"]})
    assert not app.exception
    assert not charts(app)
    text = said(app)
    assert "All patients of the model are at one clinic, so there is no other to compare it with" in text
    assert "No funnel of rates: they need two clinics" in text


def test_a_study_without_adverse_events_says_that_there_is_no_funnel_of_them(
    open_app: OpenApp, study_copy: Path
) -> None:
    (study_copy / "adverse_events.csv").unlink()
    app = open_app(CLINICS, study=study_copy)
    assert not app.exception
    assert len(charts(app)) == 4
    assert "No funnel of adverse events" in said(app)


def test_clinics_of_a_few_starters_are_shown_together(open_app: OpenApp) -> None:
    app = open_app(CLINICS, {"route": ["SC", "PO"]})
    assert not app.exception
    assert "shown together as smaller clinics" in said(app)


def test_an_instrument_without_a_cut_off_says_that_there_is_no_funnel_of_response(open_app: OpenApp) -> None:
    app = open_app(CLINICS, {"instrument": ["PCL-5"]})
    assert not app.exception
    assert plain("No funnel of response: no verified source says what it is on PCL-5") in said(app)


def test_an_instrument_that_some_clinics_do_not_use_counts_only_those_that_do(open_app: OpenApp) -> None:
    found = " ".join(charts(open_app(CLINICS, {"instrument": ["MADRS"]})))
    assert "Scored before and at the end of induction" in found
    assert "0 of 107" not in found


def test_another_instrument_has_its_own_comparison(open_app: OpenApp) -> None:
    app = open_app(CLINICS, {"instrument": ["GAD-7"]})
    assert not app.exception
    assert "GAD-7" in charts(app)[0]


def test_the_holder_reads_the_names_of_clinics(open_app: OpenApp, named_study: Path) -> None:
    app = open_app(CLINICS, study=named_study)
    assert not app.exception
    assert "Riverside Clinic" in " ".join(charts(app))


@pytest.mark.parametrize("page", [CLINICS, "app_pages/symptom_change.py", "app_pages/data.py", "app_pages/safety.py"])
def test_a_viewer_reads_codes_of_clinics_and_never_a_name(
    open_app: OpenApp, named_study: Path, tmp_path: Path, page: str
) -> None:
    app = open_app(page, study=named_study, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert not app.exception
    options = [option for select in app.multiselect for option in select.options]
    everything = " ".join([said(app), figures(app), *charts(app), *options])
    assert not [name for name in NAMES.values() if name in everything]
    assert "Clinic 1" in options


def test_a_viewers_filter_by_a_code_finds_the_clinic(open_app: OpenApp, named_study: Path, tmp_path: Path) -> None:
    query = {"clinic": ["Clinic 1"]}
    app = open_app(CLINICS, query, study=named_study, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert not app.exception
    assert "at clinic Clinic 1" in said(app)
    assert not app.error


def test_a_viewer_is_given_no_small_number(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(CLINICS, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert not app.exception
    assert "(small)" not in said(app) + figures(app)
    assert "C01" in figures(app)
