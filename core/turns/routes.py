"""Routes beside the pages: /healthz, and /api/events, the WebSocket on which an open page follows its session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from core.errors import TabletalkError
from core.models import AuditAction, Person
from core.sessions.outage import store_errors
from core.turns.following import NO_ACCESS, TRY_LATER, Live, follow, may_follow

HEALTH_WAIT_S = 3.0
WRONG_ORIGIN = 4403


def routes(live: Callable[[], Live]) -> list[BaseRoute]:
    """`live` may build the process's parts when it is first called, and raise a TabletalkError."""

    async def healthz(request: Request) -> Response:
        return await _healthz(live)

    async def events(socket: WebSocket) -> None:
        await _events(socket, live)

    return [Route("/healthz", healthz, methods=["GET"]), WebSocketRoute("/api/events", events)]


async def _healthz(live: Callable[[], Live]) -> Response:
    """200 when Redis answers in time, else 503 with what is wrong, in words."""

    def ask() -> None:
        with store_errors():
            live().redis.ping()

    message = "The session store does not answer."
    with anyio.move_on_after(HEALTH_WAIT_S):
        try:
            await anyio.to_thread.run_sync(ask, abandon_on_cancel=True)
            return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
        except TabletalkError as exc:
            message = exc.message
    return JSONResponse({"status": "unavailable", "message": message}, 503, headers={"Cache-Control": "no-store"})


async def _events(socket: WebSocket, live: Callable[[], Live]) -> None:
    """/api/events?session=&after=&token=: messages are JSON, [id, {kind, turn_id, data}]; the id is empty for what is not stored.

    Refused with 403, or closed with 4401 later, for whoever may not read the session.
    """
    session_id, token = socket.query_params.get("session", ""), socket.query_params.get("token", "")
    if not _same_origin(socket):
        await socket.close(WRONG_ORIGIN)
        return
    try:
        parts = await asyncio.to_thread(live)
        person = await asyncio.to_thread(_admitted, parts, session_id, token)
    except TabletalkError:
        await socket.close(TRY_LATER)
        return
    if person is None:
        await socket.close(NO_ACCESS)
        return
    await socket.accept()
    await follow(socket, parts, session_id, person)


def _admitted(parts: Live, session_id: str, token: str) -> Person | None:
    """Whom the token names, where they may read. Raises StoreUnavailable."""
    person = parts.tokens.opens(token, session_id)
    if person is None:
        return None
    if not may_follow(parts, person, session_id):
        parts.audit.record(person, AuditAction.REFUSED, session_id, what="live events")
        return None
    return person


def _same_origin(socket: WebSocket) -> bool:
    """A browser always names the origin of the page that asks; whoever is not a browser needs the token alone."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == socket.headers.get("host", "").lower()
