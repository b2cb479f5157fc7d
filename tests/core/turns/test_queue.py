"""The queue between processes: nothing is lost, whoever dies."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import SessionNotFound
from core.models import Turn
from core.sessions import keys
from core.sessions.store import SessionStore
from core.turns.queue import TurnQueue

HOUR_AND_GRACE_MS = 2 * 3600 * 1000


def taken(queue: TurnQueue, idle_ms: int = 10_000) -> Any:
    return queue.take(20, idle_ms) or queue.take(20, idle_ms)  # the first call on an empty Redis makes the group


def test_a_woken_session_is_given_to_one_worker(client: Any, session_id: str) -> None:
    queue = TurnQueue(client)
    queue.wake(session_id)
    assert taken(queue).session_id == session_id
    assert taken(queue) is None


def test_a_message_that_was_never_finished_comes_again(client: Any, session_id: str) -> None:
    queue = TurnQueue(client)
    queue.wake(session_id)
    assert taken(queue)
    time.sleep(0.05)
    again = taken(queue, idle_ms=30)
    assert again.session_id == session_id


def test_a_finished_message_leaves_nothing_behind(client: Any, session_id: str) -> None:
    queue = TurnQueue(client)
    queue.wake(session_id)
    queue.finish(taken(queue))
    assert client.xlen(keys.TURN_QUEUE) == 0
    assert taken(queue, idle_ms=0) is None


def test_the_queue_survives_a_redis_that_forgot_everything(client: Any, sessions: SessionStore, session_id: str) -> None:
    queue = TurnQueue(client)
    assert taken(queue) is None
    client.flushall()
    queue.wake(session_id)
    assert taken(queue).session_id == session_id


def queued(session_id: str) -> Turn:
    return Turn("turn0", session_id, "?", "", datetime.now(UTC))


def test_a_gone_session_gets_no_queue_of_its_own(client: Any, sessions: SessionStore, session_id: str) -> None:
    sessions.delete(session_id)
    with pytest.raises(SessionNotFound):
        TurnQueue(client).push_again(sessions, queued(session_id))
    assert TurnQueue(client).waiting(session_id) == ()


def test_the_line_of_a_session_ends_with_the_session(client: Any, sessions: SessionStore, session_id: str) -> None:
    sessions.add_turn(queued(session_id))
    TurnQueue(client).push_again(sessions, queued(session_id))
    assert TurnQueue(client).waiting(session_id) == ("turn0",)
    assert 0 < client.pttl(f"session:{{{session_id}}}:queue") <= HOUR_AND_GRACE_MS
