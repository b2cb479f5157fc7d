"""Fence: what makes a connection read-only, bounded in time and interruptible. One per dialect; this serves all others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.errors import ConfigError, DatabaseUnavailable
from core.execution.address import Address
from core.models import Kind

CONNECT_TIMEOUT_S = 10


class Verdict(StrEnum):
    """What a driver's error means to the caller."""

    TIMEOUT = "timeout"
    LOST = "lost"
    FAILED = "failed"


@dataclass(frozen=True)
class Stream:
    """A running statement: its columns, and its rows in batches as the database sends them."""

    columns: tuple[tuple[str, Kind | None], ...]
    """Name and, where the database declares one, kind."""
    batches: Iterator[list[tuple[Any, ...]]]


class Fence:
    """A transaction that is rolled back. What that cannot forbid is left to the guard and the account's rights."""

    fetches_lazily = False
    """True where the database still computes while rows are fetched, so that the time of a statement runs on."""

    def __init__(self, address: Address) -> None:
        self.address = address

    def create_engine(self) -> sa.Engine:
        """A lazy engine; ConfigError where the driver is not installed."""
        assert self.address.url is not None
        try:
            return sa.create_engine(self.address.url, pool_pre_ping=True, pool_size=4, max_overflow=12)
        except (ImportError, sa.exc.NoSuchModuleError) as exc:
            raise no_driver(self.address) from exc

    def enter(self, connection: sa.Connection, timeout_s: float) -> None:
        """Puts up the fence on a connection just taken, before anyone uses it."""

    def interrupt(self, driver: Any) -> None:
        """Stops the running statement of the driver's connection, from another thread. Harmless when none runs."""
        cancel = getattr(driver, "cancel", None)
        if callable(cancel):
            cancel()

    def abandon(self, driver: Any) -> None:
        """Cuts the line of a connection that does not react to `interrupt`."""

    @contextmanager
    def stream(self, connection: sa.Connection, sql: str, batch: int) -> Iterator[Stream]:
        """Runs one statement and yields its rows without holding them all."""
        one_reading_statement(sql)
        cursor = driver_of(connection).cursor()
        try:
            cursor.execute(sql)
            yield Stream(named(cursor.description), batches(cursor, batch))
        finally:
            cursor.close()

    def verdict(self, error: BaseException) -> Verdict:
        return Verdict.FAILED

    def reason(self, error: BaseException) -> str:
        """The database's own words, without the driver's boilerplate and without the password."""
        return self._scrubbed(" ".join(str(error).split()))

    def _scrubbed(self, text: str) -> str:
        password = self.address.url.password if self.address.url is not None else None
        return text.replace(str(password), "***") if password else text

    def unavailable(self, name: str, error: BaseException) -> DatabaseUnavailable:
        """The sentence for a connection that could not be made."""
        return DatabaseUnavailable(
            f"The database “{name}” cannot be reached.",
            "Check the address, the user and the password of the connection, and that the database is running.",
            detail=self.reason(error),
        )

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        """What the driver raises."""
        return (sa.exc.DBAPIError, self._driver_error())

    def _driver_error(self) -> type[BaseException]:
        assert self.address.url is not None
        try:
            error: type[BaseException] = self.address.url.get_dialect().import_dbapi().Error
        except (ImportError, sa.exc.NoSuchModuleError):  # told where the engine is made
            return sa.exc.DBAPIError
        return error


def driver_of(connection: sa.Connection) -> Any:
    """The driver's own connection under SQLAlchemy's."""
    return connection.connection.driver_connection


class NotAQuery(Exception):
    """The statement would not return rows: it was not run."""


_READS = re.compile(r"[\s(]*(select|with|values|table|from)\b", re.IGNORECASE)
_HIDES = re.compile(r"/\*M?!|\binto\s+(outfile|dumpfile)\b", re.IGNORECASE)


def one_reading_statement(sql: str) -> None:
    """The gate where the database itself has none: by its first word. Raises NotAQuery."""
    if not _READS.match(sql) or _HIDES.search(sql):
        raise NotAQuery("This is not a query that reads.")


def named(description: Any) -> tuple[tuple[str, Kind | None], ...]:
    return tuple((str(column[0]), None) for column in description or ())


def batches(cursor: Any, size: int) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(size):
        yield rows


def no_driver(address: Address) -> ConfigError:
    backend = address.url.get_backend_name() if address.url is not None else address.dialect
    hint = f"Whoever runs this app must install the Python driver for {backend} and restart it."
    return ConfigError(f"The driver for {backend} is not installed.", hint)
