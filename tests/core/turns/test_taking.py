"""Taking along: what a browser's guest made becomes that of whom they signed in as, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.config import Settings
from core.errors import NoAccess, QuotaReached
from core.models import OPERATOR, AuditAction, Person, PersonKind, SessionQuery, ShareRole
from core.turns.workspace import Workspace
from core.wiring import App, build

GUEST, OTHER = Person("browser:guest", "Guest AAAA"), Person("browser:other", "Guest BBBB")
ANN = Person("login:ann", "Ann", "ann@example.com", PersonKind.LOGIN)
BEN = Person("proxy:ben", "Ben", kind=PersonKind.PROXY)


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    """Without workers: what is asked waits."""
    made = build(settings)
    yield made
    made.close()


def work(app: App, person: Person) -> Workspace:
    return app.visit(person).work


def made(app: App, person: Person, title: str) -> str:
    """A session of theirs with that title."""
    session_id = work(app, person).start("shop").id
    work(app, person).rename(session_id, title)
    return session_id


def titles(app: App, person: Person, **query: object) -> list[str]:
    return sorted(row.title for row in work(app, person).find(SessionQuery(**query)).rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("person", [ANN, BEN], ids=lambda person: person.kind)
def test_all_sessions_of_the_guest_become_the_persons_own(app: App, person: Person) -> None:
    first = made(app, GUEST, "Orders")
    made(app, GUEST, "Returns")
    work(app, GUEST).pin(first, True)
    assert work(app, person).of_guest(GUEST) == 2
    assert work(app, person).left_behind(GUEST, first) and not work(app, person).left_behind(OTHER, first)
    assert work(app, person).take_along(GUEST) == 2
    assert titles(app, person, mine=True) == ["Orders", "Returns"]
    assert titles(app, person, pinned=True) == titles(app, person, text="orders") == ["Orders"]
    assert titles(app, GUEST) == []
    access = work(app, person).open(first)
    assert (access.role, access.session.owner_name) == (ShareRole.OWNER, person.name)
    with pytest.raises(NoAccess, match="not shared with you"):
        work(app, GUEST).open(first)
    assert [entry.session_id for entry in app.parts.audit.read(action=AuditAction.TAKEN) if entry.person == person.id]


def test_once_taken_there_is_nothing_left_to_take(app: App) -> None:
    made(app, GUEST, "Orders")
    assert [work(app, ANN).take_along(GUEST) for _ in range(2)] == [1, 0]
    assert work(app, ANN).of_guest(GUEST) == 0


def test_whom_it_was_shared_with_keeps_it_and_what_was_shared_with_the_guest_is_not_taken(app: App) -> None:
    own, foreign = made(app, GUEST, "Own"), made(app, BEN, "Ben's")
    for owner, session_id, comer in ((GUEST, own, OTHER), (BEN, foreign, GUEST)):
        link = work(app, owner).share(session_id, ShareRole.VIEWER)
        work(app, comer).enter(session_id, link.token)
    assert work(app, ANN).take_along(GUEST) == 1
    assert work(app, OTHER).open(own).role is ShareRole.VIEWER
    assert work(app, BEN).open(foreign).role is ShareRole.OWNER
    with pytest.raises(NoAccess):
        work(app, ANN).open(foreign)


def test_a_closed_session_and_a_question_that_waits_are_taken_as_they_are(app: App) -> None:
    closed, asked = made(app, GUEST, "Closed"), made(app, GUEST, "Asked")
    work(app, GUEST).close(closed)
    turn = work(app, GUEST).ask(asked, "How many orders are there?")
    assert work(app, ANN).take_along(GUEST) == 2
    assert work(app, ANN).open(closed).session.status == "closed"
    assert [one.id for one in work(app, ANN).follow(asked).turns] == [turn.id]


@pytest.mark.parametrize(
    ("taker", "giver"),
    [(OTHER, GUEST), (GUEST, GUEST), (OPERATOR, GUEST), (ANN, BEN), (BEN, ANN), (ANN, ANN), (ANN, OPERATOR)],
    ids=lambda person: person.id,
)
def test_only_who_signed_in_takes_and_only_from_a_guest(app: App, taker: Person, giver: Person) -> None:
    session_id = made(app, giver, "Theirs")
    assert work(app, taker).of_guest(giver) == 0
    with pytest.raises(NoAccess, match="signed in"):
        work(app, taker).take_along(giver)
    assert work(app, giver).open(session_id).role is ShareRole.OWNER


def test_what_is_more_than_the_quota_stays_the_guests(settings: Settings) -> None:
    app = build(replace(settings, sessions_per_user=3))
    for title in ("a", "b"):
        made(app, GUEST, title)
        made(app, ANN, title)
    with pytest.raises(QuotaReached):
        work(app, ANN).take_along(GUEST)
    assert (app.sessions.count(ANN.id), app.sessions.count(GUEST.id)) == (3, 1)
    app.close()


def test_many_are_taken(app: App) -> None:
    for number in range(230):
        app.sessions.create("shop", title=f"Session {number}", owner=GUEST.id)
    assert work(app, ANN).take_along(GUEST) == 230
    assert (app.sessions.count(ANN.id), app.sessions.count(GUEST.id)) == (230, 0)
