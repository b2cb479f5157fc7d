"""Schema of MySQL and MariaDB: the connected database, or every one of the user's when the address names none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from core.execution.schema_rows import Address, KeyRow, SchemaRows, TableRow, column, rows

_OWN = """
    {0}.table_schema = COALESCE(DATABASE(), {0}.table_schema)
    AND {0}.table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')
"""
_TABLES = f"""
SELECT NULLIF(t.table_schema, DATABASE()), t.table_name, t.table_type, t.table_rows, t.table_comment
FROM information_schema.tables t WHERE {_OWN.format("t")} ORDER BY t.table_schema, t.table_name
"""
_COLUMNS = f"""
SELECT NULLIF(c.table_schema, DATABASE()), c.table_name, c.column_name, c.column_type, c.is_nullable, c.column_comment
FROM information_schema.columns c WHERE {_OWN.format("c")} AND FIND_IN_SET('select', c.privileges) > 0
ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""
_UNIQUE = f"""
SELECT NULLIF(s.table_schema, DATABASE()), s.table_name, s.index_name, s.column_name
FROM information_schema.statistics s WHERE {_OWN.format("s")} AND s.non_unique = 0
ORDER BY s.table_schema, s.table_name, s.index_name, s.seq_in_index
"""
_FOREIGN = f"""
SELECT NULLIF(k.table_schema, DATABASE()), k.table_name, k.constraint_name, k.column_name,
    NULLIF(k.referenced_table_schema, DATABASE()), k.referenced_table_name, k.referenced_column_name
FROM information_schema.key_column_usage k WHERE {_OWN.format("k")} AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position
"""


def read(connection: Connection) -> SchemaRows:
    found = SchemaRows([], {}, [])
    for schema, name, kind, count, comment in rows(connection, _TABLES):
        is_view = "VIEW" in _text(kind)
        note = "" if is_view else _text(comment)  # MySQL writes "VIEW" there, or why a view is broken
        found.tables.append(TableRow((schema, name), is_view, None if is_view or count is None else int(count), note))
    for schema, table, name, declared, nullable, comment in rows(connection, _COLUMNS):
        entry = column(name, _text(declared), nullable=nullable == "YES", comment=_text(comment))
        found.columns.setdefault((schema, table), []).append(entry)
    found.keys.extend(_unique(connection))
    found.keys.extend(_foreign(connection))
    return found


def _unique(connection: Connection) -> list[KeyRow]:
    grouped: dict[tuple[Address, str], list[str | None]] = {}
    for schema, table, index, name in rows(connection, _UNIQUE):
        grouped.setdefault(((schema, table), index), []).append(name)
    # a functional index has no column name
    return [
        KeyRow(address, tuple(map(str, names)), index == "PRIMARY") for (address, index), names in grouped.items() if all(names)
    ]


def _foreign(connection: Connection) -> list[KeyRow]:
    grouped: dict[tuple[Address, str], list[Any]] = {}
    for row in rows(connection, _FOREIGN):
        grouped.setdefault(((row[0], row[1]), row[2]), []).append(row)
    return [
        KeyRow(
            address, tuple(row[3] for row in group), ref=(group[0][4], group[0][5]), ref_columns=tuple(row[6] for row in group)
        )
        for (address, _), group in grouped.items()
    ]


def _text(value: Any) -> str:
    """Some servers give the texts of information_schema as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
