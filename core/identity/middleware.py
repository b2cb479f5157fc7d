"""WhoAsks: what the server adds for identity: the peer's address to every request, and the browser's cookie to pages."""

from __future__ import annotations

import logging
from collections.abc import Callable

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

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(scope, message):
                await self._give_cookie(scope, message)
            await send(message)

        await self._app(scope, receive, send_with_cookie if scope["type"] == "http" else send)

    async def _give_cookie(self, scope: Scope, message: Message) -> None:
        """A browser without a valid cookie gets one; where the store does not answer in time, the page comes without."""
        cookies, secure = HTTPConnection(scope).cookies, _is_secure(scope)

        def fresh() -> str:
            return self._identity().cookie.fresh(cookies, secure=secure)

        value = ""
        with anyio.move_on_after(WAIT_S):
            try:
                value = await anyio.to_thread.run_sync(fresh, abandon_on_cancel=True)
            except TabletalkError as exc:
                log.warning("A page was sent without a cookie. %s %s", exc.message, exc.detail)
        if value:
            headers = MutableHeaders(scope=message)
            headers.append("set-cookie", cookie.header(value, secure=secure))
            headers["cache-control"] = "no-store"  # nobody else may get this cookie from a cache


def _is_page(scope: Scope, message: Message) -> bool:
    """A document a browser shows. One that it has already (304) does not say its type: then the request tells."""
    if scope["method"] != "GET":
        return False
    if message["status"] == 304:
        return "text/html" in Headers(scope=scope).get("accept", "")
    return message["status"] == 200 and Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _is_secure(scope: Scope) -> bool:
    """Whether the browser speaks https, to this server or to a proxy in front. Who lies only keeps itself from its cookie."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return "https" in (scope["scheme"], forwarded.split(",")[0].strip().lower())
