"""What a reader takes away: pictures made in the browser, and figure data as CSV."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, chart_words

pytestmark = pytest.mark.browser


def save_image(page: Page, image_format: str) -> Path:
    """Choose a format in the panel, then press the chart's camera."""
    panel = page.locator(".st-key-trajectory")
    if image_format != "svg":
        page.get_by_role("button", name="Image").first.click()
        page.get_by_test_id("stPopoverBody").get_by_text(image_format, exact=True).click()
        page.keyboard.press("Escape")
        page.wait_for_timeout(1000)
    panel.locator(".js-plotly-plot").hover()
    with page.expect_download() as download:
        panel.locator('.modebar-btn[data-title*="Download"]').click()
    assert download.value.suggested_filename == f"symptom-change-PHQ-9-by-sessions.{image_format}"
    return download.value.path()


def test_the_figure_is_saved_as_svg_with_its_title_and_denominator(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    picture = save_image(page, "svg").read_text()
    assert picture.startswith("<svg")
    assert "evaluable" in picture
    assert "Open Sans" in picture


def test_the_figure_is_saved_as_png(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    assert save_image(page, "png").read_bytes().startswith(b"\x89PNG")


def test_the_figure_data_is_saved_as_csv_with_small_cells_withheld(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Data (CSV)").first.click()
    assert download.value.suggested_filename == "symptom-change-PHQ-9-by-sessions.csv"
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "route,sessions_so_far,estimate,ci_low,ci_high,n_patients,observed_mean,n_observed"
    small = [line for line in lines[1:] if line.split(",")[5] == "<11"]
    assert small
    assert all(line.split(",")[2:5] == ["", "", ""] for line in small)


def test_the_table_of_a_figure_opens_in_the_page(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    page.locator(".st-key-trajectory-table summary").click()
    page.get_by_text("Numbers of this figure").wait_for()


def test_nothing_offers_to_share_or_upload_the_chart(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    titles = page.locator(".modebar-btn").evaluate_all("found => found.map(one => one.dataset.title)")
    assert titles
    assert not any(word in title.lower() for title in titles for word in ("share", "cloud", "edit"))
