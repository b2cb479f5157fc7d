"""The pages by AppTest: what each draws, on a real store and a real database. The live component is inert here."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import NoAccess, StoreUnavailable, TabletalkError
from core.models import Failure, Person, SessionStatus, ShareRole, Turn, TurnState
from core.sessions.rights import Access, Rights
from core.sessions.store import SessionStore
from core.turns.lease import acquire
from core.wiring import App, application, close_application
from pages.render import conversation
from tests.aging import expire_session
from tests.pages.conftest import environment
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
BROWSER = "m" * 22
ME = Person(f"browser:{BROWSER}", "Me")
BOB = Person("browser:" + "b" * 22, "Bob")
"""Who has the tab of every test here: AppTest sends no cookie."""


def opened(session: str = "", page: str = "") -> AppTest:
    test = AppTest.from_file(str(ROOT / "pages" / "frame.py"), default_timeout=PATIENCE_S)
    with suppress(TabletalkError):
        test.session_state["tab"] = application().identity.cookie.make(BROWSER)
    if session:
        test.query_params["session"] = session
    test.run()
    for _ in range(20):  # a busy machine reads the database for longer than a page waits before it shows progress
        if "for the first time" not in words(test):
            break
        time.sleep(0.2)
        test.run()
    return test.switch_page(page).run() if page else test


def drawn(test: AppTest, kind: str, attribute: str) -> list[str]:
    return [str(getattr(element, attribute)) for element in test.get(kind)]


def words(test: AppTest) -> str:
    """Everything a person reads on the page."""
    parts = drawn(test, "html", "body")
    for kind, attribute in (
        ("caption", "value"),
        ("markdown", "value"),
        ("code", "value"),
        ("button", "label"),
        ("expander", "label"),
    ):
        parts += drawn(test, kind, attribute)
    return "\n".join(parts).replace("\\", "").replace("\u2060", "")


def asked(app: App, question: str, session: str = "") -> Turn:
    session = session or app.sessions.create("database", owner=ME.id).id
    turn = app.turns.submit(session, question)
    return app.turns.wait(session, turn.id, timeout_s=PATIENCE_S)


def test_the_first_visit_says_what_the_database_holds_and_offers_questions(app: App) -> None:
    test = opened()
    assert not test.exception
    assert "2 tables with 520 rows, January 2023 to December 2024" in words(test)
    assert [button for button in test.button if str(button.key).startswith("example-")]
    assert app.sessions.count(ME.id) == 0


def test_an_example_begins_a_session_and_asks(app: App) -> None:
    test = opened()
    test.button(key="example-0").click().run()
    [listing] = app.sessions.list(ME.id)
    [turn] = app.sessions.turns(listing.id)
    assert app.turns.wait(listing.id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    assert test.query_params["session"] == listing.id
    test.run()
    assert turn.question in words(test)


def test_a_typed_question_is_answered_on_its_card(app: App) -> None:
    test = opened()
    test.chat_input(key="question").set_value("How many orders are there?").run()
    [listing] = app.sessions.list(ME.id)
    [turn] = app.sessions.turns(listing.id)
    app.turns.wait(listing.id, turn.id, timeout_s=PATIENCE_S)
    test.run()
    assert "480" in words(test)
    assert not test.exception


def test_the_sql_of_an_answer_is_drawn_only_when_asked_for(app: App) -> None:
    turn = asked(app, "Number of customers by region")
    test = opened(turn.session_id)
    assert "SELECT" not in words(test)
    panel = test.button_group(key=f"panel-{turn.id}")
    panel.set_value("SQL").run()
    assert "SELECT" in words(test)


def test_older_cards_are_folded_and_open_at_a_click(app: App) -> None:
    first = asked(app, "How many orders are there?")
    for question in ("How many customers are there?", "Number of customers by region", "Total amount by region"):
        asked(app, question, first.session_id)
    test = opened(first.session_id)
    assert not any(str(button.key) == f"panel-{first.id}" for button in test.get("button_group"))
    [fold] = [expander for expander in test.expander if "How many orders" in expander.label]
    assert "480" in fold.label


@pytest.mark.parametrize(
    ("session", "sentence"),
    [("../../etc/passwd", "This link is not complete"), ("AAAAAAAAAAAAAAAAAAAAAA", "This session is not here")],
)
def test_a_link_that_leads_nowhere_is_told_with_a_way_on(app: App, session: str, sentence: str) -> None:
    test = opened(session)
    assert sentence in words(test)
    test.button(key="trouble-new").click().run()
    assert test.query_params.get("session") in (None, [])
    assert not test.exception


def test_a_session_deleted_under_the_eyes_is_told(app: App) -> None:
    turn = asked(app, "How many orders are there?")
    test = opened(turn.session_id)
    app.sessions.delete(turn.session_id)
    assert "This session is not here" in words(test.run())


def read_while(change: Callable[[], object], session_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The page of that session, once for each time its drawing asks for rights, with the change just before that one."""
    check, asked_for, due = Rights.check, 0, 0

    def checked(*args: Any) -> Access:
        nonlocal asked_for
        asked_for += 1
        if asked_for == due:
            change()
            return Rights.check(*args)  # the change may have put another in its place
        return check(*args)

    monkeypatch.setattr(Rights, "check", checked)
    opened(session_id)
    for moment in range(1, asked_for + 1):
        due = moment
        monkeypatch.setattr(Rights, "check", checked)
        test, asked_for = opened(), 0
        test.query_params["session"] = session_id
        yield test.run()


