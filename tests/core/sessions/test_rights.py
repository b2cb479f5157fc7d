"""Who may do what: owner, asker, viewer, stranger, somebody whose link was revoked or has expired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import NoAccess, QuestionError, SessionExpired, SessionNotFound, SignInNeeded
from core.models import OPERATOR, Person, PersonKind, Session, ShareRole
from core.sessions import keys
from core.sessions.client import Client
from core.sessions.ids import new_session_id
from core.sessions.rights import EVERYONE, Act, Rights
from core.sessions.shares import MAX_LINKS, Shares
from core.sessions.store import SessionStore
from tests.waiting import until

ANA = Person("browser:ana", "Ana")
BEN = Person("browser:ben", "Ben")
CLEO = Person("login:cleo", "Cleo", "cleo@example.com", PersonKind.LOGIN)
DAN = Person("proxy:dan", "Dan", kind=PersonKind.PROXY)


@pytest.fixture
def store(client: Client) -> SessionStore:
    return SessionStore(client, 60, 60)


@pytest.fixture
def shares(client: Client, store: SessionStore) -> Shares:
    return Shares(client, store)


@pytest.fixture
def rights(store: SessionStore, shares: Shares) -> Rights:
    return Rights(store, shares)


@pytest.fixture
def session(store: SessionStore) -> Session:
    return store.create("demo", owner=ANA.id, owner_name=ANA.name)


def may(rights: Rights, person: Person, session: Session) -> list[Act]:
    allowed = []
    for act in Act:
        try:
            rights.check(person, session.id, act)
            allowed.append(act)
        except NoAccess:
            pass
    return allowed


def test_the_owner_and_the_operator_may_do_all_and_a_stranger_nothing(rights: Rights, session: Session) -> None:
    assert may(rights, ANA, session) == may(rights, OPERATOR, session) == list(Act)
    assert may(rights, BEN, session) == []


def test_a_stranger_is_told_whom_to_ask(rights: Rights, session: Session) -> None:
    with pytest.raises(NoAccess) as refused:
        rights.check(BEN, session.id, Act.READ)
    assert refused.value.message == "This session is not shared with you." and "Ask Ana" in refused.value.hint


@pytest.mark.parametrize(("role", "acts"), [(ShareRole.VIEWER, [Act.READ]), (ShareRole.ASKER, [Act.READ, Act.ASK])])
def test_a_link_gives_its_role_and_no_more(
    rights: Rights, shares: Shares, session: Session, role: ShareRole, acts: list[Act]
) -> None:
    link = shares.add(session.id, role)
    assert rights.enter(BEN, session.id, link.token) is True
    assert may(rights, BEN, session) == acts
    assert rights.enter(BEN, session.id, link.token) is False, "who is in already leaves no second trace"
    assert may(rights, DAN, session) == []


def test_who_came_by_two_links_has_the_greater_role(rights: Rights, shares: Shares, session: Session) -> None:
    asker, viewer = shares.add(session.id, ShareRole.ASKER), shares.add(session.id, ShareRole.VIEWER)
    rights.enter(BEN, session.id, viewer.token)
    rights.enter(BEN, session.id, asker.token)
    assert may(rights, BEN, session) == [Act.READ, Act.ASK]
    shares.revoke(session.id, asker.token)
    assert may(rights, BEN, session) == [Act.READ]


def test_a_revoked_link_lets_nobody_in_and_puts_out_who_came_by_it(rights: Rights, shares: Shares, session: Session) -> None:
    link = shares.add(session.id, ShareRole.ASKER)
    rights.enter(BEN, session.id, link.token)
    shares.revoke(session.id, link.token)
    for attempt in (
        lambda: rights.check(BEN, session.id, Act.READ),
        lambda: rights.enter(BEN, session.id, link.token),
        lambda: rights.enter(DAN, session.id, link.token),
    ):
        with pytest.raises(NoAccess, match="revoked or has expired"):
            attempt()
    assert shares.held(session.id).open() == ()


def test_a_link_ends_when_its_time_has_come(rights: Rights, shares: Shares, session: Session) -> None:
    link = shares.add(session.id, ShareRole.VIEWER, expires=datetime.now(UTC) + timedelta(seconds=1))
    rights.enter(BEN, session.id, link.token)
    assert may(rights, BEN, session) == [Act.READ]
    until(lambda: may(rights, BEN, session) == [])
    with pytest.raises(QuestionError, match="expired already"):
        shares.add(session.id, ShareRole.VIEWER, expires=datetime.now(UTC))


def test_a_link_may_ask_for_a_sign_in_or_for_named_people(rights: Rights, shares: Shares, session: Session) -> None:
    signed = shares.add(session.id, ShareRole.VIEWER, sign_in=True)
    with pytest.raises(SignInNeeded):
        rights.enter(BEN, session.id, signed.token)
    assert rights.enter(CLEO, session.id, signed.token)
    named = shares.add(session.id, ShareRole.ASKER, people=[" Cleo@Example.com ", "dan"])
    with pytest.raises(SignInNeeded):
        rights.enter(BEN, session.id, named.token)
    assert rights.enter(DAN, session.id, named.token) and rights.enter(CLEO, session.id, named.token)
    eve = Person("login:eve", "cleo@example.com", "eve@example.com", PersonKind.LOGIN)
    mal = Person("proxy:mal", "dan", kind=PersonKind.PROXY)  # names shown are often chosen by oneself
    for stranger in (eve, mal):
        with pytest.raises(NoAccess, match="other people"):
            rights.enter(stranger, session.id, named.token)


@pytest.mark.parametrize("token", ["", "x", "ä" * 22, "A" * 22, "../../../../etc/passwd"])
def test_a_guessed_token_opens_nothing(rights: Rights, shares: Shares, session: Session, token: str) -> None:
    shares.add(session.id, ShareRole.ASKER)
    with pytest.raises(NoAccess, match="not shared with you"):
        rights.enter(BEN, session.id, token)
    assert may(rights, BEN, session) == []


def test_a_token_opens_only_its_own_session(rights: Rights, shares: Shares, session: Session, store: SessionStore) -> None:
    other = store.create("demo", owner=ANA.id)
    link = shares.add(session.id, ShareRole.ASKER)
    with pytest.raises(NoAccess):
        rights.enter(BEN, other.id, link.token)


def test_links_tell_who_came_and_how_often(rights: Rights, shares: Shares, session: Session) -> None:
    link = shares.add(session.id, ShareRole.ASKER)
    rights.enter(BEN, session.id, link.token)
    rights.enter(DAN, session.id, link.token)
    (listed,) = shares.held(session.id).open()
    assert (listed.token, listed.role, listed.sign_in, listed.expires) == (link.token, ShareRole.ASKER, False, None)
    assert [(use.person, use.name, use.times) for use in listed.uses] == [(BEN.id, "Ben", 1), (DAN.id, "Dan", 1)]
    assert rights.check(ANA, session.id, Act.READ).shared


def test_the_owner_who_opens_the_link_leaves_no_trace(rights: Rights, shares: Shares, session: Session) -> None:
    link = shares.add(session.id, ShareRole.VIEWER)
    assert rights.enter(ANA, session.id, link.token) is False
    assert shares.held(session.id).open()[0].uses == ()
    assert not rights.check(ANA, session.id, Act.READ).shared


def test_coming_by_a_link_adds_no_life_to_a_session(client: Client, rights: Rights, shares: Shares, session: Session) -> None:
    link = shares.add(session.id, ShareRole.VIEWER)
    client.pexpire(keys.session(session.id), 30_000)
    rights.enter(BEN, session.id, link.token)
    assert int(client.pttl(keys.session(session.id))) <= 30_000 >= int(client.pttl(keys.shares(session.id))) > 0


def test_an_expired_session_can_be_entered_and_its_links_revoked_but_not_added_to(
    client: Client, rights: Rights, shares: Shares, session: Session
) -> None:
    link = shares.add(session.id, ShareRole.VIEWER)
    client.hset(keys.session(session.id), "expires", 1)
    assert rights.enter(BEN, session.id, link.token)
    with pytest.raises(SessionExpired):
        shares.add(session.id, ShareRole.VIEWER)
    shares.revoke(session.id, link.token)
    assert may(rights, BEN, session) == []


def test_links_are_gone_with_their_session(client: Client, store: SessionStore, shares: Shares, session: Session) -> None:
    shares.add(session.id, ShareRole.VIEWER)
    assert 0 < int(client.pttl(keys.shares(session.id))) <= 120_000
    with pytest.raises(SessionNotFound):
        shares.add(new_session_id(), ShareRole.VIEWER)


def test_a_session_has_at_most_so_many_links(shares: Shares, session: Session) -> None:
    for _ in range(MAX_LINKS):
        shares.add(session.id, ShareRole.VIEWER)
    with pytest.raises(QuestionError, match="at most 50 links"):
        shares.add(session.id, ShareRole.VIEWER)


def test_a_session_from_before_there_were_owners_stays_open_to_its_address(rights: Rights, store: SessionStore) -> None:
    old = store.create("demo", owner=EVERYONE)
    assert may(rights, BEN, old) == [Act.READ, Act.ASK]
