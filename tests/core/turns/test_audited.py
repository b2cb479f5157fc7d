"""Every statement that reached a database is in the audit, with whoever asked; never a row of its result."""

from __future__ import annotations

import msgspec
import pytest

from core.config import Settings
from core.models import AuditEntry, Person, TurnState
from core.sessions import codec, keys
from core.turns.desk import Turns
from core.turns.rooms import Rooms
from core.turns.worker import Workers
from tests.core.turns.scripted import FOREVER, ScriptedEngine, close_rooms, open_rooms
from tests.waiting import PATIENCE_S, until

ANA = Person("login:ana", "Ana")
NORTH = "SELECT region FROM sale WHERE region = 'North'"


def ran(rooms: Rooms) -> list[AuditEntry]:
    """Oldest first."""
    return list(reversed(rooms.audit.read(action="ran")))


def test_what_ran_is_noted_with_its_asker_connection_and_number_of_rows(turns: Turns, rooms: Rooms, session_id: str) -> None:
    turn = turns.run_here(session_id, NORTH, author=ANA)
    [entry] = ran(rooms)
    assert (entry.person, entry.name, entry.session_id) == ("login:ana", "Ana", session_id)
    assert entry.details == {"rows": "20", "connection": "shop", "turn": turn.id, "sql": turn.draft and turn.draft.sql}


def test_a_statement_that_failed_or_was_stopped_is_noted_too(settings: Settings, session_id: str) -> None:
    rooms = open_rooms(settings, ScriptedEngine({"SELECT nothing FROM sale": NORTH}))
    try:
        Turns(rooms).run_here(session_id, "SELECT nothing FROM sale", author=ANA)
        assert [(one.details.get("outcome"), one.details.get("rows")) for one in ran(rooms)] == [("failed", None), (None, "20")]
    finally:
        close_rooms(rooms)


def test_a_statement_that_was_stopped_is_noted_as_such(turns: Turns, rooms: Rooms, session_id: str) -> None:
    workers = Workers(rooms, 1)
    workers.start()
    turn = turns.submit(session_id, FOREVER, author=ANA)
    until(lambda: (progress := turns.progress(session_id)) and progress.step == "execute")
    turns.stop(session_id, turn.id)
    assert turns.wait(session_id, turn.id, timeout_s=PATIENCE_S).state is TurnState.CANCELLED
    workers.stop()
    assert [(one.person, one.details["outcome"]) for one in ran(rooms)] == [(ANA.id, "stopped")]


@pytest.mark.parametrize("question", ["which", "refuse", "fail", "DELETE FROM sale"])
def test_what_never_reached_the_database_is_not_noted(turns: Turns, rooms: Rooms, session_id: str, question: str) -> None:
    turns.run_here(session_id, question)
    assert ran(rooms) == []


def test_a_turn_asked_again_keeps_its_asker(turns: Turns, rooms: Rooms, session_id: str) -> None:
    turn = turns.run_here(session_id, "fail", author=ANA)
    assert turns.retry(session_id, turn.id).author_id == ANA.id


def test_a_turn_stored_before_there_were_people_is_read_with_no_one(turns: Turns, rooms: Rooms, session_id: str) -> None:
    turn = turns.run_here(session_id, NORTH, author=Person("browser:me", "me"))
    old = msgspec.json.decode(rooms.redis.hget(keys.turns(session_id), turn.id))
    del old["author_id"]
    assert codec.decode_turn(msgspec.json.encode(old)).author_id == ""
