"""Dialogues, one per line of dialogues/*.jsonl: each turn's rows, and what the engine says it changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from core.models import SqlDraft
from tests.core.nl2sql.builtin.schemas import cases, catalog_of, context, drafted, make_sqlite, same


@pytest.mark.parametrize(
    ("name", "case"), cases("dialogues"), ids=lambda part: part if isinstance(part, str) else part["turns"][0]["question"]
)
def test_a_follow_up_edits_the_question_before_it(name: str, case: dict[str, Any], tmp_path: Path) -> None:
    path = make_sqlite(name, tmp_path)
    catalog = catalog_of(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    past: list[tuple[str, SqlDraft]] = []
    for turn in case["turns"]:
        draft = drafted(turn["question"], catalog, context(*past))
        rows = connection.execute(draft.sql).fetchall()
        assert same(rows, turn["rows"], ordered=False), (turn["question"], draft.sql, rows)
        assert list(draft.changes) == turn["changes"]
        assert draft.chart_kind == turn.get("chart", "")
        past.append((turn["question"], draft))
    connection.close()
