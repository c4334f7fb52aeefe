"""What the app costs on screen: first chart, filter change to redrawn chart against the platform's floor, memory."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from .browser_timing import ROOT, browser_page, seconds_to_redraw, streamlit_server, wait_for_chart
from .timing import Measured, in_words

PAGE = "/symptom-change"
FILTER_LABEL = "Route"
FIRST_CHART_BAR = "3 s"
FLOOR_BAR = "at most 3 times the floor"
MEMORY_BAR = "400 MB"
MEGABYTE = 1024**2
SETTLE_MILLISECONDS = 400
# One chart of four lines of twelve points behind one multiselect: what the platform itself costs.
FLOOR_APP = """
import plotly.graph_objects as go
import streamlit as st

routes = ["IM", "IN", "IV", "SL"]
chosen = st.sidebar.multiselect("Route", routes, key="route")
figure = go.Figure()
for number, route in enumerate(routes):
    if not chosen or route in chosen:
        figure.add_scatter(x=list(range(12)), y=[number - session for session in range(12)], name=route)
st.plotly_chart(figure, width="stretch", theme=None, key="chart")
"""


def _choose(page: Page, option: int) -> float:
    """Pick one more option of the route filter; seconds from that click to the redrawn chart."""
    page.get_by_test_id("stSidebar").get_by_label(FILTER_LABEL, exact=False).first.click()
    found = page.get_by_role("option").filter(has_not_text="Select all").nth(option)
    found.wait_for()
    seconds = seconds_to_redraw(page, found.click)
    page.keyboard.press("Escape")
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    return seconds


def _filter_changes(page: Page, address: str, changes: int) -> list[float]:
    """Every change from a fresh load, so that each is a cohort this session has not fitted."""
    seconds = []
    for number in range(changes):
        page.goto(address)
        wait_for_chart(page)
        page.wait_for_timeout(SETTLE_MILLISECONDS)
        seconds.append(_choose(page, number % 3))
    return seconds


def platform_floor(changes: int) -> float:
    """Median seconds of a filter change on the smallest Streamlit app with one chart, same configuration."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "floor.py").write_text(FLOOR_APP)
        if (ROOT / ".streamlit").is_dir():
            shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
        with streamlit_server(folder / "floor.py", folder) as server, browser_page() as page:
            return statistics.median(_filter_changes(page, server.address, changes))


def on_screen(changes: int = 9) -> list[Measured]:
    """First chart on a warm server, filter change against the floor, peak memory of the server over all of it."""
    floor = platform_floor(changes)
    with streamlit_server(ROOT / "dashboard.py", ROOT) as server:
        with browser_page() as page:
            page.goto(server.address + PAGE)
            wait_for_chart(page)
        with browser_page() as page:
            started = time.perf_counter()
            page.goto(server.address + PAGE)
            wait_for_chart(page)
            first_chart = time.perf_counter() - started
            redraw = statistics.median(_filter_changes(page, server.address + PAGE, changes))
            page.goto(server.address)
            page.wait_for_timeout(SETTLE_MILLISECONDS)
    peak = server.peak_bytes / MEGABYTE
    return [
        Measured("first load of the Symptom change page, warm server", in_words(first_chart), "", "", FIRST_CHART_BAR),
        Measured(
            "filter change to redrawn chart", in_words(redraw), f"one plotly chart alone {in_words(floor)}",
            f"{redraw / floor:.1f} times the floor", FLOOR_BAR,
        ),
        Measured("peak memory of the server, sample study", f"{peak:.0f} MB", "", "", MEMORY_BAR),
    ]
