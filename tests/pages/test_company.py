"""Company in Chromium: who else is here, what they do shows live, nothing one reads or types is disturbed, revoking ends it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.config import Settings
from core.models import OPERATOR, Event, EventKind, ShareRole
from core.sessions import keys
from core.turns import events
from core.wiring import App, build
from tests.chat_server import Book, ChatServer
from tests.pages.serving import chromium, free_port, serving

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="hacked=1"> [x](http://x)'
TOTAL_SQL = "SELECT SUM(amount) AS total_amount FROM orders"
BOOK = Book([{"when": "slowly", "sql": TOTAL_SQL, "analysis": "One word after another. " * 12, "delay_s": 0.5}])

RENDER = Path(__file__).parents[2] / "pages" / "render"
CALLS = """async ([source, html, data]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const root = document.body.appendChild(document.createElement("div"));
  root.innerHTML = html;
  const call = (more) => module.default({ parentElement: root, data: { ...data, ...more }, setTriggerValue: () => {} });
  const first = call({}), again = () => call({ latest: "turn" });
  ORDER;
}"""


@dataclass(frozen=True)
class Site:
    url: str
    browser: Browser
    app: App
    """On the same store: what a test does behind the pages."""

    @contextmanager
    def guest(self, name: str, path: str = "/") -> Iterator[Page]:
        """A browser of its own, whose person calls themselves `name`."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        page = context.new_page()
        page.goto(self.url)
        page.locator(".st-key-account button").first.click()
        page.get_by_label("Your name, as others see it").fill(name)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".st-key-account")).to_contain_text(name[:20])
        page.goto(self.url + path)
        yield page
        context.close()

    def invite(self, session_id: str, role: ShareRole = ShareRole.ASKER) -> str:
        """The path of a new link."""
        link = self.app.parts.shares.add(session_id, role)
        return f"/?session={session_id}&share={link.token}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    with ChatServer(BOOK) as model, chromium() as browser:
        settings = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "scripted", "TABLETALK_ENGINE": "auto"}
        with serving(directory, free_port(), **settings) as url:
            app = build(Settings.from_env({"TABLETALK_DATA_DIR": str(directory), "TABLETALK_WORKERS": "0"}))
            yield Site(url, browser, app)
            app.close()
    shutil.rmtree(directory, ignore_errors=True)


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask a question about your data")
    box.fill(question)
    box.press("Enter")


def session_of(page: Page) -> str:
    page.wait_for_url(re.compile(r"session="))
    return page.url.split("session=")[1].split("&")[0]


def begun(page: Page, question: str = "How many orders are there, slowly?") -> str:
    """A session with one answered question."""
    ask(page, question)
    answered(page, question)
    return session_of(page)


def answered(page: Page, question: str) -> None:
    card = page.locator('[class*="st-key-card-"]').filter(has=page.locator(".tt-question", has_text=question))
    expect(card.last.locator('[class*="st-key-controls-"]')).to_be_visible()


def here(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".company .person").all_inner_texts()]


def test_everybody_sees_who_else_is_here_and_nobody_alone_does(site: Site) -> None:
    with site.guest("Ana Maria Bo") as ana:
        session_id = begun(ana)
        expect(ana.locator(".company")).to_be_hidden()
        with site.guest("Ben", site.invite(session_id, ShareRole.VIEWER)) as ben:
            expect(ben.locator(".company")).to_be_visible()
            expect(ana.locator(".company")).to_be_visible()
            assert here(ana) == ["AM Ana Maria Bo (you)", "B Ben"] and here(ben) == ["AM Ana Maria Bo", "B Ben (you)"]
            ben.reload()
            expect(ben.locator(".company")).to_be_visible()
            assert [one.name for one in site.app.live.company.here(session_id)] == ["Ana Maria Bo", "Ben"]
        expect(ana.locator(".company")).to_be_hidden()


def test_a_name_is_shown_sign_by_sign_and_never_acts(site: Site) -> None:
    with site.guest("Ana") as ana, site.guest(HOSTILE, site.invite(begun(ana))):
        expect(ana.locator(".company")).to_be_visible()
        assert ana.locator(".company bdi").all_text_contents() == ["Ana", HOSTILE]
        assert ana.locator(".company img, .company a").count() == 0
        assert ana.evaluate("typeof hacked") == "undefined"


