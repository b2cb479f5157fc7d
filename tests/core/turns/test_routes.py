"""The routes beside the pages, on a real server and a real WebSocket."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_socket

from core.config import IdentitySettings
from core.errors import StoreUnavailable
from core.http_headers import HttpHeaders
from core.identity.identity import Identity
from core.models import Event, EventKind, Person, PersonKind, ShareRole
from core.sessions.audit import Audit
from core.sessions.ids import new_session_id
from core.sessions.rights import Rights
from core.sessions.shares import Shares
from core.sessions.store import SessionStore
from core.turns import events
from core.turns.company import Company
from core.turns.following import NO_ACCESS, Live, Pace
from core.turns.hub import Hub
from core.turns.own_rows import OwnRows
from core.turns.rooms import Rooms
from core.turns.routes import routes
from core.turns.tokens import DAY_S, VALID_DAYS, EventTokens
from tests.aging import expire_link
from tests.waiting import PATIENCE_S, until

ANA, BEN = Person("browser:ana", "Ana"), Person("browser:ben", "Ben")


@pytest.fixture
def shares(client: Any, sessions: SessionStore) -> Shares:
    return Shares(client, sessions)


@pytest.fixture
def live(client: Any, sessions: SessionStore, shares: Shares, rooms: Rooms) -> Iterator[Live]:
    hub, rights, rows = Hub(client), Rights(sessions, shares), OwnRows(rooms)
    counts = Identity(client, IdentitySettings(login_s=3_600)).counts
    yield Live(client, hub, EventTokens(client), rights, counts, Company(client), Audit(client), rows, Pace(linger_s=0))
    hub.close()


@pytest.fixture
def session_id(sessions: SessionStore) -> str:
    return sessions.create("shop", owner=ANA.id, owner_name=ANA.name).id


@pytest.fixture
def serve(client: Any) -> Iterator[Callable[[Callable[[], Live]], str]]:
    """Starts a server with our routes and returns host:port. It ends before the client of the test."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(provide: Callable[[], Live]) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=routes(provide), middleware=[Middleware(HttpHeaders)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        running.append((server, thread))
        while not server.started:
            time.sleep(0.01)
        return f"127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(5)


def get(address: str, path: str) -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, json.loads(body)


def test_healthz_is_ok_while_redis_answers(serve: Any, live: Live) -> None:
    status, headers, body = get(serve(lambda: live), "/healthz")
    assert (status, body) == (200, {"status": "ok"})
    assert headers["cache-control"] == "no-store"


def test_healthz_says_in_words_that_redis_is_gone(serve: Any) -> None:
    def provide() -> Live:
        raise StoreUnavailable("The session store cannot be reached.")

    status, _, body = get(serve(provide), "/healthz")
    assert (status, body) == (503, {"status": "unavailable", "message": "The session store cannot be reached."})


def test_every_response_carries_the_security_headers(serve: Any, live: Live) -> None:
    _, headers, _ = get(serve(lambda: live), "/healthz")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_page_follows_its_session_over_the_socket(serve: Any, live: Live, client: Any, session_id: str) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id, ANA)
    before = tell(client, session_id, "draft")
    with open_socket(f"ws://{address}/api/events?session={session_id}&after=0-0&token={token}") as page:
        assert told(page) == [
            before,
            {"kind": "status", "turn_id": "turn0", "data": {"step": "draft", "message": "…"}},
        ]
        after = tell(client, session_id, "execute")
        assert told(page)[0] == after


def test_a_page_that_comes_back_gets_only_what_it_missed(serve: Any, live: Live, client: Any, session_id: str) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id, ANA)
    first, second = tell(client, session_id, "draft"), tell(client, session_id, "execute")
    with open_socket(f"ws://{address}/api/events?session={session_id}&after={first}&token={token}") as page:
        assert told(page)[0] == second


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_another_origin_is_refused(serve: Any, live: Live, session_id: str, origin: Any) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id, ANA)
    with pytest.raises(InvalidStatus) as refused:
        open_socket(f"ws://{address}/api/events?session={session_id}&token={token}", origin=origin).close()
    assert refused.value.response.status_code == 403


def test_our_own_origin_is_accepted(serve: Any, live: Live, session_id: str) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id, ANA)
    with open_socket(f"ws://{address}/api/events?session={session_id}&token={token}", origin=f"http://{address}"):
        pass


@pytest.mark.parametrize(
    "query",
    ["", "session={0}", "session={0}&token=junk", "session=../x&token={1}", "session=BBBBBBBBBBBBBBBBBBBBBB&token={1}"],
)
def test_without_a_token_of_the_session_nothing_is_told(serve: Any, live: Live, session_id: str, query: str) -> None:
    asked = query.format(session_id, live.tokens.make(session_id, ANA))
    with pytest.raises(InvalidStatus):
        open_socket(f"ws://{serve(lambda: live)}/api/events?{asked}").close()


