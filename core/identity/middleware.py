"""WhoAsks: what the server adds for identity: the peer's address to every request, and the browser's cookie to pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import anyio
import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import TabletalkError
from core.identity import cookie
from core.identity.identity import Identity
from core.identity.proxy import peer_header

log = logging.getLogger(__name__)

CALLBACK = "/oauth2callback"
"""Streamlit's own address for the return."""
WAIT_S = 3.0
"""How long a page waits for the session store before it is sent without a cookie."""


class WhoAsks:
    """ASGI middleware. `identity` may build the process's parts when it is first called, and raise a TabletalkError."""

    def __init__(self, app: ASGIApp, identity: Callable[[], Identity]) -> None:
        self._app, self._identity = app, identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": peer_header(list(scope["headers"]), receive)}

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _is_page(scope, message):
                    await self._give_cookie(scope, message)
                elif _is_return(scope, message):
                    await self._lead_back(scope, message)
            await send(message)

        await self._app(scope, receive, send_on if scope["type"] == "http" else send)

    async def _give_cookie(self, scope: Scope, message: Message) -> None:
        """A browser without a valid cookie gets one."""
        cookies, secure = HTTPConnection(scope).cookies, _is_secure(scope)
        value = await self._ask(lambda identity: identity.cookie.fresh(cookies, secure=secure))
        if value:
            headers = MutableHeaders(scope=message)
            headers.append("set-cookie", cookie.header(value, secure=secure))
            headers["cache-control"] = "no-store"  # nobody else may get this cookie from a cache

    async def _lead_back(self, scope: Scope, message: Message) -> None:
        """Streamlit sends a browser that comes from its provider to the home page; it goes on to where it was."""
        cookies, headers = HTTPConnection(scope).cookies, MutableHeaders(scope=message)
        place = await self._ask(lambda identity: _way_back(identity, cookies))
        home = headers["location"]
        if place and home.startswith("/") and home.endswith("/") and not home.startswith("//"):
            headers["location"] = home + place

    async def _ask(self, question: Callable[[Identity], str]) -> str:
        """The answer; empty where the store does not give one in time."""
        answer = ""
        with anyio.move_on_after(WAIT_S):
            try:
                answer = await anyio.to_thread.run_sync(lambda: question(self._identity()), abandon_on_cancel=True)
            except TabletalkError as exc:
                log.warning("A browser was not recognised. %s %s", exc.message, exc.detail)
        return answer


def _way_back(identity: Identity, cookies: Mapping[str, str]) -> str:
    browser = identity.cookie.browser(cookies)
    return identity.ways_back.take(browser) if browser else ""


def _is_page(scope: Scope, message: Message) -> bool:
    """A document a browser shows. One that it has already (304) does not say its type: then the request tells."""
    if scope["method"] != "GET":
        return False
    if message["status"] == 304:
        return "text/html" in Headers(scope=scope).get("accept", "")
    return message["status"] == 200 and Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _is_return(scope: Scope, message: Message) -> bool:
    """The answer to a browser its sign-in provider sent back."""
    return (
        str(scope["path"]).endswith(CALLBACK) and 300 <= message["status"] < 400 and "location" in Headers(raw=message["headers"])
    )


def _is_secure(scope: Scope) -> bool:
    """Whether the browser speaks https, to this server or to a proxy in front. Who lies only keeps itself from its cookie."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return "https" in (scope["scheme"], forwarded.split(",")[0].strip().lower())
