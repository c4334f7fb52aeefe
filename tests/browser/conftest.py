"""One real server and one real chromium for all browser tests; each test gets a fresh page."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 60  # cold start of the server on a shared machine
WAIT_MS = 45_000

OpenPage = Callable[..., Page]


def chromium_path() -> str | None:
    """Debian's chromium, or whatever the machine calls it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def server(repository_root: Path) -> Iterator[str]:
    """The address of the dashboard on the sample study, started once."""
    yield from dashboard(repository_root)


@pytest.fixture(scope="session")
def viewer_server(repository_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same for somebody who may see and take away released figures and tables only."""
    admin = tmp_path_factory.mktemp("admin") / "admin.toml"
    admin.write_text('at_this_machine = "viewer"\naudit_log = "audit.jsonl"\n')
    yield from dashboard(repository_root, KAT_ADMIN=str(admin))


def dashboard(repository_root: Path, **settings: str) -> Iterator[str]:
    """The address of a dashboard that runs as long as it is needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.headless", "true"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    ours = ("KAT_STUDY", "KAT_MAPPING", "KAT_ADMIN")
    environment = {name: value for name, value in os.environ.items() if name not in ours} | settings
    process = subprocess.Popen([*command, "--server.port", str(port)], cwd=repository_root, env=environment, **quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the dashboard did not start")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no chromium on this machine: browser tests need Debian's chromium package")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, server: str) -> Iterator[OpenPage]:
    """Open a path of the app: open_page("symptom-change?route=IV", dark=True). Any console error, page error or
    request to another machine fails the test at its end."""
    yield from pages_of(chromium, server)


@pytest.fixture
def open_viewer_page(chromium: Browser, viewer_server: str) -> Iterator[OpenPage]:
    """The same as a viewer."""
    yield from pages_of(chromium, viewer_server)


def pages_of(chromium: Browser, server: str) -> Iterator[OpenPage]:
    wrong: list[str] = []
    contexts = []

    def opened(path: str = "", dark: bool = False, width: int = 1440) -> Page:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(
            viewport={"width": width, "height": 1000}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        local = (server, server.replace("http", "ws"), "data:", "blob:")
        page.on("console", lambda message: wrong.append(message.text) if _is_fault(message) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(local) else wrong.append(f"asked {asked.url}"))
        page.goto(f"{server}/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def _is_fault(message: ConsoleMessage) -> bool:
    """An error of the console, but for Streamlit's own search for its address below a page's path."""
    return message.type == "error" and "/_stcore/" not in message.location.get("url", "")


def settled(page: Page) -> None:
    """Wait until the script has finished and every chart is drawn."""
    page.locator('[data-testid="stMain"] h1').first.wait_for()
    page.wait_for_function(
        """() => !document.querySelector('[data-testid="stStatusWidget"], [data-testid="stSkeleton"]')
            && [...document.querySelectorAll('.js-plotly-plot')].every(plot => plot.querySelector('.main-svg'))"""
    )


def chart_words(page: Page) -> str:
    """The text drawn in the model chart, once it is there."""
    chart = page.locator(".st-key-trajectory .js-plotly-plot .infolayer").first
    chart.wait_for()
    settled(page)
    return " ".join(page.locator(".st-key-trajectory .js-plotly-plot .annotation-text").all_text_contents())
