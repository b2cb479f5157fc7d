"""Schema of any other database SQLAlchemy speaks, through its inspector; only the default schema."""

from __future__ import annotations

from sqlalchemy import Connection, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import CompileError

from core.execution.schema_rows import KeyRow, SchemaRows, TableRow, column
from core.models.catalog import Column


def read(connection: Connection) -> SchemaRows:
    inspector = inspect(connection)
    views = {*inspector.get_view_names()}
    found = SchemaRows([], {}, [])
    for (_, name), entries in inspector.get_multi_columns(kind=ObjectKind.ANY).items():
        found.tables.append(TableRow((None, name), name in views))
        found.columns[None, name] = [_column(entry, connection) for entry in entries]
    for (_, name), primary in inspector.get_multi_pk_constraint().items():
        if primary["constrained_columns"]:
            found.keys.append(KeyRow((None, name), tuple(primary["constrained_columns"]), primary=True))
    for (_, name), uniques in inspector.get_multi_unique_constraints().items():
        found.keys.extend(KeyRow((None, name), tuple(unique["column_names"])) for unique in uniques)
    for (_, name), foreign in inspector.get_multi_foreign_keys().items():
        for key in foreign:
            ref = (key["referred_schema"], key["referred_table"])
            found.keys.append(
                KeyRow((None, name), tuple(key["constrained_columns"]), ref=ref, ref_columns=tuple(key["referred_columns"]))
            )
    return found


def _column(entry: ReflectedColumn, connection: Connection) -> Column:
    try:
        declared = entry["type"].compile(connection.dialect)
    except CompileError:  # a type the dialect read but cannot spell
        declared = str(entry["type"])
    return column(entry["name"], declared, nullable=entry["nullable"], comment=entry.get("comment"))
