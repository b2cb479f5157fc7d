"""Foreign keys nobody declared, on real SQLite files."""

from __future__ import annotations

from pathlib import Path

from core.execution.catalog import read_catalog
from core.models import Catalog, ForeignKey
from tests.core.execution.catalog_databases import sqlite_database


def catalog_of(path: Path, script: str) -> Catalog:
    return read_catalog(sqlite_database(path, script))


def keys(catalog: Catalog) -> set[str]:
    return {
        f"{table.name}.{','.join(key.columns)}>{key.ref_table}.{','.join(key.ref_columns)}{'?' if key.inferred else ''}"
        for table in catalog.tables
        for key in table.foreign_keys
    }


def test_undeclared_keys_are_inferred_and_say_so(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE Customers (CustomerID INTEGER PRIMARY KEY, Name TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, shipping_address_id INTEGER, placed DATE);
        CREATE TABLE addresses (id INTEGER PRIMARY KEY, city TEXT);
        INSERT INTO Customers VALUES (7, 'Ann'), (8, 'Bob'); INSERT INTO addresses VALUES (1, 'Rome');
        INSERT INTO orders VALUES (1, 7, 1, '2024-01-01'), (2, 8, NULL, '2024-01-02');
        """,
    )
    assert keys(catalog) == {"orders.customer_id>Customers.CustomerID?", "orders.shipping_address_id>addresses.id?"}
    assert catalog.by_name["orders"].by_name["customer_id"].role == "key"


def test_a_name_is_not_enough_where_the_values_disagree(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
        INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob');
        INSERT INTO orders VALUES (1, 901), (2, 902), (3, 1);
        """,
    )
    assert keys(catalog) == set()


def test_values_are_not_enough_without_a_name(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE a (id INTEGER PRIMARY KEY, quantity INTEGER, rating INTEGER);
        CREATE TABLE b (id INTEGER PRIMARY KEY, quantity INTEGER);
        CREATE TABLE c (id INTEGER, code TEXT);
        INSERT INTO a VALUES (1, 1, 2), (2, 2, 1); INSERT INTO b VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 'x'), (2, 'y');
        """,
    )
    assert keys(catalog) == set()


def test_values_are_enough_where_they_are_too_long_to_agree_by_chance(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE physician (ssn INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE visit (id INTEGER PRIMARY KEY, seen_by INTEGER, minutes INTEGER);
        INSERT INTO physician VALUES (100000011, 'Ann'), (100000027, 'Bob'), (100000038, 'Cy'), (100000042, 'Di');
        INSERT INTO visit VALUES (1, 100000011, 5), (2, 100000027, 9), (3, 100000038, 7), (4, 100000011, 6);
        """,
    )
    assert keys(catalog) == {"visit.seen_by>physician.ssn?"}


def test_long_values_that_are_not_there_are_no_key(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE physician (ssn INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE visit (id INTEGER PRIMARY KEY, fee INTEGER);
        INSERT INTO physician VALUES (100000011, 'Ann'), (100000027, 'Bob'), (100000038, 'Cy'), (100000042, 'Di');
        INSERT INTO visit VALUES (1, 100000012), (2, 100000028), (3, 100000039);
        """,
    )
    assert keys(catalog) == set()


def test_a_few_stray_values_do_not_hide_a_key(data_dir: Path) -> None:
    rows = ", ".join(f"({number}, {number % 20 + 1})" for number in range(1, 100))
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        f"""
        CREATE TABLE teams (team_id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE players (player_id INTEGER PRIMARY KEY, team_id INTEGER);
        INSERT INTO teams SELECT value, 'T' || value FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n
            LIMIT 20) SELECT value FROM n);
        INSERT INTO players VALUES {rows}, (200, 999);
        """,
    )
    assert keys(catalog) == {"players.team_id>teams.team_id?"}


def test_tables_without_any_declared_key_are_related_by_their_ids(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE student (StuID INTEGER, LName TEXT); CREATE TABLE enrolled (StuID INTEGER, grade TEXT);
        INSERT INTO student VALUES (1001, 'Lee'), (1002, 'Kim');
        INSERT INTO enrolled VALUES (1001, 'A'), (1001, 'B'), (1002, 'A');
        """,
    )
    assert keys(catalog) == {"enrolled.StuID>student.StuID?"}


def test_a_table_refers_to_itself_by_role(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE employees (employee_id INTEGER PRIMARY KEY, manager_id INTEGER, ReportsTo INTEGER, salary INTEGER);
        CREATE TABLE categories (id INTEGER PRIMARY KEY, parent_id INTEGER, name TEXT);
        CREATE TABLE departments (department_id INTEGER PRIMARY KEY, manager_id INTEGER);
        INSERT INTO employees VALUES (1, NULL, NULL, 9), (2, 1, 1, 8), (3, 1, 2, 7);
        INSERT INTO categories VALUES (1, 0, 'All'), (2, 1, 'Toys'); INSERT INTO departments VALUES (1, 2), (2, 3);
        """,
    )
    assert keys(catalog) == {
        "employees.manager_id>employees.employee_id?",
        "employees.ReportsTo>employees.employee_id?",
        "categories.parent_id>categories.id?",
        "departments.manager_id>employees.employee_id?",
    }


def test_declared_keys_stay_as_declared_and_without_a_named_column_mean_the_primary_key(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE city (city_id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE twin (a INTEGER REFERENCES City, b INTEGER REFERENCES gone (id), city_id INTEGER REFERENCES city (CITY_ID));
        CREATE TABLE trip (day INTEGER, leg INTEGER, PRIMARY KEY (day, leg));
        CREATE TABLE stop (day INTEGER, leg INTEGER, FOREIGN KEY (day, leg) REFERENCES trip (day, leg));
        """,
    )
    assert keys(catalog) == {"twin.a>city.city_id", "twin.city_id>city.city_id", "stop.day,leg>trip.day,leg"}
    assert ForeignKey(("a",), "city", ("city_id",)) in catalog.by_name["twin"].foreign_keys


def test_empty_tables_are_related_by_certain_names_only(data_dir: Path) -> None:
    catalog = catalog_of(
        data_dir / "shop.sqlite",
        """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE managers (id INTEGER PRIMARY KEY);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, winning_manager INTEGER);
        """,
    )
    assert keys(catalog) == {"orders.customer_id>customers.id?"}
