"""Following: one open socket of a page, from its admission to its end: events out, presence kept, rights checked again.

Nothing is sent to somebody who lost the right to read: a change of access is checked before the event that tells of it goes out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import SessionError, StoreUnavailable, TabletalkError
from core.models import EventKind, Person
from core.sessions.audit import Audit
from core.sessions.rights import Act, Rights
from core.turns import company
from core.turns.company import Company
from core.turns.hub import Hub
from core.turns.tokens import EventTokens

log = logging.getLogger(__name__)

GONE, TRY_LATER, NO_ACCESS = 1000, 1013, 4401
_AGAIN_S = 5.0


@dataclass(frozen=True)
class Pace:
    recheck_s: float = 60.0
    """So often the rights behind an open socket are checked, besides whenever somebody changed them."""
    linger_s: float = 1.0
    """How long somebody who closed a tab is still here: a reload is no leaving."""


@dataclass(frozen=True)
class Live:
    """What the routes need of the process."""

    redis: Any
    hub: Hub
    tokens: EventTokens
    rights: Rights
    company: Company
    audit: Audit
    pace: Pace = Pace()


def may_read(live: Live, person: Person, session_id: str) -> bool:
    """Raises StoreUnavailable."""
    try:
        live.rights.check(person, session_id, Act.READ)
    except SessionError:
        return False
    return True


async def follow(socket: WebSocket, live: Live, session_id: str, person: Person) -> None:
    """Until the page is gone, the hub ends or the person may not read any more; nothing the page sends is read."""
    tab = company.new_tab()
    try:
        first = await asyncio.to_thread(live.company.stay, session_id, tab, person)
    except TabletalkError:
        await socket.close(TRY_LATER)
        return
    parts: tuple[Coroutine[Any, Any, int], ...] = (
        _send(socket, live, session_id, person, company.event(first.here)),
        _stay(live, session_id, person, tab, first.next_s),
        _watch_rights(live, session_id, person),
        _until_gone(socket),
    )
    tasks = {asyncio.create_task(part) for part in parts}
    code = TRY_LATER
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        code = min(task.result() for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _leave(live, session_id, tab, linger_s=live.pace.linger_s if code == GONE else 0)
    if code != GONE:
        await socket.close(code)


async def _send(socket: WebSocket, live: Live, session_id: str, person: Person, here: bytes) -> int:
    """Who is here first; whoever comes and goes from then on is among the events."""
    try:
        await socket.send_text(f'["",{here.decode()}]')
        async for event_id, payload in live.hub.watch(session_id, socket.query_params.get("after", "")):
            if _changes_access(payload) and not await asyncio.to_thread(may_read, live, person, session_id):
                return NO_ACCESS
            await socket.send_text(f'["{event_id}",{payload.decode()}]')
    except TabletalkError:
        return TRY_LATER
    except WebSocketDisconnect:
        return GONE
    return TRY_LATER


def _changes_access(payload: bytes) -> bool:
    if b'"access"' not in payload:
        return False
    event = msgspec.json.decode(payload)
    return bool(event["kind"] == EventKind.CHANGED and event["data"].get("what") == "access")


async def _stay(live: Live, session_id: str, person: Person, tab: str, next_s: float) -> int:
    """Presence is a courtesy: while the store is gone nobody is told of it, and nothing else ends."""
    while True:
        await asyncio.sleep(next_s)
        try:
            next_s = (await asyncio.to_thread(live.company.stay, session_id, tab, person)).next_s
        except StoreUnavailable as exc:
            log.debug("%s", exc.message)
            next_s = _AGAIN_S


async def _leave(live: Live, session_id: str, tab: str, *, linger_s: float) -> None:
    """Also when the server stops in the middle of it; what cannot be written times out."""
    try:
        await asyncio.sleep(linger_s)
    finally:
        try:
            await asyncio.to_thread(live.company.leave, session_id, tab)
        except StoreUnavailable as exc:
            log.debug("%s", exc.message)


async def _watch_rights(live: Live, session_id: str, person: Person) -> int:
    """A link that expired, a session that is gone: nobody tells of these."""
    recheck_s = wait_s = live.pace.recheck_s
    while True:
        await asyncio.sleep(wait_s)
        try:
            if not await asyncio.to_thread(may_read, live, person, session_id):
                return NO_ACCESS
            wait_s = recheck_s
        except StoreUnavailable as exc:
            log.debug("%s", exc.message)
            wait_s = min(recheck_s, _AGAIN_S)


async def _until_gone(socket: WebSocket) -> int:
    try:
        while True:
            await socket.receive_bytes()
    except (WebSocketDisconnect, KeyError):
        return GONE
