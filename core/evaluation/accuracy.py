"""Execution accuracy: whether two results hold the same rows, the measure text-to-SQL benchmarks use.

Source: Yu et al., "Spider" (2018), and Zhong et al., "Semantic Evaluation for Text-to-SQL with Distilled Test Suites" (2020):
rows as a multiset under some permutation of the columns, as a list where the gold statement orders them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from core.models import ResultSet

_MAX_ASSIGNMENTS = 20_000

Rows = list[tuple[Hashable, ...]]


def is_ordered(sql: str, dialect: str) -> bool:
    """True where the outermost query has an ORDER BY; False for what does not parse."""
    try:
        return sqlglot.parse_one(sql, dialect=dialect).args.get("order") is not None
    except SqlglotError:
        return False


def same_result(gold: ResultSet, answer: ResultSet, *, ordered: bool) -> bool:
    """Equal rows under some permutation of the answer's columns; numbers agree to 6 significant digits."""
    if gold.row_count != answer.row_count or (gold.row_count and len(gold.columns) != len(answer.columns)):
        return False
    return same_rows(gold.rows(), answer.rows(), ordered=ordered)


def same_rows(gold: Iterable[Sequence[Any]], answer: Iterable[Sequence[Any]], *, ordered: bool) -> bool:
    """`same_result` of bare rows."""
    expected, given = _cells(gold), _cells(answer)
    if len(expected) != len(given) or (expected and len(expected[0]) != len(given[0])):
        return False
    if not ordered:
        return any(Counter(expected) == Counter(_arranged(given, order)) for order in _orders(expected, given, ordered))
    return any(expected == _arranged(given, order) for order in _orders(expected, given, ordered))


def _orders(expected: Rows, given: Rows, ordered: bool) -> Iterator[tuple[int, ...]]:
    """Assignments of given columns to expected ones whose columns agree one by one, bounded in number."""
    if not expected:
        yield ()
        return
    columns = [_column_key(column, ordered) for column in zip(*given, strict=True)]
    wanted = [_column_key(column, ordered) for column in zip(*expected, strict=True)]
    choices = [[position for position, column in enumerate(columns) if column == want] for want in wanted]
    yield from _assignments(choices, (), [_MAX_ASSIGNMENTS])


def _assignments(choices: list[list[int]], taken: tuple[int, ...], budget: list[int]) -> Iterator[tuple[int, ...]]:
    if len(taken) == len(choices):
        yield taken
        return
    for position in choices[len(taken)]:
        if position not in taken and budget[0] > 0:
            budget[0] -= 1
            yield from _assignments(choices, (*taken, position), budget)


def _column_key(column: tuple[Hashable, ...], ordered: bool) -> Hashable:
    return column if ordered else frozenset(Counter(column).items())


def _arranged(rows: Rows, order: tuple[int, ...]) -> Rows:
    return [tuple(row[position] for position in order) for row in rows]


def _cells(rows: Iterable[Sequence[Any]]) -> Rows:
    return [tuple(_cell(value) for value in row) for row in rows]


def _cell(value: Any) -> Hashable:
    if isinstance(value, int) and abs(value) >= 10**15:
        return ("number", str(value))
    if isinstance(value, bool | int | float | Decimal):
        return ("number", f"{float(value):.6g}")
    return (type(value).__name__ if value is None or isinstance(value, bytes) else "text", str(value))
