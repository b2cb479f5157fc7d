"""TurnQueue: which sessions have turns to run, as one Redis stream with a consumer group for all processes.

A message says "wake this session"; which turns wait, in order, is the session's own list. So a message too many is harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from core.models import Turn
from core.sessions import keys
from core.sessions.codec import encode_turn
from core.sessions.outage import store_errors
from core.sessions.scripts import Script, writing
from core.sessions.store import SessionStore

GROUP = "workers"
CONSUMER = "worker"
"""One name for all: who holds a message says nothing, the session's lease decides; and no dead consumers pile up."""

# ARGV[4] turn id, [5] JSON, [6] the field of the person's chart: stored and put in line in one step, so that no turn is stored
# as queued and waits nowhere. The chart was drawn for the old result; the new one may have other columns.
_PUSH = writing(
    """
if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 0 then return {'unknown'} end
put(KEYS[2], ARGV[4], ARGV[5])
redis.call('HDEL', KEYS[2], ARGV[6])
redis.call('RPUSH', KEYS[5], ARGV[4])
slide()
return {'ok'}
"""
)
_STOP = Script(
    """
local running = redis.call('HGET', KEYS[1], 'turn')
local turn = ARGV[1] ~= '' and ARGV[1] or running or redis.call('LINDEX', KEYS[2], 0)
if not turn then return {'none', ''} end
if turn == running then
  redis.call('HSET', KEYS[1], 'stop', turn)
  return {'running', turn}
end
redis.call('LREM', KEYS[2], 0, turn)
return {'waiting', turn}
"""
)


@dataclass(frozen=True)
class Wake:
    message_id: bytes
    session_id: str


class TurnQueue:
    """Threads share one. Every method raises StoreUnavailable when Redis is gone."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def push_again(self, sessions: SessionStore, turn: Turn) -> None:
        """Stores a turn that was there before and puts it at the end of its session's line; twice in line is harmless."""
        sessions.write(_PUSH, turn.session_id, turn.id, encode_turn(turn), keys.chart_field(turn.id))

    def wake(self, session_id: str) -> None:
        """Has a worker of any process look at the session's line."""
        with store_errors():
            self._client.xadd(keys.TURN_QUEUE, {"session": session_id})

    def waiting(self, session_id: str) -> tuple[str, ...]:
        """The turns in line, the running one first."""
        with store_errors():
            return tuple(turn.decode() for turn in self._client.lrange(keys.queue(session_id), 0, -1))

    def stop(self, session_id: str, turn_id: str = "") -> tuple[str, bool]:
        """Asks the running turn to stop, or takes a waiting one out of the line; without an id the running or the first one.

        Returns the turn's id ("" when there is none) and whether a worker runs it.
        """
        with store_errors():
            what, turn = _STOP.run(self._client, [keys.lease(session_id), keys.queue(session_id)], [turn_id])
        return turn.decode(), what == b"running"

    def take(self, block_ms: int, idle_ms: int) -> Wake | None:
        """The next message: first one that another worker left unfinished for idle_ms, then a new one within block_ms."""
        with store_errors():
            try:
                return self._claim(idle_ms) or self._read(block_ms)
            except ResponseError as exc:
                if "NOGROUP" not in str(exc):
                    raise
                self._make_group()
        return None

    def finish(self, wake: Wake) -> None:
        with store_errors():
            self._client.xack(keys.TURN_QUEUE, GROUP, wake.message_id)
            self._client.xdel(keys.TURN_QUEUE, wake.message_id)

    def _claim(self, idle_ms: int) -> Wake | None:
        reply = self._client.xautoclaim(keys.TURN_QUEUE, GROUP, CONSUMER, idle_ms, "0-0", count=1)
        return _wake(reply[1])

    def _read(self, block_ms: int) -> Wake | None:
        reply = self._client.xreadgroup(GROUP, CONSUMER, {keys.TURN_QUEUE: ">"}, count=1, block=block_ms)
        streams = list(reply.items()) if isinstance(reply, dict) else reply or []
        return _wake(streams[0][1]) if streams else None

    def _make_group(self) -> None:
        try:
            self._client.xgroup_create(keys.TURN_QUEUE, GROUP, id="0", mkstream=True)
        except ResponseError as exc:
            if "BUSYGROUP" not in str(exc):
                raise


def _wake(messages: Any) -> Wake | None:
    for message_id, fields in messages:
        if fields and b"session" in fields:
            return Wake(message_id, fields[b"session"].decode("utf-8", "replace"))
    return None
