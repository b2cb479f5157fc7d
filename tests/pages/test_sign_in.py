"""Signing in with a real OpenID provider on loopback, in headless Chromium; each test is a browser of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages.serving import WAIT_MS, chromium, free_port, serving, wait_until_up

pytestmark = pytest.mark.browser

PEOPLE = (
    {"sub": "ann", "name": "Ann Lee", "email": "ann@example.com", "email_verified": True},
    {"sub": "boss", "name": "The Boss", "email": "boss@example.com", "email_verified": True},
    {
        "sub": "mallory",
        "name": "<b>Mallory</b> ![x](http://evil.example/x.png)",
        "email": "boss@example.com",
        "email_verified": False,
    },
)
SHORT_LOGIN_S = 6


@dataclass(frozen=True)
class Site:
    url: str
    browser: Browser

    @contextmanager
    def visit(self, path: str = "/") -> Iterator[Page]:
        """The page in a browser that was never here."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        yield open_page(context, self.url + path)
        context.close()


def open_page(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(url)
    return page


@contextmanager
def provider(directory: Path) -> Iterator[str]:
    """Address of an OpenID provider in a process of its own, with PEOPLE."""
    port, log = free_port(), directory / "provider.log"
    claims = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    argv = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims]
    with log.open("wb") as out, subprocess.Popen(argv, stdout=out, stderr=out) as process:
        try:
            wait_until_up(f"http://localhost:{port}/.well-known/openid-configuration", process, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()


@contextmanager
def signing_in(browser: Browser, **settings: str) -> Iterator[Site]:
    """The app with that provider in its secrets."""
    directory, port = Path(tempfile.mkdtemp(prefix="tt-")), free_port()
    with provider(directory) as issuer:
        (directory / ".streamlit").mkdir()
        (directory / ".streamlit" / "secrets.toml").write_text(
            f"""
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "a secret of these tests, long enough to sign"
client_id = "tabletalk"
client_secret = "hush"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
""",
            encoding="utf-8",
        )
        with serving(directory, port, TABLETALK_ADMINS="boss@example.com", **settings) as url:
            yield Site(url, browser)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(browser: Browser) -> Iterator[Site]:
    with signing_in(browser) as site:
        yield site


@pytest.fixture(scope="module")
def hasty(browser: Browser) -> Iterator[Site]:
    """Where a sign-in counts a few seconds only."""
    with signing_in(browser, TABLETALK_LOGIN_HOURS=str(SHORT_LOGIN_S / 3600)) as site:
        yield site


def account(page: Page) -> None:
    """Opens the account."""
    page.locator(".st-key-account button").first.click()


def sign_in(page: Page, who: str) -> None:
    """From the account, through the provider's own page, back to the app."""
    account(page)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=who).click()


def called(page: Page, name: str) -> None:
    """The account at the foot of the sidebar shows that name."""
    expect(page.locator(".st-key-account")).to_contain_text(name)


def ask(page: Page, question: str) -> str:
    """Asks, waits for the answer, and gives the address of the session."""
    box = page.get_by_placeholder("Ask a question about your data")
    box.fill(question)
    box.press("Enter")
    expect(page.locator('[class*="st-key-card-"]').filter(has_text=question).get_by_role("radio", name="SQL")).to_be_visible()
    page.wait_for_url(re.compile(r"\?session="))
    return page.url


def test_one_signs_in_and_out_again(site: Site) -> None:
    with site.visit() as page:
        called(page, "Guest")
        sign_in(page, "ann")
        called(page, "Ann Lee")
        account(page)
        expect(page.get_by_text("ann@example.com")).to_be_visible()
        page.reload()
        called(page, "Ann Lee")
        account(page)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()
        called(page, "Guest")
        assert page.url.startswith(site.url)
        page.reload()
        called(page, "Guest")


def test_the_session_one_came_for_is_there_again_after_signing_in(site: Site) -> None:
    with site.visit() as page:
        address = ask(page, "How many orders are there?")
        sign_in(page, "ann")
        called(page, "Ann Lee")
        assert page.url == address
