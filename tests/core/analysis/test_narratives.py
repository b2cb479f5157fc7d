"""Whole narratives for questions on a small shop, and the rule that no sentence holds a number of its own."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from core.analysis import analyse, compute_facts, plain, verify, write
from core.models import SqlDraft
from tests.core.analysis.cases import Case, cases
from tests.core.analysis.made import table
from tests.core.analysis.shop import ask, open_shop


@pytest.mark.parametrize("case", cases("narratives.txt"), ids=str)
def test_an_answer_is_told_as_expected(case: Case) -> None:
    result, draft = ask(open_shop(), case.sql)
    assert write(compute_facts(result, draft, question=case.question), result, case.question) == case.expected


@pytest.mark.parametrize("case", cases("narratives.txt"), ids=str)
def test_every_number_told_is_in_the_facts_or_the_table(case: Case) -> None:
    result, draft = ask(open_shop(), case.sql)
    facts = compute_facts(result, draft, question=case.question)
    text = write(facts, result, case.question)
    assert verify(text, facts, result, case.question) == text


NAMES = (
    "region",
    "Total amount",
    "count(*)",
    "avg(x)",
    "id",
    "year",
    "share_percent",
    "first_name",
    "last_name",
    "",
    "price_usd",
)
TEXTS = (
    "North",
    "South 2",
    "**bold**",
    "<b>x</b>",
    "PG-13",
    ":red[x]",
    "$1$ and $2$",
    "a\nb",
    "",
    "![x](http://x.example/1.png)",
)


def random_column(dice: random.Random, size: int) -> tuple[str, list[Any]]:
    makers = (
        lambda i: dice.choice(TEXTS),
        lambda i: dice.randrange(-5, 500),
        lambda i: Decimal(dice.randrange(10**7)) / 100,
        lambda i: dice.random() * 10 ** dice.randrange(-6, 12),
        lambda i: f"{2003 + i // 12}-{i % 12 + 1:02}",
        lambda i: dt.date(2020, 1, 1) + dt.timedelta(days=i),
        lambda i: dt.datetime(2021, 1, 1) + dt.timedelta(hours=7 * i),
        lambda i: bool(i % 2),
        lambda i: 10**20 + i,
        lambda i: None,
        lambda i: f"Item {i}",
        lambda i: 2000 + i % 25,
    )
    maker, missing = dice.choice(makers), dice.choice((0, 0, 0.2))
    return dice.choice(NAMES), [None if dice.random() < missing else maker(i) for i in range(size)]


@pytest.mark.parametrize("seed", range(60))
def test_narratives_of_random_results_always_verify(seed: int) -> None:
    dice = random.Random(seed)
    size = dice.choice((0, 1, 1, 2, 3, 5, 12, 40, 200))
    columns = [random_column(dice, size) for _ in range(dice.choice((1, 2, 2, 3, 3, 4, 12)))]
    result = table([name for name, _ in columns], [[v[i] for _, v in columns] for i in range(size)], truncated=seed % 9 == 0)
    sql = dice.choice(("", "select a from t limit 5", "select a, sum(b) from t group by 1", "not ( sql"))
    question = dice.choice(("", "how many are there?", "which is the lowest?"))
    answer = analyse(question, result, SqlDraft(sql, "sqlite", "llm"))
    assert answer.text
    assert plain(verify(answer.text, answer.facts, result, question)) == plain(answer.text)


def test_a_cut_result_is_said_to_be_cut_and_never_totalled() -> None:
    rows = [(f"shop {i}", i) for i in range(30)]
    result = table(["shop", "sale_count"], rows, truncated=True, truncated_by="rows", limit=30)
    facts = compute_facts(result, SqlDraft("select shop, count(*) from t group by 1", "sqlite", "llm"))
    assert any(fact.kind == "truncated" for fact in facts)
    assert "first 30 rows" in write(facts, result)
    assert " of 435" not in " ".join(fact.text for fact in facts)


def test_an_incomplete_last_month_is_not_told_as_a_drop() -> None:
    rows = [(f"2024-{m:02}", 100 + m) for m in range(1, 12)] + [("2024-12", 9)]
    result = table(["month", "order_count"], rows)
    facts = compute_facts(result, None)
    text = " ".join(fact.text for fact in facts)
    assert "December 2024, at 9, looks incomplete" in text
    assert "-9" not in text


def test_the_month_that_is_running_is_incomplete_whatever_its_value() -> None:
    rows = [(f"2024-{m:02}", 100) for m in range(1, 7)]
    facts = compute_facts(table(["month", "order_count"], rows), None, today=dt.date(2024, 6, 20))
    assert any(fact.kind == "incomplete" for fact in facts)


def test_ten_thousand_rows_are_analysed_quickly_enough_to_wait_for() -> None:
    rows = [(f"name {i}", i % 7, float(i), dt.date(2020, 1, 1) + dt.timedelta(days=i)) for i in range(10_000)]
    assert analyse("list", table(["name", "group_no", "value", "day"], rows), None).text
