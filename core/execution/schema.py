"""Schema: tables and columns with declared types and keys, read from the database's own catalog and never from its data.

Each dialect has one reader; what comes back are tables whose columns have no figures yet and a provisional role.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import msgspec
from sqlalchemy import Connection

from core.execution import schema_duckdb, schema_mysql, schema_other, schema_postgres, schema_sqlite
from core.execution.schema_rows import finish
from core.models.catalog import Table

_READERS = {
    "sqlite": schema_sqlite.read,
    "duckdb": schema_duckdb.read,
    "postgres": schema_postgres.read,
    "mysql": schema_mysql.read,
}


def read_schema(connection: Connection, dialect: str) -> tuple[Table, ...]:
    """Tables, then views, that this user may read, in the order of the database's catalog; system objects left out.

    Foreign keys refer to tables of the result; `row_count` is the database's own estimate where it keeps one, else None.
    Raises SQLAlchemy's DBAPIError when the database refuses its catalog.
    """
    return finish(_READERS.get(dialect, schema_other.read)(connection))


def fingerprint(tables: Iterable[Table]) -> str:
    """A digest of tables, columns, types and keys: equal for equal schemas, whatever the data."""
    bare = [replace(table, row_count=None) for table in tables]
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()
