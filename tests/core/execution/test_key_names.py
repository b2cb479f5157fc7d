"""Which table's key a column is named after."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.execution.key_names import strength
from core.execution.names import stem, words
from core.models import Column, Kind, Role, Table

CASES = [
    match.groups()
    for line in (Path(__file__).parent / "cases" / "key_names.txt").read_text(encoding="utf-8").splitlines()
    if (match := re.match(r"(\w+)\.(\w+) > (\w+)\.(\w+) = (\w+)$", line))
]


def made(table: str, *columns: str, key: str) -> Table:
    described = tuple(Column(name, "INTEGER", Kind.INTEGER, Role.DIMENSION) for name in dict.fromkeys((key, *columns)))
    return Table(table, described, primary_key=(key,))


@pytest.mark.parametrize(("table", "column", "other", "key", "expected"), CASES)
def test_a_column_is_named_after_a_key_or_not(table: str, column: str, other: str, key: str, expected: str) -> None:
    target = made(other, column, key=key) if table == other else made(other, key=key)
    own_key = column if column in ("id", f"{table[:-1]}_id") else ""
    child = target if table == other else made(table, column, key=own_key or "row")
    found = strength(child, child.by_name[column], target, key, own_key)
    assert (found.name.lower() if found else "none") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CustomerID", ("customer", "id")),
        ("customer_id", ("customer", "id")),
        ("Order Details", ("order", "details")),
        ("HTTPServer2", ("http", "server", "2")),
        ("Größe_mm", ("größe", "mm")),
        ("客户_id", ("客户", "id")),
        ("", ()),
    ],
)
def test_the_words_of_a_name_are_found_in_any_spelling(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


def test_plural_and_singular_names_have_one_stem() -> None:
    pairs = [
        ("categories", "Category"),
        ("OrderItems", "order_item"),
        ("addresses", "address"),
        ("People", "person"),
        ("houses", "house"),
    ]
    assert all(stem(one) == stem(two) for one, two in pairs)
    assert stem("status") == "status"
    assert stem("series") == "series"
