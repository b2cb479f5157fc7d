"""Live company, in two Chromium contexts on one session of the real server, an answer streaming for a minute.

From an event's entry in the stream to the frame of the teammate's page that shows it; from a tab's asking for its socket, and
from its closing, to the frame that names who is here; and whether what the teammate types meanwhile survives.

    python -m tests.benchmarks.bench_live
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from core.config import Settings
from core.models import Event, EventKind, ShareRole
from core.turns import events
from core.wiring import App, build
from tests.chat_server import Book, ChatServer, Reply, Request
from tests.pages.serving import chromium, free_port, serving

WORDS, GAP_S = 120, 0.6
"""The model's answer: one sentence, told when it is whole."""
EVENTS, EVERY_S = 300, 0.2
"""Words told to the open pages in the name of the running turn meanwhile, as its worker tells them: a minute."""
VISITS = 10
TYPED = "what one types while a teammate's answer is being written stays as it is, to the last letter"
BOOK = Book([{"when": "total", "sql": "SELECT SUM(amount) AS total FROM orders", "analysis": "word " * WORDS}])
BOX = "Ask a question about your data"

_NOTE = """() => {
  const frames = window.frames_ = [], company = window.company_ = [];
  let number = -1, here = null;
  const find = (name) => { for (const e of document.querySelectorAll('*')) {
    const found = e.shadowRoot?.querySelector(name); if (found) return found; } };
  let text = null, line = null;
  const look = () => {
    if (!text?.isConnected) text = find('.text');
    if (!line?.isConnected) line = find('.company');
    const at = performance.timeOrigin + performance.now();
    const now = text && !text.hidden ? Number(text.textContent.match(/n(\\d+) $/)?.[1] ?? number) : -1;
    if (now !== number) { number = now; frames.push([at, now]); }
    const shown = line && !line.hidden;
    if (shown !== here) { here = shown; company.push([at, shown]); }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Epoch milliseconds of the frames in which the streamed text ended with another number, and who is here came or went."""
_SOCKET = """(() => {
  const Real = WebSocket;
  window.WebSocket = class extends Real {
    constructor(...args) { super(...args); if (String(args[0]).includes('/api/events'))
      window.openedAt ??= performance.timeOrigin + performance.now(); }
  };
})()"""


def main() -> None:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    try:
        with ChatServer(_slowly) as model, chromium() as browser:
            settings = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "scripted", "TABLETALK_MODEL_TIMEOUT_SECONDS": "300"}
            with serving(directory, free_port(), TABLETALK_ENGINE="auto", **settings) as url:
                app = build(Settings.from_env({"TABLETALK_DATA_DIR": str(directory), "TABLETALK_WORKERS": "0"}))
                _measure(browser, app, url)
                app.close()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _slowly(request: Request) -> Reply:
    reply = BOOK(request)
    return replace(reply, gap_s=GAP_S) if reply.text.startswith("word") else reply


def _measure(browser: Browser, app: App, url: str) -> None:
    ana = browser.new_context().new_page()
    ana.goto(url)
    _ask(ana, "How many orders are there?")
    ana.wait_for_url("**session=*", timeout=60_000)
    session_id = ana.url.split("session=")[1]
    ana.locator('[class*="st-key-controls-"]').first.wait_for(timeout=60_000)
    path = f"{url}/?session={session_id}&share={app.parts.shares.add(session_id, ShareRole.ASKER).token}"
    print(f"{'':<44}{'n':>6}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}")
    joins, leaves = _visits(browser, ana, path)
    _report("a teammate's page asks for events → named", joins)
    _report("a teammate's tab closes → no longer named", leaves)
    delays, typed = _minute(browser, ana, app, session_id, path)
    _report("token event → the teammate's frame", delays)
    kept = "kept to the letter" if typed == TYPED else repr(typed)
    print(f"typed through {EVENTS * EVERY_S:.0f} s of a teammate's streaming: {kept}")


def _visits(browser: Browser, ana: Page, path: str) -> tuple[list[float], list[float]]:
    ana.evaluate(_NOTE)
    context = browser.new_context()
    context.add_init_script(_SOCKET)
    joins, leaves = [], []
    for _ in range(VISITS):
        ben = context.new_page()
        ben.goto(path)
        seen = _next(ana, True)
        joins.append(seen - float(ben.evaluate("window.openedAt")))
        ana.wait_for_timeout(1_500)
        closed = 1000 * time.time()
        ben.close()
        leaves.append(_next(ana, False) - closed)
    context.close()
    return joins, leaves


def _next(ana: Page, shown: bool) -> float:
    """The frame in which the line last came or went."""
    ana.wait_for_function(f"window.company_.at(-1)?.[1] === {str(shown).lower()}", timeout=60_000)
    return float(ana.evaluate("window.company_.at(-1)[0]"))


def _minute(browser: Browser, ana: Page, app: App, session_id: str, path: str) -> tuple[list[float], str]:
    ben = browser.new_context().new_page()
    ben.goto(path)
    box = ben.get_by_placeholder(BOX)
    box.wait_for(timeout=60_000)
    ben.locator('[class*="st-key-controls-"]').first.wait_for(timeout=60_000)
    ben.evaluate(_NOTE)
    after = events.last_id(app.redis, session_id)
    _ask(ana, "Tell the total")
    telling = threading.Thread(target=_tell, args=(app, session_id))
    telling.start()
    box.click()
    ben.keyboard.type(TYPED, delay=1000 * EVENTS * EVERY_S / len(TYPED))
    telling.join()
    ben.wait_for_function("window.frames_.length > 1 && window.frames_.at(-1)[1] === -1", timeout=60_000)
    frames: list[list[float]] = ben.evaluate("window.frames_")
    focused = ben.evaluate("document.activeElement.dataset.testid")
    assert focused == "stChatInputTextArea", focused
    return _delays(app, session_id, after, frames), box.input_value()


def _tell(app: App, session_id: str) -> None:
    while (progress := app.turns.progress(session_id)) is None or progress.step != "analyse":
        time.sleep(0.05)
    for number in range(EVENTS):
        told = {"type": "text", "text": f"n{number} "}
        events.publish(app.redis, session_id, Event(EventKind.CHUNK, progress.turn_id, told))
        time.sleep(EVERY_S)


def _delays(app: App, session_id: str, after: str, frames: Sequence[Sequence[float]]) -> list[float]:
    """Milliseconds from each numbered word to the first frame that ends with it or a later one; from the first the page shows on
    (those before it were told to a page that did not know yet that the turn runs)."""
    shown = [(at, number) for at, number in frames if number >= 0]
    delays = []
    for event in events.read(app.redis, session_id, after):
        number = str(event.data.get("text", ""))[1:].strip() if event.kind is EventKind.CHUNK else ""
        if number.isdecimal() and int(number) >= shown[0][1]:
            frame = next((at for at, last in shown if last >= int(number)), None)
            delays += [] if frame is None else [frame - int(event.id.partition("-")[0])]
    return delays


def _ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder(BOX)
    box.wait_for(timeout=60_000)
    box.fill(question)
    box.press("Enter")


def _report(name: str, values: list[float]) -> None:
    p95 = statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    print(f"{name:<44}{len(values):>6}{statistics.median(values):>10.1f}{p95:>10.1f}{max(values):>10.1f}", flush=True)


if __name__ == "__main__":
    main()
