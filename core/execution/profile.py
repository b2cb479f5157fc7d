"""Profile: row count and, per column, distinct values, NULLs, least, greatest and samples, in a few statements per table.

A table of more than SAMPLE_ROWS rows is counted whole, and its distinct values are counted on a sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.errors import SqlFailed, SqlTimeout
from core.execution.asker import STATEMENT_S, Asker, relation
from core.execution.evidence import corrected
from core.execution.names import words
from core.models.catalog import Column, Kind, Table

SAMPLE_ROWS = 200_000
DUCKDB_SAMPLE_ROWS = 2_000_000
"""DuckDB counts columns of millions of rows in less time than SQLite needs for its sample."""
VIEW_S = 2.0
SAMPLES = 5
SAMPLE_CHARACTERS = 100
_FIRST_ROWS = 60
_COLUMNS_PER_STATEMENT = 40
_PRIME, _FACTOR = 65_537, 48_271
_SECRET_WORDS = frozenset({"password", "passwd", "pwd", "secret", "token", "hash", "salt"})


@dataclass(frozen=True)
class Figures:
    """What was counted of one column beyond what a Column holds."""

    average_length: float = 0.0
    longest: int = 0


@dataclass(frozen=True)
class Profiled:
    table: Table
    figures: dict[str, Figures]
    source: sa.FromClause
    """What to read values from: the table, or a sample of it."""


def profile(asker: Asker, table: Table) -> Profiled:
    """The table with its figures. What could not be counted in time stays None.

    Raises SqlFailed when the table cannot be read at all: a broken view, or no permission.
    """
    limit_s = VIEW_S if table.is_view else STATEMENT_S
    try:
        first = _first_rows(asker, table, limit_s)
    except SqlTimeout:  # whoever takes that long for a few rows takes longer for all of them
        return Profiled(replace(table, row_count=None), {}, relation(table))
    count = _count(asker, table, limit_s)
    source = _source(asker, table, count, limit_s)
    table = corrected(asker, replace(table, row_count=count), limit_s)
    counted = _counted(asker, table, source, limit_s)
    columns = tuple(_filled(column, counted.get(column.name), first.get(column.name, ())) for column in table.columns)
    figures = {name: Figures(float(row.length or 0), int(row.longest or 0)) for name, row in counted.items()}
    return Profiled(replace(table, columns=columns), figures, source)


def is_secret(column: Column) -> bool:
    """Whether the name says that its values are nobody's business."""
    return not _SECRET_WORDS.isdisjoint(words(column.name))


