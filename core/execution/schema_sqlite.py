"""Schema of SQLite: sqlite_master and pragmas, table by table, so that one broken view harms no other.

The pragmas are statements, not table functions: those declare themselves as virtual tables, which the fence takes for a write.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from core.execution.schema_rows import Address, KeyRow, SchemaRows, TableRow, column, rows
from core.models.catalog import Column

_MASTER = r"""
SELECT name, type, sql FROM sqlite_master
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, rowid
"""
_SHADOWS = ("data", "idx", "content", "docsize", "config", "segments", "segdir", "stat", "node", "parent", "rowid")
_HIDDEN = 1
"""pragma_table_xinfo: a hidden column of a virtual table; 2 and 3 are generated columns, which can be asked."""


def read(connection: Connection) -> SchemaRows:
    master = [(str(name), str(kind), str(sql or "")) for name, kind, sql in rows(connection, _MASTER)]
    shadows = {f"{name}_{end}" for name, _, sql in master if re.match(r"\s*create\s+virtual", sql, re.I) for end in _SHADOWS}
    tables = [TableRow((None, name), kind == "view") for name, kind, _ in master if name not in shadows]
    spelled = {row.address[1].lower(): row.address for row in tables}
    found = SchemaRows(tables, {}, [])
    for row in tables:
        try:
            columns, keys = _columns(connection, row.address)
            found.columns[row.address] = columns
            found.keys.extend(keys)
            if not row.is_view:
                found.keys.extend(_foreign(connection, row.address, spelled))
                found.keys.extend(_unique(connection, row.address))
        except DBAPIError:  # a view over what is gone, a virtual table whose module is not loaded
            found.columns.pop(row.address, None)
    return found


def _columns(connection: Connection, address: Address) -> tuple[list[Column], list[KeyRow]]:
    listed = [row for row in _pragma(connection, "table_xinfo", address[1]) if row.hidden != _HIDDEN]
    columns = [column(row.name, row.type or "", nullable=not row.notnull and not row.pk) for row in listed]
    primary = tuple(row.name for row in sorted(listed, key=lambda row: int(row.pk)) if row.pk)
    return columns, [KeyRow(address, primary, primary=True)] if primary else []


def _foreign(connection: Connection, address: Address, spelled: dict[str, Address]) -> list[KeyRow]:
    grouped: dict[int, list[Any]] = {}
    for row in _pragma(connection, "foreign_key_list", address[1]):
        grouped.setdefault(row[0], []).append(row)
    keys = []
    for _, group in sorted(grouped.items(), reverse=True):  # id (the last declared is 0), seq, table, from, to
        group.sort(key=lambda row: row[1])
        ref = spelled.get(str(group[0][2]).lower())
        if ref is not None:
            names, ref_names = tuple(row[3] for row in group), tuple(row[4] for row in group if row[4])
            keys.append(KeyRow(address, names, ref=ref, ref_columns=ref_names))
    return keys


def _unique(connection: Connection, address: Address) -> list[KeyRow]:
    keys = []
    for index in _pragma(connection, "index_list", address[1]):
        if index.unique and index.origin in ("u", "c") and not index.partial:
            names = [row.name for row in _pragma(connection, "index_info", index.name)]
            if all(names):  # an index over an expression has no column name
                keys.append(KeyRow(address, tuple(names)))
    return keys


def _pragma(connection: Connection, pragma: str, name: str) -> list[Any]:
    quoted = connection.dialect.identifier_preparer.quote_identifier(name)
    return list(connection.exec_driver_sql(f"PRAGMA {pragma}({quoted})"))
