"""Workspace: everything one person can do with sessions. Each method asks Rights first; pages have nothing else of sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import AdminsOnly, NoAccess, SessionNotFound, SignInNeeded
from core.models import (
    AuditAction,
    ChartSpec,
    Person,
    PersonKind,
    ResultSet,
    Session,
    SessionPage,
    SessionQuery,
    ShareLink,
    ShareRole,
    Turn,
)
from core.sessions.audit import Audit
from core.sessions.rights import Access, Act, Rights
from core.sessions.shares import Shares
from core.sessions.store import SessionStore
from core.turns.desk import Turns
from core.turns.lease import Progress
from core.turns.own_rows import Answer, bare, bare_session

_OWN = SessionQuery(mine=True, limit=100)


@dataclass(frozen=True)
class Followed:
    """A session as a page draws it, read in the order in which nothing can fall between: events, progress, turns."""

    access: Access
    cursor: str
    progress: Progress | None
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Parts:
    """What every person's workspace shares; built once per process."""

    sessions: SessionStore
    shares: Shares
    rights: Rights
    turns: Turns
    audit: Audit


class Workspace:
    """Of one person. Every method that names a session raises the session errors: NoAccess where the person may not."""

    def __init__(self, parts: Parts, person: Person) -> None:
        self._sessions, self._shares, self._rights = parts.sessions, parts.shares, parts.rights
        self._turns, self._audit, self._rows = parts.turns, parts.audit, parts.turns.rows
        self.person = person

    def signed_in(self) -> None:
        """To be noted once per sign-in."""
        self._note(AuditAction.SIGNED_IN, "")

    def signed_out(self) -> None:
        self._note(AuditAction.SIGNED_OUT, "")

    # --- lists

    def find(self, query: SessionQuery) -> SessionPage:
        """Of the person's own sessions and those shared with them; what is no longer shared leaves the list."""
        page = self._sessions.find(self.person.id, query)
        lost = [row.id for row in page.rows if row.owner != self.person.id and not self._rights.may_read(self.person, row.id)]
        for session_id in lost:
            self._leave(self.person.id, session_id)
        page = self._sessions.find(self.person.id, query) if lost else page
        return replace(page, rows=tuple(row for row in page.rows if row.id not in lost))

    # --- a session

    def start(self, connection: str) -> Session:
        return self._sessions.create(connection, owner=self.person.id, owner_name=self.person.name)

    def open(self, session_id: str) -> Access:
        """The session, and as what this person has it."""
        return self._may(session_id, Act.READ)

    def enter(self, session_id: str, token: str) -> None:
        """Comes by a link; from then on the session's address alone is enough."""
        with self._refusals(session_id):
            new = self._rights.enter(self.person, session_id, token)
        if new:
            self._sessions.index.add_member(self.person.id, session_id)
            self._note(AuditAction.ENTERED, session_id)

    def follow(self, session_id: str) -> Followed:
        """Where rows are everybody's own, turns without anything computed from rows: `answer` has that."""
        access = self.open(session_id)
        self._note(AuditAction.OPENED, session_id)
        cursor = self._turns.cursor(session_id)
        progress = self._turns.progress(session_id)
        turns = self._sessions.turns(session_id)
        if access.own_rows:
            progress, turns = replace(progress, text="") if progress else None, tuple(map(bare, turns))
        return Followed(access, cursor, progress, turns)

    def answer(self, turn: Turn, *, wait_s: float | None = None) -> Answer:
        """The turn with its rows, as this person may see both; rows of their own are waited for no longer than wait_s."""
        access = self.open(turn.session_id)
        if access.own_rows:
            return self._rows.answer(self.person, access.session, turn.id, wait_s=wait_s)
        return Answer(turn, self._sessions.result(turn.session_id, turn.result.id) if turn.result else None)

    def stop_answer(self, session_id: str, turn_id: str) -> None:
        """Ends the statement that runs for this person's own rows of an answer."""
        self.open(session_id)
        self._rows.stop(self.person, session_id, turn_id)

    def answer_again(self, session_id: str, turn_id: str) -> None:
        """Has this person's own rows of an answer read anew the next time they are asked for."""
        self.open(session_id)
        self._rows.again(self.person, session_id, turn_id)

    def result(self, session_id: str, result_id: str) -> ResultSet | None:
        """None where its rows are no longer kept, and where the person may not see them."""
        return None if self.open(session_id).own_rows else self._sessions.result(session_id, result_id)

    def is_interrupted(self, turn: Turn, progress: Progress | None) -> bool:
        """Whether the turn's worker died."""
        self.open(turn.session_id)
        return self._turns.is_interrupted(turn, progress)

    def event_token(self, session_id: str) -> str:
        """What the browser shows at the events socket."""
        self.open(session_id)
        return self._turns.event_token(session_id, self.person)

    # --- asking

    def ask(self, session_id: str, question: str, *, engine: str = "auto") -> Turn:
        self._asking(session_id)
        turn = self._turns.submit(session_id, question, author=self.person, engine=engine)
        self._note(AuditAction.ASKED, session_id, question=question)
        return turn

    def stop(self, session_id: str, turn_id: str) -> None:
        self._may(session_id, Act.ASK)
        self._turns.stop(session_id, turn_id)

    def retry(self, session_id: str, turn_id: str) -> Turn:
        self._asking(session_id)
        return self._noted(self._turns.retry(session_id, turn_id), "again")

    def choose(self, session_id: str, turn_id: str, choice: int) -> Turn:
        self._asking(session_id)
        return self._noted(self._turns.choose(session_id, turn_id, choice, author=self.person), "chosen")

    def accept(self, session_id: str, turn_id: str) -> Turn:
        self._asking(session_id)
        return self._noted(self._turns.accept(session_id, turn_id), "answered anyway")

    def set_chart(self, session_id: str, turn_id: str, chart: ChartSpec | None) -> None:
        self._asking(session_id)
        self._sessions.set_user_chart(session_id, turn_id, chart)
        self._turns.announce(session_id, "chart", turn_id)

    def extend(self, session_id: str, *, keep: bool = False) -> None:
        """The whole life again from now; keep=True: from now on a longer one after every use."""
        self._may(session_id, Act.ASK)
        self._sessions.extend(session_id, keep=keep)
        self._turns.announce(session_id, "life")

    # --- managing

    def rename(self, session_id: str, title: str) -> None:
        self._may(session_id, Act.MANAGE)
        self._sessions.rename(session_id, title)
        self._turns.announce(session_id, "title")
        self._note(AuditAction.RENAMED, session_id, title=title)

    def pin(self, session_id: str, on: bool) -> None:
        """On top of this person's list; others do not see it."""
        self._may(session_id, Act.READ)
        self._sessions.index.pin(self.person.id, session_id, on)

    def close(self, session_id: str) -> None:
        """Read-only for everybody until it is reopened."""
        self._may(session_id, Act.MANAGE)
        self._sessions.close(session_id)
        self._turns.announce(session_id, "status")
        self._note(AuditAction.CLOSED, session_id)

    def reopen(self, session_id: str) -> None:
        self._may(session_id, Act.MANAGE)
        self._sessions.reopen(session_id)
        self._turns.announce(session_id, "status")
        self._note(AuditAction.REOPENED, session_id)

    def undelete(self, session_id: str) -> None:
        """Within ten minutes, and only by its owner. Raises SessionNotFound."""
        anybody = self.person.kind is PersonKind.OPERATOR
        self._sessions.undelete(session_id, owner="" if anybody else self.person.id)
        self._turns.wake(session_id)
        self._note(AuditAction.RESTORED, session_id)

    def delete(self, session_id: str) -> None:
        """At once for everybody; undone by `undelete`. The worker at it loses its lease, and with that its statement stops."""
        self._may(session_id, Act.MANAGE)
        self._turns.announce(session_id, "deleted")
        self._sessions.delete(session_id)
        self._note(AuditAction.DELETED, session_id)

    def of_guest(self, guest: Person) -> int:
        """How many sessions this person could take along."""
        return self._sessions.find(guest.id, _OWN).total if self._takes_from(guest) else 0

    def left_behind(self, guest: Person, session_id: str) -> bool:
        """Whether that session is among them."""
        return self._takes_from(guest) and self._sessions.get(session_id).owner == guest.id

    def take_along(self, guest: Person) -> int:
        """Makes all sessions of a guest this person's own, and says how many. `guest` is the same human: the browser proves it.

        Raises NoAccess where this person or that guest is not of that kind, and QuotaReached in the middle of it.
        """
        if not self._takes_from(guest):
            raise NoAccess("Only who signed in can take sessions along.", "Sign in first.")
        taken = 0
        while rows := self._sessions.find(guest.id, _OWN).rows:
            for row in rows:
                with suppress(SessionNotFound):  # deleted meanwhile
                    self._sessions.hand_over(row.id, guest.id, self.person.id, self.person.name)
                    self._turns.announce(row.id, "access")
                    self._note(AuditAction.TAKEN, row.id, guest=guest.id)
                    taken += 1
        return taken

    def _takes_from(self, guest: Person) -> bool:
        return guest.kind is PersonKind.BROWSER and self.person.kind in (PersonKind.LOGIN, PersonKind.PROXY)

    def links(self, session_id: str) -> tuple[ShareLink, ...]:
        """Those that still let in, oldest first, with who came by them."""
        self._may(session_id, Act.MANAGE)
        return self._shares.held(session_id).open()

    def share(
        self,
        session_id: str,
        role: ShareRole,
        *,
        expires: datetime | None = None,
        sign_in: bool = False,
        people: Sequence[str] = (),
    ) -> ShareLink:
        """Raises QuestionError for an expiry that is past, and for too many links or people."""
        self._may(session_id, Act.MANAGE)
        link = self._shares.add(session_id, role, expires=expires, sign_in=sign_in, people=people)
        self._note(AuditAction.SHARED, session_id, role=role, until=expires or "", people=", ".join(link.people))
        return link

    def revoke(self, session_id: str, token: str) -> None:
        """At once: the open pages of those who came by it are told and find no session any more, nor do their lists."""
        self._may(session_id, Act.MANAGE)
        self._shares.revoke(session_id, token)
        self._turns.announce(session_id, "access")
        held = self._shares.held(session_id)
        for person in held.uses.get(token, {}):
            if not any(map(held.lets_in, held.by(person))):
                self._leave(person, session_id)
        self._note(AuditAction.REVOKED, session_id)

    def exported(self, session_id: str, turn_id: str, what: str) -> None:
        """Notes that rows of that turn left the page as a file of that kind."""
        self._may(session_id, Act.READ)
        self._note(AuditAction.EXPORTED, session_id, turn=turn_id, what=what)

    def audit(self) -> Audit:
        """What everybody did. Raises AdminsOnly."""
        if not self.person.admin:
            self._note(AuditAction.REFUSED, "", why="the audit is for admins")
            raise AdminsOnly("Only admins may read the audit.", "Ask whoever runs Tabletalk to name you in TABLETALK_ADMINS.")
        return self._audit

    def audit_exported(self, what: str) -> None:
        """Notes that entries of the audit left the page as a file."""
        self.audit().record(self.person, AuditAction.EXPORTED, what=what)

    def _may(self, session_id: str, act: Act) -> Access:
        with self._refusals(session_id):
            access = self._rights.check(self.person, session_id, act)
        if self._rows.sees_stored(self.person, access.session):
            return access
        return replace(access, session=bare_session(access.session), own_rows=True)

    def _asking(self, session_id: str) -> None:
        """What changes the answers themselves: only for whom they belong to."""
        access = self._may(session_id, Act.ASK)
        with self._refusals(session_id):
            self._rows.asking(self.person, access.session)

    def _leave(self, person: str, session_id: str) -> None:
        with suppress(SessionNotFound):
            self._sessions.index.remove_member(person, session_id)

    def _noted(self, turn: Turn, how: str) -> Turn:
        """A question that is asked by a click."""
        self._note(AuditAction.ASKED, turn.session_id, question=turn.question, how=how)
        return turn

    def _note(self, action: AuditAction, session_id: str, **details: object) -> None:
        self._audit.record(self.person, action, session_id, **details)

    @contextmanager
    def _refusals(self, session_id: str) -> Iterator[None]:
        try:
            yield
        except (NoAccess, SignInNeeded) as refused:
            self._note(AuditAction.REFUSED, session_id, why=refused.message)
            raise
