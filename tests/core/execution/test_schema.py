"""Schema readers against each other: SQLAlchemy's inspector, for databases without a reader of their own, on a SQLite file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from core.execution import schema_other
from core.execution.schema import fingerprint, read_schema
from core.execution.schema_rows import KeyRow, SchemaRows, TableRow, column, finish
from core.models import ForeignKey, Table
from tests.core.execution.catalog_databases import sqlite_database

SCRIPT = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, born DATE, UNIQUE (name));
CREATE TABLE "order" (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), total DECIMAL(10, 2));
CREATE VIEW names AS SELECT name FROM customer;
"""


def bare(table: Table) -> Table:
    return replace(table, columns=tuple(replace(entry, type="", nullable=True) for entry in table.columns))


def test_any_other_database_is_read_through_the_inspector(data_dir: Path) -> None:
    database = sqlite_database(data_dir / "some.sqlite", SCRIPT)
    with database.connect() as connection:
        own = read_schema(connection, "sqlite")
    with sa.create_engine(f"sqlite:///{data_dir / 'some.sqlite'}").connect() as connection:
        found = finish(schema_other.read(connection))
    assert {bare(table) for table in found} == {bare(table) for table in own}


def test_tables_of_two_schemas_keep_apart_and_refer_to_each_other() -> None:
    a, b, odd = (None, "t"), ("other", "t"), (None, "other.t")
    columns = {address: [column("id", "INTEGER")] for address in (a, b, odd)}
    found = finish(
        SchemaRows([TableRow(b), TableRow(a), TableRow(odd)], columns, [KeyRow(b, ("ID",), ref=a, ref_columns=("Id",))])
    )
    assert [(table.name, table.schema, table.local_name) for table in found] == [
        ("t", None, ""),
        ("other.t", None, ""),
        ("other.t'", "other", "t"),
    ]
    assert found[2].foreign_keys == (ForeignKey(("id",), "t", ("id",)),)


def test_the_fingerprint_knows_types_and_keys_but_no_row_counts(data_dir: Path) -> None:
    database = sqlite_database(data_dir / "some.sqlite", SCRIPT)
    with database.connect() as connection:
        tables = read_schema(connection, "sqlite")
    assert fingerprint(replace(table, row_count=5) for table in tables) == fingerprint(tables)
    assert fingerprint(replace(table, primary_key=()) for table in tables) != fingerprint(tables)
