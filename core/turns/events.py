"""Events: what happens in a session, in a capped Redis stream that lives as long as it and is read by every open page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from core.models import Event, EventKind
from core.sessions import keys
from core.sessions.outage import store_errors
from core.sessions.scripts import Script
from core.turns.lease import Lease, lease_lost

MAX_EVENTS = 1_000
TEXT_EVERY_S = 0.05
FIELD = b"e"

_PUBLISH = Script(
    """
local ttl = redis.call('PTTL', KEYS[1])
if ttl == -2 then return false end
if ARGV[1] ~= '' and redis.call('HGET', KEYS[3], 'token') ~= ARGV[1] then return 0 end
local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[3])
if ttl > 0 then redis.call('PEXPIRE', KEYS[2], ttl) end
if ARGV[1] ~= '' then
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[3], 'text', (redis.call('HGET', KEYS[3], 'text') or '') .. ARGV[4]) end
  redis.call('HSET', KEYS[3], 'event', id, unpack(ARGV, 5))
end
return id
"""
)


def publish(client: Any, session_id: str, event: Event, *, lease: Lease | None = None) -> str:
    """Appends the event and returns its id; "" when the session is gone (nothing is written then).

    With a lease the session's progress is brought up to the event in the same step, and LeaseLost is raised once it is lost.
    """
    payload = msgspec.json.encode({"kind": event.kind, "turn_id": event.turn_id, "data": event.data})
    event_keys = [keys.session(session_id), keys.events(session_id), keys.lease(session_id)]
    args: list[str | bytes | int] = [lease.token if lease else "", MAX_EVENTS, payload, *_progress(event)]
    with store_errors():
        reply = _PUBLISH.run(client, event_keys, args)
    if reply == 0:
        raise lease_lost()
    return reply.decode() if reply else ""


def read(client: Any, session_id: str, after: str = "0-0", *, block_ms: int | None = None, count: int = 1_000) -> list[Event]:
    """Events after the id, oldest first; with block_ms waits that long for the first. block_ms stays below the socket timeout."""
    with store_errors():
        reply = client.xread({keys.events(session_id): after}, count=count, block=block_ms)
    return [decode(event_id, fields) for _, entries in streams(reply) for event_id, fields in entries]


def last_id(client: Any, session_id: str) -> str:
    with store_errors():
        newest = client.xrevrange(keys.events(session_id), count=1)
    return newest[0][0].decode() if newest else "0-0"


def decode(event_id: bytes, fields: dict[bytes, bytes]) -> Event:
    body = msgspec.json.decode(fields[FIELD])
    return Event(EventKind(body["kind"]), body["turn_id"], body["data"], event_id.decode())


def streams(reply: Any) -> list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    """(key, entries) pairs of an XREAD reply, whichever shape the client gives it."""
    return list(reply.items()) if isinstance(reply, dict) else list(reply or [])


class TextChunks:
    """Gathers the small pieces of a streamed text into one event per TEXT_EVERY_S, so that a token costs nothing."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._pieces: list[str] = []
        self._sent = 0.0

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        if time.monotonic() - self._sent >= TEXT_EVERY_S:
            self.flush()

    def flush(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._sent = time.monotonic()
        if text:
            self._send(text)


def _progress(event: Event) -> list[str]:
    """Text to append, then field and value pairs of the lease's hash."""
    data = event.data
    if event.kind is EventKind.STATUS:
        return ["", "step", str(data["step"]), "message", str(data["message"])]
    if event.kind is EventKind.DONE:
        return ["", "over", "1"]
    if event.kind is EventKind.CHUNK and data["type"] == "sql":
        return ["", "sql", str(data["sql"])]
    if event.kind is EventKind.CHUNK and data["type"] == "text":
        return [str(data["text"])]
    return [""]
