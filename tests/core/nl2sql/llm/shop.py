"""Catalogs and turns made by hand for the tests of the chat-model engine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from core.models import (
    Analysis,
    Catalog,
    Column,
    ColumnValues,
    ForeignKey,
    Kind,
    ResultRef,
    Role,
    SqlDraft,
    Table,
    Turn,
    TurnState,
)


def column(name: str, kind: Kind = Kind.TEXT, role: Role = Role.DIMENSION, **more: Any) -> Column:
    return Column(name, kind.value.upper(), kind, role, **more)


def key(name: str = "id") -> Column:
    return column(name, Kind.INTEGER, Role.KEY)


def refers(name: str, table: str, ref: str = "id") -> ForeignKey:
    return ForeignKey((name,), table, (ref,))


def shop(dialect: str = "sqlite") -> Catalog:
    customers = Table(
        "customers",
        (key(), column("name", role=Role.LABEL), column("country", distinct_count=3, samples=("Canada", "France", "Japan"))),
        primary_key=("id",),
        row_count=120,
        comment="People who bought something",
    )
    orders = Table(
        "orders",
        (
            key(),
            key("customer_id"),
            column("placed", Kind.DATE, Role.TIME, minimum="2023-01-01", maximum="2024-12-31"),
            column("amount", Kind.DECIMAL, Role.MEASURE, minimum="1.50", maximum="980.00"),
            column("Ship To", comment="city"),
        ),
        primary_key=("id",),
        foreign_keys=(refers("customer_id", "customers"),),
        row_count=4500,
    )
    big = Table("sales.Archive", (key(), column("note")), schema="sales", local_name="Archive")
    values = (
        ColumnValues("customers", "country", ("Canada", "France", "Japan"), True),
        ColumnValues("orders", "Ship To", ("New York", "York", "Zürich"), True),
    )
    return Catalog("shop", dialect, (customers, orders, big), values)


WORDS = """
invoice payment shipment supplier employee warehouse contract region budget project asset vehicle ticket lead campaign
"""
PARTS = ("header", "line", "status", "type", "history", "note")


def group() -> Catalog:
    """A hundred tables of a company, far more than fit a prompt."""
    tables = [_part(word, part) for word in WORDS.split() for part in PARTS]
    people = Table("person", (key("person_id"), column("full_name", role=Role.LABEL), column("birthday", Kind.DATE, Role.TIME)))
    links = Table(
        "employee_header_person",
        (key("employee_header_id"), key("person_id")),
        foreign_keys=(
            refers("person_id", "person", "person_id"),
            refers("employee_header_id", "employee_header", "employee_header_id"),
        ),
    )
    wide = Table(
        "machine_reading", (key("reading_id"), *(column(f"sensor_{n:03}", Kind.FLOAT, Role.MEASURE) for n in range(400)))
    )
    values = (ColumnValues("region_type", "region_type_code", ("Benelux", "Nordics", "Iberia"), True),)
    return Catalog("group", "postgres", (*tables, people, links, wide), values)


def _part(word: str, part: str) -> Table:
    own, head = f"{word}_{part}_id", f"{word}_header_id"
    columns = [
        key(own),
        column(f"{word}_{part}_code"),
        column(f"{part}_amount", Kind.DECIMAL, Role.MEASURE),
        column("created_at"),
    ]
    keys = () if part == "header" else (refers(head, f"{word}_header", head),)
    columns += [] if part == "header" else [key(head)]
    return Table(f"{word}_{part}", tuple(columns), primary_key=(own,), foreign_keys=keys)


def turn(
    index: int, question: str, sql: str = "SELECT 1", *, state: TurnState = TurnState.DONE, text: str = "", **more: Any
) -> Turn:
    draft = SqlDraft(sql, "sqlite", "llm", **more)
    result = ResultRef("r", (), 12, digest="month, total: 2024-01, 310.50")
    return Turn(
        f"t{index}",
        "s",
        question,
        "ann",
        datetime(2026, 11, 21, tzinfo=UTC),
        index,
        state,
        draft=draft,
        result=result,
        analysis=Analysis(text) if text else None,
    )


def turns(questions: Iterable[str]) -> tuple[Turn, ...]:
    return tuple(turn(index, question) for index, question in enumerate(questions))
