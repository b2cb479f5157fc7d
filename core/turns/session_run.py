"""session_run: the turns of one session, run one after another under its lease until none waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from core.errors import Cancelled, SessionError, SessionNotFound, StoreUnavailable, TabletalkError
from core.models import Event, Failure, TurnState
from core.turns.lease import Ending, Lease, lease_lost
from core.turns.pipeline import run_turn
from core.turns.rooms import Rooms
from core.turns.running import RunningTurn

log = logging.getLogger(__name__)

INTERRUPTED = Failure("This question was interrupted before it was answered.", "Press Retry to ask it again.")
UNEXPECTED = Failure(
    "Something went wrong while answering this question.", "Press Retry. If it happens again, report the question."
)


def run_session(
    rooms: Rooms, lease: Lease, *, on_event: Callable[[Event], None] | None = None, stopping: threading.Event | None = None
) -> bool:
    """Runs what waits; True when the line is empty, False when `stopping` was set before that.

    Gives the lease up in both cases. Raises LeaseLost when another worker took over (nothing more was written) and
    StoreUnavailable when Redis is gone: the lease then ends by itself.
    """
    with lease.beating():
        turn_id = lease.next_turn()
        while turn_id:
            _run_one(rooms, lease, turn_id, on_event)
            if stopping is not None and stopping.is_set():
                return lease.release(done_with=turn_id)
            turn_id = lease.next_turn(done_with=turn_id)
    return True


def _run_one(rooms: Rooms, lease: Lease, turn_id: str, on_event: Callable[[Event], None] | None) -> None:
    try:
        turn = rooms.sessions.turn(lease.session_id, turn_id)
    except SessionNotFound:  # a turn that is not there is skipped; a session that is not there has no lease, either
        return
    running = RunningTurn(rooms, lease, turn, on_event)
    if turn.state is TurnState.RUNNING:  # first in line and running under no lease: its worker died
        running.finish(TurnState.FAILED, INTERRUPTED)
    elif not turn.state.finished:
        _run(running)


def _run(running: RunningTurn) -> None:
    """Runs the steps; however they end, the turn ends stored and told, unless its worker may not write any more."""
    try:
        running.start()
        run_turn(running)
    except Cancelled:
        _stopped(running)
    except (SessionError, StoreUnavailable):
        raise
    except TabletalkError as exc:
        _fail(running, Failure(exc.message, exc.hint, exc.detail))
    except Exception:
        log.exception("turn %s failed unexpectedly", running.turn.id)
        _fail(running, UNEXPECTED)


def _fail(running: RunningTurn, failure: Failure) -> None:
    if running.turn.state.finished:  # the answer is out; only the summary was at stake, and it is tried again next turn
        log.warning("the summary stays as it was: %s %s", failure.message, failure.detail)
    else:
        running.finish(TurnState.FAILED, failure)


def _stopped(running: RunningTurn) -> None:
    if running.turn.state.finished:
        return
    match running.lease.ending:
        case Ending.LOST:
            raise lease_lost()
        case Ending.SHUTDOWN:
            running.finish(TurnState.FAILED, INTERRUPTED)
        case _:
            running.finish(TurnState.CANCELLED)
