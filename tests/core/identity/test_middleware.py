"""WhoAsks in a real server on loopback: which responses carry a cookie, and whose word about the peer counts."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect as connect_socket

from core.config import Settings
from core.errors import StoreUnavailable
from core.identity.cookie import NAME, SECURE_NAME
from core.identity.identity import Identity
from core.identity.middleware import WhoAsks

SETTINGS = Settings.from_env({"TABLETALK_PROXY_USER_HEADER": "X-Forwarded-User"}).identity


def said(connection: HTTPConnection, identity: Identity) -> dict[str, object]:
    """What a page would learn of who is there."""
    found = identity.identify(connection.cookies, connection.headers.items(), {})
    return {"id": found.id if found else "", "peer": connection.headers.getlist("x-tabletalk-peer")}


@contextmanager
def serving(identity: Callable[[], Identity]) -> Iterator[int]:
    """Port of a server whose pages tell who they think is there."""

    async def page(request: Request) -> Response:
        headers = {"Cache-Control": "no-cache", "ETag": "1"}
        return (
            Response(status_code=304, headers=headers)
            if "if-none-match" in request.headers
            else HTMLResponse("", headers=headers)
        )

    async def who(request: Request) -> Response:
        return JSONResponse(said(request, identity()))

    async def away(request: Request) -> Response:
        return RedirectResponse("/", headers={"content-type": "text/html"})

    async def returned(request: Request) -> Response:
        return RedirectResponse(request.query_params.get("to", "/"), 302)

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(said(websocket, identity()))
        await websocket.close()

    routes = [
        Route("/", page, methods=["GET", "POST"]),
        Route("/who", who),
        Route("/away", away),
        Route("/oauth2callback", returned),
        WebSocketRoute("/socket", socket),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(WhoAsks, identity)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def identity(redis_url: str) -> Identity:
    return Identity(redis.Redis.from_url(redis_url), SETTINGS)


@pytest.fixture
def port(identity: Identity) -> Iterator[int]:
    with serving(lambda: identity) as port:
        yield port


def fetch(
    port: int, path: str = "/", *headers: tuple[str, str], method: str = "GET", come_from: str = "127.0.0.1"
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=(come_from, 0))
    connection.putrequest(method, path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def ask(port: int, *headers: tuple[str, str], come_from: str = "127.0.0.1") -> dict[str, object]:
    return json.loads(fetch(port, "/who", *headers, come_from=come_from).body)  # type: ignore[attr-defined]


def given(response: http.client.HTTPResponse) -> str:
    """The cookie a response sets, as the browser would send it back."""
    return (response.getheader("set-cookie") or "").split(";")[0]


def test_a_page_gives_a_cookie_once_and_nobody_else_may_keep_that_page(port: int) -> None:
    first = fetch(port)
    assert given(first).startswith(f"{NAME}=") and first.getheader("cache-control") == "no-store"
    again = fetch(port, "/", ("Cookie", given(first)))
    assert (given(again), again.getheader("cache-control")) == ("", "no-cache")
    assert str(ask(port, ("Cookie", given(first)))["id"]).startswith("browser:")


@pytest.mark.parametrize("value", ["forged", "a.b.c", "x" * 6_000, '"', "\xff", ""])
def test_a_forged_cookie_is_replaced_and_never_an_error(port: int, value: str) -> None:
    response = fetch(port, "/", ("Cookie", f"{NAME}={value}"))
    assert response.status == 200 and given(response)
    assert ask(port, ("Cookie", f"{NAME}={value}"))["id"] == ""


def test_only_documents_carry_it(port: int) -> None:
    assert not given(fetch(port, "/who"))
    assert not given(fetch(port, "/away"))
    assert not given(fetch(port, "/nowhere"))
    assert not given(fetch(port, "/", method="POST"))
    assert not given(fetch(port, "/", ("If-None-Match", "1")))
    assert given(fetch(port, "/", ("If-None-Match", "1"), ("Accept", "text/html")))


@pytest.mark.parametrize("proto", ["https", "HTTPS", "https, http"])
def test_behind_a_proxy_that_speaks_https_it_is_secure(port: int, proto: str) -> None:
    response = fetch(port, "/", ("X-Forwarded-Proto", proto))
    assert given(response).startswith(f"{SECURE_NAME}=") and "; Secure" in (response.getheader("set-cookie") or "")
    assert "; Secure" not in (fetch(port, "/", ("X-Forwarded-Proto", "http, https")).getheader("set-cookie") or "")


def test_the_proxys_header_counts_from_a_trusted_address_alone(port: int) -> None:
    assert ask(port, ("X-Forwarded-User", "ann"))["id"] == "proxy:ann"
    assert ask(port, ("X-Forwarded-User", "ann"), come_from="127.0.0.2") == {"id": "", "peer": ["127.0.0.2"]}


def test_a_proxy_that_tells_for_whom_it_asks_is_believed_still(port: int) -> None:
    assert ask(port, ("X-Forwarded-User", "ann"), ("X-Forwarded-For", "203.0.113.9"))["id"] == "proxy:ann"


@pytest.mark.parametrize(
    "name", ["X-Tabletalk-Peer", "x-tabletalk-peer", "X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"]
)
def test_a_client_cannot_say_that_it_is_the_proxy(port: int, name: str) -> None:
    claimed = ((name, "127.0.0.1"), (name, "for=127.0.0.1"), ("X-Forwarded-User", "root"))
    assert ask(port, *claimed, come_from="127.0.0.2") == {"id": "", "peer": ["127.0.0.2"]}


def test_a_header_a_client_sent_through_the_proxy_names_nobody(port: int) -> None:
    assert ask(port, ("X-Forwarded-User", "root"), ("X-Forwarded-User", "ann"))["id"] == ""


def test_a_socket_knows_its_peer_as_a_page_does(port: int) -> None:
    told = []
    for come_from in ("127.0.0.1", "127.0.0.2"):
        headers = {"X-Forwarded-User": "ann", "X-Tabletalk-Peer": "127.0.0.1", "X-Forwarded-For": "203.0.113.9"}
        with connect_socket(f"ws://127.0.0.1:{port}/socket", additional_headers=headers, source_address=(come_from, 0)) as socket:
            told.append(json.loads(socket.recv()))
    assert told == [{"id": "proxy:ann", "peer": ["127.0.0.1"]}, {"id": "", "peer": ["127.0.0.2"]}]


def returning(port: int, *headers: tuple[str, str], path: str = "/oauth2callback") -> str:
    return fetch(port, path, *headers).getheader("location") or ""


def test_a_browser_that_comes_from_its_provider_goes_on_to_where_it_was(port: int, identity: Identity) -> None:
    value, other = identity.cookie.make(), identity.cookie.make()
    identity.ways_back.keep(identity.cookie.browser({NAME: value}), "data", {"session": "A" * 22})
    assert returning(port) == "/"
    assert returning(port, ("Cookie", f"{NAME}=forged")) == "/"
    assert returning(port, ("Cookie", f"{NAME}={other}")) == "/"
    assert returning(port, ("Cookie", f"{NAME}={value}")) == "/data?session=" + "A" * 22
    assert returning(port, ("Cookie", f"{NAME}={value}")) == "/"


@pytest.mark.parametrize("home", ["//evil.example/", "https://evil.example/", "/elsewhere", "evil/"])
def test_only_the_way_to_the_home_page_is_changed(port: int, identity: Identity, home: str) -> None:
    value = identity.cookie.make()
    identity.ways_back.keep(identity.cookie.browser({NAME: value}), "data", {})
    assert returning(port, ("Cookie", f"{NAME}={value}"), path=f"/oauth2callback?to={home}") == home


def test_an_app_under_a_path_of_its_own_is_returned_to_there(port: int, identity: Identity) -> None:
    value = identity.cookie.make()
    identity.ways_back.keep(identity.cookie.browser({NAME: value}), "", {"session": "A"})
    assert returning(port, ("Cookie", f"{NAME}={value}"), path="/oauth2callback?to=/talk/") == "/talk/?session=A"


def test_a_page_comes_without_a_cookie_while_the_store_is_away(identity: Identity) -> None:
    state = {"away": True}

    def store() -> Identity:
        if state["away"]:
            raise StoreUnavailable("The session store cannot be reached.")
        return identity

    with serving(store) as port:
        assert (fetch(port).status, given(fetch(port))) == (200, "")
        state["away"] = False
        assert given(fetch(port))
