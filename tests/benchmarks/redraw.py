"""Time from a click to a page that is completely redrawn, measured inside the browser.

Completely: the script has finished, and nothing in the page has changed for a while, no chart and no text. What is
timed ends with the frame after the last change, so that painting it counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, WebSocket

from .browser_timing import Server

QUIET_MILLISECONDS = 900
QUIET_FRAMES = 20  # frames: a browser busy with drawing makes none
LONGEST_MILLISECONDS = 120_000
MAIN = '[data-testid="stMain"]'
# When the script ended, and on which frame the page changed last. Charts are the only things that draw on a canvas, and
# they say so themselves; everything else is a change of the document.
WATCH = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const main = document.querySelector('[data-testid="stMain"]');
  const seen = {started: null, ran: false, script: null, drawn: null, changed: false, frames: 0};
  window.redraw = seen;
  const note = () => { if (seen.started !== null) seen.changed = true; };
  document.addEventListener('click', () => { seen.started ??= performance.now(); }, {capture: true});
  const state = () => app.getAttribute('data-test-script-state');
  new MutationObserver(() => {
    if (seen.started === null) return;
    if (state() === 'running') { seen.ran = true; seen.script = null; }
    else if (seen.ran) seen.script ??= performance.now();
  }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
  new MutationObserver(note).observe(main, {subtree: true, childList: true, characterData: true, attributes: true});
  const listen = () => {
    for (const chart of document.querySelectorAll('.js-plotly-plot')) {
      if (chart.watchedForRedraw || !chart.on) continue;
      chart.watchedForRedraw = true;
      chart.on('plotly_afterplot', note);
    }
  };
  const look = now => {
    listen();
    if (seen.pending) { seen.drawn = performance.now(); seen.frames = 0; seen.pending = false; }
    if (seen.changed) { seen.pending = true; seen.changed = false; }
    seen.frames += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
DONE = f"""() => {{
  const seen = window.redraw;
  return seen.script !== null && seen.drawn !== null && !seen.pending && seen.frames > {QUIET_FRAMES}
    && performance.now() - Math.max(seen.drawn, seen.script) > {QUIET_MILLISECONDS};
}}"""


@dataclass(frozen=True)
class Redraw:
    """One change of the cohort: seconds to the end of the script as the browser learns of it, and to the last frame
    that changed; processor seconds of the server; bytes that it sent; charts on the page."""

    script_seconds: float
    seconds: float
    server_seconds: float
    sent_bytes: int
    n_charts: int


class Traffic:
    """Bytes that the server sent to a page since it was last asked."""

    def __init__(self, page: Page) -> None:
        self._bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self._count(payload))

    def _count(self, payload: str | bytes) -> None:
        self._bytes += len(payload)

    def since(self) -> int:
        found, self._bytes = self._bytes, 0
        return found


def wait_until_still(page: Page) -> None:
    """Wait for the first complete drawing of a page."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=LONGEST_MILLISECONDS)
    page.wait_for_selector(f"{MAIN} h1", timeout=LONGEST_MILLISECONDS)
    page.evaluate(WATCH)
    page.evaluate("() => { const seen = window.redraw; seen.started = seen.script = seen.drawn = performance.now(); }")
    page.wait_for_function(DONE, timeout=LONGEST_MILLISECONDS)


def complete_redraw(page: Page, server: Server, traffic: Traffic, click: Callable[[], None]) -> Redraw:
    """From the click (one, made by `click`) to the complete page."""
    page.evaluate(WATCH)
    traffic.since()
    spent = server.cpu_seconds()
    click()
    page.wait_for_function(DONE, timeout=LONGEST_MILLISECONDS)
    seen = page.evaluate("() => window.redraw")
    n_charts = page.locator(f"{MAIN} .js-plotly-plot").count()
    started, script, drawn = (float(seen[name]) / 1000 for name in ("started", "script", "drawn"))
    spent = server.cpu_seconds() - spent
    return Redraw(script - started, max(drawn, script) - started, spent, traffic.since(), n_charts)
