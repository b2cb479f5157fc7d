"""The catalog of SQLite files: odd types, odd names, broken views, figures, values, progress and Stop."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.cancellation import Cancellation
from core.errors import Cancelled, DatabaseUnavailable, EmptyDatabase
from core.execution.catalog import read_catalog, read_fingerprint
from core.execution.values import PER_COLUMN
from core.models import Catalog, Kind, Role, Table
from tests.core.execution.catalog_databases import opened, sqlite_database


def catalog_of(data_dir: Path, script: str) -> Catalog:
    return read_catalog(sqlite_database(data_dir / "some.sqlite", script))


def kinds(table: Table) -> dict[str, str]:
    return {column.name: column.kind.value for column in table.columns}


def test_kinds_follow_the_stored_values(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE TABLE odd (id INTEGER PRIMARY KEY, born TEXT, seen TEXT, opens TEXT, year VARCHAR(4), body BLOB SUB_TYPE TEXT,
            price NUMERIC, plain, photo BLOB, flag BOOLEAN, when_ DATETIME, told DATE, void);
        INSERT INTO odd VALUES
            (1, '2020-01-31', '2020-01-31 10:00:00', '09:30', '2020', 'words', 1.5, 3, x'FF00', 1, '2020-01-01', '31/01', NULL),
            (2, '', '2021-02-01T11:00:00Z', '10:00:30', '2021', 'more', 2, 4, x'00', 0, '2020-01-02', 'soon', NULL);
        """,
    )
    assert kinds(catalog.by_name["odd"]) == {
        "id": "integer",
        "born": "date",
        "seen": "datetime",
        "opens": "time",
        "year": "text",
        "body": "text",
        "price": "decimal",
        "plain": "integer",
        "photo": "binary",
        "flag": "boolean",
        "when_": "date",
        "told": "text",
        "void": "text",
    }
    assert catalog.by_name["odd"].by_name["body"].type == "BLOB SUB_TYPE TEXT"


def test_figures_are_counted_per_column(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE TABLE sales (id INTEGER PRIMARY KEY, region TEXT, amount DECIMAL(10,2), sold DATE NOT NULL);
        INSERT INTO sales VALUES (1, 'North', 10.5, '2024-01-03'), (2, 'South', NULL, '2024-01-01');
        INSERT INTO sales VALUES (3, 'South', -2, '2024-02-01');
        """,
    )
    sales = catalog.by_name["sales"]
    assert sales.row_count == 3
    assert sales.primary_key == ("id",)
    amount, sold, region = sales.by_name["amount"], sales.by_name["sold"], sales.by_name["region"]
    assert (amount.distinct_count, amount.null_count, amount.minimum, amount.maximum) == (2, 1, "-2", "10.5")
    assert (sold.minimum, sold.maximum, sold.nullable, sold.role) == ("2024-01-01", "2024-02-01", False, Role.TIME)
    assert region.samples == ("South", "North"), "the most frequent first"
    assert (region.minimum, region.maximum) == (None, None)


def test_names_with_spaces_quotes_and_letters_of_any_language_are_read(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE TABLE "order" ("select" TEXT, "it's ""q"" 100% :x" INTEGER, "Größe [cm]" REAL);
        CREATE TABLE "客户 table" ("姓名" TEXT);
        INSERT INTO "order" VALUES ('a', 1, 2.5); INSERT INTO "客户 table" VALUES ('李');
        """,
    )
    order = catalog.by_name["order"]
    assert [column.name for column in order.columns] == ["select", 'it\'s "q" 100% :x', "Größe [cm]"]
    assert order.columns[1].maximum == "1"
    assert [entry.values for entry in catalog.values] == [("a",), ("李",)]


def test_a_view_that_fails_is_left_out_and_its_neighbours_stay(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');
        CREATE VIEW good AS SELECT a FROM t; CREATE VIEW bad AS SELECT b FROM gone;
        CREATE VIEW worse AS SELECT nofunction(a) FROM t;
        """,
    )
    assert [(table.name, table.is_view) for table in catalog.tables] == [("t", False), ("good", True)]


def test_a_view_that_takes_too_long_is_listed_without_figures(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT max(i) AS most, 'x' AS word FROM n;
        CREATE TABLE t (a TEXT);
        """,
    )
    endless = catalog.by_name["endless"]
    assert (endless.row_count, endless.by_name["most"].distinct_count, catalog.values) == (None, None, ())


