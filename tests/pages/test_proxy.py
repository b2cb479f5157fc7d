"""Behind a proxy that says who is there: through Streamlit's own socket, in Chromium, from a trusted address and from another."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.serving import Guests, free_port, guests, serving

pytestmark = pytest.mark.browser

TRUSTED, OTHER = "127.0.0.2", "127.0.0.3"
HEADERS = b"X-Forwarded-User: ann\r\nX-Forwarded-Name: Ann Lee\r\nX-Forwarded-For: 203.0.113.9\r\n"


@contextmanager
def proxy(to: int, come_from: str, headers: bytes) -> Iterator[str]:
    """Address of a proxy that adds the headers to the first request of every connection (a socket has one only)."""

    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, headers: bytes) -> None:
        try:
            with suppress(OSError):
                if headers:
                    target.write(await source.readline() + headers)
                while data := await source.read(65_536):
                    target.write(data)
                    await target.drain()
        finally:
            target.close()

    async def connected(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_connection("127.0.0.1", to, local_addr=(come_from, 0))
        await asyncio.gather(pass_on(near_in, far_out, headers), pass_on(far_in, near_out, b""))

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    starting = asyncio.start_server(connected, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result()
    yield f"http://localhost:{server.sockets[0].getsockname()[1]}"
    asyncio.run_coroutine_threadsafe(_end(server), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.2)  # closed connections are let go of in the loop


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


def name(browsers: Guests, url: str, expected: str) -> None:
    """The account shows that name to a browser that was never here."""
    with browsers.guest() as page:
        page.goto(url)
        expect(page.locator(".st-key-account")).to_contain_text(expected)


def test_the_trusted_proxy_says_who_is_there(browsers: Guests, port: int) -> None:
    with proxy(port, TRUSTED, HEADERS) as url:
        name(browsers, url, "Ann Lee")


def test_the_same_words_from_any_other_address_make_a_guest(browsers: Guests, port: int) -> None:
    spoofed = HEADERS + b"X-Tabletalk-Peer: 127.0.0.2\r\nX-Forwarded-For: 127.0.0.2\r\n"
    with proxy(port, OTHER, spoofed) as url:
        name(browsers, url, "Guest")


def test_a_second_name_sent_through_the_proxy_makes_a_guest(browsers: Guests, port: int) -> None:
    with proxy(port, TRUSTED, HEADERS + b"X-Forwarded-User: root\r\n") as url:
        name(browsers, url, "Guest")
