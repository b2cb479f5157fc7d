"""The same shop on four databases gives the same catalog; and what only one of them has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.errors import EmptyDatabase
from core.execution.catalog import read_catalog
from core.execution.connections import Database
from core.models import Column, ForeignKey, Kind, Role
from tests.core.execution.catalog_databases import duckdb_database, opened, server_database, sqlite_database

SHOP = [
    "CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, joined DATE, active BOOLEAN)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total DECIMAL(10,2), placed TIMESTAMP NULL, "
    "FOREIGN KEY (customer_id) REFERENCES customers (customer_id))",
    "CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER, method VARCHAR(20), rate DOUBLE PRECISION)",
    "INSERT INTO customers VALUES (1, 'Ann', '2023-05-01', true), (2, 'Müller & Söhne', '2024-01-31', false)",
    "INSERT INTO orders VALUES (1, 1, 19.90, '2024-02-01 10:30:00'), (2, 1, 0.10, '2024-02-02 00:00:00'), (3, 2, NULL, NULL)",
    "INSERT INTO payments VALUES (1, 1, 'card', 0.5), (2, 3, 'cash', 1.25)",
    "CREATE VIEW order_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id",
]


@pytest.fixture(params=["sqlite", "duckdb", "postgres", "mysql"])
def shop(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        yield sqlite_database(data_dir / "shop.sqlite", ";".join(SHOP))
    elif request.param == "duckdb":
        yield duckdb_database(data_dir / "shop.duckdb", ";".join(SHOP))
    else:
        with server_database(request.param, SHOP) as (database, _):
            yield database


def test_the_same_shop_gives_the_same_catalog_everywhere(shop: Database) -> None:
    catalog = read_catalog(shop)
    assert [table.name for table in catalog.tables] == ["customers", "orders", "payments", "order_totals"]
    assert {table.name: table.row_count for table in catalog.tables} == {
        "customers": 2,
        "orders": 3,
        "payments": 2,
        "order_totals": 2,
    }
    customers, orders, payments = (catalog.by_name[name] for name in ("customers", "orders", "payments"))
    assert customers.primary_key == ("customer_id",)
    assert customers.unique_keys == (("name",),)
    assert orders.foreign_keys == (ForeignKey(("customer_id",), "customers", ("customer_id",)),)
    assert payments.foreign_keys == (ForeignKey(("order_id",), "orders", ("id",), inferred=True),)
    assert catalog.by_name["order_totals"].is_view
    assert [column.kind for column in customers.columns] == [Kind.INTEGER, Kind.TEXT, Kind.DATE, Kind.BOOLEAN]
    assert [column.kind for column in orders.columns] == [Kind.INTEGER, Kind.INTEGER, Kind.DECIMAL, Kind.DATETIME]
    assert [column.role for column in orders.columns] == [Role.KEY, Role.KEY, Role.MEASURE, Role.TIME]
    assert payments.by_name["rate"].kind is Kind.FLOAT
    assert customers.by_name["name"].role is Role.LABEL
    assert not customers.by_name["name"].nullable
    assert {(entry.table, entry.column): entry.values for entry in catalog.values} == {
        ("customers", "name"): ("Ann", "Müller & Söhne"),
        ("payments", "method"): ("card", "cash"),
    }
    assert_figures(orders.by_name["total"], orders.by_name["placed"], customers.by_name["joined"])


def assert_figures(total: Column, placed: Column, joined: Column) -> None:
    assert (total.distinct_count, total.null_count) == (2, 1)
    assert (float(total.minimum or 0), float(total.maximum or 0)) == (0.1, 19.9)
    assert (joined.minimum, joined.maximum) == ("2023-05-01", "2024-01-31")
    assert (placed.maximum or "").replace("T", " ") == "2024-02-02 00:00:00"


def test_the_fingerprint_of_a_server_stays_while_its_data_changes() -> None:
    with server_database("postgres", SHOP) as (database, url):
        before = read_catalog(database).fingerprint
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM payments")
            connection.exec_driver_sql("ANALYZE")
        engine.dispose()
        assert read_catalog(database).fingerprint == before


POSTGRES_EXTRAS = [
    'CREATE SCHEMA "Sales Dept"',
    "CREATE TYPE mood AS ENUM ('happy', 'sad')",
    "CREATE DOMAIN price AS NUMERIC(10,2)",
    "CREATE TABLE people (id SERIAL PRIMARY KEY, full_name TEXT, mood mood, cost price, tags TEXT[], meta JSONB, key UUID, "
    "ip INET)",
    "INSERT INTO people (full_name, mood, cost, tags, meta) VALUES ('Ann', 'happy', 1.5, '{a}', '{}'), "
    "('Bob', 'sad', 2, NULL, NULL)",
    'CREATE TABLE "Sales Dept"."Order ""Line"" 100%" (id INT PRIMARY KEY, people_id INT REFERENCES people, "Größe" INT)',
    "CREATE TABLE events (day DATE NOT NULL, kind TEXT) PARTITION BY RANGE (day)",
    "CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    "INSERT INTO events VALUES ('2024-03-01', 'click')",
    "CREATE MATERIALIZED VIEW kinds AS SELECT kind, count(*) AS n FROM events GROUP BY kind",
    "CREATE VIEW broken AS SELECT 1 / (id - id) AS x FROM people",
    "COMMENT ON TABLE people IS 'Who we know'",
    "COMMENT ON COLUMN people.mood IS 'as told'",
]


def test_postgres_schemas_enums_partitions_and_materialized_views_are_read() -> None:
    with server_database("postgres", POSTGRES_EXTRAS) as (database, _):
        catalog = read_catalog(database)
    assert {table.name for table in catalog.tables} == {"people", 'Sales Dept.Order "Line" 100%', "events", "kinds"}
    people, line = catalog.by_name["people"], catalog.by_name['Sales Dept.Order "Line" 100%']
    assert (line.schema, line.local_name) == ("Sales Dept", 'Order "Line" 100%')
    assert line.foreign_keys == (ForeignKey(("people_id",), "people", ("id",)),)
    kinds = "integer text text decimal other json other other"
    assert " ".join(column.kind.value for column in people.columns) == kinds
    assert (people.by_name["cost"].type, people.by_name["cost"].maximum) == ("price", "2.00")
    assert (people.comment, people.by_name["mood"].comment) == ("Who we know", "as told")
    assert {entry.column: entry.values for entry in catalog.values if entry.table == "people"}["mood"] == ("happy", "sad")
    assert catalog.by_name["events"].row_count == 1


def test_a_postgres_table_without_permission_is_left_out() -> None:
    statements = [
        "CREATE TABLE open (id INT PRIMARY KEY)",
        "CREATE TABLE closed (id INT PRIMARY KEY)",
        "CREATE TABLE partly (id INT, name TEXT, salary INT)",
    ]
    with server_database("postgres", statements) as (_, url):
        role = f"reader_{url.database}"
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
            connection.exec_driver_sql(f"GRANT SELECT ON open TO {role}; GRANT SELECT (id, name) ON partly TO {role}")
        try:
            database = opened(url.set(username=role).render_as_string(hide_password=False))
            tables = read_catalog(database).by_name
            database.close()
        finally:
            with admin.connect() as connection:
                connection.exec_driver_sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
            admin.dispose()
    assert {name: [column.name for column in table.columns] for name, table in tables.items()} == {
        "open": ["id"],
        "partly": ["id", "name"],
    }


def test_a_large_postgres_table_is_sampled() -> None:
    statements = [
        "CREATE TABLE log AS SELECT i AS id, i % 9 AS kind, 'w' || (i % 30) AS word FROM generate_series(1, 300000) i",
        "ANALYZE",
    ]
    with server_database("postgres", statements) as (database, _):
        catalog = read_catalog(database)
    log = catalog.by_name["log"]
    assert (log.row_count, log.by_name["id"].maximum, log.by_name["kind"].distinct_count) == (300_000, "300000", 9)
    assert (log.by_name["id"].distinct_count or 0) < 300_000
    assert len(catalog.values[0].values) == 30


MYSQL_EXTRAS = [
    "CREATE TABLE `Order ``Line`` 100%` (id BIGINT UNSIGNED PRIMARY KEY, mood ENUM('happy','sad'), tags SET('a','b'), "
    "ok TINYINT(1), made YEAR, note LONGTEXT, meta JSON, lasts TIME) COMMENT 'What was sold'",
    "INSERT INTO `Order ``Line`` 100%` VALUES (1, 'happy', 'a,b', 1, 2020, 'n', '{}', '10:00:00')",
    "CREATE TABLE gone (x INT)",
    "CREATE VIEW broken AS SELECT x FROM gone",
    "DROP TABLE gone",
]


def test_mysql_types_names_and_broken_views_are_read() -> None:
    with server_database("mysql", MYSQL_EXTRAS) as (database, _):
        catalog = read_catalog(database)
    (line,) = catalog.tables
    assert (line.name, line.comment, line.schema) == ("Order `Line` 100%", "What was sold", None)
    kinds = {column.name: column.kind for column in line.columns}
    assert (kinds["id"], kinds["mood"], kinds["ok"], kinds["made"]) == (Kind.INTEGER, Kind.TEXT, Kind.BOOLEAN, Kind.INTEGER)
    assert (line.by_name["made"].role, line.by_name["lasts"].minimum) == (Role.DIMENSION, "10:00:00")


def test_duckdb_schemas_and_nested_types_are_read_without_reflection(data_dir: Path) -> None:
    database = duckdb_database(
        data_dir / "some.duckdb",
        """
        CREATE SCHEMA "Sales Dept"; CREATE TYPE mood AS ENUM ('happy', 'sad');
        CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR UNIQUE, mood mood, tags VARCHAR[], place STRUCT(a INTEGER),
            big HUGEINT);
        INSERT INTO people VALUES (1, 'Ann', 'happy', ['x'], {'a': 1}, 170141183460469231731687303715884105727);
        CREATE TABLE "Sales Dept"."visit ""the"" log" AS SELECT 1 AS visit_id, 1 AS people_id;
        CREATE VIEW v AS SELECT mood FROM people; COMMENT ON TABLE people IS 'Who we know';
        """,
    )
    catalog = read_catalog(database)
    database.close()
    assert [table.name for table in catalog.tables] == ["people", 'Sales Dept.visit "the" log', "v"]
    people, visit = catalog.tables[0], catalog.tables[1]
    assert (people.comment, people.primary_key, people.unique_keys) == ("Who we know", ("id",), (("name",),))
    assert [column.kind.value for column in people.columns] == ["integer", "text", "text", "other", "other", "integer"]
    assert people.by_name["big"].maximum == "170141183460469231731687303715884105727"
    assert visit.foreign_keys == (ForeignKey(("people_id",), "people", ("id",), inferred=True),)


def test_an_empty_server_database_says_so() -> None:
    with server_database("mysql", []) as (database, _), pytest.raises(EmptyDatabase):
        read_catalog(database)
