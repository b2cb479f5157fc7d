"""Following: one open socket of a page, from its admission to its end: events out, presence kept, rights checked again.

Nothing is sent to somebody who lost the right to read: a change of access is checked before the event that tells of it goes out.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import SessionError, StoreUnavailable, TabletalkError
from core.models import EventKind, Person
from core.sessions.audit import Audit
from core.sessions.rights import Act, Rights
from core.turns import company
from core.turns.company import BEAT_S, Company, Stay
from core.turns.hub import Hub
from core.turns.own_rows import OwnRows
from core.turns.tokens import EventTokens

log = logging.getLogger(__name__)

_WITHOUT_ROWS = (EventKind.STATUS, EventKind.CHANGED, EventKind.DONE, EventKind.COMPANY)
GONE, TRY_LATER, NO_ACCESS = 1000, 1013, 4401
_AGAIN_S = 5.0
_NOBODY_THERE = (WebSocketDisconnect, RuntimeError)
"""Starlette raises the second where one task found the page gone before another."""


@dataclass(frozen=True)
class Pace:
    recheck_s: float = 60.0
    """So often the sign-in and the rights behind an open socket are checked, besides whenever somebody changed them."""
    linger_s: float = 1.0
    """How long somebody who closed a tab is still here: a reload is no leaving."""


@dataclass(frozen=True)
class Live:
    """What the routes need of the process."""

    redis: Any
    hub: Hub
    tokens: EventTokens
    rights: Rights
    counts: Callable[[Person], bool]
    """Whether the sign-in a person came by still does; raises StoreUnavailable."""
    company: Company
    audit: Audit
    rows: OwnRows
    pace: Pace = Pace()


def hears_all(live: Live, person: Person, session_id: str) -> bool | None:
    """None for who may not read; else whether what is computed from rows may be sent. Raises StoreUnavailable."""
    try:
        return live.rows.hears_all(person, live.rights.check(person, session_id, Act.READ).session)
    except SessionError:
        return None


def may_follow(live: Live, person: Person, session_id: str) -> bool:
    """Whether the person may read the session, and the sign-in they came by still counts. Raises StoreUnavailable."""
    return live.counts(person) and live.rights.may_read(person, session_id)


async def follow(socket: WebSocket, live: Live, session_id: str, person: Person) -> None:
    """Until the page is gone, the hub ends or the person may not read any more; nothing the page sends is read."""
    presence = _Presence(live.company, session_id, person)
    try:
        first = await asyncio.to_thread(presence.stay)
    except TabletalkError:
        await socket.close(TRY_LATER)
        return
    parts: tuple[Coroutine[Any, Any, int], ...] = (
        _send(socket, live, session_id, person, company.event(first.here)),
        _stay(presence, first.next_s),
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
        await _leave(presence, live.pace.linger_s if code == GONE else 0)
    if code != GONE:
        with suppress(*_NOBODY_THERE):
            await socket.close(code)


async def _send(socket: WebSocket, live: Live, session_id: str, person: Person, here: bytes) -> int:
    """Who is here first; whoever comes and goes from then on is among the events."""
    try:
        everything = await asyncio.to_thread(hears_all, live, person, session_id)
        if everything is None:
            return NO_ACCESS
        await socket.send_text(f'["",{here.decode()}]')
        async for event_id, payload in live.hub.watch(session_id, socket.query_params.get("after", "")):
            if _changes_access(payload):
                everything = await asyncio.to_thread(hears_all, live, person, session_id)
            if everything is None:
                return NO_ACCESS
            if not everything and not _without_rows(payload):
                continue
            await socket.send_text(f'["{event_id}",{payload.decode()}]')
    except TabletalkError:
        return TRY_LATER
    except _NOBODY_THERE:
        return GONE
    return TRY_LATER


def _changes_access(payload: bytes) -> bool:
    if b'"access"' not in payload:
        return False
    event = msgspec.json.decode(payload)
    return bool(event["kind"] == EventKind.CHANGED and event["data"].get("what") == "access")


def _without_rows(payload: bytes) -> bool:
    """Whether the event says nothing of what came out of a database."""
    return msgspec.json.decode(payload)["kind"] in _WITHOUT_ROWS


class _Presence:
    """Of one socket. A beat that is still on its way when the socket ends must not come after the leaving."""

    def __init__(self, rooms: Company, session_id: str, person: Person) -> None:
        self._company, self._session_id, self._person, self._tab = rooms, session_id, person, company.new_tab()
        self._lock, self._left = threading.Lock(), False

    def stay(self) -> Stay:
        with self._lock:
            if self._left:
                return Stay((), BEAT_S)
            return self._company.stay(self._session_id, self._tab, self._person)

    def leave(self) -> None:
        with self._lock:
            self._left = True
            self._company.leave(self._session_id, self._tab)


async def _stay(presence: _Presence, next_s: float) -> int:
    """Presence is a courtesy: while the store is gone nobody is told of it, and nothing else ends."""
    while True:
        await asyncio.sleep(next_s)
        try:
            next_s = (await asyncio.to_thread(presence.stay)).next_s
        except StoreUnavailable as exc:
            log.debug("%s", exc.message)
            next_s = _AGAIN_S


async def _leave(presence: _Presence, linger_s: float) -> None:
    """Also when the server stops in the middle of it; what cannot be written times out."""
    try:
        await asyncio.sleep(linger_s)
    finally:
        try:
            await asyncio.to_thread(presence.leave)
        except StoreUnavailable as exc:
            log.debug("%s", exc.message)


async def _watch_rights(live: Live, session_id: str, person: Person) -> int:
    """A link that expired, a session that is gone, a sign-in that has ended: nobody tells of these."""
    recheck_s = wait_s = live.pace.recheck_s
    while True:
        await asyncio.sleep(wait_s)
        try:
            if not await asyncio.to_thread(may_follow, live, person, session_id):
                return NO_ACCESS
            wait_s = recheck_s
        except StoreUnavailable as exc:
            log.debug("%s", exc.message)
            wait_s = min(recheck_s, _AGAIN_S)


async def _until_gone(socket: WebSocket) -> int:
    try:
        while True:
            await socket.receive_bytes()
    except (*_NOBODY_THERE, KeyError):
        return GONE
