"""Schema rows: what a dialect's reader returns, and how tables are put together from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text

from core.execution.kinds import declared_kind
from core.models.catalog import Column, ForeignKey, Kind, Role, Table

Address = tuple[str | None, str]
"""Schema (None: the default one) and name of a table."""


@dataclass(frozen=True)
class TableRow:
    address: Address
    is_view: bool = False
    rows: int | None = None
    comment: str = ""


@dataclass(frozen=True)
class KeyRow:
    """A primary or unique key, or a foreign one when it refers to a table."""

    address: Address
    columns: tuple[str, ...]
    primary: bool = False
    ref: Address | None = None
    ref_columns: tuple[str, ...] = ()
    """Empty: the primary key of the referred table."""


@dataclass(frozen=True)
class SchemaRows:
    """What a dialect's reader returns, before it is put together."""

    tables: list[TableRow]
    columns: dict[Address, list[Column]]
    keys: list[KeyRow]


def column(name: str, declared: str, *, nullable: bool = True, comment: str | None = None, kind: Kind | None = None) -> Column:
    """A column as declared, with a provisional role."""
    known = declared_kind(declared) if kind is None else kind
    return Column(name=name, type=declared, kind=known, role=Role.DIMENSION, nullable=nullable, comment=comment or "")


def rows(connection: Connection, statement: str, **parameters: object) -> list[Any]:
    return list(connection.execute(text(statement), parameters))


def finish(found: SchemaRows) -> tuple[Table, ...]:
    """The tables put together: unique names, keys whose columns and tables exist, spelled as the tables spell them."""
    listed = [row for row in found.tables if found.columns.get(row.address)]
    names = _unique_names([row.address for row in listed])
    tables = [_table(row, names, found) for row in sorted(listed, key=lambda row: (row.is_view, row.address[0] is not None))]
    by_name = {table.name: table for table in tables}
    return tuple(replace(table, foreign_keys=_sound(table, by_name)) for table in tables)


def _unique_names(addresses: list[Address]) -> dict[Address, str]:
    names: dict[Address, str] = {}
    taken: set[str] = set()
    for schema, local in sorted(addresses, key=lambda address: address[0] is not None):
        name = local if schema is None else f"{schema}.{local}"
        while name in taken:  # a table really named "a.b" beside table b of schema a
            name += "'"
        taken.add(name)
        names[(schema, local)] = name
    return names


def _table(row: TableRow, names: dict[Address, str], found: SchemaRows) -> Table:
    schema, local = row.address
    name = names[row.address]
    keys = [key for key in found.keys if key.address == row.address]
    foreign = [ForeignKey(key.columns, names[key.ref], key.ref_columns) for key in keys if key.ref and key.ref in names]
    return Table(
        name=name,
        columns=tuple(found.columns[row.address]),
        schema=schema,
        local_name="" if local == name else local,
        primary_key=next((key.columns for key in keys if key.primary), ()),
        unique_keys=tuple(key.columns for key in keys if not key.primary and not key.ref),
        foreign_keys=tuple(dict.fromkeys(foreign)),
        row_count=row.rows,
        is_view=row.is_view,
        comment=row.comment,
    )


def _sound(table: Table, by_name: dict[str, Table]) -> tuple[ForeignKey, ...]:
    kept = []
    for key in table.foreign_keys:
        target = by_name[key.ref_table]
        columns = _spelled(key.columns, table)
        ref_columns = _spelled(key.ref_columns or target.primary_key, target)
        if columns and ref_columns and len(columns) == len(ref_columns):
            kept.append(replace(key, columns=columns, ref_columns=ref_columns))
    return tuple(dict.fromkeys(kept))


def _spelled(names: tuple[str, ...], table: Table) -> tuple[str, ...]:
    """The names as the table spells them; empty when one is not there."""
    lower = {column.name.lower(): column.name for column in table.columns}
    found = tuple(name if name in table.by_name else lower.get(name.lower(), "") for name in names)
    return found if all(found) else ()
