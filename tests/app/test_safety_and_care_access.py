"""Safety and Care delivery as a viewer gets them, and for whoever may not see a cohort."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit as st

from tests.app.conftest import OpenApp, charts, html, said, unfolded
from tests.app.test_access import ELSEWHERE, buttons, figures, viewer_settings
from tests.app.test_care_page import CARE
from tests.app.test_safety_page import SAFETY

PAGES = (SAFETY, CARE)
QUERIES = ({}, {"route": ["SC", "PO"]}, {"clinic": ["C01"]}, {"route": ["SC", "PO"], "age": ["60", "90"]})
COUNTED = re.compile(r"(?<![\d.,])(\d[\d,]*) (?:of [\d,]+ )?(?:patients|starters|responders)")


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> None:
    st.cache_resource.clear()


@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_a_viewer_reads_no_count_of_a_few_and_takes_nothing_away(
    open_app: OpenApp, tmp_path: Path, page: str, query: dict[str, list[str]]
) -> None:
    app = unfolded(open_app(page, query, admin=viewer_settings(tmp_path), address=ELSEWHERE))
    assert not app.exception
    assert not app.error
    text = said(app) + figures(app) + " ".join(charts(app))
    assert "(small)" not in text.replace("\\", "")
    few = {str(n) for n in range(1, 11)}
    found = [count for count in COUNTED.findall(text.replace("of 1 to 10 patients", "")) if count in few]
    assert not found
    assert not {"Data (CSV)", "Image", "With small cells"} & set(buttons(app))


def test_what_is_withheld_of_severity_still_reads(open_app: OpenApp, tmp_path: Path) -> None:
    text = html(open_app(SAFETY, admin=viewer_settings(tmp_path), address=ELSEWHERE))
    assert "<td>3,824; patients withheld</td><td>61 in 57 patients; 2.57</td>" in text
    assert '<td class="text">serious</td><td>&lt;11</td><td>0</td>' in text


@pytest.mark.parametrize("page", PAGES)
def test_a_cohort_too_near_to_one_released_before_is_refused_here_too(
    open_app: OpenApp, tmp_path: Path, page: str
) -> None:
    near = {"payer": ["self-pay", "commercial", "Medicare", "Medicaid", "VA"], "drop_missing": ["payer"]}
    app = open_app(page, near, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert not app.exception
    if app.warning:
        assert not charts(app)
        assert "differs by fewer than 11 patients from one that was released before" in said(app)
