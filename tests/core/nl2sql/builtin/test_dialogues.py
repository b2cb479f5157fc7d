"""Dialogues, one per line of dialogues/*.jsonl: each turn's rows, and what the engine says it changed."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import SqlDraft
from tests.core.nl2sql.builtin.schemas import Samples, cases, context, drafted, same


@pytest.mark.parametrize(
    ("name", "case"), cases("dialogues"), ids=lambda part: part if isinstance(part, str) else part["turns"][0]["question"]
)
def test_a_follow_up_edits_the_question_before_it(name: str, case: dict[str, Any], samples: Samples) -> None:
    sample = samples[name]
    past: list[tuple[str, SqlDraft]] = []
    for turn in case["turns"]:
        draft = drafted(turn["question"], sample.catalog, context(*past))
        rows = sample.connection.execute(draft.sql).fetchall()
        assert same(rows, turn["rows"], ordered=False), (turn["question"], draft.sql, rows)
        assert list(draft.changes) == turn["changes"]
        assert draft.chart_kind == turn.get("chart", "")
        past.append((turn["question"], draft))
