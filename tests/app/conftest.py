"""The app as the tests open it: the real dashboard.py, with a study and an address of one's choice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages.parts import access, release

RUN_SECONDS = 60  # generous: a shared machine, and the first run reads the study
OVERVIEW = "app_pages/overview.py"
SYMPTOM_CHANGE = "app_pages/symptom_change.py"
PAGES = (OVERVIEW, SYMPTOM_CHANGE)

OpenApp = Callable[..., AppTest]


@pytest.fixture
def open_app(repository_root: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """Open a page of the app: open_app(page, query, study=folder, mapping=file, admin=settings, address=browser's).

    AppTest has no connection and so no address of its own; None is this machine.
    """

    def opened(
        page: str = OVERVIEW,
        query: Mapping[str, list[str]] | None = None,
        study: Path | None = None,
        mapping: Path | None = None,
        admin: Path | None = None,
        address: str | None = None,
    ) -> AppTest:
        monkeypatch.setattr(access, "address", lambda: address)
        for name, value in (("KAT_STUDY", study), ("KAT_MAPPING", mapping), ("KAT_ADMIN", admin)):
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, str(value))
        app = AppTest.from_file(repository_root / "dashboard.py", default_timeout=RUN_SECONDS)
        for key, values in (query or {}).items():
            app.query_params[key] = values
        app.run()
        return app if page == OVERVIEW else app.switch_page(page).run()

    return opened


@pytest.fixture
def study_copy(repository_root: Path, tmp_path: Path) -> Path:
    """The sample study in a folder that a test may damage."""
    folder = tmp_path / "study"
    shutil.copytree(repository_root / "sample_data" / "study", folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_memory_between_sessions() -> None:
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def _no_cohort_released_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_RECORDS", {})


def unfolded(app: AppTest) -> AppTest:
    """The page once more with every closed part of it opened."""
    for key in list(app.session_state):
        if key.startswith("fold-"):
            app.session_state[key] = True
    return app.run()


def charts(app: AppTest) -> list[str]:
    """The alt text of every chart on the page."""
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def said(app: AppTest) -> str:
    """Everything a page says in words, tables and cards included."""
    groups = (app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.success, app.error)
    return " ".join([*(str(element.value) for group in groups for element in group), html(app)])
