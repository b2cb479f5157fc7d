"""Ids that lead to no session: unknown, expired, malformed. Each is told in its words, and nothing else is touched."""

from __future__ import annotations

import pytest

from core.errors import InvalidSessionId, QuestionError, SessionExpired, SessionNotFound
from core.models import SessionStatus, Turn
from core.sessions import keys
from core.sessions.ids import new_session_id
from core.sessions.store import SessionStore
from tests.aging import expire_session
from tests.bad_input.conftest import OpenScene
from tests.bad_input.scene import COUNT, Scene, assert_failed, assert_sentence
from tests.waiting import until


@pytest.mark.parametrize(
    "session_id",
    [
        "",
        "x",
        "../../etc/passwd",
        "<script>",
        "é" * 22,
        "A" * 21,
        "A" * 5000,
        "A" * 22 + "\n",
        "{" + "A" * 20 + "}",
        "A" * 21 + "*",
    ],
)
def test_a_malformed_id_is_told(scene: Scene, session_id: str) -> None:
    for use in (
        lambda: scene.app.turns.run_here(session_id, COUNT),
        lambda: scene.app.turns.submit(session_id, COUNT),
        lambda: scene.app.sessions.get(session_id),
        lambda: scene.app.sessions.restore(session_id),
    ):
        with pytest.raises(InvalidSessionId) as refused:
            use()
        assert_sentence(refused.value, "This link does not lead to a session.", "copied whole")
    scene.goes_on(rows=[(3,)])


def test_an_unknown_or_deleted_session_is_told(scene: Scene) -> None:
    deleted = scene.app.sessions.create("shop").id
    scene.app.sessions.delete(deleted)
    for session_id in (new_session_id(), deleted):
        with pytest.raises(SessionNotFound) as refused:
            scene.app.turns.run_here(session_id, COUNT)
        assert_sentence(refused.value, "There is no such session", "start a new one")
        assert scene.app.redis.exists(f"session:{{{session_id}}}") == 0, "no stub is left behind"
    scene.goes_on(rows=[(3,)])


def test_an_expired_session_can_be_read_not_continued_and_revived(scene: Scene) -> None:
    answered = scene.goes_on(rows=[(3,)])
    expire_session(scene.app.redis, scene.session_id)
    with pytest.raises(SessionExpired) as refused:
        scene.ask(COUNT)
    assert_sentence(refused.value, "This session has expired; it can be read but not continued.", "Extend it")
    session, turns, results = scene.app.sessions.restore(scene.session_id)
    assert session.status is SessionStatus.EXPIRED and [turn.id for turn in turns] == [answered.id] and len(results) == 1
    scene.app.sessions.extend(scene.session_id)
    scene.goes_on(rows=[(3,)])


def test_a_session_that_expires_after_its_grace_is_gone_without_a_trace(scene: Scene) -> None:
    session_id = SessionStore(scene.app.redis, ttl_s=0.1, grace_s=0.1).create("shop").id
    until(lambda: not scene.app.redis.exists(keys.session(session_id)))
    with pytest.raises(SessionNotFound) as refused:
        scene.app.turns.run_here(session_id, COUNT)
    assert_sentence(refused.value, "There is no such session")
    assert not [key for key in scene.app.redis.scan_iter("session:*") if session_id.encode() in key]


def test_a_turn_that_is_not_there_is_told(scene: Scene) -> None:
    for use in (scene.app.turns.retry, scene.app.sessions.turn):
        with pytest.raises((SessionNotFound, QuestionError)) as refused:
            use(scene.session_id, "no-such-turn")
        assert refused.value.message and refused.value.hint
    scene.goes_on(rows=[(3,)])


def test_a_session_of_a_connection_that_was_taken_away_says_which_there_are(open_scene: OpenScene) -> None:
    scene = open_scene()
    scene.session_id = scene.app.sessions.create("old shop").id
    turn: Turn = scene.ask(COUNT)
    assert_failed(turn, "There is no connection “old shop”.", "Choose one of these: shop.")