def test_a_link_revoked_at_any_moment_of_a_drawing_leaves_nothing_of_the_session(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = of_bob(app, "Plan")
    for question in ("How many orders are there?", "How many customers are there?"):
        app.turns.wait(session_id, app.turns.submit(session_id, question).id, timeout_s=PATIENCE_S)

    def revoke() -> None:
        for link in app.visit(BOB).work.links(session_id):
            app.visit(BOB).work.revoke(session_id, link.token)

    moments = 0
    for test in read_while(revoke, session_id, monkeypatch):
        moments += 1
        assert not test.exception
        assert words(test).count("was revoked or has expired") == 1
        assert "480" not in words(test) and "How many" not in words(test)
        app.visit(ME).work.enter(session_id, app.visit(BOB).work.share(session_id, ShareRole.VIEWER).token)
    assert moments > 3


def test_a_store_lost_at_any_moment_of_a_drawing_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = asked(app, "How many orders are there?").session_id
    asked(app, "How many customers are there?", session_id)

    def lost(*_: object) -> Access:
        raise StoreUnavailable("The memory of Tabletalk did not answer.", "Try again in a moment.")

    def lose() -> None:
        monkeypatch.setattr(Rights, "check", lost)

    moments = 0
    for test in read_while(lose, session_id, monkeypatch):
        moments += 1
        assert not test.exception
        assert "did not answer" in words(test)
    assert moments > 3


def test_a_question_nothing_fits_offers_others_that_are_asked_at_a_click(app: App) -> None:
    turn = asked(app, "blargh frobnicate zzz")
    assert turn.state is TurnState.NEEDS_CLARIFICATION
    test = opened(turn.session_id)
    test.button(key=f"choice-{turn.id}-0").click().run()
    last = app.sessions.turns(turn.session_id)[-1]
    assert app.turns.wait(turn.session_id, last.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    assert not test.run().exception


def test_the_nearest_reading_is_answered_at_a_click_and_marked_as_such(app: App) -> None:
    turn = asked(app, "late orders last month")
    assert turn.clarification and turn.clarification.draft
    test = opened(turn.session_id)
    test.button(key=f"accept-{turn.id}").click().run()
    assert app.turns.wait(turn.session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    assert "nearest reading" in words(test.run())
    assert not test.exception


def test_a_failed_question_keeps_its_details_folded_and_can_be_asked_again(app: App) -> None:
    turn = asked(app, "How many orders are there?")
    failure = Failure("The database is down.", "Try again later.", "OperationalError: <b>gone</b>")
    app.sessions.save_turn(replace(turn, state=TurnState.FAILED, failure=failure, result=None))
    test = opened(turn.session_id)
    assert "The database is down." in words(test)
    assert "OperationalError" not in words(test)
    test.button(key=f"retry-{turn.id}").click().run()
    assert app.turns.wait(turn.session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE


def test_an_interrupted_question_says_so_and_can_be_asked_again(app: App) -> None:
    turn = asked(app, "How many orders are there?")
    app.sessions.save_turn(replace(turn, state=TurnState.RUNNING, result=None, analysis=None, finished=None))
    test = opened(turn.session_id)
    assert "This question was interrupted" in words(test)
    test.button(key=f"retry-{turn.id}").click().run()
    assert app.turns.wait(turn.session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.DONE


def test_an_expired_session_can_be_read_and_revived(app: App) -> None:
    session = app.sessions.create("database", owner=ME.id, title="Old")
    expire_session(app.redis, session.id)
    test = opened(session.id)
    assert "This session has expired" in words(test)
    assert test.chat_input(key="question").disabled
    test.button(key="extend").click().run()
    assert "This session has expired" not in words(test.run())
    assert app.sessions.get(session.id).status is SessionStatus.IDLE


@pytest.mark.parametrize("page", ["", "data.py"])
def test_where_no_database_is_configured_the_page_says_how_to_name_one(tmp_path: Path, page: str) -> None:
    with environment(TABLETALK_DATA_DIR=str(tmp_path), TABLETALK_DEMO="false"):
        test = opened(page=page)
        close_application()
    assert not test.exception
    assert "No database is configured." in words(test) and "DATABASE_URL" in words(test)


def test_a_question_asked_again_waits_behind_the_one_that_runs(app: App) -> None:
    app.workers.stop()
    session_id = app.sessions.create("database", owner=ME.id).id
    again, running = app.turns.submit(session_id, "How many orders?"), app.turns.submit(session_id, "How many customers?")
    app.turns.stop(session_id, again.id)
    lease = acquire(app.redis, session_id)
    assert lease is not None and lease.next_turn() == running.id
    app.turns.retry(session_id, again.id)
    shown = conversation.read(app.visit(ME), session_id)
    assert [turn.id for turn in shown.waiting] == [running.id, again.id]


def test_an_expired_session_can_be_deleted_although_a_question_waits_in_it(app: App) -> None:
    session_id = app.sessions.create("database", owner=ME.id).id
    app.sessions.add_turn(Turn("waits", session_id, "How many orders?", "", datetime.now(UTC)), queue=True)
    expire_session(app.redis, session_id)
    app.visit(ME).work.delete(session_id)
    assert app.sessions.count(ME.id) == 0


def test_hostile_words_are_shown_and_do_nothing(app: App) -> None:
    turn = asked(app, "How many orders are there? ![x](http://evil/x.png) <img src=x onerror=alert(1)>")
    test = opened(turn.session_id)
    assert not [body for body in drawn(test, "html", "body") if "<img" in body]
    assert "&lt;img src=x onerror=alert(1)&gt;" in words(test)


def test_the_sessions_page_lists_opens_and_renames(app: App) -> None:
    asked(app, "How many orders are there?")
    test = opened(page="sessions.py")
    assert "How many orders are there?" in words(test)
    assert "1 question · just now" in words(test)


def titled(app: App, *titles: str) -> dict[str, str]:
    """Sessions of those titles, the last one newest: title → id."""
    made = {}
    for title in titles:
        made[title] = app.sessions.create("database", owner=ME.id, owner_name=ME.name, title=title).id
        time.sleep(0.002)
    return made


def of_bob(app: App, title: str) -> str:
    """A session of somebody else that was shared with this person."""
    session_id = app.sessions.create("database", owner=BOB.id, owner_name=BOB.name, title=title).id
    link = app.visit(BOB).work.share(session_id, ShareRole.VIEWER)
    app.visit(ME).work.enter(session_id, link.token)
    return session_id


def rows(test: AppTest) -> list[str]:
    return [button.label for button in test.button if str(button.key).startswith("session-")]


def test_a_long_list_comes_in_pages_with_a_total(app: App) -> None:
    titled(app, *(f"Number {number}" for number in range(60)))
    test = opened(page="sessions.py")
    assert "60 sessions" in words(test)
    assert rows(test) == [f"Number {number}" for number in range(59, 34, -1)]
    test.session_state["sessions-page-0"] = 3
    assert rows(test.run()) == [f"Number {number}" for number in range(9, -1, -1)]
    test.selectbox(key="sessions-sort").set_value("created").run()
    assert rows(test)[0] == "Number 59"
    assert not test.exception


def test_the_list_is_searched_filtered_and_sorted(app: App) -> None:
    made = titled(app, "Zebra sales", "Apple sales", "Returns")
    app.sessions.close(made["Returns"])
    app.sessions.index.pin(ME.id, made["Zebra sales"], True)
    of_bob(app, "Plan")
    test = opened(page="sessions.py")
    assert rows(test) == ["Zebra sales", "Plan", "Returns", "Apple sales"]
    assert "by Bob" in words(test) and "closed" in words(test)
    test.text_input(key="sessions-search").set_value("sal").run()
    assert rows(test) == ["Zebra sales", "Apple sales"]
    test.text_input(key="sessions-search").set_value("").run()
    for key, value, shown in (
        ("sessions-whose", "shared", ["Plan"]),
        ("sessions-whose", "pinned", ["Zebra sales"]),
        ("sessions-whose", "all", ["Zebra sales", "Plan", "Returns", "Apple sales"]),
        ("sessions-sort", "title", ["Zebra sales", "Apple sales", "Plan", "Returns"]),
        ("sessions-status", "closed", ["Returns"]),
        ("sessions-status", "expired", []),
    ):
        test.selectbox(key=key).set_value(value).run()
        assert rows(test) == shown
    assert "Nothing found" in words(test)
    test.button(key="sessions-clear").click().run()
    assert len(rows(test)) == 4
    assert not test.exception


def test_several_sessions_are_deleted_at_once_and_brought_back(app: App) -> None:
    made = titled(app, "One", "Two", "Three")
    test = opened(page="sessions.py")
    for title in ("One", "Three"):
        test.checkbox(key=f"pick-{made[title]}").check()
    test.run()
    assert "2 of 3 sessions selected" in words(test)
    test.button(key="several-delete").click().run()
    assert rows(test) == ["Two"] and "2 sessions were deleted" in words(test)
    test.button(key="undo-yes").click().run()
    assert rows(test) == ["Three", "Two", "One"] and "deleted" not in words(test)


def test_several_sessions_are_closed_reopened_and_pinned_at_once(app: App) -> None:
    made = titled(app, "One", "Two", "Three")
    test = opened(page="sessions.py")
    test.button(key="several-all").click().run()
    test.button(key="several-close").click().run()
    assert {one.status for one in app.sessions.list(ME.id)} == {SessionStatus.CLOSED}
    test.checkbox(key=f"pick-{made['One']}").check().run()
    test.button(key="several-reopen").click().run()
    test.checkbox(key=f"pick-{made['One']}").check().run()
    test.button(key="several-pin").click().run()
    assert rows(test) == ["One", "Three", "Two"]
    assert app.sessions.get(made["One"]).status is SessionStatus.IDLE


def test_a_title_is_changed_in_its_row(app: App) -> None:
    session_id = titled(app, "Old")["Old"]
    test = opened(page="sessions.py")
    test.session_state["renamed"] = session_id
    test.run().text_input(key=f"rename-{session_id}").set_value("  New name ").run()
    assert rows(test) == ["New name"]
    test.session_state["renamed"] = session_id
    test.run().button(key=f"rename-no-{session_id}").click().run()
    assert rows(test) == ["New name"]


def test_a_session_of_somebody_else_is_not_deleted_from_a_list(app: App) -> None:
    other = of_bob(app, "Plan")
    test = opened(page="sessions.py")
    test.checkbox(key=f"pick-{other}").check().run()
    assert not [button for button in test.button if button.key == "several-delete"]
    with pytest.raises(NoAccess):
        app.visit(ME).work.delete(other)
    assert app.sessions.get(other).title == "Plan"


def test_a_closed_session_is_read_and_reopened(app: App) -> None:
    session_id = titled(app, "Done")["Done"]
    app.sessions.close(session_id)
    test = opened(session_id)
    assert "This session is closed" in words(test) and test.chat_input(key="question").disabled
    test.button(key="extend").click().run()
    assert "This session is closed" not in words(test.run())


def test_a_row_says_when_its_session_expires_once_that_is_near(app: App) -> None:
    SessionStore(app.redis, ttl_s=3 * 3_600 + 60, grace_s=60).create("database", owner=ME.id, title="Soon")
    SessionStore(app.redis, ttl_s=30 * 3_600, grace_s=60).create("database", owner=ME.id, title="Later")
    assert words(opened(page="sessions.py")).count("expires in") == words(opened(page="sessions.py")).count("expires in 3 h") == 1


def test_the_sessions_page_without_sessions_says_so(app: App) -> None:
    assert "No sessions yet" in words(opened(page="sessions.py"))


def test_the_data_page_shows_tables_with_their_size(app: App) -> None:
    test = opened(page="data.py")
    assert not test.exception
    assert {"orders", "customer"} <= {word for expander in test.expander for word in expander.label.replace("*", "").split()}


@pytest.fixture
def no_store() -> Iterator[None]:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    close_application()
    with environment(TABLETALK_DATA_DIR=str(directory), REDIS_URL="redis://127.0.0.1:1/0"):
        yield
        close_application()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.mark.usefixtures("no_store")
def test_a_store_that_cannot_be_reached_is_told_with_try_again() -> None:
    test = opened()
    assert "Tabletalk cannot reach its memory" in words(test)
    assert test.button(key="trouble-again")
    assert not test.exception