def as_text(value: Any) -> str | None:
    """A value as a Column keeps it: ISO 8601, plain decimal notation; None for what has no such form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return None
    return str(value)


@dataclass(frozen=True)
class _Counted:
    nulls: int | None = None
    distinct: int | None = None
    least: Any = None
    greatest: Any = None
    length: Any = None
    longest: Any = None


def _first_rows(asker: Asker, table: Table, limit_s: float) -> dict[str, tuple[str, ...]]:
    shown = [column for column in table.columns if column.kind is not Kind.BINARY and not is_secret(column)]
    if not shown:
        return {}
    source = relation(table)
    statement = sa.select(*(source.c[column.name] for column in shown)).limit(_FIRST_ROWS)
    found = asker.rows(statement, limit_s=limit_s)
    return {column.name: _samples(row[position] for row in found) for position, column in enumerate(shown)}


def _samples(values: Iterator[Any]) -> tuple[str, ...]:
    texts = (as_text(value) for value in values)
    return tuple(dict.fromkeys(text[:SAMPLE_CHARACTERS] for text in texts if text))[:SAMPLES]


def _count(asker: Asker, table: Table, limit_s: float) -> int | None:
    try:
        return int(asker.rows(sa.select(sa.func.count()).select_from(relation(table)), limit_s=limit_s)[0][0])
    except SqlTimeout:
        return None


def _source(asker: Asker, table: Table, count: int | None, limit_s: float) -> sa.FromClause:
    """The table itself, or a sample where it is large: spread over the table where the database can do so cheaply."""
    most = DUCKDB_SAMPLE_ROWS if asker.dialect == "duckdb" else SAMPLE_ROWS
    whole = relation(table)
    if count is not None and count <= most:
        return whole
    head = sa.select(whole).limit(most).subquery("head")
    spread = _spread(whole, asker.dialect, count, most) if count and not table.is_view else None
    if spread is None:
        return head
    try:
        asker.rows(sa.select(sa.func.count()).select_from(spread), limit_s=limit_s)
    except (SqlFailed, SqlTimeout):  # a foreign table, a table without rowid
        return head
    return spread


def _spread(whole: sa.TableClause, dialect: str, count: int, most: int) -> sa.FromClause | None:
    if dialect == "postgres":
        percent = 100 * most / count
        return sa.tablesample(whole, sa.func.system(percent), "spread")
    if dialect == "sqlite":
        # a plain stride would beat in time with data that repeats; multiplying modulo a prime scatters it
        scattered = ((sa.literal_column("_rowid_", sa.Integer) % _PRIME) * _FACTOR) % _PRIME
        return sa.select(whole).where(scattered < _PRIME * most // count).subquery("spread")
    return None


def _counted(asker: Asker, table: Table, source: sa.FromClause, limit_s: float) -> dict[str, _Counted]:
    counted: dict[str, _Counted] = {}
    columns = table.columns
    for start in range(0, len(columns), _COLUMNS_PER_STATEMENT):
        batch = columns[start : start + _COLUMNS_PER_STATEMENT]
        counted |= _batch(asker, table, batch, source, limit_s)
    return counted


def _batch(asker: Asker, table: Table, batch: Sequence[Column], source: sa.FromClause, limit_s: float) -> dict[str, _Counted]:
    try:
        counted = _ask(asker, batch, source, limit_s, distinct=True)
        if not isinstance(source, sa.TableClause):
            counted |= _whole(asker, table, batch, counted, limit_s)
        return counted
    except SqlTimeout:
        return {}
    except SqlFailed:
        if len(batch) == 1:  # a type that cannot be compared: this column has no figures
            return {}
    return {name: row for column in batch for name, row in _batch(asker, table, [column], source, limit_s).items()}


def _whole(
    asker: Asker, table: Table, batch: Sequence[Column], sampled: dict[str, _Counted], limit_s: float
) -> dict[str, _Counted]:
    """NULLs, least and greatest of the whole table, beside the sample's distinct values."""
    try:
        found = _ask(asker, batch, relation(table), limit_s, distinct=False)
    except SqlTimeout:
        return {name: replace(row, nulls=None, least=None, greatest=None) for name, row in sampled.items()}
    return {name: replace(row, distinct=sampled[name].distinct) for name, row in found.items()}


def _ask(asker: Asker, batch: Sequence[Column], source: sa.FromClause, limit_s: float, *, distinct: bool) -> dict[str, _Counted]:
    parts: list[sa.ColumnElement[Any]] = []
    for column in batch:
        parts.extend(_parts(source.c[column.name], column.kind, asker.dialect, distinct))
    row = asker.rows(sa.select(*(part.label(f"p{i}") for i, part in enumerate(parts))).select_from(source), limit_s=limit_s)[0]
    width = len(parts) // len(batch)
    return {column.name: _Counted(*row[i * width : (i + 1) * width]) for i, column in enumerate(batch)}


def _parts(value: sa.ColumnElement[Any], kind: Kind, dialect: str, distinct: bool) -> list[sa.ColumnElement[Any]]:
    nothing = sa.null()
    comparable = kind not in (Kind.BINARY, Kind.JSON, Kind.OTHER)
    ordered = kind.numeric or kind.temporal or kind is Kind.TIME
    text = sa.cast(value, sa.Text) if dialect == "postgres" else value
    length = sa.func.char_length(text) if dialect == "mysql" else sa.func.length(text)
    return [
        sa.func.count() - sa.func.count(value),
        sa.func.count(sa.distinct(text if kind is Kind.TEXT else value)) if distinct and comparable else nothing,
        sa.func.min(value) if ordered else nothing,
        sa.func.max(value) if ordered else nothing,
        sa.func.avg(length) if kind is Kind.TEXT else nothing,
        sa.func.max(length) if kind is Kind.TEXT else nothing,
    ]


def _filled(column: Column, counted: _Counted | None, samples: tuple[str, ...]) -> Column:
    if counted is None:
        return replace(column, samples=samples)
    return replace(
        column,
        distinct_count=counted.distinct,
        null_count=counted.nulls,
        minimum=as_text(counted.least),
        maximum=as_text(counted.greatest),
        samples=samples,
    )
