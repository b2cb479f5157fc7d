"""Behind a proxy that says who is there: through Streamlit's own socket, in Chromium, from a trusted address and from another."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.serving import Guests, free_port, guests, serving
from tests.relay import relay

pytestmark = pytest.mark.browser

TRUSTED, OTHER = "127.0.0.2", "127.0.0.3"
HEADERS = b"X-Forwarded-User: ann\r\nX-Forwarded-Name: Ann Lee\r\nX-Forwarded-For: 203.0.113.9\r\n"


@pytest.fixture(scope="module")
def browsers() -> Iterator[Guests]:
    with guests() as browsers:
        yield browsers


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    directory, port = Path(tempfile.mkdtemp(prefix="tt-")), free_port()
    settings = {
        "TABLETALK_PROXY_USER_HEADER": "X-Forwarded-User",
        "TABLETALK_PROXY_NAME_HEADER": "X-Forwarded-Name",
        "TABLETALK_TRUSTED_PROXIES": TRUSTED,
    }
    with serving(directory, port, **settings):
        yield port
    shutil.rmtree(directory, ignore_errors=True)


def name(browsers: Guests, port: int, expected: str) -> None:
    """The account shows that name to a browser that was never here and comes through that port."""
    with browsers.guest() as page:
        page.goto(f"http://localhost:{port}")
        expect(page.locator(".st-key-account")).to_contain_text(expected)


def test_the_trusted_proxy_says_who_is_there(browsers: Guests, port: int) -> None:
    with relay(port, calls_from=TRUSTED, adds=HEADERS) as near:
        name(browsers, near, "Ann Lee")


def test_the_same_words_from_any_other_address_make_a_guest(browsers: Guests, port: int) -> None:
    spoofed = HEADERS + b"X-Tabletalk-Peer: 127.0.0.2\r\nX-Forwarded-For: 127.0.0.2\r\n"
    with relay(port, calls_from=OTHER, adds=spoofed) as near:
        name(browsers, near, "Guest")


def test_a_second_name_sent_through_the_proxy_makes_a_guest(browsers: Guests, port: int) -> None:
    with relay(port, calls_from=TRUSTED, adds=HEADERS + b"X-Forwarded-User: root\r\n") as near:
        name(browsers, near, "Guest")
