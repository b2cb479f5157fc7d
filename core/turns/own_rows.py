"""OwnRows: the one place that decides whose rows somebody sees of an answer, on connections where people have their own accounts.

There nobody sees what came of another account: not the rows, nor anything computed from them. Whoever is not the owner, or holds
another account than the one a session was answered through, sees the questions and their SQL, and what their own account gives.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from core.analysis import analyse, choose_chart
from core.cancellation import Cancellation
from core.errors import (
    Cancelled,
    NoAccess,
    NoAccount,
    SqlFailed,
    SqlRefused,
    TabletalkError,
)
from core.execution import guard
from core.execution.databases import Databases
from core.models import (
    OPERATOR,
    Clarification,
    Failure,
    Mode,
    Person,
    PersonKind,
    ResultRef,
    ResultSet,
    Session,
    SqlDraft,
    Turn,
    TurnState,
)
from core.turns.recent import Recent
from core.turns.rooms import Rooms
from core.turns.statement import run_audited

log = logging.getLogger(__name__)

KEPT_S, FAILURE_KEPT_S = 600.0, 30.0
CLOSING_S = 2.0
MOST_KEPT, MOST_BYTES = 200, 128 * 2**20
LARGE_PER_PAGE = 4
"""So many of the largest results are kept at the least: the cards of one page must not push each other out."""
AT_ONCE = 8
"""Statements that run at the same time for readers; others wait."""
_Key = tuple[str, str, str, str, int, str]
"""Person, session, turn, account, attempts, SQL."""
_NOT_ANSWERED = Failure("This question was not answered.")
_ASKED_BACK = Clarification("The question was not clear; what was asked back is shown to the owner of the session alone.")


@dataclass(frozen=True)
class Answer:
    """A finished turn as one person may see it."""

    turn: Turn
    result: ResultSet | None = None
    """None where it has no rows, or they are not kept any more."""
    trouble: TabletalkError | None = None
    """Why the rows cannot be shown to this person."""
    waiting_s: float | None = None
    """So long the statement has been running for them; None once it has ended."""


@dataclass(frozen=True)
class _Run:
    started: float
    """On the monotonic clock."""
    stopping: Cancellation = field(default_factory=Cancellation)
    done: Future[Answer] = field(default_factory=Future)


class OwnRows:
    """Thread-safe; one per process. Rights are checked before by whoever calls it. Raises StoreUnavailable, SessionNotFound."""

    def __init__(self, rooms: Rooms, *, kept_s: float = KEPT_S) -> None:
        self._rooms, self._sessions, self._databases = rooms, rooms.sessions, rooms.databases
        page_bytes = LARGE_PER_PAGE * rooms.settings.result_limit_bytes
        self._recent: Recent[Answer] = Recent(kept_s, MOST_KEPT, max(MOST_BYTES, page_bytes))
        self._running: dict[_Key, _Run] = {}
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._closed = False
        self._lock = threading.Lock()

    def sees_stored(self, person: Person, session: Session) -> bool:
        """Whether what the session holds may be shown to the person as it is."""
        if person.kind is PersonKind.OPERATOR or not self._applies(session):
            return True
        if session.owner != person.id:
            return False
        try:
            account = self._databases.account_of(session.connection, person)
        except NoAccount:
            return False
        return self._answered_through(account, session)

    def hears_all(self, person: Person, session: Session) -> bool:
        """Whether the person may follow running turns word for word; `person` may be known by no more than id and kind.

        Questions run through the owner's account alone (see `asking`), so that it is enough to be the owner.
        """
        return person.kind is PersonKind.OPERATOR or session.owner == person.id or not self._applies(session)

    def asking(self, person: Person | None, session: Session) -> str:
        """The account through which a question of that person is run in the session.

        Raises NoAccess for whoever is not the owner and for a session with answers of another account: engines are told of
        earlier answers, so that one session must not mix accounts. Raises NoAccount.
        """
        if not self._databases.has_own_rows(session.connection):
            return ""
        if person is None or session.owner != person.id:
            raise NoAccess(
                f"On “{session.connection}” everybody sees rows of their own, so only the owner of a session can ask in it.",
                "Start a session of your own, and ask there.",
            )
        account = self._databases.account_of(session.connection, person)
        if not self._answered_through(account, session):
            raise NoAccess("The answers in this session came through another account than yours.", "Ask in a new session.")
        return account

    def answer(self, person: Person, session: Session, turn_id: str, *, wait_s: float | None = None) -> Answer:
        """A turn the person may not see as it is stored, with rows of their own account; kept for ten minutes.

        The statement runs in the background: wait_s after it began (None: however long it takes) the answer comes without its
        rows. One that failed is kept for half a minute, one that was stopped as long as rows are.
        """
        turn = self._sessions.turn(session.id, turn_id)
        if turn.state is not TurnState.DONE or turn.draft is None or turn.result is None:
            return Answer(bare(turn))
        try:
            account = self._databases.account_of(session.connection, person)
            if not account:
                raise NoAccount(f"There is no database “{session.connection}” here any more.", "Ask whoever runs this app.")
        except NoAccount as error:
            return Answer(bare(turn), trouble=error)
        key = (person.id, session.id, turn.id, account, turn.attempts, turn.draft.sql)
        with self._lock:
            if (kept := self._recent.get(key)) is not None:
                return kept
            if (run := self._running.get(key)) is None:
                run = _Run(time.monotonic())
                if self._closed:
                    return Answer(bare(turn), waiting_s=0.0)
                read = partial(self._read, person, account, session, bare(turn), turn.draft, run.stopping)
                args = (key, run, bare(turn), read)
                threading.Thread(target=self._fetch, args=args, name=f"own-rows-{turn.id}", daemon=True).start()
                self._running[key] = run
        waited_s = time.monotonic() - run.started
        wait([run.done], None if wait_s is None else max(0.0, wait_s - waited_s))
        return run.done.result() if run.done.done() else Answer(bare(turn), waiting_s=waited_s)

    def stop(self, person: Person, session_id: str, turn_id: str) -> None:
        """Ends the statement that runs for that person, if one does."""
        with self._lock:
            runs = [run for key, run in self._running.items() if key[:3] == (person.id, session_id, turn_id)]
        for run in runs:
            run.stopping.cancel()

    def again(self, person: Person, session_id: str, turn_id: str) -> None:
        """Lets go of what is kept of that answer for that person, so that it is run anew when it is asked for."""
        with self._lock:
            self._recent.drop_where(lambda key: key[:3] == (person.id, session_id, turn_id))

    def close(self) -> None:
        """Ends what runs and lets nothing begin; waits for it a moment."""
        with self._lock:
            self._closed, runs = True, list(self._running.values())
        for run in runs:
            run.stopping.cancel()
        wait([run.done for run in runs], CLOSING_S)

    def _fetch(self, key: _Key, run: _Run, turn: Turn, read: Callable[[], Answer]) -> None:
        """Keeps what is read, or why there is nothing, and tells whoever waits for it."""
        kept_s: float | None = FAILURE_KEPT_S
        try:
            while not self._slots.acquire(timeout=0.1):
                run.stopping.raise_if_cancelled()
            try:
                answer, kept_s = read(), None
            finally:
                self._slots.release()
        except Cancelled:
            answer, kept_s = Answer(turn, trouble=SqlFailed("Stopped.", "Nothing was read for you of this answer.")), None
        except TabletalkError as told:
            answer = Answer(turn, trouble=told)
        except Exception:
            log.exception("The rows of turn %s could not be read for %s.", turn.id, key[0])
            answer = Answer(
                turn, trouble=SqlFailed("These rows could not be read for you.", "Try again, or ask whoever runs this app.")
            )
        with self._lock:
            self._recent.put(key, answer, size_bytes=answer.result.table.nbytes if answer.result else 0, kept_s=kept_s)
            del self._running[key]
        run.done.set_result(answer)

    def _read(
        self, person: Person, account: str, session: Session, turn: Turn, stored: SqlDraft, stopping: Cancellation
    ) -> Answer:
        database = self._databases.get(session.connection, account=account)
        if database.dialect != stored.dialect:
            raise SqlRefused("This query was written for another kind of database than yours.", "Ask in a session of your own.")
        draft = replace(_bare_draft(stored), sql=guard.check(stored.sql, database.dialect))
        where = (person, session.id, turn.id)
        result = run_audited(self._rooms, database, draft.sql, *where, account=account, cancellation=stopping)
        shown = replace(turn, draft=draft, result=_reference(turn, result), account=account, finished=datetime.now(UTC))
        if session.mode is Mode.QUERY:
            return Answer(shown, result)
        analysis = replace(analyse(turn.question, result, draft), followups=())
        return Answer(replace(shown, chart=choose_chart(result, draft, turn.question), analysis=analysis), result)

    def _applies(self, session: Session) -> bool:
        """A connection that is gone keeps the fence around what was answered through somebody's account."""
        own = self._databases.has_own_rows(session.connection)
        return any(turn.account for turn in self._sessions.turns(session.id)) if own is None else own

    def _answered_through(self, account: str, session: Session) -> bool:
        return all(turn.account == account for turn in self._sessions.turns(session.id))


