"""Two people in two browsers on one session: what each sees, may do, and no longer sees once the link is revoked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.pages.serving import Guests, ask, free_port, guests, serving

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Pair:
    owner: Page
    teammate: Page


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Guests]]:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    with guests() as browsers, serving(directory, free_port()) as url:
        yield url, browsers
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def pair(served: tuple[str, Guests]) -> Iterator[Pair]:
    """The owner's page with one answered question, and the empty page of somebody else."""
    url, browsers = served
    with browsers.guest() as owner, browsers.guest() as teammate:
        owner.goto(url)
        ask(owner, "How many orders are there?")
        expect(card(owner, "How many orders are there?")).to_be_visible()
        yield Pair(owner, teammate)


def card(page: Page, question: str) -> Locator:
    """Once it is answered."""
    return page.locator('[class*="st-key-card-"]').filter(has_text=question)


def link_of(page: Page, kind: Literal["Can ask", "Can watch"]) -> str:
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("radio", name=kind).or_(page.get_by_role("button", name=kind, exact=True)).first.click()
    page.get_by_role("button", name="Make link").click()
    made = page.locator('[class*="st-key-link-"]').filter(has_text=kind).locator("code").first
    return made.inner_text().replace("\n", "").strip()


def revoke(page: Page) -> None:
    page.get_by_role("button", name="Revoke").first.click()


def test_a_teammate_asks_and_both_see_the_answers_arrive(pair: Pair) -> None:
    pair.teammate.goto(link_of(pair.owner, "Can ask"))
    expect(card(pair.teammate, "How many orders are there?")).to_be_visible()
    expect(pair.teammate.get_by_text("you can watch it and ask in it")).to_be_visible()
    assert "share=" not in pair.teammate.url, "the address alone is enough from now on, and lets nobody else in"
    pair.owner.keyboard.press("Escape")
    ask(pair.teammate, "Number of orders by region")
    expect(card(pair.owner, "Number of orders by region")).to_be_visible()
    expect(card(pair.teammate, "Number of orders by region")).to_contain_text("You ·")
    expect(card(pair.owner, "Number of orders by region")).to_contain_text("Guest")


def test_a_viewer_watches_and_cannot_ask(pair: Pair) -> None:
    pair.teammate.goto(link_of(pair.owner, "Can watch"))
    expect(card(pair.teammate, "How many orders are there?")).to_be_visible()
    expect(pair.teammate.get_by_test_id("stChatInputTextArea")).to_be_disabled()
    expect(pair.teammate.get_by_role("button", name="Share", exact=True)).to_have_count(0)
    pair.owner.keyboard.press("Escape")
    ask(pair.owner, "Number of orders by region")
    expect(card(pair.teammate, "Number of orders by region")).to_be_visible()


def test_revoking_a_link_empties_the_open_page_of_who_came_by_it(pair: Pair) -> None:
    pair.teammate.goto(link_of(pair.owner, "Can ask"))
    expect(card(pair.teammate, "How many orders are there?")).to_be_visible()
    revoke(pair.owner)
    expect(pair.teammate.get_by_text("was revoked or has expired")).to_be_visible()
    expect(card(pair.teammate, "How many orders are there?")).to_have_count(0)
    pair.teammate.reload()
    expect(pair.teammate.get_by_text("was revoked or has expired")).to_be_visible()


def test_a_stranger_with_the_address_alone_is_told_whom_to_ask(pair: Pair) -> None:
    pair.teammate.goto(pair.owner.url)
    expect(pair.teammate.get_by_text("This session is not shared with you.")).to_be_visible()
    expect(pair.teammate.get_by_text("Ask Guest")).to_be_visible()
    expect(card(pair.teammate, "How many orders are there?")).to_have_count(0)


def test_a_page_that_lost_a_ring_is_drawn_all_the_same_and_one_that_lost_none_rings_once(pair: Pair) -> None:
    """A busy page may lose one: here every ring is, from the moment the teammate sees the session until the answer is there."""
    rung: list[bytes] = []
    losing = False

    def relay(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            rings = isinstance(message, bytes) and b'"event":"ring"' in message
            if isinstance(message, bytes) and rings:
                rung.append(message)
            if not (losing and rings):
                server.send(message)

        page.on_message(pass_on)

    link = link_of(pair.owner, "Can watch")
    pair.owner.keyboard.press("Escape")
    browser = pair.teammate.context.browser
    assert browser is not None
    with browser.new_context() as context:
        teammate = context.new_page()
        teammate.clock.install()
        teammate.route_web_socket("**/_stcore/stream", relay)
        teammate.goto(link)
        expect(card(teammate, "How many orders are there?")).to_be_visible()
        teammate.wait_for_timeout(1_500)
        rung.clear()
        teammate.clock.fast_forward("01:00")
        teammate.wait_for_timeout(500)
        assert not rung, "every ring was answered"
        losing = True
        ask(pair.owner, "Number of orders by region")
        expect(card(pair.owner, "Number of orders by region")).to_be_visible()
        teammate.wait_for_timeout(1_000)
        assert rung, "the page rang, to no avail"
        expect(card(teammate, "Number of orders by region")).to_have_count(0)
        losing = False
        teammate.clock.fast_forward("01:00")
        expect(card(teammate, "Number of orders by region")).to_be_visible()
