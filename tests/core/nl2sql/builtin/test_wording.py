"""What results are called: the word of the person for money, sums without noise, and starter questions in plain English."""

from __future__ import annotations

import re

import pytest

from core.models import Catalog
from core.nl2sql.builtin import BuiltinEngine
from tests.core.nl2sql.builtin.schemas import NAMES, Samples, context, drafted

HEADINGS = {
    "revenue per month": "revenue",
    "Sales by region": "sales",
    "What is our turnover per year?": "turnover",
    "average revenue by region": "average_revenue",
    "Total amount by region": "total_amount",
}


@pytest.fixture
def market(samples: Samples) -> Catalog:
    return samples["market"].catalog


@pytest.mark.parametrize("question", HEADINGS)
def test_money_is_headed_as_it_was_called(question: str, market: Catalog) -> None:
    draft = drafted(question, market)
    assert draft.outputs[-1].name == HEADINGS[question]
    assert HEADINGS[question].replace("_", " ") in draft.explanation
    assert draft.outputs[-1].unit == "money"


def test_a_follow_up_keeps_the_word_for_money(market: Catalog) -> None:
    first = drafted("revenue per month", market)
    second = drafted("by region instead", market, context(("revenue per month", first)))
    third = drafted("the average instead", market, context(("revenue per month", first), ("by region instead", second)))
    assert [draft.outputs[-1].name for draft in (second, third)] == ["revenue", "average_revenue"]


def test_what_the_word_for_money_was_taken_from_is_said(market: Catalog) -> None:
    assert "Revenue is taken from total_amount of orders" in [a.text for a in drafted("revenue per month", market).assumptions]


@pytest.mark.parametrize(
    "question", ["Revenue by region", "revenue by category", "orders with their revenue by category and region"]
)
def test_sums_of_decimals_have_no_noise(question: str, samples: Samples) -> None:
    rows = samples["market"].connection.execute(drafted(question, samples["market"].catalog).sql).fetchall()
    assert all(len(str(row[-1]).rpartition(".")[2]) <= 2 for row in rows), rows


@pytest.mark.parametrize("name", NAMES)
def test_starter_questions_say_nothing_twice_and_add_up_no_prices(name: str, samples: Samples) -> None:
    for question in BuiltinEngine().suggest(samples[name].catalog, 12):
        assert not re.search(r"\b(\w+) \1\b|total (average|number|unit (price|cost)|list price)", question, re.IGNORECASE), (
            question
        )


def test_a_share_is_told_as_percent_of_the_total(market: Catalog) -> None:
    draft = drafted("share of revenue by region", market)
    assert (draft.outputs[-1].name, draft.outputs[-1].unit) == ("revenue_share", "percent")
    assert "share of revenue in percent for each region" in draft.explanation


def test_a_follow_up_turns_totals_into_shares(market: Catalog) -> None:
    first = drafted("revenue by region", market)
    second = drafted("as a percentage of the total", market, context(("revenue by region", first)))
    assert second.outputs[-1].unit == "percent"
    assert second.changes == ("the share of revenue in percent instead of the revenue",)


def test_a_period_is_said_with_its_days_by_a_follow_up_too(market: Catalog) -> None:
    first = drafted("revenue by region in the last quarter", market)
    then = drafted("by category instead", market, context(("revenue by region in the last quarter", first)))
    said = next(a.text for a in first.assumptions if a.kind == "period" and "quarter (" in a.text)
    assert re.fullmatch(r"Order date is in the last quarter \(\d{4}-\d\d-01 to before \d{4}-\d\d-01\)", said)
    assert said in [a.text for a in then.assumptions]


def test_a_column_several_tables_have_is_said_with_its_table(market: Catalog) -> None:
    draft = drafted("how many order items have a quantity of more than 2", market)
    assert "Order item quantity is more than 2" in [a.text for a in draft.assumptions]


def test_a_follow_up_over_a_ranked_list_says_what_it_is_ranked_by(market: Catalog) -> None:
    first = drafted("top 3 products by revenue", market)
    then = drafted("which of them had a refund?", market, context(("top 3 products by revenue", first)))
    said = [a.text for a in then.assumptions]
    assert any(re.search(r"is among the first 3 by the revenue \(highest first\)", text) for text in said), said
