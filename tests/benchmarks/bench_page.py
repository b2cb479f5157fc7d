"""What a person waits for, in Chromium against the real server, on the demo company.

Opening a conversation of 25 answers with tables and charts, and the first status after a question; each is set beside
opening the bare frame (an unknown link) in the same run.

    python -m tests.benchmarks.bench_page
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from core.config import Settings
from core.models import TurnState
from core.wiring import build

ROOT = Path(__file__).parents[2]
RUNS = 7
QUESTIONS = (
    "Number of orders per month",
    "Number of orders by channel",
    "Top 5 customers by total amount",
    "Total amount by region",
    "How many returns per quarter?",
)
LAST = "How many customers are there?"
ASKED = tuple(f"Number of orders per month in {year}" for year in (2023, 2024, 2025)) + tuple(
    f"Top {number} customers by total amount" for number in (2, 3, 4, 5, 6)
)
UNKNOWN = "A" * 22
CONTROLS = '[class*="st-key-card-"]:has-text("{}") [class*="st-key-controls-"] button'
SIZE: ViewportSize = {"width": 1280, "height": 800}
CARD = f"""[...document.querySelectorAll('[class*="st-key-card-"]')].some(card =>
  card.querySelector('.tt-question')?.textContent === {LAST!r} && card.querySelector('.tt-answer'))"""
CHART = """document.querySelector('[class*="st-key-card-"] .js-plotly-plot .trace')"""
PLACES = (
    ("frame alone", UNKNOWN, "document.querySelector('[data-testid=stMain] button')"),
    ("25 turns, last answer", "", CARD),
    ("25 turns, first chart", "", CHART),
)


def main() -> None:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        with _server(directory) as url, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            session_id = _conversation(directory)
            rows = {}
            for cache in ("cold", "warm"):
                for name, link, seen in PLACES:
                    target = f"{url}/?session={link or session_id}"
                    rows[f"{name}, {cache} cache"] = _openings(browser, target, seen, warm=cache == "warm")
            rows["question to its card"] = _statuses(browser, url)
            browser.close()
        _report(rows)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _conversation(directory: Path) -> str:
    """A session of 25 answered turns, the last one a single number."""
    app = build(Settings.from_env({"TABLETALK_DATA_DIR": str(directory)}))
    session_id = app.sessions.create("demo").id
    questions = (QUESTIONS * 5)[:24]
    for question in (*questions, LAST):
        turn = app.turns.run_here(session_id, question, engine="builtin")
        assert turn.state is TurnState.DONE, (question, turn.state, turn.clarification, turn.failure)
    app.close()
    return session_id


def _openings(browser: Browser, url: str, seen: str, *, warm: bool) -> list[float]:
    """Milliseconds from navigation to the frame in which `seen` (an expression of the page) holds, one value per opening.

    Cold: every opening in a new browser context, nothing cached; warm: the further pages of one context.
    """
    context = _watching(browser, seen)
    elapsed = []
    for _ in range(RUNS + 1):
        if not warm:
            context.close()
            context = _watching(browser, seen)
        page = context.new_page()
        page.goto(url)
        elapsed.append(float(page.evaluate("window.seenAt")))
        page.close()
    context.close()
    return elapsed[1:]


def _watching(browser: Browser, seen: str) -> BrowserContext:
    """Its pages note the time themselves: asked from outside, a busy page answers late."""
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(
        "window.seenAt = new Promise(done => { const look = () => "
        f"({seen}) ? done(performance.now()) : requestAnimationFrame(look); requestAnimationFrame(look); }})"
    )
    return context


def _statuses(browser: Browser, url: str) -> list[float]:
    """Milliseconds from Enter until the question's card shows, running or answered: one value per question, warm."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(url)
    box = page.get_by_placeholder("Ask a question about your data")
    box.wait_for(timeout=60_000)
    page.get_by_text("Try one of these").wait_for(timeout=60_000)
    elapsed = []
    for question in ASKED:
        box.fill(question)
        page.evaluate(_WATCH, question)
        box.press("Enter")
        elapsed.append(float(page.evaluate("window.firstStatus")))
        page.locator(CONTROLS.format(question)).last.wait_for(timeout=60_000)
        page.wait_for_timeout(500)
    page.context.close()
    return elapsed[1:]


_WATCH = """question => {
  const pressed = new Promise(done => addEventListener('keydown', e => e.key === 'Enter' && done(performance.now()),
                                                      {capture: true}));
  const shown = new Promise(done => {
    const seen = () => [...document.querySelectorAll('.tt-question')].some(title => title.textContent === question);
    const look = () => seen() ? done(performance.now()) : requestAnimationFrame(look);
    pressed.then(look);
  });
  window.firstStatus = Promise.all([pressed, shown]).then(([from, to]) => to - from);
}"""


def _report(rows: dict[str, list[float]]) -> None:
    base = statistics.median(rows["frame alone, cold cache"])
    print(f"{'':<32}{'median ms':>10}{'max ms':>10}{'x frame':>10}")
    for name, values in rows.items():
        median = statistics.median(values)
        print(f"{name:<32}{median:>10.0f}{max(values):>10.0f}{median / base:>10.2f}")


@contextmanager
def _server(directory: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("REDIS", "DATABASE", "OPENAI", "TABLETALK"))
    }
    environment = kept | {"TABLETALK_DATA_DIR": str(directory), "HOME": str(directory)}
    argv = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    with subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        url = f"http://localhost:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
        process.terminate()


if __name__ == "__main__":
    main()
