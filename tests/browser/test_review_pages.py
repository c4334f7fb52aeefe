"""Response, Safety, Care delivery and Clinics in a real browser: drawn, readable, linked, and taken away."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, settled
from tests.browser.test_access import OURS, SERIOUS

pytestmark = pytest.mark.browser

# At least so many charts stand open; a page may gain one.
LEAST_CHARTS = {"response": 5, "safety": 3, "care": 3, "clinics": 4}
MOST_TABS = 60  # from the top of the main part to the first figure's help, over every control before it


def drawn(page: Page) -> Page:
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    return page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", list(LEAST_CHARTS))
def test_every_chart_is_drawn_and_axe_finds_no_serious_fault(open_page: OpenPage, path: str, dark: bool) -> None:
    page = drawn(open_page(path, dark=dark))
    plots = page.locator(".js-plotly-plot")
    assert plots.count() >= LEAST_CHARTS[path]
    empty = plots.evaluate_all(
        "all => all.filter(one => !one.querySelector('.trace, .point, .shapelayer path')).length"
    )
    assert empty == 0
    found = Axe().run(page, context=OURS).response["violations"]
    faults = [
        f"{fault['id']}: {node['target']}" for fault in found if fault["impact"] in SERIOUS for node in fault["nodes"]
    ]
    assert not faults


@pytest.mark.parametrize("path", list(LEAST_CHARTS))
def test_the_address_binds_the_cohort_and_a_tablet_never_scrolls_sideways(open_page: OpenPage, path: str) -> None:
    page = drawn(open_page(f"{path}?route=IV", width=820))
    expect(page.get_by_test_id("stMain")).to_contain_text("intravenous route")
    expect(page).to_have_url(re.compile(rf"/{path}\?.*route=IV"))
    wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert wider <= 0


@pytest.mark.parametrize("path", list(LEAST_CHARTS))
def test_the_keyboard_opens_how_to_read_and_a_table_leaves_as_csv(open_page: OpenPage, path: str) -> None:
    page = drawn(open_page(path))
    page.locator('[data-testid="stMain"] h1').first.click()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if "How to read this" in page.evaluate("document.activeElement.innerText || ''"):
            break
    else:
        pytest.fail("the keyboard does not reach the help of the first figure")
    page.keyboard.press("Enter")
    help_text = page.locator('[data-testid="stPopoverBody"]')
    help_text.first.wait_for()
    assert len(help_text.first.inner_text()) > 40
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("button", name="Data (CSV)").first.click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 1
    assert "(small)" not in "\n".join(lines)
