"""Catalog: everything known of a database, read behind its fence: schema, figures, values, keys and roles, in that order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.cancellation import Cancellation
from core.errors import EmptyDatabase, SqlFailed
from core.execution.asker import Asker
from core.execution.keys import with_inferred_keys
from core.execution.profile import SAMPLES, Profiled, profile
from core.execution.roles import with_roles
from core.execution.schema import fingerprint, read_schema
from core.execution.values import read_values
from core.models.catalog import Catalog, Column, ColumnValues, Table

if TYPE_CHECKING:
    from core.execution.connections import Database

Progress = Callable[[str, float], None]
"""Told what is being read, for people, and how much of all is done, 0 to 1."""


def read_catalog(database: Database, *, progress: Progress | None = None, cancellation: Cancellation | None = None) -> Catalog:
    """The catalog of the database as it is now; seconds for a large one.

    Tables and views that cannot be read are left out. Raises EmptyDatabase when none is left, DatabaseUnavailable, and
    Cancelled between two statements or within one.
    """
    tell = progress or _silent
    tell("Reading the tables and columns", 0.0)
    with Asker(database, cancellation) as asker:
        schema = read_schema(asker.connection(), database.dialect)
        if not schema:
            raise _empty(database)
        profiled = _profiled(asker, schema, tell)
        if not profiled:
            raise _unreadable(database)
        tell("Collecting the values people may ask for", 0.8)
        values = read_values(asker, profiled)
        tell("Looking for relations between the tables", 0.95)
        tables = with_inferred_keys(asker, _related([_sampled(entry.table, values) for entry in profiled]))
    tell("Done", 1.0)
    return Catalog(
        database=database.id,
        dialect=database.dialect,
        tables=with_roles(tables),
        values=values,
        fingerprint=fingerprint(schema),
        read_at=datetime.now(UTC),
    )


def read_fingerprint(database: Database, *, cancellation: Cancellation | None = None) -> str:
    """The fingerprint `read_catalog` would give, from the schema alone. Raises EmptyDatabase like it."""
    with Asker(database, cancellation) as asker:
        schema = read_schema(asker.connection(), database.dialect)
    if not schema:
        raise _empty(database)
    return fingerprint(schema)


def _profiled(asker: Asker, schema: tuple[Table, ...], tell: Progress) -> list[Profiled]:
    profiled = []
    for number, table in enumerate(schema):
        tell(f"Reading table {number + 1} of {len(schema)}: {table.name}", 0.05 + 0.75 * number / len(schema))
        try:
            profiled.append(profile(asker, table))
        except SqlFailed:  # a view over what is gone, a table without permission: it cannot be asked either
            continue
        asker.release()
    return profiled


def _sampled(table: Table, values: tuple[ColumnValues, ...]) -> Table:
    """With the most frequent values as samples, where they are known: the first rows may all hold the same."""
    known = {entry.column: entry.values for entry in values if entry.table == table.name}
    columns = (_with_values(column, known[column.name]) if column.name in known else column for column in table.columns)
    return replace(table, columns=tuple(columns))


def _with_values(column: Column, values: tuple[str, ...]) -> Column:
    distinct = max(column.distinct_count or 0, len(values))  # more than the sample of a large table showed
    return replace(column, samples=values[:SAMPLES], distinct_count=distinct)


def _related(tables: list[Table]) -> tuple[Table, ...]:
    """Without foreign keys to tables that were left out."""
    names = {table.name for table in tables}
    return tuple(
        replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key.ref_table in names)) for table in tables
    )


def _silent(message: str, fraction: float) -> None:
    return


def _empty(database: Database) -> EmptyDatabase:
    return EmptyDatabase(
        f"The database “{database.name}” has no tables to ask about.",
        "Put data into it and refresh, or choose another database.",
    )


def _unreadable(database: Database) -> EmptyDatabase:
    return EmptyDatabase(
        f"None of the tables of the database “{database.name}” can be read.",
        "Give the account of this connection the right to read them, then refresh.",
    )
