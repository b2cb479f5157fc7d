"""Run: one guarded statement on one database, streamed up to its limits. The statement itself is never changed to limit it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.cancellation import Cancellation
from core.errors import SqlError
from core.execution.connections import Database, watch_of
from core.execution.result_table import result_set
from core.models import ResultSet

BATCH_ROWS = 1000
_SIZES = {bool: 1, int: 8, float: 8, dt.date: 4, dt.datetime: 8, dt.time: 8, type(None): 1}


@dataclass(frozen=True)
class Limits:
    timeout_s: float = 30.0
    rows: int = 10_000
    bytes: int = 64 * 2**20


DEFAULT_LIMITS = Limits()


def run(database: Database, sql: str, limits: Limits = DEFAULT_LIMITS, cancellation: Cancellation | None = None) -> ResultSet:
    """The rows of `sql`, which passed the guard, up to the limits; `truncated` only when there were more.

    Raises SqlFailed, SqlTimeout, SqlRefused (the fence's own), Cancelled, DatabaseUnavailable; the SQL errors carry the SQL.
    """
    started = time.monotonic()
    try:
        with database.connect(cancellation=cancellation, timeout_s=limits.timeout_s) as connection:
            watch_of(connection).statement()
            with database.fence.stream(connection, sql, min(BATCH_ROWS, limits.rows + 1)) as stream:
                rows, truncated_by = _taken(stream.batches, limits, cancellation)
                columns = stream.columns
                watch_of(connection).idle()
    except SqlError as exc:
        exc.sql = sql
        raise
    return result_set(
        columns,
        rows,
        times_in_text=database.dialect == "sqlite",
        truncated_by=truncated_by,
        limit={"rows": limits.rows, "bytes": limits.bytes}.get(truncated_by, 0),
        elapsed_s=time.monotonic() - started,
    )


def _taken(
    batches: Iterator[list[tuple[Any, ...]]], limits: Limits, cancellation: Cancellation | None
) -> tuple[list[tuple[Any, ...]], str]:
    """Rows within the limits and which limit, if any, left some out. The first row is kept whatever its size."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for batch in batches:
        for row in batch:
            if len(rows) == limits.rows:
                return rows, "rows"
            size += sum(map(_size, row))
            if size > limits.bytes and rows:
                return rows, "bytes"
            rows.append(row)
        if cancellation is not None:
            cancellation.raise_if_cancelled()
    return rows, ""


def _size(value: Any) -> int:
    """About what the value takes in Arrow, in bytes."""
    return _SIZES.get(type(value)) or (len(value) if isinstance(value, str | bytes) else 16 if value is None else len(str(value)))
