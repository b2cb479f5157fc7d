"""Connections on which everybody sees rows of their own: what owner, viewer, asker, guest and whoever has no account get."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.sync.client import connect as open_socket

from core.config import ConnectionSpec, Settings
from core.errors import NoAccess, NoAccount, SqlRefused, TabletalkError
from core.models import OPERATOR, AuditAction, ChartKind, ChartSpec, Person, ShareRole, Summary, Turn, TurnState
from core.turns.own_rows import OwnRows
from core.turns.rooms import Rooms
from core.turns.routes import routes
from core.turns.workspace import Workspace
from core.wiring import App, build
from tests.core.turns.own_shops import ANN, BEN, CARL, DAN, FOR_EVER, QUESTION, make_own_shops, told
from tests.waiting import PATIENCE_S


@pytest.fixture
def settings(redis_url: str, data_dir: Path) -> Settings:
    urls = make_own_shops(data_dir)
    people = {"ann@example.com": urls["ann"], "Ben": urls["ben"]}
    return Settings(data_dir, redis_url, (ConnectionSpec("shop", urls["shared"], True, people),), demo=False)


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    made = build(settings)
    yield made
    made.close()


@pytest.fixture
def session_id(app: App) -> str:
    """Ann's, with one answer, a changed chart and a summary, shared with everybody."""
    session_id = asked(app, ANN).session_id
    ann = work(app, ANN)
    turn = ann.follow(session_id).turns[0]
    ann.set_chart(session_id, turn.id, ChartSpec(ChartKind.BAR, 0, (1,), title="Annland leads", chosen_by="user"))
    app.sessions.set_summary(session_id, Summary("Annland had 70,015,007.", 1))
    app.sessions.resolve(session_id, {"there": "Annland"})
    for person, role in ((BEN, ShareRole.VIEWER), (CARL, ShareRole.ASKER), (DAN, ShareRole.ASKER)):
        work(app, person).enter(session_id, ann.share(session_id, role).token)
    return session_id


def work(app: App, person: Person) -> Workspace:
    return app.visit(person).work


def asked(app: App, person: Person, session_id: str = "", question: str = QUESTION) -> Turn:
    session_id = session_id or work(app, person).start("shop").id
    turn = app.turns.run_here(session_id, question, author=person)
    assert turn.state is TurnState.DONE, turn.failure
    return turn


def everything(app: App, person: Person, session_id: str) -> str:
    """All that a person's workspace gives of a session, as one text."""
    one = work(app, person)
    followed = one.follow(session_id)
    answers = [one.answer(turn) for turn in followed.turns]
    rows = [answer.result.rows() if answer.result else None for answer in answers]
    stored = [one.result(session_id, turn.id) for turn in followed.turns]
    kept = [result.rows() for result in stored if result is not None]
    return repr((one.open(session_id), followed, answers, rows, kept))


def ran(app: App, person: Person) -> list[dict[str, str]]:
    return [entry.details for entry in app.parts.audit.read(action=AuditAction.RAN) if entry.person == person.id]


def test_the_owner_sees_what_is_stored_and_it_came_through_their_account(app: App, session_id: str) -> None:
    assert told(everything(app, ANN, session_id)) == {"ann"}
    assert not work(app, ANN).open(session_id).own_rows
    assert [details["account"] for details in ran(app, ANN)] == ["ann@example.com"]


def test_a_viewer_sees_rows_chart_and_words_of_their_own_account_alone(app: App, session_id: str) -> None:
    assert told(everything(app, BEN, session_id)) == {"ben"}
    turn = work(app, BEN).follow(session_id).turns[0]
    answer = work(app, BEN).answer(turn)
    assert answer.result is not None and ("Benland", 52071025) in answer.result.rows()
    assert answer.turn.analysis is not None and "Benland" in answer.turn.analysis.text
    assert answer.turn.chart is not None and answer.turn.user_chart is None and answer.turn.account == "Ben"
    assert turn.question == QUESTION and turn.draft is not None and "SELECT" in turn.draft.sql


@pytest.mark.parametrize("person", [CARL, DAN], ids=lambda person: person.kind)
def test_without_an_account_one_sees_the_question_and_its_sql_and_whom_to_ask(app: App, session_id: str, person: Person) -> None:
    turn = work(app, person).follow(session_id).turns[0]
    answer = work(app, person).answer(turn)
    assert told(everything(app, person, session_id)) == set()
    assert answer.result is None and answer.turn.draft is not None and answer.turn.question == QUESTION
    assert answer.trouble is not None and "Ask whoever runs this app" in answer.trouble.hint
    assert ran(app, person) == []


