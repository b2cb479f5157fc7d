"""The app as people start it, on a free port, for tests that need settings of their own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import absent
from tests.pages.conftest import make_shop

ROOT = Path(__file__).parents[2]
WAIT_MS = 40_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Guests:
    """Browsers that were never here, one tab each.

    A tab serves the next guest again, with nothing kept of the one before: to load the app in a tab that has shown it costs a
    quarter of a new one's time.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    @contextmanager
    def guest(self, **options: Any) -> Iterator[Page]:
        """An empty page; options as of Browser.new_context."""
        free = self._free.setdefault(repr(sorted(options.items())), [])
        page = free.pop() if free else self._new(options)
        try:
            yield page
        except BaseException:
            page.context.close()
            raise
        for other in page.context.pages:
            if other is not page:
                other.close()
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.mouse.move(0, 0)
        page.goto("about:blank")
        page.context.clear_cookies()
        free.append(page)

    def _new(self, options: dict[str, Any]) -> Page:
        context = self._browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-US"} | options)
        context.set_default_timeout(WAIT_MS)
        return context.new_page()


@contextmanager
def guests() -> Iterator[Guests]:
    """In a Chromium of their own."""
    with chromium() as browser:
        yield Guests(browser)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        absent("Chromium is not installed")
        return
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def serving(directory: Path, port: int, **settings: str) -> Iterator[str]:
    """Its address. The shop is its one database, `directory` its data and the home of its user."""
    own = {
        "TABLETALK_DATA_DIR": str(directory),
        "DATABASE_URL": make_shop(directory / "shop.sqlite"),
        "TABLETALK_DEMO": "false",
        "TABLETALK_ENGINE": "builtin",
        "HOME": str(directory),
    }
    unset = ("REDIS_URL", "PYTHONWARNINGS", "OPENAI_API_KEY", "OPENAI_BASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in unset} | own | settings
    argv = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    log = directory / "server.log"
    with log.open("wb") as out, subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=out, stderr=out) as process:
        url = f"http://localhost:{port}"
        try:
            wait_until_up(f"{url}/healthz", process, log)
            yield url
        finally:
            process.terminate()
    assert "Traceback" not in log.read_text(errors="replace"), log.read_text(errors="replace")[-3000:]


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")


def session_of(page: Page) -> str:
    """Once its address says so."""
    page.wait_for_url(re.compile(r"session="))
    return page.url.split("session=")[1].split("&")[0]


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"it did not start: {log.read_text(errors='replace')[-2000:]}")
