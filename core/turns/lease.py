"""Lease: the right to run the turns of one session, one after another, with a fencing number on every write.

It is one hash with a short TTL, so what a running turn tells of itself (see `Progress`) is gone together with its worker.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.cancellation import Cancellation
from core.errors import LeaseLost, SessionNotFound, StoreUnavailable
from core.sessions import keys
from core.sessions.outage import store_errors
from core.sessions.scripts import Script

LEASE_TTL_S = 10.0
HEARTBEAT_S = 0.3
HELD, STOP_ASKED = 1, 2

_ACQUIRE = Script(
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
local held = redis.call('HGET', KEYS[2], 'token')
if held and held ~= ARGV[1] then return 0 end
if not held then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'token', ARGV[1], 'fence', redis.call('HINCRBY', KEYS[1], 'fence', 1))
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return tonumber(redis.call('HGET', KEYS[2], 'fence'))
"""
)
_NEXT = Script(
    """
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return false end
if ARGV[2] ~= '' and redis.call('LINDEX', KEYS[2], 0) == ARGV[2] then redis.call('LPOP', KEYS[2]) end
local head = redis.call('LINDEX', KEYS[2], 0)
if not head then
  redis.call('DEL', KEYS[1])
  return ''
end
redis.call('HDEL', KEYS[1], 'stop', 'step', 'message', 'sql', 'text', 'over')
local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
redis.call('HSET', KEYS[1], 'turn', head, 'started', ARGV[3], 'event', last[1] and last[1][1] or '0-0')
return head
"""
)
_BEAT = Script(
    """
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local stop = redis.call('HGET', KEYS[1], 'stop')
return stop and stop == redis.call('HGET', KEYS[1], 'turn') and 2 or 1
"""
)
_RELEASE = Script(
    """
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' and redis.call('LINDEX', KEYS[2], 0) == ARGV[2] then redis.call('LPOP', KEYS[2]) end
return redis.call('LLEN', KEYS[2])
"""
)


class Ending(StrEnum):
    """Why a running turn was cancelled."""

    STOP = "stop"
    """A person pressed Stop."""
    LOST = "lost"
    """Another worker owns the session, or Redis was gone for too long."""
    SHUTDOWN = "shutdown"
    """This process ends."""


@dataclass(frozen=True)
class Progress:
    """What the turn that holds the session's lease is doing, for a page that attaches in the middle."""

    turn_id: str
    step: str
    message: str
    started: datetime
    """When its worker began with it."""
    sql: str
    text: str
    """The analysis text streamed so far."""
    last_event_id: str
    """Every event up to this one is in here; read on after it."""


class Lease:
    """Held by one worker thread. `beating` renews it and passes a Stop on to the running turn."""

    def __init__(self, client: Any, session_id: str, token: str, fence: int, ttl_s: float) -> None:
        self.session_id, self.token, self.fence = session_id, token, fence
        self.cancellation = Cancellation()
        """Of the turn that runs now."""
        self.ending: Ending | None = None
        self._client, self._ttl_s = client, ttl_s
        self._over = threading.Event()
        self._lock = threading.Lock()

    def next_turn(self, done_with: str = "") -> str:
        """Takes `done_with` off the queue and returns the turn to run now, or "" after giving up the lease on an empty queue.

        Both in one step, so that no question falls between. Raises LeaseLost.
        """
        with self._lock:
            self.cancellation, self.ending = Cancellation(), None
        queue = [keys.lease(self.session_id), keys.queue(self.session_id), keys.events(self.session_id)]
        with store_errors():
            head = _NEXT.run(self._client, queue, [self.token, done_with, str(time.time())])
        if head is None:
            raise lease_lost()
        return bytes(head).decode()

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Within the block the lease is renewed and Stop is seen; a lost lease cancels the running turn."""
        thread = threading.Thread(target=self._keep, name="tabletalk-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(timeout=1)

    def release(self, done_with: str = "") -> bool:
        """Takes `done_with` off the queue and gives the lease up; True when no turn waits. A lost lease is left alone."""
        with store_errors():
            left = _RELEASE.run(self._client, [keys.lease(self.session_id), keys.queue(self.session_id)], [self.token, done_with])
        return not left

    def shut_down(self) -> None:
        """Cancels the running turn because this process ends."""
        self._end(self.cancellation, Ending.SHUTDOWN)

    def _end(self, cancellation: Cancellation, ending: Ending) -> None:
        with self._lock:
            if cancellation is not self.cancellation:  # that turn is over, this is the next one
                return
            self.ending = self.ending or ending
        cancellation.cancel()

    def _keep(self) -> None:
        renewed = time.monotonic()
        while not self._over.wait(HEARTBEAT_S):
            asked, running = time.monotonic(), self.cancellation
            try:
                with store_errors():
                    answer = _BEAT.run(self._client, [keys.lease(self.session_id)], [self.token, _ms(self._ttl_s)])
            except StoreUnavailable:
                if time.monotonic() - renewed > self._ttl_s:
                    self._end(running, Ending.LOST)
                    return
                continue
            renewed = asked
            if answer == STOP_ASKED:
                self._end(running, Ending.STOP)
            elif answer != HELD and not self._over.is_set():
                self._end(running, Ending.LOST)
                return


def acquire(client: Any, session_id: str, *, ttl_s: float = LEASE_TTL_S) -> Lease | None:
    """The lease of the session, or None while another worker holds it. Raises SessionNotFound when the session is gone."""
    token = secrets.token_urlsafe(12)
    lease_keys = [keys.session(session_id), keys.lease(session_id)]
    with store_errors():
        fence = _ACQUIRE.run(client, lease_keys, [token, _ms(ttl_s)])
    if fence < 0:
        raise SessionNotFound("There is no such session (any more).", "Open another one from the list, or start a new one.")
    return Lease(client, session_id, token, int(fence), ttl_s) if fence else None


def read_progress(client: Any, session_id: str) -> Progress | None:
    """None while nobody holds the lease, and once the turn under it is over."""
    with store_errors():
        held = {key.decode(): value.decode() for key, value in client.hgetall(keys.lease(session_id)).items()}
    if not held.get("turn") or held.get("over"):
        return None
    return Progress(
        turn_id=held["turn"],
        step=held.get("step", ""),
        message=held.get("message", ""),
        started=datetime.fromtimestamp(float(held["started"]), UTC),
        sql=held.get("sql", ""),
        text=held.get("text", ""),
        last_event_id=held.get("event", "0-0"),
    )


def lease_lost() -> LeaseLost:
    return LeaseLost("Another worker took this session over.", "Look at the session again.")


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
