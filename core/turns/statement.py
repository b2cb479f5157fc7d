"""Statement: runs one that passed the guard, for one person; the audit knows of everyone that reached a database."""

from __future__ import annotations

from core.cancellation import Cancellation
from core.errors import Cancelled
from core.execution.connections import Database
from core.execution.run import Limits, run
from core.models import AuditAction, Person, ResultSet
from core.turns.rooms import Rooms


def run_audited(
    rooms: Rooms,
    database: Database,
    sql: str,
    person: Person,
    session_id: str,
    turn_id: str,
    *,
    account: str = "",
    cancellation: Cancellation | None = None,
) -> ResultSet:
    """Within the limits of the settings. Raises what `run` raises; the audit says how it ended, however it did."""
    settings = rooms.settings
    limits = Limits(timeout_s=settings.query_timeout_s, rows=settings.row_limit, bytes=settings.result_limit_bytes)
    outcome: dict[str, object] = {"outcome": "failed"}
    try:
        result = run(database, sql, limits, cancellation)
        outcome = {"rows": result.row_count}
        return result
    except Cancelled:
        outcome = {"outcome": "stopped"}
        raise
    finally:
        where = {"connection": database.name, "turn": turn_id, "account": account}
        rooms.audit.record(person, AuditAction.RAN, session_id, **outcome, **where, sql=sql)
