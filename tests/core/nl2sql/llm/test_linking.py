"""Schema linking: the relevant tables of a catalog of a hundred, within the budget, in milliseconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.chat_model import approximate_tokens
from core.models import Catalog, ColumnValues
from core.nl2sql.llm.linking import SCHEMA_TOKENS, link
from core.nl2sql.llm.schema_text import table_text
from core.nl2sql.llm.values import matched_values
from tests.core.nl2sql.llm.shop import group, shop

CASES = [
    line.split(" | ")
    for line in (Path(__file__).parent / "cases" / "linking.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("question", "tables"), CASES, ids=[case[0] for case in CASES])
def test_the_tables_of_the_question_are_linked_within_the_budget(question: str, tables: str) -> None:
    linked = link(question, group())
    names = {table.name for table in linked.tables}
    assert set(tables.split()) <= names
    assert sum(approximate_tokens(table_text(table)) for table in linked.tables) <= SCHEMA_TOKENS
    assert len(names) + len(linked.others) == len(group().tables)


def test_a_small_catalog_goes_whole() -> None:
    linked = link("anything", shop())
    assert linked.tables == shop().tables
    assert linked.others == ()


def test_a_wide_table_keeps_its_keys_and_the_columns_of_the_question() -> None:
    reading = {table.name: table for table in link("sensor 399", group()).tables}["machine_reading"]
    names = [column.name for column in reading.columns]
    assert names[0] == "reading_id"
    assert "sensor_399" in names
    assert len(names) < 400


def test_tables_of_the_last_query_stay_linked_for_a_follow_up() -> None:
    linked = link("only Benelux", group(), earlier=["shipments per type"], used={"shipment_header"})
    assert {"shipment_header", "shipment_type", "region_type"} <= {table.name for table in linked.tables}


def test_a_question_that_names_nothing_gets_the_tables_with_most_keys() -> None:
    assert link("hello", group()).tables


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("orders from canada", [("customers", "country", "Canada")]),
        ("orders shipped to New York", [("orders", "Ship To", "New York")]),
        ("deliveries to zurich", [("orders", "Ship To", "Zürich")]),
        ("customers in Cannada", [("customers", "country", "Canada")]),
        ("how many orders", []),
    ],
)
def test_cells_are_found_by_their_words(question: str, cells: list[tuple[str, str, str]]) -> None:
    assert [(match.table, match.column, match.value) for match in matched_values(question, shop())] == cells


def test_one_cell_is_found_among_a_hundred_thousand() -> None:
    many = ColumnValues("customers", "name", tuple(f"Customer number {n} of the east" for n in range(100_000)), True)
    catalog = Catalog("shop", "sqlite", shop().tables, (many,))
    matched_values("warm up", catalog)
    found = matched_values("orders of customer number 777 of the east and someone unknown", catalog)
    assert [match.value for match in found] == ["Customer number 777 of the east"]
