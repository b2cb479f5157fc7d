"""Connections: a database by name and address. Every connection is behind its fence, every error has its sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from core.cancellation import Cancellation
from core.config import ConnectionSpec
from core.errors import Cancelled, DatabaseUnavailable, SqlError, SqlFailed, SqlRefused, SqlTimeout
from core.execution.address import Address, parse
from core.execution.fences import Fence, NotAQuery, Verdict, fence_for
from core.execution.fences.base import driver_of
from core.execution.watch import Watch


def open_database(spec: ConnectionSpec, *, timeout_s: float = 30.0, account: str = "") -> Database:
    """The database at `spec.url`; nothing is opened before the first `connect`.

    Raises ConfigError for a URL that cannot be parsed. timeout_s bounds each statement; account names whose it is alone.
    """
    address = replace(parse(spec), account=account)
    return Database(spec.name, address, fence_for(address), timeout_s)


class Database:
    """Thread-safe; connections are not. `id` and `display` hold no secret."""

    def __init__(self, name: str, address: Address, fence: Fence, timeout_s: float) -> None:
        self.name = name
        self.dialect = address.dialect
        self.fence = fence
        self.timeout_s = timeout_s
        self._address = address
        self._engine: sa.Engine | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Database({self.name!r}, {self.display!r})"

    @property
    def id(self) -> str:
        return self._address.id

    @property
    def display(self) -> str:
        return self._address.display

    @property
    def engine(self) -> sa.Engine:
        """SQLAlchemy's engine, for its dialect and quoting; connections come from `connect` alone."""
        with self._lock:
            if self._engine is None:
                self._engine = self.fence.create_engine()
                event.listen(self._engine, "before_cursor_execute", _begin_statement)
                if not self.fence.fetches_lazily:
                    event.listen(self._engine, "after_cursor_execute", _end_statement)
            return self._engine

    @contextmanager
    def connect(self, *, cancellation: Cancellation | None = None, timeout_s: float | None = None) -> Iterator[sa.Connection]:
        """A read-only connection, rolled back and returned at the end.

        Each statement is stopped after timeout_s, and when `cancellation` is cancelled. Raises DatabaseUnavailable when no
        connection can be made or it is lost; a driver's error that leaves the block becomes SqlFailed, SqlTimeout or Cancelled.
        """
        timeout_s = timeout_s or self.timeout_s
        connection = self._connected(timeout_s)
        watch = Watch(self.fence, driver_of(connection), timeout_s, cancellation)
        info = connection.info
        info[_WATCH] = watch
        try:
            with watch.running():
                yield connection
        except NotAQuery as exc:
            raise SqlRefused("Only questions that read data are allowed.", "Ask for what you want to see.") from exc
        except self.fence.errors as exc:
            if self.fence.verdict(_driver_error(exc)) is not Verdict.FAILED:
                connection.invalidate()
            raise self._translated(exc, watch, cancellation) from exc
        finally:
            info.pop(_WATCH, None)
            connection.close()

    def close(self) -> None:
        """Closes idle connections; a later `connect` opens anew."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()

    def _connected(self, timeout_s: float) -> sa.Connection:
        connection = None
        # A driver's helpers and unknown options fail with errors of the language.
        failures: tuple[type[BaseException], ...] = (*self.fence.errors, TypeError, RuntimeError, OSError)
        try:
            connection = self.engine.connect()
            self.fence.enter(connection, timeout_s)
        except sa.exc.TimeoutError as exc:
            raise DatabaseUnavailable(
                f"Too many questions are put to the database “{self.name}” at once.", "Try again in a moment.", detail=str(exc)
            ) from exc
        except failures as exc:
            if connection is not None:
                connection.close()
            raise self.fence.unavailable(self.name, _driver_error(exc)) from exc
        return connection

    def _translated(
        self, exc: BaseException, watch: Watch, cancellation: Cancellation | None
    ) -> Cancelled | SqlError | DatabaseUnavailable:
        error = _driver_error(exc)
        verdict, detail = self.fence.verdict(error), self.fence.reason(error)
        if cancellation is not None and cancellation.cancelled:
            return Cancelled()
        if watch.timed_out or verdict is Verdict.TIMEOUT:
            return SqlTimeout(
                f"The query was stopped after {watch.timeout_s:g} second{'' if watch.timeout_s == 1 else 's'}.",
                "Ask for less at once: a shorter period, fewer groups, or one table.",
                detail=detail,
            )
        if verdict is Verdict.LOST:
            return self.fence.unavailable(self.name, error)
        return SqlFailed("The database could not run this query.", "Ask in other words, or look at the SQL.", detail=detail)


_WATCH = "tabletalk_watch"


def _driver_error(exc: BaseException) -> BaseException:
    original = exc.orig if isinstance(exc, sa.exc.DBAPIError) else None
    return original or exc


def watch_of(connection: sa.Connection) -> Watch:
    """The watch of a connection that `Database.connect` gave."""
    watch: Watch = connection.info[_WATCH]
    return watch


def _begin_statement(connection: sa.Connection, *_: Any) -> None:
    if watch := connection.info.get(_WATCH):
        watch.statement()


def _end_statement(connection: sa.Connection, *_: Any) -> None:
    if watch := connection.info.get(_WATCH):
        watch.idle()
