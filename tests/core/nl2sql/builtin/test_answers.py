"""Questions on three small databases, one per line of cases/*.jsonl, answered by running the SQL and comparing the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from core.models import Catalog
from tests.core.nl2sql.builtin.schemas import NAMES, cases, catalog_of, drafted, make_sqlite, same

Databases = dict[str, tuple[Catalog, sqlite3.Connection]]


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("databases")
    made = {name: make_sqlite(name, folder) for name in NAMES}
    found = {name: (catalog_of(f"sqlite:///{path}"), sqlite3.connect(path)) for name, path in made.items()}
    yield found
    for _, connection in found.values():
        connection.close()


@pytest.mark.parametrize(("name", "case"), cases("cases"), ids=lambda part: part if isinstance(part, str) else part["question"])
def test_a_question_gets_the_rows_it_asks_for(name: str, case: dict[str, Any], databases: Databases) -> None:
    catalog, connection = databases[name]
    draft = drafted(case["question"], catalog)
    rows = connection.execute(draft.sql).fetchall()
    assert same(rows, case["rows"], ordered=case.get("ordered", False)), (draft.sql, rows)


@pytest.mark.parametrize(("name", "case"), cases("cases"), ids=lambda part: part if isinstance(part, str) else part["question"])
def test_every_column_of_an_answer_is_described(name: str, case: dict[str, Any], databases: Databases) -> None:
    catalog, connection = databases[name]
    draft = drafted(case["question"], catalog)
    columns = [column[0] for column in connection.execute(draft.sql).description]
    assert [output.name for output in draft.outputs] == columns
    assert draft.explanation.startswith("Shows ")
    assert 0 < draft.confidence <= 1
