"""The lease: one holder per session, seen by everybody, gone with its holder."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import LeaseLost, SessionNotFound
from core.models import Event, EventKind, Turn
from core.sessions import keys
from core.sessions.store import SessionStore
from core.turns import events
from core.turns.lease import Ending, acquire, read_progress
from core.turns.queue import TurnQueue


@pytest.fixture
def queued(sessions: SessionStore, session_id: str) -> list[str]:
    """Two turns in line."""
    turns = [Turn(f"turn{number}", session_id, "?", "", datetime.now(UTC)) for number in range(2)]
    return [sessions.add_turn(turn, queue=True).id for turn in turns]


def test_only_one_worker_gets_the_lease(client: Any, session_id: str) -> None:
    assert acquire(client, session_id) is not None
    assert acquire(client, session_id) is None


def test_each_lease_has_a_higher_fencing_number(client: Any, session_id: str) -> None:
    first = acquire(client, session_id)
    assert first
    first.release()
    second = acquire(client, session_id)
    assert second and second.fence > first.fence


def test_a_deleted_session_has_no_lease(client: Any, sessions: SessionStore, session_id: str) -> None:
    sessions.delete(session_id)
    with pytest.raises(SessionNotFound):
        acquire(client, session_id)


def test_turns_come_in_the_order_they_were_asked(client: Any, session_id: str, queued: list[str]) -> None:
    lease = acquire(client, session_id)
    assert lease
    assert lease.next_turn() == queued[0]
    assert lease.next_turn(done_with=queued[0]) == queued[1]
    assert lease.next_turn(done_with=queued[1]) == ""


def test_an_empty_line_gives_the_lease_up_in_the_same_step(client: Any, session_id: str) -> None:
    lease = acquire(client, session_id)
    assert lease and lease.next_turn() == ""
    assert acquire(client, session_id) is not None


def test_a_lease_that_ran_out_is_lost_to_its_holder(client: Any, session_id: str, queued: list[str]) -> None:
    lease = acquire(client, session_id, ttl_s=0.05)
    assert lease
    time.sleep(0.1)
    other = acquire(client, session_id)
    with pytest.raises(LeaseLost):
        lease.next_turn()
    with pytest.raises(LeaseLost):
        events.publish(client, session_id, Event(EventKind.DONE, queued[0], {"state": "done"}), lease=lease)
    assert other and other.next_turn() == queued[0]


def test_the_heartbeat_keeps_the_lease(client: Any, session_id: str, queued: list[str]) -> None:
    lease = acquire(client, session_id, ttl_s=2)
    assert lease
    with lease.beating():
        time.sleep(2.5)
        assert lease.next_turn() == queued[0]
        assert lease.ending is None


def test_the_heartbeat_sees_that_the_lease_was_lost(client: Any, session_id: str, queued: list[str]) -> None:
    lease = acquire(client, session_id)
    assert lease and lease.next_turn()
    with lease.beating():
        client.delete(keys.lease(session_id))
        assert lease.cancellation.wait(1)
        assert lease.ending is Ending.LOST


def test_stop_reaches_the_running_turn(client: Any, session_id: str, queued: list[str]) -> None:
    lease = acquire(client, session_id)
    assert lease and lease.next_turn()
    with lease.beating():
        assert TurnQueue(client).stop(session_id) == (queued[0], True)
        assert lease.cancellation.wait(1)
        assert lease.ending is Ending.STOP
        lease.next_turn(done_with=queued[0])
        assert not lease.cancellation.cancelled, "the next turn must not inherit the stop"


def test_stop_takes_a_waiting_turn_out_of_the_line(client: Any, session_id: str, queued: list[str]) -> None:
    queue = TurnQueue(client)
    assert queue.stop(session_id, queued[1]) == (queued[1], False)
    assert queue.waiting(session_id) == (queued[0],)


def test_progress_is_what_the_events_told_and_ends_with_the_turn(client: Any, session_id: str, queued: list[str]) -> None:
    lease = acquire(client, session_id)
    assert lease and lease.next_turn()
    said = [
        Event(EventKind.STATUS, queued[0], {"step": "analyse", "message": "Generating insights…"}),
        Event(EventKind.CHUNK, queued[0], {"type": "sql", "sql": "SELECT 1"}),
        Event(EventKind.CHUNK, queued[0], {"type": "text", "text": "There is "}),
        Event(EventKind.CHUNK, queued[0], {"type": "text", "text": "one row."}),
    ]
    ids = [events.publish(client, session_id, event, lease=lease) for event in said]
    progress = read_progress(client, session_id)
    assert progress
    assert (progress.turn_id, progress.step, progress.message) == (queued[0], "analyse", "Generating insights…")
    assert (progress.sql, progress.text, progress.last_event_id) == ("SELECT 1", "There is one row.", ids[-1])
    events.publish(client, session_id, Event(EventKind.DONE, queued[0], {"state": "done"}), lease=lease)
    assert read_progress(client, session_id) is None


def test_without_a_lease_there_is_no_progress(client: Any, session_id: str, queued: list[str]) -> None:
    assert read_progress(client, session_id) is None
