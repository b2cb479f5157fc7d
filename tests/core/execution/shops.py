"""A small shop in a database of its own on each of the four databases, for tests that run SQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from core.config import ConnectionSpec
from core.execution.connections import Database, open_database
from tests.conftest import absent

DIALECTS = ("sqlite", "duckdb", "postgres", "mysql")
POSTGRES = os.environ.get("TABLETALK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
MYSQL = os.environ.get("TABLETALK_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test")

_TEXT = {"sqlite": "TEXT", "duckdb": "VARCHAR", "postgres": "TEXT", "mysql": "VARCHAR(80)"}
_TIME = {"sqlite": "TEXT", "duckdb": "TIMESTAMP", "postgres": "TIMESTAMP", "mysql": "DATETIME"}
_JSON = {"sqlite": "TEXT", "duckdb": "JSON", "postgres": "JSONB", "mysql": "JSON"}


def statements(dialect: str) -> list[str]:
    """Three customers, five orders, and a table whose names need quotes."""
    text, quote = _TEXT[dialect], "`" if dialect == "mysql" else '"'
    return [
        f"CREATE TABLE customers (id INTEGER PRIMARY KEY, name {text}, country {text}, email {text}, attrs {_JSON[dialect]})",
        f"CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), "
        f"ordered_at {_TIME[dialect]}, status {text}, total DECIMAL(10, 2))",
        f"CREATE TABLE {quote}odd names{quote} ({quote}order date{quote} {text}, {quote}select{quote} INTEGER)",
        "INSERT INTO customers VALUES "
        """(1, 'Ada', 'DE', 'ada@example.com', '{"vip": true, "tier": "gold", "tags": ["a", "b"]}'), """
        """(2, 'Bob', 'FR', 'bob@example.org', '{"vip": false, "tier": "tin", "tags": []}'), """
        """(3, 'Änne update', NULL, 'x@y.z', '{}')""",
        "INSERT INTO orders VALUES (1, 1, '2024-01-05 10:00:00', 'paid', 12.5), (2, 1, '2024-01-20 11:30:00', 'open', 99.99), "
        "(3, 2, '2024-02-03 00:00:00', 'paid', 50), (4, 2, '2024-06-30 23:59:59', 'open', 0.1), "
        "(5, 1, '2025-01-01 00:00:00', NULL, NULL)",
        f"INSERT INTO {quote}odd names{quote} VALUES ('2024-01-01', 1)",
    ]


def file_url(dialect: str, folder: Path) -> str:
    """The address of a new shop in a file."""
    path = folder / f"shop.{dialect}"
    if dialect == "duckdb":
        import duckdb

        with duckdb.connect(str(path)) as connection:
            for statement in statements(dialect):
                connection.execute(statement)
    else:
        import sqlite3

        connection = sqlite3.connect(path)
        connection.executescript(";".join(statements(dialect)))
        connection.close()
    return f"{dialect}:///{path}"


@contextmanager
def server_url(dialect: str) -> Iterator[str]:
    """The address of a new shop in a new database of a real server, dropped afterwards."""
    url = sa.make_url(POSTGRES if dialect == "postgres" else MYSQL)
    name = f"tt_{secrets.token_hex(6)}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.OperationalError as exc:
        admin.dispose()
        absent(f"no {dialect} server: {exc.orig}")
    own = url.set(database=name)
    try:
        engine = sa.create_engine(own)
        with engine.begin() as connection:
            for statement in statements(dialect):
                connection.exec_driver_sql(statement)
        engine.dispose()
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}" + (" WITH (FORCE)" if dialect == "postgres" else ""))
        admin.dispose()


@contextmanager
def shop_url(dialect: str, folder: Path) -> Iterator[str]:
    if dialect in ("sqlite", "duckdb"):
        yield file_url(dialect, folder)
    else:
        with server_url(dialect) as url:
            yield url


@contextmanager
def opened(url: str, *, timeout_s: float = 20.0) -> Iterator[Database]:
    database = open_database(ConnectionSpec("shop", url), timeout_s=timeout_s)
    yield database
    database.close()
