"""Time from a click to the redrawn chart, measured inside the browser, and a Streamlit server to measure it on."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60
OF_THE_PROJECT = ("KAT_STUDY", "KAT_MAPPING", "KAT_ADMIN")
SAMPLE_SECONDS = 0.02
REDRAW_MILLISECONDS = 30_000
# The drawn marks of the first chart; a changed string is a redrawn chart. The clock starts at the click itself.
WATCH = """() => {
  const drawn = () => {
    const chart = document.querySelector('.js-plotly-plot');
    if (!chart) return '';
    const marks = chart.querySelectorAll('path.js-line, path.js-fill, path.point, .point path, path.yerror');
    return [...marks].map(mark => (mark.getAttribute('d') || '') + (mark.getAttribute('transform') || '')).join('|');
  };
  window.watched = {before: drawn(), started: null, seconds: null};
  document.addEventListener('click', () => { window.watched.started ??= performance.now(); }, {capture: true});
  const look = () => {
    const now = drawn();
    if (window.watched.started !== null && now !== '' && now !== window.watched.before) {
      window.watched.seconds = (performance.now() - window.watched.started) / 1000;
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


class Server:
    """A running Streamlit server: its address, and the largest resident memory seen of it and its children."""

    def __init__(self, address: str, process: subprocess.Popen[bytes]) -> None:
        self.address = address
        self.peak_bytes = 0
        self._process = psutil.Process(process.pid)
        self._stopping = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def _sample(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [self._process, *self._process.children(recursive=True)]
                self.peak_bytes = max(self.peak_bytes, sum(member.memory_info().rss for member in family))

    def cpu_seconds(self) -> float:
        """Processor time spent so far: what other work on the machine does not lengthen."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def stop_sampling(self) -> None:
        self._stopping.set()
        self._sampler.join()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            raise RuntimeError(f"streamlit ended with code {process.returncode} before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"streamlit did not answer within {START_SECONDS} s")


@contextlib.contextmanager
def streamlit_server(script: Path, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve a script headless on a free port of this machine, run from `folder` (whose .streamlit is used). Of what
    the project reads from the environment only `settings` are there."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.headless=true",
        f"--server.port={port}",
    ]
    inherited = {name: value for name, value in os.environ.items() if name not in OF_THE_PROJECT}
    environment = {**inherited, "PYTHONPATH": str(ROOT), **(settings or {})}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(address, process)
        server = Server(address, process)
        try:
            yield server
        finally:
            server.stop_sampling()
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def browser_page() -> Iterator[Page]:
    """A fresh chromium page, 1280 px wide."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        try:
            yield browser.new_page(viewport={"width": 1280, "height": 1000})
        finally:
            browser.close()


def wait_for_chart(page: Page) -> None:
    page.wait_for_selector(".js-plotly-plot path.js-line, .js-plotly-plot path.point", timeout=REDRAW_MILLISECONDS)


def seconds_to_redraw(page: Page, click: Callable[[], None]) -> float:
    """Seconds from the click (one, made by `click`) to the first frame on which the first chart differs."""
    page.evaluate(WATCH)
    click()
    page.wait_for_function("() => window.watched.seconds !== null", timeout=REDRAW_MILLISECONDS)
    return float(page.evaluate("() => window.watched.seconds"))
