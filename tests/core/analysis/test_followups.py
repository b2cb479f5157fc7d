"""Next questions: at most three, of different kinds, that the engine says it can answer."""

from __future__ import annotations

from core.analysis import followups
from core.models import Catalog, Column, ColumnValues, ForeignKey, Kind, Role, Table
from tests.core.analysis.made import draft, table

ORDERS = Table(
    "orders",
    (
        Column("id", "INTEGER", Kind.INTEGER, Role.KEY),
        Column("ordered_on", "DATE", Kind.DATE, Role.TIME),
        Column("channel", "TEXT", Kind.TEXT, Role.DIMENSION, distinct_count=3),
        Column("region_id", "INTEGER", Kind.INTEGER, Role.KEY),
        Column("amount", "REAL", Kind.FLOAT, Role.MEASURE),
    ),
    foreign_keys=(ForeignKey(("region_id",), "regions", ("id",)),),
    row_count=1000,
)
REGIONS = Table(
    "regions", (Column("id", "INTEGER", Kind.INTEGER, Role.KEY), Column("name", "TEXT", Kind.TEXT, Role.LABEL)), row_count=5
)
CATALOG = Catalog("db", "sqlite", (ORDERS, REGIONS), (ColumnValues("orders", "channel", ("Web", "Shop", "Phone"), True),))
BY_CHANNEL = draft("select channel, sum(amount) as total_amount from orders group by channel")
RESULT = table(["channel", "total_amount"], [("Web", 5.0), ("Shop", 9.0), ("Phone", 1.0)])


def test_they_are_phrased_as_a_person_would_and_differ_in_kind() -> None:
    assert followups("amount by channel", RESULT, BY_CHANNEL, CATALOG) == ("Only Shop", "Per month", "By region")


def test_what_the_engine_cannot_answer_is_not_offered() -> None:
    offered = followups("amount by channel", RESULT, BY_CHANNEL, CATALOG, lambda question: question.startswith("Only"))
    assert offered == ("Only Shop", "Only Web", "Only Phone")


def test_the_engine_is_not_asked_for_ever() -> None:
    asked: list[str] = []
    assert followups("amount", RESULT, BY_CHANNEL, CATALOG, lambda question: bool(asked.append(question))) == ()
    assert len(asked) <= 9


def test_the_same_question_is_never_offered_again() -> None:
    assert "Per month" not in followups("amount by channel, per month", RESULT, BY_CHANNEL, CATALOG)


def test_a_series_in_time_offers_a_breakdown_a_year_and_a_coarser_grain() -> None:
    result = table(["month", "total_amount"], [(f"{2023 + m // 12}-{m % 12 + 1:02}", m) for m in range(24)])
    asked = draft("select month, sum(amount) as total_amount from orders group by 1")
    assert followups("amount per month", result, asked, CATALOG) == ("By channel", "Only 2024", "Per quarter")


def test_nothing_is_offered_for_nothing() -> None:
    assert followups("q", table(["a"], []), BY_CHANNEL, CATALOG) == ()
    assert followups("q", RESULT, None, CATALOG) == ()