def test_the_socket_is_refused_while_the_store_is_gone(serve: Any, session_id: str) -> None:
    def provide() -> Live:
        raise StoreUnavailable("Gone.")

    with pytest.raises(InvalidStatus):
        open_socket(f"ws://{serve(provide)}/api/events?session={session_id}&token=x").close()


def test_who_has_no_right_is_told_nothing_and_the_audit_knows(
    serve: Any, live: Live, client: Any, shares: Shares, session_id: str
) -> None:
    """A stranger, one whose link was revoked, one whose link has expired, and anybody on a session that is not there."""
    address = serve(lambda: live)
    revoked = shares.add(session_id, ShareRole.VIEWER)
    live.rights.enter(BEN, session_id, revoked.token)
    shares.revoke(session_id, revoked.token)
    cleo, expired = Person("browser:cleo", "Cleo"), shares.add(session_id, ShareRole.ASKER)
    live.rights.enter(cleo, session_id, expired.token)
    expire_link(client, session_id, expired.token)
    nowhere = new_session_id()
    for person, session in ((Person("browser:dan", "Dan"), session_id), (BEN, session_id), (cleo, session_id), (ANA, nowhere)):
        with pytest.raises(InvalidStatus):
            open_socket(follow(live, address, session, person)).close()
    refused = [(entry.name, entry.action, entry.session_id) for entry in live.audit.read()]
    assert refused == [
        (name, "refused", session) for name, session in (("Ana", nowhere), *((n, session_id) for n in ("Cleo", "Ben", "Dan")))
    ]


