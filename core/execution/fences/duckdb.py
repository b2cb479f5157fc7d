"""DuckDB's fence: the file is attached read-only, no other file or address can be reached, and the settings are locked."""

from __future__ import annotations

import datetime as dt
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from core.errors import DatabaseUnavailable
from core.execution.fences.base import Fence, NotAQuery, Stream, Verdict, driver_of
from core.models import Kind

SETTINGS = (
    "SET python_enable_replacements = false",  # else a table name finds the variables of this process
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET lock_configuration = true",
)
DAY_US = 86_400_000_000
AS_TEXT = re.compile(r"INTERVAL|TIME WITH TIME ZONE|TIMESTAMP_NS|TIME_NS|BIT\b|UHUGEINT|BIGNUM|VARINT|UNION|GEOMETRY|VARIANT")
"""Types that neither Arrow nor Python hold exactly: the database is asked for their text."""

KINDS = (
    (re.compile(r"^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$"), Kind.INTEGER),
    (re.compile(r"^DECIMAL"), Kind.DECIMAL),
    (re.compile(r"^(FLOAT|DOUBLE)$"), Kind.FLOAT),
    (re.compile(r"^DATE$"), Kind.DATE),
    (re.compile(r"^TIMESTAMP"), Kind.DATETIME),
    (re.compile(r"^TIME"), Kind.TIME),
    (re.compile(r"^BOOLEAN$"), Kind.BOOLEAN),
    (re.compile(r"^BLOB$"), Kind.BINARY),
    (re.compile(r"^JSON$|\[|^STRUCT|^MAP"), Kind.JSON),
    (re.compile(r"^(VARCHAR|UUID|ENUM)"), Kind.TEXT),
)


class DuckdbFence(Fence):
    def create_engine(self) -> sa.Engine:
        # No pool: an open file is locked against the program that writes it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the dialect's module warns of things this engine does not use
            return sa.create_engine("duckdb://", creator=self._open, poolclass=NullPool)

    def interrupt(self, driver: Any) -> None:
        driver.interrupt()

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        return (sa.exc.DBAPIError, duckdb.Error)

    @contextmanager
    def stream(self, connection: sa.Connection, sql: str, batch: int) -> Iterator[Stream]:
        driver = driver_of(connection)
        statements = driver.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise NotAQuery("This is not one query that reads.")
        relation = driver.sql(sql)
        types = [str(kind) for kind in relation.types]
        columns = tuple((str(name), _kind(kind)) for name, kind in zip(relation.columns, types, strict=True))
        if any(map(AS_TEXT.search, types)):
            relation = driver.sql(_with_text(sql, types))
        reader = relation.to_arrow_reader(batch)
        try:
            yield Stream(columns, (_rows(part, columns) for part in reader if part.num_rows))
        finally:
            reader.close()

    def verdict(self, error: BaseException) -> Verdict:
        if isinstance(error, duckdb.InterruptException):
            return Verdict.TIMEOUT
        return Verdict.LOST if isinstance(error, duckdb.IOException | duckdb.ConnectionException) else Verdict.FAILED

    def unavailable(self, name: str, error: BaseException) -> DatabaseUnavailable:
        message, hint = self._sentence(name, str(error))
        return DatabaseUnavailable(message, hint, detail=self.reason(error))

    def _sentence(self, name: str, reason: str) -> tuple[str, str]:
        path = self.address.path
        if not path.exists():
            return f"The file of the database “{name}” is missing.", f"Put it back at {path}, or correct the address."
        if path.is_dir():
            return f"The address of the database “{name}” is a folder, not a file.", "Name the DuckDB file inside it."
        if "lock" in reason:
            return f"The database “{name}” is open in another program.", "Close it there, or try again when it is done."
        if not os.access(path, os.R_OK):
            return f"The file of the database “{name}” may not be read.", "Ask its owner for the right to read it."
        if "version" in reason:
            return f"The file of the database “{name}” was made by another version of DuckDB.", "Export and import it anew."
        if "not a valid DuckDB" in reason or "magic bytes" in reason:
            return f"The file of the database “{name}” is not a DuckDB database.", "Choose a DuckDB file."
        return f"The file of the database “{name}” cannot be opened.", "Check that it is a DuckDB file and not damaged."

    def _open(self) -> Any:
        from duckdb_engine import ConnectionWrapper

        path = self.address.path
        if not path.is_file():
            raise duckdb.IOException(f"no such file: {path}")
        driver = duckdb.connect(str(path), read_only=True)
        try:
            for setting in SETTINGS:
                _set_once(driver, setting)
        except duckdb.Error:
            driver.close()
            raise
        return ConnectionWrapper(driver)


def _set_once(driver: duckdb.DuckDBPyConnection, setting: str) -> None:
    """Connections of this process to one file share its settings: a second finds them locked, which is as good."""
    try:
        driver.execute(setting)
    except duckdb.InvalidInputException:
        locked = driver.execute("SELECT current_setting('lock_configuration')").fetchall()
        if locked != [(True,)]:
            raise


def _with_text(sql: str, types: list[str]) -> str:
    """The same rows in the same order with the exotic columns as text. Columns are aliased by position: names may repeat."""
    names = [f"c{index}" for index in range(len(types))]
    chosen = [f"CAST({name} AS VARCHAR)" if AS_TEXT.search(kind) else name for name, kind in zip(names, types, strict=True)]
    return f"SELECT {', '.join(chosen)} FROM ({sql}\n) AS t({', '.join(names)})"


def _kind(type_: str) -> Kind | None:
    return Kind.TEXT if AS_TEXT.search(type_) else next((kind for pattern, kind in KINDS if pattern.search(type_)), None)


def _rows(batch: pa.RecordBatch, columns: tuple[tuple[str, Kind | None], ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(_values(array, kind) for array, (_, kind) in zip(batch.columns, columns, strict=True)), strict=True))


def _values(column: pa.Array[Any], kind: Kind | None) -> list[Any]:
    """Python's values; text for days and times beyond its calendar (infinity, BC)."""
    if kind is Kind.INTEGER and pa.types.is_decimal(column.type):
        return [None if value is None else int(value) for value in column.to_pylist()]
    if pa.types.is_time(column.type):
        return [_value(item) for item in column]
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_value(item) for item in column]


def _value(item: pa.Scalar[Any]) -> Any:
    if pa.types.is_time(item.type) and item.is_valid and item.cast(pa.int64()).as_py() == DAY_US:
        return "24:00:00"
    try:
        return item.as_py()
    except (OverflowError, ValueError):
        number = item.cast(pa.int32() if pa.types.is_date(item.type) else pa.int64()).as_py()
        return _beyond(number, is_date=pa.types.is_date(item.type))


def _beyond(number: int, *, is_date: bool) -> str:
    if number >= (2**31 if is_date else 2**63) - 1:
        return "infinity"
    if number <= -((2**31 if is_date else 2**63) - 1):
        return "-infinity"
    days = number if is_date else number // DAY_US
    # 400 years repeat exactly, so the day is moved into Python's calendar and its year is moved back.
    cycles = -(-(719163 - days) // 146097) if days < 0 else -((days - 2_000_000) // 146097)
    moved = dt.date.fromordinal(days + cycles * 146097 + 719163)
    year = moved.year - 400 * cycles
    text = f"{year if year > 0 else 1 - year:04d}-{moved.month:02d}-{moved.day:02d}"
    if not is_date:
        seconds = (number % DAY_US) // 1_000_000
        text += f" {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text if year > 0 else f"{text} (BC)"
