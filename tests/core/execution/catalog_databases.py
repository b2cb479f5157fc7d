"""Databases the catalog's tests make for themselves: SQLite and DuckDB files, and databases on real servers."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import sqlalchemy as sa

from core.config import ConnectionSpec
from core.execution.connections import Database, open_database
from tests.conftest import absent

POSTGRES = os.environ.get("TABLETALK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
MYSQL = os.environ.get("TABLETALK_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test")


def sqlite_database(path: Path, script: str) -> Database:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return opened(f"sqlite:///{path}")


def duckdb_database(path: Path, script: str) -> Database:
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(script)
    return opened(f"duckdb:///{path}")


def opened(url: str) -> Database:
    return open_database(ConnectionSpec("shop", url))


@contextmanager
def server_database(kind: str, statements: list[str]) -> Iterator[tuple[Database, sa.URL]]:
    """A database of its own on the server of that kind (postgres or mysql), filled, dropped afterwards."""
    url = sa.make_url(POSTGRES if kind == "postgres" else MYSQL)
    name = f"tabletalk_{secrets.token_hex(6)}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError as exc:
        absent(f"no {kind} server: {exc.orig}")
    own = url.set(database=name)
    try:
        _fill(own, statements)
        database = opened(own.render_as_string(hide_password=False))
        yield database, own
        database.close()
    finally:
        with admin.connect() as connection:
            force = " WITH (FORCE)" if kind == "postgres" else ""
            connection.execute(sa.text(f"DROP DATABASE {name}{force}"))
        admin.dispose()


def _fill(url: sa.URL, statements: list[str]) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))
    engine.dispose()
