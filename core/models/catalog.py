"""Catalog: what is known of a database without asking it again. Plain data; linking builds its own index from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a value is, whatever the database calls its type."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    BOOLEAN = "boolean"
    BINARY = "binary"
    JSON = "json"
    OTHER = "other"

    @property
    def numeric(self) -> bool:
        return self in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)

    @property
    def temporal(self) -> bool:
        return self in (Kind.DATE, Kind.DATETIME)


class Role(StrEnum):
    """What a column is for in questions: summed, grouped by, laid out in time, joined on, or shown as the name of a row."""

    MEASURE = "measure"
    DIMENSION = "dimension"
    TIME = "time"
    KEY = "key"
    LABEL = "label"


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    """As the database spells it."""
    kind: Kind
    """By declared type, or by the values where types are not enforced (a SQLite TEXT full of dates is DATE)."""
    role: Role
    nullable: bool = True
    distinct_count: int | None = None
    """None where it was not counted; of the sampled rows when the table was too large to read whole."""
    null_count: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    """Of numeric and temporal columns, as text: ISO 8601 for times, plain decimal notation for numbers."""
    samples: tuple[str, ...] = ()
    """Up to 5 distinct values as text."""
    comment: str = ""


@dataclass(frozen=True)
class ForeignKey:
    columns: tuple[str, ...]
    ref_table: str
    """The `Table.name` of the referred table."""
    ref_columns: tuple[str, ...]
    inferred: bool = False
    """True where the database does not declare it and names and values made it likely."""


@dataclass(frozen=True)
class Table:
    name: str
    """Unique in the catalog: the bare name in the default schema, else `schema.name`."""
    columns: tuple[Column, ...]
    schema: str | None = None
    """None in the default schema."""
    local_name: str = ""
    """The name within its schema when that differs from `name`."""
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_count: int | None = None
    """None where it could not be counted in time."""
    is_view: bool = False
    comment: str = ""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


@dataclass(frozen=True)
class ColumnValues:
    """The distinct text values of one column, for the value index."""

    table: str
    column: str
    values: tuple[str, ...]
    complete: bool
    """False where the column holds more distinct values than are kept."""


@dataclass(frozen=True)
class Catalog:
    database: str
    """A stable id of the database that holds no secret: the same for every connection name with the same address."""
    dialect: str
    """sqlglot's name: sqlite, duckdb, postgres, mysql."""
    tables: tuple[Table, ...]
    values: tuple[ColumnValues, ...] = ()
    fingerprint: str = ""
    """Of the schema (tables, columns, types, keys); the cache key together with `database`."""
    read_at: datetime | None = None

    @cached_property
    def by_name(self) -> dict[str, Table]:
        return {table.name: table for table in self.tables}
