"""Routes beside the pages: /healthz, and /api/events, the WebSocket on which an open page follows its session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import TabletalkError
from core.sessions.outage import store_errors
from core.turns.hub import Hub
from core.turns.tokens import EventTokens

HEALTH_WAIT_S = 3.0
WRONG_ORIGIN, WRONG_TOKEN, TRY_LATER = 4403, 4401, 1013


@dataclass(frozen=True)
class Live:
    """What the routes need of the process."""

    redis: Any
    hub: Hub
    tokens: EventTokens


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
    """/api/events?session=&after=&token=: messages are JSON, [id, {kind, turn_id, data}]."""
    session_id, token = socket.query_params.get("session", ""), socket.query_params.get("token", "")
    if not _same_origin(socket):
        await socket.close(WRONG_ORIGIN)
        return
    try:
        parts = await asyncio.to_thread(live)
        if not await asyncio.to_thread(parts.tokens.accepts, token, session_id):
            await socket.close(WRONG_TOKEN)
            return
    except TabletalkError:
        await socket.close(TRY_LATER)
        return
    await socket.accept()
    await _pump(socket, parts.hub, session_id)


async def _pump(socket: WebSocket, hub: Hub, session_id: str) -> None:
    """Sends events until the page is gone or the hub ends; nothing the page sends is read."""
    sending = asyncio.create_task(_send(socket, hub, session_id))
    leaving = asyncio.create_task(_until_gone(socket))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        leaving.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send(socket: WebSocket, hub: Hub, session_id: str) -> None:
    try:
        async for event_id, payload in hub.watch(session_id, socket.query_params.get("after", "")):
            await socket.send_text(f'["{event_id}",{payload.decode()}]')
        await socket.close(TRY_LATER)
    except TabletalkError:
        await socket.close(TRY_LATER)
    except WebSocketDisconnect:
        return


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_bytes()
    except (WebSocketDisconnect, KeyError):
        return


def _same_origin(socket: WebSocket) -> bool:
    """A browser always names the origin of the page that asks; whoever is not a browser needs the token alone."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == socket.headers.get("host", "").lower()
