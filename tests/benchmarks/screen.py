"""What the app costs on screen: first chart, filter change to redrawn chart against the platform's floor, memory."""

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from .browser_timing import ROOT, Server, browser_page, seconds_to_redraw, streamlit_server, wait_for_chart
from .timing import Measured, in_words

PAGE = "/symptom-change"
# Sidebar control and option, each a cohort that the server has not fitted yet: four routes, then five clinics.
COHORTS = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3), (1, 4)]
FLOOR_ROUTES = 4
FIRST_LOADS = 3
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


def _choose(page: Page, control: int, option: int) -> float:
    """Pick an option of one sidebar control; seconds from that click to the redrawn chart."""
    page.get_by_test_id("stSidebar").get_by_role("combobox").nth(control).click()
    found = page.get_by_role("option").filter(has_not_text="Select all").nth(option)
    found.wait_for()
    return seconds_to_redraw(page, found.click)


def _filter_change(page: Page, address: str, control: int, option: int) -> float:
    """One change from a fresh load with nothing chosen."""
    page.goto(address)
    wait_for_chart(page)
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    return _choose(page, control, option)


@contextlib.contextmanager
def _floor_server() -> Iterator[Server]:
    """The smallest Streamlit app with one chart, with the configuration of this project."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "floor.py").write_text(FLOOR_APP)
        if (ROOT / ".streamlit").is_dir():
            shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
        with streamlit_server(folder / "floor.py", folder) as server:
            yield server


def platform_floor(changes: int = 3) -> float:
    """Median seconds of a filter change on the floor app, alone on the machine."""
    with _floor_server() as server, browser_page() as page:
        return statistics.median(_filter_change(page, server.address, 0, option) for option in range(changes))


def _first_chart(address: str) -> float:
    with browser_page() as page:
        started = time.perf_counter()
        page.goto(address)
        wait_for_chart(page)
        return time.perf_counter() - started


def _first_loads(address: str) -> float:
    """Median of some first loads, each in a browser of its own, after one that warms the server."""
    _first_chart(address)
    return statistics.median(_first_chart(address) for _ in range(FIRST_LOADS))


def _changes_in_turns(address: str, floor_address: str) -> tuple[float, float]:
    """Median seconds of a filter change here and on the floor app, taken in turns."""
    redraws, floors = [], []
    with browser_page() as page:
        for number, (control, option) in enumerate(COHORTS):
            floors.append(_filter_change(page, floor_address, 0, number % FLOOR_ROUTES))
            redraws.append(_filter_change(page, address, control, option))
        page.goto(address.removesuffix(PAGE))
        page.wait_for_timeout(SETTLE_MILLISECONDS)
    return statistics.median(redraws), statistics.median(floors)


def _beside_the_floor(what: str, seconds: float, floor: float, bar: str) -> Measured:
    other = f"one plotly chart alone {in_words(floor)}"
    return Measured(what, in_words(seconds), other, f"{seconds / floor:.1f} times the floor", bar)


def on_screen() -> list[Measured]:
    """First chart and filter change beside the floor, and the peak memory of the server over all of it."""
    with streamlit_server(ROOT / "dashboard.py", ROOT) as server, _floor_server() as floor:
        address = server.address + PAGE
        load, floor_load = _first_loads(address), _first_loads(floor.address)
        change, floor_change = _changes_in_turns(address, floor.address)
    memory = f"{server.peak_bytes / MEGABYTE:.0f} MB"
    return [
        _beside_the_floor("first load of the Symptom change page, warm server", load, floor_load, FIRST_CHART_BAR),
        _beside_the_floor("filter change to redrawn chart", change, floor_change, FLOOR_BAR),
        Measured("peak memory of the server, sample study", memory, "", "", MEMORY_BAR),
    ]
