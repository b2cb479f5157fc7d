"""The guard against every case of attacks.jsonl and legitimate.jsonl; the legitimate ones run on real databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import SqlFailed, SqlRefused
from core.execution.guard import check
from core.execution.run import run
from tests.core.execution.conftest import Shops

HERE = Path(__file__).parent


def cases(name: str) -> list[Any]:
    lines = [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    return [pytest.param(line["dialect"], line["sql"], id=f"{line['dialect']}: {line['sql'][:60]}") for line in lines]


@pytest.mark.parametrize(("dialect", "sql"), cases("attacks.jsonl"))
def test_an_attack_is_refused_with_a_sentence(dialect: str, sql: str) -> None:
    with pytest.raises(SqlRefused) as refused:
        check(sql, dialect)
    assert refused.value.message.endswith(".") and refused.value.hint and refused.value.sql == sql


@pytest.mark.parametrize(("dialect", "sql"), cases("legitimate.jsonl"))
def test_a_legitimate_query_passes_and_means_the_same_afterwards(dialect: str, sql: str, shops: Shops) -> None:
    passed = check(sql, dialect)
    plain, emitted = run(shops[dialect], sql.rstrip("; ")), run(shops[dialect], passed)
    assert repr(emitted.rows()) == repr(plain.rows())
    assert [column.kind for column in emitted.columns] == [column.kind for column in plain.columns]


def test_what_passed_passes_again_unchanged() -> None:
    for line in (HERE / "legitimate.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        once = check(case["sql"], case["dialect"])
        assert check(once, case["dialect"]) == once


def test_comments_and_a_trailing_semicolon_are_not_run() -> None:
    assert check("/* a */ SELECT 1 -- b\n; -- c", "sqlite") == "SELECT 1"


@pytest.mark.parametrize("sql", ["", "   ", ";", "-- only a comment"])
def test_no_statement_is_refused(sql: str) -> None:
    with pytest.raises(SqlRefused, match="no SQL"):
        check(sql, "sqlite")


NOT_SQL = [
    "SELEC 1",
    "SELECT (",
    "Show me all orders",
    "SELECT 'open",
    "SELECT " + "(" * 5000 + ")" * 5000,
    "SELECT 1\x00",
    "1" * 100_001,
]


@pytest.mark.parametrize("sql", NOT_SQL, ids=lambda sql: sql[:20])
def test_what_is_not_sql_is_refused(sql: str) -> None:
    with pytest.raises(SqlRefused):
        check(sql, "postgres")


def test_a_refused_function_is_named() -> None:
    with pytest.raises(SqlRefused, match="pg_sleep"):
        check("SELECT pg_sleep(1)", "postgres")


def test_a_change_is_called_a_change() -> None:
    with pytest.raises(SqlRefused, match="this statement would change it"):
        check("DELETE FROM orders", "mysql")


def test_another_dialect_is_checked_by_the_common_lists() -> None:
    assert check("SELECT TOP 3 name FROM customers", "tsql") == "SELECT TOP 3 name FROM customers"
    with pytest.raises(SqlRefused):
        check("SELECT * FROM OPENROWSET('x', 'y', 'z')", "tsql")
    with pytest.raises(SqlRefused):
        check("EXEC xp_cmdshell 'dir'", "tsql")


def test_the_database_still_says_what_is_wrong_with_a_harmless_query(shops: Shops) -> None:
    with pytest.raises(SqlFailed) as failed:
        run(shops["sqlite"], check("SELECT nothing FROM orders", "sqlite"))
    assert "nothing" in failed.value.detail