def test_internal_and_shadow_tables_are_hidden(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT); INSERT INTO t (a) VALUES ('x'); ANALYZE;
        CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('words');
        CREATE TABLE g (a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2));
        """,
    )
    assert {"t", "g"} <= {table.name for table in catalog.tables} <= {"t", "g", "notes"}
    assert [column.name for column in catalog.by_name["g"].columns] == ["a", "b"]


def test_an_empty_database_says_so(data_dir: Path) -> None:
    database = sqlite_database(data_dir / "empty.sqlite", "")
    with pytest.raises(EmptyDatabase, match="“shop” has no tables"):
        read_catalog(database)


def test_a_missing_file_is_a_sentence(data_dir: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        read_catalog(opened(f"sqlite:///{data_dir}/none.sqlite"))


def test_values_hold_short_texts_most_frequent_first_and_no_secrets(data_dir: Path) -> None:
    long = "word " * 40
    catalog = catalog_of(
        data_dir,
        f"""
        CREATE TABLE users (name TEXT, password TEXT, note TEXT, blank TEXT);
        INSERT INTO users VALUES ('Ann', 'p1', '{long}', ' '), ('Bob', 'p2', 'short', ''), ('Bob', 'p3', NULL, NULL);
        """,
    )
    assert {(entry.column, entry.values, entry.complete) for entry in catalog.values} == {
        ("name", ("Bob", "Ann"), True),
        ("note", ("short",), False),
    }
    assert catalog.by_name["users"].by_name["password"].samples == ()


def test_a_column_of_many_values_keeps_the_most_frequent_ones(data_dir: Path) -> None:
    path = data_dir / "many.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (word TEXT, mail TEXT, essay TEXT)")
        rows = [(f"w{i}", f"{i}@example.com", f"{i} " + "lorem ipsum " * 7) for i in range(PER_COLUMN + 50)]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [*rows, *[("often", None, None)] * 3])
        connection.commit()
    catalog = read_catalog(opened(f"sqlite:///{path}"))
    (words,) = catalog.values
    assert (words.column, len(words.values), words.complete, words.values[0]) == ("word", PER_COLUMN, False, "often")


def test_a_large_table_is_counted_whole_and_its_distinct_values_on_a_sample_spread_over_it(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir,
        """
        CREATE TABLE log (id INTEGER PRIMARY KEY, kind TEXT, era TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 450000)
        INSERT INTO log SELECT i, 'k' || (i % 9), CASE WHEN i > 440000 THEN 'late' ELSE 'early' END FROM n;
        """,
    )
    log = catalog.by_name["log"]
    assert (log.row_count, log.by_name["id"].maximum, log.by_name["id"].null_count) == (450_000, "450000", 0)
    assert log.by_name["kind"].distinct_count == 9
    assert log.by_name["era"].distinct_count == 2
    assert 190_000 < (log.by_name["id"].distinct_count or 0) < 210_000
    assert {entry.column: entry.complete for entry in catalog.values} == {"kind": True, "era": True}


def test_a_table_of_two_hundred_columns_is_profiled(data_dir: Path) -> None:
    columns = ", ".join(f"c{i} INTEGER" for i in range(200))
    catalog = catalog_of(data_dir, f"CREATE TABLE wide ({columns}); INSERT INTO wide (c0, c199) VALUES (1, 7);")
    wide = catalog.by_name["wide"]
    assert (len(wide.columns), wide.by_name["c199"].maximum, wide.by_name["c5"].null_count) == (200, "7", 1)


def test_progress_names_the_table_and_grows_to_one(data_dir: Path) -> None:
    database = sqlite_database(data_dir / "two.sqlite", "CREATE TABLE a (x TEXT); CREATE TABLE b (y TEXT);")
    told: list[tuple[str, float]] = []
    read_catalog(database, progress=lambda message, fraction: told.append((message, fraction)))
    assert ("Reading table 2 of 2: b", pytest.approx(0.425)) in told
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_stop_ends_the_reading_between_two_tables(data_dir: Path) -> None:
    database = sqlite_database(data_dir / "two.sqlite", "CREATE TABLE a (x TEXT); CREATE TABLE b (y TEXT);")
    cancellation = Cancellation()

    def stop_at_b(message: str, fraction: float) -> None:
        if message.endswith(": b"):
            cancellation.cancel()

    with pytest.raises(Cancelled):
        read_catalog(database, progress=stop_at_b, cancellation=cancellation)


def test_the_fingerprint_follows_the_schema_and_not_the_data(data_dir: Path) -> None:
    path = data_dir / "some.sqlite"
    database = sqlite_database(path, "CREATE TABLE a (x TEXT);")
    before = read_catalog(database).fingerprint
    sqlite_database(path, "INSERT INTO a VALUES ('data');")
    assert read_fingerprint(database) == before
    sqlite_database(path, "ALTER TABLE a ADD COLUMN y INTEGER;")
    assert read_fingerprint(database) != before


def test_a_catalog_knows_where_it_comes_from(data_dir: Path) -> None:
    database = sqlite_database(data_dir / "some.sqlite", "CREATE TABLE a (x TEXT);")
    catalog = read_catalog(database)
    assert (catalog.database, catalog.dialect) == (database.id, "sqlite")
    assert catalog.read_at is not None
    assert catalog.by_name["a"].by_name["x"].kind is Kind.TEXT