def test_what_was_run_for_a_viewer_is_in_the_audit_once_in_ten_minutes(app: App, session_id: str) -> None:
    for _ in range(3):
        everything(app, BEN, session_id)
    (details,) = ran(app, BEN)
    assert (details["account"], details["connection"], details["rows"]) == ("Ben", "shop", "2") and "SELECT" in details["sql"]


def test_what_is_kept_no_longer_is_run_again(app: App, session_id: str, rooms: Rooms) -> None:
    rows, turn = OwnRows(rooms, kept_s=0), work(app, BEN).follow(session_id).turns[0]
    session = app.sessions.get(session_id)
    assert all(rows.answer(BEN, session, turn.id).result is not None for _ in range(2))
    assert len(ran(app, BEN)) == 2


def test_a_stored_statement_passes_the_guard_again(app: App, session_id: str) -> None:
    turn = app.sessions.turns(session_id)[0]
    assert turn.draft is not None
    app.sessions.save_turn(replace(turn, draft=replace(turn.draft, sql="DELETE FROM sale")))
    answer = work(app, BEN).answer(turn)
    assert answer.result is None and isinstance(answer.trouble, SqlRefused) and ran(app, BEN) == []


def test_a_statement_that_takes_long_for_a_viewer_can_be_stopped_and_run_again(app: App, session_id: str) -> None:
    turn = app.sessions.turns(session_id)[0]
    assert turn.draft is not None
    app.sessions.save_turn(replace(turn, draft=replace(turn.draft, sql=FOR_EVER)))
    ben = work(app, BEN)
    waits = [ben.answer(turn, wait_s=0.05).waiting_s for _ in range(3)]
    assert None not in waits and waits == sorted(waits, key=lambda waited: waited or 0), (
        "one statement, however often it is asked for"
    )
    work(app, CARL).stop_answer(session_id, turn.id)
    assert ben.answer(turn, wait_s=0.05).waiting_s is not None, "nobody stops what runs for somebody else"
    ben.stop_answer(session_id, turn.id)
    stopped = ben.answer(turn)
    assert stopped.result is None and stopped.trouble is not None and stopped.trouble.message == "Stopped."
    assert ben.answer(turn) is stopped, "it stays stopped"
    ben.answer_again(session_id, turn.id)
    assert ben.answer(turn, wait_s=0.05).waiting_s is not None, "it runs again"
    ben.stop_answer(session_id, turn.id)
    assert ben.answer(turn).trouble is not None
    assert [details["outcome"] for details in ran(app, BEN)] == ["stopped", "stopped"]
    app.sessions.save_turn(turn)
    ben.answer_again(session_id, turn.id)
    assert told(everything(app, BEN, session_id)) == {"ben"}


@pytest.mark.parametrize("person", [CARL, DAN, OPERATOR], ids=lambda person: person.kind)
def test_nobody_but_the_owner_asks_or_changes_an_answer(app: App, session_id: str, person: Person) -> None:
    one, turn = work(app, person), app.sessions.turns(session_id)[0].id
    for call in (
        lambda: one.ask(session_id, QUESTION),
        lambda: one.retry(session_id, turn),
        lambda: one.choose(session_id, turn, 0),
        lambda: one.accept(session_id, turn),
        lambda: one.set_chart(session_id, turn, None),
        lambda: app.turns.submit(session_id, QUESTION, author=person),
    ):
        with pytest.raises(NoAccess, match="only the owner of a session can ask"):
            call()
    assert len(app.sessions.turns(session_id)) == 1
    assert len([one for one in app.parts.audit.read(action=AuditAction.REFUSED) if one.person == person.id]) == 5


def test_a_session_of_ones_own_is_answered_through_ones_own_account(app: App) -> None:
    assert told(everything(app, BEN, asked(app, BEN).session_id)) == {"ben"}
    assert told(everything(app, OPERATOR, asked(app, OPERATOR).session_id)) == {"shared"}


@pytest.mark.parametrize("person", [CARL, DAN], ids=lambda person: person.kind)
def test_without_an_account_nobody_asks_nor_sees_tables(app: App, person: Person) -> None:
    visit = app.visit(person)
    with pytest.raises(NoAccount, match="you have none"):
        visit.work.ask(visit.work.start("shop").id, QUESTION)
    for call in (
        lambda: visit.databases.catalog("shop"),
        lambda: visit.databases.sample("shop", "sale"),
        lambda: visit.databases.get("shop"),
    ):
        with pytest.raises(NoAccount):
            call()