def running_account(databases: Databases, turn: Turn, session: Session) -> str:
    """The account through which a worker runs the turn. Raises NoAccount for one that has none, and should."""
    if not databases.has_own_rows(session.connection):
        return ""
    if not turn.account and turn.author_id != OPERATOR.id:
        raise NoAccount("This question was asked before people had accounts of their own here.", "Ask it in a new session.")
    return turn.account


def bare(turn: Turn) -> Turn:
    """Of a turn what says nothing about anybody's rows: what was asked, its SQL, and how far it is."""
    return Turn(
        turn.id,
        turn.session_id,
        turn.question,
        turn.author,
        turn.created,
        turn.index,
        turn.state,
        turn.engine,
        turn.started,
        turn.finished,
        turn.attempts,
        draft=_bare_draft(turn.draft) if turn.draft else None,
        clarification=_ASKED_BACK if turn.state is TurnState.NEEDS_CLARIFICATION else None,
        failure=_NOT_ANSWERED if turn.state is TurnState.FAILED else None,
        author_id=turn.author_id,
    )


def _bare_draft(draft: SqlDraft) -> SqlDraft:
    return SqlDraft(
        draft.sql,
        draft.dialect,
        draft.engine,
        draft.explanation,
        draft.assumptions,
        draft.unused_words,
        draft.confidence,
        draft.changes,
        draft.outputs,
        draft.chart_kind,
    )


def bare_session(session: Session) -> Session:
    """Without what is remembered of its answers."""
    return replace(session, summary="", resolutions={})


def _reference(turn: Turn, result: ResultSet) -> ResultRef:
    cut = (result.truncated, result.truncated_by, result.limit)
    return ResultRef(turn.id, result.columns, result.row_count, *cut, size_bytes=result.table.nbytes)
