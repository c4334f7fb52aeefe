"""What a reader takes away: pictures made in the browser, and figure data as CSV."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, chart_words

pytestmark = pytest.mark.browser


def save_image(page: Page, image_format: str) -> Path:
    """Ask for the image, choose a format, then press the camera of the figure as it leaves."""
    page.locator(".st-key-trajectory-image button").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".js-plotly-plot .main-svg").first.wait_for()
    if image_format != "svg":
        dialog.get_by_text(image_format, exact=True).click()
        page.wait_for_timeout(1000)
    dialog.locator(".js-plotly-plot").hover()
    with page.expect_download() as download:
        dialog.locator('.modebar-btn[data-title*="Download"]').click()
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


def test_the_image_leaves_out_what_only_the_holder_sees(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    assert "7" in chart_texts(page)
    picture = save_image(page, "svg").read_text()
    assert ">&#60;11</text>" in picture
    assert ">7<" not in picture


def chart_texts(page: Page) -> list[str]:
    """The numbers of patients under the axes of the model chart."""
    chart_words(page)
    return page.locator(".st-key-trajectory .js-plotly-plot .textpoint").all_text_contents()


def test_the_chart_on_the_page_has_no_camera(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    page.locator(".st-key-trajectory .js-plotly-plot").hover()
    assert page.locator('.modebar-btn[data-title*="Download"]').count() == 0


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
    assert not any("small" in line for line in lines)


def test_the_table_of_a_figure_opens_in_the_page(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    page.locator(".st-key-trajectory-table summary").click()
    page.get_by_text("Numbers of this figure").wait_for()


def test_nothing_offers_to_share_or_upload_the_chart(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    page.locator(".st-key-trajectory-image button").click()
    page.get_by_role("dialog").locator(".modebar-btn").first.wait_for()
    titles = page.locator(".modebar-btn").evaluate_all("found => found.map(one => one.dataset.title)")
    assert titles
    assert not any(word in title.lower() for title in titles for word in ("share", "cloud", "edit"))
