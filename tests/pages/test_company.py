"""Company in Chromium: who else is here, what they do shows live, nothing one reads or types is disturbed, revoking ends it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.config import Settings
from core.identity import cookie
from core.models import OPERATOR, Event, EventKind, Person, ShareRole, TurnState
from core.sessions import keys
from core.turns import events
from core.wiring import App, build
from tests.chat_server import Book, ChatServer
from tests.pages.serving import Guests, ask, free_port, guests, serving, session_of
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.browser

SCROLLER = "document.querySelector('[data-testid=stAppScrollToBottomContainer]')"
HOSTILE = '<img src=x onerror="hacked=1"> [x](http://x)'
TOTAL_SQL = "SELECT SUM(amount) AS total_amount FROM orders"
BOOK = Book([{"when": "slowly", "sql": TOTAL_SQL, "analysis": "One word after another. " * 12, "delay_s": 0.5}])

RENDER = Path(__file__).parents[2] / "pages" / "render"
CALLS = """async ([source, html, data]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  root = document.body.appendChild(document.createElement("div"));
  root.innerHTML = html;
  const call = (more) => module.default({ parentElement: root, data: { ...data, ...more }, setTriggerValue: () => {} });
  const first = call({}), again = () => call({ latest: "turn" });
  ORDER;
}"""


@dataclass(frozen=True)
class Site:
    url: str
    guests: Guests
    app: App
    """On the same store: what a test does behind the pages."""

    @contextmanager
    def guest(self, name: str, path: str = "/", *, asked: Sequence[str] = ()) -> Iterator[Page]:
        """A browser of its own, whose person calls themselves `name`; with `asked`, on a session that answered these."""
        sent = {cookie.NAME: self.app.identity.cookie.make()}
        nameless = self.app.identity.guest(sent)
        assert nameless is not None
        self.app.identity.rename(nameless, name)
        person = replace(nameless, name=name)
        if asked:
            path = f"/?session={self.answered(person, asked)}"
        with self.guests.guest() as page:
            page.context.add_cookies([{"name": key, "value": value, "url": self.url} for key, value in sent.items()])
            page.goto(self.url + path)
            expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
            yield page

    def answered(self, person: Person, questions: Sequence[str]) -> str:
        """A new session of that person with these questions, answered by the workers of the site."""
        work = self.app.visit(person).work
        session_id = work.start("database").id
        for question in questions:
            turn = work.ask(session_id, question)
            assert self.app.turns.wait(session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE
        return session_id

    def revoke(self, session_id: str, token: str) -> None:
        """As its owner does."""
        self.app.parts.shares.revoke(session_id, token)
        events.publish(self.app.redis, session_id, Event(EventKind.CHANGED, "", {"what": "access"}))

    def invite(self, session_id: str, role: ShareRole = ShareRole.ASKER) -> str:
        """The path of a new link."""
        link = self.app.parts.shares.add(session_id, role)
        return f"/?session={session_id}&share={link.token}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    with ChatServer(BOOK) as model, guests() as browsers:
        settings = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "scripted", "TABLETALK_ENGINE": "auto"}
        with serving(directory, free_port(), **settings) as url:
            app = build(Settings.from_env({"TABLETALK_DATA_DIR": str(directory), "TABLETALK_WORKERS": "0"}))
            yield Site(url, browsers, app)
            app.close()
    shutil.rmtree(directory, ignore_errors=True)


def answered(page: Page, question: str) -> None:
    card = page.locator('[class*="st-key-card-"]').filter(has=page.locator(".tt-question", has_text=question))
    expect(card.last.locator('[class*="st-key-controls-"]')).to_be_visible()


def here(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".company .person").all_inner_texts()]


QUESTION = "How many orders are there?"


def test_everybody_sees_who_else_is_here_and_nobody_alone_does(site: Site) -> None:
    with site.guest("Ana Maria Bo", asked=[QUESTION]) as ana:
        answered(ana, QUESTION)
        expect(ana.locator(".company")).to_be_hidden()
        with site.guest("Ben", site.invite(session_of(ana), ShareRole.VIEWER)) as ben:
            expect(ben.locator(".company")).to_be_visible()
            expect(ana.locator(".company")).to_be_visible()
            assert here(ana) == ["AM Ana Maria Bo (you)", "B Ben"] and here(ben) == ["AM Ana Maria Bo", "B Ben (you)"]
            ben.reload()
            expect(ben.locator(".company")).to_be_visible()
            assert [one.name for one in site.app.live.company.here(session_of(ana))] == ["Ana Maria Bo", "Ben"]
        expect(ana.locator(".company")).to_be_hidden()


def test_a_name_is_shown_sign_by_sign_and_never_acts(site: Site) -> None:
    with site.guest("Ana", asked=[QUESTION]) as ana, site.guest(HOSTILE, site.invite(session_of(ana))):
        expect(ana.locator(".company")).to_be_visible()
        assert ana.locator(".company bdi").all_text_contents() == ["Ana", HOSTILE]
        assert ana.locator(".company img, .company a").count() == 0
        assert ana.evaluate("typeof hacked") == "undefined"


def test_what_others_do_disturbs_neither_reading_nor_typing_nor_what_is_open(site: Site) -> None:
    before = ("Total amount per month", "Total amount by region", "Number of customers by region")
    with site.guest("Ana", asked=before) as ana:
        answered(ana, before[-1])
        typed = ana.get_by_placeholder("Ask a question about your data")
        typed.fill("half a thou")
        main = ana.locator("[data-testid=stAppScrollToBottomContainer]")
        ana.wait_for_function(f"{SCROLLER}.scrollTop > 200")  # a page opens at its end
        main.hover()
        ana.mouse.wheel(0, -5_000)
        ana.wait_for_function(f"{SCROLLER}.scrollTop === 0")
        ana.locator(".st-key-memory button").first.click()
        remembered = ana.get_by_text("The last questions are remembered word for word.")
        expect(remembered).to_be_visible()
        ana.evaluate("document.querySelector('[data-testid=stPopoverBody]').dataset.mark = 'same'")
        focused = ana.evaluate("document.activeElement.outerHTML.slice(0, 80)")
        with site.guest("Ben", site.invite(session_of(ana))) as ben:
            ask(ben, "Tell the total slowly")
            expect(ana.locator(".st-key-running")).to_contain_text("One word after another.")
            expect(ana.locator(".st-key-running")).to_contain_text("Ben")
            answered(ana, "Tell the total slowly")
            ana.wait_for_timeout(1_000)
        expect(ana.locator(".company")).to_be_hidden()
        assert ana.evaluate(f"{SCROLLER}.scrollTop") == 0
        assert typed.input_value() == "half a thou"
        assert ana.evaluate("document.activeElement.outerHTML.slice(0, 80)") == focused
        expect(remembered).to_be_visible()
        assert ana.evaluate("document.querySelector('[data-testid=stPopoverBody]').dataset.mark") == "same"


def test_a_page_is_drawn_anew_when_its_person_may_do_more_less_or_nothing_from_now_on(site: Site) -> None:
    with site.guest("Ana", asked=[QUESTION]) as ana, site.guest("Ben", site.invite(session_of(ana), ShareRole.VIEWER)) as ben:
        answered(ben, QUESTION)
        expect(ben.get_by_test_id("stChatInputTextArea")).to_be_disabled()
        [watching] = site.app.parts.shares.held(session_of(ana)).open()
        ben.goto(site.url + site.invite(session_of(ana), ShareRole.ASKER))
        expect(ben.get_by_test_id("stChatInputTextArea")).to_be_enabled()
        [asking] = [link for link in site.app.parts.shares.held(session_of(ana)).open() if link.token != watching.token]
        site.revoke(session_of(ana), asking.token)
        expect(ben.get_by_test_id("stChatInputTextArea")).to_be_disabled()
        answered(ben, QUESTION)
        site.revoke(session_of(ana), watching.token)
        expect(ben.get_by_text("The link to this session was revoked or has expired.")).to_be_visible()
        expect(ben.get_by_text("Ask Ana for a new one.")).to_be_visible()
        expect(ben.get_by_text("How many orders")).to_have_count(0)
        expect(ben.locator(".st-key-cards, .st-key-memory, .company:visible")).to_have_count(0)
        assert "480" not in ben.locator("body").inner_text()


def test_the_cleanup_of_a_call_that_a_newer_one_overtook_ends_nothing(site: Site) -> None:
    """Streamlit calls the component anew for new data and then, on a busy page, cleans up after the call before it."""
    with site.guest("Ana", asked=[QUESTION]) as ana:
        session_id = session_of(ana)
        token = site.app.turns.event_token(session_id, OPERATOR)
        source, html = ((RENDER / name).read_text() for name in ("live.js", "live.html"))
        data = {"session": session_id, "token": token, "after": "0-0", "turn": "", "latest": "", "me": "", "active": False}

        def tabs() -> int:
            found = site.app.redis.hvals(keys.company(session_id))
            return sum(OPERATOR.id in value.decode() for value in found)

        for order in ("first(); second = again()", "second = again(); first()"):
            ana.evaluate(CALLS.replace("ORDER", order), [source, html, data])
            ana.wait_for_timeout(1_500)
            assert tabs() == 1, f"one socket, and it is still open after {order}"
            ana.evaluate("root.remove(); second()")
            ana.wait_for_timeout(2_500)
            assert tabs() == 0