def test_tables_are_shown_as_ones_own_account_sees_them(app: App) -> None:
    for person, name in ((ANN, "ann"), (BEN, "ben")):
        databases = app.visit(person).databases
        assert told(repr((databases.catalog("shop"), databases.sample("shop", "sale").rows()))) == {name}


def test_the_operator_sees_what_is_stored(app: App, session_id: str) -> None:
    assert told(everything(app, OPERATOR, session_id)) == {"ann"}


def test_an_owner_who_has_no_account_any_more_sees_no_rows_either(settings: Settings, app: App, session_id: str) -> None:
    with later(settings, people={}) as after:
        assert told(everything(after, ANN, session_id)) == set()
        assert told(everything(after, BEN, session_id)) == set()


def test_a_connection_that_is_gone_keeps_the_fence_around_its_answers(settings: Settings, app: App, session_id: str) -> None:
    with later(settings, name="renamed") as after:
        for person in (BEN, CARL, DAN):
            assert told(everything(after, person, session_id)) == set()


def test_what_was_answered_before_the_setting_was_made_is_fenced_too(settings: Settings, app: App) -> None:
    with later(settings, own_rows=False, people={}) as before:
        old = asked(before, ANN)
        link = work(before, ANN).share(old.session_id, ShareRole.VIEWER)
        work(before, BEN).enter(old.session_id, link.token)
        assert told(everything(before, BEN, old.session_id)) == {"shared"}
    assert told(everything(app, BEN, old.session_id)) == {"ben"}
    assert told(everything(app, ANN, old.session_id)) == {"ann"}
    for call in (lambda: work(app, ANN).ask(old.session_id, QUESTION), lambda: work(app, ANN).retry(old.session_id, old.id)):
        with pytest.raises(NoAccess, match="another account"):
            call()


def test_a_question_that_waited_while_the_setting_was_made_is_not_run(settings: Settings, app: App) -> None:
    with later(settings, own_rows=False, people={}) as before:
        session_id = work(before, DAN).start("shop").id
        waiting = work(before, DAN).ask(session_id, QUESTION)
    app.workers.start()
    done = app.turns.wait(session_id, waiting.id, timeout_s=PATIENCE_S)
    assert done.state is TurnState.FAILED and done.result is None and ran(app, DAN) == []


def test_the_socket_of_a_viewer_carries_nothing_of_the_owners_rows(app: App, session_id: str) -> None:
    heard = {person.id: kinds_and_text(app, person, session_id) for person in (ANN, BEN, CARL, DAN)}
    assert "chunk" in heard[ANN.id][0] and told(heard[ANN.id][1]) == {"ann"}
    for person in (BEN, CARL, DAN):
        kinds, text = heard[person.id]
        assert kinds == {"status", "changed", "done", "company"} and told(text) == set()


class later:
    """The app as it is (or was) with the connection set up otherwise."""

    def __init__(self, settings: Settings, **fields: Any) -> None:
        (spec,) = settings.connections
        self._settings = replace(settings, connections=(replace(spec, **fields),))

    def __enter__(self) -> App:
        self._app = build(self._settings)
        return self._app

    def __exit__(self, *_: object) -> None:
        self._app.close()


def kinds_and_text(app: App, person: Person, session_id: str) -> tuple[set[str], str]:
    """What the socket sends of all the session's events, up to the last one."""
    listening = create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes(lambda: app.live)), log_level="critical", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    query = urlencode({"session": session_id, "token": app.live.tokens.make(session_id, person), "after": "0-0"})
    messages: list[str] = []
    with open_socket(f"ws://127.0.0.1:{listening.getsockname()[1]}/api/events?{query}") as socket:
        app.turns.announce(session_id, "the end")
        while not messages or '"the end"' not in messages[-1]:
            messages.append(str(socket.recv(timeout=PATIENCE_S)))
    server.should_exit = True
    thread.join()
    return {msgspec.json.decode(message)[1]["kind"] for message in messages}, "\n".join(messages)


def test_refusals_are_told_in_words_a_person_understands(app: App, session_id: str) -> None:
    with pytest.raises(TabletalkError) as refused:
        work(app, CARL).ask(session_id, QUESTION)
    assert "On “shop” everybody sees rows of their own" in refused.value.message
    assert refused.value.hint == "Start a session of your own, and ask there."
