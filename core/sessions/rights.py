"""Rights: the one place that decides who may do what with a session. Pages, routes and commands all ask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from core.errors import NoAccess, SessionError, SignInNeeded
from core.models import Person, PersonKind, Session, ShareRole
from core.sessions.shares import Held, Shares, is_token
from core.sessions.store import SessionStore

EVERYONE = "everyone"
"""Owner of the sessions that were made before sessions had owners: whoever has the address may go on asking."""


class Act(Enum):
    """What one wants to do, and the least role that may."""

    READ = ShareRole.VIEWER
    ASK = ShareRole.ASKER
    """Also stop, retry, choose, change a chart, and prolong the session's life."""
    MANAGE = ShareRole.OWNER
    """Rename, close, delete, share."""


@dataclass(frozen=True)
class Access:
    """A session as one person may have it."""

    session: Session
    role: ShareRole
    shared: bool
    """Whether anybody else has come by a link that still lets in."""
    own_rows: bool = False
    """What is stored came through another account than theirs: they see rows of their own, and cannot ask."""

    def may(self, act: Act) -> bool:
        return self.role >= act.value


class Rights:
    """Raises InvalidSessionId, SessionNotFound and StoreUnavailable where a method says nothing else. Two round trips each."""

    def __init__(self, store: SessionStore, shares: Shares) -> None:
        self._store, self._shares = store, shares

    def check(self, person: Person, session_id: str, act: Act) -> Access:
        """Raises NoAccess, which says whom to ask, and SignInNeeded."""
        session = self._store.get(session_id)
        held = self._shares.held(session_id)
        role = _role(person, session, held)
        if role is None:
            raise _no_access(person, session, held)
        if not role >= act.value:
            raise NoAccess(_TOO_LITTLE[act], f"Ask {owner_name(session)} for a link that lets you.")
        return Access(session, role, any(link.uses for link in held.open()))

    def may_read(self, person: Person, session_id: str) -> bool:
        """False for a session that is gone, too. Raises StoreUnavailable alone."""
        try:
            self.check(person, session_id, Act.READ)
        except SessionError:
            return False
        return True

    def enter(self, person: Person, session_id: str, token: str) -> bool:
        """Comes by a link, and says whether the person has just become one of the session's company.

        Who has at least as much as the link gives already leaves no trace. Raises NoAccess for a link that does not (any
        longer) let this person in, and SignInNeeded.
        """
        session = self._store.get(session_id)
        held = self._shares.held(session_id)
        link = held.found(token) if is_token(token) else None
        has = _role(person, session, held)
        if has is not None and (link is None or has >= link.role):
            return False
        if link is None or not held.lets_in(link):
            raise _dead(session) if link else _unknown(session)
        if link.sign_in and not person.signed_in:
            raise SignInNeeded("This link is for people who sign in.", "Sign in, and you are brought back to the session.")
        if not _named(person, link.people):
            raise NoAccess("This link was made for other people.", f"Ask {owner_name(session)} to name you ({_called(person)}).")
        return self._shares.come(session_id, token, person)


_TOO_LITTLE = {
    Act.ASK: "You can read this session, but not ask in it.",
    Act.MANAGE: "Only the owner of this session can do that.",
}


def owner_name(session: Session) -> str:
    return session.owner_name or "the one who sent you its address"


def _role(person: Person, session: Session, held: Held) -> ShareRole | None:
    if person.kind is PersonKind.OPERATOR or (session.owner == person.id):
        return ShareRole.OWNER
    roles = [link.role for link in held.by(person.id) if held.lets_in(link)]
    if session.owner == EVERYONE:
        roles.append(ShareRole.ASKER)
    return max(roles, key=list(ShareRole).index, default=None)


def _no_access(person: Person, session: Session, held: Held) -> NoAccess:
    return _dead(session) if held.by(person.id) else _unknown(session)


def _dead(session: Session) -> NoAccess:
    return NoAccess("The link to this session was revoked or has expired.", f"Ask {owner_name(session)} for a new one.")


def _unknown(session: Session) -> NoAccess:
    return NoAccess("This session is not shared with you.", f"Ask {owner_name(session)} for a link to it.")


def _named(person: Person, people: Sequence[str]) -> bool:
    return not people or bool(person.known_as & set(people))


def _called(person: Person) -> str:
    return person.email or person.name
