"""The shop's questions on real DuckDB, PostgreSQL and MariaDB servers: the same rows as on SQLite."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.models import Catalog
from tests.conftest import absent
from tests.core.nl2sql.builtin.schemas import cases, catalog_of, drafted, same, script

POSTGRES = os.environ.get("TABLETALK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
MYSQL = os.environ.get("TABLETALK_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test")
QUESTIONS = [case for name, case in cases("cases") if name == "shop"]


@pytest.fixture(scope="module", params=["duckdb", "postgres", "mysql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Catalog, sa.Engine]]:
    """The shop on one kind of database: its catalog, and an engine to run what is drafted."""
    if request.param == "duckdb":
        yield from _duckdb(tmp_path_factory.mktemp("duckdb") / "shop.duckdb")
    else:
        yield from _served(POSTGRES if request.param == "postgres" else MYSQL)


def _duckdb(path: Path) -> Iterator[tuple[Catalog, sa.Engine]]:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for statement in script("shop"):
            connection.execute(statement)
    catalog = catalog_of(f"duckdb:///{path}")
    engine = sa.create_engine(f"duckdb:///{path}")
    yield catalog, engine
    engine.dispose()


def _served(url: str) -> Iterator[tuple[Catalog, sa.Engine]]:
    name = f"tt_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError as exc:
        absent(f"no server at {sa.make_url(url).render_as_string()}: {exc}")
    own = sa.make_url(url).set(database=name)
    engine = sa.create_engine(own)
    try:
        with engine.begin() as connection:
            for statement in script("shop"):
                connection.execute(sa.text(statement))
        yield catalog_of(own.render_as_string(hide_password=False)), engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name}"))
        admin.dispose()


@pytest.mark.server
def test_every_question_gets_the_same_rows_as_on_sqlite(server: tuple[Catalog, sa.Engine]) -> None:
    catalog, engine = server
    wrong: list[Any] = []
    with engine.connect() as connection:
        for case in QUESTIONS:
            draft = drafted(case["question"], catalog)
            sql = draft.sql if catalog.dialect == "duckdb" else draft.sql.replace("%", "%%")
            rows = [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]
            if not same(rows, case["rows"], ordered=False):
                wrong.append((case["question"], draft.sql, rows))
    assert not wrong
