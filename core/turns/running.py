"""RunningTurn: one turn while a worker runs it. Whatever it writes carries the lease's fencing number."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.cancellation import Cancellation
from core.errors import Cancelled, SessionError, StoreUnavailable, TabletalkError
from core.execution.connections import Database
from core.models import Catalog, Context, Event, EventKind, Failure, ResultSet, Session, SessionStatus, SqlDraft, Turn, TurnState
from core.turns import events
from core.turns.lease import Lease
from core.turns.rooms import Rooms

log = logging.getLogger(__name__)


class RunningTurn:
    """What the steps share. A step reads what earlier steps left here and leaves its own."""

    session: Session
    database: Database
    catalog: Catalog
    context: Context
    earlier: tuple[Turn, ...] = ()
    """The session's turns before this one, however they ended."""
    result: ResultSet | None = None
    repairs = 0

    def __init__(self, rooms: Rooms, lease: Lease, turn: Turn, on_event: Callable[[Event], None] | None = None) -> None:
        self.rooms, self.lease, self.turn = rooms, lease, turn
        self._on_event = on_event

    @property
    def cancellation(self) -> Cancellation:
        return self.lease.cancellation

    @property
    def draft(self) -> SqlDraft:
        """Of a turn that has one; the steps after the draft run only then."""
        if self.turn.draft is None:
            raise LookupError("the turn has no draft yet")
        return self.turn.draft

    def change(self, **fields: Any) -> None:
        self.turn = replace(self.turn, **fields)

    def notice(self, sentence: str) -> None:
        if sentence and sentence not in self.turn.notices:
            self.change(notices=(*self.turn.notices, sentence))

    def save(self) -> None:
        """Raises LeaseLost when another worker owns the session now, SessionNotFound when it was deleted."""
        self.rooms.sessions.save_turn(self.turn, fence=self.lease.fence)

    def status(self, step: str, message: str) -> None:
        self.publish(EventKind.STATUS, {"step": step, "message": message, "at": time.time()})

    def chunk(self, kind: str, **data: Any) -> None:
        self.publish(EventKind.CHUNK, {"type": kind, **data})

    def publish(self, kind: EventKind, data: dict[str, Any]) -> None:
        event = Event(kind, self.turn.id, data)
        event_id = events.publish(self.rooms.redis, self.turn.session_id, event, lease=self.lease)
        if self._on_event:
            self._on_event(replace(event, id=event_id))

    def start(self) -> None:
        started = datetime.now(UTC)
        self.change(state=TurnState.RUNNING, started=started, finished=None, attempts=self.turn.attempts + 1, failure=None)
        self.save()
        self.rooms.sessions.set_status(self.turn.session_id, SessionStatus.PROCESSING, fence=self.lease.fence)

    def finish(self, state: TurnState, failure: Failure | None = None) -> None:
        """Stores the turn as finished, then tells the pages: an error first, the end last."""
        status = SessionStatus.ERROR if state is TurnState.FAILED else SessionStatus.IDLE
        self.rooms.sessions.set_status(self.turn.session_id, status, fence=self.lease.fence)
        self.change(state=state, failure=failure, finished=datetime.now(UTC))
        self.save()
        if failure:
            self.publish(EventKind.ERROR, {"message": failure.message, "hint": failure.hint})
        self.publish(EventKind.DONE, {"state": state})

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            elapsed_ms = round(1000 * (time.perf_counter() - began), 2)
            self.change(elapsed_ms={**self.turn.elapsed_ms, step: elapsed_ms})

    @contextmanager
    def optional(self, notice: str) -> Iterator[None]:
        """Within the block nothing can cost the answer: a failure becomes a notice that says what is missing.

        The one place that catches everything around a feature: a bug in a chart must not lose a table. Stop, a lost lease and a
        gone store pass through.
        """
        try:
            yield
        except (Cancelled, SessionError, StoreUnavailable):
            raise
        except TabletalkError as exc:
            log.warning("%s %s %s", notice, exc.message, exc.detail)
            self.notice(f"{notice} {exc.message}")
        except Exception:
            log.exception("turn %s: %s", self.turn.id, notice)
            self.notice(notice)
