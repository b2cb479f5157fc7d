"""Signing in with a real OpenID provider on loopback, in headless Chromium; each test is a browser of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Page, expect

from tests.pages.serving import ROOT, Guests, ask, free_port, guests, serving, wait_until_up

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
SHORT_LOGIN_S = 10


@dataclass(frozen=True)
class Site:
    url: str
    guests: Guests
    data: Path
    """The data directory of the app."""

    def audited(self, action: str) -> list[str]:
        """Names of those who did that, as the command line tells them."""
        argv = [sys.executable, "-m", "core", "audit", "--action", action, "--json"]
        environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        environment |= {"TABLETALK_DATA_DIR": str(self.data), "HOME": str(self.data)}
        told = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
        return [json.loads(line)["name"] for line in told.splitlines()]

    @contextmanager
    def visit(self, path: str = "/") -> Iterator[Page]:
        """The page in a browser that was never here."""
        with self.guests.guest() as page:
            page.goto(self.url + path)
            yield page


def another_tab(page: Page, url: str) -> Page:
    tab = page.context.new_page()
    tab.goto(url)
    return tab


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
def signing_in(browsers: Guests, **settings: str) -> Iterator[Site]:
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
            yield Site(url, browsers, directory)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def browsers() -> Iterator[Guests]:
    with guests() as browsers:
        yield browsers


@pytest.fixture(scope="module")
def site(browsers: Guests) -> Iterator[Site]:
    with signing_in(browsers) as site:
        yield site


@pytest.fixture(scope="module")
def hasty(browsers: Guests) -> Iterator[Site]:
    """Where a sign-in counts a few seconds only."""
    with signing_in(browsers, TABLETALK_LOGIN_HOURS=str(SHORT_LOGIN_S / 3600)) as site:
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


def answered(page: Page, question: str) -> str:
    """Asks, waits for the answer, and gives the address of the session."""
    ask(page, question)
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
        assert (site.audited("signed in"), site.audited("signed out")) == (["Ann Lee"], ["Ann Lee"])


def test_a_session_made_as_a_guest_is_there_again_after_signing_in_and_is_taken_along(site: Site) -> None:
    with site.visit() as page:
        address = answered(page, "How many orders are there?")
        sign_in(page, "ann")
        called(page, "Ann Lee")
        assert page.url == address
        expect(page.get_by_text("You made this session as a guest.")).to_be_visible()
        page.locator(".st-key-trouble").get_by_role("button", name="Take it along").click()
        expect(page.get_by_text("There are 480 orders.")).to_be_visible()
        expect(page.get_by_role("button", name="Take it along")).to_have_count(0)
        account(page)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()
        called(page, "Guest")
        page.goto(address)
        expect(page.get_by_text("This session is not shared with you.")).to_be_visible()
        expect(page.get_by_text("There are 480 orders.")).to_have_count(0)


def test_a_link_for_people_who_sign_in_leads_to_its_session_once_they_did(site: Site) -> None:
    with site.visit() as owner, site.visit() as page:
        sign_in(owner, "boss")
        called(owner, "The Boss")
        answered(owner, "How many orders are there?")
        owner.get_by_role("button", name="Share").click()
        owner.get_by_text("Only people who sign in").click()
        owner.get_by_role("button", name="Make link").click()
        link = owner.locator('[class*="st-key-link-"] code').first.inner_text().strip()
        assert "share=" in link
        page.goto(link)
        expect(page.get_by_text("This link is for people who sign in.")).to_be_visible()
        expect(page.get_by_text("There are 480 orders.")).to_have_count(0)
        page.locator(".st-key-trouble").get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="ann").click()
        expect(page.get_by_text("There are 480 orders.")).to_be_visible()
        assert "share=" not in page.url and page.url.split("?")[1] == owner.url.split("?")[1]


def test_another_page_is_there_again_too(site: Site) -> None:
    with site.visit("/data") as page:
        sign_in(page, "ann")
        called(page, "Ann Lee")
        assert page.url == f"{site.url}/data"


def test_whom_the_provider_refuses_is_where_they_were_still_a_guest(site: Site) -> None:
    with site.visit() as page:
        address = answered(page, "How many orders are there?")
        account(page)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Deny").click()
        called(page, "Guest")
        assert page.url == address
        expect(page.get_by_text("There are 480 orders.")).to_be_visible()


def test_a_second_tab_takes_part_in_the_sign_in_and_another_browser_does_not(site: Site) -> None:
    with site.visit() as page, site.visit() as stranger:
        sign_in(page, "ann")
        called(page, "Ann Lee")
        called(another_tab(page, site.url), "Ann Lee")
        stranger.reload()
        called(stranger, "Guest")


def test_who_signs_out_in_one_tab_has_signed_out_in_the_other(site: Site) -> None:
    with site.visit() as page:
        sign_in(page, "ann")
        called(page, "Ann Lee")
        other = another_tab(page, site.url)
        called(other, "Ann Lee")
        account(page)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()
        called(page, "Guest")
        other.get_by_role("link", name="Data").click()
        expect(other.get_by_text("You signed out.")).to_be_visible()


def test_an_admin_is_told_so_and_whoever_says_to_have_their_address_is_none(site: Site) -> None:
    with site.visit() as page:
        sign_in(page, "boss")
        account(page)
        expect(page.get_by_text("You may read the audit.")).to_be_visible()
    with site.visit() as page:
        sign_in(page, "mallory")
        account(page)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        expect(page.get_by_text("<b>Mallory</b> ![x](http://evil.example/x.png)")).to_be_visible()
        expect(page.get_by_text("You may read the audit.")).to_have_count(0)
        expect(page.get_by_text("boss@example.com")).to_have_count(0)
        assert page.locator('b:has-text("Mallory"), img[src*="evil"]').count() == 0


def test_a_guest_gives_a_name_and_keeps_it_in_this_browser_alone(site: Site) -> None:
    with site.visit() as page, site.visit() as stranger:
        account(page)
        page.get_by_label("Your name, as others see it").fill("  Zoë  [x](http://evil.example) ")
        page.get_by_role("button", name="Save").click()
        called(page, "Zoë [x](http:")
        page.reload()
        called(page, "Zoë [x](http:")
        stranger.reload()
        called(stranger, "Guest")


def test_the_cookie_is_kept_from_scripts_and_a_forged_one_is_replaced(site: Site) -> None:
    with site.visit() as page:
        called(page, "Guest")
        context = page.context
        (given,) = [one for one in context.cookies() if one.get("name") == "tabletalk_browser"]
        assert given.get("httpOnly") and given.get("sameSite") == "Lax" and given.get("path") == "/"
        assert "tabletalk_browser" not in page.evaluate("document.cookie")
        context.add_cookies([{"name": "tabletalk_browser", "value": "forged", "url": site.url}])
        page.reload()
        called(page, "Guest")
        (now,) = [one for one in context.cookies() if one.get("name") == "tabletalk_browser"]
        assert now.get("value") not in ("forged", given.get("value"))


@pytest.fixture(scope="module")
def ended(hasty: Site) -> Iterator[list[Page]]:
    """Two pages with an answer and one without, each of a browser of its own, whose sign-ins have ended since."""
    with hasty.visit() as first, hasty.visit() as second, hasty.visit() as third:
        pages = [first, second, third]
        for page in pages:
            sign_in(page, "ann")
            called(page, "Ann Lee")
            if page is not third:
                answered(page, "How many orders are there?")
        third.wait_for_timeout(1_000 * SHORT_LOGIN_S)
        yield pages


def test_a_sign_in_that_has_ended_says_so_and_leads_back_to_the_page(ended: list[Page]) -> None:
    page = ended[0]
    address = page.url
    page.reload()
    expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()
    expect(page.get_by_text("There are 480 orders.")).to_have_count(0)
    assert page.url == address
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="ann").click()
    called(page, "Ann Lee")
    assert page.url == address


def test_a_click_after_the_sign_in_has_ended_does_nothing(ended: list[Page]) -> None:
    page = ended[1]
    address = page.url
    box = page.get_by_placeholder("Ask a question about your data")
    box.fill("How many customers are there?")
    box.press("Enter")
    expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="ann").click()
    expect(page.get_by_text("There are 480 orders.")).to_be_visible()
    assert page.url == address
    expect(page.get_by_text("How many customers are there?")).to_have_count(0)


def test_whose_sign_in_has_ended_may_go_on_as_a_guest(ended: list[Page]) -> None:
    page = ended[2]
    page.get_by_role("link", name="Data").click()
    expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()
    page.get_by_role("button", name="Go on as a guest").click()
    page.get_by_role("button", name="End session").click()
    called(page, "Guest")


def test_a_login_cookie_nobody_can_read_any_more_is_a_sign_in_that_has_ended(site: Site) -> None:
    with site.visit() as page:
        sign_in(page, "ann")
        called(page, "Ann Lee")
        page.context.add_cookies([{"name": "_streamlit_user", "value": "of.another.secret", "url": site.url}])
        page.reload()
        expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()
        page.get_by_role("button", name="Go on as a guest").click()
        called(page, "Guest")


def test_nobody_signs_in_by_a_cookie_they_signed_themselves(site: Site) -> None:
    said = {"is_logged_in": True, "origin": site.url, "iss": "x", "sub": "boss", "iat": time.time(), "provider": "default"}
    forged = URLSafeTimedSerializer("guessed", salt="_streamlit_user").dumps(json.dumps(said))
    with site.visit() as page:
        page.context.add_cookies([{"name": "_streamlit_user", "value": str(forged), "url": site.url}])
        page.reload()
        expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()
