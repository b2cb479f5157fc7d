"""The fence alone: every attempt of attempts.jsonl goes past the guard to a real database, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import ConnectionSpec
from core.errors import DatabaseUnavailable, SqlError
from core.execution.address import parse
from core.execution.connections import Database
from core.execution.run import Limits, run
from tests.core.execution.shops import DIALECTS, opened, shop_url

ATTEMPTS = [json.loads(line) for line in (Path(__file__).parent / "attempts.jsonl").read_text(encoding="utf-8").splitlines()]
QUICK = Limits(timeout_s=5.0)
ROLLED_BACK = ("SELECT set_config", "SELECT lo_create")
"""Queries to the server, and without effect, as the transaction is rolled back."""
BEYOND_A_TRANSACTION = ("COPY", "OUTFILE", "DUMPFILE", "LOCK TABLES", "RENAME TABLE", "; DROP")
"""On a bare connection only the rights of the account stop these; `run`, the one way for SQL of others, refuses them."""


class Target:
    """A shop that may be attacked, and its true contents as read by its owner past every fence."""

    def __init__(self, url: str, database: Database, folder: Path) -> None:
        self.url, self.database, self.folder = url, database, folder

    def contents(self) -> Any:
        engine = _owner(self.url)
        try:
            with engine.connect() as connection:
                read = [
                    connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in ("orders", "customers")
                ]
                system = "sqlite_master" if self.database.dialect == "sqlite" else "information_schema.tables"
                where = "" if self.database.dialect == "sqlite" else f" WHERE table_schema = '{self._schema}'"
                column = "name" if self.database.dialect == "sqlite" else "table_name"
                names = connection.exec_driver_sql(f"SELECT {column} FROM {system}{where} ORDER BY 1").fetchall()
        finally:
            engine.dispose()
        return repr((read, names)), sorted(path.name for path in self.folder.glob("planted*"))

    @property
    def _schema(self) -> str:
        if self.database.dialect == "mysql":
            return str(sa.make_url(self.url).database)
        return {"duckdb": "main", "postgres": "public"}[self.database.dialect]


def _owner(url: str) -> sa.Engine:
    if url.startswith("duckdb"):
        import duckdb
        from duckdb_engine import ConnectionWrapper

        path = str(parse(ConnectionSpec("owner", url)).path)
        # The settings of one process's connections to one file are shared, so the owner connects as the fence does.
        return sa.create_engine("duckdb://", creator=lambda: ConnectionWrapper(duckdb.connect(path, read_only=True)))
    return sa.create_engine(url)


@pytest.fixture(scope="module", params=DIALECTS)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("target")
    folder.chmod(0o777)  # so that a server's own user could write there
    with shop_url(request.param, folder) as url, opened(url) as database:
        yield Target(url, database, folder)


def attempts(target: Target) -> list[str]:
    found = [
        case["sql"].replace("{folder}", str(target.folder)) for case in ATTEMPTS if case["dialect"] == target.database.dialect
    ]
    assert len(found) > 25
    return found


def test_no_attempt_through_run_changes_anything_or_gets_an_answer(target: Target) -> None:
    before = target.contents()
    answered = [sql for sql in attempts(target) if _answer(target.database, sql)]
    assert target.contents() == before
    assert [sql for sql in answered if not sql.startswith(ROLLED_BACK)] == []


def _answer(database: Database, sql: str) -> bool:
    try:
        run(database, sql, QUICK)
    except (SqlError, DatabaseUnavailable):
        return False
    return True


def test_no_attempt_on_a_connection_changes_anything(target: Target) -> None:
    before = target.contents()
    for sql in attempts(target):
        if target.database.dialect in ("postgres", "mysql") and any(part in sql for part in BEYOND_A_TRANSACTION):
            continue
        try:
            with target.database.connect(timeout_s=5) as connection:
                connection.exec_driver_sql(sql.replace("%", "%%"))
        except (SqlError, DatabaseUnavailable):
            continue
    assert target.contents() == before


def test_a_committed_transaction_is_followed_by_a_read_only_one(target: Target) -> None:
    before = target.contents()
    for sql in ("DELETE FROM orders", "DROP TABLE orders"):
        try:
            with target.database.connect(timeout_s=5) as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql(sql)
                connection.exec_driver_sql("COMMIT")
        except SqlError:
            continue
    assert target.contents() == before


def test_the_fence_stands_again_after_an_attempt_on_the_same_connection(target: Target) -> None:
    for sql in ("SET SESSION TRANSACTION READ WRITE", "SET default_transaction_read_only = off", "PRAGMA query_only = OFF"):
        try:
            with target.database.connect(timeout_s=5) as connection:
                connection.exec_driver_sql(sql)
        except SqlError:
            continue
    with pytest.raises(SqlError), target.database.connect(timeout_s=5) as connection:
        connection.exec_driver_sql("DELETE FROM orders")
