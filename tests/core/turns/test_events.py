"""Events: capped, as long-lived as their session, the same for every reader."""

from __future__ import annotations

import time
from typing import Any

from core.models import Event, EventKind
from core.sessions import keys
from core.sessions.store import SessionStore
from core.turns import events
from core.turns.events import TextChunks

SAID = Event(EventKind.STATUS, "turn0", {"step": "draft", "message": "Analyzing “your” question…"})


HOUR_AND_GRACE_MS = 2 * 3600 * 1000


def test_what_is_published_is_read_back(client: Any, session_id: str) -> None:
    event_id = events.publish(client, session_id, SAID)
    (found,) = events.read(client, session_id)
    assert found == Event(SAID.kind, SAID.turn_id, SAID.data, event_id)
    assert events.last_id(client, session_id) == event_id


def test_a_reader_goes_on_after_the_last_id_it_saw(client: Any, session_id: str) -> None:
    first, second = (events.publish(client, session_id, SAID) for _ in range(2))
    assert [event.id for event in events.read(client, session_id, first)] == [second]
    assert events.read(client, session_id, second, block_ms=10) == []


def test_the_stream_is_capped(client: Any, session_id: str) -> None:
    for _ in range(1_500):
        events.publish(client, session_id, SAID)
    assert client.xlen(keys.events(session_id)) < 1_200


def test_the_stream_ends_with_its_session(client: Any, session_id: str) -> None:
    events.publish(client, session_id, SAID)
    assert 0 < client.pttl(keys.events(session_id)) <= HOUR_AND_GRACE_MS


def test_a_deleted_session_gets_no_events_any_more(client: Any, sessions: SessionStore, session_id: str) -> None:
    sessions.delete(session_id)
    assert events.publish(client, session_id, SAID) == ""
    assert not client.exists(keys.events(session_id))


def test_streamed_text_is_sent_in_few_events_and_complete() -> None:
    sent: list[str] = []
    chunks = TextChunks(sent.append)
    for number in range(300):
        chunks.add(f"{number} ")
        time.sleep(0.0005)
    chunks.flush()
    assert "".join(sent) == "".join(f"{number} " for number in range(300))
    assert len(sent) < 15
