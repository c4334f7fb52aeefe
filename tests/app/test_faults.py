"""What a reader sees when something nobody expected happens, and when there is no rate or no model to show."""

import logging

import pandas as pd
import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from analysis.disclosure import Shown, holder, viewer
from analysis.outcomes import Overview, SymptomChange
from app_pages.parts import messages, model_parts, review_parts
from tests.app.conftest import OVERVIEW, SYMPTOM_CHANGE, OpenApp, said
from tests.figures.made import made_change, made_overview, released_change, released_overview

SENTENCE = (
    "This page could not be drawn because of a fault in the program. Nothing was lost; "
    "the server's log has the details."
)
HINT = "Above you can choose another instrument, time axis or shape"


@pytest.mark.parametrize(
    ("page", "part"),
    [(OVERVIEW, "review_parts.number_cards"), (SYMPTOM_CHANGE, "model_parts.number_cards")],
)
def test_an_unexpected_fault_is_logged_and_said_in_one_sentence(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, page: str, part: str
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault made for this test")

    monkeypatch.setattr(f"app_pages.parts.{part}", broken)
    with caplog.at_level(logging.ERROR):
        app = open_app(page)
    assert not app.exception
    assert [error.value for error in app.error] == [SENTENCE]
    assert "a fault made for this test" not in said(app)
    assert "a fault made for this test" in caplog.text


def test_a_fault_inside_a_figure_is_said_in_its_place_and_the_page_goes_on(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault made for this test")

    monkeypatch.setattr("app_pages.parts.panel.chart_config", broken)
    app = open_app(OVERVIEW)
    assert not app.exception
    assert {error.value for error in app.error} == {SENTENCE}
    assert "McInnes 2022" in said(app)


@pytest.mark.parametrize("leave", [StopException(), RerunException(RerunData())], ids=["stop", "rerun"])
def test_stops_and_reruns_of_streamlit_pass_through(leave: BaseException) -> None:
    with pytest.raises(type(leave)), messages.faults_said():
        raise leave


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the parts under test write as information or plain text."""
    texts: list[str] = []
    for name in ("info", "markdown", "caption"):
        monkeypatch.setattr(st, name, lambda text, **_: texts.append(text))
    return texts


@pytest.mark.parametrize(
    ("overview", "reason"),
    [
        (made_overview(n=100, rates=made_overview().rates.head(0)), "the instrument has no verified cut-off for them."),
        (made_overview(n=11, reached_it=2), "fewer than 11 patients of this cohort have a baseline score above zero."),
        (
            made_overview(n=100, reached_it=8),
            "fewer than 11 patients of this cohort reached them by the end of induction",
        ),
    ],
    ids=["no cut-off", "few patients", "few reached"],
)
def test_no_rate_is_explained_by_the_reason_that_holds(shown: list[str], overview: Overview, reason: str) -> None:
    seen = released_overview(overview)
    review_parts.rates(Shown(seen, lambda: seen))
    assert len(shown) == 1
    assert shown[0].startswith("Response and remission on PHQ-9 are not shown:")
    assert reason in shown[0]


def refused(sentence: str, reason: str = "", engine_words: str = "") -> SymptomChange:
    left_out = pd.DataFrame([("IV", 12, reason)] if reason else [], columns=["route", "n_patients", "reason"])
    return made_change(status="refused", status_sentence=sentence, left_out=left_out, engine_words=engine_words)


@pytest.mark.parametrize(
    ("change", "is_hinted"),
    [
        (refused("No route has 20 patients with a PHQ-9 baseline.", "fewer than 20 evaluable patients"), False),
        (refused("No route has 20 patients.", "fewer than 20 patients with every adjustment recorded"), True),
        (refused("", engine_words="The model has 30 coefficients for 25 patients and 40 rows."), True),
    ],
    ids=["few patients", "few with adjustments", "too many terms"],
)
def test_other_settings_are_offered_only_where_they_can_help(
    shown: list[str], change: SymptomChange, is_hinted: bool
) -> None:
    model_parts.who_is_there(released_change(change))
    assert any(HINT in text for text in shown) == is_hinted


def test_the_engines_reason_for_a_refusal_counts_patients_and_is_for_the_holder() -> None:
    words = "The model has 30 coefficients for 25 patients and 40 rows."
    change = refused("", engine_words=words)
    assert released_change(change, holder()).status_sentence == words
    assert released_change(change, viewer()).status_sentence == (
        "The model cannot be fitted to this cohort. Widen the cohort, or choose fewer adjustments, another shape or "
        "another instrument."
    )
