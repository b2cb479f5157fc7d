"""Asker: runs the catalog's own statements one after the other on one fenced connection, and opens anew after a failure."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.cancellation import Cancellation
from core.models.catalog import Table

if TYPE_CHECKING:
    from core.execution.connections import Database

STATEMENT_S = 8.0
HURRIED_S = 1.0
"""What a statement may take once the whole budget is spent: a database of a thousand big tables must end, too."""
BUDGET_S = 120.0


class Asker:
    """Used as a context manager by one thread. `dialect` is sqlglot's name."""

    def __init__(self, database: Database, cancellation: Cancellation | None = None) -> None:
        self.dialect = database.dialect
        self._database, self._cancellation = database, cancellation
        self._stack = ExitStack()
        self._connection: sa.Connection | None = None
        self._timeout_s = 0.0
        self._started = time.monotonic()

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self._close(kind, exc, trace)

    def rows(self, statement: sa.Select[*tuple[Any, ...]], *, limit_s: float = STATEMENT_S) -> list[Any]:
        """All rows of a small result. Raises SqlFailed, SqlTimeout (after limit_s at most), DatabaseUnavailable or Cancelled."""
        if self._cancellation:
            self._cancellation.raise_if_cancelled()
        try:
            return list(self.connection(limit_s).execute(statement))
        except BaseException:
            self._close(*sys.exc_info())  # gives a driver's error its sentence
            raise

    def connection(self, limit_s: float = STATEMENT_S) -> sa.Connection:
        timeout_s = limit_s if time.monotonic() - self._started < BUDGET_S else min(limit_s, HURRIED_S)
        if self._connection is None or self._timeout_s != timeout_s:
            self._close(None, None, None)
            opened = self._database.connect(cancellation=self._cancellation, timeout_s=timeout_s)
            self._connection, self._timeout_s = self._stack.enter_context(opened), timeout_s
        return self._connection

    def release(self) -> None:
        """Ends the transaction, so that no lock on a table is held longer than its own reading takes."""
        self._close(None, None, None)

    def _close(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self._connection = None
        self._stack.__exit__(kind, exc, trace)


def relation(table: Table) -> sa.TableClause:
    """The table as a FROM clause; every name is quoted as it stands."""
    schema = sa.quoted_name(table.schema, True) if table.schema is not None else None
    return sa.table(sa.quoted_name(table.local_name or table.name, True), *map(expression, table.by_name), schema=schema)


def expression(name: str) -> sa.ColumnClause[Any]:
    return sa.column(sa.quoted_name(name, True))
