"""Readable for everyone: no serious accessibility fault, in light, dark and on a tablet."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SERIOUS = ("serious", "critical")
# Streamlit's own list of pages puts a heading inside its <ul>; nothing in this project can change that.
OURS = {"exclude": [['[data-testid="stSidebarNav"]']]}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", ["", "symptom-change?route=IV&route=IM"], ids=["overview", "symptom-change"])
def test_axe_finds_no_serious_fault(open_page: OpenPage, path: str, dark: bool) -> None:
    page = open_page(path, dark=dark)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    found = Axe().run(page, context=OURS).response["violations"]
    faults = [
        f"{fault['id']}: {node['target']}" for fault in found if fault["impact"] in SERIOUS for node in fault["nodes"]
    ]
    assert not faults


@pytest.mark.parametrize("path", ["", "symptom-change"], ids=["overview", "symptom-change"])
def test_a_tablet_never_scrolls_sideways(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=820)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert wider <= 0


def test_every_chart_has_words_for_those_who_do_not_see_it(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    settled(page)
    labels = page.get_by_test_id("stPlotlyChart").evaluate_all(
        "found => found.map(one => (one.closest('[aria-label]') || one.querySelector('[aria-label]'))?.ariaLabel)"
    )
    assert all(label and "95% interval" in label for label in labels)
