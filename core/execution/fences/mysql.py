"""The fence of MySQL and MariaDB: a read-only transaction in a read-only session, with their own statement timeouts."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions, convert_timedelta
from pymysql.cursors import SSCursor

from core.errors import DatabaseUnavailable
from core.execution.fences.base import CONNECT_TIMEOUT_S, Fence, Stream, Verdict, batches, driver_of, one_reading_statement
from core.models import Kind

TIMEOUT_CODES = (3024, 1969, 1317, 1205)
LOST_CODES = (0, 2006, 2013, 1053, 1927, 2055, 4031)
BINARY_CHARSET = 63

KINDS = {
    **dict.fromkeys(
        (
            FIELD_TYPE.TINY,
            FIELD_TYPE.SHORT,
            FIELD_TYPE.LONG,
            FIELD_TYPE.LONGLONG,
            FIELD_TYPE.INT24,
            FIELD_TYPE.YEAR,
            FIELD_TYPE.BIT,
        ),
        Kind.INTEGER,
    ),
    **dict.fromkeys((FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), Kind.DECIMAL),
    **dict.fromkeys((FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE), Kind.FLOAT),
    **dict.fromkeys((FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP), Kind.DATETIME),
    **dict.fromkeys((FIELD_TYPE.STRING, FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR), Kind.TEXT),
    FIELD_TYPE.DATE: Kind.DATE,
    FIELD_TYPE.TIME: Kind.TIME,
    FIELD_TYPE.JSON: Kind.JSON,
}

SENTENCES = {
    1045: ("The user name or the password of the database “{name}” is wrong.", "Correct the address of the connection."),
    1698: ("The user name or the password of the database “{name}” is wrong.", "Correct the address of the connection."),
    1044: ("This user may not use the database of the connection “{name}”.", "Ask its administrator for the right to read it."),
    1049: ("The server has no such database as the connection “{name}” names.", "Correct the database in the address."),
    1130: ("The server does not let this computer use the database “{name}”.", "Ask its administrator."),
    1040: ("The server of the database “{name}” has no connection left.", "Try again in a moment."),
}


class MysqlFence(Fence):
    def create_engine(self) -> sa.Engine:
        assert self.address.url is not None
        options = {"connect_timeout": CONNECT_TIMEOUT_S, "charset": "utf8mb4", "conv": _CONVERSIONS}
        self._engine = sa.create_engine(
            self.address.url,
            connect_args={key: value for key, value in options.items() if key not in self.address.url.query},
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=12,
            pool_recycle=1800,
        )
        return self._engine

    def enter(self, connection: sa.Connection, timeout_s: float) -> None:
        # Read-only for the session as well: DDL commits the transaction first and would then be free. Set every time, because
        # a statement that got past the guard may have unset it.
        if _is_mariadb(driver_of(connection)):
            settings: dict[str, object] = {"max_statement_time": f"{timeout_s:.3f}", "tx_read_only": 1}
        else:
            settings = {"max_execution_time": max(1, round(1000 * timeout_s)), "transaction_read_only": 1}
        settings["lock_wait_timeout"] = max(1, round(min(timeout_s, 10.0)))
        assignments = ", ".join(f"SESSION {name} = {value}" for name, value in settings.items())
        connection.exec_driver_sql(f"SET {assignments}")
        connection.exec_driver_sql("START TRANSACTION READ ONLY")

    def interrupt(self, driver: Any) -> None:
        thread = int(driver.thread_id())
        assert self.address.url is not None
        args, options = self._engine.dialect.create_connect_args(self.address.url)
        with pymysql.connect(*args, **{**options, "connect_timeout": 3}) as second, second.cursor() as cursor:
            cursor.execute(f"KILL QUERY {thread}")

    def abandon(self, driver: Any) -> None:
        line = driver._sock  # the driver has no public way to it
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def stream(self, connection: sa.Connection, sql: str, batch: int) -> Iterator[Stream]:
        one_reading_statement(sql)
        driver = driver_of(connection)
        cursor = driver.cursor(SSCursor)
        rest = _Rest(cursor, batch)
        try:
            cursor.execute(sql)
            yield Stream(_columns(cursor), rest.batches())
        finally:
            if cursor.description is not None and not rest.over:
                # Closing reads every row that is left, so the server is told to stop first; the connection is not used again.
                with suppress(pymysql.Error, OSError):
                    self.interrupt(driver)
                with suppress(pymysql.Error, OSError):
                    cursor.close()
                connection.invalidate()
            else:
                cursor.close()

    def verdict(self, error: BaseException) -> Verdict:
        code = _code(error)
        if code in TIMEOUT_CODES:
            return Verdict.TIMEOUT
        return Verdict.LOST if code in LOST_CODES else Verdict.FAILED

    def reason(self, error: BaseException) -> str:
        return self._scrubbed(str(error.args[1]) if len(error.args) > 1 else str(error))

    def unavailable(self, name: str, error: BaseException) -> DatabaseUnavailable:
        code, reason = _code(error), self.reason(error)
        if code in SENTENCES:
            message, hint = SENTENCES[code]
        elif "cryptography" in reason:
            message = "The driver for the passwords of the database “{name}” is not installed."
            hint = "Install the Python package cryptography, or connect with TLS."
        elif "Errno -" in reason or "getaddrinfo" in reason:
            message, hint = (
                "The server of the database “{name}” cannot be found.",
                "Correct the host in the connection's address.",
            )
        elif "timed out" in reason:
            message, hint = "The server of the database “{name}” does not answer.", "Check the address and the network between."
        elif code in (2002, 2003):
            message, hint = "The database “{name}” is not running at its address.", "Start the server, or correct host and port."
        elif code in LOST_CODES:
            message, hint = "The line to the database “{name}” broke.", "Ask again in a moment."
        elif isinstance(error, TypeError):
            message, hint = "The address of the database “{name}” holds an option that the driver does not know.", "Correct it."
        else:
            return super().unavailable(name, error)
        return DatabaseUnavailable(message.format(name=name), hint, detail=reason)


class _Rest:
    """Reads a cursor in batches and knows whether it came to the end."""

    def __init__(self, cursor: SSCursor, size: int) -> None:
        self.over = False
        self._cursor, self._size = cursor, size

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        yield from batches(self._cursor, self._size)
        self.over = True


def _time(value: Any) -> dt.time | str:
    """A time of day; the database's text for a duration, which TIME may hold as well (-838:59:59 to 838:59:59)."""
    text = value.decode() if isinstance(value, bytes) else str(value)
    delta = convert_timedelta(text)
    if isinstance(delta, dt.timedelta) and dt.timedelta() <= delta < dt.timedelta(days=1):
        return (dt.datetime.min + delta).time()
    return text


def _bits(value: Any) -> int:
    return int.from_bytes(value if isinstance(value, bytes) else str(value).encode("latin-1"), "big")


_CONVERSIONS = {**conversions, FIELD_TYPE.TIME: _time, FIELD_TYPE.BIT: _bits}


def _is_mariadb(driver: Any) -> bool:
    return "mariadb" in str(driver.get_server_info()).lower()


def _code(error: BaseException) -> int | None:
    code = error.args[0] if error.args else None
    return code if isinstance(code, int) else None


def _columns(cursor: SSCursor) -> tuple[tuple[str, Kind | None], ...]:
    fields = cursor._result.fields  # type: ignore[attr-defined]  # the description has no character set, which tells bytes from text
    blobs = (FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.BLOB)
    kinds = []
    for field in fields:
        text = field.type_code in blobs or KINDS.get(field.type_code) is Kind.TEXT
        kind = (Kind.BINARY if field.charsetnr == BINARY_CHARSET else Kind.TEXT) if text else KINDS.get(field.type_code)
        kinds.append((field.name, kind))
    return tuple(kinds)
