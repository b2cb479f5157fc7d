"""PostgreSQL's fence: a read-only transaction with timeouts, in which only single statements that return rows are run."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.adapt import Loader
from psycopg.types.datetime import DateLoader, TimeLoader, TimestampLoader, TimestamptzLoader
from sqlalchemy import event

from core.errors import DatabaseUnavailable
from core.execution.fences.base import CONNECT_TIMEOUT_S, Fence, NotAQuery, Stream, Verdict, driver_of
from core.models import Kind

CANCEL_TIMEOUT_S = 3.0
IDLE_TIMEOUT_S = 300.0
"""A transaction nobody uses any more ends, so that it holds no old rows alive on the server."""

TIMEOUT_STATES = ("57014", "55P03")
LOST_STATES = ("08", "57P", "25P03", "25P04")

KINDS = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), Kind.INTEGER),
    **dict.fromkeys(("float4", "float8"), Kind.FLOAT),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "char", "uuid"), Kind.TEXT),
    **dict.fromkeys(("timestamp", "timestamptz"), Kind.DATETIME),
    **dict.fromkeys(("time", "timetz"), Kind.TIME),
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
    "numeric": Kind.DECIMAL,
    "date": Kind.DATE,
    "bool": Kind.BOOLEAN,
    "bytea": Kind.BINARY,
}

SENTENCES = (
    (
        "password authentication failed",
        "The user name or the password of the database “{name}” is wrong.",
        "Correct the address.",
    ),
    ("no password supplied", "The database “{name}” asks for a password.", "Add the password to the connection's address."),
    ("no pg_hba.conf entry", "The server does not let this computer use the database “{name}”.", "Ask its administrator."),
    (
        "role ",
        "The user name of the database “{name}” is not known to the server.",
        "Correct the user in the connection's address.",
    ),
    ("database ", "The server has no such database as the connection “{name}” names.", "Correct the database in the address."),
    ("resolve host", "The server of the database “{name}” cannot be found.", "Correct the host in the connection's address."),
    ("translate host", "The server of the database “{name}” cannot be found.", "Correct the host in the connection's address."),
    ("too many c", "The server of the database “{name}” has no connection left.", "Try again in a moment."),
    ("starting up", "The database “{name}” is just starting.", "Try again in a moment."),
    ("timeout", "The server of the database “{name}” does not answer.", "Check the address and the network between."),
    ("refused", "The database “{name}” is not running at its address.", "Start the server, or correct the host and port."),
    ("No such file", "The database “{name}” is not running at its address.", "Start the server, or correct the host and port."),
    ("invalid", "The address of the database “{name}” holds an option that the server or driver does not know.", "Correct it."),
)


class PostgresFence(Fence):
    def create_engine(self) -> sa.Engine:
        assert self.address.url is not None
        options = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "tabletalk"}
        engine = sa.create_engine(
            self.address.url,
            connect_args={key: value for key, value in options.items() if key not in self.address.url.query},
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=12,
            pool_recycle=1800,
        )
        event.listen(engine, "connect", _prepare_driver)
        return engine

    def enter(self, connection: sa.Connection, timeout_s: float) -> None:
        # The first query takes the snapshot: from here the transaction cannot be turned to read-write any more.
        settings = {
            "statement_timeout": _ms(timeout_s),
            "lock_timeout": _ms(min(timeout_s, 10.0)),
            "idle_in_transaction_session_timeout": _ms(max(IDLE_TIMEOUT_S, timeout_s)),
            "standard_conforming_strings": "on",  # as the guard read the statement's texts
        }
        calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
        connection.exec_driver_sql(f"SELECT {calls}").fetchall()

    def interrupt(self, driver: Any) -> None:
        driver.cancel_safe(timeout=CANCEL_TIMEOUT_S)

    def abandon(self, driver: Any) -> None:
        with socket.socket(fileno=os.dup(driver.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def stream(self, connection: sa.Connection, sql: str, batch: int) -> Iterator[Stream]:
        driver: psycopg.Connection[Any] = driver_of(connection)
        columns = _described(driver, sql)
        with driver.cursor() as cursor:
            for name in ("json", "jsonb", "interval", "uuid"):
                cursor.adapters.register_loader(name, _Text)
            size = batch if psycopg.capabilities.has_stream_chunked() else 1
            rows = cursor.stream(sql.encode(), size=size)
            try:
                yield Stream(columns, iter(lambda: list(islice(rows, batch)), []))
            finally:
                rows.close()  # type: ignore[attr-defined]  # a generator: closing it cancels what still runs

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        return (sa.exc.DBAPIError, psycopg.Error, UnicodeError)  # text in an encoding the database does not know of

    def verdict(self, error: BaseException) -> Verdict:
        state = getattr(error, "sqlstate", None) or ""
        if state in TIMEOUT_STATES:
            return Verdict.TIMEOUT
        lost = state.startswith(LOST_STATES) or (not state and isinstance(error, psycopg.OperationalError))
        return Verdict.LOST if lost else Verdict.FAILED

    def reason(self, error: BaseException) -> str:
        diag = getattr(error, "diag", None)
        if diag is None or not diag.message_primary:
            return super().reason(error)
        parts = (diag.message_primary, diag.message_detail, diag.message_hint)
        return self._scrubbed(" ".join(part.rstrip(".") + "." for part in parts if part))

    def unavailable(self, name: str, error: BaseException) -> DatabaseUnavailable:
        reason = self.reason(error)
        for mark, message, hint in SENTENCES:
            if mark in reason:
                return DatabaseUnavailable(message.format(name=name), hint, detail=reason)
        if self.verdict(error) is Verdict.LOST and getattr(error, "sqlstate", None):
            return DatabaseUnavailable(f"The line to the database “{name}” broke.", "Ask again in a moment.", detail=reason)
        return super().unavailable(name, error)


class _Text(Loader):
    def load(self, data: Any) -> str:
        return bytes(data).decode("utf-8", "replace")


def _or_text(loader: type[Loader]) -> type[Loader]:
    """The loader, giving the database's own text for what Python has no value for: infinity, BC, 24:00."""

    class OrText(loader):  # type: ignore[valid-type,misc]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return OrText


_LENIENT = {
    "date": _or_text(DateLoader),
    "timestamp": _or_text(TimestampLoader),
    "timestamptz": _or_text(TimestamptzLoader),
    "time": _or_text(TimeLoader),
}


def _ms(seconds: float) -> str:
    return str(max(1, round(1000 * seconds)))


def _prepare_driver(driver: Any, record: Any) -> None:
    driver.read_only = True
    for name, loader in _LENIENT.items():
        driver.adapters.register_loader(name, loader)


def _described(driver: psycopg.Connection[Any], sql: str) -> tuple[tuple[str, Kind | None], ...]:
    """The columns a statement would return, by preparing it, which also refuses a second statement. Raises NotAQuery."""
    pgconn = driver.pgconn
    prepared = pgconn.prepare(b"", sql.encode())
    if prepared.status != psycopg.pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(prepared)
    result = pgconn.describe_prepared(b"")
    if not result.nfields:
        raise NotAQuery("This statement returns no rows.")
    return tuple((_name(result, index), _kind(result.ftype(index))) for index in range(result.nfields))


def _name(result: Any, index: int) -> str:
    return (result.fname(index) or b"").decode("utf-8", "replace")


def _kind(oid: int) -> Kind | None:
    info = psycopg.adapters.types.get(oid)
    return KINDS.get(info.name) if info else None
