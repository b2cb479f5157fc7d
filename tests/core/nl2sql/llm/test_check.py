"""What the check says of a model's SQL: cases/check.txt, one line per case."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.nl2sql.llm.check import unknown_names, unreadable
from tests.core.nl2sql.llm.shop import shop

CASES = [
    line.split(" | ")
    for line in (Path(__file__).parent / "cases" / "check.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("dialect", "sql", "complaint"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_a_query_is_judged_by_the_catalog(dialect: str, sql: str, complaint: str) -> None:
    said = unreadable(sql, dialect) or unknown_names(sql, shop(dialect)) or "ok"
    assert said == complaint


@pytest.mark.parametrize("sql", ["SELECT name FROM customers WHERE", "SELECT 'open", "", "(" * 5000, "not sql at all, sorry"])
def test_what_does_not_parse_is_said_in_a_sentence(sql: str) -> None:
    said = unreadable(sql, "sqlite")
    assert said
    assert said.endswith((".", ")")) or "valid" in said
