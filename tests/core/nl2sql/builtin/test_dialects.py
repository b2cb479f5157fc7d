"""Every question of the case files on real DuckDB, PostgreSQL and MariaDB servers: the same rows as on SQLite."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.models import Catalog
from tests.conftest import absent
from tests.core.nl2sql.builtin.schemas import NAMES, Samples, cases, catalog_of, context, drafted, same, script

POSTGRES = os.environ.get("TABLETALK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
MYSQL = os.environ.get("TABLETALK_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/test")
QUESTIONS = cases("cases")
CONSTRUCTS = {
    "a share of the total": r"SUM\(SUM\(|SUM\(COUNT\(",
    "a share of a condition": r"100\.0 \*\s+COUNT\(CASE",
    "growth": r"LAG\(",
    "a running total": r"UNBOUNDED PRECEDING",
    "a rank within groups": r"RANK\(\) OVER",
    "a median": r"_place BETWEEN",
    "a ratio": r"/ NULLIF\(COUNT\(DISTINCT",
    "a week": r"weekday 0",
    "a quarter": r"%Y-Q",
    "a month": r"'%Y-%m'",
    "a year": r"'%Y'",
    "a day of the week": r"'%w'",
    "text that begins with": r"LIKE",
    "different values": r"COUNT\(DISTINCT",
    "missing values": r"IS NULL",
    "an order with missing values": r"NULLS LAST",
    "one or the other": r"UNION|\bOR\b",
    "no such row": r"NOT .*IN \(",
    "a nested average": r"\(\s*SELECT\s+AVG\(",
    "a filter on groups": r"HAVING",
    "arithmetic": r"\* \(\s*1 - ",
    "days between dates": r"JULIANDAY",
    "a range": r"BETWEEN",
}
Shops = dict[str, tuple[Catalog, sa.Engine]]


@pytest.fixture(scope="module", params=["duckdb", "postgres", "mysql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    """Every schema on one kind of database: its catalog, and an engine to run what is drafted."""
    with ExitStack() as stack:
        if request.param == "duckdb":
            folder = tmp_path_factory.mktemp("duckdb")
            yield {name: stack.enter_context(_duckdb(name, folder / f"{name}.duckdb")) for name in NAMES}
        else:
            url = POSTGRES if request.param == "postgres" else MYSQL
            yield {name: stack.enter_context(_served(name, url)) for name in NAMES}


@contextmanager
def _duckdb(name: str, path: Path) -> Iterator[tuple[Catalog, sa.Engine]]:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for statement in script(name):
            connection.execute(statement)
    catalog = catalog_of(f"duckdb:///{path}")
    engine = sa.create_engine(f"duckdb:///{path}")
    yield catalog, engine
    engine.dispose()


@contextmanager
def _served(schema: str, url: str) -> Iterator[tuple[Catalog, sa.Engine]]:
    name = f"tt_{uuid.uuid4().hex[:12]}"
    mysql = url.startswith("mysql")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}" + (" CHARACTER SET utf8mb4" if mysql else "")))
    except sa.exc.OperationalError as exc:
        absent(f"no server at {sa.make_url(url).render_as_string()}: {exc}")
    own = sa.make_url(url).set(database=name)
    engine = sa.create_engine(own)
    try:
        with engine.begin() as connection:
            if mysql:
                connection.exec_driver_sql("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")
            for statement in script(schema):
                connection.exec_driver_sql(statement)
            if mysql:
                connection.exec_driver_sql("SET SESSION sql_mode = DEFAULT")
        yield catalog_of(own.render_as_string(hide_password=False)), engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name}"))
        admin.dispose()


@pytest.mark.server
def test_every_question_gets_the_same_rows_as_on_sqlite(server: Shops) -> None:
    wrong: list[Any] = []
    for name, case in QUESTIONS:
        catalog, engine = server[name]
        draft = drafted(case["question"], catalog)
        sql = draft.sql if catalog.dialect == "duckdb" else draft.sql.replace("%", "%%")
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]
        if not same(rows, case["rows"], ordered=False):
            wrong.append((case["question"], draft.sql, rows))
    assert not wrong


def test_the_questions_are_many_and_use_every_construct(samples: Samples) -> None:
    written = [" ".join(drafted(case["question"], samples[name].catalog).sql.split()) for name, case in QUESTIONS]
    assert len(written) >= 200
    missing = [what for what, pattern in CONSTRUCTS.items() if not any(re.search(pattern, sql) for sql in written)]
    assert not missing


@pytest.mark.server
def test_the_first_few_are_the_same_set_when_asked_about(server: Shops) -> None:
    catalog, engine = server["shop"]
    first = drafted("top 3 products by list price", catalog)
    draft = drafted("how many of them are discontinued?", catalog, context(("top 3 products by list price", first)))
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql(draft.sql)] == [(1,)]