def test_a_token_of_another_person_gives_that_persons_rights_and_an_old_one_none(serve: Any, live: Live, session_id: str) -> None:
    address = serve(lambda: live)
    old = [session_id, int(time.time()) // DAY_S - VALID_DAYS - 1, ANA.id, ANA.name, "browser"]
    for token in (live.tokens.make(session_id, BEN), str(live.tokens._signed().dumps(old))):
        with pytest.raises(InvalidStatus):
            open_socket(f"ws://{address}/api/events?session={session_id}&token={token}").close()


@pytest.mark.parametrize("role", [ShareRole.VIEWER, ShareRole.ASKER])
def test_revoking_closes_the_open_socket_at_once_and_only_of_those_who_came_by_the_link(
    serve: Any, live: Live, client: Any, shares: Shares, session_id: str, role: ShareRole
) -> None:
    address, link = serve(lambda: live), shares.add(session_id, role)
    live.rights.enter(BEN, session_id, link.token)
    with (
        open_socket(follow(live, address, session_id, ANA)) as owner,
        open_socket(follow(live, address, session_id, BEN)) as guest,
    ):
        first = tell(client, session_id, "draft")
        assert told(guest)[0] == told(owner)[0] == first
        shares.revoke(session_id, link.token)
        changed = events.publish(client, session_id, Event(EventKind.CHANGED, "", {"what": "access"}))
        after = tell(client, session_id, "execute")
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                assert told(guest)[0] not in (changed, after)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == NO_ACCESS == 4401
        assert [told(owner)[0], told(owner)[0]] == [changed, after]


def test_who_may_still_read_after_a_change_is_told_of_it(
    serve: Any, live: Live, client: Any, shares: Shares, session_id: str
) -> None:
    """The page is drawn again then, with what its person may do now."""
    address, links = serve(lambda: live), [shares.add(session_id, role) for role in (ShareRole.VIEWER, ShareRole.ASKER)]
    for link in links:
        live.rights.enter(BEN, session_id, link.token)
    with open_socket(follow(live, address, session_id, BEN)) as guest:
        shares.revoke(session_id, links[1].token)
        changed = events.publish(client, session_id, Event(EventKind.CHANGED, "", {"what": "access"}))
        assert told(guest) == [changed, {"kind": "changed", "turn_id": "", "data": {"what": "access"}}]


def test_a_link_that_expires_under_an_open_socket_closes_it_at_the_next_check(
    serve: Any, live: Live, client: Any, shares: Shares, session_id: str
) -> None:
    address = serve(lambda: replace(live, pace=Pace(recheck_s=0.2, linger_s=0)))
    link = shares.add(session_id, ShareRole.VIEWER)
    live.rights.enter(BEN, session_id, link.token)
    with (
        open_socket(follow(live, address, session_id, BEN)) as guest,
        open_socket(follow(live, address, session_id, ANA)) as owner,
    ):
        expire_link(client, session_id, link.token)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                guest.recv(PATIENCE_S)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == NO_ACCESS
        time.sleep(0.3)
        owner.ping().wait(PATIENCE_S)


def test_a_sign_in_that_ends_closes_its_open_sockets_and_opens_none(
    serve: Any, live: Live, client: Any, shares: Shares, session_id: str
) -> None:
    address = serve(lambda: replace(live, pace=Pace(recheck_s=0.2, linger_s=0)))
    link = shares.add(session_id, ShareRole.VIEWER)
    signed_in = int(time.time())
    tabs = [Person("login:ben", "Ben", kind=PersonKind.LOGIN, signed_in_at=at) for at in (signed_in, signed_in - 60)]
    live.rights.enter(tabs[0], session_id, link.token)
    with (
        open_socket(follow(live, address, session_id, tabs[0])) as ended,
        open_socket(follow(live, address, session_id, tabs[1])) as other,
    ):
        Identity(client, IdentitySettings()).end_login(tabs[0], {"iat": signed_in})
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                ended.recv(PATIENCE_S)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == NO_ACCESS
        time.sleep(0.3)
        other.ping().wait(PATIENCE_S)
    old = Person("login:ben", "Ben", kind=PersonKind.LOGIN, signed_in_at=signed_in - 4_000)
    for person in (tabs[0], old):
        with pytest.raises(InvalidStatus):
            open_socket(follow(live, address, session_id, person))


def test_a_deleted_session_is_told_and_its_sockets_end(
    serve: Any, live: Live, client: Any, sessions: SessionStore, session_id: str
) -> None:
    address = serve(lambda: replace(live, pace=Pace(recheck_s=0.2, linger_s=0)))
    with open_socket(follow(live, address, session_id, ANA)) as owner:
        deleted = events.publish(client, session_id, Event(EventKind.CHANGED, "", {"what": "deleted"}))
        assert told(owner)[0] == deleted
        sessions.delete(session_id)
        with pytest.raises(ConnectionClosed):
            told(owner)


def test_a_page_that_leaves_the_moment_it_comes_harms_nothing(
    serve: Any, live: Live, session_id: str, capfd: pytest.CaptureFixture[str]
) -> None:
    address = serve(lambda: live)
    for _ in range(20):
        page = open_socket(follow(live, address, session_id, ANA), close_timeout=0)
        page.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, without a farewell
        page.socket.close()
    until(lambda: live.company.here(session_id) == ())
    assert "Traceback" not in capfd.readouterr().err


def test_whoever_opens_a_page_is_told_who_is_here_and_the_others_that_they_came_and_left(
    serve: Any, live: Live, shares: Shares, session_id: str
) -> None:
    address, link = serve(lambda: live), shares.add(session_id, ShareRole.VIEWER)
    live.rights.enter(BEN, session_id, link.token)
    with open_socket(follow(live, address, session_id, ANA)) as owner:
        assert names(owner) == ["Ana"]
        with open_socket(follow(live, address, session_id, BEN)) as guest:
            assert names(guest) == ["Ana", "Ben"]
            assert names(owner, count=2) == ["Ana", "Ben"]
            assert [one.name for one in live.company.here(session_id)] == ["Ana", "Ben"]
        assert names(owner, count=1) == ["Ana"]
    until(lambda: live.company.here(session_id) == ())


def test_a_reload_and_a_second_tab_are_no_coming_and_no_leaving(serve: Any, live: Live, session_id: str) -> None:
    address = serve(lambda: replace(live, pace=Pace(linger_s=1)))
    with open_socket(follow(live, address, session_id, ANA)) as first:
        assert names(first) == ["Ana"]
        with open_socket(follow(live, address, session_id, ANA)) as second:
            assert names(second) == ["Ana"]
        with open_socket(follow(live, address, session_id, ANA)) as again:
            assert names(again) == ["Ana"]
        time.sleep(1.5)
        heard = []
        with pytest.raises(TimeoutError):
            while True:
                heard.append(json.loads(first.recv(0.1))[1])
        assert [len(event["data"]["here"]) for event in heard] in ([], [1]), "at most the first coming itself"


def tell(client: Any, session_id: str, step: str) -> str:
    return events.publish(client, session_id, Event(EventKind.STATUS, "turn0", {"step": step, "message": "…"}))


def follow(live: Live, address: str, session_id: str, person: Person) -> str:
    """The address a page drawn now opens."""
    asked = {
        "session": session_id,
        "after": events.last_id(live.redis, session_id),
        "token": live.tokens.make(session_id, person),
    }
    return f"ws://{address}/api/events?{urlencode(asked)}"


def told(page: ClientConnection) -> Any:
    """The next event that is not of who is here."""
    while (message := json.loads(page.recv(PATIENCE_S)))[1]["kind"] == "company":
        pass
    return message


def names(page: ClientConnection, count: int = 0) -> list[str]:
    """Who is here, as the next event of it says; the next with `count` names where given."""
    while True:
        event = json.loads(page.recv(PATIENCE_S))[1]
        if event["kind"] == "company" and count in (0, event["data"]["count"]):
            return [one["name"] for one in event["data"]["here"]]
