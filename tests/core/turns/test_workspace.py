"""What each person can do with a session, tried one by one: owner, asker, viewer, stranger, revoked, expired link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core.errors import NoAccess, SessionClosed, SessionError, SessionNotFound, TabletalkError
from core.models import AuditAction, Person, SessionQuery, ShareRole
from core.sessions.audit import Audit
from core.sessions.rights import Rights
from core.sessions.shares import Shares
from core.turns.desk import Turns
from core.turns.rooms import Rooms
from core.turns.workspace import Parts, Workspace
from tests.aging import expire_link

ANA, ASKER, VIEWER = Person("browser:ana", "Ana"), Person("browser:ask", "Asa"), Person("browser:view", "Vio")
STRANGER, REVOKED, LATE = Person("browser:str", "Stu"), Person("browser:rev", "Rev"), Person("browser:late", "Lea")

READ, ASK, MANAGE = "read", "ask", "manage"
MAY = {ANA: {READ, ASK, MANAGE}, ASKER: {READ, ASK}, VIEWER: {READ}, STRANGER: set(), REVOKED: set(), LATE: set()}


@dataclass(frozen=True)
class Scene:
    parts: Parts
    session_id: str
    turn_id: str

    def of(self, person: Person) -> Workspace:
        return Workspace(self.parts, person)


@pytest.fixture
def scene(rooms: Rooms, turns: Turns) -> Scene:
    """Ana's session with one question, shared with everybody of MAY but the stranger."""
    shares = Shares(rooms.redis, rooms.sessions)
    parts = Parts(rooms.sessions, shares, Rights(rooms.sessions, shares), turns, Audit(rooms.redis))
    ana = Workspace(parts, ANA)
    session_id = ana.start("shop").id
    turn = ana.ask(session_id, "How many?")
    for person, role in (
        (ASKER, ShareRole.ASKER),
        (VIEWER, ShareRole.VIEWER),
        (REVOKED, ShareRole.ASKER),
        (LATE, ShareRole.ASKER),
    ):
        link = ana.share(session_id, role)
        Workspace(parts, person).enter(session_id, link.token)
        if person is REVOKED:
            ana.revoke(session_id, link.token)
        if person is LATE:
            expire_link(rooms.redis, session_id, link.token)
    return Scene(parts, session_id, turn.id)


DOORS: dict[str, tuple[str, Callable[[Workspace, str, str], object]]] = {
    "open": (READ, lambda work, session, turn: work.open(session)),
    "follow": (READ, lambda work, session, turn: work.follow(session)),
    "answer": (READ, lambda work, session, turn: work.answer(work.follow(session).turns[0])),
    "stop_answer": (READ, lambda work, session, turn: work.stop_answer(session, turn)),
    "answer_again": (READ, lambda work, session, turn: work.answer_again(session, turn)),
    "result": (READ, lambda work, session, turn: work.result(session, "none")),
    "event_token": (READ, lambda work, session, turn: work.event_token(session)),
    "pin": (READ, lambda work, session, turn: work.pin(session, True)),
    "exported": (READ, lambda work, session, turn: work.exported(session, turn, "csv")),
    "is_interrupted": (READ, lambda work, session, turn: work.is_interrupted(work.follow(session).turns[0], None)),
    "ask": (ASK, lambda work, session, turn: work.ask(session, "And then?")),
    "stop": (ASK, lambda work, session, turn: work.stop(session, turn)),
    "retry": (ASK, lambda work, session, turn: work.retry(session, turn)),
    "choose": (ASK, lambda work, session, turn: work.choose(session, turn, 0)),
    "accept": (ASK, lambda work, session, turn: work.accept(session, turn)),
    "set_chart": (ASK, lambda work, session, turn: work.set_chart(session, turn, None)),
    "extend": (ASK, lambda work, session, turn: work.extend(session)),
    "rename": (MANAGE, lambda work, session, turn: work.rename(session, "Mine now")),
    "close": (MANAGE, lambda work, session, turn: work.close(session)),
    "reopen": (MANAGE, lambda work, session, turn: work.reopen(session)),
    "links": (MANAGE, lambda work, session, turn: work.links(session)),
    "share": (MANAGE, lambda work, session, turn: work.share(session, ShareRole.ASKER)),
    "revoke": (MANAGE, lambda work, session, turn: work.revoke(session, "none")),
    "delete": (MANAGE, lambda work, session, turn: work.delete(session)),
}
WITHOUT_SESSION = {"find", "start", "enter", "undelete", "person", "signed_in", "signed_out", "audit", "audit_exported"} | {
    "of_guest",
    "take_along",
    "left_behind",
}
"""Methods that name no session of somebody else, or have a test of their own."""