def test_what_others_do_disturbs_neither_reading_nor_typing_nor_what_is_open(site: Site) -> None:
    with site.guest("Ana") as ana:
        session_id = begun(ana, "Total amount per month, slowly")
        for question in ("Total amount by region, slowly", "Number of customers by region, slowly"):
            ask(ana, question)
            answered(ana, question)
        typed = ana.get_by_placeholder("Ask a question about your data")
        typed.fill("half a thou")
        ana.mouse.move(700, 300)
        ana.mouse.wheel(0, -5_000)
        ana.wait_for_timeout(4_000)  # a fresh answer keeps its top in sight for three seconds
        ana.locator(".st-key-memory button").first.click()
        remembered = ana.get_by_text("The last questions are remembered word for word.")
        expect(remembered).to_be_visible()
        ana.evaluate("document.querySelector('[data-testid=stPopoverBody]').dataset.mark = 'same'")
        focused = ana.evaluate("document.activeElement.outerHTML.slice(0, 80)")
        at = ana.evaluate("document.querySelector('[data-testid=stAppScrollToBottomContainer]').scrollTop")
        with site.guest("Ben", site.invite(session_id)) as ben:
            ask(ben, "Tell the total slowly")
            expect(ana.locator(".st-key-running")).to_contain_text("One word after another.")
            expect(ana.locator(".st-key-running")).to_contain_text("Ben")
            answered(ana, "Tell the total slowly")
            ana.wait_for_timeout(1_000)
        expect(ana.locator(".company")).to_be_hidden()
        assert ana.evaluate("document.querySelector('[data-testid=stAppScrollToBottomContainer]').scrollTop") == at
        assert typed.input_value() == "half a thou"
        assert ana.evaluate("document.activeElement.outerHTML.slice(0, 80)") == focused
        expect(remembered).to_be_visible()
        assert ana.evaluate("document.querySelector('[data-testid=stPopoverBody]').dataset.mark") == "same"


@pytest.mark.parametrize("role", [ShareRole.VIEWER, ShareRole.ASKER])
def test_revoking_empties_the_open_page_at_once_and_says_whom_to_ask(site: Site, role: ShareRole) -> None:
    with site.guest("Ana") as ana:
        session_id = begun(ana)
        with site.guest("Ben", site.invite(session_id, role)) as ben:
            answered(ben, "How many orders")
            [link] = site.app.parts.shares.held(session_id).open()
            site.app.parts.shares.revoke(session_id, link.token)
            events.publish(site.app.redis, session_id, Event(EventKind.CHANGED, "", {"what": "access"}))
            expect(ben.get_by_text("The link to this session was revoked or has expired.")).to_be_visible(timeout=3_000)
            expect(ben.get_by_text("Ask Ana for a new one.")).to_be_visible()
            expect(ben.get_by_text("How many orders")).to_have_count(0)
            expect(ben.locator(".st-key-cards, .st-key-memory, .company:visible")).to_have_count(0)
            assert "480" not in ben.locator("body").inner_text()


def test_a_page_whose_person_may_do_more_or_less_from_now_on_is_drawn_anew(site: Site) -> None:
    with site.guest("Ana") as ana:
        session_id = begun(ana)
        with site.guest("Ben", site.invite(session_id, ShareRole.VIEWER)) as ben:
            answered(ben, "How many orders")
            expect(ben.get_by_test_id("stChatInputTextArea")).to_be_disabled()
            link = site.app.parts.shares.add(session_id, ShareRole.ASKER)
            ben.goto(f"{site.url}/?session={session_id}&share={link.token}")
            expect(ben.get_by_test_id("stChatInputTextArea")).to_be_enabled()
            site.app.parts.shares.revoke(session_id, link.token)
            events.publish(site.app.redis, session_id, Event(EventKind.CHANGED, "", {"what": "access"}))
            expect(ben.get_by_test_id("stChatInputTextArea")).to_be_disabled()
            answered(ben, "How many orders")


@pytest.mark.parametrize("order", ["first(); second = again()", "second = again(); first()"])
def test_the_cleanup_of_a_call_that_a_newer_one_overtook_ends_nothing(site: Site, order: str) -> None:
    """Streamlit calls the component anew for new data and then, on a busy page, cleans up after the call before it."""
    with site.guest("Ana") as ana:
        session_id = begun(ana)
        token = site.app.turns.event_token(session_id, OPERATOR)
        source, html = ((RENDER / name).read_text() for name in ("live.js", "live.html"))
        data = {"session": session_id, "token": token, "after": "0-0", "turn": "", "latest": "", "me": "", "active": False}
        ana.evaluate(CALLS.replace("ORDER", order), [source, html, data])

        def tabs() -> int:
            found = site.app.redis.hvals(keys.company(session_id))
            return sum(OPERATOR.id in value.decode() for value in found)

        ana.wait_for_timeout(1_500)
        assert tabs() == 1, "one socket, and it is still open"
        ana.evaluate("second()")
        ana.wait_for_timeout(3_000)
        assert tabs() == 0
