"""What a researcher opens: the number of sessions three ways, the second opinion, the model's details."""

import pytest

from tests.browser.conftest import OpenPage, chart_words

pytestmark = pytest.mark.browser


def test_the_number_of_sessions_is_shown_three_ways_when_opened(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    page.locator(".st-key-three_ways summary").click()
    page.get_by_text("Sessions by day 28, scores after").wait_for()
    page.locator(".st-key-pattern .main-svg").first.wait_for()


def test_the_button_refits_the_model_in_statsmodels_and_says_whether_it_agrees(open_page: OpenPage) -> None:
    page = open_page("symptom-change?route=IV")
    chart_words(page)
    page.get_by_role("button", name="Check against statsmodels").click()
    page.get_by_text("Statsmodels agrees").wait_for()


def test_the_details_hold_the_formula_and_the_variance_components(open_page: OpenPage) -> None:
    page = open_page("symptom-change")
    chart_words(page)
    page.locator(".st-key-model_details summary").click()
    page.get_by_text("Variance components, points squared").wait_for()
    page.get_by_text("change ~ route * piecewise(sessions_so_far, 6)").first.wait_for()
