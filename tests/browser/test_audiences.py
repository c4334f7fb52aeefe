"""What the browser of a viewer is sent: no small cell in any figure, table or word, and nothing to take away."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from analysis.cohort import Cohort, select
from analysis.outcomes import ModelSpec, prepare_symptom_change, symptom_change
from analysis.study import Study
from tests.browser.conftest import OpenPage, chart_words, settled

pytestmark = pytest.mark.browser

FIGURES = (
    """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => JSON.stringify([plot.data, plot.layout]))"""
)


def sent(page: Page) -> str:
    """Every figure of the page as the browser holds it."""
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    return " ".join(page.evaluate(FIGURES))


def of_few(study: Study) -> set[str]:
    """The estimates and observed means of the model page that rest on 1 to 10 patients, but for those of one decimal,
    which sizes and the ends of axes have too."""
    change = symptom_change(prepare_symptom_change(study, ModelSpec()), select(study, Cohort()))
    estimates = change.trajectory.loc[change.trajectory["n_behind"] < 11, "estimate"]
    means = change.observed.loc[change.observed["n_patients"] < 11, "mean"]
    return {f"{value:.8f}" for value in (*estimates, *means) if not (10 * value).is_integer()}


def numbers_in(text: str) -> set[str]:
    decoder, found, place = json.JSONDecoder(), set(), 0
    while (start := text.find("[", place)) >= 0:
        value, place = decoder.raw_decode(text, start)
        found |= set(_walk(value))
    return found


def _walk(value: object) -> list[str]:
    if isinstance(value, dict):
        return [one for inside in value.values() for one in _walk(inside)]
    if isinstance(value, list):
        return [one for inside in value for one in _walk(inside)]
    return [f"{value:.8f}"] if isinstance(value, (int, float)) else []


def test_the_figures_sent_to_a_viewer_hold_no_small_cell(open_viewer_page: OpenPage, sample_study: Study) -> None:
    page = open_viewer_page("symptom-change")
    figures = sent(page)
    assert len(of_few(sample_study)) >= 5
    assert not of_few(sample_study) & numbers_in(figures)
    assert "small" not in figures
    assert "<11" in figures


def test_the_holders_figures_hold_them_so_that_this_would_be_seen(open_page: OpenPage, sample_study: Study) -> None:
    figures = sent(open_page("symptom-change"))
    assert of_few(sample_study) <= numbers_in(figures)


@pytest.mark.parametrize("path", ["?route=SC&route=PO", "symptom-change"])
def test_a_viewers_page_offers_nothing_to_take_away_and_marks_nothing(open_viewer_page: OpenPage, path: str) -> None:
    page = open_viewer_page(path)
    sent(page)
    text = page.get_by_test_id("stMain").inner_text()
    assert "(small)" not in text
    assert (
        "counts are withheld: of 1 to 10 patients, or of a group from which such a number could be worked out." in text
    )
    for name in ("Data (CSV)", "Image"):
        assert page.get_by_role("button", name=name).count() == 0
    assert page.locator('.modebar-btn[data-title*="Download"]').count() == 0


def test_an_age_between_two_coarse_steps_is_widened(open_viewer_page: OpenPage) -> None:
    page = open_viewer_page("symptom-change?age=41&age=57")
    chart_words(page)
    assert "aged 40 to 60" in page.get_by_test_id("stMain").inner_text()
