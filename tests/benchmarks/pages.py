"""Every page on the sample study and on a large one: seconds from a change of the cohort to the page redrawn.

The holder's screen, single patients included. Each change asks for a cohort that the server has not answered before:
one clinic, then one more at each click, and the same with routes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from .browser_timing import ROOT, Server, browser_page, streamlit_server
from .redraw import Redraw, Traffic, complete_redraw, wait_until_still
from .timing import Measured, in_words

PAGES: Mapping[str, str] = {
    "Overview": "/",
    "Symptom change": "/symptom-change",
    "Response & durability": "/response",
    "Safety": "/safety",
    "Care delivery": "/care",
    "Clinics": "/clinics",
}
LARGE_PATIENTS = 20_000
SAMPLE, LARGE = "sample study", f"{LARGE_PATIENTS:,} patients"
BARS = {SAMPLE: 1.0, LARGE: 3.0}
# Sidebar controls, and how many of their options are added one after the other: both studies have six clinics and four
# routes, and the last option of a control would ask for everyone again. The first diagnosis is so rare that even the
# large study has no more patients of it than are drawn one by one.
ROUTES, CLINICS, DIAGNOSES = 0, 1, 2
ADDED = {CLINICS: 5, ROUTES: 3, DIAGNOSES: 1}
MEGABYTE = 1_000_000


@contextmanager
def large_study(folder: Path | None = None, patients: int = LARGE_PATIENTS) -> Iterator[Path]:
    """The folder of a simulated study, one made before or written for this run."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "study"
        command = [sys.executable, "-m", "sample_data", "--patients", str(patients), "--out", str(made)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        yield made


def _add(page: Page, server: Server, traffic: Traffic, control: int) -> Redraw:
    """Choose the first option of a sidebar control that is not chosen yet."""
    page.get_by_test_id("stSidebar").get_by_role("combobox").nth(control).click()
    option = page.get_by_role("option").filter(has_not_text="Select all").first
    option.wait_for()
    found = complete_redraw(page, server, traffic, option.click)
    page.keyboard.press("Escape")
    return found


def redraws(path: str, environment: Mapping[str, str], added: Mapping[int, int] = ADDED) -> list[Redraw]:
    """The changes on one page, on a server of its own that has drawn it before for everyone and for one cohort."""
    found = []
    with streamlit_server(ROOT / "dashboard.py", ROOT, environment) as server, browser_page() as page:
        traffic = Traffic(page)
        for control, n_options in added.items():
            page.goto(server.address + path)
            wait_until_still(page)
            found += [_add(page, server, traffic, control) for _ in range(n_options)]
    return found[1:]


def _measured(name: str, study: str, found: list[Redraw]) -> Measured:
    seconds = [one.seconds for one in found]
    script = statistics.median(one.script_seconds for one in found)
    server = statistics.median(one.server_seconds for one in found)
    sent, charts = max(one.sent_bytes for one in found) / MEGABYTE, max(one.n_charts for one in found)
    median, bar = statistics.median(seconds), BARS[study]
    parts = (
        f"slowest {in_words(max(seconds))}; script {in_words(script)}, server's CPU {in_words(server)}; "
        f"at most {sent:.1f} MB and {charts} charts"
    )
    return Measured(
        f"{name}, {study}: cohort change to redrawn", in_words(median), parts, f"{median / bar:.2f} of it", f"{bar:g} s"
    )


def all_pages(folder: Path | None = None, names: tuple[str, ...] = ()) -> list[Measured]:
    """The pages named, or all, on both studies."""
    with large_study(folder) as large:
        studies = {SAMPLE: {}, LARGE: {"KAT_STUDY": str(large)}}
        return [
            _measured(name, study, redraws(PAGES[name], environment))
            for study, environment in studies.items()
            for name in (names or PAGES)
        ]
