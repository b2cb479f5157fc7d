"""Execution accuracy: which results count as the same."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from core.evaluation.accuracy import is_ordered, same_result
from core.models import Kind, ResultColumn, ResultSet


def result(*rows: tuple[Any, ...], width: int = 2) -> ResultSet:
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    table = pa.table({f"c{position}": pa.array(list(column)) for position, column in enumerate(columns)})
    return ResultSet(tuple(ResultColumn("x", Kind.OTHER) for _ in columns), table, len(rows))


@pytest.mark.parametrize(
    ("gold", "answer", "ordered", "same"),
    [
        (result(("a", 1), ("b", 2)), result(("b", 2), ("a", 1)), False, True),
        (result(("a", 1), ("b", 2)), result(("b", 2), ("a", 1)), True, False),
        (result(("a", 1), ("b", 2)), result((1, "a"), (2, "b")), True, True),
        (result((1, 2), (2, 1)), result((1, 1), (2, 2)), False, False),
        (result((1, 2)), result((1, 2), (1, 2)), False, False),
        (result((1.0000001,)), result((1,)), False, True),
        (result((1,)), result((1, 2)), False, False),
        (result((None,)), result((0,)), False, False),
        (result((None,)), result((None,)), True, True),
        (result(("1",)), result((1,)), False, False),
        (result(), result(width=1), False, True),
    ],
)
def test_results_are_the_same_up_to_the_order_of_columns_and_where_free_of_rows(
    gold: ResultSet, answer: ResultSet, ordered: bool, same: bool
) -> None:
    assert same_result(gold, answer, ordered=ordered) is same


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a)", False),
        ("SELECT a FROM t UNION SELECT a FROM u ORDER BY a", True),
        ("SELECT 'order by'", False),
        ("not sql at all (", False),
    ],
)
def test_only_the_outermost_order_by_makes_rows_a_list(sql: str, ordered: bool) -> None:
    assert is_ordered(sql, "sqlite") is ordered
