"""Schema of DuckDB: its own table functions, because duckdb-engine's reflection does not work with this SQLAlchemy."""

from __future__ import annotations

from sqlalchemy import Connection

from core.execution.schema_rows import Address, KeyRow, SchemaRows, TableRow, column, rows

_SCHEMA = "CASE WHEN schema_name = current_schema() THEN NULL ELSE schema_name END"
_OWN = "database_name = current_database() AND NOT internal"
_TABLES = f"""
SELECT {_SCHEMA}, table_name, false, estimated_size, comment FROM duckdb_tables() WHERE {_OWN} AND NOT temporary
UNION ALL SELECT {_SCHEMA}, view_name, true, NULL, comment FROM duckdb_views() WHERE {_OWN} AND NOT temporary
ORDER BY 3, 1, 2
"""
_COLUMNS = f"""
SELECT {_SCHEMA}, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE {_OWN}
ORDER BY schema_name, table_name, column_index
"""
_KEYS = f"""
SELECT {_SCHEMA}, table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names
FROM duckdb_constraints() WHERE database_name = current_database()
    AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
ORDER BY schema_name, table_name, constraint_index
"""


def read(connection: Connection) -> SchemaRows:
    found = SchemaRows([], {}, [])
    for schema, name, is_view, count, comment in rows(connection, _TABLES):
        found.tables.append(TableRow((schema, name), bool(is_view), count, comment or ""))
    for schema, table, name, declared, nullable, comment in rows(connection, _COLUMNS):
        found.columns.setdefault((schema, table), []).append(column(name, declared, nullable=bool(nullable), comment=comment))
    for schema, table, kind, names, ref_table, ref_names in rows(connection, _KEYS):
        # a foreign key of DuckDB stays within its schema
        ref: Address | None = (schema, ref_table) if kind == "FOREIGN KEY" else None
        found.keys.append(KeyRow((schema, table), tuple(names), kind == "PRIMARY KEY", ref, tuple(ref_names or ())))
    return found