def tried(scene: Scene, person: Person, door: str) -> bool:
    """Whether that person got through."""
    try:
        DOORS[door][1](scene.of(person), scene.session_id, scene.turn_id)
    except NoAccess:
        return False
    except TabletalkError:  # through the rights check, and then told what is wrong with what was asked
        return True
    return True


def test_every_method_of_a_workspace_is_tried() -> None:
    public = {name for name in vars(Workspace) if not name.startswith("_")}
    assert public - WITHOUT_SESSION == set(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_each_person_gets_through_the_doors_of_their_role_alone(scene: Scene, door: str) -> None:
    needed = DOORS[door][0]
    people = [person for person in MAY if needed in MAY[person]]
    refused = [person for person in MAY if needed not in MAY[person]]
    assert not [person.name for person in refused if tried(scene, person, door)]
    assert [person for person in reversed(people) if tried(scene, person, door)] == people[::-1]


def test_a_list_holds_what_is_mine_and_what_is_shared_with_me(scene: Scene) -> None:
    listed = {person.name: [row.id for row in scene.of(person).find(SessionQuery()).rows] for person in MAY}
    assert listed == {name: [scene.session_id] if name in ("Ana", "Asa", "Vio") else [] for name in listed}
    searched = {person.name: scene.of(person).find(SessionQuery(text="many")).total for person in MAY}
    assert searched == {name: 1 if name in ("Ana", "Asa", "Vio") else 0 for name in searched}


def test_a_session_leaves_the_list_of_whom_its_link_was_taken_from(scene: Scene) -> None:
    ana = scene.of(ANA)
    for link in ana.links(scene.session_id):
        ana.revoke(scene.session_id, link.token)
    assert [scene.of(person).find(SessionQuery()).total for person in MAY] == [1, 0, 0, 0, 0, 0]


def test_a_closed_session_is_shared_and_only_read(scene: Scene) -> None:
    ana, session_id = scene.of(ANA), scene.session_id
    ana.close(session_id)
    stranger = scene.of(STRANGER)
    stranger.enter(session_id, ana.share(session_id, ShareRole.ASKER).token)
    assert stranger.follow(session_id).turns[0].id == scene.turn_id
    with pytest.raises(SessionClosed):
        stranger.ask(session_id, "And then?")


def test_only_the_owner_brings_back_what_was_deleted(scene: Scene) -> None:
    scene.of(ANA).delete(scene.session_id)
    for person in MAY:
        with pytest.raises(SessionNotFound):
            scene.of(person).open(scene.session_id)
    for person in (ASKER, VIEWER, STRANGER):
        with pytest.raises(SessionError):
            scene.of(person).undelete(scene.session_id)
    scene.of(ANA).undelete(scene.session_id)
    assert scene.of(VIEWER).follow(scene.session_id).turns[0].id == scene.turn_id


def test_who_asked_is_kept_with_the_question(scene: Scene) -> None:
    scene.of(ASKER).ask(scene.session_id, "And by region?")
    assert [(turn.author, turn.author_id) for turn in scene.of(VIEWER).follow(scene.session_id).turns] == [
        ("Ana", ANA.id),
        ("Asa", ASKER.id),
    ]


def test_the_audit_knows_who_did_what_and_who_was_refused(scene: Scene) -> None:
    with pytest.raises(NoAccess):
        scene.of(STRANGER).open(scene.session_id)
    scene.of(VIEWER).follow(scene.session_id)
    scene.of(VIEWER).exported(scene.session_id, scene.turn_id, "csv")
    audit = scene.parts.audit
    assert {entry.action for entry in audit.read(person=STRANGER.id)} == {AuditAction.REFUSED}
    assert [entry.action for entry in audit.read(person=VIEWER.id)] == ["exported", "opened", "entered"]
    scene.of(ASKER).stop(scene.session_id, scene.turn_id)
    scene.of(ASKER).retry(scene.session_id, scene.turn_id)
    assert [entry.details for entry in audit.read(person=ASKER.id, action="asked")] == [{"question": "How many?", "how": "again"}]
    assert [entry.action for entry in audit.read(person=ANA.id)].count(AuditAction.SHARED) == 4
