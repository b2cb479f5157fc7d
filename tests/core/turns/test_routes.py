"""The routes beside the pages, on a real server and a real WebSocket."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as open_socket

from core.errors import StoreUnavailable
from core.http_headers import HttpHeaders
from core.models import Event, EventKind
from core.turns import events
from core.turns.hub import Hub
from core.turns.routes import Live, routes
from core.turns.tokens import EventTokens


@pytest.fixture
def live(client: Any) -> Iterator[Live]:
    hub = Hub(client)
    yield Live(client, hub, EventTokens(client))
    hub.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[], Live]], str]]:
    """Starts a server with our routes and returns host:port."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(provide: Callable[[], Live]) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=routes(provide), middleware=[Middleware(HttpHeaders)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="websockets-sansio"))
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
    address, token = serve(lambda: live), live.tokens.make(session_id)
    before = tell(client, session_id, "draft")
    with open_socket(f"ws://{address}/api/events?session={session_id}&after=0-0&token={token}") as page:
        assert json.loads(page.recv(2)) == [
            before,
            {"kind": "status", "turn_id": "turn0", "data": {"step": "draft", "message": "…"}},
        ]
        after = tell(client, session_id, "execute")
        assert json.loads(page.recv(2))[0] == after


def test_a_page_that_comes_back_gets_only_what_it_missed(serve: Any, live: Live, client: Any, session_id: str) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id)
    first, second = tell(client, session_id, "draft"), tell(client, session_id, "execute")
    with open_socket(f"ws://{address}/api/events?session={session_id}&after={first}&token={token}") as page:
        assert json.loads(page.recv(2))[0] == second


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_another_origin_is_refused(serve: Any, live: Live, session_id: str, origin: Any) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id)
    with pytest.raises(InvalidStatus) as refused:
        open_socket(f"ws://{address}/api/events?session={session_id}&token={token}", origin=origin).close()
    assert refused.value.response.status_code == 403


def test_our_own_origin_is_accepted(serve: Any, live: Live, session_id: str) -> None:
    address, token = serve(lambda: live), live.tokens.make(session_id)
    with open_socket(f"ws://{address}/api/events?session={session_id}&token={token}", origin=f"http://{address}"):
        pass


@pytest.mark.parametrize(
    "query",
    ["", "session={0}", "session={0}&token=junk", "session=../x&token={1}", "session=BBBBBBBBBBBBBBBBBBBBBB&token={1}"],
)
def test_without_a_token_of_the_session_nothing_is_told(serve: Any, live: Live, session_id: str, query: str) -> None:
    asked = query.format(session_id, live.tokens.make(session_id))
    with pytest.raises(InvalidStatus):
        open_socket(f"ws://{serve(lambda: live)}/api/events?{asked}").close()


def test_the_socket_is_refused_while_the_store_is_gone(serve: Any, session_id: str) -> None:
    def provide() -> Live:
        raise StoreUnavailable("Gone.")

    with pytest.raises(InvalidStatus):
        open_socket(f"ws://{serve(provide)}/api/events?session={session_id}&token=x").close()


def tell(client: Any, session_id: str, step: str) -> str:
    return events.publish(client, session_id, Event(EventKind.STATUS, "turn0", {"step": step, "message": "…"}))
