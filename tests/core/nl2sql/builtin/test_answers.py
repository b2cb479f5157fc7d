"""Questions on three small databases, one per line of cases/*.jsonl, answered by running the SQL and comparing the rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.nl2sql.builtin.schemas import Samples, cases, drafted, same


@pytest.mark.parametrize(("name", "case"), cases("cases"), ids=lambda part: part if isinstance(part, str) else part["question"])
def test_a_question_gets_the_rows_it_asks_for(name: str, case: dict[str, Any], samples: Samples) -> None:
    sample = samples[name]
    draft = drafted(case["question"], sample.catalog)
    rows = sample.connection.execute(draft.sql).fetchall()
    assert same(rows, case["rows"], ordered=case.get("ordered", False)), (draft.sql, rows)


@pytest.mark.parametrize(("name", "case"), cases("cases"), ids=lambda part: part if isinstance(part, str) else part["question"])
def test_every_column_of_an_answer_is_described(name: str, case: dict[str, Any], samples: Samples) -> None:
    sample = samples[name]
    draft = drafted(case["question"], sample.catalog)
    columns = [column[0] for column in sample.connection.execute(draft.sql).description]
    assert [output.name for output in draft.outputs] == columns
    assert draft.explanation.startswith("Shows ")
    assert 0 < draft.confidence <= 1
