"""A link is enough: a cold address shows its cohort, a change rewrites the address, a reload shows the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, chart_words, settled

pytestmark = pytest.mark.browser


def choose_route(page: Page, code: str) -> None:
    page.get_by_test_id("stSidebar").get_by_label("Route of first session", exact=False).first.click()
    page.get_by_role("option", name=code, exact=True).click()
    page.keyboard.press("Escape")


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    settled(page)


def test_a_cold_link_to_the_model_shows_its_cohort_follows_a_filter_and_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page("symptom-change?route=IV")
    first = chart_words(page)
    assert "Intravenous" in first
    assert "Sublingual" not in first

    choose_route(page, "SL")
    page.locator(".st-key-trajectory").get_by_text("Sublingual").first.wait_for()
    expect(page).to_have_url(re.compile(r"route=IV&route=SL"))
    changed = chart_words(page)
    assert changed != first

    page.reload()
    page.locator(".st-key-trajectory").get_by_text("Sublingual").first.wait_for()
    assert chart_words(page) == changed


def test_the_cohort_goes_along_to_another_page_and_back(open_page: OpenPage) -> None:
    page = open_page("?route=IM&age=20&age=60")
    settled(page)
    go_to(page, "Symptom change")
    expect(page).to_have_url(re.compile(r"symptom-change\?.*route=IM"))
    assert "Intramuscular" in chart_words(page)
    go_to(page, "Overview")
    expect(page.get_by_test_id("stMain")).to_contain_text("intramuscular route, aged 20 to 60")


def test_the_instrument_goes_along_and_is_in_the_address_of_the_new_page(open_page: OpenPage) -> None:
    page = open_page("?instrument=GAD-7")
    settled(page)
    go_to(page, "Symptom change")
    expect(page).to_have_url(re.compile("instrument=GAD-7"))
    assert "GAD-7" in chart_words(page)


def test_model_settings_come_back_after_a_visit_to_another_page(open_page: OpenPage) -> None:
    page = open_page("symptom-change?time=weeks")
    assert "Weeks since" in chart_words(page)
    go_to(page, "Overview")
    go_to(page, "Symptom change")
    expect(page).to_have_url(re.compile("time=weeks"))
    assert "Weeks since" in chart_words(page)


def test_reset_cleans_the_address(open_page: OpenPage) -> None:
    page = open_page("symptom-change?route=IV&sex=female")
    chart_words(page)
    page.get_by_role("button", name="Reset cohort").click()
    page.locator(".st-key-trajectory").get_by_text("Sublingual").first.wait_for()
    expect(page).not_to_have_url(re.compile("route="))


def test_an_unknown_value_in_the_address_is_said_and_removed(open_page: OpenPage) -> None:
    page = open_page("?route=kite")
    settled(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("asks for 1 route value(s) this study does not have")
    expect(page).not_to_have_url(re.compile("kite"))
