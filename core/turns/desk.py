"""Turns: what pages and the command line do with questions. A question is stored before anything runs, and run by a worker."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from core.errors import QuestionError
from core.models import Event, EventKind, Person, SqlDraft, Turn, TurnState
from core.turns import events
from core.turns.lease import Progress, acquire, read_progress
from core.turns.own_rows import OwnRows
from core.turns.queue import TurnQueue
from core.turns.rooms import Rooms
from core.turns.session_run import run_session
from core.turns.tokens import EventTokens

MAX_QUESTION = 4_000
UNSURE = "This is only the nearest reading of the question. Check that it is what you meant."
READ_BLOCK_MS = 500

OnEvent = Callable[[Event], None]


class Turns:
    """Thread-safe. Every method raises StoreUnavailable when Redis is gone, and the session errors of core.errors."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms, self._client, self._sessions = rooms, rooms.redis, rooms.sessions
        self._queue = TurnQueue(rooms.redis)
        self._tokens = EventTokens(rooms.redis)
        self.rows = OwnRows(rooms)
        """Decides whose rows somebody sees."""

    def submit(
        self, session_id: str, question: str, *, author: Person | None = None, engine: str = "auto", turn_id: str = ""
    ) -> Turn:
        """Stores the question as a queued turn and wakes a worker.

        Giving the same turn_id again is the same question. Raises QuestionError for an empty or too long one, ConfigError for
        an engine that is not there, NoAccess and NoAccount (see OwnRows.asking); nothing is stored then.
        """
        turn = self._add(session_id, question, author, engine, turn_id)
        self._queue.wake(session_id)
        self._changed(turn)
        return turn

    def stop(self, session_id: str, turn_id: str | None = None) -> None:
        """Stops a running turn within a second and takes a waiting one out of the line; without an id the running one.

        What the turn already has (SQL, table) stays. Stopping a finished turn does nothing.
        """
        turn_id, running = self._queue.stop(session_id, turn_id or "")
        if running or not turn_id:
            return
        turn = self._sessions.turn(session_id, turn_id)
        if not turn.state.finished:
            self._sessions.save_turn(replace(turn, state=TurnState.CANCELLED, finished=datetime.now(UTC)))
            data = {"state": TurnState.CANCELLED}
            events.publish(self._client, session_id, Event(EventKind.DONE, turn_id, data))

    def retry(self, session_id: str, turn_id: str) -> Turn:
        """Asks the same turn again: failed, stopped, unclear or interrupted. One that is running or answered is left as it is."""
        progress = self.progress(session_id)
        turn = self._sessions.turn(session_id, turn_id)
        if turn.state is TurnState.DONE or (turn.state is TurnState.RUNNING and not self.is_interrupted(turn, progress)):
            return turn
        return self._again(turn)

    def choose(self, session_id: str, turn_id: str, choice: int, *, author: Person | None = None) -> Turn:
        """Answers a clarification by the position of a choice.

        A choice with a question of its own becomes a new turn; one that settles a word has the same turn asked again. What it
        settles is remembered in the session. Raises QuestionError when there is no such choice.
        """
        turn = self._sessions.turn(session_id, turn_id)
        choices = turn.clarification.choices if turn.clarification else ()
        if not 0 <= choice < len(choices):
            raise QuestionError("That choice is no longer there.", "Ask the question again.")
        chosen = choices[choice]
        if chosen.resolves:
            self._sessions.resolve(session_id, chosen.resolves)
        if chosen.question:
            return self.submit(session_id, chosen.question, author=author, engine=turn.engine)
        return self._again(turn)

    def accept(self, session_id: str, turn_id: str) -> Turn:
        """Answers a clarification with the engine's best reading all the same; the card says that it is not a sure one.

        Raises QuestionError when there is no reading to take.
        """
        turn = self._sessions.turn(session_id, turn_id)
        draft = turn.clarification.draft if turn.clarification else None
        if draft is None:
            raise QuestionError("That answer is no longer there.", "Ask the question again.")
        return self._again(turn, replace(draft, notice=UNSURE))

    def wake(self, session_id: str) -> None:
        """Has a worker look at the questions that wait, such as those of a session whose delete was undone."""
        self._queue.wake(session_id)

    def progress(self, session_id: str) -> Progress | None:
        """Of the running turn; None when no worker holds the session's lease."""
        return read_progress(self._client, session_id)

    def is_interrupted(self, turn: Turn, progress: Progress | None) -> bool:
        """Whether the turn's worker died: it is stored as running while no worker runs it.

        A turn that begins or ends between the two reads looks so, too; so a suspicion is confirmed by reading again, the lease
        before the turn: what ran before and is under no lease now has ended, or its worker has.
        """
        if turn.state is not TurnState.RUNNING or _runs(turn, progress) or _runs(turn, self.progress(turn.session_id)):
            return False
        now = self._sessions.turn(turn.session_id, turn.id)
        return now.state is TurnState.RUNNING and now.attempts == turn.attempts

    def cursor(self, session_id: str) -> str:
        """Id of the newest event. Read before the turns, a page that follows the events after it misses nothing."""
        return events.last_id(self._client, session_id)

    def event_token(self, session_id: str, person: Person) -> str:
        """What that person's browser shows at the events socket for this session; the same all day, accepted for a week."""
        return self._tokens.make(session_id, person)

    def announce(self, session_id: str, what: str, turn_id: str = "") -> None:
        """Tells every open page of the session that something else changed (a chart, the title).

        "access": links were made or revoked, or the session was closed; say it after it is done. Every open socket then checks
        again who may read, and is closed to those who may not.
        """
        events.publish(self._client, session_id, Event(EventKind.CHANGED, turn_id, {"what": what}))

    def wait(self, session_id: str, turn_id: str, *, timeout_s: float, on_event: OnEvent | None = None) -> Turn:
        """The turn once it is finished or interrupted, or as it is after timeout_s; on_event gets its events in order."""
        after, deadline = "0-0", time.monotonic() + timeout_s
        while True:
            progress = self.progress(session_id)
            turn = self._sessions.turn(session_id, turn_id)
            found = events.read(self._client, session_id, after, block_ms=None if turn.state.finished else READ_BLOCK_MS)
            after = found[-1].id if found else after
            for event in found:
                if on_event and event.turn_id == turn_id:
                    on_event(event)
            if turn.state.finished or self.is_interrupted(turn, progress) or time.monotonic() > deadline:
                return turn

    def run_here(
        self,
        session_id: str,
        question: str,
        *,
        author: Person | None = None,
        engine: str = "auto",
        on_event: OnEvent | None = None,
    ) -> Turn:
        """Asks and answers in this process, without a worker; waits while another process runs the session."""
        turn = self._add(session_id, question, author, engine, "")
        while not turn.state.finished:
            lease = acquire(self._client, session_id)
            if lease is None:
                turn = self.wait(session_id, turn.id, timeout_s=1, on_event=on_event)
                continue
            try:
                run_session(self._rooms, lease, on_event=on_event)
            except KeyboardInterrupt:  # the turn is shown as interrupted at once, not when the lease runs out
                lease.release()
                raise
            turn = self._sessions.turn(session_id, turn.id)
        return turn

    def _add(self, session_id: str, question: str, author: Person | None, engine: str, turn_id: str) -> Turn:
        text = checked_question(question)
        self._rooms.engine(engine)
        account = self.rows.asking(author, self._sessions.get(session_id))
        name, by = (author.name, author.id) if author else ("", "")
        asked = Turn(turn_id or new_turn_id(), session_id, text, name, datetime.now(UTC), engine=engine, author_id=by)
        return self._sessions.add_turn(replace(asked, account=account), queue=True)

    def _again(self, turn: Turn, draft: SqlDraft | None = None) -> Turn:
        """With a draft the turn takes it as its own; without one it is asked anew."""
        fresh = Turn(turn.id, turn.session_id, turn.question, turn.author, turn.created, turn.index, engine=turn.engine)
        again = replace(fresh, attempts=turn.attempts, draft=draft, author_id=turn.author_id, account=turn.account)
        self._queue.push_again(self._sessions, again)
        self._queue.wake(turn.session_id)
        self._changed(again)
        return again

    def _changed(self, turn: Turn) -> None:
        events.publish(self._client, turn.session_id, Event(EventKind.CHANGED, turn.id, {"what": "turn", "state": turn.state}))


def _runs(turn: Turn, progress: Progress | None) -> bool:
    return progress is not None and progress.turn_id == turn.id


def checked_question(question: str) -> str:
    """The question without surrounding space, control characters and marks nobody sees. Raises QuestionError."""
    seen = (sign for sign in question if unicodedata.category(sign) != "Cf")  # they may stand within a word
    text = "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in seen).strip()
    if not text:
        raise QuestionError("The question is empty.", "Type what you want to know, such as “How many orders per month?”")
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION:,} can be taken.", "Ask it in fewer words."
        )
    return text


def new_turn_id() -> str:
    return secrets.token_urlsafe(9)
